"""What a check comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aligncli.diagnostics import Diagnostic, LocatedFix, Severity
from aligncli.engine.before import Compared, Verdict


class Summary(NamedTuple):
    """What was checked and how much was found."""

    documents: int
    teams: int
    goals: int
    outcomes: int
    guardrails: int
    errors: int
    warnings: int
    infos: int
    suppressed: int
    """By comments."""
    fixable: int
    """With a safe fix."""
    fixable_unsafely: int
    """With a fix that somebody should look at."""
    baselined: int
    """Known to the baseline."""
    reported_on: int
    """How many of the documents this run reports on."""


class Silenced(NamedTuple):
    """A finding that counts for nothing, because somebody agreed to live with it."""

    diagnostic: Diagnostic
    reason: str
    """As the suppression gives it; empty for what the baseline lists."""
    in_source: bool
    """Whether a comment in the document suppresses it; else the baseline lists it."""


class Place(NamedTuple):
    """A document that a check reports on."""

    path: str
    team: str | None
    """Whose it is; nothing for the organisation's own."""


class Since(NamedTuple):
    """What a report leaves out, because it was there before."""

    ref: str
    """The revision, as somebody named it."""
    base: str
    """The commit that was compared with: where it and what is checked parted."""
    old: int
    """How many findings stood there already."""
    mended: int
    """How many stood there and are gone."""
    configuration: Sequence[str] = ()
    """The files that decide what is checked and differ from the base's, whose word counts."""
    empty: str | None = None
    """Why nothing could be compared with, so that everything is new."""


class Report(NamedTuple):
    """The result of a check."""

    diagnostics: Sequence[Diagnostic]
    """Those at or above the severity that was asked for, sorted by place."""
    summary: Summary
    by_rule: Mapping[str, int]
    """How often each code was found, shown or not."""
    worst: Severity
    """The highest severity found, shown or not."""
    verdicts: Sequence[Verdict] = ()
    """All that was found and neither suppressed nor known to the baseline."""
    fixes: Sequence[LocatedFix] = ()
    """Theirs and those of what the baseline knows, safe or not."""
    documents: Sequence[Place] = ()
    """Those that it reports on, sorted by path."""
    silenced: Sequence[Silenced] = ()
    """What was suppressed or is known to the baseline, sorted by place; empty unless it was asked for."""
    compared: Compared | None = None
    """What became of what an earlier state had, where there was one."""
    since: Since | None = None
    """What it leaves out; nothing where it was asked for everything."""

    def at_least(self, severity: Severity) -> Report:
        """The same report, with only those diagnostics that are as severe."""
        return self._replace(diagnostics=[item for item in self.diagnostics if item.severity >= severity])
