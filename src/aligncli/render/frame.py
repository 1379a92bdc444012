"""Source frames: lines of a document with marks under them, in the manner of rustc."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, groupby, pairwise
from typing import NamedTuple

from aligncli.diagnostics import Range, Severity
from aligncli.document.source import Source
from aligncli.render.text import Style, cell, plain

_GAP = 2
"""Up to this many lines between two marks are shown; more are left out."""
_ROOM_FOR_LABELS = 24


class Mark(NamedTuple):
    """A place with a few words."""

    range: Range
    label: str
    primary: bool


def frame(source: Source, marks: Sequence[Mark], style: Style, severity: Severity, gutter: int) -> list[str]:
    """The lines of one frame, its first and last an empty gutter.

    Args:
        source: the document.
        marks: at least one.
        style: colours and width.
        severity: colours the primary mark.
        gutter: how many cells line numbers take.
    """
    empty = style.paint(f"{'':{gutter}} |", "blue", bold=True)
    by_line: dict[int, list[Mark]] = {}
    for mark in marks:
        by_line.setdefault(mark.range.start.line, []).append(mark)
    numbers = sorted(by_line)
    shown = [empty]
    for number, following in pairwise([*numbers, 0]):
        text = source.line(number)
        shown.extend(_line(text, by_line[number], number, style, severity, gutter))
        between = following - number - 1
        if following and 0 < between <= _GAP:
            for other in range(number + 1, following):
                shown.extend(_line(source.line(other), [], other, style, severity, gutter))
        elif following and between > _GAP:
            shown.append(style.paint("...", "blue", bold=True))
    shown.append(empty)
    return shown


def _line(text: str, marks: Sequence[Mark], number: int, style: Style, severity: Severity, gutter: int) -> list[str]:
    # A title of a megabyte is cut before its cells are counted.
    focus = max((mark.range.start.column for mark in marks if mark.primary), default=1)
    if marks and focus == 1:
        focus = marks[0].range.start.column
    begin = max(0, focus - 1 - 2 * style.width)
    cells = [cell(char) for char in text[begin : begin + 5 * style.width]]
    offsets = [0]
    for _, width in cells:
        offsets.append(offsets[-1] + width)

    def at(column: int) -> int:
        return offsets[min(max(column - 1 - begin, 0), len(cells))]

    room = max(20, style.width - gutter - 3)
    left = 0
    if offsets[-1] > room or begin:
        start = at(focus)
        left = max(0, min(start - room // 3, offsets[-1] - room)) if start + _ROOM_FOR_LABELS > room else 0
    head = style.paint(f"{number:>{gutter}} |", "blue", bold=True)
    rows = [f"{head} {_window(cells, offsets, left, room, cut_left=bool(left or begin))}".rstrip()]
    if not marks:
        return rows
    placed = []
    for mark in sorted(marks, key=lambda mark: mark.range.start.column):
        start = at(mark.range.start.column) - left
        one_line = mark.range.end.line == mark.range.start.line
        end = (at(mark.range.end.column) if one_line else offsets[-1]) - left
        start = min(max(start, 0), room - 1)
        placed.append((start, max(start + 1, min(end, room)), mark))
    rows.extend(_marks(placed, style, severity, gutter, room))
    return rows


def _window(cells: Sequence[tuple[str, int]], offsets: Sequence[int], left: int, room: int, *, cut_left: bool) -> str:
    inside = [
        shown
        for (shown, width), start in zip(cells, offsets, strict=False)
        if start >= left and start + width <= left + room
    ]
    line = "".join(inside)
    if offsets[-1] > left + room:
        line = line[:-1] + "…"
    return "…" + line[1:] if cut_left else line


def _marks(
    placed: Sequence[tuple[int, int, Mark]], style: Style, severity: Severity, gutter: int, room: int
) -> list[str]:
    """The row of carets, with the label of the rightmost behind it, and the other labels hanging below.

    A label that does not fit behind its mark hangs below as well, further left where it must, and is cut where even
    that is too narrow.
    """
    empty = style.paint(f"{'':{gutter}} |", "blue", bold=True)

    def painted(text: str, mark: Mark) -> str:
        return style.severity(text, severity) if mark.primary else style.paint(text, "blue", bold=True)

    # Where marks overlap, the primary one is on top.
    owners: list[Mark | None] = [None] * max(end for _, end, _ in placed)
    for start, end, mark in sorted(placed, key=lambda item: item[2].primary):
        owners[start:end] = [mark] * (end - start)
    row = ""
    for mark_here, run in groupby(owners, key=lambda owner: owner):
        length = len(list(run))
        sign = " " if mark_here is None else "^" if mark_here.primary else "-"
        row += sign * length if mark_here is None else painted(sign * length, mark_here)
    at = len(owners)
    hanging = [(start, mark, _cells(plain(mark.label))) for start, _, mark in placed if mark.label]
    last = placed[-1][2]
    if last.label and at + 1 + hanging[-1][2] <= room:
        row += " " + painted(plain(last.label), last)
        hanging.pop()
    rows = [f"{empty} {row}"]
    while hanging:
        start, mark, width = hanging.pop()
        bars, at = "", 0
        for left, other, _ in [*hanging, (start, mark, width)]:
            if left >= at:
                bars += " " * (left - at) + painted("|", other)
                at = left + 1
        rows.append(f"{empty} {bars}")
        begin = max(0, min(start, room - width))
        label, at = "", 0
        for left, other, _ in hanging:
            if at <= left < begin:
                label += " " * (left - at) + painted("|", other)
                at = left + 1
        label += " " * (begin - at) + painted(_cut(plain(mark.label), room), mark)
        rows.append(f"{empty} {label}")
    return rows


def _cells(text: str) -> int:
    return sum(cell(char)[1] for char in text)


def _cut(text: str, room: int) -> str:
    """A text that takes at most so many cells."""
    if _cells(text) <= room:
        return text
    widths = accumulate(cell(char)[1] for char in text)
    return text[: next(at for at, width in enumerate(widths) if width > room - 1)] + "…"
