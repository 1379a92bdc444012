"""Programs in Node, with packages that are installed once for each machine."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

OLDEST = 18
NPM_OPTIONS = ("--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error")
TIMEOUT = 120
INSTALL_TIMEOUT = 600


def run(script: Path, *packages: str, data: Any) -> Any:
    """Runs a module in Node.

    Args:
        script: an ECMAScript module; it finds the packages, reads JSON from standard input and writes JSON.
        packages: what it imports, with versions: ``jsdom@26.1.0``, or ``name@npm:jsdom@26.1.0`` under another name.
        data: what it reads.
    """
    done = subprocess.run(
        [_program("node"), "--input-type=module", "--eval", script.read_text(encoding="utf-8")],
        cwd=installed(packages),  # where imports of a script that is no file are looked for
        input=json.dumps(data).encode(),
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-4000:]
    return json.loads(done.stdout)


def _program(name: str) -> str:
    """Node or npm; without, tests fail in one sentence."""
    place = shutil.which(name)
    version = subprocess.run([place, "--version"], capture_output=True, text=True, check=False).stdout if place else ""
    major = version.strip().removeprefix("v").partition(".")[0]
    if place is None or not major.isdigit() or (name == "node" and int(major) < OLDEST):
        pytest.fail(
            f"these tests need Node.js {OLDEST} or later with npm on the PATH, and `{name}` is "
            + (f"{version.strip() or 'broken'}" if place else "missing"),
            pytrace=False,
        )
    return place


def installed(packages: tuple[str, ...]) -> Path:
    """The folder that some packages are installed in: one for each choice of versions, complete or not there."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aligncli-tests"
    name = "node-" + hashlib.sha256("\n".join(sorted(packages)).encode()).hexdigest()[:16]
    folder = caches / name
    caches.mkdir(parents=True, exist_ok=True)
    with FileLock(caches / f"{name}.lock", timeout=INSTALL_TIMEOUT):
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=caches, prefix=f"{name}-") as draft:
                (Path(draft) / "package.json").write_text('{"private": true}\n')
                done = subprocess.run(
                    [_program("npm"), "install", *NPM_OPTIONS, *packages],
                    cwd=draft,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    timeout=INSTALL_TIMEOUT,
                    check=False,
                )
                if done.returncode:
                    pytest.fail(f"npm could not install {', '.join(packages)}:\n{done.stderr[-2000:]}", pytrace=False)
                Path(draft).rename(folder)
                Path(draft).mkdir()  # for the clean-up
    return folder
