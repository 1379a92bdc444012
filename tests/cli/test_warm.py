"""The two ways in which tests run the executable give the same to the byte."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests import EXAMPLES
from tests.cli.tool import ALIGN, DAY, ERROR, Tool
from tests.cli.warm import Warm


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["--help"],
        [],
        ["check", str(EXAMPLES), "--as-of", DAY, "--show", "info"],
        ["check", str(EXAMPLES), "--as-of", DAY, "--format", "json"],
        ["check", "repo", "--as-of", DAY],
        ["check", "repo", "--as-of", DAY, "--format", "concise"],
        ["check", "repo", "--as-of", DAY, "--format", "github"],
        ["check", "repo", "--fix", "--unsafe-fixes", "--diff"],
        ["check", "repo", "--fail-on", "nothing"],
        ["check", "nowhere"],
        *(["tree", "-C", str(EXAMPLES), "--format", name] for name in ("text", "json", "markdown", "mermaid", "dot")),
        ["new-team", "returns", "-C", "repo", "--dry-run"],
        ["init", "--dry-run", "-C", "repo"],
        ["explain", "AL301"],
        ["rules", "--format", "json"],
        ["schema", "charter"],
        ["schema", "chartre"],
    ],
    ids=" ".join,
)
def test_both_give_the_same(tmp_path: Path, warm: Warm, words: list[str]) -> None:
    tool = Tool(tmp_path, warm)
    tool.repo(ERROR)
    given = tool(*words)
    tool.warm = None
    assert given == tool(*words)


def test_a_run_knows_nothing_of_those_before_it(tmp_path: Path, warm: Warm) -> None:
    tool = Tool(tmp_path, warm)
    first, second = tool.repo(ERROR, "first"), tool.repo({**ERROR, "more.md": "---\nkind: org\n---\n"}, "second")
    before = [tool("check", root, "--as-of", DAY, cwd=root) for root in (first, second)]
    assert before[0] != before[1]
    assert [tool("check", root, "--as-of", DAY, cwd=root) for root in (second, first)] == before[::-1]


def test_one_that_takes_too_long_is_ended_and_the_next_one_runs(tmp_path: Path, warm: Warm) -> None:
    environment = Tool(tmp_path).environment()
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run(["check", str(EXAMPLES)], tmp_path, environment, 0.001)
    assert warm.run(["--version"], tmp_path, environment, 30)[0] == 0


def test_a_signal_is_told_as_subprocess_tells_it(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(f"import os, signal\nprint('hello', flush=True)\nos.kill(os.getpid(), {signal.SIGTERM:d})\n")
    own = Warm(script, Tool(tmp_path).environment())
    try:
        assert own.run([], tmp_path, {}, 30) == (-signal.SIGTERM, b"hello\n", b"")
    finally:
        own.close()


@pytest.mark.parametrize(
    ("end", "status", "error"), [("1", 1, ""), ("None", 0, ""), ("'a sentence'", 1, "a sentence\n")]
)
def test_a_script_ends_as_it_would(tmp_path: Path, end: str, status: int, error: str) -> None:
    script = tmp_path / "script"
    script.write_text(f"import sys\nprint('hello')\nsys.exit({end})\n")
    own = Warm(script, Tool(tmp_path).environment())
    try:
        assert own.run([], tmp_path, {}, 30) == (status, b"hello\n", error.encode())
    finally:
        own.close()


def test_the_cold_way_is_the_executable(tmp_path: Path) -> None:
    assert (
        subprocess.run([ALIGN, "--version"], capture_output=True, check=True).stdout.decode()
        == Tool(tmp_path)("--version").out
    )
