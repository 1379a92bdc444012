"""Where formats send their readers."""

from __future__ import annotations

import re

from aligncli import HOME, __version__
from aligncli.render.links import rule_page
from aligncli.rules import RULES
from tests import TOP


def test_every_page_of_a_rule_is_there() -> None:
    """As GitHub makes anchors of headings."""
    page = (TOP / "docs" / "rules.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", page, re.M)
    anchors = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    for rule in RULES:
        address, _, anchor = (rule_page(rule.code, rule.name) or "").partition("#")
        assert address == f"{HOME}/blob/v{__version__}/docs/rules.md"
        assert anchor in anchors


def test_a_plugins_rule_has_no_page_of_ours() -> None:
    """No plugin can have a code with our prefix: it would not be loaded."""
    assert rule_page("ACM001", "platform-without-cost-centre") is None
