"""The check as a GitLab Code Quality report: the part of Code Climate's issues that GitLab reads."""

from __future__ import annotations

from typing import Any

from aligncli.diagnostics import Diagnostic, Severity
from aligncli.render.check import Checked
from aligncli.render.fingerprints import fingerprints
from aligncli.render.text import json_text, plain

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info", Severity.OFF: "info"}
"""What fails the check is no security hole: ``critical`` and ``blocker`` are left to tools that find those."""


def gitlab(checked: Checked) -> str:
    """One issue per diagnostic."""
    found = checked.report.diagnostics
    issues = [
        _issue(item, checked.name(item.path), fingerprint)
        for item, fingerprint in zip(found, fingerprints(found), strict=True)
    ]
    return json_text(issues)


def _issue(item: Diagnostic, path: str, fingerprint: str) -> dict[str, Any]:
    help_ = f"; help: {item.help}" if item.help else ""
    return {
        "description": plain(f"{item.code}: {item.message}{help_}"),
        "check_name": item.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[item.severity],
        "location": {
            "path": path,
            "lines": {"begin": item.range.start.line, "end": item.range.end.line},
        },
    }
