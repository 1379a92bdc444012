"""CODEOWNERS stays true as teams and guardrails come: what `init` begins, `new-team` goes on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.tool import CHARTER, ORG, SMALLEST, Tool, listing, write

CONFIG = '[remote "origin"]\n\turl = git@github.com:acme/charters.git\n'
GUARDRAIL = """\
---
kind: guardrail
id: {id}
title: Card numbers stay out
why: One leak would end us.
owner: {owner}
---
"""


def repo(tool: Tool, owners: str, more: dict[str, str] | None = None) -> Path:
    return tool.repo({**SMALLEST, ".git/config": CONFIG, ".github/CODEOWNERS": owners, **(more or {})})


def new_team(tool: Tool, root: Path, *words: str) -> str:
    run = tool("new-team", *words, cwd=root)
    assert run.status == 0, run
    return (root / ".github/CODEOWNERS").read_bytes().decode()


def test_a_team_gets_a_line_behind_the_last_team(tool: Tool) -> None:
    text = "* @acme/all\n/teams/checkout/ @acme/checkout\n/teams/checkout/secret.md @mei\n"
    root = repo(tool, text)
    assert new_team(tool, root, "returns") == (
        "* @acme/all\n/teams/checkout/ @acme/checkout\n/teams/returns/ @acme/returns\n/teams/checkout/secret.md @mei\n"
    )
    assert "/teams/night/ @acme/night\n" in new_team(tool, root, "night")


def test_it_says_so(tool: Tool) -> None:
    root = repo(tool, "/teams/checkout/ @acme/checkout\n")
    assert ".github/CODEOWNERS has 1 line more" in tool("new-team", "returns", cwd=root).out


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/teams/checkout/ @acme/team-checkout-devs @mei", "/teams/returns/ @acme/team-returns-devs"),
        ("/teams/checkout @other/checkout", "/teams/returns/ @other/returns"),
        ("/teams/checkout/** @acme/people/checkout", "/teams/returns/ @acme/people/returns"),
        ("#/teams/checkout/ @ORG/checkout", "#/teams/returns/ @ORG/returns"),
        ("teams/checkout/ @acme/squad-checkout", "/teams/returns/ @acme/squad-returns"),
        ("/teams/checkout/ @mei", "/teams/returns/ @acme/returns"),
        ("/teams/checkout/ mei@example.org", "/teams/returns/ @acme/returns"),
        ("/teams/checkout/", "/teams/returns/ @acme/returns"),
    ],
)
def test_a_line_is_made_like_those_that_are_there(tool: Tool, line: str, expected: str) -> None:
    root = repo(tool, f"{line}\n")
    assert new_team(tool, root, "returns").splitlines() == [line, expected]


def test_guardrails_belong_to_their_owners(tool: Tool) -> None:
    """Also one that lies in a team's folder: the last line that matches decides."""
    more = {
        "guardrails/card-data.md": GUARDRAIL.format(id="card-data", owner="Head of Security"),
        "teams/checkout/two men.md": GUARDRAIL.format(id="two-men", owner="checkout"),
        "guardrails/nobody.md": GUARDRAIL.format(id="nobody", owner="TODO").replace("owner: TODO\n", ""),
        "guardrails/japanese.md": GUARDRAIL.format(id="japanese", owner="日本"),
    }
    root = repo(tool, "/teams/checkout/ @acme/checkout\n", more)
    assert new_team(tool, root, "returns").splitlines() == [
        "/teams/checkout/ @acme/checkout",
        "/teams/returns/ @acme/returns",
        "/guardrails/card-data.md @acme/head-of-security",
        "/teams/checkout/two\\ men.md @acme/checkout",
    ]
    assert new_team(tool, root, "night").count("head-of-security") == 1


