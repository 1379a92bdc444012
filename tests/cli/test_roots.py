"""Where a run happens and on which day: the root, ``-C``, ``--as-of`` and ``ALIGN_AS_OF``."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.tool import CHARTER, ERROR, ORG, SMALLEST, Tool, one_sentence, write


def documents(tool: Tool, *words: str | Path, cwd: Path | None = None) -> int:
    count: int = tool.json("check", *words, cwd=cwd)["summary"]["documents"]
    return count


def test_the_nearest_folder_with_a_configuration_is_the_root(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    (root / ".git").mkdir()
    for words, cwd in (
        ([], root),
        ([], root / "teams"),
        ([], root / "teams/checkout"),
        (["-C", root], tool.folder),
        (["-C", root / "teams/checkout"], tool.folder),
        (["-C", "repo/teams"], tool.folder),
        ([root], tool.folder),
        ([root / "org.md"], tool.folder),
        ([root / "teams/checkout/charter.md"], tool.folder),
        (["charter.md"], root / "teams/checkout"),
    ):
        assert documents(tool, *words, cwd=cwd) == 2, (words, cwd)


def test_a_configuration_wins_over_git(tool: Tool, tmp_path: Path) -> None:
    top = write(tmp_path / "mono", {"README.md": "", "other/org.md": ORG})
    (top / ".git").mkdir()
    write(top / "charters", {**SMALLEST, "align.toml": ""})
    assert documents(tool, cwd=top / "charters/teams") == 2
    assert documents(tool, top / "charters/teams") == 2


def test_a_git_repo_inside_a_workspace_does_not_hide_its_configuration(tool: Tool) -> None:
    """The nearest folder upward that holds `align.toml`, *else* the git top level."""
    root = tool.repo(SMALLEST)
    (root / "teams/.git").mkdir()
    assert documents(tool, cwd=root / "teams/checkout") == 2


@pytest.mark.parametrize("git", ["folder", "file"])
def test_without_a_configuration_the_root_is_the_top_of_git(tool: Tool, git: str) -> None:
    root = tool.repo(SMALLEST, config=None)
    if git == "folder":
        (root / ".git").mkdir()
    else:
        (root / ".git").write_text("gitdir: ../.git/worktrees/repo\n")
    assert documents(tool, cwd=root / "teams/checkout") == 2
    assert documents(tool, root / "teams/checkout/charter.md") == 2
    report = tool.json("check", "teams", cwd=root)
    assert {item["path"] for item in report["diagnostics"]} == {"teams/checkout/charter.md"}


def test_without_either_the_root_is_the_folder_itself(tool: Tool) -> None:
    root = tool.repo(SMALLEST, config=None)
    assert documents(tool, cwd=root) == 2
    assert documents(tool, root) == 2
    assert documents(tool, cwd=root / "teams") == 1
    assert documents(tool, root / "teams") == 1
    assert documents(tool, root / "teams/checkout/charter.md") == 1


def test_a_workspace_within_another_is_passed_over(tool: Tool) -> None:
    inner = {f"labs/{path}": text for path, text in ERROR.items()}
    root = tool.repo({**SMALLEST, **inner, "labs/align.toml": ""})
    assert documents(tool, root) == 2
    assert tool("check", root).status == 0
    assert tool("check", root / "labs").status == 1
    assert tool("check", cwd=root / "labs/teams").status == 1
    one_sentence(tool("check", root / "org.md", root / "labs/org.md"), "labs")


def test_links_into_another_workspace_count_as_there(tool: Tool) -> None:
    """What is passed over as documents is still on the disk: a link to the folder itself is not broken."""
    root = tool.repo({**SMALLEST, "labs/align.toml": "", "labs/notes.md": "# Notes\n"})
    charter = root / "teams/checkout/charter.md"
    charter.write_text(CHARTER + "[labs](/labs) [notes](/labs/notes.md)\n")
    assert tool.json("check", root, "--select", "AL209")["diagnostics"] == []


def test_path_decides_the_root_even_against_the_working_folder(tool: Tool) -> None:
    """`The root is found from PATH where one is given, else from -C, else from the working folder`."""
    good, bad = tool.repo(SMALLEST, "good"), tool.repo(ERROR, "bad")
    assert tool("check", good, cwd=bad).status == 0
    assert tool("check", bad, cwd=good).status == 1
    assert tool("check", "-C", bad, cwd=good).status == 1
    assert tool("check", good, "-C", bad).status == 0


def test_dash_c_of_what_is_no_folder(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    one_sentence(tool("check", "-C", root / "nowhere"), "nowhere")
    one_sentence(tool("check", "-C", root / "org.md"), "org.md")
    for words in (["tree"], ["rules"], ["explain", "AL301"], ["schema", "org"], ["init"], ["new-team", "x"]):
        one_sentence(tool(*words, "-C", "nowhere"), "nowhere")


def test_a_root_with_odd_letters(tool: Tool) -> None:
    root = tool.repo(ERROR, "a repo [of] ünusual *names*")
    assert tool("check", root).status == 1
    assert "--> teams/checkout/charter.md:6" in tool("check", cwd=root / "teams").out


def test_a_root_behind_a_link(tool: Tool, tmp_path: Path) -> None:
    root = tool.repo(SMALLEST)
    (tmp_path / "link").symlink_to(root, target_is_directory=True)
    assert documents(tool, tmp_path / "link") == 2
    assert documents(tool, "-C", tmp_path / "link/teams") == 2
    assert documents(tool, tmp_path / "link/teams/checkout/charter.md") == 2
    report = tool.json("check", tmp_path / "link/teams")
    assert {item["path"] for item in report["diagnostics"]} == {"teams/checkout/charter.md"}


def test_one_repo_by_two_names_is_one_repo(tool: Tool, tmp_path: Path) -> None:
    root = tool.repo(SMALLEST)
    (tmp_path / "link").symlink_to(root, target_is_directory=True)
    run = tool("check", root / "org.md", tmp_path / "link/teams")
    assert run.status == 0, run


# --- the day ---

GUARDED = ORG.replace(
    "---\nkind",
    "---\nguardrails:\n  - {id: card-data, title: Card numbers stay out, why: One leak would end us.}\nkind",
)
WAIVED = {
    "org.md": GUARDED,
    "teams/checkout/charter.md": CHARTER.replace(
        "goals:",
        "waivers:\n  - {guardrail: card-data, reason: The new vault is not there yet., expires: 2027-01-31}\ngoals:",
    ),
}


def test_as_of_is_the_day_that_counts(tool: Tool) -> None:
    """Dates are inclusive: `expires: 2027-01-31` still holds on that day."""
    root = tool.repo(WAIVED)
    assert tool("check", root, "--as-of", "2027-01-31").status == 0
    run = tool("check", root, "--as-of", "2027-02-01")
    assert run.status == 1
    assert "AL403" in run.out
    assert tool("check", root, env={"ALIGN_AS_OF": "2027-01-31"}).status == 0
    assert tool("check", root, env={"ALIGN_AS_OF": "2027-02-01"}).status == 1


def test_the_option_is_above_the_environment(tool: Tool) -> None:
    root = tool.repo(WAIVED)
    assert tool("check", root, "--as-of", "2027-01-31", env={"ALIGN_AS_OF": "2027-02-01"}).status == 0
    assert tool("check", root, "--as-of", "2027-02-01", env={"ALIGN_AS_OF": "2027-01-31"}).status == 1


def test_today_is_the_date_in_utc(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "UTC"):  # UTC+14 and UTC-12: one of them has another date
        before = datetime.now(UTC).date().isoformat()
        report = tool("check", root, "--format", "json", env={"TZ": zone, "ALIGN_AS_OF": ""})
        after = datetime.now(UTC).date().isoformat()
        found = re.search(r'"as_of": "([0-9-]+)"', report.out)
        assert found is not None
        assert before <= found[1] <= after


WRONG_DAYS = [
    "tomorrow",
    "2026-13-01",
    "2026-02-30",
    "2026-2-1",
    "20261120",
    "2026-W47-5",
    "2026-11-20T00",
    "20-11-2026",
    "0000-01-01",
    "２０２６-11-20",
]


@pytest.mark.parametrize("day", WRONG_DAYS)
def test_what_is_no_day(tool: Tool, day: str) -> None:
    root = tool.repo(SMALLEST)
    one_sentence(tool("check", root, "--as-of", day), day, "2026-12-31")
    if day == WRONG_DAYS[0]:
        one_sentence(tool("check", root, env={"ALIGN_AS_OF": day}), day)
        one_sentence(tool("tree", "-C", root, "--as-of", day), day)


def test_new_team_begins_on_that_day(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    assert tool("new-team", "returns", "-C", root, "--as-of", "2027-02-03").status == 0
    assert "since: 2027-02-03\n" in (root / "teams/returns/charter.md").read_text()


@pytest.mark.parametrize("command", ["check", "tree", "rules", "explain AL301", "schema org", "init", "new-team x"])
def test_every_command_takes_the_common_options(tool: Tool, command: str) -> None:
    run = tool(*command.split(), "--help")
    assert run.status == 0
    for option in ("-C", "--as-of", "--quiet", "--color"):
        assert option in run.out
    one_sentence(tool(*command.split(), "--as-of", "someday", "--quiet", "--color", "never"), "someday")
