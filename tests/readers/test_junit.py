"""JUnit XML through junitparser, and what Jenkins and GitLab make of it."""

from __future__ import annotations

import xml.parsers.expat
from pathlib import Path

from junitparser import JUnitXml, TestCase, TestSuite

from tests import EXAMPLES
from tests.cli.tool import CHARTER, DAY, ERROR, SMALLEST, WARNING, Run, Tool, write

BOTH = {**ERROR, "teams/checkout/charter.md": ERROR["teams/checkout/charter.md"] + "See [our notes](notes.md).\n"}


def suites(run: Run) -> dict[str, TestSuite]:
    xml.parsers.expat.ParserCreate().Parse(run.out, True)
    root = JUnitXml.fromstring(run.out.encode())
    found = {suite.name: suite for suite in root}
    assert len(found) == len(list(root))
    for suite in found.values():
        cases = list(suite)
        assert suite.tests == len(cases)
        assert suite.failures == sum(bool(case.result) for case in cases)
        assert (suite.errors, suite.skipped) == (0, 0)
    assert root.tests == sum(suite.tests for suite in found.values())
    assert root.failures == sum(suite.failures for suite in found.values())
    return found


def cases(suite: TestSuite) -> list[TestCase]:
    return list(suite)


def attribute(case: TestCase, name: str) -> str | None:
    value = case._elem.get(name)
    return None if value is None else str(value)


def test_a_finding_that_fails_the_check_is_a_failure(tool: Tool) -> None:
    run = tool("check", tool.repo(ERROR), "--format", "junit")
    assert run.status == 1
    found = suites(run)
    assert list(found) == ["the organisation", "checkout"]
    (org,) = cases(found["the organisation"])
    assert (org.classname, org.name, attribute(org, "file")) == ("org", "no findings", "org.md")
    (case,) = cases(found["checkout"])
    said = "goal `checkout/one-tap-pay` supports `fewer-abandonned-carts`, which does not exist"
    assert case.classname == "teams.checkout.charter"
    assert case.name == f"AL202 unknown-reference: {said}"
    assert attribute(case, "file") == "teams/checkout/charter.md"
    assert attribute(case, "line") == "6"
    (failure,) = case.result
    assert (failure.type, failure.message) == ("error", said)
    assert failure.text.startswith(f"teams/checkout/charter.md:6:87: error[AL202] {said}")
    assert "\nhelp: an outcome with a similar id exists" in failure.text


def test_what_does_not_fail_the_check_passes_and_says_so(tool: Tool) -> None:
    root = tool.repo(BOTH)
    error, warning = cases(suites(tool("check", root, "--format", "junit"))["checkout"])
    assert error.result
    assert warning.name.startswith("AL209 ")
    assert warning.result == []
    assert "warning[AL209] the link `notes.md` leads to nothing" in warning.system_out
    strict = suites(tool("check", root, "--format", "junit", "--fail-on", "warning"))["checkout"]
    assert [bool(case.result) for case in strict] == [True, True]
    assert cases(strict)[1].result[0].type == "warning"
    never = suites(tool("check", root, "--format", "junit", "--fail-on", "never"))["checkout"]
    assert [bool(case.result) for case in never] == [False, False]


def test_every_document_is_a_case(tool: Tool) -> None:
    found = suites(tool("check", EXAMPLES, "--as-of", DAY, "--format", "junit"))
    summary = tool.json("check", EXAMPLES, "--as-of", DAY)["summary"]
    assert sum(suite.tests for suite in found.values()) == summary["documents"]
    assert len(found) == summary["teams"] + 1
    assert {case.name for suite in found.values() for case in suite} == {"no findings"}


def test_a_path_gives_the_cases_below_it(tool: Tool) -> None:
    root = tool.repo(BOTH)
    assert list(suites(tool("check", root / "org.md", "--format", "junit"))) == ["the organisation"]


def test_no_two_cases_are_one_to_gitlab(tool: Tool) -> None:
    """It tells them apart by class and name, and drops what it has seen: the same link twice is two findings."""
    text = CHARTER.replace("checkout", "payments") + "[x](gone.md)\n\n[x](gone.md)\n\n[x](gone.md)\n"
    files = {**SMALLEST, "teams/a.b/charter.md": text, "teams/a/b/charter.md": text.replace("payments", "returns")}
    found = suites(tool("check", tool.repo(files), "--format", "junit"))
    every = [(case.classname, case.name) for suite in found.values() for case in suite]
    assert len(set(every)) == len(every)
    links = [name for group, name in every if group == "teams.a_b.charter" and name.startswith("AL209")]
    assert [name[-4:] for name in links] == ["hing", " (2)", " (3)"]


def test_lines_that_move_change_no_name(tool: Tool) -> None:
    """Else every failure would be a new one."""
    before = suites(tool("check", tool.repo(BOTH), "--format", "junit"))
    text = BOTH["teams/checkout/charter.md"]
    moved = {
        **BOTH,
        "teams/checkout/charter.md": text.replace("goals:", "# a remark\n\ngoals:").replace("See", "\n\nSee"),
    }
    after = suites(tool("check", tool.repo(moved, "moved"), "--format", "junit"))
    assert [case.name for case in before["checkout"]] == [case.name for case in after["checkout"]]
    assert [attribute(case, "line") for case in before["checkout"]] != [
        attribute(case, "line") for case in after["checkout"]
    ]


def test_files_are_from_the_top_of_git_and_classes_from_the_root(tool: Tool, tmp_path: Path) -> None:
    root = write(tmp_path / "mono" / "charters", {**WARNING, "align.toml": ""})
    (tmp_path / "mono" / ".git").mkdir()
    (case,) = cases(suites(tool("check", root, "--format", "junit"))["checkout"])
    assert attribute(case, "file") == "charters/teams/checkout/charter.md"
    assert case.classname == "teams.checkout.charter"


def test_two_runs_give_the_same_bytes(tool: Tool) -> None:
    root = tool.repo(BOTH)
    first, second = (tool("check", root, "--format", "junit", "--show", "info").out for _ in range(2))
    assert first == second
    assert "time" not in first.replace("one-t", "").split("<testcase")[0]


def test_findings_in_what_is_no_document_are_the_organisations(tool: Tool) -> None:
    root = tool.repo(SMALLEST, config='[check]\nignore = ["AL999"]\n')
    org = cases(suites(tool("check", root, "--format", "junit"))["the organisation"])
    assert [(case.classname, attribute(case, "file")) for case in org] == [
        ("align_toml", "align.toml"),
        ("org", "org.md"),
    ]
