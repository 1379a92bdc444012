"""Comments that suppress findings: ``# align: ignore[AL306] until 2027-01-31: reason``, and their like in the prose.

PyYAML drops comments, so they are looked for in the text; what lies inside a quoted or block scalar is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import yaml
from yaml._yaml import CParser

from aligncli.diagnostics import LineTable, Span
from aligncli.document.body import comments
from aligncli.document.loader import place_of
from aligncli.suggest import nearest

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*align:[ \t]*(?P<said>[^\r\n]*)", re.M)
_PROSE = re.compile(r"<!--\s*align:\s*(?P<said>.*?)\s*(?:-->|\Z)", re.S)
_WORDS = ("ignore", "ignore-file")
_SAID = re.compile(
    r"(?P<what>ignore(?:-file)?)[ \t]*\[(?P<rules>[^\[\]]*)\]"
    r"(?:[ \t]+until[ \t]+(?P<until>[^\s:]+))?[ \t]*(?::(?P<reason>.*))?\Z",
    re.S,
)
_RULE = re.compile(r"[^\s,]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_BLANK_LINE = re.compile(r"\r?\n[ \t]*(?=\r?\n|\Z)|\r[ \t]*(?=\r|\Z)")
_EXAMPLE = "ignore[AL306] until 2027-01-31: why it is fine"


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


def read_suppressions(text: str, front: Span, body: int) -> tuple[Suppression, ...]:
    """The suppressions of a document.

    Args:
        text: of the whole document, without a byte-order mark.
        front: where its frontmatter is; it must be one that can be parsed.
        body: where its prose begins.
    """
    found = [*_in_frontmatter(text, front), *_in_prose(text, body)]
    return tuple(found)


def _in_frontmatter(text: str, front: Span) -> Iterator[Suppression]:
    hits = list(_COMMENT.finditer(text, front.start, front.end))
    if not hits:
        return
    scalars = _scalars(text[front.start : front.end], front.start)
    lines = _Lines(text, front)
    for hit in hits:
        before = bisect_right(scalars, hit.start(), key=lambda span: span.start) - 1
        if before >= 0 and hit.start() < scalars[before].end:
            continue
        span = Span(hit.start(), hit.start() + len(hit.group().rstrip()))
        number = lines.number(hit.start())
        on_top = number < lines.following[0]
        made = _read(hit["said"], hit.start("said"), span, "# align: ", on_top=on_top)
        if made is not None:
            # On a line of its own it is about the line below, else about its own.
            governed = lines.following[number] if lines.is_comment[number] else number
            yield made._replace(governs=None if made.governs is None else lines.span(governed))


class _Lines:
    """The lines of a frontmatter, and for each the first one from there on that holds more than a comment."""

    def __init__(self, text: str, front: Span) -> None:
        self._offset = front.start
        self._starts = LineTable(text[front.start : front.end]).starts
        self._end = front.end - front.start
        ends = [*self._starts[1:], self._end]
        heads = [
            text[front.start + start : front.start + end].lstrip()[:1]
            for start, end in zip(self._starts, ends, strict=True)
        ]
        self.is_comment = [head == "#" for head in heads]
        self.following = [len(heads)] * (len(heads) + 1)
        for number in range(len(heads) - 1, -1, -1):
            self.following[number] = self.following[number + 1] if heads[number] in ("", "#") else number

    def number(self, at: int) -> int:
        """The index of the line that holds an offset of the document."""
        return bisect_right(self._starts, at - self._offset) - 1

    def span(self, number: int) -> Span:
        """Where a line is in the document; behind the last one, nothing."""
        start = self._starts[number] if number < len(self._starts) else self._end
        end = self._starts[number + 1] - 1 if number + 1 < len(self._starts) else self._end
        return Span(start + self._offset, end + self._offset)


def _scalars(front: str, offset: int) -> list[Span]:
    """Where a hash may lie in a value: everything quoted, folded or kept as it is."""
    spans = []
    parser = CParser(front)
    try:
        while (event := parser.get_event()) is not None:
            if type(event) is yaml.ScalarEvent and event.style:
                start, end = place_of(event)
                spans.append(Span(start + offset, end + offset))
    except yaml.YAMLError:
        return [Span(offset, offset + len(front))]
    finally:
        parser.dispose()
    return spans


def _in_prose(text: str, body: int) -> Iterator[Suppression]:
    if text.find("align:", body) < 0:
        return
    for span in comments(text, body):
        hit = _PROSE.match(text, span.start, span.end)
        if hit is None:
            continue
        made = _read(hit["said"], hit.start("said"), span, "<!-- align: ", on_top=False)
        if made is not None:
            below = re.compile(r"\s*").match(text, span.end)
            begin = below.end() if below else span.end
            blank = _BLANK_LINE.search(text, begin)
            yield made._replace(governs=Span(span.start, blank.start() if blank else len(text)))


def _read(said: str, offset: int, span: Span, opening: str, *, on_top: bool) -> Suppression | None:
    """What a comment behind ``align:`` says; nothing where it is a remark of another sort."""
    closing = " -->" if opening.startswith("<") else ""
    whole = Span(span.start, span.end)
    word = re.match(r"[\w-]*", said)
    what = word.group() if word else ""
    if what not in _WORDS and not said[len(what) :].startswith("[") and nearest(what, _WORDS) is None:
        return None
    match = _SAID.match(said)
    example = f"write `{opening}{_EXAMPLE}{closing}`"
    if match is None:
        if what in _WORDS and "[" not in said:
            return Suppression(span, governs=whole, fault="names no rule", help=example)
        return Suppression(span, governs=whole, fault="cannot be understood", help=example)
    rules = tuple(
        Word(found.group(), Span(offset + found.start(), offset + found.end()))
        for found in _RULE.finditer(said, match.start("rules"), match.end("rules"))
    )
    until, until_span, fault, help_ = None, None, None, example
    if match["until"] is not None:
        until_span = Span(offset + match.start("until"), offset + match.end("until"))
        until = _day(match["until"])
        if until is None:
            fault, help_ = f"ends on `{match['until'][:40]}`, which is not a day", "write it as `until 2026-12-31`"
    if not rules:
        fault = "names no rule"
    elif not (match["reason"] or "").strip():
        fault, help_ = "gives no reason", "add a colon and the reason: whoever reads this next will ask"
    elif match["what"] == "ignore-file" and not on_top:
        fault, help_ = (
            "is for the whole document, and not on the first line of its frontmatter",
            "move it there, or write `ignore` for this place alone",
        )
    return Suppression(
        span,
        rules,
        until,
        until_span,
        None if match["what"] == "ignore-file" else whole,
        fault,
        help_ if fault else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.match(text) else None
    except ValueError:
        return None
