"""What a rule is: a code, a name, a default severity, one generator, and one docstring that is its page."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from aligncli.config import Config
from aligncli.diagnostics import Finding, Severity, Span, Suppression, Word
from aligncli.workspace.workspace import Workspace

Check = Callable[[Workspace, Config], Iterator[Finding]]
"""What most rules are: facts out of the linked documents."""

Audit = Callable[["Applied"], Iterator[Finding]]
"""What the rules about the check itself are: facts out of what it did with its configuration and suppressions."""

Local = Literal["no", "teams", "metrics"]
"""What a rule goes through one by one, each looked at with what it is linked with straight, so that a change makes a
difference only near it: ``teams`` (their documents, goals, pairs of them) or ``metrics`` (with all that use them). A rule
that counts, compares or orders more than that goes through everything: ``no``."""

OURS = "AL"
"""How our codes begin, and nobody else's."""

SECTIONS = ("What it checks", "Why it matters", "Bad", "Good", "How to fix")
"""The parts of every rule's page, in order."""

_CODE = r"[A-Z]{2,8}[0-9]{3}\Z"
_NAME = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+\Z"
# Compiled when a page is asked for: most runs ask for none.
_SECTION = r"(?ms)^(?P<fence>`{3,})[^`\n]*\n.*?^(?P=fence)[ \t]*$|^## (?P<heading>[^\n]+)$"
_EXAMPLE = r"(?ms)^(?P<fence>`{3,})(?:\w+) (?P<path>\S+)(?: (?P<encoding>[\w-]+))?\n(?P<text>.*?)^(?P=fence)$"


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
            for found in re.finditer(_EXAMPLE, self.sections.get(section, "") + "\n")
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
    origin: str = ""
    """The plugin that brings it; empty for ours."""
    local: Local = "no"
    """Beyond what a change cannot alter anything that it says."""

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
        summary, sections = split_sections(self.source)
        return Page(" ".join(summary.split()), {heading: text.strip("\n") for heading, text in sections})


def rule(
    code: str, name: str, severity: Severity, *, suppressible: bool = True, local: Local = "no"
) -> Callable[[Check], Rule]:
    """Makes a rule of a generator over findings; its docstring becomes its page."""

    def make(check: Check) -> Rule:
        return Rule(code, name, severity, check, suppressible=suppressible, local=local)

    return make


def audit(code: str, name: str, severity: Severity) -> Callable[[Audit], Rule]:
    """Makes a rule about the check itself; it cannot be suppressed by what it judges."""

    def make(check: Audit) -> Rule:
        return Rule(code, name, severity, None, check, suppressible=False)

    return make


def split_sections(text: str) -> tuple[str, list[tuple[str, str]]]:
    """What stands before the first ``## heading`` of a markdown text, and each heading with what follows it.

    What looks like a heading inside a code block is none.
    """
    found = [match for match in re.finditer(_SECTION, text) if match["heading"] is not None]
    starts = [*(match.start() for match in found), len(text)]
    parts = [(match["heading"].strip(), text[match.end() : end]) for match, end in zip(found, starts[1:], strict=True)]
    return text[: starts[0]], parts


def fault(candidate: Rule) -> str | None:
    """What keeps something from being a rule, as the end of a sentence about it; nothing when all is well."""
    claimed: tuple[object, ...] = candidate  # a plugin may have put anything in
    code, name, severity, check, judge, *_ = claimed
    if not isinstance(code, str) or not re.match(_CODE, code):
        return f"has the code `{code}`, which is not two to eight capital letters and three digits, such as ACM001"
    if not isinstance(name, str) or not re.match(_NAME, name):
        return f"has the name `{name}`, which is not two or more lower-case words joined by hyphens"
    if not isinstance(severity, Severity):
        return f"has the severity `{severity}`, which is none of Severity's"
    if not callable(check) and not callable(judge):
        return "has a check that cannot be called: `@rule(…)` stands above a generator function"
    if not __debug__:  # python -OO takes docstrings away
        return None
    page = candidate.page
    if not page.summary.endswith("."):
        return "has a docstring that does not begin with one sentence and its full stop"
    if tuple(page.sections) != SECTIONS:
        return "has a docstring whose sections are not " + ", ".join(f"`## {name}`" for name in SECTIONS)
    empty = next((heading for heading, text in page.sections.items() if not text.strip()), None)
    if empty is not None:
        return f"has a docstring with nothing under `## {empty}`"
    bare = next((heading for heading in ("Bad", "Good") if not page.examples(heading)), None)
    if bare is not None:
        return f"has a docstring without an example file under `## {bare}` (a code block `markdown teams/x/charter.md`)"
    return None


def objection(candidate: Rule, others: Iterable[Rule]) -> str | None:
    """As :func:`fault`, for a rule that comes from elsewhere and stands beside others."""
    wrong = fault(candidate)
    if wrong is not None:
        return wrong
    if candidate.code.startswith(OURS):
        return f"has a code that begins with `{OURS}`, as align's own alone do"
    for other in others:
        whose = f" of the plugin `{other.origin}`" if other.origin else ", one of align's own"
        if candidate.code == other.code:
            return f"has the code of `{other.name}`{whose}"
        if candidate.name == other.name:
            return f"has the name of {other.code}{whose}"
    return None


def quoted(text: str, most: int = 60) -> str:
    """Somebody's own words, fit to stand in backquotes."""
    text = " ".join(text.split()).replace("`", "'")
    return text if len(text) <= most else text[: most - 1] + "…"


def days(count: int) -> str:
    """A length of time in words."""
    return "1 day" if count == 1 else f"{count} days"
