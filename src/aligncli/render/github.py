"""The check as GitHub workflow commands, which show as annotations in a pull request."""

from __future__ import annotations

from aligncli.diagnostics import Diagnostic, Severity
from aligncli.render.check import Checked
from aligncli.render.text import plain

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice", Severity.OFF: "notice"}


def github(checked: Checked) -> str:
    """One command per diagnostic."""
    return "".join(_command(item, checked.path(item.path)) for item in checked.report.diagnostics)


def _command(item: Diagnostic, path: str) -> str:
    start, end = item.range
    properties = {
        "file": plain(path),
        "line": str(start.line),
        "endLine": str(end.line),
        "col": str(start.column),
        # An end column is understood on one line only.
        **({"endColumn": str(end.column)} if end.line == start.line else {}),
        "title": f"{item.code} {item.name}",
    }
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = plain(item.message) + (f"\nhelp: {plain(item.help)}" if item.help else "")
    return f"::{_COMMANDS[item.severity]} {written}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
