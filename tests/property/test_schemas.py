"""The two schema libraries agree, every mistake is explained, and what is left always makes a record."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aligncli.document.fences import split
from aligncli.document.loader import load
from aligncli.model import KINDS, build
from aligncli.schema import prune
from tests.property.strategies import SCHEMAS, real_documents

EXPLAINER = {
    kind: jsonschema.Draft202012Validator(SCHEMAS.bundle(kind), format_checker=jsonschema.FormatChecker(["date"]))
    for kind in (*KINDS, "config")
}

TEXTS = st.sampled_from(
    [
        "", " ", "\t", "\n", "a", "A", "a-b", "a--b", "-a", "a-", "a_b", "a/b", "a/b/c", "/a", "a/", "x" * 64, "x" * 65, "é", "a\n", "a b", "TODO",
        "2026", "2026-Q4", "2026-Q5", "2026-H1", "2026-H3", "2026-11", "2026-13", "2026-Q1..2026-Q4", "2026-10-01..2026-12-31", "2026-10-01..", "1899", "0000",
        "2026-12-31", "2026-02-29", "2024-02-29", "2026-2-1", "20261231", "2026-W01-1", "0000-01-01", "2026-12-31T00:00:00", "２０２６-12-31", "-2026-12-31", "99999-01-01",
        "2026-12-31 ", " 2026-12-31", "charter", "org", "active", "archived", "on-track", "platform", "must", "should", "increase", "true", "\u2028", "\x85", "\ufeff", "\x1c", "\u200b",
        "https://example.org", "/docs/a.md", "team", "advice", "collaboration", "x-as-a-service", "january", "error", "\U0001f389", "\ud7ff", "\0",
    ]
)  # fmt: skip
NUMBERS = st.sampled_from(
    [
        0,
        1,
        -1,
        7,
        2026,
        1899,
        1900,
        9999,
        10000,
        0.5,
        1.0,
        7.0,
        -0.0,
        1e300,
        1e-300,
        2026.0,
        10**17,
        -(10**17),
        1.5e16,
        99999.0,
    ]
)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS
JUNK = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2), max_leaves=4
)


def right(schema: dict[str, Any], bundle: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Data that is mostly as a schema wants it, made from its own types, enumerations and examples."""
    merged = dict(schema)
    while "$ref" in merged:
        target: Any = bundle
        for part in merged.pop("$ref").removeprefix("#/").split("/"):
            target = target[part]
        merged = {**target, **merged}
    options: list[st.SearchStrategy[Any]] = []
    if "const" in merged:
        options.append(st.just(merged["const"]))
    if "enum" in merged:
        options.append(st.sampled_from(merged["enum"]))
    if merged.get("examples"):
        options.append(st.sampled_from(merged["examples"]).map(copy.deepcopy))
    types = merged.get("type", [])
    types = [types] if isinstance(types, str) else types
    if "object" in types and depth < 4:
        fields = merged.get("properties", {})
        required = {
            name: later(field, bundle, depth) for name, field in fields.items() if name in merged.get("required", ())
        }
        optional = {name: later(field, bundle, depth) for name, field in fields.items() if name not in required}
        options.append(st.fixed_dictionaries(required, optional=dict(list(optional.items())[:12])))
    if "array" in types and depth < 4:
        items = merged.get("items", {})
        options.append(st.lists(later(items, bundle, depth), max_size=3))
    if not options and "string" in types:
        options.append(TEXTS)
    if not options and {"integer", "number"} & set(types):
        options.append(NUMBERS)
    if not options and "boolean" in types:
        options.append(st.booleans())
    return st.one_of(options) if options else JUNK


def later(schema: dict[str, Any], bundle: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: mixed(schema, bundle, depth + 1))


def mixed(schema: dict[str, Any], bundle: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    sound = right(schema, bundle, depth)
    return st.integers(0, 11).flatmap(lambda roll: JUNK if roll == 0 else LEAVES if roll == 1 else sound)


def documents(kind: str) -> st.SearchStrategy[Any]:
    bundle = SCHEMAS.bundle(kind)
    whole = right({key: value for key, value in bundle.items() if key != "examples"}, bundle)
    return whole.flatmap(
        lambda data: (
            st.sampled_from([data, {**data, "kind": kind}])
            if isinstance(data, dict) and kind != "config"
            else st.just(data)
        )
    )


def examples_of(kind: str) -> list[dict[str, Any]]:
    found = []
    for text in real_documents().values():
        front = split(text).frontmatter
        data = load(text[front.start : front.end]).data if front else None
        if isinstance(data, dict) and data.get("kind") == kind:
            found.append(data)
    return found


def places(value: Any, route: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [route] if route else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*route, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*route, index))
    return found


