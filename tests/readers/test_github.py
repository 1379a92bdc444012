"""Annotations, read as GitHub's runner reads them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from tests.cli.test_formats import MESSY
from tests.cli.tool import CHARTER, ERROR, ORG, SMALLEST, WARNING, Tool, write
from tests.readers.runner import Command, commands, parse

GOAL = "  - {{id: goal-{0}, title: Somebody gets goal {0}, supports: [{1}]}}\n"


def charter(team: str, errors: int, warnings: int) -> str:
    goals = "".join(GOAL.format(number, f"nobody-knows-{number}") for number in range(errors))
    links = "".join(f"[x](gone-{number}.md)\n\n" for number in range(warnings))
    return (
        f"---\nkind: charter\nteam: {team}\nmission: Parcels arrive.\n"
        + (f"goals:\n{goals}" if goals else "")
        + "---\n"
    ) + links


def test_the_runner_of_these_tests_knows_both_forms() -> None:
    assert parse("\u3000::error file=a%2Cb,line=1::50%25%0Aoff") == Command(
        "error", {"file": "a,b", "line": "1"}, "50%\noff"
    )
    assert parse("say ##[error]x") == Command("error", {}, "x")
    assert parse("::Warning::x") == Command("warning", {}, "x")
    assert parse("::nothing::x") is None
    assert parse("a ::error::x") is None


def test_ten_of_each_severity_are_annotations_and_the_rest_is_in_a_group(tool: Tool) -> None:
    files = {**SMALLEST, "teams/a/charter.md": charter("a", 3, 14), "teams/z/charter.md": charter("z", 9, 1)}
    run = tool("check", tool.repo(files), "--format", "github", "--show", "info")
    said = commands(run.out)
    shown = Counter(command.name for command in said)
    found = Counter(item["severity"] for item in tool.json("check", tool.folder / "repo")["diagnostics"])
    assert found["error"] == 12
    assert found["warning"] == 15
    assert shown["error"] == shown["warning"] == 10
    assert shown["notice"] == min(found["info"], 10)
    # The most severe come first, so that a limit that GitHub may set on all of a job takes others.
    order = [command.name for command in said if command.name in ("error", "warning", "notice")]
    assert order == sorted(order, key=["error", "warning", "notice"].index)
    rest = sum(found.values()) - sum(shown[name] for name in ("error", "warning", "notice"))
    first = run.lines.index(f"::group::{rest} more findings")
    last = run.lines.index("::endgroup::")
    listed = run.lines[first + 1 : last]
    assert len(listed) == rest
    assert [line for line in listed if parse(line)] == []
    assert re.match(r"teams/z/charter\.md:\d+:\d+: error\[AL202\] goal", listed[0])
    assert last == len(run.lines) - 2
    assert run.lines[-1].startswith("12 errors, 15 warnings")


def test_one_that_is_too_many_is_one_finding(tool: Tool) -> None:
    run = tool("check", tool.repo({**SMALLEST, "teams/a/charter.md": charter("a", 0, 11)}), "--format", "github")
    assert "::group::1 more finding" in run.lines


def test_without_more_there_is_no_group(tool: Tool) -> None:
    run = tool("check", tool.repo(WARNING), "--format", "github")
    assert [command.name for command in commands(run.out)] == ["warning"]
    assert "group" not in run.out


def test_a_message_ends_where_the_runner_would_cut_it(tool: Tool) -> None:
    title = "ä%" * 3_000
    org = SMALLEST["org.md"].replace("Fewer carts are abandoned", title)
    api = (
        "---\nkind: team-api\nteam: checkout\n" + "".join(f"x{number}-{'y' * 60}: 1\n" for number in range(3)) + "---\n"
    )
    wrong = SMALLEST["teams/checkout/charter.md"].replace("[fewer-", "[fewwer-")
    root = tool.repo({"org.md": org, "teams/checkout/charter.md": wrong, "teams/checkout/team-api.md": api})
    said = commands(tool("check", root, "--format", "github").out)
    assert any("ä%" in command.data for command in said)
    assert all(len(command.data) <= 4096 and len(command.properties["title"]) <= 255 for command in said)


def test_a_range_of_many_lines_has_no_columns(tool: Tool) -> None:
    """GitHub understands columns on one line only."""
    text = (
        SMALLEST["teams/checkout/charter.md"]
        .replace("mission: R", "mission:\n  - R")
        .replace("goals:", "  - b\ngoals:")
    )
    root = tool.repo({**SMALLEST, "teams/checkout/charter.md": text})
    items = {
        (item["path"], str(item["range"]["start"]["line"]), str(item["range"]["end"]["line"]))
        for item in tool.json("check", root)["diagnostics"]
    }
    said = commands(tool("check", root, "--format", "github", "--show", "info").out)
    assert {(c.properties["file"], c.properties["line"], c.properties["endline"]) for c in said} == items
    many = [c for c in said if c.properties["line"] != c.properties["endline"]]
    assert many
    for command in said:
        assert ("col" in command.properties) == (command not in many)
        assert ("endcolumn" in command.properties) == (command not in many)


def of(found: list[dict[str, Any]], severity: str) -> list[dict[str, Any]]:
    return [item for item in found if item["severity"] == severity]


def test_github_says_what_json_says(tool: Tool) -> None:
    root = tool.repo(MESSY)
    every = tool.json("check", root)["diagnostics"]
    every_command = commands(tool("check", root, "--format", "github", "--show", "info").out)
    said = [command for command in every_command if "group" not in command.name]
    found = [item for level in ("error", "warning", "info") for item in of(every, level)[:10]]
    assert len(said) == len(found) > 20
    for (command, properties, message), item in zip(said, found, strict=True):
        assert command == {"error": "error", "warning": "warning", "info": "notice"}[item["severity"]]
        start, end = item["range"]["start"], item["range"]["end"]
        assert properties["file"] == item["path"]
        assert (int(properties["line"]), int(properties["endline"])) == (start["line"], end["line"])
        assert int(properties.get("col", start["column"])) == start["column"]
        assert item["code"] in properties["title"]
        assert item["name"] in properties["title"]
        assert message.startswith(item["message"])
        assert item["help"] is None or item["help"] in message


def test_github_escapes_what_its_commands_are_made_of(tool: Tool) -> None:
    title = r"50%25 of a,b:: c%0A::error file=x::boo\r\n::set-output name=x::y"
    org = ORG.replace("title: Fewer carts are abandoned", f'title: "{title}"')
    charter = CHARTER.replace("[fewer-abandoned-carts]", "[fewer-abandonned-carts]")
    root = tool.repo({"org.md": org, "teams/a,b:c%d/charter.md": charter})
    run = tool("check", root, "--format", "github")
    lines = run.out.splitlines()
    assert len([line for line in lines if line.lstrip().startswith("::")]) == len(commands(run.out))
    said = {properties["title"]: (properties, message) for _, properties, message in commands(run.out)}
    properties, message = next(value for title, value in said.items() if "AL202" in title)
    assert properties["file"] == "teams/a,b:c%d/charter.md"
    assert "50%25 of a,b:: c%0A::error file=x::boo" in message
    assert "error" not in {line.split("::")[1].split(" ")[0] for line in lines if line.startswith("::set")}


def test_github_paths_are_from_the_top_of_git(tool: Tool, tmp_path: Path) -> None:
    top = tmp_path / "monorepo"
    root = write(top / "company/charters", {**ERROR, "align.toml": ""})
    (top / ".git").mkdir()
    (said, *_) = commands(tool("check", root, "--format", "github").out)
    assert said[1]["file"] == "company/charters/teams/checkout/charter.md"
    (said, *_) = commands(tool("check", "teams", "--format", "github", cwd=root).out)
    assert said[1]["file"] == "company/charters/teams/checkout/charter.md"
    assert tool.json("check", root)["diagnostics"][-1]["path"] == "teams/checkout/charter.md"
    assert tool("check", root, "--format", "concise").out.startswith("teams/checkout/charter.md:")


def test_github_paths_where_git_is_a_file(tool: Tool, tmp_path: Path) -> None:
    top = tmp_path / "worktree"
    root = write(top / "charters", {**ERROR, "align.toml": ""})
    write(top, {".git": "gitdir: /somewhere/else\n"})
    (said, *_) = commands(tool("check", root, "--format", "github").out)
    assert said[1]["file"] == "charters/teams/checkout/charter.md"


def test_a_warning_alone(tool: Tool) -> None:
    run = tool("check", tool.repo(WARNING), "--format", "github")
    ((command, properties, message),) = commands(run.out)
    assert (command, properties["line"], properties["col"], properties["endcolumn"]) == ("warning", "8", "17", "25")
    assert message.startswith("the link `notes.md` leads to nothing")
    assert run.status == 0
