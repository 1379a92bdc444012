"""What every format of a check gets, and which formats there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from aligncli.diagnostics import Severity
from aligncli.engine import Report
from aligncli.render.text import Style
from aligncli.rules.base import Rule


class Checked(NamedTuple):
    """A check that is over, and what a reader of it needs to know besides."""

    report: Report
    as_of: date
    fail_on: Severity | None
    """The least severity that fails the check; nothing when none does."""
    rules: Sequence[Rule]
    """All that run here, plugins' too."""
    text: Callable[[str], str]
    """Gives the text of a document by its path from the root."""
    prefix: str = ""
    """The way from the git top level to the root, empty or ending in ``/``: other systems know no other root."""
    blob: str = ""
    """Where a CI system shows the files of this revision, ending in ``/``; empty where nobody knows."""
    style: Style = Style()

    def path(self, path: str) -> str:
        """A document's path from the git top level."""
        return self.prefix + path

    def name(self, path: str) -> str:
        """The same for what holds UTF-8 alone: bytes of a name that are something else are U+FFFD there."""
        return self.path(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    def uri(self, path: str) -> str:
        """The same as a relative URI, which keeps all bytes of a name."""
        from urllib.parse import quote  # most formats have no links

        return quote(self.path(path), errors="surrogateescape")

    def link(self, path: str, line: int) -> str:
        """A link to a line of a document: on the server that runs the check, else from the git top level."""
        place = self.uri(path)
        return f"{self.blob}{place}?plain=1#L{line}" if self.blob else f"{place}#L{line}"


FORMATS = ("full", "concise", "json", "github", "gitlab", "sarif", "junit", "markdown", "rdjson")


class Format(NamedTuple):
    """One way to print a check."""

    render: Callable[[Checked], str]
    is_text: bool = False
    """Whether people read it as it comes out: a last line sums up, and advice is in it only if asked for."""
    holds_all: bool = False
    """Whether it is given advice, asked for or not, and what is silenced (json leaves that to sarif)."""


def find_format(name: str) -> Format:
    """The format of a name that the command line knows; its module is loaded now and not before.

    Raises:
        KeyError: there is none.
    """
    match name:
        case "full":
            from aligncli.render.check_text import full

            return Format(full, is_text=True)
        case "concise":
            from aligncli.render.check_text import concise

            return Format(concise, is_text=True)
        case "json":
            from aligncli.render.check_json import check_json

            return Format(check_json, holds_all=True)
        case "github":
            from aligncli.render.github import github

            return Format(github, is_text=True)
        case "gitlab":
            from aligncli.render.gitlab import gitlab

            return Format(gitlab)
        case "sarif":
            from aligncli.render.sarif import sarif

            return Format(sarif, holds_all=True)
        case "junit":
            from aligncli.render.junit import junit

            return Format(junit)
        case "markdown":
            from aligncli.render.markdown import markdown

            return Format(markdown)
        case "rdjson":
            from aligncli.render.rdjson import rdjson

            return Format(rdjson)
    raise KeyError(name)
