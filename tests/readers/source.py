"""This checkout as its home would serve it: a git repo with the tag of this version."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import aligncli
from tests import TOP

_BUILDS = (
    "src",
    "schemas",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    ".pre-commit-hooks.yaml",
    "templates",
    "action.yml",
)


def serve(folder: Path, environment: Mapping[str, str]) -> Path:
    """Copies what a build needs to a repo, and lets git find it where the source says that it is at home.

    Args:
        folder: an empty one.
        environment: of the processes that will look for it; its ``HOME`` gets the configuration.
    """
    folder.mkdir(parents=True)
    for name in _BUILDS:
        if (TOP / name).is_dir():
            shutil.copytree(TOP / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(TOP / name, folder / name)
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", "The source"],
        ["tag", f"v{aligncli.__version__}"],
        ["config", "--global", f"url.file://{folder}.insteadOf", aligncli.HOME],
    ):
        subprocess.run(["git", *words], cwd=folder, env=dict(environment), check=True, capture_output=True)
    return folder
