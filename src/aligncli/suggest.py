"""Finds what somebody probably meant: the names nearest to a misspelt one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable

_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "œ": "oe", "ł": "l"}
)

_SCAN_AT_MOST = 300
"""Up to this many names each is compared; beyond, only those that an index brings up."""

_REMEMBERED = 10_000
"""So many misspelt names are looked up once, however many write them."""

_LONGEST = 300
"""No name is longer; a misspelt text beyond that is not compared with any."""


def slug(text: str, most: int = 64) -> str:
    """Words as an id: lower case, joined by hyphens, letters with marks spelt out; whole words, as many as fit.

    Empty where there is no letter that an id can have.
    """
    import unicodedata  # most runs make no ids

    text = unicodedata.normalize("NFC", text).lower().translate(_SPELT_OUT)
    words = re.findall(r"[a-z0-9]+", re.sub(r"[\u0300-\u036f'’]", "", unicodedata.normalize("NFKD", text)))
    result = ""
    for word in words:
        longer = f"{result}-{word}" if result else word[:most]
        if len(longer) > most:
            break
        result = longer
    return result


def distance(left: str, right: str, limit: int) -> int:
    """The optimal string alignment distance (insert, delete, replace, swap neighbours).

    Gives ``limit + 1`` as soon as the distance is known to exceed ``limit``.
    """
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    # What both begin and end with costs nothing, and is most of two names that are compared.
    start, left_end, right_end = 0, len(left), len(right)
    while start < left_end and start < right_end and left[start] == right[start]:
        start += 1
    while start < left_end and start < right_end and left[left_end - 1] == right[right_end - 1]:
        left_end, right_end = left_end - 1, right_end - 1
    left, right = left[start:left_end], right[start:right_end]
    if not left or not right:
        return len(left) + len(right)
    # All distances between the beginnings of the one and the beginning of the other that has been read, as differences
    # to their neighbours, in the bits of a few numbers (Hyyrö 2003): a letter costs a dozen operations, however long
    # the other name is.
    places: dict[str, int] = {}
    for place, char in enumerate(right):
        places[char] = places.get(char, 0) | 1 << place
    every, last = (1 << len(right)) - 1, 1 << len(right) - 1
    up, down, free, before, slips = every, 0, 0, 0, len(right)
    for char in left:
        here = places.get(char, 0)
        swapped = (~free & here) << 1 & before
        free = ((here & up) + up ^ up) | here | down | swapped
        more, less = down | ~(free | up), free & up
        if more & last:
            slips += 1
        elif less & last:
            slips -= 1
        more, less = more << 1 | 1, less << 1
        up, down = (less | ~(free | more)) & every, free & more & every
        before = here
    return min(slips, limit + 1)


def _fold(name: str) -> str:
    return name.casefold().replace("_", "-").replace(" ", "-")


def _shortened(name: str) -> Iterable[str]:
    yield name
    for i in range(len(name)):
        yield name[:i] + name[i + 1 :]


def _limit(name: str) -> int:
    """How many slips the longer of two names may hold: one in four characters, at most four; one from three on."""
    return 0 if len(name) < 3 else max(1, min(4, len(name) // 4))


_PLACES = 78
"""By so much the codes of characters are told apart; those of small letters, figures and the hyphen all are."""


def _bag(name: str) -> int:
    """The characters of a name, without their order, as bits: one for the first of a kind, one for the second, and one
    for all others.

    A slip takes at most one character away and brings one in, so that two names are at least as far apart as
    either has characters that the other lacks.
    """
    bag = 0
    for char in name:
        bit = 1 << 3 * (ord(char) % _PLACES)
        if bag & bit:
            bit <<= 2 if bag & bit << 1 else 1
        bag |= bit
    return bag


class Suggester:
    """The nearest of a fixed set of names.

    Comparing every misspelt name with every known one is quadratic, so above a few hundred names an index of
    the names with one character left out (and of their words) brings up the candidates. Most of those are too far
    away by their characters alone.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = {name: _fold(name) for name in names}
        self._bags: dict[str, tuple[int, int]] = {}
        """Of the names that something was compared with: their characters, and how many slips they may hold."""
        self._index: dict[str, list[str]] | None = None
        self._ranked: dict[str, list[tuple[int, str]]] = {}

    @property
    def names(self) -> Collection[str]:
        """Those that it suggests from."""
        return self._names

    def _candidates(self, folded: str) -> Iterable[str]:
        if len(self._names) <= _SCAN_AT_MOST:
            return self._names
        if self._index is None:
            index: dict[str, list[str]] = defaultdict(list)
            for name, fold in self._names.items():
                for key in _shortened(fold):
                    index[key].append(name)
                for word in set(fold.split("-")):
                    index["-" + word].append(name)
            self._index = index
        found: dict[str, None] = {}
        for key in _shortened(folded):
            found.update(dict.fromkeys(self._index.get(key, ())))
        words = [self._index.get("-" + word, ()) for word in folded.split("-")]
        for names in words:
            if len(names) <= _SCAN_AT_MOST:  # a word that everybody uses says nothing
                found.update(dict.fromkeys(names))
        return found

    def ranked(self, wrong: str) -> list[tuple[int, str]]:
        """The (distance, name) pairs within reach of ``wrong``, nearest first."""
        if wrong not in self._ranked:
            if len(self._ranked) >= _REMEMBERED:
                self._ranked.clear()
            self._ranked[wrong] = self._rank(wrong)
        return self._ranked[wrong]

    def _rank(self, wrong: str) -> list[tuple[int, str]]:
        folded = _fold(wrong)
        if len(folded) > _LONGEST:
            return []
        bag, most = _bag(folded), _limit(folded)
        near = []
        for name in self._candidates(folded):
            known = self._bags.get(name)
            if known is None:
                known = self._bags[name] = _bag(self._names[name]), _limit(self._names[name])
            their_bag, limit = known
            if most > limit:
                limit = most
            if (bag & ~their_bag).bit_count() > limit or (their_bag & ~bag).bit_count() > limit:
                continue
            slips = distance(folded, self._names[name], limit)
            if slips <= limit:
                near.append((slips, name))
        near.sort()
        return near

    def nearest(self, wrong: str) -> str | None:
        """The one clear winner, or nothing: two that are equally near are no suggestion."""
        near = self.ranked(wrong)
        if near and (len(near) == 1 or near[0][0] < near[1][0]):
            return near[0][1]
        return None

    def some(self, wrong: str, most: int = 5) -> list[str]:
        """At most ``most`` names to choose from: those within reach, then those that share a word, then any."""
        wrong = wrong[:_LONGEST]
        chosen = [name for _, name in self.ranked(wrong)]
        words = set(_fold(wrong).split("-"))
        for name in self._candidates(_fold(wrong)):
            if name not in chosen and words & set(self._names[name].split("-")):
                chosen.append(name)
        for name in self._names:
            if len(chosen) >= most or len(self._names) > _SCAN_AT_MOST:
                break
            if name not in chosen:
                chosen.append(name)
        return chosen[:most]


def nearest(wrong: str, names: Collection[str]) -> str | None:
    """The one name clearly nearest to ``wrong``, ignoring case; nothing when there is none."""
    return Suggester(names).nearest(wrong)
