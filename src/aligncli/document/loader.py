"""Loads YAML as its core schema reads it, with limits, duplicate keys found, and no way to run code.

PyYAML's C parser composes nodes; its own resolver is switched off and scalars are typed while the data is
built, which takes half the time of the stock loader and keeps ``yes``, ``2026-12-31`` and ``9:30`` text.
"""

from __future__ import annotations

import operator
import re
from math import isfinite
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

from aligncli.diagnostics import Route, Span

MAX_DEPTH = 100
"""Levels of nesting; libyaml's composer recurses in C and would end the process far beyond that."""
MAX_NODES = 50_000
"""Values in one document, after aliases are expanded."""
MAX_DIGITS = 18
"""A longer run of digits is a name (an account, a ticket), not a quantity: it stays text."""

_NUMBER_STARTS = frozenset("0123456789+-.")
_CONSTANTS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INT = re.compile(rf"[-+]?[0-9]{{1,{MAX_DIGITS}}}\Z")
_OCTAL = re.compile(r"0o[0-7]{1,18}\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,15}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_TAG = "tag:yaml.org,2002:"
_SAFE_DEPTH = 500
"""Levels that libyaml's recursion takes without harm."""
_DEEP_LINE = re.compile(r"[ \t\-?:]{250}")


class YamlError(NamedTuple):
    """Why a text could not be read as one YAML document, and where (offsets into that text)."""

    message: str
    span: Span
    context: tuple[str, Span] | None = None
    """A second place that belongs to it, with its label."""


class DuplicateKey(NamedTuple):
    """A key that one mapping has twice."""

    key: str
    route: Route
    """Of the mapping."""
    span: Span
    first: Span


class Loaded(NamedTuple):
    """The data of a text; where there is an error, there is no data."""

    data: Any
    error: YamlError | None
    duplicates: tuple[DuplicateKey, ...] = ()


class _Composer(CParser):
    """Composes nodes and leaves their tags empty unless the text gives one.

    What is called back before and after each node is in C, which does nothing faster than a method does.
    """

    def resolve(self, kind: type, value: str, implicit: object) -> str:
        return ""

    descend_resolver = staticmethod(operator.is_)
    ascend_resolver = staticmethod(bool)


class _Refused(Exception):
    def __init__(self, message: str, node: yaml.Node) -> None:
        self.error = YamlError(message, place_of(node))


def place_of(thing: Any) -> Span:
    """The offsets of a node or an event, which a parser always gives marks to."""
    return Span(thing.start_mark.index, thing.end_mark.index)


def typed(value: str) -> Any:
    """What a plain scalar means in YAML's core schema; NaN, infinities and endless digits stay text."""
    if value in _CONSTANTS:
        return _CONSTANTS[value]
    if value[0] not in _NUMBER_STARTS:
        return value
    if value.find("-", 1) > 0 and "e" not in value and "E" not in value:
        return value  # a day or a period, which are far more frequent than numbers
    if _INT.match(value):
        return int(value)
    if _FLOAT.match(value) and ("." in value or "e" in value or "E" in value):
        number = float(value)
        return number if isfinite(number) else value
    if _HEX.match(value):
        return int(value, 16)
    if _OCTAL.match(value):
        return int(value, 8)
    return value


class _Builder:
    """Builds plain data out of nodes."""

    def __init__(self) -> None:
        self.nodes = 0
        self.doubles: list[tuple[dict[str, Any], str, Span, Span]] = []

    def build(self, node: yaml.Node, depth: int = 1) -> Any:
        if node.__class__ is yaml.ScalarNode:
            return self.scalar(node)
        items = node.value
        self.nodes += len(items)
        if self.nodes > MAX_NODES:
            raise _Refused(f"more than {MAX_NODES:,} values in one document, aliases expanded", node)
        if depth > MAX_DEPTH:
            raise _Refused(f"nested more than {MAX_DEPTH} levels deep", node)
        is_mapping = node.__class__ is yaml.MappingNode
        if node.tag and node.tag != _TAG + ("map" if is_mapping else "seq"):
            raise _Refused(f"the tag `{node.tag}` is not allowed here: only plain data is read", node)
        if not is_mapping:
            return [
                self.scalar(item) if item.__class__ is yaml.ScalarNode else self.build(item, depth + 1)
                for item in items
            ]
        result: dict[str, Any] = {}
        for key_node, value_node in items:
            if key_node.__class__ is not yaml.ScalarNode:
                raise _Refused("a key must be a word, not a list or a mapping", key_node)
            # The commonest value is a plain word or quoted text: settled here without another call.
            if value_node.__class__ is yaml.ScalarNode and not value_node.tag:
                value = value_node.value
                if not value_node.style and (not value or value[0] in _NUMBER_STARTS or value in _CONSTANTS):
                    value = typed(value)
            else:
                value = self.build(value_node, depth + 1)
            result[key_node.value] = value
        if len(result) != len(items):
            self.keep_first(result, items, depth)
        return result

    def scalar(self, node: yaml.ScalarNode) -> Any:
        if node.tag:
            return self.tagged(node)
        return node.value if node.style else typed(node.value)

    def keep_first(self, result: dict[str, Any], items: list[tuple[yaml.ScalarNode, yaml.Node]], depth: int) -> None:
        """Of a key that stands twice the first value counts, and each later one is noted."""
        first: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
        for key_node, value_node in items:
            key = key_node.value
            if key in first:
                self.doubles.append((result, key, place_of(key_node), place_of(first[key][0])))
            else:
                first[key] = key_node, value_node
        for double in self.doubles:
            if double[0] is result:
                result[double[1]] = self.build(first[double[1]][1], depth + 1)

    def duplicates(self, data: Any) -> tuple[DuplicateKey, ...]:
        """The keys that stand twice, with the routes of their mappings."""
        if not self.doubles:
            return ()
        routes: dict[int, Route] = {}
        stack: list[tuple[Route, Any]] = [((), data)]
        while stack:
            route, value = stack.pop()
            if isinstance(value, dict):
                routes[id(value)] = route
                stack.extend(((*route, key), item) for key, item in value.items())
            elif isinstance(value, list):
                stack.extend(((*route, index), item) for index, item in enumerate(value))
        return tuple(
            DuplicateKey(key, routes[id(mapping)], span, first)
            for mapping, key, span, first in self.doubles
            if id(mapping) in routes  # one inside a value that does not count itself is not reported
        )

    def tagged(self, node: yaml.ScalarNode) -> Any:
        name = node.tag.removeprefix(_TAG)
        if name == "str":
            return node.value
        value = typed(node.value)
        kinds: dict[str, tuple[type, ...]] = {
            "int": (int,),
            "float": (int, float),
            "bool": (bool,),
            "null": (type(None),),
        }
        if node.tag != name and name in kinds:
            if type(value) in kinds[name]:
                return value
            raise _Refused(f"the tag `!!{name}` does not fit its value `{node.value[:40]}`", node)
        raise _Refused(f"the tag `{node.tag}` is not allowed here: only plain data is read", node)


def load(text: str) -> Loaded:
    """Reads one YAML document.

    Gives its data, or the error that kept it from being read; never raises for what the text holds. A mapping
    is a ``dict`` with text keys, a sequence a ``list``, a scalar ``str``, ``int``, ``float``, ``bool`` or ``None``.
    """
    parser = None
    try:
        if error := _too_deep(text):
            return Loaded(None, error)
        parser = _Composer(text)
        node = parser.get_single_node()
        if node is None:
            return Loaded(None, None)
        builder = _Builder()
        data = builder.build(node)
        return Loaded(data, None, builder.duplicates(data))
    except _Refused as refused:
        return Loaded(None, refused.error)
    except yaml.MarkedYAMLError as error:
        return Loaded(None, _from_marked(error, text))
    except (yaml.YAMLError, UnicodeError):
        return Loaded(None, _unprintable(text))
    finally:
        if parser is not None:
            parser.dispose()


def _too_deep(text: str) -> YamlError | None:
    """Walks the events, which needs no recursion, where a cheap look says that the text may nest dangerously.

    Each level in brackets takes a bracket, and two levels of a block take a column at least.
    """
    if text.count("[") + text.count("{") <= _SAFE_DEPTH and (
        max(map(len, text.split("\n"))) < _SAFE_DEPTH // 2 or not _DEEP_LINE.search(text)
    ):
        return None
    parser = CParser(text)
    try:
        depth = 0
        while (event := parser.get_event()) is not None:
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    start = place_of(event).start
                    return YamlError(f"nested more than {MAX_DEPTH} levels deep", Span(start, start + 1))
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    finally:
        parser.dispose()
    return None


def _from_marked(error: yaml.MarkedYAMLError, text: str) -> YamlError:
    problem = error.problem or "not valid YAML"
    mark = error.problem_mark or error.context_mark
    at = min(int(mark.index), len(text)) if mark else 0
    context = None
    if error.context and error.context_mark and error.context_mark.index != at:
        start = min(int(error.context_mark.index), len(text))
        context = (error.context, Span(start, min(start + 1, len(text))))
    return YamlError(problem, Span(at, min(at + 1, len(text))), context)


def _unprintable(text: str) -> YamlError:
    # Built here, because compiling it takes longer than reading a document.
    found = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]", text)
    if found is None:
        return YamlError("not valid YAML", Span(0, 0))
    return YamlError(f"the character U+{ord(found.group()):04X} is not allowed in YAML", Span(*found.span()))