@pytest.mark.parametrize("owner", ["@mei", "@acme/security", "@acme/people/security", "sec@example.org"])
def test_an_account_is_one_already(tool: Tool, owner: str) -> None:
    more = {"guardrails/card-data.md": GUARDRAIL.format(id="card-data", owner=f'"{owner}"')}
    root = repo(tool, "/teams/checkout/ @acme/team-checkout\n", more)
    assert f"/guardrails/card-data.md {owner}\n" in new_team(tool, root, "returns")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "/teams/pay/cards/ @acme/cards\n/teams/checkout/ @acme/checkout\n",
            "/teams/pay/ @acme/pay\n/teams/pay/cards/ @acme/cards\n/teams/checkout/ @acme/checkout\n",
        ),
        (
            "/teams/pay/keys.md @mei\n/teams/checkout/ @acme/checkout\n",
            "/teams/pay/ @acme/pay\n/teams/pay/keys.md @mei\n/teams/checkout/ @acme/checkout\n"
            "/teams/pay/cards/ @acme/cards\n",
        ),
        ("", "/teams/checkout/ @acme/checkout\n/teams/pay/ @acme/pay\n/teams/pay/cards/ @acme/cards\n"),
    ],
)
def test_a_team_around_another_comes_before_it(tool: Tool, text: str, expected: str) -> None:
    """The last line that matches decides, and would take from a team inside what is its own."""
    more = {"teams/pay/cards/charter.md": CHARTER.replace("checkout", "cards")}
    assert new_team(tool, repo(tool, text, more), "pay") == expected


def test_a_name_writes_no_lines_of_its_own(tool: Tool) -> None:
    more = {"teams/a\n* @mallory\nb/charter.md": CHARTER.replace("checkout", "night")}
    root = repo(tool, "/teams/checkout/ @acme/checkout\n", more)
    assert new_team(tool, root, "returns").splitlines() == [
        "/teams/checkout/ @acme/checkout",
        "/teams/returns/ @acme/returns",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "* @acme/all\n\n# Prose\n[Docs] @docs\n/docs/\n\n^[Nice to have][2] @mei\n*.txt\n",
            "* @acme/all\nTEAMS\nGUARDRAILS\n\n# Prose\n[Docs] @docs\n/docs/\n\n^[Nice to have][2] @mei\n*.txt\n",
        ),
        (
            "[Teams]\n/teams/checkout/ @acme/checkout\n/x/ @mei\n\n[Docs]\n/docs/ @mei\n",
            "[Teams]\n/teams/checkout/ @acme/checkout\nTEAMS\n/x/ @mei\nGUARDRAILS\n\n[Docs]\n/docs/ @mei\n",
        ),
        ("[Docs/Prose] @docs\n/docs/\n", "TEAMS\nGUARDRAILS\n[Docs/Prose] @docs\n/docs/\n"),
    ],
)
def test_sections_of_gitlab(tool: Tool, text: str, expected: str) -> None:
    """Each decides for itself: a line in somebody else's may be optional, and overrules nothing in ours."""
    more = {"guardrails/card-data.md": GUARDRAIL.format(id="card-data", owner="treasurer")}
    teams = ["/teams/returns/ @acme/returns"]
    if "checkout" not in text:
        teams.insert(0, "/teams/checkout/ @acme/checkout")
    filled = expected.replace("TEAMS", "\n".join(teams))
    filled = filled.replace("GUARDRAILS", "/guardrails/card-data.md @acme/treasurer")
    assert new_team(tool, repo(tool, text, more), "returns") == filled


def test_guardrails_in_one_file_share_its_line(tool: Tool) -> None:
    owners = ("head of security", "treasurer", "Treasurer")
    guardrails = "".join(f"  - {{id: g{n}, title: T, why: W, owner: {owner}}}\n" for n, owner in enumerate(owners))
    org = ORG.replace("outcomes:\n", f"guardrails:\n{guardrails}outcomes:\n")
    root = repo(tool, "", {"org.md": org})
    assert "/org.md @acme/head-of-security @acme/treasurer\n" in new_team(tool, root, "returns")


