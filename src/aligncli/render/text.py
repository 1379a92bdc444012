"""What all text formats share: harmless text, cells, colours, counts."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from typer import style as _ansi

from aligncli.diagnostics import Severity

# Control characters, the bidirectional overrides that can turn a line round, and separators that end one.
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)

# The runner trims every kind of blank before it looks for a command.
_COMMAND = re.compile(r"^((?:[^\S\n]|\x1b\[\d*m)*)::", re.M)

_OTHER_COMMAND = re.compile(r"##(?=\w*\[)")

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan", Severity.OFF: "white"}


class Style(NamedTuple):
    """How a medium shows text."""

    color: bool = False
    width: int = 240
    unicode: bool = True

    def paint(self, text: str, color: str | None = None, *, bold: bool = False, dim: bool = False) -> str:
        """A text in a colour, where there are colours."""
        return _ansi(text, fg=color, bold=bold or None, dim=dim or None) if self.color and text else text

    def severity(self, text: str, severity: Severity) -> str:
        """A text in a severity's colour."""
        return self.paint(text, _COLORS[severity], bold=True)


def plain(text: str) -> str:
    """A text on one line and without characters that a terminal or a reader's eye would obey."""
    return _UNSAFE.sub(lambda found: " " if found.group() in "\n\r\t" else _escaped(found.group()), text)


def json_text(document: object, *, indent: int | None = 2) -> str:
    """JSON for readers of files, terminals and logs: what ``plain`` would neutralise stands escaped, and so do the
    commands of CI systems that may stand in the middle of a line. Without an indent it is one line, made much faster.
    """
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    text = _OTHER_COMMAND.sub(r"#\\u0023", text) if "##" in text else text
    return _UNSAFE.sub(lambda found: "\n" if found.group() == "\n" else _escaped(found.group()), text) + "\n"


def without_commands(text: str, colons: str = ": :", signs: str = "#\u266f") -> str:
    """Lines that a CI system does not take for its commands (``::error::``, ``##[group]``, ``##vso[…]``).

    Args:
        text: any number of lines.
        colons: what takes the place of two colons that begin a line.
        signs: what takes the place of two number signs before a bracket.
    """
    text = _COMMAND.sub(lambda found: found[1] + colons, text) if "::" in text else text
    return _OTHER_COMMAND.sub(lambda found: signs, text) if "##" in text else text


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}"


def cell(char: str) -> tuple[str, int]:
    """How one character of a source line is shown, and how many cells it takes."""
    if " " <= char <= "~":
        return char, 1
    if char == "\t":
        return "    ", 4
    if _UNSAFE.match(char):
        return "\ufffd", 1
    from rich.cells import get_character_cell_size  # only for text beyond ASCII

    return char, get_character_cell_size(char)


def cut(value: str, most: int) -> str:
    """A text of at most so many characters; of one that is cut, an ellipsis is the last."""
    return value if len(value) <= most else value[: most - 1] + "…"


def count(number: int, noun: str) -> str:
    """A number with its noun: ``1 error``, ``2 errors``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
