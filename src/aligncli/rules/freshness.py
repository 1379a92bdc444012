"""AL7xx: is what is written still so?"""

from __future__ import annotations
