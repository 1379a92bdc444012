"""``align new-team`` from outside: files that pass the check, all of them or none, and questions in a terminal."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.tool import ALIGN, CHARTER, DAY, ORG, SMALLEST, Tool, listing, one_sentence, unstyled, write

GUARDED = """\
---
kind: org
name: Parcelry
north-star: Anyone can send a parcel anywhere with one tap.
outcomes:
  - {id: fewer-abandoned-carts, title: Fewer carts are abandoned}
  - {id: fewer-returns, title: Fewer parcels come back}
  - {id: old-dream, title: An old dream, status: dropped}
guardrails:
  - {id: card-data, title: Card numbers stay out, why: One leak would end us., evidence: required}
  - {id: on-call, title: Somebody answers at night, why: Parcels travel at night., level: should}
  - {id: scanned, title: Images are scanned, why: A bad image runs everywhere., enforcement: automated, automation: the build}
  - {id: platforms, title: Platforms publish an SLO, why: Others plan with it., applies-to: {types: [platform]}}
  - {id: old-rule, title: An old rule, why: It was needed once., status: archived}
  - {id: others, title: Only for checkout, why: It has the money., applies-to: {teams: [checkout]}}
---
"""
CHECKOUT = CHARTER.replace(
    "goals:", "type: stream-aligned\nguardrails: [{id: card-data, evidence: [/org.md]}, on-call, others]\ngoals:"
)
FILES = {"org.md": GUARDED, "teams/checkout/charter.md": CHECKOUT}


def written(root: Path, team: str = "returns", folder: str = "teams") -> tuple[str, str]:
    place = root / folder / team
    assert sorted(path.name for path in place.iterdir()) == ["charter.md", "team-api.md"]
    return (place / "charter.md").read_text(encoding="utf-8"), (place / "team-api.md").read_text(encoding="utf-8")


def passes(tool: Tool, root: Path) -> None:
    run = tool("check", root, "--as-of", DAY)
    assert run.status == 0, run.out
    assert run.out.splitlines()[-1].startswith("0 errors")


def refused(tool: Tool, root: Path, *words: str, says: tuple[str, ...] = ()) -> str:
    before = listing(root, tool.home)
    sentence = one_sentence(tool("new-team", *words, cwd=root), *says)
    assert listing(root, tool.home) == before
    return sentence


# --- what it writes ---


def test_with_nothing_but_an_id(tool: Tool) -> None:
    root = tool.repo(FILES)
    before = listing(root)
    run = tool("new-team", "returns", "--as-of", DAY, cwd=root)
    assert (run.status, run.err) == (0, "")
    charter, api = written(root)
    for line in ("kind: charter", "team: returns", "status: forming", f"since: {DAY}"):
        assert line in charter.splitlines()
    assert "kind: team-api" in api.splitlines()
    assert "team: returns" in api.splitlines()
    assert set(before) - {str(root / "teams")} <= set(listing(root))
    assert {key for key in listing(root) if key not in before} == {
        str(root / "teams/returns"), str(root / "teams/returns/charter.md"), str(root / "teams/returns/team-api.md"),
    }  # fmt: skip
    for words in ("teams/returns/charter.md", "teams/returns/team-api.md", "align check"):
        assert words in run.out
    passes(tool, root)


def test_with_everything(tool: Tool) -> None:
    root = tool.repo(FILES)
    run = tool(
        "new-team", "returns", "--name", "Returns & Refunds", "--type", "platform", "--mission", "Senders get it back: fast #1",
        "--lead", "head of returns", "--goal", "Refunds arrive on the same day", "--supports", "fewer-returns",
        "--supports", "checkout/one-tap-pay", "--as-of", DAY, cwd=root,
    )  # fmt: skip
    assert run.status == 0
    charter, _ = written(root)
    for words in (
        "type: platform",
        '"Senders get it back: fast #1"',
        "lead: head of returns",
        "fewer-returns, checkout/one-tap-pay",
    ):
        assert words in charter
    passes(tool, root)
    tree = tool("tree", "fewer-returns", cwd=root).out
    assert "Refunds arrive on the same day" in tree


def test_the_guardrails_that_will_apply_are_listed_with_their_reasons(tool: Tool) -> None:
    root = tool.repo(FILES)
    tool("new-team", "returns", "--type", "stream-aligned", cwd=root)
    charter, _ = written(root)
    for words in ("card-data", "One leak would end us.", "on-call", "Parcels travel at night."):
        assert words in charter
    for words in ("scanned", "old-rule", "others", "platforms"):
        assert words not in charter
    tool("new-team", "rails", "--type", "platform", cwd=root)
    assert "platforms" in written(root, "rails")[0]
    tool("new-team", "unsure", cwd=root)
    assert "platforms" in written(root, "unsure")[0]  # it may apply: nobody said that it does not


@pytest.mark.parametrize("removed", [r"#", r"# ?"], ids=["the hash alone", "as editors do"])
def test_the_guardrails_are_ready_to_be_filled_in(tool: Tool, removed: str) -> None:
    """`Remove the hash before guardrails: and before each one that holds`: the result passes, without AL401."""
    root = tool.repo(FILES)
    tool("new-team", "returns", "--type", "stream-aligned", "--as-of", DAY, cwd=root)
    place = root / "teams/returns/charter.md"
    text = place.read_text()
    assert "Remove the hash before `guardrails:` and before each one that holds." in text
    head, mark, rest = text.partition("Remove the hash")
    rest = re.sub(rf"^{removed}(?= *(?:guardrails:|- ))", "", rest, flags=re.M)
    place.write_text((head + mark + rest).replace("path or URL", "/org.md"))
    passes(tool, root)
    assert "AL401" not in tool.codes(root)
    assert tool.json("check", root)["summary"]["goals"] == 1


def test_a_forming_team_has_time(tool: Tool) -> None:
    root = tool.repo(FILES)
    tool("new-team", "returns", "--type", "stream-aligned", "--as-of", DAY, cwd=root)
    found = tool.json("check", root, "--as-of", DAY, "--select", "AL401")["diagnostics"]
    assert {item["severity"] for item in found} == {"warning"}
    assert tool("check", root, "--as-of", "2027-02-18").status == 0
    assert tool("check", root, "--as-of", "2027-02-19").status == 1


def test_another_folder(tool: Tool) -> None:
    root = tool.repo(FILES)
    assert tool("new-team", "returns", "--dir", "company/care", cwd=root).status == 0
    written(root, folder="company/care")
    passes(tool, root)
    assert tool("new-team", "refunds", "--dir", "company/care/", cwd=root).status == 0
    assert tool("new-team", "claims", "--dir", ".", cwd=root).status == 0
    assert sorted(path.name for path in (root / "claims").iterdir()) == ["charter.md", "team-api.md"]


def test_the_folder_is_from_the_root_and_not_from_here(tool: Tool) -> None:
    root = tool.repo(FILES)
    assert tool("new-team", "returns", cwd=root / "teams/checkout").status == 0
    written(root)
    assert tool("new-team", "claims", "-C", root / "teams").status == 0
    written(root, "claims")


def test_dry_run_prints_and_writes_nothing(tool: Tool) -> None:
    root = tool.repo(FILES)
    before = listing(root, tool.home)
    run = tool("new-team", "returns", "--dry-run", "--as-of", DAY, cwd=root)
    assert (run.status, run.err) == (0, "")
    assert listing(root, tool.home) == before
    tool("new-team", "returns", "--as-of", DAY, cwd=root)
    charter, api = written(root)
    assert charter in run.out
    assert api in run.out
    assert "teams/returns/charter.md" in run.out


def test_a_dry_run_refuses_what_a_real_one_would(tool: Tool) -> None:
    root = tool.repo({**FILES, "teams/returns/charter.md": "# Just a note\n"})
    for words in (
        ["checkout"],
        ["Bad Id"],
        ["x", "--dir", "../.."],
        ["x", "--dir", "/tmp"],
        ["x", "--goal", "A", "--supports", "nope"],
        ["returns"],
    ):
        refused(tool, root, *words, "--dry-run")


def test_files_are_utf8_with_plain_line_ends_and_usual_rights(tool: Tool) -> None:
    root = tool.repo(FILES)
    assert (
        tool(
            "new-team",
            "returns",
            "--name",
            "Rückgabe 返品",
            "--mission",
            "Alle bekommen ihr Geld zurück – sofort.",
            cwd=root,
        ).status
        == 0
    )
    for name in ("charter.md", "team-api.md"):
        data = (root / "teams/returns" / name).read_bytes()
        assert data.decode("utf-8").endswith("\n")
        assert b"\r" not in data
        assert (root / "teams/returns" / name).stat().st_mode & 0o777 == 0o666 & ~current_umask()
    assert "Rückgabe 返品" in written(root)[0]
    passes(tool, root)


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_quiet(tool: Tool) -> None:
    root = tool.repo(FILES)
    run = tool("new-team", "returns", "--quiet", cwd=root)
    assert (run.status, run.out, run.err) == (0, "", "")
    written(root)


NASTY = [
    "a: b #c", "- dash", "--dashes", "@at", "[bracket] {brace", "say \"hi\" it's", "back\\slash", "line\nbreak\rhere", "no", "1e3", "---", "日本語 🎉",
    "\u2028sep\u0085nel", "\u202ertl \x1b[31m", "\ufeffbom \uffff \ufffe", "TODO", "x" * 3000, "[a](b.md) --> <!--",
]  # fmt: skip


def test_any_text_passes_the_check(tool: Tool) -> None:
    root = tool.repo(FILES)
    for number, text in enumerate(NASTY):
        run = tool(
            "new-team", f"team-{number}", f"--name={text}", f"--mission={text}", f"--lead={text}", f"--goal={text}",
            "--supports", "fewer-returns", "--type", "platform", cwd=root,
        )  # fmt: skip
        assert (run.status, run.err) == (0, ""), (text, run)
    report = tool.json("check", root, "--fail-on", "error")
    errors = [(item["path"], item["message"]) for item in report["diagnostics"] if item["severity"] == "error"]
    assert errors == []
    assert report["summary"]["teams"] == len(NASTY) + 1


# --- what it refuses ---


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["checkout"], ("checkout", "exists", "teams/checkout/charter.md")),
        (["Returns"], ("Returns", "`returns`")),
        (["my returns"], ("`my-returns`",)),
        (["returns_team"], ("`returns-team`",)),
        (["-x-"], ()),
        (["a--b"], ("`a-b`",)),
        (["größe"], ()),
        ([""], ()),
        (
            [
                "..",
            ],
            (),
        ),
        (["../../x"], ("../../x",)),
        (["/etc/x"], ()),
        (["a/b"], ()),
        (["x" * 65], ()),
        (["returns\n"], ()),
        (["returns", "--dir", "../.."], ("../..",)),
        (["returns", "--dir", "teams/../../x"], ()),
        (["returns", "--dir", "/tmp/abs"], ("/tmp/abs",)),
        (["returns", "--goal", "A change", "--supports", "fewer-retruns"], ("fewer-retruns", "`fewer-returns`")),
        (["returns", "--goal", "A change", "--supports", "checkout/one-tap-play"], ("`checkout/one-tap-pay`",)),
        (["returns", "--goal", "A change", "--supports", "checkout"], ("checkout", "team")),
        (["returns", "--goal", "A change", "--supports", "zzz"], ("zzz", "fewer-returns")),
        (["returns", "--goal", "A change"], ("--supports", "fewer-returns")),
        (["returns", "--goal", "", "--supports", "fewer-returns"], ("--goal",)),
        (["returns", "--goal", " \t", "--supports", "fewer-returns"], ("--goal",)),
        (["returns", "--supports", "fewer-returns"], ("--goal",)),
        (["returns", "--mission", " "], ("--mission",)),
        (["returns", "--name", "\n"], ("--name",)),
        (["returns", "--lead", ""], ("--lead",)),
        (["returns", "--mission", "\ufeff"], ("--mission",)),
        (["returns", "--name", "\x1c"], ("--name",)),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_refusals_write_nothing_and_suggest(tool: Tool, words: list[str], says: tuple[str, ...]) -> None:
    root = tool.repo(FILES)
    before = listing(tool.folder)
    if words[0].startswith("-"):
        words = ["--", *words]
    refused(tool, root, *words, says=says)
    assert {key for key in listing(tool.folder) if key not in before} == set()


def test_an_unknown_type(tool: Tool) -> None:
    root = tool.repo(FILES)
    run = tool("new-team", "returns", "--type", "platfrom", cwd=root)
    assert run.status == 2
    assert "platform" in run.err
    assert not (root / "teams/returns").exists()


def test_a_former_name_is_taken_too(tool: Tool) -> None:
    root = tool.repo(
        {**FILES, "teams/checkout/charter.md": CHECKOUT.replace("goals:", "formerly: [basket]\ngoals:", 1)}
    )
    refused(tool, root, "basket", says=("basket", "checkout"))


def test_a_name_that_an_unreadable_charter_holds_is_taken(tool: Tool) -> None:
    root = tool.repo({**FILES, "care/returns/charter.md": "---\nkind: charter\nteam: returns\nmission: a: b\n---\n"})
    refused(tool, root, "returns", says=("returns", "care/returns/charter.md"))


def test_a_retired_outcome_is_not_offered_and_not_silently_taken(tool: Tool) -> None:
    """The result passes the check with no error; that the outcome is dropped is said in a warning at least."""
    root = tool.repo(FILES)
    run = tool("new-team", "returns", "--goal", "A change", "--supports", "old-dream", cwd=root)
    if run.status == 0:
        assert "AL206" in tool.codes(root)
        passes(tool, root)
    else:
        one_sentence(run, "old-dream")


def test_a_former_name_of_an_outcome_is_understood(tool: Tool) -> None:
    """`formerly` keeps old references readable: they resolve, with a warning."""
    org = GUARDED.replace("{id: fewer-returns,", "{id: fewer-returns, formerly: [less-returns-than-ever],")
    root = tool.repo({**FILES, "org.md": org})
    run = tool("new-team", "returns", "--goal", "A change", "--supports", "less-returns-than-ever", cwd=root)
    if run.status == 0:
        passes(tool, root)
    else:
        one_sentence(run, "`fewer-returns`")


def test_no_org(tool: Tool, tmp_path: Path) -> None:
    root = tool.repo({"teams/checkout/charter.md": CHARTER}, "orgless")
    refused(tool, root, "returns", says=("org", "align init"))
    (tmp_path / "empty").mkdir()
    refused(tool, tmp_path / "empty", "returns", says=("org", "align init"))


# --- all files or none ---


@pytest.mark.parametrize("name", ["charter.md", "team-api.md"])
def test_nothing_is_overwritten(tool: Tool, name: str) -> None:
    """A file of another kind stands in the place of one of the two: neither is written."""
    root = tool.repo({**FILES, f"teams/returns/{name}": "# My notes\n"})
    refused(tool, root, "returns", says=(f"teams/returns/{name}",))
    assert [path.name for path in (root / "teams/returns").iterdir()] == [name]


def test_a_dangling_link_counts_as_there(tool: Tool) -> None:
    root = tool.repo(FILES)
    (root / "teams/returns").mkdir()
    (root / "teams/returns/charter.md").symlink_to(tool.folder / "outside.md")
    refused(tool, root, "returns", says=("teams/returns/charter.md",))
    assert not (tool.folder / "outside.md").exists()


def test_a_folder_that_is_a_file(tool: Tool) -> None:
    root = tool.repo({**FILES, "teams/returns": "not a folder\n"})
    refused(tool, root, "returns")
    root = tool.repo({**FILES, "company": "not a folder\n"}, "other")
    refused(tool, root, "returns", "--dir", "company/teams")


def test_a_folder_that_leads_out_of_the_repo(tool: Tool, tmp_path: Path) -> None:
    root = tool.repo(FILES)
    (tmp_path / "outside").mkdir()
    (root / "away").symlink_to(tmp_path / "outside", target_is_directory=True)
    refused(tool, root, "returns", "--dir", "away")
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_folder_that_nobody_may_write_to(tool: Tool) -> None:
    """Where root runs the tests rights mean nothing, and the file system refuses by another means."""
    root = tool.repo(FILES)
    if os.geteuid() == 0:
        place = "/proc/self"  # refuses even root
        (root / "teams/returns").symlink_to(place, target_is_directory=True)
        before = listing(root)
        one_sentence(tool("new-team", "returns", cwd=root))
        assert listing(root) == before
        return
    (root / "teams").chmod(0o555)  # pragma: no cover - as an ordinary user
    try:
        refused(tool, root, "returns", says=("teams",))
    finally:
        (root / "teams").chmod(0o755)


def test_a_scaffold_that_git_or_the_configuration_would_pass_over(tool: Tool) -> None:
    """A team that the check would never see must not look created."""
    root = tool.repo(FILES, config='exclude = ["labs/**"]\n')
    run = tool("new-team", "returns", "--dir", "labs", cwd=root)
    if run.status == 0:
        assert tool.json("check", root)["summary"]["teams"] == 2, "it wrote what `align check` does not read"
    else:
        one_sentence(run, "labs")


# --- questions in a terminal ---


def test_in_a_terminal_it_asks_for_what_was_not_given(tool: Tool) -> None:
    root = tool.repo(FILES)
    run = tool.terminal(
        "new-team", "returns", "--as-of", DAY, cwd=root, env={"NO_COLOR": "1"},
        answers=[
            ("Mission", "Senders get their money back."),
            ("Type", "gizmo"),
            ("choose one of", "platform"),
            ("Lead", "head of returns"),
            ("First goal", "Refunds arrive on the same day"),
            ("Which outcomes", "fewer-retruns"),
            ("did you mean `fewer-returns`?", "9"),
            ("9", ""),
            ("Which outcomes", "2"),
        ],
    )  # fmt: skip
    assert run.status == 0, run.out
    assert "Traceback" not in run.out
    charter, _ = written(root)
    for line in ("mission: Senders get their money back.", "type: platform", "lead: head of returns"):
        assert line in charter
    assert "    title: Refunds arrive on the same day" in charter
    assert "    supports: [fewer-returns]" in charter
    passes(tool, root)


def test_active_outcomes_are_offered_with_their_titles(tool: Tool) -> None:
    root = tool.repo(FILES)
    run = tool.terminal(
        "new-team", "returns", "--mission", "M.", "--type", "platform", "--lead", "x", "--goal", "G", cwd=root,
        answers=[("Which outcomes", "1, 2")],
    )  # fmt: skip
    shown = unstyled(run.out)
    assert "1. Fewer carts are abandoned (fewer-abandoned-carts)" in shown
    assert "2. Fewer parcels come back (fewer-returns)" in shown
    assert "An old dream" not in shown
    assert "supports: [fewer-abandoned-carts, fewer-returns]" in written(root)[0]


def test_empty_answers_leave_things_out(tool: Tool) -> None:
    root = tool.repo(FILES)
    answers = [(word, "") for word in ("Mission", "Type", "Lead", "First goal")]
    run = tool.terminal("new-team", "returns", cwd=root, answers=answers)
    assert run.status == 0
    charter, _ = written(root)
    assert "lead:" not in charter
    assert "type:" not in charter
    passes(tool, root)


def test_what_was_given_is_not_asked(tool: Tool) -> None:
    root = tool.repo(FILES)
    run = tool.terminal(
        "new-team",
        "returns",
        "--mission",
        "M.",
        "--type",
        "platform",
        "--lead",
        "x",
        "--goal",
        "G",
        "--supports",
        "fewer-returns",
        cwd=root,
    )
    assert run.status == 0
    assert "Mission" not in run.out
    written(root)


@pytest.mark.parametrize(
    "words",
    [
        ["checkout"],
        ["Bad Id"],
        ["returns", "--dir", "../.."],
        ["returns", "--mission", " "],
        ["returns", "--goal", "G", "--supports", "nope"],
    ],
    ids=" ".join,
)
def test_wrong_options_are_refused_before_the_first_question(tool: Tool, words: list[str]) -> None:
    """Nobody answers four questions to learn that the fifth thing was wrong from the start."""
    run = tool.terminal("new-team", *words, cwd=tool.repo(FILES))
    assert run.status == 2, run


def test_a_reference_without_a_goal_makes_it_ask_for_the_goal(tool: Tool) -> None:
    """`In a terminal it asks for what was not given`."""
    root = tool.repo(FILES)
    run = tool.terminal(
        "new-team", "returns", "--mission", "M.", "--type", "platform", "--lead", "x", "--supports", "fewer-returns", cwd=root,
        answers=[("First goal", "Refunds arrive at once")],
    )  # fmt: skip
    assert run.status == 0, run.out
    assert "supports: [fewer-returns]" in written(root)[0]


def test_what_exists_is_refused_before_the_first_question(tool: Tool) -> None:
    root = tool.repo({**FILES, "teams/returns/team-api.md": "# Notes\n"})
    run = tool.terminal("new-team", "returns", cwd=root, answers=[])
    assert run.status == 2, run


def test_an_interrupted_question_writes_nothing(tool: Tool) -> None:
    root = tool.repo(FILES)
    before = listing(root)
    for key in ("\x03", "\x04"):  # Ctrl-C, Ctrl-D
        run = tool.terminal("new-team", "returns", cwd=root, answers=[("Mission", key)])
        assert run.status == 130
        assert run.out.rstrip().endswith("align: stopped")
        assert listing(root) == before


def test_never_asks_when_either_end_is_no_terminal(tool: Tool) -> None:
    root = tool.repo(FILES)
    run = tool("new-team", "returns", cwd=root, stdin="An answer\nthat nobody\nasked for\n\n")
    assert run.status == 0
    assert "Mission (" not in run.out
    assert "An answer" not in written(root)[0]


def test_blank_and_odd_answers_pass_the_check(tool: Tool) -> None:
    root = tool.repo(FILES)
    run = tool.terminal(
        "new-team", "returns", cwd=root,
        answers=[("Mission", "  "), ("Type", "PLATFORM"), ("", ""), ("Lead", "- #: '\""), ("First goal", "日本語: #1"), ("Which outcomes", "fewer-returns 2")],
    )  # fmt: skip
    assert run.status == 0, run.out
    passes(tool, root)
    assert written(root)[0].count("fewer-returns") == 1


def test_two_at_once_make_one_team(tool: Tool) -> None:
    """Whoever comes second is refused, and no file is half one's and half the other's."""
    root = tool.repo(FILES)
    runs = [
        subprocess.Popen(
            [ALIGN, "new-team", "returns", "--lead", f"lead {number}"],
            cwd=root,
            env=tool.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for number in range(4)
    ]
    for run in runs:
        run.communicate(timeout=30)
    assert sorted(run.returncode for run in runs) == [0, 2, 2, 2]
    charter, _ = written(root)
    winner = next(number for number, run in enumerate(runs) if run.returncode == 0)
    assert f"lead: lead {winner}" in charter


def test_new_teams_of_a_whole_company(tool: Tool) -> None:
    """One after the other, each with a goal that supports the one before."""
    root = write(tool.folder / "company", {"org.md": ORG, "align.toml": ""})
    before = "fewer-abandoned-carts"
    for number in range(4):
        assert (
            tool("new-team", f"team-{number}", "--goal", f"Step {number}", "--supports", before, cwd=root).status == 0
        )
        before = f"team-{number}/step-{number}"
    passes(tool, root)
    assert tool.codes(root, "--select", "AL3") == ["AL309"]


def test_the_smallest_repo_gets_a_team_without_a_word_of_guardrails(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    tool("new-team", "returns", cwd=root)
    assert "guardrail" not in written(root)[0]
    passes(tool, root)
