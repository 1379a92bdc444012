"""A git repo with a history, for tests of what compares revisions."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.cli.tool import write

NOBODY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{role}_{what}": f"nobody@{what}" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def git(folder: Path, *words: str) -> str:
    """Runs git as nobody in particular, and gives what it says."""
    done = subprocess.run(
        ["git", "-c", "commit.gpgsign=false", *words],
        cwd=folder, env={"PATH": os.environ["PATH"], "HOME": os.devnull, **NOBODY}, stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout.decode(errors="replace").strip()


class History:
    """A work tree whose states are committed one after the other, on the branch ``main`` at first."""

    def __init__(self, root: Path, *words: str) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        git(root, "init", "--quiet", "--initial-branch=main", *words)

    def __call__(self, *words: str) -> str:
        return git(self.root, *words)

    def commit(self, files: Mapping[str, str | bytes | None] | None = None) -> str:
        """Writes files (nothing takes one away), commits everything, and gives the commit."""
        self.change(files or {})
        self("add", "--all", "--force")
        self("commit", "--quiet", "--allow-empty", "--message=a state")
        return self("rev-parse", "HEAD")

    def change(self, files: Mapping[str, str | bytes | None]) -> None:
        """Writes files and takes others away."""
        write(self.root, {path: text for path, text in files.items() if text is not None})
        for path, text in files.items():
            if text is None:
                (self.root / path).unlink()
