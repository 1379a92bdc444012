"""The hierarchy from the north star down: outcomes, the goals that serve them, and what hangs nowhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

import msgspec

from aligncli.diagnostics import AlignError
from aligncli.model import Goal, Measure, Outcome, Period, progress
from aligncli.suggest import Suggester
from aligncli.workspace.workspace import Trace, Workspace

MAX_DEPTH = 100
"""No organisation is deeper; a chain of goals beyond that is cut, so that nothing has to recurse further."""


class Node(msgspec.Struct, frozen=True):
    """An outcome or a goal in the tree."""

    kind: str
    ref: str
    title: str
    owner: str | None
    status: str
    period: str | None
    progress: float | None
    """The mean of its measures' progress, each between 0 and 1; nothing where none can be told."""
    path: str
    route: tuple[str | int, ...]
    focus: bool = False
    repeated: bool = False
    """It stands elsewhere already, with what hangs on it."""
    truncated: bool = False
    """More hangs on it, deeper than a tree is drawn."""
    children: tuple[Node, ...] = ()


class Tree(NamedTuple):
    """The whole hierarchy, or the part from one reference down."""

    name: str | None
    north_star: str | None
    outcomes: tuple[Node, ...]
    """The outcomes that serve the north star directly (or the one thing that was asked for)."""
    untraced: tuple[Node, ...]
    """Open goals that lead to no outcome."""
    unresolved: tuple[Node, ...]
    """Goals and outcomes whose way up is unknown: a reference that does not resolve, or a ring."""
    is_part: bool = False


class Filter(NamedTuple):
    """What to keep; everything, where nothing is given. Outcomes stay while something below them does."""

    teams: Collection[str] = ()
    statuses: Collection[str] = ()
    period: Period | None = None
    depth: int | None = None
    """How many levels below the first."""
    goals: bool = True


EVERYTHING = Filter()


def build_tree(ws: Workspace, ref: str | None = None, only: Filter = EVERYTHING) -> Tree:
    """The tree of a workspace.

    Args:
        ws: the workspace.
        ref: an outcome or ``team/goal`` to start from; the north star where none is given.
        only: what to keep.

    Raises:
        AlignError: there is no such outcome, goal or team; the sentence suggests one.
    """
    for team in only.teams:
        if team not in ws.teams:
            raise AlignError(f"there is no team `{team}`{_near(team, ws.teams)}")
    builder = _Builder(ws, only)
    name, star = (ws.org.name, ws.org.north_star) if ws.org else (None, None)
    if ref is not None:
        start = _find(ws, ref)
        return Tree(name, star, builder.forest([start]), (), (), True)
    tops = [outcome for outcome in ws.outcomes.values() if _serves_directly(ws, outcome)]
    outcomes = builder.forest(tops)
    if not only.goals:
        unresolved = [o for o in ws.outcomes.values() if ws.trace[o.key] is Trace.UNKNOWN and o.key not in builder.seen]
        return Tree(name, star, outcomes, (), builder.forest(_tops_of(ws, unresolved)))
    ends = [goal for goal in ws.goals.values() if ws.trace[goal.key] is Trace.ENDS and goal.is_open]
    untraced = builder.forest(_tops_of(ws, ends))
    everything: list[Outcome | Goal] = [*ws.outcomes.values(), *ws.goals.values()]
    unknown = [thing for thing in everything if ws.trace[thing.key] is Trace.UNKNOWN and thing.key not in builder.seen]
    return Tree(name, star, outcomes, untraced, builder.forest(_tops_of(ws, unknown)))


def _serves_directly(ws: Workspace, outcome: Outcome) -> bool:
    return outcome.key not in ws.supports and ws.trace[outcome.key] is Trace.REACHES


def _tops_of(ws: Workspace, things: Sequence[Outcome] | Sequence[Outcome | Goal]) -> list[Outcome | Goal]:
    """Those of some things that support none of the others; all of a ring has a first one too."""
    keys = {thing.key for thing in things}
    tops = [thing for thing in things if not any(s.target.key in keys for s in ws.supports.get(thing.key, ()))]
    ringed = {ring[0].key for ring in ws.rings}
    return tops + [thing for thing in things if thing.key in ringed and thing not in tops]


