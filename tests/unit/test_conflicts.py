"""What goals want of one figure, held against each other without going through all pairs."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligncli.model import Goal, Period
from aligncli.testing import ORG, OUTCOME, check
from aligncli.workspace.conflicts import Push, opposed

FIRST = date(2026, 1, 1)


def push(name: str, way: str, level: float | None = None, start: int | None = None, end: int = 0) -> Push:
    period = None if start is None else Period(FIRST + timedelta(start), FIRST + timedelta(max(start, end)))
    return Push(Goal(id=name, team="t", ref=f"t/{name}"), ("measures", 0), way, level, period)


def contradicts(one: Push, other: Push) -> bool:
    """The definition, for one pair."""
    if one.is_up == other.is_up:
        return False
    up, down = (one, other) if one.is_up else (other, one)
    if one.period is not None and other.period is not None and not one.period.meets(other.period):
        return False
    if (up.way, down.way) == ("increase", "decrease"):
        return True
    return up.level is not None and down.level is not None and up.level > down.level


@st.composite
def pushes(draw: st.DrawFn) -> list[Push]:
    some = []
    for number in range(draw(st.integers(0, 9))):
        way = draw(st.sampled_from(["increase", "decrease", "keep-above", "keep-below"]))
        start = draw(st.none() | st.integers(0, 12))
        end = (start or 0) + draw(st.integers(0, 6))
        some.append(push(f"g{number}", way, draw(st.none() | st.sampled_from([1.0, 2.0, 3.0])), start, end))
    return some


@given(pushes())
def test_it_finds_what_all_pairs_would(some: list[Push]) -> None:
    expected = {one.goal.id for one in some for other in some if contradicts(one, other)}
    conflicts = opposed(some)
    found = [one.goal.id for conflict in conflicts for side in conflict for one in side]
    assert sorted(found) == sorted(expected)
    for conflict in conflicts:
        assert conflict.up
        assert conflict.down
        for one in conflict.up:
            assert any(contradicts(one, other) for other in conflict.down)


def test_the_same_metric_at_another_time_is_another_conflict() -> None:
    some = [push("a", "increase", None, 0, 5), push("b", "decrease", None, 3, 6)]
    some += [push("c", "increase", None, 7, 9), push("d", "decrease", None, 9, 12)]
    assert [[one.goal.id for side in conflict for one in side] for conflict in opposed(some)] == [
        ["a", "b"],
        ["c", "d"],
    ]


def test_a_goal_that_opposes_itself_takes_no_part() -> None:
    assert opposed([push("a", "increase"), push("a", "decrease"), push("b", "increase")]) == []
    band = [push("a", "keep-above", 3.0), push("a", "keep-below", 6.0)]
    assert opposed(band) == []
    (conflict,) = opposed([*band, push("b", "increase", 9.0)])
    assert [one.goal.id for side in conflict for one in side] == ["b", "a"]


def test_many_goals_take_little_longer_than_few() -> None:
    some = [
        push(f"g{number}", "keep-above" if number % 2 else "keep-below", float(number % 97), number, number + 5000)
        for number in range(10_000)
    ]
    began = time.process_time()
    assert opposed(some)
    assert time.process_time() - began < 2.0


def goal(team: str, measure: str) -> str:
    return (
        f"---\nkind: charter\nteam: {team}\nmission: Senders know.\ngoals:\n  - id: g\n    title: Senders know more\n"
        f"    supports: [fewer-abandoned-carts]\n    measures:\n      - {measure}\n---\n"
    )


@pytest.mark.parametrize(
    ("metric", "measure", "opposes"),
    [
        ("", "direction: decrease, baseline: 9, target: 2", True),
        ("", "direction: decrease, baseline: 2, target: 9", False),
        ("", "direction: decrease, baseline: 9, target: 9", False),
        (", direction: increase", "direction: decrease", False),
        (", direction: increase", "baseline: 9, target: 2", False),
        ("", "name: Carts, direction: decrease", False),
    ],
)
def test_a_measure_that_contradicts_its_metric_or_itself_is_no_conflict(
    metric: str, measure: str, opposes: bool, tmp_path: Path
) -> None:
    files = {
        "org.md": ORG.format(outcomes=f"{OUTCOME}metrics:\n  - {{id: m, name: M{metric}}}\n"),
        "teams/a/charter.md": goal("a", "{metric: m, direction: increase}"),
        "teams/b/charter.md": goal("b", f"{{metric: m, {measure}}}"),
    }
    codes = [item.code for item in check(tmp_path, files).diagnostics]
    assert ("AL306" in codes) is opposes
