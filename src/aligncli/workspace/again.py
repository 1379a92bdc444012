"""Linking again after a change that leaves all names as they are: what did not change is shared with the workspace of
before, and what a change cannot reach need not be looked at again.

Whatever is not provably the same as linking everything is refused, and the caller links everything.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from aligncli.model import Experiment, Goal, GoalsDocument, Outcome, Service, Team, TeamApi
from aligncli.workspace.declare import is_retired, state_keys
from aligncli.workspace.link import follow
from aligncli.workspace.load import Document
from aligncli.workspace.misnomers import find_misnomers
from aligncli.workspace.names import Names, Namespace, Reference, Status
from aligncli.workspace.resolve import Resolver
from aligncli.workspace.workspace import Compared, Neighbours, Place, Workspace, metrics_of

T = TypeVar("T")
TeamsOwn = Team | GoalsDocument | TeamApi

_MOST = 4
"""What more than one in so many goals are measured by is looked at with all the others."""

_CARRIED = ("_metric_texts", "_team_folders", "applying")
"""Of what a workspace works out once, that which a change of this kind leaves as it is."""


class View(NamedTuple):
    """A part of a workspace, as it was before a change and as it is after it."""

    before: Workspace
    after: Workspace
    paths: frozenset[str] | None = None
    """Where alone anything is found in it; nothing where it may be anywhere."""


class Focus(NamedTuple):
    """What a change may make a difference to. A rule that is *local* finds something else only there, and the same as
    before in all else."""

    teams: View
    """The teams whose documents changed, and those linked with them."""
    metrics: View | None
    """What the metrics measure that are used in the changed documents; nothing where that is nearly everything."""


def relinked(ws: Workspace, changed: Mapping[str, Document | None]) -> tuple[Workspace, Focus] | None:
    """Links a workspace again, some of whose documents have changed.

    Args:
        ws: of before; it stays as it is, and its documents must have been linked by nothing since.
        changed: by path, what each changed file is now: a document, or none of our business.

    Returns:
        The new workspace and what may be different in it; nothing where everything has to be linked: a document
        came, went or is broken, declares other names, or is not a team's own.
    """
    if ws.names is None:
        return None
    documents: dict[str, Document] = {}
    for path, document in changed.items():
        before = ws.by_path.get(path)
        if before is None and document is None:
            continue
        if before is None or document is None or not _declares_the_same(ws, before, document):
            return None
        documents[path] = document
    return _Again(ws, ws.names, documents).run()


def looks_alike(before: Document, after: Document | None) -> bool:
    """Whether a document may declare what it did, as far as can be told before anything is linked; where it does not,
    :func:`relinked` gives nothing."""
    if after is None or not (before.trusted and after.trusted):
        return False
    if before.kind != after.kind or before.broken or after.broken or before.perhaps or after.perhaps:
        return False
    old, new = before.content, after.content
    if not isinstance(old, TeamsOwn) or not isinstance(new, TeamsOwn) or old.team != new.team:
        return False
    return [thing.id for thing in _things(old)] == [thing.id for thing in _things(new)]


def _declares_the_same(ws: Workspace, before: Document, after: Document) -> bool:
    """Whether a team's own document still declares what it did, under the same names."""
    if not looks_alike(before, after):
        return False
    old, new = before.content, after.content
    assert isinstance(old, TeamsOwn)
    assert isinstance(new, TeamsOwn)
    if before.path in ws.asleep or before.path in ws.set_aside:
        return False
    team = ws.teams.get(old.team)
    if team is None or team.is_archived:
        return False
    if isinstance(old, Team) and isinstance(new, Team):
        if team is not old or new.is_archived or new.formerly != old.formerly:
            return False
        return _are_alike(ws, ws.goals, old.goals, new.goals) and _are_alike(
            ws, ws.experiments, old.experiments, new.experiments
        )
    if isinstance(old, TeamApi) and isinstance(new, TeamApi):
        return ws.apis.get(old.team) is old and _are_alike(ws, ws.services, old.services, new.services)
    assert isinstance(old, GoalsDocument)
    assert isinstance(new, GoalsDocument)
    return _are_alike(ws, ws.goals, old.goals, new.goals)


