"""A repo that starts with findings, from outside: `--write-baseline`, `--baseline`, and how the debt shrinks."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.tool import CHARTER, DAY, ORG, SMALLEST, Run, Tool, listing, one_sentence, write

ON = ("--as-of", DAY)
NAME = "align-baseline.json"

GOALS = """\
---
kind: charter
team: checkout
mission: Returning customers pay without thinking about it.
goals:
  - {id: one-tap-pay, title: Customers pay in ten seconds}
  - {id: pay-twice, title: Nobody pays twice, supports: [fewer-abandoned-carts]}
  - {id: guests-pay, title: Guests pay without an account}
---
See [our notes](notes.md).
"""
FILES = {"org.md": ORG, "teams/checkout/charter.md": GOALS}
"""Two errors (AL301) and a warning (AL209)."""

ENTRIES = """\
{
  "version": 1,
  "findings": [
    {"code": "AL209", "identity": ["checkout", "charter", "link", "notes.md"]},
    {"code": "AL301", "identity": ["checkout/guests-pay", "supports"]},
    {"code": "AL301", "identity": ["checkout/one-tap-pay", "supports"]}
  ]
}
"""
KNOWN = f'[check]\nbaseline = "{NAME}"\n'


def check(tool: Tool, root: Path, *words: str | Path) -> Run:
    return tool("check", root, *ON, *words)


def indebted(tool: Tool, name: str = "repo") -> Path:
    """A repo whose findings are all known."""
    return tool.repo({**FILES, NAME: ENTRIES}, name, config=KNOWN)


def mended(root: Path, *goals: str) -> None:
    """Gives some goals their outcome."""
    place = root / "teams/checkout/charter.md"
    text = place.read_text()
    for goal in goals:
        at = text.index("}", text.index(goal))
        text = f"{text[:at]}, supports: [fewer-abandoned-carts]{text[at:]}"
    place.write_text(text)


# --- writing one ---


def test_writing_one_and_living_with_it(tool: Tool) -> None:
    root = tool.repo(FILES)
    assert check(tool, root).status == 1
    run = check(tool, root, "--write-baseline")
    assert (run.status, run.out) == (0, "")
    assert run.err.splitlines() == [
        f"wrote 3 findings to {NAME}",
        f'put `baseline = "{NAME}"` below `[check]` in align.toml, so that every check knows it',
    ]
    assert (root / NAME).read_text() == ENTRIES
    assert check(tool, root).status == 1  # nobody has said that it counts
    run = check(tool, root, "--baseline", root / NAME)
    assert (run.status, run.err, len(run.lines)) == (0, "", 1)
    assert run.lines[0].endswith("; 3 in the baseline")
    (root / "align.toml").write_text(KNOWN)
    run = check(tool, root)
    assert (run.status, run.err) == (0, "")
    assert "3 in the baseline" in run.out
    found = tool.json("check", root, *ON)
    assert (found["summary"]["baselined"], found["summary"]["errors"]) == (3, 0)
    assert {one["severity"] for one in found["diagnostics"]} == {"info"}


def test_advice_is_left_out_unless_it_fails_the_check(tool: Tool) -> None:
    root = tool.repo(FILES)
    check(tool, root, "--write-baseline", "--fail-on", "info")
    codes = {entry["code"] for entry in json.loads((root / NAME).read_text())["findings"]}
    assert {"AL208", "AL209", "AL301"} <= codes
    (root / "align.toml").write_text(KNOWN)
    assert check(tool, root, "--fail-on", "info").status == 0


def test_writing_it_again_says_how_many_it_listed(tool: Tool) -> None:
    root = indebted(tool)
    run = check(tool, root, "--write-baseline")
    assert run == Run(0, "", f"wrote 3 findings to {NAME}\n")
    mended(root, "one-tap-pay")
    assert check(tool, root, "--write-baseline").err == f"wrote 2 findings to {NAME}, which listed 3\n"
    (root / NAME).write_text("{}")
    one_sentence(check(tool, root), 'has no `"version": 1`', "--write-baseline")
    (root / NAME).write_text('{"findings": [\n<<<<<<< ours')
    assert check(tool, root, "--write-baseline").err == f"wrote 2 findings to {NAME}\n"


def test_a_clean_repo_writes_an_empty_one(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    assert check(tool, root, "--write-baseline").err.startswith(f"wrote 0 findings to {NAME}\n")
    assert json.loads((root / NAME).read_text()) == {"version": 1, "findings": []}
    assert check(tool, root, "--baseline", root / NAME).status == 0


def test_what_the_check_says_of_itself_is_no_debt(tool: Tool) -> None:
    text = GOALS.replace("mission:", "# align: ignore[AL205]: the old name goes\nmission:")
    root = tool.repo({**FILES, "teams/checkout/charter.md": text}, config='[check]\nignore = ["team-sizes"]\n')
    check(tool, root, "--write-baseline")
    assert (root / NAME).read_text() == ENTRIES


def test_quietly_and_with_its_mode(tool: Tool) -> None:
    root = tool.repo(FILES)
    assert check(tool, root, "--write-baseline", "--quiet") == Run(0, "", "")
    (root / NAME).chmod(0o640)
    check(tool, root, "--write-baseline")
    assert stat.S_IMODE((root / NAME).stat().st_mode) == 0o640
    assert not [place for place in root.iterdir() if place.name.startswith(".align-")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--select", "AL3"], "leave out --select and --ignore"),
        (["--ignore", "AL3"], "leave out --select and --ignore"),
        (["--fix"], "does not go with --fix"),
        (["--format", "json"], "does not go with --format json"),
        (["--statistics"], "does not go with --statistics"),
    ],
)
def test_contradictions(tool: Tool, words: list[str], said: str) -> None:
    root = tool.repo(FILES)
    before = listing(root)
    one_sentence(tool("check", "-C", root, *ON, "--write-baseline", *words), "--write-baseline", said)
    one_sentence(tool("check", *ON, "--write-baseline", root / "teams", *words), "--write-baseline")
    assert listing(root) == before


def test_the_file_is_named_by_the_other_option(tool: Tool) -> None:
    """`--write-baseline FILE` is what many will type first."""
    root = tool.repo(FILES)
    one_sentence(tool("check", "-C", root, "--write-baseline", root / "teams"), "; --baseline names the file")
    one_sentence(tool("check", "--write-baseline", "debts.json", cwd=root), "; --baseline names the file")
    run = tool("check", *ON, "--write-baseline", "--baseline", "debts.json", cwd=root)
    assert run.err.startswith("wrote 3 findings to debts.json\n")
    assert (root / "debts.json").read_text() == ENTRIES


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("org.md", "org.md is no baseline, and nothing else is overwritten"),
        ("align.toml", "align.toml is no baseline"),
        ("package.json", "package.json is no baseline"),
        ("teams", "teams is not a regular file"),
        ("link.json", "link.json "),
        ("no/such/folder.json", "no such file or directory; nothing was written"),
    ],
)
def test_nothing_else_is_overwritten(tool: Tool, name: str, said: str) -> None:
    root = tool.repo({**FILES, "package.json": '{"name": "x"}', "real.json": ENTRIES}, config="# ours\n")
    (root / "link.json").symlink_to("real.json")
    before = listing(root)
    one_sentence(check(tool, root, "--write-baseline", "--baseline", root / name), said)
    assert listing(root) == before


def test_outside_of_the_repo(tool: Tool) -> None:
    root = tool.repo(FILES)
    outside = tool.folder / "debts.json"
    run = check(tool, root, "--write-baseline", "--baseline", outside)
    assert run.err.splitlines() == [
        f"wrote 3 findings to {outside}",
        "it is outside of the repo: give it to each check with --baseline",
    ]
    assert check(tool, root, "--baseline", outside).status == 0
    assert tool("check", root, *ON, "--baseline", "../debts.json", cwd=root).status == 0
    mended(root, "one-tap-pay")
    run = check(tool, root, "--baseline", outside, "--format", "concise")
    assert f"{outside}:6:5: warning[AL902] the baseline lists AL301" in run.out
    assert check(tool, root, "--baseline", outside, "--fix").err == "fixed 1 finding in 1 file\n"
    assert "one-tap-pay" not in outside.read_text()


@pytest.mark.parametrize("name", ["../debts.json", "/etc/debts.json", "away/debts.json", "a/../../debts.json"])
def test_a_configuration_cannot_lead_out_of_the_repo(tool: Tool, name: str) -> None:
    """It may come with a stranger's pull request: nothing outside is read, let alone written."""
    root = tool.repo(FILES, config=f'[check]\nbaseline = "{name}"\n')
    (root / "a").mkdir()
    (tool.folder / "elsewhere").mkdir()
    (root / "away").symlink_to(tool.folder / "elsewhere")
    write(tool.folder, {"debts.json": ENTRIES, "elsewhere/debts.json": ENTRIES})
    before = listing(tool.folder)
    for words in ([], ["--write-baseline"], ["--fix"]):
        one_sentence(check(tool, root, *words), "leads out of the repo", name)
    assert listing(tool.folder) == before


