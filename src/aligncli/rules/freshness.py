"""AL7xx: is what is written still so?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from aligncli.config import Config
from aligncli.diagnostics import Finding, Related, Route, Severity
from aligncli.model import Content, Goal, GoalsDocument, Guardrail, Org, Outcome, Team, TeamApi
from aligncli.rules.base import days, quoted, rule
from aligncli.workspace.names import id_route, named
from aligncli.workspace.workspace import Dated, Workspace

_SHOWN = 3
"""Of many things that have one cause so many are named."""


@rule("AL701", "review-overdue", Severity.WARNING, local="teams")
def review_overdue(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A document that nobody has looked through for a long time.

    ## What it checks
    The `reviewed` of the org, of live outcomes and active guardrails in documents of their own, of charters, Team
    APIs, and goals documents whose period holds today is not older than the limit in the configuration (100 days:
    a quarter and some patience). A document that was never reviewed is advice. What stands inline in the org
    document is reviewed with it.

    ## Why it matters
    People act on what is written. A charter that was true a year ago sends them to the wrong team with the wrong
    question, and then they stop reading charters.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    reviewed: 2026-05-04
    ---
    ```

    ## Good
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    reviewed: 2026-10-05
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    reviewed: 2026-10-05
    ---
    ```

    ## How to fix
    Read it once as a newcomer would, correct what is no longer so, and write today's date into `reviewed`.
    """
    limit = config.limits.review_days
    for document in ws.documents:
        content = document.content
        if not isinstance(content, Org | Outcome | Guardrail | Team | TeamApi | GoalsDocument):
            continue
        reviewed = content.reviewed
        if ("team",) in document.broken:
            continue  # whose it is, it does not say
        if (reviewed is not None and (ws.as_of - reviewed).days <= limit) or not _to_review(ws, content):
            continue
        if reviewed is None:
            message, label = f"{_document(content)} does not say when it was reviewed", "never reviewed"
        else:
            age = days((ws.as_of - reviewed).days)
            message, label = f"{_document(content)} was last reviewed {age} ago", f"{age} ago"
        subject, key, route = _subject(content)
        yield Finding(
            "AL701",
            document.path,
            message,
            ("reviewed",) if reviewed is not None else (route,),
            label=label,
            help=f"read it again, correct what has changed, and write `reviewed: {ws.as_of}`",
            hint="review it",
            severity=Severity.INFO if reviewed is None else None,
            identity=(*subject, "reviewed", str(reviewed or "never")),
            rests_on=((key, "reviewed"), (key, "status"), (key, "until")),
        )


def _to_review(ws: Workspace, content: Content) -> bool:
    """Whether a document is one that is still lived by."""
    if isinstance(content, Outcome):
        return content.is_live and bool(content.id)
    if isinstance(content, Guardrail):
        return content.status == "active" and bool(content.id)
    if isinstance(content, GoalsDocument):
        period = ws.parse(content.period)
        if period is None or not period.holds(ws.as_of):
            return False
    if isinstance(content, Team | TeamApi | GoalsDocument):
        team = ws.teams.get(content.team)
        return bool(content.team) and (team is None or not _is_past(ws, team))
    return True


def _document(content: Content | Goal) -> str:
    """A document, or a goal, in a sentence."""
    if isinstance(content, Org):
        return "the org document"
    if isinstance(content, Team):
        return f"the charter of team `{content.team}`"
    if isinstance(content, TeamApi):
        return f"the Team API of team `{content.team}`"
    if isinstance(content, GoalsDocument):
        return f"the goals document of team `{content.team}` for `{content.period}`"
    return named(content)


def _subject(content: Content | Goal) -> tuple[tuple[str, ...], str, str]:
    """What a document, or a goal, is about: as an identity, among facts, and the field that says it."""
    if isinstance(content, Org):
        return ("org", "org"), "org", "name"
    if isinstance(content, GoalsDocument):
        return (content.team, "goals", str(content.period)), f"team:{content.team}", "team"
    if isinstance(content, Team | TeamApi):
        return (content.team, content.kind), f"team:{content.team}", "team"
    return (content.ref, content.noun), content.key, "id"


def _is_past(ws: Workspace, team: Team) -> bool:
    """Whether a team that was there for a time should be gone."""
    return team.until is not None and team.until < ws.as_of and not team.is_archived


