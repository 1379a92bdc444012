"""The things the documents speak of, as frozen, typed records; each knows the path and route it came from."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar, Literal, NamedTuple

import msgspec
from msgspec.structs import force_setattr

from aligncli.diagnostics import Route

# The words that the schemas name, as types: msgspec gives one and the same object for each of them, however often a
# document has it, where a text would be a copy every time.
Kind = Literal["org", "outcome", "guardrail", "charter", "goals", "team-api", "community"]
Direction = Literal["increase", "decrease", "keep-above", "keep-below"]
TeamType = Literal["stream-aligned", "platform", "enabling", "complicated-subsystem", "group"]
GoalStatus = Literal["proposed", "on-track", "at-risk", "off-track", "achieved", "missed", "dropped"]

KINDS: tuple[Kind, ...] = ("org", "outcome", "guardrail", "charter", "goals", "team-api", "community")


# --- periods -----------------------------------------------------------------------------------------------


class FiscalYear(NamedTuple):
    """In which month (1 to 12) the organisation's year starts, and whether it is named by its end."""

    starts: int = 1
    named_by_end: bool = True


class Period(NamedTuple):
    """A closed interval of days."""

    start: date
    end: date

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.start <= day <= self.end

    def meets(self, other: Period) -> bool:
        """Whether the two share a day."""
        return self.start <= other.end and other.start <= self.end


_PART = re.compile(r"([0-9]{4})(?:-(?:(H[12])|(Q[1-4])|([0-9]{2})(?:-([0-9]{2}))?))?\Z")


CALENDAR_YEAR = FiscalYear()


@lru_cache(maxsize=4096)
def parse_period(text: str, fiscal: FiscalYear = CALENDAR_YEAR) -> Period:
    """The days that a period such as ``2026-Q4`` or ``2026-10-01..2026-12-31`` covers.

    Raises:
        ValueError: it is no period, names a day that does not exist, or ends before it begins; the message
            says which, as the end of a sentence about it.
    """
    first, dots, last = text.partition("..")
    start = _part(first, fiscal)
    if not dots:
        return start
    end = _part(last, fiscal)
    if end.end < start.start:
        raise ValueError("ends before it begins")
    return Period(start.start, end.end)


def _part(text: str, fiscal: FiscalYear) -> Period:
    match = _PART.match(text)
    if match is None:
        raise ValueError("is not a period")
    year, half, quarter, month, day = match.groups()
    if int(year) == 0:
        raise ValueError("names a year that does not exist")
    if day:
        try:
            on = date(int(year), int(month), int(day))
        except ValueError:
            raise ValueError("names a day that does not exist") from None
        return Period(on, on)
    if month:
        if not 1 <= int(month) <= 12:
            raise ValueError("names a month that does not exist")
        return _months(int(year), int(month), 1)
    began = int(year) - (1 if fiscal.starts > 1 and fiscal.named_by_end else 0)
    if half:
        return _months(began, fiscal.starts + 6 * (int(half[1]) - 1), 6)
    if quarter:
        return _months(began, fiscal.starts + 3 * (int(quarter[1]) - 1), 3)
    return _months(began, fiscal.starts, 12)


