"""What is read without libyaml is read as libyaml reads it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aligncli.document.fences import split
from aligncli.document.loader import Loaded, load
from aligncli.document.simple import read
from tests.property.strategies import any_text, gone_wrong, marks, odd_characters, real_documents, words, yamlish

ORDINARY = [
    "", "word", "two words", "1", "-1", "+1", ".5", "1.5e3", "0x1F", "0o17", "1e999", "2026-Q4", "2026-10-05", "true", "No", "null", "9:30", "a:b", "it's", "x#y", "a, b", "a]b",
    "(x)", "_a", "/a/b", "https://a.example/b?c=d#e", "é", "日本 x", "😀", "'q'", '"q r"', "''", '""', '"a: b #c"', "'#a'", "[]", "{}", "[a, [b, c], {d: e}]", "{a: b, c: 'd', e: \"f: #\", g: [1, 2]}",
    "{the jar: it's, a: -1, b: x#y, c: /d/e.f, g: 2026-10-05, h: https://a.example/b}", "[a,b,'c',\"d\"]", "{ a:  b ,  c: 1 }",
]  # fmt: skip
ODD = [
    "a: b", "a :b", "a:", "a: ", "#x", "a #b", "~", "-", "- a", "?", "? a", "=", "<<", ",a", "}", "]", "[a", "{a: [}", "[a,]", "{a: b,}", "[,]", "[a]b", "[a] b", "[a]#c", "{a}", "{a:}", "{a: }", "{a: , b: c}",
    "[a b: c]", "[a: b]", "{a: 1, a: 2}", "{a:b}", "{a: b:c}", "{a: b: c}", "{a: b?}", "{?a: b}", "[?]", "[? a]", "[-a]", "[- a]", "{a: x #y}", '["a"b]', "{\"a\": b}", "'a' b", "'a': b", "'a''b'", '"a\\n"', '"a" #c', '"a"#c',
    "'a", '"', "[a&b]", "{a: %x}", "{a: x!}", "[!x a]", "|", "> ", ">-", "*a", "&a b", "!x", "!!str 1", "@a", "`a`", "%a", "...", "---", "--- a", "a\tb", "\t", "a\xa0", "\xa0b", "\x85", "a\u2028b", "\x7f", "\ud800", "\ufeff", "\uffff",
    "a\\b", "{{x}}", "<x>", "a=b", "word " * 300, "[" * 60 + "]" * 60,
]  # fmt: skip
KEYS = st.sampled_from(
    ["a", "b", "id", "the jar", "x-own", "null", "yes", "A1", "k-", "a_b", "<<", "1", "'a'", "a.b", "é"]
)
VALUES = st.sampled_from(ORDINARY) | st.sampled_from(ORDINARY) | st.sampled_from(ODD) | words
BEHIND = st.sampled_from(["", "", "", " ", "  ", " # c", "#c", " #\t", "\t"])


@st.composite
def block(draw: st.DrawFn, indent: int = 0, depth: int = 0) -> list[str]:
    """The lines of a mapping or a list, most of them as they should be."""
    lines: list[str] = []
    is_list = draw(st.booleans())
    for _ in range(draw(st.integers(1, 3))):
        is_leaf = depth > 3 or draw(st.booleans())
        start = " " * indent + ("-" + " " * draw(st.sampled_from([1, 1, 3])) if is_list else draw(KEYS) + ":")
        if is_leaf:
            lines.append(start + ("" if is_list else " ") + draw(VALUES) + draw(BEHIND))
        elif is_list:
            inner = draw(block(len(start), depth + 1))
            lines += [start + inner[0].lstrip(" "), *inner[1:]]
        else:
            lines += [start + draw(BEHIND), *draw(block(indent + draw(st.sampled_from([2, 2, 4, 0, 1])), depth + 1))]
    if draw(st.integers(0, 9)) == 0:
        lines.insert(
            draw(st.integers(0, len(lines))),
            draw(st.sampled_from(["", "  ", "# c", "   # é", "#\x07", "\t", "text", "..."])),
        )
    return lines


@given(block().map(lambda lines: "\n".join(lines) + "\n"))
@example("- a\n")
@example("a: b\n  c: d\n")
@example("a: b\n - c\n")
@example("a:\n- b\n- c:\n  - d\n  e: f\ng: h\n")
@example("a:\n  - b\n c: d\n")
@example("a:\n  - b\n   c: d\n")
@example("a: b\na: c\n")
@example("- a: b\n  a: c\n")
@example("a: {b: c, b: d}\n")
@example("a: [b\n")
@example("\n# only a comment\n")
@example("a: b\r\n")
@settings(max_examples=500)
def test_what_is_read_is_what_libyaml_reads(text: str) -> None:
    agrees(text)


@given(yamlish | any_text | gone_wrong().map(lambda text: text.removeprefix("---\n").split("\n---\n")[0] + "\n"))
@settings(max_examples=500)
def test_whatever_else_there_is(text: str) -> None:
    agrees(text)
    agrees(text + "\n")


@given(st.sampled_from([text for text in real_documents().values() if text.startswith("---\nkind: ")]), st.data())
@settings(max_examples=500)
def test_a_sign_more_or_less(text: str, data: st.DataObject) -> None:
    front = text[4 : text.index("\n---\n") + 1]
    at = data.draw(st.integers(0, len(front)))
    sign = data.draw(marks | odd_characters | st.sampled_from(["", " ", ":", "#", "-", "'", '"']))
    agrees(front[:at] + sign + front[at + data.draw(st.integers(0, 1)) :])


def agrees(text: str) -> None:
    """Whether a text is read as libyaml does, or not at all."""
    data = read(text)
    if data is not None:
        assert repr(load(text)) == repr(Loaded(data, None))


@pytest.mark.parametrize("value", [value for value in ORDINARY if value])
def test_ordinary_values_are_read(value: str) -> None:
    why = "" if value[0] in "[{" else " # why"
    text = f"a: {value}\nb:\n  - {value}\n  - c: {value}{why}\n    d:\n    - {value} \n\n# so\ne: 1\n"
    data = read(text)
    assert data is not None
    assert data == load(text).data


@pytest.mark.parametrize("value", ODD)
def test_odd_values_are_not_misread(value: str) -> None:
    for text in (f"a: {value}\n", f"a:\n  - {value}\n", f"a: b\nc: {value}\nd: e\n", f"- {value}\n", f"{value}\n"):
        agrees(text)


def test_the_limits_are_not_passed_by() -> None:
    many = f"a: [{'1,' * 50_001}1]\n"
    assert read(many) is None
    assert load(many).error is not None
    deep = "a: " + "[" * 200 + "]" * 200 + "\n"
    assert read(deep) is None
    levels = "".join(" " * level + "a:\n" for level in range(200))
    assert read(levels) is None


def test_nearly_all_documents_are_read() -> None:
    """Else all this would be for nothing: what is not read here takes more than twice as long."""
    fronts = [text[span.start : span.end] for text in real_documents().values() if (span := split(text).frontmatter)]
    assert sum(read(front) is not None for front in fronts) > 0.8 * len(fronts)
