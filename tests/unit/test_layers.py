"""The dependency order is a test."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests import TOP

SOURCE = TOP / "src" / "aligncli"
BELOW_IO = (
    "diagnostics",
    "suggest",
    "words",
    "document",
    "schema",
    "model",
    "workspace",
    "config",
    "rules",
    "engine",
    "views",
    "render",
)


def test_import_linter_keeps_its_contracts() -> None:
    config = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    contracts = config["contracts"]
    assert any(contract["type"] == "layers" and contract.get("exhaustive") for contract in contracts)
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=TOP,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode()


def modules() -> list[Path]:
    found = []
    for name in BELOW_IO:
        found += [SOURCE / f"{name}.py"] if (SOURCE / f"{name}.py").exists() else sorted((SOURCE / name).rglob("*.py"))
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_nothing_below_io_touches_the_world(path: Path) -> None:
    """Below `io` there is no file system, no subprocess, no clock and no print."""
    world = {
        "os",
        "pathlib",
        "io",
        "shutil",
        "subprocess",
        "tempfile",
        "socket",
        "time",
        "glob",
        "sys",
        "urllib.request",
        "http",
    }
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not {alias.name for alias in node.names} & world
        elif isinstance(node, ast.ImportFrom):
            assert node.module not in world
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in (
                "print",
                "open",
                "input",
                "exec",
                "eval",
                "datetime.now",
                "datetime.today",
                "date.today",
                "datetime.utcnow",
            )


def test_rules_are_plain_functions() -> None:
    """No base classes, no state, no printing: a rule is one generator and its docstring."""
    for path in (SOURCE / "rules").glob("*.py"):
        if path.name in ("base.py", "__init__.py"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.Global | ast.Nonlocal)], (
            path.name
        )


def test_heavy_modules_are_imported_where_they_are_used() -> None:
    heavy = ("rich", "jsonschema", "pathspec", "frontmatter", "importlib.metadata", "subprocess", "tempfile", "tomllib")
    itself_late = {"git.py"}
    """Of no use without it, and loaded by no plain check (`tests/cli/test_startup.py`)."""
    for path in SOURCE.rglob("*.py"):
        if path.name in itself_late:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                assert not name.startswith(tuple(f"{one}." for one in heavy)), path
                assert name not in heavy, f"{path.name} imports {name} at its top"
