"""What titles say: one word for its forms, nothing for small words, and no two texts compared that share nothing rare."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligncli import words as module
from aligncli.words import Index, LivingIndex, is_figure, words, words_of_all


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Returning customers pay within ten seconds", "return customer pay 10 second"),
        ("A returning customer has paid in 10 seconds.", "return customer pay 10 second"),
        ("Leaks are fixed within three days", "leak fix 3 day"),
        ("Ships, shipping, shipped", "ship"),
        ("Parties and policies", "party policy"),
        ("Boxes, branches, wishes, quizzes", "box branch wish quizz"),
        ("The gas bus is less", "gas bus less"),
        ("Reduce, cut or lower it; fewer and less", "less"),
        ("Fewer than ten calls", "10 call"),
        ("More than ten calls", "more 10 call"),
        ("Children's teeth; the women’s ward", "child teeth woman ward"),
        ("95% of A&E patients", "95% a&e patient"),
        ("95 percent of patients, 95 per cent of nurses", "95% patient nurs"),
        ("1,000 or 1.000 parcels, 0.5 and 0,5", "1000 parcel 0.5"),
        ("No-shows don't pay", "no show don't pay"),
        ("Wartezeit im Bürgeramt unter zwanzig Minuten", "wartezeit burgeramt 20 minut"),
        ("Jedes Kind bekommt einen Kitaplatz", "kind kitaplatz"),
        ("Die Kinder bekommen Kitaplätze", "kind kitaplatz"),
        ("Bürgerinnen und Bürger", "burg"),
        ("Straße", "strass"),
        ("L'année commence en moins de deux minutes", "anne commenc 2 minut"),
        ("Moins d'attente au guichet", "less attent guichet"),
        ("El triaje en 10 minutos", "triaj 10 minuto"),
        ("Wachttijd op de poli", "wachttijd poli"),
        ("ÉCOLE école ecole", "ecol"),
        ("顧客は十秒で支払う", "顧客は十秒で支払う"),
        ("of the and — … ** __", ""),
        ("", ""),
    ],
)
def test_what_a_text_says(text: str, said: str) -> None:
    assert " ".join(words(text)) == said


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                sorted(
                    module.listed(
                        "Leaks fewer than ten less 10 95 percent per-cent die der Kinder un de l'année A&E - , fixed. x"
                    )
                )
            ),
            max_size=7,
        ).map(" ".join),
        max_size=6,
    )
)
def test_the_words_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    assert list(words_of_all(texts)) == [frozenset(words(text)) for text in texts]


def test_each_word_comes_as_it_is_written() -> None:
    assert words("Fewer LEAKS within three Days, fewer leaks") == {
        "less": "Fewer",
        "leak": "LEAKS",
        "3": "three",
        "day": "Days",
    }


@pytest.mark.parametrize(("word", "figure"), [("10", True), ("95%", True), ("0.5", True), ("", False), ("day", False)])
def test_figures(word: str, figure: bool) -> None:
    assert is_figure(word) is figure


def test_of_a_long_text_only_the_beginning_is_read() -> None:
    assert len(words("abc1 " + "x" * 1_000_000)) <= 2
    assert len(words(" ".join(f"word{number}" for number in range(100_000)))) < 50


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    for word, written in words(text).items():
        assert word
        assert written in text


@given(st.text(alphabet="abcdeéßsing ’'.,%0123456789-", max_size=60))
def test_case_does_not_matter(text: str) -> None:
    assert words(text.upper()).keys() == words(text.upper().lower()).keys()


TEXTS = st.lists(st.sets(st.sampled_from("abcdefghijkl"), max_size=7), max_size=25)


@given(TEXTS, st.sampled_from([0.3, 0.5, 0.6, 0.75, 0.9, 1.0]))
def test_the_index_finds_exactly_what_comparing_all_would(texts: list[set[str]], least: float) -> None:
    index = Index(texts)
    every = [(left, right) for left, right in combinations(range(len(texts)), 2) if index.alike(left, right) >= least]
    twins = [text for text in texts if texts.count(text) > module._TWINS_AT_MOST]
    assert twins or sorted(index.pairs(least)) == sorted(every)


def test_how_alike_two_texts_are() -> None:
    index = Index([{"a", "b"}, {"b", "a"}, {"a", "c"}, {"d"}, set()])
    assert index.alike(0, 1) == 1
    assert index.alike(0, 3) == 0
    assert index.alike(4, 4) == 0
    assert 0 < index.alike(0, 2) < 0.5


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    common = [{"customer", f"x{number}"} for number in range(100)]
    index = Index([{"customer", "ferry", "late"}, {"ferry", "late"}, {"customer", "ferry"}, *common])
    assert index.alike(0, 1) > index.alike(0, 2) > 0


def test_the_order_of_texts_and_words_changes_nothing() -> None:
    texts = [["late", "ferry", "pay"], ["pay", "late", "ferry"], ["ferry", "late", "train", "pay"], ["ferry"]]
    there = {frozenset((left, right)) for left, right in Index(texts).pairs(0.7)}
    back = {frozenset((3 - left, 3 - right)) for left, right in Index([t[::-1] for t in texts[::-1]]).pairs(0.7)}
    assert there == back


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(lambda number: {"a", "b", "c"}, id="all the same"),
        pytest.param(lambda number: {"a", "b", "c", f"x{number}"}, id="the same but for one word"),
        pytest.param(lambda number: {f"a{number % 7}", f"b{number % 11}", f"c{number % 13}"}, id="few words"),
        pytest.param(
            lambda number: {f"a{number // 45}", f"b{number // 45}", f"x{number}"}, id="crowds below the limit"
        ),
        pytest.param(lambda number: {f"a{number}", f"a{number + 1}", f"a{number + 2}"}, id="a long chain"),
    ],
)
def test_each_text_is_compared_with_a_bounded_number(
    hostile: Callable[[int], set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    size, compared = 5_000, 0
    index = Index(hostile(number) for number in range(size))
    alike = index.alike

    def counting(left: int, right: int) -> float:
        nonlocal compared
        compared += 1
        return alike(left, right)

    monkeypatch.setattr(index, "alike", counting)
    for _ in index.pairs(0.5):
        pass
    assert compared <= size * module._POSTINGS_AT_MOST


@given(st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=6), min_size=2, max_size=30), st.data())
@settings(max_examples=200)
def test_an_index_that_changes_is_the_one_that_is_made_anew(texts: list[list[str]], data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if data.draw(st.booleans()):  # so that a few texts are already too many
            patch.setattr(module, "_POSTINGS_AT_MOST", 3)
            patch.setattr(module, "_TWINS_AT_MOST", 2)
        _change(texts, data)


def _change(texts: list[list[str]], data: st.DataObject) -> None:
    living = LivingIndex(texts, 0.6)
    for _ in range(data.draw(st.integers(1, 6))):
        number = data.draw(st.integers(0, len(texts) - 1))
        texts[number] = data.draw(st.lists(st.sampled_from("abcdefghijkl"), max_size=6))
        living.replace(number, texts[number])
        index = Index(texts)
        assert living.pairs_now() == list(index.pairs(0.6))
        for left in range(len(texts)):
            assert living.alike(left, 0) == index.alike(left, 0)
