"""Comments that suppress, from outside: what they hide, what they count, how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.tool import CHARTER, DAY, ORG, SMALLEST, Run, Tool, listing

ON = ("--as-of", DAY)
UNTRACED = CHARTER.replace(", supports: [fewer-abandoned-carts]", "")
NOTE = "  # align: ignore[AL301] until 2027-01-31: the outcome is being written\n"
AGREED = UNTRACED.replace("goals:\n", f"goals:\n{NOTE}")
NEEDLESS = CHARTER.replace("goals:\n", f"goals:\n{NOTE}")


def repo(tool: Tool, text: str, name: str = "repo", config: str = "") -> Path:
    return tool.repo({"org.md": ORG, "teams/checkout/charter.md": text}, name, config=config)


def check(tool: Tool, root: Path, *words: str | Path, day: str = DAY) -> Run:
    return tool("check", root, "--as-of", day, *words)


def charter(root: Path) -> str:
    return (root / "teams/checkout/charter.md").read_bytes().decode()


def test_it_hides_and_is_counted(tool: Tool) -> None:
    assert "AL301" in check(tool, repo(tool, UNTRACED)).out
    root = repo(tool, AGREED)
    run = check(tool, root, "--format", "concise")
    assert (run.status, run.err) == (0, "")
    assert "AL301" not in run.out
    assert "; 1 suppressed" in run.lines[-1]
    found = tool.json("check", root, *ON)
    assert (found["summary"]["suppressed"], found["summary"]["errors"]) == (1, 0)
    assert "AL301" not in {one["code"] for one in found["diagnostics"]}
    assert "1 suppressed" not in check(tool, repo(tool, CHARTER)).out


def test_nothing_changes_a_repo_without_being_asked(tool: Tool) -> None:
    root = repo(tool, NEEDLESS)
    before = listing(root)
    check(tool, root)
    check(tool, root, "--fix", "--diff")
    assert listing(root) == before


def test_the_day_it_ends(tool: Tool) -> None:
    root = repo(tool, AGREED)
    assert check(tool, root, day="2027-01-31").status == 0
    run = check(tool, root, "--format", "concise", day="2027-02-01")
    assert run.status == 1
    assert "error[AL903] this suppression of `AL301` ran out on 2027-01-31, 1 day ago" in run.out
    assert "error[AL301]" in run.out
    assert "suppressed" not in run.lines[-1]
    assert check(tool, root, "--fix", day="2027-02-01").err == "nothing to fix\n"  # it is for people to decide


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_is_needless_goes_and_leaves_no_trace(tool: Tool, end: str, mark: str) -> None:
    prose = (
        "# Checkout\n\n<!-- align: ignore[AL209]: later -->\n\nNo link. <!-- align: ignore[AL210]: later -->\nMore.\n"
    )
    text = (NEEDLESS + prose).replace("team: checkout\n", "team: checkout   # align: ignore[AL207]: older  \n")
    root = repo(tool, mark + text.replace("\n", end))
    run = check(tool, root, "--format", "concise")
    assert run.out.count("warning[AL902]") == 4
    assert "; 4 fixable with --fix" in run.lines[-1]
    assert check(tool, root, "--fix").err == "fixed 4 findings in 1 file\n"
    expected = CHARTER.replace("team: checkout\n", "team: checkout  \n") + "# Checkout\n\n\nNo link.\nMore.\n"
    assert charter(root) == mark + expected.replace("\n", end)
    assert check(tool, root, "--fix").err == "nothing to fix\n"


def test_what_is_partly_needed_stays_as_it_is_written(tool: Tool) -> None:
    for words, left in (
        ("AL205,AL301 ,  AL302", "AL301"),
        ("AL301,AL205", "AL301"),
        (" AL205  AL301", " AL301"),
        ("AL205, untraced-goal, AL204, AL206", "untraced-goal"),
        ("AL301, AL205, AL3,AL206", "AL301, AL3"),
        ("AL205, AL301, AL302, AL30", "AL301, AL30"),
    ):
        root = repo(tool, AGREED.replace("[AL301]", f"[{words}]"), f"repo-{len(words)}-{words[:3].strip()}")
        assert "naming" in check(tool, root).out
        assert check(tool, root, "--fix").err == "fixed 1 finding in 1 file\n"
        assert charter(root) == AGREED.replace("[AL301]", f"[{left}]"), words
        assert "1 suppressed" in check(tool, root).out


def test_an_expired_one_that_hides_nothing_goes(tool: Tool) -> None:
    root = repo(tool, NEEDLESS)
    run = check(tool, root, day="2027-03-01")
    assert run.status == 1
    assert "help: remove it" in run.out
    assert check(tool, root, "--fix", day="2027-03-01").err == "fixed 1 finding in 1 file\n"
    assert charter(root) == CHARTER


@pytest.mark.parametrize(
    "words",
    [
        ["--select", "AL2"],
        ["--select", "AL902"],
        ["--select", "unused-suppression,AL2"],
        ["--ignore", "AL301"],
        ["--ignore", "AL3"],
        ["--ignore", "AL902"],
    ],
)
def test_nothing_is_called_unused_because_only_some_rules_ran(tool: Tool, words: list[str]) -> None:
    root = repo(tool, NEEDLESS)
    run = check(tool, root, *words, "--format", "concise", "--fix")
    assert "AL902" not in run.out
    assert run.err == "nothing to fix\n"
    assert charter(root) == NEEDLESS


def test_a_rule_that_ran_is_judged(tool: Tool) -> None:
    run = check(tool, repo(tool, NEEDLESS), "--select", "AL301,AL9,AL0,AL1,AL2")
    assert "nothing here breaks `AL301`" in run.out
    assert "AL902" in check(tool, repo(tool, NEEDLESS), "--select", "AL301,AL902").out


@pytest.mark.parametrize("config", ['ignore = ["AL301"]', "[check.severity]\nAL301 = 'off'"])
def test_nothing_is_called_unused_because_a_rule_is_off_here(tool: Tool, config: str) -> None:
    root = repo(tool, AGREED, config=f"[check]\n{config}\n")
    run = check(tool, root, "--fix")
    assert (run.status, run.err) == (0, "nothing to fix\n")
    assert "AL902" not in run.out


def test_paths_limit_what_is_said_of_them(tool: Tool) -> None:
    root = repo(tool, NEEDLESS)
    assert "AL902" not in tool("check", root / "org.md", *ON).out
    assert "AL902" in tool("check", root / "teams", *ON).out
    assert tool("check", root / "org.md", *ON, "--fix").err == "nothing to fix\n"
    assert tool("check", root / "teams/checkout/charter.md", *ON, "--fix").err == "fixed 1 finding in 1 file\n"


def test_a_document_elsewhere_that_is_broken_costs_nobody_a_suppression(tool: Tool) -> None:
    root = repo(tool, NEEDLESS)
    (root / "teams/returns").mkdir()
    (root / "teams/returns/charter.md").write_text("---\nkind: charter\nteam: returns\nmission: [\n---\n")
    for path in (root, root / "teams/checkout"):
        run = tool("check", path, *ON, "--fix", "--format", "concise")
        assert "AL902" not in run.out
        assert run.err == "nothing to fix\n"
    assert charter(root) == NEEDLESS


def test_a_guardrail_is_not_suppressed(tool: Tool) -> None:
    guardrail = "---\nkind: guardrail\nid: card-data\ntitle: Cards stay away\nwhy: Leaks.\n---\n"
    text = CHARTER.replace("kind: charter", "# align: ignore-file[missing-guardrail]: no time\nkind: charter")
    root = tool.repo({"org.md": ORG, "guardrails/card-data.md": guardrail, "teams/checkout/charter.md": text})
    run = check(tool, root)
    assert run.status == 1
    assert "`missing-guardrail` cannot be suppressed: a guardrail is waived" in run.out
    assert "help: add a waiver to the team's `waivers`" in run.out
    assert check(tool, root, "--fix", "--unsafe-fixes").err == "nothing to fix\n"


def test_a_slip_in_a_rule_is_an_error_with_a_suggestion(tool: Tool) -> None:
    root = repo(tool, AGREED.replace("AL301", "untraced-gaol"))
    run = check(tool, root)
    assert run.status == 1
    assert "help: a similar rule exists: `untraced-goal`" in run.out
    assert check(tool, root, "--fix").err == "nothing to fix\n"
    assert check(tool, root, "--fix", "--unsafe-fixes").err == "fixed 1 finding in 1 file\n"
    assert charter(root) == AGREED.replace("AL301", "untraced-goal")
    assert check(tool, root).status == 0


def test_a_reason_may_hold_anything(tool: Tool) -> None:
    reason = "see #12: [x] \x1b[31m ::error:: \u202e"
    root = repo(tool, NEEDLESS.replace("the outcome is being written", reason.replace("\x1b", "")))
    for words in ([], ["--format", "json"], ["--format", "github"], ["--fix", "--diff"]):
        run = check(tool, root, *words)
        assert "AL902" in run.out or "-  # align" in run.out
        assert not set("\x1b\u202e") & set(run.out)
        assert "\n::error:: " not in run.out
    json.loads(check(tool, root, "--format", "json").out)


def test_a_typed_reason_is_asked_for(tool: Tool) -> None:
    root = repo(tool, AGREED.replace(": the outcome is being written", ""))
    run = check(tool, root)
    assert run.status == 1
    assert "this suppression gives no reason, so it suppresses nothing" in run.out
    assert check(tool, root, "--fix").err == "nothing to fix\n"


def test_the_smallest_repo_has_none(tool: Tool) -> None:
    assert "suppressed" not in check(tool, tool.repo(SMALLEST)).out


def test_one_in_the_wrong_place_keeps_its_reason(tool: Tool) -> None:
    """Somebody wrote down why; where it belongs is said, and `--fix` alone does not take it away."""
    text = UNTRACED.replace("goals:\n", f"{NOTE.strip()}\ngoals:\n")
    root = repo(tool, text)
    run = check(tool, root)
    assert run.status == 1
    assert "help: remove it, or move it to line 7 or the one above: `AL301` is found there" in run.out
    assert check(tool, root, "--fix").err == "nothing to fix\n"
    assert check(tool, root, "--fix", "--unsafe-fixes").err == "fixed 1 finding in 1 file\n"
    assert charter(root) == UNTRACED


def test_words_without_end_are_shown_short(tool: Tool) -> None:
    root = repo(tool, AGREED.replace("AL301", "x" * 100_000))
    assert max(map(len, check(tool, root, "--format", "concise").lines)) < 300
