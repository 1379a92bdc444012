"""Runs the markdown tests in ``tests/rules``; :mod:`aligncli.testing` explains their form."""

from __future__ import annotations

from pathlib import Path

import pytest

from aligncli.rules import RULES
from aligncli.testing import Case, assert_case, assert_rules, read_cases

FOLDER = Path(__file__).parent / "rules"


@pytest.mark.parametrize("case", read_cases(FOLDER), ids=str)
def test_rule(case: Case, tmp_path: Path) -> None:
    assert_case(case, tmp_path)


def test_every_rule_has_a_test_and_every_test_a_rule() -> None:
    assert_rules(RULES, FOLDER)
