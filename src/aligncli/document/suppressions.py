"""Comments that suppress findings: ``# align: ignore[AL306] until 2027-01-31: reason``, and their like in the prose.

PyYAML drops comments, so they are looked for in the text; what lies inside a quoted or block scalar is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date

import yaml
from yaml._yaml import CParser

from aligncli.diagnostics import LineTable, Span, Suppression, Word
from aligncli.document.body import comments
from aligncli.document.loader import place_of
from aligncli.suggest import nearest

_BREAK = r"\r\n\x85\u2028\u2029"
"""What ends a comment for libyaml."""
_COMMENT = re.compile(rf"(?<![^ \t{_BREAK}])#[ \t]*align:[ \t]*(?P<said>[^{_BREAK}]*)")
_DASH = re.compile(r"-(?:[ \t]+#.*)?\Z", re.S)
_ITEM = re.compile(r"-(?:[ \t]|\Z)")
_HEADER = re.compile(rf"[|>][^{_BREAK}]*")
_PROSE = re.compile(r"<!--\s*align:\s*")
_SKIPPED = re.compile(r"\s+|<!--.*?-->", re.S)
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
            # On a line of its own it is about the line below, and all of an item that begins there; else about its own.
            governed = lines.item(lines.following[number]) if lines.begins_at(hit.start()) else lines.line(number)
            yield made._replace(governs=None if made.governs is None else governed)


class _Lines:
    """The lines of a frontmatter, and for each the first one from there on that holds more than a comment."""

    def __init__(self, text: str, front: Span) -> None:
        self._offset = front.start
        self._text = text[front.start : front.end]
        self._starts = LineTable(self._text).starts
        self._said = [
            self._text[start:end].strip()
            for start, end in zip(self._starts, [*self._starts[1:], len(self._text)], strict=True)
        ]
        self._items: dict[int, Span] = {}
        self.following = [len(self._said)] * (len(self._said) + 1)
        for number in range(len(self._said) - 1, -1, -1):
            is_none = self._said[number][:1] in ("", "#")
            self.following[number] = self.following[number + 1] if is_none else number

    def number(self, at: int) -> int:
        """The index of the line that holds an offset of the document."""
        return bisect_right(self._starts, at - self._offset) - 1

    def begins_at(self, at: int) -> bool:
        """Whether nothing stands on a line before an offset of the document."""
        return not self._text[self._starts[self.number(at)] : at - self._offset].strip()

    def line(self, number: int) -> Span:
        """Where a line is in the document; behind the last one, nothing. A dash alone goes with what it is for."""
        last = number
        if last < len(self._said) and _DASH.match(self._said[last]):
            last = self.following[last + 1]
        return self._span(number, last)

    def item(self, number: int) -> Span:
        """Where a line is, with all that belongs to it where it begins an item of a list."""
        if number >= len(self._said) or not _ITEM.match(self._said[number]):
            return self.line(number)
        if number not in self._items:  # comments may be stacked above one item by the thousand
            last = number
            while (below := self.following[last + 1]) < len(self._said) and self._indent(below) > self._indent(number):
                last = below
            self._items[number] = self._span(number, last)
        return self._items[number]

    def _indent(self, number: int) -> int:
        return self._text.index(self._said[number], self._starts[number]) - self._starts[number]

    def _span(self, number: int, last: int) -> Span:
        return Span(self._at(number), self._at(last + 1) - 1 if last + 1 < len(self._starts) else self._at(last + 1))

    def _at(self, number: int) -> int:
        return self._offset + (self._starts[number] if number < len(self._starts) else len(self._text))


def _scalars(front: str, offset: int) -> list[Span]:
    """Where a hash may lie in a value: everything quoted, folded or kept as it is."""
    spans = []
    parser = CParser(front)
    try:
        while (event := parser.get_event()) is not None:
            if type(event) is yaml.ScalarEvent and event.style:
                start, end = place_of(event)
                if event.style in "|>" and (header := _HEADER.search(front, start, end)):
                    start = header.end()  # a comment may stand behind the sign
                spans.append(Span(start + offset, end + offset))
    except yaml.YAMLError:
        return [Span(offset, offset + len(front))]
    finally:
        parser.dispose()
    return spans


def _in_prose(text: str, body: int) -> Iterator[Suppression]:
    if text.find("align:", body) < 0:
        return
    last, is_first = body, True
    begin = blank = -1
    for span in comments(text, body):
        # Nothing but comments before it on its line: it is about the paragraph below, else about the rest of its own.
        between = text[last : span.start]
        line = max(between.rfind("\n"), between.rfind("\r")) + 1
        is_first = (is_first or line > 0) and not between[line:].strip(" \t>")
        last = span.end
        if begin < last:  # else the comment before is about the same: no text is searched twice
            begin = _behind_comments(text, last) if is_first else last
        if blank < begin:
            found = _BLANK_LINE.search(text, begin)
            blank = found.start() if found else len(text)
        hit = _PROSE.match(text, span.start, span.end)
        if hit is not None:
            said = text[hit.end() : span.end].removesuffix("-->").rstrip()
            made = _read(said, hit.end(), span, "<!-- align: ", on_top=False)
            if made is not None:
                yield made._replace(governs=Span(span.start, blank))


def _behind_comments(text: str, at: int) -> int:
    while (skipped := _SKIPPED.match(text, at)) is not None:
        at = skipped.end()
    return at


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
            return Suppression(span, governs=whole, fault="names no rule in brackets", help=example)
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
        " ".join((match["reason"] or "").split()),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.match(text) else None
    except ValueError:
        return None
