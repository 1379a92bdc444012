"""What was found before a change: how ``--since`` tells the new from the old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from aligncli.diagnostics import Finding, Severity
from aligncli.engine.facts import Facts, former_names
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
    hidden: Sequence[Verdict] = ()
    """What would have counted, did it not rest on something broken: whoever mends that has not made it."""
    reports_on: Callable[[str], bool] | None = None
    """Of which paths it is told what was mended; of all where it is not given."""
    moved: Mapping[str, str] = {}
    """Where documents stood, by the path that they have now."""

    def compare(
        self, ws: Workspace, found: Sequence[Verdict], listed: Sequence[Verdict], others: Iterable[Finding]
    ) -> Compared:
        """Compares a later state. What was there excuses nothing that is more severe now: the change made it so.

        Args:
            ws: of that state, which knows what was renamed.
            found: what counts there.
            listed: what its baseline knows.
            others: what is there and was dropped, suppressed or not asked for: not mended either.
        """
        former = former_names(ws, self.moved)
        stood, hidden = _by_severity(self.found, former), _by_severity(self.hidden, former)
        agreed = _facts(self.listed, former)
        new, old = [], 0
        for verdict in sorted(found, key=lambda one: -one.severity):
            if not any(_take(facts, verdict.finding, verdict.severity) for facts in (stood, hidden)):
                new.append(verdict)
            elif verdict.severity > Severity.INFO:
                old += 1
        kept: list[Verdict] = []
        for verdict in listed:
            is_kept = _take(stood, verdict.finding, verdict.severity) or agreed.take(verdict.finding)
            (kept if is_kept else new).append(verdict)
        for finding in (*(verdict.finding for verdict in new), *others):
            _take(stood, finding, Severity.INFO)
        left = stood[Severity.WARNING].left + stood[Severity.ERROR].left
        asked = Counter(
            verdict.finding.key
            for verdict in self.found
            if verdict.severity > Severity.INFO and (self.reports_on is None or self.reports_on(verdict.finding.path))
        )
        return Compared(new, kept, old, (left & asked).total())


def _facts(verdicts: Iterable[Verdict], former: Mapping[str, Sequence[str]]) -> Facts:
    facts = Facts(Counter(verdict.finding.key for verdict in verdicts))
    facts.follow(former)
    return facts


def _by_severity(verdicts: Sequence[Verdict], former: Mapping[str, Sequence[str]]) -> dict[Severity, Facts]:
    return {
        severity: _facts((one for one in verdicts if one.severity is severity), former)
        for severity in (Severity.INFO, Severity.WARNING, Severity.ERROR)
    }


def _take(stood: Mapping[Severity, Facts], finding: Finding, least: Severity) -> bool:
    """Whether a finding is one of the facts that are as severe; of those the least severe is taken."""
    return any(facts.take(finding) for severity, facts in stood.items() if severity >= least)
