"""Runs rules over a workspace and turns their findings into diagnostics: the only place that selects,
drops what follows from something broken, decides severities, locates and sorts."""

from __future__ import annotations

import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from aligncli.config import Config
from aligncli.diagnostics import (
    AlignError,
    Diagnostic,
    Fact,
    Finding,
    LocatedEdit,
    LocatedFix,
    LocatedRelated,
    Position,
    Range,
    Related,
    Route,
    Severity,
    Span,
)
from aligncli.document.source import Source
from aligncli.rules import RULES
from aligncli.rules.base import Rule
from aligncli.suggest import nearest
from aligncli.workspace.workspace import Workspace

_NOWHERE = Range(Position(1, 1), Position(1, 1))


class Selection(NamedTuple):
    """Which rules a run asks for, by code, name, or prefix of a code; empty ``select`` means all."""

    select: Sequence[str] = ()
    ignore: Sequence[str] = ()


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
    fixable: int


class Report(NamedTuple):
    """The result of a check."""

    diagnostics: Sequence[Diagnostic]
    """Those at or above the severity that was asked for, sorted by place."""
    summary: Summary
    by_rule: Mapping[str, int]
    """How often each code was found, shown or not."""
    worst: Severity
    """The highest severity found, shown or not."""


class RuleCrash(AlignError):
    """A rule raised: a bug in the rule, not in what it read."""


def chosen(words: Iterable[str], where: str, rules: Sequence[Rule] = RULES) -> frozenset[str]:
    """The codes that codes, names and prefixes stand for.

    Raises:
        AlignError: a word matches no rule; ``where`` says where it stands.
    """
    codes: set[str] = set()
    for word in words:
        found = {rule.code for rule in rules if word.upper() == rule.code[: len(word)] or word.lower() == rule.name}
        if not found or word.upper() in ("A", ""):
            near = nearest(word.upper(), [rule.code for rule in rules]) if word[:2].upper() == "AL" else None
            near = near or nearest(word.lower(), [rule.name for rule in rules])
            hint = f"did you mean `{near}`?" if near else "`align rules` lists them"
            raise AlignError(f"{where} names the rule `{word}`, which does not exist; {hint}")
        codes |= found
    return frozenset(codes)


def run(
    ws: Workspace,
    config: Config,
    selection: Selection,
    source: Callable[[str], str],
    *,
    reports_on: Callable[[str], bool] = lambda path: True,
    show: Severity = Severity.INFO,
    rules: Sequence[Rule] = RULES,
) -> Report:
    """Checks a workspace.

    Args:
        ws: the linked documents.
        config: severities, limits, what to leave out.
        selection: what this run asks for.
        source: gives the text of a document by its path; called only for what is shown.
        reports_on: which paths to report on.
        show: the least severity that is located and listed; all are counted.
        rules: the rules to run.

    Raises:
        AlignError: the selection or configuration names an unknown rule, or a rule crashed.
    """
    verdicts = _verdicts(ws, config, selection, reports_on, rules)
    counts = Counter(severity for _, severity, _ in verdicts)
    by_rule = Counter(rule.code for rule, _, _ in verdicts)
    locator = _Places(ws, source)
    shown = [locator.diagnostic(rule, severity, finding) for rule, severity, finding in verdicts if severity >= show]
    shown.sort(key=lambda item: (item.path, item.range.start, item.code, item.message))
    summary = Summary(
        sum(1 for document in ws.documents if document.kind),
        len(ws.teams),
        len(ws.goals),
        len(ws.outcomes),
        len(ws.guardrails),
        counts[Severity.ERROR],
        counts[Severity.WARNING],
        counts[Severity.INFO],
        0,
        sum(1 for _, _, finding in verdicts if finding.fix is not None and finding.fix.safe),
    )
    return Report(shown, summary, by_rule, max(counts, default=Severity.OFF))


def _verdicts(
    ws: Workspace, config: Config, selection: Selection, reports_on: Callable[[str], bool], rules: Sequence[Rule]
) -> list[tuple[Rule, Severity, Finding]]:
    everywhere = frozenset(rule.code for rule in rules)
    wanted = chosen(selection.select, "--select", rules) if selection.select else everywhere
    wanted -= chosen(selection.ignore, "--ignore", rules)
    wanted -= chosen(config.ignore, "`ignore` in align.toml", rules)
    severities = {
        code: severity
        for name, severity in config.severity.items()
        for code in chosen([name], "[check.severity] in align.toml", rules)
    }
    per_path = [
        (_pattern(entry.pattern), chosen(entry.ignore, "[check.per-path] in align.toml", rules))
        for entry in config.per_path
    ]
    verdicts: list[tuple[Rule, Severity, Finding]] = []
    for rule in rules:
        if rule.code not in wanted or severities.get(rule.code, rule.severity) is Severity.OFF:
            continue
        for finding in _findings(rule, ws, config):
            severity = severities.get(rule.code, rule.severity if finding.severity is None else finding.severity)
            if severity is Severity.OFF or not reports_on(finding.path):
                continue
            if any(rule.code in codes and matches(finding.path) for matches, codes in per_path):
                continue
            verdicts.append((rule, severity, finding))
    return verdicts


