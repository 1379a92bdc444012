"""One process, no cache, against python-frontmatter merely loading the same files: ``python benchmarks/floor.py FOLDER``.

Alternates the two and prints the median of the paired ratios; the budget is 0.8.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

LOAD = "import frontmatter, pathlib, sys\nfor path in sorted(pathlib.Path(sys.argv[1]).rglob('*.md')): frontmatter.load(path)"
RUNS = 5


def seconds(*command: str) -> float:
    """How long a command takes; it has to succeed."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(folder: str) -> None:
    """Measures and prints."""
    ratios, loads, checks = [], [], []
    for _ in range(RUNS):
        loads.append(seconds(sys.executable, "-c", LOAD, folder))
        checks.append(seconds(sys.executable, "-m", "aligncli", "check", folder, "--as-of", "2026-11-20", "--quiet"))
        ratios.append(checks[-1] / loads[-1])
    print(f"load  {statistics.median(loads):.2f} s")
    print(f"check {statistics.median(checks):.2f} s")
    print(f"ratio {statistics.median(ratios):.2f} (budget 0.80)")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/floor.py FOLDER")
    main(sys.argv[1])
