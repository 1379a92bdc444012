"""The tests, and where things stand that they read."""

from __future__ import annotations

from pathlib import Path

TOP = Path(__file__).parents[1]
EXAMPLES = TOP / "examples" / "charters"
