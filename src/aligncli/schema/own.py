"""An organisation's own JSON Schema on top of ours: it can ask for more, never for less.

jsonschema-rs alone judges, with regular expressions that take linear time. A schema may be a stranger's: nothing is
fetched, and what would unfold without end is refused before it is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from aligncli.diagnostics import AlignError, Edit, Finding, Fix, Route
from aligncli.schema.gate import SchemaProblem, backquoted, refuse, shown
from aligncli.suggest import nearest

if TYPE_CHECKING:
    from aligncli.schema.gate import _Explainer as Explainer

_DRAFTS = ("draft/2020-12", "draft/2019-09", "draft-07", "draft-06")
_DATA = ("enum", "const", "default", "examples")
"""Keywords whose value is no schema."""
_BY_NAME = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies")
"""Keywords whose value has a schema for each of some names."""
_MOST_PARTS = 5_000
_LONGEST = 200
_MANY = 12

_SIMILAR = "similar: "
_ORDER = ("type", "enum", "const", "pattern", "format")


class OwnSchema:
    """The schema of an organisation for one kind of document.

    Args:
        path: of its file, from the root.
        text: of its file.

    Raises:
        AlignError: it is no schema that can be used; the sentence says why.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._schema = _parse(path, text)
        try:
            _Sizes(path, self._schema).check()
            self._gate = jsonschema_rs.validator_for(
                self._schema,
                validate_formats=True,
                retriever=refuse,
                pattern_options=jsonschema_rs.RegexOptions(),
            )
        except RecursionError:
            raise AlignError(f"{_the(path)} is nested too deeply") from None
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            raise AlignError(f"{_the(path)} {_why(error)}") from None

    def problems(self, data: Mapping[str, Any], words: Explainer) -> list[SchemaProblem]:
        """Every mistake in data that passed our schema; none of them takes anything from the data.

        Args:
            data: the frontmatter.
            words: names its parts.
        """
        if self._gate.is_valid(data):
            return []
        found: dict[tuple[Route, str], Finding] = {}
        for error in sorted(self._gate.iter_errors(data), key=_rank):
            for route, what, finding in self._explained(error, words):
                found.setdefault((route, what), finding)
        # A stray field that resembles a missing one is that one: one slip, one mistake.
        slips = {
            (route, f"{finding.hint.removeprefix(_SIMILAR)} missing")
            for (route, _), finding in found.items()
            if finding.rule == "AL102"
        }
        kept = [finding for key, finding in found.items() if key not in slips]
        ordered = sorted(kept, key=lambda finding: [str(step).zfill(6) for step in finding.route])
        return [SchemaProblem(finding, (), None) for finding in ordered]

    def _explained(self, error: Any, words: Explainer) -> Iterator[tuple[Route, str, Finding]]:
        """The findings of one error, each with its place and what tells it from others there."""
        route: Route = tuple(error.instance_path)
        steps = list(error.schema_path)
        schema = self._at(steps[:-1])
        keyword = str(steps[-1]) if steps else ""
        value = words.at(route)
        missing = getattr(error.kind, "property", None)
        misnamed = getattr(getattr(error.kind, "error", None), "instance", None)
        if missing is not None:
            yield route, f"{missing} missing", self._missing(route, missing, schema, words)
        elif isinstance(value, dict) and hasattr(error.kind, "unexpected"):
            for key in error.kind.unexpected:
                yield route, f"{key} stray", self._stray(route, key, schema, words)
        elif isinstance(misnamed, str) and isinstance(value, dict) and misnamed in value:
            yield route, f"{misnamed} stray", self._stray(route, misnamed, {}, words)
        elif self._at(steps) is False and route and isinstance(route[-1], str):
            yield route[:-1], f"{route[-1]} stray", self._stray(route[:-1], route[-1], {}, words)
        else:
            # One mistake in a single value is enough; a list or a mapping can break several demands at once.
            what = keyword if isinstance(value, dict | list) and keyword != "type" else ""
            yield route, what, self._wrong(route, error, keyword, schema, words)

    # --- one mistake each ---

    def _missing(self, route: Route, field: str, schema: Mapping[str, Any], words: Explainer) -> Finding:
        described = (
            self._description(schema.get("properties", {}).get(field))
            or self._described((*route, field))
            or words.description(words.schema_at(route), field)
        )
        here = self._fields(route)
        slip = nearest(field, [key for key in words.at(route) if key.startswith("x-") and key not in here])
        if slip:
            help_ = f"`{slip}` is there: if this is it, rename it to `{field}`"
        else:
            help_ = f"add `{field}:`" + (f" ({described})" if described else "")
        return Finding(
            "AL101",
            words.path,
            f"{words.thing(route)} has no `{shown(field)}`, which {_by(self.path)} requires",
            (*route, field),
            label=f"`{shown(field)}` is missing here",
            help=help_,
            hint=f"{_SIMILAR}{slip}" if slip else "",
            fix=_rename(words.path, (*route, slip), field) if slip else None,
            identity=(words.owner(route), field, "missing"),
        )

    def _stray(self, route: Route, key: str, schema: Mapping[str, Any], words: Explainer) -> Finding:
        place = words.at(route)
        fields = schema.get("properties") or self._fields(route)
        near = nearest(key, [field for field in fields if field not in place])
        return Finding(
            "AL102",
            words.path,
            f"{words.thing(route)} has a field `{shown(key)}`, which {_by(self.path)} does not allow",
            (*route, key),
            on_key=True,
            label="not allowed here",
            help=f"a similar field exists: `{near}`" if near else "remove it, or add it to that schema",
            hint=f"{_SIMILAR}{near}" if near else "",
            fix=_rename(words.path, (*route, key), near) if near else None,
            identity=(words.owner(route), key),
        )

    def _wrong(self, route: Route, error: Any, keyword: str, schema: Mapping[str, Any], words: Explainer) -> Finding:
        value = words.at(route)
        subject = words.subject_of(route) if route else words.thing(())
        by = f"by {_by(self.path)}"
        described = self._description(schema) or self._described(route)
        limit = schema.get(keyword)
        code, hint = "AL104", ""
        help_: str | None = None
        fix: Fix | None = None
        demand = _demand(keyword, limit) if keyword in schema else None
        if keyword == "type" and limit is not None:
            types = limit if isinstance(limit, list) else [limit]
            code = "AL103"
            plain = {**schema, "items": self._resolved(schema.get("items"))}  # references lead into this schema
            message, help_ = words.wrong_type(subject, route, value, types, plain)
            message = f"{message} {by}"
        elif keyword in ("enum", "const") and keyword in schema:
            allowed = [_word(item) for item in (limit if isinstance(limit, list) and keyword == "enum" else [limit])]
            near = nearest(_word(value), allowed)
            help_ = f"a similar value exists: `{near}`" if near else f"it can be {_some(allowed)}"
            hint = f"{_SIMILAR}{near}" if near else f"one of: {', '.join(allowed[:_MANY])}"
            if near and isinstance(value, str):
                fix = Fix(f"replace by `{near}`", False, (Edit(words.path, route, near),))
            message = f"{subject} is {_value(value)}, which is not one of its values {by}"
        elif keyword == "uniqueItems":
            message, help_ = (
                f"{subject} lists {_value(_twice(value))} twice, and should not {by}",
                "remove one of the two",
            )
        elif demand and isinstance(value, dict | list):
            noun = "item" if isinstance(value, list) else "field"
            message = f"{subject} has {len(value)} {noun}{'' if len(value) == 1 else 's'}, and should {demand} {by}"
        elif demand:
            message = f"{subject} is {_value(value)}, and should {demand} {by}"
        else:
            message = f"{subject} is not as {_by(self.path)} wants it (`{shown(keyword)}`)"
            help_ = _choice(error)
        if described:
            help_ = f"{help_} ({described})" if help_ else described
        said = keyword if isinstance(value, dict | list) else shown(value)
        identity = (words.owner(route), words.field(route), said)
        place = route or (keyword,)  # which is not there: so it is the first key, as for a missing field
        return Finding(code, words.path, message, place, help=help_, hint=hint, fix=fix, identity=identity)

    # --- what the schema says of its parts ---

    def _at(self, steps: Sequence[str | int]) -> Any:
        """The part of the schema that an error points to; nothing known where it cannot be found."""
        here: Any = self._schema
        for step in steps:
            if step == "$ref" and isinstance(here, dict) and isinstance(here.get("$ref"), str):
                here = _pointed(self._schema, here["$ref"])
            elif (isinstance(here, dict) and step in here) or (
                isinstance(here, list) and isinstance(step, int) and step < len(here)
            ):
                here = here[step]  # type: ignore[index]
            else:
                return {}
        return here if isinstance(here, dict | bool) else {}

    def _described(self, route: Route) -> str:
        """What the schema says of a value in the place where one looks first: along its properties."""
        here: Any = self._schema
        for step in route:
            here = self._resolved(here)
            here = here.get("items") if isinstance(step, int) else here.get("properties", {}).get(step)
        return self._description(here) if route else ""

    def _fields(self, route: Route) -> Mapping[str, Any]:
        """The fields that the schema describes for the mapping at a route."""
        here: Any = self._schema
        for step in route:
            here = self._resolved(here)
            here = here.get("items") if isinstance(step, int) else here.get("properties", {}).get(step)
        fields = self._resolved(here).get("properties", {})
        return fields if isinstance(fields, dict) else {}

    def _description(self, schema: Any) -> str:
        """The description or title of a part, short enough for a line."""
        if not isinstance(schema, dict):
            return ""
        for part in (schema, self._resolved(schema)):
            text = part.get("description") or part.get("title")
            if isinstance(text, str) and part is not self._schema:
                return shown(text, _LONGEST).rstrip(".;")
        return ""

    def _resolved(self, schema: Any) -> Mapping[str, Any]:
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            schema = _pointed(self._schema, schema["$ref"])
        return schema if isinstance(schema, dict) else {}


