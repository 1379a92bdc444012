"""Fingerprints: of what a fact is, and of nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

from aligncli.diagnostics import Diagnostic, Position, Range, Severity
from aligncli.render import fingerprints as module
from aligncli.render.fingerprints import SCHEME, fingerprints

RENDER = Path(module.__file__).parent


def found(
    *identity: str,
    code: str = "AL202",
    severity: Severity = Severity.ERROR,
    message: str = "goal `a/b` supports `c`, which does not exist",
    path: str = "teams/a/charter.md",
    line: int = 3,
) -> Diagnostic:
    place = Range(Position(line, 1), Position(line, 4))
    return Diagnostic(code, "unknown-reference", severity, message, path, place, identity=identity)


def test_the_scheme_is_what_it_was() -> None:
    """Systems remember these: who changes how they are made gives that another name, and this test new figures."""
    assert SCHEME == "align/v1"
    assert fingerprints([found("a/b", "supports", "c"), found("a/b", "supports", "c")]) == [
        "7d54c34bd288b81d32cc23cae2c0985b",
        "0ce5cdfd43d582b931e324e4f2fa1472",
    ]


def test_they_are_made_of_code_and_identity_alone() -> None:
    one = fingerprints([found("a/b", "supports", "c")])
    assert one == fingerprints(
        [found("a/b", "supports", "c", severity=Severity.INFO, message="else", path="b.md", line=9)]
    )
    others = [
        found("a/b", "supports", "d"),
        found("a/b", "supports"),
        found("a/b", "supportsc"),
        found("a", "b", "supports", "c"),
        found("a/b", "supports", "c", code="AL203"),
        found("a/b", "supports", "c", ""),
        found(),
    ]
    assert len({*one, *fingerprints(others)}) == len(others) + 1


def test_without_an_identity_it_is_what_is_said_of_which_file() -> None:
    assert len({*fingerprints([found(), found(path="b.md"), found(message="else"), found()])}) == 4
    assert fingerprints([found(line=8)]) == fingerprints([found()])


def test_the_same_fact_several_times_is_numbered_by_severity_and_then_by_place() -> None:
    advice, warning, error = (
        found("x", severity=severity, line=line)
        for line, severity in enumerate((Severity.INFO, Severity.WARNING, Severity.ERROR), 1)
    )
    all_ = fingerprints([advice, warning, error])
    assert len({*all_}) == 3
    assert fingerprints([warning, error]) == all_[1:]
    assert fingerprints([error]) == all_[2:]


def test_what_is_silenced_changes_nothing() -> None:
    warning, error = found("x", severity=Severity.WARNING), found("x")
    assert fingerprints([warning], [error])[:1] == fingerprints([warning])
    assert len({*fingerprints([warning], [error])}) == 2


def test_what_cannot_be_encoded_has_one_as_well() -> None:
    one, other, replaced = fingerprints([found("caf\udce9.md"), found("caf\udce8.md"), found("caf\ufffd.md")])
    assert len({one, other, replaced}) == 3


def test_hashes_are_made_in_one_place() -> None:
    """So that a format that needs none does not load them."""
    using = {
        path.name
        for path in RENDER.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(alias.name == "hashlib" for alias in node.names)
    }
    assert using == {"fingerprints.py"}
