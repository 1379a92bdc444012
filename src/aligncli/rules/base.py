"""What a rule is: a code, a name, a default severity, one generator, and one docstring that is its page."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from aligncli.config import Config
from aligncli.diagnostics import Finding, Severity
from aligncli.workspace.workspace import Workspace

Check = Callable[[Workspace, Config], Iterator[Finding]]

_SECTION = re.compile(r"^## (.+)$", re.M)
_EXAMPLE = re.compile(
    r"^(?P<fence>`{3,})(?:\w+) (?P<path>\S+)(?: (?P<encoding>[\w-]+))?\n(?P<text>.*?)^(?P=fence)$", re.M | re.S
)


class Example(NamedTuple):
    """A file in a rule's page."""

    path: str
    text: str
    encoding: str


class Page(NamedTuple):
    """A rule's docstring, taken apart."""

    summary: str
    sections: dict[str, str]
    """By heading, in order: What it checks, Why it matters, Bad, Good, How to fix."""

    def examples(self, section: str) -> list[Example]:
        """The files in a section's code blocks."""
        return [
            Example(found["path"], found["text"], found["encoding"] or "utf-8")
            for found in _EXAMPLE.finditer(self.sections.get(section, "") + "\n")
        ]


class Rule(NamedTuple):
    """One thing that the check looks for."""

    code: str
    name: str
    severity: Severity
    check: Check

    @property
    def source(self) -> str:
        """The docstring, dedented: markdown."""
        return inspect.cleandoc(self.check.__doc__ or "")

    @property
    def summary(self) -> str:
        """What it finds, in one line."""
        return " ".join(self.source.split("\n\n", 1)[0].split())

    @property
    def page(self) -> Page:
        """The docstring's parts."""
        parts = _SECTION.split(self.source)
        sections = {parts[at].strip(): parts[at + 1].strip("\n") for at in range(1, len(parts), 2)}
        return Page(" ".join(parts[0].split()), sections)


def rule(code: str, name: str, severity: Severity) -> Callable[[Check], Rule]:
    """Makes a rule of a generator over findings; its docstring becomes its page."""

    def make(check: Check) -> Rule:
        return Rule(code, name, severity, check)

    return make


def days(count: int) -> str:
    """A length of time in words."""
    return "1 day" if count == 1 else f"{count} days"
