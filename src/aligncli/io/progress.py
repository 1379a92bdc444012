"""A bar for who waits: from two seconds on, on the terminal, which phase it is and how far."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SILENT = 2.0
"""Seconds before anything is shown: most runs are over by then."""
_OFTEN = 0.1
"""Seconds between two drawings."""


class Bar:
    """The progress of one run, drawn on standard error and gone at the end.

    It draws when it is told something, and starts no thread: processes may be forked meanwhile.

    Args:
        color: whether it is coloured.
    """

    def __init__(self, *, color: bool) -> None:
        self._color = color
        self._begun = time.monotonic()
        self._drawn = 0.0
        self._phase = ""
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Hears how far it is.

        Args:
            phase: what is being done, in a word or two.
            done: how much of it.
            total: of how much; 0 where nobody knows.
        """
        now = time.monotonic()
        if now - self._begun < SILENT or (phase == self._phase and now - self._drawn < _OFTEN):
            return
        if self._bar is None or self._task is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            console = Console(stderr=True, no_color=not self._color)
            columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn())
            self._bar = Progress(*columns, console=console, transient=True, auto_refresh=False)
            self._task = self._bar.add_task("")
            self._bar.start()
            console.show_cursor(True)  # who is killed cannot do so any more
        if phase != self._phase:
            self._bar.reset(self._task, description=phase, total=total or None)
        self._phase, self._drawn = phase, now
        self._bar.update(self._task, completed=done, refresh=True)

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = None
