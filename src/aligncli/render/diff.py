"""Changes to files as a unified diff, which `git apply` takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import unified_diff

from aligncli.render.text import Style, plain, without_commands

_COLORS = {"+": "green", "-": "red", "@": "cyan"}
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")


def diff(files: Iterable[tuple[str, str, str]], style: Style) -> str:
    """The changes of files, each given as path, old text and new text."""
    lines: list[str] = []
    for path, old, new in files:
        name = plain(path) + ("\t" if " " in path else "")  # for patch, a blank ends a name unless a tab does
        changed = unified_diff(_lines(old), _lines(new), f"a/{name}", f"b/{name}", lineterm="\n")
        for number, line in enumerate(changed):
            color = None if number < 2 else _COLORS.get(line[:1])
            lines.extend(style.paint(shown, color, bold=number < 2) + end for shown, end in _shown(line))
    return without_commands("".join(lines))


def _lines(text: str) -> list[str]:
    """The lines of a text with their ends: as editors count them, not as Python does."""
    return [line for line in _LINE.findall(text) if line]


def _shown(line: str) -> Iterator[tuple[str, str]]:
    """A line of a diff, harmless, and its end; what has no end in a file is said to have none."""
    said = line.rstrip("\r\n")
    yield "\t".join(map(plain, said.split("\t"))), "\r\n" if line.endswith("\r\n") else "\n"
    if line == said:
        yield "\\ No newline at end of file", "\n"
