"""The check in the Reviewdog Diagnostic Format: a ``DiagnosticResult``, columns counted in bytes of UTF-8.

Reviewdog posts messages as comments, so they are markdown; and it refuses fields that it does not know, so there is
none of our own.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aligncli import HOME
from aligncli.diagnostics import Diagnostic, LocatedFix, Position, Range, Severity
from aligncli.document.edits import Change, apply
from aligncli.document.source import Source
from aligncli.render.check import Checked
from aligncli.render.links import rule_page
from aligncli.render.markup import sentence
from aligncli.render.text import json_text

_BOM = "\ufeff"
_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


class _Text:
    """A document with its columns in bytes, a byte-order mark counted."""

    def __init__(self, text: str) -> None:
        self.source = Source(text)
        self._first = len((_BOM * (len(text) - len(self.source.text))).encode())

    def range(self, place: Range) -> dict[str, Any]:
        return {"start": self._position(place.start), "end": self._position(place.end)}

    def _position(self, place: Position) -> dict[str, int]:
        before = self.source.line(place.line)[: place.column - 1]
        # The end of a line of CRLF may lie behind what counts as its text.
        column = len(before.encode("utf-8", "surrogatepass")) + (place.column - 1 - len(before)) + 1
        return {"line": place.line, "column": column + (self._first if place.line == 1 else 0)}


def rdjson(checked: Checked) -> str:
    """The whole report; paths are from the git top level."""
    texts = cache(lambda path: _Text(checked.text(path)))

    def location(path: str, place: Range) -> dict[str, Any]:
        return {"path": checked.name(path), "range": texts(path).range(place)}

    def diagnostic(item: Diagnostic) -> dict[str, Any]:
        message = sentence(item.message) + (f"\n\nhelp: {sentence(item.help)}" if item.help else "")
        page = rule_page(item.code, item.name)
        found: dict[str, Any] = {
            "message": message,
            "location": location(item.path, item.range),
            "severity": _SEVERITIES[item.severity],
            "code": {"value": item.code, **({"url": page} if page else {})},
        }
        if item.fix is not None and all(edit.path == item.path for edit in item.fix.edits):
            found["suggestions"] = [_suggestion(item.fix, texts(item.path))]
        if item.related:
            found["related_locations"] = [
                {"message": sentence(related.message), "location": location(related.path, related.range)}
                for related in item.related
            ]
        return found

    worst = max((item.severity for item in checked.report.diagnostics), default=None)
    document = {
        "source": {"name": "align", "url": HOME},
        "severity": _SEVERITIES[worst] if worst is not None else "UNKNOWN_SEVERITY",
        "diagnostics": [diagnostic(item) for item in checked.report.diagnostics],
    }
    return json_text(document)


def _suggestion(fix: LocatedFix, text: _Text) -> dict[str, Any]:
    """A fix as one suggestion: of several, nobody could say whether they are parts or a choice."""
    source = text.source
    start = min(edit.span.start for edit in fix.edits)
    end = max(edit.span.end for edit in fix.edits)
    changes = [
        Change(edit.span._replace(start=edit.span.start - start, end=edit.span.end - start), edit.text)
        for edit in fix.edits
    ]
    place = Range(source.lines.position(start), source.lines.position(end))
    return {"range": text.range(place), "text": apply(source.text[start:end], changes)}
