"""Checking again after a change gives what a check of everything gives, whatever has changed.

A selection of changes runs always; all of them are asked for with ``pytest -m slow tests/test_again.py``.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from aligncli.config import Config, parse_config
from aligncli.io.resources import load_schemas
from aligncli.rules import RULES
from tests import mutations
from tests.again import Twice
from tests.examples import Changes, examples
from tests.mutations import FAMILIES, Mistake

BASELINE = """{"version": 1, "findings": [
  {"code": "AL202", "identity": ["depot/warm-by-five", "supports", "zzqqxx"]},
  {"code": "AL209", "identity": ["depot", "charter", "link", "nothing.md"]}
]}
"""


LIMITS = "[limits]\nteam-size = [7, 7]\nopen-goals = 1\nmusts = 1\ninteractions = 1\nreview-days = 1\n"


def the_examples(config: Config | None = None, baseline: str | None = None, reports_on: str = "") -> Twice:
    texts = {path: examples().texts.get(path, "") for path in (*examples().texts, *examples()._files)}
    return Twice(texts, examples().schemas, config or examples().config, baseline, reports_on)


def there_and_back(repo: Twice, mistake: Mistake) -> None:
    before = {path: repo.texts.get(path) for path in mistake.changes}
    try:
        repo.step(mistake.changes)
        repo.step(before)
    except AssertionError as error:
        error.add_note(f"{mistake.path}: {mistake.shown}")
        raise


@pytest.mark.parametrize("family", FAMILIES)
def test_a_mistake_and_its_end(family: str) -> None:
    repo = the_examples()
    for mistake in islice(mutations.mistakes(family), len(family), None, 499):
        there_and_back(repo, mistake)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_every_mistake_and_its_end(family: str) -> None:
    repo = the_examples()
    for mistake in mutations.mistakes(family):
        there_and_back(repo, mistake)


def mistakes_in_a_row(chance: random.Random, count: int) -> Iterator[Changes]:
    """Mistakes that come and go, several of them standing at a time."""
    possible = [
        mistake for family in FAMILIES for mistake in islice(mutations.mistakes(family), chance.randrange(40), None, 40)
    ]
    standing: list[Mistake] = []
    clean = the_examples().texts
    for _ in range(count):
        mistake = chance.choice(possible)
        if standing and (len(standing) > 3 or chance.random() < 0.4):
            gone = standing.pop(chance.randrange(len(standing)))
            yield {path: clean.get(path) for path in gone.changes}
        elif not any(mistake.changes.keys() & other.changes.keys() for other in standing):
            standing.append(mistake)
            yield mistake.changes


@pytest.mark.parametrize("how", ["all", "a baseline", "a folder", "other limits"])
def test_mistakes_that_come_and_go(how: str) -> None:
    _come_and_go(how, 60)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["all", "a baseline", "a folder", "other limits"])
@pytest.mark.parametrize("seed", range(5))
def test_many_mistakes_that_come_and_go(how: str, seed: int) -> None:
    _come_and_go(f"{how} {seed}", 1500)


def _come_and_go(how: str, count: int) -> None:
    repo = the_examples(
        parse_config(LIMITS, examples().schemas) if how.startswith("other limits") else None,
        BASELINE if how.startswith("a baseline") else None,
        "teams/d" if how.startswith("a folder") else "",
    )
    for changes in mistakes_in_a_row(random.Random(how), count):
        repo.step(changes)
    assert repo.quick > count / 20


GENERATED = Path(__file__).parent.parent / "benchmarks" / "generate.py"


@pytest.mark.parametrize("seed", range(3))
def test_a_generated_organisation_that_people_edit(tmp_path: Path, seed: int) -> None:
    _edit_generated(tmp_path, seed, 60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_a_generated_organisation_that_people_edit_for_long(tmp_path: Path, seed: int) -> None:
    _edit_generated(tmp_path, seed, 1000)


def _edit_generated(folder: Path, seed: int, count: int) -> None:
    subprocess.run([sys.executable, GENERATED, "12", folder], check=True, stdout=subprocess.DEVNULL)
    texts = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.md"))}
    repo = Twice(texts, load_schemas(), Config())
    chance = random.Random(seed)
    for _ in range(count):
        repo.step(_edit(chance, repo.texts, texts))
    assert repo.quick > count / 5


WORDS = (
    ("status: on-track", "status: at-risk"), ("status: on-track", "status: achieved"), ("status: at-risk", "status: off-track"),
    ("period: 2026-Q4", "period: 2026-Q1"), ("period: 2026-Q4", "period: 2027-Q4"), ("to: outcome-", "to: outcome-1"),
    ("to: outcome-", "to: outcome_"), ("target: 10", "target: 90"), ("baseline:", "target-was:"), ("metric: metric-0", "metric: metric-1"),
    ("metric: metric-", "metric: metrick-"), ("team: team-1", "team: team-2"), ("mode: collaboration", "mode: x-as-a-service"),
    ("until: 2027-01-31", "until: 2026-01-31"), ("type: stream-aligned", "type: platform"), ("status: live", "status: retired"),
    ("guardrail-0", "guardrail-2"), ("title: ", "title: Brave "), ("goal-1\n", "goal-9\n"), ("- guardrail-1\n", ""),
    ("\n---\n#", "\nformerly: [team-77]\n---\n#"), ("# Team", "[gone](gone.md)\n\n# Team"), ("mission: ", "mission: TODO "),
    ("depends-on:", "depends-on:\n      - {to: team-3/goal-1, impact: blocking}\n      - {to: team-4, service: lookup, impact: blocking}"),
    ("impact: slowing", "impact: none"), ("supports:\n", "supports:\n      - {to: team-5/goal-0, how: It helps.}\n"),
)  # fmt: skip


def _edit(chance: random.Random, texts: dict[str, str], first: dict[str, str]) -> Changes:
    """Something that somebody does: a word changed in some place, a file taken back, gone, copied or renamed."""
    if chance.random() < 0.2:
        path = chance.choice(sorted(first))
        return {path: first[path]}
    path = chance.choice(sorted(path for path in texts if path.startswith("teams/")))
    if chance.random() < 0.05:
        other = chance.choice(sorted(first))
        return chance.choice([{path: None}, {other: texts[path]}, {path: None, f"moved/{path}": texts[path]}])
    changes = {}
    for _ in range(chance.choice([1, 1, 1, 2, 5])):
        text = texts[path]
        for old, new in chance.sample(WORDS, len(WORDS)):
            places = [at for at in range(len(text)) if text.startswith(old, at)]
            if places:
                at = chance.choice(places)
                changes[path] = text[:at] + new + text[at + len(old) :]
                break
        path = chance.choice(sorted(path for path in texts if path.startswith("teams/")))
    return changes


OF_NAMES = {"AL207"}
"""What they find depends on names and places alone: as long as these stay, nothing comes and nothing goes."""


@pytest.mark.parametrize("code", sorted({rule.code for rule in RULES if rule.local != "no"} - OF_NAMES))
def test_every_local_rule_is_put_to_the_test(code: str) -> None:
    """What a local rule finds comes and goes without that everything is looked at."""
    repo = the_examples(parse_config(LIMITS, examples().schemas) if code in ("AL406", "AL507", "AL605") else None)
    for places in (EDITS[code], [(path, new, old) for path, old, new in EDITS[code]]):
        assert all(old in repo.texts[path] for path, old, _ in places)
        repo.step({path: repo.texts[path].replace(old, new, 1) for path, old, new in places})
    assert repo.quick == 2
    assert repo.changed[code] == 2


def test_a_document_out_of_its_place_stays_so_while_others_change() -> None:
    """As for AL207: what stands in the wrong place is told of as ever."""
    repo = the_examples()
    path = "teams/depot/charter.md"
    repo.step({path: None, "teams/yard/charter.md": repo.texts[path]})
    for number in range(3):
        report = repo.step({"teams/yard/charter.md": repo.texts["teams/yard/charter.md"] + f"More, {number}.\n"})
        assert report.by_rule["AL207"] == 1
    assert repo.quick == 3


EDITS: dict[str, list[tuple[str, str, str]]] = {
    "AL007": [
        ("teams/mornings/charter.md", "part-of: night-service", "part-of: night-service #12"),
    ],
    "AL208": [
        (
            "teams/night-service/charter.md",
            "type: group\nmission: What happens to a traveller between the platform in the evening and the platform in the morning is one story.",
            "mission: What happens to a traveller between the platform in the evening and the platform in the morning is one story.",
        ),
    ],
    "AL209": [
        ("teams/night-crew/charter.md", "    evidence: [/docs/fire-book.md]", "    evidence: [some words]"),
    ],
    "AL210": [
        (
            "teams/depot/charter.md",
            "mission: Every crew finds its wagons warm, whole and ready, and never has to think about how.",
            "mission: TODO",
        ),
    ],
    "AL304": [
        (
            "teams/night-service/charter.md",
            "type: group\nmission: What happens to a traveller between the platform in the evening and the platform in the morning is one story.",
            "mission: What happens to a traveller between the platform in the evening and the platform in the morning is one story.",
        ),
    ],
    "AL306": [
        (
            "teams/depot/charter.md",
            "      - {metric: soft-latches, baseline: 0,",
            "      - {metric: night-temperature, direction: keep-below, target: 10}\n      - {metric: soft-latches, baseline: 0,",
        ),
    ],
    "AL310": [
        (
            "teams/depot/charter.md",
            "    title: Crews find their wagons fit for the night by five in the afternoon\n    supports:\n      - to: fewer-closed-berths\n        how: A fault found at two is mended by five. A fault found at seven is a closed berth.",
            "    title: Every berth we sell is fit to sleep in\n    supports:\n      - fewer-closed-berths",
        ),
    ],
    "AL401": [
        ("teams/mornings/charter.md", "lead: breakfast steward\nsize: 6", "size: 6"),
    ],
    "AL402": [
        (
            "teams/sleep-lab/charter.md",
            "    evidence: [/docs/berth-lists.md, /docs/sleep-diary.md]\n    note: Diaries have no names. Handwriting is typed up and shredded within the week.",
            "    note: Diaries have no names. Handwriting is typed up and shredded within the week.",
        ),
    ],
    "AL403": [
        ("teams/winter-desk/charter.md", "    expires: 2027-03-31", "    expires: 2026-03-31"),
    ],
    "AL404": [
        ("teams/winter-desk/charter.md", "type: stream-aligned", "type: group"),
    ],
    "AL406": [
        ("teams/depot/charter.md", "type: platform", "type: complicated-subsystem"),
    ],
    "AL407": [
        (
            "teams/winter-desk/charter.md",
            "    set-by: org\n    measures:\n      - {metric: snow-notice, baseline: 35, target: 90, current: 52, as-of: 2026-11-16}",
            "    set-by: org",
        ),
    ],
    "AL409": [
        ("teams/winter-desk/charter.md", "    approved-by: head of people", "    approved-by: head of people {"),
    ],
    "AL410": [
        ("teams/winter-desk/charter.md", "    granted: 2026-10-09", "    granted: 2025-10-09"),
    ],
    "AL411": [
        ("teams/mornings/charter.md", "type: stream-aligned\npart-of: night-service", "part-of: night-service"),
    ],
    "AL501": [
        (
            "teams/booking/team-api.md",
            "  - {team: signal-box, mode: x-as-a-service, role: consumer, service: release-rails, since: 2023-09-01}",
            "  - {team: signal-box, mode: facilitating, role: consumer, service: release-rails, since: 2023-09-01}",
        ),
    ],
    "AL502": [
        (
            "teams/small-stops/team-api.md",
            "  - {team: mornings, mode: collaboration, purpose: breakfast from the village one boards in, since: 2027-01-11, until: 2027-03-26, status: soon}",
            "  - {team: mornings, mode: collaboration, purpose: breakfast from the village one boards in, since: 2027-01-11, until: 1999-01-01, status: soon}",
        ),
    ],
    "AL503": [
        ("teams/timetable/team-api.md", "since: 2026-10-12, until: 2027-02-12}", "since: 2026-10-12}"),
        ("teams/small-stops/team-api.md", "since: 2026-10-12, until: 2027-02-12}", "since: 2026-10-12}"),
    ],
    "AL504": [
        (
            "teams/night-crew/team-api.md",
            'contacts:\n  - {kind: telephone, address: internal 11, for: anything that cannot wait until morning, response-time: at once}\n  - {kind: chat, address: "#night-crew", for: anything that can, response-time: "the next afternoon, we are asleep"}',
            "contacts: []",
        ),
    ],
    "AL505": [
        ("teams/signal-box/charter.md", "size: 7", "size: 70"),
    ],
    "AL507": [
        (
            "teams/small-stops/team-api.md",
            "since: 2027-01-11, until: 2027-03-26, status: soon}",
            "since: 2026-01-11, until: 2027-03-26}",
        ),
    ],
    "AL508": [
        (
            "teams/night-crew/2026-Q4.md",
            "berth-plan\n        what: The plan says whose passport was checked at bedtime\n        impact: none",
            "gift-nights\n        what: The plan says whose passport was checked at bedtime\n        impact: blocking",
        )
    ],
    "AL509": [
        ("teams/depot/charter.md", "communities: [night-owls]\nperiod: 2026-Q4", "period: 2026-Q4"),
    ],
    "AL601": [
        (
            "teams/winter-desk/charter.md",
            "    set-by: org\n    measures:\n      - {metric: snow-notice, baseline: 35, target: 90, current: 52, as-of: 2026-11-16}",
            "    set-by: org",
        ),
    ],
    "AL602": [
        (
            "teams/depot/charter.md",
            "      - {metric: night-temperature, unit: °C, direction: keep-above, target: 17, current: 18.2, as-of: 2026-11-17}",
            "      - {metric: night-temperature, unit: °C, target: 17, current: 18.2, as-of: 2026-11-17}",
        ),
    ],
    "AL603": [
        (
            "teams/night-crew/2026-Q4.md",
            "      - {metric: border-wakings, baseline: 31, target: 10, current: 18, as-of: 2026-11-15}",
            "      - {metric: border-wakings, baseline: 31, target: 1000000, current: 18, as-of: 2026-11-15}",
        ),
    ],
    "AL604": [
        (
            "teams/depot/charter.md",
            "    title: A wheelchair can turn round in one wagon of every train",
            "    title: Build a new ramp app",
        ),
    ],
    "AL605": [
        ("teams/depot/charter.md", "    status: off-track", "    status: proposed"),
    ],
    "AL606": [
        (
            "teams/night-crew/2026-Q4.md",
            "      - {metric: stop-wakings, baseline: 48, target: 20, current: 41, as-of: 2026-11-15}",
            "      - {metric: stop-wakings, baseline: 48, target: 20, current: 41, as-of: 1999-01-01}",
        ),
    ],
    "AL607": [
        (
            "teams/signal-box/charter.md",
            "      - {metric: hours-to-the-train, baseline: 72, target: 4, current: 29, as-of: 2026-11-18}",
            "      - {metric: hours-to-the-train, baseline: 72, target: 4, current: 290, as-of: 2026-11-18}",
        ),
    ],
    "AL608": [
        (
            "teams/sleep-lab/charter.md",
            "    learning: No difference in wakings. A clear difference in sneezing. Two thirds said that they had slept better, in both groups.\n  - id: dim-by-stop",
            "  - id: dim-by-stop",
        ),
    ],
    "AL609": [
        ("teams/awkward-luggage/charter.md", "    result: supported", "    result: pending"),
    ],
    "AL610": [
        (
            "teams/signal-box/charter.md",
            "      - to: trains-that-pay\n        how: Each change that waits for Monday is three more nights of paying for the old mistake.",
            "      - to: trains-that-pay",
        ),
    ],
    "AL701": [
        ("teams/timetable/team-api.md", "reviewed: 2026-09-28", "reviewed: 1999-01-01"),
    ],
    "AL702": [
        ("teams/sleep-lab/charter.md", "    period: 2026-Q4", "    period: 1999"),
    ],
    "AL703": [
        (
            "teams/signal-box/charter.md",
            "  - {what: A mast on the ridge above Little Sarn, from: Sarn Valley Light, status: asked, since: 2026-09-16, escalated-to: head of lines}",
            "  - {what: A mast on the ridge above Little Sarn, from: Sarn Valley Light, status: asked, since: 2026-09-16}",
        ),
    ],
}
"""By the code of each local rule: documents of the examples, a text in each, and what in its place makes a difference."""
