"""Single mistakes, made systematically in every place of the examples where they can be made.

Each family of mistakes is a function over one document; :mod:`tests.test_sweep` says what each must give.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import yaml

from aligncli.diagnostics import LineTable, Position, Route, Span
from aligncli.document.fences import split
from tests.examples import Changes, examples

REFERENCES = ("reference", "reference to a goal", "reference to an outcome or a goal", "reference to a team or a goal")
_ENTRIES = ("entry of `supports`", "declared guardrail")
"""What is either a reference or a mapping that holds one."""


@dataclass(frozen=True)
class Mistake:
    """One mistake in one place; the texts are made when they are asked for."""

    path: str
    """The document that is wrong."""
    what: str
    """The field, within what holds it: ``goal.supports``; never an index or an id."""
    shown: str
    """What was done, for people."""
    edit: tuple[str, Span, str, int] | None = None
    """The text before, the stretch that is replaced, by what, and where the mistake is then."""
    files: Changes = field(default_factory=dict)
    """In place of an edit: what became of whole files."""

    @property
    def changes(self) -> Changes:
        """What the mistake makes of the files."""
        if self.edit is None:
            return self.files
        text, span, new, _ = self.edit
        return {self.path: text[: span.start] + new + text[span.end :]}

    @cached_property
    def _lines(self) -> LineTable:
        return LineTable(self.changes[self.path] or "")

    @property
    def place(self) -> Position:
        """Where it is, in the text as it is now."""
        return self._lines.position(self.edit[3]) if self.edit else Position(1, 1)

    @property
    def lines(self) -> range:
        """The lines that changed, or that lost a neighbour."""
        if self.edit is None:
            return range(1, 2)
        _, span, new, _ = self.edit
        return range(self._lines.position(span.start).line, self._lines.position(span.start + len(new)).line + 1)


@dataclass
class Node:
    """A value in the frontmatter of a document."""

    route: Route
    span: Span
    key: Span | None
    value: str | None
    """The text of a scalar; nothing for a list or a mapping."""
    is_flow: bool
    parent: Node | None
    children: list[Node] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The last key on the way to it."""
        return next((step for step in reversed(self.route) if isinstance(step, str)), "")

    @property
    def is_item(self) -> bool:
        """Whether it stands in a list."""
        return bool(self.route) and isinstance(self.route[-1], int)

    @property
    def start(self) -> int:
        """Where the whole entry begins, its key included."""
        return self.key.start if self.key else self.span.start

    @property
    def place(self) -> int:
        """Its position among its siblings."""
        assert self.parent is not None
        return next(index for index, child in enumerate(self.parent.children) if child is self)