# --- schemas that cannot be used ---


def _the(path: str) -> str:
    return f"`{path}`, a schema in align.toml,"


def _by(path: str) -> str:
    return f"the organisation's schema `{path}`"


def _parse(path: str, text: str) -> dict[str, Any]:
    def number(word: str) -> Any:
        raise ValueError(f"a number is {word}")

    try:
        schema = json.loads(text.removeprefix("\ufeff"), parse_constant=number)
        json.dumps(schema, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise AlignError(f"{_the(path)} is nested too deeply") from None
    except UnicodeEncodeError:
        raise AlignError(f"{_the(path)} is not valid JSON: half a character is written as an escape") from None
    except ValueError as error:
        raise AlignError(f"{_the(path)} is not valid JSON: {str(error)[:1].lower()}{str(error)[1:]}") from None
    if not isinstance(schema, dict):
        raise AlignError(f"{_the(path)} is no JSON object, and so no schema")
    draft = schema.get("$schema")
    if draft is not None and not any(known in str(draft) for known in _DRAFTS):
        raise AlignError(
            f"{_the(path)} is written in `{shown(draft)}`; write `https://json-schema.org/draft/2020-12/schema`, or nothing"
        )
    return schema


def _why(error: Exception) -> str:
    """Why jsonschema-rs does not take a schema, as the end of a sentence about it."""
    message = str(getattr(error, "message", error)).split("\n", 1)[0]
    pattern = re.match(r'"(.*)" is not a "regex"', message)
    if pattern or message.endswith('is not a "regex"'):
        what = f"the pattern `{shown(pattern[1])}`" if pattern else "a pattern"
        return (
            f"has {what}, which is not understood: look-around and back-references are not part of linear-time patterns"
        )
    place = "/".join(map(str, getattr(error, "instance_path", ())))
    return f"is no JSON Schema: {shown(message, _LONGEST)}" + (f" (at `{shown(place, _LONGEST)}`)" if place else "")


class _Sizes:
    """How many parts a schema has when every reference is written out, and whether that ends at all."""

    def __init__(self, path: str, schema: dict[str, Any]) -> None:
        self._path = path
        self._root = schema
        self._known: dict[tuple[int, bool], int] = {}
        self._open: set[int] = set()

    def check(self) -> None:
        """Refuses what would take without end, or what lies elsewhere.

        Raises:
            AlignError: a reference is none to a part of this file, or leads back to itself, or there are too many.
        """
        if self._size(self._root) > _MOST_PARTS:
            raise AlignError(f"{_the(self._path)} has more than {_MOST_PARTS} parts, its references written out")

    def _size(self, part: Any, *, by_name: bool = False) -> int:
        """The size of a part; ``by_name`` where its keys are names of fields or parts, not keywords."""
        if isinstance(part, list):
            return sum(map(self._size, part))
        if not isinstance(part, dict):
            return 0
        known = self._known.get((id(part), by_name))
        if known is not None:
            return known
        self._open.add(id(part))
        known = 1
        for key, value in part.items():
            if by_name or key not in _DATA:
                known += self._size(value, by_name=not by_name and key in _BY_NAME)
        if not by_name:
            if isinstance(part.get("$id"), str) and part is not self._root:
                raise AlignError(f"{_the(self._path)} has an `$id` inside: write one at its top, or none")
            for key in ("$ref", "$dynamicRef", "$recursiveRef"):
                if isinstance(part.get(key), str):
                    known += self._size(self._target(part[key]))
        self._open.remove(id(part))
        self._known[id(part), by_name] = known
        return known

    def _target(self, reference: str) -> Any:
        if not reference.startswith("#"):
            raise AlignError(
                f"{_the(self._path)} refers to `{shown(reference)}`, and nothing is fetched: put it below `$defs`"
            )
        target = _pointed(self._root, reference)
        if not isinstance(target, dict | bool):
            raise AlignError(f"{_the(self._path)} refers to `{shown(reference)}`, which is not in it")
        if id(target) in self._open:
            raise AlignError(f"{_the(self._path)} refers back to `{shown(reference)}` from inside of it, without end")
        return target


def _pointed(schema: Mapping[str, Any], reference: str) -> Any:
    """What a reference of the form ``#/$defs/name`` points to; nothing where there is no such part."""
    here: Any = schema
    for step in reference.removeprefix("#").split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict):
            here = here.get(step)
        else:
            here = here[int(step)] if isinstance(here, list) and step.isdecimal() and int(step) < len(here) else None
    return here if reference.startswith(("#/",)) or reference == "#" else None


