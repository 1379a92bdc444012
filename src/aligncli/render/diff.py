"""Changes to files as a unified diff."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import unified_diff

from aligncli.render.text import Style, plain, without_commands

_COLORS = {"+": "green", "-": "red", "@": "cyan"}


def diff(files: Iterable[tuple[str, str, str]], style: Style) -> str:
    """The changes of files, each given as path, old text and new text."""
    lines: list[str] = []
    for path, old, new in files:
        changed = unified_diff(old.split("\n"), new.split("\n"), f"a/{plain(path)}", f"b/{plain(path)}", lineterm="")
        for number, line in enumerate(changed):
            shown = plain(line.removesuffix("\r").replace("\t", "    "))
            color = None if number < 2 else _COLORS.get(line[:1])
            lines.append(style.paint(shown, color, bold=number < 2))
    return without_commands("".join(line + "\n" for line in lines))
