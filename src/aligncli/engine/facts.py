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
        self._alike: dict[Key, list[Key]] | None = None

    def follow(self, former: Mapping[str, Sequence[str]]) -> None:
        """Learns what had another name when the facts were found, as :func:`former_names` gives it."""
        self._former = former

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
        names = [[part, *self._names_before(part)] for part in identity]
        if all(len(some) == 1 for some in names):
            return None
        keys = ((code, parts) for parts in islice(product(*names), _MOST_NAMES))
        return next((found for key in keys for found in self._like(key) if self.left[found] > 0), None)

    def _names_before(self, part: str) -> Sequence[str]:
        """What a part of an identity may have been; a team's name is in those of all that it has."""
        known = self._former.get(part)
        if known is not None or "/" not in part:
            return known or ()
        team, _, name = part.partition("/")
        former = self._former
        return [f"{one}/{other}" for one in (team, *former.get(team, ())) for other in (name, *former.get(name, ()))][
            1:
        ]

    def _like(self, key: Key) -> Sequence[Key]:
        """The facts with the same parts: which of several things comes first may depend on their names."""
        if self._alike is None:
            self._alike = {}
            for code, parts in self.left:
                self._alike.setdefault((code, tuple(sorted(parts))), []).append((code, parts))
        return self._alike.get((key[0], tuple(sorted(key[1]))), ())


def former_names(ws: Workspace, moved: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """The former names of what has any, by its present one, as identities say them.

    Args:
        ws: what is there now.
        moved: where documents stood that stand elsewhere now, by the path they have now.
    """
    former = {path: [old] for path, old in (moved or {}).items()}
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
