"""The baseline: what it lists, what it knows, what it lists in vain."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from aligncli import engine
from aligncli.diagnostics import AlignError, Finding, Key, Severity
from aligncli.engine.baseline import Baseline, read_baseline, write_baseline
from aligncli.io.repo import Repo
from aligncli.rules import RULES
from aligncli.testing import AS_OF, ORG, OUTCOME, write

NAME = "align-baseline.json"
ALL = {rule.code for rule in RULES}


def finding(code: str, *identity: str) -> Finding:
    return Finding(code, "teams/a/charter.md", "a message of today", identity=identity)


def baseline(*entries: tuple[str, list[str]] | tuple[str, list[str], int]) -> Baseline:
    keys: Counter[Key] = Counter()
    for code, identity, *times in entries:
        keys[code, tuple(identity)] += times[0] if times else 1
    return read_baseline(write_baseline(keys), NAME)


def gone(known: Baseline) -> list[tuple[str, tuple[str, ...], int, bool]]:
    return sorted((entry.code, entry.identity, entry.gone, entry.is_found) for entry in known.stale(ALL))


# --- writing and reading ---


def test_it_is_written_in_lines_that_merge_well() -> None:
    keys: Counter[Key] = Counter(
        {("AL301", ("b", "supports")): 1, ("AL301", ("a", "supports")): 2, ("AL202", ("é", 'x "y"')): 1}
    )
    assert write_baseline(keys) == (
        '{\n  "version": 1,\n  "findings": [\n'
        '    {"code": "AL202", "identity": ["é", "x \\"y\\""]},\n'
        '    {"code": "AL301", "identity": ["a", "supports"], "count": 2},\n'
        '    {"code": "AL301", "identity": ["b", "supports"]}\n'
        "  ]\n}\n"
    )
    assert write_baseline(Counter()) == '{\n  "version": 1,\n  "findings": []\n}\n'


@pytest.mark.parametrize("part", ["", " ", "é", "\u2028", "\x1b[31m", "\\", '"', "\n", "\udce9", "😀", "x" * 10_000])
def test_any_identity_comes_back(part: str) -> None:
    text = write_baseline(Counter({("AL301", (part, "x")): 3}))
    text.encode("utf-8")
    known = read_baseline(text, NAME)
    assert [known.knows(finding("AL301", part, "x")) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not valid JSON; write it again"),
        ("{", "is not valid JSON"),
        ("[" * 100_000, "is not valid JSON"),
        ("null", 'has no `"version": 1`'),
        ("[]", 'has no `"version": 1`'),
        ("{}", 'has no `"version": 1`'),
        ('{"version": 2, "findings": []}', 'has no `"version": 1`'),
        ('{"version": "1", "findings": []}', 'has no `"version": 1`'),
        ('{"version": true, "findings": []}', 'has no `"version": 1`'),
        ('{"version": 1}', "an entry that is no finding"),
        ('{"version": 1, "findings": {}}', "an entry that is no finding"),
        ('{"version": 1, "findings": [1]}', "an entry that is no finding"),
        ('{"version": 1, "findings": [{}]}', "an entry that is no finding"),
        ('{"version": 1, "findings": [{"code": "AL301"}]}', "an entry that is no finding"),
        ('{"version": 1, "findings": [{"code": 1, "identity": ["a"]}]}', "an entry that is no finding"),
        ('{"version": 1, "findings": [{"code": "AL301", "identity": "a"}]}', "an entry that is no finding"),
        ('{"version": 1, "findings": [{"code": "AL301", "identity": []}]}', "an entry that is no finding"),
        ('{"version": 1, "findings": [{"code": "AL301", "identity": [1]}]}', "an entry that is no finding"),
        *(
            (f'{{"version": 1, "findings": [{{"code": "AL301", "identity": ["a"], "count": {count}}}]}}', "no finding")
            for count in ("0", "-1", "1.5", "true", '"2"', "null", "1e999")
        ),
        (
            '{"version": 1, "findings": [\n<<<<<<< ours\n    {"code": "AL301", "identity": ["a"]}\n=======\n>>>>>>> theirs\n]}',
            "unfinished merge; keep the entries of both sides",
        ),
    ],
)
def test_what_is_none_is_said_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(AlignError, match="the baseline align-baseline") as caught:
        read_baseline(text, NAME)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_written_by_hand() -> None:
    text = (
        '\ufeff{ "findings" :[ {"identity":["a","supports"],"code":"AL301","why":"we know"},\r\n'
        '{"code":"AL301","identity":["a","supports"],"count":2}\t],\r\n"version":1, "note": {"findings": [1]}}'
    )
    known = read_baseline(text, NAME)
    assert known.total == 3
    assert [known.knows(finding("AL301", "a", "supports")) for _ in range(4)] == [True, True, True, False]
    bare = text.removeprefix("\ufeff")
    (second, first) = [entry.span for entry in read_baseline(text, NAME).stale(ALL)]
    assert bare[first.start : first.end].startswith('{"identity":["a"')
    assert bare[second.start : second.end].endswith('"count":2}')


# --- knowing ---


def test_the_same_fact_is_known_wherever_it_is_and_whatever_is_said() -> None:
    known = baseline(("AL301", ["a", "supports"]))
    moved = Finding("AL301", "elsewhere.md", "another message", ("goals", 7), identity=("a", "supports"))
    assert known.knows(moved)
    assert gone(known) == []


def test_as_often_as_it_is_listed_and_not_once_more() -> None:
    known = baseline(("AL209", ["p", "link", "x"], 2))
    assert [known.knows(finding("AL209", "p", "link", "x")) for _ in range(3)] == [True, True, False]


def test_another_rule_or_another_fact_is_new() -> None:
    known = baseline(("AL301", ["a", "supports"]))
    for other in (
        finding("AL302", "a", "supports"),
        finding("AL301", "b", "supports"),
        finding("AL301", "a"),
        finding("AL301", "a", "supports", "x"),
        finding("AL301", "a supports"),
    ):
        assert not known.knows(other)
    assert len(gone(known)) == 1


def test_what_has_no_identity_is_known_by_its_place_and_message() -> None:
    bare = Finding("AL104", "p.md", "a message")
    assert bare.key == ("AL104", ("p.md", "a message"))
    assert baseline(("AL104", ["p.md", "a message"])).knows(bare)


# --- what is listed in vain ---


def test_entries_that_match_less_than_they_list() -> None:
    known = baseline(("AL301", ["a", "s"]), ("AL301", ["b", "s"], 3), ("AL405", ["c", "why"]))
    assert known.knows(finding("AL301", "b", "s"))
    assert known.knows(finding("AL405", "c", "why"))
    assert gone(known) == [("AL301", ("a", "s"), 1, False), ("AL301", ("b", "s"), 2, True)]
    assert known.gone == 2


def test_what_was_dropped_for_another_reason_is_still_there() -> None:
    known = baseline(("AL301", ["a", "s"], 2))
    known.spare(finding("AL301", "a", "s"))
    known.spare(finding("AL301", "z", "s"))
    assert gone(known) == [("AL301", ("a", "s"), 1, True)]
    assert known.knows(finding("AL301", "a", "s"))
    assert known.knows(finding("AL301", "a", "s"))
    assert gone(known) == []


def test_rules_that_did_not_run_are_not_judged() -> None:
    known = baseline(("AL301", ["a", "s"]), ("AL405", ["c", "why"]))
    assert [entry.code for entry in known.stale({"AL405"})] == ["AL405"]
    assert list(known.stale(set())) == []
    assert known.gone == 0


def test_rules_that_do_not_exist() -> None:
    known = baseline(("AL999", ["a"]), ("AL999", ["b"]), ("AL3", ["a"]), ("untraced-goal", ["a"]), ("", ["a"]))
    assert sorted(name.word for name in known.unknown(RULES)) == ["", "AL3", "AL999", "untraced-goal"]
    assert not known.knows(finding("AL301", "a"))  # a prefix in a baseline stands for nothing


def test_of_two_entries_for_one_fact_the_later_is_one_too_many() -> None:
    twice = '{"version": 1, "findings": [{"code": "AL301", "identity": ["a"]}, {"code": "AL301", "identity": ["a"], "count": 2}]}'
    known = read_baseline(twice, NAME)
    assert gone(known) == [("AL301", ("a",), 1, False), ("AL301", ("a",), 2, False)]
    assert known.knows(finding("AL301", "a"))
    (entry,) = known.stale(ALL)
    assert (entry.gone, entry.is_found, twice[entry.span.start : entry.span.end][-11:]) == (2, True, '"count": 2}')
    assert known.shrunk() == twice.replace(', {"code": "AL301", "identity": ["a"], "count": 2}', "")


# --- shrinking ---


def test_what_is_gone_is_taken_out_and_all_else_stays() -> None:
    text = (
        '{ "version": 1,\r\n  "findings": [\r\n'
        '    {"code": "AL301", "identity": ["a", "s"], "why": "we know"},\r\n'
        '    {"code": "AL301", "identity": ["b", "s"], "count": 3 },\r\n'
        '    {"code": "AL301", "identity": ["c", "s"]},\r\n'
        '    {"code": "AL301", "identity": ["d", "\\"count\\": 3"]}\r\n'
        '  ],\r\n  "x": []\r\n}'
    )
    known = read_baseline(text, NAME)
    assert known.knows(finding("AL301", "a", "s"))
    assert known.knows(finding("AL301", "b", "s"))
    assert known.knows(finding("AL301", "b", "s"))
    assert known.knows(finding("AL301", "d", '"count": 3'))
    assert len(gone(known)) == 2
    lines = text.split("\r\n")
    assert known.shrunk().split("\r\n") == [*lines[:3], lines[3].replace(" 3", " 2"), *lines[5:]]


@pytest.mark.parametrize("stay", ["", "a", "b", "c", "ab", "ac", "bc", "abc"])
def test_any_of_them_may_go(stay: str) -> None:
    text = write_baseline(Counter({("AL301", (name, "s")): 1 for name in "abc"}))
    known = read_baseline(text, NAME)
    for name in stay:
        assert known.knows(finding("AL301", name, "s"))
    assert len(gone(known)) == 3 - len(stay)
    assert known.shrunk() == write_baseline(Counter({("AL301", (name, "s")): 1 for name in stay}))


def test_where_entries_cannot_be_placed_it_is_written_anew() -> None:
    odd = '{"note": {"findings": [1, 2]}, "version": 1, "findings": [{"code": "AL301", "identity": ["a"]}, {"code": "AL301", "identity": ["b"]}]}'
    known = read_baseline(odd, NAME)
    assert known.knows(finding("AL301", "a"))
    assert gone(known) == [("AL301", ("b",), 1, False)]
    assert known.shrunk() == write_baseline(Counter({("AL301", ("a",)): 1}))
    twice = '{"findings": [{"code": "AL301", "identity": ["x"]}], "version": 1, "findings": [{"code": "AL301", "identity": ["a"]}]}'
    known = read_baseline(twice, NAME)
    assert known.knows(finding("AL301", "a"))
    assert known.shrunk() == write_baseline(Counter({("AL301", ("a",)): 1}))


def test_a_large_one_takes_no_longer_than_its_size() -> None:
    start = time.process_time()
    known = read_baseline(write_baseline(Counter({("AL301", (f"t/{n}", "s")): 1 for n in range(50_000)})), NAME)
    for n in range(0, 50_000, 2):
        assert known.knows(finding("AL301", f"t/{n}", "s"))
    for n in range(20_000):
        known.spare(finding("AL301", f"u/{n}", "s"))
    assert len(gone(known)) == 25_000
    assert read_baseline(known.shrunk(), NAME).total == 25_000
    assert time.process_time() - start < 10


# --- in a run ---

CHARTER = """\
---
kind: charter
team: checkout
mission: Returning customers pay without thinking about it.
goals:
  - {id: one-tap-pay, title: Customers pay in ten seconds}
  - {id: pay-twice, title: Nobody pays twice}
