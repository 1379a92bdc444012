"""Which comments suppress, and what: read out of a text, and at work."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from aligncli import engine
from aligncli.diagnostics import Severity, Suppression
from aligncli.document.fences import split
from aligncli.document.suppressions import read_suppressions
from aligncli.io.repo import Repo
from aligncli.testing import AS_OF, ORG, OUTCOME, check, lines, write

WHY = "# align: ignore[AL301]: we know"
ENDS = ["\n", "\r\n", "\r"]


def read(text: str) -> tuple[Suppression, ...]:
    fences = split(text)
    assert fences.frontmatter is not None
    return read_suppressions(text, fences.frontmatter, fences.body)


def governed(text: str) -> list[str]:
    """What each suppression governs, in the order of the text; ``all`` is the whole document."""
    return [
        "all" if one.governs is None else text[one.governs.start : one.governs.end].strip("\r")
        for one in sorted(read(text), key=lambda one: one.span)
    ]


def document(*front: str, prose: str = "", end: str = "\n") -> str:
    return "\n".join(["---", *front, "---", prose, ""]).replace("\n", end)


def one(said: str) -> Suppression:
    (found,) = read(document(f"{said}\nkind: charter"))
    return found


# --- what is one ---


@pytest.mark.parametrize(
    ("said", "rules", "until"),
    [
        ("# align: ignore[AL301]: why", ["AL301"], None),
        ("#align:ignore[AL301]:why", ["AL301"], None),
        ("#\talign:\tignore\t[AL301]\t:\twhy", ["AL301"], None),
        ("# align: ignore [AL301]: why", ["AL301"], None),
        ("# align: ignore[AL301, AL302]: why", ["AL301", "AL302"], None),
        ("# align: ignore[AL301 AL302,,AL3]: why", ["AL301", "AL302", "AL3"], None),
        ("# align: ignore[ untraced-goal ]: why", ["untraced-goal"], None),
        ("# align: ignore[AL301] until 2027-01-31: why", ["AL301"], date(2027, 1, 31)),
        ("# align: ignore[AL301]  until  2027-01-31 : why", ["AL301"], date(2027, 1, 31)),
        ("# align: ignore[AL301] until 2028-02-29: why: because [x] # y", ["AL301"], date(2028, 2, 29)),
        ("# align: ignore[AL301]: 理由 é", ["AL301"], None),
        ("# align: ignore-file[AL3]: why", ["AL3"], None),
    ],
)
def test_what_is_understood(said: str, rules: Sequence[str], until: date | None) -> None:
    found = one(said)
    assert [word.text for word in found.rules] == rules
    assert (found.until, found.fault, found.help) == (until, None, None)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("# align: ignore[AL301]", "gives no reason"),
        ("# align: ignore[AL301]:", "gives no reason"),
        ("# align: ignore[AL301]:   ", "gives no reason"),
        ("# align: ignore[AL301] until 2027-01-31", "gives no reason"),
        ("# align: ignore[]: why", "names no rule"),
        ("# align: ignore[ , ]: why", "names no rule"),
        ("# align: ignore: why", "names no rule in brackets"),
        ("# align: ignore AL301: why", "names no rule in brackets"),
        ("# align: ignore", "names no rule in brackets"),
        ("# align: ignore[AL301] until soon: why", "ends on `soon`, which is not a day"),
        ("# align: ignore[AL301] until 2027-02-29: why", "ends on `2027-02-29`, which is not a day"),
        ("# align: ignore[AL301] until 2027-1-31: why", "ends on `2027-1-31`, which is not a day"),
        ("# align: ignore[AL301] until 20270131: why", "ends on `20270131`, which is not a day"),
        ("# align: ignore[AL301] until ２０２７-01-31: why", "ends on `２０２７-01-31`, which is not a day"),
        ("# align: ignore[AL301] until 2027-01-31T10:00: why", "ends on `2027-01-31T10`, which is not a day"),
        ("# align: ignore[AL301] until 2027-W05: why", "ends on `2027-W05`, which is not a day"),
        ("# align: ignore[AL301] until: 2027", "cannot be understood"),
        ("# align: ignore[AL301] - why", "cannot be understood"),
        ("# align: ignore[AL301] why", "cannot be understood"),
        ("# align: ignore[AL301", "cannot be understood"),
        ("# align: ignore[[AL301]]: why", "cannot be understood"),
        ("# align: ignore[AL301][AL302]: why", "cannot be understood"),
        ("# align: Ignore[AL301]: why", "cannot be understood"),
        ("# align: ingore[AL301]: why", "cannot be understood"),
        ("# align: disable[AL301]: why", "cannot be understood"),
        ("# align: ignore-files[AL301]: why", "cannot be understood"),
    ],
)
def test_what_is_meant_and_wrong(said: str, fault: str) -> None:
    found = one(said)
    assert found.fault == fault
    assert found.help


@pytest.mark.parametrize(
    "said",
    [
        "# align: this remark is none",
        "# align:",
        "# align: AL301 is fine",
        "# aligned: ignore[AL301]: why",
        "# align ignore[AL301]: why",
        "## align: ignore[AL301]: why",
        "# we align: ignore[AL301]: why",
        "# <!-- align: ignore[AL301]: why -->",
    ],
)
def test_what_is_none(said: str) -> None:
    assert read(document(f"{said}\nkind: charter")) == ()


def test_places() -> None:
    text = document("kind: charter", "team: x  # align: ignore[AL301, AL302] until 2027-01-31: we know  ")
    (found,) = read(text)
    assert text[found.span.start : found.span.end] == "# align: ignore[AL301, AL302] until 2027-01-31: we know"
    assert [text[word.span.start : word.span.end] for word in found.rules] == ["AL301", "AL302"]
    assert found.until_span is not None
    assert text[found.until_span.start : found.until_span.end] == "2027-01-31"


def test_places_in_the_prose() -> None:
    text = document("kind: charter", prose="See. <!--  align: ignore[AL209]\n until 2027-01-31: we\nknow  --> more")
    (found,) = read(text)
    assert found.fault == "cannot be understood"  # the day stands on the same line
    text = document("kind: charter", prose="See. <!--\n align: ignore[AL209] until 2027-01-31: we\nknow  --> more")
    (found,) = read(text)
    assert found.fault is None
    assert text[found.span.start : found.span.end].startswith("<!--\n align")
    assert text[found.rules[0].span.start : found.rules[0].span.end] == "AL209"
    assert found.until_span is not None
    assert text[found.until_span.start : found.until_span.end] == "2027-01-31"


# --- where: in the frontmatter ---


@pytest.mark.parametrize("end", ENDS)
def test_on_a_line_of_its_own_it_is_about_the_line_below(end: str) -> None:
    text = document(
        "kind: charter", WHY, "team: x", f"  {WHY}", "# a remark", "", f"    {WHY}", "size: 5", "a: 1", end=end
    )
    assert governed(text) == ["team: x", "size: 5", "size: 5"]


@pytest.mark.parametrize("end", ENDS)
def test_behind_a_value_it_is_about_its_own_line(end: str) -> None:
    text = document("kind: charter", f"team: x  {WHY}", f"size: 5\t{WHY}", "a: 1", end=end)
    assert governed(text) == [f"team: x  {WHY}", f"size: 5\t{WHY}"]


def test_the_first_and_the_last_line() -> None:
    assert governed(document(WHY, "kind: charter")) == ["kind: charter"]
    assert governed(document("kind: charter", WHY)) == [""]
    assert governed(document("kind: charter", f"team: x {WHY}")) == [f"team: x {WHY}"]


def test_with_a_byte_order_mark_nothing_moves() -> None:
    text = document("kind: charter", WHY, "team: x")
    assert governed(text) == ["team: x"]  # the mark is gone before anything is read


def test_in_lists_and_mappings() -> None:
    text = document(
        "kind: charter",
        f"goals: [  {WHY}",
        f"  {WHY}",
        f"  {{id: a}},  {WHY}",
        f"  {{id: b,  {WHY}",
        "   title: B}",
        "]",
        "waivers:",
        f"  {WHY}",
        "  - guardrail: x",
        f"    {WHY}",
        "    reason: y",
    )
    assert governed(text) == [
        f"goals: [  {WHY}",
        f"  {{id: a}},  {WHY}",
        f"  {{id: a}},  {WHY}",
        f"  {{id: b,  {WHY}",
        f"  - guardrail: x\n    {WHY}\n    reason: y",
        "    reason: y",
    ]


def test_above_an_item_it_is_about_all_of_it() -> None:
    item = ("  - id: a", "    title: A", "", "    # a remark", "    supports:", "      - x")
    after = ("  - id: b", "    title: B")
    assert governed(document("goals:", f"  {WHY}", *item, *after)) == ["\n".join(item)]
    assert governed(document("goals:", f"  {WHY}", f"  {WHY}", *item)) == ["\n".join(item)] * 2
    assert governed(document("goals:", f"{WHY}", "- id: a", "  title: A", "guardrails: [x]")) == ["- id: a\n  title: A"]
    assert governed(document(f"{WHY}", "goals:", *item)) == ["goals:"]


def test_a_dash_alone_goes_with_what_it_is_for() -> None:
    assert governed(document("goals:", f"  {WHY}", "  -", "    id: a", "    title: A")) == [
        "  -\n    id: a\n    title: A"
    ]
    assert governed(document("goals:", f"  -  {WHY}", "    id: a", "    title: A")) == [f"  -  {WHY}\n    id: a"]
    assert governed(document("goals:", f"  {WHY}", "  -")) == ["  -"]


@pytest.mark.parametrize(
    "front",
    [
        f'mission: "We {WHY}"',
        f"mission: 'We {WHY}'",
        f'mission: "We\n  {WHY}\n  do"',
        f"mission: 'We\n\n  {WHY}\n  do'",
        f"mission: |\n  We\n  {WHY}\n  do",
        f"mission: >-\n  {WHY}\n",
        f"mission: |2\n  {WHY}",
        f"mission: &a |\n  {WHY}",
        f"mission: |\n\n\n  {WHY}\n\nteam: x",
        f"mission: We#{WHY[1:]}",
        f"mission: We\u00a0{WHY}",
        f"? |\n  {WHY}\n: x",
        f"'{WHY}': x",
        f"[\"{WHY}\", '{WHY}']",
    ],
)
@pytest.mark.parametrize("end", ENDS)
def test_inside_a_value_it_is_text(front: str, end: str) -> None:
    assert governed(document(front, end=end)) == []


@pytest.mark.parametrize("end", ENDS)
def test_next_to_a_value_it_is_none_of_it(end: str) -> None:
    behind_sign = f"mission: |  {WHY}"
    text = document(behind_sign, "  # no comment", f"  {WHY}", "team: x", end=end)
    assert governed(text) == [behind_sign]
    text = document("mission: >2-", "    We", "", f" {WHY}", "team: x", end=end)
    assert governed(text) == ["team: x"]
    text = document('mission: "We', f'  # do"  {WHY}', "team: x", end=end)
    assert governed(text) == [f'  # do"  {WHY}']


@pytest.mark.parametrize("break_", ["\u2028", "\u2029", "\x85"])
def test_what_yaml_takes_for_the_end_of_a_line_ends_a_comment(break_: str) -> None:
    text = document("kind: charter", f"team: x{break_}{WHY}{break_}size: 5", "a: 1")
    (found,) = read(text)
    assert text[found.span.start : found.span.end] == WHY
    assert found.fault is None


def test_a_frontmatter_that_does_not_parse_has_none() -> None:
    assert governed(document("a: [", WHY)) == []


def test_for_a_whole_document_on_top_alone() -> None:
    whole = "# align: ignore-file[AL301]: we know"
    assert governed(document("# a remark", "", whole, whole, "kind: charter")) == ["all", "all"]
    for text in (
        document(f"kind: charter  {whole}"),
        document("kind: charter", whole),
        document("kind: charter", prose=f"<!-- {whole[2:]} -->"),
    ):
        (found,) = read(text)
        assert found.fault is not None
        assert "not on the first line" in found.fault


# --- where: in the prose ---

NOTE = "<!-- align: ignore[AL209]: we know -->"


@pytest.mark.parametrize("end", ENDS)
def test_before_a_paragraph_it_is_about_the_paragraph(end: str) -> None:
    for gap in ("\n", "\n\n", "\n \n\t\n", " "):
        prose = f"# Title\n\n{NOTE}{gap}One\ntwo\n \nthree"
        (found,) = governed(document("kind: charter", prose=prose, end=end))
        assert found == f"{NOTE}{gap}One\ntwo".replace("\n", end)


@pytest.mark.parametrize("end", ENDS)
def test_behind_text_it_is_about_the_rest_of_its_own_paragraph(end: str) -> None:
    prose = f"One {NOTE} two\nthree {NOTE}\n\nfour"
    assert governed(document("kind: charter", prose=prose, end=end)) == [
        f"{NOTE} two\nthree {NOTE}".replace("\n", end),
        NOTE,
    ]


@pytest.mark.parametrize("end", ENDS)
def test_comments_before_one_paragraph_are_all_about_it(end: str) -> None:
    for gap in (" ", "", "\n", "\n\n", "\n<!-- a\nremark -->\n"):
        prose = f"Before\n\n{NOTE}{gap}{NOTE}\n\nOne\n\ntwo"
        for found in governed(document("kind: charter", prose=prose, end=end)):
            assert found.endswith(f"{end}{end}One"), gap
        assert len(read(document("kind: charter", prose=prose, end=end))) == 2


def test_in_a_quote_and_in_a_list() -> None:
    assert governed(document("kind: charter", prose=f"> {NOTE}\n> One\n\ntwo")) == [f"{NOTE}\n> One"]
    assert governed(document("kind: charter", prose=f"- {NOTE} One\n- two\n\nthree")) == [f"{NOTE} One\n- two"]


def test_at_the_end() -> None:
    assert governed(document("kind: charter", prose=NOTE)) == [f"{NOTE}\n"]
    assert governed(document("kind: charter", prose=NOTE.removesuffix("-->"))) == [NOTE.removesuffix("-->") + "\n"]


@pytest.mark.parametrize(
    "prose",
    [f"`{NOTE}`", f"``` \n{NOTE}\n```", f"~~~\n{NOTE}\n~~~", f"Text\n\n    {NOTE}", f"\\{NOTE}", f"`` a ` {NOTE} ``"],
)
def test_in_code_it_is_text(prose: str) -> None:
    assert governed(document("kind: charter", prose=prose)) == []


# --- at work ---

CHARTER = "---\nkind: charter\nteam: checkout\nmission: Returning customers pay without thinking about it.\n"


def run(
    root: Path, *front: str, prose: str = "", end: str = "\n", more: dict[str, str] | None = None
) -> tuple[list[str], int]:
    """What is reported at or above a warning, and how much is suppressed."""
    text = (CHARTER + "\n".join([*front, "---", prose, ""])).replace("\n", end)
    files = {"org.md": ORG.format(outcomes=OUTCOME), "teams/checkout/charter.md": text, **(more or {})}
    report = check(root, files, show=Severity.WARNING)
    found = [line for line in lines(report) if "AL303" not in line]
    return [line.removeprefix("teams/checkout/charter.md:") for line in found], report.summary.suppressed


UNTRACED = "{id: a, title: Customers pay in ten seconds}"


@pytest.mark.parametrize("end", ENDS)
def test_it_silences_where_it_stands(tmp_path: Path, end: str) -> None:
    assert run(tmp_path, "goals:", f"  {WHY}", f"  - {UNTRACED}", end=end) == ([], 1)
    assert run(tmp_path, "goals:", f"  - {UNTRACED}  {WHY}", end=end) == ([], 1)
    assert run(tmp_path, "goals: [", f"  {WHY}", f"  {UNTRACED}", "]", end=end) == ([], 1)
    assert run(tmp_path, "goals:", f"  {WHY}", "  -", "    id: a", "    title: A", end=end) == ([], 1)
    prose = f"{NOTE}\n\n[a](b.md) and\n[c](d.md)\n\n[e](f.md)"
    found, suppressed = run(tmp_path, prose=prose, end=end)
    assert ([line[:24] for line in found], suppressed) == (["11:5: warning[AL209] the"], 2)


def test_one_inside_of_what_another_is_about(tmp_path: Path) -> None:
    """An item with a suppression of its own on one of its lines, in a document with one for all of it."""
    over = "# align: ignore[AL702]: we know"
    item = [f"  {WHY}", "  - id: a", "    title: Customers pay", f"    period: 2020-Q1  {over}", "    status: on-track"]
    assert run(tmp_path, "goals:", *item) == ([], 2)
    assert run(tmp_path, "goals:", *item[:3], f"    {over}", "    period: 2020-Q1") == ([], 2)
    assert run(tmp_path, "goals:", *item, f"  {WHY}", "  - {id: b, title: Guests pay}") == ([], 3)
    steps = [
        "    initiatives:",
        "      # align: ignore[AL209]: we know",
        "      - title: a form",
        "        link: no/form.md",
    ]
    assert run(tmp_path, "goals:", *item, *steps) == ([], 3)
    found, suppressed = run(
        tmp_path,
        "goals:",
        *item,
        f"  - {UNTRACED.replace('id: a', 'id: b')}",
        f"  - {UNTRACED.replace('id: a', 'id: c')}  {over}",
    )
    assert ([line.partition(" ")[2][:30] for line in found], suppressed) == (
        ["error[AL301] goal `checkout/b`", "error[AL301] goal `checkout/c`", "warning[AL902] nothing here br"],
        2,
    )


def test_two_that_are_about_one_finding_are_both_needed(tmp_path: Path) -> None:
    assert run(tmp_path, "goals:", f"  {WHY}", f"  - {UNTRACED}  {WHY}") == ([], 1)
    assert run(tmp_path, "goals:", f"  {WHY}", f"  {WHY}", f"  - {UNTRACED}") == ([], 1)


def test_one_prefix_for_several_rules_is_needed_once(tmp_path: Path) -> None:
    assert run(tmp_path, "goals:", "  # align: ignore[AL3]: we know", f"  - {UNTRACED}") == ([], 1)
    found, _ = run(tmp_path, "goals:", "  # align: ignore[AL3, AL5]: we know", f"  - {UNTRACED}")
    assert found == ["6:24: warning[AL902] nothing here breaks `AL5`, so naming it suppresses nothing"]


def test_names_codes_and_case(tmp_path: Path) -> None:
    for word in ("al301", "Untraced-Goal", "AL30", "al3"):
        assert run(tmp_path, "goals:", f"  # align: ignore[{word}]: we know", f"  - {UNTRACED}")[1] == 1, word


def test_guardrails_are_never_silenced(tmp_path: Path) -> None:
    guardrail = "---\nkind: guardrail\nid: card-data\ntitle: Card numbers stay away\nwhy: Leaks.\n---\n"
    more = {"guardrails/card-data.md": guardrail}
    for word in ("AL401", "AL4", "missing-guardrail", "AL"):
        text = CHARTER.replace("---\n", f"---\n# align: ignore-file[{word}]: no time\n", 1) + "---\n"
        files = {"org.md": ORG.format(outcomes=OUTCOME), "teams/checkout/charter.md": text, **more}
        assert check(tmp_path, files).by_rule["AL401"] == 1, word


def test_on_its_last_day_it_holds(tmp_path: Path) -> None:
    (tmp_path / "align.toml").touch()
    text = CHARTER + f"goals:\n  # align: ignore[AL301] until 2026-11-20: soon\n  - {UNTRACED}\n---\n"
    write(tmp_path, {"org.md": ORG.format(outcomes=OUTCOME), "teams/checkout/charter.md": text})
    repo = Repo(tmp_path)
    for day, codes in ((AS_OF, set()), (AS_OF.replace(day=21), {"AL301", "AL903"})):
        report = engine.run(
            engine.Task(repo.load(day), repo.config, engine.Selection(), repo.text), show=Severity.ERROR
        )
        assert {one.code for one in report.diagnostics} == codes


# --- what is called unused ---


def test_nothing_is_called_unused_that_did_not_run(tmp_path: Path) -> None:
    """By selection, and by the configuration: `nothing here breaks AL505` would be a lie."""
    text = CHARTER + "size: 20  # align: ignore[AL505]: we split in spring\n---\n"
    files = {"org.md": ORG.format(outcomes=OUTCOME), "teams/checkout/charter.md": text.replace("20", "7")}
    assert check(tmp_path, files).by_rule["AL902"] == 1
    repo = Repo(tmp_path)
    for selection in (
        engine.Selection(select=["AL2", "AL9"]),
        engine.Selection(ignore=["AL505"]),
        engine.Selection(select=["AL505"]),
    ):
        assert engine.run(engine.Task(repo.load(AS_OF), repo.config, selection, repo.text)).by_rule["AL902"] == 0
    for config in ('ignore = ["AL505"]', 'severity = {AL505 = "off"}', 'severity = {AL5 = "off"}'):
        assert check(tmp_path, {**files, "align.toml": f"[check]\n{config}\n"}).by_rule["AL902"] == 0, config
    per_path = '[check.per-path]\n"teams/**" = {ignore = ["AL505"]}\n'
    assert check(tmp_path, {**files, "align.toml": per_path}).by_rule["AL902"] == 1  # it would find nothing
    files["teams/checkout/charter.md"] = text
    assert check(tmp_path, {**files, "align.toml": per_path}).by_rule["AL902"] == 0


def test_a_prefix_is_judged_by_those_of_its_rules_that_are_on(tmp_path: Path) -> None:
    text = CHARTER + "size: 7  # align: ignore[AL5]: we split in spring\n---\n"
    files = {"org.md": ORG.format(outcomes=OUTCOME), "teams/checkout/charter.md": text}
    assert check(tmp_path, {**files, "align.toml": '[check]\nignore = ["AL505"]\n'}).by_rule["AL902"] == 1


@pytest.mark.parametrize(
    "elsewhere",
    [
        "---\nkind: charter\nteam: returns\nmission: [\n---\n",
        "---\nkind: charter\nteam: returns\nmision: We take things back.\n---\n",
        "---\nkind: charter\nteam: returns\nmission: M.\ngoals:\n  - {id: b, title: B, supports: [nothing-like-it]}\n---\n",
        "---\nkind: charter\nteam: returns\nmission: M.\ngoals:\n  - {id: b, title: B, supports: [returns]}\n---\n",
        "---\nkind: charter\nteam: checkout\nmission: M.\n---\n",
        "---\nteam: returns\nmission: M.\n---\n",
    ],
)
def test_while_something_is_broken_anywhere_nothing_is_called_unused(tmp_path: Path, elsewhere: str) -> None:
    """What a suppression hides may be silent only because of that: it would be back as soon as that is mended."""
    found, _ = run(tmp_path, f"size: 7  {WHY}")
    assert len(found) == 1
    found, _ = run(tmp_path, f"size: 7  {WHY}", more={"teams/returns/charter.md": elsewhere})
    assert not [line for line in found if "AL902" in line]


def test_an_outcome_that_cannot_be_read_makes_no_suppression_needless(tmp_path: Path) -> None:
    outcome = "---\nkind: outcome\nid: old-one\ntitle: Old\nstatus: dropped\n---\n"
    front = (
        "goals:",
        "  # align: ignore[AL206]: until the new one is written",
        "  - {id: a, title: A, supports: [old-one]}",
    )
    assert run(tmp_path, *front, more={"outcomes/old-one.md": outcome}) == ([], 1)
    for broken in (outcome.replace("dropped", "dropt"), outcome.replace("title: Old", "title: [")):
        found, _ = run(tmp_path, *front, more={"outcomes/old-one.md": broken})
        assert not [line for line in found if "AL902" in line]


def test_what_somebody_agreed_to_live_with_keeps_nothing_from_being_judged(tmp_path: Path) -> None:
    other = "---\nkind: charter\nteam: returns\nmission: M.\ncolour: red  # align: ignore[AL102]: ours\n---\n"
    found, _ = run(tmp_path, f"size: 7  {WHY}", more={"teams/returns/charter.md": other})
    assert found == ["5:10: warning[AL902] nothing here breaks `AL301`, so this suppresses nothing"]


# --- hostile ---


@pytest.mark.parametrize(
    "text",
    [
        document("a: b", prose="<!-- align: x" + " " * 500_000 + "y -->"),
        document("a: b", prose="<!-- align: ignore[AL1]: x -->\n" * 20_000),
        document("a: b", prose="<!-- align: " * 50_000),
        document("a: b", prose="<!-- align: ignore[AL1]: x -->" + "\n \t" * 200_000 + "x"),
        document(*["# align: ignore[AL1]: x"] * 20_000, "a: b"),
        document(*["- # align: ignore[AL1]: x", "-"] * 10_000),
        document("a: [", *["  '# align: ignore[AL1]: x',"] * 10_000, "]"),
        document("a: |", *["  # align: ignore[AL1]: x"] * 10_000, "b: c"),
        document("# align: ignore[" + "a b," * 100_000 + "]: x"),
        document("# align: ignore[AL1] until" + " " * 500_000 + "x"),
        document("a: b" + " #" * 200_000 + " align:"),
    ],
)
def test_reading_takes_no_longer_than_the_text(text: str) -> None:
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 5


def test_many_findings_and_many_suppressions(tmp_path: Path) -> None:
    start = time.process_time()
    found, suppressed = run(tmp_path, prose=f"{NOTE} [a](b.md)\n" * 8000)
    assert (found, suppressed) == ([], 8000)
    assert time.process_time() - start < 20  # it was more than a minute
