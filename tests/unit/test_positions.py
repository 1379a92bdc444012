"""Exact places, whatever ends a line and whatever stands before the first one."""

from __future__ import annotations

from pathlib import Path

import pytest

from aligncli.testing import check

ORG = """\
---
kind: org
name: Parcelry
north-star: Anyone can send a parcel anywhere with one tap.
outcomes:
  - {id: fewer-returns, title: Fewer parcels come back, owner: care}
---
"""
CHARTER = """\
---
kind: charter
team: checkout
mission: 日本 "quoted" # fine
leadd: mei
size: seven
goals:
  - id: one-tap-pay
    title: 🎉 {x}
    supports: [fewer-retruns, "fewer-returns"]
  - {id: Two Words, title: e\u0301, period: soon}
---
Prose with [a link](missing.md),
and ![日本](no.png) another.
"""
EXPECTED = [
    "5:1 AL102",
    "6:7 AL103",
    "10:16 AL202",
    "11:10 AL104",
    "11:40 AL104",
    "13:21 AL209",
    "14:11 AL209",
]
LOUD = ("AL102", "AL103", "AL104", "AL202", "AL209", "AL003", "AL004", "AL007")


def places(root: Path, charter: str | bytes) -> list[str]:
    files = {"org.md": ORG, "teams/checkout/charter.md": charter}
    return [
        f"{item.range.start.line}:{item.range.start.column} {item.code}"
        for item in check(root, files).diagnostics
        if item.path.endswith("charter.md") and item.code in LOUD
    ]


@pytest.mark.parametrize("bom", [False, True], ids=["plain", "BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_line_ends_and_a_byte_order_mark_move_nothing(tmp_path: Path, end: str, bom: bool) -> None:
    text = ("\ufeff" if bom else "") + CHARTER.replace("\n", end)
    assert places(tmp_path, text.encode()) == EXPECTED


def test_mixed_line_ends(tmp_path: Path) -> None:
    lines = CHARTER.split("\n")
    text = "".join(line + ("\n", "\r\n", "\r")[number % 3] for number, line in enumerate(lines[:-1]))
    assert places(tmp_path, text.encode()) == EXPECTED


def test_no_line_end_at_the_end(tmp_path: Path) -> None:
    assert places(tmp_path, CHARTER.rstrip("\n")) == EXPECTED


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"], ids=["U+2028", "U+2029", "NEL"])
def test_what_only_libyaml_takes_for_a_line_end_ends_no_line(tmp_path: Path, separator: str) -> None:
    """In a quoted value of an earlier line: lines behind it keep their numbers, columns of its own line too."""
    charter = CHARTER.replace('mission: 日本 "quoted" # fine', f'mission: "a{separator}b{separator}c"')
    assert places(tmp_path, charter) == EXPECTED
    charter = CHARTER.replace("{id: Two Words, title: e\u0301,", f'{{x-a: "{separator}", id: Two Words, title: e,')
    moved = [place.replace("11:10", "11:20").replace("11:40", "11:49") for place in EXPECTED]
    assert places(tmp_path, charter) == moved


def test_a_separator_in_prose_ends_no_line(tmp_path: Path) -> None:
    charter = CHARTER.replace("Prose with", "Prose\u2028\u2029with\x85")
    assert places(tmp_path, charter) == [place.replace("13:21", "13:23") for place in EXPECTED]


def test_columns_are_counted_in_code_points(tmp_path: Path) -> None:
    charter = "---\nkind: charter\nteam: checkout\nmission: M.\nx-a: {🎉日本: 1}\ngoals:\n  - {title: 🎉🎉日本, id: a, supports: [nope-nope-nope]}\n---\n"
    assert places(tmp_path, charter) == ["7:37 AL202"]


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("size: x", ["5:7 AL103"]),
        ("size:    x   # a comment", ["5:10 AL103"]),
        ("size: 'x'", ["5:7 AL103"]),
        ("size:\n  x", ["6:3 AL103"]),
        ("size: >\n  x\n  y", ["5:7 AL103"]),
        ("size: !!str 7", ["5:7 AL103"]),
        ("size: [1,\n  2]", ["5:7 AL103"]),
        ("size: {a: 1}", ["5:7 AL103"]),
        ("size:", ["5:1 AL103"]),
        ("? size\n: x", ["6:3 AL103"]),
        ('"size": x', ["5:9 AL103"]),
        ("customers: [a, 1, b]", ["5:16 AL103"]),
        ("customers:\n- a\n- 1", ["7:3 AL103"]),
        ("customers:\n  - a\n  -\n    1", ["8:5 AL103"]),
        ("x-a: &n 1\ncustomers: [*n]", ["6:13 AL103"]),
        ("x-a: &list [a, 1]\ncustomers: *list", ["6:12 AL103"]),
        ("siez: 7", ["5:1 AL102"]),
        ("{siez: 7}", []),
        ("scope: {inn: [a]}", ["5:9 AL102"]),
        ("scope:\n  in: [a]\n  outt: [b]", ["7:3 AL102"]),
        ("type: platfrom", ["5:7 AL104"]),
        ("type: platform\ntype: enabling", ["6:1 AL004"]),
        ("since: 2026-13-01", ["5:8 AL104"]),
        ("customers: [a]]", ["5:15 AL003"]),
    ],
)
def test_where_a_mistake_stands(tmp_path: Path, front: str, expected: list[str]) -> None:
    """The value by default; the key for an unknown field, and for a value that is not there."""
    if front.startswith("{"):
        return
    charter = f"---\nkind: charter\nteam: checkout\nmission: M.\n{front}\n---\n"
    assert places(tmp_path, charter) == expected


