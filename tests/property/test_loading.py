"""No text makes the loader raise, and what it reads is YAML's core schema."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from typing import Any

import frontmatter
import pytest
import yaml
from frontmatter.default_handlers import YAMLHandler
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aligncli.diagnostics import Span
from aligncli.document.fences import split
from aligncli.document.loader import load, typed
from aligncli.workspace.load import load_document
from tests.property.strategies import (
    SCHEMAS,
    any_text,
    gone_wrong,
    mappings,
    odd_characters,
    plain_texts,
    real_documents,
    words,
    yamlish,
)

PATHS = st.sampled_from(
    [
        "org.md",
        "teams/checkout/charter.md",
        "teams/checkout/team-api.md",
        "outcomes/a.md",
        "notes.md",
        "guardrails/x.md",
    ]
)


def is_plain(value: Any) -> bool:
    """Whether data is made of nothing but the seven sorts of values that JSON has."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(is_plain(item) for item in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int | bool)


@given(any_text | yamlish | gone_wrong())
@example("\ud800")
@example("a: \udfff")
@example("&a [*a]")
@example("&a {b: *a}")
@example("? [a]\n: b")
@example("- !!binary aGk=")
@example("a: !!set {b}")
@example("!!timestamp 2026-01-01")
@example("%YAML 9.9\n---\na")
@example("%TAG ! tag:x,2026:\n---\n!a b")
@example("a: 1" + "0" * 5000)
@example("a: 1e999999999")
@example("a: 0o8")
@example("a: -0x1")
@example("\ufeffa: b")
@example("a: \ufeffb")
@settings(max_examples=300)
def test_no_text_makes_the_loader_raise(text: str) -> None:
    loaded = load(text)
    if loaded.error is not None:
        assert loaded.data is None
        start, end = loaded.error.span
        assert 0 <= start <= end <= len(text)
        if loaded.error.context:
            start, end = loaded.error.context[1]
            assert 0 <= start <= end <= len(text)
        assert loaded.error.message
    assert is_plain(loaded.data)


@given(PATHS, any_text | yamlish | gone_wrong(), st.booleans(), st.booleans())
@settings(max_examples=300)
def test_no_text_makes_a_document_raise(path: str, text: str, fenced: bool, expected: bool) -> None:
    if fenced and not text.startswith("---"):
        text = f"---\n{text}\n---\nSome prose.\n"
    document = load_document(path, text, SCHEMAS, expected=expected)
    if document is not None:
        assert document.path == path
        for finding in document.problems:
            assert re.fullmatch(r"AL[01]\d\d", finding.rule)
            assert finding.message
            if finding.span is not None:
                assert 0 <= finding.span.start <= finding.span.end <= len(text)


@given(words, yamlish | words | plain_texts)
def test_no_field_value_makes_a_document_raise(key: str, value: str) -> None:
    for kind, required in (
        ("charter", "team: a\nmission: b\n"),
        ("org", "name: a\nnorth-star: b\n"),
        ("outcome", "id: a\ntitle: b\n"),
    ):
        text = f"---\nkind: {kind}\n{required}{key}: {value}\n---\n"
        load_document("x.md", text, SCHEMAS)


