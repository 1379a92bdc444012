"""A check that is repeated after each change, for which only what may be different is looked for again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aligncli.diagnostics import Finding, Severity
from aligncli.engine.report import Place, Report
from aligncli.engine.run import Task, collected, run
from aligncli.rules.base import Rule
from aligncli.workspace.again import Focus, View
from aligncli.workspace.workspace import Workspace


class Again:
    """Remembers what each rule found.

    Args:
        found: by code, what rules found in the state that the first focus starts from, as far as somebody knows.
    """

    def __init__(self, found: Mapping[str, Sequence[Finding]] | None = None) -> None:
        self._found = found or {}
        self._documents: Sequence[Place] | None = None
        self._ws: Workspace | None = None

    @property
    def found(self) -> Mapping[str, Sequence[Finding]]:
        """What each rule found the last time, by its code."""
        return self._found

    def run(
        self, task: Task, focus: Focus | None = None, *, show: Severity = Severity.INFO, silenced: bool = False
    ) -> Report:
        """Checks a workspace, as :func:`aligncli.engine.run.run` does.

        Args:
            task: what is checked, and how: with a focus, in the same way as the last time.
            focus: what may be different from the last time; everything where it is not given, and nothing where the
                workspace is the same.
            show: the least severity that is located and listed.
            silenced: whether to list what was suppressed or is in the baseline.

        Raises:
            AlignError: as there; then the next check has to be without a focus.
        """
        is_same = task.ws is self._ws
        before = self._found if is_same or focus is not None else {}
        found: dict[str, Sequence[Finding]] = {}

        def collect(rule: Rule) -> Sequence[Finding]:
            known, findings = before.get(rule.code), None
            view = getattr(focus, rule.local, None) if focus is not None and not rule.origin else None
            if is_same:
                findings = known
            elif known is not None and view is not None:
                findings = _renewed(rule, known, view, task)
            found[rule.code] = collected(rule, task.ws, task.config) if findings is None else findings
            return found[rule.code]

        documents = self._documents if before else None
        self._found, self._ws = {}, None
        report = run(task, show=show, silenced=silenced, collect=collect, documents=documents)
        self._found, self._documents, self._ws = found, report.documents, task.ws
        return report


def _renewed(rule: Rule, known: Sequence[Finding], view: View, task: Task) -> Sequence[Finding] | None:
    """What a local rule finds now, out of what it found before; nothing where it speaks of more than the view."""
    gone = collected(rule, view.before, task.config)
    come = collected(rule, view.after, task.config)
    if view.paths is not None and not all(finding.path in view.paths for finding in (*gone, *come)):
        return None
    left = list(known)
    for finding in gone:
        if finding not in left:
            return None
        left.remove(finding)
    return left + come
