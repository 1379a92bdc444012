"""The check as GitHub workflow commands, which show as annotations in a pull request.

Of one step GitHub shows ten errors, ten warnings and ten notices: the first of each are commands, the others lines of
the log.
"""

from __future__ import annotations

from aligncli.diagnostics import Diagnostic, Severity
from aligncli.render.check import Checked
from aligncli.render.check_text import concise_line
from aligncli.render.text import Style, count, cut, plain, without_commands

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_MOST = 10
_LONGEST_TITLE = 255
_LONGEST_MESSAGE = 4096
"""Where the runner cuts."""


def github(checked: Checked) -> str:
    """The most severe first, each severity by place; and in a group, what GitHub would not show."""
    commands: list[str] = []
    rest: list[str] = []
    for severity, command in _COMMANDS.items():
        items = [item for item in checked.report.diagnostics if item.severity is severity]
        commands += [_command(command, item, checked.path(item.path)) for item in items[:_MOST]]
        rest += [concise_line(item, Style()) for item in items[_MOST:]]
    group = ""
    if rest:
        group = f"::group::{count(len(rest), 'more finding')}\n{without_commands(''.join(rest))}::endgroup::\n"
    return "".join(commands) + group


def complaint(sentence: str) -> str:
    """Why a run could not do its work, as an annotation."""
    return f"::error title=align::{_data(cut(plain(sentence), _LONGEST_MESSAGE))}"


def _command(command: str, item: Diagnostic, path: str) -> str:
    start, end = item.range
    properties = {"file": plain(path), "line": str(start.line), "endLine": str(end.line)}
    if end.line == start.line:  # columns are understood on one line only
        properties |= {"col": str(start.column), "endColumn": str(end.column)}
    properties["title"] = cut(f"{item.code} {item.name}", _LONGEST_TITLE)
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = plain(item.message) + (f"\nhelp: {plain(item.help)}" if item.help else "")
    return f"::{command} {written}::{_data(cut(message, _LONGEST_MESSAGE))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
