"""Edits to a text: what they mean, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from aligncli.commands.mend import _Changes, _chosen
from aligncli.diagnostics import Edit, LocatedEdit, LocatedFix, Position, Range, Route, Span
from aligncli.document.edits import Change, apply, resolve
from aligncli.document.fences import split
from aligncli.document.loader import load
from aligncli.document.source import Source
from aligncli.render.diff import diff
from aligncli.render.text import Style

ENDS = ["\n", "\r\n", "\r"]


def data(text: str) -> Any:
    front = split(text).frontmatter
    assert front is not None
    loaded = load(text[front.start : front.end])
    assert loaded.error is None, loaded.error
    assert not loaded.duplicates
    return loaded.data


def edited(front: str, edit: Edit, *, end: str = "\n") -> str | None:
    """The frontmatter after an edit; nothing where there is none to make. All around it is untouched."""
    text = f"---\n{front}\n---\nprose\n".replace("\n", end)
    change = resolve(Source("\ufeff" + text), edit, edit.route)
    if change is None:
        return None
    result = apply(text, [change])
    assert result[: change.span.start] == text[: change.span.start]
    assert result.endswith(text[change.span.end :])
    assert result.startswith(f"---{end}")
    assert result.endswith(f"---{end}prose{end}")
    inside = result.removeprefix(f"---{end}").removesuffix(f"---{end}prose{end}")
    if end != "\n":
        assert "\n" not in inside.replace("\r\n", "") or end == "\r\n"
        inside = inside.replace(end, "\n")
    return inside.removesuffix("\n")


def value(front: str, route: Route, text: str, *, end: str = "\n") -> str | None:
    """As :func:`edited`, for a value; the data differ in nothing else."""
    found = edited(front, Edit("p", route, text), end=end)
    if found is not None:
        expected = copy.deepcopy(data(f"---\n{front}\n---\n"))
        *way, last = route
        holder = expected
        for step in way:
            holder = holder[step]
        holder[last] = text
        assert data(f"---\n{found}\n---\n") == expected
    return found


def without(front: str, route: Route, *, end: str = "\n") -> str | None:
    """As :func:`edited`, for an item that goes; the data differ in nothing else."""
    found = edited(front, Edit("p", route), end=end)
    if found is not None:
        expected = copy.deepcopy(data(f"---\n{front}\n---\n"))
        holder, above, key = expected, None, None
        for step in route[:-1]:
            holder, above, key = holder[step], holder, step
        del holder[route[-1]]
        if holder == [] and above is not None:
            del above[key]
        assert (data(f"---\n{found}\n---\n") or {}) == expected
    return found


# --- values ---


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("front", "route", "expected"),
    [
        ("a: old", ("a",), "a: new"),
        ("a:   old   # why", ("a",), "a:   new   # why"),
        ("a: 'old'", ("a",), "a: 'new'"),
        ('a: "old"  # why', ("a",), 'a: "new"  # why'),
        ("a: [old, b]", ("a", 0), "a: [new, b]"),
        ("a: [b,old]", ("a", 1), "a: [b,new]"),
        ("a: ['old',b]", ("a", 0), "a: ['new',b]"),
        ('a: ["old"]', ("a", 0), 'a: ["new"]'),
        ("a: [\n  b, # one\n  old, # two\n]", ("a", 1), "a: [\n  b, # one\n  new, # two\n]"),
        ("a: [b, old,]", ("a", 1), "a: [b, new,]"),
        ("a: {b: old}", ("a", "b"), "a: {b: new}"),
        ("a: {b: old, c: d}", ("a", "b"), "a: {b: new, c: d}"),
        ('{"a":"old","b":"c"}', ("a",), '{"a":"new","b":"c"}'),
        ("{a: old}", ("a",), "{a: new}"),
        ("a:\n  - old\n  - b", ("a", 0), "a:\n  - new\n  - b"),
        ("a:\n- b\n-   old   # why", ("a", 1), "a:\n- b\n-   new   # why"),
        ("a:\n- - b\n  - old", ("a", 0, 1), "a:\n- - b\n  - new"),
        ("a:\n  - to: old\n    how: x", ("a", 0, "to"), "a:\n  - to: new\n    how: x"),
        ("a:\n  -\n    to: old", ("a", 0, "to"), "a:\n  -\n    to: new"),
        ("a:\n  old\nb: c", ("a",), "a:\n  new\nb: c"),
        ("a: old\n  and more\nb: c", ("a",), "a: new\nb: c"),
        ("a: 'old\n  and more'\nb: c", ("a",), "a: 'new'\nb: c"),
        ("? a\n: old", ("a",), "? a\n: new"),
        ("'a b': old", ("a b",), "'a b': new"),
        ("a: old\n\n# about b\nb: c", ("a",), "a: new\n\n# about b\nb: c"),
        ("a: 2026", ("a",), "a: new"),
        ("a: é日本\nb: é", ("a",), "a: new\nb: é"),
        ('b: "x\u2028y\x85z"\na: old\nc: "\u2028"', ("a",), 'b: "x\u2028y\x85z"\na: new\nc: "\u2028"'),
        ("b: &x y\na: old\nc: *x", ("a",), "b: &x y\na: new\nc: *x"),
    ],
)
def test_a_value_changes_and_nothing_else(front: str, route: Route, expected: str, end: str) -> None:
    assert value(front, route, "new", end=end) == expected


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("new", "new"),
        ("two words", "two words"),
        ("team/goal", "team/goal"),
        ("/docs/a.md", "/docs/a.md"),
        ("../docs/a_b.md", "../docs/a_b.md"),
        ("2026-Q4", "2026-Q4"),
        ("2026-12-31", "2026-12-31"),
        ("9:30", "9:30"),
        ("x (y)", '"x (y)"'),
        ("é日本", '"é日本"'),
        ("true", '"true"'),
        ("Null", '"Null"'),
        ("~", '"~"'),
        ("", '""'),
        ("1e3", '"1e3"'),
        ("2026", '"2026"'),
        ("0x1F", '"0x1F"'),
        ("0o17", '"0o17"'),
        (".5", '".5"'),
        ("-1", '"-1"'),
        ("- x", '"- x"'),
        ("-x", '"-x"'),
        ("? x", '"? x"'),
        ("a: b", '"a: b"'),
        ("a:", '"a:"'),
        ("a #b", '"a #b"'),
        ("#a", '"#a"'),
        ("a, b", '"a, b"'),
        ("[a]", '"[a]"'),
        ("a]", '"a]"'),
        ("{a}", '"{a}"'),
        ("&a", '"&a"'),
        ("*a", '"*a"'),
        ("!a", '"!a"'),
        ("|", '"|"'),
        ("%a", '"%a"'),
        ("@a", '"@a"'),
        ("`a", '"`a"'),
        ("---", '"---"'),
        ("...", "..."),
        (" a", '" a"'),
        ("a ", '"a "'),
        ("it's", '"it\'s"'),
        ('a "b"', '"a \\"b\\""'),
        ("a\\b", '"a\\\\b"'),
        ("a\tb", '"a\\tb"'),
        ("a\nb", '"a\\nb"'),
        ("a\u2028b", '"a\\u2028b"'),
        ("a\x85b", '"a\\u0085b"'),
        ("a\x7fb", '"a\\u007fb"'),
        ("\ufeffa", '"\\ufeffa"'),
        ("a\u00a0b", '"a\u00a0b"'),
    ],
)
def test_quotes_where_yaml_would_read_something_else(text: str, plain: str) -> None:
    for front, written in (
        ("a: old", f"a: {plain}"),
        ("a: [old, b]", f"a: [{plain}, b]"),
        ("a: {b: old}", f"a: {{b: {plain}}}"),
        ("a:\n  - old", f"a:\n  - {plain}"),
    ):
        route: Route = ("a", "b") if "{" in front else ("a", 0) if ":\n" in front or "[" in front else ("a",)
        assert value(front, route, text) == written
    for quoted in ("a: 'old'", 'a: "old"', "a: ['old', b]", '{"a":"old"}'):
        assert value(quoted, ("a", 0) if "[" in quoted else ("a",), text) is not None


@pytest.mark.parametrize("text", ["new", "it's", 'a "b"', "a\\b", "a: b", "true"])
def test_quotes_stay_as_they_are(text: str) -> None:
    single = (value("a: 'old'", ("a",), text) or "").removeprefix("a: ")
    double = (value('a: "old"', ("a",), text) or "").removeprefix("a: ")
    assert (single[0], single[-1], double[0], double[-1]) == ("'", "'", '"', '"')


@pytest.mark.parametrize(
    ("front", "route"),
    [
        ("a: &x old", ("a",)),
        ("a: !!str old", ("a",)),
        ("a: |\n  old", ("a",)),
        ("a: >-\n  old", ("a",)),
        ("b: &x old\na: *x", ("a",)),
        ("b: &x {c: old}\na: *x", ("a", "c")),
        ("b: &x [old]\na: *x", ("a", 0)),
        ("a:", ("a",)),
        ("a:\nb: c", ("a",)),
        ("a: [b, ]", ("a", 1)),
        ("a: old", ("b",)),
        ("a: old", ("a", "b")),
        ("a: [old]", ("a", 5)),
        ("a: [", ("a",)),
    ],
)
def test_what_would_touch_more_is_left_alone(front: str, route: Route) -> None:
    assert edited(front, Edit("p", route, "new")) is None


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("front", "route", "expected"),
    [
        ("old: a  # why", ("old",), "new: a  # why"),
        ("'old': a", ("old",), "'new': a"),
        ('{"old":"a"}', ("old",), '{"new":"a"}'),
        ("x: {old: a, b: c}", ("x", "old"), "x: {new: a, b: c}"),
        ("x:\n  - b: c\n    old:\n      - d", ("x", 0, "old"), "x:\n  - b: c\n    new:\n      - d"),
        ("x:\n- old : a", ("x", 0, "old"), "x:\n- new : a"),
        ("? old\n: a", ("old",), "? new\n: a"),
        ("old:", ("old",), "new:"),
        ("b: &y c\nold: *y", ("old",), "b: &y c\nnew: *y"),
    ],
)
def test_a_key_changes_and_nothing_else(front: str, route: Route, expected: str, end: str) -> None:
    assert edited(front, Edit("p", route, "new", on_key=True), end=end) == expected


def test_a_text_that_cannot_be_parsed_has_nothing_to_edit() -> None:
    for text in ("---\na: \ud800\n---\n", "---\na: [\n---\n", "a: b"):
        assert resolve(Source(text), Edit("p", ("a",), "new"), ("a",)) is None


def test_what_can_be_read_can_be_placed_however_much_it_is() -> None:
    """The limits of reading and of placing are the same."""
    text = "---\na:\n" + "  - {b: c, d: e, f: g}\n" * 10_000 + "---\n"
    assert load(text[4:-4]).error is None
    assert resolve(Source(text), Edit("p", ("a", 9_999, "f"), "new"), ("a", 9_999, "f")) is not None


# --- items that go ---


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("front", "route", "expected"),
    [
        ("a:\n  - x\n  - y\n  - z", ("a", 0), "a:\n  - y\n  - z"),
        ("a:\n  - x\n  - y\n  - z", ("a", 1), "a:\n  - x\n  - z"),
        ("a:\n  - x\n  - y\n  - z", ("a", 2), "a:\n  - x\n  - y"),
        ("a:\n- x # why\n- y", ("a", 0), "a:\n- y"),
        ("a:\n  # about x\n  - x\n  # about y\n  - y", ("a", 0), "a:\n  # about x\n  # about y\n  - y"),
        ("a:\n  - b: c\n    d: e\n\n  - f: g", ("a", 0), "a:\n\n  - f: g"),
        (
            "a:\n  - b: c\n    d: e\n  # about f\n  - f: g\n    h: i\n# about j\nj: k",
            ("a", 1),
            "a:\n  - b: c\n    d: e\n  # about f\n# about j\nj: k",
        ),
        (
            "a:\n  - b: c\n    d: e  # why\n  # about f\n  - f: g",
            ("a", 0),
            "a:\n  # about f\n  - f: g",
        ),
        ("a:\n  - b: |\n      # text\n      x\n\n\n  - y", ("a", 0), "a:\n\n\n  - y"),
        ("a:\n  - b: |+\n      x\n\n  - y", ("a", 0), "a:\n\n  - y"),
        ("a:\n  - b:\n  - y", ("a", 0), "a:\n  - y"),
        ("a:\n  - b:\n    # about nothing\n  - y", ("a", 0), "a:\n    # about nothing\n  - y"),
        ("a:\n  - 'x\n    y'\n  - z", ("a", 0), "a:\n  - z"),
        ("a:\n  - {b: c,\n     d: e}\n  - z", ("a", 0), "a:\n  - z"),
        ("a:\n  - - x\n    - y\n  - z", ("a", 0), "a:\n  - z"),
        ("a:\n  - - x\n    - y\n  - z", ("a", 0, 1), "a:\n  - - x\n  - z"),
        ("a: [x, y, z]", ("a", 0), "a: [y, z]"),
        ("a: [x, y, z]", ("a", 1), "a: [x, z]"),
        ("a: [x, y, z]", ("a", 2), "a: [x, y]"),
        ("a: [x,y,]", ("a", 1), "a: [x,]"),
        ("a: [ x , y ]", ("a", 1), "a: [ x ]"),
        ("a: [\n  {b: c},\n  {d: e},\n]", ("a", 0), "a: [\n  {d: e},\n]"),
        ("a: [\n  {b: c},\n  {d: e}\n]", ("a", 1), "a: [\n  {b: c}\n]"),
        ("a: [{b: c}, # about b\n  {d: e}]", ("a", 0), "a: [ # about b\n  {d: e}]"),
        ("a: [{b: c}, {d: e} # about d\n]", ("a", 1), "a: [{b: c} # about d\n]"),
        ("a: ['x, y', \"z, #\"]", ("a", 0), 'a: ["z, #"]'),
        # the last one takes the list along
        ("a: [x]\nb: c", ("a", 0), "b: c"),
        ("b: c\na: [x]  # why", ("a", 0), "b: c"),
        ("a:\n  - x\nb: c", ("a", 0), "b: c"),
        ("a:\n  - b: c\n    d: e\n# about f\nf: g", ("a", 0), "# about f\nf: g"),
        ("b:\n  - c: d\n    a:\n      - x\n    e: f", ("b", 0, "a", 0), "b:\n  - c: d\n    e: f"),
    ],
)
def test_an_item_goes_and_nothing_else(front: str, route: Route, expected: str, end: str) -> None:
    assert without(front, route, end=end) == expected


@pytest.mark.parametrize(
    ("front", "route"),
    [
        ("a: [{b: c}, # about b,\n  {d: e}]", ("a", 1)),  # the comma is one of the comment
        ("a:\n- &x b\n- c\nd: *x", ("a", 0)),
        ("a:\n- {b: &x c}\n- c\nd: *x", ("a", 0)),
        ("a: [&x b, c, *x]", ("a", 0)),
        ("a: &x [b]\nc: *x", ("a", 0)),
        ("a:\n- - x\n  - y", ("a", 0, 0)),
        ("a:\n-\n  b: c\n- d", ("a", 0)),
        ("x: {a: [b]}", ("x", "a", 0)),
        ("x:\n  - a: [b]\n    c: d", ("x", 0, "a", 0)),
        ("{a: [b], c: d}", ("a", 0)),
        ("? a\n: [b]", ("a", 0)),
        ("b: &x [c, d]\na: *x", ("a", 0)),
        ("a: b", ("a",)),
        ("a: [b]", ()),
        ("a: [b, c]", ("a", 7)),
    ],
)
def test_an_item_that_cannot_go_alone_stays(front: str, route: Route) -> None:
    assert edited(front, Edit("p", route)) is None


def test_an_ampersand_in_a_text_is_no_anchor() -> None:
    assert without("a:\n  - {b: R&D, c: Q&A}\n  - d", ("a", 0)) == "a:\n  - d"


# --- stretches ---


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("text", "comment", "expected"),
    [
        ("a\n# c\nb\n", "# c", "a\nb\n"),
        ("a\n   # c  \nb\n", "# c", "a\nb\n"),
        ("a  # c\nb\n", "# c", "a\nb\n"),
        ("a\t# c  \nb\n", "# c", "a  \nb\n"),
        ("a\n\n<!-- c -->\n\nb\n", "<!-- c -->", "a\n\n\nb\n"),
        ("a\n<!-- c\nd -->\nb\n", "<!-- c\nd -->", "a\nb\n"),
        ("a <!-- c --> b\n", "<!-- c -->", "a b\n"),
        ("a<!-- c -->b\n", "<!-- c -->", "ab\n"),
        ("a <!-- c -->b\n", "<!-- c -->", "a b\n"),
        ("a<!-- c --> b\n", "<!-- c -->", "a b\n"),
        ("<!-- c -->     b\n", "<!-- c -->", "b\n"),
        ("> <!-- c -->\n> b\n", "<!-- c -->", ">\n> b\n"),
        ("a\n# c", "# c", "a\n"),
        ("# c\n", "# c", ""),
    ],
)
def test_a_comment_goes_with_its_blanks(text: str, comment: str, expected: str, end: str) -> None:
    text, comment, expected = (part.replace("\n", end) for part in (text, comment, expected))
    at = text.index(comment)
    change = resolve(Source(text), Edit("p", span=Span(at, at + len(comment))), ())
    assert change is not None
    assert apply(text, [change]) == expected


def test_what_stands_behind_another_kind_of_line_end_stays() -> None:
    text = "a: b\n# c\u2028d: e\n"
    change = resolve(Source(text), Edit("p", span=Span(5, 8)), ())
    assert change is not None
    assert apply(text, [change]) == "a: b\n\u2028d: e\n"


def test_changes_in_any_order() -> None:
    changes = [Change(Span(4, 5), "E"), Change(Span(0, 1), ""), Change(Span(2, 2), "xy")]
    assert apply("abcdef", changes) == "bxycdEf"
    assert apply("abc", []) == "abc"


# --- which changes go together ---


def fix(*edits: tuple[str, int, int, str]) -> LocatedFix:
    nowhere = Range(Position(1, 1), Position(1, 1))
    return LocatedFix("", True, tuple(LocatedEdit(path, nowhere, text, Span(a, b)) for path, a, b, text in edits))


def chosen(*fixes: LocatedFix) -> tuple[dict[str, list[tuple[int, int, str]]], int]:
    changes, made = _chosen(fixes)
    return {path: [(*change.span, change.text) for change in found] for path, found in changes.items()}, made


def test_fixes_that_touch_wait_for_each_other() -> None:
    first, meets, overlaps, apart = (
        fix(("p", 5, 8, "x")),
        fix(("p", 8, 9, "y")),
        fix(("p", 2, 6, "z")),
        fix(("p", 10, 11, "w")),
    )
    assert chosen(first, meets, apart) == ({"p": [(8, 9, "y"), (10, 11, "w")]}, 2)  # from the end of the text on
    assert chosen(first, overlaps, apart) == ({"p": [(5, 8, "x"), (10, 11, "w")]}, 2)
    assert chosen(first, first) == ({"p": [(5, 8, "x")]}, 2)  # the same mend for two findings
    assert chosen(fix(("p", 5, 5, "a")), fix(("p", 5, 5, "b"))) == ({"p": [(5, 5, "a")]}, 1)
    assert chosen(first, fix(("q", 5, 8, "x"))) == ({"p": [(5, 8, "x")], "q": [(5, 8, "x")]}, 2)


def test_a_fix_is_made_whole_or_not_at_all() -> None:
    assert chosen(fix(("p", 5, 8, "x")), fix(("q", 1, 2, "a"), ("p", 6, 7, "y"))) == ({"p": [(5, 8, "x")]}, 1)


def test_many_changes_are_kept_apart_without_comparing_all() -> None:
    changes = _Changes()
    for at in range(40_000, 0, -2):
        change = Change(Span(at, at + 1), "")
        assert not changes.touches(change)
        changes.add(change)
    assert changes.touches(Change(Span(999, 999), ""))


def test_of_a_list_whose_items_all_go_the_first_one_waits() -> None:
    """Else each would leave the list to the others, and a key without a value would remain."""
    for front in ("a:\n  - x\n  # about y\n  - y\n  # about z\n  - z\nb: c", "a: [x, y, 'z', w]\nb: c"):
        text = f"---\n{front}\n---\n"
        for _ in range(4):
            source = Source(text)
            fixes = []
            for index in range(source.locator.size(("a",))):
                change = resolve(source, Edit("p", ("a", index)), ("a", index))
                assert change is not None
                edit = LocatedEdit("p", source.lines.range(change.span), change.text, change.span, change.whole)
                fixes.append(LocatedFix("", True, (edit,)))
            if not fixes:
                break
            text = apply(text, _chosen(fixes)[0]["p"])
            assert data(text).get("a", "gone")
        assert data(text) == {"b": "c"}


# --- as a difference ---

PLAIN = Style()


def test_a_difference_holds_the_lines_as_they_are() -> None:
    old = "---\r\na:\tb\r\n---\r\n"
    assert diff([("p.md", old, old.replace("b", "c"))], PLAIN) == (
        "--- a/p.md\n+++ b/p.md\n@@ -1,3 +1,3 @@\n ---\r\n-a:\tb\r\n+a:\tc\r\n ---\r\n"
    )


def test_a_difference_of_a_file_with_a_blank_in_its_name() -> None:
    assert diff([("a b.md", "x\n", "y\n")], PLAIN).startswith("--- a/a b.md\t\n+++ b/a b.md\t\n")


def test_a_difference_at_the_end_of_a_file() -> None:
    assert diff([("p", "a\nb\n", "a\nc\n")], PLAIN).splitlines()[2:] == ["@@ -1,2 +1,2 @@", " a", "-b", "+c"]
    assert diff([("p", "a\nb", "a\nc")], PLAIN).splitlines()[3:] == [
        " a",
        "-b",
        "\\ No newline at end of file",
        "+c",
        "\\ No newline at end of file",
    ]


def test_a_difference_with_other_line_ends_is_one_of_lines() -> None:
    assert "-a\n+b\n" in diff([("p", "x\ra\ry\r", "x\rb\ry\r")], PLAIN)
    assert "-a\u2028z" not in diff([("p", "x\na\u2028z\n", "x\nb\n")], PLAIN)  # harmless, and still one line
    assert len(diff([("p", "x\na\u2028z\n", "x\nb\n")], PLAIN).splitlines()) == 6


def test_a_difference_is_harmless() -> None:
    shown = diff([("p\n\x1b[2J", "a\x1b[31m\n::set-output::x\n", "\u202eb\n##[group]\n")], PLAIN)
    assert not set("\x1b\u202e") & set(shown)
    assert "\n::" not in shown
    assert "##[" not in shown


def test_nothing_differs() -> None:
    assert diff([("p", "a\n", "a\n")], PLAIN) == ""
    assert diff([], PLAIN) == ""
