"""What an earlier state excuses, where running the executable would have to break documents to get there."""

from __future__ import annotations

from datetime import date

import pytest

from aligncli.diagnostics import Finding, Severity
from aligncli.engine import Before, Verdict
from aligncli.model import FiscalYear
from aligncli.rules import RULES
from aligncli.workspace.link import link

NOBODY = link([], [], date(2026, 11, 20), FiscalYear())


def verdict(severity: Severity) -> Verdict:
    return Verdict(
        RULES[0], severity, Finding(RULES[0].code, "a.md", "a message", identity=("checkout/pay", "supports"))
    )


@pytest.mark.parametrize("what", ["found", "hidden"])
def test_what_was_there_excuses_nothing_that_is_worse(what: str) -> None:
    for earlier in (Severity.INFO, Severity.WARNING, Severity.ERROR):
        there = [verdict(earlier)]
        before = Before(there, ()) if what == "found" else Before((), (), there)
        for later in (Severity.INFO, Severity.WARNING, Severity.ERROR):
            compared = before.compare(NOBODY, [verdict(later)], [], [])
            assert bool(compared.new) is (later > earlier), (earlier, later)
