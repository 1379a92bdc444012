"""References: what each one means, and what is odd about it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

from aligncli.diagnostics import Related, Route
from aligncli.model import (
    Declared,
    Entity,
    Experiment,
    Goal,
    GoalsDocument,
    Guardrail,
    Interaction,
    Link,
    Measure,
    Org,
    Outcome,
    Team,
    TeamApi,
)
from aligncli.suggest import Suggester
from aligncli.workspace.load import Document
from aligncli.workspace.names import Names, Namespace, Reference, Status, an, id_route, noun
from aligncli.workspace.workspace import Depending, Interacting, Keeping, Place, Support, Waiving, Workspace

T = TypeVar("T")


class Resolver:
    """Resolves the references of documents, once everything is declared."""

    def __init__(self, ws: Workspace, names: Names) -> None:
        self._ws = ws
        self._names = names
        self._suggesters: dict[str, Suggester] = {}
        """For the goals of each team that somebody misspelt."""
        self._service_suggesters: dict[str, Suggester] = {}
        self._supported: dict[int, Sequence[Support]] = {}
        """What lists of references come to that are simply right, by ``id()``: many goals have the very same list (see
        :func:`aligncli.model.place`), and then they have the very same links."""
        self._kept: dict[int, Sequence[Keeping]] = {}
        """The same for the guardrails that teams declare."""

    def named(
        self, space: Namespace, text: str, owner: Any, route: Route, verb: str, expected: str | None = None
    ) -> Any:
        """What a reference by bare id means, or nothing; what is odd about it is noted.

        ``expected`` says what should stand there, where that is more than a thing of this namespace.
        """
        expected = expected or an(space.noun)
        thing = space.all.get(text)
        if thing is not None:
            space.used.add(text)
            if text in space.retired:
                self._note_retired(expected, text, owner, route, verb, thing)
            return thing
        return self._odd(space, text, owner, route, verb, expected)

    def _goal_named(self, text: str, owner: Any, route: Route, verb: str, expected: str) -> Any:
        """What a reference of the form ``team/goal`` means, or nothing."""
        goal = self._names.goals.all.get(text)
        if goal is not None:
            self._names.goals.used.add(text)
            self._names.teams.used.add(goal.team)
            if text in self._names.goals.retired:
                self._note_retired(expected, text, owner, route, verb, goal)
            return goal
        return self._odd_goal(text, owner, route, verb, expected)

    def _note_retired(self, expected: str, text: str, owner: Any, route: Route, verb: str, target: Any) -> None:
        team = f"team:{owner.team}" if isinstance(owner, TeamApi | GoalsDocument) else owner.key
        if _is_active(owner) and self._ws.is_sound(team, "status"):
            self._note(Status.RETIRED, text, owner, route, verb, expected, target)

    def _note(
        self, status: Status, text: str, owner: Any, route: Route, verb: str, expected: str,
        target: Any = None, candidates: Sequence[Any] = (), others: int = 0,
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
        self._ws.references.append(
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
                others,
            )
        )

    def _odd(self, space: Namespace, text: str, owner: Any, route: Route, verb: str, expected: str) -> Any:
        former = space.former.get(text)
        if former is not None:
            self._note(Status.FORMER, text, owner, route, verb, expected, former)
            if former.ref in space.retired:
                self._note_retired(expected, former.ref, owner, route, verb, former)
            return former
        if space.incomplete or text in self._names.perhaps:
            return None
        for other in self._names.bare:
            if other is not space and text in other.all:
                self._note(Status.WRONG_KIND, text, owner, route, verb, expected, other.all[text])
                return None
        meant = space.meant(text)
        if meant is not None:
            self._note(Status.MISSING, text, owner, route, verb, expected, meant)
            return meant
        if space.repeats:
            return None
        found, others = space.choice(text, getattr(owner, "team", None))
        self._note(Status.MISSING, text, owner, route, verb, expected, None, found, others)
        return None

    def _odd_goal(self, text: str, owner: Any, route: Route, verb: str, expected: str) -> Any:
        former = self._names.goals.former.get(text)
        team_name, _, goal_id = text.partition("/")
        team = self._names.teams.all.get(team_name) or self._names.teams.former.get(team_name)
        if former is None and team is not None and team.id != team_name:
            former = self._names.goals.all.get(f"{team.id}/{goal_id}") or self._names.goals.former.get(
                f"{team.id}/{goal_id}"
            )
        if former is not None:
            self._note(Status.FORMER, text, owner, route, verb, expected, former)
            if former.ref in self._names.goals.retired:
                self._note_retired(expected, former.ref, owner, route, verb, former)
            return former
        if not self._names.perhaps.isdisjoint((text, team_name, goal_id)):
            return None
        if text in self._names.experiments.all or text in self._names.services.all:
            thing = self._names.experiments.all.get(text) or self._names.services.all[text]
            self._note(Status.WRONG_KIND, text, owner, route, verb, expected, thing)
            return None
        if team is None:
            team = self._names.teams.meant(team_name)
            if team is None and (self._names.teams.incomplete or self._names.teams.repeats):
                return None
        if self._names.goals.incomplete or (team is not None and team.id in self._names.partly_known):
            return None
        target: Any = None
        candidates: list[Any] = []
        others = 0
        if team is not None:
            suggester = self._suggesters.get(team.id)
            if suggester is None:
                suggester = Suggester([goal.id for goal in self._ws.goals_of.get(team.id, ())])
                self._suggesters[team.id] = suggester
            nearest = suggester.nearest(goal_id)
            if nearest is not None:
                target = self._names.goals.all[f"{team.id}/{nearest}"]
            elif team.id in self._names.repeating:
                return None
            else:
                candidates, others = self._names.goals.choice_within(team.id, goal_id, suggester)
        elif len(elsewhere := self._names.goals_called(goal_id)) == 1:
            target = elsewhere[0]
        if team is None and target is None:
            candidates, others = self._names.teams.choice(team_name)
        self._note(Status.MISSING, text, owner, route, verb, expected, target, candidates, others)
        return target

    def _goal_only(self, text: str, owner: Any, route: Route, verb: str) -> Any:
        """A place where only a goal may stand."""
        if "/" in text:
            return self._goal_named(text, owner, route, verb, "a goal")
        return self._bare_goal(text, owner, route, verb, "a goal")

    def _bare_goal(self, text: str, owner: Any, route: Route, verb: str, expected: str) -> Any:
        """A bare id where a goal was meant: written without its team, or a thing of another kind."""
        for space in self._names.bare:
            if text in space.all:
                self._note(Status.WRONG_KIND, text, owner, route, verb, expected, space.all[text])
                return None
        meant = self._names.goals_called(text)
        own = [goal for goal in meant if goal.team == getattr(owner, "team", None)] or meant
        if len(own) == 1:
            self._note(Status.MISSING, text, owner, route, verb, expected, own[0])
            return own[0]
        self._note(Status.MISSING, text, owner, route, verb, expected, None, own[:5])
        return None

    def resolve_document(self, document: Document) -> None:
        """Every reference of a document, but for the team that it belongs to."""
        content, is_awake = document.content, document.path not in self._ws.asleep
        if isinstance(content, Team):
            if is_awake:
                self._resolve_team(content)
                self._resolve_goals(content.goals)
        elif isinstance(content, TeamApi):
            if is_awake:
                self._resolve_api(content)
        elif isinstance(content, GoalsDocument):
            if is_awake:
                self._resolve_goals(content.goals)
        elif isinstance(content, Org):
            for outcome in content.outcomes:
                self._resolve_outcome(outcome)
            for guardrail in content.guardrails:
                self._resolve_guardrail(guardrail)
        elif isinstance(content, Outcome):
            self._resolve_outcome(content)
        elif isinstance(content, Guardrail):
            self._resolve_guardrail(content)

    def _is_guess(self, noted: int) -> bool:
        """Whether the reference resolved since so many were noted stands only for its one clear candidate."""
        references = self._ws.references
        return len(references) > noted and references[-1].status is Status.MISSING

    def _resolve_outcome(self, outcome: Outcome) -> None:
        links = []
        for index, link in enumerate(outcome.supports):
            text, how, route = _support_link(link, index)
            noted = len(self._ws.references)
            if "/" in text:
                target = self._names.goals.all.get(text)
                if target is not None or text.partition("/")[0] not in self._names.partly_known:
                    status = Status.WRONG_KIND if target is not None else Status.MISSING
                    self._note(status, text, outcome, route, "supports", "an outcome", target)
                target = None
            else:
                target = self.named(self._names.outcomes, text, outcome, route, "supports")
            if target is None:
                self._ws.unknown_supports.add(outcome.key)
                self._ws.poisoned.add(("outcomes", "supports"))
            else:
                links.append(Support(target, how, route, self._is_guess(noted)))
                self._ws.children.setdefault(target.key, []).append(outcome)
        if links:
            self._ws.supports[outcome.key] = links
        self._resolve_measures(outcome, outcome.measures)

    def _resolve_guardrail(self, guardrail: Guardrail) -> None:
        if guardrail.applies_to is None:
            return
        unknown = False
        for index, name in enumerate(guardrail.applies_to.teams or ()):
            unknown |= (
                self.named(self._names.teams, name, guardrail, ("applies-to", "teams", index), "applies to team")
                is None
            )
        for index, exception in enumerate(guardrail.applies_to.except_):
            route = ("applies-to", "except", index, "team")
            unknown |= self.named(self._names.teams, exception.team, guardrail, route, "excepts team") is None
        if unknown:
            self._ws.doubt(guardrail.key, "guardrails", "applies-to")

    def _resolve_team(self, team: Team) -> None:
        ws = self._ws
        if team.part_of is not None:
            group = self.named(self._names.teams, team.part_of, team, ("part-of",), "is part of team")
            if group is None:
                ws.doubt(team.key, "teams", "part-of")
            else:
                ws.group_of[team.id] = group.id
        for index, name in enumerate(team.communities):
            self.named(self._names.communities, name, team, ("communities", index), "belongs to community")
        keeps = self._kept.get(id(team.guardrails))
        if keeps is None:
            keeps = self._resolve_kept(team)
        known = ws.teams.get(team.id) is team
        if known:
            ws.keeps[team.id] = keeps
        waives = []
        for index, waiver in enumerate(team.waivers):
            route = ("waivers", index, "guardrail")
            guardrail = (
                self.named(self._names.guardrails, waiver.guardrail, team, route, "waives guardrail")
                if waiver.guardrail
                else None
            )
            if guardrail is None:
                self._ws.doubt(team.key, "teams", "waivers")
            else:
                waives.append(Waiving(guardrail, waiver, ("waivers", index)))
        if known:
            ws.waives[team.id] = tuple(waives)
        for experiment in team.experiments:
            if experiment.goal is not None:
                self._goal_only(experiment.goal, experiment, ("goal",), "serves")
            if isinstance(experiment.measure, Measure):
                self._resolve_measure(experiment, experiment.measure, ("measure",))

    def _resolve_kept(self, team: Team) -> Sequence[Keeping]:
        """The guardrails that a team declares, as far as they resolve."""
        keeps = []
        guardrails, is_right = self._names.guardrails, True
        for index, item in enumerate(team.guardrails):
            declared = _declared(item) if isinstance(item, str) else item
            route = _kept_at(index)
            guardrail = guardrails.all.get(declared.id)
            if guardrail is not None and declared.id not in guardrails.retired:
                guardrails.used.add(declared.id)
            else:
                is_right = False
                place = route if isinstance(item, str) else (*route, "id")
                guardrail = self.named(guardrails, declared.id, team, place, "declares guardrail")
            if guardrail is None:
                self._ws.doubt(team.key, "teams", "guardrails")
            else:
                keeps.append(Keeping(guardrail, declared, route))
        found = tuple(keeps)
        if is_right:
            _remember(self._kept, team.guardrails, found)
        return found

    def _resolve_goals(self, goals: Sequence[Goal]) -> None:
        for goal in goals:
            self._resolve_goal(goal)

    def _resolve_goal(self, goal: Goal) -> None:
        ws = self._ws
        is_declared = ws.goals.get(goal.ref) is goal  # and not a repetition
        if goal.supports:
            links = self._supported.get(id(goal.supports))
            if links is None:
                links = self._resolve_supports(goal)
            for link in links:
                target = link.target
                if is_declared or (not goal.id and isinstance(target, Outcome)):
                    supporters = ws.supporters.get(target.key)
                    if supporters is None:
                        ws.supporters[target.key] = [goal]
                    else:
                        supporters.append(goal)
            if links and is_declared:
                ws.supports[goal.key] = links
        if goal.measures:
            self._resolve_measures(goal, goal.measures)
        depends = []
        for index, dependency in enumerate(goal.depends_on):
            whole, route = _depended_at(index)
            noted = len(ws.references)
            team = self._names.current_team(dependency.to.partition("/")[0])
            awaited: Goal | None = None
            whom: Team | None = None
            if "/" in dependency.to:
                awaited = self._goal_named(dependency.to, goal, route, "depends on", "a goal")
                whom = ws.teams.get(awaited.team) if awaited is not None else None
            elif dependency.to:
                whom = self.named(self._names.teams, dependency.to, goal, route, "depends on team")
            if whom is None:
                ws.doubt(goal.key, "goals", "depends-on")
            elif is_declared:
                depends.append(Depending(dependency, whom, awaited, whole, self._is_guess(noted)))
            if team != goal.team and goal.is_open and team not in ws.named_by_others:
                ws.named_by_others[team] = Place(goal.path, _within(goal.route, route))
            if dependency.service is not None:
                self._service(team, dependency.service, goal, (*whole, "service"), "needs service")
        if depends:
            ws.depends[goal.key] = tuple(depends)

    def _resolve_supports(self, goal: Goal) -> Sequence[Support]:
        """What a goal supports, as far as that resolves."""
        ws, outcomes, links, is_right = self._ws, self._names.outcomes, [], True
        for index, link in enumerate(goal.supports):
            text, how, route = _support_link(link, index)
            target: Any = outcomes.all.get(text)
            is_guess = False
            if target is not None and text not in outcomes.retired:
                outcomes.used.add(text)
            else:
                is_right = False
                noted = len(ws.references)
                if "/" in text:
                    target = self._goal_named(text, goal, route, "supports", "an outcome or a goal")
                else:
                    target = self._odd_support(text, goal, route)
                if target is None:
                    ws.unknown_supports.add(goal.key)
                    ws.poisoned.add(("goals", "supports"))
                    continue
                is_guess = self._is_guess(noted)
            links.append(Support(target, how, route, is_guess))
        found = tuple(links)
        if is_right:
            _remember(self._supported, goal.supports, found)
        return found

    def _odd_support(self, text: str, goal: Goal, route: Route) -> Any:
        """A goal's bare reference that is no current outcome: another kind of thing, or one of its team's goals."""
        space, expected = self._names.outcomes, "an outcome or a goal"
        known = text in space.all or text in space.former or any(text in other.all for other in self._names.bare)
        if not known and space.meant(text) is None and (meant := self._names.goals_called(text)):
            own = [other for other in meant if other.team == goal.team] or meant
            if len(own) == 1:
                self._note(Status.MISSING, text, goal, route, "supports", expected, own[0])
                return own[0]
        return self.named(space, text, goal, route, "supports", expected)

    def _resolve_measures(self, owner: Goal | Outcome, measures: Sequence[Measure]) -> None:
        metrics = self._names.metrics
        for index, measure in enumerate(measures):
            name = measure.metric
            if name is None:
                continue
            if name in metrics.all:
                metrics.used.add(name)
            else:
                self._resolve_measure(owner, measure, ("measures", index))

    def _resolve_measure(self, owner: Any, measure: Measure, route: Route) -> None:
        if measure.metric is not None:
            noted = len(self._ws.references)
            verb = "is measured by metric"
            metric = self.named(self._names.metrics, measure.metric, owner, (*route, "metric"), verb)
            if metric is None or self._is_guess(noted):
                namespace = "outcomes" if isinstance(owner, Outcome) else "goals"
                self._ws.doubt(owner.key, namespace, "measures")

    def _service(self, team: str, name: str, owner: Any, route: Route, verb: str) -> None:
        """A service of another team; nothing is known of the services of a team without a readable Team API."""
        api = self._ws.apis.get(team)
        if f"{team}/{name}" in self._names.services.all:
            self._names.services.used.add(f"{team}/{name}")
            return
        if self._names.services.incomplete or api is None or team in self._names.partly_known:
            return
        suggester = self._service_suggesters.get(team)
        if suggester is None:
            suggester = self._service_suggesters[team] = Suggester([service.id for service in api.services])
        nearest = suggester.nearest(name)
        target = self._names.services.all.get(f"{team}/{nearest}") if nearest else None
        if target is None and team in self._names.repeating:
            return
        candidates, others = self._names.services.choice_within(team, name, suggester) if target is None else ([], 0)
        self._note(Status.MISSING, name, owner, route, verb, f"a service of `{team}`", target, candidates, others)

    def _is_only_of(self, service: str, team: str, other: str) -> bool:
        """Whether one of two teams publishes a service, as far as anybody knows, and the other does not."""
        services = self._names.services.all
        if team in self._names.partly_known:
            return True
        return f"{team}/{service}" in services and f"{other}/{service}" not in services

    def _resolve_api(self, api: TeamApi) -> None:
        ws = self._ws
        own = self._names.current_team(api.team)
        said = []
        for index, interaction in enumerate(api.interactions):
            if not interaction.team:
                continue
            whole, route = _said_at(index)
            noted = len(ws.references)
            team = self.named(self._names.teams, interaction.team, api, route, "names team")
            if team is None:
                ws.doubt(f"team:{own}", "apis", "interactions")
                continue
            if own in ws.teams and ws.apis.get(own) is api:
                said.append(Interacting(interaction, ws.teams[own], team, api.path, whole, self._is_guess(noted)))
            if team.id != own and not ws.is_over(interaction) and team.id not in ws.named_by_others:
                ws.named_by_others[team.id] = Place(api.path, route)
            if interaction.service is not None and team.id != own:  # AL501 speaks of a team that names itself
                provider, user = (own, team.id) if _provides(interaction) else (team.id, own)
                if interaction.mode == "x-as-a-service" and self._is_only_of(interaction.service, user, provider):
                    continue  # AL501 says that the role is wrong
                is_own = own in self._names.partly_known or f"{own}/{interaction.service}" in self._names.services.all
                if interaction.role is None and is_own:
                    continue  # whoever provides it, it is there
                self._service(provider, interaction.service, api, (*whole, "service"), "names service")
        if said:
            ws.interactions[own] = tuple(said)
        for index, item in enumerate(api.roadmap):
            if item.goal is not None:
                self._goal_only(item.goal, api, ("roadmap", index, "goal"), "plans for")


@lru_cache(maxsize=1 << 12)
def _declared(guardrail: str) -> Declared:
    """A declaration that is nothing but an id: thousands of teams have the same."""
    return Declared(id=guardrail)


@lru_cache(maxsize=1 << 8)
def _kept_at(index: int) -> Route:
    return "guardrails", index


@lru_cache(maxsize=1 << 8)
def _supported_at(index: int) -> tuple[Route, Route]:
    """Where the reference stands, bare and with a word on how."""
    return ("supports", index), ("supports", index, "to")


@lru_cache(maxsize=1 << 8)
def _depended_at(index: int) -> tuple[Route, Route]:
    """Where a dependency stands, and the reference in it."""
    return ("depends-on", index), ("depends-on", index, "to")


@lru_cache(maxsize=1 << 8)
def _said_at(index: int) -> tuple[Route, Route]:
    """Where an interaction stands, and the reference in it."""
    return ("interactions", index), ("interactions", index, "team")


@lru_cache(maxsize=1 << 10)
def _within(outer: Route, inner: Route) -> Route:
    return *outer, *inner


_MANY = 5_000


def _remember(known: dict[int, T], written: object, found: T) -> None:
    """Notes what a list comes to, which is there as long as its document is."""
    if len(known) >= _MANY:
        known.clear()
    known[id(written)] = found


def _support_link(link: str | Link, index: int) -> tuple[str, str | None, Route]:
    """A reference in a ``supports`` list with its *how* and its route within the entity."""
    bare, to = _supported_at(index)
    return (link, None, bare) if isinstance(link, str) else (link.to, link.how, to)


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
