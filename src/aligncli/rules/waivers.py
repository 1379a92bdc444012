"""AL403, AL404, AL409 and AL410: is a waiver needed, given by somebody who may give it, and will it end?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from aligncli.config import Config
from aligncli.diagnostics import Edit, Fact, Finding, Fix, Related, Severity
from aligncli.model import Team
from aligncli.rules.base import days, quoted, rule
from aligncli.rules.guardrails import scope_facts
from aligncli.workspace.workspace import Waiving, Workspace


@rule("AL403", "expired-waiver", Severity.ERROR, suppressible=False, local="teams")
def expired_waiver(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A waiver past its date.

    ## What it checks
    A waiver's `expires` is today or later. The day itself still counts.

    ## Why it matters
    A waiver is a loan. When its time is over, the team keeps the guardrail, or asks again and says why.

    ## Bad
    ```markdown guardrails/on-call-rota.md
    ---
    kind: guardrail
    id: on-call-rota
    title: Somebody answers at night
    why: Parcels travel at night.
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    waivers:
      - {guardrail: on-call-rota, reason: The team is three people until autumn., approved-by: head of operations, expires: 2026-10-31}
    ---
    ```

    ## Good
    ```markdown guardrails/on-call-rota.md
    ---
    kind: guardrail
    id: on-call-rota
    title: Somebody answers at night
    why: Parcels travel at night.
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    waivers:
      - {guardrail: on-call-rota, reason: The team is three people until January., approved-by: head of operations, expires: 2027-01-31}
    ---
    ```

    ## How to fix
    Declare the guardrail if it now holds, or have the waiver granted again with a new date. It cannot be
    suppressed.
    """
    for team_id, waives in ws.waives.items():
        team = ws.teams[team_id]
        kept = {keeping.guardrail.id for keeping in ws.keeps.get(team_id, ())}
        kept |= {other.guardrail.id for other in waives if other.waiver.expires and other.waiver.expires >= ws.as_of}
        for waiving in waives:
            expires = waiving.waiver.expires
            if expires is not None and expires < ws.as_of and waiving.guardrail.status == "active":
                late = days((ws.as_of - expires).days)
                yield Finding(
                    "AL403",
                    team.path,
                    f"the waiver of team `{team.id}` for guardrail `{waiving.guardrail.id}` expired {late} ago",
                    (*waiving.route, "expires"),
                    label=f"{late} ago",
                    help="remove the waiver: it is no longer needed"
                    if waiving.guardrail.id in kept or ws.scope.applies(waiving.guardrail, team) is False
                    else "if the guardrail holds by now, declare it and remove the waiver; if not, have the waiver "
                    "granted again with a new `expires` (it cannot be suppressed)",
                    identity=(team.id, "waivers", waiving.guardrail.id, "expired", str(expires)),
                    rests_on=((team.key, "status"), (waiving.guardrail.key, "status")),
                )


