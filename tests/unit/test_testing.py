"""`aligncli.testing` itself: what it lets pass, and that it lets nothing else pass."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aligncli.config import Config
from aligncli.diagnostics import Finding, Severity
from aligncli.io.repo import Repo
from aligncli.rules import RULES
from aligncli.rules.base import Rule, rule, split_sections
from aligncli.testing import AS_OF, Case, assert_case, assert_page, assert_rules, read_cases, write
from aligncli.workspace.workspace import Workspace


@rule("ACM001", "team-of-kites", Severity.WARNING)
def team_of_kites(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A team that is called `kites`.

    ## What it checks
    No team is called `kites`.

    ## Why it matters
    They fly away.

    ## Bad
    ```markdown teams/kites/charter.md
    ---
    kind: charter
    team: kites
    mission: Somebody always has a kite in the air.
    ---
    ## No heading of the page
    ```

    ## Good
    ```markdown teams/boats/charter.md
    ---
    kind: charter
    team: boats
    mission: Nobody gets wet who does not want to.
    ---
    ```

    ## How to fix
    Hold on to the string.
    """
    if "kites" in ws.teams:
        yield Finding("ACM001", ws.teams["kites"].path, "a team of kites", ("team",), help="hold on")


CHARTER = """\
```markdown teams/kites/charter.md
---
kind: charter
team: kites
mission: Somebody always has a kite in the air.
---
## No case, but a heading in prose
```
"""
FOUND = "teams/kites/charter.md:3:7: warning[ACM001] a team of kites\n"


def cases(folder: Path, *diagnostics: str) -> list[Case]:
    """One case for each of some blocks."""
    folder.mkdir(exist_ok=True)
    text = "# ACM001 team-of-kites\n" + "".join(
        f"\n## Case {number}\n\n{CHARTER}```diagnostics{block}```\n" for number, block in enumerate(diagnostics)
    )
    (folder / "ACM001.md").write_text(text, encoding="utf-8")
    return read_cases(folder)


@pytest.mark.parametrize("block", [f"\n{FOUND}", f"\n{FOUND}  help: hold on\n", f" as-of=2020-01-01\n{FOUND}"])
def test_a_case_that_holds(tmp_path: Path, block: str) -> None:
    (case,) = cases(tmp_path / "rules", block)
    assert (str(case), case.code) == ("ACM001: Case 0", "ACM001")
    assert_case(case, tmp_path / "repo", [team_of_kites])


@pytest.mark.parametrize(
    "block",
    ["\n", f"\n{FOUND}{FOUND}", f"\n{FOUND.replace(':7', ':8')}", f"\n{FOUND}  help: let go\n", f" all\n{FOUND}"],
)
def test_a_case_that_does_not_hold_shows_the_difference(tmp_path: Path, block: str) -> None:
    (case,) = cases(tmp_path / "rules", block)
    with pytest.raises(AssertionError, match=r"ACM001: Case 0 gives something else \(UPDATE_RULE_TESTS=1 .*") as caught:
        assert_case(case, tmp_path / "repo", [team_of_kites])
    assert "\n--- as written\n+++ as found\n" in str(caught.value)


def test_a_rule_that_is_not_given_finds_nothing(tmp_path: Path) -> None:
    (case,) = cases(tmp_path / "rules", f"\n{FOUND}")
    with pytest.raises(AssertionError):
        assert_case(case, tmp_path / "repo")


