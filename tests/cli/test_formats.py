"""What ``align check`` prints: the four formats, field by field as the page on the command line has them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import aligncli
from tests import EXAMPLES, nasty
from tests.cli.tool import CHARTER, DAY, ORG, SMALLEST, Tool

SAMPLE_ORG = """\
---
kind: org
name: Parcelry
north-star: >-
  Anyone can send a parcel anywhere
  with one tap.

outcomes:
    - id: fewer-abandoned-carts
      title: Fewer abandoned carts
---
"""
SAMPLE_CHARTER = """\
---
kind: charter
team: checkout
mission: Returning customers pay without thinking about it.
lead: mei
size: 7
reviewed: 2026-10-05

goals:
  - id: one-tap-pay
    supports:
      - to: fewer-abandonned-carts
        how: Half of all carts are abandoned on the payment page.
    title: Returning customers finish payment in under ten seconds
---
"""
SAMPLE = {"org.md": SAMPLE_ORG, "teams/checkout/charter.md": SAMPLE_CHARTER}

SAMPLE_FRAME = """\
error[AL202]: goal `checkout/one-tap-pay` supports `fewer-abandonned-carts`, which does not exist
  --> teams/checkout/charter.md:12:13
   |
10 |   - id: one-tap-pay
   |         ----------- this goal
11 |     supports:
12 |       - to: fewer-abandonned-carts
   |             ^^^^^^^^^^^^^^^^^^^^^^ no outcome or goal has this id
   |
