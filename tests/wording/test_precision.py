"""The figures in the pages of the rules about wording are those that the invented goals give, and good enough."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligncli.diagnostics import Severity
from aligncli.rules import RULES
from aligncli.rules.wording import _delivery
from tests.wording.corpus import CODES, HALVES, Score, organisations, scores

RULE = {rule.code: rule for rule in RULES}
NOUN = {"AL305": "pairs", "AL310": "goals", "AL604": "goals"}


@cache
def score(half: str) -> dict[str, Score]:
    with TemporaryDirectory() as folder:
        return scores(half, Path(folder))


@pytest.mark.parametrize("code", CODES)
def test_the_page_gives_the_figures(code: str) -> None:
    tuned, unseen = (score(half)[code] for half in HALVES)
    sentence = (
        f"On {tuned.goals} invented goals that it was tuned on, it made {tuned.findings} findings, {tuned.right} of them "
        f"right, and caught {tuned.caught} of the {tuned.labelled} {NOUN[code]} that a reader would name; on {unseen.goals} "
        f"that it had not seen, {unseen.findings}, {unseen.right} of them right, and {unseen.caught} of {unseen.labelled}."
    )
    assert sentence in " ".join(RULE[code].page.sections["What it checks"].split())


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("code", CODES)
def test_nine_findings_in_ten_make_sense(code: str, half: str) -> None:
    """A rule that can't reach that is off by default; none of these is an error."""
    found = score(half)[code]
    assert RULE[code].severity <= Severity.WARNING
    assert found.right >= 0.9 * found.findings or RULE[code].severity is Severity.OFF, found.wrong


def test_there_are_goals_enough_of_many_kinds() -> None:
    goals = [goal for half in HALVES for each in organisations(half).values() for goal in each["goals"]]
    assert len(goals) >= 160
    assert len({goal["title"] for goal in goals}) == len(goals)


def test_a_goal_is_judged_alone_or_with_all_others_alike() -> None:
    """Goals of strangers in one organisation do not make more of a goal, or less."""
    for half in HALVES:
        with TemporaryDirectory() as folder:
            together = scores(half, Path(folder), together=True)
        for code in ("AL310", "AL604"):
            assert together[code][:5] == score(half)[code][:5]
        assert together["AL305"].wrong == ()
        assert together["AL305"].caught >= score(half)["AL305"].caught


@given(
    st.lists(
        st.sampled_from(
            ("Ship", "set", "up", "go live", "the", "a", "new", "portal", "v2", "12", "%", "'s", "’", "…", "for", "ß")
        )
    )
)
def test_any_title_can_be_judged(parts: list[str]) -> None:
    title = " ".join(parts)
    for word in _delivery(title).split():
        assert word in title


@given(st.text())
def test_whatever_follows_a_verb(text: str) -> None:
    assert isinstance(_delivery(f"Ship {text}"), str)
