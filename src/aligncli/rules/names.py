"""AL2xx: does every name stand for one thing, and every reference for a thing that is there?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from aligncli.config import Config
from aligncli.diagnostics import Edit, Finding, Fix, Related, Route, Severity
from aligncli.model import Entity, Goal, GoalsDocument, Org, Service, Team, TeamApi
from aligncli.rules.base import days, rule
from aligncli.workspace.load import Document
from aligncli.workspace.names import Reference, Status, an, id_route, named, noun, title_of
from aligncli.workspace.workspace import Workspace

_ARTICLE = re.compile(r"\ban? ")
_NO_OTHER_TEAM = "there is no other team"
_UPWARD = "an outcome supports other outcomes; goals support outcomes, not the other way round"


def _references(ws: Workspace, status: Status) -> Iterator[Reference]:
    return (reference for reference in ws.references if reference.status is status)


def _entry(thing: object) -> str:
    """A candidate in a list: its reference and its title."""
    title = title_of(thing)
    ref = getattr(thing, "ref", "")
    ref = ref.rpartition("/")[2] if isinstance(thing, Service) else ref
    return f"`{ref}`" + (f' ("{title}")' if title else "")


def _there_are(candidates: Sequence[object]) -> str:
    """What there is to choose from."""
    shown = ", ".join(_entry(candidate) for candidate in candidates[:5])
    return f"there is only {shown}" if len(candidates) == 1 else f"there are: {shown}" + " …" * (len(candidates) > 5)


def _instead(ws: Workspace, expected: str, own: str) -> str:
    """What could stand where a thing of another kind does; a team does not name itself."""
    if expected == "a goal":
        return "a goal is written with its team: `team/goal`"
    things: dict[str, Mapping[str, object]] = {
        "a team": {team.id: team for team in ws.teams.values() if team.id != own},
        "a guardrail": ws.guardrails,
        "a metric": ws.metrics,
        "a community": ws.communities,
    }
    there = [*things.get(expected, ws.outcomes).values()]
    if not there and expected == "a team" and ws.teams:
        return _NO_OTHER_TEAM
    return _there_are(there) if there else f"no {_ARTICLE.sub('', expected)} has been declared yet"


def _choice(reference: Reference) -> str:
    """What there is to choose from, where nothing was clearly meant."""
    entries = [_entry(candidate) for candidate in reference.candidates]
    if len(entries) == 1 and not reference.others:
        return f"there is only {entries[0]}"
    return f"there are: {', '.join(entries)}" + (f" and {reference.others} more" if reference.others else "")


def _marks(reference: Reference) -> tuple[Related, ...]:
    return (reference.owner,) if reference.owner else ()


@rule("AL201", "duplicate-id", Severity.ERROR)
def duplicate_id(ws: Workspace, config: Config) -> Iterator[Finding]:
    """One id that two things claim.

    ## What it checks
    Outcomes, teams, guardrails, metrics and communities each have ids of their own; goals, services and
    experiments have theirs within their team. No id is declared twice, no former name is claimed twice, a team
    has one Team API, and a repo has one `org`.

    ## Why it matters
    A reference must mean one thing. With two, half of the readers think of the other one.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [fewer-abandoned-carts]}
      - {id: one-tap-pay, title: Guests pay in twenty seconds, supports: [fewer-abandoned-carts]}
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
      - {id: guests-pay-fast, title: Guests pay in twenty seconds, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## How to fix
    Rename one of them, and give it `formerly: [old-id]` if others refer to it; or remove the copy.
    """
    for clash in ws.clashes:
        yield Finding(
            "AL201",
            clash.path,
            clash.message,
            clash.route,
            label=clash.label,
            help=f"{clash.help}; the other one is at \0",
            hint="the other: \0",
            help_place=clash.others[0],
            related=clash.others,
            identity=clash.identity,
        )


@rule("AL202", "unknown-reference", Severity.ERROR)
def unknown_reference(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A reference to something that does not exist.

    ## What it checks
    Every reference (what a goal supports and depends on, the guardrails and communities of a team, the team of
    a Team API, metrics, services …) leads to something that is declared.

    ## Why it matters
    It is how charters rot: the outcome was renamed in spring, and nobody told the goal.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [fewer-abandonned-carts]}
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
    Take the id that the help suggests. Goals are written with their team (`team/goal`), everything else by its
    bare id.
    """
    for reference in _references(ws, Status.MISSING):
        help_, place, hint, fix = None, None, "", None
        target = reference.target
        if target is not None:
            ref = target.ref.rpartition("/")[2] if isinstance(target, Service) else target.ref
            title = title_of(target)
            shown = f'"{title}", \0' if title else "\0"
            if isinstance(target, Goal) and "/" not in reference.text:
                help_ = f"a goal is written with its team: `{ref}` ({shown})"
            else:
                help_ = f"{an(noun(target))} with a similar id exists: `{ref}` ({shown})"
            place, hint = Related(target.path, "", id_route(target)), f"similar: {ref}"
            fix = Fix(f"replace by `{ref}`", False, (Edit(reference.path, reference.route, ref),))
        elif reference.candidates and "/" in reference.text and isinstance(reference.candidates[0], Team):
            help_ = f"there is no team `{reference.text.partition('/')[0]}`; {_choice(reference)}"
        elif reference.candidates:
            help_ = _choice(reference)
        elif reference.expected == "an outcome" and "/" in reference.text:
            help_ = _UPWARD
        elif "/" in reference.text and (team := ws.teams.get(reference.text.partition("/")[0])) is not None:
            help_ = f"team `{team.id}` has no goal" + (" that has not ended" if ws.goals_of.get(team.id) else "")
        elif reference.expected == "a team" and ws.teams:
            help_ = _NO_OTHER_TEAM
        else:
            help_ = f"no {_ARTICLE.sub('', reference.expected)} has been declared yet"
        expected = _ARTICLE.sub("", reference.expected)
        yield Finding(
            "AL202",
            reference.path,
            f"{reference.claim} `{reference.text}`, which does not exist",
            reference.route,
            label=f"no {expected} has this id",
            help=help_,
            help_place=place,
            hint=hint,
            related=_marks(reference),
            fix=fix,
            identity=(reference.subject, reference.claim.rpartition("` ")[2], reference.text),
        )
    for thing, name, references in ws.misnomers:
        yield _misnomer(thing, name, references)


def _misnomer(thing: Any, name: str, references: Sequence[Reference]) -> Finding:
    """A declaration that everybody calls by another name."""
    field = "team" if isinstance(thing, Team) else "id"
    name = name.rpartition("/")[2]
    many = len(references)
    return Finding(
        "AL202",
        thing.path,
        f"{many} reference{'s' if many > 1 else ''} to {named(thing)} call{'' if many > 1 else 's'} it `{name}`, "
        "and none by its id",
        id_route(thing),
        label="misspelt, or renamed",
        help=f"write `{field}: {name}`; if it was renamed, add `formerly: [{name}]`"
        if not isinstance(thing, Service)
        else f"write `{field}: {name}`, or correct the references",
        hint=f"similar: {name}",
        related=tuple(
            Related(reference.path, "called otherwise here", reference.route) for reference in references[:3]
        ),
        fix=Fix(f"replace by `{name}`", False, (Edit(thing.path, id_route(thing), name),)),
        identity=(thing.ref, field, name),
    )


@rule("AL203", "wrong-kind-of-reference", Severity.ERROR)
def wrong_kind_of_reference(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A reference to a thing of another kind.

    ## What it checks
    A place that expects an outcome or a goal names a team, one that expects a guardrail names a metric, and so
    on.

    ## Why it matters
    The name exists, so it looks right to every reader; but a goal that supports a team traces to nothing.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [checkout]}
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
    Name the outcome or goal that was meant. A goal of a team is `team/goal`.
    """
    for reference in _references(ws, Status.WRONG_KIND):
        kind = noun(reference.target)
        help_ = _instead(ws, reference.expected, reference.subject.partition("/")[0])
        if reference.expected == "an outcome" and isinstance(reference.target, Goal):
            help_ = _UPWARD
        if isinstance(reference.target, Team) and "goal" in reference.expected:
            goals = ws.goals_of.get(reference.target.id, [])
            shown = ", ".join(_entry(goal) for goal in goals[:5])
            help_ = f"a goal of that team is written `{reference.text}/…`" + (f"; it has {shown}" if shown else "")
        yield Finding(
            "AL203",
            reference.path,
            f"{reference.claim} `{reference.text}`, which is {an(kind)}",
            reference.route,
            label=f"expected {reference.expected}",
            help=help_,
            related=(*_marks(reference), Related(reference.target.path, f"the {kind}", id_route(reference.target))),
            identity=(reference.subject, reference.claim.rpartition("` ")[2], reference.text),
        )


@rule("AL204", "circular-support", Severity.ERROR)
def circular_support(ws: Workspace, config: Config) -> Iterator[Finding]:
    """Outcomes or goals that support each other in a ring.

    ## What it checks
    Following `supports` upward never leads back to where it began.

    ## Why it matters
    A ring justifies itself: each of its members exists for the next one, and none for the north star.

    ## Bad
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: happy-senders, title: Senders come back, supports: [fewer-abandoned-carts]}
      - {id: fewer-abandoned-carts, title: Fewer carts are abandoned, supports: [happy-senders]}
    ---
    ```

    ## Good
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: happy-senders, title: Senders come back}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [happy-senders]}
    ---
    ```

    ## How to fix
    Decide which of them is the end and which the means, and remove the link from the end to the means.
    """
    for ring in ws.rings:
        names = " → ".join(f"`{thing.ref}`" for thing in (*ring, ring[0]))
        kind = noun(ring[0])
        message = (
            f"{named(ring[0])} supports itself" if len(ring) == 1 else f"{kind}s support each other in a ring: {names}"
        )
        places = []
        for thing, following in zip(ring, (*ring[1:], ring[0]), strict=True):
            link = next(support for support in ws.supports[thing.key] if support.target is following)
            places.append((thing, (*thing.route, *link.route)))
        (first, route), *rest = places
        yield Finding(
            "AL204",
            first.path,
            message,
            route,
            label="leads back here",
            help="remove the link from the end to the means" if rest else "name what it serves, or remove the link",
            related=tuple(Related(thing.path, f"`{thing.ref}` supports", other) for thing, other in rest),
            identity=tuple(thing.ref for thing in ring),
        )


@rule("AL205", "former-name", Severity.WARNING)
def former_name(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A reference by a name that its target no longer has.

    ## What it checks
    A reference resolves only through `formerly`.

    ## Why it matters
    Old names keep working so that a rename breaks nobody's build; but a reader who searches for the name finds
    nothing.

    ## Bad
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-abandoned-carts, title: Fewer carts are abandoned, formerly: [cart-loss]}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [cart-loss]}
    ---
    ```

    ## Good
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-abandoned-carts, title: Fewer carts are abandoned, formerly: [cart-loss]}
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
    Write the present name.
    """
    for reference in _references(ws, Status.FORMER):
        target = reference.target
        yield Finding(
            "AL205",
            reference.path,
            f"{reference.claim} `{reference.text}`, which is now called `{target.ref}`",
            reference.route,
            label="a former name",
            help=f"write `{target.ref}`",
            hint=f"now: {target.ref}",
            related=(*_marks(reference), Related(target.path, f"the {noun(target)}", id_route(target))),
            fix=Fix(f"replace by `{target.ref}`", True, (Edit(reference.path, reference.route, target.ref),)),
            identity=(reference.subject, reference.claim.rpartition("` ")[2], reference.text),
        )


