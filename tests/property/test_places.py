"""A route located and read back is the value, however a document is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aligncli.diagnostics import Route
from aligncli.document.fences import split
from aligncli.document.loader import load
from aligncli.document.source import Source
from tests.property.strategies import gone_wrong, mappings, odd_characters, real_documents, some_texts, yamlish


def routes(value: Any, route: Route = ()) -> Iterator[tuple[Route, Any]]:
    """Every scalar with its route."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from routes(item, (*route, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from routes(item, (*route, index))
    else:
        yield route, value


def read_back(written: str) -> Any:
    """What a scalar's own text says: a block scalar has lost the line end that closes it."""
    block = re.match(r"[|>]", written)
    loaded = load(written + "\n" if block else written)
    assert loaded.error is None, (written, loaded.error)
    return loaded.data


def same(value: Any, back: Any, written: str) -> bool:
    if re.match(r"[|>][0-9+\-]*", written):
        return isinstance(back, str) and isinstance(value, str) and back.rstrip("\n") == value.rstrip("\n")
    return type(value) is type(back) and value == back


def holds(document: str) -> int:
    """That every route of a document leads to text which says its value; gives their number."""
    source = Source(document)
    front = split(source.text).frontmatter
    assert front is not None
    loaded = load(source.text[front.start : front.end])
    if loaded.error is not None or not isinstance(loaded.data, dict) or loaded.duplicates:
        return 0
    count = 0
    for route, value in routes(loaded.data):
        span = source.locator.find(route)
        written = source.text[span.start : span.end]
        assert front.start <= span.start <= span.end <= front.end
        if isinstance(route[-1], str):
            key = source.locator.find(route, on_key=True)
            assert read_key(source.text[key.start : key.end]) == route[-1], (route, source.text[key.start : key.end])
            if span == key:  # `key:` without a value is marked at its key
                assert value is None or value == ""
                continue
        if written.startswith(("*", "&", "!")):
            continue  # an alias, or a value with an anchor or a tag of its own
        if written == "":
            assert value is None
            continue
        assert same(value, read_back(written), written), (route, value, written)
        count += 1
        place = source.lines.range(span)
        before = re.split(r"\r\n|\n|\r", source.text[: span.start])
        assert place.start == (len(before), len(before[-1]) + 1)
    return count


def read_key(written: str) -> Any:
    if written.startswith(("'", '"', "|", ">", "!", "&")):
        return load(written).data
    return yaml.load(written, yaml.BaseLoader) if written else ""


STYLES: list[dict[str, Any]] = [
    {},
    {"default_flow_style": True},
    {"default_flow_style": False},
    {"default_style": "'"},
    {"default_style": '"'},
    {"default_style": '"', "default_flow_style": True},
    {"default_style": "|"},
    {"default_style": ">"},
    {"allow_unicode": True},
    {"allow_unicode": True, "default_style": "'"},
    {"allow_unicode": True, "default_flow_style": True, "width": 20},
    {"width": 20},
    {"indent": 6},
    {"explicit_start": False, "width": 10_000, "allow_unicode": True},
]


class Dumper(yaml.SafeDumper):
    """Writes equal parts out instead of pointing to the first of them."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def can_stand_in_a_block(value: Any) -> bool:
    """Whether no text begins with a blank: a block scalar then states its indent, which cannot be read by itself."""
    if isinstance(value, dict):
        return all(can_stand_in_a_block(item) for pair in value.items() for item in pair)
    if isinstance(value, list):
        return all(can_stand_in_a_block(item) for item in value)
    return not (isinstance(value, str) and re.match(r"[\s\x85\u2028\u2029]", value))


@given(mappings, st.sampled_from(STYLES), st.sampled_from(["\n", "\r\n"]), st.booleans(), some_texts)
@settings(max_examples=400)
def test_a_route_located_and_read_back_is_the_value(
    data: dict[str, Any], style: dict[str, Any], end: str, bom: bool, prose: str
) -> None:
    if style.get("default_style") in ("|", ">") and not can_stand_in_a_block(data):
        return
    dumped = yaml.dump(data, Dumper=Dumper, sort_keys=False, **style)
    document = ("\ufeff" if bom else "") + f"---\n{dumped}---\n{prose}\n".replace("\n", end)
    if split(document.removeprefix("\ufeff")).frontmatter is not None:
        holds(document)


@given(gone_wrong())
@settings(max_examples=200)
def test_in_real_documents_gone_wrong(document: str) -> None:
    if split(document.removeprefix("\ufeff")).frontmatter is not None:
        holds(document)


@given(yamlish)
@settings(max_examples=200)
def test_in_anything_that_loads(front: str) -> None:
    document = f"---\n{front}\n---\n"
    if split(document).frontmatter is not None:
        holds(document)


@given(
    st.lists(st.tuples(some_texts | odd_characters, st.sampled_from(["plain", "'", '"'])), min_size=1, max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(max_examples=200)
def test_values_written_by_hand(values: list[tuple[str, str]], end: str) -> None:
    """Raw line and paragraph separators, which libyaml counts as line ends and nobody else does."""
    lines = []
    for number, (value, quote) in enumerate(values):
        written = (
            value
            if quote == "plain"
            else quote + value.replace("\\", "\\\\").replace(quote, "\\" + quote if quote == '"' else "''") + quote
        )
        lines.append(f"key-{number}: {written}")
        lines.append(f"after-{number}: {{in: [a, {written}, z]}}")
        lines.append(f"last-{number}: z")
    document = end.join(["---", *lines, "---", "prose", ""])
    if split(document).frontmatter is not None:
        holds(document)


def test_every_scalar_of_the_examples() -> None:
    counted = sum(holds(text) for text in real_documents().values() if text.startswith("---"))
    assert counted > 1500


def test_every_scalar_of_the_examples_with_other_line_ends() -> None:
    for end in ("\r\n", "\r"):
        for text in real_documents().values():
            if text.startswith("---"):
                assert holds(text.replace("\n", end)) == holds(text)
                assert holds("\ufeff" + text.replace("\n", end)) == holds(text)


@given(
    gone_wrong() | yamlish.map(lambda text: f"---\n{text}\n---\n"),
    st.lists(st.sampled_from(["a", "goals", "id", "supports", 0, 1, 99]), max_size=4),
)
@settings(max_examples=200)
def test_a_route_that_leads_nowhere_gives_the_nearest_place(document: str, route: list[str | int]) -> None:
    source = Source(document)
    for on_key in (False, True):
        span = source.locator.find(tuple(route), on_key=on_key)
        assert 0 <= span.start <= span.end <= len(source.text)
