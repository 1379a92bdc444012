"""What the benchmarks share: running commands, how long they take, how much memory, and what is printed of it."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ALIGN = Path(sys.executable).with_name("align")
AS_OF = "2026-11-20"
PASSED_ON = ("PATH", "HOME", "LANG", "PYTHONPATH", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV")
"""All that a measured command gets of this environment: a CI system's would change what align prints."""


class Failed(Exception):
    """A command that was to be measured did not succeed."""


def environment(cache: Path | None = None) -> dict[str, str]:
    """What a measured command finds around it, with a cache folder of its own."""
    found = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    if cache is not None:
        found["XDG_CACHE_HOME"] = str(cache)
    return found


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    statuses: Sequence[int] = (0,),
) -> float:
    """How many seconds a command takes.

    Raises:
        Failed: it ended with another status.
    """
    words = [str(word) for word in command]
    start = time.perf_counter()
    done = subprocess.run(
        words,
        cwd=cwd,
        env=dict(env) if env is not None else environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode not in statuses:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Failed(f"`{' '.join(words)[:200]}` ended with {done.returncode}: {said[-1] if said else 'no word'}")
    return seconds


def check(root: Path, *words: str, cache: Path | None = None, statuses: Sequence[int] = (0,)) -> float:
    """How many seconds ``align check`` takes; without a cache folder it remembers nothing."""
    return run(check_command(root, *words, cached=cache is not None), env=environment(cache), statuses=statuses)


def check_command(root: Path, *words: str, cached: bool = False) -> list[str | Path]:
    """The command line of a check."""
    return [ALIGN, "check", "-C", root, "--as-of", AS_OF, *([] if cached else ["--no-cache"]), *words]


def rounds(count: int, ways: Mapping[str, Callable[[], float]], *, warm_up: bool = True) -> dict[str, list[float]]:
    """Measures several things alternately, in the order in which they are given.

    Args:
        count: of rounds.
        ways: by name; each gives the seconds it took.
        warm_up: whether a first round does not count.
    """
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(-warm_up, count):
        for name, way in ways.items():
            seconds = way()
            if number >= 0:
                taken[name].append(seconds)
    return taken


def ratio(some: Sequence[float], others: Sequence[float]) -> float:
    """The median of the paired ratios: both of a pair met the machine in the same mood."""
    return statistics.median(one / other for one, other in zip(some, others, strict=True))


# --- memory ---


def peak(command: Sequence[str | Path], env: Mapping[str, str], statuses: Sequence[int] = (0,)) -> int:
    """The most memory that a command and its children held at one time, in KB.

    On Linux the sum of what is theirs alone and their part of what they share (PSS), looked at every few milliseconds:
    processes that were forked share most of their pages, and a sum of resident sizes would count these again for
    each. A single process is measured by the greatest resident size that the system has noted of it: `VmHWM` there, as
    the figure that a parent is given counts what was its own memory before the child became another program. Elsewhere
    that figure is all there is.
    """
    process = subprocess.Popen(
        [str(word) for word in command],
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    found = _Watch(process.pid)
    found.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    found.ended.set()
    found.join()
    if process.returncode not in statuses:
        raise Failed(f"`{' '.join(map(str, command))[:200]}` ended with {process.returncode}")
    greatest = usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return max(found.mark, found.most) if found.mark else greatest


class _Watch(threading.Thread):
    """Follows a process and its children."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.ended = threading.Event()
        self.most = 0
        """Of it and its children at one time."""
        self.mark = 0
        """Of it alone, as the system notes it; 0 where it does not."""

    def run(self) -> None:
        while not self.ended.wait(0.005):
            self.mark = max(self.mark, _noted(self._pid, "status", "VmHWM:"))
            pids = list(_tree(self._pid))
            if len(pids) > 1:
                self.most = max(self.most, sum(_noted(pid, "smaps_rollup", "Pss:") for pid in pids))


def _tree(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _tree(int(child))


def _noted(pid: int, file: str, what: str) -> int:
    """A figure that the system keeps of a process, in KB; 0 where it keeps none."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(what)).split()[1])
    return 0


# --- what is printed ---


class Budget(NamedTuple):
    """A figure that has to hold."""

    what: str
    limit: float
    found: float
    unit: str = "×"
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return self.found >= self.limit if self.at_least else self.found <= self.limit


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in markdown; all columns but the first are figures."""
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def shown(seconds: float) -> str:
    """Seconds for people."""
    return f"{seconds:.3f}" if seconds < 1 else f"{seconds:.2f}" if seconds < 100 else f"{seconds:.0f}"
