"""Changes to a text that touch only what they mean: quotes, comments and line ends stay."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from aligncli.diagnostics import Edit, Route, Span
from aligncli.document.loader import typed
from aligncli.document.source import Source

_PLAIN = re.compile(r"[A-Za-z0-9_/.](?:[\w/.+\-]|:(?=\S)| (?=[\w/.+(\-]))*\Z")
"""Values that need no quotes, wherever they stand."""
_FLOW_SIGN = re.compile(r"[,\[\]{}]")
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
"""What YAML reads as the end of a line, or does not take as it is."""
_DASHES = re.compile(r"(?:[ \t]*-[ \t]+)+\Z")
_COMMA = re.compile(r"\s*,\s*")
_ANCHOR = re.compile(r"(?<![^\s,\[{])&[^\s,\[\]{}]")


class Change(NamedTuple):
    """A stretch of a text and what takes its place."""

    span: Span
    text: str
    whole: Span | None = None
    """In which nothing else may change at the same time, where that is more than the stretch."""


def resolve(source: Source, edit: Edit, route: Route) -> Change | None:
    """The change that an edit means in a text; nothing where it cannot be made without touching more.

    Args:
        source: the text.
        edit: what to change.
        route: the edit's route in the text itself.
    """
    if edit.span is not None:
        if edit.text is not None:
            return Change(edit.span, edit.text)
        return Change(_with_blanks(source.text, edit.span), "")
    if edit.text is None:
        return _without(source, route)
    span = source.locator.exactly(route, on_key=edit.on_key)
    if span is None or span.start == span.end:
        return None
    written = _as_quoted(edit.text, source.text[span.start : span.end])
    # Of two keys that should have the same name one gets it, and then the other should not.
    whole = source.locator.exactly(route[:-1]) if edit.on_key else None
    return Change(span, written, whole) if written is not None else None


def apply(text: str, changes: Iterable[Change]) -> str:
    """A text with changes made that do not overlap."""
    parts: list[str] = []
    at = 0
    for change in sorted(changes):
        parts += text[at : change.span.start], change.text
        at = change.span.end
    return "".join((*parts, text[at:]))


def _as_quoted(value: str, old: str) -> str | None:
    """A value, quoted as another one was; plain only where YAML would read it as the same text."""
    if old[0] in "&!|>*?":
        return None  # an anchor, a tag, a block or an alias says more than its value
    if old[0] == "'" and not _ODD.search(value):
        return "'" + value.replace("'", "''") + "'"
    if old[0] not in "'\"" and _PLAIN.match(value) and isinstance(typed(value), str):
        return value
    written = json.dumps(value, ensure_ascii=False)
    return _ODD.sub(lambda found: f"\\u{ord(found.group()):04x}", written)


def _with_blanks(text: str, span: Span) -> Span:
    """A stretch with the blanks before it, or with its lines where nothing else stands on them."""
    start, end = _line_start(text, span.start), _line_end(text, span.end)
    before = start + len(text[start : span.start].rstrip(" \t"))
    behind = span.end + len(text[span.end : end]) - len(text[span.end : end].lstrip(" \t"))
    if before == start and behind == end:
        return Span(start, _behind_line_end(text, end))
    if before == start:
        return span._replace(end=behind)
    return Span(before, span.end) if behind > span.end or behind == end else span


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line_end(text: str, at: int) -> int:
    found = re.compile(r"[\r\n]|\Z").search(text, at)
    return found.start() if found else len(text)


def _behind_line_end(text: str, at: int) -> int:
    return at + 2 if text.startswith("\r\n", at) else min(at + 1, len(text))


def _without(source: Source, route: Route) -> Change | None:
    """Takes a list's item away; with the last one goes the list."""
    text, locator = source.text, source.locator
    span = locator.exactly(route)
    if span is None or not route or not isinstance(route[-1], int):
        return None
    items = locator.exactly(route[:-1])
    if items is None or locator.size(route[:-1]) == 1:
        return _without_field(source, route[:-1])
    # The first one waits until the others that go are gone: then it is known whether the list goes with it.
    whole = Span(span.start, items.end) if route[-1] == 0 else None
    start, end = _line_start(text, span.start), _line_end(text, span.end)
    if _ANCHOR.search(text, span.start, span.end):
        return None  # something else may point to it
    if (dashes := _DASHES.match(text, start, span.start)) is not None:
        is_alone = dashes.group().count("-") == 1 and _is_remark(text[span.end : end])
        return Change(Span(start, _behind_line_end(text, end)), "", whole) if is_alone else None
    # In brackets the comma goes as well: the one behind it, or else the one before, if nothing else stands between.
    if (comma := _COMMA.match(text, span.end)) is not None:
        at = text.index(",", span.end) + 1 if text.startswith("#", comma.end()) else comma.end()
        return Change(Span(span.start, at), "", whole)
    before = locator.exactly((*route[:-1], route[-1] - 1))
    if before is None or _COMMA.fullmatch(text, before.end, span.start) is None:
        return None
    return Change(Span(before.end, span.end), "")


def _without_field(source: Source, route: Route) -> Change | None:
    """Takes a field away where it has its lines for itself."""
    text, locator = source.text, source.locator
    key, value = locator.exactly(route, on_key=True), locator.exactly(route)
    if key is None or value is None or not route or not isinstance(route[-1], str):
        return None
    start, end = _line_start(text, key.start), _line_end(text, value.end)
    if text[start : key.start].strip() or not _is_remark(text[value.end : end]):
        return None
    if _ANCHOR.search(text, key.start, value.end):
        return None
    return Change(Span(start, _behind_line_end(text, end)), "")


def _is_remark(text: str) -> bool:
    """Whether nothing but a comment stands behind a value on its line."""
    text = text.strip()
    return not text or text.startswith("#")
