"""Finds the frontmatter of a markdown text, strictly: what is not exactly right is named, never guessed."""

from __future__ import annotations

import enum
import re
from typing import NamedTuple

from aligncli.diagnostics import Span

_OPENING = re.compile(r"---[ \t]*(?:\r\n|\n|\r|\Z)")
_CLOSING = re.compile(r"---[ \t]*(?=[\r\n]|\Z)")
_LATER = (
    # Code is passed over: a README may well show a document.
    r"^[ ]{0,3}(?P<code>`{3,}+|~{3,}+)[^\n]*+\n(?:.*?^[ ]{0,3}(?P=code)|.*\Z)"
    r"|^[ \t]*(?P<open>---)[ \t]*\n(?:[ \t]*\n)*[\w\-]+:[^\n]*\n(?:[^\n]*\n)*?---[ \t]*$"
)
_FOREIGN = re.compile(r"(?:\+\+\+|;;;|---[ \t]*(?:toml|json)\b|\{)")


class Fault(enum.Enum):
    """What is wrong with a text's frontmatter."""

    UNCLOSED = "unclosed"
    FOREIGN = "foreign"
    TEXT_BEFORE = "text-before"
    MISSING = "missing"


class Fences(NamedTuple):
    """Where the frontmatter and the prose of a text are."""

    frontmatter: Span | None
    body: int
    """The offset at which the prose begins."""
    fault: Fault | None = None
    place: Span = Span(0, 0)
    """Where the fault is; for text before it, the whole of the frontmatter."""


def split(text: str) -> Fences:
    """The fences of a text that has lost its byte-order mark.

    The first line must be ``---`` and a later line must be ``---``; both may be followed by blanks.
    """
    opening = _OPENING.match(text)
    if opening is None:
        if _FOREIGN.match(text):
            return Fences(None, 0, Fault.FOREIGN, Span(0, _line_end(text, 0)))
        later = _later(text)
        if later is not None:
            return Fences(None, 0, Fault.TEXT_BEFORE, later)
        return Fences(None, 0, Fault.MISSING)
    closing = _closing(text, opening.end())
    if closing is None:
        return Fences(None, len(text), Fault.UNCLOSED, Span(0, 3))
    body = closing.end()
    if text.startswith("\r\n", body):
        body += 2
    elif body < len(text):
        body += 1
    return Fences(Span(opening.end(), closing.start()), body)


def _closing(text: str, start: int) -> re.Match[str] | None:
    """The closing fence: ``str.find`` gets to it ten times as fast as a pattern that looks behind."""
    at = text.find("---", start)
    while at >= 0:
        if text[at - 1] in "\r\n" and (found := _CLOSING.match(text, at)):
            return found
        at = text.find("---", at + 1)
    return None


def _later(text: str) -> Span | None:
    """The first block further down that looks like frontmatter: two fences, and a key behind the first."""
    if "---" not in text:
        return None
    lines = text.replace("\r\n", " \n").replace("\r", "\n")  # as long as it was
    for found in re.finditer(_LATER, lines, re.M | re.S):
        if found["open"]:
            return Span(found.start("open"), found.end())
    return None


def _line_end(text: str, start: int) -> int:
    ends = [at for at in (text.find("\n", start), text.find("\r", start)) if at >= 0]
    return min(ends, default=len(text))