def _are_alike(ws: Workspace, table: Mapping[str, Any], old: Sequence[Any], new: Sequence[Any]) -> bool:
    """Whether two lists of things declare the same, one by one; each of the old ones is the first of its name."""
    return len(old) == len(new) and all(
        one.id
        and one.id == other.id
        and one.formerly == other.formerly
        and table.get(one.ref) is one
        and is_retired(one, ws.as_of) == is_retired(other, ws.as_of)
        for one, other in zip(old, new, strict=True)
    )


class _Resolved(NamedTuple):
    """What resolving one document comes to: a workspace that has nothing but its links, and the names it uses."""

    ws: Workspace
    used: frozenset[tuple[str, str]]


def _resolved(ws: Workspace, names: Names, document: Document) -> _Resolved:
    part = copy(ws)
    part.supports, part.supporters, part.children = {}, {}, {}
    part.unknown_supports, part.group_of = set(), {}
    part.keeps, part.waives, part.depends, part.interactions = {}, {}, {}, {}
    part.named_by_others, part.references, part.poisoned = {}, [], set(ws.doubts.facts)
    spaces = {noun: copy(space) for noun, space in names.spaces.items()}
    for space in spaces.values():
        space.used = set()
    Resolver(part, _with_spaces(names, spaces)).resolve_document(document)
    return _Resolved(part, frozenset((noun, name) for noun, space in spaces.items() for name in space.used))


def odd_documents(ws: Workspace) -> frozenset[str]:
    """The paths of those with a reference that is not simply right, or of which nobody can say."""
    if ws.odd is None:
        ws.odd = frozenset(reference.path for reference in ws.noted if reference.route != ("team",))
        if not ws.is_certain and ws.names is not None:  # then a reference may fail without a word
            found = set()
            for document in ws.documents:
                if document.trusted and document.path not in ws.set_aside:
                    part = _resolved(ws, ws.names, document).ws
                    if part.unknown_supports or not part.poisoned <= ws.doubts.facts:
                        found.add(document.path)
            ws.odd |= found
    return ws.odd


def _with_spaces(names: Names, spaces: Mapping[str, Namespace]) -> Names:
    """The same names, with other namespaces in place of some."""
    other = copy(names)
    for attribute, space in vars(names).items():
        if isinstance(space, Namespace):
            setattr(other, attribute, spaces.get(space.noun, space))
    other.bare = (other.outcomes, other.teams, other.guardrails, other.metrics, other.communities)
    other.forget_goals()
    return other


