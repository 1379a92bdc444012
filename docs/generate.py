"""Writes what is made from the code: ``docs/rules.md``, out of the docstrings of the rules.

Run it from anywhere as ``python docs/generate.py``; a test fails while the file is stale.
"""

from __future__ import annotations

from pathlib import Path

from aligncli.render.pages import reference
from aligncli.rules import RULES

COMMAND = "python docs/generate.py"


def rules() -> str:
    """The text of ``docs/rules.md``."""
    return reference(RULES, COMMAND)


if __name__ == "__main__":
    Path(__file__).with_name("rules.md").write_text(rules(), encoding="utf-8", newline="\n")
