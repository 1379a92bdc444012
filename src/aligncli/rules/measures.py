"""AL6xx: do the figures say what the goals say?"""

from __future__ import annotations