BOMBS = """
import os, signal, sys
from aligncli.document.loader import load
from aligncli.document.traps import cuts, explain
from aligncli.document.locate import Locator
from aligncli.io.resources import load_schemas
from aligncli.workspace.load import load_document
n = 40_000
lol = "a0: &a0 [x]\\n" + "".join(f"a{i}: &a{i} [{','.join([f'*a{i-1}'] * 10)}]\\n" for i in range(1, 12))
bombs = {
    "flow lists": "[" * n, "flow maps": "{a: " * n, "closed": "[" * n + "]" * n, "blocks": "- " * n, "keys": "? " * n, "mixed": "- ? " * n,
    "deep indents": "".join(" " * i + "a:\\n" for i in range(1400)), "dashes": "".join(" " * i + "-\\n" for i in range(1400)),
    "colons": "a: " * n, "aliases": lol, "maps of aliases": lol.replace("[", "{b: ").replace("]", "}").replace(",", ", c: "),
    "quotes": '"' * n, "apostrophes": "'" * n, "anchors": "".join(f"&a{i} " for i in range(20000)), "tags": "!" * n, "hashes": " #x" * n,
    "tabs": "\\t" * n, "commas": "[" + "," * n, "values": "a: [" + "1," * n + "]", "literal": "a: |\\n" + " x\\n" * n, "long key": "k" * n + ": v",
    "ids": "".join(f"k{i}: v\\n" for i in range(60000)), "same key": "k: v\\n" * 40000, "digits": "a: " + "9" * n, "exponent": "a: 1e" + "9" * n,
    "dots": "a: " + "." * n, "escapes": 'a: "' + "\\\\x41" * n + '"', "links": "a: b\\n---\\n" + "](" * n, "ticks": "a: b\\n---\\n" + "`" * n,
    "tick runs": "a: b\\n---\\n" + "".join("`" * i + " " for i in range(600)), "comments": "a: b\\n---\\n](x)" + "<!--" * n, "brackets": "a: b\\n---\\n" + "[" * n + "](",
    "parens": "a: b\\n---\\n](" + "(" * n, "fences": "a: b\\n---\\n](x)\\n" + "```\\n" * (n // 3 * 2 + 1), "defs": "a: b\\n---\\n" + "[a]: b\\n" * 40000,
    "body ticks": "a: b\\n---\\n](x) " + "`" * n, "body tick pairs": "a: b\\n---\\n](x) " + "`a``b" * n, "body tick words": "a: b\\n---\\n](x) " + "`" * n + " x",
    "body fence lines": "a: b\\n---\\n](x)\\n" + "".join("`" * (3 + i % 50) + "\\n" for i in range(20000)), "body quotes": "a: b\\n---\\n](x)" + "\\n> - " * n,
    "body openings": "a: b\\n---\\n" + "](a " * n, "body angles": "a: b\\n---\\n" + "](<" * n, "body blanks": "a: b\\n---\\n](a" + " " * n, "body titles": "a: b\\n---\\n" + '](a "' * n,
    "body nested": "a: b\\n---\\n" + "](a(b)" * n, "body dashes": "a: b\\n---\\n](x)\\n" + "-" * n, "fences in prose": "x\\n" + "```\\n" * n, "tildes": "x\\n" + "~" * n, "ticks first": "`" * n,
    "stray keys": "".join(f"k{i}: v\\n" for i in range(6000)), "ended by commas": "goals: [{id: a, title: " + ", ".join(f"w{i}" for i in range(2000)) + "}]",
    "kinds": "kind" * n, "spaces": "a:" + " " * n + "b", "rules": "---\\n" * n, "blank lines": "\\n" * n + "a: b", "aliased key": "? &a [" * 3000,
}
schemas = load_schemas()
for name, text in [*bombs.items()][int(sys.argv[1]) :: 4]:
    if not (child := os.fork()):
        signal.setitimer(signal.ITIMER_PROF, 3)  # of its own work, whatever else runs; ends it, be it deep in C
        load(text)
        Locator(text, 0).find(("a", 0))
        for path in ("teams/a/charter.md", "notes.md"):
            load_document(path, "---\\nkind: charter\\nteam: a\\nmission: b\\n" + text + "\\n---\\n", schemas)
            load_document(path, text, schemas)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), name)
"""


@pytest.mark.parametrize("part", range(4))
def test_bombs_end_neither_the_process_nor_the_day(part: int) -> None:
    """Each in a process of its own: libyaml's recursion would end this one, and a slow pattern cannot be interrupted."""
    done = subprocess.run([sys.executable, "-c", BOMBS, str(part)], capture_output=True, timeout=300, check=False)
    assert (done.returncode, done.stderr.decode()[-2000:]) == (0, "")
    ended = {
        name: int(status) for status, _, name in (line.partition(" ") for line in done.stdout.decode().splitlines())
    }
    assert len(ended) > 12
    assert {name: status for name, status in ended.items() if status} == {}, (
        "-11: a crash in C; -27: no end after 3 seconds of work"
    )


# --- the core schema ---


def core(value: str) -> Any:
    """What YAML 1.2's core schema says of a plain scalar, with our limits: no NaN, no infinity, no endless digits."""
    if re.fullmatch(r"null|Null|NULL|~|", value):
        return None
    if re.fullmatch(r"true|True|TRUE", value):
        return True
    if re.fullmatch(r"false|False|FALSE", value):
        return False
    if re.fullmatch(r"[-+]?[0-9]+", value):
        return int(value) if len(value.lstrip("-+")) <= 18 else value
    if re.fullmatch(r"0o[0-7]+", value):
        return int(value[2:], 8)
    if re.fullmatch(r"0x[0-9a-fA-F]+", value):
        return int(value[2:], 16)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", value):
        return float(value) if math.isfinite(float(value)) else value
    return value


NUMBERS = st.from_regex(r"[-+]?(0[ox])?[0-9a-fA-F.]{0,6}([eE][-+]?[0-9]{1,4})?", fullmatch=True)


def same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and left == right


@given(NUMBERS | words | st.text("0123456789eE+-._xoabtrufalsn~", max_size=8))
@example("0o777")
@example("1.")
@example("-.5")
@example("1_000")
@example("１２")
@example("1e5")
@example("+0")
@example("-0.0")
@example("00012")
@settings(max_examples=500)
def test_plain_scalars_are_those_of_the_core_schema(value: str) -> None:
    assert same(typed(value), core(value))


def test_words_of_old_yaml_are_text() -> None:
    for word in (
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "Yes",
        "2026-12-31",
        "9:30",
        "1:30:00",
        "0b1",
        "0777x",
        "1_000",
        ".inf",
        ".NaN",
        "-.Inf",
        "=",
        "<<",
    ):
        assert load(f"a: {word}").data == {"a": word}