def _pattern(pattern: str) -> Callable[[str], bool]:
    import pathspec  # only for configurations with [check.per-path]

    try:
        return pathspec.GitIgnoreSpec.from_lines([pattern]).match_file
    except (ValueError, re.error):
        raise AlignError(
            f"align.toml: `{pattern}` in [check.per-path] is no pattern as .gitignore knows them"
        ) from None


def _findings(rule: Rule, ws: Workspace, config: Config) -> list[Finding]:
    try:
        found = list(rule.check(ws, config))
    except Exception as error:
        place = _culprit(error)
        raise RuleCrash(
            f"rule {rule.code} ({rule.name}) crashed{f' on {place}' if place else ''}: {type(error).__name__}: {error}; "
            "please report it (--debug shows where)"
        ) from error
    if _is_about_text(rule):
        return found
    return [finding for finding in found if _stands(finding, ws)]


def _is_about_text(rule: Rule) -> bool:
    """Whether a rule reports what loading found: its routes are those of the text, not of the pruned record,
    and it says what is broken, so that nothing it states rests on anything else."""
    return rule.code.startswith(("AL0", "AL1"))


def _stands(finding: Finding, ws: Workspace) -> bool:
    """Whether all that a finding rests on can be relied on."""
    document = ws.by_path.get(finding.path)
    if document is not None:
        if not document.trusted:
            return False
        if finding.rule != "AL201" and (finding.path in ws.asleep or finding.path in ws.set_aside):
            return False
        if document.broken and finding.route:
            route = document.source_route(finding.route)
            for broken in document.broken:
                # It lies in what is broken, or what is broken lies in the value that it is about.
                if route[: len(broken)] == broken or (not finding.on_key and broken[: len(route)] == route):
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


class _Places:
    """Turns routes and spans into lines and columns, reading each text once."""

    def __init__(self, ws: Workspace, source: Callable[[str], str]) -> None:
        self._ws = ws
        self._source = source
        self._texts: dict[str, Source] = {}

    def diagnostic(self, rule: Rule, severity: Severity, finding: Finding) -> Diagnostic:
        literal = _is_about_text(rule)
        help_, hint = finding.help, finding.hint
        if finding.help_place is not None:
            place = finding.help_place
            start = self.related(place, literal).range.start
            written = f"{place.path}:{start.line}:{start.column}"
            help_ = help_.replace("\0", written) if help_ is not None else None
            hint = hint.replace("\0", written)
        fix = None
        if finding.fix is not None:
            edits = tuple(
                LocatedEdit(edit.path, self.range(edit.path, edit.route, literal=literal), edit.text)
                for edit in finding.fix.edits
            )
            fix = LocatedFix(finding.fix.title, finding.fix.safe, edits)
        return Diagnostic(
            code=rule.code,
            name=rule.name,
            severity=severity,
            message=finding.message,
            path=finding.path,
            range=self.range(finding.path, finding.route, finding.span, on_key=finding.on_key, literal=literal),
            label=finding.label,
            help=help_,
            hint=hint,
            related=tuple(self.related(related, literal) for related in finding.related),
            fix=fix,
            identity=finding.identity,
        )

    def related(self, related: Related, literal: bool) -> LocatedRelated:
        place = self.range(related.path, related.route, related.span, on_key=related.on_key, literal=literal)
        return LocatedRelated(related.path, place, related.message)

    def range(
        self, path: str, route: Route, span: Span | None = None, *, on_key: bool = False, literal: bool = False
    ) -> Range:
        if span is None and not route:
            return _NOWHERE
        text = self._texts.get(path)
        if text is None:
            text = self._texts[path] = Source(self._source(path))
        if span is None:
            document = self._ws.by_path.get(path)
            source = route if literal or document is None else document.source_route(route)
            span = text.locator.find(source, on_key=on_key)
        return text.lines.range(Span(min(span.start, len(text.text)), min(span.end, len(text.text))))
