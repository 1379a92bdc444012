"""``align new-team``."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple, cast

from aligncli.commands.session import Session
from aligncli.config import FILE_NAME
from aligncli.diagnostics import AlignError
from aligncli.io.discover import reads
from aligncli.io.files import Rewrite, check_places, git_top, rewrite_all, write_all
from aligncli.io.hosting import find_codeowners, find_hosting
from aligncli.io.repo import Repo
from aligncli.model import Guardrail, Team, TeamType
from aligncli.render import scaffold
from aligncli.render.codeowners import Owned, completed, owned
from aligncli.render.text import count, plain
from aligncli.suggest import Suggester, slug
from aligncli.workspace.load import load_document
from aligncli.workspace.workspace import Workspace

TYPES = ("stream-aligned", "platform", "enabling", "complicated-subsystem")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_MOST = 64


class Wish(NamedTuple):
    """What the options say of the new team."""

    id: str
    name: str | None = None
    type: str | None = None
    mission: str | None = None
    lead: str | None = None
    goal: str | None = None
    supports: tuple[str, ...] = ()
    folder: str = "teams"


def new_team(session: Session, wish: Wish, *, dry_run: bool) -> int:
    """Writes a charter and a Team API, or says why not and writes nothing.

    Raises:
        AlignError: the id is taken or wrong, a reference leads nowhere, or the files cannot be written.
    """
    repo = Repo.around(session.start)
    ws = repo.load(session.as_of)
    if ws.org is None:
        raise AlignError(f"{repo.root} has no org document that a team could serve; `align init` writes one")
    check_id(wish.id, "team")
    _check_free(ws, wish.id)
    _check_wish(ws, wish)
    paths = _paths(repo, wish)
    if session.terminal.is_interactive and not dry_run:
        wish = _ask(session, ws, wish)
    if wish.goal and not wish.supports:
        raise AlignError("--goal needs --supports: name the outcome or team/goal that it serves" + _choice(ws))
    if wish.supports and not wish.goal:
        raise AlignError("--supports needs --goal: what is it that supports this?")
    draft = draft_of(ws, wish)
    files = dict(zip(paths, (scaffold.charter(draft), scaffold.team_api(draft)), strict=True))
    asked = _codeowners(repo, ws, Owned(repo.prefix_in_git + paths[0].removesuffix("charter.md"), (wish.id,)))
    if dry_run:
        for path, text in files.items():
            session.terminal.out(f"# {path}\n{text}")
        if asked is not None:
            session.terminal.out("\n".join([f"# {asked.path} gets", *asked.lines]))
        return 0
    write_all(repo.root, files)
    session.terminal.note(_next_steps(session, repo, files, draft, asked.write(repo) if asked else []))
    return 0


class _Codeowners(NamedTuple):
    """A CODEOWNERS that lacks some lines."""

    path: str
    """From the git top level."""
    rewrite: Rewrite
    lines: list[str]

    def write(self, repo: Repo) -> list[str]:
        """Adds the lines, or asks for that where the file is not ours to write: the team exists either way."""
        is_draft = all(line.startswith("#") for line in self.lines)
        next_ = (
            "put in your organisation, and take the hash away"
            if is_draft
            else "see whether the server knows the owners"
        )
        added = f"{self.path} has {count(len(self.lines), 'line')} more: {next_}"
        try:
            if repo.prefix_in_git:
                raise AlignError("it lies above the root")
            rewrite_all(repo.root, {self.path: self.rewrite})
        except AlignError:
            return [f"put into {self.path}: {line}" for line in self.lines]
        return [added]


def _codeowners(repo: Repo, ws: Workspace, team: Owned) -> _Codeowners | None:
    """What CODEOWNERS lacks once the team is there; nothing where there is none, or where it has all."""
    top = git_top(repo.root) or repo.root
    path = find_codeowners(top)
    if path is None:
        return None
    try:
        old = (top / path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    teams, guardrails = owned(ws, repo.prefix_in_git)
    new, lines = completed(old, [*teams, team], guardrails, find_hosting(top).organisation)
    return _Codeowners(path, Rewrite(old, new), lines) if lines else None


def check_id(name: str, noun: str) -> str:
    """The name, if it can be an id.

    Raises:
        AlignError: it cannot; the sentence suggests one that can.
    """
    if _ID.match(name) and len(name) <= _MOST:
        return name
    meant = slug(name, _MOST)
    hint = f"; `{meant}` would do" if meant else ""
    raise AlignError(
        f"`{name}` cannot be the id of a {noun}: ids are lower-case words joined by hyphens, at most {_MOST} characters{hint}"
    )


def _check_free(ws: Workspace, team_id: str) -> None:
    taken = ws.teams.get(team_id)
    if taken is not None:
        raise AlignError(f"team `{team_id}` exists already, in {taken.path}")
    for team in ws.teams.values():
        if team_id in team.formerly:
            raise AlignError(f"`{team_id}` is a former name of team `{team.id}` ({team.path}); choose another id")


def _check_reference(ws: Workspace, ref: str) -> None:
    names = [*ws.outcomes, *ws.goals]
    if ref in ws.outcomes or ref in ws.goals:
        return
    if ref in ws.teams:
        raise AlignError(f"`{ref}` is a team; a goal supports an outcome or another team's goal (`team/goal`)")
    near = Suggester(names).nearest(ref)
    raise AlignError(f"there is no outcome or goal `{ref}`" + (f"; did you mean `{near}`?" if near else _choice(ws)))


def _choice(ws: Workspace) -> str:
    live = [outcome for outcome in ws.outcomes.values() if outcome.is_live][:5]
    return "; the outcomes are " + ", ".join(f"`{outcome.id}`" for outcome in live) if live else ""


def check_text(option: str, text: str | None) -> None:
    """Whether an option's text can stand in a document.

    Raises:
        AlignError: it is blank, or no text at all.
    """
    if text is None:
        return
    if scaffold.is_blank(text):
        raise AlignError(f"{option} is blank")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise AlignError(f"{option} is not valid UTF-8 text") from None


def _check_wish(ws: Workspace, wish: Wish) -> None:
    """What can be told to be wrong before anybody is asked for more."""
    texts = (("--name", wish.name), ("--mission", wish.mission), ("--lead", wish.lead), ("--goal", wish.goal))
    for option, text in texts:
        check_text(option, text)
    for ref in wish.supports:
        _check_reference(ws, ref)


def _paths(repo: Repo, wish: Wish) -> tuple[str, str]:
    """Where the two documents go: a place that is free, and that the check reads."""
    folder = PurePosixPath(wish.folder.replace(os.sep, "/"))
    if folder.is_absolute() or ".." in folder.parts:
        raise AlignError(f"--dir {wish.folder} leads out of the repo; it is a folder below the root")
    paths = str(folder / wish.id / "charter.md"), str(folder / wish.id / "team-api.md")
    check_places(repo.root, paths)
    for path in paths:
        if not reads(repo.tree, repo.config, path):
            raise AlignError(
                f"`align check` would not read {path}: it is hidden, git-ignored or not included in {FILE_NAME}"
            )
    return paths


def draft_of(ws: Workspace, wish: Wish) -> scaffold.TeamDraft:
    """What goes into the scaffold: the wish, and what the organisation asks of such a team."""
    return scaffold.TeamDraft(
        id=wish.id,
        name=wish.name,
        type=wish.type,
        mission=wish.mission,
        lead=wish.lead,
        goal=wish.goal,
        goal_id=slug(wish.goal or "", scaffold.TITLE_ID) or "first-goal",
        supports=tuple(dict.fromkeys(wish.supports)),
        since=ws.as_of,
        guardrails=_guardrails(ws, wish),
        outcomes=[outcome.id for outcome in ws.outcomes.values() if outcome.is_live],
    )


def _guardrails(ws: Workspace, wish: Wish) -> list[Guardrail]:
    """Those that the team has to declare; the ones that a machine enforces need no word."""
    team = Team(team=wish.id, type=cast("TeamType | None", wish.type))
    return [guardrail for guardrail, _ in ws.scope.of(team) if guardrail.enforcement != "automated"]


def _ask(session: Session, ws: Workspace, wish: Wish) -> Wish:
    """Asks for what was not given; an empty answer leaves it out."""
    terminal = session.terminal
    wish = wish._replace(
        mission=wish.mission or terminal.ask("Mission (what can people do because of this team?)", default="") or None,
        type=wish.type or terminal.ask(f"Type ({', '.join(TYPES)})", _one_of(TYPES), default="") or None,
        lead=wish.lead or terminal.ask("Lead, best as a role", default="") or None,
    )
    if wish.goal is None:
        wish = wish._replace(goal=terminal.ask("First goal (what changes, and for whom?)", default="") or None)
    if wish.goal and not wish.supports:
        live = [outcome for outcome in ws.outcomes.values() if outcome.is_live]
        for number, outcome in enumerate(live, 1):
            terminal.out(f"  {number}. {plain(outcome.title)} ({outcome.id})")
        answer = terminal.ask("Which outcomes does it support? (numbers or ids)", _references(ws, [o.id for o in live]))
        wish = wish._replace(supports=tuple(answer.split()))
    return wish


def _one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    def check(answer: str) -> str:
        found = [word for word in words if answer and word.startswith(answer)]
        if answer and len(found) != 1:
            raise ValueError(f"choose one of: {', '.join(words)}")
        return found[0] if found else ""

    return check


def _references(ws: Workspace, offered: list[str]) -> Callable[[str], str]:
    def check(answer: str) -> str:
        chosen = []
        for word in answer.replace(",", " ").split():
            if word.isdecimal() and 1 <= int(word) <= len(offered):
                word = offered[int(word) - 1]
            try:
                _check_reference(ws, word)
            except AlignError as error:
                raise ValueError(str(error)) from None
            if word not in chosen:
                chosen.append(word)
        if not chosen:
            raise ValueError("choose at least one")
        return " ".join(chosen)

    return check


def _asked_for(repo: Repo, files: Mapping[str, str]) -> Iterator[str]:
    """What schemas of the organisation's own miss in a scaffold, which knows of ours alone."""
    for path, text in files.items():
        document = load_document(path, text, repo.all_schemas)
        for problem in document.problems if document is not None else ():
            yield f"in {path}, {problem.help or problem.message}"


def _next_steps(
    session: Session, repo: Repo, files: Mapping[str, str], draft: scaffold.TeamDraft, asked: Sequence[str]
) -> str:
    style = session.style
    paths = list(files)
    lines = [f"Created {paths[0]} and {paths[1]}.", "", "Next:"]
    steps = []
    if draft.mission is None:
        steps.append(f"write the mission in {paths[0]}")
    if draft.goal is None:
        steps.append("give the team its first goal, and say what it supports")
    if draft.guardrails:
        days = repo.config.limits.forming_days
        names = ", ".join(guardrail.id for guardrail in draft.guardrails)
        steps.append(f"declare the guardrails once they hold (there are {days} days for it): {names}")
    steps += [*_asked_for(repo, files), f"say in {paths[1]} how to reach the team", *asked, "run `align check`"]
    lines += [f"  {number}. {step}" for number, step in enumerate(steps, 1)]
    return "\n".join([style.paint(lines[0], bold=True), *lines[1:]]) + "\n"
