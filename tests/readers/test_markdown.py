"""The page for job summaries and comments, through a CommonMark parser with GitHub's tables."""

from __future__ import annotations

import itertools
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligncli.diagnostics import Diagnostic, Position, Range, Severity
from aligncli.engine import Report, Since, Summary
from aligncli.render.check import Checked
from aligncli.render.markdown import MOST, markdown
from aligncli.render.markup import code, link, sentence, text
from tests import EXAMPLES
from tests.cli.tool import DAY, ERROR, ORG, SMALLEST, WARNING, Tool
from tests.nasty import TEXTS
from tests.readers.markdown import MARKER, read
from tests.readers.test_github import charter

NOTHING = Summary(2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2)


def page(tool: Tool, root: Path, *words: str, env: dict[str, str] | None = None) -> str:
    run = tool("check", root, "--format", "markdown", "--as-of", DAY, *words, env=env)
    assert run.status in (0, 1), run
    assert run.err == ""
    return run.out


def test_a_clean_check_is_short_and_friendly(tool: Tool) -> None:
    out = page(tool, EXAMPLES)
    assert out.splitlines()[0] == MARKER
    found = read(out)
    assert found.headings == [("h2", "align: everything fits together")]
    assert "0 errors, 0 warnings in 46 documents (13 teams" in out
    assert (found.tables, found.links, found.entries) == ([], [], [])
    assert len(out) < 400


def test_the_table_and_the_findings_of_each_team(tool: Tool) -> None:
    files = {
        **SMALLEST,
        "org.md": ORG + "[x](gone.md)\n",
        "teams/a/charter.md": charter("a", 1, 2),
        "teams/z/charter.md": charter("z", 2, 0),
    }
    found = read(page(tool, tool.repo(files)))
    assert found.html == [MARKER]
    assert found.headings == [
        ("h2", "align: this does not pass"),
        ("h3", "z: 2 errors"),
        ("h3", "a: 1 error, 2 warnings"),
        ("h3", "the organisation: 1 warning"),
    ]
    assert found.tables == [
        [["team", "errors", "warnings"], ["z", "2", "0"], ["a", "1", "2"], ["the organisation", "0", "1"]]
    ]
    assert len(found.entries) == 6
    assert found.entries[0].startswith("error AL202 teams/z/charter.md:6: goal z/goal-0 supports nobody-knows-0, which")
    links = dict(found.links)
    assert links["z"] == "teams/z/charter.md#L6"
    assert links["teams/a/charter.md:8"] == "teams/a/charter.md#L8"
    assert links["AL202"].endswith("docs/rules.md#al202-unknown-reference")


def test_advice_has_a_column_where_it_is_asked_for(tool: Tool) -> None:
    (table,) = read(page(tool, tool.repo(ERROR), "--show", "info")).tables
    assert table[0] == ["team", "errors", "warnings", "infos"]
    assert [row[0] for row in table[1:]] == ["checkout", "the organisation"]


def test_a_warning_passes_unless_it_fails_the_check(tool: Tool) -> None:
    root = tool.repo(WARNING)
    assert read(page(tool, root)).headings[0][1] == "align: this passes, with something to look at"
    assert read(page(tool, root, "--fail-on", "warning")).headings[0][1] == "align: this does not pass"


def test_in_actions_links_lead_to_the_revision(tool: Tool) -> None:
    env = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_REPOSITORY": "some/charters",
        "GITHUB_SHA": "f" * 40,
    }
    root = tool.repo({**SMALLEST, "teams/ä (1)/charter.md": charter("a", 1, 0)})
    targets = [target for _, target in read(page(tool, root, env=env)).links]
    blob = f"https://github.example/some/charters/blob/{'f' * 40}/"
    assert blob + "teams/%C3%A4%20%281%29/charter.md?plain=1#L6" in targets
    assert all(target.startswith((blob, "https://github.com/aligncli/align/")) for target in targets)


def test_what_has_no_room_is_counted_and_errors_come_first(tool: Tool) -> None:
    files: dict[str, str | bytes] = dict(SMALLEST)
    for number in range(40):
        files[f"teams/t{number}/charter.md"] = charter(f"t{number}", 3, 20)
    out = page(tool, tool.repo(files))
    assert MOST - 1_000 < len(out) <= MOST
    found = read(out)
    severities = [entry.split(" ", 1)[0] for entry in found.entries]
    assert severities.count("error") == 120
    left = re.search(
        r"Left out here, because there is no room: (\d+) warnings\. `align check` lists them all\.\n\Z", out
    )
    assert left is not None
    assert int(left[1]) + severities.count("warning") == 800
    (table,) = found.tables
    assert [row[1:] for row in table[1:]] == [["3", "20"]] * 40


def made(team: str | None, severity: Severity, number: int, message: str = "something is wrong") -> Diagnostic:
    place = Range(Position(number, 1), Position(number, 2))
    return Diagnostic("AL202", "unknown-reference", severity, message, f"teams/{team}/charter.md", place, team=team)


