"""Data against the JSON Schemas: valid or not in microseconds, and for what is not, one fact per mistake.

jsonschema-rs decides; jsonschema, a hundred times slower and imported only then, explains.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema_rs

from aligncli.diagnostics import Edit, Finding, Fix, Route
from aligncli.document.traps import quoted
from aligncli.suggest import nearest, slug

if TYPE_CHECKING:
    from aligncli.schema.own import OwnSchema

_DEFS = "defs.schema.json#/$defs/"
_END = r"$(?!\\n)"
"""How a pattern ends in our schemas, as JSON has it: for most readers, a line feed may stand behind a mere ``$``."""
_MANY = 12
"""A list of field names up to this long is printed whole."""

_NOUNS = {
    "null": "nothing",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "array": "a list",
    "object": "a mapping (`key: value` lines)",
}
_NEEDS_QUOTES = tuple("#&*!|>@`%[]{},?:-\"'")
"""Signs that a plain value cannot begin with."""
_NAMED_BY = ("id", "team", "guardrail", "metric", "name", "title", "to", "what", "area", "kind")


class SchemaProblem(NamedTuple):
    """A mistake, and the part of the data that cannot be relied on because of it."""

    finding: Finding
    broken: tuple[Route, ...]
    """The values that are wrong or missing, or may be: a stray key may stand for any field that is not there."""
    remove: Route | None
    """What must go for the rest to be usable."""
    more: tuple[Route, ...] = ()
    """What else must."""


class _Cut(NamedTuple):
    """A text that ends at a comma in braces, and the keys that its rest has become."""

    field: str
    text: str
    rest: list[str]


class Pruned(NamedTuple):
    """Data without its broken parts, and for each list that lost items, the indexes of those that stayed."""

    data: dict[str, Any]
    kept: dict[Route, tuple[int, ...]]


def refuse(uri: str) -> Any:
    """What retrieves schemas from elsewhere: nothing does."""
    raise ValueError(f"a schema may not refer to {uri}: nothing is fetched")


class _Bundles(dict[str, dict[str, Any]]):
    """Self-contained schemas by kind, each made when it is first asked for.

    Args:
        texts: as for :class:`Schemas`.
        end: how a pattern ends. For jsonschema-rs ``$`` is the end and nothing else, and a pattern that need not look
            ahead takes it a third of the time.
    """

    def __init__(self, texts: Mapping[str, str], end: str) -> None:
        super().__init__()
        self._texts = texts
        self._end = end
        self._definitions: dict[str, Any] = {}
        self._uses: dict[str, list[str]] = {}

    def __missing__(self, kind: str) -> dict[str, Any]:
        bundle: dict[str, Any] = self._parsed(kind)
        shared = self._shared()
        used = [name for name in _names_in(bundle) if name in shared]
        for name in used:  # grows while it is read
            used.extend(other for other in self._uses[name] if other not in used)
        if used:
            bundle["$defs"] = {name: shared[name] for name in shared if name in used}
        self[kind] = bundle
        return bundle

    def _shared(self) -> dict[str, Any]:
        if not self._uses:
            self._definitions = self._parsed("defs")["$defs"]
            self._uses = {name: _names_in(definition) for name, definition in self._definitions.items()}
        return self._definitions

    def _parsed(self, name: str) -> Any:
        return json.loads(self._texts[name].replace(_DEFS, "#/$defs/").replace(_END, self._end))


class Schemas:
    """The schemas by kind, compiled when first needed.

    Args:
        texts: the JSON text of each schema file by its short name: ``charter``, ``defs`` …
        own: what an organisation asks for on top, by kind.
    """

    def __init__(self, texts: Mapping[str, str], own: Mapping[str, OwnSchema] | None = None) -> None:
        self._texts = texts
        self._own = own or {}
        self._written = _Bundles(texts, _END)
        self._decisive = _Bundles(texts, "$")
        self._gates: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def bundle(self, kind: str) -> dict[str, Any]:
        """One self-contained schema: the shared definitions that it uses stand in its own ``$defs``."""
        return self._written[kind]

    def is_valid(self, kind: str, data: object) -> bool:
        """Whether data passes the schema of its kind."""
        gate = self._gates.get(kind)
        if gate is None:
            bundle = self._decisive[kind]
            gate = jsonschema_rs.Draft202012Validator(bundle, validate_formats=True, retriever=refuse)
            self._gates[kind] = gate
        return gate.is_valid(data)

    def explain(self, kind: str, data: Mapping[str, Any], path: str, subject: str) -> list[SchemaProblem]:
        """Every mistake in data that is not valid, in the order of its routes.

        Args:
            kind: the kind whose schema it breaks.
            data: the frontmatter.
            path: of the document, for the findings.
            subject: what the document is about, such as ``checkout``; part of each finding's identity.
        """
        import jsonschema  # slow to import; needed for the few documents that are wrong

        bundle = self.bundle(kind)
        validator = jsonschema.Draft202012Validator(bundle, format_checker=jsonschema.FormatChecker(["date"]))
        errors = list(validator.iter_errors(data))
        explainer = _Explainer(self, kind, bundle, data, path, subject)
        problems = explainer.problems(errors, lambda part, value: validator.evolve(schema=part).is_valid(value))
        if not problems:  # the two libraries disagree: the one that decided has the word
            problems = [
                explainer.verbatim(tuple(error.instance_path), error.message)
                for error in self._gates[kind].iter_errors(data)
            ]
        problems.sort(key=lambda problem: [str(step).zfill(6) for step in problem.finding.route])
        return problems

    def extended(self, own: Mapping[str, OwnSchema]) -> Schemas:
        """The same schemas with an organisation's own on top."""
        return Schemas(self._texts, own)

    @property
    def own_texts(self) -> dict[str, tuple[str, str]]:
        """Path and text of the organisation's own schemas, by kind."""
        return {kind: (own.path, own.text) for kind, own in self._own.items()}

    def own_problems(self, kind: str, data: Mapping[str, Any], path: str, subject: str) -> list[SchemaProblem]:
        """What an organisation's own schema finds in data that is valid by ours; arguments as for ``explain``."""
        own = self._own.get(kind)
        return own.problems(data, _Explainer(self, kind, self.bundle(kind), data, path, subject)) if own else []

    def fields(self, kind: str) -> frozenset[str]:
        """The top-level fields of a kind."""
        return frozenset(self.bundle(kind)["properties"])


