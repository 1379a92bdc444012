"""Findings as facts: what was found elsewhere or before, to be found again wherever it stands now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice, product

from aligncli.diagnostics import Finding, Key
from aligncli.workspace.workspace import Workspace

_MOST_NAMES = 100
"""So many combinations of former names are tried for one finding."""


class Facts:
    """A multiset of facts, from which those are taken that are found again.

    Args:
        keys: how often each fact is there.
    """

    def __init__(self, keys: Mapping[Key, int]) -> None:
        self.left = Counter(keys)
        """How often each was not taken yet."""
        self._former: Mapping[str, Sequence[str]] = {}

    def follow(self, ws: Workspace) -> None:
        """Learns what had another name when the facts were found."""
        self._former = _former_names(ws)

    def take(self, finding: Finding) -> bool:
        """Whether a finding is one of them; the next one like it has to be another."""
        key = self.find(finding)
        if key is None:
            return False
        self.left[key] -= 1
        return True

    def find(self, finding: Finding) -> Key | None:
        """The key under which some facts are left for a finding: its own, or one with former names."""
        code, identity = finding.key
        if self.left.get((code, identity), 0) > 0:
            return code, identity
        names = [[part, *self._former.get(part, ())] for part in identity]
        keys = ((code, parts) for parts in islice(product(*names), _MOST_NAMES))
        return next((key for key in keys if self.left.get(key, 0) > 0), None)


def _former_names(ws: Workspace) -> dict[str, list[str]]:
    """The former names of what has any, by its present one, as identities say them."""
    former: dict[str, list[str]] = {}
    for things in (ws.outcomes, ws.teams, ws.guardrails, ws.metrics, ws.communities):
        for name, thing in things.items():
            if thing.formerly:
                former.setdefault(name, []).extend(thing.formerly)
    for goal in ws.goals.values():
        teams = (goal.team, *former.get(goal.team, ()))
        names = [name if "/" in name else f"{team}/{name}" for team in teams for name in (goal.id, *goal.formerly)]
        if len(names) > 1:
            former[goal.ref] = names[1:]
    for reference in (*ws.services, *ws.experiments):
        team, _, name = reference.partition("/")
        if team in former:
            former.setdefault(reference, []).extend(f"{old}/{name}" for old in former[team])
    return former
