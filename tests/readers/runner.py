"""How GitHub's runner finds commands in what a step prints, as its source has it: two forms, and tokens that stop it."""

from __future__ import annotations

import re
from typing import NamedTuple

COMMANDS = frozenset(
    {
        "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "internal-set-repo-path",
        "notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning",
    }
)  # fmt: skip


class Command(NamedTuple):
    """A line that the runner obeys."""

    name: str
    properties: dict[str, str]
    data: str


def lines(printed: str) -> list[str]:
    """Lines as .NET reads them: no other characters end one."""
    return re.split(r"\r\n|\r|\n", printed)


def commands(printed: str) -> list[Command]:
    """Everything that the runner would obey."""
    return [command for line in lines(printed) if (command := parse(line)) is not None]


def parse(line: str) -> Command | None:
    """The command in a line, if there is one."""
    return _second_form(line) or _first_form(line)


def _second_form(line: str) -> Command | None:
    line = line.lstrip()  # blanks of every kind, as there
    if not line.startswith("::") or (end := line.find("::", 2)) < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    if name.lower() not in COMMANDS:
        return None
    properties = {}
    for pair in filter(None, rest.strip().split(",")):
        key, sign, value = pair.partition("=")
        if key and sign and value:
            properties[key.lower()] = _unescaped(value, {":": "%3A", ",": "%2C"})
    return Command(name.lower(), properties, _unescaped(line[end + 2 :], {}))


def _first_form(line: str) -> Command | None:
    if (start := line.find("##[")) < 0 or (end := line.find("]", start)) < 0:
        return None
    name = line[start + 3 : end].partition(" ")[0]
    return Command(name.lower(), {}, line[end + 1 :]) if name.lower() in COMMANDS else None


def _unescaped(value: str, more: dict[str, str]) -> str:
    for sign, written in {"\r": "%0D", "\n": "%0A", **more, "%": "%25"}.items():
        value = value.replace(written, sign)
    return value
