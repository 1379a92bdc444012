"""The organisation as the rules and views see it: everything by id, and every link in both directions."""

from __future__ import annotations

import enum
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from aligncli.diagnostics import Fact, Finding, Route
from aligncli.model import (
    Community,
    Content,
    Declared,
    Dependency,
    Entity,
    Experiment,
    FiscalYear,
    Goal,
    GoalsDocument,
    Guardrail,
    Interaction,
    Measure,
    Metric,
    Org,
    Outcome,
    Owned,
    Period,
    Service,
    Team,
    TeamApi,
    Waiver,
    parse_period,
)
from aligncli.suggest import Suggester
from aligncli.workspace.load import Document
from aligncli.workspace.names import Clash, Misnomer, Reference
from aligncli.workspace.rings import components, ring_through
from aligncli.workspace.scope import ScopeIndex

if TYPE_CHECKING:
    from aligncli.workspace.names import Names

T = TypeVar("T")

Dated = Goal | Outcome | Team | GoalsDocument | Org
"""What may state a period, for itself or for what takes it."""


class Trace(enum.Enum):
    """Whether something reaches the north star."""

    REACHES = "reaches"
    ENDS = "ends"
    UNKNOWN = "unknown"
    """Some link on the way cannot be read or resolved, so nobody can say."""


class Support(NamedTuple):
    """A resolved link upward."""

    target: Outcome | Goal
    how: str | None
    route: Route
    is_guess: bool = False
    """The reference leads nowhere and stands for its one clear candidate: enough to keep quiet, not to conclude from."""


class Keeping(NamedTuple):
    """A guardrail that a team declares."""

    guardrail: Guardrail
    declared: Declared
    route: Route


class Waiving(NamedTuple):
    """A guardrail that a team waives."""

    guardrail: Guardrail
    waiver: Waiver
    route: Route


class Depending(NamedTuple):
    """A resolved dependency of a goal."""

    dependency: Dependency
    team: Team
    """Whom it waits for."""
    goal: Goal | None
    """The goal that it waits for, where it names one."""
    route: Route
    is_guess: bool = False
    """As in :class:`Support`."""


class Interacting(NamedTuple):
    """An interaction that a Team API names, the other team resolved."""

    interaction: Interaction
    team: Team
    """Whose Team API names it."""
    other: Team
    path: str
    route: Route
    is_guess: bool = False
    """As in :class:`Support`."""


class Measuring(NamedTuple):
    """A measure where it is used, its metric resolved."""

    owner: Goal | Outcome | Experiment
    measure: Measure
    metric: Metric | None
    number: int = 0
    """Which of the owner's measures it is."""

    @property
    def route(self) -> Route:
        """Where it stands in its document."""
        part: Route = ("measure",) if isinstance(self.owner, Experiment) else ("measures", self.number)
        return (*self.owner.route, *part)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What its figures rest on."""
        facts = [(self.owner.key, "measures"), (self.owner.key, "status")]
        if self.metric is not None:
            facts.append((self.metric.key, "direction"))
        if isinstance(self.owner, Experiment):
            facts.append((f"team:{self.owner.team}", "experiments"))
        return tuple(facts)


class Pair(NamedTuple):
    """Two teams, in the order of their ids, of which at least one names the other in its Team API."""

    teams: tuple[Team, Team]
    said: tuple[list[Interacting], list[Interacting]]
    """What the Team API of each says of its work with the other."""


class Temporary(NamedTuple):
    """A collaboration or a facilitation of two teams."""

    pair: Pair
    mode: str
    said: list[Interacting]
    """What both sides say of it."""


class Side(NamedTuple):
    """One of two teams that do not agree about their work together."""

    team: Team
    said: list[Interacting]
    current: list[Interacting]
    """What of it is not over."""
    unanswered: list[Interacting]
    """What of that the other team does not agree to."""


class Owning(NamedTuple):
    """Software that a Team API says its team owns."""

    team: Team
    owned: Owned
    path: str
    route: Route


TEMPORARY = ("collaboration", "facilitating")
"""The modes of working together that cost attention, and so should end."""

GIVES = {None: None, "provider": True, "facilitator": True, "consumer": False, "facilitated": False}
"""Whether a role is the one that gives; nothing for a role that is not stated, which contradicts neither."""

Kind = tuple[str | None, bool | None]
"""The mode of an interaction, and whether this side gives: what must fit between two sides."""


def kind_of(interaction: Interaction) -> Kind:
    """What of an interaction the other side has to agree to."""
    return interaction.mode, GIVES[interaction.role]


class Doubts(NamedTuple):
    """What is unknown because a document is broken."""

    facts: frozenset[Fact]
    supports: frozenset[str]
    """The keys of goals and outcomes that may support more than can be read."""


class Neighbours(NamedTuple):
    """Who has to do with a team, by its id; an index for linking again."""

    documents: Mapping[str, Sequence[str]]
    """The paths of its own documents."""
    waiting: Mapping[str, frozenset[str]]
    """The references of goals that wait for it, or for a goal of it."""
    naming: Mapping[str, frozenset[str]]
    """The ids of teams whose Team API says that they work with it."""
    measuring: Mapping[str, frozenset[tuple[str, str]]]
    """By a metric's id instead: the goals, outcomes and experiments that it measures, each with the name of its table."""