@rule("AL206", "retired-reference", Severity.WARNING)
def retired_reference(ws: Workspace, config: Config) -> Iterator[Finding]:
    """Something active that points to what is archived, dropped or achieved.

    ## What it checks
    Open goals, live outcomes, active guardrails and teams refer to nothing that has ended. An achieved outcome
    or goal has ended once its `closed` date is past, or at once where none is given. Whoever is further down the
    chain is not told again.

    ## Why it matters
    Work on an outcome that was dropped in spring is work that nobody needs. It still traces, so that closing an
    outcome does not fail every team's build on the same day.

    ## Bad
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-abandoned-carts, title: Fewer carts are abandoned, status: dropped}
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
    Point to what took its place, or close what points there.
    """
    for reference in _references(ws, Status.RETIRED):
        target = reference.target
        status = target.status
        if status == "achieved" and target.closed is not None:
            ended = f"was achieved {days((ws.as_of - target.closed).days)} ago"
        elif isinstance(target, Goal) and target.is_open:
            ended = "belongs to an archived team"
        else:
            ended = f"is {status}"
        yield Finding(
            "AL206",
            reference.path,
            f"{reference.claim} `{reference.text}`, which {ended}",
            reference.route,
            label=f"this {noun(target)} {ended}",
            help="point to what took its place, or close what points here"
            if reference.claim.endswith("supports")
            else "name what took its place, or remove this",
            related=(*_marks(reference), Related(target.path, f"the {noun(target)}", id_route(target))),
            identity=(reference.subject, reference.claim.rpartition("` ")[2], reference.text),
            rests_on=(
                (target.key, "status"),
                (target.key, "closed"),
                *(((f"team:{target.team}", "status"),) if isinstance(target, Goal) else ()),
            ),
        )


