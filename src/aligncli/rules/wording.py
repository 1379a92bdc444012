"""AL305, AL310, AL604: what the words of goals say; heuristics, each with the precision that was measured."""

from __future__ import annotations