def test_a_name_that_is_not_utf8(tool: Tool) -> None:
    root = tool.repo({"org.md": ORG})
    place = Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.md"))
    place.write_text(GOALS)
    check(tool, root, "--write-baseline")
    (root / NAME).read_text("utf-8")
    assert check(tool, root, "--baseline", root / NAME).status == 0


# --- reading one ---


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: no such file or directory; `align check --write-baseline` writes one"),
        ("", "is not valid JSON; write it again with `align check --write-baseline`"),
        ("{}", 'has no `"version": 1`'),
        (ENTRIES.replace("1,", "2,", 1), 'has no `"version": 1`'),
        (ENTRIES.replace('{"code": "AL209"', '{"kode": "AL209"'), "has an entry that is no finding"),
        (
            ENTRIES.replace('    {"code": "AL301"', '<<<<<<< HEAD\n    {"code": "AL301"', 1).replace(
                "  ]", "=======\n>>>>>>> other\n  ]"
            ),
            "has the marks of an unfinished merge; keep the entries of both sides",
        ),
        (b"\xff\xfe{\0}\0", "is UTF-16, not UTF-8"),
        (b'{"version": "caf\xe9"}', "is not UTF-8"),
    ],
)
def test_a_broken_one_stops_every_check(tool: Tool, text: str | bytes | None, said: str) -> None:
    root = tool.repo({**FILES, **({} if text is None else {NAME: text})}, config=KNOWN)
    before = listing(root)
    for words in ([], ["--fix"], ["--format", "json"], ["--fix", "--diff"]):
        one_sentence(check(tool, root, *words), f"the baseline {NAME} {said}")
    assert listing(root) == before


