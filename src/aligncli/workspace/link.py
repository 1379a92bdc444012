"""The linker: gathers what the documents declare, resolves every reference, and follows the links both ways."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from operator import attrgetter

from aligncli.model import (
    FiscalYear,
    Goal,
    Outcome,
)
from aligncli.workspace.declare import Declarer
from aligncli.workspace.load import Document
from aligncli.workspace.misnomers import find_misnomers
from aligncli.workspace.names import Names
from aligncli.workspace.poison import Poisoner
from aligncli.workspace.resolve import Resolver
from aligncli.workspace.rings import components, ring_through
from aligncli.workspace.scope import ScopeIndex
from aligncli.workspace.workspace import Doubts, Trace, Workspace


def link(documents: Iterable[Document], paths: Collection[str], as_of: date, fiscal: FiscalYear) -> Workspace:
    """Links documents into a workspace.

    Args:
        documents: in any order; each path once.
        paths: every file and folder below the root, relative, with ``/``.
        as_of: the day that counts as today.
        fiscal: when the organisation's year starts.
    """
    ws = Workspace(sorted(documents, key=attrgetter("path")), paths, as_of, fiscal)
    names = Names(ws)
    resolver = Resolver(ws, names)
    trusted = [document for document in ws.documents if document.trusted]
    Declarer(ws, names, resolver).run()
    Poisoner(ws, names).run()
    ws.doubts = Doubts(frozenset(ws.poisoned), frozenset(ws.unknown_supports))
    ws.is_certain = names.are_certain and not (ws.poisoned or ws.set_aside or ws.clashes)
    for document in trusted:
        if document.path not in ws.set_aside:
            resolver.resolve_document(document)
    ws.names, ws.noted = names, ws.references
    find_misnomers(ws, names)
    things: dict[str, Goal | Outcome] = {thing.key: thing for thing in ws.outcomes.values()}
    things.update((goal.key, goal) for goal in ws.goals.values())
    follow(ws, things)
    _scope(ws, names)
    return ws


def follow(ws: Workspace, things: Mapping[str, Goal | Outcome]) -> None:
    """Which outcomes and goals reach the north star, and which only lead in a ring.

    Args:
        ws: whose ``trace`` knows everything else that they lead to, and is told of them.
        things: some of its outcomes and goals by key, and all that lead to them.
    """
    outcomes = {key: thing for key, thing in things.items() if isinstance(thing, Outcome)}
    chained = {}
    _follow(ws, outcomes)
    for key, thing in things.items():
        if isinstance(thing, Goal):
            if any(isinstance(support.target, Goal) for support in ws.supports.get(key, ())):
                chained[key] = thing
            else:  # as most do: it supports outcomes alone, which are settled
                ws.trace[key] = _traced(ws, thing)
    _follow(ws, chained)


def _follow(ws: Workspace, things: Mapping[str, Goal | Outcome]) -> None:
    """The same, where all else that they lead to is settled."""

    def successors(key: str) -> list[str]:
        return [above for support in ws.supports.get(key, ()) if (above := support.target.key) in things]

    for component in components(things, successors):
        if len(component) > 1 or component[0] in successors(component[0]):
            if not any(s.is_guess for key in component for s in ws.supports[key]):
                ws.rings.append([things[key] for key in ring_through(component, successors)])
            ws.trace.update(dict.fromkeys(component, Trace.UNKNOWN))
            continue
        key = component[0]
        ws.trace[key] = _traced(ws, things[key])


def _traced(ws: Workspace, thing: Goal | Outcome) -> Trace:
    """Whether a thing reaches the north star, when that is known of all that it supports."""
    above = set()
    for support in ws.supports.get(thing.key, ()):
        trace = ws.trace[support.target.key]
        if trace is Trace.REACHES:
            return trace
        is_dark = support.is_guess or support.target.path in ws.asleep  # nobody reads on in an archived team's goals
        above.add(Trace.UNKNOWN if is_dark and trace is Trace.ENDS else trace)
    if Trace.UNKNOWN in above or thing.key in ws.unknown_supports:
        return Trace.UNKNOWN
    if isinstance(thing, Outcome) and not above:
        return Trace.REACHES  # it serves the north star directly
    return Trace.ENDS


def _scope(ws: Workspace, names: Names) -> None:
    """Which guardrail names which teams, references resolved."""
    teams: dict[str, set[str]] = {}
    exceptions: dict[str, set[str]] = {}
    for guardrail in ws.guardrails.values():
        scope = guardrail.applies_to
        if scope is None:
            continue
        if scope.teams:
            teams[guardrail.id] = {names.meant_team(name) for name in scope.teams}
        if scope.except_:
            exceptions[guardrail.id] = {names.meant_team(exception.team) for exception in scope.except_}
    ws.scope = ScopeIndex(ws.guardrails.values(), teams, exceptions)