@st.composite
def mutated(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(examples_of(kind))))
    for _ in range(draw(st.integers(1, 5))):
        known = [route for route in places(data) if route != ("kind",)]
        if not known:
            break
        *way, last = draw(st.sampled_from(known))
        holder: Any = data
        for step in way:
            holder = holder[step]
        how = draw(st.sampled_from(["replace", "remove", "rename", "wrap", "twice"]))
        if how == "replace":
            holder[last] = draw(JUNK)
        elif how == "remove":
            del holder[last]
        elif how == "wrap":
            holder[last] = draw(st.sampled_from([[holder[last]], {"to": holder[last]}, [[holder[last]]]]))
        elif how == "rename" and isinstance(holder, dict):
            holder[
                draw(
                    st.sampled_from(
                        [f"{last}s", last[:-1] or "x", last.upper(), "x-mine", "<<", "", "kind ", "\n", "goals", "team"]
                    )
                )
            ] = holder.pop(last)
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[last]))
    return data


def judge(kind: str, data: Any) -> None:
    verdict = SCHEMAS.is_valid(kind, data)
    assert verdict is EXPLAINER[kind].is_valid(data), "the two libraries disagree"
    if not isinstance(data, dict):
        return
    if verdict:
        if kind != "config" and data.get("kind") == kind:
            build(kind, data, "x.md")
        return
    problems = SCHEMAS.explain(kind, data, "x.md", "subject")
    assert problems
    for problem in problems:
        finding = problem.finding
        assert finding.rule in ("AL101", "AL102", "AL103", "AL104")
        assert finding.message
        assert "None" not in finding.message
    assert len({(problem.finding.rule, problem.finding.route, problem.finding.message) for problem in problems}) == len(
        problems
    )
    if kind != "config" and data.get("kind") == kind:
        pruned = prune(data, problems)
        content = build(kind, pruned.data, "x.md")
        assert content.kind == kind
        left = SCHEMAS.explain(kind, pruned.data, "x.md", "subject") if not SCHEMAS.is_valid(kind, pruned.data) else []
        assert {problem.finding.rule for problem in left} <= {"AL101"}, (
            "only what is missing is still wrong with what is left"
        )


@pytest.mark.parametrize("kind", [*KINDS, "config"])
def test_the_libraries_agree_on_generated_data(kind: str) -> None:
    @given(documents(kind))
    @settings(max_examples=40)
    def holds(data: Any) -> None:
        judge(kind, data)

    holds()


@pytest.mark.parametrize("kind", KINDS)
def test_the_libraries_agree_on_real_documents_gone_wrong(kind: str) -> None:
    @given(mutated(kind))
    @settings(max_examples=40)
    def holds(data: Any) -> None:
        judge(kind, data)

    holds()


@pytest.mark.parametrize("kind", KINDS)
@given(text=TEXTS | NUMBERS)
@settings(max_examples=25)
def test_they_agree_on_every_odd_value_in_every_field(kind: str, text: Any) -> None:
    """One value at a time, so that a disagreement cannot hide behind another mistake."""
    (data, *_) = examples_of(kind)
    for name in SCHEMAS.bundle(kind)["properties"]:
        if name != "kind":
            changed = {**data, name: text}
            assert SCHEMAS.is_valid(kind, changed) is EXPLAINER[kind].is_valid(changed), (name, text)


def test_the_examples_are_valid_for_both() -> None:
    for kind in KINDS:
        assert examples_of(kind)
        for data in examples_of(kind):
            assert SCHEMAS.is_valid(kind, data)
            assert EXPLAINER[kind].is_valid(data)


def test_the_examples_in_the_schemas_are_right() -> None:
    """Hover texts show them: each `examples` and `default` of each property passes its own schema."""
    for kind in (*KINDS, "config"):
        bundle = SCHEMAS.bundle(kind)
        stack: list[Any] = [bundle]
        while stack:
            schema = stack.pop()
            if isinstance(schema, dict):
                if any(key in schema for key in ("type", "$ref", "enum", "const")):
                    own = {**schema, "$defs": bundle.get("$defs", {})}
                    own.pop("$id", None)
                    validator = jsonschema.Draft202012Validator(own, format_checker=jsonschema.FormatChecker(["date"]))
                    for value in [*schema.get("examples", ()), *([schema["default"]] if "default" in schema else [])]:
                        assert validator.is_valid(value), (kind, schema.get("title"), value)
                stack.extend(value for key, value in schema.items() if key not in ("examples", "default"))
            elif isinstance(schema, list):
                stack.extend(schema)


@given(st.sampled_from(["http://127.0.0.1:9/x.json", "file:///etc/passwd", "other.json"]))
def test_no_reference_is_fetched(uri: str) -> None:
    from aligncli.schema import Schemas

    schemas = Schemas(
        {"charter": f'{{"title": "t", "properties": {{}}, "allOf": [{{"$ref": "{uri}"}}]}}', "defs": '{"$defs": {}}'}
    )
    with pytest.raises(Exception, match=r"nothing is fetched|retrieving it failed"):
        schemas.is_valid("charter", {})


@given(st.dictionaries(st.sampled_from(["a", "team", "mission", "goals"]), JUNK, max_size=4))
def test_what_yaml_writes_we_judge_alike(data: dict[str, Any]) -> None:
    text = yaml.safe_dump({"kind": "charter", **data}, allow_unicode=True)
    loaded = load(text)
    if loaded.error is None and isinstance(loaded.data, dict):
        judge("charter", loaded.data)
