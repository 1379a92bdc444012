"""Lists and mappings that lost their own line, so that what they hold has fallen to the one above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aligncli.diagnostics import Finding, Route
from aligncli.schema.gate import SchemaProblem, backquoted, strays_of

if TYPE_CHECKING:
    from aligncli.schema.gate import _Explainer as Explainer

Fits = Callable[[Any, Any], bool]
"""Whether a value passes a part of the schema."""


class Lost:
    """What of a document's mistakes comes from such a line: each is one, however many fields are wrong for it.

    Args:
        words: what the document says, and how to speak of it.
        errors: all that is wrong with it.
        fits: says whether a value passes a part of the schema.
    """

    def __init__(self, words: Explainer, errors: Sequence[Any], fits: Fits) -> None:
        self._words = words
        self._fits = fits
        self._doubts: dict[Route, tuple[Route, ...]] = {}
        self.problems = [*self._items(errors), *self._fields(errors)]
        self._gone = {route for problem in self.problems for route in (problem.remove, *problem.more)}

    def explains(self, route: Route) -> bool:
        """Whether something is wrong because it is not where it belongs."""
        return any(route[:length] in self._gone for length in range(1, len(route) + 1))

    def doubted(self, problem: SchemaProblem) -> SchemaProblem:
        """A problem of an item that may belong to another list: nothing else of it, or of that list, is known."""
        route = problem.finding.route
        for length in range(1, len(route) + 1):
            lists = self._doubts.get(route[:length])
            if lists is not None:
                item = self._words.at(route[:length])
                fields = self._words.schema_at(route[:length]).get("properties", ())
                unsure = ((*route[:length], field) for field in fields if field not in item)
                return problem._replace(broken=(*problem.broken, *lists, *unsure))
        return problem

    def _items(self, errors: Sequence[Any]) -> Iterator[SchemaProblem]:
        """Items at the end of a list that are those of another one of the same mapping."""
        wrong: dict[Route, dict[int, Counter[bool]]] = {}
        for error in errors:
            route = tuple(error.absolute_path)
            for at, step in enumerate(route):
                if isinstance(step, int):
                    slips = wrong.setdefault(route[:at], {}).setdefault(step, Counter())
                    lacks = error.validator == "required"
                    slips[lacks] += 1 if lacks else len(strays_of(error)) or 1
        moved: set[Route] = set()
        for route in sorted(wrong, key=len):
            inside = any(route[:length] in moved for length in range(1, len(route)))
            if inside or not route or not isinstance(route[-1], str):
                continue
            slips_in, items = wrong[route], self._words.at(route)
            first, fields = self._tail(route, items, slips_in)
            run = range(first, len(items))
            if fields and sum(max(slips_in[at].values()) for at in run) > 1:
                moved.update((*route, at) for at in run)
                yield self._another_list(route, run, fields)
            elif fields:
                # One slip (a field under another name) in one item is more likely than a line that is missing.
                self._doubts[*route, first] = tuple((*route[:-1], field) for field in fields)

    def _tail(self, route: Route, items: Sequence[Any], wrong: Mapping[int, object]) -> tuple[int, list[str]]:
        """From which item on a list holds what belongs to other lists that are not there, and to which."""
        holder = self._words.at(route[:-1])
        tail = next((at for at in range(len(items), 0, -1) if at - 1 not in wrong), 0)
        first, fields = len(items), list[str]()
        for field, schema in self._words.schema_at(route[:-1]).get("properties", {}).items():
            part = self._words.resolve(schema).get("items")
            if part is None or field in holder:
                continue
            at = next((at for at in range(len(items), tail, -1) if not self._fits(part, items[at - 1])), tail)
            if at < first:
                first, fields = at, []
            if at == first < len(items):
                fields.append(field)
        return first, fields

    def _fields(self, errors: Sequence[Any]) -> Iterator[SchemaProblem]:
        """Fields of a mapping that are those of another one beside it."""
        for error in errors:
            route, strays = tuple(error.absolute_path), strays_of(error)
            if len(strays) < 2 or not route or not isinstance(route[-1], str):
                continue
            holder, part = self._words.at(route[:-1]), {key: error.instance[key] for key in strays}
            for field, schema in self._words.schema_at(route[:-1]).get("properties", {}).items():
                known = self._words.resolve(schema).get("properties")
                if known and field not in holder and known.keys() >= part.keys() and self._fits(schema, part):
                    yield self._another_mapping(route, strays, field)
                    break

    def _another_list(self, route: Route, items: range, fields: Sequence[str]) -> SchemaProblem:
        holder, many = route[:-1], len(items) > 1
        finding = Finding(
            "AL102",
            self._words.path,
            f"{f'{len(items)} items' if many else 'an item'} of `{route[-1]}` of {self._words.thing(holder)} "
            f"{'have' if many else 'has'} the fields of {' or '.join(f'`{field}`' for field in fields)}",
            (*route, items[0]),
            label="another list begins here",
            help=f"put the line {' or '.join(f'`{field}:`' for field in fields)} "
            f"before {'the first of them' if many else 'it'}",
            hint=f"{fields[0]}: is missing",
            identity=(self._words.owner(holder), str(route[-1]), *fields),
        )
        broken = tuple((*holder, field) for field in fields)
        return SchemaProblem(finding, broken, (*route, items[0]), tuple((*route, at) for at in items[1:]))

    def _another_mapping(self, route: Route, keys: Sequence[str], field: str) -> SchemaProblem:
        holder = route[:-1]
        finding = Finding(
            "AL102",
            self._words.path,
            f"`{route[-1]}` of {self._words.thing(holder)} has the fields of `{field}`: {backquoted(keys)}",
            (*route, keys[0]),
            on_key=True,
            label="another part begins here",
            help=f"put the line `{field}:` before `{keys[0]}`",
            hint=f"{field}: is missing",
            identity=(self._words.owner(holder), str(route[-1]), field),
        )
        return SchemaProblem(finding, ((*holder, field),), (*route, keys[0]), tuple((*route, key) for key in keys[1:]))
