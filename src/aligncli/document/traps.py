"""YAML in words: what a syntax error means, and values that YAML cut short without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml
from yaml._yaml import CParser

from aligncli.diagnostics import Span
from aligncli.document.loader import YamlError, place_of, typed

_MAYBE_CUT = re.compile(r"[ \t]#[^\s#!]")
_WORD = r"[^ \t\r\n\x85\u2028\u2029]"
_CUT = re.compile(rf"[ \t]++#(?!align:)[^\s#!]{_WORD}*+(?:[ \t]++(?!#(?:[ \t]|align:)){_WORD}++)*")
"""Up to a comment that is one, or to the last word on the line."""
_KEY_BEFORE = re.compile(r"([\w\-]+):[ \t]+\Z")
_GLUED = re.compile(r"[ \t]*(?:-[ \t]+)*(?P<key>[\w\-]+):(?P<value>[^\s:/][^\r\n]*)")
_KEY_VALUE = re.compile(r"[ \t]*(?:-[ \t]+)*([\w\-]+):[ \t]+(\S[^\r\n]*)")


_LINE = re.compile(r"[^\r\n]+")
_QUOTE = re.compile(r"(?:^[ \t]*|[:,\-\[{][ \t]+|[\[{])([\"'])")
"""A quote where a value begins."""
_REST = {'"': re.compile(r'(?:[^"\\]|\\.)*'), "'": re.compile(r"(?:[^']|'')*")}
_KEY_LINE = re.compile(r"[ \t]*(?:-[ \t]+)*(?:\{[ \t]*)?[\w\-]+:(?:[ \t]|\Z)")

_OUR_OWN = ("more than", "nested more", "the tag", "a key must", "the character")
"""How the loader's own messages begin: they need no explanation."""


class Explained(NamedTuple):
    """A syntax error as a person would say it."""

    message: str
    span: Span
    label: str
    help: str | None


class Cut(NamedTuple):
    """A plain value that ends at a hash: YAML reads the rest as a comment."""

    key: str
    """The key before it on its line, where there is one."""
    value: str
    rest: str
    span: Span


def cuts(text: str) -> Iterator[Cut]:
    """The text values in a YAML document that a `` #word`` cut short; ``# word`` with a space is a comment."""
    if (" #" not in text and "\t#" not in text) or not _MAYBE_CUT.search(text):
        return
    parser = CParser(text)
    try:
        while (event := parser.get_event()) is not None:
            if type(event) is yaml.ScalarEvent and not event.style and isinstance(typed(event.value), str):
                start, end = place_of(event)
                rest = _CUT.match(text, end)
                if rest is not None:
                    whole = Span(start, rest.end())
                    before = _KEY_BEFORE.search(text, max(text.rfind("\n", 0, whole.start), 0), whole.start)
                    yield Cut(before.group(1) if before else "", event.value, rest.group().strip(), whole)
    finally:
        parser.dispose()


