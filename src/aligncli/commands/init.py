"""``align init``."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from aligncli.commands.new_team import check_id, check_text
from aligncli.commands.session import Session
from aligncli.config import FILE_NAME, Config
from aligncli.diagnostics import AlignError
from aligncli.io.discover import reads
from aligncli.io.files import check_places, git_top, write_all
from aligncli.io.hosting import find_codeowners, find_hosting
from aligncli.io.repo import Repo
from aligncli.io.tree import Disk
from aligncli.render import scaffold
from aligncli.render.ci_files import CODEOWNERS, PRE_COMMIT, SYSTEMS, ci_files
from aligncli.render.codeowners import Owned, codeowners
from aligncli.render.text import plain
from aligncli.suggest import slug

_MOST_OUTCOMES = 5


class Wish(NamedTuple):
    """What the options say of the organisation, and of the system that runs its CI."""

    name: str | None = None
    north_star: str | None = None
    outcomes: tuple[str, ...] = ()
    team: str | None = None
    ci: str | None = None


class _Plan(NamedTuple):
    """What is written, and what is not."""

    files: dict[str, str]
    kept: list[str]
    """Files that are there already."""
    elsewhere: list[str]
    """Files that nobody would read here, below the top of a git repo."""
    system: str
    """Whose they are."""


def init(session: Session, wish: Wish, *, dry_run: bool) -> int:
    """Starts a repo in the folder; what exists is kept.

    Raises:
        AlignError: the folder is a repo of charters already, or the files cannot be written.
    """
    root = session.start.resolve()
    _check_empty(session, root)
    if wish.team is not None:
        check_id(wish.team, "team")
    for option, text in (
        ("--name", wish.name),
        ("--north-star", wish.north_star),
        *(("--outcome", o) for o in wish.outcomes),
    ):
        check_text(option, text)
    if session.terminal.is_interactive and not dry_run:
        wish = _ask(session, root, wish)
    plan = _plan(session, root, wish)
    if dry_run:
        for path, text in plan.files.items():
            session.terminal.out(f"# {path}\n{text}")
        return 0
    write_all(root, plan.files)
    session.terminal.note(_next_steps(session, root, plan))
    return 0


def _check_empty(session: Session, root: Path) -> None:
    if (root / FILE_NAME).exists():
        raise AlignError(f"{root} has an {FILE_NAME} already; `align new-team` adds a team")
    documents = Repo(root).load(session.as_of).documents
    if documents:
        raise AlignError(
            f"{root} holds documents already, such as {documents[0].path}; `align check` says what they lack,"
            f" and {_shown(find_hosting(git_top(root) or root).system)} the files for CI"
        )


def _plan(session: Session, root: Path, wish: Wish) -> _Plan:
    name = wish.name or _name_of(root)
    titles = list(wish.outcomes) or ["TODO: what should change for whom, this year?"]
    outcomes: list[tuple[str, str]] = []
    for number, title in enumerate(titles, 1):
        outcome = slug(title, scaffold.TITLE_ID) if wish.outcomes else "first-outcome"
        taken = {known for known, _ in outcomes}
        if not outcome or outcome in taken:
            outcome = f"outcome-{number}"
        outcomes.append((outcome, title))
    team = wish.team or "first-team"
    draft = scaffold.TeamDraft(
        id=team,
        name=None,
        type=None,
        mission=None,
        lead=None,
        since=session.as_of,
        goal="TODO: what will this team change, and for whom?",
        goal_id="first-goal",
        supports=[outcomes[0][0]],
        guardrails=(),
        outcomes=(),
    )
    files = {
        FILE_NAME: scaffold.CONFIG,
        "org.md": scaffold.org(name, wish.north_star, outcomes),
        f"teams/{team}/charter.md": scaffold.charter(draft),
        f"teams/{team}/team-api.md": scaffold.team_api(draft),
    }
    check_places(root, files)
    for path in files:
        if path.endswith(".md") and not reads(Disk(root), Config(), path):
            raise AlignError(f"`align check` would not read {path}: it is git-ignored")
    hosting = find_hosting(git_top(root) or root)
    system = wish.ci or hosting.system or "github"
    extra = {**ci_files(system), ".pre-commit-config.yaml": PRE_COMMIT}
    if system in CODEOWNERS:
        teams = [Owned(f"teams/{team}/", (team,))]
        extra[CODEOWNERS[system]] = codeowners(teams, (), hosting.organisation)
    if not _is_top(root):
        return _Plan(files, [], list(extra), system)
    kept = []
    for path, text in extra.items():
        there = find_codeowners(root, system) if path in CODEOWNERS.values() else None
        if there is not None or os.path.lexists(root / path):
            kept.append(there or path)
        else:
            files[path] = text
    return _Plan(files, kept, [], system)


def _shown(system: str | None) -> str:
    """Which command shows the files of a system, where nothing else says which one is meant."""
    return f"`align init --dry-run --ci {system or 'github'}` in an empty folder shows"


def _is_top(root: Path) -> bool:
    """Whether CI systems and hooks would find files here; without git, this may become the top."""
    return git_top(root) in (None, root)


def _name_of(root: Path) -> str:
    """A name made of the folder's."""
    name = plain(root.name.replace("-", " ").replace("_", " ")).strip().title()
    return "Our organisation" if scaffold.is_blank(name) else name


def _ask(session: Session, root: Path, wish: Wish) -> Wish:
    terminal = session.terminal
    name = wish.name or terminal.ask("Name of the organisation", default=_name_of(root))
    star = wish.north_star or terminal.ask("North star (what should be true one day, for whom?)", default="") or None
    outcomes = list(wish.outcomes)
    if not outcomes:
        while len(outcomes) < _MOST_OUTCOMES:
            question = (
                "First outcome (what should change this year?)" if not outcomes else "Another outcome (empty to go on)"
            )
            answer = terminal.ask(question, default="")
            if not answer:
                break
            outcomes.append(answer)
    team = wish.team or terminal.ask("Id of the first team", _id, default="first-team")
    ci = wish.ci
    if ci is None and _is_top(root):
        found = find_hosting(root).system or "github"
        ci = terminal.ask("Files for CI (github, gitlab or none)", _system, default=found)
    return Wish(name, star, tuple(outcomes), team, ci)


def _system(answer: str) -> str:
    if answer.lower() not in SYSTEMS:
        raise ValueError(f"`{plain(answer)}` is none of {', '.join(SYSTEMS)}")
    return answer.lower()


def _id(answer: str) -> str:
    try:
        return check_id(re.sub(r"\s+", "-", answer.lower()), "team")
    except AlignError as error:
        raise ValueError(str(error)) from None


def _next_steps(session: Session, root: Path, plan: _Plan) -> str:
    lines = [session.style.paint("Created:", bold=True), *(f"  {path}" for path in plan.files)]
    for path in plan.kept:
        lines.append(f"Kept {path} as it was; {_shown(plan.system)} what to add.")
    top = git_top(root)
    if plan.elsewhere and top is not None:
        here = plain(root.relative_to(top).as_posix())
        lines += [
            f"Left out {', '.join(plan.elsewhere)}:",
            f"  they are read at the top of the git repo alone, {plain(str(top))}, where other things are at home;",
            f"  {_shown(plan.system)} them; tell the action `path: {here}`, and `align check` elsewhere `{here}`.",
        ]
    lines += [
        "",
        "Next:",
        "  1. run `align check`: it lists what is still to be filled in",
        "  2. add a team with `align new-team ID`",
        "  3. see how it hangs together with `align tree`",
        "",
    ]
    return "\n".join(lines)
