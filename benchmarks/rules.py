"""What each rule costs, and whether it stays linear: ``python benchmarks/rules.py [TEAMS]``.

Checks organisations of TEAMS (10,000) and half as many teams, rule by rule, and prints the milliseconds at both
sizes and their ratio: twice the documents should take twice the time. Each figure is the least of some runs, because
what disturbs a run only ever adds to it. Rules that build an index which others use pay for it when they come first.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from generate import generate

from aligncli.config import Config
from aligncli.io.repo import Repo
from aligncli.rules import RULES
from aligncli.rules.base import Rule
from aligncli.workspace.workspace import Workspace

AS_OF = date(2026, 11, 20)
RUNS = 7
TOO_SHORT = 0.03
"""Seconds; below this a ratio says more about the clock than about the rule."""
MOST = 3.0
"""The greatest ratio that still counts as linear, on a machine that others use as well."""


def milliseconds(rule: Rule, ws: Workspace, config: Config) -> tuple[float, float, int]:
    """The first run of a rule, the least of the others, and how much it found."""
    assert rule.check is not None
    times = []
    found = 0
    for _ in range(RUNS):
        start = time.perf_counter()
        found = sum(1 for _ in rule.check(ws, config))
        times.append(time.perf_counter() - start)
    return 1000 * times[0], 1000 * min(times[1:]), found


def main(teams: int) -> int:
    """Measures and prints; the exit status is 1 when a rule is not linear."""
    repos = []
    with tempfile.TemporaryDirectory() as folder:
        for size in (teams // 2, teams):
            root = Path(folder) / str(size)
            generate(size, root)
            repo = Repo(root)
            repos.append((repo.load(AS_OF), repo.config))
    gc.disable()
    small, large = (len(ws.documents) for ws, _ in repos)
    print(f"{'rule':<34} {small:>9,} {large:>9,}   ratio   first   found")
    worst = 0
    totals = [0.0, 0.0]
    for rule in RULES:
        if rule.check is None:
            continue
        (first_small, again_small, _), (first, again, found) = (milliseconds(rule, ws, config) for ws, config in repos)
        totals[0] += first_small
        totals[1] += first
        ratio = again / again_small if again > 1000 * TOO_SHORT else None
        worst += ratio is not None and ratio > MOST
        shown = f"{ratio:7.2f}" if ratio is not None else "      -"
        print(f"{rule.code} {rule.name:<28} {again_small:9.2f} {again:9.2f} {shown} {first:7.1f} {found:7,}")
    print(f"{'all of them, run once':<34} {totals[0]:9.1f} {totals[1]:9.1f} {totals[1] / totals[0]:7.2f}")
    return 1 if worst else 0


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(f"usage: python {sys.argv[0]} [TEAMS]")
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
