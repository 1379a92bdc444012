"""AL3xx: does every goal lead to the north star, and does every outcome have goals that lead to it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from aligncli.config import Config
from aligncli.diagnostics import Finding, Related, Route, Severity
from aligncli.model import Goal, GoalsDocument, Measure, Metric, Org, Outcome, Team, direction
from aligncli.rules.base import rule
from aligncli.workspace.conflicts import Conflict, Push, opposed
from aligncli.workspace.names import Status, id_route, named, noun, title_of
from aligncli.workspace.workspace import Apart, Dated, Place, Workspace, period_place


@rule("AL301", "untraced-goal", Severity.ERROR)
def untraced_goal(ws: Workspace, config: Config) -> Iterator[Finding]:
    """An open goal from which no path of `supports` reaches the north star.

    ## What it checks
    From every open goal some path of `supports`, through goals and outcomes, reaches an outcome that serves the
    north star. For a proposed goal this is advice. A path through something unresolved is unknown, not missing;
    and of goals that support an untraced goal only the end of the chain is reported. A goal that supports one which
    has ended is AL206's matter.

    ## Why it matters
    This is the one promise that a team makes for its freedom: how it works is its own business, and what it works
    on serves what everybody wants. A goal that traces to nothing is either work that nobody needs, or an outcome
    that nobody has written down.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## How to fix
    Name the outcome, or another team's goal, that it serves: `supports: [outcome]`, best with a word on how. If
    there is none, talk to those who steer: perhaps an outcome is missing, perhaps the goal can go.
    """
    untraced = [goal for goal in ws.untraced if goal.is_open and goal.path not in ws.asleep]
    ends = {goal.key for goal in untraced}
    chained: dict[str, list[Goal]] = {}
    for goal in untraced:
        for support in ws.supports.get(goal.key, ()):
            if support.target.key in ends and (goal.is_proposed or not _is_proposed(support.target)):
                chained.setdefault(support.target.key, []).append(goal)
    above = {goal.key for goals in chained.values() for goal in goals}
    told = {(reference.path, reference.route) for reference in ws.references if reference.status is Status.RETIRED}
    offered: str | None = None
    for goal in untraced:
        if goal.key in above:
            continue
        if offered is None:
            offered = _offer(ws)
        others = chained.get(goal.key, [])
        related = tuple(Related(other.path, "this goal hangs on it", id_route(other)) for other in others[:3])
        links = ws.supports.get(goal.key, ())
        if any((goal.path, (*goal.route, *link.route)) in told for link in links):
            continue  # it hangs on something that has ended, which AL206 says
        supports = bool(links)
        route: Route = ("supports",) if supports else ("id",)
        yield Finding(
            "AL301",
            goal.path,
            f"goal `{goal.ref}` traces to no outcome",
            (*goal.route, *route),
            label="leads to no outcome" if supports else "supports nothing",
            help=f"{'name an outcome under `supports`' if supports else 'add `supports: [outcome]`'}; {offered}"
            if offered
            else f"the organisation has no live outcome yet: agree on one, write it down under `outcomes` in {_org(ws)}, "
            "and support it here",
            hint="name an outcome" if supports else "add supports",
            related=related,
            severity=Severity.INFO if goal.is_proposed else None,
            identity=(goal.ref, "supports"),
            rests_on=(("org", "*"), (goal.key, "supports"), (goal.key, "status")),
        )


def _org(ws: Workspace) -> str:
    return ws.org.path if ws.org is not None else "the org document"


def _is_proposed(thing: Goal | Outcome) -> bool:
    return isinstance(thing, Goal) and thing.is_proposed


def _offer(ws: Workspace) -> str:
    """What an untraced goal could support: some live outcomes."""
    live = [outcome for outcome in ws.outcomes.values() if outcome.is_live]
    if not live:
        return ""
    shown = ", ".join(
        f'`{outcome.id}` ("{title_of(outcome)}")' if outcome.title else f"`{outcome.id}`" for outcome in live[:4]
    )
    more = f" and {len(live) - 4} more" if len(live) > 4 else ""
    return f"{'the only one is' if len(live) == 1 else 'the outcomes are'} {shown}{more}"


@rule("AL302", "period-mismatch", Severity.WARNING)
def period_mismatch(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A goal whose period does not meet the period of what it supports.

    ## What it checks
    An open goal and what it supports share at least one day. A goal without a period takes its document's, then
    the organisation's; an outcome its first parent's that has one, then the organisation's. A period that several
    goals are compared with, and that meets none of theirs, is reported once, where it is written. What is over for
    longer than the grace in the configuration (21 days) is AL702's matter.

    ## Why it matters
    A goal for next year cannot help an outcome that ends this summer. Most often one of the two was carried over
    and the other was not.

    ## Bad
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-abandoned-carts, title: Fewer carts are abandoned, period: 2026-H2}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        period: 2027-Q1
    ---
    ```

    ## Good
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-abandoned-carts, title: Fewer carts are abandoned, period: 2026-H2}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        period: 2026-Q4
    ---
    ```

    ## How to fix
    Correct the period that is out of date, or let the goal support what comes next.
    """
    causes, rest = _causes(ws, config.limits.period_grace_days)
    for origin, mismatches in causes:
        yield _out_of_place(ws, origin, mismatches)
    by_goal: dict[str, list[Apart]] = {}
    for one in rest:
        by_goal.setdefault(one.goal.key, []).append(one)
    takers = Counter(id(ws.period_origin(goal)) for goal in ws.goals.values()) if by_goal else Counter[int]()
    for (goal, support), *more in by_goal.values():
        target = support.target
        apart = [target, *(other.support.target for other in more)]
        path, route = goal.path, (*goal.route, *support.route)
        stating = ws.period_origin(goal)
        if stating is goal or (stating is not None and stating is not ws.org and takers[id(stating)] == 1):
            path, route = period_place(stating)  # which no other goal takes
        yield Finding(
            "AL302",
            path,
            f"goal `{goal.ref}` is for {_words(ws, goal)}, and the {noun(target)} `{target.ref}` that it supports "
            f"is for {_words(ws, target)}",
            route,
            label="they share no day",
            help="correct the period that is out of date, or support what comes next",
            related=tuple(_stating(ws, thing) for thing in ([goal, *apart] if goal.period is None else apart)),
            identity=(goal.ref, "period", *sorted(other.ref for other in apart)),
        )


