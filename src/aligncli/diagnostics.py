"""What the tool says: findings (facts, placed by route) and diagnostics (located, ready to be shown)."""

from __future__ import annotations

import enum
from bisect import bisect_right
from datetime import date
from typing import NamedTuple

import msgspec

Route = tuple[str | int, ...]
"""Keys and indexes that lead into a document's frontmatter; the empty route is the whole document."""

Key = tuple[str, tuple[str, ...]]
"""A code and an identity: what makes a finding the same fact tomorrow."""

Fact = tuple[str, str]
"""An (entity, field) pair that a rule read, such as ``("goal:checkout/pay", "supports")``; a namespace
(``"goals"``) in place of the entity means *any* of them."""


class AlignError(Exception):
    """What the tool cannot do, said in one sentence; the command line prints it and exits with 2."""


class Severity(enum.IntEnum):
    """How much a finding matters; comparable."""

    OFF = 0
    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The lower-case word that users read and write."""
        return self.name.lower()


class Span(NamedTuple):
    """A stretch of a document's text, as code-point offsets; the end is exclusive."""

    start: int
    end: int


class Position(NamedTuple):
    """A place in a text: 1-based line and column, counted in code points."""

    line: int
    column: int


class Range(NamedTuple):
    """From one position to another; the end is exclusive."""

    start: Position
    end: Position


class Related(msgspec.Struct, frozen=True, gc=False):
    """A second place that helps to understand a finding."""

    path: str
    message: str
    route: Route = ()
    on_key: bool = False
    span: Span | None = None


class Edit(msgspec.Struct, frozen=True, gc=False):
    """A change to a document's text.

    At a route it replaces the value (or with ``on_key`` its key), quoted as the old one was; without a text it takes
    the item or field away. At a span it replaces the text as it stands, or takes it away with the blanks around it.
    """

    path: str
    route: Route = ()
    text: str | None = None
    on_key: bool = False
    span: Span | None = None


class Fix(msgspec.Struct, frozen=True, gc=False):
    """A change that mends a finding; a safe one never changes what the document means."""

    title: str
    safe: bool
    edits: tuple[Edit, ...]


class Finding(msgspec.Struct, frozen=True, gc=False):
    """A fact that a rule states about a place.

    ``identity`` is what makes it the same fact tomorrow: (subject, field, value …), never a line, an index or
    the message. ``rests_on`` names the facts it was concluded from: when one of them is broken elsewhere, the
    engine drops the finding, so that one cause gives one diagnostic.
    """

    rule: str
    path: str
    message: str
    route: Route = ()
    on_key: bool = False
    span: Span | None = None
    label: str = ""
    """A few words under the marked source text."""
    help: str | None = None
    """What to do; a NUL in it, or in ``hint``, stands for the position of ``help_place``."""
    help_place: Related | None = None
    hint: str = ""
    """The short form of ``help`` for one-line formats."""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    severity: Severity | None = None
    identity: tuple[str, ...] = ()
    rests_on: tuple[Fact, ...] = ()

    @property
    def key(self) -> Key:
        """What makes it the same fact tomorrow; its place only where it is about nothing with a name."""
        return self.rule, self.identity or (self.path, self.message)


class Word(NamedTuple):
    """A rule as a suppression names it: a code, a name or a prefix."""

    text: str
    span: Span


class Suppression(NamedTuple):
    """A comment that says which findings do not matter, where, and why."""

    span: Span
    """The whole comment."""
    rules: tuple[Word, ...] = ()
    until: date | None = None
    """The last day on which it holds."""
    until_span: Span | None = None
    governs: Span | None = None
    """The stretch of text whose findings it suppresses; nothing for the whole document."""
    fault: str | None = None
    """Why it suppresses nothing, as the end of a sentence about it."""
    help: str | None = None
    """How to mend the fault."""
    reason: str = ""


class LocatedRelated(NamedTuple):
    """A related place, located."""

    path: str
    range: Range
    message: str


class LocatedEdit(NamedTuple):
    """An edit, located: the text, quotes included, that takes the place of a stretch."""

    path: str
    range: Range
    text: str
    span: Span = Span(0, 0)
    whole: Span | None = None
    """In which nothing else may change at the same time."""


class LocatedFix(NamedTuple):
    """A fix, located."""

    title: str
    safe: bool
    edits: tuple[LocatedEdit, ...]


class Diagnostic(msgspec.Struct, frozen=True, gc=False):
    """A finding with its severity decided and its places located: what renderers print."""

    code: str
    name: str
    severity: Severity
    message: str
    path: str
    range: Range
    label: str = ""
    help: str | None = None
    hint: str = ""
    related: tuple[LocatedRelated, ...] = ()
    fix: LocatedFix | None = None
    identity: tuple[str, ...] = ()
    team: str | None = None
    """The team in whose documents it stands; nothing for those of the organisation."""

    @property
    def key(self) -> Key:
        """What makes it the same fact tomorrow, as that of its finding."""
        return self.code, self.identity or (self.path, self.message)

    @property
    def subject(self) -> str | None:
        """The thing it is about, as a reference, where it is about one."""
        return self.identity[0] if self.identity and self.identity[0] else None


class LineTable:
    """Turns offsets into lines and columns; LF, CRLF and a lone CR end a line, and nothing else does."""

    __slots__ = ("starts",)

    def __init__(self, text: str) -> None:
        starts = [0]
        at = 0
        if "\r" not in text:
            while (at := text.find("\n", at) + 1) > 0:
                starts.append(at)
        else:
            length = len(text)
            while at < length:
                char = text[at]
                at += 1
                if char == "\r" and at < length and text[at] == "\n":
                    at += 1
                    starts.append(at)
                elif char in "\r\n":
                    starts.append(at)
        self.starts = starts

    def position(self, offset: int) -> Position:
        """The position of an offset."""
        line = bisect_right(self.starts, offset)
        return Position(line, offset - self.starts[line - 1] + 1)

    def range(self, span: Span) -> Range:
        """The range of a span."""
        return Range(self.position(span.start), self.position(span.end))