def test_nothing_tested_is_not_nothing_wrong(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no test case"):
        read_cases(tmp_path)
    (tmp_path / "ACM001.md").write_text(f"# ACM001\n\n{CHARTER}```diagnostics\n```\n")
    with pytest.raises(AssertionError, match="no test case"):
        read_cases(tmp_path)
    (tmp_path / "ACM001.md").write_text(f"# ACM001\n\n## A case\n\n{CHARTER}")
    (case,) = read_cases(tmp_path)
    with pytest.raises(AssertionError, match="no block `diagnostics`"):
        assert_case(case, tmp_path / "repo", [team_of_kites])


def test_blocks_are_rewritten_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each where it stands, and nothing else."""
    wrong = cases(tmp_path / "rules", "\n", "\nwrong\n  help: wrong\n", f"\n{FOUND}")
    before = (tmp_path / "rules" / "ACM001.md").read_text()
    monkeypatch.setenv("UPDATE_RULE_TESTS", "1")
    for number, case in enumerate(wrong):
        assert_case(case, tmp_path / str(number), [team_of_kites])
    after = (tmp_path / "rules" / "ACM001.md").read_text()
    assert after == before.replace("diagnostics\n```", f"diagnostics\n{FOUND}```", 1).replace(
        "wrong\n  help: wrong\n", f"{FOUND}  help: hold on\n"
    )
    monkeypatch.delenv("UPDATE_RULE_TESTS")
    for number, case in enumerate(read_cases(tmp_path / "rules")):
        assert_case(case, tmp_path / f"again-{number}", [team_of_kites])


def page(**changes: str) -> Rule:
    """The rule with another page."""

    def check(ws: Workspace, config: Config) -> Iterator[Finding]:
        return team_of_kites.check(ws, config) if team_of_kites.check else iter(())

    check.__doc__ = team_of_kites.source
    for old, new in changes.items():
        check.__doc__ = check.__doc__.replace(old, new)
    return team_of_kites._replace(check=check)


def test_a_page(tmp_path: Path) -> None:
    assert_page(team_of_kites, tmp_path / "0", [team_of_kites])
    for number, (changes, words) in enumerate(
        (
            ({"kites": "boats"}, "`## Bad` of ACM001 gives:\nnothing"),
            ({"boats": "kites"}, "`## Good` of ACM001 gives:\nteams/kites/charter.md:3:7: warning"),
            ({"Somebody": "TODO: somebody"}, "`## Bad` of ACM001 gives:\nteams/kites"),
            ({"They fly away.": ""}, "nothing under `## Why it matters`"),
        ),
        1,
    ):
        changed = page(**changes)
        with pytest.raises(AssertionError) as caught:
            assert_page(changed, tmp_path / str(number), [changed])
        assert words in str(caught.value)


def test_all_rules_of_a_plugin(tmp_path: Path) -> None:
    cases(tmp_path, "\n")
    other = team_of_kites._replace(code="ACM002", name="other-name")
    assert_rules([team_of_kites], tmp_path)
    for rules, words in (
        ([], "no rule for the tests of ACM001"),
        ([team_of_kites, other], "no test in .* for ACM002"),
        ([other, team_of_kites], "not sorted"),
        ([team_of_kites, other._replace(name="team-of-kites")], "`ACM002` has the name of ACM001"),
        ([team_of_kites._replace(name="no-org")], "`ACM001` has the name of AL211, one of align's own"),
        ([team_of_kites._replace(code="AL001")], "begins with `AL`"),
        ([team_of_kites._replace(code="acm001")], "two to eight capital letters"),
    ):
        with pytest.raises(AssertionError, match=words):
            assert_rules(rules, tmp_path)


def test_it_needs_nothing_that_align_does_not() -> None:
    program = "import sys, aligncli.testing\nassert not {'pytest', '_pytest', 'hypothesis'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_sections() -> None:
    text = "Top.\n\n## One\na\n```\n## no\n```\n## Two  \n````x\n```\n## no\n````\nb\n"
    assert split_sections(text) == (
        "Top.\n\n",
        [("One", "\na\n```\n## no\n```\n"), ("Two", "\n````x\n```\n## no\n````\nb\n")],
    )
    assert split_sections("") == ("", [])
    assert split_sections("No heading.") == ("No heading.", [])


def test_ours_are_tested_with_it() -> None:
    assert all(rule.origin == "" for rule in RULES)


def test_fields_of_ones_own(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "teams/checkout/charter.md": "---\nkind: charter\nteam: checkout\nmission: M.\nx-cost-centre: a\n"
            "goals:\n  - {id: pay, title: Pay, x-risk: b}\n"
            "waivers:\n  - {guardrail: g, reason: R., expires: 2027-01-31, x-ticket: c}\n---\n"
        },
    )
    ws = Repo(tmp_path).load(AS_OF)
    team, goal = ws.teams["checkout"], ws.goals["checkout/pay"]
    assert ws.own(team) == {"x-cost-centre": "a"}
    assert ws.own(goal) == {"x-risk": "b"}
    assert ws.own(team, "waivers", 0) == {"x-ticket": "c"}
    assert ws.own(team, "waivers", 1) == {}
