"""Every rule's docstring is a page whose examples are true."""

from __future__ import annotations

from pathlib import Path

import pytest

from aligncli.rules import RULES
from aligncli.rules.base import Rule
from aligncli.testing import assert_page


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_page_has_all_its_parts_and_its_examples_are_true(rule: Rule, tmp_path: Path) -> None:
    assert_page(rule, tmp_path)