class Place(NamedTuple):
    """A value in a document."""

    path: str
    route: Route


_COMMON = 40
"""What so many names have in common says nothing about any of them."""


class Waiting(NamedTuple):
    """An open goal that waits for another one."""

    goal: Goal
    awaited: Goal
    route: Route
    """Of the reference, within the goal."""


class Apart(NamedTuple):
    """An open goal, and something that it supports whose period shares no day with its own."""

    goal: Goal
    support: Support


class Compared(NamedTuple):
    """What comes out when the periods of goals are held against those of what they support."""

    apart: list[Apart]
    met: set[int]
    """What states a period of those apart that meets another one all the same, by ``id()``."""
    astray: set[str]
    """The keys of what is apart: its period is no ground for more."""


class _Timing(NamedTuple):
    """The period of a thing."""

    period: Period | None
    is_sound: bool
    """Whether all that decides it can be relied on."""
    origin: Dated | None
    """What states it."""
    thing: Goal | Outcome | None = None
    """Which stays alive with it."""


class Workspace:
    """All documents, linked. Made by :func:`aligncli.workspace.link.link`; nothing changes it afterwards."""

    def __init__(self, documents: Sequence[Document], paths: Collection[str], as_of: date, fiscal: FiscalYear) -> None:
        self.documents = documents
        self.paths = paths
        """Every file and folder below the root, for links."""
        self.as_of = as_of
        self.fiscal = fiscal
        self.by_path = {document.path: document for document in documents}
        self.org: Org | None = None
        self.outcomes: dict[str, Outcome] = {}
        self.goals: dict[str, Goal] = {}
        """By reference: ``team/goal``."""
        self.teams: dict[str, Team] = {}
        self.guardrails: dict[str, Guardrail] = {}
        self.metrics: dict[str, Metric] = {}
        self.communities: dict[str, Community] = {}
        self.services: dict[str, Service] = {}
        """By ``team/service``."""
        self.experiments: dict[str, Experiment] = {}
        self.apis: dict[str, TeamApi] = {}
        """Team APIs by the id of their team."""
        self.goals_of: dict[str, Sequence[Goal]] = {}
        """The goals of each team, from its charter and its goals documents."""
        self.supports: dict[str, Sequence[Support]] = {}
        """By the key of a goal or outcome: what it supports, as far as that resolves."""
        self.children: dict[str, list[Outcome]] = {}
        """By the key of an outcome: the outcomes that support it."""
        self.supporters: dict[str, list[Goal]] = {}
        """By the key of an outcome or goal: the goals that support it."""
        self.trace: dict[str, Trace] = {}
        """By the key of a goal or outcome."""
        self.rings: list[list[Goal | Outcome]] = []
        self.unknown_supports: set[str] = set()
        """Keys of goals and outcomes with a link upward that leads nowhere anybody knows."""
        self.group_of: dict[str, str] = {}
        """By a team's id: that of the team it is part of."""
        self.keeps: dict[str, Sequence[Keeping]] = {}
        self.waives: dict[str, Sequence[Waiving]] = {}
        self.depends: dict[str, Sequence[Depending]] = {}
        """By the key of a goal: what it waits for, as far as that resolves."""
        self.interactions: dict[str, Sequence[Interacting]] = {}
        """By a team's id: what its Team API says of its work with others, as far as that resolves."""
        self.metric_names: dict[str, Metric] = {}
        """Metrics by every name they have, or had."""
        self.named_by_others: dict[str, Place] = {}
        """By a team's id: where another team first names it in an interaction or a dependency."""
        self.clashes: list[Clash] = []
        self.references: list[Reference] = []
        """The references that are not simply right."""
        self.noted: list[Reference] = []
        """The same, with those that misnomers explain."""
        self.misnomers: list[Misnomer] = []
        """Declarations that everybody calls by another name than their own."""
        self.poisoned: set[Fact] = set()
        self.set_aside: set[str] = set()
        """Documents that declare what another one declares already: nothing is concluded from them."""
        self.asleep: set[str] = set()
        """Documents of archived teams, which are checked for nothing but their own schema and ids."""
        self.scope = ScopeIndex((), {}, {})
        self.names: Names | None = None
        """What the references were resolved with."""
        self.is_certain = False
        """Whether all that is declared could be read, and each thing is declared once."""
        self.doubts = Doubts(frozenset(), frozenset())
        """What was unknown before any reference was resolved."""
        self.odd: frozenset[str] | None = None
        """The documents with references that are not simply right, once somebody has looked for them."""
        self.titles = object()
        """Another one as soon as an open goal has another title, or there are other open goals."""
        self.figures = object()
        """Another one as soon as an open goal has other baselines and targets."""
        self.kept: dict[str, tuple[Any, Any]] | None = None
        """What :meth:`once` worked out, from one link to the next; nothing where it will not be asked again."""
        self._measuring: dict[int, Sequence[Measuring]] = {}
        self._periods: dict[int, _Timing] = {}
        self._inheritance: dict[str, _Timing] = {}
        self._compared: dict[int, Compared] = {}
        self._metrics_like: dict[str, Metric | None] = {}
        self._problems: dict[str, list[Finding]] | None = None
        self._folders: dict[str, _Folder] | None = None
        self._broken: dict[str, tuple[Set[Route], Set[Route]]] = {}

    # --- what documents brought along ---

    def problems(self, code: str) -> Iterator[Finding]:
        """The problems of single documents that a rule reports."""
        if self._problems is None:
            self._problems = {}
            for document in self.documents:
                for finding in document.problems:
                    self._problems.setdefault(finding.rule, []).append(finding)
        yield from self._problems.get(code, ())

    def own(self, thing: Content | Entity, *part: str | int) -> Mapping[str, Any]:
        """The ``x-`` fields of a document or of an entity in one, for the rules of an organisation of its own.

        ``part`` is the way to a part of it, such as ``"waivers", 0``.
        """
        document = self.by_path.get(thing.path)
        return document.own.get((*thing.route, *part), {}) if document is not None else {}

    def once(self, name: str, given: Any, make: Callable[[T | None], T]) -> T:
        """What is dear to work out, and the same as the last time when that is ``given`` which it is worked out from;
        else it is made, perhaps out of what it was."""
        if self.kept is None:
            return make(None)
        known = self.kept.get(name)
        if known is None or known[0] != given:
            known = self.kept[name] = given, make(known[1] if known is not None else None)
        return cast(T, known[1])

    # --- what is unknown ---

    def doubt(self, entity: str, namespace: str, field: str) -> None:
        """Marks a fact as unknown, of one entity and of its namespace; for the linker."""
        self.poisoned.add((entity, field))
        self.poisoned.add((namespace, field))

    def is_known(self, facts: Iterable[Fact]) -> bool:
        """Whether facts can be relied on, as the engine asks for a finding's ``rests_on``; for a rule that sums up."""
        return not any(fact in self.poisoned or (fact[0], "*") in self.poisoned for fact in facts)

    def broken_routes(self, document: Document) -> tuple[Set[Route], Set[Route]]:
        """What of a document is broken, and what that lies in."""
        found = self._broken.get(document.path)
        if found is None:
            around = {route[:end] for route in document.broken for end in range(len(route) + 1)}
            found = self._broken[document.path] = (frozenset(document.broken), around)
        return found

    # --- goals ---

    @cached_property
    def open_goals(self) -> Sequence[Goal]:
        """The goals that have not ended."""
        return [goal for goal in self.goals.values() if goal.is_open]

    @cached_property
    def ended_goals(self) -> Sequence[Goal]:
        """The others."""
        return [goal for goal in self.goals.values() if not goal.is_open]

    @cached_property
    def achieved(self) -> Sequence[Goal | Outcome]:
        """The goals and outcomes that are achieved, as they say themselves."""
        goals = [goal for goal in self.ended_goals if goal.status == "achieved"]
        return [*goals, *(outcome for outcome in self.outcomes.values() if outcome.status == "achieved")]

    @cached_property
    def untraced(self) -> Sequence[Goal]:
        """The goals from which nothing leads to the north star, as far as anybody knows."""
        if Trace.ENDS not in self.trace.values():
            return []
        return [goal for goal in self.goals.values() if self.trace[goal.key] is Trace.ENDS]

    @cached_property
    def due(self) -> Sequence[Goal | Outcome]:
        """The current goals, and the live outcomes whose period is not over."""
        goals = [
            goal
            for goal, (period, _, _, _) in zip(self.open_goals, self._open_timings, strict=True)
            if not goal.is_proposed and (period is None or period.start <= self.as_of <= period.end)
        ]
        return [*goals, *(thing for thing in self.outcomes.values() if thing.is_live and not self.days_over(thing))]

    @cached_property
    def overdue(self) -> Sequence[Goal | Outcome]:
        """The open goals and live outcomes whose period is over."""
        goals = [
            goal
            for goal, (period, _, _, _) in zip(self.open_goals, self._open_timings, strict=True)
            if period is not None and period.end < self.as_of
        ]
        return [*goals, *(thing for thing in self.outcomes.values() if thing.is_live and self.days_over(thing))]

    @cached_property
    def _open_timings(self) -> Sequence[_Timing]:
        return [self._timing(goal) for goal in self.open_goals]

    # --- metrics ---

    def metric(self, measure: Measure) -> Metric | None:
        """The registered metric that a measure names, if it names one that exists."""
        return self.metric_names.get(measure.metric) if measure.metric is not None else None

    def measuring(self, owner: Goal | Outcome | Experiment) -> Sequence[Measuring]:
        """The measures of a goal or an outcome, or the one of an experiment that has figures."""
        known = self._measuring.get(id(owner))
        if known is None:
            if not isinstance(owner, Experiment):
                if not owner.measures:
                    return ()
                known = [
                    Measuring(owner, measure, self.metric(measure), number)
                    for number, measure in enumerate(owner.measures)
                ]
            elif isinstance(owner.measure, Measure):
                known = [Measuring(owner, owner.measure, self.metric(owner.measure))]
            else:
                return ()
            self._measuring[id(owner)] = known  # which keeps the owner alive, and with it what it is called here
        return known

    @cached_property
    def watched_measures(self) -> Sequence[Measuring]:
        """The measures of open goals, live outcomes and pending experiments."""
        goals = (goal for goal in self.open_goals if goal.measures and goal.path not in self.asleep)
        outcomes = (outcome for outcome in self.outcomes.values() if outcome.measures and outcome.is_live)
        experiments = (
            experiment
            for experiment in self.experiments.values()
            if experiment.result == "pending" and experiment.path not in self.asleep
        )
        owners: Iterator[Goal | Outcome | Experiment] = chain(goals, outcomes, experiments)
        return [used for owner in owners for used in self.measuring(owner)]

    def metric_like(self, name: str) -> Metric | None:
        """The one registered metric whose id or name is clearly nearest to the name of a measure."""
        if name not in self._metrics_like:
            near: dict[str, int] = {}
            candidates: dict[str, Metric] = {}
            for start in _word_starts(name):
                texts = self._metric_texts.get(start, {})
                candidates.update(texts if len(texts) <= _COMMON else {})
            for slips, text in Suggester(candidates.keys()).ranked(name):
                near.setdefault(candidates[text].id, slips)
            ranked = sorted(near.items(), key=lambda item: item[1])
            clear = ranked and (len(ranked) == 1 or ranked[0][1] < ranked[1][1])
            self._metrics_like[name] = self.metrics[ranked[0][0]] if clear else None
        return self._metrics_like[name]

    @cached_property
    def _metric_texts(self) -> dict[str, dict[str, Metric]]:
        """The ids and names of metrics by how their words begin: comparing every measure with all is quadratic."""
        texts: dict[str, dict[str, Metric]] = {}
        for metric in self.metrics.values():
            for text in (metric.name, metric.id):
                for start in _word_starts(text):
                    texts.setdefault(start, {})[text] = metric
        return texts

    def team_around(self, path: str) -> str | None:
        """The id of the team whose document lies at a path: as it says itself, else as its folder's charter does."""
        document = self.by_path.get(path)
        content = document.content if document is not None else None
        if isinstance(content, Team | GoalsDocument | TeamApi) and content.team:
            return content.team
        return self._team_folders.get(posixpath.dirname(path)) if content is None else None

    @cached_property
    def _team_folders(self) -> dict[str, str]:
        """The folders that hold one team's charter, and whose."""
        found: dict[str, set[str]] = {}
        for team in self.teams.values():
            found.setdefault(posixpath.dirname(team.path), set()).add(team.id)
        return {folder: next(iter(teams)) for folder, teams in found.items() if len(teams) == 1}

    # --- guardrails ---

    @cached_property
    def applying(self) -> frozenset[str]:
        """The ids of the guardrails that apply, or may apply, to some team."""
        lists = {id(found): found for team in self.teams.values() if (found := self.scope.of(team))}
        return frozenset(guardrail.id for found in lists.values() for guardrail, _ in found)

    # --- working together ---

    @cached_property
    def current_apis(self) -> dict[str, TeamApi]:
        """The Team APIs of teams that are not archived, by the team's id; without those that name their team by a
        reference that leads nowhere, of which nothing can be concluded."""
        found = {}
        for team_id, api in self.apis.items():
            team = self.teams.get(team_id)
            if team is not None and not team.is_archived and (api.team == team_id or api.team in team.formerly):
                found[team_id] = api
        return found

    @cached_property
    def pairs(self) -> Sequence[Pair]:
        """The teams that work together, both sides beside each other; archived teams and a team with itself aside."""
        return self.pairs_among(self.interactions)

    def pairs_among(self, teams: Iterable[str], touching: Collection[str] | None = None) -> Sequence[Pair]:
        """The same as far as some teams say it, and of those only with one of the teams ``touching``."""
        pairs: dict[tuple[str, str], Pair] = {}
        for team_id in teams:
            is_guess = team_id not in self.current_apis
            for named in self.interactions.get(team_id, ()):
                own, other = named.team, named.other
                if own.id == other.id or other.is_archived:
                    continue
                if touching is not None and own.id not in touching and other.id not in touching:
                    continue
                turned = other.id < own.id
                ids = (other.id, own.id) if turned else (own.id, other.id)
                pair = pairs.get(ids)
                if pair is None:
                    pair = pairs[ids] = Pair((other, own) if turned else (own, other), ([], []))
                pair.said[turned].append(named._replace(is_guess=True) if is_guess else named)
        return list(pairs.values())

    def is_over(self, interaction: Interaction) -> bool:
        """Whether the last day of an interaction is past."""
        return interaction.until is not None and interaction.until < self.as_of

    def is_served(self, named: Interacting) -> bool:
        """Whether the other team publishes the service that this one uses."""
        interaction, other = named.interaction, named.other
        if interaction.mode != "x-as-a-service" or interaction.service is None or GIVES[interaction.role]:
            return False
        if self.is_reversed(named):
            return False
        service = self.services.get(f"{other.id}/{interaction.service}")
        if service is not None:
            return service.status != "retired"
        if interaction.role is None and f"{named.team.id}/{interaction.service}" in self.services:
            return False  # it is the provider, without saying so
        return other.id in self.apis  # then AL202 speaks of the service

    def is_reversed(self, named: Interacting) -> bool:
        """Whether the role of this team is that of the other one, as the service tells that only one publishes."""
        interaction = named.interaction
        if interaction.service is None or interaction.mode != "x-as-a-service" or interaction.role is None:
            return False
        own, other = (f"{team.id}/{interaction.service}" in self.services for team in (named.team, named.other))
        return other and not own if GIVES[interaction.role] else own and not other

    def agreed_by(self, said: Iterable[Interacting]) -> set[Kind]:
        """What the other team may say, and have it agreed by what this one says."""
        agreed: set[Kind] = set()
        for named in said:
            mode, gives = kind_of(named.interaction)
            if not self.is_over(named.interaction):
                agreed.add((mode, None))
                agreed.update((mode, theirs) for theirs in (True, False) if gives is not theirs)
            elif mode in TEMPORARY:  # AL502 asks both whether it is over
                agreed.update((mode, theirs) for theirs in (None, True, False))
        return agreed

    @cached_property
    def temporary(self) -> Sequence[Temporary]:
        """Per pair of teams and mode: what both sides say of a collaboration or a facilitation."""
        found: list[Temporary] = []
        for pair in self.pairs:
            by_mode: dict[str, list[Interacting]] = {}
            for named in chain(*pair.said):
                mode = named.interaction.mode
                if mode in TEMPORARY:
                    by_mode.setdefault(mode, []).append(named)
            found.extend(Temporary(pair, mode, both) for mode, both in by_mode.items())
        return found

    @cached_property
    def disagreements(self) -> Sequence[tuple[Side, Side]]:
        """The pairs of teams of which one says what the other does not agree to; that one first, or the first by id."""
        return list(self._disagreements())

    def _disagreements(self) -> Iterator[tuple[Side, Side]]:
        for pair in self.pairs:
            first, second = pair.said
            if len(first) == len(second) == 1 and self._says_the_same(first[0], second[0]):
                continue
            if not (first and second) and all(self.is_served(named) for named in first or second):
                continue  # a consumer and its provider, as most are
            if any(named.is_guess for said in pair.said for named in said):
                continue  # who was meant shows when that is mended
            if any(team.id in self.apis and team.id not in self.current_apis for team in pair.teams):
                continue  # here as well
            left = self._side(pair.teams[0], first, second)
            right = self._side(pair.teams[1], second, first)
            if left.unanswered:
                yield left, right
            elif right.unanswered:
                yield right, left

    def _says_the_same(self, one: Interacting, other: Interacting) -> bool:
        """Whether both say of their work what the other says, and without roles, as most collaborations are."""
        left, right = one.interaction, other.interaction
        if left.mode != right.mode or left.role is not None or right.role is not None:
            return False
        return not self.is_over(left) and not self.is_over(right)

    def _side(self, team: Team, said: list[Interacting], answers: list[Interacting]) -> Side:
        agreed = self.agreed_by(answers)
        current = [named for named in said if not self.is_over(named.interaction)]
        unanswered = [
            named
            for named in current
            if self.is_reversed(named) or (kind_of(named.interaction) not in agreed and not self.is_served(named))
        ]
        return Side(team, said, current, unanswered)

    @cached_property
    def owners(self) -> dict[str, list[Owning]]:
        """Who owns which software, by its name without case, blanks and hyphens; groups and archived teams aside."""
        owners: dict[str, list[Owning]] = {}
        for team_id in self.current_apis:
            if not self.teams[team_id].is_group:
                for name, owning in self.owned_by(team_id):
                    owners.setdefault(name, []).append(owning)
        return owners

    def owned_by(self, team_id: str) -> Iterator[tuple[str, Owning]]:
        """What a team's Team API says that it owns, with the name under which :attr:`owners` has it."""
        team, api = self.teams[team_id], self.apis[team_id]
        for index, owned in enumerate(api.owns):
            name = "".join(owned.name.casefold().replace("-", " ").replace("_", " ").split())
            yield name or owned.name, Owning(team, owned, api.path, ("owns", index, "name"))

    # --- time ---

    def period(self, thing: Goal | Outcome) -> Period | None:
        """The period of a goal (its own, its document's, the org's) or an outcome (its own, its first
        parent's that has one, the org's)."""
        return self._timing(thing).period

    def period_origin(self, thing: Goal | Outcome) -> Dated | None:
        """What states the period of a thing: itself, its document, an outcome above it or the org."""
        return self._timing(thing).origin

    def period_facts(self, thing: Goal | Outcome) -> tuple[Fact, ...]:
        """What the period of a thing rests on, in one fact, which is poisoned when any of it is."""
        if not self._timing(thing).is_sound:
            self.poisoned.add((thing.key, "inherited period"))
        return ((thing.key, "inherited period"),)

    def days_over(self, thing: Goal | Outcome) -> int:
        """How many days ago the period of a thing ended; 0 until its last day, and without any period."""
        period = self._timing(thing).period
        return (self.as_of - period.end).days if period is not None and period.end < self.as_of else 0

    def compared(self, grace: int) -> Compared:
        """The periods of open goals against those of what they support and is not over.

        Only what can be relied on is compared, and nothing with a period that both take from one place; nor what
        ended more than ``grace`` days ago, which is a matter of its own (AL702).
        """
        if grace not in self._compared:
            self._compared[grace] = self._compare(grace)
        return self._compared[grace]

    def _compare(self, grace: int) -> Compared:
        compared = Compared([], set(), set())
        doubted: set[int] = set()
        for goal, support, own, theirs in self._comparable(grace, self.open_goals):
            if not own.meets(theirs):
                compared.apart.append(Apart(goal, support))
                compared.astray.update((goal.key, support.target.key))
                doubted.update((id(self.period_origin(goal)), id(self.period_origin(support.target))))
        if doubted:
            for goal, support, own, theirs in self._comparable(grace, self.open_goals):
                if own.meets(theirs):
                    origins = {id(self.period_origin(goal)), id(self.period_origin(support.target))}
                    compared.met.update(origins & doubted)
        return compared

    def is_apart(self, grace: int, goals: Iterable[Goal]) -> bool:
        """Whether :meth:`compared` finds anything apart among what some open goals support."""
        return any(not own.meets(theirs) for _, _, own, theirs in self._comparable(grace, goals))

    def _comparable(self, grace: int, goals: Iterable[Goal]) -> Iterator[tuple[Goal, Support, Period, Period]]:
        for goal in goals:
            supports, own = self.supports.get(goal.key), self._timing(goal)
            if not supports or own.period is None or own.origin is None or not own.is_sound:
                continue
            if not self.is_sound(goal.key, "status"):
                continue
            if own.period.end < self.as_of and (self.as_of - own.period.end).days > grace:
                continue
            for support in supports:
                target = support.target
                if support.is_guess or not (target.is_live if isinstance(target, Outcome) else target.is_open):
                    continue
                theirs = self._timing(target)
                if theirs.period is None or theirs.origin is None or theirs.origin is own.origin:
                    continue
                if not theirs.is_sound or not self.is_sound(target.key, "status"):
                    continue
                if theirs.period.end < self.as_of and (self.as_of - theirs.period.end).days > grace:
                    continue
                yield goal, support, own.period, theirs.period

    def _timing(self, thing: Goal | Outcome) -> _Timing:
        settled = self._periods.get(id(thing))
        if settled is not None:
            return settled
        origin: Dated | None = thing
        if isinstance(thing, Goal):
            period, is_sound = self.parse(thing.period), self.is_sound(thing.key, "period")
            if period is None:
                document = self.by_path.get(thing.path)
                if document is not None and isinstance(document.content, Team | GoalsDocument):
                    origin = document.content
                    period = self.parse(origin.period)
        else:
            period, is_sound, origin, _ = self._inherited(thing)
        if period is None and self.org is not None:
            origin = self.org
            period, is_sound = self.parse(origin.period), is_sound and self.is_sound("org", "period")
        known = _Timing(period, is_sound, origin if period is not None else None, thing)
        self._periods[id(thing)] = known
        return known

    def _inherited(self, outcome: Outcome) -> _Timing:
        """An outcome's own period, else that of its first parent which has one, without the org's.

        All outcomes are settled at once, each after what it supports, so that a long chain takes no longer than its
        length.
        """
        unknown = _Timing(None, False, None)
        if not self._inheritance:
            for key in self.trace:  # in which everything comes after what it leads to
                current = self.outcomes.get(key.removeprefix("outcome:"))
                if current is None or current.key != key:
                    continue
                origin: Dated | None = current
                period, sound = self.parse(current.period), self.is_sound(key, "period")
                if period is None:
                    sound = sound and self.is_sound(key, "supports") and key not in self.unknown_supports
                    for support in self.supports.get(key, ()):
                        theirs = self._inheritance.get(support.target.key, unknown)
                        sound = sound and theirs.is_sound and not support.is_guess
                        if theirs.period is not None:
                            period, origin = theirs.period, theirs.origin
                            break
                self._inheritance[key] = _Timing(period, sound, origin)
        return self._inheritance.get(outcome.key, unknown)

    def is_sound(self, entity: str, field: str) -> bool:
        """Whether a fact can be relied on, for what counts or compares many; other rules name it in ``rests_on``."""
        poisoned = self.poisoned
        return not poisoned or ((entity, field) not in poisoned and (entity, "*") not in poisoned)

    def parse(self, period: str | int | float | None) -> Period | None:
        """The days of a period as written; nothing where none is given or it is wrong (AL104 says so)."""
        if period is None:
            return None
        try:
            return parse_period(str(period), self.fiscal)
        except ValueError:
            return None

    def is_in_grace(self, team: Team, days: int) -> bool:
        """Whether a forming team still has time to declare its guardrails; without ``since`` it has none."""
        return team.status == "forming" and team.since is not None and (self.as_of - team.since).days <= days

    def is_current(self, goal: Goal) -> bool:
        """Open, decided on, and due now: a goal without any period is always due."""
        if not goal.is_open or goal.is_proposed:
            return False
        period = self._timing(goal).period
        return period is None or period.start <= self.as_of <= period.end

    # --- who waits for whom, and who works towards what ---

    @cached_property
    def waits(self) -> dict[str, list[Waiting]]:
        """By the key of an open goal: the open goals that it waits for.

        A dependency without impact does not wait; neither does one whose reference stands for a guess.
        """
        return {key: waits for key in self.depends if (waits := self.waits_of(key))}

    def waits_of(self, key: str) -> list[Waiting]:
        """The open goals that an open goal waits for."""
        goal = self.goals[key.removeprefix("goal:")]
        return [
            Waiting(goal, awaited, (*depending.route, "to"))
            for depending in (self.depends.get(key, ()) if goal.is_open else ())
            if (awaited := depending.goal) is not None
            and awaited.is_open
            and awaited.path not in self.asleep
            and not depending.is_guess
            and depending.dependency.impact != "none"
        ]

    @cached_property
    def waiting_rings(self) -> list[list[Goal]]:
        """Goals that wait for each other in a ring, each in the order of its links."""

        def awaited(key: str) -> list[str]:
            return [waiting.awaited.key for waiting in self.waits.get(key, ())]

        return [
            [self.goals[key.removeprefix("goal:")] for key in ring_through(component, awaited)]
            for component in components(self.waits, awaited)
            if len(component) > 1 or component[0] in awaited(component[0])
        ]

    @cached_property
    def teams_behind(self) -> dict[str, int]:
        """By the key of an outcome: how many teams have open goals that support it, or an outcome below it."""
        bits: dict[str, int] = {}
        teams: dict[str, int] = {}
        """A set of teams in one number, so that a long chain of outcomes costs little more than its length."""
        for key in reversed(self.trace):  # in which everything comes after what it leads to
            if key.startswith("outcome:"):
                teams[key] = teams.get(key, 0)
                for goal in self.supporters.get(key, ()):
                    if goal.is_open:
                        teams[key] |= 1 << bits.setdefault(goal.team, len(bits))
                for support in self.supports.get(key, ()):
                    teams[support.target.key] = teams.get(support.target.key, 0) | teams[key]
        return {key: number.bit_count() for key, number in teams.items()}

    @cached_property
    def neighbours(self) -> Neighbours:
        """Who has to do with which team."""
        documents: dict[str, list[str]] = {}
        for document in self.documents:
            content = document.content
            if isinstance(content, Team | GoalsDocument | TeamApi):
                team = self.names.current_team(content.team) if self.names is not None else content.team
                documents.setdefault(team, []).append(document.path)
        waiting: dict[str, set[str]] = {}
        for key, depends in self.depends.items():
            for depending in depends:
                waiting.setdefault(depending.team.id, set()).add(key.removeprefix("goal:"))
        naming: dict[str, set[str]] = {}
        for team, said in self.interactions.items():
            for named in said:
                naming.setdefault(named.other.id, set()).add(team)
        measuring: dict[str, set[tuple[str, str]]] = {}
        for table in ("goals", "outcomes", "experiments"):
            for name, thing in getattr(self, table).items():
                for metric in metrics_of(self, thing):
                    measuring.setdefault(metric, set()).add((table, name))
        return Neighbours(documents, _frozen(waiting), _frozen(naming), _frozen(measuring))

    # --- files ---

    def resolve_path(self, document: str, target: str) -> str | None:
        """The path from the root that a relative or root-relative target in a document means.

        Nothing when it leads out of the root, where this tool does not look.
        """
        if target[:1] not in "./" and "/." not in target and "//" not in target and not target.endswith("/"):
            folder = document.rpartition("/")[0]  # it is spelt as it should be, as most are
            return f"{folder}/{target}" if folder else target
        joined = target.lstrip("/") if target.startswith("/") else posixpath.join(posixpath.dirname(document), target)
        path = posixpath.normpath(joined)
        if path == ".." or path.startswith("../"):
            return None
        return path

    def broken_path(self, document: str, target: str) -> str | None:
        """The path from the root that a target in a document means, where nothing is there."""
        path = self.resolve_path(document, target)
        return None if path is None or self.path_exists(path) else path

    def path_exists(self, path: str) -> bool:
        """Whether a path from the root is a file or folder, in exactly this spelling."""
        return path in (".", "") or path in self.paths

    def path_meant(self, path: str) -> str | None:
        """The path that a wrong one probably means: the same in another case, else a near name in its folder."""
        if self._folders is None:
            names: dict[str, dict[str, str]] = {}
            for known in self.paths:
                folder, _, name = known.rpartition("/")
                names.setdefault(folder.casefold(), {}).setdefault(name, known)
            self._folders = {folder: _Folder(inside) for folder, inside in names.items()}
        folder, _, name = path.rpartition("/")
        inside = self._folders.get(folder.casefold())
        return inside.meant(name) if inside is not None else None


def metrics_of(ws: Workspace, thing: Goal | Outcome | Experiment) -> set[str]:
    """The ids of the metrics that measure a thing."""
    measures = (thing.measure,) if isinstance(thing, Experiment) else thing.measures
    found = (ws.metric(measure) for measure in measures if isinstance(measure, Measure))
    return {metric.id for metric in found if metric is not None}


def _frozen(sets: Mapping[str, set[T]]) -> dict[str, frozenset[T]]:
    return {name: frozenset(some) for name, some in sets.items()}


def _word_starts(text: str) -> set[str]:
    return {word[:4] for word in text.casefold().replace("-", " ").split()[:_COMMON]}


def period_place(origin: Dated) -> Place:
    """Where a period is written."""
    return Place(origin.path, (*origin.route, "period"))


class _Folder:
    """The names in one folder, ready to be asked for again and again."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {name.casefold(): path for name, path in self._names.items()}

    @cached_property
    def _suggester(self) -> Suggester:
        return Suggester(self._names.keys())

    def meant(self, name: str) -> str | None:
        """The path of the name that another one probably means."""
        known = self._folded.get(name.casefold())
        if known is not None:
            return known
        near = self._suggester.nearest(name)
        return self._names[near] if near else None
