"""Where a route lies in a text: parses the YAML again, for the few documents that are shown."""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

from aligncli.diagnostics import Route, Span
from aligncli.document.loader import MAX_DEPTH, MAX_NODES


class _Node(NamedTuple):
    span: Span
    children: dict[str | int, tuple[Span, _Node]]
    is_alias: bool = False
    """Then it stands where the alias is; what it holds stands at the anchor and is shown at the alias."""


class _TooMuch(Exception):
    """More levels or values than the loader reads: there is nothing to locate."""


class Locator:
    """Answers where the values and keys of one frontmatter stand.

    Works on events, because a composed tree reports an alias at its anchor's place. ``text`` is the
    frontmatter alone; spans are offsets into the whole document, ``offset`` being where it begins.
    """

    def __init__(self, text: str, offset: int) -> None:
        self._text = text
        self._offset = offset
        self._nodes = 0
        self._anchors: dict[str, _Node] = {}
        self._root = self._parse()

    def find(self, route: Route, *, on_key: bool = False) -> Span:
        """The span of the value at a route (or of its key), or of its nearest ancestor that exists."""
        node = self._root
        if node is None:
            return Span(0, 0)
        key_span: Span | None = None
        for step in route:
            if node.is_alias:
                return self._shift(node.span)
            child = node.children.get(step)
            if child is None:
                return self._visible(self._first_key(node), key_span)
            key_span, node = child
        if on_key and key_span is not None:
            return self._shift(key_span)
        return self._visible(node.span, key_span)

    def exactly(self, route: Route, *, on_key: bool = False) -> Span | None:
        """The span of the value at a route (or of its key); nothing where it is not written there, but behind an
        alias or not at all."""
        node, key_span = self._root, None
        for step in route:
            if node is None or node.is_alias or step not in node.children:
                return None
            key_span, node = node.children[step]
        span = key_span if on_key else node.span if node is not None else None
        return self._shift(span) if span is not None else None

    def size(self, route: Route) -> int:
        """How many items or fields the value at a route has."""
        node = self._root
        for step in route:
            if node is None or step not in node.children:
                return 0
            _, node = node.children[step]
        return len(node.children) if node is not None else 0

    @staticmethod
    def _first_key(node: _Node) -> Span:
        for step, (key_span, _) in node.children.items():
            return key_span if isinstance(step, str) else node.span
        return node.span

    def _shift(self, span: Span) -> Span:
        return Span(span.start + self._offset, span.end + self._offset)

    def _visible(self, span: Span, key_span: Span | None) -> Span:
        # A value that is not there (`title:`) has no text to mark; its key has.
        if span.start == span.end and key_span is not None:
            span = key_span
        return self._shift(span)

    def _parse(self) -> _Node | None:
        try:
            parser = CParser(self._text)
        except UnicodeError:  # half of a character, which no file holds, but a text may
            return None
        try:
            parser.get_event()  # the stream
            if isinstance(parser.get_event(), yaml.StreamEndEvent):
                return None
            return self._node(parser, parser.get_event(), 0)
        except (yaml.YAMLError, _TooMuch):
            return None
        finally:
            parser.dispose()

    def _node(self, parser: Any, event: Any, depth: int) -> _Node:
        self._nodes += 1
        if self._nodes > 2 * MAX_NODES or depth > MAX_DEPTH:  # the loader does not count keys
            raise _TooMuch
        start = event.start_mark.index
        kind = type(event)
        anchor: str | None = getattr(event, "anchor", None)
        if kind is yaml.AliasEvent:
            anchored = self._anchors.get(anchor or "")
            return _Node(self._trim(start, event.end_mark.index), anchored.children if anchored else {}, is_alias=True)
        if kind is yaml.ScalarEvent:
            node = _Node(self._trim(start, event.end_mark.index), {})
        else:
            children: dict[str | int, tuple[Span, _Node]] = {}
            is_flow = event.flow_style
            last: _Node | None = None
            if kind is yaml.SequenceStartEvent:
                index = 0
                while type(event := parser.get_event()) is not yaml.SequenceEndEvent:
                    child = last = self._node(parser, event, depth + 1)
                    children[index] = (child.span, child)
                    index += 1
            else:
                while type(event := parser.get_event()) is not yaml.MappingEndEvent:
                    key = event.value if type(event) is yaml.ScalarEvent else None
                    key_node = self._node(parser, event, depth + 1)
                    child = last = self._node(parser, parser.get_event(), depth + 1)
                    if key is not None:
                        children.setdefault(key, (key_node.span, child))
            # For libyaml a block ends where the next thing begins, with all comments before that.
            end = event.end_mark.index if is_flow or last is None else last.span.end
            node = _Node(self._trim(start, end), children)
        if anchor:
            self._anchors[anchor] = node
        return node

    def _trim(self, start: int, end: int) -> Span:
        """Without the blank space that libyaml counts as the end of block scalars and collections."""
        return Span(start, start + len(self._text[start:end].rstrip()))
