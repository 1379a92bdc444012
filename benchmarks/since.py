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
import time
from collections.abc import Sequence
from pathlib import Path

LIMIT = 1.5
ROUNDS = 7
TEAMS = 2500
ALIGN = Path(sys.executable).with_name("align")
GENERATE = Path(__file__).with_name("generate.py")


def main(teams: int) -> int:
    """Measures, prints, and gives the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "repo"
        subprocess.run([sys.executable, GENERATE, str(teams), root], check=True, stdout=subprocess.DEVNULL)
        git(root, "init", "--quiet", "--initial-branch=main")
        git(root, "add", "--all")
        git(root, "-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "commit", "--quiet", "-m", "a state")
        documents = sorted(root.rglob("*.md"))
        print(f"{len(documents)} documents")
        change(documents[:: max(1, len(documents) // 10)][:10])
        loose = measure(root, "ten changed, loose objects")
        git(root, "gc", "--quiet")
        packed = measure(root, "ten changed, packed")
        change(documents)
        measure(root, "all changed, packed")
    return 1 if max(loose, packed) > LIMIT else 0


def change(documents: Sequence[Path]) -> None:
    """Adds a line to documents."""
    for document in documents:
        with document.open("a", encoding="utf-8") as file:
            file.write("\nOne more line.\n")


def measure(root: Path, what: str) -> float:
    """The median of the paired ratios."""
    check(root)  # warms the files
    pairs = [(check(root), check(root, "--since", "main")) for _ in range(ROUNDS)]
    ratio = statistics.median(since / plain for plain, since in pairs)
    plain = statistics.median(plain for plain, _ in pairs)
    print(f"{what}: plain {plain:.2f} s, --since x {ratio:.2f}")
    return ratio


def check(root: Path, *words: str) -> float:
    """How long one check takes."""
    start = time.perf_counter()
    done = subprocess.run([ALIGN, "check", "-C", root, "--quiet", *words], capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - start


def git(root: Path, *words: str) -> None:
    """Runs git in a repo."""
    subprocess.run(["git", *words], cwd=root, check=True)


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else TEAMS))