def test_a_folder_and_a_link_are_none(tool: Tool) -> None:
    root = tool.repo({**FILES, "real.json": ENTRIES})
    (root / "link.json").symlink_to("real.json")
    one_sentence(check(tool, root, "--baseline", root / "teams"), "is not a regular file")
    one_sentence(check(tool, root, "--baseline", root / "link.json"), "cannot be read")


def test_of_any_size_and_from_any_editor(tool: Tool) -> None:
    many = "".join(
        f'    {{"code": "AL202", "identity": ["team-{n}/goal", "supports", "{"x" * 80}"]}},\r\n' for n in range(15_000)
    )
    text = "\ufeff" + ENTRIES.replace("\n", "\r\n").replace("    {", many + "    {", 1)
    assert len(text) > 2_000_000
    root = tool.repo({**FILES, NAME: text}, config=KNOWN)
    run = check(tool, root, "--fix")
    assert (run.status, run.err) == (0, "fixed 15000 findings in 1 file\n")
    assert (root / NAME).read_bytes().decode() == "\ufeff" + ENTRIES.replace("\n", "\r\n")


def test_entries_written_twice_by_a_merge_count_twice(tool: Tool) -> None:
    root = indebted(tool)
    line = ENTRIES.splitlines()[4]
    (root / NAME).write_text(ENTRIES.replace(line, f"{line}\n{line}"))
    run = check(tool, root, "--format", "concise")
    assert run.status == 0
    assert (
        f"{NAME}:6:5: warning[AL902] the baseline lists AL301 for `checkout/guests-pay supports` once more" in run.out
    )
    assert check(tool, root, "--fix").err == "fixed 1 finding in 1 file\n"
    assert (root / NAME).read_text() == ENTRIES


def test_a_rule_that_does_not_exist(tool: Tool) -> None:
    root = indebted(tool)
    (root / NAME).write_text(ENTRIES.replace("AL209", "AL2090"))
    run = check(tool, root, "--format", "concise")
    assert run.status == 1
    assert f"{NAME}:4:5: error[AL901] the baseline names the rule `AL2090`, which does not exist" in run.out


