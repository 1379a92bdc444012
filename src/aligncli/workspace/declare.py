"""What the documents declare: everything with an id, under its current and former names, each once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from typing import Any

from msgspec.structs import force_setattr

from aligncli.diagnostics import Related
from aligncli.model import (
    Community,
    Content,
    Entity,
    Goal,
    GoalsDocument,
    Guardrail,
    Org,
    Outcome,
    Service,
    Team,
    TeamApi,
)
from aligncli.workspace.load import Document
from aligncli.workspace.names import Clash, Names, Namespace, id_route, named
from aligncli.workspace.resolve import Resolver
from aligncli.workspace.workspace import Workspace

# A union written down where it is used would be made anew each time.
_TEAMS = (Team, TeamApi, GoalsDocument)
_PARTS_OF_TEAMS = (TeamApi, GoalsDocument)
_HAVE_GOALS = (Team, GoalsDocument)
_AIMS = (Goal, Outcome)


class Declarer:
    """Fills the namespaces and the tables of a workspace."""

    def __init__(self, ws: Workspace, names: Names, resolver: Resolver) -> None:
        self._ws = ws
        self._names = names
        self._resolver = resolver
        self._same: dict[tuple[str, str], list[Any]] = {}

    def run(self) -> None:
        """Declares all there is; a salvage never takes a name from what can be read."""
        documents = sorted(self._ws.documents, key=_primacy)  # and of two equals, the first by its path
        trusted = [document for document in documents if document.trusted]
        for document in documents:
            state_keys(document.content)
        self._declare_all([document for document in trusted if not _is_guessed(document)])
        self._declare_all([document for document in documents if not document.trusted or _is_guessed(document)])
        for space in self._names.bare:
            self._declare_former_names(space)
        self._find_misplaced(trusted)
        self._ws.metric_names = {**self._names.metrics.former, **self._names.metrics.all}
        self._declare_parts(trusted)
        self._declare_former_goals()
        self._report_copies()
        self._report_clashes()
        self._find_asleep()

    def _declare_all(self, documents: Sequence[Document]) -> None:
        """Everything but goals and services, which need to know the teams."""
        ws = self._ws
        for document in documents:
            content = document.content
            if document.perhaps:
                self._names.perhaps.update(document.perhaps)
            if isinstance(content, _PARTS_OF_TEAMS):
                continue
            quiet = not document.trusted or _is_guessed(document)
            if isinstance(content, Org):
                if ws.org is not None:
                    if not quiet:
                        self._set_aside_second_org(document, ws.org)
                    continue
                ws.org = content
                for outcome in content.outcomes:
                    self._declare(self._names.outcomes, outcome, quiet)
                for guardrail in content.guardrails:
                    self._declare(self._names.guardrails, guardrail, quiet)
                for metric in content.metrics:
                    self._declare(self._names.metrics, metric, quiet)
                for community in content.communities:
                    self._declare(self._names.communities, community, quiet)
            elif isinstance(content, Outcome):
                self._declare(self._names.outcomes, content, quiet)
            elif isinstance(content, Guardrail):
                self._declare(self._names.guardrails, content, quiet)
            elif isinstance(content, Community):
                self._declare(self._names.communities, content, quiet)
            elif isinstance(content, Team):
                if _is_guessed(document) or not content.team:
                    self._names.teams.incomplete = True
                if content.team in ws.teams:
                    if document.trusted:
                        ws.set_aside.add(document.path)
                    if not quiet:
                        self._note_same(self._names.teams, ws.teams[content.team], content)
                        self._names.partly_known.add(content.team)
                        if _primacy(document)[0] == _COPY:  # a copy: its own team may be the one that is missing
                            self._names.teams.incomplete = True
                elif content.team:
                    ws.teams[content.team] = content
                    if content.is_archived:
                        self._names.teams.retired.add(content.team)

    def _declare(self, space: Namespace, thing: Any, quiet: bool) -> bool:
        """Adds a thing under its name, if that is free."""
        if not thing.id:
            space.incomplete = True
            return False
        ref = thing.ref
        first = space.all.setdefault(ref, thing)
        if first is thing:
            if is_retired(thing, self._ws.as_of):
                space.retired.add(ref)
            return True
        if not quiet:
            self._note_same(space, first, thing)
            if not thing.route:
                self._ws.set_aside.add(thing.path)
        return False

    def _declare_parts(self, trusted: Sequence[Document]) -> None:
        """Goals, experiments and services, under the team that their document belongs to."""
        ws = self._ws
        # Charters come first, so that a goal repeated in a goals document is the repetition.
        charters = [document for document in trusted if document.kind == "charter"]
        for document in chain(charters, (document for document in trusted if document.kind != "charter")):
            content = document.content
            if document.path in ws.set_aside:
                continue
            if isinstance(content, Team):
                self._declare_goals(content, content.team)
                for experiment in content.experiments:
                    self._declare(self._names.experiments, experiment, False)
            elif isinstance(content, GoalsDocument):
                self._declare_goals(content, self._team_of(content))
            elif isinstance(content, TeamApi):
                team = self._team_of(content)
                first = ws.apis.setdefault(team, content)
                if first is not content:
                    related = (Related(first.path, "the first one", ("team",)),)
                    message = f"team `{team}` has a second Team API"
                    identity = (team, "team-api")
                    clash = Clash(
                        message, document.path, ("team",), "again here", "keep one of the two", related, identity
                    )
                    ws.clashes.append(clash)
                    ws.set_aside.add(document.path)
                    continue
                for service in content.services:
                    force_setattr(service, "team", team)
                    if not service.id:
                        self._names.partly_known.add(team)
                    self._declare(self._names.services, service, False)
        for document in ws.documents:
            if not document.trusted and isinstance(document.content, TeamApi):
                ws.apis.setdefault(document.content.team, document.content)

    def _declare_goals(self, content: Team | GoalsDocument, team: str) -> None:
        if not content.goals:
            return
        if content.team != team:
            _state_goal_keys(content.goals, team)
        goals = self._names.goals
        declared = []
        for goal in content.goals:
            if not goal.id:
                self._names.partly_known.add(team)
            elif self._declare(goals, goal, False):
                declared.append(goal)
        if declared:
            some = content.goals if len(declared) == len(content.goals) else tuple(declared)
            others = self._ws.goals_of.get(team)
            self._ws.goals_of[team] = (*others, *some) if others else some
            if team in self._names.teams.retired:
                goals.retired.update(goal.ref for goal in declared)

    def _team_of(self, content: GoalsDocument | TeamApi) -> str:
        """The id of the team that a document belongs to, its reference resolved."""
        verb = "belongs to team" if isinstance(content, TeamApi) else "is for team"
        team: Team | None = None
        if content.team and not _is_guessed(self._ws.by_path[content.path]):
            team = self._resolver.named(self._names.teams, content.team, content, ("team",), verb)
        team = team or self._meant(content)
        if team is None:
            (self._names.goals if isinstance(content, GoalsDocument) else self._names.services).incomplete = True
            # It may be any team's: nobody can be said to have no goals, or no Team API.
            unknown = (
                (("goals", "*"), ("goals-documents", "team"))
                if isinstance(content, GoalsDocument)
                else (("apis", "*"),)
            )
            self._ws.poisoned.update(unknown)
        return team.id if team is not None else content.team

    def _meant(self, content: GoalsDocument | TeamApi) -> Team | None:
        """The team that a document names, else the one whose folder it stands in."""
        folder = content.path.rpartition("/")[0].rpartition("/")[2]
        return self._ws.teams.get(self._names.current_team(content.team)) or self._ws.teams.get(folder)

    def _declare_former_names(self, space: Namespace) -> None:
        for thing in list(space.all.values()):
            if thing.formerly:
                self._add_former(space, thing, thing.formerly)

    def _declare_former_goals(self) -> None:
        for goal in self._ws.goals.values():
            if goal.formerly:
                full = [name if "/" in name else f"{goal.team}/{name}" for name in goal.formerly]
                self._add_former(self._names.goals, goal, full)

    def _add_former(self, space: Namespace, thing: Any, names: Iterable[str]) -> None:
        for index, name, other in space.former_names(thing, names):
            what = "the id" if other.ref == name else "a former name"
            message = f"the former name `{name}` of {named(thing)} is also {what} of {named(other)}"
            related = (Related(other.path, f"the other {space.noun}", id_route(other)),)
            route = (*thing.route, "formerly", index)
            help_ = "remove the former name from one of them"
            identity = (*sorted((thing.ref, other.ref)), space.noun, "formerly", name)
            self._ws.clashes.append(Clash(message, thing.path, route, "claimed twice", help_, related, identity))

    def _note_same(self, space: Namespace, first: Any, again: Any) -> None:
        self._same.setdefault((space.noun, first.ref), [first]).append(again)
        if isinstance(first, Goal | Service):
            self._names.repeating.add(first.team)
        else:
            space.repeats = True

    def _find_misplaced(self, trusted: Sequence[Document]) -> None:
        """What stands in a file or folder that is called otherwise: those who use that name mean it."""
        spaces = {Outcome: self._names.outcomes, Guardrail: self._names.guardrails, Community: self._names.communities}
        twice: list[tuple[Namespace, str]] = []
        for document in trusted:
            thing = document.content
            if isinstance(thing, _PARTS_OF_TEAMS):
                continue
            folder, _, name = document.path.rpartition("/")
            if isinstance(thing, Team):
                space, place = self._names.teams, folder.rpartition("/")[2] if name == "charter.md" else ""
            elif isinstance(thing, Outcome | Guardrail | Community):
                space, place = spaces[type(thing)], name.removesuffix(".md")
            else:
                continue
            if place and place not in space.all and space.all.get(thing.ref) is thing:
                if place in space.placed:
                    twice.append((space, place))
                space.placed[place] = thing
        for space, place in twice:
            space.placed.pop(place, None)

    def _set_aside_second_org(self, document: Document, first: Org) -> None:
        self._ws.set_aside.add(document.path)
        related = (Related(first.path, "the first one", ("name",)),)
        message = "the repo declares a second organisation, and there can be one"
        help_, identity = "keep one of the two", (document.path, "org")
        self._ws.clashes.append(Clash(message, document.path, ("kind",), "the second one", help_, related, identity))

    def _report_copies(self) -> None:
        """A goals document that repeats another one, goal by goal, is one mistake."""
        repeated: dict[str, list[tuple[Goal, Goal]]] = {}
        for (kind, _), (first, *others) in self._same.items():
            if kind == "goal":
                for again in others:
                    repeated.setdefault(again.path, []).append((first, again))
        for path, pairs in repeated.items():
            content = self._ws.by_path[path].content
            original = pairs[0][0].path
            if not isinstance(content, GoalsDocument) or not 1 < len(pairs) == len(content.goals):
                continue
            if any(first.path != original or original == path for first, _ in pairs):
                continue
            self._ws.set_aside.add(path)
            for first, again in pairs:
                self._same["goal", first.ref].remove(again)
            names = ", ".join(f"`{first.ref}`" for first, _ in pairs[:3]) + (" …" if len(pairs) > 3 else "")
            message = f"this document declares again the {len(pairs)} goals of another one: {names}"
            related = (Related(original, "first declared here", id_route(pairs[0][0])),)
            help_ = "remove the copy, or give its goals ids of their own"
            identity = (content.team, "goals", *sorted(first.id for first, _ in pairs))
            self._ws.clashes.append(Clash(message, path, ("goals",), "declared again here", help_, related, identity))

    def _report_clashes(self) -> None:
        for (kind, name), (first, *others) in self._same.items():
            if not others:
                continue  # the repetition is reported as part of a copy
            again, *more = others
            related = [Related(first.path, "first declared here", id_route(first))]
            related.extend(Related(thing.path, "and here", id_route(thing)) for thing in more)
            message = f"{kind} `{name}` is declared {'twice' if not more else f'{len(more) + 2} times'}"
            self._ws.clashes.append(
                Clash(
                    message,
                    again.path,
                    id_route(again),
                    "declared again here",
                    "rename one, or remove it",
                    tuple(related),
                    (name, kind),
                )
            )

    def _find_asleep(self) -> None:
        is_any_archived = bool(self._names.teams.retired)
        for document in self._ws.documents:
            content = document.content
            if isinstance(content, Team):
                if content.is_archived:
                    self._ws.asleep.add(document.path)
            elif is_any_archived and isinstance(content, _PARTS_OF_TEAMS):
                team = self._meant(content)
                if team is not None and team.is_archived:
                    self._ws.asleep.add(document.path)


def state_keys(content: Content | None) -> None:
    """Tells goals and outcomes how they are referred to and what they are called among facts."""
    if isinstance(content, _HAVE_GOALS):
        if content.goals:
            _state_goal_keys(content.goals, content.team)
    elif isinstance(content, Outcome):
        force_setattr(content, "key", f"outcome:{content.id}")
    elif isinstance(content, Org):
        for outcome in content.outcomes:
            force_setattr(outcome, "key", f"outcome:{outcome.id}")


def _state_goal_keys(goals: Iterable[Goal], team: str) -> None:
    for goal in goals:
        ref = f"{team}/{goal.id}"
        force_setattr(goal, "team", team)
        force_setattr(goal, "ref", ref)
        force_setattr(goal, "key", f"goal:{ref}")


def _is_guessed(document: Document) -> bool:
    """Whether it does not say whose it is, so that its place or its slip has to."""
    return ("team",) in document.broken


_COPY = 2
"""The rank of what does not stand in its proper place."""


def _primacy(document: Document) -> tuple[int, int]:
    """Of two documents that declare the same thing, which is the original: the one in its proper place, then the org
    that has it inline; then the one that lies higher."""
    content, path = document.content, document.path
    if isinstance(content, _TEAMS):
        rank = 0 if path.rpartition("/")[0].rpartition("/")[2] == content.team else _COPY
    elif isinstance(content, Entity):
        rank = 0 if path.rpartition("/")[2] == f"{content.id}.md" else _COPY
    else:
        rank = 1
    return rank, path.count("/")


def is_retired(thing: Any, as_of: date) -> bool:
    """Archived, dropped, or achieved (from the day after it closed on, or at once where no day is given)."""
    if isinstance(thing, _AIMS):
        if thing.status == "dropped":
            return True
        return thing.status == "achieved" and (thing.closed is None or thing.closed < as_of)
    return getattr(thing, "status", None) == "archived"
