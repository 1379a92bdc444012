"""Periods with fiscal years, progress in every direction, and records that know the schemas' words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligncli import model
from aligncli.model import (
    KINDS,
    Direction,
    FiscalYear,
    Link,
    Measure,
    Metric,
    Period,
    Record,
    Team,
    build,
    direction,
    parse_period,
    progress,
)
from tests import TOP

JANUARY = FiscalYear()
APRIL = FiscalYear(4, True)
APRIL_BY_START = FiscalYear(4, False)
JULY = FiscalYear(7, True)
OCTOBER = FiscalYear(10, True)
DECEMBER = FiscalYear(12, True)


@pytest.mark.parametrize(
    ("text", "fiscal", "start", "end"),
    [
        ("2026", JANUARY, "2026-01-01", "2026-12-31"),
        ("2026-H1", JANUARY, "2026-01-01", "2026-06-30"),
        ("2026-H2", JANUARY, "2026-07-01", "2026-12-31"),
        ("2026-Q1", JANUARY, "2026-01-01", "2026-03-31"),
        ("2026-Q4", JANUARY, "2026-10-01", "2026-12-31"),
        ("2026-11", JANUARY, "2026-11-01", "2026-11-30"),
        ("2026-12", JANUARY, "2026-12-01", "2026-12-31"),
        ("2026-02", JANUARY, "2026-02-01", "2026-02-28"),
        ("2024-02", JANUARY, "2024-02-01", "2024-02-29"),
        ("2026-10-01..2026-12-31", JANUARY, "2026-10-01", "2026-12-31"),
        ("2026-10-01..2026-10-01", JANUARY, "2026-10-01", "2026-10-01"),
        ("2024-02-29..2024-03-01", JANUARY, "2024-02-29", "2024-03-01"),
        ("2026-Q3..2026-Q4", JANUARY, "2026-07-01", "2026-12-31"),
        ("2026-Q4..2027-Q1", JANUARY, "2026-10-01", "2027-03-31"),
        ("2026..2027", JANUARY, "2026-01-01", "2027-12-31"),
        ("2026-H1..2026-11", JANUARY, "2026-01-01", "2026-11-30"),
        # With starts april and named-by end, 2026 is 2025-04-01..2026-03-31 and 2026-Q1 begins in April 2025.
        ("2026", APRIL, "2025-04-01", "2026-03-31"),
        ("2026-Q1", APRIL, "2025-04-01", "2025-06-30"),
        ("2026-Q2", APRIL, "2025-07-01", "2025-09-30"),
        ("2026-Q3", APRIL, "2025-10-01", "2025-12-31"),
        ("2026-Q4", APRIL, "2026-01-01", "2026-03-31"),
        ("2026-H1", APRIL, "2025-04-01", "2025-09-30"),
        ("2026-H2", APRIL, "2025-10-01", "2026-03-31"),
        ("2026", APRIL_BY_START, "2026-04-01", "2027-03-31"),
        ("2026-Q1", APRIL_BY_START, "2026-04-01", "2026-06-30"),
        ("2026-Q4", APRIL_BY_START, "2027-01-01", "2027-03-31"),
        ("2026", JULY, "2025-07-01", "2026-06-30"),
        ("2026-Q3", JULY, "2026-01-01", "2026-03-31"),
        ("2026-H2", OCTOBER, "2026-04-01", "2026-09-30"),
        ("2026-Q1", OCTOBER, "2025-10-01", "2025-12-31"),
        ("2026-Q1", DECEMBER, "2025-12-01", "2026-02-28"),
        ("2024-Q1", DECEMBER, "2023-12-01", "2024-02-29"),
        # Named by its end or its start, a year that begins in January is the same.
        ("2026-Q1", FiscalYear(1, False), "2026-01-01", "2026-03-31"),
        # Months and days are those of the calendar: only years, halves and quarters shift.
        ("2026-11", APRIL, "2026-11-01", "2026-11-30"),
        ("2026-10-01..2026-12-31", APRIL, "2026-10-01", "2026-12-31"),
        ("2026-Q1..2026-Q2", APRIL, "2025-04-01", "2025-09-30"),
    ],
)
def test_periods(text: str, fiscal: FiscalYear, start: str, end: str) -> None:
    assert parse_period(text, fiscal) == Period(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    "text",
    ["", "soon", "26", "2026-Q5", "2026-Q0", "2026-H3", "2026-13", "2026-00", "2026-1", "2026-q4", "2026-Q4 ", " 2026", "2026-Q4..", "..2026", "2026...2027",
     "2026-10-01..2026-13-01", "2026-02-30..2026-03-01", "2026-Q4..2026-Q3", "2026-12-31..2026-01-01", "0000", "0000-Q1", "2026-Q1..2026-Q2..2026-Q3", "２０２６", "2026\n"],
)  # fmt: skip
def test_no_periods(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a period|does not exist|ends before it begins"):
        parse_period(text)


def test_the_reason_is_the_end_of_a_sentence() -> None:
    for text, reason in (
        ("soon", "is not a period"),
        ("2026-02-30..2026-03-01", "names a day that does not exist"),
        ("2026-13", "names a month that does not exist"),
        ("2026..2025", "ends before it begins"),
    ):
        with pytest.raises(ValueError, match=f"^{reason}$"):
            parse_period(text)


years = st.integers(1900, 9990)
fiscals = st.builds(FiscalYear, st.integers(1, 12), st.booleans())


@given(years, fiscals)
def test_a_year_is_its_halves_and_its_quarters(year: int, fiscal: FiscalYear) -> None:
    whole = parse_period(f"{year}", fiscal)
    for parts in (["H1", "H2"], ["Q1", "Q2", "Q3", "Q4"]):
        periods = [parse_period(f"{year}-{part}", fiscal) for part in parts]
        assert periods[0].start == whole.start
        assert periods[-1].end == whole.end
        for before, after in pairwise(periods):
            assert after.start - before.end == timedelta(days=1)
            assert not before.meets(after)
    assert parse_period(f"{year + 1}", fiscal).start - whole.end == timedelta(days=1)
    assert whole.start.month == fiscal.starts
    named_by = whole.end if fiscal.named_by_end else whole.start
    assert named_by.year == year


@given(st.dates(date(1901, 1, 1), date(9990, 1, 1)), st.integers(0, 400), st.integers(-400, 400), st.integers(0, 400))
def test_periods_meet_when_they_share_a_day(first: date, length: int, gap: int, other: int) -> None:
    one = Period(first, first + timedelta(days=length))
    start = first + timedelta(days=gap)
    two = Period(start, start + timedelta(days=other))
    shared = any(two.holds(one.start + timedelta(days=day)) for day in range(length + 1))
    assert one.meets(two) == two.meets(one) == shared


def test_a_period_is_closed() -> None:
    period = parse_period("2026-Q4")
    assert period.holds(date(2026, 10, 1))
    assert period.holds(date(2026, 12, 31))
    assert not period.holds(date(2026, 9, 30))
    assert not period.holds(date(2027, 1, 1))


# --- progress ---


def measure(way: Direction | None, baseline: float | None, target: float | None, current: float | None) -> Measure:
    return Measure(name="x", direction=way, baseline=baseline, target=target, current=current)


@pytest.mark.parametrize(
    ("way", "baseline", "target", "current", "expected"),
    [
        ("increase", 0, 10, 5, 0.5),
        ("increase", 10, 20, 10, 0.0),
        ("increase", 10, 20, 20, 1.0),
        ("increase", 10, 20, 25, 1.5),
        ("increase", 10, 20, 5, -0.5),
        ("decrease", 64, 10, 31, 33 / 54),
        ("decrease", 60, 40, 50, 0.5),
        ("decrease", 60, 40, 70, -0.5),
        (None, 60, 40, 50, 0.5),
        (None, 40, 60, 50, 0.5),
        (None, 40, 40, 40, None),
        ("increase", 40, 40, 50, None),
        ("keep-above", None, 99.9, 99.95, 1.0),
        ("keep-above", None, 99.9, 99.9, 1.0),
        ("keep-above", None, 99.9, 99.8, 0.0),
        ("keep-above", 99.9, 99.9, 99.9, 1.0),
        ("keep-above", 0, 10, 5, 0.0),
        ("keep-below", None, 5, 3, 1.0),
        ("keep-below", None, 5, 5, 1.0),
        ("keep-below", None, 5, 6, 0.0),
        ("keep-below", 5, 5, 5, 1.0),
        ("increase", None, 10, 5, None),
        ("increase", 0, None, 5, None),
        ("increase", 0, 10, None, None),
        ("keep-above", 1, 10, None, None),
        ("keep-below", 1, None, 5, None),
        ("increase", -10, 10, 0, 0.5),
        ("decrease", 0.3, 0.1, 0.2, pytest.approx(0.5)),
    ],
)
def test_progress(
    way: Direction | None, baseline: float | None, target: float | None, current: float | None, expected: float | None
) -> None:
    assert progress(measure(way, baseline, target, current), None) == expected


def test_the_direction_is_the_metrics_where_it_has_one() -> None:
    """Direction is the metric's where it has one, else the measure's own, else it follows from baseline and target."""
    keeps = Metric(id="m", direction="keep-below")
    silent = Metric(id="m")
    own = measure("increase", 10, 5, 4)
    assert direction(own, keeps) == "keep-below"
    assert progress(own, keeps) == 1.0
    assert direction(own, silent) == "increase"
    assert direction(own, None) == "increase"
    assert direction(measure(None, 10, 5, 4), silent) == "decrease"
    assert direction(measure(None, 10, 10, 4), silent) is None
    assert direction(measure(None, None, 10, 4), silent) is None


# --- what many records have alike ---


def text(value: str) -> str:
    """A text that is no other one's object, as those of documents are."""
    return "".join(list(value))