help: an outcome with a similar id exists: `fewer-abandoned-carts` ("Fewer abandoned carts", org.md:9:11)
"""


def test_the_sample_of_the_page_on_the_command_line(tool: Tool) -> None:
    run = tool("check", tool.repo(SAMPLE))
    assert run.out.startswith(SAMPLE_FRAME + "\n"), run.out
    assert run.lines[-1].startswith("1 error, 0 warnings in 2 documents (1 team, 1 goal, 1 outcome, 0 guardrails)")


def test_concise(tool: Tool) -> None:
    run = tool("check", tool.repo(SAMPLE), "--format", "concise")
    assert run.lines[0] == (
        "teams/checkout/charter.md:12:13: error[AL202] goal `checkout/one-tap-pay` supports `fewer-abandonned-carts`, "
        "which does not exist (similar: fewer-abandoned-carts)"
    )
    assert len(run.lines) == 2
    assert run.lines[1].startswith("1 error, 0 warnings in 2 documents")


def test_concise_has_one_line_for_each_finding(tool: Tool) -> None:
    root = tool.repo(SAMPLE)
    found = tool.json("check", root)["diagnostics"]
    run = tool("check", root, "--format", "concise", "--show", "info")
    for item, line in zip(found, run.lines[:-1], strict=True):
        start = item["range"]["start"]
        assert line.startswith(
            f"{item['path']}:{start['line']}:{start['column']}: {item['severity']}[{item['code']}] {item['message']}"
        )


# --- JSON ---


def place(start: tuple[int, int], end: tuple[int, int]) -> dict[str, dict[str, int]]:
    return {"start": {"line": start[0], "column": start[1]}, "end": {"line": end[0], "column": end[1]}}


def test_json_field_by_field(tool: Tool) -> None:
    report = tool.json("check", tool.repo(SAMPLE), "--as-of", DAY)
    assert list(report) == ["version", "tool", "as_of", "since", "summary", "diagnostics"]
    assert report["version"] == 1
    assert report["tool"] == {"name": "align", "version": aligncli.__version__}
    assert report["as_of"] == DAY
    infos = report["summary"].pop("infos")
    assert report["summary"] == {
        "documents": 2, "teams": 1, "goals": 1, "outcomes": 1, "guardrails": 0,
        "errors": 1, "warnings": 0, "suppressed": 0, "fixable": 0, "fixable_unsafely": 1, "baselined": 0, "reported_on": 2,
    }  # fmt: skip
    assert infos == len(report["diagnostics"]) - 1
    (found,) = [item for item in report["diagnostics"] if item["code"] == "AL202"]
    found.pop("fix")  # a guess may be offered as an unsafe fix
    (issue,) = json.loads(tool("check", tool.repo(SAMPLE), "--format", "gitlab").out)
    assert found.pop("fingerprint") == issue["fingerprint"]
    assert found == {
        "code": "AL202",
        "name": "unknown-reference",
        "severity": "error",
        "message": "goal `checkout/one-tap-pay` supports `fewer-abandonned-carts`, which does not exist",
        "help": 'an outcome with a similar id exists: `fewer-abandoned-carts` ("Fewer abandoned carts", org.md:9:11)',
        "subject": "checkout/one-tap-pay",
        "team": "checkout",
        "path": "teams/checkout/charter.md",
        "range": place((12, 13), (12, 35)),
        "related": [{"path": "teams/checkout/charter.md", "range": place((10, 9), (10, 20)), "message": "this goal"}],
    }


def test_json_holds_a_fix_with_its_edits(tool: Tool) -> None:
    org = ORG.replace("{id: fewer-abandoned-carts,", "{id: fewer-lost-carts, formerly: [fewer-abandoned-carts],")
    report = tool.json("check", tool.repo({**SMALLEST, "org.md": org}))
    (found,) = [item for item in report["diagnostics"] if item["code"] == "AL205"]
    column = CHARTER.splitlines()[5].index("fewer-abandoned-carts") + 1
    where = place((6, column), (6, column + len("fewer-abandoned-carts")))
    assert found["severity"] == "warning"
    assert found["range"] == where
    assert isinstance(found["fix"].pop("title"), str)
    assert found["fix"] == {
        "safe": True,
        "edits": [{"path": "teams/checkout/charter.md", "range": where, "text": "fewer-lost-carts"}],
    }
    assert report["summary"]["fixable"] == 1


def has_shape_of_a_range(value: Any) -> bool:
    return (
        list(value) == ["start", "end"]
        and all(list(end) == ["line", "column"] for end in value.values())
        and all(isinstance(number, int) and number >= 1 for end in value.values() for number in end.values())
        and (value["start"]["line"], value["start"]["column"]) <= (value["end"]["line"], value["end"]["column"])
    )


def test_a_finding_has_one_fingerprint_in_all_formats(tool: Tool) -> None:
    root = tool.repo(MESSY)
    report = tool.json("check", root)
    found = sorted((item["code"], item["fingerprint"]) for item in report["diagnostics"])
    assert len({fingerprint for _, fingerprint in found}) == len(found) > 8
    (run,) = json.loads(tool("check", root, "--format", "sarif").out)["runs"]
    assert found == sorted(
        (item["ruleId"], item["partialFingerprints"]["align/v1"]) for item in run["results"] if not item["suppressions"]
    )
    issues = json.loads(tool("check", root, "--format", "gitlab", "--show", "info").out)
    assert found == sorted((item["check_name"], item["fingerprint"]) for item in issues)


def test_json_has_one_shape_for_everything(tool: Tool) -> None:
    report = tool.json("check", tool.repo(MESSY))
    assert len({item["code"] for item in report["diagnostics"]}) > 8
    for item in report["diagnostics"]:
        assert list(item) == [
            "code",
            "name",
            "severity",
            "message",
            "help",
            "subject",
            "team",
            "fingerprint",
            "path",
            "range",
            "related",
            "fix",
        ]
        assert re.fullmatch(r"AL\d{3}", item["code"])
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", item["name"])
        assert item["severity"] in ("error", "warning", "info")
        assert isinstance(item["message"], str)
        assert isinstance(item["help"], str | None)
        assert isinstance(item["subject"], str | None)
        assert re.fullmatch(r"[0-9a-f]{32}", item["fingerprint"])
        assert "\\" not in item["path"]
        assert not item["path"].startswith("/")
        assert has_shape_of_a_range(item["range"])
        for related in item["related"]:
            assert list(related) == ["path", "range", "message"]
            assert has_shape_of_a_range(related["range"])
        if item["fix"] is not None:
            assert list(item["fix"]) == ["safe", "title", "edits"]
            for edit in item["fix"]["edits"]:
                assert list(edit) == ["path", "range", "text"]
    counts = [
        sum(item["severity"] == level for item in report["diagnostics"]) for level in ("error", "warning", "info")
    ]
    assert counts == [report["summary"][name] for name in ("errors", "warnings", "infos")]


def test_json_of_a_clean_run_is_a_whole_document(tool: Tool) -> None:
    report = tool.json("check", tool.repo(SMALLEST), "--ignore", "AL")
    assert report["diagnostics"] == []
    assert report["summary"]["infos"] == 0


def test_json_of_the_examples_agrees_with_the_summary(tool: Tool) -> None:
    root = EXAMPLES
    summary = tool.json("check", root, "--as-of", DAY)["summary"]
    line = tool("check", root, "--as-of", DAY).lines[-1]
    wanted = "{errors} errors, {warnings} warnings in {documents} documents ({teams} teams, {goals} goals, {outcomes} outcomes, {guardrails} guardrails)"
    assert line.startswith(wanted.format(**summary))


def test_findings_are_sorted_by_place(tool: Tool) -> None:
    found = tool.json("check", tool.repo(MESSY))["diagnostics"]
    keys = [
        (item["path"], item["range"]["start"]["line"], item["range"]["start"]["column"], item["code"]) for item in found
    ]
    assert keys == sorted(keys)


MESSY: dict[str, str | bytes] = {
    "org.md": ORG.replace("---\n", "---\nwhy: TODO\n", 1),
    "teams/checkout/charter.md": SAMPLE_CHARTER.replace("size: 7", "size: seven\ntype: platfrom\nleadd: me"),
    "teams/checkout/team-api.md": "---\nkind: team-api\nteam: chekcout\n---\n[x](y.md)\n",
    "teams/returns/charter.md": "---\nkind: charter\nteam: refunds\nmission: Fix #12 now\ngoals:\n  - {id: a, title: A}\n  - {id: a, title: B}\n---\n",
    "teams/broken/charter.md": "---\nkind: charter\nteam: broken\nmission: a: b\n---\n",
    "teams/open/charter.md": "---\nkind: charter\nteam: open\n",
    "teams/typo/charter.md": "---\nkind: chartr\nteam: typo\nmission: It is a slip.\n---\n",
    "teams/latin/charter.md": "---\nkind: charter\nteam: latin\nmission: café\n---\n".encode("latin-1"),
}


# --- the frame and the sentences of every finding ---


def test_messages_are_facts_in_lower_case_without_a_full_stop(tool: Tool) -> None:
    for item in tool.json("check", tool.repo(MESSY))["diagnostics"]:
        message, help_ = item["message"], item["help"]
        for text in filter(None, (message, help_)):
            assert not text.endswith("."), item
            assert "\n" not in text, item
            first = text.split(" ", 1)[0]
            assert first.startswith("`") or first.islower() or first in ("YAML",), item


def test_every_frame_shows_the_line_that_it_names(tool: Tool) -> None:
    root = tool.repo(MESSY)
    run = tool("check", root, "--show", "info")
    blocks = run.out.split("\n\n")
    headed = [block for block in blocks if "-->" in block]
    assert len(headed) == len(tool.json("check", root)["diagnostics"])
    for block in headed:
        head, arrow, *rest = block.splitlines()
        assert re.match(r"(error|warning|info)\[AL\d{3}\]: ", head)
        found = re.fullmatch(r" *--> (.+):(\d+):(\d+)", arrow)
        assert found is not None, arrow
        path, line, column = found[1], int(found[2]), int(found[3])
        rows = [row for row in rest if re.match(rf" *{line} \|", row)]
        if not rows:
            assert (line, column) == (1, 1), block  # what concerns a whole file stands at 1:1
            continue
        source = (root / path).read_bytes().decode("utf-8", "replace").splitlines()[line - 1]
        gutter = len(rows[0].split("|", 1)[0])
        assert rows[0][gutter + 2 :] == source.rstrip() or "…" in rows[0], block
        carets = next(row for row in rest[rest.index(rows[0]) :] if "^" in row)
        assert carets.index("^") == gutter + 2 + column - 1, block


# --- hostile text, in every format ---


@pytest.mark.parametrize("name", ["text", "json", "markdown", "mermaid", "dot"])
def test_nothing_that_a_terminal_obeys_gets_through_the_tree(tool: Tool, name: str) -> None:
    run = tool("tree", "-C", nasty.write(tool.folder / "nasty"), "--format", name)
    assert (run.status, run.err) == (0, "")
    assert nasty.UNSAFE.findall(run.out) == []
    assert nasty.COMMAND.findall(run.out) == []


def test_errors_about_hostile_names_are_harmless(tool: Tool) -> None:
    root = nasty.write(tool.folder / "nasty")
    for words in (
        ["tree", "\x1b[31m\nx"],
        ["explain", "\x1b[31m\nx"],
        ["new-team", "\x1b[31m\n::error::x"],
        ["schema", "\x1b\u202e"],
    ):
        run = tool(*words, cwd=root)
        assert run.status == 2
        assert nasty.UNSAFE.findall(run.err) == []
        assert len(run.err.splitlines()) == 1


def test_what_is_defused_in_a_line_does_not_push_the_mark_aside(tool: Tool) -> None:
    """GitHub obeys `##[…]` anywhere in a line: however that is taken apart, the mark stands under what it marks."""
    charter = CHARTER.replace("title: Returning customers pay in under ten seconds", 'title: "##[error]x"')
    root = tool.repo({**SMALLEST, "teams/checkout/charter.md": charter.replace("[fewer-ab", "[fewer-abb")})
    run = tool("check", root)
    assert "##[" not in run.out
    source = next(line for line in run.lines if line.startswith("6 |"))
    marks = next(line for line in run.lines if "^" in line)
    assert source.index("fewer-abb") == marks.index("^")