def _causes(ws: Workspace, grace: int) -> tuple[list[tuple[Dated, list[Apart]]], list[Apart]]:
    """The periods that meet none of those of several goals, and what is apart for other reasons.

    Of two that could be out of place, it is the one with more against it, then the one that does not hold today.
    """
    apart, met, _ = ws.compared(grace)
    against: dict[int, tuple[Dated, list[int]]] = {}
    for at, one in enumerate(apart):
        for thing in (one.goal, one.support.target):
            origin = ws.period_origin(thing)
            if origin is not None and id(origin) not in met:
                against.setdefault(id(origin), (origin, []))[1].append(at)

    def weight(item: tuple[Dated, list[int]]) -> tuple[int, bool, Place]:
        origin, found = item
        period = ws.parse(origin.period)
        return -len(found), period is not None and period.holds(ws.as_of), period_place(origin)

    causes, told = [], set()
    for origin, found in sorted(against.values(), key=weight):
        if len({apart[at].goal.key for at in found if at not in told}) > 1:
            causes.append((origin, [apart[at] for at in found]))
            told.update(found)
    return causes, [one for at, one in enumerate(apart) if at not in told]


def _out_of_place(ws: Workspace, origin: Dated, mismatches: Sequence[Apart]) -> Finding:
    """A period that meets none of those that it is compared with, told where it is written."""
    upward = [one for one in mismatches if ws.period_origin(one.goal) is origin]
    downward = [one for one in mismatches if ws.period_origin(one.goal) is not origin]
    identity: tuple[str, ...]
    if isinstance(origin, Team | GoalsDocument):
        kind = "charter" if isinstance(origin, Team) else "goals document"
        owner, identity = f"the {kind} of team `{origin.team}`", (origin.team, kind, "period", str(origin.period))
    elif isinstance(origin, Org):
        owner, identity = "the organisation", ("", "org", "period")
    else:
        owner, identity = named(origin), (origin.ref, noun(origin), "period")
    others = [one.support.target for one in upward] + [one.goal for one in downward]
    periods = [period for other in others if (period := ws.period(other)) is not None]
    within = f"{min(period.start for period in periods)}..{max(period.end for period in periods)}"
    if isinstance(origin, Org):
        parts = [f"{_counted(others)} that it is compared with"]
    else:
        parts = [_supporters(origin, downward)] if downward else []
        parts += [_supported(origin, len({one.goal.key for one in upward}))] if upward else []
    goals = {one.goal.key: one.goal for one in mismatches if one.goal is not origin}
    place = period_place(origin)
    return Finding(
        "AL302",
        place.path,
        f"the period {_stated(ws, origin)} of {owner} shares no day with {', or with '.join(parts)}",
        place.route,
        label="meets none of them",
        help=f"correct it, if it is the one that is out of date: the others lie within {within}",
        hint=f"the others lie within {within}",
        related=tuple(Related(goal.path, f"`{goal.ref}`", _period_route(goal)) for goal in [*goals.values()][:3]),
        identity=identity,
    )