class Page:
    """A document of the examples, ready to be spoiled."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.text = examples().texts[path]
        self.kind = examples().documents[path].kind
        front = split(self.text).frontmatter
        assert front is not None
        self.front = front
        self.lines = LineTable(self.text)
        root = yaml.compose(self.text[front.start : front.end], Loader=yaml.CBaseLoader)
        assert root is not None
        self.root = self._node(root, (), None, None)
        self.nodes = [*_below(self.root)]
        self._bundle = examples().schemas.bundle(self.kind)

    def _node(self, raw: yaml.Node, route: Route, key: Span | None, parent: Node | None) -> Node:
        start, end = raw.start_mark.index + self.front.start, raw.end_mark.index + self.front.start
        trimmed = re.sub(r"(\n[ \t]*(#[^\n]*)?)+\Z", "", self.text[start:end].rstrip())
        value = raw.value if isinstance(raw, yaml.ScalarNode) else None
        node = Node(
            route, Span(start, start + len(trimmed)), key, value, bool(getattr(raw, "flow_style", False)), parent
        )
        if isinstance(raw, yaml.MappingNode):
            for name, child in raw.value:
                place = Span(name.start_mark.index + self.front.start, name.end_mark.index + self.front.start)
                node.children.append(self._node(child, (*route, name.value), place, node))
        elif isinstance(raw, yaml.SequenceNode):
            for index, child in enumerate(raw.value):
                node.children.append(self._node(child, (*route, index), None, node))
        return node

    # --- what the schema says ---

    def schema(self, route: Route) -> Mapping[str, Any]:
        """The schema of the value at a route."""
        schema = self._resolve(self._bundle)
        for step in route:
            inside = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
            schema = self._resolve(inside or {})
        return schema

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while isinstance(ref := schema.get("$ref"), str):
            target: Any = self._bundle
            for part in ref.removeprefix("#/").split("/"):
                target = target[part]
            schema = target
        return schema

    def title(self, node: Node) -> str:
        """What the schema calls a value."""
        title: str = self.schema(node.route).get("title", "")
        return "reference" if node.value is not None and title in _ENTRIES else title

    def expects(self, node: Node) -> str:
        """What kind of thing a reference names, where only one kind of thing can stand there."""
        what, title = self.what(node), self.title(node)
        if "supports" in what:
            return "outcome"
        if title == "reference to a team or a goal" or node.name in ("team", "part-of", "teams"):
            return "team"
        if "declared" in what:
            return "guardrail"
        return next((kind for kind in ("metric", "community", "guardrail") if node.name.startswith(kind[:6])), "")

    def is_required(self, node: Node) -> bool:
        """Whether what holds a field cannot be without it."""
        assert node.parent is not None
        return node.key is not None and node.name in self.schema(node.parent.route).get("required", ())

    def what(self, node: Node) -> str:
        """The field of a value and what that belongs to: ``goal.supports``."""
        holder = node
        while holder.parent is not None and holder.is_item:
            holder = holder.parent
        owner = holder.parent.route if holder.parent is not None else ()
        title = self.schema(owner).get("title", "") or next((str(s) for s in reversed(owner) if isinstance(s, str)), "")
        return f"{self.kind if not owner else title}.{node.name}"

    # --- how it is spoilt ---

    def spoilt(self, node: Node, span: Span, text: str, shown: str, place: int | None = None) -> Mistake:
        """The mistake of writing a text in place of a stretch."""
        route = ".".join(map(str, node.route))
        edit = (self.text, span, text, span.start if place is None else place)
        return Mistake(self.path, self.what(node), f"{route}: {shown}", edit)

    def line(self, line: Span, span: Span, text: str) -> Mistake:
        """The mistake of writing a text in place of a stretch of a line."""
        number = self.lines.position(line.start).line
        shown = f"line {number}, `{self.text[line.start : line.end].strip()[:40]}`: {text!r}"
        here = next((node for node in self.nodes if line.start <= node.start <= line.end), None)
        what = self.what(here) if here is not None else self.kind
        return Mistake(self.path, what, shown, (self.text, span, text, span.start))

    def whole(self, changes: Changes, shown: str) -> Mistake:
        """A mistake with a whole file."""
        return Mistake([*changes][-1], self.kind, shown, None, changes)

    def without(self, node: Node) -> Span | None:
        """The stretch to cut so that an item or a field is gone; nothing where its holder would be empty."""
        assert node.parent is not None
        siblings, at = node.parent.children, node.place
        if at + 1 < len(siblings):
            return Span(node.start, siblings[at + 1].start)
        if at > 0:
            return Span(siblings[at - 1].span.end, node.span.end)
        return node.span if node.parent.is_flow and node.is_item else None


def _below(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _below(child)


@cache
def pages() -> tuple[Page, ...]:
    """Every document of the examples."""
    return tuple(Page(path) for path, document in sorted(examples().documents.items()) if document.kind)


Family = Callable[[Page], Iterator[Mistake]]
FAMILIES: dict[str, Family] = {}


def family(function: Family) -> Family:
    """Registers a family under its name in words."""
    FAMILIES[function.__name__.replace("_", " ")] = function
    return function


def mistakes(name: str) -> Iterator[Mistake]:
    """All mistakes of a family, document by document."""
    for page in pages():
        yield from FAMILIES[name](page)


# --- references ---


def _references(page: Page) -> Iterator[Node]:
    for node in page.nodes:
        if node.value is not None and page.title(node) in REFERENCES:
            yield node


@family
def a_reference_with_a_letter_dropped(page: Page) -> Iterator[Mistake]:
    for node in _references(page):
        assert node.value is not None
        for at in {1, len(node.value) // 2, len(node.value) - 1}:
            wrong = node.value[:at] + node.value[at + 1 :]
            if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)?", wrong):
                yield page.spoilt(node, node.span, wrong, f"`{wrong}`")


@family
def a_reference_to_nothing(page: Page) -> Iterator[Mistake]:
    for node in _references(page):
        assert node.value is not None
        team, slash, _ = node.value.partition("/")
        wrong = [f"{team}/zzqqxx", "zzqqxx/zzqqxx"] if slash else ["zzqqxx"]
        for text in wrong:
            yield page.spoilt(node, node.span, text, f"`{text}`")


@family
def a_reference_to_another_kind(page: Page) -> Iterator[Mistake]:
    ws = examples().clean
    kinds: dict[str, Mapping[str, object]] = {
        "outcome": ws.outcomes,
        "team": ws.teams,
        "guardrail": ws.guardrails,
        "metric": ws.metrics,
        "community": ws.communities,
    }
    for node in _references(page):
        assert node.value is not None
        right = page.expects(node)
        for kind, names in kinds.items():
            if kind != right and node.value not in names:
                wrong = next(iter(names))
                yield page.spoilt(node, node.span, wrong, f"{kind} `{wrong}`")


# --- fields ---


@family
def a_required_field_removed(page: Page) -> Iterator[Mistake]:
    yield from _removed(page, required=True)


@family
def an_optional_field_removed(page: Page) -> Iterator[Mistake]:
    yield from _removed(page, required=False)


def _removed(page: Page, *, required: bool) -> Iterator[Mistake]:
    for node in page.nodes:
        if node.key and page.is_required(node) is required and (span := page.without(node)):
            assert node.parent is not None
            first = node.parent.children[0]
            place = node.start if first is node else first.start
            yield page.spoilt(node, span, "", "removed", place)


@family
def a_key_misspelt(page: Page) -> Iterator[Mistake]:
    for node, key in _keys(page):
        for wrong in (key[:-1] if len(key) > 3 else f"{key}x", f"{key[0]}{key}", key.capitalize()):
            assert node.key is not None
            yield page.spoilt(node, node.key, wrong, f"`{wrong}`")


@family
def a_key_that_is_another_word(page: Page) -> Iterator[Mistake]:
    for node, _ in _keys(page):
        assert node.key is not None
        yield page.spoilt(node, node.key, "zzqqxx", "`zzqqxx`")


def _keys(page: Page) -> Iterator[tuple[Node, str]]:
    for node in page.nodes:
        assert node.parent is not None
        if node.key and node.parent.name != "glossary" and not node.name.startswith("x-"):
            yield node, node.name


@family
def a_field_written_twice(page: Page) -> Iterator[Mistake]:
    for node in page.nodes:
        if not node.key or node.parent is None:
            continue
        if node.parent.is_flow:
            between = ", "
        else:
            between = "\n" + " " * (node.key.start - page.text.rfind("\n", 0, node.key.start) - 1)
        text = between + page.text[node.start : node.span.end]
        end = Span(node.span.end, node.span.end)
        yield page.spoilt(node, end, text, "twice", node.span.end + len(between))


@family
def an_item_removed(page: Page) -> Iterator[Mistake]:
    for node in page.nodes:
        if node.is_item and (span := page.without(node)):
            yield page.spoilt(node, span, "", "removed")


@family
def an_item_doubled(page: Page) -> Iterator[Mistake]:
    for node in page.nodes:
        if not node.is_item or node.parent is None:
            continue
        end = Span(node.span.end, node.span.end)
        if node.parent.is_flow:
            between, begin = ", ", node.start
        else:
            between, begin = "\n", page.text.rfind("\n", 0, page.text.rfind("-", 0, node.start)) + 1
        text = between + page.text[begin : node.span.end]
        yield page.spoilt(node, end, text, "twice", node.span.end + len(between) + node.start - begin)


# --- values ---


@family
def a_word_that_is_not_on_the_list(page: Page) -> Iterator[Mistake]:
    for node in page.nodes:
        allowed = page.schema(node.route).get("enum")
        if allowed and node.value is not None and node.route != ("kind",):
            for wrong in (node.value[:-1], node.value.capitalize(), "zzqqxx"):
                yield page.spoilt(node, node.span, wrong, f"`{wrong}`")


@family
def another_word_of_the_list(page: Page) -> Iterator[Mistake]:
    for node in page.nodes:
        for other in page.schema(node.route).get("enum", ()):
            if node.value is not None and other != node.value:
                yield page.spoilt(node, node.span, str(other), f"`{other}`")


@family
def a_kind_that_is_wrong(page: Page) -> Iterator[Mistake]:
    for node in page.nodes:
        if node.route == ("kind",) and node.value is not None:
            for wrong in (node.value[:-1], node.value.capitalize(), *_KINDS):
                if wrong != node.value:
                    yield page.spoilt(node, node.span, wrong, f"`{wrong}`")


_KINDS = ("org", "outcome", "guardrail", "charter", "goals", "team-api", "community", "zzqqxx")


@family
def a_value_of_another_type(page: Page) -> Iterator[Mistake]:
    values = ("some words", "[some words]", "[]", "{a: b}", "7.5", "null", '""')
    for node in page.nodes:
        for value in values:
            if node.key:
                yield page.spoilt(node, Span(node.key.end, node.span.end), f": {value}", value, node.key.end + 2)
            else:
                yield page.spoilt(node, node.span, value, value)


@family
def a_day_that_is_none(page: Page) -> Iterator[Mistake]:
    for node in _days(page):
        for wrong in (
            "2026-02-31",
            "soon",
            "2026/01/02",
            "31-12-2026",
            "2026-1-2",
            "2026-11-20T10:00:00Z",
            "0000-01-01",
        ):
            yield page.spoilt(node, node.span, wrong, wrong)


@family
def a_day_long_ago(page: Page) -> Iterator[Mistake]:
    for node in _days(page):
        yield page.spoilt(node, node.span, "1999-01-01", "1999-01-01")


@family
def a_day_far_ahead(page: Page) -> Iterator[Mistake]:
    for node in _days(page):
        yield page.spoilt(node, node.span, "2099-01-01", "2099-01-01")


@family
def a_day_a_year_off(page: Page) -> Iterator[Mistake]:
    for node in _days(page):
        assert node.value is not None
        for by in (-1, 1):
            wrong = f"{int(node.value[:4]) + by}{node.value[4:]}"
            yield page.spoilt(node, node.span, wrong, wrong)


def _days(page: Page) -> Iterator[Node]:
    for node in page.nodes:
        if page.title(node) == "date":
            yield node


@family
def a_period_that_is_none(page: Page) -> Iterator[Mistake]:
    wrong = (
        "2026-Q9",
        "soon",
        "2027-Q1..2026-Q1",
        "2026-q4",
        "26-Q4",
        "2026-13",
        "2026-02-30..2026-03-01",
        "0000",
        "2026-Q1...2026-Q2",
    )
    for node in _periods(page):
        for text in wrong:
            yield page.spoilt(node, node.span, text, text)


@family
def a_period_long_ago(page: Page) -> Iterator[Mistake]:
    for node in _periods(page):
        for wrong in ("1999", "2025-Q4"):
            yield page.spoilt(node, node.span, wrong, wrong)


@family
def a_period_far_ahead(page: Page) -> Iterator[Mistake]:
    for node in _periods(page):
        for wrong in ("2099", "2027-Q4"):
            yield page.spoilt(node, node.span, wrong, wrong)


def _periods(page: Page) -> Iterator[Node]:
    for node in page.nodes:
        if page.title(node) == "period":
            yield node


@family
def a_number_moved(page: Page) -> Iterator[Mistake]:
    for node in page.nodes:
        if page.schema(node.route).get("type") in ("number", "integer") and node.value is not None:
            for wrong in ("0", "1000000", node.value.replace(".", "") + "0"):
                if wrong != node.value:
                    yield page.spoilt(node, node.span, wrong, wrong)


@family
def a_path_to_nothing(page: Page) -> Iterator[Mistake]:
    for node in page.nodes:
        value = node.value or ""
        if page.title(node) in ("path or URL",) and not value.startswith("http"):
            yield page.spoilt(node, node.span, value.replace(".md", "x.md"), "misspelt")
            yield page.spoilt(node, node.span, f"/nowhere{value}", "in a folder that is not there")


@family
def an_id_misspelt(page: Page) -> Iterator[Mistake]:
    for node in _ids(page):
        assert node.value is not None
        at = len(node.value) // 2
        wrong = node.value[:at] + node.value[at + 1 :]
        if "--" not in wrong and not wrong.endswith("-"):
            yield page.spoilt(node, node.span, wrong, f"`{wrong}`")


@family
def an_id_that_is_none(page: Page) -> Iterator[Mistake]:
    for node in _ids(page):
        assert node.value is not None
        for wrong in (node.value.upper(), f"{node.value}_", f"{node.value} x", "a" * 65):
            yield page.spoilt(node, node.span, wrong, f"`{wrong[:12]}`")


@family
def an_id_that_is_taken(page: Page) -> Iterator[Mistake]:
    for node in _ids_of_all(page):
        others = (
            other
            for another in pages()
            for other in _ids_of_all(another)
            if another.what(other) == page.what(node) and other.value != node.value
        )
        taken = next(others).value or ""
        yield page.spoilt(node, node.span, taken, f"`{taken}`")


def _ids_of_all(page: Page) -> Iterator[Node]:
    """Those that nothing else in the organisation may have."""
    for node in _ids(page):
        if page.what(node).partition(".")[0] in ("outcome", "guardrail", "metric", "community", "charter"):
            yield node


def _ids(page: Page) -> Iterator[Node]:
    for node in page.nodes:
        if page.title(node) == "id":
            yield node


# --- what YAML makes of it ---


@family
def a_character_that_yaml_takes_for_its_own(page: Page) -> Iterator[Mistake]:
    for node in page.nodes:
        if node.value is None or node.key is None or node.parent is None or node.parent.is_flow:
            continue
        if page.text[node.span.start] in "\"'>|":
            continue
        for sign in ("Oh: ", "@", "*", '"', "%", "#", "[", "`"):
            at = Span(node.span.start, node.span.start)
            yield page.spoilt(node, at, sign, f"`{sign}` in front")


@family
def a_value_cut_at_a_hash(page: Page) -> Iterator[Mistake]:
    for node in page.nodes:
        if node.value is None or node.key is None or node.parent is None or node.parent.is_flow:
            continue
        if page.text[node.span.start] not in "\"'>|":
            end = Span(node.span.end, node.span.end)
            yield page.spoilt(node, end, " #12", "` #12` behind", node.span.start)


@family
def a_line_deleted(page: Page) -> Iterator[Mistake]:
    for line in _lines(page):
        yield page.line(line, Span(line.start, line.end + 1), "")


@family
def a_line_indented(page: Page) -> Iterator[Mistake]:
    for line in _lines(page):
        yield page.line(line, Span(line.start, line.start), " ")
        yield page.line(line, Span(line.start, line.start), "\t")
        if page.text[line.start] == " ":
            yield page.line(line, Span(line.start, line.start + 1), "")


@family
def a_line_that_is_no_yaml(page: Page) -> Iterator[Mistake]:
    for line in _lines(page):
        yield page.line(line, Span(line.start, line.start), "oops\n")
        yield page.line(line, Span(line.end, line.end), " {")
        colon = page.text.find(": ", line.start, line.end)
        if colon > 0:
            yield page.line(line, Span(colon + 1, colon + 2), "")
            yield page.line(line, Span(colon, colon + 1), "")


def _lines(page: Page) -> Iterator[Span]:
    at = page.front.start
    for line in page.text[page.front.start : page.front.end].splitlines(keepends=True):
        if line.strip():
            yield Span(at, at + len(line) - 1)
        at += len(line)


# --- whole files ---


@family
def a_file_deleted(page: Page) -> Iterator[Mistake]:
    yield page.whole({page.path: None}, "deleted")


@family
def a_file_renamed(page: Page) -> Iterator[Mistake]:
    folder, _, _ = page.path.rpartition("/")
    yield page.whole({page.path: None, f"{folder}/zzqqxx.md".lstrip("/"): page.text}, "to zzqqxx.md")


@family
def a_file_moved(page: Page) -> Iterator[Mistake]:
    name = page.path.rpartition("/")[2]
    yield page.whole({page.path: None, f"zzqqxx/{name}": page.text}, "to zzqqxx/")


@family
def a_file_copied(page: Page) -> Iterator[Mistake]:
    folder, _, name = page.path.rpartition("/")
    yield page.whole({f"{folder}/zzqqxx.md".lstrip("/"): page.text}, "to zzqqxx.md")
    yield page.whole({f"zzqqxx/{name}": page.text}, "to zzqqxx/")


@family
def a_file_cut_short(page: Page) -> Iterator[Mistake]:
    front, text = page.front, page.text
    for tenths in range(1, 10):
        yield page.whole({page.path: text[: front.start + (front.end - front.start) * tenths // 10]}, f"{tenths}0 %")


@family
def a_file_emptied(page: Page) -> Iterator[Mistake]:
    yield page.whole({page.path: ""}, "empty")
    yield page.whole({page.path: "\n\n"}, "blank")
    yield page.whole({page.path: "---\n---\n"}, "no field")


@family
def a_fence_broken(page: Page) -> Iterator[Mistake]:
    front, text = page.front, page.text
    broken = {
        "none": text[front.start : front.end] + text[front.end + 4 :],
        "not opened": text[front.start :],
        "not closed": text[: front.end] + text[front.end + 4 :],
        "text before": f"# Title\n\n{text}",
        "blank line before": f"\n{text}",
        "space before": f" {text}",
        "four dashes": f"-{text}",
        "closed by dots": f"{text[: front.end]}...{text[front.end + 3 :]}",
        "closing indented": f"{text[: front.end]} {text[front.end :]}",
        "only prose": text[front.end + 4 :],
    }
    for shown, new in broken.items():
        yield page.whole({page.path: new}, shown)


@family
def a_file_that_is_no_text(page: Page) -> Iterator[Mistake]:
    yield page.whole({page.path: f"{page.text[:50]}\0{page.text[50:]}"}, "a NUL")
    conflict = f"{page.text[: page.front.start]}<<<<<<< HEAD\n{page.text[page.front.start :]}"
    yield page.whole({page.path: conflict}, "an unfinished merge")


@family
def another_editor(page: Page) -> Iterator[Mistake]:
    yield page.whole({page.path: f"\ufeff{page.text}"}, "a byte-order mark")
    yield page.whole({page.path: page.text.replace("\n", "\r\n")}, "CRLF")
    yield page.whole({page.path: page.text.replace("\n", "\r")}, "CR")
    yield page.whole({page.path: page.text.replace("---\n", "---  \n", 1)}, "blanks behind a fence")
    yield page.whole({page.path: page.text.rstrip("\n")}, "no line end at the end")
