"""``align check --since``: what a change brings is reported, what was there before is not."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.history import History, git
from tests.cli.tool import CHARTER, DAY, ERROR, ORG, SMALLEST, Run, Tool, listing, one_sentence, write

CHECKOUT = "teams/checkout/charter.md"
SEARCH = "teams/search/charter.md"
TITLES = {
    "search": "shows what is in the shop",
    "new": "knows the weather of tomorrow",
    "a": "counts the sheep at night",
    "q": "repairs the old bridges",
    "odd": "writes letters by hand",
}
"""So different that no two teams seem to want the same."""
WRONG = ERROR[CHECKOUT]
"""A charter with one error (AL202)."""


def charter(team: str, supports: str = "fewer-abandoned-carts", more: str = "") -> str:
    made = CHARTER.replace("team: checkout", f"team: {team}").replace("fewer-abandoned-carts", supports) + more
    return made.replace("one-tap-pay", f"goal-of-{team}").replace(
        "Returning customers pay in under ten seconds", f"{team} {TITLES[team]}"
    )


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "repo")


class Gate:
    """Runs the check of a repo against a revision."""

    def __init__(self, tool: Tool, history: History) -> None:
        self.tool = tool
        self.history = history

    def __call__(self, *words: str | Path, since: str = "main", cwd: Path | None = None) -> Run:
        return self.tool("check", "--since", since, "--as-of", DAY, *words, cwd=cwd or self.history.root)

    def report(self, *words: str | Path, since: str = "main") -> Any:
        run = self("--format", "json", *words, since=since)
        assert run.status in (0, 1), run
        return json.loads(run.out)

    def new(self, *words: str | Path, since: str = "main") -> list[tuple[str, str]]:
        """The errors and warnings that are new, by code and path."""
        found = self.report(*words, since=since)["diagnostics"]
        return [(item["code"], item["path"]) for item in found if item["severity"] != "info"]


@pytest.fixture
def gate(tool: Tool, history: History) -> Gate:
    return Gate(tool, history)


# --- old and new ---


def test_what_was_there_before_is_left_out_and_counted(gate: Gate) -> None:
    gate.history.commit({**ERROR, "teams/search/charter.md": charter("search")})
    gate.history.change({SEARCH: charter("search").replace("thinking", "much thought")})
    run = gate()
    assert (run.status, run.err) == (0, "")
    assert run.lines[-1].endswith("; since main: 1 old, 0 mended")
    assert gate.tool("check", cwd=gate.history.root).status == 1, "without --since it is reported"


def test_what_is_new_is_reported_and_what_is_gone_is_counted(gate: Gate) -> None:
    gate.history.commit({**ERROR, SEARCH: charter("search")})
    gate.history.change({CHECKOUT: CHARTER, SEARCH: charter("search", "fewer-carts-and-abandoned")})
    run = gate("--format", "concise")
    assert run.status == 1
    assert [line.split(" ")[0] for line in run.lines[:-1]] == [f"{SEARCH}:6:{run.lines[0].split(':')[2]}:"]
    assert run.lines[-1].startswith("1 error, 0 warnings in 3 documents")
    assert run.lines[-1].endswith("; since main: 0 old, 1 mended")


def test_json_says_what_it_was_compared_with(gate: Gate) -> None:
    base = gate.history.commit(ERROR)
    gate.history.change({SEARCH: charter("search", "nothing-of-the-kind")})
    report = gate.report()
    assert report["since"] == {
        "ref": "main", "base": base, "old": 1, "mended": 0, "configuration": [], "empty": None,
    }  # fmt: skip
    assert [item["code"] for item in report["diagnostics"] if item["severity"] == "error"] == ["AL202"]
    assert report["summary"]["errors"] == 1
    assert gate.tool.json("check", gate.history.root)["since"] is None


def test_a_fact_is_the_same_wherever_it_moved(gate: Gate) -> None:
    gate.history.commit(ERROR)
    above = WRONG.replace("mission:", "# one more line\n# and another\nmission:")
    gate.history.change({CHECKOUT: None, "elsewhere/checkout/charter.md": above})
    assert gate.new() == []


def test_the_same_fact_once_more_is_new(gate: Gate) -> None:
    broken = "See [our notes](notes.md).\n"
    gate.history.commit({**SMALLEST, CHECKOUT: CHARTER + broken})
    gate.history.change({CHECKOUT: CHARTER + broken + "\n" + broken})
    assert gate.report()["since"]["old"] == 1
    assert gate.new() == [("AL209", CHECKOUT)]


def test_a_deleted_outcome_is_found_where_it_breaks_something(gate: Gate) -> None:
    gate.history.commit({**SMALLEST, SEARCH: charter("search")})
    gate.history.change({"org.md": ORG.replace("fewer-abandoned-carts", "something-else")})
    assert {path for _, path in gate.new()} == {CHECKOUT, SEARCH}


def test_what_a_calendar_day_breaks_is_old(gate: Gate) -> None:
    overdue = CHARTER.replace("mission:", "reviewed: 2025-01-01\nmission:")
    gate.history.commit({**SMALLEST, CHECKOUT: overdue})
    gate.history.change({SEARCH: charter("search")})
    assert gate.new() == []
    assert gate.report()["since"]["old"] == 1


@pytest.mark.parametrize("what", ["team", "goal", "outcome"])
def test_renames_follow_formerly(gate: Gate, what: str) -> None:
    org = ORG.replace("}\n", "}\n  - {id: other, title: Something else is true for everybody, period: 2024-Q1}\n", 1)
    goal = CHARTER.replace("fewer-abandoned-carts", "other").replace(
        "{id: one-tap-pay,", "{id: one-tap-pay, period: 2024-Q1,"
    )
    gate.history.commit({"org.md": org, CHECKOUT: goal})
    before = gate.report()["since"]["old"]
    assert before > 0
    renamed: dict[str, dict[str, str | bytes | None]] = {
        "team": {
            CHECKOUT: None,
            "teams/paying/charter.md": goal.replace("team: checkout", "team: paying\nformerly: [checkout]"),
        },
        "goal": {CHECKOUT: goal.replace("{id: one-tap-pay,", "{id: pay-at-once, formerly: [one-tap-pay],")},
        "outcome": {
            "org.md": org.replace("{id: other,", "{id: another, formerly: [other],"),
            CHECKOUT: goal.replace("[other]", "[another]"),
        },
    }
    gate.history.change(renamed[what])
    assert gate.new() == []
    assert gate.report()["since"]["old"] == before


def test_the_base_is_where_the_branch_began(gate: Gate) -> None:
    gate.history.commit(SMALLEST)
    gate.history("checkout", "--quiet", "-b", "topic")
    gate.history.commit({SEARCH: charter("search")})
    gate.history("checkout", "--quiet", "main")
    gate.history.commit({CHECKOUT: CHARTER + "See [what is gone](gone.md).\n"})
    gate.history("checkout", "--quiet", "topic")
    report = gate.report()
    assert (report["since"]["old"], report["since"]["mended"]) == (0, 0), (
        "what main did meanwhile is nobody's doing here"
    )


def test_a_detached_head_and_changes_that_nobody_committed(gate: Gate) -> None:
    base = gate.history.commit(SMALLEST)
    gate.history.commit({SEARCH: charter("search")})
    gate.history("checkout", "--quiet", "--detach")
    gate.history.change(
        {SEARCH: charter("search", "nothing-of-the-kind"), "teams/new/charter.md": charter("new", "neither")}
    )
    assert {path for _, path in gate.new(since=base)} == {SEARCH, "teams/new/charter.md"}


def test_only_some_paths(gate: Gate) -> None:
    gate.history.commit({**ERROR, SEARCH: charter("search", "nothing-of-the-kind")})
    gate.history.change({"org.md": ORG + "See [this](gone.md).\n"})
    report = gate.report("teams/checkout")
    assert (report["since"]["old"], report["diagnostics"]) == (1, [])


def test_a_suppression_taken_away_and_one_added(gate: Gate) -> None:
    goal = "  # align: ignore[AL202]: until the outcome is agreed upon\n"
    silent = WRONG.replace("  - {id", goal + "  - {id")
    gate.history.commit({**SMALLEST, CHECKOUT: silent})
    gate.history.change({CHECKOUT: WRONG})
    assert gate.new() == [("AL202", CHECKOUT)], "it was agreed upon, and is no more"
    gate.history.commit()
    gate.history.change({CHECKOUT: silent})
    assert gate.new() == []
    assert gate.report()["since"]["mended"] == 0, "silent is not mended"


# --- the configuration of the base ---


def test_a_change_cannot_switch_its_own_check_off(gate: Gate) -> None:
    gate.history.commit({**SMALLEST, "align.toml": "format = 1\n"})
    for config in (
        '[check]\nignore = ["AL2"]\n',
        '[check]\nfail-on = "never"\n',
        '[check.severity]\nAL202 = "off"\n',
        '[check.per-path]\n"teams/**" = { ignore = ["AL2"] }\n',
        'exclude = ["teams/checkout/**"]\n',
        'include = ["org.md"]\n',
    ):
        gate.history.change({CHECKOUT: WRONG, "align.toml": config})
        run = gate()
        assert run.status == 1, config
        assert "AL202" in run.out
        assert "note: align.toml differs from `main`, whose word counted in this check" in run.lines
        assert gate.report()["since"]["configuration"] == ["align.toml"]


@pytest.mark.parametrize("path", ["teams/checkout/align.toml", "teams/align.toml", ".gitignore", "teams/.gitignore"])
def test_a_change_cannot_move_documents_out_of_sight(gate: Gate, path: str) -> None:
    gate.history.commit(SMALLEST)
    gate.history.change({CHECKOUT: WRONG, path: "/checkout/\nteams/\n" if path.endswith("ignore") else "format = 1\n"})
    assert gate.new() == [("AL202", CHECKOUT)]
    assert gate.report()["since"]["configuration"] == [path]


def test_a_change_cannot_move_the_root(gate: Gate) -> None:
    files = {f"charters/{path}": text for path, text in SMALLEST.items()}
    gate.history.commit({**files, "charters/align.toml": ""})
    wrong = {"charters/" + CHECKOUT: WRONG, "other/org.md": ORG}
    gate.history.change({**wrong, "charters/align.toml": None})
    run = gate(gate.history.root / "charters", "--format", "concise")
    assert run.status == 1
    assert run.lines[0].startswith(f"{CHECKOUT}:6:")
    gate.history.change({"charters/align.toml": "", "charters/teams/align.toml": "[check]\nignore = ['AL2']\n"})
    run = gate(gate.history.root / "charters/teams", "--format", "concise")
    assert run.status == 1
    assert run.lines[0].startswith(f"{CHECKOUT}:6:")


def test_a_change_cannot_loosen_the_schema_that_it_is_held_against(gate: Gate) -> None:
    schema = {"properties": {"x-cost-centre": {"type": "string"}}, "required": ["x-cost-centre"]}
    config = '[schemas]\ncharter = "own/charter.schema.json"\n'
    good = CHARTER.replace("mission:", "x-cost-centre: CC1\nmission:")
    gate.history.commit(
        {**SMALLEST, CHECKOUT: good, "align.toml": config, "own/charter.schema.json": json.dumps(schema)}
    )
    gate.history.change({"own/charter.schema.json": "{}", CHECKOUT: CHARTER})
    assert gate.new() == [("AL101", CHECKOUT)]
    assert gate.report()["since"]["configuration"] == ["own/charter.schema.json"]
    assert gate.tool.codes(gate.history.root, "--fail-on", "never").count("AL101") == 0


def test_a_schema_that_a_change_breaks(gate: Gate) -> None:
    gate.history.commit(SMALLEST)
    gate.history.change({"align.toml": '[schemas]\ncharter = "own.json"\n', "own.json": '{"type": 3}'})
    one_sentence(gate(), "own.json")


def test_writing_a_new_finding_into_the_baseline_is_no_excuse(gate: Gate) -> None:
    config = '[check]\nbaseline = "align-baseline.json"\n'
    gate.history.commit({**ERROR, SEARCH: charter("search"), "align.toml": config})
    assert gate.tool("check", "--write-baseline", "--as-of", DAY, cwd=gate.history.root).status == 0
    gate.history.commit()
    assert gate.report()["summary"]["baselined"] == 1
    gate.history.change({SEARCH: charter("search", "nothing-of-the-kind")})
    assert gate.tool("check", "--write-baseline", "--as-of", DAY, cwd=gate.history.root).status == 0
    assert gate.tool("check", "--as-of", DAY, cwd=gate.history.root).status == 0
    assert gate.new() == [("AL202", SEARCH)]


def test_a_debt_that_is_struck_off_without_being_paid_is_new(gate: Gate) -> None:
    config = '[check]\nbaseline = "align-baseline.json"\n'
    gate.history.commit({**ERROR, "align.toml": config})
    assert gate.tool("check", "--write-baseline", "--as-of", DAY, cwd=gate.history.root).status == 0
    gate.history.commit()
    gate.history.change({"align.toml": "", "align-baseline.json": None})
    assert gate.new() == [("AL202", CHECKOUT)]
    gate.history.change({CHECKOUT: CHARTER})
    assert gate.new() == []


def test_writing_debts_down_in_a_change_is_fine(gate: Gate) -> None:
    gate.history.commit(ERROR)
    gate.history.change({"align.toml": '[check]\nbaseline = "align-baseline.json"\n'})
    assert gate.tool("check", "--write-baseline", "--as-of", DAY, cwd=gate.history.root).status == 0
    assert gate.new() == []


def test_a_new_configuration_is_read_all_the_same(gate: Gate) -> None:
    gate.history.commit(SMALLEST)
    gate.history.change({"align.toml": '[check]\nignore = ["AL3O5"]\n'})
    assert gate.new() == [("AL901", "align.toml")]
    gate.history.change({"align.toml": '[check]\nignroe = ["AL305"]\n'})
    one_sentence(gate(), "ignroe")


# --- a base that counts as empty ---


def test_a_base_without_documents(gate: Gate) -> None:
    gate.history.commit({"README.md": "# Soon\n"})
    gate.history.change({**ERROR, "align.toml": '[check]\nfail-on = "never"\n'})
    run = gate()
    assert run.status == 0, "nothing governs it but its own configuration"
    assert "note: nothing was left out: `main` has no documents here" in run.lines
    assert run.lines[-1].endswith("; since main: everything is new")
    assert gate.report()["since"]["empty"] == "`main` has no documents here"


def test_a_base_before_the_folder(gate: Gate) -> None:
    gate.history.commit({"README.md": "# Soon\n"})
    write(gate.history.root / "charters", {**ERROR, "align.toml": ""})
    run = gate("charters", "--format", "concise")
    assert run.status == 1
    assert run.lines[-1].endswith("; since main: everything is new")


@pytest.mark.parametrize(
    ("path", "text"),
    [("align.toml", "[chekc]\n"), ("align.toml", "= not toml"), ("align.toml", '[schemas]\ncharter = "gone.json"\n')],
)
def test_a_base_with_a_broken_configuration_can_be_repaired(gate: Gate, path: str, text: str) -> None:
    gate.history.commit({**SMALLEST, path: text})
    gate.history.change({path: ""})
    run = gate()
    assert run.status == 0, run
    assert run.lines[-2].startswith("note: nothing was left out: in `main`, ")


# --- what cannot be compared ---


def test_an_unknown_revision(gate: Gate) -> None:
    gate.history.commit(SMALLEST)
    one_sentence(gate(since="mian"), "there is no revision `mian` here; did you mean `main`?")
    one_sentence(gate(since="8f3a1c2"), "there is no revision `8f3a1c2` here", "git branch --all")
    for ref in ("", " ", "--help", "-n", "^main", "main..HEAD", "main^{tree}", "main:org.md", "a\x1b[31mb", "\n"):
        one_sentence(gate(since=ref), "--since")


def test_a_branch_that_is_only_on_the_remote(gate: Gate, tmp_path: Path) -> None:
    gate.history.commit(SMALLEST)
    gate.history("branch", "release")
    git(tmp_path, "clone", "--quiet", str(gate.history.root), "clone")
    one_sentence(gate(since="release", cwd=tmp_path / "clone"), "did you mean `origin/release`?")
    one_sentence(gate(since="origin/release"), "did you mean `release`?")


@pytest.fixture
def shallow(gate: Gate, tmp_path: Path) -> Path:
    gate.history.commit(SMALLEST)
    gate.history("checkout", "--quiet", "-b", "topic")
    gate.history.commit({SEARCH: charter("search")})
    gate.history.commit({SEARCH: charter("search", "fewer-abandoned-carts", "More.\n")})
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=topic", f"file://{gate.history.root}", "shallow")
    return tmp_path / "shallow"


def test_a_shallow_clone_without_the_base(gate: Gate, shallow: Path) -> None:
    one_sentence(gate(since="main", cwd=shallow), "no revision `main`", "shallow", "`fetch-depth: 0`")
    base = gate.history("rev-parse", "main")
    one_sentence(gate(since=base, cwd=shallow), f"no revision `{base}`", "shallow", "`fetch-depth: 0`")
    git(shallow, "fetch", "--quiet", "--depth=1", "origin", "main:main")
    one_sentence(gate(since="main", cwd=shallow), "does not reach back", "`fetch-depth: 0`", "--unshallow")
    git(shallow, "fetch", "--quiet", "--unshallow")
    assert gate(since="main", cwd=shallow).status == 0


@pytest.mark.parametrize("ref", ["topic^", "origin/topic~1", "origin/topics", "topics"])
def test_what_a_shallow_clone_lacks_is_no_slip_for_what_it_has(gate: Gate, shallow: Path, ref: str) -> None:
    one_sentence(gate(since=ref, cwd=shallow), f"no revision `{ref}`", "shallow", "`fetch-depth: 0`")


def test_a_clone_without_the_files_of_the_base_opens_no_connection(gate: Gate, shallow: Path, tmp_path: Path) -> None:
    gate.history("config", "uploadpack.allowFilter", "true")
    gate.history("checkout", "--quiet", "main")
    gate.history.commit({CHECKOUT: WRONG})
    gate.history("checkout", "--quiet", "-b", "later")
    gate.history.commit({CHECKOUT: CHARTER})
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", f"file://{gate.history.root}", "partial")
    run = gate(since="origin/main", cwd=tmp_path / "partial")
    one_sentence(run, "partial clone", CHECKOUT)


def test_no_git_repo_and_nothing_committed(gate: Gate, tmp_path: Path) -> None:
    root = write(tmp_path / "plain", {**SMALLEST, "align.toml": ""})
    one_sentence(gate(cwd=root), "is in no git repo")
    gate.history.change(SMALLEST)
    one_sentence(gate(), "nothing is committed here yet")


def test_histories_that_have_nothing_in_common(gate: Gate) -> None:
    gate.history.commit(SMALLEST)
    gate.history("checkout", "--quiet", "--orphan", "other")
    gate.history.commit({SEARCH: charter("search")})
    one_sentence(gate(), "`main` and HEAD have no commit in common")


def test_no_git_on_the_machine(gate: Gate, tmp_path: Path) -> None:
    gate.history.commit(SMALLEST)
    run = gate.tool("check", "--since", "main", cwd=gate.history.root, env={"PATH": str(tmp_path / "empty")})
    one_sentence(run, "git, which is not installed")


def test_a_repo_that_git_does_not_trust(gate: Gate, tmp_path: Path) -> None:
    gate.history.commit(SMALLEST)
    fake = tmp_path / "bin/git"
    write(
        tmp_path,
        {"bin/git": "#!/bin/sh\necho \"fatal: detected dubious ownership in repository at '/x'\" >&2\nexit 128\n"},
    )
    fake.chmod(0o755)
    path = f"{fake.parent}{os.pathsep}{os.environ['PATH']}"
    run = gate.tool("check", "--since", "main", cwd=gate.history.root, env={"PATH": path})
    one_sentence(run, "does not trust", "safe.directory")


def test_options_that_do_not_go_together(gate: Gate) -> None:
    gate.history.commit(SMALLEST)
    one_sentence(gate("--fix"), "--since", "--fix")
    one_sentence(gate("--write-baseline"), "--since", "--write-baseline")


# --- git itself ---


def test_nothing_is_written_and_no_hook_runs(gate: Gate, tmp_path: Path) -> None:
    gate.history.commit(ERROR)
    hook = "#!/bin/sh\ntouch " + str(tmp_path / "ran") + "\n"
    for name in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor"):
        write(gate.history.root / ".git/hooks", {name: hook})
        (gate.history.root / ".git/hooks" / name).chmod(0o755)
    gate.history("config", "core.fsmonitor", str(gate.history.root / ".git/hooks/fsmonitor"))
    gate.history("config", "core.pager", f"touch {tmp_path / 'ran'}")
    gate.history.change({CHECKOUT: CHARTER})
    before = listing(gate.history.root)
    assert gate().status == 0
    assert listing(gate.history.root) == before
    assert not (tmp_path / "ran").exists()


def test_the_variables_of_git_do_not_count(gate: Gate, tmp_path: Path) -> None:
    gate.history.commit(ERROR)
    other = History(tmp_path / "other")
    other.commit({"README.md": "# Another repo\n"})
    gate.history.change({SEARCH: charter("search")})
    env = {
        "GIT_DIR": str(other.root / ".git"), "GIT_WORK_TREE": str(other.root), "GIT_INDEX_FILE": "/nowhere",
        "GIT_OBJECT_DIRECTORY": str(other.root / ".git/objects"), "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "alias.ls-tree", "GIT_CONFIG_VALUE_0": "!false",
        "GIT_TRACE": "1", "GIT_NAMESPACE": "x", "GIT_CEILING_DIRECTORIES": str(gate.history.root),
    }  # fmt: skip
    run = gate.tool("check", "--since", "main", "--as-of", DAY, cwd=gate.history.root, env=env)
    assert (run.status, run.err) == (0, ""), run
    assert run.lines[-1].endswith("1 old, 0 mended")


@pytest.mark.parametrize("words", [(), ("--object-format=sha256",)], ids=["sha1", "sha256"])
def test_both_kinds_of_object_ids(tool: Tool, tmp_path: Path, words: tuple[str, ...]) -> None:
    gate = Gate(tool, History(tmp_path / "repo", *words))
    gate.history.commit({**ERROR, SEARCH: charter("search")})
    gate.history.change({SEARCH: charter("search", "nothing-of-the-kind")})
    assert gate.new() == [("AL202", SEARCH)]
    assert gate.report()["since"]["old"] == 1


def test_a_work_tree_beside_the_repo(gate: Gate, tmp_path: Path) -> None:
    gate.history.commit(ERROR)
    gate.history("worktree", "add", "--quiet", "-b", "topic", str(tmp_path / "beside"))
    write(tmp_path / "beside", {SEARCH: charter("search", "nothing-of-the-kind")})
    run = gate("--format", "concise", cwd=tmp_path / "beside")
    assert run.status == 1
    assert run.lines[-1].endswith("since main: 1 old, 0 mended")


def test_line_ends_that_git_changes_on_the_way(gate: Gate) -> None:
    gate.history.commit({**ERROR, SEARCH: charter("search")})
    root = gate.history.root
    for path in (CHECKOUT, SEARCH, "org.md"):
        (root / path).write_bytes((root / path).read_bytes().replace(b"\n", b"\r\n"))
    assert gate.new() == []
    assert gate.report()["since"]["old"] == 1


def test_odd_names_links_and_files_at_the_base(gate: Gate) -> None:
    root = gate.history.root
    gate.history.change(
        {**ERROR, "teams/a b/charter.md": charter("a", "x-y-z"), 'teams/"q"\n/charter.md': charter("q", "x-y-z")}
    )
    (root / os.fsdecode(b"teams/\xff.md")).write_text(charter("odd", "x-y-z"))
    for link, target in {
        "in.md": "org.md",
        "out.md": "/etc/passwd",
        "gone.md": "nowhere.md",
        "ring.md": "ring.md",
        "folder": "teams",
    }.items():
        (root / link).symlink_to(target)
    write(
        root,
        {
            "evidence/big.bin": b"\0" * 3_000_000,
            "teams/big.md": "---\nkind: charter\n" + "x" * 2_000_000,
            "teams/latin.md": b"---\nkind: charter\nteam: \xe9\n---\n",
        },
    )
    gate.history.commit()
    plain = [
        item for item in gate.tool.json("check", root, "--as-of", DAY)["diagnostics"] if item["severity"] != "info"
    ]
    report = gate.report()
    assert report["since"]["old"] == len(plain) > 6
    assert report["diagnostics"] == []
    shutil.rmtree(root / "teams/a b")
    for link in ("in.md", "out.md", "gone.md", "ring.md"):
        (root / link).unlink()
    assert gate.new() == []
    assert gate.report()["since"]["mended"] > 0


# --- plugins ---


def test_a_change_cannot_bring_code_along(gate: Gate) -> None:
    gate.history.commit(SMALLEST)
    gate.history.change({"align.toml": 'plugins = ["acme-align-rules"]\n[check]\nignore = ["ACM001"]\n'})
    run = gate()
    assert (run.status, run.err) == (0, ""), "neither loaded nor missed, and its codes are no slips"
    assert "note: align.toml differs from `main`, whose word counted in this check" in run.lines


def test_a_plugin_that_a_change_takes_away(gate: Gate) -> None:
    gate.history.commit({**ERROR, "align.toml": 'plugins = ["acme-align-rules"]\n'})
    one_sentence(gate(), "acme-align-rules", "not installed")
    gate.history.change(
        {"align.toml": '[check]\nfail-on = "never"\n', SEARCH: charter("search", "nothing-of-the-kind")}
    )
    run = gate()
    assert run.status == 1, "but for the plugin, the word of the base counts"
    assert "note: align.toml differs from `main`, whose word counted in this check" in run.lines
    assert gate.new() == [("AL202", SEARCH)]
    assert gate.report()["since"]["old"] == 1


# --- the root ---


def test_a_change_cannot_cut_a_root_out_of_another(gate: Gate) -> None:
    gate.history.commit(SMALLEST)
    gate.history.change({CHECKOUT: WRONG, "teams/align.toml": ""})
    run = gate("teams", "--format", "concise")
    assert run.status == 1, "without the outcomes nothing could be said of references to them"
    assert run.lines[0].startswith(f"{CHECKOUT}:6:")


def test_a_change_cannot_put_a_link_in_place_of_the_root(gate: Gate) -> None:
    files = {f"charters/{path}": text for path, text in SMALLEST.items()}
    gate.history.commit({**files, "charters/align.toml": ""})
    (gate.history.root / "charters").rename(gate.history.root / "decoy")
    (gate.history.root / "charters").symlink_to("decoy")
    gate.history.change({f"decoy/{CHECKOUT}": WRONG, "decoy/align.toml": '[check]\nfail-on = "never"\n'})
    for words in (("charters",), ("-C", "charters"), ("-C", "decoy")):
        run = gate(*words, "--format", "concise")
        assert run.status == 1, words
        assert run.lines[0].startswith(f"{CHECKOUT}:6:")
        assert "note: align.toml differs from `main`, whose word counted in this check" in run.lines


def test_a_root_that_moves_takes_its_history_along(gate: Gate) -> None:
    files = {f"charters/{path}": text for path, text in ERROR.items()}
    gate.history.commit({**files, "charters/align.toml": "", "other/align.toml": ""})
    (gate.history.root / "charters").rename(gate.history.root / "org")
    run = gate("-C", "org")
    assert run.status == 0
    assert run.lines[-1].endswith("; since main: 1 old, 0 mended")


def test_a_new_workspace_within_takes_two_steps(gate: Gate) -> None:
    """Else whole teams could be moved into one, out of sight."""
    gate.history.commit(SMALLEST)
    gate.history.change({f"sandbox/{path}": text for path, text in ERROR.items()} | {"sandbox/align.toml": ""})
    assert gate.new() != []
    assert gate.report()["since"]["configuration"] == ["sandbox/align.toml"]
    shutil.rmtree(gate.history.root / "sandbox")
    gate.history.commit({"sandbox/align.toml": ""})
    gate.history.change({f"sandbox/{path}": text for path, text in ERROR.items()})
    assert gate.new() == []


# --- what a fact is ---


def test_advice_is_no_excuse_for_an_error(gate: Gate) -> None:
    idea = CHARTER.replace(", supports: [fewer-abandoned-carts]", ", status: proposed")
    gate.history.commit({**SMALLEST, CHECKOUT: idea})
    gate.history.change({CHECKOUT: idea.replace("status: proposed", "status: on-track")})
    assert ("AL301", CHECKOUT) in gate.new(), "the change makes an error of it"
    gate.history.commit()
    gate.history.change({CHECKOUT: idea})
    assert ("AL301", CHECKOUT) not in gate.new()


def test_what_cannot_be_read_is_the_same_wherever_it_moved(gate: Gate) -> None:
    gate.history.commit({**SMALLEST, SEARCH: "---\nkind: charter\n"})
    gate.history.change({SEARCH: None, "squads/search/charter.md": "---\nkind: charter\n"})
    report = gate.report()
    assert (gate.new(), report["since"]["old"], report["since"]["mended"]) == ([], 1, 0)


def test_what_cannot_be_read_is_known_by_its_neighbours(gate: Gate) -> None:
    api = "---\nkind: team-api\nteam: {}\nservices: [\n---\n"
    gate.history.commit({**SMALLEST, "teams/checkout/team-api.md": api.format("checkout")})
    gate.history.change({
        CHECKOUT: None, "teams/checkout/team-api.md": None,
        "teams/paying/charter.md": CHARTER.replace("team: checkout", "team: paying\nformerly: [checkout]"),
        "teams/paying/team-api.md": api.format("paying"),
    })  # fmt: skip
    assert gate.report()["since"]["old"] == 1
    assert gate.new() == []


def test_a_suppression_that_is_needless_wherever_it_moved(gate: Gate) -> None:
    needless = CHARTER.replace("---\n", "---\n# align: ignore-file[AL306]: agreed upon long ago\n", 1)
    gate.history.commit({**SMALLEST, CHECKOUT: needless})
    gate.history.change({CHECKOUT: None, "squads/checkout/charter.md": needless.replace("thinking", "much thought")})
    assert gate.report()["since"]["old"] == 1
    assert gate.new() == []


def test_what_a_renamed_team_has_is_renamed_with_it(gate: Gate) -> None:
    to_nothing = charter("search").replace("supports: [fewer-abandoned-carts]", "supports: [checkout/gone]")
    gate.history.commit({**SMALLEST, SEARCH: to_nothing})
    gate.history.change({
        CHECKOUT: None, "teams/paying/charter.md": CHARTER.replace("team: checkout", "team: paying\nformerly: [checkout]"),
        SEARCH: to_nothing.replace("checkout/gone", "paying/gone"),
    })  # fmt: skip
    assert gate.report()["since"]["old"] == 1
    assert gate.new() == []


def test_two_that_swap_places_in_the_alphabet(gate: Gate) -> None:
    same = "Returning customers pay in under ten seconds"
    other = CHARTER.replace("checkout", "search").replace("one-tap-pay", "quick-pay")
    gate.history.commit({**SMALLEST, SEARCH: other})
    before = gate.report()
    gate.history.change(
        {SEARCH: None, "teams/a/charter.md": other.replace("team: search", "team: a\nformerly: [search]")}
    )
    assert same in other
    assert before["since"]["old"] > 0
    assert gate.new() == []
    assert gate.report()["since"]["mended"] == 0


def test_what_moves_in_or_out_of_the_paths(gate: Gate) -> None:
    gate.history.commit({**ERROR, SEARCH: charter("search", "nothing-of-the-kind")})
    gate.history.change({CHECKOUT: None, "squads/checkout/charter.md": WRONG})
    since = gate.report("squads")["since"]
    assert (gate.new("squads"), since["old"], since["mended"]) == ([], 1, 0)
    since = gate.report("teams")["since"]
    assert (gate.new("teams"), since["old"], since["mended"]) == ([], 1, 0), "it is not mended, only elsewhere"
    gate.history.change({"squads/checkout/charter.md": CHARTER})
    assert gate.report()["since"]["mended"] == 1
    assert gate.report("org.md")["since"]["mended"] == 0


def test_a_rule_that_crashes_on_the_base_does_not_keep_it_from_being_repaired(gate: Gate, tmp_path: Path) -> None:
    gate.history.commit({**SMALLEST, CHECKOUT: CHARTER.replace("thinking", "crashing")})
    write(tmp_path / "evil", {"sitecustomize.py": (
        "from aligncli import rules\nfrom aligncli.diagnostics import Severity\nfrom aligncli.rules.base import Rule\n"
        "def broken(ws, config):\n"
        "    for team in ws.teams.values():\n"
        "        1 / ('crashing' not in team.mission)\n"
        "    yield from ()\n"
        "rules.RULES = (*rules.RULES, Rule('AL999', 'crashing-rule', Severity.ERROR, broken))\n"
    )})  # fmt: skip

    def run() -> Run:
        return gate.tool(
            "check",
            "--since",
            "main",
            "--as-of",
            DAY,
            cwd=gate.history.root,
            env={"PYTHONPATH": str(tmp_path / "evil")},
        )

    one_sentence(run(), "AL999", CHECKOUT)
    gate.history.change({CHECKOUT: CHARTER})
    done = run()
    assert done.status == 0, done
    assert done.lines[-2].startswith("note: nothing was left out: in `main`, rule AL999 (crashing-rule) crashed")


# --- what git says, and does not say ---


@pytest.mark.parametrize("without", ["blob:none", "tree:0"])
@pytest.mark.parametrize("allow", ["", "always"])
def test_a_partial_clone_never_counts_as_an_empty_base(gate: Gate, tmp_path: Path, without: str, allow: str) -> None:
    gate.history("config", "uploadpack.allowFilter", "true")
    gate.history.commit({**SMALLEST, "align.toml": ""})
    gate.history("checkout", "--quiet", "-b", "topic")
    gate.history.commit({CHECKOUT: WRONG, "align.toml": '[check]\nfail-on = "never"\n'})
    git(tmp_path, "clone", "--quiet", f"--filter={without}", f"file://{gate.history.root}", "partial")
    partial = tmp_path / "partial"
    if allow:
        git(partial, "config", "protocol.file.allow", allow)
    before = listing(partial)
    one_sentence(gate(since="origin/main", cwd=partial), "partial clone", "`git fetch --refetch --no-filter`")
    assert listing(partial) == before, "nothing is fetched"
    git(partial, "fetch", "--quiet", "--refetch", "--no-filter")
    assert gate(since="origin/main", cwd=partial).status == 1


def test_a_damaged_object(gate: Gate) -> None:
    gate.history.commit({**SMALLEST, "align.toml": ""})
    name = gate.history("rev-parse", "HEAD:align.toml")
    damaged = gate.history.root / ".git/objects" / name[:2] / name[2:]
    damaged.chmod(0o644)
    damaged.write_bytes(b"nonsense")
    gate.history.change({CHECKOUT: WRONG, "align.toml": '[check]\nfail-on = "never"\n'})
    one_sentence(gate(), "git cannot read align.toml")


@pytest.mark.parametrize("answer", ["nonsense", "a b\\0", "\\377\\0\\t\\0"])
def test_something_else_that_is_called_git(gate: Gate, tmp_path: Path, answer: str) -> None:
    gate.history.commit(SMALLEST)
    write(tmp_path, {"bin/git": f"#!/bin/sh\nprintf '{answer}'\n"})
    (tmp_path / "bin/git").chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    one_sentence(gate.tool("check", "--since", "main", cwd=gate.history.root, env={"PATH": path}), "--since: ")


def test_what_a_sparse_checkout_leaves_out_is_not_deleted(gate: Gate) -> None:
    api = SEARCH.replace("charter", "team-api")
    gate.history.commit({
        **SMALLEST, SEARCH: charter("search"), "code/pay.py": "pass\n",
        CHECKOUT: CHARTER + "See [the code](../../code/pay.py).\n", api: "---\nkind: team-api\nteam: search\n---\n",
    })  # fmt: skip
    gate.history("sparse-checkout", "set", "--cone", "teams")
    assert not (gate.history.root / "code").exists()
    since = gate.report()["since"]
    assert (gate.new(), since["mended"]) == ([], 0), "the link leads nowhere, on both sides"
    assert since["old"] > 0
    gate.history.change({SEARCH: None})
    assert gate.new() != [], "what is deleted is deleted"


def test_in_the_midst_of_a_merge_what_main_did_is_old(gate: Gate) -> None:
    gate.history.commit(SMALLEST)
    gate.history("checkout", "--quiet", "-b", "topic")
    gate.history.commit({SEARCH: charter("search")})
    gate.history("checkout", "--quiet", "main")
    gate.history.commit({CHECKOUT: WRONG})
    gate.history("checkout", "--quiet", "topic")
    gate.history("merge", "--quiet", "--no-commit", "main")
    assert gate.new() == []
    gate.history.commit()
    assert gate.new() == []
    assert gate.report()["since"]["old"] == 1


def test_documents_in_a_submodule(gate: Gate, tmp_path: Path) -> None:
    search = History(tmp_path / "search")
    search.commit({"charter.md": charter("search", "nothing-of-the-kind")})
    gate.history.change(SMALLEST)
    gate.history("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(search.root), "teams/search")
    gate.history.commit()
    assert (gate.new(), gate.report()["since"]["old"]) == ([], 1)
    History(gate.history.root / "teams/search").commit({"charter.md": charter("search", "something-else")})
    gate.history.commit()
    assert gate.new(since="HEAD^") == [("AL202", SEARCH)]


def test_links_that_name_all_of_the_way(gate: Gate) -> None:
    schema = {"required": ["x-cost-centre"]}
    root = gate.history.root
    gate.history.change({
        **SMALLEST, "align.toml": '[schemas]\ncharter = "own.json"\n', "schemas/real.json": json.dumps(schema),
    })  # fmt: skip
    (root / "own.json").symlink_to(root / "schemas/real.json")
    (root / "again.md").symlink_to(f"../{root.name}/org.md")
    gate.history.commit()
    report = gate.report()
    assert report["since"] | {"base": ""} == {
        "ref": "main", "base": "", "old": 1, "mended": 0, "configuration": [], "empty": None,
    }  # fmt: skip
    gate.history.change({"schemas/real.json": "{}"})
    assert gate.report()["since"]["configuration"] == ["own.json"]


def test_a_configuration_with_other_line_ends_is_no_change(gate: Gate) -> None:
    gate.history.commit({**SMALLEST, "align.toml": "# ours\nformat = 1\n"})
    gate.history.change({"align.toml": "# ours\r\nformat = 1\r\n"})
    assert gate.report()["since"]["configuration"] == []


@pytest.mark.parametrize(
    "ref",
    ["v1", "v2", "HEAD^1", "HEAD~", "@~", "main^{/a state}", ":/of debts", "main@{0}", "refs/heads/main", "odd name"],
)
def test_revisions_of_all_sorts(gate: Gate, ref: str) -> None:
    gate.history.commit(ERROR)
    gate.history("commit", "--quiet", "--allow-empty", "--message=full of debts")
    gate.history("tag", "v1")
    gate.history("tag", "--annotate", "--message=two", "v2")
    gate.history("checkout", "--quiet", "-b", "topic")
    gate.history.commit({SEARCH: charter("search", "nothing-of-the-kind")})
    if ref == "odd name":
        one_sentence(gate(since=ref), "there is no revision `odd name` here")
        return
    assert gate.new(since=ref) == [("AL202", SEARCH)]
    assert gate.report(since=ref)["since"]["old"] == 1


def test_a_repo_in_an_odd_place(tool: Tool, tmp_path: Path) -> None:
    gate = Gate(tool, History(tmp_path / os.fsdecode(b"a b:c\n\xff" + '"é"'.encode())))
    gate.history.commit(ERROR)
    gate.history.change({SEARCH: charter("search", "nothing-of-the-kind")})
    assert gate.new() == [("AL202", SEARCH)]
    assert gate.report()["since"]["old"] == 1


def test_who_mends_what_hid_others_mistakes_is_not_blamed_for_them(gate: Gate) -> None:
    untraced = CHARTER.replace(", supports: [fewer-abandoned-carts]", "")
    gate.history.commit({"org.md": ORG.replace("outcomes:", "outcomes: ["), CHECKOUT: untraced})
    gate.history.change({"org.md": ORG})
    assert gate.new() == []
    report = gate.report()
    assert report["since"]["old"] > 0
    assert report["since"]["mended"] > 0
    assert gate.tool("check", "--as-of", DAY, cwd=gate.history.root).status == 1
