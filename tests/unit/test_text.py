"""Lines and columns, harmless text, frames, and how a new document quotes its values."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from aligncli.diagnostics import LineTable, Position, Range, Severity, Span
from aligncli.document.source import Source
from aligncli.render.frame import Mark, frame
from aligncli.render.scaffold import scalar
from aligncli.render.text import Style, count, plain
from aligncli.suggest import slug
from tests import nasty

# --- lines ---


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("", [0]),
        ("a", [0]),
        ("a\n", [0, 2]),
        ("a\nb", [0, 2]),
        ("a\r\nb", [0, 3]),
        ("a\rb", [0, 2]),
        ("\n\n", [0, 1, 2]),
        ("\r\r\n\n", [0, 1, 3, 4]),
        ("a\n\rb", [0, 2, 3]),
        ("a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\n", [0, 14]),
    ],
)
def test_lf_crlf_and_cr_end_a_line_and_nothing_else_does(text: str, starts: list[int]) -> None:
    assert LineTable(text).starts == starts


@given(st.text(st.sampled_from("ab\n\r\u2028\x85日\U0001f389"), max_size=30))
def test_positions_are_counted_in_code_points(text: str) -> None:
    table = LineTable(text)
    lines = re.split(r"\r\n|\n|\r", text)
    assert len(table.starts) == len(lines)
    for offset in range(len(text) + 1):
        line, column = table.position(offset)
        assert table.starts[line - 1] + column - 1 == offset
        before = re.split(r"\r\n|\n|\r", text[:offset])
        if text[offset - 1 : offset + 1] != "\r\n":  # within a line end there is no position of one's own
            assert (line, column) == (len(before), len(before[-1]) + 1)


def test_a_range() -> None:
    assert LineTable("ab\ncd\n").range(Span(1, 4)) == Range(Position(1, 2), Position(2, 2))


def test_the_lines_of_a_source() -> None:
    source = Source("\ufeffone\r\ntwo\rthree\nfour\u2028still four")
    assert [source.line(number) for number in range(7)] == ["", "one", "two", "three", "four\u2028still four", "", ""]


# --- harmless text ---


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_plain_text_is_one_line_that_nothing_obeys(text: str) -> None:
    shown = plain(text)
    assert len(shown.splitlines()) <= 1
    assert nasty.UNSAFE.findall(shown) == []
    assert "\n" not in shown
    shown.encode()


def test_plain_text_stays_as_it_is() -> None:
    for text in ("plain", "größe 日本 🎉", "[red]x[/red] :smile:", "a  b", "`x`"):
        assert plain(text) == text


def test_counts() -> None:
    assert [count(number, "error") for number in (0, 1, 2)] == ["0 errors", "1 error", "2 errors"]


# --- frames ---


def mark(line: int, start: int, end: int, label: str = "", *, primary: bool = True, last: int | None = None) -> Mark:
    return Mark(Range(Position(line, start), Position(last or line, end)), label, primary)


def draw(text: str, *marks: Mark, width: int = 80) -> list[str]:
    return frame(Source(text), marks, Style(width=width), Severity.ERROR, 2)


def test_one_mark() -> None:
    assert draw("kind: charter\nteam: chekcout\n", mark(2, 7, 15, "no such team")) == [
        "   |",
        " 2 | team: chekcout",
        "   |       ^^^^^^^^ no such team",
        "   |",
    ]


def test_two_marks_on_two_lines() -> None:
    text = "a: one\nb: two\nc: three\n"
    assert draw(text, mark(1, 4, 7, "first", primary=False), mark(2, 4, 7, "again")) == [
        "   |",
        " 1 | a: one",
        "   |    --- first",
        " 2 | b: two",
        "   |    ^^^ again",
        "   |",
    ]


def test_lines_between_two_marks_are_shown_or_left_out() -> None:
    text = "".join(f"k{number}: v\n" for number in range(1, 10))
    near = draw(text, mark(1, 1, 3, primary=False), mark(3, 1, 3))
    assert " 2 | k2: v" in near
    far = draw(text, mark(1, 1, 3, primary=False), mark(9, 1, 3))
    assert "..." in far
    assert not any("k5" in row for row in far)


def test_labels_of_one_line() -> None:
    """The rightmost label stands behind the marks, the others hang below, each under its own."""
    rows = draw(
        "  - {id: pay, supports: [carts]}\n", mark(1, 10, 13, "this goal", primary=False), mark(1, 26, 31, "no outcome")
    )
    assert rows[1] == " 1 |   - {id: pay, supports: [carts]}"
    marks = rows[2]
    assert marks.index("---") == rows[1].index("pay")
    assert marks.index("^^^^^") == rows[1].index("carts")
    assert marks.endswith("^^^^^ no outcome")
    (label,) = [row for row in rows if "this goal" in row]
    assert label.index("this goal") == rows[1].index("pay")
    assert rows.index(label) > 2


def test_three_labels_of_one_line() -> None:
    rows = draw(
        "aaa bbb ccc\n",
        mark(1, 1, 4, "first", primary=False),
        mark(1, 5, 8, "second"),
        mark(1, 9, 12, "third", primary=False),
    )
    assert rows[2] == "   | --- ^^^ --- third"
    for word, place in (("first", "aaa"), ("second", "bbb")):
        (row,) = [row for row in rows if word in row]
        assert row.index(word) == rows[1].index(place)


def test_marks_that_overlap() -> None:
    for marks in (
        [mark(1, 1, 8, "outer", primary=False), mark(1, 3, 5, "inner")],
        [mark(1, 3, 5, "one"), mark(1, 3, 5, "same", primary=False)],
    ):
        rows = draw("aaaaaaaaaa\n", *marks)
        assert "^" in "".join(rows)
        assert all(word.label in "\n".join(rows) for word in marks)


def test_a_mark_over_several_lines_ends_with_its_first() -> None:
    rows = draw("a: |\n  text\n  more\n", mark(1, 4, 3, "this text", last=3))
    assert rows[1:3] == [" 1 | a: |", "   |    ^ this text"]


def test_a_mark_of_nothing_and_one_beyond_the_end_are_drawn() -> None:
    assert any("^" in row for row in draw("a: b\n", mark(1, 5, 5, "here")))
    assert any("^" in row for row in draw("a: b\n", mark(1, 50, 60, "here")))
    assert any("^" in row for row in draw("a: b\n", mark(9, 1, 2, "here")))


def test_wide_characters_take_two_cells() -> None:
    rows = draw("t: 日本 x\n", mark(1, 7, 8, "x"))
    assert rows[1] == " 1 | t: 日本 x"
    assert rows[2].index("^") == cell_len(rows[1][: rows[1].index("x")])
    rows = draw("t: 日本 x\n", mark(1, 4, 6, "wide"))
    assert rows[2].count("^") == 4


def test_combining_and_invisible_characters_take_none() -> None:
    rows = draw("t: e\u0301e\u0301 x\n", mark(1, 9, 10, "x"))
    assert rows[2].index("^") == cell_len(rows[1][: rows[1].index("x")])


def test_tabs_are_blanks() -> None:
    rows = draw("a:\tb\tc\n", mark(1, 6, 7, "c"))
    assert "\t" not in "".join(rows)
    assert rows[1].index("c") == rows[2].index("^")


def test_control_characters_take_one_cell_and_do_nothing() -> None:
    rows = draw("a: \x1b[31m\u202e\x07\u2028 b\n", mark(1, 13, 14, "b"))
    assert nasty.UNSAFE.findall("".join(rows)) == []
    assert "\n" not in "".join(rows)
    assert rows[1].index("b") == rows[2].index("^")


@given(
    st.text(st.sampled_from("ab 日\te\u0301\x1b\u202e🎉"), max_size=200),
    st.integers(1, 220),
    st.integers(0, 60),
    st.text(st.sampled_from("label 日"), max_size=60),
    st.integers(20, 130),
    st.integers(1, 220),
)
def test_no_row_is_wider_than_the_style(text: str, start: int, length: int, label: str, width: int, other: int) -> None:
    marks = [mark(1, start, start + length, label), mark(1, other, other + 3, "this goal", primary=False)]
    rows = draw(f"{text}\nb\n", *marks, width=width)
    assert {row: cell_len(row) for row in rows if cell_len(row) > max(width, 25)} == {}


def test_a_line_of_a_megabyte_is_cut_before_it_is_measured() -> None:
    text = "a: " + "日" * 1_000_000 + "\n"
    for start in (4, 500_000, 1_000_003):
        rows = draw(text, mark(1, start, start + 5, "here"), width=80)
        assert all(cell_len(row) <= 80 for row in rows)
        assert any("^" in row for row in rows)


def test_what_is_marked_in_a_long_line_stays_on_the_screen() -> None:
    text = "x" * 500 + "HERE" + "y" * 500 + "\n"
    rows = draw(text, mark(1, 501, 505, "this"), width=60)
    assert "HERE" in rows[1]
    assert rows[1].index("HERE") == rows[2].index("^^^^")
    assert rows[1].count("…") == 2


# --- quoting ---


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Checkout", "Checkout"),
        ("Returning customers pay without thinking about it.", "Returning customers pay without thinking about it."),
        ("head of returns", "head of returns"),
        ("Pay, then leave", "Pay, then leave"),
        ("a: b", '"a: b"'),
        ("#1", '"#1"'),
        ("x #1", '"x #1"'),
        ("- x", '"- x"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("no", '"no"'),
        ("Yes", '"Yes"'),
        ("null", '"null"'),
        ("true", '"true"'),
        ("12", '"12"'),
        ("1e3", '"1e3"'),
        ("2026-12-31", '"2026-12-31"'),
        ("", '""'),
        ("two\nlines", "two lines"),
        ("  blanks  ", "blanks"),
        ("@me", '"@me"'),
        ("it's", None),
        ("größe", None),
        ("日本", None),
    ],
)
def test_scalars(text: str, written: str | None) -> None:
    from aligncli.document.loader import load

    made = scalar(text)
    if written is not None:
        assert made == written
    assert load(f"a: {made}").data == {"a": " ".join(text.split())}


@pytest.mark.parametrize(
    ("title", "made"),
    [
        ("Returning customers pay!", "returning-customers-pay"),
        ("", ""),
        ("日本", ""),
        ("A" * 60, "a" * 40),
        ("One -- two", "one-two"),
        ("Größere Brötchen für alle", "groessere-broetchen-fuer-alle"),
        ("Gro\u0308\u00dfere O\u0308fen", "groessere-oefen"),
        ("L'été à Łódź, smørrebrød", "lete-a-lodz-smoerrebroed"),
        ("Nobody's cart", "nobodys-cart"),
    ],
)
def test_slugs(title: str, made: str) -> None:
    assert slug(title, 40) == made
