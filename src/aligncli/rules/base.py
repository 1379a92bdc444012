"""What a rule is: a code, a name, a default severity, one generator, and one docstring that is its page."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from aligncli.config import Config
from aligncli.diagnostics import Finding, Severity, Span
from aligncli.document.suppressions import Suppression, Word
from aligncli.workspace.workspace import Workspace

Check = Callable[[Workspace, Config], Iterator[Finding]]
"""What most rules are: facts out of the linked documents."""

Audit = Callable[["Applied"], Iterator[Finding]]
"""What the rules about the check itself are: facts out of what it did with its configuration and suppressions."""

_SECTION = re.compile(r"^## (.+)$", re.M)
_EXAMPLE = re.compile(
    r"^(?P<fence>`{3,})(?:\w+) (?P<path>\S+)(?: (?P<encoding>[\w-]+))?\n(?P<text>.*?)^(?P=fence)$", re.M | re.S
)


class UnknownName(NamedTuple):
    """A rule that a configuration, a suppression or a baseline names, and that does not exist."""

    path: str
    word: str
    span: Span
    where: str
    """Where it stands, as the beginning of a sentence."""
    near: str | None
    """The rule that was probably meant."""
    is_bare: bool = True
    """Whether the span is the word alone, so that another can take its place."""


class WordUse(NamedTuple):
    """One rule that a suppression names, and what it suppressed."""

    word: Word
    is_needed: bool
    """One of the rules that it names found something there."""
    refused: bool
    """It names rules alone that cannot be suppressed."""
    is_judged: bool
    """Whether the rules that it names have run, so that it means something when they found nothing."""
    elsewhere: int | None
    """The line on which one of them found something that no suppression silences, the nearest below it."""


class Use(NamedTuple):
    """A suppression, and what came of it."""

    path: str
    suppression: Suppression
    words: Sequence[WordUse]
    """Those that name rules which exist."""


class StaleEntry(NamedTuple):
    """An entry of the baseline that matches less than it lists."""

    path: str
    span: Span
    code: str
    identity: tuple[str, ...]
    gone: int
    is_found: bool
    """Less often than it is listed, and not never."""


class Applied(NamedTuple):
    """What a check did with its configuration, its suppressions and its baseline."""

    as_of: date
    unknown: Sequence[UnknownName]
    uses: Sequence[Use]
    stale: Sequence[StaleEntry]


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
    check: Check | None
    audit: Audit | None = None
    """In place of ``check``, for a rule about the check itself: the engine runs it when all others have run."""
    suppressible: bool = True
    """Whether a comment may suppress it; a guardrail is waived instead."""

    @property
    def source(self) -> str:
        """The docstring, dedented: markdown."""
        return inspect.cleandoc((self.check or self.audit).__doc__ or "")

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


def rule(code: str, name: str, severity: Severity, *, suppressible: bool = True) -> Callable[[Check], Rule]:
    """Makes a rule of a generator over findings; its docstring becomes its page."""

    def make(check: Check) -> Rule:
        return Rule(code, name, severity, check, suppressible=suppressible)

    return make


def audit(code: str, name: str, severity: Severity) -> Callable[[Audit], Rule]:
    """Makes a rule about the check itself; it cannot be suppressed by what it judges."""

    def make(check: Audit) -> Rule:
        return Rule(code, name, severity, None, check, suppressible=False)

    return make


def days(count: int) -> str:
    """A length of time in words."""
    return "1 day" if count == 1 else f"{count} days"