def quoted(value: str) -> str:
    """A value in double quotes, as YAML would want it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _glued(found: re.Match[str]) -> Explained:
    """A key whose colon has no space behind it, so that YAML sees one word."""
    key, value = found.group("key"), found.group("value").strip()
    shown = value if len(value) <= 60 else value[:59] + "…"
    return Explained(
        f"`{key}` has no space after its colon",
        Span(found.start("key"), found.end("key") + 1),
        "a space is missing here",
        f"write `{key}: {shown}`",
    )


def swallowed(text: str) -> Explained | None:
    """The quote that was not closed at the end of its line and so took the keys below into its value, if one did:
    a later quote closes it, and only what comes then seems to be wrong."""
    opened: int | None = None
    for line in _LINE.finditer(text):
        if not line.group().strip():
            continue
        if opened is not None and _KEY_LINE.match(line.group()):
            return Explained(
                "a quote is opened and not closed on its line",
                Span(opened, opened + 1),
                "opened here",
                f"close it with `{text[opened]}` at the end of the line",
            )
        opened = _left_open(line.group())
        if opened is not None:
            opened += line.start()
    return None


def _left_open(line: str) -> int | None:
    """Where the quote stands that is still open at the end of a line; nothing where none is."""
    at = 0
    while (found := _QUOTE.search(line, at)) is not None:
        rest = _REST[found.group(1)].match(line, found.end())
        at = rest.end() + 1 if rest is not None else len(line)
        if at > len(line):
            return found.start(1)
    return None


def explain(error: YamlError, text: str) -> Explained:
    """Says what a syntax error means and how to mend it; falls back on the parser's own words."""
    start = error.span.start
    opened = swallowed(text)
    if opened is not None and opened.span.start < start:
        return opened
    problem = error.message
    context = error.context[0] if error.context else ""
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    line = re.match(r"[^\r\n]*", text[line_start:]).group()  # type: ignore[union-attr]
    char = text[start : start + 1]
    found = _KEY_VALUE.match(line)
    key, value = (found.group(1), found.group(2).rstrip()) if found else ("", "")
    quote = "put quotes around the value"
    if key:
        quote = f"put quotes around it: `{key}: {quoted(value)}`" if len(value) < 200 else f"{quote} of `{key}`"

    if problem.startswith(_OUR_OWN):
        return Explained(problem, error.span, "", None)
    if "cannot start any token" in problem:
        if char == "\t":
            return Explained("a tab cannot indent YAML", error.span, "a tab", "indent with spaces")
        sign = "a backtick" if char == "`" else f"`{char}`"
        before = _KEY_BEFORE.search(text, line_start, start)
        if before is None:
            return Explained(f"nothing can begin with {sign} here", error.span, "needs quotes", "put quotes around it")
        whole = found is not None and line_start + found.start(2) == start
        help_ = quote if whole else f"put quotes around the value of `{before.group(1)}`"
        return Explained(
            f"the value of `{before.group(1)}` cannot begin with {sign}", error.span, "needs quotes", help_
        )
    if "mapping values are not allowed" in problem:
        if found and line_start + found.start(2) <= start:
            return Explained(
                f"the value of `{key}` holds a second colon, which YAML takes for another key",
                error.span,
                "the second colon",
                quote,
            )
        above = text.rfind("\n", 0, max(line_start - 1, 0)) + 1
        if (glued := _GLUED.match(text, above, line_start)) is not None:
            return _glued(glued)
        return Explained(
            "this line is indented deeper than the one above, which has a value already",
            error.span,
            "a key cannot stand here",
            "give it the same indent as the keys it belongs to",
        )
    if "quoted scalar" in context and "end of stream" in problem and error.context:
        return Explained("a quote is opened and never closed", error.context[1], "opened here", "close the quote")
    if "could not find expected ':'" in problem and error.context:
        begin = error.context[1].start
        words = re.match(r"[^\r\n]*", text[begin:]).group().strip()  # type: ignore[union-attr]
        if words.startswith(("<<<<<<<", "=======", ">>>>>>>")):
            place = Span(begin, begin + len(words))
            return Explained(
                "a merge was left unfinished", place, "a conflict marker", "keep one side and remove the markers"
            )
        if (glued := _GLUED.match(text, begin)) is not None:
            return _glued(glued)
        return Explained(
            f"`{words[:60]}` is neither `key: value` nor a list item",
            Span(begin, begin + len(words)),
            "a colon is missing, or this belongs to the line above",
            "write `key: value`, with a space after the colon",
        )
    if "',' or ']'" in problem or "',' or '}'" in problem:
        bracket = "]" if "]" in problem else "}"
        place = error.context[1] if error.context else error.span
        return Explained(
            f"a list or mapping in brackets is not closed with `{bracket}`",
            place,
            "opened here",
            f"close it with `{bracket}`, and put quotes around a value with a comma, a colon or ` #` in it",
        )
    if "did not find expected key" in problem or "did not find expected '-' indicator" in problem:
        return Explained(
            "this line does not fit the lines above",
            error.span,
            "unexpected here",
            "keys of one mapping, and the dashes of one list, need the same indent",
        )
    if "alias" in problem or "anchor" in context or "alias" in context:
        sign = "*" if "alias" in problem + context else "&"
        place = error.span
        if value.startswith(sign) and found is not None:
            begin = line_start + found.start(2)
            place = Span(begin, begin + 1)
        return Explained(f"`{sign}` at the start of a value has a meaning in YAML", place, "needs quotes", quote)
    if "another document" in problem:
        return Explained(
            "a second YAML document begins inside the frontmatter",
            error.span,
            "begins here",
            "keep one document between the two `---` lines",
        )
    if "unknown escape" in problem:
        return Explained(
            "a backslash in double quotes needs a letter that YAML knows",
            error.span,
            "unknown escape",
            "use single quotes, in which a backslash is a backslash",
        )
    if "tab" in problem:
        return Explained("a tab cannot indent YAML", error.span, "a tab", "indent with spaces")
    message = f"{problem} {context}".strip() if context.startswith("while") else problem
    return Explained(message, error.span, "", None)