@rule("AL404", "needless-waiver", Severity.WARNING, local="teams")
def needless_waiver(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A waiver for a guardrail that does not apply, or that is declared as well.

    ## What it checks
    What a team waives applies to it, and is not declared by it at the same time.

    ## Why it matters
    A needless waiver makes the team look less safe than it is. Or it shows that somebody changed a scope and left
    this team out by mistake.

    ## Bad
    ```markdown guardrails/card-data.md
    ---
    kind: guardrail
    id: card-data
    title: Card numbers never touch our servers
    why: One leak would end the company.
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    guardrails: [card-data]
    waivers:
      - {guardrail: card-data, reason: The old form goes in January., approved-by: head of security, expires: 2027-01-31}
    ---
    ```

    ## Good
    ```markdown guardrails/card-data.md
    ---
    kind: guardrail
    id: card-data
    title: Card numbers never touch our servers
    why: One leak would end the company.
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    waivers:
      - {guardrail: card-data, reason: The old form goes in January., approved-by: head of security, expires: 2027-01-31}
    ---
    ```

    ## How to fix
    Remove the waiver, or the declaration if it does not hold yet; if the guardrail should apply, have its scope
    corrected.
    """
    for team_id, waives in ws.waives.items():
        team = ws.teams[team_id]
        kept = {keeping.guardrail.id: keeping for keeping in ws.keeps.get(team_id, ())}
        for waiving in waives:
            guardrail = waiving.guardrail
            if guardrail.status != "active" or waiving.waiver.expires is None or waiving.waiver.expires < ws.as_of:
                continue
            related: tuple[Related, ...] = ()
            if guardrail.id in kept:
                message = f"team `{team.id}` waives guardrail `{guardrail.id}` and declares it as well"
                related = (Related(team.path, "declared here", kept[guardrail.id].route),)
                help_ = "remove the waiver, or the declaration if it does not hold yet"
            elif guardrail.id in ws.applying and ws.scope.applies(guardrail, team) is False:
                message = f"team `{team.id}` waives guardrail `{guardrail.id}`, which does not apply to it"
                related = (Related(guardrail.path, "its scope", (*guardrail.route, "applies-to")),)
                help_ = "remove the waiver, or have the guardrail's scope corrected"
            else:
                continue
            yield Finding(
                "AL404",
                team.path,
                message,
                (*waiving.route, "guardrail"),
                label="needless",
                help=help_,
                related=related,
                fix=Fix("remove the waiver", False, (Edit(team.path, waiving.route),)),
                identity=(team.id, "waivers", guardrail.id, "needless"),
                rests_on=((team.key, "guardrails"), *scope_facts(team, guardrail)),
            )


@rule("AL409", "self-approved-waiver", Severity.WARNING, local="teams")
def self_approved_waiver(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A waiver that nobody, or not the right one, approved.

    ## What it checks
    A waiver says who approved it (`approved-by`): not the team's own `lead`, and the guardrail's `owner` where it
    has one. Capital letters and blanks make no difference. If the lead is the owner, anybody else will do. An
    expired waiver is AL403 alone, and a needless one AL404.

    ## Why it matters
    Guardrails protect others from a team that is in a hurry, and the team from itself. So somebody else has to say
    that for a while it may do without, best the one who answers for the reason.

    ## Bad
    ```markdown guardrails/on-call-rota.md
    ---
    kind: guardrail
    id: on-call-rota
    title: Somebody answers at night
    why: Parcels travel at night.
    owner: head of operations
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    lead: mei
    waivers:
      - {guardrail: on-call-rota, reason: The team is three people until January., approved-by: mei, expires: 2027-01-31}
    ---
    ```

    ## Good
    ```markdown guardrails/on-call-rota.md
    ---
    kind: guardrail
    id: on-call-rota
    title: Somebody answers at night
    why: Parcels travel at night.
    owner: head of operations
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    lead: mei
    waivers:
      - guardrail: on-call-rota
        reason: The team is three people until January.
        approved-by: head of operations
        expires: 2027-01-31
    ---
    ```

    ## How to fix
    Ask the guardrail's owner, and write down who agreed: `approved-by: head of operations`.
    """
    for team, waiving in _in_use(ws):
        guardrail, waiver, route = waiving
        approver, owner, lead = _folded(waiver.approved_by), _folded(guardrail.owner), _folded(team.lead)
        subject = f"the waiver of team `{team.id}` for guardrail `{guardrail.id}`"
        is_owned = owner and owner != lead
        whose = quoted(guardrail.owner or "")
        whom = f"`{whose}`" if is_owned else "somebody outside the team"
        related: tuple[Related, ...] = ()
        facts: tuple[Fact, ...] = ((team.key, "lead"), (guardrail.key, "owner"))
        if not approver:
            message, label, field = f"{subject} does not say who approved it", "approved by nobody", "guardrail"
            facts = (*facts, (team.key, "waivers"))
        elif approver == lead:
            message, label, field = f"{subject} is approved by the team's own lead", "the team's lead", "approved-by"
            related = (Related(team.path, "leads the team", ("lead",)),)
        elif owner and owner not in (approver, lead):
            message = (
                f"{subject} is approved by `{quoted(waiver.approved_by or '')}`, and the guardrail belongs to `{whose}`"
            )
            label, field = "not the owner", "approved-by"
            related = (Related(guardrail.path, "owns the guardrail", (*guardrail.route, "owner")),)
        else:
            continue
        yield Finding(
            "AL409",
            team.path,
            message,
            (*route, field),
            label=label,
            help=f"ask {whom}{', who owns the guardrail,' if is_owned else ''} to agree, and then write "
            + (f"`approved-by: {whose}`" if is_owned else "who it was under `approved-by`"),
            hint=f"ask {whom}",
            related=related,
            identity=(team.id, "waivers", guardrail.id, "approved-by", approver),
            rests_on=(*facts, *_use_facts(team, waiving)),
        )


@rule("AL410", "endless-waiver", Severity.WARNING, local="teams")
def endless_waiver(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A waiver that runs longer than the limit.

    ## What it checks
    From the day on which a waiver was `granted`, or from today where it does not say, to the day on which it
    `expires` there are no more days than `waiver-days` in the configuration (180). An expired waiver is AL403
    alone, and a needless one AL404.

    ## Why it matters
    A waiver says "not yet". One that runs for years says "not at all", and then the guardrail is what should
    change, in the open and for everybody, instead of for the one team that asked.

    ## Bad
    ```markdown guardrails/on-call-rota.md
    ---
    kind: guardrail
    id: on-call-rota
    title: Somebody answers at night
    why: Parcels travel at night.
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    waivers:
      - guardrail: on-call-rota
        reason: The team is three people until January.
        approved-by: head of operations
        granted: 2026-10-20
        expires: 2029-12-31
    ---
    ```

    ## Good
    ```markdown guardrails/on-call-rota.md
    ---
    kind: guardrail
    id: on-call-rota
    title: Somebody answers at night
    why: Parcels travel at night.
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    waivers:
      - guardrail: on-call-rota
        reason: The team is three people until January.
        approved-by: head of operations
        granted: 2026-10-20
        expires: 2027-01-31
    ---
    ```

    ## How to fix
    Agree on a nearer day, and ask again when it comes. If the team will never keep the guardrail, ask its owner to
    except the team in `applies-to`, with the reason.
    """
    limit = config.limits.waiver_days
    for team, waiving in _in_use(ws):
        granted, expires = waiving.waiver.granted, waiving.waiver.expires
        start = granted or ws.as_of
        if expires is None or (expires - start).days <= limit:
            continue
        length = (expires - start).days
        since = "" if granted else " from today"
        latest = start + timedelta(limit)
        if latest < ws.as_of:
            latest = ws.as_of + timedelta(limit)
            agree = f"have it granted again, up to {latest}"
        else:
            agree = f"agree on a day up to {latest}, and ask again then"
        yield Finding(
            "AL410",
            team.path,
            f"the waiver of team `{team.id}` for guardrail `{waiving.guardrail.id}` runs for {days(length)}{since}, "
            f"{days(length - limit)} more than the limit of {limit}",
            (*waiving.route, "expires"),
            label=f"{days(length - limit)} too many",
            help=f"{agree}; if it will never be kept, ask the guardrail's owner to except the team in `applies-to`",
            hint=f"up to {latest}",
            related=(Related(team.path, "granted", (*waiving.route, "granted")),) if granted else (),
            identity=(team.id, "waivers", waiving.guardrail.id, "endless", str(expires)),
            rests_on=(*(() if granted else ((team.key, "waivers"),)), *_use_facts(team, waiving)),
        )


def _in_use(ws: Workspace) -> Iterator[tuple[Team, Waiving]]:
    """The waivers that hold today and are needed: neither expired (AL403) nor needless (AL404)."""
    for team_id, waives in ws.waives.items():
        if not waives:
            continue
        team = ws.teams[team_id]
        kept = {keeping.guardrail.id for keeping in ws.keeps.get(team_id, ())}
        for waiving in waives:
            guardrail, expires = waiving.guardrail, waiving.waiver.expires
            if guardrail.id in kept or (expires is not None and expires < ws.as_of):
                continue
            if guardrail.status == "active" and ws.scope.applies(guardrail, team) is not False:
                yield team, waiving


def _use_facts(team: Team, waiving: Waiving) -> tuple[Fact, ...]:
    """What decides whether a waiver is needed."""
    return (team.key, "guardrails"), *scope_facts(team, waiving.guardrail)


def _folded(name: str | None) -> str:
    """A person or a role, however it is typed."""
    return " ".join(name.split()).casefold() if name else ""