class _Again:
    """One change, from the workspace of before to the one of after."""

    def __init__(self, ws: Workspace, names: Names, changed: Mapping[str, Document]) -> None:
        self._old = ws
        self._changed = changed
        self._teams: dict[str, None] = {}
        """The ids of those whose documents changed."""
        self._goals: dict[str, Goal] = {}
        """The goals in the changed documents as they are now, by key."""
        self._swap: dict[int, Any] = {}
        """By the ``id()`` of what is no longer there, what took its place."""
        self._before = {path: _resolved(ws, names, ws.by_path[path]) for path in changed}
        self._new = new = copy(ws)
        for name in _WORKED_OUT.difference(_CARRIED):
            new.__dict__.pop(name, None)
        self._replace()
        self._names = new.names = self._renewed(names)
        self._after: dict[str, _Resolved] = {}

    def run(self) -> tuple[Workspace, Focus] | None:
        """The new workspace, and what may be different."""
        old, new = self._old, self._new
        new.odd = odd_documents(old).union(self._changed)
        for path in sorted(new.odd):
            self._after[path] = _resolved(new, self._names, new.by_path[path])
        self._link()
        self._follow_neighbours()
        self._name_others()
        if not self._gather_odd():
            return None
        self._trace()
        if not self._scope():
            return None
        self._time()
        self._wait()
        self._own()
        self._say()
        return new, self._focus()

    def _replace(self) -> None:
        """Puts what the documents declare now in the place of what they declared."""
        old, new = self._old, self._new
        new.documents = list(old.documents)
        new.by_path = {**old.by_path}
        tables: dict[type, dict[str, Any]] = {}
        for kind, name in ((Goal, "goals"), (Experiment, "experiments"), (Service, "services"), (Team, "teams")):
            tables[kind] = {**getattr(old, name)}
            setattr(new, name, tables[kind])
        new.apis, new.goals_of = {**old.apis}, {**old.goals_of}
        for path, document in self._changed.items():
            before, after = old.by_path[path].content, document.content
            assert isinstance(before, TeamsOwn)
            assert isinstance(after, TeamsOwn)
            state_keys(after)
            at = bisect_left(old.documents, path, key=lambda one: one.path)
            new.documents[at] = new.by_path[path] = document
            self._teams[after.team] = None
            for one, other in zip(_things(before), _things(after), strict=True):
                self._swap[id(one)] = tables[type(other)][other.ref] = other
                if isinstance(other, Goal):
                    self._goals[other.key] = other
            if isinstance(after, TeamApi):
                new.apis[after.team] = after
            elif after.goals:
                new.goals_of[after.team] = tuple(self._swap.get(id(goal), goal) for goal in new.goals_of[after.team])
        if "current_apis" in old.__dict__:
            current: dict[str, TeamApi] = dict(old.current_apis)
            new.__dict__["current_apis"] = current
            current.update((team, new.apis[team]) for team in self._teams if team in current)
        new._problems, new._compared = None, {}
        new._broken = {path: known for path, known in old._broken.items() if path not in self._changed}
        new._periods, new._measuring = {**old._periods}, {**old._measuring}
        for key in self._swap:
            new._periods.pop(key, None)
            new._measuring.pop(key, None)

    def _renewed(self, names: Names) -> Names:
        """The names, for what they stand for now."""
        swap = self._swap
        spaces: dict[str, Namespace] = {}
        kinds = {type(thing) for thing in swap.values()}
        new = self._new
        tables: tuple[tuple[str, type, dict[str, Any]], ...] = (
            ("team", Team, new.teams),
            ("goal", Goal, new.goals),
            ("service", Service, new.services),
            ("experiment", Experiment, new.experiments),
        )
        for noun, kind, table in tables:
            if kind in kinds:
                space = spaces[noun] = copy(names.spaces[noun])
                space.all = table
                space.former = {name: swap.get(id(thing), thing) for name, thing in space.former.items()}
                space.placed = {name: swap.get(id(thing), thing) for name, thing in space.placed.items()}
        return _with_spaces(names, spaces)

    # --- links ---

    def _link(self) -> None:
        """Puts the links of the changed documents in the place of those that they had."""
        old, new = self._old, self._new
        for name in ("supports", "group_of", "keeps", "waives", "depends", "interactions"):
            table = {**getattr(old, name)}
            for path in self._changed:
                for key in getattr(self._before[path].ws, name):
                    if key not in getattr(self._after[path].ws, name):
                        del table[key]
                table.update(getattr(self._after[path].ws, name))
            setattr(new, name, table)
        new.supporters = {**old.supporters}
        for path in self._changed:
            gone, come = self._before[path].ws.supporters, self._after[path].ws.supporters
            for key in {**gone, **come}:
                goals = [goal for goal in new.supporters.get(key, ()) if goal.path != path]
                goals += come.get(key, ())
                goals.sort(key=lambda goal: (goal.path, goal.route))
                if goals:
                    new.supporters[key] = goals
                else:
                    del new.supporters[key]

    def _follow_neighbours(self) -> None:
        """Lets all that points at what changed point at what took its place."""
        new, swap = self._new, self._swap
        for key in self._goals:
            for goal in new.supporters.get(key, ()):
                if goal.key not in self._goals and goal.key in new.supports:
                    new.supports[goal.key] = tuple(
                        link._replace(target=swap.get(id(link.target), link.target)) for link in new.supports[goal.key]
                    )
        around = self._new.neighbours = self._neighbours()
        for team in self._teams:
            for ref in around.waiting.get(team, ()):
                new.depends[f"goal:{ref}"] = tuple(
                    link._replace(
                        team=swap.get(id(link.team), link.team),
                        goal=swap.get(id(link.goal), link.goal) if link.goal is not None else None,
                    )
                    for link in new.depends[f"goal:{ref}"]
                )
            for other in (team, *around.naming.get(team, ())):
                if other in new.interactions:
                    new.interactions[other] = tuple(
                        link._replace(
                            team=swap.get(id(link.team), link.team), other=swap.get(id(link.other), link.other)
                        )
                        for link in new.interactions[other]
                    )

    def _neighbours(self) -> Neighbours:
        """Who has to do with whom, the changed links counted in."""
        documents, waiting, naming, measuring = self._old.neighbours
        waiting, naming, measuring = {**waiting}, {**naming}, {**measuring}
        for path in self._changed:
            for part, is_there in ((self._before[path].ws, False), (self._after[path].ws, True)):
                for key, depends in part.depends.items():
                    for link in depends:
                        _mark(waiting, link.team.id, key.removeprefix("goal:"), is_there)
                for team, said in part.interactions.items():
                    for named in said:
                        _mark(naming, named.other.id, team, is_there)
            for ws, is_there in ((self._old, False), (self._new, True)):
                for table, thing in _measured(ws.by_path[path]):
                    for metric in metrics_of(ws, thing):
                        _mark(measuring, metric, (table, thing.ref), is_there)
        return Neighbours(documents, waiting, naming, measuring)

    def _name_others(self) -> None:
        """Where each team is first named by another one."""
        old, new = self._old, self._new
        new.named_by_others = {**old.named_by_others}
        touched = {
            team
            for path in self._changed
            for part in (self._before[path], self._after[path])
            for team in part.ws.named_by_others
        }
        for team in touched:
            held = old.named_by_others.get(team)
            places = [
                place for path in self._changed if (place := self._after[path].ws.named_by_others.get(team)) is not None
            ]
            if held is not None and held.path not in self._changed:
                places.append(held)
            elif held is not None and not any(place.path <= held.path for place in places):
                places += self._first_naming(team)
            if places:
                new.named_by_others[team] = min(places, key=lambda place: place.path)
            else:
                new.named_by_others.pop(team, None)

    def _first_naming(self, team: str) -> list[Place]:
        """The first place outside of the changed documents that names a team, if there is any."""
        new = self._new
        paths = {new.goals[ref].path for ref in new.neighbours.waiting.get(team, ())}
        paths.update(new.apis[other].path for other in new.neighbours.naming.get(team, ()))
        paths.update(self._after)  # in which a reference may fail, and name the team all the same
        for path in sorted(paths.difference(self._changed)):
            part = self._after.get(path) or _resolved(new, self._names, new.by_path[path])
            place = part.ws.named_by_others.get(team)
            if place is not None:
                return [place]
        return []

    # --- what is odd ---

    def _gather_odd(self) -> bool:
        """Gathers the references that are not simply right, and what that leaves unknown; ``False`` where nobody can
        say here which names are still used, or a declaration counts as misspelt now, or no more."""
        old, new, swap = self._old, self._new, self._swap
        noted = [
            reference._replace(
                target=swap.get(id(reference.target), reference.target),
                candidates=tuple(swap.get(id(thing), thing) for thing in reference.candidates),
            )
            for reference in old.noted
            if reference.route == ("team",)
        ]
        poisoned = {fact for fact in old.poisoned if fact[1] == "inherited period"}
        new.unknown_supports = set(new.doubts.supports)
        for path in sorted(self._after):
            part = self._after[path].ws
            noted += part.references
            poisoned |= part.poisoned
            new.unknown_supports |= part.unknown_supports
        new.poisoned = poisoned | new.doubts.facts
        if not self._count_uses(noted):
            return False
        new.noted = new.references = noted
        new.misnomers = []
        find_misnomers(new, self._names)
        return {item.thing.key for item in new.misnomers} == {item.thing.key for item in old.misnomers}

    def _count_uses(self, noted: Iterable[Reference]) -> bool:
        """Keeps account of the names that are used; ``False`` where that of something which may have been misspelt
        was used before, and perhaps is no more."""
        gone = frozenset().union(*(self._before[path].used for path in self._changed))
        come = frozenset().union(*(self._after[path].used for path in self._changed))
        names = self._names
        for noun, name in come:
            space = names.spaces[noun]
            if name not in space.used:
                space.used = space.used | {name}
        names.unsure = (names.unsure | (gone - come)) - come
        if not names.unsure:
            return True
        for reference in noted:
            thing = reference.target
            if reference.status is Status.MISSING and thing is not None:
                wanted = {(thing.noun if not isinstance(thing, Team) else "team", thing.ref)}
                if isinstance(thing, Goal):
                    wanted.add(("team", thing.team))
                if not wanted.isdisjoint(names.unsure) and not (len(wanted) == 1 and self._is_supported(thing)):
                    return False
        return True

    def _is_supported(self, thing: Any) -> bool:
        """Whether something supports an outcome by its right name."""
        others: list[Goal | Outcome] = [
            *self._new.supporters.get(thing.key, ()),
            *self._new.children.get(thing.key, ()),
        ]
        links = (link for other in others for link in other.supports)
        return any((link if isinstance(link, str) else link.to) == thing.ref for link in links)

    # --- what follows from links ---

    def _trace(self) -> None:
        """Which goals reach the north star, those that lead to a goal with other links now."""
        old, new = self._old, self._new
        queue = [
            key
            for key in self._goals
            if old.rings
            or [(link.target.key, link.is_guess) for link in old.supports.get(key, ())]
            != [(link.target.key, link.is_guess) for link in new.supports.get(key, ())]
            or (key in old.unknown_supports) != (key in new.unknown_supports)
        ]
        found = {key: new.goals[key.removeprefix("goal:")] for key in queue}
        for key in queue:
            for goal in new.supporters.get(key, ()):
                if goal.key not in found and new.goals.get(goal.ref) is goal:
                    found[goal.key] = goal
                    queue.append(goal.key)
        new.rings = [ring for ring in old.rings if ring[0].key not in found]
        if found:
            # Taken out and put behind all else, so that everything still comes after what it leads to.
            new.trace = {key: trace for key, trace in old.trace.items() if key not in found}
            follow(new, found)

    def _scope(self) -> bool:
        """Which guardrails apply to the changed teams; ``False`` where one applies to nobody, or to somebody, now."""
        old, new = self._old, self._new
        teams = [team for team in self._teams if new.teams[team] is not old.teams[team]]
        if any(
            (old.teams[team].type, old.teams[team].tags) != (new.teams[team].type, new.teams[team].tags)
            for team in teams
        ):
            new.__dict__.pop("applying", None)
            return new.applying == old.applying
        return True

    def _time(self) -> None:
        """Where no period was apart from another one, only those of the changed goals can be."""
        old, new = self._old, self._new
        for grace, compared in old._compared.items():
            if not compared.apart:
                near = {id(goal): goal for goal in self._goals.values()}
                near.update((id(goal), goal) for key in self._goals for goal in new.supporters.get(key, ()))
                goals = [goal for goal in near.values() if goal.is_open and new.goals.get(goal.ref) is goal]
                if not new.is_apart(grace, goals):
                    new._compared[grace] = Compared([], set(), set())

    def _wait(self) -> None:
        """Who waits for whom; the rings are the same where there is none and nobody waits for others than before."""
        old, new = self._old, self._new
        if "waits" not in old.__dict__:
            return
        near = set(self._goals)
        for team in self._teams:
            near.update(f"goal:{ref}" for ref in new.neighbours.waiting.get(team, ()))
        waits = {**old.waits}
        is_same = not old.waiting_rings
        for key in near:
            now = new.waits_of(key)
            was = waits.pop(key, [])
            if now:
                waits[key] = now
            is_same = is_same and [one.awaited.key for one in was] == [one.awaited.key for one in now]
        new.__dict__["waits"] = waits
        if is_same:
            new.__dict__["waiting_rings"] = []

    def _own(self) -> None:
        """Who owns which software, of that which the changed teams own or owned."""
        old, new = self._old, self._new
        if "owners" not in old.__dict__:
            return
        names = {
            name
            for ws in (old, new)
            for team in self._teams
            if team in ws.current_apis
            for name, _ in ws.owned_by(team)
        }
        teams = {owning.team.id for name in names for owning in old.owners.get(name, ())}.union(self._teams)
        owners = {name: owning for name, owning in old.owners.items() if name not in names} if names else old.owners
        for team in new.current_apis if names else ():
            if team in teams and not new.teams[team].is_group:
                for name, owning in new.owned_by(team):
                    if name in names:
                        owners.setdefault(name, []).append(owning)
        new.__dict__["owners"] = owners

    def _say(self) -> None:
        """Whether goals say, or measure, something else."""
        was = [one for path in self._changed for one in _goals_in(self._old.by_path[path])]
        now = [one for path in self._changed for one in _goals_in(self._new.by_path[path])]
        if [(one.title, one.is_open) for one in was] != [(one.title, one.is_open) for one in now]:
            self._new.titles = object()
        if [_figures(one) for one in was] != [_figures(one) for one in now]:
            self._new.figures = object()

    # --- the focus ---

    def _focus(self) -> Focus:
        near = dict.fromkeys(self._teams)
        for ws in (self._old, self._new):
            for team in self._teams:
                near.update((named.other.id, None) for named in ws.interactions.get(team, ()))
                near.update((other, None) for other in ws.neighbours.naming.get(team, ()))
                near.update((ref.partition("/")[0], None) for ref in ws.neighbours.waiting.get(team, ()))
                for goal in ws.goals_of.get(team, ()):
                    near.update((link.team.id, None) for link in ws.depends.get(goal.key, ()))
                    near.update((other.team, None) for other in ws.supporters.get(goal.key, ()))
        for parts in (self._before, self._after):
            for path in self._changed:
                near.update(dict.fromkeys(parts[path].ws.named_by_others))
        teams = sorted(team for team in near if team in self._new.teams)
        paths = frozenset(path for team in teams for path in self._new.neighbours.documents.get(team, ()))
        before, after = (_of_teams(ws, teams, self._teams, paths) for ws in (self._old, self._new))
        return Focus(View(before, after, paths), self._measured())

    def _measured(self) -> View | None:
        things: set[tuple[str, str]] = set()
        for ws in (self._old, self._new):
            for path in self._changed:
                for table, thing in _measured(ws.by_path[path]):
                    things.add((table, thing.ref))
                    for metric in metrics_of(ws, thing):
                        things |= ws.neighbours.measuring[metric]
        if len(things) > len(self._new.goals) // _MOST:
            return None
        shown = {
            table: [name for name in getattr(self._new, table) if (table, name) in things]
            for table in ("goals", "outcomes", "experiments")
        }
        return View(Focused(self._old, shown), Focused(self._new, shown))


