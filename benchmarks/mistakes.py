"""Mistakes as people make them, for the organisations that :mod:`generate` writes.

Each is one small change to one document, and names the rule that speaks of it. Some have more to say elsewhere, as in
life: an outcome that was dropped is missed by every goal that supports it.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

Slip = Callable[[str, str], str]
"""What becomes of a document, given the one of its kind before it; the same text where there is no place for it."""

GONE_BY = "2026-06-30"
LONG_AGO = "2025-03-03"


class Mistake(NamedTuple):
    """A way to get a document wrong."""

    code: str
    kind: str
    slip: Slip


def put(pattern: str, new: str) -> Slip:
    """Writes something else where a pattern is first found."""
    compiled = re.compile(pattern, re.M)
    return lambda text, _: compiled.sub(new, text, count=1)


def copied(pattern: str, then: Slip | None = None) -> Slip:
    """Takes what matches from the document before, as somebody does who began with a copy."""
    compiled = re.compile(pattern, re.M)

    def slip(text: str, before: str) -> str:
        ours, theirs = compiled.search(text), compiled.search(before)
        if ours is None or theirs is None:
            return text
        text = text[: ours.start()] + theirs[0] + text[ours.end() :]
        return then(text, before) if then else text

    return slip


def waiver(end: str, more: str = "", *, declared: bool = False) -> Slip:
    """Waives the last declared guardrail."""
    keep = r"\1\2" if declared else r"\1"
    entry = f"waivers:\n  - {{guardrail: \\3, reason: We are three people until spring., expires: {end}{more}}}\n"
    return put(r"^(guardrails:\n(?:  - .*\n)*)(  - (.*)\n)(?=decisions:)", keep + entry)


MISTAKES = (
    # What cannot be read.
    Mistake("AL002", "charter", put(r"\n---\n# ", "\n# ")),
    Mistake("AL003", "charter", put(r"^lead: .*", "lead: engineering lead: the tall one")),
    Mistake("AL003", "team-api", put(r"^    mode: ", "\tmode: ")),
    Mistake("AL003", "team-api", put(r"^contacts:\n  - \{", "contacts:\n  - ")),
    Mistake("AL004", "charter", put(r"^(lead: .*\n)", r"\1lead: somebody else\n")),
    Mistake("AL005", "charter", put(r"^kind: charter", "kind: chartre")),
    Mistake("AL006", "team-api", put(r"^kind: .*\n", "")),
    Mistake("AL007", "charter", put(r"^(mission: \w+) ", r"\1 #1 ")),
    # Fields.
    Mistake("AL101", "charter", put(r"^mission: .*\n", "")),
    Mistake("AL101", "outcome", put(r"^title: .*\n", "")),
    Mistake("AL101", "team-api", put(r"^    mode: .*\n", "")),
    Mistake("AL102", "charter", put(r"^lead:", "leed:")),
    Mistake("AL102", "team-api", put(r"^contacts:", "contact:")),
    Mistake("AL103", "charter", put(r"^size: .*", "size: about seven")),
    Mistake("AL103", "charter", put(r"^guardrails:\n(?:  - .*\n)*", "guardrails: all of them\n")),
    Mistake("AL103", "team-api", put(r"^hours: .*", "hours: [9, 17]")),
    Mistake("AL104", "charter", put(r"^type: .*", "type: streamaligned")),
    Mistake("AL104", "charter", put(r"^reviewed: .*", "reviewed: 2026-13-05")),
    Mistake("AL104", "charter", put(r"status: on-track", "status: on track")),
    Mistake("AL104", "team-api", put(r"status: live", "status: alive")),
    # Names and references.
    Mistake("AL201", "charter", put(r"^  - id: goal-1$", "  - id: goal-0")),
    Mistake("AL201", "charter", copied(r"^team: .*")),
    Mistake("AL202", "charter", put(r"to: outcome-", "to: outcom-")),
    Mistake("AL202", "charter", put(r"to: team-", "to: teem-")),
    Mistake("AL202", "charter", put(r"^  - guardrail-1$", "  - gaurdrail-1")),
    Mistake("AL202", "outcome", put(r"\{to: outcome-", "{to: outcomes-")),
    Mistake("AL202", "team-api", put(r"team: team-(\d+)$(?=\n    mode)", r"team: team\1")),
    Mistake("AL203", "charter", put(r"to: outcome-\d+", "to: guardrail-1")),
    Mistake("AL204", "outcome", put(r"^id: (.*)((?:\n.*)*?)\{to: outcome-\d+", r"id: \1\2{to: \1")),
    Mistake("AL205", "outcome", put(r"^id: (.*)", r"id: \1-again\nformerly: [\1]")),
    Mistake("AL206", "outcome", put(r"^reviewed:", "status: dropped\nclosed: 2026-09-01\nreviewed:")),
    Mistake("AL209", "charter", put(r"\(team-api\.md\)", "(teamapi.md)")),
    Mistake("AL209", "team-api", put(r"\Z", "\nThe rest stands in [our handbook](../../handbook.md).\n")),
    Mistake("AL210", "charter", put(r"^mission: .*", "mission: TODO")),
    # Traceability.
    Mistake("AL301", "charter", put(r"^    supports:\n      - to: .*\n        how: .*\n", "")),
    Mistake("AL302", "charter", put(r"period: 2026-Q4", "period: 2027-Q2")),
    Mistake("AL305", "charter", copied(r"^    title: (?:.*\n)*?    measures:\n      - .*")),
    Mistake("AL309", "outcome", put(r"^owner: .*\n", "")),
    # Guardrails.
    Mistake("AL401", "charter", put(r"^  - guardrail-\d+\n(?=decisions:)", "")),
    Mistake("AL401", "charter", put(r"^guardrails:\n(?:  - .*\n)*", "")),
    Mistake("AL403", "charter", waiver(GONE_BY, ", approved-by: security guild")),
    Mistake("AL404", "charter", waiver("2027-01-31", ", approved-by: security guild", declared=True)),
    Mistake("AL405", "guardrail", put(r"^why: .*\n", "")),
    Mistake("AL409", "charter", waiver("2027-01-31", ", approved-by: engineering lead")),
    Mistake("AL410", "charter", waiver("2029-12-31", ", granted: 2026-10-01, approved-by: security guild")),
    # Working together.
    Mistake("AL501", "team-api", put(r"^interactions:\n(?:[ -].*\n)*", "")),
    Mistake("AL502", "team-api", put(r"^    until: .*", "    until: 2026-10-31")),
    Mistake("AL504", "team-api", put(r"^contacts:\n(?:  - .*\n)*", "")),
    Mistake("AL505", "charter", put(r"^size: .*", "size: 24")),
    Mistake("AL506", "team-api", copied(r"name: lookup-\d+", put(r"repo: parcelry[^,]*, ", ""))),
    # Measures.
    Mistake("AL601", "charter", put(r"^    measures:\n      - .*\n", "")),
    Mistake("AL602", "charter", put(r"baseline: \d+, ", "")),
    Mistake("AL603", "charter", put(r"target: 10,", "target: 99,")),
    Mistake("AL606", "charter", put(r"as-of: 2026-11-10", f"as-of: {LONG_AGO}")),
    Mistake("AL606", "outcome", put(r"as-of: 2026-11-02", f"as-of: {LONG_AGO}")),
    # Freshness, and the check itself.
    Mistake("AL701", "charter", put(r"^reviewed: .*", f"reviewed: {LONG_AGO}")),
    Mistake("AL701", "team-api", put(r"^reviewed: .*", f"reviewed: {LONG_AGO}")),
    Mistake("AL702", "charter", put(r"period: 2026-Q4", "period: 2026-Q1")),
    Mistake("AL901", "charter", put(r"^goals:", "# align: ignore[no-such-rule]: agreed with search\ngoals:")),
    Mistake("AL902", "charter", put(r"^goals:", "# align: ignore[AL306]: agreed with search\ngoals:")),
    Mistake("AL903", "charter", put(r"^goals:", f"# align: ignore[AL306] until {GONE_BY}: agreed\ngoals:")),
)

_KIND = re.compile(r"^kind: (.*)$", re.M)


class Spoiler:
    """Makes mistakes in a share of the documents that it is shown, every sort as often as the others.

    Args:
        seed: the same seed and share spoil the same documents in the same way.
        percent: the share.
    """

    def __init__(self, seed: str, percent: float) -> None:
        self._chance = random.Random(f"{seed}, {percent}")
        self._share = percent / 100
        self._next: dict[str, list[Mistake]] = {}
        self._before: dict[str, str] = {}
        self.made: Counter[str] = Counter()
        """How many mistakes for each rule."""

    def spoil(self, text: str) -> str:
        """A document, spoilt or not."""
        found = _KIND.search(text) if self._share else None
        if found is None:
            return text
        kind = found[1]
        before = self._before.get(kind, "")
        self._before[kind] = text
        if self._chance.random() >= self._share:
            return text
        queue = self._next.get(kind)
        if queue is None:
            queue = self._next[kind] = [mistake for mistake in MISTAKES if mistake.kind == kind]
            self._chance.shuffle(queue)
        for place, mistake in enumerate(queue):
            spoilt = mistake.slip(text, before)
            if spoilt != text:
                queue.append(queue.pop(place))
                self.made[mistake.code] += 1
                return spoilt
        return text
