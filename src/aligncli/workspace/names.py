"""Namespaces: what can be referred to, under which names, and what a reference that fails probably meant."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from aligncli.diagnostics import Related, Route
from aligncli.model import (
    Community,
    Experiment,
    Goal,
    GoalsDocument,
    Guardrail,
    Metric,
    Org,
    Outcome,
    Service,
    Team,
    TeamApi,
)
from aligncli.suggest import Suggester

if TYPE_CHECKING:
    from aligncli.workspace.workspace import Workspace

_NOUNS: dict[type, str] = {
    Org: "organisation",
    Outcome: "outcome",
    Guardrail: "guardrail",
    Metric: "metric",
    Community: "community",
    Team: "team",
    Goal: "goal",
    GoalsDocument: "goals document",
    TeamApi: "Team API",
    Service: "service",
    Experiment: "experiment",
}


_ASIDE = 20
"""So many names that are no choice are looked past for those that are."""


class Named(Protocol):
    """Anything with an id that documents declare."""

    @property
    def ref(self) -> str:
        """How others refer to it."""

    @property
    def key(self) -> str:
        """Its name among facts."""

    @property
    def path(self) -> str:
        """The document that declares it."""

    @property
    def route(self) -> Route:
        """Where in that document."""


class Status(enum.Enum):
    """What is odd about a reference."""

    MISSING = "missing"
    WRONG_KIND = "wrong-kind"
    FORMER = "former"
    RETIRED = "retired"


class Reference(NamedTuple):
    """A reference that is not simply right."""

    status: Status
    path: str
    route: Route
    text: str
    expected: str
    """What should stand there, such as ``an outcome or a goal``."""
    subject: str
    """Who refers, as in an identity: ``checkout/one-tap-pay``."""
    claim: str
    """The sentence so far: ``goal `checkout/one-tap-pay` supports``."""
    owner: Related | None = None
    """Who refers, where that is a part of a document and worth marking."""
    target: Any = None
    """What it resolves to (former, retired), is instead (wrong kind), or clearly means (missing)."""
    candidates: tuple[Any, ...] = ()
    """Without a clear winner: what there is to choose from."""
    others: int = 0
    """How many more there are."""


class Misnomer(NamedTuple):
    """A declaration that everybody calls by another name than its own."""

    thing: Any
    name: str
    """What it is called."""
    references: tuple[Reference, ...]


class Clash(NamedTuple):
    """One name that two things claim."""

    message: str
    path: str
    route: Route
    label: str
    help: str
    others: tuple[Related, ...]
    """The first of them is where the name stood before."""
    identity: tuple[str, ...]


class Namespace:
    """The things of one kind, by current and by former name.

    ``incomplete`` says that a document which might declare more could not be read: then nothing is missing.
    """

    def __init__(self, noun: str, things: dict[str, Any]) -> None:
        self.noun = noun
        self.all = things
        """By its current name: the table of the workspace itself."""
        self.retired: set[str] = set()
        self.former: dict[str, Any] = {}
        self.placed: dict[str, Any] = {}
        """By the name of its file or folder, what stands there and is declared under another one."""
        self.used: set[str] = set()
        """The names that somebody refers to, and that are right."""
        self.incomplete = False
        self.repeats = False
        """One name is declared twice, so another may be lacking."""
        self._suggester: Suggester | None = None

    @property
    def suggester(self) -> Suggester:
        """Suggests among the current names."""
        if self._suggester is None:
            self._suggester = Suggester(self.all.keys())
        return self._suggester

    def meant(self, name: str) -> Any:
        """What a name that nothing has clearly means: what stands in the place that has it, or what has a near name."""
        thing = self.placed.get(name)
        if thing is None:
            near = self.suggester.nearest(name)
            thing = self.all[near] if near is not None else None
        return thing

    def choice(self, name: str, without: str | None = None) -> tuple[list[Any], int]:
        """At most five things to choose from in place of a name that nothing has, and how many more there are; what
        is retired is no choice, nor is ``without``."""
        some = self.suggester.some(name, 5 + _ASIDE if self.retired else 6)
        found = [other for other in some if other not in self.retired and other != without][:5]
        total = len(self.all) - len(self.retired) - (without in self.all and without not in self.retired)
        return [self.all[other] for other in found], total - len(found)

    def choice_within(self, owner: str, name: str, suggester: Suggester) -> tuple[list[Any], int]:
        """The same among the things of one team, whose names a suggester knows."""
        possible = [other for other in suggester.names if f"{owner}/{other}" not in self.retired]
        found = [other for other in suggester.some(name, 5 + _ASIDE) if other in possible][:5]
        return [self.all[f"{owner}/{other}"] for other in found], len(possible) - len(found)

    def former_names(self, thing: Named, names: Iterable[str]) -> Iterable[tuple[int, str, Any]]:
        """Registers former names; gives those that something else claims as well."""
        for index, name in enumerate(names):
            other = self.all.get(name) or self.former.get(name)
            if other is not None and other is not thing:
                yield index, name, other
            else:
                self.former[name] = thing


class Names:
    """All namespaces of a workspace, and what is known to be incomplete about them."""

    def __init__(self, ws: Workspace) -> None:
        self.outcomes = Namespace("outcome", ws.outcomes)
        self.goals = Namespace("goal", ws.goals)
        self.teams = Namespace("team", ws.teams)
        self.guardrails = Namespace("guardrail", ws.guardrails)
        self.metrics = Namespace("metric", ws.metrics)
        self.communities = Namespace("community", ws.communities)
        self.services = Namespace("service", ws.services)
        self.experiments = Namespace("experiment", ws.experiments)
        self.bare = (self.outcomes, self.teams, self.guardrails, self.metrics, self.communities)
        """Those whose references are bare ids."""
        self.partly_known: set[str] = set()
        """Teams that may have more goals or services than could be read."""
        self.perhaps: set[str] = set()
        """What may be former names, and cannot be read."""
        self.repeating: set[str] = set()
        """Teams with a goal or service that is declared twice, so that another may be lacking."""
        self.unsure: frozenset[tuple[str, str]] = frozenset()
        """Nouns and names that are perhaps no longer used, although they are among the used ones."""
        self._goals_by_id: dict[str, list[Goal]] | None = None

    @property
    def spaces(self) -> Mapping[str, Namespace]:
        """All namespaces, by what they hold."""
        every = (*self.bare, self.goals, self.services, self.experiments)
        return {space.noun: space for space in every}

    @property
    def are_certain(self) -> bool:
        """Whether all declarations could be read, and nothing is declared twice."""
        return not (self.partly_known or self.perhaps or self.repeating) and not any(
            space.incomplete or space.repeats for space in self.spaces.values()
        )

    def space_of(self, thing: Any) -> Namespace | None:
        """The namespace of a thing that is referred to by its bare id."""
        return next((space for space in self.bare if space.noun == _NOUNS[type(thing)]), None)

    def doubt_org(self) -> None:
        """An org that cannot be read may declare more of everything but teams."""
        for space in self.bare:
            space.incomplete = space is not self.teams or space.incomplete

    def current_team(self, name: str) -> str:
        """The present id of a team by any of its names; the name itself where there is no such team."""
        team = self.teams.all.get(name) or self.teams.former.get(name)
        return str(team.id) if team is not None else name

    def meant_team(self, name: str) -> str:
        """The team that a reference stands for: its target, else its one clear candidate, else nothing known."""
        current = self.current_team(name)
        meant = None if current in self.teams.all else self.teams.meant(name)
        return str(meant.id) if meant is not None else current

    def forget_goals(self) -> None:
        """There are other goals now by the names of those that there were."""
        self._goals_by_id = None

    def goals_called(self, goal_id: str) -> list[Goal]:
        """The goals of any team that have an id."""
        if self._goals_by_id is None:
            self._goals_by_id = {}
            for goal in self.goals.all.values():
                self._goals_by_id.setdefault(goal.id, []).append(goal)
        return self._goals_by_id.get(goal_id, [])


def title_of(thing: Any) -> str:
    """The words a thing goes by, on one line."""
    return " ".join(str(getattr(thing, "title", "") or getattr(thing, "name", "") or "").split())


def noun(thing: Any) -> str:
    """The word for a thing's kind: ``goal``, ``team`` …"""
    return _NOUNS[type(thing)]


def named(thing: Any) -> str:
    """A thing in a sentence: ``goal `checkout/pay```."""
    return f"{noun(thing)} `{thing.ref}`"


def an(word: str) -> str:
    """A word with its indefinite article."""
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def id_route(thing: Any) -> Route:
    """The route of the value that names a thing in its document."""
    return (*thing.route, "team" if isinstance(thing, Team) else "id")
