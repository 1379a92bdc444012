"""Runs the markdown tests in ``tests/rules``: files in, diagnostics with exact positions out.

A test file is called as its rule. Each ``## heading`` is a case: code blocks whose info string ends in a path
(``markdown teams/checkout/charter.md``, ``toml align.toml``; a third word is an encoding) are the files, and the
block ``diagnostics`` lists what the check says, in order:

    teams/checkout/charter.md:7:16: error[AL202] goal `checkout/pay` supports …
      help: an outcome with a similar id exists: …

Advice (info) of other rules is left out, unless the block says ``diagnostics all``; ``as-of=2026-12-01`` sets the
day. A ``help:`` line may be left out; when it is there, it must be right. A case without an ``org`` stands in the
smallest one. ``UPDATE_RULE_TESTS=1`` rewrites the blocks; read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from aligncli.rules import RULES
from tests.harness import AS_OF, check, with_org

FOLDER = Path(__file__).parent / "rules"
_HEADING = re.compile(r"^## (.+)$", re.M)
_BLOCK = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=fence)$", re.M | re.S)


class Case(NamedTuple):
    file: Path
    title: str
    text: str

    @property
    def blocks(self) -> list[tuple[list[str], str]]:
        return [(found["info"].split(), found["text"]) for found in _BLOCK.finditer(self.text)]


def cases() -> Iterator[Case]:
    for file in sorted(FOLDER.glob("AL*.md")):
        parts = _HEADING.split(file.read_text(encoding="utf-8"))
        for at in range(1, len(parts), 2):
            yield Case(file, parts[at].strip(), parts[at + 1])


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.file.stem}: {case.title}")
def test_rule(case: Case, tmp_path: Path) -> None:
    code = case.file.stem
    files: dict[str, str | bytes] = {}
    expected, options = None, []
    for info, text in case.blocks:
        if info[:1] == ["diagnostics"]:
            expected, options = text, info[1:]
        elif len(info) >= 2:
            files[info[1]] = text.encode(info[2]) if len(info) > 2 else text
    assert expected is not None, "the case has no block `diagnostics`"
    as_of = next((date.fromisoformat(word[6:]) for word in options if word.startswith("as-of=")), AS_OF)
    files = with_org(files) if code != "AL211" else files
    report = check(tmp_path, files, as_of=as_of)
    actual = []
    for found in report.diagnostics:
        if "all" in options or found.code == code or found.severity.label != "info":
            place = f"{found.path}:{found.range.start.line}:{found.range.start.column}"
            actual.append(f"{place}: {found.severity.label}[{found.code}] {found.message}")
            if found.help:
                actual.append(f"  help: {found.help}")
    wanted = expected.splitlines()
    if not any(line.startswith("  help:") for line in wanted):
        actual = [line for line in actual if not line.startswith("  help:")]
    if os.environ.get("UPDATE_RULE_TESTS") and wanted != actual:
        text = case.file.read_text(encoding="utf-8")
        section = text.index(case.text)
        at = (
            text.index(expected, text.index("```diagnostics", section))
            if expected
            else text.index("\n", text.index("```diagnostics", section)) + 1
        )
        new = "".join(line + "\n" for line in actual)
        case.file.write_text(text[:at] + new + text[at + len(expected) :], encoding="utf-8")
        return
    assert actual == wanted


def test_every_rule_has_a_test_and_every_test_a_rule() -> None:
    assert {file.stem for file in FOLDER.glob("*.md")} == {rule.code for rule in RULES}
