"""Rules as JSON, version 1: a published format, apart from the types inside; fields are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aligncli.render.pages import Standing
from aligncli.render.text import json_text


def rules_json(standings: Sequence[Standing]) -> str:
    """All rules, without their pages."""
    return json_text({"version": 1, "rules": [_rule(standing) for standing in standings]})


def rule_json(standing: Standing) -> str:
    """One rule with its page: section by section, and whole."""
    rule = standing.rule
    sections = [{"title": title, "markdown": text} for title, text in rule.page.sections.items()]
    return json_text({"version": 1, "rule": {**_rule(standing), "sections": sections, "markdown": rule.source}})


def _rule(standing: Standing) -> dict[str, Any]:
    rule, setting, off_in = standing
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "severity": setting.severity.label,
        "default": rule.severity.label,
        "why": setting.why,
        "off_in": list(off_in),
        "origin": rule.origin or None,
    }