def _months(year: int, month: int, count: int) -> Period:
    first = year * 12 + month - 1
    last = first + count - 1
    if first < 12 or last // 12 > 9999:
        raise ValueError("names a year that does not exist")
    end_year, end_month = last // 12, last % 12 + 1
    end = date(end_year, end_month, calendar.monthrange(end_year, end_month)[1])
    return Period(date(first // 12, first % 12 + 1, 1), end)


# --- records -----------------------------------------------------------------------------------------------


class Record(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, rename="kebab"):
    """What all parts share: nothing is required, because a part that broke its schema is pruned, not lost.

    What a document is about has its ``kind`` as a tag: its class says it, and no record keeps it.
    """


class Link(Record, frozen=True):
    """A reference with a word on how it helps."""

    to: str = ""
    how: str | None = None


class Measure(Record, frozen=True):
    """How a goal or an outcome shows in numbers."""

    metric: str | None = None
    name: str | None = None
    unit: str | None = None
    direction: Direction | None = None
    baseline: float | None = None
    target: float | None = None
    current: float | None = None
    as_of: date | None = None
    source: str | None = None

    @property
    def label(self) -> str:
        """What is measured: its metric's id, else its own name."""
        return self.metric or self.name or ""


class Dependency(Record, frozen=True):
    """What a goal waits for."""

    to: str = ""
    service: str | None = None
    what: str | None = None
    impact: Literal["none", "slowing", "blocking"] | None = None
    since: date | None = None


class Blocker(Record, frozen=True):
    """What stands in a goal's way."""

    what: str = ""
    since: date | None = None
    owner: str | None = None
    escalated_to: str | None = None


class Initiative(Record, frozen=True):
    """A piece of work towards a goal."""

    title: str = ""
    status: Literal["todo", "doing", "done", "dropped"] | None = None
    link: str | None = None


class Entity(Record, frozen=True):
    """A part that others can refer to."""

    noun: ClassVar[str] = ""
    id: str = ""
    formerly: tuple[str, ...] = ()
    path: str = ""
    route: Route = ()

    @property
    def ref(self) -> str:
        """How others refer to it."""
        return self.id

    @property
    def key(self) -> str:
        """Its name among facts, such as ``outcome:fewer-returns``."""
        return f"{self.noun}:{self.ref}"


class Goal(Entity, frozen=True):
    """What a team wants to change, and what that serves."""

    noun: ClassVar[str] = "goal"
    title: str = ""
    supports: tuple[str | Link, ...] = ()
    why: str | None = None
    owner: str | None = None
    period: str | int | float | None = None
    status: GoalStatus = "on-track"
    closed: date | None = None
    commitment: Literal["committed", "aspirational"] = "committed"
    set_by: Literal["team", "org"] | None = None
    measures: tuple[Measure, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    initiatives: tuple[Initiative, ...] = ()
    learning: str | None = None
    team: str = ""
    ref: str = ""
    """How others refer to it: ``team/goal``. As the key, the linker states it once; both are asked for all the time."""
    key: str = ""

    @property
    def is_open(self) -> bool:
        """Neither achieved nor missed nor dropped."""
        return self.status not in ("achieved", "missed", "dropped")

    @property
    def is_proposed(self) -> bool:
        """Not decided on yet."""
        return self.status == "proposed"


class Outcome(Entity, frozen=True, tag_field="kind", tag="outcome"):
    """A change the organisation wants."""

    noun: ClassVar[str] = "outcome"
    kind: ClassVar[Kind] = "outcome"
    title: str = ""
    why: str | None = None
    owner: str | None = None
    period: str | int | float | None = None
    status: Literal["proposed", "active", "achieved", "dropped"] = "active"
    closed: date | None = None
    supports: tuple[str | Link, ...] = ()
    measures: tuple[Measure, ...] = ()
    focus: bool = False
    tags: tuple[str, ...] = ()
    reviewed: date | None = None
    key: str = ""
    """As that of a goal, stated by the linker."""

    @property
    def is_live(self) -> bool:
        """Proposed or active."""
        return self.status in ("proposed", "active")


class Exception_(Record, frozen=True):
    """A team to which a guardrail does not apply."""

    team: str = ""
    why: str | None = None


class Scope(Record, frozen=True):
    """To which teams a guardrail applies; every key that is given must match, and an empty list matches nothing."""

    types: tuple[str, ...] | None = None
    teams: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    except_: tuple[Exception_, ...] = msgspec.field(default=(), name="except")


class Guardrail(Entity, frozen=True, tag_field="kind", tag="guardrail"):
    """A limit within which teams are free."""

    noun: ClassVar[str] = "guardrail"
    kind: ClassVar[Kind] = "guardrail"
    title: str = ""
    why: str | None = None
    level: Literal["must", "should"] = "must"
    category: Literal["security", "compliance", "reliability", "privacy", "quality", "cost", "people"] | None = None
    owner: str | None = None
    applies_to: Scope | None = None
    evidence: Literal["required", "optional", "none"] = "optional"
    enforcement: Literal["automated", "review", "attested"] = "attested"
    automation: str | None = None
    in_force_from: date | None = None
    status: Literal["active", "archived"] = "active"
    reviewed: date | None = None

    @property
    def is_must(self) -> bool:
        """Whether it binds rather than advises."""
        return self.level == "must"


class Metric(Entity, frozen=True):
    """A figure that the organisation keeps."""

    noun: ClassVar[str] = "metric"
    name: str = ""
    unit: str | None = None
    direction: Direction | None = None
    source: str | None = None


class Community(Entity, frozen=True, tag_field="kind", tag="community"):
    """People from many teams who learn a craft together."""

    noun: ClassVar[str] = "community"
    kind: ClassVar[Kind] = "community"
    name: str = ""
    purpose: str | None = None
    owner: str | None = None
    channel: str | None = None
    cadence: str | None = None
    status: Literal["active", "archived"] = "active"


class Strategy(Record, frozen=True):
    """What every team must know of the business."""

    customers: str | None = None
    product: str | None = None
    operations: str | None = None


class Org(Record, frozen=True, tag_field="kind", tag="org"):
    """The organisation: why it exists and what it wants."""

    kind: ClassVar[Kind] = "org"
    name: str = ""
    north_star: str = ""
    why: str | None = None
    owner: str | None = None
    strategy: Strategy | None = None
    period: str | int | float | None = None
    reviewed: date | None = None
    outcomes: tuple[Outcome, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    metrics: tuple[Metric, ...] = ()
    communities: tuple[Community, ...] = ()
    path: str = ""
    route: Route = ()


class Stance(Record, frozen=True):
    """Whether a team exploits what works or explores what might."""

    mode: Literal["converge", "explore"] | None = None
    until: date | None = None
    why: str | None = None


class TeamScope(Record, frozen=True):
    """What a team does and what it does not."""

    in_: tuple[str, ...] = msgspec.field(default=(), name="in")
    out: tuple[str, ...] = ()


class Declared(Record, frozen=True):
    """A guardrail that a team says it keeps."""

    id: str = ""
    evidence: tuple[str, ...] = ()
    note: str | None = None


class Waiver(Record, frozen=True):
    """A guardrail that a team need not keep, for a reason and a time."""

    guardrail: str = ""
    reason: str = ""
    expires: date | None = None
    approved_by: str | None = None
    granted: date | None = None
    compensating: str | None = None


class Decision(Record, frozen=True):
    """Who decides what."""

    area: str = ""
    authority: Literal["team", "advice", "approval"] | None = None
    with_: tuple[str, ...] = msgspec.field(default=(), name="with")


class Need(Record, frozen=True):
    """What a team asked for."""

    what: str = ""
    from_: str | None = msgspec.field(default=None, name="from")
    status: Literal["asked", "granted", "refused"] = "asked"
    since: date | None = None
    escalated_to: str | None = None


class Experiment(Entity, frozen=True):
    """A guess that a team puts to the test."""

    noun: ClassVar[str] = "experiment"
    hypothesis: str = ""
    measure: str | Measure | None = None
    decide_by: date | None = None
    result: Literal["pending", "supported", "refuted"] = "pending"
    learning: str | None = None
    goal: str | None = None
    team: str = ""

    @property
    def ref(self) -> str:
        """How others refer to it."""
        return f"{self.team}/{self.id}"


class Team(Record, frozen=True, tag_field="kind", tag="charter"):
    """A team, as its charter declares it."""

    kind: ClassVar[Kind] = "charter"
    team: str = ""
    mission: str = ""
    name: str | None = None
    type: TeamType | None = None
    part_of: str | None = None
    status: Literal["forming", "active", "archived"] = "active"
    since: date | None = None
    until: date | None = None
    lead: str | None = None
    size: int | float | None = None
    customers: tuple[str, ...] = ()
    scope: TeamScope | None = None
    stance: Stance | None = None
    period: str | int | float | None = None
    tags: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()
    reviewed: date | None = None
    goals: tuple[Goal, ...] = ()
    guardrails: tuple[str | Declared, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    decisions: tuple[Decision, ...] = ()
    needs: tuple[Need, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    path: str = ""
    route: Route = ()

    @property
    def id(self) -> str:
        """Its id."""
        return self.team

    @property
    def ref(self) -> str:
        """How others refer to it."""
        return self.team

    @property
    def key(self) -> str:
        """Its name among facts."""
        return f"team:{self.team}"

    @property
    def title(self) -> str:
        """Its name, which is the id in words where none is given."""
        return self.name or self.team.replace("-", " ").capitalize()

    @property
    def is_group(self) -> bool:
        """A grouping of teams rather than a team."""
        return self.type == "group"

    @property
    def is_archived(self) -> bool:
        """No longer there; checked for nothing but its own schema and ids."""
        return self.status == "archived"


class GoalsDocument(Record, frozen=True, tag_field="kind", tag="goals"):
    """The goals of one team for one period."""

    kind: ClassVar[Kind] = "goals"
    team: str = ""
    period: str | int | float | None = None
    goals: tuple[Goal, ...] = ()
    reviewed: date | None = None
    path: str = ""
    route: Route = ()


class Contact(Record, frozen=True):
    """A way to reach a team."""

    kind: str = ""
    address: str = ""
    for_: str | None = msgspec.field(default=None, name="for")
    response_time: str | None = None


class Meeting(Record, frozen=True):
    """When others can join."""

    name: str = ""
    when: str | None = None
    link: str | None = None


class Service(Entity, frozen=True):
    """What others can use."""

    noun: ClassVar[str] = "service"
    name: str = ""
    description: str | None = None
    url: str | None = None
    versioning: str | None = None
    docs: str | None = None
    slo: str | None = None
    status: Literal["planned", "live", "deprecated", "retired"] = "live"
    team: str = ""

    @property
    def ref(self) -> str:
        """How others refer to it."""
        return f"{self.team}/{self.id}"


class Owned(Record, frozen=True):
    """Software that a team owns."""

    name: str = ""
    repo: str | None = None
    contribution: Literal["open", "review", "closed"] | None = None
    dashboard: str | None = None
    on_call: str | None = None


class Interaction(Record, frozen=True):
    """How one team works with another."""

    team: str = ""
    mode: Literal["collaboration", "x-as-a-service", "facilitating"] | None = None
    role: Literal["provider", "consumer", "facilitator", "facilitated"] | None = None
    service: str | None = None
    purpose: str | None = None
    since: date | None = None
    until: date | None = None
    status: Literal["now", "soon"] = "now"


class RoadmapItem(Record, frozen=True):
    """What a team plans to offer."""

    title: str = ""
    period: str | int | float | None = None
    goal: str | None = None
    link: str | None = None


class Practice(Record, frozen=True):
    """How a team works."""

    name: str = ""
    link: str | None = None


class TeamApi(Record, frozen=True, tag_field="kind", tag="team-api"):
    """How to work with a team."""

    kind: ClassVar[Kind] = "team-api"
    team: str = ""
    contacts: tuple[Contact, ...] = ()
    hours: str | None = None
    meetings: tuple[Meeting, ...] = ()
    services: tuple[Service, ...] = ()
    owns: tuple[Owned, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    roadmap: tuple[RoadmapItem, ...] = ()
    practices: tuple[Practice, ...] = ()
    glossary: dict[str, str] = {}
    reviewed: date | None = None
    path: str = ""
    route: Route = ()


Content = Org | Outcome | Guardrail | Team | GoalsDocument | TeamApi | Community

CONTENT: Mapping[str, type[Content]] = {
    "org": Org,
    "outcome": Outcome,
    "guardrail": Guardrail,
    "charter": Team,
    "goals": GoalsDocument,
    "team-api": TeamApi,
    "community": Community,
}

PARTS: Mapping[str, tuple[str, ...]] = {
    "org": ("outcomes", "guardrails", "metrics", "communities"),
    "outcome": (),
    "guardrail": (),
    "charter": ("goals", "experiments"),
    "goals": ("goals",),
    "team-api": ("services",),
    "community": (),
}
"""The lists of a document whose items are entities: they are told where they stand."""

_ROUTES: dict[str, list[Route]] = {part: [] for parts in PARTS.values() for part in parts}
"""The routes of the items of each, made once: a hundred thousand goals stand in a handful of places."""


_MANY = 5_000
_shared: dict[Any, Any] = {}
"""What was in records lately, each once: ids, names and periods stand in thousands of documents, and a third of a
repo's memory would be copies of them."""


_OF_TEAMS = (Team, GoalsDocument, TeamApi)


def build(kind: str, data: Mapping[str, Any], path: str) -> Content:
    """The record of a document whose data passed its schema, or was pruned of what did not.

    Raises:
        msgspec.ValidationError: the data does not have the types that the schema promises.
    """
    content = msgspec.convert(data, CONTENT[kind])
    place(content, path)
    return content


def place(content: Content, path: str) -> None:
    """Tells a record and its parts where they stand, and the parts of a team whose they are; what many records have
    alike is the same object in all of them from then on."""
    force_setattr(content, "path", path)
    if len(_shared) > _MANY:
        _shared.clear()
    team: str | None = None
    if isinstance(content, _OF_TEAMS):
        team = _shared.setdefault(content.team, content.team)
        force_setattr(content, "team", team)
        force_setattr(content, "reviewed", _shared.setdefault(content.reviewed, content.reviewed))
        if not isinstance(content, GoalsDocument):
            _share_lists(content)
    for part in PARTS[content.kind]:
        items = getattr(content, part)
        if not items:
            continue
        routes = _ROUTES[part]
        if len(routes) < len(items):
            routes.extend((part, index) for index in range(len(routes), len(items)))
        for item, route in zip(items, routes, strict=False):
            force_setattr(item, "path", path)
            force_setattr(item, "route", route)
            if team is not None:
                force_setattr(item, "team", team)
            if item.__class__ is Goal:
                _share_goal(item)
            elif item.__class__ is Service:
                _share_service(item)


def _share_goal(goal: Goal) -> None:
    share = _shared.setdefault
    force_setattr(goal, "id", share(goal.id, goal.id))
    period = goal.period
    if period.__class__ is str:  # numbers may be equal and look otherwise
        force_setattr(goal, "period", share(period, period))
    if goal.supports:
        force_setattr(goal, "supports", _shared_whole(goal.supports))
    for measure in goal.measures:
        metric = measure.metric
        if metric is not None:
            force_setattr(measure, "metric", share(metric, metric))
    for dependency in goal.depends_on:
        force_setattr(dependency, "to", share(dependency.to, dependency.to))
        force_setattr(dependency, "what", share(dependency.what, dependency.what))


def _share_service(service: Service) -> None:
    share = _shared.setdefault
    force_setattr(service, "id", share(service.id, service.id))
    force_setattr(service, "slo", share(service.slo, service.slo))
    force_setattr(service, "versioning", share(service.versioning, service.versioning))


def _share_lists(content: Team | TeamApi) -> None:
    share = _shared.setdefault
    if isinstance(content, Team):
        force_setattr(content, "lead", share(content.lead, content.lead))
        force_setattr(content, "guardrails", _shared_whole(content.guardrails))
        force_setattr(content, "decisions", _shared_whole(content.decisions))
        return
    force_setattr(content, "hours", share(content.hours, content.hours))
    force_setattr(content, "meetings", _shared_whole(content.meetings))
    force_setattr(content, "practices", _shared_whole(content.practices))
    for contact in content.contacts:
        force_setattr(contact, "kind", share(contact.kind, contact.kind))
        force_setattr(contact, "for_", share(contact.for_, contact.for_))
        force_setattr(contact, "response_time", share(contact.response_time, contact.response_time))
    for interaction in content.interactions:
        force_setattr(interaction, "team", share(interaction.team, interaction.team))
        force_setattr(interaction, "purpose", share(interaction.purpose, interaction.purpose))


def _shared_whole(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """A list of texts, and of records of nothing but texts, or the same one that another record has; else each of its
    items that another has."""
    known: tuple[Any, ...] = _shared.setdefault(items, items)
    if known is items and items:
        known = _shared[items] = tuple(map(_shared.setdefault, items, items))
        for item in known:
            if item.__class__ is Link:
                force_setattr(item, "to", _shared.setdefault(item.to, item.to))
    return known


def direction(measure: Measure, metric: Metric | None) -> str | None:
    """Where a measure should go: the metric says, else the measure itself, else its baseline and target do."""
    if metric is not None and metric.direction:
        return metric.direction
    if measure.direction:
        return measure.direction
    if measure.baseline is None or measure.target is None or measure.baseline == measure.target:
        return None
    return "increase" if measure.target > measure.baseline else "decrease"


def progress(measure: Measure, metric: Metric | None) -> float | None:
    """How far a measure has come: 0 at its baseline, 1 at its target, beyond either where it is.

    For ``keep-above`` and ``keep-below`` it is 1 while the current value is on the right side of the target,
    else 0. Nothing when a figure that it takes is not stated.
    """
    if measure.target is None or measure.current is None:
        return None
    way = direction(measure, metric)
    if way == "keep-above":
        return 1.0 if measure.current >= measure.target else 0.0
    if way == "keep-below":
        return 1.0 if measure.current <= measure.target else 0.0
    if measure.baseline is None or measure.baseline == measure.target:
        return None
    return (measure.current - measure.baseline) / (measure.target - measure.baseline)


def reached(measure: Measure, metric: Metric | None) -> bool | None:
    """Whether the current value is on the right side of the target; nothing when a figure that it takes is missing."""
    if measure.target is None or measure.current is None:
        return None
    way = direction(measure, metric)
    if way is None:
        return None
    if way in ("increase", "keep-above"):
        return measure.current >= measure.target
    return measure.current <= measure.target


Contradiction = Literal["two names", "two directions", "no change", "wrong side"]


def contradiction(measure: Measure, metric: Metric | None) -> Contradiction | None:
    """How a measure contradicts its metric or itself, if it does: then its figures say nothing."""
    if measure.metric is not None and measure.name is not None:
        return "two names"
    if metric is not None and metric.direction and measure.direction and measure.direction != metric.direction:
        return "two directions"
    way = direction(measure, metric)
    if measure.baseline is None or measure.target is None or way in ("keep-above", "keep-below"):
        return None
    if measure.baseline == measure.target:
        return "no change"
    return "wrong side" if (way == "increase") != (measure.target > measure.baseline) else None
