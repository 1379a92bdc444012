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
_DASHES = re.compile(r"[ \t]*-[ \t]+\Z")


class Change(NamedTuple):
    """A stretch of a text and what takes its place."""

    span: Span
    text: str


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
    return Change(span, written) if written is not None else None


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
    if old[0] == '"':
        return json.dumps(value, ensure_ascii=False)
    if old[0] == "'":
        return "'" + value.replace("'", "''") + "'"
    if _PLAIN.match(value) and isinstance(typed(value), str) and not _FLOW_SIGN.search(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _with_blanks(text: str, span: Span) -> Span:
    """A stretch with the blanks before it, or with its lines where nothing else stands on them."""
    start = max(text.rfind("\n", 0, span.start), text.rfind("\r", 0, span.start)) + 1
    end = _line_end(text, span.end)
    if not text[start : span.start].strip() and not text[span.end : end].strip():
        return Span(start, _behind_line_end(text, end))
    before = span.start - len(text[start : span.start]) + len(text[start : span.start].rstrip(" \t"))
    if text[span.end : end].strip() and before > start and text[span.end] in " \t":
        return Span(before, span.end)
    return Span(before if not text[span.end : end].strip() else span.start, span.end)


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
    if locator.size(route[:-1]) == 1:
        return _without_field(source, route[:-1])
    start = max(text.rfind("\n", 0, span.start), text.rfind("\r", 0, span.start)) + 1
    end = _line_end(text, span.end)
    if _DASHES.match(text, start, span.start):
        rest = text[span.end : end].strip()
        return Change(Span(start, _behind_line_end(text, end)), "") if not rest or rest.startswith("#") else None
    behind = re.compile(r"\s*,\s*").match(text, span.end)
    if behind:
        return Change(Span(span.start, behind.end()), "")
    before = text[: span.start].rstrip()
    return Change(Span(len(before) - 1, span.end), "") if before.endswith(",") else None


def _without_field(source: Source, route: Route) -> Change | None:
    """Takes a field away where it has its lines for itself."""
    text, locator = source.text, source.locator
    key, value = locator.exactly(route, on_key=True), locator.exactly(route)
    if key is None or value is None or not route or not isinstance(route[-1], str):
        return None
    start = max(text.rfind("\n", 0, key.start), text.rfind("\r", 0, key.start)) + 1
    end = _line_end(text, value.end)
    rest = text[value.end : end].strip()
    if text[start : key.start].strip() or (rest and not rest.startswith("#")):
        return None
    return Change(Span(start, _behind_line_end(text, end)), "")
