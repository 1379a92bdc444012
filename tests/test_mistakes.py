"""Single mistakes in the examples, each with everything that the check says of it.

A file in ``tests/mistakes`` is a family of mistakes, and each ``## heading`` in it is one. Code blocks say what is
changed in ``examples/charters``:

    ```diff teams/depot/charter.md
     goals:
    -      - to: fewer-closed-berths
    +      - to: fewer-closed-berth
    ```

The lines of a hunk stand in the file exactly once; ``@@`` begins another hunk, and one without ``-`` and ``+`` only
shows a place. ``delete PATH``, ``rename PATH PATH`` and ``copy PATH PATH`` are empty blocks; ``markdown PATH`` is a new
file. ``␀`` stands for a NUL byte.

The block ``diagnostics`` lists what is new compared with the examples as they are, advice included, and with a
leading ``-`` what is no longer said. It is one diagnostic, and it lies in a hunk that the case shows; where it is not
(``diagnostics 2``, ``diagnostics elsewhere``), the case says why. ``UPDATE_RULE_TESTS=1`` rewrites the blocks; read the
difference before you commit it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

import pytest

from aligncli.diagnostics import Diagnostic
from aligncli.rules import RULES
from aligncli.testing import Case, read_cases
from tests.examples import examples

FOLDER = Path(__file__).parent / "mistakes"
_BLOCK = re.compile(r"^```(?P<info>\w[^\n]*)\n(?P<text>.*?)^```$", re.M | re.S)

NOT_BY_ONE_EDIT: dict[str, str] = {}
"""The rules that no single edit of the examples brings about, and why."""


class Change(NamedTuple):
    """What a case does to the examples."""

    files: dict[str, str | None]
    shown: set[tuple[str, int]]
    """The lines that it shows, as they are afterwards."""


CASES = read_cases(FOLDER)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_mistake(case: Case) -> None:
    change, options, expected = read_change(case)
    difference = examples().check(change.files)
    actual = [*_lines(difference.new), *(f"- {_line(item)}" for item in difference.gone)]
    if actual != expected.splitlines():
        if os.environ.get("UPDATE_RULE_TESTS"):
            _update(case, expected, actual)
        else:
            shown = "\n".join(unified_diff(expected.splitlines(), actual, "as written", "as found", lineterm=""))
            raise AssertionError(f"{case} gives something else:\n{shown}")
    number = next((int(word) for word in options if word.isdigit()), 1)
    assert len(difference.new) == number, f"{case} gives {len(difference.new)} diagnostics"
    where = {(item.path, item.range.start.line) for item in difference.new} - change.shown
    assert bool(where) is ("elsewhere" in options), f"{case} does not show {sorted(where)}"
    if options:
        assert _BLOCK.sub("", case.text).strip(), f"{case} does not say why it is `{' '.join(options)}`"


def test_every_rule_is_brought_about_by_one_mistake() -> None:
    told = {code for case in CASES for code in re.findall(r"^\S+:\d+:\d+: \w+\[(AL\d+)\]", case.text, re.M)}
    codes = {rule.code for rule in RULES}
    assert told | NOT_BY_ONE_EDIT.keys() == codes
    assert not told & NOT_BY_ONE_EDIT.keys()


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 120
    assert len({(case.file, case.title) for case in CASES}) == len(CASES)


def read_change(case: Case) -> tuple[Change, list[str], str]:
    texts = examples().texts
    change = Change({}, set())
    options: list[str] = []
    expected: str | None = None
    for block in _BLOCK.finditer(case.text):
        what, *words = block["info"].split()
        text = block["text"].replace("␀", "\0")
        if what == "diagnostics":
            options, expected = words, text
        elif what == "diff":
            before = change.files.get(words[0], texts[words[0]]) or ""
            change.files[words[0]] = _patched(before, text, case)
        elif what == "markdown":
            change.files[words[0]] = text
        elif what in ("delete", "rename", "copy"):
            before = texts[words[0]]
            if what != "copy":
                change.files[words[0]] = None
            if what != "delete":
                change.files[words[1]] = before
        else:
            raise AssertionError(f"{case}: no such block as `{what}`")
    assert expected is not None, f"{case} has no block `diagnostics`"
    for block in _BLOCK.finditer(case.text):
        what, *words = block["info"].split()
        path = words[-1] if words else ""
        after = change.files.get(path)
        if what == "diff" and after is not None:
            for hunk in _hunks(block["text"].replace("␀", "\0")):
                new = [line[1:] for line in hunk if line[:1] != "-"]
                first = _place(after, new, case)
                change.shown.update((path, first + index) for index in range(len(new)))
        elif what in ("markdown", "rename", "copy") and after is not None:
            change.shown.update((path, line) for line in range(1, after.count("\n") + 2))
    return change, options, expected


def _hunks(text: str) -> Iterator[list[str]]:
    for part in re.split(r"^@@.*\n", text, flags=re.M):
        if part.strip():
            yield [line or " " for line in part.splitlines()]


def _patched(text: str, patch: str, case: Case) -> str:
    for hunk in _hunks(patch):
        old = [line[1:] for line in hunk if line[:1] != "+"]
        new = [line[1:] for line in hunk if line[:1] != "-"]
        first = _place(text, old, case) - 1
        lines = text.split("\n")
        text = "\n".join([*lines[:first], *new, *lines[first + len(old) :]])
    return text


def _place(text: str, wanted: list[str], case: Case) -> int:
    """The number of the line at which some lines stand, which must be the only one."""
    lines = text.split("\n")
    found = [at + 1 for at in range(len(lines)) if lines[at : at + len(wanted)] == wanted]
    assert len(found) == 1, f"{case}: these lines stand there {len(found)} times:\n" + "\n".join(wanted)
    return found[0]


def _lines(items: list[Diagnostic]) -> Iterator[str]:
    for item in items:
        yield _line(item)
        if item.help:
            yield f"  help: {item.help}"


def _line(item: Diagnostic) -> str:
    start = item.range.start
    return f"{item.path}:{start.line}:{start.column}: {item.severity.label}[{item.code}] {item.message}"


def _update(case: Case, expected: str, actual: list[str]) -> None:
    text = case.file.read_text(encoding="utf-8")
    start = text.index("\n", text.index("```diagnostics", text.index(case.text))) + 1
    new = "".join(line + "\n" for line in actual)
    case.file.write_text(text[:start] + new + text[start + len(expected) :], encoding="utf-8")