@rule("AL207", "misplaced-document", Severity.WARNING, local="teams")
def misplaced_document(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A document whose file or folder is not called as what it declares.

    ## What it checks
    `charter.md` and `team-api.md` stand in a folder that is called as their team; an outcome's or guardrail's
    own file is called as its id.

    ## Why it matters
    People look for a team by its folder. A wrong name is most often a copied file that was not finished.

    ## Bad
    ```markdown teams/payments/charter.md
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
    ---
    ```

    ## How to fix
    Rename the file or folder, or correct the id in it.
    """
    owners: list[Team | TeamApi] = [*ws.teams.values(), *ws.apis.values()]
    misnamed = {thing.key for thing, _, _ in ws.misnomers}
    for owner in owners:
        folder, _, name = owner.path.rpartition("/")
        if not folder or name not in ("charter.md", "team-api.md") or f"team:{owner.team}" in misnamed:
            continue
        if isinstance(owner, TeamApi):
            team = ws.teams.get(owner.team)
            if team is None or team.path.rpartition("/")[0] == folder:
                continue  # what is not called as its team is the folder of both
        if folder.rpartition("/")[2] != owner.team:
            yield _misplaced(owner.path, "team", owner.team, f"the folder `{folder.rpartition('/')[2]}`")
    for thing in (*ws.outcomes.values(), *ws.guardrails.values()):
        name = thing.path.rpartition("/")[2]
        if not thing.route and name != f"{thing.id}.md" and thing.key not in misnamed:
            yield _misplaced(thing.path, noun(thing), thing.id, f"a file called `{name}`")


def _misplaced(path: str, kind: str, name: str, where: str) -> Finding:
    new = f"the folder to `{name}`" if kind == "team" else f"the file to `{name}.md`"
    return Finding(
        "AL207",
        path,
        f"{kind} `{name}` stands in {where}",
        ("team" if kind == "team" else "id",),
        label="the names differ",
        help=f"rename {new}, or correct the id",
        identity=(name, "place", path),
    )


@rule("AL208", "missing-team-api", Severity.INFO, local="teams")
def missing_team_api(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A team that does not say how to work with it.

    ## What it checks
    A team has a charter and no Team API. It is advice at first, and a warning once another team depends on it or
    names it in an interaction that is not over. Groups and archived teams need none.

    ## Why it matters
    Those who depend on a team should not have to ask around how to reach it and what it offers.

    ## Bad
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    mission: Everybody signs in without a password.
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
        depends-on:
          - to: identity
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
    ---
    ```

    ## How to fix
    Add `teams/ID/team-api.md` with the ways to reach the team and what it offers; `align schema team-api` shows
    every field.
    """
    for team in ws.teams.values():
        if team.is_archived or team.is_group or team.id in ws.apis:
            continue
        place = ws.named_by_others.get(team.id)
        related = (Related(place.path, "named here", place.route),) if place else ()
        folder = team.path.rpartition("/")[0]
        yield Finding(
            "AL208",
            team.path,
            f"team `{team.id}` has no Team API" + (", and another team relies on it" if place else ""),
            ("team",),
            label="how do others work with it?",
            help=f"add `{folder + '/' if folder else ''}team-api.md` with `kind: team-api`, `team: {team.id}` and `contacts`",
            related=related,
            severity=Severity.WARNING if place else None,
            identity=(team.id, "team-api"),
            rests_on=(("apis", "*"), (team.key, "type"), (team.key, "status")),
        )


@rule("AL209", "broken-link", Severity.WARNING, local="teams")
def broken_link(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A relative link, image or evidence path that leads nowhere.

    ## What it checks
    Links and images in the prose, the evidence of guardrails, and `link` and `docs` fields that are paths: the
    file or folder exists, in exactly this spelling. Paths are relative to the document, or to the root when they
    begin with `/`. A path that leads out of the repo is not looked at, and a git-ignored file does not count,
    because others do not have it.

    ## Why it matters
    Evidence that nobody can open is no evidence. On some machines upper and lower case do not matter, and in CI
    they do.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    How we decide stands in [our notes](notes/decisions.md).
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    How we decide stands in [our notes](/docs/decisions.md).
    ```
    ```markdown docs/decisions.md
    # How we decide
    ```

    ## How to fix
    Correct the path, or add the file.
    """
    for document in ws.documents:
        if not document.trusted:
            continue
        for link in document.body.links:
            wrong = ws.broken_path(document.path, link.target)
            if wrong is not None:
                edit = Edit(document.path, span=link.written) if link.written else None
                help_, fix = _mended(ws, document.path, link.target, wrong, edit)
                yield Finding(
                    "AL209",
                    document.path,
                    f"the link `{link.target}` leads to nothing",
                    span=link.span,
                    label="not there",
                    help=help_,
                    fix=fix,
                    identity=(*_subject(document), "link", link.target),
                )
    for path, route, target, what, subject in _paths(ws):
        bare, hash_, fragment = target.partition("#")
        wrong = ws.broken_path(path, bare)
        if wrong is not None:
            help_, fix = _mended(ws, path, bare, wrong, Edit(path, route), hash_ + fragment)
            yield Finding(
                "AL209",
                path,
                f"{what} `{bare}` leads to nothing",
                route,
                label="not there",
                help=help_,
                fix=fix,
                identity=(subject, what, bare),
            )


_NEEDS_NO_ESCAPE = re.compile(r"[\w./+\-]+\Z")


def _mended(
    ws: Workspace, document: str, target: str, path: str, edit: Edit | None, behind: str = ""
) -> tuple[str, Fix | None]:
    """What to do about a path that leads to nothing; the fix writes the right one, and what stood ``behind`` it, at
    the place of an edit, in the style of the wrong one. It is safe where upper and lower case are all that is wrong."""
    meant = ws.path_meant(path)
    if meant is None:
        return "correct the path, or add the file", None
    is_case = meant.casefold() == path.casefold()
    help_ = f"there is `/{meant}`" + (": upper and lower case count" if is_case else "")
    if target.startswith("/"):
        instead = "/" + meant
    else:
        instead = ("./" if target.startswith("./") else "") + posixpath.relpath(meant, posixpath.dirname(document))
    if edit is None or not _NEEDS_NO_ESCAPE.match(instead):
        return help_, None
    text = instead + behind
    return help_, Fix(f"replace by `{text}`", is_case, (msgspec.structs.replace(edit, text=text),))


_LIKE_A_PATH = re.compile(r"(?:\.{0,2}/|[^\s:]+/|[^\s:/]+\.(?:md|txt|pdf|csv|html?|svg|png)\Z)(?!/)")
_NO_PATH = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:|//|#|www\.")


def _paths(ws: Workspace) -> Iterator[tuple[str, Route, str, str, str]]:
    """Every field that may hold a path: (document, route, path, what it is, subject)."""
    for team_id, keeps in ws.keeps.items():
        team = ws.teams[team_id]
        for keeping in keeps:
            if not keeping.declared.evidence:
                continue
            for index, target in enumerate(keeping.declared.evidence):
                if not _NO_PATH.match(target):
                    route = (*keeping.route, "evidence", index)
                    yield team.path, route, target, "the evidence", team_id
    for goal in ws.goals.values():
        if not goal.initiatives:
            continue
        for index, initiative in enumerate(goal.initiatives):
            yield from _field(goal.path, (*goal.route, "initiatives", index), "link", initiative, goal.ref)
    for api in ws.apis.values():
        for index, meeting in enumerate(api.meetings):
            if meeting.link:
                yield from _field(api.path, ("meetings", index), "link", meeting, api.team)
        for index, service in enumerate(api.services):
            if service.docs:
                yield from _field(api.path, ("services", index), "docs", service, api.team)
        for index, item in enumerate(api.roadmap):
            if item.link:
                yield from _field(api.path, ("roadmap", index), "link", item, api.team)
        for index, practice in enumerate(api.practices):
            if practice.link:
                yield from _field(api.path, ("practices", index), "link", practice, api.team)


def _field(
    path: str, route: Route, name: str, holder: object, subject: str
) -> Iterator[tuple[str, Route, str, str, str]]:
    target = getattr(holder, name)
    if target and not _NO_PATH.match(target) and _LIKE_A_PATH.match(target):
        yield path, (*route, name), target, f"the `{name}`", subject


def _document(document: Document) -> str:
    """A document in a sentence."""
    content = document.content
    if isinstance(content, Org) or content is None:
        return "the org"
    if isinstance(content, TeamApi | GoalsDocument):
        return f"{noun(content)} of `{content.team}`"
    return f"charter `{content.team}`" if isinstance(content, Team) else named(content)


def _part(document: Document, route: Route) -> Entity | None:
    """The goal, outcome … in a document that a route leads into."""
    if len(route) > 2 and isinstance(route[1], int):
        items = getattr(document.content, str(route[0]), ())
        item = items[route[1]] if isinstance(items, tuple) and route[1] < len(items) else None
        return item if isinstance(item, Entity) and item.id else None
    return None


def _subject(document: Document) -> tuple[str, ...]:
    """What a document is about, as an identity begins."""
    content = document.content
    if content is None or isinstance(content, Org):
        return (document.path,)
    return content.team if isinstance(content, Team | TeamApi | GoalsDocument) else content.id, content.kind


@rule("AL210", "placeholder-left", Severity.WARNING, local="teams")
def placeholder_left(ws: Workspace, config: Config) -> Iterator[Finding]:
    """Text from a template that nobody filled in.

    ## What it checks
    A value is nothing but `TODO …`, `TBD`, `FIXME`, `<angle brackets>`, `{{braces}}` or lorem ipsum; or a line
    of the prose begins with `TODO`, `TBD` or `FIXME`.

    ## Why it matters
    A mission that says "TODO" looks finished to every tool and tells nobody anything.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: "TODO: what can customers do because of us?"
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

    ## How to fix
    Write it, or remove the line: almost nothing is required.
    """
    for document in ws.documents:
        if not document.trusted:
            continue
        for route in document.placeholders:
            field = next((step for step in reversed(route) if isinstance(step, str)), "")
            part = _part(document, route)
            yield Finding(
                "AL210",
                document.path,
                f"`{field}` of {named(part) if part is not None else _document(document)} still holds the text of a template",
                route,
                label="nobody filled this in",
                help="write it, or remove it",
                identity=(
                    *(_subject(document) if part is None else (part.ref, part.noun)),
                    *(step for step in route if isinstance(step, str)),
                ),
            )
        for span in document.body.placeholders:
            yield Finding(
                "AL210",
                document.path,
                "the prose still holds a placeholder",
                span=span,
                label="nobody filled this in",
                help="write it, or remove the line",
                identity=(*_subject(document), "prose"),
            )


@rule("AL211", "no-org", Severity.ERROR)
def no_org(ws: Workspace, config: Config) -> Iterator[Finding]:
    """Documents without an organisation that they could serve.

    ## What it checks
    The repo has charters, goals or other documents of ours, and no document with `kind: org`.

    ## Why it matters
    The `org` holds the north star. Without it no goal can trace to anything, so nothing else about tracing is
    reported until it is there.

    ## Bad
    A repo that holds this file alone:
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
    ---
    ```

    ## How to fix
    Add `org.md` at the root; `align init` writes one. If there is one, see that the check runs at the root of
    the repo and that `include` and `exclude` let it in.
    """
    if ws.org is None:
        first = next((document.path for document in ws.documents if document.kind and document.trusted), None)
        if first is not None:
            yield Finding(
                "AL211",
                first,
                "no document declares the organisation, so no goal can trace to a north star",
                help="add `org.md` with `kind: org`, `name` and `north-star`; `align init` writes one",
                identity=("", "org"),
            )