def charter(period: str | float, supports: Any) -> Team:
    goal = {"id": text("faster-exit"), "period": period, "supports": supports}
    content = build(
        "charter", {"kind": "charter", "team": "a", "guardrails": [text("card-data")], "goals": [goal]}, "a"
    )
    assert isinstance(content, Team)
    return content


def test_records_share_what_they_have_alike() -> None:
    one, other = (charter(text("2026-Q4"), [{"to": text("fewer-queues"), "how": text("so")}]) for _ in range(2))
    assert one == other
    assert one.team is other.team
    assert one.guardrails is other.guardrails
    assert one.goals[0].id is other.goals[0].id
    assert one.goals[0].period is other.goals[0].period
    assert one.goals[0].supports is other.goals[0].supports
    third = charter("2026", [text("fewer-rows"), {"to": text("fewer-queues"), "how": text("or so")}]).goals[0]
    bare, link = third.supports
    assert isinstance(link, Link)
    assert bare == "fewer-rows"
    assert link.how == "or so"
    assert isinstance(first := one.goals[0].supports[0], Link)
    assert link.to is first.to


@pytest.mark.parametrize("years", [(2026, 2026.0), (2026.0, 2026), ("2026", 2026)])
def test_records_share_nothing_that_looks_otherwise(years: tuple[str | float, str | float]) -> None:
    assert [repr(charter(year, []).goals[0].period) for year in years] == [repr(year) for year in years]


