"""One run: every rule over the workspace, and what remains of what they found."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from aligncli.config import Config
from aligncli.diagnostics import AlignError, Diagnostic, Fact, Finding, LocatedFix, Severity
from aligncli.engine.before import Before, Verdict
from aligncli.engine.places import Places, is_about_text, is_breaking
from aligncli.engine.report import Place, Report, Silenced, Summary
from aligncli.engine.select import Selection, chosen, per_path, settings, unknown_names
from aligncli.engine.suppress import Suppressions
from aligncli.rules import RULES
from aligncli.rules.base import OURS, Applied, Rule
from aligncli.workspace.names import Status
from aligncli.workspace.workspace import Workspace

if TYPE_CHECKING:
    from aligncli.engine.baseline import Baseline

_OFTEN = 100
"""Findings that are located between two signs of life."""
_UNRESOLVED = (Status.MISSING, Status.WRONG_KIND)


class RuleCrash(AlignError):
    """A rule raised: a bug in the rule, not in what it read."""


class Task(NamedTuple):
    """What is to be checked, and how."""

    ws: Workspace
    config: Config
    """Severities, limits, what to leave out."""
    selection: Selection
    source: Callable[[str], str]
    """Gives the text of a file by its path; called only for what is shown, suppressed or fixed."""
    reports_on: Callable[[str], bool] | None = None
    """Which paths to report on; all where it is not given."""
    rules: Sequence[Rule] = RULES
    complete: bool = True
    """Whether they are all that exist here, so that other names are wrong."""
    baseline: Baseline | None = None
    """Findings that need not be reported again."""
    written: Config | None = None
    """The configuration as it stands there, where another one counts: its words are looked at all the same."""
    tell: Callable[[str, int, int], None] | None = None
    """Hears how far it is: a phase, what of it is done, and of how much."""


Collect = Callable[[Rule], Sequence[Finding]]
"""Gives all that a rule finds."""


def run(
    task: Task,
    *,
    show: Severity = Severity.INFO,
    silenced: bool = False,
    before: Before | None = None,
    collect: Collect | None = None,
    documents: Sequence[Place] | None = None,
) -> Report:
    """Checks a workspace.

    Args:
        task: what is checked.
        show: the least severity that is located and listed; all are counted.
        silenced: whether to list what was suppressed or is in the baseline.
        before: what an earlier state had, which is left out.
        collect: what rules find, where somebody knows it already; else they run.
        documents: those that are reported on, where somebody knows them already.

    Raises:
        AlignError: the selection names an unknown rule, or a rule crashed.
    """
    ws, reports_on = task.ws, task.reports_on
    judge = _Judge(task)
    places = judge.places
    verdicts: Sequence[Verdict] = judge.verdicts(collect)
    compared = None
    if before is not None:
        others = [*judge.elsewhere, *(verdict.finding for verdict in (*judge.dropped, *judge.suppressed))]
        compared = before.compare(ws, verdicts, judge.known, others)
        verdicts, judge.known = compared.new, compared.listed
    listed = [verdict for verdict in verdicts if verdict.severity >= show]
    shown = []
    for number, verdict in enumerate(listed):
        if task.tell is not None and number % _OFTEN == 0:
            task.tell("locating", number, len(listed))
        shown.append(places.diagnostic(*verdict))
    shown.sort(key=_by_place)
    mended = [verdict.finding for verdict in (*verdicts, *judge.known)]
    fixes = [fix for finding in mended if (fix := places.fix(finding)) is not None]
    if documents is None:
        documents = [
            Place(document.path, ws.team_around(document.path))
            for document in ws.documents
            if document.kind and (not reports_on or reports_on(document.path))
        ]
    return Report(
        shown,
        _summary(ws, verdicts, judge, fixes, len(documents)),
        by_rule=Counter(verdict.rule.code for verdict in verdicts),
        worst=max((verdict.severity for verdict in verdicts), default=Severity.OFF),
        verdicts=verdicts,
        fixes=fixes,
        documents=documents,
        silenced=judge.silenced() if silenced else (),
        compared=compared,
    )


def before(task: Task) -> Before:
    """The facts that an earlier state has, none of them located; of all documents, as those that are reported on
    may have stood elsewhere.

    Raises:
        AlignError: as :func:`run`.
    """
    judge = _Judge(task, everywhere=True)
    return Before(judge.verdicts(), judge.known, judge.dropped, task.reports_on)


def _by_fact(finding: Finding) -> tuple[Any, ...]:
    return finding.identity, finding.path, str(finding.route), finding.span or (), finding.message


def _by_place(item: Diagnostic) -> tuple[Any, ...]:
    return item.path, item.range.start, item.code, item.message


def _summary(
    ws: Workspace, verdicts: Sequence[Verdict], judge: _Judge, fixes: Sequence[LocatedFix], reported_on: int
) -> Summary:
    counts = Counter(verdict.severity for verdict in verdicts)
    safe = sum(fix.safe for fix in fixes)
    return Summary(
        documents=sum(1 for document in ws.documents if document.kind),
        teams=len(ws.teams),
        goals=len(ws.goals),
        outcomes=len(ws.outcomes),
        guardrails=len(ws.guardrails),
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        infos=counts[Severity.INFO],
        suppressed=len(judge.suppressed),
        fixable=safe,
        fixable_unsafely=len(fixes) - safe,
        baselined=len(judge.known),
        reported_on=reported_on,
    )


class _Judge:
    """Decides what of the findings counts."""

    def __init__(self, task: Task, *, everywhere: bool = False) -> None:
        self._ws = task.ws
        self._config = task.config
        self._written = task.written or task.config
        self._rules = task.rules
        self._complete = task.complete
        self._everything = task.reports_on is None
        self._reports_on = (lambda path: True) if everywhere else task.reports_on or (lambda path: True)
        self._tell = task.tell
        self._baseline = task.baseline
        if self._baseline is not None:
            self._baseline.follow(self._ws)
        selection = task.selection
        self._settings = settings(self._config, self._rules)
        self._per_path = per_path(self._config, self._rules)
        wanted = chosen(selection.select, "--select", self._rules) if selection.select else frozenset(self._settings)
        self._wanted = wanted - chosen(selection.ignore, "--ignore", self._rules)
        self.places = Places(self._ws, task.source)
        self._suppressions = Suppressions(self._ws, self.places, self._rules, self._reports_on)
        self._known: list[Verdict] = []
        self.suppressed: list[Verdict] = []
        """What comments suppress."""
        self.known: Sequence[Verdict] = self._known
        """What the baseline lists."""
        self.dropped: list[Verdict] = []
        """What would count, did it not rest on something broken."""
        self.elsewhere: list[Finding] = []
        """What is found in documents that are not reported on."""

    def verdicts(self, collect: Collect | None = None) -> list[Verdict]:
        """What counts, rule by rule; those about the check itself come last."""
        found: list[Verdict] = []
        collect = collect or (lambda rule: collected(rule, self._ws, self._config))
        for number, rule in enumerate(self._rules):
            if rule.check is not None and self._runs(rule):
                if self._tell is not None:
                    self._tell("checking rules", number, len(self._rules))
                findings = collect(rule)
                if self._baseline is not None:  # of two that are one fact, it knows the first
                    findings = sorted(findings, key=_by_fact)
                for finding in findings:
                    verdict = self._verdict(rule, finding)
                    if verdict is not None:
                        found.append(verdict)
        applied = self._applied(found)
        for rule in self._rules:
            if rule.audit is not None and self._runs(rule):
                for finding in _collected(rule, partial(rule.audit, applied), self._ws):
                    severity = self._severity(rule, finding)
                    if severity is not Severity.OFF:
                        found.append(Verdict(rule, severity, finding))
        return found

    def silenced(self) -> list[Silenced]:
        """What comments suppress and what the baseline lists, located and sorted."""
        found = [
            Silenced(self.places.diagnostic(*verdict), self._suppressions.reason(verdict.finding), True)
            for verdict in self.suppressed
        ]
        found += [Silenced(self.places.diagnostic(*verdict), "", False) for verdict in self.known]
        return sorted(found, key=lambda item: _by_place(item.diagnostic))

    def _runs(self, rule: Rule) -> bool:
        return rule.code in self._wanted and self._settings[rule.code].severity is not Severity.OFF

    def _severity(self, rule: Rule, finding: Finding) -> Severity:
        """How severe a finding is here: the configuration's word, else the finding's own, else the rule's."""
        setting = self._settings[rule.code]
        severity = setting.severity if setting.why != "default" else finding.severity
        if any(rule.code in codes and matches(finding.path) for matches, codes in self._per_path):
            return Severity.OFF
        return rule.severity if severity is None else severity

    def _verdict(self, rule: Rule, finding: Finding) -> Verdict | None:
        """What a finding comes to; one that is dropped all the same shows that its suppression is needed."""
        if not self._reports_on(finding.path):
            self.elsewhere.append(finding)
            return None
        severity = self._severity(rule, finding)
        is_silenced = self._suppressions.silences(finding)
        counts = severity is not Severity.OFF and (is_about_text(rule.code) or _stands(finding, self._ws))
        verdict = Verdict(rule, severity, finding)
        if counts and is_silenced:
            self.suppressed.append(verdict)
            return None
        if self._baseline is not None:
            if not counts:
                self._baseline.spare(finding)
            elif self._baseline.knows(finding):
                self._known.append(verdict)
                return None
        if not counts:
            if severity is not Severity.OFF:
                self.dropped.append(verdict)
            return None
        if severity > Severity.INFO:
            self._suppressions.misses(finding)
        return verdict

    def _applied(self, found: Sequence[Verdict]) -> Applied:
        """What a run did with its configuration, its suppressions and its baseline."""
        unknown = [*unknown_names(self._written, self._rules), *self._suppressions.unknown]
        ran = frozenset(rule.code for rule in self._rules if self._runs(rule))
        if self._is_in_doubt(found):
            ran = frozenset()
        stale = []
        if self._baseline is not None:
            unknown.extend(self._baseline.unknown(self._rules))
            if self._everything:  # nobody can tell in which documents the missing ones were
                stale = list(self._baseline.stale(ran))
        if not self._complete:  # another prefix may be that of a plugin which was left out
            unknown = [name for name in unknown if name.word[: len(OURS)].upper() == OURS]
        return Applied(self._ws.as_of, unknown, self._suppressions.uses(ran, self._wanted), stale)

    def _is_in_doubt(self, found: Sequence[Verdict]) -> bool:
        """Whether something is broken that nobody has agreed to live with: others may be silent for that reason,
        and what silences them is not needless."""
        breaking = {rule.code for rule in self._rules if is_breaking(rule.code)}
        if not self._everything or not breaking <= self._wanted:
            return _is_broken(self._ws)
        return any(verdict.rule.code in breaking for verdict in found)


