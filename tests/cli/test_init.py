"""``align init`` from outside: an empty folder becomes a repo whose check says what is left to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.tool import DAY, SMALLEST, Tool, listing, one_sentence, write


def empty(tool: Tool, name: str = "my-company") -> Path:
    folder = tool.folder / name
    folder.mkdir()
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def frontmatter(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])


WHOLE = {
    "align.toml", "org.md", "teams/first-team/charter.md", "teams/first-team/team-api.md", ".pre-commit-config.yaml", ".github/workflows/align.yml",
    ".github/workflows/align-nightly.yml", ".github/CODEOWNERS",
}  # fmt: skip


def test_an_empty_folder(tool: Tool) -> None:
    folder = empty(tool)
    run = tool("init", cwd=folder)
    assert (run.status, run.err) == (0, "")
    assert files(folder) == WHOLE
    for path in WHOLE:
        assert path in run.out
    for words in ("align check", "align new-team", "align tree"):
        assert words in run.out
    check = tool("check", cwd=folder)
    assert check.status == 0
    assert check.lines[-1].startswith("0 errors, ")
    assert "AL210" in check.out
    assert set(tool.codes(folder)) <= {"AL210", "AL309", "AL601", "AL701"}
    assert tool("tree", cwd=folder).status == 0


def test_with_options(tool: Tool) -> None:
    folder = empty(tool)
    run = tool(
        "init", "--name", "Parcelry", "--north-star", "Anyone: a parcel, anywhere", "--outcome", "Fewer carts are abandoned",
        "--outcome", "Fewer carts are abandoned", "--outcome", "日本語", "--team", "checkout", cwd=folder,
    )  # fmt: skip
    assert run.status == 0
    org = frontmatter(folder / "org.md")
    assert (org["name"], org["north-star"]) == ("Parcelry", "Anyone: a parcel, anywhere")
    assert [outcome["title"] for outcome in org["outcomes"]] == ["Fewer carts are abandoned"] * 2 + ["日本語"]
    assert len({outcome["id"] for outcome in org["outcomes"]}) == 3
    assert (folder / "teams/checkout/charter.md").exists()
    assert tool("check", cwd=folder).status == 0


def test_nasty_texts_pass_the_check(tool: Tool) -> None:
    for number, text in enumerate(("a: b #c", '- "x"', "line\nbreak", "\x1b[31m\u202e", "yes", "\ufeffx\uffff")):
        folder = empty(tool, f"company-{number}")
        run = tool("init", f"--name={text}", f"--north-star={text}", f"--outcome={text}", cwd=folder)
        assert run.status == 0, run
        assert tool("check", cwd=folder).status == 0, text
        assert "\x1b" not in run.out


def test_a_folder_with_an_odd_name(tool: Tool) -> None:
    for name in ("Größe & Co: #1", "日本", "---", "null", "123"):
        folder = empty(tool, name)
        assert tool("init", cwd=folder).status == 0
        assert tool("check", cwd=folder).status == 0, name


def test_dash_c(tool: Tool) -> None:
    folder = empty(tool)
    assert tool("init", "-C", folder).status == 0
    assert files(folder) == WHOLE


def test_a_second_run_is_refused(tool: Tool) -> None:
    folder = empty(tool)
    tool("init", cwd=folder)
    before = listing(folder)
    one_sentence(tool("init", cwd=folder), "align.toml", "already")
    assert listing(folder) == before


def test_a_folder_with_documents_is_refused(tool: Tool) -> None:
    root = tool.repo(SMALLEST, config=None)
    before = listing(root)
    one_sentence(tool("init", cwd=root), "org.md", "already")
    assert listing(root) == before


def test_other_files_stay_as_they_are(tool: Tool) -> None:
    folder = write(
        tool.folder / "site", {"README.md": "# Hello\n", ".pre-commit-config.yaml": "repos: []\n", "docs/a.md": "# A\n"}
    )
    run = tool("init", cwd=folder)
    assert run.status == 0
    assert (folder / ".pre-commit-config.yaml").read_text() == "repos: []\n"
    assert (folder / "README.md").read_text() == "# Hello\n"
    assert ".pre-commit-config.yaml" in run.out
    assert files(folder) == WHOLE | {"README.md", "docs/a.md"}
    assert tool("check", cwd=folder).status == 0


def test_an_existing_workflow_is_kept(tool: Tool) -> None:
    folder = write(tool.folder / "site", {".github/workflows/align.yml": "name: mine\n"})
    assert tool("init", cwd=folder).status == 0
    assert (folder / ".github/workflows/align.yml").read_text() == "name: mine\n"


def test_what_stands_in_the_way_stops_everything(tool: Tool) -> None:
    folder = write(tool.folder / "site", {"teams": "a file\n"})
    one_sentence(tool("init", cwd=folder))
    assert [path.name for path in folder.iterdir()] == ["teams"]
    assert (folder / "teams").read_text() == "a file\n"
    folder = write(tool.folder / "other", {"teams/first-team/team-api.md": "# Notes\n"})
    before = listing(folder)
    run = tool("init", cwd=folder)
    one_sentence(run, "team-api.md")
    assert listing(folder) == before


def test_in_a_sub_folder_of_a_git_repo_it_says_what_nobody_would_read_there(tool: Tool) -> None:
    """CI systems and hooks look at the top of the repo only, and that is not ours to fill."""
    top = write(tool.folder / "mono", {"charters/.keep": ""})
    (top / ".git").mkdir()
    run = tool("init", cwd=top / "charters")
    assert run.status == 0
    documents = {path for path in WHOLE if not path.startswith(".")}
    assert files(top) == {f"charters/{path}" for path in documents} | {"charters/.keep"}
    for path in WHOLE - documents:
        assert path in run.out
    assert str(top) in run.out
    assert "tell the action `path: charters`, and `align check` elsewhere `charters`" in run.out


# --- the system that runs CI ---

GITLAB = {path for path in WHOLE if not path.startswith(".github")} | {".gitlab-ci.yml", ".gitlab/CODEOWNERS"}
NONE = {path for path in WHOLE if not path.startswith(".github")}


@pytest.mark.parametrize(("system", "expected"), [("github", WHOLE), ("gitlab", GITLAB), ("none", NONE)])
def test_the_files_of_a_ci_system(tool: Tool, system: str, expected: set[str]) -> None:
    folder = empty(tool)
    assert tool("init", "--ci", system, cwd=folder).status == 0
    assert files(folder) == expected


def git_config(url: str) -> str:
    return (
        f'[core]\n\tbare = false\n[remote "fork"]\n\turl = git@github.com:ada/x.git\n[remote "origin"]\n\turl = {url}\n'
    )


@pytest.mark.parametrize(
    ("url", "expected", "handle"),
    [
        ("git@github.com:acme/charters.git", WHOLE, "@acme/"),
        ("https://github.com/acme/charters", WHOLE, "@acme/"),
        ("https://mei:secret@github.com/acme/charters.git/", WHOLE, "@acme/"),
        ("ssh://git@gitlab.acme.example:2222/acme/people/charters.git", GITLAB, "@acme/people/"),
        ("https://gitlab.com/acme/charters.git", GITLAB, "@acme/"),
        ("git@git.acme.example:acme/charters.git", WHOLE, "@acme/"),
        ("/srv/git/acme/charters.git", WHOLE, None),
        ("../charters", WHOLE, None),
        ("file:///srv/acme/charters", WHOLE, None),
        ("https://github.com/a b/charters", WHOLE, None),
        ("https://github.com/$(id)/charters", WHOLE, None),
        ("https://github.com/\x1b[31m/charters", WHOLE, None),
    ],
)
def test_the_remote_tells_system_and_organisation(tool: Tool, url: str, expected: set[str], handle: str | None) -> None:
    folder = write(tool.folder / "charters", {".git/config": git_config(url)})
    assert tool("init", cwd=folder).status == 0
    assert {path for path in files(folder) if not path.startswith(".git/")} == expected
    (owners,) = folder.rglob("CODEOWNERS")
    line = owners.read_text().splitlines()[-1]
    assert line == (f"/teams/first-team/ {handle}first-team" if handle else "#/teams/first-team/ @ORG/first-team")


def test_a_work_tree_beside_its_repo_has_the_same_remote(tool: Tool) -> None:
    write(
        tool.folder / "main/.git",
        {"config": git_config("git@gitlab.com:acme/charters.git"), "worktrees/x/commondir": "../..\n"},
    )
    folder = write(tool.folder / "x", {".git": f"gitdir: {tool.folder}/main/.git/worktrees/x\n"})
    tool("init", cwd=folder)
    assert files(folder) == GITLAB | {".git"}


def test_files_that_are_there_tell_the_system(tool: Tool) -> None:
    folder = write(tool.folder / "lab", {".gitlab-ci.yml": "stages: []\n"})
    run = tool("init", cwd=folder)
    assert files(folder) == GITLAB
    assert (folder / ".gitlab-ci.yml").read_text() == "stages: []\n"
    assert "Kept .gitlab-ci.yml as it was; `align init --dry-run --ci gitlab` in an empty folder shows" in run.out
    folder = write(
        tool.folder / "hub", {".github/FUNDING.yml": "", ".git/config": git_config("git@gitlab.com:acme/charters.git")}
    )
    tool("init", cwd=folder)
    assert files(folder) == WHOLE | {".github/FUNDING.yml", ".git/config"}


@pytest.mark.parametrize("path", ["CODEOWNERS", "docs/CODEOWNERS", ".github/CODEOWNERS"])
def test_code_owners_that_are_there_are_kept(tool: Tool, path: str) -> None:
    """A second file elsewhere would be read by nobody, or in place of the first."""
    folder = write(tool.folder / "site", {path: "* @acme/all\n"})
    run = tool("init", "--ci", "github", cwd=folder)
    assert f"Kept {path} as it was" in run.out
    assert [place.relative_to(folder).as_posix() for place in folder.rglob("CODEOWNERS")] == [path]
    assert (folder / path).read_text() == "* @acme/all\n"


@pytest.mark.parametrize(
    ("host", "ci"), [("github.com", ".github/workflows/align.yml"), ("gitlab.com", ".gitlab-ci.yml")]
)
def test_whoever_has_charters_is_told_where_the_rest_is(tool: Tool, host: str, ci: str) -> None:
    """Below the top of git as well, where the remote is that of the whole."""
    top = write(
        tool.folder / "mono", {".git/config": git_config(f"git@{host}:acme/mono.git"), "old/org.md": SMALLEST["org.md"]}
    )
    (top / "new").mkdir()
    run = tool("init", cwd=top / "new")
    assert f"Left out {ci}" in run.out
    command = f"`align init --dry-run --ci {host.partition('.')[0]}` in an empty folder shows"
    assert command in run.out
    one_sentence(tool("init", cwd=top / "old"), command)
    shown = tool(*command.split("`")[1].split()[1:], cwd=empty(tool))
    assert f"# {ci}\n" in shown.out


def test_an_unknown_system_is_refused(tool: Tool) -> None:
    folder = empty(tool)
    assert tool("init", "--ci", "jenkins", cwd=folder).status == 2
    assert files(folder) == set()


def test_inside_another_workspace(tool: Tool) -> None:
    """A folder below a root would become a workspace of its own: init starts one where it is told to."""
    root = tool.repo(SMALLEST)
    (root / "labs").mkdir()
    assert tool("init", cwd=root / "labs").status == 0
    assert tool("check", root).status == 0
    assert tool.json("check", root)["summary"]["documents"] == 2


def test_dry_run(tool: Tool) -> None:
    folder = empty(tool)
    run = tool("init", "--dry-run", "--as-of", DAY, cwd=folder)
    assert run.status == 0
    assert files(folder) == set()
    assert all(path in run.out for path in WHOLE)


def test_refusals_write_nothing(tool: Tool) -> None:
    folder = empty(tool)
    one_sentence(tool("init", "--team", "My Team", cwd=folder), "`my-team`")
    one_sentence(tool("init", "--team", "../../x", cwd=folder))
    one_sentence(tool("init", "--name", " ", cwd=folder), "--name")
    one_sentence(tool("init", "--name", "\ufeff", cwd=folder), "--name")
    one_sentence(tool("init", "--north-star", "", cwd=folder), "--north-star")
    one_sentence(tool("init", "--outcome", "\t", cwd=folder), "--outcome")
    assert files(folder) == set()


def test_quiet(tool: Tool) -> None:
    folder = empty(tool)
    run = tool("init", "-q", cwd=folder)
    assert (run.status, run.out) == (0, "")
    assert files(folder) == WHOLE


def test_in_a_terminal_it_asks(tool: Tool) -> None:
    folder = empty(tool)
    run = tool.terminal(
        "init", cwd=folder, env={"NO_COLOR": "1"},
        answers=[
            ("Name", ""),
            ("North star", "Anyone can send a parcel: anywhere."),
            ("First outcome", "Fewer carts are abandoned"),
            ("Another outcome", "Fewer parcels come back"),
            ("Another outcome", ""),
            ("Id of the first team", "../x"),
            ("Id of the first team", "Check Out"),
            ("Files for CI (github, gitlab or none) [github]", "jenkins"),
            ("Files for CI", "GitLab"),
        ],
    )  # fmt: skip
    assert run.status == 0, run.out
    org = frontmatter(folder / "org.md")
    assert org["name"] == "My Company"
    assert org["north-star"] == "Anyone can send a parcel: anywhere."
    assert [outcome["id"] for outcome in org["outcomes"]] == ["fewer-carts-are-abandoned", "fewer-parcels-come-back"]
    assert (folder / "teams/check-out/charter.md").exists()
    assert (folder / ".gitlab-ci.yml").exists()
    assert not (folder / ".github").exists()
    assert tool("check", cwd=folder).status == 0


def test_what_was_given_is_not_asked(tool: Tool) -> None:
    folder = empty(tool)
    run = tool.terminal(
        "init", "--name", "N", "--north-star", "S", "--outcome", "O", "--team", "t", "--ci", "none", cwd=folder
    )
    assert run.status == 0
    assert "?" not in run.out.split("Created")[0]


def test_a_refusal_comes_before_the_first_question(tool: Tool) -> None:
    run = tool.terminal("init", cwd=tool.repo(SMALLEST))
    assert run.status == 2


def test_an_interrupted_question_writes_nothing(tool: Tool) -> None:
    folder = empty(tool)
    run = tool.terminal("init", cwd=folder, answers=[("Name", "\x03")])
    assert run.status not in (0, None)
    assert "Traceback" not in run.out
    assert files(folder) == set()


def test_the_first_day_of_a_new_user(tool: Tool) -> None:
    """`align init` in an empty folder, `align new-team`, break three things: each is found."""
    folder = empty(tool)
    tool(
        "init",
        "--name",
        "Parcelry",
        "--north-star",
        "A parcel anywhere.",
        "--outcome",
        "Fewer carts are abandoned",
        cwd=folder,
    )
    assert (
        tool("new-team", "checkout", "--goal", "One tap", "--supports", "fewer-carts-are-abandoned", cwd=folder).status
        == 0
    )
    assert tool("check", cwd=folder).status == 0
    charter = folder / "teams/checkout/charter.md"
    charter.write_text(
        charter.read_text()
        .replace("fewer-carts-are-abandoned", "fewer-carts-are-abandonned")
        .replace("status: forming", "status: formng")
        .replace("since:", "sinse:")
    )
    run = tool("check", cwd=folder)
    assert run.status == 1
    assert run.lines[-1].startswith("3 errors")
    for words in (
        "a similar id exists: `fewer-carts-are-abandoned`",
        "a similar value exists: `forming`",
        "a similar field exists: `since`",
    ):
        assert words in run.out