def test_what_is_shared_does_not_grow_without_end() -> None:
    for number in range(20_000):
        charter("2026", [f"outcome-{number}", f"outcome-{number + 1}"])
    assert len(model._shared) <= 6_000


# --- records and schemas ---


def test_the_words_of_the_records_are_those_of_the_schemas() -> None:
    """What a schema lets through, the record takes; and nothing else is a text where there are few words."""
    texts = [(TOP / "schemas" / f"{name}.schema.json").read_text("utf-8") for name in (*KINDS, "defs")]
    schemas = [json.loads(text) for text in texts]
    defs = schemas[-1]["$defs"]
    named = {(name, frozenset(words)) for schema in schemas for name, words in _enumerations(schema, defs)}
    assert _literals(Record) == named


def _enumerations(schema: Any, defs: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(schema, dict):
        for name, what in schema.get("properties", {}).items():
            found = defs.get(what.get("$ref", "").rpartition("/")[2], what)
            if "enum" in found:
                yield name, found["enum"]
        for part in schema.values():
            yield from _enumerations(part, defs)


def _literals(record: type[Record]) -> set[tuple[str, frozenset[str]]]:
    found = set()
    for field in msgspec.structs.fields(record):
        for one in (field.type, *get_args(field.type)):
            if get_origin(one) is Literal:
                found.add((field.encode_name, frozenset(get_args(one))))
    return found.union(*(_literals(kind) for kind in record.__subclasses__()))
