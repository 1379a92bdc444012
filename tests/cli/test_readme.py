"""The README is true: its outputs, its workflow and its configuration are the tool's own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from aligncli.cli import app
from aligncli.config import parse_config
from aligncli.io.resources import load_schemas
from aligncli.render.ci_files import GITLAB, HOOK, NIGHTLY, PRE_COMMIT, WORKFLOW
from tests import EXAMPLES, TOP

README = (TOP / "README.md").read_text(encoding="utf-8")
ALIGN = Path(sys.executable).with_name("align")


def block(marker: str) -> str:
    found = re.search(rf"<!-- {re.escape(marker)} -->\n```\w+\n(.*?)^```$", README, re.M | re.S)
    assert found is not None
    return found.group(1)


def run(*arguments: str, cwd: Path) -> str:
    return subprocess.run(
        [ALIGN, *arguments, "--as-of", "2026-11-20"], cwd=cwd, capture_output=True, text=True, env={"LANG": "C.UTF-8"}
    ).stdout


def test_the_check_finds_the_mistake_as_printed(tmp_path: Path) -> None:
    copy = tmp_path / "charters"
    shutil.copytree(EXAMPLES, copy)
    charter = copy / "teams" / "depot" / "charter.md"
    charter.write_text(charter.read_text().replace("fewer-closed-berths", "fewer-closed-births"))
    command, printed = block("the check: a typo in teams/depot/charter.md").split("\n", 1)
    assert run(*command.split()[2:], cwd=copy) == printed


def test_the_tree_is_drawn_as_printed() -> None:
    command, printed = block("the tree").split("\n", 1)
    assert run(*command.split()[2:], cwd=EXAMPLES) == printed


def test_the_command_that_tries_it_ends_in_a_clean_check() -> None:
    *_, check = block("try").split("&&")
    assert check.split()[1:] == ["check", "examples/charters", "--as-of", "2026-11-20"]
    assert run("check", "examples/charters", cwd=TOP).startswith("0 errors, 0 warnings in ")


def test_the_files_for_ci_are_those_that_init_writes() -> None:
    assert block("workflow") == WORKFLOW
    assert block("nightly") == NIGHTLY
    assert block("gitlab") == GITLAB
    assert block("pre-commit") == PRE_COMMIT
    assert f"id: {HOOK}\n" in PRE_COMMIT


def test_the_configuration_is_valid() -> None:
    text = re.search(r"^```toml\n(.*?)^```$", README, re.M | re.S)
    assert text is not None
    config = parse_config(text.group(1), load_schemas())
    assert config.fiscal.starts == 4
    assert config.limits.forming_days == 60


def test_every_command_is_listed() -> None:
    listed = set(re.findall(r"^\| `align ([\w-]+)", README, re.M))
    named = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback is not None
    }
    assert listed == named


def test_every_relative_link_leads_somewhere() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", (TOP / name).read_text(encoding="utf-8")):
            assert (TOP / target).exists(), target
