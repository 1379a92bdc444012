"""Names for shell completion. A broken repo completes nothing; a completion never prints an error."""

from __future__ import annotations

from pathlib import Path

from aligncli.commands.session import parse_day
from aligncli.commands.tree import STATUSES
from aligncli.diagnostics import AlignError
from aligncli.io.repo import Repo
from aligncli.io.resources import OUTPUT_NAMES, SCHEMA_NAMES
from aligncli.rules import RULES


def complete(names: str, directory: Path, incomplete: str) -> list[str]:
    """The names of a sort (``teams``, ``supported``, ``rules``, ``kinds``, ``statuses``) that begin so."""
    if names == "rules":
        found = [word for rule in RULES for word in (rule.code, rule.name)]
    elif names == "kinds":
        found = [*SCHEMA_NAMES, *OUTPUT_NAMES]
    elif names == "statuses":
        found = [*STATUSES]
    else:
        try:
            ws = Repo.around(directory).load(parse_day(None))
        except (AlignError, OSError):
            return []
        found = [*ws.teams] if names == "teams" else [*ws.outcomes, *ws.goals]
    return sorted(name for name in found if name.startswith(incomplete))
