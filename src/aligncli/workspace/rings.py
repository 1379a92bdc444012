"""Rings in a graph, and an order in which everything comes after what it leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence


def components(nodes: Iterable[str], successors: Callable[[str], Sequence[str]]) -> Iterator[list[str]]:
    """The strongly connected components, each after all that it leads to (Tarjan 1972, without recursion).

    A component of one node is a ring only if the node leads to itself.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_path: set[str] = set()
    path: list[str] = []
    for root in nodes:
        if root in index:
            continue
        work: list[tuple[str, Iterator[str]]] = [(root, iter(successors(root)))]
        index[root] = low[root] = len(index)
        path.append(root)
        on_path.add(root)
        while work:
            node, rest = work[-1]
            for successor in rest:
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    path.append(successor)
                    on_path.add(successor)
                    work.append((successor, iter(successors(successor))))
                    break
                if successor in on_path:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = path.pop()
                        on_path.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    yield component


def ring_through(members: Sequence[str], successors: Callable[[str], Sequence[str]]) -> list[str]:
    """A shortest ring through the alphabetically first member of a component, in the order of its links."""
    inside = set(members)
    start = min(members)
    came_from: dict[str, str] = {}
    queue = [start]
    for node in queue:
        for successor in successors(node):
            if successor == start:
                ring = [node]
                while ring[-1] != start:
                    ring.append(came_from[ring[-1]])
                return ring[::-1]
            if successor in inside and successor not in came_from:
                came_from[successor] = node
                queue.append(successor)
    return [start]
