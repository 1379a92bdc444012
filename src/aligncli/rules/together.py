"""AL5xx: do the teams agree about how they work together, and can people reach them?"""

from __future__ import annotations
