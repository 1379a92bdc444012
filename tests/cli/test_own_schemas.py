"""`[schemas]` from outside: what it adds to a check, and what cannot run."""

from __future__ import annotations

import json

import pytest

from tests.cli.tool import DAY, SMALLEST, Tool, one_sentence

CONFIG = '[schemas]\ncharter = "schemas/our-charter.schema.json"\n'
SCHEMA = json.dumps(
    {"properties": {"x-cost-centre": {"description": "The four digits of finance."}}, "required": ["x-cost-centre"]}
)
FILES = {**SMALLEST, "schemas/our-charter.schema.json": SCHEMA}


def test_its_errors_are_errors(tool: Tool) -> None:
    root = tool.repo(FILES, config=CONFIG)
    run = tool("check", root, "--format", "concise")
    assert run.status == 1
    assert run.lines[0] == (
        "teams/checkout/charter.md:2:1: error[AL101] charter `checkout` has no `x-cost-centre`, which the "
        "organisation's schema `schemas/our-charter.schema.json` requires"
    )
    (item,) = [item for item in tool.json("check", root)["diagnostics"] if item["code"] == "AL101"]
    assert item["help"] == "add `x-cost-centre:` (The four digits of finance)"
    assert item["subject"] == "checkout"
    charter = SMALLEST["teams/checkout/charter.md"].replace("goals:", 'x-cost-centre: "4711"\ngoals:')
    (root / "teams/checkout/charter.md").write_text(charter)
    assert tool("check", root).status == 0


@pytest.mark.parametrize("words", [["check"], ["tree"], ["new-team", "returns"]])
def test_a_schema_that_cannot_be_used(tool: Tool, words: list[str]) -> None:
    root = tool.repo({**FILES, "schemas/our-charter.schema.json": "{"}, config=CONFIG)
    one_sentence(tool(*words, cwd=root), "`schemas/our-charter.schema.json`", "not valid JSON")
    missing = tool.repo(SMALLEST, "missing", config=CONFIG)
    one_sentence(tool(*words, cwd=missing), "`schemas/our-charter.schema.json`", "does not exist")


@pytest.mark.parametrize("words", [["rules"], ["explain", "AL101"], ["schema", "charter"]])
def test_what_reads_no_document_needs_no_schema(tool: Tool, words: list[str]) -> None:
    root = tool.repo({**FILES, "schemas/our-charter.schema.json": "{"}, config=CONFIG)
    assert tool(*words, cwd=root).status == 0


def test_an_unknown_kind(tool: Tool) -> None:
    root = tool.repo(FILES, config='[schemas]\nchartr = "a.json"\n')
    one_sentence(tool("check", root), "align.toml", "`chartr`", "`charter`")


def test_a_scaffold_says_what_it_cannot_know(tool: Tool) -> None:
    root = tool.repo(FILES, config=CONFIG)
    run = tool("new-team", "returns", "--as-of", DAY, cwd=root)
    assert run.status == 0
    assert "in teams/returns/charter.md, add `x-cost-centre:` (The four digits of finance)" in run.out


def test_a_slip_in_the_name_of_a_field_is_fixed_on_request(tool: Tool) -> None:
    charter = SMALLEST["teams/checkout/charter.md"].replace("goals:", 'x-cost-center: "4711" # since May\ngoals:')
    root = tool.repo({**FILES, "teams/checkout/charter.md": charter}, config=CONFIG)
    run = tool("check", "--fix", "--unsafe-fixes", cwd=root)
    assert run.status == 0
    assert 'x-cost-centre: "4711" # since May\n' in (root / "teams/checkout/charter.md").read_text()