def checked(diagnostics: list[Diagnostic], since: Since | None = None) -> Checked:
    worst = max((item.severity for item in diagnostics), default=Severity.OFF)
    counts = {severity: sum(item.severity is severity for item in diagnostics) for severity in Severity}
    summary = NOTHING._replace(
        errors=counts[Severity.ERROR], warnings=counts[Severity.WARNING], infos=counts[Severity.INFO]
    )
    report = Report(diagnostics, summary, {}, worst, since=since)
    return Checked(report, date(2026, 11, 20), Severity.ERROR, (), lambda path: "")


def test_however_many_teams_there_are_it_is_never_too_long() -> None:
    items = [
        made(f"team-{team}", severity, 1, "x" * 2_000 + "🚂" * 500)
        for team, severity in itertools.product(range(3_000), (Severity.ERROR, Severity.WARNING))
    ]
    out = markdown(checked(items))
    assert len(out) <= MOST
    found = read(out)
    (table,) = found.tables
    assert re.fullmatch(r"\d+ more teams", table[-1][0])
    assert [sum(int(row[column]) for row in table[1:]) for column in (1, 2)] == [3_000, 3_000]
    assert len(table) > 100
    shown = len(found.entries)
    assert shown > 20
    assert f"no room: {3_000 - shown} errors and 3000 warnings" in out


@pytest.mark.parametrize("text", ["x" * 200_000, "`" * 200_000, "@a" * 100_000, "[" * 200_000, "http://" * 50_000])
def test_one_endless_text_takes_neither_the_page_nor_the_day(text: str) -> None:
    item = made("a", Severity.ERROR, 1, text)
    out = markdown(checked([item, made("b" * 1_000, Severity.ERROR, 1)]))
    assert len(out) < 10_000
    assert len(read(out).entries) == 2


@pytest.mark.parametrize(
    ("ref", "said"), [("origin/main~1", "origin/main~1"), ("`" * 80, "REF"), ("a b", "REF"), ("'" * 80, "REF")]
)
def test_what_has_no_room_is_listed_by_the_same_check(ref: str, said: str) -> None:
    long = "x" * 900
    items = [made("a", severity, 1, long) for severity in (Severity.ERROR, Severity.INFO) for _ in range(100)]
    out = markdown(checked(items, Since(ref, "0123456789abcdef", 41, 2)))
    assert len(out) <= MOST
    assert out.endswith(f". `align check --since {said} --show info` lists them all.\n")
    assert markdown(checked(items[:100], Since(ref, "", 41, 2))).endswith(
        f". `align check --since {said}` lists them all.\n"
    )


def test_what_since_leaves_out() -> None:
    since = Since("origin/main", "0123456789abcdef", 41, 2, ["align.toml"])
    out = markdown(checked([made("a", Severity.ERROR, 1)], since))
    said = read(out)
    assert "Compared with `origin/main` (`0123456789`): **1 new**, 41 old and left out here, 2 mended." in out
    assert "This changes the configuration (`align.toml`)" in out
    assert said.html == [MARKER]
    clean = markdown(checked([], since._replace(configuration=())))
    assert read(clean).headings == [("h2", "align: nothing new")]
    assert "configuration" not in clean
    empty = markdown(checked([], Since("`@x`|<b>", "", 0, 0, (), "it has no <b>documents</b> for @someone")))
    assert "Everything counts as new" in empty
    assert read(empty).html == [MARKER]
    assert read(empty).live == []


@given(st.one_of(st.text(), st.lists(st.sampled_from([*TEXTS, "`", "\\", "*", " ", "a"]), max_size=6).map("".join)))
def test_any_text_is_text_and_nothing_else(value: str) -> None:
    for written in (text(value), sentence(value), code(value), link(text(value), value)):
        found = read(f"- so: {written} end\n")
        assert found.html == []
        assert found.live == []
        assert "image" not in found.kinds
        assert found.kinds <= {
            "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close", "paragraph_open", "paragraph_close",
            "inline", "text", "text_special", "code_inline", "link_open", "link_close",
        }  # fmt: skip
        assert len(found.links) == (1 if written.startswith("[") else 0) or "link_open" not in found.kinds
        (entry,) = found.entries
        assert entry.startswith("so: ")
        assert entry.endswith(" end")
    row = read(f"| a | b |\n|---|---|\n| {text(value)} | 1 |\n").tables
    assert [len(line) for line in row[0]] == [2, 2]
    assert row[0][1][1] == "1"


@pytest.mark.parametrize("value", ["a`b", "``", "`a`", " a ", " `` ``` ", "a", " ", "x``y"])
def test_code_is_what_it_was(value: str) -> None:
    (entry,) = read(f"- {code(value)}|\n").entries
    assert entry == f"{value}|"
    assert "code_inline" in read(f"- {code(value)}|\n").kinds
