"""The check as JSON, version 1: a published format, apart from the types inside; fields are only ever added."""

from __future__ import annotations

from typing import Any

from aligncli import __version__
from aligncli.diagnostics import Diagnostic, Range
from aligncli.render.check import Checked
from aligncli.render.fingerprints import fingerprints
from aligncli.render.text import json_text


def check_json(checked: Checked) -> str:
    """The whole report; paths are relative to the root."""
    report = checked.report
    document = {
        "version": 1,
        "tool": {"name": "align", "version": __version__},
        "as_of": checked.as_of.isoformat(),
        "since": report.since._asdict() if report.since is not None else None,
        "summary": report.summary._asdict(),
        "diagnostics": [
            _diagnostic(item, fingerprint)
            for item, fingerprint in zip(report.diagnostics, fingerprints(report.diagnostics), strict=True)
        ],
    }
    return json_text(document)


def _diagnostic(item: Diagnostic, fingerprint: str) -> dict[str, Any]:
    fix = None
    if item.fix is not None:
        edits = [{"path": edit.path, "range": _range(edit.range), "text": edit.text} for edit in item.fix.edits]
        fix = {"safe": item.fix.safe, "title": item.fix.title, "edits": edits}
    return {
        "code": item.code,
        "name": item.name,
        "severity": item.severity.label,
        "message": item.message,
        "help": item.help,
        "subject": item.subject,
        "team": item.team,
        "fingerprint": fingerprint,
        "path": item.path,
        "range": _range(item.range),
        "related": [
            {"path": related.path, "range": _range(related.range), "message": related.message}
            for related in item.related
        ],
        "fix": fix,
    }


def _range(place: Range) -> dict[str, dict[str, int]]:
    return {
        "start": {"line": place.start.line, "column": place.start.column},
        "end": {"line": place.end.line, "column": place.end.column},
    }