@rule("AL702", "period-over", Severity.WARNING, local="teams")
def period_over(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A goal or an outcome whose period is over and that is still open, or a team past its end.

    ## What it checks
    The period of an open goal or a live outcome ended no longer ago than the grace in the configuration (21
    days). Goals and outcomes that take their period from elsewhere are reported together, where it is written.
    For those that are only proposed it is advice. And a team with an `until` in the past is archived; its goals
    are then left alone.

    ## Why it matters
    What is never closed is never learnt from, and the plan slowly fills with things that nobody is working on.
    Closing a goal, whichever way it ended, is what makes room for the next one.

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
        period: 2026-Q3
      - {id: guests-pay, title: Guests pay in twenty seconds, supports: [fewer-abandoned-carts]}
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
        period: 2026-Q3
        status: missed
        learning: People read the total twice before they pay, and they should.
      - {id: guests-pay, title: Guests pay in twenty seconds, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## How to fix
    Close it with what came out: `achieved`, `missed` or `dropped`, and a word under `learning`. If it goes on,
    give it a new period; once, and knowingly.
    """
    for team in ws.teams.values():
        if _is_past(ws, team) and team.until is not None:
            late = days((ws.as_of - team.until).days)
            yield Finding(
                "AL702",
                team.path,
                f"team `{team.id}` was to end {late} ago, and is still {team.status}",
                ("until",),
                label=f"{late} ago",
                help="set `status: archived`, or move `until`",
                identity=(team.id, "team", "until", str(team.until)),
                rests_on=((team.key, "until"), (team.key, "status")),
            )
    grace = config.limits.period_grace_days
    over: dict[tuple[str, Route | str], tuple[Dated, list[Goal | Outcome]]] = {}
    for thing in ws.overdue:
        if ws.days_over(thing) > grace and not _is_left(ws, thing):
            holder = ws.period_origin(thing)
            until = ((f"team:{thing.team}", "until"),) if isinstance(thing, Goal) else ()
            if holder is not None and ws.is_known(((thing.key, "status"), *until, *ws.period_facts(thing))):
                # A quarter that nobody closed is one oversight, however many goals of a document name it.
                place = str(holder.period) if isinstance(holder, Goal | Outcome) else holder.route
                over.setdefault((holder.path, place), (holder, []))[1].append(thing)
    for holder, things in over.values():
        yield _still_open(ws, holder, things)


def _is_left(ws: Workspace, thing: Goal | Outcome) -> bool:
    """Whether it is a goal of a team that is gone, or should be."""
    if isinstance(thing, Outcome):
        return False
    team = ws.teams.get(thing.team)
    return thing.path in ws.asleep or (team is not None and _is_past(ws, team))


def _still_open(ws: Workspace, holder: Dated, things: Sequence[Goal | Outcome]) -> Finding:
    """What is open although the one period that it has, or takes from one place, is over."""
    late = days(ws.days_over(things[0]))
    others = [thing for thing in things if thing is not holder]
    if any(thing.period is not None for thing in others):
        message = f"{_listed(things)} are still open, {late} after their period `{holder.period}` ended"
    elif len(others) < len(things) and isinstance(holder, Goal | Outcome):
        message = f"{named(holder)} is still {_state(holder)}, {late} after its period ended"
        if others:
            so, take = ("so is", "takes") if len(others) == 1 else ("so are", "take")
            message += f", and {so} {_listed(others)} that {take} its period"
    else:
        take, verb = ("takes", "is") if len(others) == 1 else ("take", "are")
        whose = "the organisation" if isinstance(holder, Org) else _document(holder)
        state = _state(others[0]) if len(others) == 1 else "open"
        message = f"the period of {whose} ended {late} ago, and {_listed(others)} that {take} it {verb} still {state}"
    proposed = all(thing.status == "proposed" for thing in things)
    goals = any(isinstance(thing, Goal) for thing in things)
    learned = ", with a word under `learning`" if goals else ""
    close = "`dropped`" if proposed else "`achieved`, `missed` or `dropped`" if goals else "`achieved` or `dropped`"
    return Finding(
        "AL702",
        holder.path,
        message,
        (*holder.route, "period"),
        label=f"ended {late} ago",
        help=f"set `status` to {close}{learned}, or give it a new `period`"
        if len(things) == 1
        else f"close what is over with {close}{learned}, and give the rest a new `period`",
        hint="close, or correct the period",
        related=tuple(Related(thing.path, f"still {_state(thing)}", id_route(thing)) for thing in others[:_SHOWN]),
        severity=Severity.INFO if proposed else None,
        identity=(*_whose(ws, holder), "period", str(holder.period)),
        rests_on=ws.period_facts(things[0]),
    )


def _whose(ws: Workspace, holder: Dated) -> tuple[str, ...]:
    """Whose period it is, as an identity begins: the same whichever of several that name it in a document are left."""
    content = ws.by_path[holder.path].content
    if isinstance(holder, Goal | Outcome) and holder.route and content is not None:
        return *_subject(content)[0], f"{holder.noun}s"
    return _subject(holder)[0]


def _state(thing: Goal | Outcome) -> str:
    return "proposed" if thing.status == "proposed" else "open" if isinstance(thing, Goal) else "active"


def _listed(things: Sequence[Goal | Outcome]) -> str:
    """How many things, and what the first of them are called."""
    goals = sum(1 for thing in things if isinstance(thing, Goal))
    counts = [
        f"{number} {noun}{'s' if number > 1 else ''}"
        for number, noun in ((goals, "goal"), (len(things) - goals, "outcome"))
        if number
    ]
    names = [f"`{thing.ref}`" for thing in things[:_SHOWN]]
    if len(things) == 1:
        return f"{things[0].noun} {names[0]}"
    more = f" and {len(things) - _SHOWN} more" if len(things) > _SHOWN else ""
    return f"{' and '.join(counts)} ({', '.join(names)}{more})"


@rule("AL703", "lingering-blocker", Severity.WARNING, local="teams")
def lingering_blocker(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A blocker or a need that has waited long, and that nobody has taken further.

    ## What it checks
    A blocker of an open goal, and a need with the status `asked`, whose `since` is older than the limit in the
    configuration (30 days) has an `escalated-to`. A goal whose period is over is AL702's matter.

    ## Why it matters
    The team has said what it waits for; that is its half. Autonomy ends where somebody else has to act, and from
    there on the answer is owed by those who steer.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    needs:
      - {what: A second designer until the end of March, from: head of product, since: 2026-09-14}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    needs:
      - what: A second designer until the end of March
        from: head of product
        since: 2026-09-14
        escalated-to: chief of staff
    ---
    ```

    ## How to fix
    Whom it names should act, or say that it will not come: `status: refused` is an answer a team can plan with.
    If none comes, take it to somebody who can decide, and write that under `escalated-to`.
    """
    limit = config.limits.blocker_days
    for goal in ws.open_goals:
        if not goal.blockers or ws.days_over(goal):
            continue
        for index, blocker in enumerate(goal.blockers):
            age = _waited(ws, blocker.since, blocker.escalated_to)
            if age <= limit:
                continue
            if blocker.owner:
                whom = f"`{quoted(blocker.owner)}`"
                message = f"{named(goal)} has waited {days(age)} for {whom} to clear a blocker"
                help_ = f"{whom}: clear it and remove it here; else take it further and write `escalated-to:`"
            else:
                message = f"{named(goal)} has been blocked for {days(age)}, and nobody owns the blocker"
                help_ = "say who clears it under `owner`, or take it further and write `escalated-to:`"
            yield Finding(
                "AL703",
                goal.path,
                message,
                (*goal.route, "blockers", index, "since"),
                label=f"{days(age)} ago",
                help=help_,
                hint="clear it, or escalate",
                related=(Related(goal.path, "what it waits for", (*goal.route, "blockers", index, "what")),),
                identity=(goal.ref, goal.noun, "blockers", blocker.what),
                rests_on=((goal.key, "blockers"), (goal.key, "status"), *ws.period_facts(goal)),
            )
    for team in ws.teams.values():
        for index, need in enumerate(team.needs):
            age = _waited(ws, need.since, need.escalated_to)
            if need.status != "asked" or age <= limit:
                continue
            if need.from_:
                whom = f"`{quoted(need.from_)}`"
                message = f"team `{team.id}` has waited {days(age)} for an answer from {whom}"
                help_ = f"{whom}: answer with `status: granted` or `refused`; else take it further: `escalated-to:`"
            else:
                message = f"team `{team.id}` has waited {days(age)} for an answer, and does not say from whom"
                help_ = "say under `from` who can answer, or take it further and write `escalated-to:`"
            yield Finding(
                "AL703",
                team.path,
                message,
                ("needs", index, "since"),
                label=f"{days(age)} ago",
                help=help_,
                hint="answer it, or escalate",
                related=(Related(team.path, "what it waits for", ("needs", index, "what")),),
                identity=(team.id, "team", "needs", need.what),
                rests_on=((team.key, "needs"), (team.key, "status")),
            )


def _waited(ws: Workspace, since: date | None, escalated_to: str | None) -> int:
    """For how many days something has waited for an answer that nobody has taken further."""
    return (ws.as_of - since).days if since is not None and not escalated_to else 0
