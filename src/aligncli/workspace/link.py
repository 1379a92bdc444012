"""The linker: gathers what the documents declare, resolves every reference, and follows the links both ways."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from msgspec.structs import force_setattr

from aligncli.diagnostics import Related, Route
from aligncli.model import (
    Community,
    Content,
    Declared,
    Entity,
    Experiment,
    FiscalYear,
    Goal,
    GoalsDocument,
    Guardrail,
    Interaction,
    Measure,
    Org,
    Outcome,
    Team,
    TeamApi,
    support_links,
)
from aligncli.suggest import Suggester
from aligncli.workspace.load import Document
from aligncli.workspace.names import Clash, Namespace, Reference, Status, an, id_route, named, noun
from aligncli.workspace.rings import components, ring_through
from aligncli.workspace.scope import ScopeIndex
from aligncli.workspace.workspace import Keeping, Place, Support, Trace, Waiving, Workspace

# The namespaces among facts, by the kind of document that declares into them.
_DECLARES: dict[str, tuple[str, ...]] = {
    "org": ("org", "outcomes", "guardrails", "metrics", "communities"),
    "outcome": ("outcomes",),
    "guardrail": ("guardrails",),
    "community": ("communities",),
    "charter": ("teams", "goals"),
    "goals": ("goals",),
    "team-api": ("apis",),
}


def link(documents: Iterable[Document], paths: Collection[str], as_of: date, fiscal: FiscalYear) -> Workspace:
    """Links documents into a workspace.

    Args:
        documents: in any order; each path once.
        paths: every file and folder below the root, relative, with ``/``.
        as_of: the day that counts as today.
        fiscal: when the organisation's year starts.
    """
    linker = _Linker(Workspace(sorted(documents, key=lambda d: d.path), paths, as_of, fiscal))
    return linker.run()


class _Linker:
    """Fills one workspace; each step needs those before it."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.outcomes = Namespace("outcome")
        self.goals = Namespace("goal")
        self.teams = Namespace("team")
        self.guardrails = Namespace("guardrail")
        self.metrics = Namespace("metric")
        self.communities = Namespace("community")
        self.services = Namespace("service")
        self.experiments = Namespace("experiment")
        self.bare = (self.outcomes, self.teams, self.guardrails, self.metrics, self.communities)
        self.partly_known: set[str] = set()
        """Teams that may have more goals or services than could be read."""
        self.same: dict[tuple[str, str], list[Any]] = {}
        self.goals_by_id: dict[str, list[Goal]] | None = None
        self.clear_goals: dict[str, Suggester] = {}

    def run(self) -> Workspace:
        trusted = [document for document in self.ws.documents if document.trusted]
        salvaged = [document for document in self.ws.documents if not document.trusted]
        for documents in (trusted, salvaged):  # a salvage never takes a name from what can be read
            self.declare_all(documents)
        for space in self.bare:
            self.declare_former_names(space)
        self.declare_parts(trusted)
        self.declare_former_goals()
        self.report_clashes()
        self.find_asleep()
        for document in self.ws.documents:
            self.poison_document(document)
        if self.ws.org is None:
            self.ws.poisoned.add(("org", "*"))
            for space in self.bare:
                space.incomplete = space is not self.teams or space.incomplete
        for document in trusted:
            if document.path not in self.ws.set_aside:
                self.resolve_document(document)
        self.follow()
        self.scope()
        return self.ws

    # --- declaring ---

    def declare_all(self, documents: Sequence[Document]) -> None:
        """Everything but goals and services, which need to know the teams."""
        ws = self.ws
        for document in sorted(documents, key=_primacy):
            content = document.content
            quiet = not document.trusted
            if isinstance(content, Org):
                if ws.org is not None:
                    if not quiet:
                        self.set_aside_second_org(document, ws.org)
                    continue
                ws.org = content
                for outcome in content.outcomes:
                    self.declare(self.outcomes, ws.outcomes, outcome, quiet)
                for guardrail in content.guardrails:
                    self.declare(self.guardrails, ws.guardrails, guardrail, quiet)
                for metric in content.metrics:
                    self.declare(self.metrics, ws.metrics, metric, quiet)
                for community in content.communities:
                    self.declare(self.communities, ws.communities, community, quiet)
            elif isinstance(content, Outcome):
                self.declare(self.outcomes, ws.outcomes, content, quiet)
            elif isinstance(content, Guardrail):
                self.declare(self.guardrails, ws.guardrails, content, quiet)
            elif isinstance(content, Community):
                self.declare(self.communities, ws.communities, content, quiet)
            elif isinstance(content, Team):
                if not content.team:
                    self.teams.incomplete = True
                elif content.team in ws.teams:
                    if not quiet:
                        self.note_same(self.teams, ws.teams[content.team], content)
                        ws.set_aside.add(document.path)
                        self.partly_known.add(content.team)
                else:
                    ws.teams[content.team] = self.teams.all[content.team] = content
                    if content.is_archived:
                        self.teams.retired.add(content.team)

    def declare(self, space: Namespace, table: dict[str, Any], thing: Any, quiet: bool) -> None:
        if not thing.id:
            space.incomplete = True
        elif thing.ref in table:
            if not quiet:
                self.note_same(space, table[thing.ref], thing)
        else:
            table[thing.ref] = space.all[thing.ref] = thing
            if _is_retired(thing, self.ws.as_of):
                space.retired.add(thing.ref)

    def declare_parts(self, trusted: Sequence[Document]) -> None:
        """Goals, experiments and services, under the team that their document belongs to."""
        ws = self.ws
        # Charters come first, so that a goal repeated in a goals document is the repetition.
        for document in sorted(trusted, key=lambda d: (d.kind != "charter", *_primacy(d))):
            content = document.content
            if document.path in ws.set_aside:
                continue
            if isinstance(content, Team):
                self.declare_goals(content, content.team)
                for experiment in content.experiments:
                    self.declare(self.experiments, ws.experiments, experiment, False)
            elif isinstance(content, GoalsDocument):
                self.declare_goals(content, self.team_of(content))
            elif isinstance(content, TeamApi):
                team = self.team_of(content)
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
                        self.partly_known.add(team)
                    self.declare(self.services, ws.services, service, False)
        for document in ws.documents:
            if not document.trusted and isinstance(document.content, TeamApi):
                ws.apis.setdefault(document.content.team, document.content)

    def declare_goals(self, content: Team | GoalsDocument, team: str) -> None:
        for goal in content.goals:
            if goal.team != team:
                force_setattr(goal, "team", team)
            if not goal.id:
                self.partly_known.add(team)
                continue
            self.declare(self.goals, self.ws.goals, goal, False)
            if self.ws.goals.get(goal.ref) is goal:
                self.ws.goals_of.setdefault(team, []).append(goal)

    def team_of(self, content: GoalsDocument | TeamApi) -> str:
        """The id of the team that a document belongs to, its reference resolved."""
        verb = "belongs to team" if isinstance(content, TeamApi) else "is for team"
        team = self.named(self.teams, content.team, content, ("team",), verb) if content.team else None
        if team is None:
            # It may be any team's: nobody can be said to have no goals, or no Team API.
            unknown = (
                (("goals", "*"), ("goals-documents", "team"))
                if isinstance(content, GoalsDocument)
                else (("apis", "*"),)
            )
            self.ws.poisoned.update(unknown)
        return team.id if team is not None else content.team

    def declare_former_names(self, space: Namespace) -> None:
        for thing in list(space.all.values()):
            if thing.formerly:
                self.add_former(space, thing, thing.formerly)

    def declare_former_goals(self) -> None:
        for goal in self.ws.goals.values():
            if goal.formerly:
                full = [name if "/" in name else f"{goal.team}/{name}" for name in goal.formerly]
                self.add_former(self.goals, goal, full)

    def add_former(self, space: Namespace, thing: Any, names: Iterable[str]) -> None:
        for index, name, other in space.former_names(thing, names):
            what = "the id" if other.ref == name else "a former name"
            message = f"the former name `{name}` of {named(thing)} is also {what} of {named(other)}"
            related = (Related(other.path, f"the other {space.noun}", id_route(other)),)
            route = (*thing.route, "formerly", index)
            help_, identity = "remove the former name from one of them", (thing.ref, "formerly", name)
            self.ws.clashes.append(Clash(message, thing.path, route, "claimed twice", help_, related, identity))

    def note_same(self, space: Namespace, first: Any, again: Any) -> None:
        self.same.setdefault((space.noun, first.ref), [first]).append(again)

    def set_aside_second_org(self, document: Document, first: Org) -> None:
        self.ws.set_aside.add(document.path)
        related = (Related(first.path, "the first one", ("name",)),)
        message = "the repo declares a second organisation, and there can be one"
        help_, identity = "keep one of the two", (document.path, "org")
        self.ws.clashes.append(Clash(message, document.path, ("kind",), "the second one", help_, related, identity))

    def report_clashes(self) -> None:
        for (kind, name), (first, again, *more) in self.same.items():
            related = [Related(first.path, "first declared here", id_route(first))]
            related.extend(Related(thing.path, "and here", id_route(thing)) for thing in more)
            message = f"{kind} `{name}` is declared {'twice' if not more else f'{len(more) + 2} times'}"
            self.ws.clashes.append(
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

    def find_asleep(self) -> None:
        for document in self.ws.documents:
            content = document.content
            if isinstance(content, Team | GoalsDocument | TeamApi):
                team = content if isinstance(content, Team) else self.ws.teams.get(self.current_team(content.team))
                if team is not None and team.is_archived:
                    self.ws.asleep.add(document.path)

    # --- what cannot be relied on ---

    def poison_document(self, document: Document) -> None:
        ws, content = self.ws, document.content
        if not document.trusted or document.path in ws.set_aside:
            for namespace in _DECLARES.get(document.kind or _kind(content), ()):
                ws.poisoned.add((namespace, "*"))
            if isinstance(content, Org):
                for space in self.bare:
                    space.incomplete = space is not self.teams or space.incomplete
            elif isinstance(content, Team | GoalsDocument | TeamApi):
                self.partly_known.add(content.team)
                self.poison(f"team:{content.team}", "teams", "*")
            elif isinstance(content, Entity):
                ws.poisoned.add((content.key, "*"))
            return
        for route in document.broken:
            self.poison_route(content, route)

    def poison_route(self, content: Content | None, route: Route) -> None:
        """A broken part of a document: which facts it takes with it. The route is one of the text."""
        if content is None or not route:
            return
        document = self.ws.by_path[content.path]
        head = str(route[0])
        if isinstance(content, Org):
            if head in ("outcomes", "guardrails", "metrics", "communities"):
                space = {"outcomes": self.outcomes, "guardrails": self.guardrails, "metrics": self.metrics}.get(
                    head, self.communities
                )
                self.poison_item(document, getattr(content, head), head, route, space)
            else:
                self.poison("org", "org", head)
        elif isinstance(content, Outcome | Guardrail | Community):
            namespace = _DECLARES[content.kind][0]
            self.poison(content.key, namespace, head)
            if head == "id":
                space = {"outcomes": self.outcomes, "guardrails": self.guardrails}.get(namespace, self.communities)
                space.incomplete = True
        elif isinstance(content, Team | GoalsDocument | TeamApi):
            team = self.teams.all.get(content.team) or self.teams.former.get(content.team)
            team_id = team.id if team else content.team
            if head == "team":
                self.teams.incomplete = self.teams.incomplete or isinstance(content, Team)
                for namespace in _DECLARES[content.kind]:
                    self.ws.poisoned.add((namespace, "*"))
            if head == "goals" and isinstance(content, Team | GoalsDocument):
                if len(route) < 3 or route[2] == "id":
                    self.partly_known.add(team_id)
                    self.poison(f"team:{team_id}", "teams", "goals")
                self.poison_item(document, content.goals, "goals", route, None)
            elif head == "period" and isinstance(content, Team | GoalsDocument):
                for goal in content.goals:
                    self.poison(goal.key, "goals", "period")
            else:
                if head == "services":
                    self.partly_known.add(team_id)
                self.poison(f"team:{team_id}", "apis" if isinstance(content, TeamApi) else "teams", head)

    def poison_item(
        self, document: Document, items: Sequence[Entity], namespace: str, route: Route, space: Namespace | None
    ) -> None:
        """A broken part of an inline entity; a broken item or id leaves its namespace unknown."""
        if len(route) < 3 or route[2] == "id":
            self.ws.poisoned.add((namespace, "*"))
            if space is not None:
                space.incomplete = True
            return
        for item in items:
            if document.source_route(item.route) == route[:2]:
                self.poison(item.key, namespace, str(route[2]))
                if route[2] == "supports":
                    self.ws.unknown_supports.add(item.key)

    def poison(self, entity: str, namespace: str, field: str) -> None:
        self.ws.poisoned.add((entity, field))
        self.ws.poisoned.add((namespace, field))

    # --- resolving ---

    def named(self, space: Namespace, text: str, owner: Any, route: Route, verb: str) -> Any:
        """What a reference by bare id means, or nothing; what is odd about it is noted."""
        thing = space.all.get(text)
        if thing is not None:
            if text in space.retired:
                self.note_retired(space.noun, text, owner, route, verb, thing)
            return thing
        return self.odd(space, text, owner, route, verb, an(space.noun))

    def goal_named(self, text: str, owner: Any, route: Route, verb: str, expected: str) -> Any:
        """What a reference of the form ``team/goal`` means, or nothing."""
        goal = self.goals.all.get(text)
        if goal is not None:
            if text in self.goals.retired:
                self.note_retired(expected, text, owner, route, verb, goal)
            return goal
        return self.odd_goal(text, owner, route, verb, expected)

    def note_retired(self, expected: str, text: str, owner: Any, route: Route, verb: str, target: Any) -> None:
        if _is_active(owner):
            self.note(Status.RETIRED, text, owner, route, verb, expected, target)

    def note(
        self, status: Status, text: str, owner: Any, route: Route, verb: str, expected: str,
        target: Any = None, candidates: Sequence[Any] = (),
    ) -> None:  # fmt: skip
        kind = noun(owner)
        if isinstance(owner, TeamApi | GoalsDocument):
            subject, name = owner.team, f"this {kind}" if route == ("team",) else f"{kind} of `{owner.team}`"
        elif isinstance(owner, Entity) and not owner.id:
            subject = getattr(owner, "team", "")
            name = f"{an(kind)} of `{subject}`" if subject else f"this {kind}"
        else:
            subject, name = owner.ref, f"{kind} `{owner.ref}`"
        whole = not owner.route
        mark = None if whole else Related(owner.path, f"this {kind}", id_route(owner))
        self.ws.references.append(
            Reference(
                status,
                owner.path,
                (*owner.route, *route),
                text,
                expected,
                subject,
                f"{name} {verb}",
                mark,
                target,
                tuple(candidates),
            )
        )

    def odd(self, space: Namespace, text: str, owner: Any, route: Route, verb: str, expected: str) -> Any:
        former = space.former.get(text)
        if former is not None:
            self.note(Status.FORMER, text, owner, route, verb, expected, former)
            return former
        for other in self.bare:
            if other is not space and text in other.all:
                self.note(Status.WRONG_KIND, text, owner, route, verb, expected, other.all[text])
                return None
        if space.incomplete:
            return None
        nearest = space.suggester.nearest(text)
        if nearest is not None:
            self.note(Status.MISSING, text, owner, route, verb, expected, space.all[nearest])
            return space.all[nearest]
        found = [space.all[name] for name in space.suggester.some(text) if name != getattr(owner, "team", None)]
        self.note(Status.MISSING, text, owner, route, verb, expected, None, found)
        return None

    def odd_goal(self, text: str, owner: Any, route: Route, verb: str, expected: str) -> Any:
        former = self.goals.former.get(text)
        team_name, _, goal_id = text.partition("/")
        team = self.teams.all.get(team_name) or self.teams.former.get(team_name)
        if former is None and team is not None and team.id != team_name:
            former = self.goals.all.get(f"{team.id}/{goal_id}") or self.goals.former.get(f"{team.id}/{goal_id}")
        if former is not None:
            self.note(Status.FORMER, text, owner, route, verb, expected, former)
            return former
        if text in self.experiments.all or text in self.services.all:
            thing = self.experiments.all.get(text) or self.services.all[text]
            self.note(Status.WRONG_KIND, text, owner, route, verb, expected, thing)
            return None
        if team is None:
            near = self.teams.suggester.nearest(team_name)
            team = self.teams.all[near] if near else None
            if team is None and self.teams.incomplete:
                return None
        if team is not None and team.id in self.partly_known:
            return None
        target, candidates = None, []
        if team is not None:
            suggester = self.clear_goals.get(team.id)
            if suggester is None:
                suggester = Suggester([goal.id for goal in self.ws.goals_of.get(team.id, ())])
                self.clear_goals[team.id] = suggester
            nearest = suggester.nearest(goal_id)
            if nearest is not None:
                target = self.goals.all[f"{team.id}/{nearest}"]
            else:
                candidates = [self.goals.all[f"{team.id}/{name}"] for name in suggester.some(goal_id)]
        elif len(elsewhere := self.goals_called(goal_id)) == 1:
            target = elsewhere[0]
        self.note(Status.MISSING, text, owner, route, verb, expected, target, candidates)
        return target

    def goals_called(self, goal_id: str) -> list[Goal]:
        if self.goals_by_id is None:
            self.goals_by_id = {}
            for goal in self.ws.goals.values():
                self.goals_by_id.setdefault(goal.id, []).append(goal)
        return self.goals_by_id.get(goal_id, [])

    def goal_only(self, text: str, owner: Any, route: Route, verb: str) -> Any:
        """A place where only a goal may stand."""
        if "/" in text:
            return self.goal_named(text, owner, route, verb, "a goal")
        return self.bare_goal(text, owner, route, verb, "a goal")

    def bare_goal(self, text: str, owner: Any, route: Route, verb: str, expected: str) -> Any:
        """A bare id where a goal was meant: written without its team, or a thing of another kind."""
        for space in self.bare:
            if text in space.all:
                self.note(Status.WRONG_KIND, text, owner, route, verb, expected, space.all[text])
                return None
        meant = self.goals_called(text)
        own = [goal for goal in meant if goal.team == getattr(owner, "team", None)] or meant
        if len(own) == 1:
            self.note(Status.MISSING, text, owner, route, verb, expected, own[0])
            return own[0]
        self.note(Status.MISSING, text, owner, route, verb, expected, None, own[:5])
        return None

    # --- each document's references ---

    def resolve_document(self, document: Document) -> None:
        content = document.content
        if isinstance(content, Org):
            for outcome in content.outcomes:
                self.resolve_outcome(outcome)
            for guardrail in content.guardrails:
                self.resolve_guardrail(guardrail)
        elif isinstance(content, Outcome):
            self.resolve_outcome(content)
        elif isinstance(content, Guardrail):
            self.resolve_guardrail(content)
        elif isinstance(content, Team):
            if document.path not in self.ws.asleep:
                self.resolve_team(content)
                self.resolve_goals(content.goals)
        elif document.path not in self.ws.asleep:
            if isinstance(content, GoalsDocument):
                self.resolve_goals(content.goals)
            elif isinstance(content, TeamApi):
                self.resolve_api(content)

    def current_team(self, name: str) -> str:
        team = self.teams.all.get(name) or self.teams.former.get(name)
        return team.id if team is not None else name

    def resolve_outcome(self, outcome: Outcome) -> None:
        links = []
        for text, how, route in support_links(outcome.supports):
            if "/" in text:
                target = self.goals.all.get(text)
                if target is not None or text.partition("/")[0] not in self.partly_known:
                    status = Status.WRONG_KIND if target is not None else Status.MISSING
                    self.note(status, text, outcome, route, "supports", "an outcome", target)
                target = None
            else:
                target = self.named(self.outcomes, text, outcome, route, "supports")
            if target is None:
                self.ws.unknown_supports.add(outcome.key)
                self.ws.poisoned.add(("outcomes", "supports"))
            else:
                links.append(Support(target, how, route))
                self.ws.children.setdefault(target.key, []).append(outcome)
        if links:
            self.ws.supports[outcome.key] = links
        self.resolve_measures(outcome, outcome.measures)

    def resolve_guardrail(self, guardrail: Guardrail) -> None:
        if guardrail.applies_to is None:
            return
        unknown = False
        for index, name in enumerate(guardrail.applies_to.teams):
            unknown |= (
                self.named(self.teams, name, guardrail, ("applies-to", "teams", index), "applies to team") is None
            )
        for index, exception in enumerate(guardrail.applies_to.except_):
            route = ("applies-to", "except", index, "team")
            unknown |= self.named(self.teams, exception.team, guardrail, route, "excepts team") is None
        if unknown:
            self.poison(guardrail.key, "guardrails", "applies-to")

    def resolve_team(self, team: Team) -> None:
        ws = self.ws
        if team.part_of is not None:
            self.named(self.teams, team.part_of, team, ("part-of",), "is part of team")
        for index, name in enumerate(team.communities):
            self.named(self.communities, name, team, ("communities", index), "belongs to community")
        keeps = []
        for index, item in enumerate(team.guardrails):
            declared = Declared(id=item) if isinstance(item, str) else item
            route: Route = ("guardrails", index) if isinstance(item, str) else ("guardrails", index, "id")
            guardrail = self.named(self.guardrails, declared.id, team, route, "declares guardrail")
            if guardrail is None:
                self.poison(team.key, "teams", "guardrails")
            else:
                keeps.append(Keeping(guardrail, declared, ("guardrails", index)))
        known = ws.teams.get(team.id) is team
        if known:
            ws.keeps[team.id] = keeps
        waives = []
        for index, waiver in enumerate(team.waivers):
            route = ("waivers", index, "guardrail")
            guardrail = (
                self.named(self.guardrails, waiver.guardrail, team, route, "waives guardrail")
                if waiver.guardrail
                else None
            )
            if guardrail is None:
                self.poison(team.key, "teams", "waivers")
            else:
                waives.append(Waiving(guardrail, waiver, ("waivers", index)))
        if known:
            ws.waives[team.id] = waives
        for experiment in team.experiments:
            if experiment.goal is not None:
                self.goal_only(experiment.goal, experiment, ("goal",), "serves")
            if isinstance(experiment.measure, Measure):
                self.resolve_measure(experiment, experiment.measure, ("measure",))

    def resolve_goals(self, goals: Sequence[Goal]) -> None:
        for goal in goals:
            self.resolve_goal(goal)

    def resolve_goal(self, goal: Goal) -> None:
        ws = self.ws
        if goal.supports:
            links = []
            for text, how, route in support_links(goal.supports):
                target: Any
                if "/" in text:
                    target = self.goal_named(text, goal, route, "supports", "an outcome or a goal")
                    if target is None:
                        ws.unknown_supports.add(goal.key)
                        continue
                else:
                    target = self.outcomes.all.get(text)
                    if target is None or text in self.outcomes.retired:
                        target = self.odd_support(text, goal, route)
                    if target is None:
                        ws.unknown_supports.add(goal.key)
                        ws.poisoned.add(("goals", "supports"))
                        continue
                links.append(Support(target, how, route))
                if goal.id or isinstance(target, Outcome):
                    ws.supporters.setdefault(target.key, []).append(goal)
            if links and goal.id:
                ws.supports[goal.key] = links
        if goal.measures:
            self.resolve_measures(goal, goal.measures)
        for index, dependency in enumerate(goal.depends_on):
            route = ("depends-on", index, "to")
            if "/" in dependency.to:
                self.goal_named(dependency.to, goal, route, "depends on", "a goal")
            elif dependency.to:
                self.named(self.teams, dependency.to, goal, route, "depends on team")
            team = self.current_team(dependency.to.partition("/")[0])
            if team != goal.team and goal.is_open:
                ws.named_by_others.setdefault(team, Place(goal.path, (*goal.route, *route)))
            if dependency.service is not None:
                self.service(team, dependency.service, goal, ("depends-on", index, "service"), "needs service")

    def odd_support(self, text: str, goal: Goal, route: Route) -> Any:
        """A goal's bare reference that is no current outcome: another kind of thing, or one of its team's goals."""
        space = self.outcomes
        if text in space.all or text in space.former or any(text in other.all for other in self.bare):
            return self._named_support(text, goal, route)
        if space.suggester.nearest(text) is None and (meant := self.goals_called(text)):
            own = [other for other in meant if other.team == goal.team] or meant
            if len(own) == 1:
                self.note(Status.MISSING, text, goal, route, "supports", "an outcome or a goal", own[0])
                return own[0]
        return self._named_support(text, goal, route)

    def _named_support(self, text: str, goal: Goal, route: Route) -> Any:
        thing = self.outcomes.all.get(text)
        if thing is not None:
            self.note_retired("an outcome or a goal", text, goal, route, "supports", thing)
            return thing
        return self.odd(self.outcomes, text, goal, route, "supports", "an outcome or a goal")

    def resolve_measures(self, owner: Goal | Outcome, measures: Sequence[Measure]) -> None:
        for index, measure in enumerate(measures):
            self.resolve_measure(owner, measure, ("measures", index))

    def resolve_measure(self, owner: Any, measure: Measure, route: Route) -> None:
        if measure.metric is not None:
            self.named(self.metrics, measure.metric, owner, (*route, "metric"), "is measured by metric")

    def service(self, team: str, name: str, owner: Any, route: Route, verb: str) -> None:
        """A service of another team; nothing is known of the services of a team without a readable Team API."""
        api = self.ws.apis.get(team)
        if api is None or team in self.partly_known or f"{team}/{name}" in self.services.all:
            return
        suggester = Suggester([service.id for service in api.services])
        nearest = suggester.nearest(name)
        target = self.services.all.get(f"{team}/{nearest}") if nearest else None
        candidates = [] if target else [self.services.all[f"{team}/{other}"] for other in suggester.some(name)]
        self.note(Status.MISSING, name, owner, route, verb, f"a service of `{team}`", target, candidates)

    def resolve_api(self, api: TeamApi) -> None:
        ws = self.ws
        own = self.current_team(api.team)
        for index, interaction in enumerate(api.interactions):
            if not interaction.team:
                continue
            route = ("interactions", index, "team")
            team = self.named(self.teams, interaction.team, api, route, "names team")
            if team is None:
                continue
            if team.id != own:
                ws.named_by_others.setdefault(team.id, Place(api.path, route))
            if interaction.service is not None:
                provider = own if _provides(interaction) else team.id
                self.service(provider, interaction.service, api, ("interactions", index, "service"), "names service")
        for index, item in enumerate(api.roadmap):
            if item.goal is not None:
                self.goal_only(item.goal, api, ("roadmap", index, "goal"), "plans for")

    # --- following the links ---

    def follow(self) -> None:
        """Which outcomes and goals reach the north star, and which only lead in a ring."""
        ws = self.ws
        things: dict[str, Goal | Outcome] = {thing.key: thing for thing in ws.outcomes.values()}
        things.update((goal.key, goal) for goal in ws.goals.values())

        def successors(key: str) -> list[str]:
            return [support.target.key for support in ws.supports.get(key, ())]

        for component in components(things, successors):
            if len(component) > 1 or component[0] in successors(component[0]):
                ws.rings.append([things[key] for key in ring_through(component, successors)])
                ws.trace.update(dict.fromkeys(component, Trace.UNKNOWN))
                continue
            key = component[0]
            ws.trace[key] = self.traced(things[key], [ws.trace[above] for above in successors(key)])

    def traced(self, thing: Goal | Outcome, above: Sequence[Trace]) -> Trace:
        if Trace.REACHES in above:
            return Trace.REACHES
        if Trace.UNKNOWN in above or thing.key in self.ws.unknown_supports:
            return Trace.UNKNOWN
        if isinstance(thing, Outcome) and not above:
            return Trace.REACHES  # it serves the north star directly
        return Trace.ENDS

    def scope(self) -> None:
        teams: dict[str, set[str]] = {}
        exceptions: dict[str, set[str]] = {}
        for guardrail in self.ws.guardrails.values():
            scope = guardrail.applies_to
            if scope is None:
                continue
            if scope.teams:
                teams[guardrail.id] = {self.meant_team(name) for name in scope.teams}
            if scope.except_:
                exceptions[guardrail.id] = {self.meant_team(exception.team) for exception in scope.except_}
        self.ws.scope = ScopeIndex(self.ws.guardrails.values(), teams, exceptions)

    def meant_team(self, name: str) -> str:
        current = self.current_team(name)
        if current in self.teams.all:
            return current
        return self.teams.suggester.nearest(name) or name


def _primacy(document: Document) -> tuple[bool, int, str]:
    """Of two documents that declare the same thing, which is the original: the one in its proper place."""
    content = document.content
    folder = document.path.rpartition("/")[0].rpartition("/")[2]
    misplaced = isinstance(content, Team) and folder != content.team
    return misplaced, document.path.count("/"), document.path


def _kind(content: Content | None) -> str:
    return content.kind if content is not None else ""


def _provides(interaction: Interaction) -> bool:
    return interaction.role in ("provider", "facilitator")


def _is_active(owner: Any) -> bool:
    """Whether a thing still acts, so that its references to what is retired are worth a word."""
    if isinstance(owner, Goal):
        return owner.is_open
    if isinstance(owner, Outcome):
        return owner.is_live
    if isinstance(owner, Guardrail):
        return owner.status == "active"
    if isinstance(owner, Experiment):
        return owner.result == "pending"
    if isinstance(owner, Team):
        return not owner.is_archived
    return True


def _is_retired(thing: Any, as_of: date) -> bool:
    """Archived, dropped, or achieved (from the day after it closed on, or at once where no day is given)."""
    if isinstance(thing, Goal | Outcome):
        if thing.status == "dropped":
            return True
        return thing.status == "achieved" and (thing.closed is None or thing.closed < as_of)
    return getattr(thing, "status", None) == "archived"