def test_what_is_missing_stands_at_the_first_key_of_its_object(tmp_path: Path) -> None:
    charter = "---\nkind: charter\nteam: checkout\nmission: M.\ngoals:\n  - title: A\n    why: B\n  - {why: B, title: A}\n---\n"
    report = check(tmp_path, {"org.md": ORG, "teams/checkout/charter.md": charter})
    found = [(item.range.start, item.range.end) for item in report.diagnostics if item.code == "AL101"]
    assert found == [((6, 5), (6, 10)), ((8, 6), (8, 9))]


def test_what_concerns_a_whole_file_stands_at_its_beginning(tmp_path: Path) -> None:
    report = check(tmp_path, {"org.md": ORG, "teams/checkout/charter.md": "# Nothing\n", "teams/b/charter.md": b"\xff"})
    places = {(item.path, item.range.start) for item in report.diagnostics if item.code in ("AL006", "AL001")}
    assert places == {("teams/checkout/charter.md", (1, 1)), ("teams/b/charter.md", (1, 1))}


def test_ends_are_exclusive(tmp_path: Path) -> None:
    charter = "---\nkind: charter\nteam: checkout\nmission: M.\nsize: 'x y'\nsiez: 1\n---\n"
    report = check(tmp_path, {"org.md": ORG, "teams/checkout/charter.md": charter})
    ends = {item.code: (item.range.start, item.range.end) for item in report.diagnostics}
    assert ends["AL103"] == ((5, 7), (5, 12))
    assert ends["AL102"] == ((6, 1), (6, 5))


def test_block_scalars_end_with_their_text(tmp_path: Path) -> None:
    charter = "---\nkind: charter\nteam: checkout\nmission: M.\nsize: |\n  a\n  b\n\n\nlead: x\n---\n"
    report = check(tmp_path, {"org.md": ORG, "teams/checkout/charter.md": charter})
    (found,) = [item for item in report.diagnostics if item.code == "AL103"]
    assert (found.range.start, found.range.end) == ((5, 7), (7, 4))


def test_a_list_that_lost_broken_items_still_points_right(tmp_path: Path) -> None:
    """Indexes of the pruned data are not those of the text."""
    charter = (
        "---\nkind: charter\nteam: checkout\nmission: M.\ngoals:\n  - 7\n  - {id: a, title: A, supports: [7, nope-nope]}\n  - text\n"
        "  - {id: b, title: B, supports: [{to: 7}, {to: nope-nope}]}\n---\n"
    )
    assert places(tmp_path, charter) == [
        "6:5 AL103",
        "7:34 AL103",
        "7:37 AL202",
        "8:5 AL103",
        "9:39 AL103",
        "9:48 AL202",
    ]