def compare(ours: Any, theirs: Any, plain: bool = True) -> None:
    if isinstance(theirs, dict):
        assert isinstance(ours, dict)
        assert list(ours) == list(theirs)
        for key in theirs:
            compare(ours[key], theirs[key])
    elif isinstance(theirs, list):
        assert isinstance(ours, list)
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            compare(one, other)
    else:
        assert same(ours, theirs) or same(ours, core(theirs)), (ours, theirs)
        if isinstance(ours, str):
            assert ours == theirs


@given(
    mappings,
    st.sampled_from([None, "'", '"', "|", ">"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([20, 80, 10_000]),
)
def test_the_strings_are_those_of_the_base_loader(
    data: Any, style: str | None, flow: bool, unicode: bool, width: int
) -> None:
    text = yaml.safe_dump(
        data, default_style=style, default_flow_style=flow, allow_unicode=unicode, width=width, sort_keys=False
    )
    theirs = yaml.load(text, yaml.BaseLoader)
    loaded = load(text)
    assert loaded.error is None
    compare(loaded.data, theirs)


@given(yamlish | gone_wrong())
@settings(max_examples=300)
def test_where_both_read_a_text_they_read_the_same_strings(text: str) -> None:
    text = (split(text).frontmatter and text[slice(*split(text).frontmatter or Span(0, 0))]) or text
    loaded = load(text)
    if loaded.error is not None or loaded.duplicates:
        return
    try:
        theirs = yaml.load(text, yaml.CBaseLoader)
    except yaml.YAMLError:
        pytest.fail(f"the stock loader refuses what ours reads as {loaded.data!r}")
    except (TypeError, ValueError):
        return  # a key that is a list
    if theirs is None:
        assert loaded.data is None
        return
    compare(loaded.data, theirs)


@given(mappings)
def test_quoted_and_block_text_is_never_a_number(data: dict[str, Any]) -> None:
    for style in ("'", '"', "|"):
        value = load(yaml.safe_dump({"a": "12", "b": "true", "c": "null"}, default_style=style)).data
        assert value == {"a": "12", "b": "true", "c": "null"}


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=6), st.booleans())
def test_a_key_that_stands_twice_is_found_each_time_and_the_first_counts(keys: list[str], flow: bool) -> None:
    pairs = [f"{key}: {number}" for number, key in enumerate(keys)]
    text = "{" + ", ".join(pairs) + "}" if flow else "\n".join(pairs)
    loaded = load(text)
    assert loaded.data == {key: keys.index(key) for key in keys}
    again = [number for number, key in enumerate(keys) if key in keys[:number]]
    assert [twice.key for twice in loaded.duplicates] == [keys[number] for number in again]
    for twice in loaded.duplicates:
        assert text[slice(*twice.span)] == text[slice(*twice.first)] == twice.key
        assert twice.first.start < twice.span.start


# --- fences ---

LINES = st.sampled_from(
    [
        "---",
        "--- ",
        "---\t",
        " ---",
        "--",
        "a: b",
        "- c",
        "",
        " ",
        "# x",
        "text --- text",
        "---x",
        "a: '---'",
        "...",
        "+++",
    ]
)


@given(st.lists(LINES, max_size=9), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=400)
def test_fences_agree_with_python_frontmatter(lines: list[str], end: str) -> None:
    """Where both find frontmatter, it is the same, and so is the body."""
    text = end.join(lines) + end
    ours = split(text)
    handler = YAMLHandler()
    if ours.frontmatter is None or not handler.detect(text):
        return
    theirs, body = handler.split(text)
    assert text[slice(*ours.frontmatter)].split() == theirs.split()
    assert text[ours.body :].split() == body.split()


@given(st.lists(LINES, max_size=9), st.sampled_from(["\n", "\r\n", "\r"]))
def test_fences_are_whole_lines(lines: list[str], end: str) -> None:
    text = end.join(lines)
    found = split(text)
    is_fence = [re.fullmatch(r"---[ \t]*", line) is not None for line in lines]
    closings = [number for number in range(1, len(lines)) if is_fence[number]]
    if lines and is_fence[0] and closings:
        assert found.frontmatter is not None
        inside = text[slice(*found.frontmatter)]
        assert inside == "".join(line + end for line in lines[1 : closings[0]])
        assert text[found.body :] == end.join(lines[closings[0] + 1 :])
    else:
        assert found.frontmatter is None
        assert found.fault is not None


@given(any_text | st.lists(LINES | odd_characters, max_size=9).map("\n".join))
def test_no_text_makes_the_fences_raise(text: str) -> None:
    found = split(text)
    assert 0 <= found.place.start <= found.place.end <= len(text)
    assert 0 <= found.body <= len(text)
    if found.frontmatter is not None:
        assert 0 < found.frontmatter.start <= found.frontmatter.end <= found.body


def test_python_frontmatter_reads_the_examples_as_we_do() -> None:
    for path, text in real_documents().items():
        post = frontmatter.loads(text)
        document = load_document(path, text, SCHEMAS)
        assert (document is not None) == bool(post.metadata), path
        if document is not None:
            assert post.metadata["kind"] == document.kind
            assert text[split(text).body :].strip() == post.content
