"""Tests the rules as align tests its own: `python -m pytest` in this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from acme_align_rules import RULES

from aligncli.rules.base import Rule
from aligncli.testing import Case, assert_case, assert_page, assert_rules, read_cases

FOLDER = Path(__file__).parent / "rules"


@pytest.mark.parametrize("case", read_cases(FOLDER), ids=str)
def test_case(case: Case, tmp_path: Path) -> None:
    assert_case(case, tmp_path, RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_page(rule: Rule, tmp_path: Path) -> None:
    assert_page(rule, tmp_path, RULES)


def test_rules() -> None:
    assert_rules(RULES, FOLDER)