def _things(content: TeamsOwn) -> Iterator[Any]:
    """What a document declares, and the team itself."""
    if isinstance(content, Team):
        yield content
        yield from content.goals
        yield from content.experiments
    elif isinstance(content, GoalsDocument):
        yield from content.goals
    else:
        yield from content.services


def _measured(document: Document) -> Iterator[tuple[str, Goal | Experiment]]:
    """What has measures in a team's document, with the name of its table."""
    for goal in _goals_in(document):
        yield "goals", goal
    if isinstance(document.content, Team):
        for experiment in document.content.experiments:
            yield "experiments", experiment


def _goals_in(document: Document) -> Sequence[Goal]:
    return document.content.goals if isinstance(document.content, Team | GoalsDocument) else ()


def _figures(goal: Goal) -> Any:
    return goal.is_open, [(one.metric, one.name, one.baseline, one.target) for one in goal.measures]


def _mark(index: dict[str, frozenset[T]], name: str, item: T, is_there: bool) -> None:
    known = index.get(name, frozenset())
    index[name] = known | {item} if is_there else known - {item}
    if not index[name]:
        del index[name]


class _Part(Mapping[str, T]):
    """A table in which everything can be looked up, and that goes through some of it only."""

    def __init__(self, table: Mapping[str, T], names: Iterable[str]) -> None:
        self._table = table
        self._names = [name for name in names if name in table]

    def __getitem__(self, name: str) -> T:
        return self._table[name]

    def __contains__(self, name: object) -> bool:
        return name in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._table)


