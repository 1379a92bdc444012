"""What ``align check --since`` costs against one plain check: ``python benchmarks/since.py [TEAMS]``.

A generated organisation is committed; then ten documents change, and then every one. Both checks run one after the
other, several times, as separate processes without a cache; the median of the paired ratios is printed. Ends with 1
when ten changed documents cost more than 1.5 plain checks.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from generate import generate
from measure import check, ratio, rounds

LIMIT = 1.5
ROUNDS = 7
TEAMS = 2500
EITHER = (0, 1)


def main(teams: int) -> int:
    """Measures, prints, and gives the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "repo"
        documents, _ = generate(teams, root)
        git(root, "init", "--quiet", "--initial-branch=main")
        git(root, "add", "--all")
        git(root, "-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "commit", "--quiet", "-m", "a state")
        print(f"{documents} documents")
        found = sorted(root.rglob("*.md"))
        change(found[:: max(1, len(found) // 10)][:10])
        loose = measure(root, "ten changed, loose objects")
        git(root, "gc", "--quiet")
        packed = measure(root, "ten changed, packed")
        change(found)
        measure(root, "all changed, packed")
    return 1 if max(loose, packed) > LIMIT else 0


def change(documents: Sequence[Path]) -> None:
    """Adds a line to documents."""
    for document in documents:
        with document.open("a", encoding="utf-8") as file:
            file.write("\nOne more line.\n")


def measure(root: Path, what: str) -> float:
    """The median of the paired ratios."""
    ways = {
        "plain": partial(check, root, statuses=EITHER),
        "since": partial(check, root, "--since", "main", statuses=EITHER),
    }
    taken = rounds(ROUNDS, ways)
    found = ratio(taken["since"], taken["plain"])
    print(f"{what}: plain {statistics.median(taken['plain']):.2f} s, --since x {found:.2f}")
    return found


def git(root: Path, *words: str) -> None:
    """Runs git in a repo."""
    subprocess.run(["git", *words], cwd=root, check=True)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else TEAMS))
