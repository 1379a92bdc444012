"""A scratch repo of charters as a server has it, and the variables that runs on it share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cli.tool import write

_KEPT = ("PIP_", "SSL_", "REQUESTS_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
"""What pip needs to find packages on this machine."""


class Hub:
    """A server with one repo.

    Args:
        folder: an empty one.
        files: of the first commit, on ``main``.
    """

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self.folder = folder
        self.repo = folder / "repo"
        (folder / "home").mkdir(parents=True)
        self.repo.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")  # as the servers allow it
        self.first = self.commit("main", files)

    @property
    def environment(self) -> dict[str, str]:
        """Of every process, built from nothing."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT)}
        people = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _MEI.items()}
        home = {"HOME": str(self.folder / "home"), "LANG": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1"}
        return {**kept, **people, **home, "PATH": os.environ.get("PATH", os.defpath)}

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.repo, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, branch: str, files: Mapping[str, str | None]) -> str:
        """Changes files on a branch, which starts at ``main``; a file without a text goes."""
        exists = branch in self.git("branch", "--format=%(refname:short)").split()
        if exists:
            self.git("checkout", "--quiet", branch)
        elif branch != "main":
            self.git("checkout", "--quiet", "-b", branch, "main")
        for path in [path for path, text in files.items() if text is None]:
            (self.repo / path).unlink()
        write(self.repo, {path: text for path, text in files.items() if text is not None})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "A change")
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str) -> str:
        """What would be there once a branch were merged, as a server prepares it for a pull request."""
        self.git("checkout", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "--message", "A merge", branch)
        self.git("update-ref", "refs/pull/7/merge", "HEAD")
        return self.git("rev-parse", "HEAD")


_MEI = {"NAME": "Mei", "EMAIL": "mei@example.org", "DATE": "2026-11-19T12:00:00Z"}


class GitHub:
    """What `gh` finds and changes, through the stand-in in ``gh.py``."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "gh.json"
        self.store.write_text(json.dumps({"asked": [], "things": {}, "refuses": False}), encoding="utf-8")
        self.bin = folder / "bin"
        self.bin.mkdir()
        place = self.bin / "gh"
        place.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).with_name("gh.py")}" "$@"\n')
        place.chmod(0o755)

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        return {**base, "PATH": f"{self.bin}{os.pathsep}{base['PATH']}", "GH_STORE": str(self.store)}

    def _read(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.store.read_text(encoding="utf-8"))
        return data

    def refuse(self) -> None:
        self.store.write_text(json.dumps({**self._read(), "refuses": True}), encoding="utf-8")

    def add(self, place: str, *things: Mapping[str, Any]) -> None:
        data = self._read()
        data["things"].setdefault(place, []).extend(things)
        self.store.write_text(json.dumps(data), encoding="utf-8")

    @property
    def asked(self) -> list[str]:
        """Requests, without their filters."""
        return list(self._read()["asked"])

    def things(self, place: str) -> list[dict[str, Any]]:
        return list(self._read()["things"].get(place, []))
