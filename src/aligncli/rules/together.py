"""AL5xx: do the teams agree about how they work together, and can people reach them?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from aligncli.config import Config
from aligncli.diagnostics import Fact, Finding, Related, Severity
from aligncli.model import Interaction, Team
from aligncli.rules.base import days, rule
from aligncli.workspace.names import id_route
from aligncli.workspace.workspace import GIVES, TEMPORARY, Interacting, Owning, Side, Workspace, kind_of

_DAYS_TO_ANSWER = 30
"""How long the other team has to write down its side. The catalogue of rules says so: it is what AL501 means, and
nothing that an organisation tunes."""

_NOUNS = {"collaboration": "collaboration", "facilitating": "facilitation"}

_OPPOSITE = {
    "provider": "consumer",
    "consumer": "provider",
    "facilitator": "facilitated",
    "facilitated": "facilitator",
}

_MODE_OF_ROLE = {
    "provider": "x-as-a-service",
    "consumer": "x-as-a-service",
    "facilitator": "facilitating",
    "facilitated": "facilitating",
}


@rule("AL501", "one-sided-interaction", Severity.WARNING, local="teams")
def one_sided_interaction(ws: Workspace, config: Config) -> Iterator[Finding]:
    """An interaction that the other team does not agree to.

    ## What it checks
    Whatever a Team API says of the work with another team, the other Team API says as well: the same mode, and
    the opposite role where both state one. `x-as-a-service` is also agreed when the provider publishes the
    `service` that the consumer names, so that a platform lists its services and not its consumers. An interaction
    whose `until` is past is not compared. Who publishes the service is not its `consumer`. Two teams are told once,
    however much they disagree about. It is advice for the first 30 days after `since`, and while the other team has
    no Team API.

    ## Why it matters
    Teams decide for themselves whom they work with, and working together takes two. What only one side has
    written down is a hope: the other team may plan its quarter without it, or may never have been asked.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    contacts:
      - {kind: chat, address: "#checkout"}
    interactions:
      - {team: identity, mode: collaboration, since: 2026-09-01, until: 2026-12-31}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts:
      - {kind: chat, address: "#identity"}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    contacts:
      - {kind: chat, address: "#checkout"}
    interactions:
      - {team: identity, mode: collaboration, since: 2026-09-01, until: 2026-12-31}
      - {team: identity, mode: x-as-a-service, role: consumer, service: sign-in}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts:
      - {kind: chat, address: "#identity"}
    services:
      - {id: sign-in, name: Sign in}
    interactions:
      - {team: checkout, mode: collaboration, since: 2026-09-01, until: 2026-12-31}
    ---
    ```

    ## How to fix
    Ask the other team. If it agrees, it adds its side under `interactions` in its Team API; if it does not, remove
    the entry. A consumer can name the `service` that it uses instead. `role` is always the part of the team whose
    Team API it stands in.
    """
    for team_id in ws.current_apis:
        for named in ws.interactions.get(team_id, ()):
            # By a former name of its own, AL205 speaks first.
            if named.team.id == named.other.id and named.interaction.team == named.team.id:
                yield _with_itself(named)
    for own, other in ws.disagreements:
        yield _disagreement(ws, own, other)


def _with_itself(named: Interacting) -> Finding:
    team = named.team
    return Finding(
        "AL501",
        named.path,
        f"team `{team.id}` names itself as a team that it works with",
        (*named.route, "team"),
        label="this very team",
        help="name the other team, or remove the entry",
        identity=(team.id, "interactions", team.id, named.interaction.mode or ""),
        rests_on=((team.key, "interactions"),),
    )


def _is_young(ws: Workspace, *interactions: Interaction) -> bool:
    """Whether the other side of any of them still has time to answer."""
    return any(i.since is not None and (ws.as_of - i.since).days <= _DAYS_TO_ANSWER for i in interactions)


def _disagreement(ws: Workspace, own: Side, other: Side) -> Finding:
    """What two sides do not agree about; ``own`` has said something that the other does not agree to."""
    for side, opposite in ((own, other), (other, own)):
        for named in side.unanswered:
            if ws.is_reversed(named):
                return _reversed(ws, side, opposite, named)
    agreed = ws.agreed_by(own.said)
    for named in own.unanswered:
        kind = kind_of(named.interaction)
        if kind[1] is not None and kind not in agreed:
            for rival in other.current:
                if kind_of(rival.interaction) == kind and _is_about_the_same(named, rival):
                    return _same_role(ws, own, other, named, rival)
    if other.unanswered:
        return _other_mode(ws, own, other)
    return _unanswered(ws, own, other)


def _reversed(ws: Workspace, own: Side, other: Side, named: Interacting) -> Finding:
    """A role that the service contradicts, because only the other side publishes it."""
    interaction = named.interaction
    role = interaction.role or ""
    provider = other.team if GIVES[role] else own.team
    service = ws.services[f"{provider.id}/{interaction.service}"]
    right = "consumer" if GIVES[role] else "provider"
    return Finding(
        "AL501",
        named.path,
        f"team `{own.team.id}` {_claims([named])}, and it is `{provider.id}` that publishes `{interaction.service}`",
        (*named.route, "role"),
        label="the other way round",
        help=f"write `role: {right}` (a role is that of the team whose Team API it stands in)",
        hint=f"role: {right}",
        related=(Related(service.path, "published here", (*service.route, "id")),),
        identity=(
            own.team.id,
            "interactions",
            other.team.id,
            interaction.mode or "",
            "role",
            interaction.service or "",
        ),
        rests_on=_facts(ws, own, other),
    )


def _is_about_the_same(named: Interacting, rival: Interacting) -> bool:
    """Whether two interactions may be about one service: two teams can well use one of each other's."""
    services = {named.interaction.service, rival.interaction.service}
    return None in services or len(services) == 1


def _same_role(ws: Workspace, own: Side, other: Side, named: Interacting, rival: Interacting) -> Finding:
    """Both sides give, or both take."""
    role, mode = named.interaction.role or "", named.interaction.mode or ""
    if role == rival.interaction.role:
        first, second = sorted((own.team.id, other.team.id))
        message = f"teams `{first}` and `{second}` both say that they are the `{role}`"
    else:
        message = f"team `{own.team.id}` {_claims([named])}, and `{other.team.id}` {_claims([rival])}"
    services = [said.interaction.service for said in (named, rival) if said.interaction.service is not None]
    published = [
        (side, service) for side in (own, other) for service in services if f"{side.team.id}/{service}" in ws.services
    ]
    helps = mode == "facilitating"
    gives, takes = ("facilitator", "facilitated") if helps else ("provider", "consumer")
    if mode == "collaboration":
        help_ = "a collaboration needs no `role`: remove it on both sides"
    elif mode == "x-as-a-service" and len({side.team.id for side, _ in published}) == 1:
        offering, service = published[0]
        using = own if offering is other else other
        help_ = (
            f"`{offering.team.id}` publishes `{service}`, so write `role: {takes if GIVES[role] else gives}` in the Team API of "
            f"`{(using if GIVES[role] else offering).team.id}` (a role is that of the team whose Team API it stands in)"
        )
    else:
        does = ("helps", "learns") if helps else ("offers the service", "uses it")
        help_ = (
            f"a role is that of the team whose Team API it stands in: the one that {does[0]} writes `role: {gives}`, "
            f"the one that {does[1]} `role: {takes}`"
        )
    return Finding(
        "AL501",
        named.path,
        message,
        (*named.route, "role"),
        label="the same role",
        help=help_,
        hint="change one of the roles",
        related=(Related(rival.path, f"`{other.team.id}` says the same of itself", (*rival.route, "role")),),
        severity=Severity.INFO if _is_young(ws, named.interaction, rival.interaction) else None,
        identity=(own.team.id, "interactions", other.team.id, mode, "same role"),
        rests_on=_facts(ws, own, other),
    )


def _other_mode(ws: Workspace, own: Side, other: Side) -> Finding:
    """Both sides name each other, and each in a mode that the other does not know of."""
    named, rival = own.unanswered[0], other.unanswered[0]
    return Finding(
        "AL501",
        named.path,
        f"team `{own.team.id}` {_claims(own.unanswered)}, and `{other.team.id}` {_claims(other.unanswered)}",
        (*named.route, "mode"),
        label=f"`{other.team.id}` says otherwise",
        help=f"agree on which it is: then either `{other.team.id}` writes {_entries(ws, own)} instead, or "
        f"`{own.team.id}` writes {_entries(ws, other)}",
        hint="agree on one mode",
        related=(Related(rival.path, f"`{other.team.id}` says this", (*rival.route, "mode")),),
        severity=Severity.INFO if _is_young(ws, named.interaction, rival.interaction) else None,
        identity=(own.team.id, "interactions", other.team.id, *_modes(own.unanswered), "or", *_modes(other.unanswered)),
        rests_on=_facts(ws, own, other),
    )


def _unanswered(ws: Workspace, own: Side, other: Side) -> Finding:
    """One side says something, and the other side does not."""
    named = next((n for n in own.unanswered if not _is_young(ws, n.interaction)), own.unanswered[0])
    field, label, hint = "team", f"`{other.team.id}` does not say so", f"{other.team.id} should answer"
    said = f"team `{own.team.id}` {_claims(own.unanswered)}"
    entries = _entries(ws, own)
    api = ws.apis.get(other.team.id)
    if api is None:
        related = Related(other.team.path, "no Team API", id_route(other.team))
    elif api.interactions:
        related = Related(api.path, f"`{own.team.id}` is not here", ("interactions",), True)
    else:
        related = Related(api.path, f"`{own.team.id}` is not here", ("team",))
    unserved = _retired(ws, own, other)
    modes = _modes(own.unanswered)
    ended = [answer for answer in other.said if answer.interaction.mode in modes]
    if api is None:
        message = f"{said}, and `{other.team.id}` has no Team API"
        service_used = named.interaction.service if _role(ws, named) == "consumer" else None
        hint = f"{other.team.id} needs a Team API"
        if other.team.is_group:
            help_, hint = f"`{other.team.id}` is a group: name the team in it that you work with", "name a team in it"
        elif service_used is not None:
            help_ = f"this is agreed once `{other.team.id}` has a Team API that publishes `{service_used}`"
        else:
            help_ = f"once `{other.team.id}` has a Team API, it adds {entries} to the `interactions` there"
    elif unserved is not None:
        named, message = unserved, f"team `{own.team.id}` {_claims([unserved])}, which `{other.team.id}` has retired"
        service = ws.services[f"{other.team.id}/{named.interaction.service}"]
        field, label, hint = "service", "a retired service", "name another service"
        related = Related(service.path, "retired here", (*service.route, "status"))
        help_ = f"name the service that took its place{_offers(ws, other.team)}, or remove this"
    elif other.current:
        message = f"{said}, and `{other.team.id}` only {_claims(other.current)}"
        help_ = f"if it is both, `{other.team.id}` adds {entries} to its `interactions`; if it is not, remove this"
        answer = other.current[0]
        related = Related(answer.path, f"`{other.team.id}` only says this", (*answer.route, "mode"))
    elif ended:
        last = max(ended, key=lambda answer: answer.interaction.until or ws.as_of)
        over = days((ws.as_of - (last.interaction.until or ws.as_of)).days)
        message = f"{said}, and for `{other.team.id}` that ended {over} ago"
        help_ = f"remove this if it is over; if it goes on, `{other.team.id}` corrects its `until`"
        related = Related(last.path, f"{over} ago", (*last.route, "until"))
        label = "one-sided since then"
    else:
        message = f"{said}, and `{other.team.id}` does not {'say so' if other.said else f'name `{own.team.id}`'}"
        help_ = (
            f"`{other.team.id}` adds {entries} to the `interactions` in its Team API; if it does not agree, remove this"
        )
        offers = _offers(ws, other.team)
        if offers and named.interaction.role == "consumer" and named.interaction.service is None:
            help_ = f"name the `service` that you use{offers}, or {help_}"
    return Finding(
        "AL501",
        named.path,
        message,
        (*named.route, field),
        label=label,
        help=help_,
        hint=hint,
        related=(related,),
        severity=Severity.INFO if api is None or _is_young(ws, named.interaction) else None,
        identity=(own.team.id, "interactions", other.team.id, *modes),
        rests_on=_facts(ws, own, other),
    )


def _retired(ws: Workspace, own: Side, other: Side) -> Interacting | None:
    """What this side says of a service that the other has retired."""
    for named in own.unanswered:
        service = ws.services.get(f"{other.team.id}/{named.interaction.service}")
        if service is not None and service.status == "retired" and _role(ws, named) == "consumer":
            return named
    return None


def _offers(ws: Workspace, team: Team) -> str:
    """Some services of a team that others can use, in brackets."""
    api = ws.apis.get(team.id)
    live = [service.id for service in api.services if service.status == "live"] if api is not None else []
    return f" (`{team.id}` offers {_some(live)})" if live else ""


def _some(ids: Sequence[str]) -> str:
    """At most five ids, in a sentence."""
    shown = [f"`{name}`" for name in ids[:5]]
    return _listed([*shown, f"{len(ids) - 5} more"] if len(ids) > 5 else shown)


def _listed(words: Sequence[str]) -> str:
    """Words with commas, and the last with "and"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _role(ws: Workspace, named: Interacting) -> str | None:
    """The role of this side: as stated, else as the service tells."""
    interaction = named.interaction
    if interaction.role is not None or interaction.mode != "x-as-a-service" or interaction.service is None:
        return interaction.role
    if f"{named.other.id}/{interaction.service}" in ws.services or named.other.id not in ws.apis:
        return "consumer"
    return "provider" if f"{named.team.id}/{interaction.service}" in ws.services else None


def _entries(ws: Workspace, side: Side) -> str:
    """What the other team would write to agree to what is open, as YAML."""
    entries: dict[tuple[str | None, str | None], str] = {}
    for named in side.unanswered:
        interaction = named.interaction
        role = _OPPOSITE.get(_role(ws, named) or "")
        parts = [f"team: {named.team.id}", f"mode: {interaction.mode}"]
        if role is not None:
            parts.append(f"role: {role}")
        if interaction.service is not None:
            provider = named.team.id if role == "consumer" else named.other.id
            if f"{provider}/{interaction.service}" in ws.services:
                parts.append(f"service: {interaction.service}")
        if interaction.until is not None:
            parts.append(f"until: {interaction.until}")
        entries.setdefault((interaction.mode, role), f"`- {{{', '.join(parts)}}}`")
    return _listed(list(entries.values()))


def _claims(said: Iterable[Interacting]) -> str:
    """What a side says, each mode and role once."""
    claims: dict[tuple[str | None, str | None], str] = {}
    for named in said:
        claims.setdefault((named.interaction.mode, named.interaction.role), _claim(named))
    return f"says that it {_listed(list(claims.values()))}"


def _claim(named: Interacting) -> str:
    mode, role, other = named.interaction.mode, named.interaction.role, named.other.id
    service = f"/{named.interaction.service}" if named.interaction.service is not None else ""
    if mode == "collaboration":
        return f"collaborates with `{other}`"
    how = f" (`{mode}`)" if role is None or _MODE_OF_ROLE[role] != mode else ""
    if role == "consumer":
        return f"is a `consumer` of `{other}{service}`{how}"
    if role == "facilitated":
        return f"is `facilitated` by `{other}`{how}"
    if role is not None:
        return f"is a `{role}` for `{other}`{how}"
    return f"works with `{other}`{how}"


def _modes(said: Iterable[Interacting]) -> list[str]:
    return sorted({named.interaction.mode or "" for named in said})


def _facts(ws: Workspace, own: Side, other: Side) -> tuple[Fact, ...]:
    """What a disagreement rests on."""
    fields = ["interactions", "status"]
    if any(named.interaction.mode == "x-as-a-service" for named in (*own.unanswered, *other.unanswered)):
        fields.append("services")
    facts = [(team.key, field) for team in (own.team, other.team) for field in fields]
    if other.team.id not in ws.apis:
        facts.append(("apis", "*"))
    return tuple(facts)


@rule("AL502", "overdue-collaboration", Severity.WARNING, local="teams")
def overdue_collaboration(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A collaboration or facilitation past its `until`.

    ## What it checks
    The `until` of an interaction with the mode `collaboration` or `facilitating` is today or later. Where both
    teams list it, they are told once.

    ## Why it matters
    Working side by side is the costliest way to work together, and worth it while there is something to find out.
    Past its end it tends to become a habit that nobody decided on, and the two teams can no longer move alone.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    contacts:
      - {kind: chat, address: "#checkout"}
    interactions:
      - {team: identity, mode: collaboration, until: 2026-10-31}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts:
      - {kind: chat, address: "#identity"}
    interactions:
      - {team: checkout, mode: collaboration, until: 2026-10-31}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    contacts:
      - {kind: chat, address: "#checkout"}
    interactions:
      - {team: identity, mode: collaboration, until: 2026-12-31}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts:
      - {kind: chat, address: "#identity"}
    interactions:
      - {team: checkout, mode: collaboration, until: 2026-12-31}
    ---
    ```

    ## How to fix
    Remove it from both Team APIs if it is over. If there is more to find out, agree on a new date; if one team will
    always need the other, agree on a service.
    """
    for pair, mode, said in ws.temporary:
        sure = [named for named in said if not named.is_guess]
        overdue = [named for named in sure if ws.is_over(named.interaction)]
        if not overdue:
            continue
        named = overdue[0]
        late = days((ws.as_of - (named.interaction.until or ws.as_of)).days)
        theirs = [answer for answer in sure if answer.team is not named.team]
        later = next((answer.interaction.until for answer in theirs if answer.interaction.until), None)
        if later is not None and later >= ws.as_of:
            help_ = f"if it goes on, write `until: {later}` as `{named.other.id}` does; if it is over, both remove it"
        else:
            both = " from both Team APIs" if theirs else ""
            help_ = f"remove it{both}, or agree with `{named.other.id}` on a new `until`"
        yield Finding(
            "AL502",
            named.path,
            f"the {_NOUNS[mode]} of teams `{named.team.id}` and `{named.other.id}` was to end {late} ago",
            (*named.route, "until"),
            label=f"{late} ago",
            help=help_,
            hint="end it, or agree on a new date",
            related=tuple(_related_end(answer) for answer in theirs[:1]),
            identity=(pair.teams[0].id, "interactions", pair.teams[1].id, mode, "overdue"),
            rests_on=((named.team.key, "interactions"), *((team.key, "status") for team in pair.teams)),
        )


def _related_end(named: Interacting) -> Related:
    until = named.interaction.until
    if until is None:
        return Related(named.path, f"`{named.team.id}` gives no end", (*named.route, "team"))
    return Related(named.path, f"`{named.team.id}` says until {until}", (*named.route, "until"))


@rule("AL503", "open-ended-collaboration", Severity.INFO, local="teams")
def open_ended_collaboration(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A collaboration or facilitation that has no end.

    ## What it checks
    An interaction with the mode `collaboration` or `facilitating` has an `until`, on one of the two sides at least.
    What the other team does not agree to is AL501's matter first.

    ## Why it matters
    Collaborating and teaching are for finding something out or learning it, and both ask for much attention. An end
    is the day on which the two teams look up and ask whether they have what they wanted.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    contacts:
      - {kind: chat, address: "#checkout"}
    interactions:
      - {team: identity, mode: collaboration, purpose: Passkeys work on the payment page.}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts:
      - {kind: chat, address: "#identity"}
    interactions:
      - {team: checkout, mode: collaboration}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    contacts:
      - {kind: chat, address: "#checkout"}
    interactions:
      - {team: identity, mode: collaboration, purpose: Passkeys work on the payment page., until: 2026-12-31}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts:
      - {kind: chat, address: "#identity"}
    interactions:
      - {team: checkout, mode: collaboration, until: 2026-12-31}
    ---
    ```

    ## How to fix
    Agree on a day and write it as `until`; it can move. What should last is better a service that the other team
    uses on its own: `x-as-a-service`.
    """
    disputed = {frozenset((own.team.id, other.team.id)) for own, other in ws.disagreements if other.team.id in ws.apis}
    for pair, mode, said in ws.temporary:
        sure = [named for named in said if not named.is_guess]
        if not sure or any(named.interaction.until is not None for named in said):
            continue
        if any(team.id in ws.apis and team.id not in ws.current_apis for team in pair.teams):
            continue  # whose that Team API is, and what it says of this, shows when that is mended
        if {team.id for team in pair.teams} in disputed:
            continue  # whether there is one at all, AL501 asks first
        named = sure[0]
        facts = [(team.key, field) for team in pair.teams for field in ("interactions", "status")]
        if named.other.id not in ws.apis:
            facts.append(("apis", "*"))
        yield Finding(
            "AL503",
            named.path,
            f"the {_NOUNS[mode]} of teams `{named.team.id}` and `{named.other.id}` has no end",
            (*named.route, "team"),
            label="until when?",
            help=f"agree with `{named.other.id}` on a day and add `until:`",
            hint="add until",
            related=tuple(_related_end(answer) for answer in sure if answer.team is not named.team)[:1],
            identity=(pair.teams[0].id, "interactions", pair.teams[1].id, mode, "until"),
            rests_on=tuple(facts),
        )