# --- words ---


def _rank(error: Any) -> int:
    keyword = error.schema_path[-1] if error.schema_path else ""
    return _ORDER.index(keyword) if keyword in _ORDER else len(_ORDER)


def _demand(keyword: str, limit: Any) -> str | None:
    """What a keyword asks of a value, behind "should"."""
    plural = "" if limit == 1 else "s"
    return {
        "pattern": f"match `{shown(limit)}`",
        "format": f"be in the format `{shown(limit)}`",
        "minLength": f"have at least {limit} character{plural}",
        "maxLength": f"have at most {limit} character{plural}",
        "minimum": f"be at least {limit}",
        "maximum": f"be at most {limit}",
        "exclusiveMinimum": f"be more than {limit}",
        "exclusiveMaximum": f"be less than {limit}",
        "multipleOf": f"be a multiple of {limit}",
        "minItems": f"have at least {limit}",
        "maxItems": f"have at most {limit}",
        "minProperties": f"have at least {limit}",
        "maxProperties": f"have at most {limit}",
    }.get(keyword)


def _choice(error: Any) -> str | None:
    """What to add, where nothing but one of some fields is missing."""
    branches = getattr(error.kind, "context", [])
    fields = [getattr(branch[0].kind, "property", None) for branch in branches if len(branch) == 1]
    if not fields or len(fields) != len(branches) or None in fields:
        return None
    return "add " + " or ".join(f"`{shown(field)}:`" for field in fields)


def _twice(items: Sequence[Any]) -> Any:
    """The first item that a list has already."""
    seen: set[str] = set()
    for item in items:
        written = json.dumps(item, sort_keys=True)
        if written in seen:
            return item
        seen.add(written)
    return ""


def _rename(path: str, route: Route, to: str) -> Fix:
    return Fix(f"rename it to `{to}`", False, (Edit(path, route, to, on_key=True),))


def _value(value: Any) -> str:
    return f"`{shown(value)}`"


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _some(words: Sequence[str]) -> str:
    return backquoted(words[:_MANY]) + (" …" if len(words) > _MANY else "")
