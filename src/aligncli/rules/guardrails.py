"""AL4xx: are the guardrails kept, and are they few, reasoned and fair to those who keep them?"""

from __future__ import annotations

from collections.abc import Iterator

from aligncli.config import Config
from aligncli.diagnostics import Fact, Finding, Related, Route, Severity
from aligncli.model import Guardrail, Team
from aligncli.rules.base import days, quoted, rule
from aligncli.workspace.names import id_route, title_of
from aligncli.workspace.workspace import Workspace


def scope_facts(team: Team, guardrail: Guardrail) -> tuple[Fact, ...]:
    """What decides whether a guardrail applies to a team."""
    return (
        (guardrail.key, "applies-to"),
        (guardrail.key, "status"),
        (team.key, "type"),
        (team.key, "tags"),
        (team.key, "status"),
    )


def _by_level(guardrail: Guardrail) -> Severity:
    return Severity.ERROR if guardrail.is_must else Severity.WARNING


@rule("AL401", "missing-guardrail", Severity.ERROR, suppressible=False, local="teams")
def missing_guardrail(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A guardrail that a team must declare, and neither declares nor waives.

    ## What it checks
    Every active guardrail that applies to a team, and that no machine enforces, stands under `guardrails` or
    `waivers` in the team's charter. It is an error for a `must` and a warning for a `should`; a warning for both
    while the team is forming and has had less than the time in the configuration (90 days); and advice before
    the guardrail's `in-force-from`. An expired waiver is AL403 alone.

    ## Why it matters
    Guardrails are the price of freedom: few, with reasons, and kept. A team that has not declared one may keep
    it, or may never have heard of it, and nobody can tell which.

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
    guardrails: [card-data]
    ---
    ```

    ## How to fix
    Declare it once it holds. If the team cannot keep it for now, add a waiver with a reason and an end; if it
    should not apply at all, talk to its owner about `applies-to`. A guardrail is waived in the open, never
    suppressed.
    """
    for team in ws.teams.values():
        if team.is_archived:
            continue
        kept = {keeping.guardrail.id for keeping in ws.keeps.get(team.id, ())}
        kept.update(waiving.guardrail.id for waiving in ws.waives.get(team.id, ()))
        for guardrail, applies in ws.scope.of(team):
            if not applies or guardrail.id in kept or guardrail.enforcement == "automated":
                continue
            grace = ws.is_in_grace(team, config.limits.forming_days)
            severity = Severity.WARNING if grace else _by_level(guardrail)
            title = f' ("{title_of(guardrail)}")' if guardrail.title else ""
            message = f"team `{team.id}` does not declare guardrail `{guardrail.id}`{title}"
            if guardrail.in_force_from is not None and guardrail.in_force_from > ws.as_of:
                severity = Severity.INFO
                until = days((guardrail.in_force_from - ws.as_of).days)
                message += f", in force from {guardrail.in_force_from} ({until} from now)"
            elif grace and team.since is not None:
                left = config.limits.forming_days - (ws.as_of - team.since).days
                message += f", {f'and has {days(left)} left' if left else 'and this is its last day'} to form"
            route: Route = ("guardrails",) if team.guardrails else ("team",)
            yield Finding(
                "AL401",
                team.path,
                message,
                route,
                on_key=bool(team.guardrails),
                label=f"`{guardrail.id}` is missing",
                help=f"once it holds, add {_declaration(team, guardrail)}; until then, waive it under `waivers`, with a "
                "reason and an end (a guardrail cannot be suppressed)",
                hint=f"add {guardrail.id} to guardrails",
                related=(Related(guardrail.path, guardrail.title or "the guardrail", id_route(guardrail)),),
                severity=severity,
                identity=(team.id, "guardrails", guardrail.id),
                rests_on=(
                    (team.key, "guardrails"),
                    (team.key, "waivers"),
                    (team.key, "since"),
                    (guardrail.key, "enforcement"),
                    (guardrail.key, "level"),
                    (guardrail.key, "in-force-from"),
                    *scope_facts(team, guardrail),
                ),
            )


def _declaration(team: Team, guardrail: Guardrail) -> str:
    """What a team adds to declare a guardrail."""
    item = f"{{id: {guardrail.id}, evidence: [path or URL]}}" if guardrail.evidence == "required" else guardrail.id
    return f"`{item}` to `guardrails`" if team.guardrails else f"`guardrails: [{item}]`"


@rule("AL402", "missing-evidence", Severity.ERROR, suppressible=False, local="teams")
def missing_evidence(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A declared guardrail without the evidence that it requires.

    ## What it checks
    A guardrail with `evidence: required` is declared with at least one path or URL: an error for a `must`, a
    warning for a `should` and while the team is forming, and advice before `in-force-from`. An automated guardrail says under `automation` where the
    machine checks it; a warning when it does not.

    ## Why it matters
    Some promises have to be shown, not only made. The organisation said so when it asked for evidence.

    ## Bad
    ```markdown guardrails/card-data.md
    ---
    kind: guardrail
    id: card-data
    title: Card numbers never touch our servers
    why: One leak would end the company.
    evidence: required
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    guardrails: [card-data]
    ---
    ```

    ## Good
    ```markdown guardrails/card-data.md
    ---
    kind: guardrail
    id: card-data
    title: Card numbers never touch our servers
    why: One leak would end the company.
    evidence: required
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    guardrails:
      - {id: card-data, evidence: [https://audits.example/card-data]}
    ---
    ```

    ## How to fix
    Add `evidence: [path or URL]` to the declaration. For an automated guardrail, add `automation:` with the place
    of the check.
    """
    for team_id, keeps in ws.keeps.items():
        team = ws.teams[team_id]
        grace = ws.is_in_grace(team, config.limits.forming_days)
        for keeping in keeps:
            guardrail = keeping.guardrail
            if guardrail.status != "active" or guardrail.evidence != "required" or guardrail.enforcement == "automated":
                continue
            if keeping.declared.evidence:
                continue
            early = guardrail.in_force_from is not None and guardrail.in_force_from > ws.as_of
            severity = Severity.INFO if early else Severity.WARNING if grace else _by_level(guardrail)
            yield Finding(
                "AL402",
                team.path,
                f"team `{team.id}` declares guardrail `{guardrail.id}` without evidence",
                (*keeping.route, "evidence"),
                label="evidence is required",
                help=f"write `{{id: {guardrail.id}, evidence: [path or URL]}}` (a guardrail cannot be suppressed)",
                hint="add evidence",
                related=(Related(guardrail.path, "evidence is required here", (*guardrail.route, "evidence")),),
                severity=severity,
                identity=(team.id, "evidence", guardrail.id),
                rests_on=(
                    (team.key, "status"),
                    (team.key, "since"),
                    *(
                        (guardrail.key, field)
                        for field in ("evidence", "enforcement", "level", "in-force-from", "status")
                    ),
                ),
            )
    for guardrail in ws.guardrails.values():
        if guardrail.status == "active" and guardrail.enforcement == "automated" and not guardrail.automation:
            yield Finding(
                "AL402",
                guardrail.path,
                f"guardrail `{guardrail.id}` is automated and does not say where",
                (*guardrail.route, "enforcement"),
                label="which machine checks it?",
                help="add `automation:` with the place of the check",
                severity=Severity.WARNING,
                identity=(guardrail.id, "automation"),
                rests_on=((guardrail.key, "automation"), (guardrail.key, "enforcement"), (guardrail.key, "status")),
            )


@rule("AL405", "guardrail-without-why", Severity.ERROR)
def guardrail_without_why(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A constraint that gives no reason.

    ## What it checks
    Every active guardrail has a `why`: an error for a `must`, a warning for a `should`.

    ## Why it matters
    People keep a rule that they understand, and find better ways to serve its reason. A rule without one is
    control for its own sake. Those who steer owe it to those who keep it.

    ## Bad
    ```markdown guardrails/card-data.md
    ---
    kind: guardrail
    id: card-data
    title: Card numbers never touch our servers
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

    ## How to fix
    Say what goes wrong without it. If nobody can, archive it.
    """
    for guardrail in ws.guardrails.values():
        if guardrail.status == "active" and not guardrail.why:
            yield Finding(
                "AL405",
                guardrail.path,
                f"guardrail `{guardrail.id}` gives no reason",
                (*guardrail.route, "id"),
                label="why?",
                help="add `why:` with what goes wrong without it, or archive it",
                severity=_by_level(guardrail),
                identity=(guardrail.id, "why"),
                rests_on=((guardrail.key, "why"), (guardrail.key, "level"), (guardrail.key, "status")),
            )


@rule("AL406", "too-many-guardrails", Severity.INFO, local="teams")
def too_many_guardrails(ws: Workspace, config: Config) -> Iterator[Finding]:
    """More musts apply to a team than the budget in the configuration.

    ## What it checks
    Of the active guardrails with `level: must`, no more than `musts` in the configuration (7) surely apply to one
    team, whether it declares them, waives them, or a machine enforces them.

    ## Why it matters
    A few guardrails make a team free: everything else is its own. With every further one a team reads less of each,
    until they are a form to fill in. Keeping them few is the work of those who steer, and not of the team.

    ## Bad
    ```toml align.toml
    [limits]
    musts = 1
    ```
    ```markdown guardrails/card-data.md
    ---
    kind: guardrail
    id: card-data
    title: Card numbers never touch our servers
    why: One leak would end the company.
    ---
    ```
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
    guardrails: [card-data, on-call-rota]
    ---
    ```

    ## Good
    ```toml align.toml
    [limits]
    musts = 1
    ```
    ```markdown guardrails/card-data.md
    ---
    kind: guardrail
    id: card-data
    title: Card numbers never touch our servers
    why: One leak would end the company.
    ---
    ```
    ```markdown guardrails/on-call-rota.md
    ---
    kind: guardrail
    id: on-call-rota
    title: Somebody answers at night
    why: Parcels travel at night.
    level: should
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    guardrails: [card-data, on-call-rota]
    ---
    ```

    ## How to fix
    Those who steer choose: archive what nobody would miss, merge what has the same reason, make a `should` of what
    is advice, narrow `applies-to`. The team can say which of them it has never needed. The budget is `musts`, under
    `[limits]` in `align.toml`.
    """
    budget = config.limits.musts
    for team in ws.teams.values():
        if team.is_archived:
            continue
        musts = [guardrail for guardrail, applies in ws.scope.of(team) if applies and guardrail.is_must]
        if len(musts) <= budget:
            continue
        names = ", ".join(f"`{guardrail.id}`" for guardrail in musts[:10])
        more = f" and {len(musts) - 10} more" if len(musts) > 10 else ""
        yield Finding(
            "AL406",
            team.path,
            f"{len(musts)} {'musts apply' if len(musts) > 1 else 'must applies'} to team `{team.id}`, and the budget is "
            f"{budget}",
            ("team",),
            label=f"{len(musts)} must{'s' if len(musts) > 1 else ''}",
            help="ask those who steer which of them could be archived, become `level: should` or apply to fewer "
            f"teams: {names}{more}",
            hint="ask those who steer for fewer",
            identity=(team.id, "musts"),
            rests_on=tuple(
                fact for guardrail in musts for fact in ((guardrail.key, "level"), *scope_facts(team, guardrail))
            ),
        )


@rule("AL407", "approval-gate", Severity.INFO, local="teams")
def approval_gate(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A guardrail enforced by review alone, or a decision that needs somebody else's approval.

    ## What it checks
    No active guardrail has `enforcement: review`, and no decision in a charter `authority: approval`.

    ## Why it matters
    At a gate, work waits for a person who may be busy, and the team learns to pass the gate instead of keeping the
    reason behind it. Some gates are worth that. Each should be one that somebody still wants.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    decisions:
      - {area: payment provider, authority: approval, with: [finance]}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    decisions:
      - {area: payment provider, authority: advice, with: [finance]}
    ---
    ```

    ## How to fix
    Let a machine check the guardrail (`enforcement: automated`), or trust the teams to state it (`attested`). Turn
    an approval into `advice`: the team asks, listens, and decides. Where the gate has to stay, leave it: this is
    advice.
    """
    for guardrail in ws.guardrails.values():
        if guardrail.status == "active" and guardrail.enforcement == "review":
            yield Finding(
                "AL407",
                guardrail.path,
                f"guardrail `{guardrail.id}` is enforced by review alone",
                (*guardrail.route, "enforcement"),
                label="a person checks it",
                help="could a machine check it (`automated`), or the teams state it themselves (`attested`)?",
                hint="automated or attested?",
                identity=(guardrail.id, "enforcement"),
                rests_on=((guardrail.key, "enforcement"), (guardrail.key, "status")),
            )
    for team in ws.teams.values():
        for index, decision in enumerate(team.decisions):
            if decision.authority == "approval" and decision.area:
                approving = " and ".join(f"`{quoted(who)}`" for who in decision.with_)
                whose = f"the approval of {approving}" if approving else "somebody else's approval"
                yield Finding(
                    "AL407",
                    team.path,
                    f"team `{team.id}` decides on `{quoted(decision.area)}` only with {whose}",
                    ("decisions", index, "authority"),
                    label="the team has to wait",
                    help="could it be `advice`: the team asks first, and then decides?",
                    hint="could it be advice?",
                    identity=(team.id, "decisions", decision.area),
                    rests_on=((team.key, "status"),),
                )


@rule("AL408", "unused-guardrail", Severity.WARNING)
def unused_guardrail(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A guardrail that applies to no team.

    ## What it checks
    Of the teams in the repo, at least one falls under every active guardrail, or may fall under it because it
    does not state its type.

    ## Why it matters
    A rule for nobody is clutter, or its scope has a slip in it and the team it was meant for does not know.

    ## Bad
    ```markdown guardrails/signed-models.md
    ---
    kind: guardrail
    id: signed-models
    title: Every model is signed before it is used
    why: Nobody should use a model that somebody swapped.
    applies-to: {types: [complicated-subsystem]}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    type: stream-aligned
    mission: Returning customers pay without thinking about it.
    ---
    ```

    ## Good
    ```markdown guardrails/signed-models.md
    ---
    kind: guardrail
    id: signed-models
    title: Every model is signed before it is used
    why: Nobody should use a model that somebody swapped.
    applies-to: {types: [complicated-subsystem]}
    ---
    ```
    ```markdown teams/routing/charter.md
    ---
    kind: charter
    team: routing
    type: complicated-subsystem
    mission: Every parcel takes the shortest way.
    guardrails: [signed-models]
    ---
    ```

    ## How to fix
    Correct `applies-to`, or set the guardrail to `archived`.
    """
    teams = [team for team in ws.teams.values() if not team.is_archived and not team.is_group]
    if not teams:
        return  # a repo that has only just begun
    for guardrail in ws.guardrails.values():
        named = ws.scope.teams_named_by(guardrail)
        if any(name in ws.teams and ws.teams[name].is_archived for name in named):
            continue  # AL206 says so where they are named
        if guardrail.status == "active" and guardrail.id not in ws.applying:
            scoped = guardrail.applies_to is not None
            yield Finding(
                "AL408",
                guardrail.path,
                f"guardrail `{guardrail.id}` applies to no team",
                (*guardrail.route, "applies-to" if scoped else "id"),
                label="no team falls under this",
                help="correct `applies-to`, or set `status: archived`",
                identity=(guardrail.id, "scope"),
                rests_on=(
                    ("teams", "type"),
                    ("teams", "tags"),
                    ("teams", "status"),
                    (guardrail.key, "applies-to"),
                    (guardrail.key, "status"),
                ),
            )


@rule("AL411", "unknown-scope", Severity.INFO, local="teams")
def unknown_scope(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A guardrail that a team may or may not fall under, because the team states no `type`.

    ## What it checks
    A guardrail's `applies-to` asks for a type of team, everything else in it matches, and the team does not say
    which type it is.

    ## Why it matters
    What is unknown is never taken as a pass. One word in the charter settles it.

    ## Bad
    ```markdown guardrails/signed-models.md
    ---
    kind: guardrail
    id: signed-models
    title: Every model is signed before it is used
    why: Nobody should use a model that somebody swapped.
    applies-to: {types: [complicated-subsystem]}
    ---
    ```
    ```markdown teams/routing/charter.md
    ---
    kind: charter
    team: routing
    mission: Every parcel takes the shortest way.
    ---
    ```

    ## Good
    ```markdown guardrails/signed-models.md
    ---
    kind: guardrail
    id: signed-models
    title: Every model is signed before it is used
    why: Nobody should use a model that somebody swapped.
    applies-to: {types: [complicated-subsystem]}
    ---
    ```
    ```markdown teams/routing/charter.md
    ---
    kind: charter
    team: routing
    type: complicated-subsystem
    mission: Every parcel takes the shortest way.
    guardrails: [signed-models]
    ---
    ```

    ## How to fix
    Add `type:` to the charter: stream-aligned, platform, enabling or complicated-subsystem.
    """
    for team in ws.teams.values():
        if team.is_archived or team.type is not None:
            continue
        settled = {keeping.guardrail.id for keeping in ws.keeps.get(team.id, ())}
        settled |= {waiving.guardrail.id for waiving in ws.waives.get(team.id, ())}
        for guardrail, applies in ws.scope.of(team):
            if applies or guardrail.id in settled or guardrail.enforcement == "automated":
                continue
            yield Finding(
                "AL411",
                team.path,
                f"guardrail `{guardrail.id}` may apply to team `{team.id}`, which does not state its type",
                ("team",),
                label="of which type is it?",
                help="add `type:` to the charter: stream-aligned, platform, enabling or complicated-subsystem",
                hint="add type",
                related=(Related(guardrail.path, "applies by type", (*guardrail.route, "applies-to")),),
                identity=(team.id, "type", guardrail.id),
                rests_on=(
                    (team.key, "guardrails"),
                    (team.key, "waivers"),
                    (guardrail.key, "enforcement"),
                    *scope_facts(team, guardrail),
                ),
            )