---
"""
FILES = {"org.md": ORG.format(outcomes=OUTCOME), "teams/checkout/charter.md": CHARTER}


class Run:
    """A repo that is checked again and again."""

    def __init__(self, root: Path, files: dict[str, str] | None = None) -> None:
        self.root = root
        (root / "align.toml").touch()
        write(root, files or FILES)
        self.baseline = write_baseline(Counter(verdict.finding.key for verdict in self().verdicts))

    def __call__(
        self, text: str | None = None, selection: engine.Selection | None = None, **options: Any
    ) -> engine.Report:
        repo = Repo(self.root)
        known = read_baseline(text, NAME) if text is not None else None
        task = engine.Task(
            repo.load(AS_OF),
            repo.config,
            selection or engine.Selection(),
            lambda path: text or "" if path == NAME else repo.text(path),
            baseline=known,
            **options,
        )
        return engine.run(task)

    def codes(self, *arguments: Any, **options: Any) -> list[str]:
        return sorted(one.code for one in self(self.baseline, *arguments, **options).diagnostics)

    def write(self, path: str, text: str) -> None:
        write(self.root, {path: text})


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_all_that_there_was_is_known(run: Run) -> None:
    report = run(run.baseline)
    assert (len(report.verdicts), report.summary.baselined, report.worst) == (0, len(run().verdicts), Severity.OFF)


def test_a_line_that_moves_changes_nothing(run: Run) -> None:
    head, goals = CHARTER.split("goals:\n")
    first, second, end = goals.splitlines(keepends=True)
    run.write("teams/checkout/charter.md", f"{head}x-a: b\n\n# more\ngoals:\n{second}\n{first}{end}")
    assert run.codes() == []


def test_a_file_that_moves_changes_nothing_for_what_has_an_id(run: Run) -> None:
    (run.root / "teams" / "checkout").rename(run.root / "elsewhere")
    assert [code for code in run.codes() if code != "AL207"] == []  # the folder is misplaced, which is new


def test_a_new_finding_is_never_swallowed(run: Run) -> None:
    run.write("teams/checkout/charter.md", CHARTER.replace("pay-twice", "pay-late"))
    assert "AL301" in run.codes()
    run.write("teams/checkout/charter.md", CHARTER.replace("twice}", "twice, supports: [nothing-like-it]}"))
    assert "AL202" in run.codes()


def test_what_is_mended_is_reported_once_and_goes(run: Run) -> None:
    text = CHARTER.replace("twice}", "twice, supports: [fewer-abandoned-carts]}")
    run.write("teams/checkout/charter.md", text)
    report = run(run.baseline)
    said = [(one.code, one.message) for one in report.diagnostics]
    assert (
        "AL902",
        "the baseline lists AL301 for `checkout/pay-twice supports`, which is no longer found",
    ) in said
    assert {code for code, _ in said} == {"AL902"}
    assert all(one.path == NAME for one in report.diagnostics)


@pytest.mark.parametrize(
    "selection",
    [engine.Selection(select=["AL4"]), engine.Selection(ignore=["AL3", "AL6"]), engine.Selection(select=["AL902"])],
)
def test_nothing_is_stale_because_only_some_rules_ran(run: Run, selection: engine.Selection) -> None:
    run.write("teams/checkout/charter.md", CHARTER.replace("  - {id: pay-twice, title: Nobody pays twice}\n", ""))
    assert "AL902" in run.codes()
    assert [code for code in run.codes(selection) if code == "AL902"] == []


def test_nothing_is_stale_because_only_some_documents_were_asked_for(run: Run) -> None:
    run.write("teams/checkout/charter.md", CHARTER.replace("  - {id: pay-twice, title: Nobody pays twice}\n", ""))
    assert run.codes(reports_on=lambda path: path == "org.md") == []


def test_nothing_is_stale_because_a_rule_is_off_here(run: Run) -> None:
    for config in ('ignore = ["AL301"]', 'per-path = {"teams/**" = {ignore = ["AL301"]}}', 'severity = {AL3 = "off"}'):
        run.write("align.toml", f"[check]\n{config}\n")
        assert run.codes() == [], config


@pytest.mark.parametrize(
    "broken",
    [
        CHARTER.replace("mission:", "mission: ["),
        CHARTER.replace("mission:", "mision:"),
        CHARTER.replace("goals:", "goals: x\nx-goals:"),
        CHARTER.replace("id: pay-twice, ", ""),
        CHARTER.replace("twice}", "twice, suports: [fewer-abandoned-carts]}"),
        CHARTER.replace("twice}", "twice, supports: [nothing-like-it]}"),
        "",
    ],
)
def test_nothing_is_stale_because_something_is_broken(run: Run, broken: str) -> None:
    """It would be back, and then be new, as soon as that is mended."""
    run.write("teams/checkout/charter.md", broken)
    codes = run.codes()
    assert codes
    assert "AL902" not in codes
    run.write("teams/checkout/charter.md", CHARTER)
    assert run.codes() == []


def test_what_was_broken_when_it_was_written_keeps_nothing_from_shrinking(tmp_path: Path) -> None:
    broken = CHARTER.replace("twice}", "twice, colour: red}")
    run = Run(tmp_path, {**FILES, "teams/checkout/charter.md": broken})
    assert run.codes() == []
    run.write("teams/checkout/charter.md", broken.replace("seconds}", "seconds, supports: [fewer-abandoned-carts]}"))
    assert set(run.codes()) == {"AL902"}


def test_a_team_that_is_renamed_keeps_its_debts(run: Run) -> None:
    text = CHARTER.replace("team: checkout\n", "team: payments\nformerly: [checkout]\n")
    (run.root / "teams/checkout/charter.md").unlink()
    run.write("teams/payments/charter.md", text)
    assert run.codes() == []
    run.write("teams/payments/charter.md", text.replace("formerly: [checkout]\n", ""))
    assert "AL301" in run.codes()  # without the old name it is another team


def test_a_goal_that_is_renamed_or_moves_keeps_its_debts(run: Run) -> None:
    for old, new in (
        ("{id: pay-twice,", "{id: pay-once, formerly: [pay-twice],"),
        ("{id: pay-twice,", "{id: pay-once, formerly: [checkout/pay-twice],"),
    ):
        run.write("teams/checkout/charter.md", CHARTER.replace(old, new))
        assert run.codes() == []
    moved = "  - {id: pay-once, title: Nobody pays twice, formerly: [checkout/pay-twice]}\n"
    run.write("teams/checkout/charter.md", CHARTER.replace("  - {id: pay-twice, title: Nobody pays twice}\n", ""))
    run.write(
        "teams/refunds/charter.md",
        f"---\nkind: charter\nteam: refunds\nmission: Money comes back.\ngoals:\n{moved}---\n",
    )
    codes = [code for code in run.codes() if code in ("AL301", "AL902")]
    assert codes == []


def test_a_team_and_its_goal_that_are_both_renamed(run: Run) -> None:
    text = CHARTER.replace("team: checkout\n", "team: payments\nformerly: [till, checkout]\n")
    text = text.replace("{id: pay-twice,", "{id: pay-once, formerly: [pay-double, pay-twice],")
    (run.root / "teams/checkout/charter.md").unlink()
    run.write("teams/payments/charter.md", text)
    assert run.codes() == []


def test_many_former_names_take_no_time(tmp_path: Path) -> None:
    names = ", ".join(f"old-{n}" for n in range(2000))
    files = {**FILES, "teams/checkout/charter.md": CHARTER.replace("goals:", f"formerly: [{names}]\ngoals:")}
    run = Run(tmp_path, files)
    start = time.process_time()
    run(write_baseline(Counter()))
    assert time.process_time() - start < 5


def test_what_is_suppressed_need_not_be_listed_any_more(run: Run) -> None:
    run.write(
        "teams/checkout/charter.md", CHARTER.replace("twice}", "twice}  # align: ignore[AL301]: the outcome is coming")
    )
    (one,) = [one for one in run(run.baseline).diagnostics if one.code == "AL902"]
    assert "checkout/pay-twice" in one.message


def test_a_rule_that_does_not_exist_is_an_error_at_its_entry(run: Run) -> None:
    text = json.dumps({"version": 1, "findings": [{"code": "AL3011", "identity": ["a"]}]})
    (one,) = [one for one in run(text).diagnostics if one.code == "AL901"]
    assert (one.path, one.range.start.column, one.fix) == (NAME, text.index('{"code"') + 1, None)


def test_a_hostile_entry_is_shown_short(run: Run) -> None:
    text = write_baseline(Counter({("AL301", ("x" * 100_000, "\x1b[31m")): 1}))
    (one,) = [one for one in run(text).diagnostics if one.code == "AL902"]
    assert len(one.message) < 400
