"""`[schemas]` in `align.toml`: an organisation's own JSON Schema on top of ours, which tightens and never loosens."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from aligncli.diagnostics import AlignError, Diagnostic
from aligncli.io.repo import Repo
from aligncli.testing import AS_OF, check, lines, with_org, write

PLACE = "schemas/our-charter.schema.json"
BY = f"the organisation's schema `{PLACE}`"
CONFIG = f'[schemas]\ncharter = "{PLACE}"\n'
CHARTER = """\
---
kind: charter
team: checkout
mission: Returning customers pay without thinking about it.
{}---
"""


def files(schema: object, more: str = "", *, charter: str = CHARTER) -> dict[str, str | bytes]:
    text = schema if isinstance(schema, str) else json.dumps(schema)
    return with_org({"align.toml": CONFIG, PLACE: text, "teams/checkout/charter.md": charter.format(more)})


def found(root: Path, schema: object, more: str = "", *, charter: str = CHARTER) -> list[Diagnostic]:
    """What the check says of one charter, without advice."""
    report = check(root, files(schema, more, charter=charter))
    return [item for item in report.diagnostics if item.severity.label != "info"]


def said(root: Path, schema: object, more: str = "") -> list[tuple[str, str, str | None]]:
    """Code and place, message, and help of each."""
    return [
        (f"{item.code} {item.range.start.line}:{item.range.start.column}", item.message, item.help)
        for item in found(root, schema, more)
    ]


# --- errors, named as theirs ---


def test_a_missing_field(tmp_path: Path) -> None:
    """An `x-` field can be required and described."""
    schema = {
        "properties": {"x-cost-centre": {"description": "The four digits that finance uses."}, "x-b": {"title": "B"}},
        "required": ["x-cost-centre", "lead", "x-b", "x-c"],
    }
    what = "charter `checkout` has no `{}`, which " + BY + " requires"
    assert said(tmp_path, schema) == [
        ("AL101 2:1", what.format("lead"), "add `lead:` (Who speaks for the team)"),
        ("AL101 2:1", what.format("x-b"), "add `x-b:` (B)"),
        ("AL101 2:1", what.format("x-c"), "add `x-c:`"),
        ("AL101 2:1", what.format("x-cost-centre"), "add `x-cost-centre:` (The four digits that finance uses)"),
    ]


def test_a_missing_field_that_has_a_slip_in_its_name(tmp_path: Path) -> None:
    """Nothing forbids `x-cost-center`, so nobody else would say what it is."""
    ((place, _, help_),) = said(tmp_path, {"required": ["x-cost-centre"]}, 'x-cost-center: "4711"\n')
    assert (place, help_) == ("AL101 2:1", "`x-cost-center` is there: if this is it, rename it to `x-cost-centre`")


def test_a_field_that_is_not_allowed(tmp_path: Path) -> None:
    schema = {
        "properties": {"x-old": False, "x-budget": {"properties": {"euros": {}}, "additionalProperties": False}},
        "patternProperties": {"^x-secret": False},
        "propertyNames": {"maxLength": 15},
    }
    more = "x-old: 1\nx-budget: {euro: 3, dollars: 4}\nx-secret-plan: 1\nx-a-name-of-many-words: 1\n"
    what = "charter `checkout` has a field `{}`, which " + BY + " does not allow"
    budget = "`x-budget` of " + what
    assert said(tmp_path, schema, more) == [
        ("AL102 5:1", what.format("x-old"), "remove it, or add it to that schema"),
        ("AL102 6:12", budget.format("euro"), "a similar field exists: `euros`"),
        ("AL102 6:21", budget.format("dollars"), "remove it, or add it to that schema"),
        ("AL102 7:1", what.format("x-secret-plan"), "remove it, or add it to that schema"),
        ("AL102 8:1", what.format("x-a-name-of-many-words"), "remove it, or add it to that schema"),
    ]


def test_one_slip_is_one_mistake(tmp_path: Path) -> None:
    """The field that is not allowed is the one that is missing."""
    budget = {"properties": {"euros": {}}, "required": ["euros"], "additionalProperties": False}
    ((place, _, help_),) = said(tmp_path, {"properties": {"x-budget": budget}}, "x-budget: {euro: 3}\n")
    assert (place, help_) == ("AL102 5:12", "a similar field exists: `euros`")


def test_a_wrong_type_of_what_is_described_elsewhere(tmp_path: Path) -> None:
    tools = {"type": "array", "items": {"$ref": "#/$defs/tool"}}
    schema = {"properties": {"x-tools": tools}, "$defs": {"tool": {"type": "object", "required": ["name"]}}}
    ((place, _, help_),) = said(tmp_path, schema, "x-tools: hammer\n")
    assert (place, help_) == ("AL103 5:10", "write it as a list: `x-tools: [{name: …}]`")


def test_a_wrong_type(tmp_path: Path) -> None:
    schema = {"properties": {"x-a": {"type": "string", "title": "code"}, "x-b": {"type": ["array", "null"]}}}
    assert said(tmp_path, schema, "x-a: 4711\nx-b: one\n") == [
        ("AL103 5:6", f"`x-a` of charter `checkout` is a number, and should be text by {BY}", 'put it in quotes: `"4711"` (code)'),
        ("AL103 6:6", f"`x-b` of charter `checkout` is text, and should be a list or nothing by {BY}", "write it as a list: `x-b: [one]`"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("demand", "value", "message", "help_"),
    [
        ({"pattern": "^[0-9]{4}$", "title": "cost centre"}, '"47-11"', "is `47-11`, and should match `^[0-9]{4}$` by ", "cost centre"),
        ({"enum": ["gold", "silver"]}, "golden", "is `golden`, which is not one of its values by ", "it can be `gold`, `silver`"),
        ({"enum": ["gold", "silver"]}, "silvr", "is `silvr`, which is not one of its values by ", "a similar value exists: `silver`"),
        ({"const": 3, "description": "Three."}, "4", "is `4`, which is not one of its values by ", "it can be `3` (Three)"),
        ({"format": "date"}, "tomorrow", "is `tomorrow`, and should be in the format `date` by ", None),
        ({"minLength": 9}, "short", "is `short`, and should have at least 9 characters by ", None),
        ({"maxLength": 1}, "long", "is `long`, and should have at most 1 character by ", None),
        ({"minimum": 9}, "8", "is `8`, and should be at least 9 by ", None),
        ({"maximum": 7.5}, "8", "is `8`, and should be at most 7.5 by ", None),
        ({"exclusiveMinimum": 8}, "8", "is `8`, and should be more than 8 by ", None),
        ({"exclusiveMaximum": 8}, "8", "is `8`, and should be less than 8 by ", None),
        ({"multipleOf": 5}, "8", "is `8`, and should be a multiple of 5 by ", None),
        ({"minItems": 2}, "[a]", "has 1 item, and should have at least 2 by ", None),
        ({"maxItems": 1}, "[a, b]", "has 2 items, and should have at most 1 by ", None),
        ({"minProperties": 2}, "{a: 1}", "has 1 field, and should have at least 2 by ", None),
        ({"uniqueItems": True}, "[a, b, a]", "lists `a` twice, and should not by ", "remove one of the two"),
    ],
)  # fmt: skip
def test_a_wrong_value(tmp_path: Path, demand: dict[str, Any], value: str, message: str, help_: str | None) -> None:
    assert said(tmp_path, {"properties": {"x-a": demand}}, f"x-a: {value}\n") == [
        ("AL104 5:6", f"`x-a` of charter `checkout` {message}{BY}", help_)
    ]


def test_what_only_the_schema_can_say(tmp_path: Path) -> None:
    schema = {
        "anyOf": [{"required": ["x-a"]}, {"required": ["x-b"]}],
        "not": {"required": ["lead"]},
        "properties": {"x-c": {"contains": {"const": 1}, "description": "With a one."}},
    }
    assert said(tmp_path, schema, "lead: mei\nx-c: [2]\n") == [
        ("AL104 2:1", f"charter `checkout` is not as {BY} wants it (`anyOf`)", "add `x-a:` or `x-b:`"),
        ("AL104 2:1", f"charter `checkout` is not as {BY} wants it (`not`)", None),
        ("AL104 6:6", f"`x-c` of charter `checkout` is not as {BY} wants it (`contains`)", "With a one"),
    ]


def test_a_condition(tmp_path: Path) -> None:
    """As an organisation has it: platform teams state their cost centre."""
    schema = {
        "properties": {"x-cost-centre": {"$ref": "#/$defs/cost-centre"}},
        "if": {"properties": {"type": {"const": "platform"}}, "required": ["type"]},
        "then": {"required": ["x-cost-centre"]},
        "$defs": {"cost-centre": {"type": "string", "pattern": "^[0-9]{4}$", "description": "Four digits."}},
    }
    assert said(tmp_path, schema) == []
    assert said(tmp_path, schema, "type: platform\n") == [
        ("AL101 2:1", f"charter `checkout` has no `x-cost-centre`, which {BY} requires", "add `x-cost-centre:` (Four digits)")
    ]  # fmt: skip
    assert said(tmp_path, schema, 'type: platform\nx-cost-centre: "4711a"\n') == [
        ("AL104 6:16", f"`x-cost-centre` of charter `checkout` is `4711a`, and should match `^[0-9]{{4}}$` by {BY}", "Four digits")
    ]  # fmt: skip


def test_a_field_may_be_called_as_a_keyword(tmp_path: Path) -> None:
    names = ("propertyNames", "required", "$ref", "enum", "additionalProperties", "properties", "items")
    for number, demand in enumerate(({"maximum": 1}, False)):
        fields = {"x-a": {"properties": dict.fromkeys(names, demand)}}
        more = "x-a: {" + ", ".join(f"{name}: 2" for name in names) + "}\n"
        messages = [message for _, message, _ in said(tmp_path / str(number), {"properties": fields}, more)]
        assert len(messages) == len(names)
        assert all(f"`{name}`" in message for name, message in zip(names, messages, strict=True))


def test_parts_are_called_by_their_names(tmp_path: Path) -> None:
    schema = {"properties": {"goals": {"items": {"required": ["x-epic"]}}, "waivers": {"maxItems": 1}}}
    more = "goals:\n  - {id: pay, title: Paying takes ten seconds, supports: [fewer-abandoned-carts]}\n"
    assert said(tmp_path, schema, more) == [
        ("AL101 6:6", f"goal `checkout/pay` has no `x-epic`, which {BY} requires", "add `x-epic:`")
    ]


def test_all_mistakes_are_there_at_once_and_one_value_has_one(tmp_path: Path) -> None:
    schema = {
        "properties": {
            "x-a": {"type": "string", "minLength": 9, "pattern": "^b", "enum": ["x"]},
            "x-b": {"maximum": 1},
        },
        "required": ["x-c"],
        "allOf": [{"required": ["x-c"]}, {"properties": {"x-b": {"maximum": 1}}}],
    }
    assert [place for place, _, _ in said(tmp_path, schema, "x-a: 1\nx-b: 2\n")] == [
        "AL101 2:1",
        "AL103 5:6",
        "AL104 6:6",
    ]


def test_a_value_that_yaml_cut_is_explained(tmp_path: Path) -> None:
    ((place, _, help_),) = said(tmp_path, {"properties": {"x-a": {"type": "string"}}}, "x-a: #4711\n")
    assert place == "AL103 5:1"
    assert help_ == 'a hash after a space begins a comment; put quotes around the value: `"#4711"`'


def test_facts_are_the_same_tomorrow(tmp_path: Path) -> None:
    """Identities name the thing, the field and what is wrong with it; a moved line changes nothing."""
    schema = {"properties": {"x-a": {"maximum": 1}}, "required": ["x-b"], "anyOf": [{"required": ["x-c"]}]}
    first = found(tmp_path / "1", schema, "x-a: 2\n")
    second = found(tmp_path / "2", schema, "lead: mei\nx-a: 2\n")
    assert [item.identity for item in first] == [item.identity for item in second]
    assert len({item.identity for item in first}) == len(first) == 3
    assert first[-1].identity == ("checkout", "x-a", "2")


def test_severities_and_suppressions_hold_for_them_too(tmp_path: Path) -> None:
    schema = {"properties": {"x-a": {"maximum": 1}}}
    assert found(tmp_path, schema, "# align: ignore[AL104]: agreed with finance\nx-a: 2\n") == []


# --- on top of ours ---


def test_it_never_loosens_ours(tmp_path: Path) -> None:
    """Whatever it says, ours comes first."""
    schema = {"properties": {"x-a": {"maximum": 1}, "type": {"enum": ["tribe"]}, "mission": {"type": "integer"}}}
    report = check(tmp_path, files(schema, "type: tribe\nx-a: 2\n"))
    assert [line for line in lines(report) if "error" in line] == [
        "teams/checkout/charter.md:5:7: error[AL104] `type` of charter `checkout` is `tribe`, which is not one of its values"
    ]


def test_it_takes_nothing_from_the_rest(tmp_path: Path) -> None:
    """A charter that breaks it is as good as any for all other rules."""
    more = "goals:\n  - {id: pay, title: Paying takes ten seconds, supports: [nothing-there]}\n"
    schema = {"properties": {"goals": {"minItems": 2}, "mission": {"maxLength": 3}}, "required": ["lead"]}
    assert [item.code for item in found(tmp_path, schema, more)] == ["AL101", "AL104", "AL104", "AL202"]


def test_it_is_for_documents_of_its_kind_alone(tmp_path: Path) -> None:
    api = "---\nkind: team-api\nteam: checkout\ncontacts:\n  - {kind: chat, address: here}\n---\n"
    report = check(tmp_path, {**files({"required": ["x-a"]}), "teams/checkout/team-api.md": api})
    assert [item.path for item in report.diagnostics if item.code == "AL101"] == ["teams/checkout/charter.md"]


def test_every_kind_can_have_one(tmp_path: Path) -> None:
    kinds = ["org", "outcome", "guardrail", "charter", "goals", "team-api", "community"]
    config = "[schemas]\n" + "".join(f'{kind} = "{kind}.json"\n' for kind in kinds)
    documents = {
        "org.md": "name: P\nnorth-star: N.\n", "outcomes/a.md": "id: a\ntitle: A\n", "guardrails/b.md": "id: b\ntitle: B\nwhy: C.\n",
        "teams/t/charter.md": "team: t\nmission: M.\n", "teams/t/2026.md": "team: t\nperiod: 2026\ngoals: []\n",
        "teams/t/team-api.md": "team: t\n", "communities/c.md": "id: c\nname: C\n",
    }  # fmt: skip
    made: dict[str, str | bytes] = {
        path: f"---\nkind: {kind}\n{text}---\n" for kind, (path, text) in zip(kinds, documents.items(), strict=True)
    }
    own: dict[str, str | bytes] = {f"{kind}.json": json.dumps({"required": ["x-" + kind]}) for kind in kinds}
    report = check(tmp_path, {"align.toml": config, **made, **own})
    missing = [item.message for item in report.diagnostics if item.code == "AL101"]
    assert len(missing) == 7
    assert all(f"`x-{kind}`" in "".join(missing) for kind in kinds)


def test_other_drafts_are_understood(tmp_path: Path) -> None:
    for draft in ("http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2019-09/schema"):
        schema = {"$schema": draft, "$id": "https://acme.example/charter", "definitions": {"a": {"maximum": 1}}}
        found_ = said(
            tmp_path / draft[-9:-1], {**schema, "properties": {"x-a": {"$ref": "#/definitions/a"}}}, "x-a: 2\n"
        )
        assert [place for place, _, _ in found_] == ["AL104 5:6"]


# --- what cannot be used ---

DEEP = "[" * 100_000
ENTANGLED = {
    "$ref": "#/$defs/a0",
    "$defs": {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(30)}
    | {"a30": {"minProperties": 1}},
}
NESTED = json.loads('{"not":' * 300 + "{}" + "}" * 300)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("", ["is not valid JSON"]),
        ("{", ["is not valid JSON"]),
        ("type: object", ["is not valid JSON"]),
        (DEEP, ["nested too deeply"]),
        ('{"maximum": NaN}', ["is not valid JSON", "NaN"]),
        ('{"maximum": 1e999}', ["is "]),
        ('{"maximum": ' + "9" * 5000 + "}", ["is "]),
        ('{"pattern": "\\ud800"}', ["half a character"]),
        ('{"required": ["\\ud800"]}', ["half a character"]),
        ("[]", ["no JSON object"]),
        ("true", ["no JSON object"]),
        ({"type": "strin"}, ["is no JSON Schema", "strin"]),
        ({"properties": []}, ["is no JSON Schema", "`properties`"]),
        (NESTED, ["is no JSON Schema"]),
        ({"pattern": "(?=a)b"}, ["the pattern `(?=a)b`", "look-around"]),
        ({"pattern": "(a)\\1"}, ["the pattern", "back-references"]),
        ({"patternProperties": {"(?!x)": {}}}, ["pattern"]),
        ({"pattern": "("}, ["the pattern `(`"]),
        ({"pattern": "(a{1000}){1000}"}, ["the pattern"]),
        ({"$ref": "https://example.com/x.json"}, ["`https://example.com/x.json`", "nothing is fetched"]),
        ({"properties": {"a": {"$ref": "file:///etc/passwd"}}}, ["`file:///etc/passwd`", "nothing is fetched"]),
        ({"$ref": "other.json"}, ["`other.json`", "nothing is fetched"]),
        ({"$ref": "charter.schema.json"}, ["nothing is fetched"]),
        ({"$ref": "#/$defs/none"}, ["`#/$defs/none`", "not in it"]),
        ({"$ref": "#name", "$defs": {"a": {"$anchor": "name"}}}, ["`#name`", "not in it"]),
        ({"$ref": "#"}, ["`#`", "without end"]),
        ({"properties": {"default": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}}, ["`#`", "without end"]),
        ({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, ["without end"]),
        ({"$dynamicRef": "#"}, ["without end"]),
        (ENTANGLED, ["5000 parts"]),
        ({"$defs": {"a": {"$id": "https://example.com/a"}}}, ["`$id` inside"]),
        ({"$schema": "https://example.com/draft"}, ["`https://example.com/draft`", "2020-12"]),
        ({"$schema": "http://json-schema.org/draft-04/schema#"}, ["draft-04", "2020-12"]),
        ({"$schema": 7}, ["`7`", "2020-12"]),
    ],
)
def test_a_schema_that_cannot_be_used(tmp_path: Path, schema: object, words: list[str]) -> None:
    root = write(tmp_path, files(schema))
    began = time.process_time()
    with pytest.raises(AlignError) as caught:
        Repo(root).load(AS_OF)
    message = str(caught.value)
    assert message.startswith(f"`{PLACE}`, a schema in align.toml, ")
    for word in words:
        assert word in message
    assert "\n" not in message
    assert len(message) < 400
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("schemas/our-chartr.schema.json", ["does not exist", f"did you mean `{PLACE}`?"]),
        ("nowhere/at-all.json", ["does not exist"]),
        ("../other.json", ["leads out of the repo"]),
        ("/etc/hostname", ["leads out of the repo"]),
        ("linked-out.json", ["leads out of the repo"]),
        ("folder-out/other.json", ["leads out of the repo"]),
        ("schemas", ["not a regular file"]),
        ("pipe", ["not a regular file"]),
        ("huge.json", ["larger than 1024 KiB"]),
        ("latin.json", ["not UTF-8"]),
        ("linked-in.json", []),
        ("schemas/../schemas/our-charter.schema.json", []),
    ],
)
def test_where_a_schema_lies(tmp_path: Path, path: str, words: list[str]) -> None:
    (tmp_path / "other.json").write_text("{}")
    root = write(tmp_path / "repo", {**files({"maxProperties": 1}), "align.toml": f'[schemas]\ncharter = "{path}"\n'})
    (root / "linked-out.json").symlink_to("../other.json")
    (root / "folder-out").symlink_to("..")
    (root / "linked-in.json").symlink_to(PLACE)
    os.mkfifo(root / "pipe")
    (root / "huge.json").write_text("{" + " " * 2_000_000 + "}")
    (root / "latin.json").write_bytes(b'{"title": "\xe9"}')
    if not words:
        ws = Repo(root).load(AS_OF)
        assert [finding.rule for finding in ws.by_path["teams/checkout/charter.md"].problems] == ["AL104"]
        return
    with pytest.raises(AlignError) as caught:
        Repo(root).load(AS_OF)
    assert str(caught.value).startswith(f"`{path}`, a schema in align.toml, ")
    for word in words:
        assert word in str(caught.value)


def test_no_pattern_takes_longer_than_its_text(tmp_path: Path) -> None:
    schema = {"properties": {"x-a": {"pattern": "^(a+)+$"}, "x-b": {"pattern": "(x+x+)+y"}}}
    began = time.process_time()
    more = f"x-a: {'a' * 5000}b\nx-b: {'x' * 5000}\n"
    assert [item.code for item in found(tmp_path, schema, more)] == ["AL104", "AL104"]
    assert time.process_time() - began < 5


def test_a_bom_is_no_reason(tmp_path: Path) -> None:
    assert [item.code for item in found(tmp_path, "\ufeff" + json.dumps({"required": ["x-a"]}))] == ["AL101"]