@rule("AL504", "missing-contact", Severity.WARNING, local="teams")
def missing_contact(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A Team API with no way to reach the team.

    ## What it checks
    A Team API has at least one entry under `contacts`.

    ## Why it matters
    A Team API is the team's door. Without a bell, people ask whomever they happen to know, and those few are
    interrupted for everybody.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    hours: Monday to Friday, 9:00 to 17:00
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    hours: Monday to Friday, 9:00 to 17:00
    contacts:
      - {kind: chat, address: "#checkout"}
    ---
    ```

    ## How to fix
    Add the one place where questions are welcome: a channel, an address, a door. A channel that begins with `#`
    needs quotes.
    """
    for team_id, api in ws.current_apis.items():
        if api.contacts:
            continue
        team = ws.teams[team_id]
        yield Finding(
            "AL504",
            api.path,
            f"the Team API of `{team_id}` names no way to reach the team",
            ("team",),
            label="how do others reach it?",
            help=f'add `contacts:` with an entry such as `- {{kind: chat, address: "#{team_id}"}}`',
            hint="add contacts",
            identity=(team_id, "contacts"),
            rests_on=((team.key, "contacts"), (team.key, "status")),
        )


@rule("AL505", "team-size", Severity.INFO, local="teams")
def team_size(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A team that is smaller or larger than teams should be here.

    ## What it checks
    The `size` in a charter lies within the limits in the configuration (5 to 9). A team that states no size, and a
    group, are left alone.

    ## Why it matters
    A team small enough to know each other well can decide for itself without many meetings. One that is too small
    stops when two people are ill, and one that is too large begins to need coordinating on the inside.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    size: 14
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    size: 7
    ---
    ```

    ## How to fix
    Find the seam along which a large team could become two that need each other little; let a small one grow, or
    take it together with a neighbour. If other sizes are right for you, set `team-size` in `align.toml`.
    """
    fewest, most = config.limits.team_size
    for team in ws.teams.values():
        size = team.size
        if size is None or fewest <= size <= most or team.is_group or team.is_archived:
            continue
        people = "1 person" if size == 1 else f"{int(size)} people"
        if size < fewest:
            label, help_ = "a small team", "let it grow, or take it together with a team that it often works with"
        else:
            label, help_ = (
                "a large team",
                "look for a seam along which it could become two teams that need each other little",
            )
        yield Finding(
            "AL505",
            team.path,
            f"team `{team.id}` has {people}, and the limit{f's are {fewest} to' if fewest < most else ' is'} {most}",
            ("size",),
            label=label,
            help=f"{help_}; `team-size` in align.toml sets the limits",
            identity=(team.id, "size"),
            rests_on=((team.key, "size"), (team.key, "type"), (team.key, "status")),
        )


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")


@rule("AL506", "duplicate-ownership", Severity.WARNING)
def duplicate_ownership(ws: Workspace, config: Config) -> Iterator[Finding]:
    """Two teams that own the same software.

    ## What it checks
    No software stands under `owns` in the Team APIs of two teams. Names are the same whatever their case, blanks and
    hyphens; where both give a `repo` and the two differ, it is other software with the same name. Groups are left
    alone: what a group owns, a team in it owns.

    ## Why it matters
    What two teams own, each believes the other looks after. When it breaks at night both are woken or neither is,
    and no team can change it without asking.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    contacts:
      - {kind: chat, address: "#checkout"}
    owns:
      - {name: payment-page}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts:
      - {kind: chat, address: "#identity"}
    owns:
      - {name: Payment page}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    contacts:
      - {kind: chat, address: "#checkout"}
    owns:
      - {name: payment-page}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts:
      - {kind: chat, address: "#identity"}
    owns:
      - {name: sign-in-page}
    ---
    ```

    ## How to fix
    Agree on one owner, or divide the software where the two teams' work divides. If it is not the same software, give
    each its `repo`.
    """
    for name, namesakes in ws.owners.items():
        if len(namesakes) < 2:
            continue
        by_repo: dict[str, list[Owning]] = {}
        for owning in namesakes:
            by_repo.setdefault(_repo(ws, owning), []).append(owning)
        if "" in by_repo:  # whoever gives no repo may mean any of the others
            by_repo = {"": namesakes}
        for repo, same in by_repo.items():
            owners = {owning.team.id: owning for owning in reversed(same)}
            last = same[-1]
            others = [owners[team_id] for team_id in reversed(owners) if team_id != last.team.id]
            if others:
                yield _owned_twice(name, repo, last, others)


def _owned_twice(name: str, repo: str, last: Owning, others: Sequence[Owning]) -> Finding:
    ids = [owning.team.id for owning in others]
    verb = "does" if len(ids) == 1 else "do"
    return Finding(
        "AL506",
        last.path,
        f"team `{last.team.id}` owns `{last.owned.name}`, and so {verb} {_some(ids)}",
        last.route,
        label="owned twice" if len(ids) == 1 else f"owned {len(ids) + 1} times",
        help="agree on one owner, and let the others remove it"
        + ("" if repo else "; if it is not the same software, give each its `repo`"),
        hint="agree on one owner",
        related=tuple(Related(owning.path, f"`{owning.team.id}` owns it", owning.route) for owning in others[:5]),
        identity=(last.team.id, "owns", name, repo, *ids),
        rests_on=tuple((owning.team.key, field) for owning in (last, *others) for field in ("owns", "status", "type")),
    )


def _repo(ws: Workspace, owning: Owning) -> str:
    """Where the source is kept, in one spelling; empty where nobody says."""
    text = (owning.owned.repo or "").strip()
    scheme = _SCHEME.match(text)
    host, slash, path = (text[scheme.end() :] if scheme else text).partition("/")
    if text and scheme is None and ":" not in host and "." not in host.strip("."):
        return ws.resolve_path(owning.path, text) or text  # a folder in this repo
    host = host.rpartition("@")[2]
    if scheme is None and ":" in host:  # git@host:path
        host, _, first = host.partition(":")
        path = f"{first}{slash}{path}"
    return f"{host.casefold()}/{path.rstrip('/').removesuffix('.git').strip('/')}" if host else ""


@rule("AL507", "too-many-interactions", Severity.INFO, local="teams")
def too_many_interactions(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A team with more collaborations and facilitations at once than it can attend to.

    ## What it checks
    The interactions in a Team API with the mode `collaboration` or `facilitating` that are going on today (not
    `soon`, begun, and not past their `until`) are at most as many as the limit in the configuration (6). Each other
    team counts once for each mode. `x-as-a-service` does not count: it is what takes the load away.

    ## Why it matters
    Every team that one works side by side with is more to know, more to agree on and more to be asked about. Beyond
    a handful little is left for the team's own goals.

    ## Bad
    ```toml align.toml
    [limits]
    interactions = 1
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    contacts:
      - {kind: chat, address: "#checkout"}
    interactions:
      - {team: identity, mode: collaboration, until: 2026-12-31}
      - {team: tracking, mode: collaboration, until: 2026-12-31}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts:
      - {kind: chat, address: "#identity"}
    interactions:
      - {team: checkout, mode: collaboration, until: 2026-12-31}
    ---
    ```
    ```markdown teams/tracking/charter.md
    ---
    kind: charter
    team: tracking
    mission: Senders always know where their parcel is.
    ---
    ```
    ```markdown teams/tracking/team-api.md
    ---
    kind: team-api
    team: tracking
    contacts:
      - {kind: chat, address: "#tracking"}
    interactions:
      - {team: checkout, mode: collaboration, until: 2026-12-31}
    ---
    ```

    ## Good
    ```toml align.toml
    [limits]
    interactions = 1
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    contacts:
      - {kind: chat, address: "#checkout"}
    interactions:
      - {team: identity, mode: collaboration, until: 2026-12-31}
      - {team: tracking, mode: x-as-a-service, role: consumer, service: parcel-position}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts:
      - {kind: chat, address: "#identity"}
    interactions:
      - {team: checkout, mode: collaboration, until: 2026-12-31}
    ---
    ```
    ```markdown teams/tracking/charter.md
    ---
    kind: charter
    team: tracking
    mission: Senders always know where their parcel is.
    ---
    ```
    ```markdown teams/tracking/team-api.md
    ---
    kind: team-api
    team: tracking
    contacts:
      - {kind: chat, address: "#tracking"}
    services:
      - {id: parcel-position, name: Where a parcel is}
    ---
    ```

    ## How to fix
    Finish one before the next begins, and turn what will last into a service. If so many are right for your teams,
    set `interactions` under `[limits]` in `align.toml`.
    """
    limit = config.limits.interactions
    for team_id in ws.current_apis:
        said = ws.interactions.get(team_id, [])
        team = ws.teams[team_id]
        if len(said) <= limit or team.is_group:
            continue
        current = {
            (named.other.id, named.interaction.mode): named.other
            for named in said
            if named.interaction.mode in TEMPORARY and not named.is_guess and _is_going_on(ws, named)
        }
        if len(current) <= limit:
            continue
        count = (
            f"{len(current)} collaborations and facilitations"
            if len(current) > 1
            else "1 collaboration or facilitation"
        )
        yield Finding(
            "AL507",
            said[0].path,
            f"team `{team_id}` has {count} going on, and the limit is {limit}",
            ("interactions",),
            on_key=True,
            label=f"{len(current)} at once",
            help="finish one before the next begins, or turn what will last into a service (`x-as-a-service`)",
            identity=(team_id, "interactions", "limit"),
            rests_on=(
                (team.key, "interactions"),
                (team.key, "type"),
                (team.key, "status"),
                *((other.key, "status") for other in {other.id: other for other in current.values()}.values()),
            ),
        )


def _is_going_on(ws: Workspace, named: Interacting) -> bool:
    interaction = named.interaction
    return (
        interaction.status == "now"
        and (interaction.since is None or interaction.since <= ws.as_of)
        and not ws.is_over(interaction)
        and not named.other.is_archived
        and named.other.id != named.team.id
    )


@rule("AL508", "unserved-dependency", Severity.WARNING, local="teams")
def unserved_dependency(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A goal that cannot go on without a service that nobody offers.

    ## What it checks
    A `service` under `depends-on` of an open goal, with `impact: blocking`, is not retired; and if it is only
    planned, the dependency names the goal that will bring it. A service that does not exist is AL202, and a team
    without a Team API is AL208.

    ## Why it matters
    The goal has stopped, and what it waits for is not on its way: either nobody has promised it, or it has been
    taken away. The sooner the two teams talk, the sooner one of them finds another way.

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
          - {to: identity, service: passkeys, impact: blocking}
    ---
    ```
    ```markdown teams/checkout/team-api.md
    ---
    kind: team-api
    team: checkout
    contacts:
      - {kind: chat, address: "#checkout"}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts:
      - {kind: chat, address: "#identity"}
    services:
      - {id: passkeys, name: Passkeys, status: planned}
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
          - {to: identity/passkeys-everywhere, service: passkeys, impact: blocking}
    ---
    ```
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
    goals:
      - {id: passkeys-everywhere, title: Everybody signs in with a passkey, supports: [fewer-abandoned-carts]}
    ---
    ```
    ```markdown teams/identity/team-api.md
    ---
    kind: team-api
    team: identity
    contacts:
      - {kind: chat, address: "#identity"}
    services:
      - {id: passkeys, name: Passkeys, status: planned}
    ---
    ```

    ## How to fix
    Ask the other team what took the service's place, or when it comes, and depend on the goal that brings it:
    `to: team/goal`. If there is none, the goal needs another way.
    """
    for goal in ws.open_goals:
        if not goal.depends_on:
            continue
        for depending in ws.depends.get(goal.key, ()):
            dependency, team = depending.dependency, depending.team
            if dependency.impact != "blocking" or dependency.service is None or depending.is_guess:
                continue
            if team.id not in ws.current_apis:
                continue  # AL206 speaks of an archived team
            service = ws.services.get(f"{team.id}/{dependency.service}")
            if service is None:
                continue  # AL202 speaks, or AL208
            if service.status == "retired":
                what, label = "has retired", "retired"
                help_ = f"name what took its place{_offers(ws, team)}, or find another way and remove this"
            elif service.status == "planned" and depending.goal is None:
                what, label = "does not publish yet", "only planned"
                help_ = f"agree with `{team.id}` on when it comes, and name the goal that brings it: `to: {team.id}/…`"
            else:
                continue
            yield Finding(
                "AL508",
                goal.path,
                f"goal `{goal.ref}` is blocked without service `{service.id}`, which team `{team.id}` {what}",
                (*goal.route, *depending.route, "service"),
                label=label,
                help=help_,
                hint=f"talk to {team.id}",
                related=(Related(service.path, f"{service.status} here", (*service.route, "status")),),
                identity=(goal.ref, "depends-on", dependency.to, service.id),
                rests_on=(
                    (goal.key, "depends-on"),
                    (goal.key, "status"),
                    (team.key, "services"),
                    (team.key, "status"),
                ),
            )


@rule("AL509", "no-community", Severity.INFO, local="teams")
def no_community(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A team in no community of practice, where the organisation has some.

    ## What it checks
    An active team names at least one of the communities, where at least one is active. Groups, forming and archived
    teams are left alone.

    ## Why it matters
    Teams that decide for themselves solve the same problem five times, unless people of one craft meet across them.
    A community spreads what works without anybody having to prescribe it.

    ## Bad
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    communities:
      - {id: observability, name: Observability guild}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```

    ## Good
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    communities:
      - {id: observability, name: Observability guild}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    communities: [observability]
    ---
    ```

    ## How to fix
    Ask in the team who goes to which community, and list it under `communities`. If nobody goes to any, one of them
    may be worth a visit.
    """
    active = [community for community in ws.communities.values() if community.status == "active"]
    if not active:
        return
    offered: str | None = None
    for team in ws.teams.values():
        if team.communities or team.status != "active" or team.is_group:
            continue
        if offered is None:
            shown = [f'`{c.id}` ("{c.name}")' if c.name else f"`{c.id}`" for c in active[:5]]
            offered = _listed([*shown, f"{len(active) - 5} more"] if len(active) > 5 else shown)
        yield Finding(
            "AL509",
            team.path,
            f"team `{team.id}` is in no community",
            ("team",),
            label="where does it learn?",
            help=f"list under `communities` those that people of the team go to; there {'is' if len(active) == 1 else 'are'} {offered}",
            hint="add communities",
            identity=(team.id, "communities"),
            rests_on=(
                (team.key, "communities"),
                (team.key, "status"),
                (team.key, "type"),
                ("communities", "status"),
            ),
        )
