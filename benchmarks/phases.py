"""Where the time of one check goes: ``python benchmarks/phases.py FOLDER``.

One process runs ``align check --no-cache`` with a clock around the functions that make up its phases. The clock of a
phase stands still while another phase runs inside it, so that the phases add up to the whole. Rules that build an index
which others use pay for it when they come first. In a process of its own, the floor: what reading the files, libyaml's
parser alone and python-frontmatter take for the same documents.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import AS_OF, environment

CLOCKS = (
    ("discover", "aligncli.io.repo", "discover"),
    ("read", "aligncli.io.tree", "Disk.data"),
    ("read", "aligncli.io.documents", "decoded"),
    ("parse", "aligncli.workspace.load", "split"),
    ("parse", "aligncli.workspace.load", "load"),
    ("prose", "aligncli.workspace.load", "read_body"),
    ("validate", "aligncli.schema", "Schemas.is_valid"),
    ("model", "aligncli.workspace.load", "build"),
    ("rest of loading", "aligncli.io.documents", "from_text"),
    ("link", "aligncli.io.repo", "link"),
    ("judge and locate", "aligncli.engine", "run"),
    ("render", "aligncli.commands.check", "publish"),
)
"""Phase, module, and the function in it that the phase is."""

START = "start-up"
NAMES = (START, *dict.fromkeys(phase for phase, _, _ in CLOCKS))
"""All phases but the rules, which are called by code and name."""


class Clock:
    """Whose time it is.

    Attributes:
        seconds: of each phase, without those that ran inside it.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stack: list[str] = []
        self._since = 0.0

    def _tick(self) -> None:
        now = time.perf_counter()
        if self._stack:
            self.seconds[self._stack[-1]] = self.seconds.get(self._stack[-1], 0.0) + now - self._since
        self._since = now

    def begin(self, phase: str) -> None:
        """From now on it is a phase's time."""
        self._tick()
        self._stack.append(phase)

    def end(self) -> None:
        """It is again the time of what was before."""
        self._tick()
        self._stack.pop()

    def around(self, phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function that runs on a phase's time."""

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.begin(phase)
            try:
                return function(*args, **kwargs)
            finally:
                self.end()

        return timed


def floor(root: Path) -> dict[str, float]:
    """What nobody can do without, and what others do."""
    import frontmatter
    import yaml
    from yaml._yaml import CParser

    seconds = {}
    paths = sorted(root.rglob("*.md"))
    start = time.perf_counter()
    texts = [path.read_text(encoding="utf-8") for path in paths]
    seconds["reading the files"] = time.perf_counter() - start
    fronts = [text.split("---\n", 2)[1] for text in texts if text.count("---\n") > 1]
    del texts
    start = time.perf_counter()
    for front in fronts:
        with contextlib.suppress(yaml.YAMLError):
            CParser(front).raw_parse()
    seconds["libyaml's raw parse"] = time.perf_counter() - start
    del fronts
    start = time.perf_counter()
    for path in paths:
        with contextlib.suppress(yaml.YAMLError):
            frontmatter.load(str(path))
    seconds["load"] = time.perf_counter() - start
    return seconds


def phases(root: Path) -> dict[str, float]:
    """The seconds of each phase of a check, in the order in which they begin; each rule is one."""
    clock = Clock()
    clock.begin(START)
    if hasattr(os, "sched_setaffinity"):  # one process: what others do in parallel has no clock
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    import aligncli.commands.check
    import aligncli.rules
    from aligncli.cli import main

    for phase, module, name in CLOCKS:
        holder: Any = importlib.import_module(module)
        *inner, last = name.split(".")
        for part in inner:
            holder = getattr(holder, part)
        setattr(holder, last, clock.around(phase, getattr(holder, last)))
    aligncli.rules.RULES = tuple(_timed(clock, rule) for rule in aligncli.rules.RULES)
    sys.argv = ["align", "check", "-C", str(root), "--as-of", AS_OF, "--no-cache"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main()
    clock.end()
    return clock.seconds


def _timed(clock: Clock, rule: Any) -> Any:
    """A rule whose findings are made on its own time."""
    if rule.check is None:
        return rule
    check = rule.check
    timed = clock.around(f"{rule.code} {rule.name}", lambda ws, config: iter(list(check(ws, config))))
    return rule._replace(check=timed)


PARTS: dict[str, Callable[[Path], dict[str, float]]] = {"floor": floor, "phases": phases}


def measured(part: str, root: Path) -> dict[str, float]:
    """One of the parts, in a process of its own."""
    command = [sys.executable, __file__, str(root), "--only", part]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environment(), check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Where the time of one check goes.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=PARTS, help="one part, in this process, as JSON")
    options = parser.parse_args()
    if options.only:
        print(json.dumps(PARTS[options.only](options.folder)))
        return
    for part in PARTS:
        found = measured(part, options.folder)
        print(f"{part:<36} {sum(found.values()) * 1000:9.1f} ms")
        for name, seconds in found.items():
            print(f"  {name:<34} {seconds * 1000:9.1f}")


if __name__ == "__main__":
    main()
