"""AL3xx: does every goal lead to the north star, and does every outcome have goals that lead to it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aligncli.config import Config
from aligncli.diagnostics import Finding, Related, Route, Severity
from aligncli.model import Goal, Outcome, Period
from aligncli.rules.base import rule
from aligncli.workspace.names import id_route, named, noun
from aligncli.workspace.workspace import Trace, Workspace


@rule("AL301", "untraced-goal", Severity.ERROR)
def untraced_goal(ws: Workspace, config: Config) -> Iterator[Finding]:
    """An open goal from which no path of `supports` reaches the north star.

    ## What it checks
    From every open goal some path of `supports`, through goals and outcomes, reaches an outcome that serves the
    north star. For a proposed goal this is advice. A path through something unresolved is unknown, not missing;
    and of goals that support an untraced goal only the end of the chain is reported.

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
    ends = {
        goal.key
        for goal in ws.goals.values()
        if ws.trace[goal.key] is Trace.ENDS and goal.is_open and not _silent(ws, goal)
    }
    chained: dict[str, list[Goal]] = {}
    for goal in ws.goals.values():
        if goal.key in ends:
            for support in ws.supports.get(goal.key, ()):
                if support.target.key in ends and (goal.is_proposed or not _is_proposed(support.target)):
                    chained.setdefault(support.target.key, []).append(goal)
    above = {goal.key for goals in chained.values() for goal in goals}
    offered: str | None = None
    for goal in ws.goals.values():
        if goal.key not in ends or goal.key in above:
            continue
        if offered is None:
            offered = _offer(ws)
        others = chained.get(goal.key, [])
        related = tuple(Related(other.path, "this goal hangs on it", id_route(other)) for other in others[:3])
        supports = bool(ws.supports.get(goal.key))
        route: Route = ("supports",) if supports else ("id",)
        yield Finding(
            "AL301",
            goal.path,
            f"goal `{goal.ref}` traces to no outcome",
            (*goal.route, *route),
            label="leads to no outcome" if supports else "supports nothing",
            help=offered,
            hint="add supports",
            related=related,
            severity=Severity.INFO if goal.is_proposed else None,
            identity=(goal.ref, "supports"),
            rests_on=(("org", "*"), (goal.key, "supports"), (goal.key, "status")),
        )


def _silent(ws: Workspace, goal: Goal) -> bool:
    team = ws.teams.get(goal.team)
    return team is not None and team.is_archived


def _is_proposed(thing: Goal | Outcome) -> bool:
    return isinstance(thing, Goal) and thing.is_proposed


def _offer(ws: Workspace) -> str:
    """What an untraced goal could support: some live outcomes."""
    live = [outcome for outcome in ws.outcomes.values() if outcome.is_live]
    if not live:
        return "the organisation has no live outcome yet: write down what the goal is for"
    shown = ", ".join(
        f'`{outcome.id}` ("{outcome.title}")' if outcome.title else f"`{outcome.id}`" for outcome in live[:4]
    )
    more = f" and {len(live) - 4} more" if len(live) > 4 else ""
    return f"add `supports: [outcome]`; the outcomes are {shown}{more}"


@rule("AL302", "period-mismatch", Severity.WARNING)
def period_mismatch(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A goal whose period does not meet the period of what it supports.

    ## What it checks
    An open goal and what it supports share at least one day. A goal without a period takes its document's, then
    the organisation's; an outcome its first parent's that has one, then the organisation's. What is over for longer
    than the grace in the configuration (21 days) is AL702's matter, and told once.

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
    grace = config.limits.period_grace_days
    for goal in ws.goals.values():
        if not goal.is_open or _silent(ws, goal):
            continue
        own = ws.period(goal)
        if own is None or ws.days_over(goal) > grace:
            continue
        apart = []
        for support in ws.supports.get(goal.key, ()):
            target = support.target
            if support.is_guess:
                continue
            if target.is_live if isinstance(target, Outcome) else target.is_open:
                theirs = ws.period(target)
                if theirs is not None and not own.meets(theirs) and ws.days_over(target) <= grace:
                    apart.append((support, theirs))
        if not apart:
            continue
        support, theirs = apart[0]
        target = support.target
        route = ("period",) if goal.period is not None else support.route
        yield Finding(
            "AL302",
            goal.path,
            f"goal `{goal.ref}` is for {_words(ws, goal, own)}, and the {noun(target)} `{target.ref}` that it supports "
            f"is for {_words(ws, target, theirs)}",
            (*goal.route, *route),
            label="they share no day",
            help="correct the period that is out of date, or support what comes next",
            related=tuple(
                Related(other.target.path, f"`{other.target.ref}`", _period_route(other.target)) for other, _ in apart
            ),
            identity=(goal.ref, "period", *(other.target.ref for other, _ in apart)),
            rests_on=(
                (goal.key, "status"),
                *ws.period_facts(goal),
                *(fact for other, _ in apart for fact in ws.period_facts(other.target)),
                *((other.target.key, "status") for other, _ in apart),
            ),
        )


def _words(ws: Workspace, thing: Goal | Outcome, period: Period) -> str:
    """A period as written; with its days where a fiscal year moves them, or where it is not its own."""
    days = f"{period.start}..{period.end}"
    if thing.period is None:
        return f"{days} (inherited)"
    return f"`{thing.period}`" + (f" ({days})" if ws.fiscal.starts != 1 and ".." not in str(thing.period) else "")


def _period_route(thing: Goal | Outcome) -> Route:
    return (*thing.route, "period") if thing.period is not None else id_route(thing)


@rule("AL303", "unsupported-outcome", Severity.WARNING)
def unsupported_outcome(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A live outcome that no open goal supports.

    ## What it checks
    Every active outcome has an open goal that supports it, or an outcome below it that does. Of a whole branch
    without goals only the lowest outcomes are reported. For a proposed outcome this is advice.

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
    carried = _carried(ws)
    for outcome in ws.outcomes.values():
        if not outcome.is_live or outcome.key in carried:
            continue
        if any(
            child.is_live and (child.status == outcome.status or child.status == "active")
            for child in ws.children.get(outcome.key, ())
        ):
            continue
        proposed = outcome.status == "proposed"
        yield Finding(
            "AL303",
            outcome.path,
            f"no open goal supports outcome `{outcome.id}`",
            (*outcome.route, "id"),
            label="nobody works towards this",
            help="find the team that serves it, or mark it "
            + ("`status: dropped`" if proposed else "`status: proposed` or `dropped`"),
            severity=Severity.INFO if proposed else None,
            identity=(outcome.id, "supporters"),
            rests_on=(("goals", "supports"), ("goals", "status"), ("outcomes", "supports"), (outcome.key, "status")),
        )


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


@rule("AL304", "team-without-goals", Severity.INFO)
def team_without_goals(ws: Workspace, config: Config) -> Iterator[Finding]:
    """An active team with no goal for now.

    ## What it checks
    An active team has a goal that is current (open, and its period holds today) or proposed. Groups, forming
    and archived teams need none.

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
    for team in ws.teams.values():
        if team.status != "active" or team.is_group:
            continue
        goals = ws.goals_of.get(team.id, ())
        if any(goal.is_proposed or ws.is_current(goal) for goal in goals):
            continue
        passed = _why_not(ws, goals)
        yield Finding(
            "AL304",
            team.path,
            f"team `{team.id}` has no current or proposed goal{passed}",
            ("team",),
            label="what does it work towards?",
            help="write down one thing that it wants to change next",
            identity=(team.id, "goals"),
            rests_on=(
                (team.key, "goals"),
                (team.key, "type"),
                (team.key, "status"),
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