def collected(rule: Rule, ws: Workspace, config: Config) -> list[Finding]:
    """What a rule finds in a workspace.

    Raises:
        AlignError: it crashed.
    """
    assert rule.check is not None
    return _collected(rule, partial(rule.check, ws, config), ws)


def _collected(rule: Rule, check: Callable[[], Iterator[Finding]], ws: Workspace) -> list[Finding]:
    try:
        found = list(check())
        if rule.origin:
            _check_foreign(found, rule, ws)
        return found
    except (Exception, SystemExit) as error:
        place = _culprit(error)
        whose, whom = (f" of the plugin `{rule.origin}`", " to its authors") if rule.origin else ("", "")
        raise RuleCrash(
            f"rule {rule.code} ({rule.name}){whose} crashed{f' on {place}' if place else ''}: "
            f"{type(error).__name__}: {error}; please report it{whom} (--debug shows where)"
        ) from error


def _check_foreign(found: Sequence[object], rule: Rule, ws: Workspace) -> None:
    """Whether a plugin's rule yields what a rule should; for ours, types and tests see to it."""
    for finding in found:
        if not isinstance(finding, Finding):
            raise TypeError(f"it yields {type(finding).__name__}, not Finding")
        if finding.rule != rule.code:
            raise ValueError(f"it yields a finding of {finding.rule}")
        if finding.path not in ws.by_path:
            raise ValueError(f"it places a finding in `{finding.path}`, which is no document")