def test_charters_in_one_folder_are_files_of_their_own(tool: Tool) -> None:
    more = {"teams/night.md": CHARTER.replace("checkout", "night"), "teams/day.md": CHARTER.replace("checkout", "day")}
    text = new_team(tool, repo(tool, "", more), "returns")
    assert text.splitlines() == [
        "/teams/checkout/ @acme/checkout",
        "/teams/day.md @acme/day",
        "/teams/night.md @acme/night",
        "/teams/returns/ @acme/returns",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Größe\r\n/teams/checkout/ @acme/checkout\r\n", "# Größe\r\n/teams/checkout/ @acme/checkout\r\n/teams/returns/ @acme/returns\r\n"),
        ("/teams/checkout/ @acme/checkout", "/teams/checkout/ @acme/checkout\n/teams/returns/ @acme/returns\n"),
        ("# nothing yet\r\n/x/ @mei", "# nothing yet\r\n/x/ @mei\r\n/teams/checkout/ @acme/checkout\r\n/teams/returns/ @acme/returns\r\n"),
        ("# nothing yet\n\n", "# nothing yet\n\n/teams/checkout/ @acme/checkout\n/teams/returns/ @acme/returns\n"),
        ("", "/teams/checkout/ @acme/checkout\n/teams/returns/ @acme/returns\n"),
    ],
)  # fmt: skip
def test_what_is_there_stays_as_it_is(tool: Tool, text: str, expected: str) -> None:
    assert new_team(tool, repo(tool, text), "returns") == expected


def test_a_dry_run_shows_the_line_and_writes_nothing(tool: Tool) -> None:
    root = repo(tool, "/teams/checkout/ @acme/checkout\n")
    before = listing(root)
    run = tool("new-team", "returns", "--dry-run", cwd=root)
    assert "# .github/CODEOWNERS gets\n/teams/returns/ @acme/returns\n" in run.out
    assert listing(root) == before


def test_a_team_that_is_there_already_needs_nothing(tool: Tool) -> None:
    text = "/teams/checkout/ @acme/checkout\n/teams/returns/ @mei\n"
    root = repo(tool, text)
    assert new_team(tool, root, "returns") == text


def test_what_cannot_be_written_is_said(tool: Tool) -> None:
    """A link, a file above the root, something that is no text: the team is made, and its line is given to be put in."""
    top = write(tool.folder / "mono", {".git/config": CONFIG, "CODEOWNERS": "/x/ @acme/x\n"})
    root = write(top / "charters", {**SMALLEST, "align.toml": ""})
    run = tool("new-team", "returns", cwd=root)
    assert run.status == 0
    assert "put into CODEOWNERS: /charters/teams/returns/ @acme/returns" in run.out
    assert (top / "CODEOWNERS").read_text() == "/x/ @acme/x\n"
    root = repo(tool, "")
    (root / ".github/CODEOWNERS").unlink()
    (root / ".github/CODEOWNERS").symlink_to("/etc/hostname")
    run = tool("new-team", "returns", cwd=root)
    assert run.status == 0
    assert "put into .github/CODEOWNERS: /teams/returns/ @acme/returns" in run.out
    assert (root / ".github/CODEOWNERS").is_symlink()


def test_on_gitlab(tool: Tool) -> None:
    root = write(tool.folder / "charters", {".git/HEAD": ""})
    assert tool("init", "--ci", "gitlab", "--team", "checkout", cwd=root).status == 0
    assert "has 1 line more: put in your organisation" in tool("new-team", "returns", cwd=root).out
    lines = (root / ".gitlab/CODEOWNERS").read_text().splitlines()
    assert lines[-2:] == ["#/teams/checkout/ @ORG/checkout", "#/teams/returns/ @ORG/returns"]
    (root / ".gitlab-ci.yml").unlink()
    assert tool("new-team", "night", cwd=root).status == 0
    assert (root / ".gitlab/CODEOWNERS").read_text().endswith("#/teams/night/ @ORG/night\n")


def test_without_the_file_nobody_hears_of_it(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    assert "CODEOWNERS" not in tool("new-team", "returns", cwd=root).out


def test_the_first_days_of_a_company(tool: Tool) -> None:
    root = write(tool.folder / "charters", {".git/config": CONFIG})
    tool("init", "--team", "checkout", cwd=root)
    tool("new-team", "returns", cwd=root)
    tool("new-team", "night-shift", "--dir", "more teams", cwd=root)
    lines = (root / ".github/CODEOWNERS").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [
        "/teams/checkout/ @acme/checkout",
        "/teams/returns/ @acme/returns",
        "/more\\ teams/night-shift/ @acme/night-shift",
    ]
