"""A rule's page, and the catalogue of all rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from aligncli.diagnostics import Severity
from aligncli.render.text import Style
from aligncli.rules.base import Rule

_WIDEST = 32
_CODE_BLOCK = re.compile(r"^```markdown (?P<path>\S+).*$", re.M)


def page(rule: Rule) -> str:
    """A rule's page as markdown."""
    level = "off by default" if rule.severity is Severity.OFF else f"{rule.severity.label} by default"
    return f"# {rule.code} {rule.name} ({level})\n\n{rule.source}\n"


def colored_page(rule: Rule, width: int) -> str:
    """A rule's page for a terminal."""
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(width=width, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        # A terminal shows no info strings, and a reader wants to know which file is which.
        named = _CODE_BLOCK.sub(r"`\g<path>`:\n\n```yaml", page(rule))
        console.print(Markdown(named, code_theme="ansi_dark"))
    return capture.get()


def catalogue(rules: Sequence[Rule], severities: Mapping[str, Severity], style: Style) -> str:
    """One line for every rule: code, severity here (a star where it is not the default), name and what it finds."""
    name_width = max(len(rule.name) for rule in rules)
    lines = []
    for rule in rules:
        severity = severities[rule.code]
        changed = "*" if severity is not rule.severity else " "
        head = f"{rule.code}  {style.severity(f'{severity.label:<7}', severity)}{changed} {rule.name:<{name_width}}  "
        room = style.width - len(rule.code) - name_width - 14
        lines.append(head + style.paint(_cut(rule.summary.replace("`", ""), max(room, _WIDEST)), dim=True))
    if any(severities[rule.code] is not rule.severity for rule in rules):
        lines.append("* set in align.toml")
    return "\n".join(lines) + "\n"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
