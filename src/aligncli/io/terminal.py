"""Where output goes and questions come from."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import NoReturn, TextIO

from aligncli.diagnostics import AlignError

_PIPE_WIDTH = 240
"""In a pipe nobody's window ends; frames are still cut somewhere, because a document may have one endless line."""


def warn(text: str) -> None:
    """Says on standard error what nobody should miss, however quiet the run."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            sys.stderr.write("align: " + "".join(char if char.isprintable() else "?" for char in text) + "\n")


class Terminal:
    """Standard output and error of this run.

    Args:
        color: ``auto``, ``always`` or ``never``; ``auto`` colours a terminal unless ``NO_COLOR`` or ``TERM=dumb``
            is set, and everything when ``FORCE_COLOR`` is.
        quiet: leaves out what is not a finding or a result.
    """

    def __init__(self, color: str = "auto", *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._choice = color
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="backslashreplace")  # a name or title never ends a run

    @property
    def color(self) -> bool:
        """Whether standard output gets colours."""
        return self._colored(sys.stdout)

    def _colored(self, stream: TextIO | None) -> bool:
        if self._choice != "auto":
            return self._choice == "always"
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def width(self) -> int:
        """In cells."""
        if (sys.stdout is not None and sys.stdout.isatty()) or os.environ.get("COLUMNS"):
            return shutil.get_terminal_size().columns
        return _PIPE_WIDTH

    @property
    def unicode(self) -> bool:
        """Whether standard output can show box-drawing characters."""
        return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") in (
            "utf8",
            "utf16",
            "utf32",
            "gb18030",
        )

    @property
    def is_interactive(self) -> bool:
        """Whether there is somebody to ask."""
        return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))

    @contextlib.contextmanager
    def progress(self) -> Iterator[Callable[[str, int, int], None] | None]:
        """Shows how far a long run is, to somebody who looks at standard error: what it is told to is given; nothing
        where nobody looks, as in a pipe or in the log of a CI system."""
        stream = sys.stderr
        watched = stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
        if self.quiet or not watched or os.environ.get("CI"):
            yield None
            return
        from aligncli.io.progress import Bar  # a pipe has none

        bar = Bar(color=self._colored(stream))
        try:
            yield bar
        finally:
            bar.close()

    def clear(self) -> None:
        """Begins an empty screen with the next output, where standard output is one."""
        if sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
            sys.stdout.write("\x1b[H\x1b[2J\x1b[3J")

    def out(self, text: str) -> None:
        """Prints a result; ends quietly when nobody reads it any more.

        Raises:
            AlignError: it cannot be written, as on a full disk.
        """
        if sys.stdout is None:  # started with its output closed
            return
        try:
            sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            self.hang_up()
        except OSError as error:
            sys.stdout = None  # what is left in its buffer would fail again at exit
            raise AlignError(f"cannot write the output: {(error.strerror or str(error)).lower()}") from None

    def note(self, text: str) -> None:
        """Prints what is good to know and no result."""
        if not self.quiet:
            self.out(text)

    def remark(self, text: str) -> None:
        """Prints what a run did beside its result, to standard error: a result may be on its way to a program."""
        if not self.quiet and sys.stderr is not None:
            with contextlib.suppress(OSError):
                sys.stderr.write(text)
                sys.stderr.flush()

    def hang_up(self) -> NoReturn:
        """Ends as a program does whose reader went away, without a complaint at exit."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141)  # 128 + SIGPIPE, as a shell reports it

    def ask(self, question: str, check: object = None, default: str | None = None) -> str:
        """Asks until the answer passes ``check``, a function that gives the value or raises ``ValueError``."""
        import typer  # here alone: asking is rare

        def value(answer: str) -> str:
            try:
                return str(check(answer.strip())) if callable(check) else answer.strip()
            except ValueError as error:
                raise typer.BadParameter(str(error)) from None

        return str(typer.prompt(question, value_proc=value, default=default, show_default=bool(default)))