# --- the debt only shrinks ---


def test_what_is_mended_is_reported_until_it_is_taken_out(tool: Tool) -> None:
    root = indebted(tool)
    mended(root, "one-tap-pay")
    run = check(tool, root)
    assert run.status == 0
    assert "the baseline lists AL301 for `checkout/one-tap-pay supports`, which is no longer found" in run.out
    assert "help: `align check --fix` takes it out" in run.out
    assert check(tool, root, "--fail-on", "warning").status == 1
    run = check(tool, root, "--fix", "--diff")
    assert (run.status, run.err) == (1, "would fix 1 finding in 1 file\n")
    assert '-    {"code": "AL301", "identity": ["checkout/one-tap-pay", "supports"]}' in run.out
    run = check(tool, root, "--fix")
    assert (run.status, run.err) == (0, "fixed 1 finding in 1 file\n")
    lines = ENTRIES.splitlines(keepends=True)
    assert (root / NAME).read_text() == "".join([*lines[:4], lines[4].replace(",\n", "\n"), *lines[6:]])
    assert check(tool, root, "--fix").err == "nothing to fix\n"
    text = (root / "teams/checkout/charter.md").read_text()
    (root / "teams/checkout/charter.md").write_text(GOALS)
    assert check(tool, root).status == 1  # what comes back is new
    assert "one-tap-pay" not in (root / NAME).read_text()
    (root / "teams/checkout/charter.md").write_text(text)


def test_the_option_goes_before_the_configuration(tool: Tool) -> None:
    root = indebted(tool)
    write(root, {"other.json": '{"version": 1, "findings": []}'})
    assert check(tool, root, "--baseline", root / "other.json").status == 1
    run = check(tool, root, "--write-baseline", "--baseline", root / "other.json")
    assert run.err.startswith("wrote 3 findings to other.json, which listed 0\n")
    assert (root / "other.json").read_text() == (root / NAME).read_text() == ENTRIES


def test_a_hostile_name_is_harmless(tool: Tool) -> None:
    root = tool.repo(FILES, config='[check]\nbaseline = "a\\u001b[31m\\n::error::b.json"\n')
    run = check(tool, root, "--write-baseline")
    assert run.status == 0
    assert "\x1b" not in run.err
    assert "\n::" not in run.err
    assert check(tool, root).status == 0


def test_the_last_one_leaves_an_empty_file(tool: Tool) -> None:
    root = indebted(tool)
    write(root, SMALLEST)
    assert check(tool, root, "--fix").err == "fixed 3 findings in 1 file\n"
    assert json.loads((root / NAME).read_text()) == {"version": 1, "findings": []}
    assert check(tool, root).status == 0


def test_a_new_finding_is_never_swallowed(tool: Tool) -> None:
    root = indebted(tool)
    place = root / "teams/checkout/charter.md"
    for text in (
        GOALS.replace("id: one-tap-pay", "id: another"),
        GOALS.replace(", supports: [fewer-abandoned-carts]", ""),
        GOALS.replace("[fewer-abandoned-carts]", "[nothing-like-it]"),
        GOALS + "And [more](more.md).\n",
        GOALS + "And [again](notes.md).\n",
    ):
        place.write_text(text)
        before = (root / NAME).read_text()
        assert check(tool, root, "--fail-on", "warning").status == 1, text
        assert check(tool, root, "--fix", "--unsafe-fixes", "--fail-on", "warning").status == 1, text
        assert set((root / NAME).read_text().splitlines()) <= set(before.replace("},", "}").splitlines()) | set(
            before.splitlines()
        )
        write(root, {NAME: ENTRIES})


