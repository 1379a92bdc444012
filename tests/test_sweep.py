"""Every single mistake that can be made in the examples, and what each may give: one diagnostic, at its place.

:mod:`tests.mutations` makes them, family by family; here stands what a family must give. A selection, the same every
time, runs with the other tests; ``pytest -m slow tests/test_sweep.py`` makes all of them, which are tens of thousands.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from aligncli.diagnostics import Diagnostic, Position, Severity
from tests.examples import Difference, examples
from tests.mutations import FAMILIES, REFERENCES, Mistake, mistakes, pages

SOME = 36
"""So many mistakes of each family are made every time."""

STRUCTURE = {"AL003", "AL004", "AL006", "AL101", "AL102", "AL103", "AL104"}
"""What a text gives that is no longer well formed, or no longer has the form of its kind."""


# --- families of which every mistake gives one diagnostic, whatever the field ---


class Alone(NamedTuple):
    """What a mistake gives, alone."""

    codes: str
    where: str = "there"
    """At the very place; on its line (or, where YAML stumbles later, one of the two below); at the top of the file; in
    the file; or anywhere."""


ALONE = {
    "a reference with a letter dropped": Alone("AL202"),
    "a reference to nothing": Alone("AL202"),
    "a reference to another kind": Alone("AL203"),
    "a required field removed": Alone("AL101"),
    "a key misspelt": Alone("AL102"),
    "a key that is another word": Alone("AL102"),
    "a field written twice": Alone("AL004"),
    "a word that is not on the list": Alone("AL104"),
    "a kind that is wrong": Alone("AL005"),
    "a day that is none": Alone("AL104"),
    "a period that is none": Alone("AL104"),
    "an id that is none": Alone("AL104"),
    "an id that is taken": Alone("AL201", "anywhere"),
    "a path to nothing": Alone("AL209"),
    "a character that yaml takes for its own": Alone("AL003 AL103", "line"),
    "a value cut at a hash": Alone("AL007"),
    "a file copied": Alone("AL201", "file"),
    "a file cut short": Alone("AL002", "top"),
    "a file emptied": Alone("AL002 AL006", "top"),
    "a fence broken": Alone("AL002 AL006", "file"),
    "a file that is no text": Alone("AL001 AL003", "file"),
}

_KINDS = [
    f"{document}.kind" for document in ("charter", "community", "goals", "guardrail", "org", "outcome", "team-api")
]

OTHERWISE = {
    # Services are named within a team: no other kind of thing could be one.
    ("a reference to another kind", "dependency.service"): Alone("AL202"),
    ("a reference to another kind", "interaction.service"): Alone("AL202"),
    # A document that does not say its kind has no place at which it should.
    **{("a required field removed", what): Alone("AL006", "top") for what in _KINDS},
    **{("a key that is another word", what): Alone("AL006", "top") for what in _KINDS},
    **{("a character that yaml takes for its own", what): Alone("AL003 AL006", "file") for what in _KINDS},
}

NOTHING = {
    ("a reference with a letter dropped", "goal.supports"): "an archived team is checked for its own schema alone",
    ("a reference to nothing", "goal.supports"): "an archived team is checked for its own schema alone",
    ("a reference to another kind", "goal.supports"): "an archived team is checked for its own schema alone",
    ("a value cut at a hash", "charter.size"): "what comes behind a number is a comment",
    ("a value cut at a hash", "org.period"): "what comes behind a year is a comment",
    ("a value cut at a hash", "outcome.period"): "what comes behind a year is a comment",
    ("a value cut at a hash", "outcome.focus"): "what comes behind `true` is a comment",
    ("a character that yaml takes for its own", "community.name"): "free text, and a later quote closes it",
    ("a character that yaml takes for its own", "community.owner"): "free text, and a later quote closes it",
    ("a character that yaml takes for its own", "community.purpose"): "free text, and a later quote closes it",
    ("a fence broken", "guardrail"): "only prose is left, in a folder that may hold prose; nobody refers to it",
    ("a fence broken", "outcome"): "only prose is left, in a folder that may hold prose; nobody refers to it",
}
"""Where a mistake is none, or nobody can know of it."""


# --- families that give what a field is good for, or nothing ---

FREE = {
    "an optional field removed": set[str](),
    "an item removed": set[str](),
    "an item doubled": {"AL104", "AL201"},
    "another word of the list": {"AL104"},
    "a value of another type": set[str](),
    "a day long ago": set[str](),
    "a day far ahead": set[str](),
    "a day a year off": set[str](),
    "a period long ago": set[str](),
    "a period far ahead": set[str](),
    "a number moved": {"AL104"},
    "an id misspelt": {"AL202", "AL207"},
    "a line deleted": STRUCTURE,
    "a line indented": STRUCTURE,
    "a line that is no yaml": STRUCTURE | {"AL005", "AL209"},
    "a file deleted": set[str](),
    "a file renamed": {"AL207"},
    "a file moved": {"AL207"},
    "another editor": set[str](),
}
"""Each with what any of its mistakes may give besides, once and in the document."""

ONE = {
    "blocker.escalated-to": "AL703",
    "blocker.since": "AL703",
    "charter.communities": "AL509",
    "charter.decisions": "AL407",
    "charter.goals": "AL202",
    "charter.guardrails": "AL401",
    "charter.period": "AL302 AL702",
    "charter.reviewed": "AL701",
    "charter.size": "AL505",
    "charter.type": "AL401 AL404 AL411",
    "charter.until": "AL702",
    "charter.waivers": "AL401",
    "decision.area": "AL407",
    "decision.authority": "AL407",
    "declared guardrail.evidence": "AL209 AL402",
    "experiment.decide-by": "AL609",
    "experiment.learning": "AL608",
    "experiment.result": "AL608 AL609",
    "goal.learning": "AL608",
    "goal.measures": "AL601",
    "goal.period": "AL302 AL304 AL702",
    "goal.status": "AL308 AL601 AL607 AL608 AL702",
    "goal.supports": "AL301",
    "goals.period": "AL302 AL702",
    "goals.reviewed": "AL701",
    "guardrail.automation": "AL402",
    "guardrail.enforcement": "AL402 AL407",
    "guardrail.reviewed": "AL701",
    "guardrail.why": "AL405",
    "interaction.mode": "AL501",
    "interaction.role": "AL501",
    "interaction.service": "AL501",
    "interaction.until": "AL502",
    "measure or text.baseline": "AL603",
    "measure or text.metric": "AL101",
    "measure or text.name": "AL101",
    "measure.as-of": "AL606",
    "measure.baseline": "AL602 AL603 AL607",
    "measure.current": "AL607",
    "measure.direction": "AL602 AL607",
    "measure.metric": "AL101",
    "measure.name": "AL101",
    "measure.target": "AL603 AL607",
    "metric.direction": "AL603",
    "need.escalated-to": "AL703",
    "need.since": "AL703",
    "need.status": "AL703",
    "org.metrics": "AL202",
    "org.reviewed": "AL701",
    "outcome.measures": "AL601",
    "outcome.owner": "AL309",
    "outcome.period": "AL302 AL702",
    "outcome.reviewed": "AL701",
    "outcome.status": "AL702",
    "scope of a guardrail.tags": "AL408",
    "scope of a guardrail.teams": "AL408",
    "scope of a guardrail.types": "AL408",
    "team-api.contacts": "AL504",
    "team-api.reviewed": "AL701",
    "waiver.approved-by": "AL409",
    "waiver.expires": "AL403 AL410",
    "waiver.granted": "AL410",
}
"""By field: what its loss, or another value of it, may give: one of these, once, in the document."""


class Several(NamedTuple):
    """What may be several facts, or one in another document."""

    codes: str
    why: str


_WHO_REFERS = "whoever refers to it refers to nothing, and can only mend that where the reference stands"
_WHO_LINKS = "a link leads nowhere: each in its own document"
_SCOPE = "it applies to other teams then, and each of them has to answer for itself"

MANY = {
    "charter.goals": Several("AL202 AL303 AL304", f"{_WHO_REFERS}; an outcome or the team may have no other goal"),
    "charter.guardrails": Several("AL401", "each guardrail is a promise of its own"),
    "charter.period": Several(
        "AL302 AL607", "it is the yardstick of several goals, some of which another period suits"
    ),
    "charter.status": Several(
        "AL206 AL208 AL303 AL401 AL509 AL702",
        "a team that comes to life has to answer for everything that teams answer for; one that goes is missed where it is named",
    ),
    "charter.type": Several(
        "AL208 AL304 AL401 AL404 AL411 AL509",
        "each guardrail applies, or may, by itself; a group that becomes a team has to answer for everything",
    ),
    "community.status": Several("AL206", "every team that takes part is told in its own charter"),
    "goal.id": Several("AL202", "one reference against one declaration: the reference is told"),
    "goal.learning": Several("AL104 AL608", "without its line, its text runs into the value above"),
    "goal.status": Several(
        "AL206 AL303 AL304 AL308 AL607 AL608",
        "closing a goal is told where others build on it; to its outcome and its team when it was the last; and what it "
        "taught is asked for",
    ),
    "goals.goals": Several("AL202 AL304", f"{_WHO_REFERS}; the team may have no other goal"),
    "goals.period": Several("AL302 AL304", "another team's goal hangs on one of them; the team has none for now"),
    "guardrail.applies-to": Several("AL401", _SCOPE),
    "guardrail.enforcement": Several("AL401 AL407", "what a machine kept for everybody, each team has to declare"),
    "guardrail.evidence": Several("AL402", "each team that declares it has to show something"),
    "guardrail.in-force-from": Several("AL401", "what was advice for another team is due"),
    "guardrail.owner": Several("AL409", "a waiver was approved by the one who owned it"),
    "guardrail.status": Several("AL206", "every team that declares it is told in its own charter"),
    "interaction.mode": Several("AL501", "the pair is told once, at the team that comes first"),
    "interaction.role": Several("AL501", "the pair is told once, at the team that comes first"),
    "metric.direction": Several("AL602 AL603 AL607", "one metric against one measure: the measure is told"),
    "metric.id": Several("AL202", "one reference against one declaration: the reference is told"),
    "org.communities": Several("AL202", _WHO_REFERS),
    "org.guardrails": Several("AL202", _WHO_REFERS),
    "org.metrics": Several("AL202", _WHO_REFERS),
    "org.outcomes": Several("AL202", _WHO_REFERS),
    "outcome.id": Several("AL202", "one reference against one declaration: the reference is told"),
    "outcome.period": Several("AL302", "one period against one goal's: the goal is told"),
    "outcome.status": Several("AL206 AL610 AL702", "what points at it; and once it lives, its measure counts again"),
    "scope of a guardrail.except": Several("AL401", _SCOPE),
    "scope of a guardrail.tags": Several("AL401", _SCOPE),
    "scope of a guardrail.types": Several("AL401 AL404", _SCOPE),
    "service.id": Several("AL202", "one reference against one declaration: the reference is told"),
    "service.status": Several("AL501", "each consumer has to look for another"),
    "team-api.interactions": Several("AL501", "the other team's word stands alone, and it is told there"),
    "team-api.services": Several("AL202", _WHO_REFERS),
    "waiver.reason": Several("AL101 AL104", "without its line, its text runs into the value above"),
    "a fence broken: community": Several("AL202", f"only prose is left; {_WHO_REFERS}"),
    "a fence broken: goals": Several("AL202 AL304", f"only prose is left; {_WHO_REFERS}"),
    "a fence broken: guardrail": Several("AL202", f"only prose is left; {_WHO_REFERS}"),
    "a fence broken: outcome": Several("AL202", f"only prose is left; {_WHO_REFERS}"),
    "a file deleted: charter": Several("AL202 AL209 AL303", f"{_WHO_REFERS}; an outcome may have had no other goal"),
    "a file deleted: community": Several("AL202 AL209", _WHO_REFERS),
    "a file deleted: goals": Several("AL202 AL209 AL304", _WHO_REFERS),
    "a file deleted: guardrail": Several("AL202 AL209", _WHO_REFERS),
    "a file deleted: org": Several("AL211", "no document is left that could be told, so that the first one is"),
    "a file deleted: outcome": Several("AL202 AL209", _WHO_REFERS),
    "a file deleted: team-api": Several("AL208 AL501", "the team has none, and the word of others stands alone"),
    "a file emptied: goals": Several("AL202 AL304", f"its name says nothing; {_WHO_REFERS}"),
    "a file moved: charter": Several("AL207 AL209", _WHO_LINKS),
    "a file moved: community": Several("AL209", _WHO_LINKS),
    "a file moved: goals": Several("AL209", _WHO_LINKS),
    "a file moved: guardrail": Several("AL209", _WHO_LINKS),
    "a file moved: outcome": Several("AL209", _WHO_LINKS),
    "a file moved: team-api": Several("AL207 AL209", _WHO_LINKS),
    "a file renamed: charter": Several("AL209", _WHO_LINKS),
    "a file renamed: community": Several("AL209", _WHO_LINKS),
    "a file renamed: goals": Several("AL209", _WHO_LINKS),
    "a file renamed: guardrail": Several("AL207 AL209", _WHO_LINKS),
    "a file renamed: outcome": Several("AL207 AL209", _WHO_LINKS),
}
"""By field, or by family and kind of document: what may be more than one diagnostic, or in another document."""


# --- the tests ---

_SWEPT: set[str] = set()
_NEEDED: set[tuple[str, ...]] = set()


@pytest.mark.parametrize("family", FAMILIES)
def test_some_mistakes(family: str) -> None:
    _sweep(family, some=True)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_every_mistake(family: str) -> None:
    _sweep(family, some=False)
    _SWEPT.add(family)


@pytest.mark.slow
def test_no_exception_is_needless() -> None:
    if FAMILIES.keys() != _SWEPT:
        pytest.skip("only after every family")
    tables: dict[str, set[tuple[str, ...]]] = {
        "OTHERWISE": set(OTHERWISE),
        "NOTHING": set(NOTHING),
        "ONE": {("ONE", what, code) for what, codes in ONE.items() for code in codes.split()},
        "MANY": {("MANY", what, code) for what, several in MANY.items() for code in several.codes.split()},
    }
    needless = {name: sorted(keys - _NEEDED) for name, keys in tables.items() if keys - _NEEDED}
    assert not needless


def test_every_family_has_a_rule() -> None:
    assert FAMILIES.keys() == ALONE.keys() | FREE.keys()
    assert not ALONE.keys() & FREE.keys()


def test_what_is_deleted_is_told_at_every_reference() -> None:
    """No more, no less, and nowhere else."""
    references: dict[str, set[tuple[str, Position]]] = {}
    for page in pages():
        for node in page.nodes if page.path not in examples().clean.asleep else ():
            if node.value is not None and page.title(node) in REFERENCES:
                place = page.lines.position(node.span.start)
                references.setdefault(f"{page.expects(node)} {node.value}", set()).add((page.path, place))
    seen = 0
    for page in pages():
        if page.kind in ("outcome", "guardrail", "community"):
            name = page.path.rpartition("/")[2].removesuffix(".md")
            difference = examples().check({page.path: None})
            told = {(item.path, item.range.start) for item in difference.new if item.code == "AL202"}
            inside = {place for place in references.get(f"{page.kind} {name}", ()) if place[0] != page.path}
            assert told == inside, page.path
            assert {item.code for item in difference.new} <= {"AL202", "AL209"}
            seen += len(told)
    assert seen > 40


def _sweep(family: str, *, some: bool) -> None:
    made = list(mistakes(family))
    step = max(1, len(made) // SOME) if some else 1
    wrong = []
    for mistake in made[::step]:
        difference = examples().check(mistake.changes)
        complaint = _judge(family, mistake, difference)
        if complaint:
            wrong.append(_report(mistake, difference, complaint))
    assert not wrong, f"{len(wrong)} of {len(made[::step])}:\n" + "\n".join(wrong[:12])


def _judge(family: str, mistake: Mistake, difference: Difference) -> str | None:
    """What is wrong with what a mistake gives, if anything."""
    if any(item.severity is not Severity.INFO for item in difference.gone):
        return "something is no longer told"
    if family in FREE:
        return _judge_free(family, mistake, difference.new)
    return _judge_alone(family, mistake, difference.new)


def _judge_alone(family: str, mistake: Mistake, new: list[Diagnostic]) -> str | None:
    key = (family, mistake.what)
    if not new and key in NOTHING:
        _NEEDED.add(key)
        return None
    several = _several(f"{family}: {mistake.what}", new)
    if several:
        return None
    expected = OTHERWISE.get(key) or ALONE[family]
    if len(new) != 1:
        return f"{len(new)} diagnostics"
    item = new[0]
    if key in OTHERWISE:
        _NEEDED.add(key)
    if item.code not in expected.codes.split():
        return f"not {expected.codes}"
    return None if _is_where(expected.where, item, mistake) else f"not {expected.where}"


def _is_where(where: str, item: Diagnostic, mistake: Mistake) -> bool:
    if where == "anywhere":
        return True
    if item.path != mistake.path:
        return False
    start = item.range.start
    return {
        "there": start == mistake.place,
        "line": 0 <= start.line - mistake.place.line <= 2,
        "top": start == Position(1, 1),
        "file": True,
    }[where]


def _judge_free(family: str, mistake: Mistake, new: list[Diagnostic]) -> str | None:
    if family == "a value of another type" and not _is_valid(mistake):
        return _judge_structure(mistake, new)
    if not new:
        return None
    if len(new) == 1 and new[0].path == mistake.path:
        code = new[0].code
        if code in ONE.get(mistake.what, "").split():
            _NEEDED.add(("ONE", mistake.what, code))
            return None
        if code in FREE[family]:
            return None
    if _several(mistake.what, new) or _several(f"{family}: {mistake.what}", new):
        return None
    if family == "an id misspelt" and len(new) == 1 and new[0].code in FREE[family]:
        return None
    return "not one, or not of these"


def _judge_structure(mistake: Mistake, new: list[Diagnostic]) -> str | None:
    """A value that its schema does not take: one diagnostic, in the value."""
    if len(new) != 1:
        return f"{len(new)} diagnostics"
    item = new[0]
    if item.code not in STRUCTURE | {"AL005"}:
        return "not about the form"
    if mistake.what in _KINDS:
        return None
    inside = item.path == mistake.path and item.range.start.line in mistake.lines
    return None if inside and item.range.start >= _key_of(mistake) else "not there"


def _key_of(mistake: Mistake) -> Position:
    """Where the key of a value begins, which marks a value without any text."""
    return Position(mistake.place.line, 1)


def _is_valid(mistake: Mistake) -> bool:
    """Whether a changed document still has the form of its kind."""
    after = examples().read(mistake.changes, mistake.path)
    return after is not None and not any(problem.rule in STRUCTURE | {"AL005"} for problem in after.problems)


def _several(what: str, new: list[Diagnostic]) -> bool:
    codes = {item.code for item in new}
    several = MANY.get(what)
    if several is None or not new or not codes <= set(several.codes.split()):
        return False
    _NEEDED.update(("MANY", what, code) for code in codes)
    return True


def _report(mistake: Mistake, difference: Difference, complaint: str) -> str:
    lines = [f"{mistake.path}:{mistake.place.line}:{mistake.place.column} {mistake.what} {mistake.shown}: {complaint}"]
    for sign, items in (("+", difference.new), ("-", difference.gone)):
        for item in items[:6]:
            start = item.range.start
            lines.append(f"    {sign} {item.path}:{start.line}:{start.column} {item.code} {item.message}")
    return "\n".join(lines)
