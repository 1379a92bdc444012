"""What the tests of readers rest on: packages are installed once, completely, and never skipped in silence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.readers import node

SCRIPT = Path(__file__).parent / "mermaid.mjs"
VERSION = 'if [ "$1" = --version ]; then echo v20.0.0; exit; fi\n'
INSTALLS = VERSION + 'echo install >> "$CALLS"; mkdir node_modules; sleep 0.3; touch node_modules/done'


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that nothing is installed on yet, with programs of our own."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return tmp_path


def program(machine: Path, name: str, text: str) -> None:
    (machine / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
    (machine / "bin" / name).chmod(0o755)


def test_without_node_a_test_fails_in_one_sentence(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(machine / "bin"))
    with pytest.raises(pytest.fail.Exception, match=r"^these tests need Node.js 18 .* `node` is missing$"):
        node.run(SCRIPT, data=None)
    program(machine, "node", "echo v16.3.0")
    with pytest.raises(pytest.fail.Exception, match=r"`node` is v16.3.0$"):
        node.run(SCRIPT, data=None)


def test_two_at_once_install_once(machine: Path) -> None:
    program(machine, "npm", INSTALLS)
    with ThreadPoolExecutor(2) as pool:
        folders = {*pool.map(node.installed, [("b@1", "a@1"), ("a@1", "b@1")])}
    (folder,) = folders
    assert (folder / "node_modules" / "done").exists()
    assert (machine / "calls").read_text() == "install\n"
    assert node.installed(("a@2",)) != folder


def test_what_could_not_be_installed_is_told_and_tried_again(machine: Path) -> None:
    program(machine, "npm", VERSION + "echo no way to the registry >&2; exit 1")
    with pytest.raises(pytest.fail.Exception, match=r"(?s)could not install a@1.*no way to the registry"):
        node.installed(("a@1",))
    program(machine, "npm", INSTALLS)
    assert (node.installed(("a@1",)) / "node_modules" / "done").exists()
    assert len([*(machine / "cache" / "aligncli-tests").iterdir()]) == 2  # it, and its lock