def _counted(things: Sequence[Goal | Outcome]) -> str:
    """How many goals and outcomes there are among some things."""
    counts = [(kind, len({thing.key for thing in things if isinstance(thing, kind)})) for kind in (Goal, Outcome)]
    return " and ".join(f"the {f'{count} {kind.noun}s' if count > 1 else kind.noun}" for kind, count in counts if count)


def _supporters(origin: Outcome | Goal | Team | GoalsDocument, downward: Sequence[Apart]) -> str:
    """The goals that support what takes a period."""
    whom = "it"
    if isinstance(origin, Team | GoalsDocument):
        whom = "its goals"
    elif any(one.support.target is not origin for one in downward):
        whom = "it or an outcome below it"
    count = len({one.goal.key for one in downward})
    return f"any of the {count} goals that support {whom}" if count > 1 else f"the goal that supports {whom}"


def _supported(origin: Outcome | Goal | Team | GoalsDocument, count: int) -> str:
    """What the goals that take a period support."""
    if isinstance(origin, Outcome | Goal):
        return "anything that it supports"
    return f"anything that {'its' if count == len(origin.goals) else f'{count} of its'} goals support"


def _stated(ws: Workspace, origin: Dated) -> str:
    """A period as written; with its days where a fiscal year moves them."""
    period = ws.parse(origin.period)
    moved = ws.fiscal.starts != 1 and ".." not in str(origin.period)
    return f"`{origin.period}`" + (f" ({period.start}..{period.end})" if moved and period is not None else "")


def _words(ws: Workspace, thing: Goal | Outcome) -> str:
    """The period of a thing: as written, or its days where it is not its own."""
    if thing.period is not None:
        return _stated(ws, thing)
    period = ws.period(thing)
    return f"{period.start}..{period.end} (inherited)" if period is not None else ""


def _stating(ws: Workspace, thing: Goal | Outcome) -> Related:
    """Where the period of a thing is written."""
    path, route = period_place(ws.period_origin(thing) or thing)
    return Related(path, f"the period of `{thing.ref}`", route)


def _period_route(thing: Goal | Outcome) -> Route:
    return (*thing.route, "period") if thing.period is not None else id_route(thing)