_TABLES = (
    "teams", "goals", "outcomes", "guardrails", "experiments", "services", "apis", "current_apis", "keeps", "waives",
    "interactions", "depends",
)  # fmt: skip
"""Those that rules go through."""


_WORKED_OUT = frozenset(name for name, value in vars(Workspace).items() if isinstance(value, cached_property))
"""What a workspace works out once, from what it has; a part of it has less."""


class Focused(Workspace):
    """A workspace that knows everything and goes through some of it.

    Args:
        ws: the whole.
        shown: by table, the names of what it goes through; of a table that is not named, nothing.
    """

    def __init__(self, ws: Workspace, shown: Mapping[str, Iterable[str]]) -> None:
        self.__dict__.update((name, value) for name, value in ws.__dict__.items() if name not in _WORKED_OUT)
        self._whole = ws
        self._problems = None
        for name in _TABLES:
            self.__dict__[name] = _Part(getattr(ws, name), shown.get(name, ()))
        self.documents, self.__dict__["pairs"] = (), ()

    def compared(self, grace: int) -> Compared:
        """As in the whole."""
        return self._whole.compared(grace)


def _of_teams(ws: Workspace, teams: Sequence[str], changed: Collection[str], paths: Iterable[str]) -> Focused:
    """The documents of some teams and all that is in them; and the pairs with a team that changed."""
    goals = [goal for team in teams for goal in ws.goals_of.get(team, ())]
    shown: dict[str, Iterable[str]] = dict.fromkeys(
        ("teams", "apis", "current_apis", "keeps", "waives", "interactions"), teams
    )
    shown["goals"] = [goal.ref for goal in goals]
    shown["depends"] = [goal.key for goal in goals]
    shown["experiments"] = [f"{team}/{experiment.id}" for team in teams for experiment in ws.teams[team].experiments]
    shown["services"] = [
        f"{team}/{service.id}" for team in teams if team in ws.apis for service in ws.apis[team].services
    ]
    part = Focused(ws, shown)
    part.documents = [ws.by_path[path] for path in sorted(paths)]
    naming = {other for team in changed for other in ws.neighbours.naming.get(team, ())}
    part.__dict__["pairs"] = ws.pairs_among(sorted(naming.union(changed)), changed)
    return part


def _of_the_whole(name: str) -> Any:
    """What sums up the whole is the same in each part of it."""
    return property(lambda self: getattr(self._whole, name))


for _name in (
    "applying",
    "owners",
    "waits",
    "waiting_rings",
    "teams_behind",
    "neighbours",
    "_metric_texts",
    "_team_folders",
):
    setattr(Focused, _name, _of_the_whole(_name))
