"""Every rule's docstring is a page whose examples are true."""

from __future__ import annotations

from pathlib import Path

import pytest

from aligncli.rules import RULES
from aligncli.rules.base import Example, Rule
from tests.harness import check, lines, with_org

SECTIONS = ["What it checks", "Why it matters", "Bad", "Good", "How to fix"]


def files_of(rule: Rule, examples: list[Example]) -> dict[str, str | bytes]:
    files: dict[str, str | bytes] = {
        example.path: example.text if example.encoding == "utf-8" else example.text.encode(example.encoding)
        for example in examples
    }
    return files if rule.code == "AL211" else with_org(files)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_page_has_all_its_parts(rule: Rule) -> None:
    assert list(rule.page.sections) == SECTIONS
    assert rule.page.summary.endswith(".")
    assert all(rule.page.sections.values())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_bad_example_gives_exactly_this_rule(rule: Rule, tmp_path: Path) -> None:
    examples = rule.page.examples("Bad")
    assert examples
    report = check(tmp_path, files_of(rule, examples))
    relevant = {d.code for d in report.diagnostics if d.severity.label != "info" or d.code == rule.code}
    assert relevant == {rule.code}, lines(report)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_good_example_gives_nothing(rule: Rule, tmp_path: Path) -> None:
    examples = rule.page.examples("Good")
    assert examples
    report = check(tmp_path, files_of(rule, examples))
    relevant = [d for d in report.diagnostics if d.severity.label != "info" or d.code == rule.code]
    assert not relevant, lines(report)


def test_codes_and_names_are_unique_and_sorted() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)
