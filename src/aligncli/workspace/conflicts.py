"""Goals that push one figure in opposite directions, found by going through time once and not pair by pair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import groupby
from typing import NamedTuple

from aligncli.diagnostics import Route
from aligncli.model import Goal, Period


class Push(NamedTuple):
    """What a goal wants of a figure during some time."""

    goal: Goal
    route: Route
    """Of the measure, within the goal."""
    way: str
    """A direction: increase, decrease, keep-above or keep-below."""
    level: float | None
    """To where, or above or below what."""
    period: Period | None
    """None is always."""

    @property
    def is_up(self) -> bool:
        """Whether the figure may not be lower, rather than higher."""
        return self.way in ("increase", "keep-above")


class Conflict(NamedTuple):
    """Goals of which each wants what another one, in the same time, does not."""

    up: list[Push]
    down: list[Push]


def opposed(pushes: Sequence[Push]) -> list[Conflict]:
    """The conflicts among what goals want of one figure, in the order of time.

    Two pushes oppose each other when they share a day and one wants the figure higher than the other one lets it
    be, or one raises it and the other lowers it. A goal that opposes itself takes no part.
    """
    if not any(push.is_up for push in pushes) or all(push.is_up for push in pushes):
        return []
    pushes = _at_one_with_themselves(pushes)
    ways = [
        _Claim(*_days(push), at, push.is_up, 1.0 if push.is_up else 0.0)
        for at, push in enumerate(pushes)
        if push.way in ("increase", "decrease")
    ]
    levels = [
        _Claim(*_days(push), at, push.is_up, push.level) for at, push in enumerate(pushes) if push.level is not None
    ]
    found = _opposed(ways) | _opposed(levels)
    return [_conflict(together) for together in _together(pushes[at] for at in sorted(found))]


class _Claim(NamedTuple):
    """A push, as far as time and level go: the figure stays at least, or at most, on a level."""

    start: int
    end: int
    at: int
    is_up: bool
    level: float


def _at_one_with_themselves(pushes: Sequence[Push]) -> list[Push]:
    by_goal: dict[str, list[Push]] = {}
    for push in pushes:
        by_goal.setdefault(push.goal.ref, []).append(push)
    return [push for own in by_goal.values() if len(own) == 1 or not _is_divided(own) for push in own]


def _is_divided(own: Sequence[Push]) -> bool:
    ways = {push.way for push in own}
    at_least = [push.level for push in own if push.is_up and push.level is not None]
    at_most = [push.level for push in own if not push.is_up and push.level is not None]
    return ways >= {"increase", "decrease"} or (bool(at_least) and bool(at_most) and max(at_least) > min(at_most))


def _days(push: Push) -> tuple[int, int]:
    if push.period is None:
        return 0, 10_000_000
    return push.period.start.toordinal(), push.period.end.toordinal()


def _opposed(claims: Sequence[_Claim]) -> set[int]:
    """Those claims that some other one, in the same time, contradicts.

    Whenever claims begin, those now running are held against the most that the other side asks: the tops of four
    heaps, two of all that run and two of those among them that nothing has contradicted yet.
    """
    found: set[int] = set()
    running: tuple[list[tuple[float, int, int]], ...] = ([], [])
    unopposed: tuple[list[tuple[float, int, int]], ...] = ([], [])
    for today, beginning in groupby(sorted(claims), key=lambda claim: claim.start):
        for claim in beginning:
            item = (-claim.level if claim.is_up else claim.level, claim.at, claim.end)
            heappush(running[claim.is_up], item)
            heappush(unopposed[claim.is_up], item)
        for heap in running:
            while heap and heap[0][2] < today:
                heappop(heap)
        for mine, theirs in ((unopposed[0], running[1]), (unopposed[1], running[0])):
            while mine and theirs and mine[0][0] < -theirs[0][0]:
                _, at, end = heappop(mine)
                if end >= today:
                    found.add(at)
    return found


def _together(pushes: Iterable[Push]) -> list[list[Push]]:
    """Those whose times hang together, directly or through others."""
    groups: list[list[Push]] = []
    until = 0
    for push in sorted(pushes, key=_days):
        start, end = _days(push)
        if not groups or start > until:
            groups.append([])
        groups[-1].append(push)
        until = max(until, end)
    return groups


def _conflict(pushes: Sequence[Push]) -> Conflict:
    return Conflict([push for push in pushes if push.is_up], [push for push in pushes if not push.is_up])