def _find(ws: Workspace, ref: str) -> Outcome | Goal:
    found = ws.goals.get(ref) if "/" in ref else ws.outcomes.get(ref)
    if found is not None:
        return found
    if ref in ws.teams:
        raise AlignError(f"`{ref}` is a team; `align tree --team {ref}` shows what it works towards")
    raise AlignError(f"there is no outcome or goal `{ref}`{_near(ref, [*ws.outcomes, *ws.goals])}")


def _near(name: str, names: Collection[str]) -> str:
    near = Suggester(names).nearest(name)
    return f"; did you mean `{near}`?" if near else ""


class _Builder:
    """Builds nodes from the bottom up, without recursion; a thing has its children at its first place only."""

    def __init__(self, ws: Workspace, only: Filter) -> None:
        self._ws = ws
        self._only = only
        self.seen: set[str] = set()

    def forest(self, tops: Sequence[Outcome | Goal]) -> tuple[Node, ...]:
        roots: list[Node] = []
        stack: list[tuple[Outcome | Goal, Iterator[Outcome | Goal], list[Node], bool, bool]] = []

        def open_(thing: Outcome | Goal) -> None:
            repeated = thing.key in self.seen
            self.seen.add(thing.key)
            deep = len(stack) >= MAX_DEPTH
            cut = deep and not repeated and next(self._below(thing), None) is not None
            shallow = self._only.depth is not None and len(stack) >= self._only.depth
            below: Iterator[Outcome | Goal] = iter(()) if repeated or deep or shallow else self._below(thing)
            stack.append((thing, below, [], repeated, cut))

        for top in tops:
            open_(top)
            while stack:
                thing, below, children, repeated, cut = stack[-1]
                following = next(below, None)
                if following is not None:
                    open_(following)
                    continue
                stack.pop()
                if children or cut or self._keeps(thing):
                    node = self._node(thing, tuple(children), repeated=repeated, truncated=cut)
                    (stack[-1][2] if stack else roots).append(node)
        return tuple(roots)

    def _below(self, thing: Outcome | Goal) -> Iterator[Outcome | Goal]:
        if isinstance(thing, Outcome):
            yield from self._ws.children.get(thing.key, ())
        if self._only.goals:
            for goal in self._ws.supporters.get(thing.key, ()):
                if goal.id:
                    yield goal

    def _keeps(self, thing: Outcome | Goal) -> bool:
        only = self._only
        if only.teams and not (isinstance(thing, Goal) and thing.team in only.teams):
            return False
        if only.statuses and thing.status not in only.statuses:
            return False
        if only.period is not None:
            period = self._ws.period(thing)
            return period is not None and period.meets(only.period)
        return True

    def _node(self, thing: Outcome | Goal, children: tuple[Node, ...], *, repeated: bool, truncated: bool) -> Node:
        period = thing.period
        if period is None and (days := self._ws.period(thing)) is not None:
            period = f"{days.start}..{days.end}"
        owner = thing.owner
        if owner is None and isinstance(thing, Goal):
            team = self._ws.teams.get(thing.team)
            owner = team.lead if team else None
        return Node(
            kind="goal" if isinstance(thing, Goal) else "outcome",
            ref=thing.ref,
            title=thing.title,
            owner=owner,
            status=thing.status,
            period=str(period) if period is not None else None,
            progress=mean_progress(self._ws, thing.measures),
            path=thing.path,
            route=(*thing.route, "id"),
            focus=isinstance(thing, Outcome) and thing.focus,
            repeated=repeated,
            truncated=truncated,
            children=children,
        )


def mean_progress(ws: Workspace, measures: Sequence[Measure]) -> float | None:
    """The mean progress of those measures that state enough, each held between 0 and 1."""
    known = [
        min(1.0, max(0.0, value))
        for measure in measures
        if (value := progress(measure, ws.metrics.get(measure.metric or ""))) is not None
    ]
    return sum(known) / len(known) if known else None


def walk(nodes: Sequence[Node], visit: Callable[[Node, Node | None], None]) -> None:
    """Visits every node with its parent, from the top down, in order."""
    stack: list[tuple[Node, Node | None]] = [(node, None) for node in reversed(nodes)]
    while stack:
        node, parent = stack.pop()
        visit(node, parent)
        stack.extend((child, node) for child in reversed(node.children))
