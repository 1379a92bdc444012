"""Suppressions at work: which findings they silence, and which of them silence nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence, Set
from datetime import date
from typing import NamedTuple

from aligncli.diagnostics import Finding, Suppression, Word
from aligncli.engine.places import Places
from aligncli.engine.select import codes_of, near_rule
from aligncli.rules.base import Rule, UnknownName, Use, WordUse
from aligncli.workspace.workspace import Workspace

_MOST_SUGGESTIONS = 1000
"""A text may name hundreds of thousands of rules that do not exist."""
_ALL = 10**9
"""More lines than any document has."""


class _Entry(NamedTuple):
    """One suppression, with what its words stand for."""

    suppression: Suppression
    words: list[tuple[Word, frozenset[str]]]
    start: int
    """The first line that it governs."""


class _Group(NamedTuple):
    """The suppressions of a document that govern up to the same line: of a line, an item, a paragraph, or all.

    However many there are, a finding looks at one number in each group that its own lies in.
    """

    entries: list[_Entry]
    holds_from: dict[str, int]
    """By code: the first line on which one of them silences it."""
    found_at: dict[str, int]
    """By code: the last line on which one was found."""


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
        self._known: dict[str, frozenset[str]] = {}
        self._by_path: dict[str, dict[int, _Group]] = {}
        self._ends: dict[str, list[int]] = {}
        self._around: dict[str, dict[int, int]] = {}
        self._missed: dict[tuple[str, str], list[int]] = {}
        self.unknown: list[UnknownName] = []
        for document in ws.documents:
            if document.suppressions and reports_on(document.path):
                groups = self._by_path[document.path] = {}
                for suppression in document.suppressions:
                    self._add(groups, document.path, suppression)
                self._ends[document.path] = sorted(groups)
                self._around[document.path] = _nested(groups)

    def _add(self, groups: dict[int, _Group], path: str, suppression: Suppression) -> None:
        start, end = 1, _ALL
        if suppression.governs is not None:
            place = self._places.text(path).lines.range(suppression.governs)
            start, end = place.start.line, place.end.line
        group = groups.setdefault(end, _Group([], {}, {}))
        words = []
        for word in suppression.rules:
            codes = self._meant(word.text)
            if not codes:
                near = near_rule(word.text, self._rules) if len(self.unknown) < _MOST_SUGGESTIONS else None
                self.unknown.append(UnknownName(path, word.text, word.span, "this suppression", near))
                continue
            words.append((word, codes))
            if not suppression.fault and _holds(suppression, self._as_of):
                for code in codes & self._codes:
                    group.holds_from[code] = min(start, group.holds_from.get(code, start))
        group.entries.append(_Entry(suppression, words, start))

    def _meant(self, word: str) -> frozenset[str]:
        if word not in self._known:
            self._known[word] = codes_of(word, self._rules)
        return self._known[word]

    def silences(self, finding: Finding) -> bool:
        """Whether a suppression silences a finding; notes that it was found.

        A finding that is dropped for another reason is asked about as well, so that a suppression does not seem
        needless because something else is broken.
        """
        ends = self._ends.get(finding.path)
        if ends is None:
            return False
        line = self._places.of(finding).start.line
        silenced = False
        end = ends[bisect_left(ends, line)] if line <= ends[-1] else None
        while end is not None:
            group = self._by_path[finding.path][end]
            group.found_at[finding.rule] = max(line, group.found_at.get(finding.rule, line))
            silenced = silenced or line >= group.holds_from.get(finding.rule, line + 1)
            end = self._around[finding.path].get(end)
        return silenced

    def reason(self, finding: Finding) -> str:
        """What the suppression gives as its reason that silences a finding."""
        line = self._places.of(finding).start.line
        for end, group in sorted(self._by_path[finding.path].items()):
            for entry in group.entries:
                is_meant = any(finding.rule in codes for _, codes in entry.words)
                if is_meant and entry.start <= line <= end and _holds(entry.suppression, self._as_of):
                    return entry.suppression.reason
        return ""

    def misses(self, finding: Finding) -> None:
        """Notes where something is reported that a suppression in its document might have been meant for."""
        if finding.path in self._by_path:
            line = self._places.of(finding).start.line
            self._missed.setdefault((finding.path, finding.rule), []).append(line)

    def uses(self, judged: Set[str], asked: Set[str]) -> list[Use]:
        """What came of each suppression.

        Args:
            judged: the codes of the rules that ran, and whose silence means something.
            asked: the codes of those that this run asked for, on or off.
        """
        for lines in self._missed.values():
            lines.sort()
        return [
            Use(
                path,
                entry.suppression,
                [
                    WordUse(
                        word,
                        any(entry.start <= group.found_at.get(code, 0) for code in codes & self._codes),
                        not codes & self._codes,
                        codes <= asked and not codes.isdisjoint(judged),
                        self._nearest(path, codes & self._codes, entry.start),
                    )
                    for word, codes in entry.words
                ],
            )
            for path, groups in self._by_path.items()
            for group in groups.values()
            for entry in group.entries
        ]

    def _nearest(self, path: str, codes: Set[str], start: int) -> int | None:
        near = []
        for code in codes:
            if lines := self._missed.get((path, code)):
                near.append(lines[min(bisect_left(lines, start), len(lines) - 1)])
        return min(near, key=lambda line: (line < start, abs(line - start)), default=None)


def _nested(groups: dict[int, _Group]) -> dict[int, int]:
    """For the end of each group the end of the one around it, as an item is around its lines."""
    around: dict[int, int] = {}
    inside: list[tuple[int, int]] = []
    for end in sorted(groups):
        start = min(entry.start for entry in groups[end].entries)
        while inside and inside[-1][1] >= start:
            around[inside.pop()[0]] = end
        inside.append((end, start))
    return around


def _holds(suppression: Suppression, as_of: date) -> bool:
    return suppression.until is None or suppression.until >= as_of
