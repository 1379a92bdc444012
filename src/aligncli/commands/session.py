"""What every command is told: where, on which day, and how to print."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from aligncli.diagnostics import AlignError
from aligncli.io.terminal import Terminal
from aligncli.render.text import Style


class Session(NamedTuple):
    """One run of the executable."""

    start: Path
    """Where to look for the repo."""
    as_of: date
    terminal: Terminal

    @classmethod
    def open(cls, directory: Path, as_of: str | None, color: str, *, quiet: bool) -> Session:
        """Checks the options that every command has.

        Raises:
            AlignError: the directory does not exist, or the day is none.
        """
        try:
            Path.cwd()
        except FileNotFoundError:
            raise AlignError("the current folder no longer exists: change to one that does") from None
        if not directory.is_dir():
            raise AlignError(f"there is no folder `{directory}`")
        return cls(directory, parse_day(as_of), Terminal(color, quiet=quiet))

    @property
    def style(self) -> Style:
        """How standard output shows text."""
        return Style(self.terminal.color, self.terminal.width, self.terminal.unicode)


def parse_day(text: str | None) -> date:
    """The day that counts as today: as given, else today in UTC.

    Raises:
        AlignError: it is not a day written as ``2026-12-31``.
    """
    if not text:
        return datetime.now(UTC).date()
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise AlignError(f"`{text}` is not a day; write it as year-month-day: 2026-12-31") from None
