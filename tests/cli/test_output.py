"""Every JSON of ours is what its published schema says, and ``docs/output.md`` says what that is worth."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from aligncli import __version__, engine
from aligncli.commands.tree import STATUSES
from aligncli.diagnostics import Severity
from aligncli.engine import Setting, Since, Summary
from aligncli.io.repo import Repo
from aligncli.io.resources import OUTPUT_NAMES, output_schema, schema_folder
from aligncli.render.check import Checked
from aligncli.render.check_json import check_json
from aligncli.render.pages import Standing
from aligncli.render.rules_json import rule_json, rules_json
from aligncli.rules import RULES
from aligncli.testing import Case, read_cases
from tests import EXAMPLES, TOP
from tests.cli.tool import CHARTER, DAY, ERROR, ORG, SMALLEST, WARNING, Tool, one_sentence, write
from tests.outputs import assert_output, strict

DOCS = (TOP / "docs" / "output.md").read_text(encoding="utf-8")


def checked(tool: Tool, *words: str | Path) -> Any:
    document = tool.json("check", *words)
    assert_output("output/check-v1", document)
    return document


def drawn(tool: Tool, *words: str | Path) -> Any:
    document = tool.json("tree", *words)
    assert_output("output/tree-v1", document)
    return document


def nodes(document: Any) -> Iterator[Any]:
    stack = [*document["outcomes"], *document["untraced"], *document["unresolved"]]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node["children"])


# --- the schemas ---


def parts(schema: Any, route: str = "") -> Iterator[tuple[str, Any]]:
    """Every schema within a schema."""
    yield route, schema
    for name in ("properties", "$defs"):
        for key, value in schema.get(name, {}).items():
            yield from parts(value, f"{route}/{key}")
    if "items" in schema:
        yield from parts(schema["items"], f"{route}/items")


@pytest.mark.parametrize("name", OUTPUT_NAMES)
def test_a_schema_is_printed_as_it_is_published(tool: Tool, name: str) -> None:
    run = tool("schema", name)
    assert (run.status, run.err) == (0, "")
    schema = json.loads(run.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema == output_schema(name)
    assert schema["$id"] == f"{name}.schema.json"
    assert (TOP / "schemas" / schema["$id"]).is_file()
    for route, part in parts(schema):
        assert "additionalProperties" not in part, f"{route} is closed: fields may be added"
        assert part.keys().isdisjoint({"oneOf", "anyOf", "allOf"}), route
        if "$ref" in part:
            assert part["$ref"].removeprefix("#/$defs/") in schema["$defs"]
        elif not route.endswith("/items"):
            assert part.get("description", "").endswith("."), f"{route} says nothing of itself"
        if "properties" in part:
            assert {*part["required"]} <= part["properties"].keys()


def test_every_published_schema_is_known_by_its_name() -> None:
    files = {f"output/{path.name.removesuffix('.schema.json')}" for path in (TOP / "schemas" / "output").iterdir()}
    assert files == {*OUTPUT_NAMES}
    assert schema_folder() == TOP / "schemas"


def test_the_lists_of_words_and_fields_are_ours() -> None:
    check, tree = output_schema("output/check-v1"), output_schema("output/tree-v1")
    assert {*check["$defs"]["diagnostic"]["properties"]["severity"]["enum"]} == {
        severity.label for severity in Severity if severity
    }
    assert {*tree["$defs"]["node"]["properties"]["status"]["examples"]} == {*STATUSES}
    assert [*check["properties"]["summary"]["properties"]] == [*Summary._fields]
    assert [*check["properties"]["since"]["properties"]] == [*Since._fields]
    page = output_schema("output/rule-v1")["$defs"]["rule"]["properties"]
    listed = output_schema("output/rules-v1")["$defs"]["rule"]["properties"]
    assert {name: page[name] for name in listed} == listed
    assert {*listed["severity"]["enum"]} == {severity.label for severity in Severity}


def test_readers_are_open_to_more_and_these_tests_are_not(tool: Tool) -> None:
    document = checked(tool, tool.repo(ERROR))
    document["diagnostics"][0]["range"]["start"]["offset"] = 7
    assert jsonschema.Draft202012Validator(output_schema("output/check-v1")).is_valid(document)
    with pytest.raises(AssertionError, match=r"offset"):
        assert_output("output/check-v1", document)
    assert strict({"type": "string", "$comment": "may grow", "examples": ["a"]})["enum"] == ["a"]


def test_the_wheel_has_them(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=TOP,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        shipped = {*archive.namelist()}
    assert {f"aligncli/schemas/{name}.schema.json" for name in OUTPUT_NAMES} <= shipped


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("check", "output/check-v1"),
        ("output/check", "output/check-v1"),
        ("check-v1", "output/check-v1"),
        ("output/chekc-v1", "output/check-v1"),
        ("output/check-v2", "output/check-v1"),
        ("schemas/output/tree-v1.schema.json", "output/tree-v1"),
        ("Tree", "output/tree-v1"),
        ("rules", "output/rules-v1"),
        ("output/rule", "output/rule-v1"),
        ("basline", "output/baseline-v1"),
        ("chartre", "charter"),
    ],
)
def test_a_typo_is_answered_with_a_name(tool: Tool, word: str, meant: str) -> None:
    one_sentence(tool("schema", word), f"there is no schema `{word}`; did you mean `{meant}`?")


def test_what_resembles_nothing_is_answered_with_all_names(tool: Tool) -> None:
    one_sentence(tool("schema", "output/"), *OUTPUT_NAMES)


def test_completion_and_help_know_them(tool: Tool) -> None:
    env = {"_ALIGN_COMPLETE": "complete_bash", "COMP_WORDS": "align\nschema\noutput/r", "COMP_CWORD": "2"}
    assert tool(env=env).lines == ["output/rule-v1", "output/rules-v1"]
    assert "output/check-v1" in tool("schema", "--help").out


# --- check ---

FIRST: dict[str, Case] = {}
for _case in read_cases(TOP / "tests" / "rules"):
    if f"[{_case.code}]" in _case.expected:
        FIRST.setdefault(_case.code, _case)


@pytest.mark.parametrize("code", FIRST)
def test_what_each_rule_finds(tool: Tool, code: str) -> None:
    case = FIRST[code]
    root = write(tool.folder / "repo", case.files)
    (root / "align.toml").touch()
    document = checked(tool, root, "--as-of", case.as_of.isoformat())
    assert code in {item["code"] for item in document["diagnostics"]}
    run = tool("tree", "-C", root, "--format", "json", "--as-of", case.as_of.isoformat())
    if run.status == 0:
        assert_output("output/tree-v1", json.loads(run.out))
    else:
        one_sentence(run)


def test_each_rule_has_its_turn() -> None:
    assert FIRST.keys() == {rule.code for rule in RULES}


def test_the_examples(tool: Tool) -> None:
    document = checked(tool, EXAMPLES, "--as-of", DAY)
    assert document["since"] is None
    assert document["summary"]["infos"] == len(document["diagnostics"]) > 0


def test_suppressed_baselined_and_limited(tool: Tool) -> None:
    root = tool.repo(
        {**WARNING, "teams/other/charter.md": ERROR["teams/checkout/charter.md"].replace("checkout", "other")}
    )
    assert tool("check", root, "--write-baseline").status == 0
    assert_output("output/baseline-v1", json.loads((root / "align-baseline.json").read_text()))
    known = checked(tool, root, "--baseline", root / "align-baseline.json")
    assert known["summary"]["baselined"] > 1
    assert checked(tool, root / "teams" / "other")["summary"]["reported_on"] == 1
    (root / "teams" / "checkout" / "charter.md").write_text(
        CHARTER + "<!-- align: ignore[AL209]: soon -->\n[n](no.md)\n"
    )
    assert checked(tool, root)["summary"]["suppressed"] == 1


@pytest.mark.parametrize(
    "paint", [{}, {"mended": 3, "configuration": ("align.toml",)}, {"empty": "nothing stood there"}]
)
def test_what_is_old(tmp_path: Path, paint: dict[str, Any]) -> None:
    root = write(tmp_path, {**ERROR, "align.toml": ""})
    repo = Repo(root)
    report = engine.run(engine.Task(repo.load(date(2026, 11, 20)), repo.config, engine.Selection(), repo.text))
    since = Since(**{"ref": "origin/main", "base": "0123abc", "old": 2, "mended": 0, **paint})
    made = Checked(report._replace(since=since), date(2026, 11, 20), Severity.ERROR, RULES, repo.text)
    document = json.loads(check_json(made))
    assert_output("output/check-v1", document)
    assert document["since"]["ref"] == "origin/main"


HOSTILE = "x\x1b[2J\u202e\ud7ff\u2028\\u0000 \U0001f389 שלום ]]> <b> `q` | ::error::"


def test_hostile_texts_and_names_of_files(tool: Tool) -> None:
    title = json.dumps(HOSTILE, ensure_ascii=False)
    files: dict[str, str | bytes] = {
        "org.md": ORG,
        "a \n\x1b‮.md": f"---\nkind: charter\nteam: one\nmission: {title}\ngoals: [{{id: a, title: {title}, supports: [nothing-there]}}]\n---\n",
        "huge.md": f"---\nkind: charter\nteam: two\nsize: {'9' * 400}\nmission: M.\n{'k' * 5000}: 1\n---\n",
        "broken.md": b"---\nkind: charter\n\xff\xfe\n---\n",
        "deep.md": "---\nkind: charter\nteam: " + "[" * 5000 + "\n---\n",
        "nul.md": "---\nkind: charter\nteam: a\0b\n---\n",
    }
    root = tool.repo(files)
    (root / os.fsdecode(b"latin-\xe9.md")).write_text("---\nkind: charter\nteam: three\n---\n")
    document = checked(tool, root)
    assert "latin-\udce9.md" in {item["path"] for item in document["diagnostics"]}
    tree = drawn(tool, "-C", root)
    assert any(node["title"].startswith("x\x1b[2J\u202e") for node in nodes(tree))
    assert tool("check", root, "--write-baseline").status == 0
    text = (root / "align-baseline.json").read_text(encoding="utf-8")
    assert_output("output/baseline-v1", json.loads(text))
    left = checked(tool, root, "--baseline", root / "align-baseline.json")
    assert {item["severity"] for item in left["diagnostics"]} == {"info"}


def test_configurations_and_findings_about_them(tool: Tool) -> None:
    config = '[check]\nignore = ["AL999"]\n[check.severity]\nAL309 = "error"\n[check.per-path]\n"teams/**" = {ignore = ["AL2"]}\n'
    document = checked(tool, tool.repo(ERROR, config=config))
    assert {"align.toml", "org.md"} <= {item["path"] for item in document["diagnostics"]}


def test_a_baseline_outside_of_the_repo_has_an_absolute_path(tool: Tool) -> None:
    root = tool.repo(ERROR)
    other = tool.folder / "debts.json"
    assert tool("check", root, "--write-baseline", "--baseline", other).status == 0
    write(root, SMALLEST)
    document = checked(tool, root, "--baseline", other)
    assert str(other) in {item["path"] for item in document["diagnostics"]}


# --- tree ---


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--no-goals"],
        ["--depth", "0"],
        ["--depth", "1", "--no-goals"],
        ["--team", "depot"],
        ["--team", "depot", "--team", "booking", "--status", "at-risk"],
        ["--status", "dropped"],
        ["--period", "2026-Q4"],
        ["--period", "1999"],
        ["quiet-nights"],
        ["depot/warm-by-five"],
        ["quiet-nights", "--no-goals", "--depth", "1"],
    ],
    ids=" ".join,
)
def test_the_tree_of_the_examples(tool: Tool, words: list[str]) -> None:
    drawn(tool, "-C", EXAMPLES, "--as-of", DAY, *words)


def test_trees_of_odd_repos(tool: Tool) -> None:
    goal = "  - {{id: g{}, title: Goal {}, supports: [{}]}}\n"
    head = "---\nkind: charter\nteam: checkout\nmission: M.\ngoals:\n"
    chain = (
        head
        + "".join(goal.format(n, n, f"checkout/g{n + 1}") for n in range(150))
        + goal.format(150, 150, "fewer-abandoned-carts")
    )
    deep = drawn(tool, "-C", tool.repo({"org.md": ORG, "c.md": chain + "---\n"}, "deep"))
    assert any(node.get("truncated") for node in nodes(deep))
    ring = (
        head
        + goal.format(1, 1, "checkout/g2, fewer-abandoned-carts")
        + goal.format(2, 2, "checkout/g1, nothing")
        + goal.format(3, 3, "")
    )
    odd = drawn(tool, "-C", tool.repo({"org.md": ORG, "c.md": ring + "---\n"}, "ring"))
    assert any(node.get("repeated") for node in nodes(odd))
    assert odd["untraced"]
    starless = drawn(tool, "-C", tool.repo({"c.md": ring + "---\n"}, "starless"))
    assert (starless["name"], starless["north_star"]) == (None, None)


# --- rules ---


def test_the_catalogue(tool: Tool) -> None:
    config = '[check.severity]\nAL309 = "off"\n[check.per-path]\n"a/**" = {ignore = ["AL5"]}\n'
    document = tool.json("rules", cwd=tool.repo(SMALLEST, config=config))
    assert_output("output/rules-v1", document)
    assert [rule["code"] for rule in document["rules"]] == [rule.code for rule in RULES]
    assert {rule["why"] for rule in document["rules"]} == {"default", "configuration"}
    assert_output("output/rules-v1", tool.json("explain", "AL3"))


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_each_page(tool: Tool, code: str) -> None:
    assert_output("output/rule-v1", tool.json("explain", code))


def test_a_plugins_rule() -> None:
    standing = Standing(
        RULES[0]._replace(code="ACM001", origin="acme"), Setting(Severity.OFF, "configuration"), ("a/**",)
    )
    assert_output("output/rule-v1", json.loads(rule_json(standing)))
    assert_output("output/rules-v1", json.loads(rules_json([standing])))


# --- the page ---


def test_the_samples_are_what_is_printed(tool: Tool) -> None:
    samples = {
        path.name: re.findall(r"^```json\n(.*?)^```$", path.read_text(encoding="utf-8"), re.M | re.S)
        for path in (TOP / "README.md", TOP / "docs" / "output.md")
    }
    assert samples["docs/output.md".rpartition("/")[2]]
    for sample in (text for texts in samples.values() for text in texts):
        assert_output("output/check-v1", json.loads(sample))
    copy = tool.folder / "copy"
    shutil.copytree(EXAMPLES, copy)
    charter = copy / "teams" / "depot" / "charter.md"
    charter.write_text(charter.read_text().replace("fewer-closed-berths", "fewer-closed-births"))
    run = tool("check", "--as-of", DAY, "--format", "json", "--select", "AL202", cwd=copy)
    assert samples["output.md"] == [run.out.replace(f'"version": "{__version__}"', '"version": "0.1.0"')]


def test_the_page_names_every_schema() -> None:
    assert {*re.findall(r"output/[a-z]+-v1", DOCS)} == {*OUTPUT_NAMES}
