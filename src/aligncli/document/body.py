"""The prose below the frontmatter: its links, and placeholders that nobody filled in."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from urllib.parse import unquote

import msgspec

from aligncli.diagnostics import Span

_INLINE = r"""\]\([ \t]*\n?[ \t]*(?:<(?P<angle>[^<>\n]*)>|(?P<inline>(?:[^\s<()\\]|\\.)*(?:\((?:[^\s()\\]|\\.)*\)(?:[^\s()\\]|\\.)*)*))(?:\s+(?:"[^"\n]*"|'[^'\n]*'|\([^()\n]*\)))?\s*\)"""
"""Where a link leads, from the bracket on that closes its text."""
# One pass, leftmost first: what is code or a comment is consumed before a link in it could match.
_TOKENS = re.compile(
    rf"""
      ^[ ]{{0,3}}(?P<fence>`{{3,}}+(?=[^`\n]*\n)|~{{3,}}+)[^\n]*+\n(?:.*?^[ ]{{0,3}}(?P=fence)[`~]*[ \t]*$|.*\Z)
    | <!--.*?(?:-->|\Z)
    | (?P<ticks>`+)
    | \\.
    | {_INLINE}
    | ^[ ]{{0,3}}\[(?!\^)[^\]\n]+\]:[ \t]*(?:<(?P<angled>[^<>\n]*)>|(?P<defined>\S+))
    | (?P<todo>^[ \t>*\-]*(?:TODO|TBD|FIXME)\b:?)
    """,
    re.X | re.M | re.S,
)
_LINK = re.compile(_INLINE, re.S)
_MARKERS = ("TODO", "TBD", "FIXME")
_RARE = ("]:", *_MARKERS, "`", "\\", "<!--", "~~~", "\r", "\n    ", "\n\t")
"""What links alone can do without: other tokens, and all that may hide one. ``str.find`` is fast, the pattern is not."""
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_LIST_ITEM = re.compile(r"[ ]{0,3}(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]|$)")
_NEARBY = 2000
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:|//|#")

PLACEHOLDER = re.compile(r"\s*(?:(?:TODO|TBD|FIXME)\b.*|<[^<>]+>|\{\{.*\}\}|(?i:lorem ipsum)\b.*)\s*\Z", re.S)
"""A whole value that a template left behind: ``TODO …``, ``<angle brackets>``, ``{{braces}}``, lorem ipsum."""


def may_hold_placeholder(text: str) -> bool:
    """Cheap: whether a text may hold a placeholder at all."""
    return (
        "<" in text
        or ("D" in text and ("TODO" in text or "TBD" in text))  # the one letter is found, or not, ten times as fast
        or ("X" in text and "FIXME" in text)
        or "{{" in text
        or "orem ipsum" in text
        or "OREM IPSUM" in text
    )


class Link(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A relative link or image in the prose: where it leads, as written but without its ``#fragment``."""

    target: str
    span: Span
    written: Span | None = None
    """Where the path alone stands, if it is written as it is meant, without escapes."""


class Body(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a rule may want to know of the prose."""

    links: tuple[Link, ...] = ()
    placeholders: tuple[Span, ...] = ()


EMPTY = Body()
"""Of a text without either, as most are."""


def read_body(text: str, start: int) -> Body:
    """The links and placeholders in ``text`` from offset ``start`` on."""
    if text.find("](", start) < 0 and text.find("]:", start) < 0 and not _any_of(_MARKERS, text, start):
        return EMPTY
    links: list[Link] = []
    placeholders: list[Span] = []
    text = _with_line_feeds(text)
    for match in _tokens(text, start):
        group = match.lastgroup
        if group == "todo":
            begin = match.end() - len(match.group().lstrip(" \t>*-"))
            placeholders.append(Span(begin, match.end()))
        elif group in ("angle", "inline", "angled", "defined"):
            target = local_path(_ESCAPE.sub(r"\1", match.group(group)))
            if target and (group in ("angled", "defined") or _opens(text, start, match.start())):
                begin, end = match.span(group)
                written = Span(begin, begin + len(target)) if text.startswith(target, begin) else None
                links.append(Link(target, Span(begin, end), written))
    return Body(tuple(links), tuple(placeholders))


def comments(text: str, start: int) -> Iterator[Span]:
    """The HTML comments in the prose from an offset on, those shown as code left out."""
    for match in _tokens(_with_line_feeds(text), start):
        if match.group().startswith("<!--"):
            yield Span(*match.span())


def _with_line_feeds(text: str) -> str:
    """A text whose lines all end alike, as long as it was."""
    return text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in text else text


def _tokens(text: str, start: int) -> Iterator[re.Match[str]]:
    """What a reader of prose would notice: links, comments, markers; nothing that lies in code."""
    if not _any_of(_RARE, text, start):
        yield from _links(text, start)
        return
    indented = text.find("\n    ", start) >= 0 or text.find("\n\t", start) >= 0
    code = _indented_code(text, start) if indented else []
    spans: _CodeSpans | None = None
    at = start
    while match := _TOKENS.search(text, at):
        at = max(match.end(), at + 1)
        if code and _lies_in(code, match.start()):
            continue
        if match.lastgroup == "ticks":
            spans = spans or _CodeSpans(text, start)
            at = spans.end(match.start(), match.end())
        else:
            yield match


def _links(text: str, start: int) -> Iterator[re.Match[str]]:
    """The links in a prose that holds nothing else to notice."""
    at = text.find("](", start)
    while at >= 0:
        match = _LINK.match(text, at)
        if match:
            yield match
        at = text.find("](", match.end() if match else at + 1)


def _any_of(signs: tuple[str, ...], text: str, start: int) -> bool:
    for sign in signs:  # noqa: SIM110 - a generator would take longer than what it looks for
        if text.find(sign, start) >= 0:
            return True
    return False


def _opens(text: str, start: int, closing: int) -> bool:
    """Whether a bracket that no backslash disarms opens before one that closes; looked for nearby."""
    nearest = max(start, closing - _NEARBY)
    at = text.rfind("[", nearest, closing)
    while at > start and text[at - 1] == "\\":
        at = text.rfind("[", nearest, at)
    return at >= 0


def _indented_code(text: str, start: int) -> list[Span]:
    """The blocks of code that are one by their indent: after a blank line, and not inside a list."""
    blocks: list[Span] = []
    at, after_blank, in_list, in_code = start, True, False, False
    for line in text[start:].splitlines(keepends=True):
        blank = not line.strip()
        if line.startswith(("    ", "\t")) and not blank:
            if in_code:
                blocks[-1] = Span(blocks[-1].start, at + len(line))
            elif after_blank and not in_list:
                in_code = True
                blocks.append(Span(at, at + len(line)))
        elif not blank:
            in_code = False
            in_list = bool(_LIST_ITEM.match(line)) or (in_list and line[0] in " \t")
        after_blank = blank
        at += len(line)
    return blocks


def _lies_in(spans: list[Span], at: int) -> bool:
    index = bisect_right(spans, at, key=lambda span: span.start) - 1
    return index >= 0 and at < spans[index].end


class _CodeSpans:
    """Where code in backticks ends: at the next run of as many backticks in the same paragraph.

    Looked up, not searched for: a text of a million backticks takes no longer than any other.
    """

    def __init__(self, text: str, start: int) -> None:
        self._runs: dict[int, list[int]] = {}
        for run in re.compile("`+").finditer(text, start):
            self._runs.setdefault(len(run.group()), []).append(run.start())
        self._gaps = [gap.start() for gap in re.compile(r"\n[ \t]*\n").finditer(text, start)]

    def end(self, start: int, after: int) -> int:
        """The end of the code that the backticks from ``start`` to ``after`` begin, else ``after``."""
        length = after - start
        runs = self._runs.get(length, [])
        following = bisect_left(runs, after)
        if following == len(runs):
            return after
        gap = bisect_left(self._gaps, after)
        if gap < len(self._gaps) and self._gaps[gap] < runs[following]:
            return after
        return runs[following] + length


def local_path(target: str) -> str | None:
    """The path that a link target names within the repo: nothing for a URL, an address or a bare fragment."""
    if not target or _SCHEME.match(target):
        return None
    path = unquote(target.split("#", 1)[0].split("?", 1)[0])
    return path or None
