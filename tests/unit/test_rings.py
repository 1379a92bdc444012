"""Rings and the order in which everything comes after what it leads to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligncli.workspace.rings import components, ring_through

Graph = Mapping[str, list[str]]


def found(graph: Graph) -> list[list[str]]:
    return [sorted(component) for component in components(graph, lambda node: graph.get(node, []))]


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ({}, []),
        ({"a": []}, [["a"]]),
        ({"a": ["a"]}, [["a"]]),
        ({"a": ["b"], "b": []}, [["b"], ["a"]]),
        ({"a": ["b"], "b": ["a"]}, [["a", "b"]]),
        ({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}, [["a", "b", "c"], ["d"]]),
        ({"a": ["b", "c"], "b": ["a"], "c": ["d"], "d": ["c"]}, [["c", "d"], ["a", "b"]]),
        ({"a": ["b", "b"], "b": []}, [["b"], ["a"]]),
    ],
)
def test_components(graph: Graph, expected: list[list[str]]) -> None:
    assert found(graph) == expected


def test_a_chain_of_a_hundred_thousand_needs_no_recursion() -> None:
    size = 100_000
    graph = {str(number): [str(number + 1)] if number + 1 < size else ["0"] for number in range(size)}
    (ring,) = components(graph, graph.__getitem__)
    assert len(ring) == size
    assert len(ring_through(ring, graph.__getitem__)) == size


graphs = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3), max_size=6).map(
    lambda graph: {node: graph.get(node, []) for node in "abcdef"}
)


def reach(graph: Graph, start: str) -> set[str]:
    seen: set[str] = set()
    stack = list(graph[start])
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(graph[node])
    return seen


@given(graphs)
def test_two_are_in_one_component_when_each_leads_to_the_other(graph: Graph) -> None:
    parts = found(graph)
    assert sorted(node for part in parts for node in part) == sorted(graph)
    home = {node: index for index, part in enumerate(parts) for node in part}
    for one in graph:
        for other in graph:
            mutual = one == other or (other in reach(graph, one) and one in reach(graph, other))
            assert (home[one] == home[other]) == mutual
        for successor in graph[one]:
            assert home[successor] <= home[one], "a component comes after all that it leads to"


@given(graphs)
def test_a_ring_is_a_way_from_its_first_member_back_to_it(graph: Graph) -> None:
    for part in components(graph, graph.__getitem__):
        if len(part) == 1 and part[0] not in graph[part[0]]:
            continue
        ring = ring_through(part, graph.__getitem__)
        assert ring[0] == min(part)
        assert len(set(ring)) == len(ring)
        for node, following in zip(ring, [*ring[1:], ring[0]], strict=True):
            assert following in graph[node]