@rule("AL303", "unsupported-outcome", Severity.WARNING)
def unsupported_outcome(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A live outcome that no open goal supports.

    ## What it checks
    Every active outcome has an open goal that supports it, or an outcome below it that does. Of a whole branch
    without goals only the lowest outcomes are reported. For an outcome that is proposed, or whose period has not
    begun, this is advice; one whose period is over is AL702's matter. As long as a goal that is decided on traces to
    nothing (AL301), it may serve any outcome, and none is called unsupported.

    ## Why it matters
    An outcome that nobody works towards is a wish. Either it is not as important as it says, or every team thinks
    that another one has it.

    ## Bad
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-lost-parcels, title: Fewer parcels get lost}
    ---
    ```

    ## Good
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-lost-parcels, title: Fewer parcels get lost}
    ---
    ```
    ```markdown teams/tracking/charter.md
    ---
    kind: charter
    team: tracking
    mission: Senders always know where their parcel is.
    goals:
      - {id: scan-at-door, title: Senders see within a minute that a parcel arrived, supports: [fewer-lost-parcels]}
    ---
    ```

    ## How to fix
    Ask the teams who could serve it; set it to `proposed` until one does, or to `dropped`.
    """
    if _is_any_untraced(ws):
        return
    is_any_proposed = _is_any_untraced(ws, proposed=True)
    carried = _carried(ws)
    for outcome in ws.outcomes.values():
        if not outcome.is_live or outcome.key in carried or ws.days_over(outcome):
            continue
        if is_any_proposed and outcome.status == "proposed":
            continue
        if any(
            child.is_live and (child.status == outcome.status or child.status == "active")
            for child in ws.children.get(outcome.key, ())
        ):
            continue
        proposed = outcome.status == "proposed"
        period = ws.period(outcome)
        early = period is not None and period.start > ws.as_of
        yield Finding(
            "AL303",
            outcome.path,
            f"no open goal supports outcome `{outcome.id}`"
            + (f", which begins on {period.start}" if early and period is not None else ""),
            (*outcome.route, "id"),
            label="nobody works towards this",
            help="find the team that serves it, or mark it "
            + ("`status: dropped`" if proposed else "`status: proposed` or `dropped`"),
            severity=Severity.INFO if proposed or early else None,
            identity=(outcome.id, "supporters"),
            rests_on=(
                *ws.period_facts(outcome),
                ("goals", "supports"),
                ("goals", "status"),
                ("teams", "status"),
                ("outcomes", "supports"),
                (outcome.key, "status"),
            ),
        )


def _is_any_untraced(ws: Workspace, *, proposed: bool = False) -> bool:
    """Whether some open goal that is decided on, or is not, leads to no outcome: which of them it serves, nobody
    knows yet."""
    return any(goal.is_open and goal.is_proposed is proposed and goal.path not in ws.asleep for goal in ws.untraced)


def _carried(ws: Workspace) -> set[str]:
    """The outcomes that some open goal supports, straight or through the outcomes below them."""
    carried: set[str] = set()
    queue = [
        outcome for outcome in ws.outcomes.values() if any(goal.is_open for goal in ws.supporters.get(outcome.key, ()))
    ]
    while queue:
        outcome = queue.pop()
        if outcome.key not in carried:
            carried.add(outcome.key)
            queue.extend(s.target for s in ws.supports.get(outcome.key, ()) if isinstance(s.target, Outcome))
    return carried


@rule("AL304", "team-without-goals", Severity.INFO, local="teams")
def team_without_goals(ws: Workspace, config: Config) -> Iterator[Finding]:
    """An active team with no goal for now.

    ## What it checks
    An active team has a goal that is current (open, and its period holds today) or proposed. Groups, forming
    and archived teams, and a team past its `until` (AL702), need none. An open goal whose period is long over
    (AL702), or does not meet that of what it supports (AL302), is one as soon as that is corrected.

    ## Why it matters
    It may be fine, for a team that keeps something running. But nobody can then see what it is working towards,
    the team included.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## How to fix
    Write down what the team wants to change next, in its charter or in a `goals` document; one goal is enough.
    """
    grace = config.limits.period_grace_days
    misdated: set[str] | None = None
    for team in ws.teams.values():
        if team.status != "active" or team.is_group or (team.until is not None and team.until < ws.as_of):
            continue
        goals = ws.goals_of.get(team.id, ())
        if any(goal.is_proposed or ws.is_current(goal) for goal in goals):
            continue
        if misdated is None:
            misdated = {apart.goal.key for apart in ws.compared(grace).apart} | ws.unknown_supports
        if any(goal.is_open and (ws.days_over(goal) > grace or goal.key in misdated) for goal in goals):
            continue  # the period may be what is wrong, which AL702 or AL302 says
        passed = _why_not(ws, goals)
        yield Finding(
            "AL304",
            team.path,
            f"team `{team.id}` has no current or proposed goal{passed}",
            ("team",),
            label="what does it work towards?",
            help="write down under `goals` one thing that it wants to change next",
            identity=(team.id, "goals"),
            rests_on=(
                *(
                    fact
                    for goal in goals
                    if goal.is_open
                    for support in ws.supports.get(goal.key, ())
                    for fact in ws.period_facts(support.target)  # with which AL302 would have compared
                ),
                (team.key, "goals"),
                (team.key, "type"),
                (team.key, "status"),
                (team.key, "until"),
                ("goals-documents", "team"),
                *((goal.key, field) for goal in goals for field in ("period", "status")),
            ),
        )


def _why_not(ws: Workspace, goals: Sequence[Goal]) -> str:
    """Why none of some goals is current, in brackets."""
    closed = sum(1 for goal in goals if not goal.is_open)
    later = sum(1 for goal in goals if goal.is_open and (period := ws.period(goal)) and period.start > ws.as_of)
    ended = len(goals) - closed - later
    parts = [
        f"{number} {what}"
        for number, what in ((closed, "closed"), (ended, "past its period"), (later, "yet to begin"))
        if number
    ]
    return f" ({', '.join(parts)})" if parts else ""


@rule("AL306", "conflicting-goals", Severity.WARNING, local="metrics")
def conflicting_goals(ws: Workspace, config: Config) -> Iterator[Finding]:
    """Two goals that push one metric in opposite directions.

    ## What it checks
    Goals that are open and decided on, in periods that share a day, do not want opposite things of one registered
    metric: to raise it and to lower it, to keep it above a level and below a smaller one, to raise it to more than
    another keeps it below, or to lower it to less than another keeps it above. A goal that is proposed takes no
    part, nor does a measure that contradicts its metric or itself (AL603).

    ## Why it matters
    Both teams can work hard all quarter, and the figure will not move. They are free to choose their ways; that
    one of them undoes what the other one does is for the two to find out early, and not in the review.

    ## Bad
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-abandoned-carts, title: Fewer carts are abandoned}
    metrics:
      - {id: questions-asked, name: Questions on the payment page}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        measures:
          - {metric: questions-asked, baseline: 9, target: 2}
    ---
    ```
    ```markdown teams/trust/charter.md
    ---
    kind: charter
    team: trust
    mission: Nobody pays with somebody else's card.
    goals:
      - id: no-stolen-cards
        title: A stolen card buys nothing
        supports: [fewer-abandoned-carts]
        measures:
          - {metric: questions-asked, baseline: 9, target: 14}
    ---
    ```

    ## Good
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-abandoned-carts, title: Fewer carts are abandoned}
    metrics:
      - {id: questions-asked, name: Questions on the payment page}
      - {id: stolen-cards, name: Payments with stolen cards}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        measures:
          - {metric: questions-asked, baseline: 9, target: 2}
    ---
    ```
    ```markdown teams/trust/charter.md
    ---
    kind: charter
    team: trust
    mission: Nobody pays with somebody else's card.
    goals:
      - id: no-stolen-cards
        title: A stolen card buys nothing
        supports: [fewer-abandoned-carts]
        measures:
          - {metric: stolen-cards, baseline: 30, target: 5}
          - {metric: questions-asked, direction: keep-below, target: 4}
    ---
    ```

    ## How to fix
    Talk to the other team and agree where the figure should go. Measure the end and not the means: the other goal
    may not need this metric at all. Where the organisation has decided, say so in the metric's `direction`.
    """
    wanted: dict[str, list[Push]] = {}
    for goal in ws.open_goals:
        if not goal.measures or goal.is_proposed or goal.path in ws.asleep:
            continue
        for index, measure in enumerate(goal.measures):
            metric = ws.metric(measure)
            if metric is None or metric.direction is not None or measure.name is not None:
                continue  # where a metric has a direction, all measures share it or are AL603's
            way = direction(measure, metric)
            if way is not None and not _contradicts_itself(measure, way):
                push = Push(goal, ("measures", index), way, measure.target, ws.period(goal))
                wanted.setdefault(metric.id, []).append(push)
    for metric_id, pushes in wanted.items():
        for conflict in opposed(pushes):
            yield _conflict(ws, ws.metrics[metric_id], conflict)


def _contradicts_itself(measure: Measure, way: str) -> bool:
    """Whether a target lies on the wrong side of its baseline, or on it."""
    if measure.baseline is None or measure.target is None or way in ("keep-above", "keep-below"):
        return False
    return measure.target <= measure.baseline if way == "increase" else measure.target >= measure.baseline


def _conflict(ws: Workspace, metric: Metric, conflict: Conflict) -> Finding:
    """Told to those who are fewer, and of two equals to the later one: the other side was there first."""
    goals = {push.goal.ref: push.goal for push in (*conflict.up, *conflict.down)}
    above, below = (list(dict.fromkeys(push.goal.ref for push in side)) for side in conflict)
    fewer = conflict.up if len(above) < len(below) else conflict.down
    among = fewer if len(above) != len(below) else [*conflict.up, *conflict.down]
    last = max(among, key=lambda push: (push.goal.path, push.goal.route, push.route))
    goal, others = last.goal, conflict.down if last.is_up else conflict.up
    if len(goals) == 2:
        message = (
            f"goal `{goal.ref}` {_wants(last, f'metric `{metric.id}`')}, "
            f"and goal `{others[0].goal.ref}` {_wants(others[0], 'it')}"
        )
    else:
        message = f"metric `{metric.id}` is pushed up by {_listed(above)}, and down by {_listed(below)}"
    teams = [team for team in dict.fromkeys(push.goal.team for push in others) if team != goal.team]
    whom = f"agree with team {_listed(teams)} on where" if teams else "decide where"
    second = {push.goal.ref: push for push in (*others, *conflict.up, *conflict.down) if push.goal is not goal}
    return Finding(
        "AL306",
        goal.path,
        message,
        (*goal.route, *last.route, "metric"),
        label="pushed both ways",
        help=f"{whom} it should go, and change one of the measures; or give the metric a `direction` that holds for all",
        hint=f"{whom} it should go",
        related=tuple(
            Related(push.goal.path, f"`{ref}` {_wants(push, 'it')}", (*push.goal.route, *push.route, "metric"))
            for ref, push in [*second.items()][:3]
        ),
        identity=(metric.id, "goals", *sorted(goals)),
        rests_on=(
            (metric.key, "direction"),
            *(fact for goal in goals.values() for fact in ws.period_facts(goal)),
            *((goal.key, field) for goal in goals.values() for field in ("measures", "status")),
        ),
    )


def _wants(push: Push, figure: str) -> str:
    """What a goal does with a figure: ``lowers it to 2``."""
    level = f"{push.level:.15g}" if push.level is not None else ""
    if push.way in ("increase", "decrease"):
        return f"{'raises' if push.way == 'increase' else 'lowers'} {figure}" + (f" to {level}" if level else "")
    return f"keeps {figure} {push.way.removeprefix('keep-')} {level}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:3])
    return shown + (f" and {len(names) - 3} more" if len(names) > 3 else "")


@rule("AL309", "outcome-without-owner", Severity.INFO)
def outcome_without_owner(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A live outcome that nobody owns.

    ## What it checks
    A proposed or active outcome names an `owner`. It is advice, and a warning for an outcome in focus.

    ## Why it matters
    Many teams may serve an outcome; somebody has to notice when all of them together do not reach it.

    ## Bad
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-abandoned-carts, title: Fewer carts are abandoned, focus: true, measures: [{name: Carts, baseline: 48, target: 30}]}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## Good
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-abandoned-carts, title: Fewer carts are abandoned, focus: true, owner: head of product, measures: [{name: Carts, baseline: 48, target: 30}]}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## How to fix
    Add `owner:`, best as a role: roles age better than names.
    """
    for outcome in ws.outcomes.values():
        if outcome.is_live and not outcome.owner:
            focus = ", although it is in focus" if outcome.focus else ""
            yield Finding(
                "AL309",
                outcome.path,
                f"{named(outcome)} has no owner{focus}",
                (*outcome.route, "id"),
                label="who looks after it?",
                help="add `owner:`, best as a role",
                severity=Severity.WARNING if outcome.focus else None,
                identity=(outcome.id, "owner"),
                rests_on=((outcome.key, "owner"), (outcome.key, "status"), (outcome.key, "focus")),
            )


