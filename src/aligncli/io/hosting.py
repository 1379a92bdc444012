"""Where a git repo is hosted, as far as its own files tell. Git itself is not run."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import NamedTuple

CODEOWNERS = {
    "github": (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"),
    "gitlab": ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
}
"""Where each system looks for it, in its order."""

_ORIGIN = re.compile(r"^\[remote \"origin\"\][^\[]*?^[ \t]*url[ \t]*=[ \t]*\"?([^\s\"]+)", re.M)
_URL = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@\s]*@)?(?P<host>[\w.-]+)(?::[0-9]+)?/|(?:[\w.-]+@)?(?P<scp>[\w-]+\.[\w.-]+):)"
    r"(?P<path>[^\s:]+?)(?:\.git)?/?"
)
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)*", re.A)


class Hosting(NamedTuple):
    """A server and an account on it."""

    system: str | None = None
    """``github`` or ``gitlab``."""
    organisation: str | None = None
    """The account, or the group with the groups around it."""


def find_hosting(top: Path) -> Hosting:
    """Where the repo of a folder is hosted, by the files of a CI system and by its remote.

    Args:
        top: the git top level, or any folder.
    """
    url = _origin(top)
    system, organisation = None, None
    if url is not None and (found := _URL.fullmatch(url)) is not None:
        host, path = (found["host"] or found["scp"]).lower(), found["path"].strip("/")
        system = "gitlab" if "gitlab" in host else "github" if "github" in host else None
        account = path.rpartition("/")[0]
        if _NAME.fullmatch(account) and (system != "github" or "/" not in account):
            organisation = account
    if (top / ".gitlab-ci.yml").exists():
        system = "gitlab"
    elif (top / ".github").is_dir():
        system = "github"
    return Hosting(system, organisation)


def find_codeowners(top: Path, system: str | None = None) -> str | None:
    """The CODEOWNERS that a server reads, by its path from the top.

    Args:
        top: the git top level.
        system: the server's; where nobody says, the one that hosts the repo, else any.
    """
    here = find_hosting(top).system or "github"
    systems = [system] if system is not None else sorted(CODEOWNERS, key=lambda name: name != here)
    return next((path for name in systems for path in CODEOWNERS[name] if (top / path).is_file()), None)


def _origin(top: Path) -> str | None:
    with contextlib.suppress(OSError, ValueError):
        folder = top / ".git"
        if folder.is_file():  # a work tree of its own
            folder = top / folder.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        if (folder / "commondir").is_file():
            folder = folder / (folder / "commondir").read_text(encoding="utf-8").strip()
        found = _ORIGIN.search((folder / "config").read_text(encoding="utf-8"))
        return found[1] if found else None
    return None
