"""The schemas, the model and the page on the format say the same, and the examples show all of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from aligncli import engine
from aligncli.diagnostics import Severity
from aligncli.document.fences import split
from aligncli.document.loader import load
from aligncli.io.repo import Repo
from aligncli.io.resources import SCHEMA_NAMES, load_schemas, schema_folder
from aligncli.model import CONTENT, KINDS, Record
from tests import EXAMPLES

SCHEMAS = load_schemas()
OURS = {"path", "route", "team", "ref", "key", "formerly"}
"""What a record knows beyond its fields: where it stands, what it is called, and (of goals, services, experiments) whose it is.
Everything with an id can have former names; of experiments and services the format lists none."""


def resolve(schema: dict[str, Any], bundle: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        target: Any = bundle
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    if "properties" not in schema and "$ref" in schema.get("then", {}):  # text or a mapping
        return {
            **resolve(schema["then"], bundle),
            **{key: value for key, value in schema.items() if key == "description"},
        }
    return schema


# --- descriptions ---


def properties(schema: Any, way: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        for name, field in (schema.get("properties") or {}).items():
            if isinstance(field, dict):
                yield f"{way}.{name}", field
        for key, value in schema.items():
            if key not in ("examples", "default", "if", "then", "else"):
                yield from properties(value, f"{way}.{key}")
    elif isinstance(schema, list):
        for item in schema:
            yield from properties(item, way)


@pytest.mark.parametrize("name", [*SCHEMA_NAMES, "defs"])
def test_every_property_and_definition_has_a_description(name: str) -> None:
    """Every property has a `description`: hover texts and the reference page come from them."""
    schema = json.loads((schema_folder() / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert schema["description"]
    assert schema["title"]
    whole = schema if name == "defs" else SCHEMAS.bundle(name)
    missing = [
        way for way, field in properties(whole, name) if not resolve(field, whole).get("description", "").endswith(".")
    ]
    assert missing == []
    if name != "config":
        assert [
            way for way, part in schema.get("$defs", {}).items() if not (part.get("description") and part.get("title"))
        ] == []


@pytest.mark.parametrize("name", [*SCHEMA_NAMES, "defs"])
def test_there_are_no_branches_and_nothing_is_open(name: str) -> None:
    text = (schema_folder() / f"{name}.schema.json").read_text(encoding="utf-8")
    assert not re.search(r'"(?:oneOf|anyOf|uri)"', text)
    schema = json.loads(text)

    def objects(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict):
            if "properties" in value and "object" in value.get("type", ""):
                yield value
            for item in value.values():
                yield from objects(item)
        elif isinstance(value, list):
            for item in value:
                yield from objects(item)

    for found in objects(schema):
        assert "additionalProperties" in found, found.get("title")
        if name != "config" and found["additionalProperties"] is False:
            assert found["patternProperties"] == {"^x-": True}, found.get("title")


def test_no_field_is_a_word_that_yaml_turns_into_something_else() -> None:
    for kind in KINDS:
        for way, _ in properties(SCHEMAS.bundle(kind), kind):
            assert way.rpartition(".")[2] not in ("on", "off", "yes", "no", "y", "n", "true", "false", "null")


# --- the model ---


def records(annotation: Any) -> type[Record] | None:
    """The record type within an annotation such as `tuple[str | Link, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    return next((found for part in get_args(annotation) if (found := records(part)) is not None), None)


def compare(
    record: type[Record], schema: dict[str, Any], bundle: dict[str, Any], way: str, seen: set[tuple[str, str]]
) -> None:
    schema = resolve(schema, bundle)
    if (record.__name__, way.rpartition(".")[2]) in seen:
        return
    seen.add((record.__name__, way.rpartition(".")[2]))
    fields = {field.encode_name: field for field in msgspec.structs.fields(record)}
    in_schema = set(schema["properties"])
    if (tag := record.__struct_config__.tag_field) is not None and tag in in_schema:
        assert schema["properties"][tag]["const"] == record.__struct_config__.tag
        in_schema.remove(tag)
    assert set(fields) - in_schema <= OURS, way
    assert in_schema - set(fields) == set(), way
    hints = get_type_hints(record)
    for name, field in fields.items():
        inner = records(hints[field.name])
        if name in in_schema and inner is not None:
            part = resolve(schema["properties"][name], bundle)
            compare(inner, part.get("items", part), bundle, f"{way}.{name}", seen)


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_has_exactly_the_fields_of_the_schemas(kind: str) -> None:
    seen: set[tuple[str, str]] = set()
    compare(CONTENT[kind], SCHEMAS.bundle(kind), SCHEMAS.bundle(kind), kind, seen)


@pytest.mark.parametrize("kind", KINDS)
def test_defaults_are_the_same(kind: str) -> None:
    record, bundle = CONTENT[kind], SCHEMAS.bundle(kind)
    seen: list[str] = []

    def walk(record: type[Record], schema: dict[str, Any], depth: int) -> None:
        schema = resolve(schema, bundle)
        hints = get_type_hints(record)
        for field in msgspec.structs.fields(record):
            part = schema["properties"].get(field.encode_name)
            if part is None:
                continue
            part = resolve(part, bundle)
            if "default" in part:
                assert field.default == part["default"], (record.__name__, field.name)
                seen.append(field.name)
            elif isinstance(field.default, str) and field.default:
                raise AssertionError(f"the schema does not tell the default of {record.__name__}.{field.name}")
            inner = records(hints[field.name])
            if inner is not None and depth < 4:
                walk(inner, part.get("items", part), depth + 1)

    walk(record, bundle, 0)


PAGE = {
    "org": "kind name north-star why owner period strategy reviewed outcomes guardrails metrics communities",
    "outcome": "kind id title why owner period status closed supports measures focus tags formerly reviewed",
    "guardrail": "kind id title why level category owner applies-to evidence enforcement automation in-force-from status formerly reviewed",
    "charter": "kind team mission name type part-of status since until lead size customers scope stance period tags communities formerly reviewed goals guardrails waivers decisions needs experiments",
    "goals": "kind team period goals reviewed",
    "team-api": "kind team contacts hours meetings services owns interactions roadmap practices glossary reviewed",
    "community": "kind id name purpose owner channel cadence status formerly",
}
REQUIRED = {
    "org": {"kind", "name", "north-star"},
    "outcome": {"kind", "id", "title"},
    "guardrail": {"kind", "id", "title"},
    "charter": {"kind", "team", "mission"},
    "goals": {"kind", "team", "period", "goals"},
    "team-api": {"kind", "team"},
    "community": {"kind", "id", "name"},
}
PARTS: dict[str, tuple[str, str]] = {
    # part: (all its fields, those that are required), as the table in format.md has them
    "charter.goals": ("id title supports why owner period status closed commitment set-by measures depends-on blockers initiatives learning formerly", "id title"),
    "charter.goals.initiatives": ("title status link", "title"),
    "charter.goals.measures": ("metric name unit direction baseline target current as-of source", ""),
    "charter.goals.depends-on": ("to service what impact since", "to"),
    "charter.goals.blockers": ("what since owner escalated-to", "what"),
    "charter.waivers": ("guardrail reason expires approved-by granted compensating", "guardrail reason expires"),
    "charter.decisions": ("area authority with", "area authority"),
    "charter.needs": ("what from status since escalated-to", "what"),
    "charter.experiments": ("id hypothesis measure decide-by result learning goal", "id hypothesis"),
    "charter.scope": ("in out", ""),
    "charter.stance": ("mode until why", "mode"),
    "org.metrics": ("id name unit direction source formerly", "id name"),
    "org.strategy": ("customers product operations", ""),
    "guardrail.applies-to": ("types teams tags except", ""),
    "guardrail.applies-to.except": ("team why", "team"),
    "team-api.contacts": ("kind address for response-time", "kind address"),
    "team-api.meetings": ("name when link", "name"),
    "team-api.services": ("id name description url versioning docs slo status", "id name"),
    "team-api.owns": ("name repo contribution dashboard on-call", "name"),
    "team-api.interactions": ("team mode role service purpose since until status", "team mode"),
    "team-api.roadmap": ("title period goal link", "title"),
    "team-api.practices": ("name link", "name"),
}  # fmt: skip
VALUES = {
    "outcome.status": "proposed active achieved dropped",
    "guardrail.level": "must should",
    "guardrail.category": "security compliance reliability privacy quality cost people",
    "guardrail.evidence": "required optional none",
    "guardrail.enforcement": "automated review attested",
    "guardrail.status": "active archived",
    "charter.type": "stream-aligned platform enabling complicated-subsystem group",
    "charter.status": "forming active archived",
    "charter.stance.mode": "converge explore",
    "charter.goals.status": "proposed on-track at-risk off-track achieved missed dropped",
    "charter.goals.commitment": "committed aspirational",
    "charter.goals.set-by": "team org",
    "charter.goals.initiatives.status": "todo doing done dropped",
    "charter.goals.measures.direction": "increase decrease keep-above keep-below",
    "charter.goals.depends-on.impact": "none slowing blocking",
    "charter.decisions.authority": "team advice approval",
    "charter.needs.status": "asked granted refused",
    "charter.experiments.result": "pending supported refuted",
    "team-api.services.status": "planned live deprecated retired",
    "team-api.owns.contribution": "open review closed",
    "team-api.interactions.mode": "collaboration x-as-a-service facilitating",
    "team-api.interactions.role": "provider consumer facilitator facilitated",
    "team-api.interactions.status": "now soon",
    "community.status": "active archived",
}
DEFAULTS = {
    "outcome.status": "active", "outcome.focus": False, "guardrail.level": "must", "guardrail.evidence": "optional", "guardrail.enforcement": "attested",
    "guardrail.status": "active", "charter.status": "active", "charter.goals.status": "on-track", "charter.goals.commitment": "committed", "charter.needs.status": "asked",
    "charter.experiments.result": "pending", "team-api.services.status": "live", "team-api.interactions.status": "now", "community.status": "active",
}  # fmt: skip


def part_at(way: str) -> dict[str, Any]:
    kind, *steps = way.split(".")
    bundle = SCHEMAS.bundle(kind)
    schema = bundle
    for step in steps:
        schema = resolve(schema["properties"][step], bundle)
        if "items" in schema:
            schema = resolve(schema["items"], bundle)
    return schema


@pytest.mark.parametrize("kind", KINDS)
def test_the_fields_of_the_kinds_are_those_of_the_page_on_the_format(kind: str) -> None:
    assert set(SCHEMAS.bundle(kind)["properties"]) == set(PAGE[kind].split())
    assert set(SCHEMAS.bundle(kind)["required"]) == REQUIRED[kind]


@pytest.mark.parametrize("way", PARTS)
def test_the_fields_of_the_parts_are_those_of_the_page_on_the_format(way: str) -> None:
    fields, required = PARTS[way]
    schema = part_at(way)
    assert set(schema["properties"]) == set(fields.split())
    assert set(schema.get("required", ())) == set(required.split())


@pytest.mark.parametrize("way", VALUES)
def test_the_values_are_those_of_the_page_on_the_format(way: str) -> None:
    assert part_at(way)["enum"] == VALUES[way].split() or set(part_at(way)["enum"]) == set(VALUES[way].split())


@pytest.mark.parametrize("way", DEFAULTS)
def test_the_defaults_are_those_of_the_page_on_the_format(way: str) -> None:
    assert part_at(way)["default"] == DEFAULTS[way]


# --- the examples ---


def shown(
    schema: dict[str, Any], bundle: dict[str, Any], value: Any, way: str, found: set[str], values: set[tuple[str, str]]
) -> None:
    schema = resolve(schema, bundle)
    if isinstance(value, dict):
        for key, item in value.items():
            if key in schema.get("properties", {}):
                found.add(f"{schema['title']}.{key}")
                shown(schema["properties"][key], bundle, item, key, found, values)
    elif isinstance(value, list):
        for item in value:
            shown(schema.get("items", {}), bundle, item, way, found, values)
    elif isinstance(value, str) and "enum" in schema:
        values.add((way, value))


def all_of(schema: dict[str, Any], bundle: dict[str, Any], seen: set[str]) -> set[str]:
    schema = resolve(schema, bundle)
    found: set[str] = set()
    if "properties" in schema and schema["title"] not in seen:
        seen.add(schema["title"])
        for key, part in schema["properties"].items():
            found.add(f"{schema['title']}.{key}")
            found |= all_of(part, bundle, seen)
    if "items" in schema:
        found |= all_of(schema["items"], bundle, seen)
    return found


def examples() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(EXAMPLES.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        front = split(text).frontmatter
        data = load(text[front.start : front.end]).data if front else None
        if isinstance(data, dict) and data.get("kind") in KINDS:
            yield data["kind"], data


def test_the_examples_show_every_field_of_the_format() -> None:
    found: set[str] = set()
    for kind, data in examples():
        shown(SCHEMAS.bundle(kind), SCHEMAS.bundle(kind), data, kind, found, set())
    wanted = set().union(*(all_of(SCHEMAS.bundle(kind), SCHEMAS.bundle(kind), set()) for kind in KINDS))
    assert len(wanted) > 150
    assert wanted - found == set()


def test_the_examples_are_what_the_issue_asks_for() -> None:
    """About ten teams of all four types, three levels of outcomes, guardrails of both levels and all enforcements, …"""
    values: set[tuple[str, str]] = set()
    kinds: dict[str, list[dict[str, Any]]] = {}
    for kind, data in examples():
        kinds.setdefault(kind, []).append(data)
        shown(SCHEMAS.bundle(kind), SCHEMAS.bundle(kind), data, kind, set(), values)
    assert set(kinds) == set(KINDS)
    assert {("type", name) for name in ("stream-aligned", "platform", "enabling", "complicated-subsystem")} <= values
    assert {
        ("level", "must"),
        ("level", "should"),
        ("enforcement", "automated"),
        ("enforcement", "review"),
        ("enforcement", "attested"),
    } <= values
    assert {
        ("mode", "collaboration"),
        ("mode", "x-as-a-service"),
        ("mode", "facilitating"),
        ("status", "forming"),
    } <= values
    charters = kinds["charter"]
    assert 9 <= len(charters) <= 14
    assert any(charter.get("until") for charter in charters)
    assert any(charter.get("waivers") for charter in charters)
    assert any(charter.get("experiments") for charter in charters)
    assert any(charter.get("goals") for charter in charters)
    assert any(guardrail.get("applies-to") for guardrail in kinds["guardrail"])
    repo = Repo(EXAMPLES)
    ws = repo.load(date(2026, 11, 20))
    levels: dict[str, int] = {}

    def level(key: str) -> int:
        if key not in levels:
            parents = [support.target.key for support in ws.supports.get(key, ())]
            levels[key] = 1 + max((level(parent) for parent in parents), default=0)
        return levels[key]

    assert max(level(outcome.key) for outcome in ws.outcomes.values()) >= 3


def test_the_examples_pass_without_an_error_or_a_warning() -> None:
    repo = Repo(EXAMPLES)
    task = engine.Task(repo.load(date(2026, 11, 20)), repo.config, engine.Selection(), repo.text)
    report = engine.run(task, show=Severity.WARNING)
    assert report.diagnostics == []
    assert (report.summary.errors, report.summary.warnings) == (0, 0)
