"""Suppressions at work: which findings they silence, and which of them silence nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from aligncli.diagnostics import Finding
from aligncli.engine.places import Places
from aligncli.engine.select import codes_of, near_rule
from aligncli.rules.base import Rule, UnknownName, Use, WordUse
from aligncli.workspace.names import Status
from aligncli.workspace.workspace import Workspace

if TYPE_CHECKING:
    from aligncli.document.suppressions import Suppression, Word

_BROKEN = (Status.MISSING, Status.WRONG_KIND)


class _Entry(NamedTuple):
    """One suppression, with what its words stand for and how often each suppressed something."""

    path: str
    suppression: Suppression
    words: list[tuple[Word, frozenset[str]]]
    lines: tuple[int, int] | None
    """The first and last line that it governs; nothing for the whole document."""
    hits: list[int]


class Suppressions:
    """The suppressions of the documents that a run reports on.

    Args:
        ws: the documents.
        places: finds lines.
        rules: all that there are.
        reports_on: which paths are reported on.
    """

    def __init__(self, ws: Workspace, places: Places, rules: Sequence[Rule], reports_on: Callable[[str], bool]) -> None:
        self._as_of = ws.as_of
        self._rules = rules
        self._places = places
        self._codes = frozenset(rule.code for rule in rules if rule.suppressible)
        self._by_path: dict[str, list[_Entry]] = {}
        self.unknown: list[UnknownName] = []
        # Where something is broken, rules keep quiet for that reason, and a suppression is not to blame.
        self._in_doubt = {document.path for document in ws.documents if document.broken}
        self._in_doubt.update(reference.path for reference in ws.references if reference.status in _BROKEN)
        for document in ws.documents:
            if document.suppressions and reports_on(document.path):
                self._by_path[document.path] = [
                    self._entry(document.path, suppression) for suppression in document.suppressions
                ]

    def _entry(self, path: str, suppression: Suppression) -> _Entry:
        words = []
        for word in suppression.rules:
            codes = codes_of(word.text, self._rules)
            if codes:
                words.append((word, codes))
            else:
                near = near_rule(word.text, self._rules)
                self.unknown.append(UnknownName(path, word.text, word.span, "this suppression", near))
        lines = None
        if suppression.governs is not None:
            place = self._places.text(path).lines.range(suppression.governs)
            lines = place.start.line, place.end.line
        return _Entry(path, suppression, words, lines, [0] * len(words))

    def silences(self, finding: Finding, *, counts: bool = True) -> bool:
        """Whether a suppression silences a finding; notes that it was needed.

        A finding that was dropped for another reason is asked about as well, so that a suppression does not seem
        needless because something else is broken: ``counts`` is false then.
        """
        entries = self._by_path.get(finding.path)
        if not entries:
            return False
        line = self._places.of(finding).start.line
        silenced = False
        for entry in entries:
            if entry.suppression.fault or (entry.lines and not entry.lines[0] <= line <= entry.lines[1]):
                continue
            for index, (_, codes) in enumerate(entry.words):
                if finding.rule in codes and finding.rule in self._codes:
                    entry.hits[index] += 1
                    silenced = silenced or _holds(entry.suppression, self._as_of)
        return silenced and counts

    def uses(self, judged: Set[str]) -> list[Use]:
        """What came of each suppression, ``judged`` being the codes of the rules that this run asked for."""
        return [
            Use(
                entry.path,
                entry.suppression,
                [
                    WordUse(word, hits, not codes & self._codes, codes <= judged and entry.path not in self._in_doubt)
                    for (word, codes), hits in zip(entry.words, entry.hits, strict=True)
                ],
            )
            for entries in self._by_path.values()
            for entry in entries
        ]


def _holds(suppression: Suppression, as_of: date) -> bool:
    return suppression.until is None or suppression.until >= as_of