def _repeated(items: Sequence[Any]) -> Iterator[int]:
    """Where a list says again what it said before."""
    seen: set[Any] = set()
    for at, item in enumerate(items):
        known = len(seen)
        seen.add(_hashable(item))
        if len(seen) == known:
            yield at


def _hashable(value: Any) -> Any:
    """What is equal where values are, and can be looked up."""
    if isinstance(value, dict):
        return "mapping", frozenset((key, _hashable(item)) for key, item in value.items())
    return ("list", tuple(map(_hashable, value))) if isinstance(value, list) else value


def _names_in(schema: object) -> list[str]:
    """The shared definitions that a schema refers to."""
    found: dict[str, None] = {}
    queue = [schema]
    while queue:
        item = queue.pop()
        if isinstance(item, dict):
            ref = item.get("$ref")
            if isinstance(ref, str):
                found[ref.removeprefix("#/$defs/").split("/", 1)[0]] = None
            queue.extend(value for value in item.values() if isinstance(value, dict | list))
        elif isinstance(item, list):
            queue.extend(value for value in item if isinstance(value, dict | list))
    return list(found)


def _type_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def shown(value: object, most: int = 60) -> str:
    """A value in a sentence: on one line, and short."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split()).replace("`", "'")
    return text if len(text) <= most else text[: most - 1] + "…"


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def backquoted(words: Sequence[str]) -> str:
    """Words one after the other, each in backquotes."""
    return ", ".join(f"`{word}`" for word in words)


class _Explainer:
    """Turns the errors of one document into findings that speak of goals and measures, not of instances."""

    def __init__(
        self, schemas: Schemas, kind: str, bundle: dict[str, Any], data: Mapping[str, Any], path: str, subject: str
    ) -> None:
        self.schemas = schemas
        self.kind = kind
        self.bundle = bundle
        self.data = data
        self.path = path
        self.subject = subject

    # --- which of the errors are mistakes ---

    def problems(self, errors: Sequence[Any], fits: Callable[[Any, Any], bool]) -> list[SchemaProblem]:
        """One for each mistake that errors speak of; ``fits`` says whether a value passes a part of the schema."""
        from aligncli.schema.lost import Lost  # which few mistakes need

        lost = Lost(self, errors, fits)
        errors = [error for error in errors if not lost.explains(tuple(error.absolute_path))]
        unknown = [
            (tuple(e.absolute_path), key, e.schema)
            for e in errors
            for key in self.without_spilt(tuple(e.absolute_path), strays_of(e), e.schema)
            if not lost.explains((*e.absolute_path, key))
        ]
        missing = [
            (
                tuple(e.absolute_path),
                _missing(e),
                e.schema if "title" in e.schema else self.schema_at(tuple(e.absolute_path)),
            )
            for e in errors
            if e.validator == "required"
        ]
        found: dict[tuple[Route, str], SchemaProblem] = {}
        meant: set[tuple[Route, str]] = set()
        strays: dict[Route, list[str]] = {}
        for route, key, _ in unknown:
            strays.setdefault(route, []).append(key)
        gone: dict[Route, list[str]] = {}
        for route, field, _ in missing:
            gone.setdefault(route, []).append(field)
        cuts = {route: self.cuts(route, keys) for route, keys in strays.items()}
        for route, key, schema in unknown:
            place = self.at(route)
            absent = [field for field in schema.get("properties", ()) if field not in place]
            near = nearest(key, absent) or _run_together(key, absent)
            if near is None and (cut := cuts[route].get(key)):
                if key == cut.rest[0]:
                    found[route, key] = self.ended_by_comma(route, cut)
                continue
            if near is None and len(gone.get(route, ())) == len(strays[route]) == 1:
                # The only stray key where only one field is missing is most probably that field.
                near = gone[route][0]
            if near:
                meant.add((route, near))
            found[route, key] = self.unknown_field(route, key, schema, near)
        blank = self.blank(unknown, missing)
        found.update(((route, ""), self.empty(route, fields)) for route, fields in blank.items() if fields)
        for route, field, schema in missing:
            if route in blank:
                continue
            instead = "metric" if field == "name" and schema.get("title", "").startswith("measure") else field
            if (route, field) not in meant and (route, instead) not in meant:
                found[route, f"{field} missing"] = self.missing_field(route, field, schema)
        ranked = sorted((e for e in errors if e.validator not in ("required", "additionalProperties")), key=_rank)
        for error in ranked:
            route = tuple(error.absolute_path)
            if (route, "") not in found:
                found[route, ""] = self.wrong_value(route, error)
        return [*lost.problems, *(lost.doubted(problem) for problem in found.values())]

    def without_spilt(self, route: Route, strays: Sequence[str], schema: Mapping[str, Any]) -> Sequence[str]:
        """Stray keys without those that are the rest of a quoted value which its key swallowed:
        ``{name:"one, two"}``."""
        fields = schema.get("properties", ())
        swallowing = [key for key in strays if '"' in key and _run_together(key, fields)]
        return [key for key in strays if key in swallowing or self.at(route)[key] is not None] if swallowing else strays

    def blank(
        self, unknown: Iterable[tuple[Route, str, Any]], missing: Iterable[tuple[Route, str, Any]]
    ) -> dict[Route, list[str]]:
        """The mappings without a single field that they can have, and what they lack; nothing where a stray key is
        reported already."""
        strays = {route for route, _, _ in unknown}
        lacking: dict[Route, list[str]] = {}
        for route, field, schema in missing:
            if not any(key in schema.get("properties", ()) for key in self.at(route)):
                lacking.setdefault(route, []).append(field)
        return {
            route: [] if route in strays else fields for route, fields in lacking.items() if route and len(fields) > 1
        }

    # --- one mistake each ---

    def empty(self, route: Route, fields: Sequence[str]) -> SchemaProblem:
        """A mapping that says nothing."""
        finding = Finding(
            "AL101",
            self.path,
            f"{self.thing(route)} is empty",
            route,
            label="nothing in here",
            help=f"give it {' and '.join(f'`{field}`' for field in fields)}, or remove it",
            identity=(self.owner(route), self.field(route), "empty"),
        )
        return SchemaProblem(finding, tuple((*route, field) for field in fields), None)

    def missing_field(self, route: Route, field: str, schema: Mapping[str, Any]) -> SchemaProblem:
        noun = schema.get("title", "part")
        description = self.description(schema, field)
        if noun.startswith("measure"):
            message, help_ = f"{self.thing(route)} says neither `metric` nor `name`", "name what is measured"
        else:
            message = f"{self.thing(route)} has no `{field}`"
            help_ = f"add `{field}:`" + (f" ({description})" if description else "")
        finding = Finding(
            "AL101",
            self.path,
            message,
            (*route, field),
            label=f"`{field}` is missing here",
            help=help_,
            identity=(self.owner(route), field, "missing"),
        )
        return SchemaProblem(finding, ((*route, field),), None)

    def unknown_field(self, route: Route, key: str, schema: Mapping[str, Any], near: str | None) -> SchemaProblem:
        noun = schema.get("title", "part")
        message = f"{self.thing(route)} has a field `{shown(key)}`, which {_a(noun)} does not have"
        hint = ""
        help_: str | None
        if near and _run_together(key, [near]):
            sign = "a space is missing after the colon" if key[len(near)] == ":" else "a colon is missing"
            help_ = f"{sign}: `{near}: {shown(key[len(near) + 1 :].strip(), 30)}`"
            hint = f"{near}: …"
        elif near and nearest(key, [near]):
            help_, hint = f"a similar field exists: `{near}`", f"similar: {near}"
        elif near:
            help_, hint = f"`{near}` is missing: if this is it, rename it", f"missing: {near}"
        elif key == "<<":
            help_ = "merge keys are not part of YAML 1.2: write the fields out"
        elif elsewhere := self.elsewhere(key):
            help_ = f"`{key}` is a field of {elsewhere}"
        else:
            fields = [field for field in schema.get("properties", {}) if field != "kind"]
            listed = backquoted(fields[:_MANY]) + (" …" if len(fields) > _MANY else "")
            help_ = f"{_a(noun)} has: {listed}; a key of your own begins with `x-`" if listed else None
        finding = Finding(
            "AL102",
            self.path,
            message,
            (*route, key),
            on_key=True,
            label="unknown field",
            help=help_,
            hint=hint,
            fix=_fix(f"rename it to `{near}`", Edit(self.path, (*route, key), near, on_key=True))
            if near and not _run_together(key, [near])
            else None,
            identity=(self.owner(route), key),
        )
        # A stray key in a scope makes it wider than was meant, and a merge key may stand for anything.
        takes_all = key == "<<" or (route and route[-1] == "applies-to")
        if takes_all and not near:
            broken: tuple[Route, ...] = (route,)
        else:
            absent = [field for field in schema.get("properties", ()) if field not in self.at(route)]
            broken = tuple((*route, field) for field in ([near] if near else absent))
        return SchemaProblem(finding, broken, (*route, key))

    def cuts(self, route: Route, strays: Sequence[str]) -> dict[str, _Cut]:
        """The texts of a mapping that end at a comma in braces, by each key that is a part of the rest."""
        place = self.at(route)
        stray, found = {*strays}, {}
        cut: _Cut | None = None
        for key, value in place.items():
            if key in stray and value is None:
                if cut is not None:
                    cut.rest.append(key)
                    found[key] = cut
            else:
                is_text = isinstance(value, str) and self.schema_at((*route, key)).get("title") == "text"
                cut = _Cut(key, value, []) if is_text else None
        return found

    def ended_by_comma(self, route: Route, cut: _Cut) -> SchemaProblem:
        """A text in braces, without quotes, that has a comma in it."""
        key, whole = cut.rest[0], ", ".join((cut.text, *cut.rest[:20]))
        finding = Finding(
            "AL102",
            self.path,
            f"{self.subject_of((*route, cut.field))} ends at its comma: YAML reads `{shown(key)}` as a field",
            (*route, key),
            on_key=True,
            label="not part of the text",
            help=f"inside braces a comma ends a value; put quotes around it: `{cut.field}: {quoted(shown(whole, 120))}`",
            hint="put quotes around it",
            identity=(self.owner(route), key),
        )
        return SchemaProblem(finding, ((*route, cut.field), (*route, key)), (*route, key))

    def wrong_value(self, route: Route, error: Any) -> SchemaProblem:
        value, keyword, schema = error.instance, error.validator, error.schema
        if keyword == "uniqueItems":
            return self.listed_twice(route, value)
        subject = self.subject_of(route) if route else "the frontmatter"
        code, message, hint, fix = "AL104", "", "", None
        help_: str | None = None
        allowed_text = all(isinstance(item, str) for item in schema.get("enum", ()))
        if keyword == "type" or (keyword in ("enum", "const") and allowed_text and not isinstance(value, str)):
            code = "AL103"
            message, help_ = self.wrong_type(subject, route, value, schema.get("type", "string"), schema)
        elif keyword in ("enum", "const"):
            allowed = [str(item) for item in (schema["enum"] if keyword == "enum" else [schema["const"]])]
            near = nearest(str(value), allowed)
            message = f"{subject} is `{shown(value)}`, which is not one of its values"
            help_ = f"a similar value exists: `{near}`" if near else f"it can be {backquoted(allowed)}"
            hint = f"similar: {near}" if near else f"one of: {', '.join(allowed)}"
            fix = _fix(f"replace by `{near}`", Edit(self.path, route, near)) if near else None
        elif keyword in ("pattern", "format", "maxLength", "minLength"):
            message, help_ = self.wrong_text(subject, value, keyword, schema)
        elif keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            side = "at least" if "inimum" in keyword else "at most"
            side = (
                "more than" if keyword == "exclusiveMinimum" else "less than" if keyword == "exclusiveMaximum" else side
            )
            message = f"{subject} is {shown(value)}, and must be {side} {error.validator_value}"
        elif keyword in ("minItems", "maxItems") and value:
            side = "at least" if keyword == "minItems" else "at most"
            number = "1 item" if len(value) == 1 else f"{len(value)} items"
            message = f"{subject} has {number}, and must have {side} {error.validator_value}"
        elif keyword in ("minItems", "minProperties"):
            message, help_ = f"{subject} is empty", "give it at least one item, or remove the key"
        else:
            message = f"{subject} is not as it should be: {shown(error.message, 160)}"
        finding = Finding(
            code,
            self.path,
            message,
            route,
            help=help_,
            hint=hint,
            fix=fix,
            identity=(self.owner(route), self.field(route), shown(value)),
        )
        return SchemaProblem(finding, (route,), route)

    def listed_twice(self, route: Route, items: Sequence[Any]) -> SchemaProblem:
        """What a list says a second time; it may have been meant to be something else."""
        again = [(*route, at) for at in _repeated(items)]
        said = shown(self.at(again[0]))
        finding = Finding(
            "AL104",
            self.path,
            f"{self.subject_of(route)} lists `{said}` twice",
            again[0],
            label="again here",
            help="remove one of the two",
            identity=(self.owner(route), self.field(route), said),
        )
        return SchemaProblem(finding, (route,), again[0], tuple(again[1:]))

    def wrong_type(
        self, subject: str, route: Route, value: object, types: str | list[str], schema: Mapping[str, Any]
    ) -> tuple[str, str | None]:
        wanted = types if isinstance(types, list) else [types]
        nouns = " or ".join(_NOUNS[item] for item in wanted)
        name = route[-1] if route and isinstance(route[-1], str) else None
        if value is None:
            return f"{subject} is empty, and should be {nouns}", "write a value, or remove the key"
        message = f"{subject} is {_NOUNS[_type_of(value)]}, and should be {nouns}"
        if self.kind == "config":  # which is no YAML
            return message, f'write it as a list: `{name} = ["…"]`' if wanted == ["array"] else None
        if schema.get("title") == "date":
            return message, "write it as year-month-day: `2026-12-31`"
        if schema.get("title") == "period":
            return message, "write `2026`, `2026-H2`, `2026-Q4`, `2026-11` or `2026-10-01..2026-12-31`"
        if "enum" in schema:
            return message, f"it can be {backquoted([str(item) for item in schema['enum']])}"
        if "string" in wanted and isinstance(value, bool | int | float):
            return message, f'put it in quotes: `"{shown(value)}"`'
        if "array" in wanted and not isinstance(value, dict) and name:
            items = self.resolve(schema.get("items", {}))
            if items.get("type") == "object":
                fields = list(items.get("required", ())) or list(items.get("properties", ()))[:2]
                return message, f"write it as a list: `{name}: [{{{', '.join(f'{field}: …' for field in fields)}}}]`"
            item = shown(value)
            return (
                message,
                f"write it as a list: `{name}: [{json.dumps(item) if item[:1] in _NEEDS_QUOTES else item}]`",
            )
        if "array" in wanted and name:
            return message, f"begin each item below `{name}:` with a dash"
        if "object" in wanted and not isinstance(value, dict):
            fields = list(schema.get("required", ())) or list(schema.get("properties", ()))[:2]
            return message, f"write it as a mapping, such as `{{{', '.join(f'{field}: …' for field in fields)}}}`"
        if isinstance(value, list) and len(value) == 1:
            return message, "remove the brackets, or the dash: there is only one"
        if wanted == ["boolean"]:
            meant = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}.get(
                str(value).lower()
            )
            return message, f"write `{meant}`" if meant else "write `true` or `false`, without quotes"
        if wanted == ["integer"]:
            return message, "write digits alone, such as `12`"
        if wanted == ["number"]:
            return message, "write digits alone, such as `12` or `0.5`; a unit has a field of its own"
        return message, None

    @staticmethod
    def wrong_text(subject: str, value: str, keyword: str, schema: Mapping[str, Any]) -> tuple[str, str | None]:
        noun = schema.get("title", "text")
        if not value.strip():
            return f"{subject} is blank", "write something, or remove the key"
        if noun == "date" and re.match(r"\d{4}-\d{2}-\d{2}$", value):
            return f"{subject} is `{shown(value)}`, a day that does not exist", "correct the day"
        if noun == "date":
            return f"{subject} is `{shown(value)}`, which is not a date", "write it as year-month-day: `2026-12-31`"
        if noun == "period":
            return (
                f"{subject} is `{shown(value)}`, which is not a period",
                "write `2026`, `2026-H2`, `2026-Q4`, `2026-11` or `2026-10-01..2026-12-31`",
            )
        if keyword == "maxLength":
            most = schema["maxLength"]
            return f"{subject} has {len(value)} characters, and may have {most}", None
        meant = "/".join(slug(part) for part in value.split("/", 1)) if "goal" in noun else slug(value)
        if "reference" in noun or "entry" in noun or "declared" in noun:
            help_ = f"a reference is written like the id it names: `{meant}`" if meant else None
            if noun == "reference to a goal" and "/" not in value:
                help_ = f"a goal is written with its team: `team/{meant}`"
            return f"{subject} is `{shown(value)}`, which cannot be the id of anything", help_
        if noun.endswith("id"):
            help_ = "ids are lower-case words joined by hyphens" + (f": `{meant}`" if meant else "")
            return f"{subject} is `{shown(value)}`, which is not an id", help_
        return f"{subject} is `{shown(value)}`, which is not {_a(noun)}", None

    def verbatim(self, route: Route, message: str) -> SchemaProblem:
        finding = Finding("AL104", self.path, f"`{self.field(route)}` is not valid: {shown(message, 160)}", route)
        return SchemaProblem(finding, (route,), route)

    # --- names for places ---

    def at(self, route: Route) -> Any:
        value: Any = self.data
        for step in route:
            value = value[step]
        return value

    def field(self, route: Route) -> str:
        """The field that a route is about: its last key."""
        return next((step for step in reversed(route) if isinstance(step, str)), "")

    def holder(self, route: Route) -> Route:
        """The route of the mapping that has the field a route is about."""
        while route and not isinstance(route[-1], str):
            route = route[:-1]
        return route[:-1]

    def subject_of(self, route: Route) -> str:
        """The value at a route in words: ``an item of `supports` of goal `checkout/one-tap-pay```."""
        item = "an item of " if isinstance(route[-1], int) else ""
        return f"{item}`{self.field(route)}` of {self.thing(self.holder(route))}"

    def owner(self, route: Route) -> str:
        """The id of what a route lies in: ``checkout`` or ``checkout/one-tap-pay``."""
        if len(route) >= 2 and isinstance(route[1], int):
            item = self.at(route[:2])
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                inner = item["id"]
                return inner if self.kind == "org" else f"{self.subject}/{inner}"
        return self.subject

    def thing(self, route: Route) -> str:
        """The mapping at a route in words: ``goal `checkout/one-tap-pay```, ``a measure of goal …``."""
        if not route:
            noun = self.bundle["title"]
            return f"{noun} `{self.subject}`" if self.subject else f"the {noun}"
        if isinstance(route[-1], str):
            return f"`{route[-1]}` of {self.thing(self.holder(route))}"
        noun = self.schema_at(route).get("title", "part")
        value = self.at(route)
        if isinstance(value, dict):
            if isinstance(value.get("id"), str) and len(route) == 2 and noun != "declared guardrail":
                return f"{noun} `{shown(self.owner(route))}`"
            for name in () if noun.startswith("entry") else _NAMED_BY:
                if isinstance(value.get(name), str) and value[name].strip():
                    return f"{noun} `{shown(value[name], 40)}`"
        return f"{_a(noun)} of {self.thing(self.holder(route))}"

    def schema_at(self, route: Route) -> Mapping[str, Any]:
        schema: Mapping[str, Any] = self.bundle
        for step in route:
            schema = self.resolve(schema)
            inside = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
            schema = inside or {}
        return self.resolve(schema)

    def resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while isinstance(ref := schema.get("$ref"), str):
            target: Any = self.bundle
            for part in ref.removeprefix("#/").split("/"):
                target = target[part]
            schema = target
        return schema

    def description(self, schema: Mapping[str, Any], field: str) -> str:
        definition = schema.get("properties", {}).get(field, {})
        text = definition.get("description") or self.resolve(definition).get("description", "")
        return re.split(r"(?<=[.;])\s", text, maxsplit=1)[0].rstrip(".;")

    def elsewhere(self, key: str) -> str | None:
        """The one other kind of document that has this field at its top."""
        kinds = ("charter", "team-api", "org", "outcome", "guardrail", "community")
        having = [kind for kind in kinds if key in self.schemas.fields(kind)]
        return _a(self.schemas.bundle(having[0])["title"]) if len(having) == 1 and having[0] != self.kind else None


def _fix(title: str, edit: Edit) -> Fix:
    """What a nearest name suggests: somebody should look at it."""
    return Fix(title, False, (edit,))


def strays_of(error: Any) -> list[str]:
    """The keys that an error calls unknown, if it is about such."""
    if error.validator != "additionalProperties" or not isinstance(error.instance, dict):
        return []
    known = error.schema.get("properties", {})
    return [key for key in error.instance if key not in known and not key.startswith("x-")]


def _run_together(key: str, fields: Iterable[str]) -> str | None:
    """The field of a key that swallowed its value: ``team:booking`` or ``team booking``."""
    return next((field for field in fields if key.startswith((f"{field}:", f"{field} "))), None)


def _missing(error: Any) -> str:
    # One error per absent field, which only the message names.
    for field in error.validator_value:
        if error.message.startswith(repr(field)):
            return str(field)
    return str(error.validator_value[0])


def _rank(error: Any) -> int:
    order = ("type", "enum", "const", "pattern", "format")
    return order.index(error.validator) if error.validator in order else len(order)


def prune(data: Mapping[str, Any], problems: Sequence[SchemaProblem]) -> Pruned:
    """A copy of data without the parts that problems name, so that the rest can be used."""
    doomed = {route for problem in problems for route in (problem.remove, *problem.more) if route}
    kept: dict[Route, tuple[int, ...]] = {}

    def copy(value: Any, route: Route) -> Any:
        if isinstance(value, dict):
            return {key: copy(item, (*route, key)) for key, item in value.items() if (*route, key) not in doomed}
        if isinstance(value, list):
            stay = tuple(index for index in range(len(value)) if (*route, index) not in doomed)
            if len(stay) != len(value):
                kept[route] = stay
            return [copy(value[index], (*route, index)) for index in stay]
        return value

    return Pruned(copy(data, ()), kept)