def test_fixing_and_shrinking_in_one_go(tool: Tool) -> None:
    """A fix takes an entry's ground away: both are counted, both files are written."""
    text = GOALS.replace("(notes.md)", "(Notes.md)").replace("account}", "account, supports: [fewer-abandonned-carts]}")
    root = tool.repo(
        {**FILES, "teams/checkout/charter.md": text, "teams/checkout/other.txt": "", NAME: ENTRIES}, config=KNOWN
    )
    (root / "teams/checkout/notes.md").write_text("x\n")
    run = check(tool, root, "--fix", "--unsafe-fixes", "--format", "concise")
    assert (run.status, run.err) == (0, "fixed 4 findings in 2 files\n")
    assert json.loads((root / NAME).read_text())["findings"] == [
        {"code": "AL301", "identity": ["checkout/one-tap-pay", "supports"]}
    ]
    assert run.lines[-1].endswith("; 1 in the baseline")
    assert len(run.lines) == 1


@pytest.mark.parametrize("words", [["--select", "AL2"], ["--ignore", "AL3"], ["--select", "AL209,AL902"]])
def test_nothing_goes_because_only_some_rules_ran(tool: Tool, words: list[str]) -> None:
    root = indebted(tool)
    mended(root, "one-tap-pay")
    run = check(tool, root, *words, "--fix")
    assert (run.status, run.err) == (0, "nothing to fix\n")
    assert (root / NAME).read_text() == ENTRIES


def test_nothing_goes_that_was_not_asked_for(tool: Tool) -> None:
    root = indebted(tool)
    mended(root, "one-tap-pay")
    for words in (["--ignore", "AL902"], ["--ignore", "unused-suppression"], ["--select", "AL301"]):
        assert check(tool, root, *words, "--fix").err == "nothing to fix\n", words
    (root / "align.toml").write_text(KNOWN + 'ignore = ["AL902"]\n')
    assert check(tool, root, "--fix").err == "nothing to fix\n"
    assert (root / NAME).read_text() == ENTRIES


def test_nothing_goes_because_only_some_documents_were_asked_for(tool: Tool) -> None:
    root = indebted(tool)
    mended(root, "one-tap-pay")
    for path in ("teams", "teams/checkout/charter.md", "org.md"):
        run = tool("check", root / path, *ON, "--fix")
        assert (run.status, run.err) == (0, "nothing to fix\n")
        assert "AL902" not in run.out
    assert (root / NAME).read_text() == ENTRIES
    assert tool("check", root, root / "teams", *ON, "--fix").err == "fixed 1 finding in 1 file\n"


@pytest.mark.parametrize(
    "break_",
    [
        lambda text: text.replace("goals:", "goals: ["),
        lambda text: text.replace("mission:", "mision:"),
        lambda text: text.replace("account}", "account, supports: [no-such-thing]}"),
        lambda text: text.replace("---\nkind", "kind", 1),
        lambda text: "",
    ],
)
def test_nothing_goes_because_something_is_broken(tool: Tool, break_: Callable[[str], str]) -> None:
    root = indebted(tool)
    mended(root, "one-tap-pay")
    place = root / "teams/checkout/charter.md"
    whole = place.read_text()
    place.write_text(break_(whole))
    run = check(tool, root, "--fix", "--format", "concise")
    assert "AL902" not in run.out
    assert (root / NAME).read_text() == ENTRIES
    place.write_text(whole)
    assert check(tool, root, "--fix").err == "fixed 1 finding in 1 file\n"


# --- what stays the same fact ---


def test_lines_and_files_may_move_and_a_team_may_be_renamed(tool: Tool) -> None:
    root = indebted(tool)
    write(root, {"teams/checkout/charter.md": GOALS.replace("goals:", "tags: [a]\n\n# ours\ngoals:")})
    assert check(tool, root, "--fail-on", "warning").status == 0
    (root / "teams/checkout").rename(root / "teams/payments")
    renamed = GOALS.replace("team: checkout\n", "team: payments\nformerly: [checkout]\n")
    write(root, {"teams/payments/charter.md": renamed})
    run = check(tool, root, "--fail-on", "warning")
    assert run.status == 0, run.out
    write(root, {"teams/payments/charter.md": renamed.replace("formerly: [checkout]\n", "")})
    assert check(tool, root).status == 1


def test_the_answer_is_the_same_whatever_the_order(tool: Tool) -> None:
    root = indebted(tool)
    lines = ENTRIES.splitlines()
    shuffled = "\n".join([*lines[:3], lines[5] + ",", lines[3], lines[4].rstrip(","), *lines[6:], ""])
    write(root, {NAME: shuffled})
    assert check(tool, root, "--fail-on", "warning").status == 0
    assert CHARTER
