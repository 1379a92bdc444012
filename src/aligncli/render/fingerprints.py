"""What makes a finding the same in the eyes of a system that has seen it before, as a short text."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from aligncli.diagnostics import Diagnostic, Key

SCHEME = "align/v1"
"""How they are made. Whoever makes them another way gives that another name: systems that remember the old ones then
see that they do not compare."""

_DIGITS = 32


def fingerprints(diagnostics: Sequence[Diagnostic], silenced: Sequence[Diagnostic] = ()) -> list[str]:
    """A fingerprint for each diagnostic, and behind those one for each that is silenced; no two are the same.

    It is made of what the fact is (code and identity) and never of where it stands, what the message says or how
    severe it is. Where one fact stands several times, they are numbered, the most severe first, then those that came
    first; so a number depends neither on advice that is not shown nor on what is silenced. Numbers count within what
    is given: of a fact that stands in two documents, a report on one of them alone cannot know the other.
    """
    items = [*diagnostics, *silenced]
    weights = [(at >= len(diagnostics), -item.severity) for at, item in enumerate(items)]
    seen: Counter[Key] = Counter()
    found = [""] * len(items)
    for at in sorted(range(len(items)), key=weights.__getitem__):
        key = items[at].key
        found[at] = _fingerprint(key, seen[key])
        seen[key] += 1
    return found


def _fingerprint(key: Key, number: int) -> str:
    code, identity = key
    # JSON keeps the parts apart, and escapes what could not be encoded (the name of a file that is not UTF-8).
    written = json.dumps([SCHEME, code, list(identity), number])
    return hashlib.sha256(written.encode("ascii")).hexdigest()[:_DIGITS]
