r"""Reads the YAML that nearly all documents are written in, in half the time, and leaves everything else to libyaml.

For repos of hundreds of documents: compiling what is looked for takes as long as libyaml does for three hundred.

That is: a mapping at the top; ``key: value`` and ``- value`` on lines indented with spaces; values that are words, or
quoted text without escapes, or lists and mappings in brackets that end on their line; comments. What is read here is
read exactly as :func:`aligncli.document.loader.load` would, which a property test holds; where anything is not of that
kind (a text over several lines, an anchor, a tag, a tab, ``\r``), nothing is read at all, and there are no errors.
"""

from __future__ import annotations

import re
from typing import Any

from aligncli.document import loader
from aligncli.document.loader import Loaded, typed

_MAX_LENGTH = 50_000
"""A text up to this long has fewer values than the loader's limit."""
_MAX_DEPTH = 50
"""Less than the loader's limit."""

_WIDE = r"\u00a1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
"""What YAML takes beyond ASCII, without what ends a line or is a blank."""
_FIRST = rf"(?:[A-Za-z0-9_/.({_WIDE}]|[+\-][0-9.])"
"""What a plain value may begin with and mean nothing by it; so may many another sign, in some places."""
_KEY = r"([A-Za-z][A-Za-z0-9_\-]{0,99}+(?:\ [A-Za-z0-9_\-]{1,99}+){0,8}+):"
_QUOTED = rf"""("[ !#-\[\]-~{_WIDE}]*+"|'[ -&(-~{_WIDE}]*+')\ *+"""
# A colon belongs to a plain value before anything but a blank, a hash behind anything but one.
_IN_BLOCK = rf"[ -\"$-9;-~{_WIDE}]"
_BLOCK_PLAIN = rf"({_FIRST}{_IN_BLOCK}*+(?:(?::(?=[!-~{_WIDE}])|(?<! )\#){_IN_BLOCK}*+)*+)"
_IN_FLOW = rf"[ -\"$-+\--9;->@-Z\\^-z|~{_WIDE}]"
_FLOW_PLAIN = rf"({_FIRST}{_IN_FLOW}*+(?:(?::(?=[A-Za-z0-9/])|(?<! )\#){_IN_FLOW}*+)*+)"

_LINE = re.compile(
    rf"(\ *+)(-\ ++)?+(?:{_KEY}(?:\ ++|(?=\n)))?+(?:{_BLOCK_PLAIN}|{_QUOTED}|([\[{{][^\n]*+))?+"
    rf"(?:(?<![^ \n])\#[ -~{_WIDE}]*+)?+\n|([^\n]*+\n)"
)
"""One line each: its indent, dash, key, and plain, quoted or bracketed value; or all of it, where it is none."""
_PART = re.compile(rf"(?:{_KEY}\ ++)?+(?:{_FLOW_PLAIN}|{_QUOTED}|([\[{{])\ *+)(?:([,\]}}])\ *+)?+|([,\]}}])\ *+|(.)")
"""The next part of a list or mapping in brackets: its key, its value or the bracket that opens one, and the sign behind;
or a sign alone, or what is none."""
_MAY_BE_TYPED = frozenset("0123456789.+-nNtTfF")
"""How a plain value begins that may be no text, as far as it can begin here."""


def load(text: str) -> Loaded:
    """The same as :func:`aligncli.document.loader.load`, sooner where the text allows it."""
    data = read(text)
    return Loaded(data, None) if data is not None else loader.load(text)


def read(text: str) -> dict[str, Any] | None:
    """The data of a text, or nothing where the text is not as simple as that."""
    if len(text) > _MAX_LENGTH or text[-1:] != "\n" or ": >" in text or ": |" in text:
        return None
    top: Any = {}
    result, column = top, 0
    above: list[tuple[Any, int]] = []  # what the innermost list or mapping stands in, each with its column
    waiting = ""  # the key whose value must be on the lines below, if it has one
    for indent, dash, key, plain, quoted, brackets, other in _LINE.findall(text):
        if not (dash or key):
            if plain or quoted or brackets or other:
                return None
            continue
        at = len(indent)
        if waiting:
            if at > column or (dash and at == column):
                above.append((top, column))
                inner: Any = [] if dash else {}
                top[waiting] = inner
                top, column = inner, at
                if len(above) > _MAX_DEPTH:
                    return None
            waiting = ""
        while at < column or (not dash and top.__class__ is list):
            if not above:
                return None
            top, column = above.pop()
        if at != column or (dash and top.__class__ is not list):
            return None
        if plain:
            value: Any = plain.rstrip(" ")
            if value[0] in _MAY_BE_TYPED:
                value = typed(value)
        elif quoted:
            value = quoted[1:-1]
        elif brackets:
            value = _flow(brackets)
            if value is None:
                return None
        elif key:
            value, waiting = None, key
        else:
            return None
        if dash:
            if not key:
                top.append(value)
                continue
            above.append((top, column))
            inner = {}
            top.append(inner)
            top, column = inner, at + len(dash)
        elif key in top:
            return None
        top[key] = value
    return result or None


def _flow(text: str) -> Any:
    """A list or a mapping in brackets, or nothing."""
    result: Any = None
    top: Any = None
    above: list[Any] = []
    is_wanted = True  # whether a value may come: at the beginning, behind a bracket that opens and behind a comma
    for key, plain, quoted, opened, behind, alone, other in _PART.findall(text):
        if other:
            return None
        if not alone:
            if not is_wanted:
                return None
            if plain:
                value: Any = plain.rstrip(" ")
                if value[0] in _MAY_BE_TYPED:
                    value = typed(value)
            elif quoted:
                value = quoted[1:-1]
            else:
                value = [] if opened == "[" else {}
            if top.__class__ is dict:
                if not key or key in top:
                    return None
                top[key] = value
            elif key:
                return None
            elif top is None:
                result = value
            else:
                top.append(value)
            if opened:
                above.append(top)
                top = value
                if len(above) > _MAX_DEPTH:
                    return None
            else:
                is_wanted = False
        sign = behind or alone
        if sign == ",":
            if is_wanted or top is None:
                return None
            is_wanted = True
        elif sign:
            # A comma before the bracket is allowed, and seldom.
            if top is None or (is_wanted and top) or (sign == "]") is not (top.__class__ is list):
                return None
            top = above.pop()
            is_wanted = False
    return result if top is None else None
