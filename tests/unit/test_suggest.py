"""Suggestions: one clear winner or none, and never slow."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aligncli.suggest import Suggester, distance, nearest

OUTCOMES = ["fewer-abandoned-carts", "fewer-returns", "faster-delivery", "happy-senders", "one-tap"]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("fewer-abandonned-carts", "fewer-abandoned-carts"),
        ("fewer-abandoned-cart", "fewer-abandoned-carts"),
        ("Fewer-Abandoned-Carts", "fewer-abandoned-carts"),
        ("FEWER-RETURNS", "fewer-returns"),
        ("fewer-retruns", "fewer-returns"),
        ("fewer_returns", "fewer-returns"),
        ("fewer returns", "fewer-returns"),
        ("ewer-returns", "fewer-returns"),
        ("one-tpa", "one-tap"),
        ("onetap", "one-tap"),
        ("fewer-returns", "fewer-returns"),
        ("zzz", None),
        ("", None),
        ("slower-something-else", None),
        ("f", None),
    ],
)
def test_one_clear_winner(wrong: str, right: str | None) -> None:
    assert nearest(wrong, OUTCOMES) == right


def test_two_that_are_equally_near_are_no_suggestion() -> None:
    assert nearest("cat", ["bat", "hat", "elephant"]) is None
    assert nearest("card-data-x", ["card-data-a", "card-data-b"]) is None
    assert nearest("card-data-a", ["card-data-a", "card-data-b"]) == "card-data-a"


def test_names_with_nothing_in_common_are_no_suggestion() -> None:
    """One slip in one letter leaves nothing of it."""
    assert nearest("b", ["a"]) is None
    assert nearest("x", ["y", "elephant"]) is None


def test_no_names_no_suggestion() -> None:
    assert nearest("x", []) is None
    assert Suggester([]).some("x") == []


def test_a_list_has_at_most_five_candidates() -> None:
    names = [f"team-{number}" for number in range(20)]
    some = Suggester(names).some("team")
    assert 0 < len(some) <= 5
    assert len(set(some)) == len(some)
    assert set(some) <= set(names)


def test_candidates_come_nearest_first() -> None:
    assert Suggester(["x", "parcel-rooms", "parcel-room", "letter-room"]).some("parcel-roo")[0] == "parcel-room"


@given(st.text("abc-", max_size=8), st.text("abc-", max_size=8))
def test_the_distance_is_a_distance(left: str, right: str) -> None:
    far = distance(left, right, 20)
    assert far == distance(right, left, 20)
    assert (far == 0) == (left == right)
    assert abs(len(left) - len(right)) <= far <= max(len(left), len(right))
    for limit in range(6):
        assert distance(left, right, limit) == min(far, limit + 1)


def by_the_book(left: str, right: str) -> int:
    """The whole table of distances, cell by cell."""
    rows = [list(range(len(right) + 1))]
    for i, a in enumerate(left, 1):
        rows.append([i])
        for j, b in enumerate(right, 1):
            far = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                far = min(far, rows[i - 2][j - 2] + 1)
            rows[i].append(far)
    return rows[-1][-1]


@given(st.text("abcd-", max_size=90), st.text("abcd-", max_size=90))
def test_the_distance_is_that_of_the_whole_table(left: str, right: str) -> None:
    assert distance(left, right, 90) == by_the_book(left, right)


@given(st.lists(st.text("aab-0ä\u03b1", max_size=20), unique=True, max_size=20), st.text("aab-0ä\u03b1", max_size=20))
def test_what_is_not_compared_is_out_of_reach(names: list[str], wrong: str) -> None:
    """Whatever the letters are, and however often one comes."""
    within = {1: 0, 2: 0, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 2, 9: 2, 10: 2, 11: 2, 12: 3, 13: 3, 14: 3, 15: 3}
    near = [
        (far, name)
        for name in names
        if (far := by_the_book(wrong, name)) <= within.get(longer := max(len(wrong), len(name)), 4 if longer else 0)
    ]
    assert Suggester(names).ranked(wrong) == sorted(near)


@pytest.mark.parametrize(
    ("left", "right", "far"),
    [("ab", "ba", 1), ("abc", "acb", 1), ("abc", "ac", 1), ("abc", "abxc", 1), ("abc", "axc", 1), ("ca", "abc", 3)],
)
def test_insert_delete_replace_swap(left: str, right: str, far: int) -> None:
    assert distance(left, right, 9) == far


def names_of(count: int) -> list[str]:
    chance = random.Random(1)
    syllables = ["ka", "ro", "mi", "ne", "tu", "sa", "lo", "pe", "vi", "du"]
    return sorted(
        {"-".join("".join(chance.choices(syllables, k=3)) for _ in range(2)) + f"-{number}" for number in range(count)}
    )


def slip(name: str, number: int) -> str:
    at = 1 + number % 4
    return [
        name[:at] + name[at + 1 :],
        name[:at] + "x" + name[at:],
        name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        name[:at] + "y" + name[at + 1 :],
    ][number % 4]


def test_the_index_of_many_names_finds_what_a_comparison_with_each_finds() -> None:
    """One slip anywhere in the name: the index must not lose the winner among thousands."""
    names = names_of(800)
    suggester = Suggester(names)
    for number in range(0, 800, 20):
        wrong = slip(names[number], number)
        slips = {name: distance(wrong, name, 4) for name in names}
        best = min(slips.values())
        winners = [name for name, far in slips.items() if far == best]
        assert suggester.nearest(wrong) == (winners[0] if len(winners) == 1 else None), wrong


def test_with_fifty_thousand_names_hundreds_of_slips_take_no_time() -> None:
    """Comparing each with each would take minutes."""
    names = names_of(50_000)
    suggester = Suggester(names)
    began = time.process_time()
    found = sum(suggester.nearest(slip(names[number * 40], number)) == names[number * 40] for number in range(300))
    suggester.some("nothing-like-it")
    assert time.process_time() - began < 10
    assert found > 270


def test_the_work_grows_with_the_names_and_not_with_their_square() -> None:
    """Counted in comparisons, not in seconds: a time would depend on the machine."""
    counts = []
    for count in (2_000, 20_000):
        compared = 0

        def counting(left: str, right: str, limit: int, original: Callable[[str, str, int], int] = distance) -> int:
            nonlocal compared
            compared += 1
            return original(left, right, limit)

        import aligncli.suggest as module

        names = names_of(count)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "distance", counting)
            suggester = Suggester(names)
            for number in range(200):
                suggester.nearest(slip(names[number * (len(names) // 200)], number))
        counts.append(compared / 200)
    assert counts[1] < 400


def test_a_word_that_everybody_uses_brings_no_thousands_of_candidates() -> None:
    names = [f"outcome-{number}" for number in range(20_000)]
    suggester = Suggester(names)
    began = time.process_time()
    for number in range(200):
        suggester.nearest(f"outcome-x{number}")
        suggester.some(f"outcome-xyz{number}")
    assert time.process_time() - began < 5


def test_a_slip_that_thousands_copied_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import aligncli.suggest as module

    suggester = Suggester(["fewer-abandoned-carts", "more-returns"])
    assert suggester.nearest("fewer-abandonned-carts") == "fewer-abandoned-carts"
    monkeypatch.delattr(module, "distance")
    assert suggester.nearest("fewer-abandonned-carts") == "fewer-abandoned-carts"
    with pytest.raises(NameError):
        suggester.nearest("fewer-abandoned-cats")
