"""``explain``, ``rules``, ``schema``, ``--version``, ``--help`` and shell completion from outside."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import aligncli
from aligncli.rules import RULES
from tests.cli.test_tree import FILES
from tests.cli.tool import ALIGN, ERROR, SMALLEST, Tool, one_sentence, unstyled, write

COMMANDS = ["check", "tree", "new-team", "init", "explain", "rules", "schema"]
KINDS = ["org", "outcome", "guardrail", "charter", "goals", "team-api", "community", "config"]


# --- version and help ---


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version(tool: Tool, option: str) -> None:
    assert tool(option) == (0, f"align {aligncli.__version__}\n", "")


def test_the_module_is_the_command(tool: Tool) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aligncli", "--version"], env=tool.environment(), capture_output=True, check=True
    )
    assert done.stdout.decode() == f"align {aligncli.__version__}\n"


def test_help(tool: Tool) -> None:
    for option in ("--help", "-h"):
        run = tool(option)
        assert (run.status, run.err) == (0, "")
        for command in COMMANDS:
            assert re.search(rf"^ +{command} ", run.out, re.M), command
    bare = tool()
    assert bare.status in (0, 2)
    assert "Usage" in bare.out + bare.err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command(tool: Tool, command: str) -> None:
    run = tool(command, "--help")
    assert (run.status, run.err) == (0, "")
    assert run.out.startswith(("Usage: align ", "\nUsage: align "))
    assert "\x1b" not in run.out
    for option in re.findall(r"^  (-.*?)(?:  |$)", run.out, re.M):
        assert option.strip()


def test_the_exit_statuses_are_in_the_help(tool: Tool) -> None:
    out = tool("check", "--help").out
    for number in "012":
        assert number in out[out.index("Exit status") :]


def test_an_unknown_command(tool: Tool) -> None:
    run = tool("chekc")
    assert run.status == 2
    assert "chekc" in run.err
    assert "Traceback" not in run.err


# --- explain and rules ---


@pytest.mark.parametrize("word", ["AL202", "al202", "Al202", "unknown-reference", "Unknown-Reference"])
def test_explain(tool: Tool, word: str) -> None:
    run = tool("explain", word)
    assert (run.status, run.err) == (0, "")
    assert "AL202" in run.lines[0]
    assert "unknown-reference" in run.lines[0]
    assert run.lines[2] == "Error by default, and here."
    for heading in ("What it checks", "Why it matters", "Bad", "Good", "How to fix"):
        assert heading in run.out


def test_explain_prints_the_docstring(tool: Tool) -> None:
    for rule in (RULES[0], RULES[-1]):
        assert rule.source in tool("explain", rule.code).out


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("unknown-refrence", "`unknown-reference`"),
        ("AL2O2", "`AL202`"),
        ("UNKNOWN-REFRENCE", "`unknown-reference`"),
        ("nonsense", "align rules"),
        ("", "align rules"),
        ("A", "align rules"),
        ("AL8", "align rules"),
    ],
)
def test_explain_an_unknown_rule(tool: Tool, word: str, says: str) -> None:
    one_sentence(tool("explain", word), says)


def test_explain_in_a_terminal_says_the_same(tool: Tool) -> None:
    piped = tool("explain", "AL202").out
    shown = unstyled(tool.terminal("explain", "AL202", columns=100).out)
    words = set(re.findall(r"[A-Za-z]{4,}", piped)) - {"markdown"}
    assert words - set(re.findall(r"[A-Za-z]{4,}", shown)) == set()


GOVERNED = """\
[check]
ignore = ["AL211"]
[check.severity]
AL208 = "error"
broken-link = "off"
AL301 = "error"
no-such-rule = "error"
[check.per-path]
"teams/labs/**" = { ignore = ["AL2", "AL301"] }
"archive/**" = { ignore = ["AL301"] }
"""
"""A configuration that has a word on many rules, and a word too many: `check` says so, these commands pass over it."""


def test_rules_lists_every_rule_with_its_severity_here(tool: Tool) -> None:
    run = tool("rules", cwd=tool.repo(SMALLEST, config=GOVERNED))
    assert (run.status, run.err) == (0, "")
    rows = {line.split()[0]: line for line in run.lines if line.startswith("AL")}
    assert list(rows) == [rule.code for rule in RULES]
    for rule in RULES:
        level = {"AL208": "error", "AL209": "off", "AL211": "off"}.get(rule.code, rule.severity.label)
        mark = "*" if rule.code in ("AL208", "AL209", "AL211", "AL301") else "'" if rule.code[:3] == "AL2" else ""
        assert rows[rule.code].split()[1:3] == [level + mark, rule.name]
        assert rows[rule.code].endswith(rule.summary.replace("`", ""))
    assert run.lines[-2:] == [
        "* set in align.toml",
        "' left out for some documents by [check.per-path] in align.toml",
    ]


def test_rules_where_nothing_is_configured_has_no_notes(tool: Tool) -> None:
    run = tool("rules", cwd=tool.repo(SMALLEST))
    assert "align.toml" not in run.out
    assert run.lines[-1].startswith(RULES[-1].code)


def test_rules_fit_a_terminal(tool: Tool) -> None:
    run = tool.terminal("rules", cwd=tool.repo(SMALLEST), columns=80)
    rows = unstyled(run.out).splitlines()
    assert max(map(len, rows)) <= 80
    assert "Names and references" in rows


def test_rules_as_json(tool: Tool) -> None:
    """A published format: fields are only ever added."""
    document = tool.json("rules", cwd=tool.repo(SMALLEST, config=GOVERNED))
    assert list(document) == ["version", "rules"]
    assert document["version"] == 1
    assert [item["code"] for item in document["rules"]] == [rule.code for rule in RULES]
    found = {item["code"]: item for item in document["rules"]}
    assert found["AL202"] == {
        "code": "AL202", "name": "unknown-reference", "summary": "A reference to something that does not exist.",
        "severity": "error", "default": "error", "why": "default", "off_in": ["teams/labs/**"], "origin": None,
    }  # fmt: skip
    assert (found["AL208"]["severity"], found["AL208"]["default"], found["AL208"]["why"]) == (
        "error",
        "info",
        "configuration",
    )
    assert (found["AL211"]["severity"], found["AL211"]["why"]) == ("off", "configuration")
    assert (found["AL301"]["why"], found["AL301"]["off_in"]) == ("configuration", ["teams/labs/**", "archive/**"])


def test_explain_as_json(tool: Tool) -> None:
    """A published format: fields are only ever added."""
    root = tool.repo(SMALLEST, config=GOVERNED)
    document = tool.json("explain", "missing-team-api", cwd=root)
    assert list(document) == ["version", "rule"]
    rule = document["rule"]
    (listed,) = [item for item in tool.json("rules", cwd=root)["rules"] if item["code"] == "AL208"]
    assert {key: value for key, value in rule.items() if key not in ("sections", "markdown")} == listed
    assert [section["title"] for section in rule["sections"]] == [
        "What it checks", "Why it matters", "Bad", "Good", "How to fix",
    ]  # fmt: skip
    (ours,) = [ours for ours in RULES if ours.code == "AL208"]
    assert rule["markdown"] == ours.source
    assert rule["sections"][0]["markdown"] in rule["markdown"]


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("AL208", "Error here, as align.toml says (info by default). Left out under `teams/labs/**`."),
        ("broken-link", "Off here, as align.toml says (warning by default). Left out under `teams/labs/**`."),
        ("AL211", "Off here, as align.toml says (error by default). Left out under `teams/labs/**`."),
        ("AL302", "Warning by default, and here."),
        ("AL301", "Error here, as align.toml says (error by default). Left out under `teams/labs/**`, `archive/**`."),
    ],
)
def test_explain_says_how_severe_it_is_here_and_why(tool: Tool, word: str, says: str) -> None:
    run = tool("explain", word, cwd=tool.repo(SMALLEST, config=GOVERNED))
    assert run.lines[2] == says


@pytest.mark.parametrize(("word", "count"), [("AL3", None), ("al10", 4), ("AL", len(RULES))])
def test_whatever_can_be_ignored_can_be_explained(tool: Tool, word: str, count: int | None) -> None:
    """A prefix, as `ignore = ["AL3"]` has it, lists what it stands for."""
    meant = [rule.code for rule in RULES if rule.code.startswith(word.upper())]
    assert count in (None, len(meant))
    run = tool("explain", word, cwd=tool.repo(SMALLEST))
    assert [line.split()[0] for line in run.lines if line.startswith("AL")] == meant
    assert [item["code"] for item in tool.json("explain", word)["rules"]] == meant


def test_rules_and_explain_work_outside_of_a_repo(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert tool("rules", cwd=tmp_path / "empty").status == 0
    assert tool("explain", "AL301", cwd=tmp_path / "empty").status == 0


# --- schema ---


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_valid_and_self_contained(tool: Tool, kind: str) -> None:
    run = tool("schema", kind)
    assert (run.status, run.err) == (0, "")
    schema = json.loads(run.out)
    jsonschema.Draft202012Validator.check_schema(schema)

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [ref for item in value.values() for ref in references(item)]
        return [ref for item in value for ref in references(item)] if isinstance(value, list) else []

    found = references(schema)
    for ref in found:
        assert ref.startswith("#/$defs/"), ref
        target = schema
        for part in ref.removeprefix("#/").split("/"):
            target = target[part]
    assert {ref.split("/")[2] for ref in found} == set(schema.get("$defs", {}))


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_have_no_branches(tool: Tool, kind: str) -> None:
    """`Schemas are written without oneOf/anyOf, so that each mistake gives one precise error.`"""
    assert not re.search(r'"(oneOf|anyOf)"', tool("schema", kind).out)


def test_a_schema_judges_by_itself(tool: Tool) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(tool("schema", "charter").out))
    assert validator.is_valid({"kind": "charter", "team": "checkout", "mission": "M."})
    assert not validator.is_valid({"kind": "charter", "team": "checkout"})
    assert not validator.is_valid({"kind": "charter", "team": "checkout", "mission": "M.", "goals": [{"id": "a"}]})


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("chartre", "`charter`"),
        ("teamapi", "`team-api`"),
        ("Charter", "`charter`"),
        ("zzz", "org"),
        ("", "org"),
        ("defs", ""),
        ("../../pyproject", ""),
    ],
)
def test_an_unknown_schema(tool: Tool, word: str, says: str) -> None:
    one_sentence(tool("schema", word), says)


# --- completion, as typer's script for bash asks for it ---


def completions(tool: Tool, line: str, cwd: Path) -> list[str]:
    """What is offered for the last word of a line."""
    words = line.split(" ")
    run = tool(
        cwd=cwd,
        env={"_ALIGN_COMPLETE": "complete_bash", "COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)},
    )
    assert run.err == "", run
    assert "Traceback" not in run.out
    return run.out.split()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("align tree --team ", ["checkout", "identity"]),
        ("align tree --team che", ["checkout"]),
        ("align tree --team checkout --team i", ["identity"]),
        ("align tree fewer", ["fewer-abandoned-carts"]),
        ("align tree checkout/o", ["checkout/on-nothing", "checkout/one-tap-pay"]),
        ("align tree --status a", ["achieved", "active", "at-risk"]),
        ("align new-team returns --supports identity/", ["identity/passkeys"]),
        ("align explain AL30", sorted(rule.code for rule in RULES if rule.code.startswith("AL30"))),
        ("align explain untr", ["untraced-goal"]),
        ("align check --select AL20", [f"AL20{n}" for n in range(1, 10)]),
        ("align check --ignore broken", ["broken-link"]),
        ("align schema c", ["charter", "community", "config"]),
        ("align check --format j", ["json", "junit"]),
        ("align check --fail-on w", ["warning"]),
        ("align ch", ["check"]),
    ],
)
def test_completion(tool: Tool, line: str, found: list[str]) -> None:
    assert sorted(completions(tool, line, tool.repo(FILES))) == found


def test_completion_of_another_repo(tool: Tool, tmp_path: Path) -> None:
    root = tool.repo(FILES)
    assert completions(tool, f"align tree -C {root} --team ch", tmp_path) == ["checkout"]


def test_completion_where_there_is_nothing_to_complete(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert completions(tool, "align tree --team ", tmp_path / "empty") == []
    broken = tool.repo(FILES, config="[nonsense]\n")
    assert completions(tool, "align tree --team ", broken) == []
    assert completions(tool, "align tree -C /nowhere --team ", broken) == []


def test_completion_never_offers_what_a_shell_would_obey(tool: Tool) -> None:
    charter = ERROR["teams/checkout/charter.md"].replace("team: checkout", 'team: "$(id)"')
    root = write(tool.folder / "evil", {**ERROR, "teams/evil/charter.md": charter, "align.toml": ""})
    assert all(re.fullmatch(r"[a-z0-9-]+", word) for word in completions(tool, "align tree --team ", root))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell(tool: Tool, shell: str) -> None:
    done = subprocess.run(
        [ALIGN],
        env=tool.environment({"_ALIGN_COMPLETE": f"source_{shell}"}),
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert b"Traceback" not in done.stderr
    assert b"_ALIGN_COMPLETE" in done.stdout
