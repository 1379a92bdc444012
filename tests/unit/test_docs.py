"""What is generated is fresh, and its links lead somewhere."""

from __future__ import annotations

import re
import runpy

from aligncli.diagnostics import Severity
from aligncli.render.pages import reference
from aligncli.rules import FAMILIES, RULES
from aligncli.rules.base import Rule
from tests import TOP

DOCS = TOP / "docs"
PAGE = DOCS / "rules.md"


def test_the_reference_page_is_fresh() -> None:
    generator = runpy.run_path(str(DOCS / "generate.py"))
    assert PAGE.read_text(encoding="utf-8") == generator["rules"](), (
        f"docs/rules.md is stale: run `{generator['COMMAND']}` and commit what it writes"
    )
    assert generator["COMMAND"] == "python docs/generate.py"


def test_every_code_links_to_its_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.M | re.S), re.M)
    anchors = [
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings
    ]  # as GitHub makes them
    assert len(set(anchors)) == len(anchors)
    linked = dict(re.findall(r"^\| \[(\w+)\]\(#([\w-]+)\) \|", text, re.M))
    assert list(linked) == [rule.code for rule in RULES]
    assert {*linked.values()} <= {*anchors}


def test_every_example_survives() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for rule in RULES:
        for section in rule.page.sections:
            for example in rule.page.examples(section):
                assert f"`{example.path}`:\n\n" in text
                assert example.text in text


def test_every_rule_has_a_family() -> None:
    assert {rule.code[:3] for rule in RULES} <= {*FAMILIES}


def test_what_would_break_a_table_or_a_block_is_kept_in_its_place() -> None:
    def check(ws: object, config: object) -> None:
        """A `this|that` rule.

        ## Bad
        Text.

        ````markdown teams/a/charter.md
        ```
        ## no heading
        ```
        ````

        More.
        """

    text = reference([Rule("AL001", "some-rule", Severity.OFF, check)], "make")  # type: ignore[arg-type]
    assert "| [AL001](#al001-some-rule) | some-rule | off | A `this\\|that` rule. |" in text
    assert "*Off by default.*" in text
    assert "`teams/a/charter.md`:\n\n````markdown\n```\n## no heading\n```\n````\n\nMore.\n" in text
