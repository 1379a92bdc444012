"""Where a reader of findings learns more."""

from __future__ import annotations

from aligncli import HOME, __version__
from aligncli.rules.base import OURS


def rule_page(code: str, name: str) -> str | None:
    """The page of a rule, as this version has it; nothing for a plugin's, whose pages are its own."""
    if not code.startswith(OURS):
        return None
    return f"{HOME}/blob/v{__version__}/docs/rules.md#{code.lower()}-{name}"
