"""The catalogue of everything published, kept by hand and apart from the code.

A code, once published, never changes its meaning, and neither code nor name is given to another rule: configurations,
suppressions, baselines and habits rest on them. A rule that goes moves from the table to ``RETIRED``.
"""

from __future__ import annotations

import re

from aligncli.rules import RULES
from tests import TOP

CATALOGUE = """\
AL001 | unreadable-document      | error
AL002 | invalid-frontmatter      | error
AL003 | invalid-yaml             | error
AL004 | duplicate-key            | error
AL005 | unknown-kind             | error
AL006 | undeclared-document      | warning
AL007 | yaml-trap                | warning
AL101 | missing-field            | error
AL102 | unknown-field            | error
AL103 | wrong-type               | error
AL104 | invalid-value            | error
AL201 | duplicate-id             | error
AL202 | unknown-reference        | error
AL203 | wrong-kind-of-reference  | error
AL204 | circular-support         | error
AL205 | former-name              | warning
AL206 | retired-reference        | warning
AL207 | misplaced-document       | warning
AL208 | missing-team-api         | info
AL209 | broken-link              | warning
AL210 | placeholder-left         | warning
AL211 | no-org                   | error
AL301 | untraced-goal            | error
AL302 | period-mismatch          | warning
AL303 | unsupported-outcome      | warning
AL304 | team-without-goals       | info
AL305 | duplicate-goal           | warning
AL306 | conflicting-goals        | warning
AL307 | circular-dependency      | warning
AL308 | dependency-at-risk       | warning
AL309 | outcome-without-owner    | info
AL310 | passed-through-goal      | info
AL311 | spotlight-unattended     | info
AL401 | missing-guardrail        | error
AL402 | missing-evidence         | error
AL403 | expired-waiver           | error
AL404 | needless-waiver          | warning
AL405 | guardrail-without-why    | error
AL406 | too-many-guardrails      | info
AL407 | approval-gate            | info
AL408 | unused-guardrail         | warning
AL409 | self-approved-waiver     | warning
AL410 | endless-waiver           | warning
AL411 | unknown-scope            | info
AL501 | one-sided-interaction    | warning
AL502 | overdue-collaboration    | warning
AL503 | open-ended-collaboration | info
AL504 | missing-contact          | warning
AL505 | team-size                | info
AL506 | duplicate-ownership      | warning
AL507 | too-many-interactions    | info
AL508 | unserved-dependency      | warning
AL509 | no-community             | info
AL601 | unmeasured-goal          | info
AL602 | measure-without-baseline | info
AL603 | contradictory-measure    | error
AL604 | output-as-goal           | info
AL605 | too-many-goals           | info
AL606 | stale-measure            | warning
AL607 | status-against-measure   | info
AL608 | ended-without-learning   | info
AL609 | overdue-experiment       | warning
AL610 | unregistered-metric      | info
AL701 | review-overdue           | warning
AL702 | period-over              | warning
AL703 | lingering-blocker        | warning
AL901 | unknown-rule             | error
AL902 | unused-suppression       | warning
AL903 | expired-suppression      | error
"""

RETIRED: frozenset[str] = frozenset()
"""Codes that nobody may take again."""


def rows() -> list[tuple[str, str, str]]:
    """Code, name and default severity, as the table has them."""
    cells = [[cell.strip() for cell in line.split("|")] for line in CATALOGUE.splitlines()]
    return [(code, name, severity) for code, name, severity in cells]


PUBLISHED = rows()


def test_the_catalogue_is_in_order_and_says_everything_once() -> None:
    codes = [code for code, _, _ in rows()]
    assert codes == sorted(set(codes))
    assert len({name for _, name, _ in rows()}) == len(codes)
    assert not RETIRED & {*codes}


def test_the_rules_are_those_of_the_catalogue() -> None:
    assert [(rule.code, rule.name, rule.severity.label) for rule in RULES] == PUBLISHED


def test_every_rule_of_the_catalogue_has_its_test() -> None:
    tests = {file.stem: file.read_text(encoding="utf-8").splitlines()[0] for file in (TOP / "tests/rules").glob("*.md")}
    assert tests == {code: f"# {code} {name}" for code, name, _ in PUBLISHED}


def test_every_rule_of_the_catalogue_has_its_page() -> None:
    text = (TOP / "docs/rules.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\w+)\]\(#[\w-]+\) \| ([\w-]+) \| (\w+) \|", text, re.M)
    assert listed == PUBLISHED
    assert re.findall(r"^### (AL[0-9]{3}) ([\w-]+)$", text, re.M) == [(code, name) for code, name, _ in PUBLISHED]
