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
    limits = "[limits]\nteam-size = [7, 7]\nopen-goals = 1\nmusts = 1\ninteractions = 1\nreview-days = 1\n"
    repo = the_examples(
        parse_config(limits, examples().schemas) if how.startswith("other limits") else None,
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


def test_every_local_rule_is_put_to_the_test() -> None:
    """What a local rule finds comes and goes without that anything else is looked at."""
    assert {rule.code for rule in RULES if rule.local != "no"} == EDITS.keys()
    for code, (path, old, new) in EDITS.items():
        repo = the_examples()
        text = repo.texts[path]
        assert old in text, code
        for step in (text.replace(old, new, 1), text):
            repo.step({path: step})
        assert repo.quick == 2, code
        assert repo.changed[code] == 2, code


EDITS: dict[str, tuple[str, str, str]] = {}
"""By the code of each local rule: a document of the examples, a text in it, and what in its place makes a difference."""
