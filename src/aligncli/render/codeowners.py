"""CODEOWNERS: guardrails belong to their owners, and each team's folder to the team."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from aligncli.suggest import slug
from aligncli.workspace.workspace import Workspace

_NOBODY = "ORG"
_LINE = re.compile(r"(?P<hash>#?)[ \t]*(?P<pattern>(?=\S*/)(?:\\.|[^\s\\])+)(?P<owners>[ \t].*|[ \t\r]*)")
_SECTION = re.compile(r"\^?\[[^\]]+\](?:\[[0-9]+\])?(?:[ \t].*|\r?)")
"""A heading on GitLab, which decides section by section, and where one may be optional or have owners of its own."""
_HANDLE = re.compile(r"@{1,2}[\w.-]+(?:/[\w.-]+)*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.A)
"""An account or an address, as the servers write them."""


class Owned(NamedTuple):
    """A place and whom to ask about it."""

    path: str
    """From the git top level; a folder's ends with ``/``."""
    owners: tuple[str, ...]
    """Ids of teams, roles written as ids, or accounts as the server writes them."""

    @property
    def pattern(self) -> str:
        """The place as CODEOWNERS writes it."""
        return "/" + re.sub(r"[\s\\*?\[\]!#]", r"\\\g<0>", self.path)


def owned(ws: Workspace, prefix: str = "") -> tuple[list[Owned], list[Owned]]:
    """The places of teams and of guardrails, as far as the documents say whose they are.

    Args:
        ws: with all documents.
        prefix: the way from the git top level to the root.
    """
    folders = Counter(_folder(team.path) for team in ws.teams.values())
    teams = []
    for team in ws.teams.values():
        folder = _folder(team.path)
        own = folder and folders[folder] == 1  # a folder of several charters belongs to none of them
        teams.append(Owned(prefix + (folder if own else team.path), (team.team,)))
    asked: dict[str, dict[str, None]] = defaultdict(dict)
    for guardrail in ws.guardrails.values():
        owner = (guardrail.owner or "").strip()
        if owner := owner if _HANDLE.fullmatch(owner) else slug(owner):
            asked[guardrail.path][owner] = None
    return sorted(teams), sorted(Owned(prefix + path, tuple(owners)) for path, owners in asked.items())


def _folder(path: str) -> str:
    return path[: path.rfind("/") + 1]


def codeowners(teams: Sequence[Owned], guardrails: Sequence[Owned], organisation: str | None) -> str:
    """A new file.

    Args:
        teams: their places.
        guardrails: theirs.
        organisation: as the server knows it; where nobody does, the lines are comments to be completed.
    """
    handle = _Handle("" if organisation else "#", f"@{organisation or _NOBODY}/", "")
    lines = [
        "# Who is asked to review what; the last line that matches a file decides. A team, and the role that owns a",
        f"# guardrail, is a team on the server by the same name: head of security is @{organisation or _NOBODY}/head-of-security.",
        "# The server passes over a line whose owner it does not know, and says so where it shows this file.",
        "# `align new-team` adds the lines that are missing, made like those that are there.",
    ]
    if not organisation:
        lines.append(f"# Put your organisation in place of {_NOBODY}, and take the hash away from lines like this:")
    return "\n".join([*lines, "", *(handle.line(place) for place in (*teams, *guardrails)), ""])


class _Handle(NamedTuple):
    """How a file writes a team of ours."""

    hash: str
    before: str
    after: str

    def line(self, place: Owned) -> str:
        owners = " ".join(o if "@" in o else f"{self.before}{o}{self.after}" for o in place.owners)
        return f"{self.hash}{place.pattern} {owners}"


def completed(
    text: str, teams: Sequence[Owned], guardrails: Sequence[Owned], organisation: str | None
) -> tuple[str, list[str]]:
    """A file with the lines that it lacked, and those lines; all else stays as it is.

    Teams come behind the last team that is there, but before what lies in their folders; guardrails at the end: one that
    lies in a team's folder is its owner's. On GitLab that is the end of the section in which the teams are, or else before
    the first heading.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    if text and not text.endswith("\n"):
        text += end
    lines = text.split("\n")
    by_pattern = {place.pattern.rstrip("/"): place for place in teams}
    known: dict[str, int] = {}
    handle, last = None, None
    for number, line in enumerate(lines):
        found = _LINE.fullmatch(line)
        if found is None or _SECTION.fullmatch(line):
            continue
        # With a slash inside, one at the beginning says nothing more.
        pattern = "/" + found["pattern"].strip("/").removesuffix("/**").removesuffix("/*")
        known.setdefault(pattern, number)
        if (place := by_pattern.get(pattern)) is not None:
            last = number
            handle = _like(found, place) or handle
    if handle is None:
        handle = _Handle("" if organisation else "#", f"@{organisation or _NOBODY}/", "")
    first, close = _section(lines, -1 if last is None else last)
    behind = close if last is None else last + 1
    nested: dict[str, int] = {}
    for pattern, number in known.items():
        for slash in re.finditer("/", pattern):
            if number >= first:
                nested.setdefault(pattern[: slash.end()], number)
    more: dict[int, list[str]] = defaultdict(list)
    for places, usual in ((sorted(teams), behind), (guardrails, close)):
        for place in places:
            if place.pattern.rstrip("/") not in known and place.path.isprintable():  # a line end would end ours
                more[min(usual, nested.get(place.pattern, usual))].append(handle.line(place))
    for position in sorted(more, reverse=True):  # from the back, so that places stay
        lines[position:position] = [line + end.removesuffix("\n") for line in more[position]]
    return "\n".join(lines), [line for position in sorted(more) for line in more[position]]


def _section(lines: Sequence[str], inside: int) -> tuple[int, int]:
    """Where the section of a line begins, and where one more line of it goes: before what leads to the next heading."""
    headings = [number for number, line in enumerate(lines) if _SECTION.fullmatch(line)]
    first = max((number for number in headings if number <= inside), default=0)
    close = min((number for number in headings if number > inside), default=None)
    if close is None:
        return first, len(lines) - 1
    while close > inside + 1 and (not lines[close - 1].strip() or lines[close - 1].startswith("# ")):
        close -= 1
    return first, close


def _like(found: re.Match[str], place: Owned) -> _Handle | None:
    """How a line writes its team, where that can be told."""
    for owner in found["owners"].split():
        before, name, after = owner.rpartition(place.owners[0])
        if name and before.startswith("@"):
            return _Handle(found["hash"], before, after)
    return None
