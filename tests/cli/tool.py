"""Runs the real executable from outside, in an environment built from nothing, through pipes or in a terminal."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.cli.warm import Warm

ALIGN = Path(sys.executable).with_name("align")
DAY = "2026-11-20"
TIMEOUT = 30
PATIENCE = 10
"""Seconds that a terminal may stay silent about what a test waits for."""

ORG = """\
---
kind: org
name: Parcelry
north-star: Anyone can send a parcel anywhere with one tap.
outcomes:
  - {id: fewer-abandoned-carts, title: Fewer carts are abandoned}
---
"""
CHARTER = """\
---
kind: charter
team: checkout
mission: Returning customers pay without thinking about it.
goals:
  - {id: one-tap-pay, title: Returning customers pay in under ten seconds, supports: [fewer-abandoned-carts]}
---
"""
SMALLEST = {"org.md": ORG, "teams/checkout/charter.md": CHARTER}
"""The smallest useful repo of the format's page: neither error nor warning."""

WARNING = {**SMALLEST, "teams/checkout/charter.md": CHARTER + "See [our notes](notes.md).\n"}
"""One warning (AL209), no error."""

ERROR = {
    **SMALLEST,
    "teams/checkout/charter.md": CHARTER.replace("[fewer-abandoned-carts]", "[fewer-abandonned-carts]"),
}
"""One error (AL202); the other things found are advice, and a warning (AL303) that follows from it stays silent."""


class Run(NamedTuple):
    """What one run of the executable gave."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return root


class Tool:
    """The executable, with a home of its own and nothing else in its environment.

    Args:
        folder: in which it finds its home and what a test writes.
        warm: what runs it where nothing is asked of the environment or of standard input; else, and without, every
            run starts an interpreter of its own.
    """

    def __init__(self, folder: Path, warm: Warm | None = None) -> None:
        self.folder = folder
        self.warm = warm
        self.home = folder / "home"
        self.home.mkdir()

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        clean = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.home), "LANG": "C.UTF-8"}
        return {**clean, **(more or {})}

    def repo(self, files: Mapping[str, str | bytes], name: str = "repo", *, config: str | None = "") -> Path:
        """A repo with an ``align.toml``, so that nothing above it matters."""
        root = write(self.folder / name, files)
        if config is not None:
            (root / "align.toml").write_text(config, encoding="utf-8")
        return root

    def __call__(
        self,
        *words: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
    ) -> Run:
        if self.warm is not None and env is None and stdin is None:
            status, out, err = self.warm.run(
                [str(word) for word in words], cwd or self.folder, self.environment(), TIMEOUT
            )
            return Run(status, out.decode("utf-8"), err.decode("utf-8"))
        done = subprocess.run(
            [ALIGN, *words],
            cwd=cwd or self.folder,
            env=self.environment(env),
            input=None if stdin is None else stdin.encode(),
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
        return Run(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    def json(self, *words: str | Path, cwd: Path | None = None) -> Any:
        import json

        run = self(*words, "--format", "json", cwd=cwd)
        assert run.status in (0, 1), run
        return json.loads(run.out)

    def codes(self, root: Path, *words: str | Path) -> list[str]:
        """The codes that ``check`` reports, advice too."""
        return [item["code"] for item in self.json("check", root, "--as-of", DAY, *words)["diagnostics"]]

    def terminal(
        self,
        *words: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        columns: int = 80,
        rows: int = 24,
        answers: Sequence[tuple[str, str]] = (),
        program: Sequence[str | Path] = (ALIGN,),
    ) -> Run:
        """Runs in a pseudo-terminal and answers questions.

        Each of ``answers`` is what to wait for and what to type then (a control character is a key of its own, all
        else ends with the return key); typed text is echoed, as a terminal does.
        Standard error is on the same screen.
        """
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        process = subprocess.Popen(
            [*program, *words],
            cwd=cwd or self.folder,
            env=self.environment({"TERM": "xterm-256color", **(env or {})}),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_own_terminal,
        )
        os.close(theirs)
        screen = _Screen(ours, time.monotonic() + PATIENCE)
        try:
            for question, answer in answers:
                screen.wait_for(question)
                if answer in ("\x03", "\x04"):
                    screen.press(answer)
                else:
                    os.write(ours, f"{answer}\n".encode())
            screen.wait_for(None)
            status = process.wait(timeout=TIMEOUT)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            os.close(ours)
        return Run(status, screen.text, "")


def _own_terminal() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # who runs the tests in the background ignores it
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C reaches the process


class _Screen:
    """Everything that a terminal was sent."""

    def __init__(self, descriptor: int, deadline: float) -> None:
        self._descriptor = descriptor
        self._deadline = deadline
        self._data = b""
        self._seen = 0
        self._ended = False

    @property
    def text(self) -> str:
        return self._data.decode("utf-8", "replace").replace("\r\n", "\n")

    def press(self, key: str) -> None:
        """Presses a key that ends the program, again and again as people do: it may come just before the program
        waits for it."""
        while not self._ended:
            with contextlib.suppress(OSError):
                os.write(self._descriptor, key.encode())
            while select.select([self._descriptor], [], [], 0.5)[0] and self._take():
                pass
            assert time.monotonic() < self._deadline, f"the key did not end it; the screen shows:\n{self.text}"

    def _take(self) -> bool:
        chunk = b""
        with contextlib.suppress(OSError):
            chunk = _read(self._descriptor)
        self._data += chunk
        self._ended = not chunk
        return not self._ended

    def wait_for(self, words: str | None) -> None:
        """Reads until some words show up behind those waited for before; without words, until the end."""
        while True:
            if words is not None and (at := self.text.find(words, self._seen)) >= 0:
                self._seen = at + len(words)
                return
            if self._ended:
                assert words is None, f"it ended before {words!r}; the screen shows:\n{self.text}"
                return
            left = self._deadline - time.monotonic()
            readable, _, _ = select.select([self._descriptor], [], [], max(left, 0))
            assert readable, f"waited in vain for {words!r}; the screen shows:\n{self.text}"
            self._take()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError as error:
        if error.errno == errno.EIO:  # how Linux says that the other side has closed
            return b""
        raise


def one_sentence(run: Run, *words: str) -> str:
    """That a run said in one sentence why it could not run; gives the sentence."""
    assert run.status == 2, run
    assert run.out == "", run
    assert "Traceback" not in run.err
    assert run.err.endswith("\n")
    assert len(run.err.splitlines()) == 1, run.err
    assert run.err.startswith("align: "), run.err
    for word in words:
        assert word in run.err, f"{word!r} is not in: {run.err}"
    return run.err


def unstyled(text: str) -> str:
    """Without the colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def listing(*folders: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Everything below some folders: size, time of change, mode, and what files hold."""
    found = {}
    for folder in folders:
        for place in (folder, *sorted(folder.rglob("*"))):
            state = place.lstat()
            content = place.read_bytes() if place.is_file() else b""
            found[str(place)] = (state.st_size, state.st_mtime_ns, state.st_mode, content)
    return found
