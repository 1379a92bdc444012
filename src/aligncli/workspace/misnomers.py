"""Declarations that everybody calls by another name than their own: one slip in an id, and not one in each reference."""

from __future__ import annotations

from typing import Any

from aligncli.model import Goal, Service, Team
from aligncli.workspace.names import Misnomer, Names, Reference, Status
from aligncli.workspace.workspace import Workspace


def find_misnomers(ws: Workspace, names: Names) -> None:
    """Takes out of the references to nothing those that agree on one name for a thing which nobody calls by its own.

    Two must agree, or the file or folder in which it is declared with one of them: else it is the reference that is
    most probably misspelt.
    """
    found: dict[tuple[str, str], tuple[Any, list[Reference]]] = {}
    for reference in ws.references:
        if reference.status is Status.MISSING and reference.target is not None:
            named = _named(reference, names)
            if named is not None:
                thing, name = named
                found.setdefault((thing.key, name), (thing, []))[1].append(reference)
    taken: set[int] = set()
    for (_, name), (thing, references) in found.items():
        if len(references) > 1 or _place(thing) == name:
            ws.misnomers.append(Misnomer(thing, name, tuple(references)))
            taken.update(map(id, references))
    if taken:
        ws.references = [reference for reference in ws.references if id(reference) not in taken]


def _named(reference: Reference, names: Names) -> tuple[Any, str] | None:
    """What a reference calls how; nothing where that has a right name which somebody uses."""
    target, text = reference.target, reference.text
    if isinstance(target, Service):
        return (target, text) if target.ref not in names.services.used else None
    if isinstance(target, Goal):
        team, slash, goal = text.partition("/")
        if not slash:
            return None  # a goal without its team
        if team != target.team:
            owner = names.teams.all.get(target.team)
            is_wrong = owner is not None and goal == target.id and target.team not in names.teams.used
            return (owner, team) if is_wrong and names.teams.meant(team) is owner else None
        return (target, text) if target.ref not in names.goals.used else None
    space = names.space_of(target)
    return (target, text) if space is not None and target.ref not in space.used else None


def _place(thing: Any) -> str:
    """The name of the file or folder that a thing has to itself."""
    folder, _, name = thing.path.rpartition("/")
    if isinstance(thing, Team):
        return str(folder.rpartition("/")[2]) if name == "charter.md" else ""
    return str(name.removesuffix(".md")) if not thing.route else ""