def _is_broken(ws: Workspace) -> bool:
    """Whether anything is there of which :func:`is_breaking` rules speak, whether they ran or not."""
    return (
        ws.org is None
        or bool(ws.clashes or ws.rings or ws.set_aside)
        or any(document.broken or not document.trusted for document in ws.documents)
        or any(reference.status in _UNRESOLVED for reference in ws.references)
    )


def _stands(finding: Finding, ws: Workspace) -> bool:
    """Whether all that a finding rests on can be relied on."""
    document = ws.by_path.get(finding.path)
    if document is not None:
        if not document.trusted:
            return False
        if finding.rule != "AL201" and (finding.path in ws.asleep or finding.path in ws.set_aside):
            return False
        nameless = ("team",) in document.broken or ("id",) in document.broken
        if nameless and not finding.rule.startswith("AL2"):
            return False  # nobody knows whose it is; what it refers to can be judged all the same
        if document.broken and finding.route:
            route = document.source_route(finding.route)
            broken, around = ws.broken_routes(document)
            # It lies in what is broken, or what is broken lies in the value that it is about.
            if any(route[:end] in broken for end in range(len(route) + 1)) or (not finding.on_key and route in around):
                return False
    return not any(_is_poisoned(fact, ws.poisoned) for fact in finding.rests_on)


def _is_poisoned(fact: Fact, poisoned: set[Fact]) -> bool:
    return fact in poisoned or (fact[0], "*") in poisoned


def _culprit(error: BaseException) -> str | None:
    """The document that a crashed rule was looking at, as far as its local variables tell."""
    place = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for value in frame.f_locals.values():
            path = getattr(value, "path", None)
            if isinstance(path, str) and path:
                place = path
    return place
