"""The GitLab report, held against what GitLab documents of it and does with it.

GitLab publishes no schema in a package. `SCHEMA` is written from its page on Code Quality ("Code Quality report
format"), and is stricter than what GitLab itself checks: nothing else may be in a report, and no text may be empty.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests import nasty
from tests.cli.tool import DAY, ERROR, SMALLEST, Tool, write

ON = ("--as-of", DAY)
TEXT = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {**TEXT, "pattern": "^[^\\n\\r]*$"},
            "check_name": TEXT,
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    "path": {**TEXT, "pattern": "^(?!/)(?!\\./)"},
                    "lines": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["begin"],
                        "properties": {
                            "begin": {"type": "integer", "minimum": 1},
                            "end": {"type": "integer", "minimum": 1},
                        },
                    },
                },
            },
        },
    },
}


def report(tool: Tool, *words: str | Path, cwd: Path | None = None) -> list[dict[str, Any]]:
    run = tool("check", *words, *ON, "--format", "gitlab", cwd=cwd)
    assert run.status in (0, 1), run
    assert run.err == ""
    assert not run.out.startswith("\ufeff"), "GitLab refuses a byte-order mark"
    found = json.loads(run.out)
    jsonschema_rs.validator_for(SCHEMA).validate(found)
    assert len({issue["fingerprint"] for issue in found}) == len(found), "GitLab keeps one of those that share one"
    assert isinstance(found, list)
    return found


def test_it_says_what_json_says(tool: Tool) -> None:
    broken = str(ERROR["teams/checkout/charter.md"])
    root = tool.repo({**ERROR, "teams/checkout/charter.md": broken + "See [our notes](notes.md).\n"})
    found = tool.json("check", root, *ON)["diagnostics"]
    said = report(tool, root, "--show", "info")
    assert len(said) == len(found) > 3
    severities = {"error": "major", "warning": "minor", "info": "info"}
    for issue, item in zip(said, found, strict=True):
        assert issue["check_name"] == item["code"]
        assert issue["severity"] == severities[item["severity"]]
        assert issue["location"]["path"] == item["path"]
        assert issue["location"]["lines"] == {
            "begin": item["range"]["start"]["line"],
            "end": item["range"]["end"]["line"],
        }
    assert {issue["severity"] for issue in said} == set(severities.values())


def test_a_description_stands_alone(tool: Tool) -> None:
    (issue,) = report(tool, tool.repo(ERROR))
    assert issue["description"] == (
        "AL202: goal `checkout/one-tap-pay` supports `fewer-abandonned-carts`, which does not exist; help: an outcome "
        'with a similar id exists: `fewer-abandoned-carts` ("Fewer carts are abandoned", org.md:6:10)'
    )
    assert issue["location"] == {"path": "teams/checkout/charter.md", "lines": {"begin": 6, "end": 6}}


def test_advice_is_in_it_where_it_is_asked_for(tool: Tool) -> None:
    root = tool.repo(ERROR)
    few, all_ = report(tool, root), report(tool, root, "--show", "info")
    assert len(few) < len(all_)
    assert [issue for issue in all_ if issue["severity"] != "info"] == few, "fingerprints and all"


def test_nothing_found_is_an_empty_list(tool: Tool) -> None:
    assert tool("check", tool.repo(SMALLEST), *ON, "--format", "gitlab").out == "[]\n"


def test_paths_are_from_the_top_of_git(tool: Tool, tmp_path: Path) -> None:
    top = tmp_path / "monorepo"
    root = write(top / "company/charters", {**ERROR, "align.toml": ""})
    (top / ".git").mkdir()
    (issue,) = report(tool, root)
    assert issue["location"]["path"] == "company/charters/teams/checkout/charter.md"
    assert (top / issue["location"]["path"]).is_file()


def test_what_is_suppressed_or_in_the_baseline_is_not_in_it(tool: Tool) -> None:
    charter = str(ERROR["teams/checkout/charter.md"])
    suppressed = charter.replace("goals:\n", "goals:\n  # align: ignore[AL202]: agreed\n")
    assert report(tool, tool.repo({**ERROR, "teams/checkout/charter.md": suppressed})) == []
    root = tool.repo(ERROR, "debts")
    assert tool("check", root, *ON, "--write-baseline").status == 0
    assert report(tool, root, "--baseline", root / "align-baseline.json") == []


def test_no_text_hurts(tool: Tool) -> None:
    root = nasty.write(tool.folder / "nasty")
    run = tool("check", root, *ON, "--format", "gitlab", "--show", "info")
    assert nasty.UNSAFE.findall(run.out) == []
    assert nasty.COMMAND.findall(run.out) == []
    found = report(tool, root, "--show", "info")
    for issue in found:
        assert nasty.UNSAFE.findall(issue["description"]) == []
        issue["location"]["path"].encode("utf-8")
    paths = {issue["location"]["path"] for issue in found}
    assert "teams/caf\ufffd/charter.md" in paths
    exact = {path for path in paths if "\ufffd" not in path}
    assert exact
    assert all((root / path).is_file() for path in exact), "GitLab finds a file by its exact name"
    assert any(re.search(r"\n", path) for path in exact)


def test_the_file_is_what_the_screen_would_show(tool: Tool) -> None:
    root = tool.repo(ERROR)
    said = tool("check", root, *ON, "--format", "gitlab").out
    tool("check", root, *ON, "--output", f"gitlab:{root / 'gl-code-quality-report.json'}")
    assert (root / "gl-code-quality-report.json").read_text(encoding="utf-8") == said
