"""AL307 and AL308: can what a goal waits for come in time?"""

from __future__ import annotations

from collections.abc import Iterator

from aligncli.config import Config
from aligncli.diagnostics import Fact, Finding, Related, Route, Severity
from aligncli.model import Goal
from aligncli.rules.base import days, rule
from aligncli.workspace.workspace import Workspace, period_place


@rule("AL307", "circular-dependency", Severity.WARNING)
def circular_dependency(ws: Workspace, config: Config) -> Iterator[Finding]:
    """Goals that wait for each other in a ring.

    ## What it checks
    Following `depends-on` from goal to goal never leads back to where it began. Goals that are closed do not
    count, nor dependencies with `impact: none`. Teams may well depend on each other; only goals that wait for
    each other cannot all come true.

    ## Why it matters
    In a ring everybody waits politely for somebody else. Each team alone is right to wait, so it takes all of them
    at one table to see that one has to begin without the others.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        depends-on:
          - {to: checkout/no-passwords, impact: blocking}
      - id: no-passwords
        title: Nobody types a password on the way to pay
        supports: [fewer-abandoned-carts]
        depends-on:
          - {to: checkout/one-tap-pay, impact: slowing}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        depends-on:
          - {to: checkout/no-passwords, impact: blocking}
      - id: no-passwords
        title: Nobody types a password on the way to pay
        supports: [fewer-abandoned-carts]
    ---
    ```

    ## How to fix
    Decide together which goal can begin with less than it asks for. Remove its dependency, or set it to
    `impact: none`; often a part of the goal becomes a goal of its own that the others can wait for.
    """
    for ring in ws.waiting_rings:
        places: list[tuple[Goal, Route]] = []
        for goal, following in zip(ring, (*ring[1:], ring[0]), strict=True):
            link = next(waiting for waiting in ws.waits[goal.key] if waiting.awaited is following)
            places.append((goal, (*goal.route, *link.route)))
        (first, route), *rest = places
        names = " → ".join(f"`{goal.ref}`" for goal in (*ring, first))
        yield Finding(
            "AL307",
            first.path,
            f"goals wait for each other in a ring: {names}" if rest else f"goal `{first.ref}` waits for itself",
            route,
            label="leads back here",
            help="decide together which goal can begin first, and remove its dependency or set it to `impact: none`"
            if rest
            else "name the goal that it waits for, or remove the dependency",
            related=tuple(Related(goal.path, f"`{goal.ref}` waits for this", other) for goal, other in rest),
            identity=tuple(goal.ref for goal in ring),
            rests_on=tuple((goal.key, field) for goal in ring for field in ("depends-on", "status")),
        )


@rule("AL308", "dependency-at-risk", Severity.WARNING)
def dependency_at_risk(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A goal on track that depends on one that is off track, or that ends later.

    ## What it checks
    What a goal on track waits for is not `off-track`, and its period does not end later than the goal's own. A
    goal without `status` is on track. Dependencies with `impact: none` do not count, and a goal that is closed is
    AL206. Of a goal whose own period is over (AL702) or meets nothing (AL302), the ends are not compared; nor of
    goals that wait for each other (AL307); nor with the organisation's period, which says nothing of when one goal
    will be there.

    ## Why it matters
    The team that waits is often the last to hear. A plan that holds only if somebody else's does not slip is worth
    a talk today, while there is still a choice.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        status: on-track
        depends-on:
          - {to: identity/passkeys, impact: blocking}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    goals:
      - id: passkeys
        title: Nobody has to remember a password
        supports: [fewer-abandoned-carts]
        status: off-track
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts: [{kind: chat, address: "#identity"}]
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        status: at-risk
        depends-on:
          - {to: identity/passkeys, impact: blocking}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    goals:
      - id: passkeys
        title: Nobody has to remember a password
        supports: [fewer-abandoned-carts]
        status: off-track
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts: [{kind: chat, address: "#identity"}]
    ---
    ```

    ## How to fix
    Talk to the other team: what will be there, and when? Then set the goal to `at-risk`, move its period, or go
    another way and set the dependency to `impact: none`.
    """
    ring_of = {goal.key: at for at, ring in enumerate(ws.waiting_rings) for goal in ring}
    for waits in ws.waits.values():
        goal = waits[0].goal
        if goal.status != "on-track":
            continue
        told: set[str] = set()
        for _, awaited, route in waits:
            if awaited.key in told or ring_of.get(goal.key, -1) == ring_of.get(awaited.key):
                continue
            told.add(awaited.key)
            if awaited.status == "off-track":
                place = Related(awaited.path, "off track", (*awaited.route, "status"))
                yield _at_risk(goal, awaited, route, "is off track", place)
            elif late := _days_later(ws, goal, awaited, config.limits.period_grace_days):
                place = _end(ws, awaited)
                facts = ((awaited.key, "depends-on"), *_period_facts(ws, goal), *_period_facts(ws, awaited))
                yield _at_risk(goal, awaited, route, f"ends {days(late)} later", place, "move a period, or ", facts)


def _at_risk(
    goal: Goal, awaited: Goal, route: Route, what: str, place: Related, remedy: str = "", facts: tuple[Fact, ...] = ()
) -> Finding:
    whom = f"talk to team `{awaited.team}`" if awaited.team != goal.team else "decide which of the two gives way"
    return Finding(
        "AL308",
        goal.path,
        f"goal `{goal.ref}` is on track and depends on `{awaited.ref}`, which {what}",
        (*goal.route, *route),
        label=what,
        help=f"{whom}, then {remedy}set `status: at-risk`, or `impact: none` if the goal can do without it",
        hint=whom,
        related=(place,),
        identity=(goal.ref, "depends-on", awaited.ref, "period" if facts else "status"),
        rests_on=((goal.key, "depends-on"), (goal.key, "status"), (awaited.key, "status"), *facts),
    )


def _days_later(ws: Workspace, goal: Goal, awaited: Goal, grace: int) -> int:
    """How long after a goal the one that it waits for ends; 0 where it does not, or where that says nothing."""
    own, theirs = ws.period(goal), ws.period(awaited)
    if own is None or theirs is None or (ws.as_of - own.end).days > grace or ws.period_origin(awaited) is ws.org:
        return 0
    if not ws.unknown_supports.isdisjoint((goal.key, awaited.key)):
        return 0  # with what they support, nobody can tell which period is out of place
    is_astray = not ws.compared(grace).astray.isdisjoint((goal.key, awaited.key))
    return 0 if is_astray else max(0, (theirs.end - own.end).days)


def _period_facts(ws: Workspace, goal: Goal) -> tuple[Fact, ...]:
    """What decides when a goal ends, and whether that fits what it supports."""
    above = (support.target for support in ws.supports.get(goal.key, ()))
    return (goal.key, "supports"), *(fact for thing in (goal, *above) for fact in ws.period_facts(thing))


def _end(ws: Workspace, goal: Goal) -> Related:
    """Where it is written when a goal ends."""
    period, origin = ws.period(goal), ws.period_origin(goal)
    path, route = period_place(origin or goal)
    return Related(path, f"`{goal.ref}` ends on {period.end}" if period else "", route)