_ENOUGH_OTHERS = 3
"""Of fewer outcomes nobody can say what is usual."""


@rule("AL311", "spotlight-unattended", Severity.INFO)
def spotlight_unattended(ws: Workspace, config: Config) -> Iterator[Finding]:
    """An outcome in focus that fewer teams support than others do.

    ## What it checks
    A live outcome in focus has at least as many teams as the median of the other live outcomes; a team counts when
    it has an open goal that supports the outcome, or one below it. Outcomes above and below one in focus are no
    others; with fewer than three others nothing is compared, nor while a goal traces to nothing (AL301), which may
    serve any of them. An outcome without any team is AL303.

    ## Why it matters
    A spotlight says: lend a hand here, even if it is not your own. If it draws no more teams than anything else,
    then the teams have not heard, or have no room, or do not believe it. Each of these is worth a talk.

    ## Bad
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - id: fewer-abandoned-carts
        title: Fewer carts are abandoned
        owner: head of product
        focus: true
        measures: [{name: Carts abandoned, baseline: 52, target: 35}]
      - {id: fewer-lost-parcels, title: Fewer parcels get lost}
      - {id: fewer-returns, title: Fewer parcels come back}
      - {id: quick-answers, title: Senders get an answer the same day}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [fewer-abandoned-carts]}
      - {id: say-it-once, title: Nobody types an address twice, supports: [fewer-returns, fewer-lost-parcels, quick-answers]}
    ---
    ```
    ```markdown teams/tracking/charter.md
    ---
    kind: charter
    team: tracking
    mission: Senders always know where their parcel is.
    goals:
      - id: scan-at-door
        title: Senders see within a minute that a parcel arrived
        supports: [fewer-lost-parcels, fewer-returns, quick-answers]
    ---
    ```

    ## Good
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - id: fewer-abandoned-carts
        title: Fewer carts are abandoned
        owner: head of product
        focus: true
        measures: [{name: Carts abandoned, baseline: 52, target: 35}]
      - {id: fewer-lost-parcels, title: Fewer parcels get lost}
      - {id: fewer-returns, title: Fewer parcels come back}
      - {id: quick-answers, title: Senders get an answer the same day}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [fewer-abandoned-carts]}
      - {id: say-it-once, title: Nobody types an address twice, supports: [fewer-returns]}
    ---
    ```
    ```markdown teams/tracking/charter.md
    ---
    kind: charter
    team: tracking
    mission: Senders always know where their parcel is.
    goals:
      - id: scan-at-door
        title: Senders see within a minute that a parcel arrived
        supports: [fewer-lost-parcels, quick-answers]
    ---
    ```

    ## How to fix
    Ask the teams close to it who can lend a hand, and what they would have to put down for it. Or take the
    spotlight away: it works only as long as few things stand in it.
    """
    focused = [outcome for outcome in ws.outcomes.values() if outcome.focus and outcome.is_live]
    if not focused or _is_any_untraced(ws):
        return
    kin = _kin(ws, focused)
    others = sorted(
        ws.teams_behind.get(outcome.key, 0)
        for outcome in ws.outcomes.values()
        if outcome.is_live and not outcome.focus and outcome.key not in kin
    )
    if len(others) < _ENOUGH_OTHERS:
        return
    usual = (others[(len(others) - 1) // 2] + others[len(others) // 2]) / 2
    for outcome in focused:
        teams = ws.teams_behind.get(outcome.key, 0)
        if 0 < teams < usual:
            yield Finding(
                "AL311",
                outcome.path,
                f"outcome `{outcome.id}` is in focus, and {teams} {'teams support' if teams > 1 else 'team supports'} "
                f"it, while the median of {len(others)} other outcomes is {usual:g}",
                (*outcome.route, "focus"),
                label="in the spotlight",
                help="ask which teams can lend a hand, or set `focus: false`",
                identity=(outcome.id, "focus", "teams"),
                rests_on=(
                    ("goals", "supports"),
                    ("goals", "status"),
                    ("teams", "status"),
                    ("outcomes", "supports"),
                    ("outcomes", "status"),
                    ("outcomes", "focus"),
                ),
            )


def _kin(ws: Workspace, outcomes: Sequence[Outcome]) -> set[str]:
    """The keys of some outcomes, and of all above and below them."""

    def above(outcome: Outcome) -> Iterator[Outcome]:
        return (s.target for s in ws.supports.get(outcome.key, ()) if isinstance(s.target, Outcome))

    def below(outcome: Outcome) -> Iterable[Outcome]:
        return ws.children.get(outcome.key, ())

    kin: set[str] = set()
    for beyond in (above, below):
        found = {outcome.key for outcome in outcomes}
        queue = list(outcomes)
        while queue:
            for outcome in beyond(queue.pop()):
                if outcome.key not in found:
                    found.add(outcome.key)
                    queue.append(outcome)
        kin.update(found)
    return kin
