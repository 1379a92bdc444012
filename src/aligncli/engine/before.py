"""What was found before a change: how ``--since`` tells the new from the old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aligncli.diagnostics import Finding, Severity
from aligncli.engine.facts import Facts
from aligncli.rules.base import Rule
from aligncli.workspace.workspace import Workspace


class Verdict(NamedTuple):
    """A finding that counts, and how severe it is here."""

    rule: Rule
    severity: Severity
    finding: Finding


class Compared(NamedTuple):
    """What became of the facts of before."""

    new: Sequence[Verdict]
    """What counts and was not there, be it listed in the baseline now: listing what is new is no excuse."""
    listed: Sequence[Verdict]
    """What the baseline lists, as it did."""
    old: int
    """How many errors and warnings were there already."""
    mended: int
    """How many of those that were there are gone."""


class Before(NamedTuple):
    """The facts of an earlier state, checked on the same day in the same way."""

    found: Sequence[Verdict]
    """What counted."""
    listed: Sequence[Verdict]
    """What its baseline knew."""

    def compare(
        self, ws: Workspace, found: Sequence[Verdict], listed: Sequence[Verdict], others: Iterable[Finding]
    ) -> Compared:
        """Compares a later state.

        Args:
            ws: of that state, which knows what was renamed.
            found: what counts there.
            listed: what its baseline knows.
            others: what is there and was dropped or suppressed: not mended either.
        """
        stood, agreed = _facts(self.found, ws), _facts(self.listed, ws)
        new, old = [], 0
        for verdict in found:
            if not stood.take(verdict.finding):
                new.append(verdict)
            elif verdict.severity > Severity.INFO:
                old += 1
        kept: list[Verdict] = []
        for verdict in listed:
            is_kept = stood.take(verdict.finding) or agreed.take(verdict.finding)
            (kept if is_kept else new).append(verdict)
        for finding in others:
            stood.take(finding)
        advice = {verdict.finding.key for verdict in self.found if verdict.severity <= Severity.INFO}
        mended = sum(times for key, times in stood.left.items() if key not in advice)
        return Compared(new, kept, old, mended)


def _facts(verdicts: Iterable[Verdict], ws: Workspace) -> Facts:
    facts = Facts(Counter(verdict.finding.key for verdict in verdicts))
    facts.follow(ws)
    return facts
