"""From routes and spans to lines and columns, each text read once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from aligncli.diagnostics import (
    Diagnostic,
    Finding,
    Fix,
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
from aligncli.rules.base import Rule
from aligncli.workspace.workspace import Workspace

_NOWHERE = Range(Position(1, 1), Position(1, 1))


def is_about_text(code: str) -> bool:
    """Whether a rule reports what loading found: its routes are those of the text, not of the pruned record,
    and it says what is broken, so that nothing it states rests on anything else."""
    return code.startswith(("AL0", "AL1"))


def is_breaking(code: str) -> bool:
    """Whether what a rule reports keeps others from concluding anything: what cannot be read, declared or resolved."""
    return code in ("AL201", "AL202", "AL203", "AL204", "AL211") or (is_about_text(code) and code != "AL007")


class Places:
    """Locates findings.

    Args:
        ws: whose documents they are about.
        source: gives the text of a file by its path.
    """

    def __init__(self, ws: Workspace, source: Callable[[str], str]) -> None:
        self._ws = ws
        self.text = cache(lambda path: Source(source(path)))

    def diagnostic(self, rule: Rule, severity: Severity, finding: Finding) -> Diagnostic:
        """A finding, located."""
        literal = is_about_text(rule.code)
        help_, hint = finding.help, finding.hint
        if finding.help_place is not None:
            place = finding.help_place
            start = self._related(place, literal).range.start
            written = f"{place.path}:{start.line}:{start.column}"
            help_ = help_.replace("\0", written) if help_ is not None else None
            hint = hint.replace("\0", written)
        return Diagnostic(
            code=rule.code,
            name=rule.name,
            severity=severity,
            message=finding.message,
            path=finding.path,
            range=self.of(finding),
            label=finding.label,
            help=help_,
            hint=hint,
            related=tuple(self._related(related, literal) for related in finding.related),
            fix=self.fix(finding),
            identity=finding.identity,
            team=self._ws.team_around(finding.path),
        )

    def of(self, finding: Finding) -> Range:
        """Where a finding is."""
        literal = is_about_text(finding.rule)
        return self._range(finding.path, finding.route, finding.span, on_key=finding.on_key, literal=literal)

    def fix(self, finding: Finding) -> LocatedFix | None:
        """A finding's fix, if it has one and the text allows it."""
        fix: Fix | None = finding.fix
        if fix is None:
            return None
        from aligncli.document.edits import resolve  # most runs have nothing to fix

        edits = []
        for edit in fix.edits:
            source = self.text(edit.path)
            change = resolve(source, edit, self._source_route(edit.path, edit.route, is_about_text(finding.rule)))
            if change is None:
                return None
            place = source.lines.range(change.span)
            edits.append(LocatedEdit(edit.path, place, change.text, change.span, change.whole))
        return LocatedFix(fix.title, fix.safe, tuple(edits))

    def _related(self, related: Related, literal: bool) -> LocatedRelated:
        place = self._range(related.path, related.route, related.span, on_key=related.on_key, literal=literal)
        return LocatedRelated(related.path, place, related.message)

    def _range(
        self, path: str, route: Route, span: Span | None = None, *, on_key: bool = False, literal: bool = False
    ) -> Range:
        if span is None and not route:
            return _NOWHERE
        text = self.text(path)
        if span is None:
            span = text.locator.find(self._source_route(path, route, literal), on_key=on_key)
        return text.lines.range(Span(min(span.start, len(text.text)), min(span.end, len(text.text))))

    def _source_route(self, path: str, route: Route, literal: bool) -> Route:
        document = self._ws.by_path.get(path)
        return route if literal or document is None else document.source_route(route)
