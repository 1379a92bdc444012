"""Text of any origin as markdown that says the same and does nothing: no link, no HTML, no mention, no reference."""

from __future__ import annotations

import re

from aligncli.render.text import plain

_SIGNS = re.compile(r"([\\`*_\[\]<>&|~$])")
_BREAK = "\u200b"
"""A space of no width. GitHub looks for mentions and references in what markdown has become, where a backslash or an
entity is gone already; only something between the sign and the name keeps them apart."""
# What GitHub and GitLab make a link or a message to somebody of: @name, #1, !1, %1, ~label, [issue:1], an address …
_REFERENCE = re.compile(r"([@#!%~^$&])(?=[\w\"'\[])|(\[)(?=[\w/\-]{1,100}:\d)|(:)(?=//)|(www)(?=\.)", re.I)
_NUMBERED = re.compile(r"\b((?:GH|GL)-)(?=\d)", re.I)
_COMMIT = re.compile(r"(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])", re.I)
_MARK = re.compile("(?<!`)`(?!`)")
_MENTION = re.compile(r"@(?=\w)")


def text(value: str) -> str:
    """Words, wherever markdown has text: in a paragraph, a heading, a link or a cell."""
    for pattern in (_REFERENCE, _NUMBERED):
        value = pattern.sub(rf"\g<0>{_BREAK}", value)
    value = _COMMIT.sub(lambda found: re.sub("(.{6})(?=.)", rf"\1{_BREAK}", found.group()), value)
    return _SIGNS.sub(r"\\\1", plain(value))


def code(value: str) -> str:
    """Words as they are written, between as many backticks as they need. Not for cells, where a pipe would end them."""
    # Who answers a comment by mail quotes it without its markup.
    value = _MENTION.sub(f"@{_BREAK}", plain(value))
    value = value or " "
    longest = max((len(run) for run in re.findall("`+", value)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if value[:1] == "`" or value[-1:] == "`" or (value[:1] == value[-1:] == " " and value.strip()) else ""
    return f"{fence}{edge}{value}{edge}{fence}"


def sentence(value: str) -> str:
    """A message or a help, in which backticks mark names."""
    parts = _MARK.split(value)
    if len(parts) % 2 == 0:  # the last one opens and nothing closes it
        parts[-2:] = ["`".join(parts[-2:])]
    return "".join(code(part) if index % 2 else text(part) for index, part in enumerate(parts))


def link(label: str, target: str) -> str:
    """A link to a target that is a URL already.

    Args:
        label: what it is called, as markdown.
        target: of which nothing is trusted but that it is one.
    """
    safe = re.sub(r"[^!#$%&'*+,\-./0-9:;=?@A-Z_a-z~]", lambda found: _escaped(found.group()), target)
    return f"[{label}](<{safe}>)"


def _escaped(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogateescape"))
