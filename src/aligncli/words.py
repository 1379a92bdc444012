"""What titles say: their words without endings and small words, and an index of titles that say much the same."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

_READ_AT_MOST = 300
"""Of a text, so many characters are read: nobody calls a goal by more."""

_POSTINGS_AT_MOST = 50
"""A word that more texts than this share brings none of them up: it tells nothing about any of them."""

_TWINS_AT_MOST = 10
"""What more texts than this say in the very same words is a saying: they are not compared with any."""

_NOISE = 1e-9
"""What is left after one weight is taken from another by one may be off by so much."""


def listed(text: str) -> frozenset[str]:
    """The words of a list that is written down with spaces between them."""
    return frozenset(text.split())


_TOKEN = re.compile(r"[^\W_]+(?:[&'’.,][^\W_]+)*%?")
_ELISION = re.compile(r"(?:[cdjlmnst]|qu)'(?=\w{3})")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+%?\Z")

_SMALL = listed(
    # English
    "a an the this that these those and or as at by for from in inside into of off on onto out per to toward towards "
    "under below up upon via with within through i it its we our ours us you your they their theirs them he she his "
    "her him who whom whose which what there here is are was were be been being am has have had do does did doing "
    "done get gets got can could will would shall should may might must so than then any all each every both whole "
    "own one very really actually already also too still just ever always many much such soon end percent cent least "
    "latest "
    # German
    "der die das den dem des ein eine einen einem einer eines und oder im ins am ans auf aus bei beim bis durch für "
    "innerhalb mit nach seit über um unter vom von vor zu zum zur ist sind wird werden wurde hat haben kann können "
    "soll sollen bekommt bekommen erhält erhalten wir unser unsere sie er es ihr ihre ihren ihrem ihrer sein seine "
    "sich wer als wie dass jede jeder jedes jeden jedem alle allen aller auch schon noch prozent spätestens binnen "
    # French
    "le la les un une du de au aux et ou en dans par pour sur avec chez sous ce cette ces son sa ses leur leurs nos "
    "notre est sont être a ont avoir peut peuvent qui que dont tout tous toute toutes chaque nous vous ils elles y "
    # Spanish, Dutch
    "el los las una unos unas del al y con por para su sus es son ser esta este cada todo todos toda todas se lo "
    "het een en van voor met bij naar uit op is zijn wordt worden heeft hebben kunnen elke elk alle ook"
)
"""Words that say nothing by themselves, and may come and go."""

_GERMAN = listed(
    "der die das den dem des ein eine einen einem einer eines und oder im ins auf aus bei beim bis durch für "
    "innerhalb mit nach seit über unter vom von vor zu zum zur ist sind wird werden wir kein keine keinen nicht mehr "
    "weniger schneller zwei drei vier fünf sechs sieben acht neun zehn zwölf jede jeder jedes jeden alle auch"
)
"""Words by which a German text is known: its endings are others."""

_SAME = {
    word: one
    for one, words in {
        "less": "fewer reduce reduces reduced reducing reduction cut cuts cutting lower lowers lowered lowering decrease "
        "decreases decreased weniger senken gesenkt reduzieren moins réduire",
        "more": "increase increases increased increasing raise raises raised mehr steigern gesteigert erhöhen augmenter",
        "half": "halve halves halved halving halbieren halbiert halb hälfte moitié",
        "double": "doubles doubled doubling twice verdoppeln verdoppelt doppelt doubler",
        "fast": "faster quick quicker quickly schnell schneller rapide rapidement",
        "buy": "bought", "find": "found", "keep": "kept", "know": "known knew", "leave": "left", "lose": "lost losing",
        "make": "made making", "pay": "paid", "see": "seen saw", "sell": "sold", "send": "sent", "spend": "spent",
        "take": "taken took taking", "wake": "woken woke waking", "child": "children", "man": "men", "woman": "women",
        "person": "people persons", "write": "written wrote writing", "choose": "chosen chose choosing",
        "2": "two zwei deux dos twee", "3": "three drei trois tres drie", "4": "four vier quatre cuatro",
        "5": "five fünf cinq cinco vijf", "6": "six sechs seis zes", "7": "seven sieben sept siete zeven",
        "8": "eight acht huit ocho", "9": "nine neun neuf nueve negen", "10": "ten zehn dix diez tien",
        "12": "twelve zwölf douze doce twaalf", "15": "fifteen fünfzehn quinze quince vijftien",
        "20": "twenty zwanzig vingt veinte twintig", "30": "thirty dreißig trente treinta dertig",
    }.items()
    for word in words.split()
}  # fmt: skip
"""Words that count as one: those for less, more, half and fast, irregular forms, and small numbers."""

_PERCENT = frozenset(("percent", "cent", "prozent", "procent"))
_THAN = frozenset(("than", "als", "de"))
_DEPENDING = _GERMAN | _PERCENT | _THAN
"""What makes other words of a text count differently."""


@lru_cache(maxsize=1 << 12)
def words(text: str) -> Mapping[str, str]:
    """The words of a text that say something, without case, accents and endings, each with how it is written there."""
    tokens = _TOKEN.findall(text[:_READ_AT_MOST])
    german = not _GERMAN.isdisjoint([token.casefold() for token in tokens])
    found: dict[str, str] = {}
    last = small = ""
    for token in tokens:
        folded = _fold(token, german)
        if folded is None:
            small = token.casefold()
            if small in _PERCENT and is_figure(last) and last in found:
                found[last + "%"] = found.pop(last)
            continue
        if last == "less" and small in _THAN and is_figure(folded):
            found.pop(last, None)  # less than ten, moins de dix: ten
        found.setdefault(folded, token)
        last, small = folded, ""
    return found


def words_of_all(texts: Iterable[str]) -> Iterator[frozenset[str]]:
    """The words of many texts, one text after the other: those of :func:`words`, without how they are written.

    What stands between two blanks is mostly one word, whatever stands around it: each such is looked at once.
    """
    alone = _Alone()
    for text in texts:
        found = set(map(alone.__getitem__, text[:_READ_AT_MOST].split()))
        if _DEPENDS in found:
            yield frozenset(words(text))
        else:
            found.discard("")
            yield frozenset(found)


_DEPENDS = " "
"""What is no word, and stands for those that depend on others."""


class _Alone(dict[str, str]):
    """What stands between two blanks as it is compared: empty for a small word, a blank for several words, and for one
    by which others count differently."""

    def __missing__(self, text: str) -> str:
        tokens = _TOKEN.findall(text)
        word = ""
        if len(tokens) > 1 or (tokens and tokens[0].casefold() in _DEPENDING):
            word = _DEPENDS
        elif tokens:
            word = _fold(tokens[0], german=False) or ""
        self[text] = word
        return word


def is_figure(word: str) -> bool:
    """Whether a folded word is a figure."""
    return word[:1].isdecimal()


@lru_cache(maxsize=1 << 16)
def _fold(token: str, german: bool) -> str | None:
    """A word as it is compared, or nothing for a small one."""
    word = token.casefold().replace("’", "'")
    if word[0].isdecimal():
        return word.replace(",", "").replace(".", "") if _THOUSANDS.match(word) else word.replace(",", ".")
    word = _ELISION.sub("", word, count=1).removesuffix("'s")
    if word in _SMALL:
        return None
    same = _SAME.get(word)
    if same is not None:
        return same
    if not word.isascii():
        word = _plain(word)
    return _german_stem(word) if german else _stem(word)


def _plain(word: str) -> str:
    """A word without its accents."""
    import unicodedata  # most words have none

    bare = "".join(char for char in unicodedata.normalize("NFKD", word) if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFC", bare)


def _stem(word: str) -> str:
    """A word without the endings of English and French plurals, participles and gerunds."""
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 2 and not set("aeiouy").isdisjoint(rest):
            return rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest.removesuffix("e")
    return word.removesuffix("e") if len(word) > 4 else word


def _german_stem(word: str) -> str:
    """A word without the endings of German cases, plurals and comparison."""
    if len(word) > 8:
        word = word.removesuffix("innen")
    for ending in ("ern", "em", "en", "er", "es", "e", "n", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


class Index:
    """Texts by their rare words, so that no two are compared that share none.

    A word weighs the more, the fewer texts have it. How alike two texts are is the weight of the words in both
    over the weight of the words in either.
    """

    def __init__(self, texts: Iterable[Iterable[str]]) -> None:
        self._texts = [frozenset(text) for text in texts]
        self._uses = Counter(chain.from_iterable(self._texts))
        count = len(self._texts)
        self._weights = {word: math.log(1 + count / max(uses, 2)) for word, uses in self._uses.items()}
        by_rarity = sorted(self._uses, key=lambda word: (self._uses[word], word))
        self._rarity = {word: number for number, word in enumerate(by_rarity)}
        self._totals = [math.fsum(map(self._weights.__getitem__, text)) for text in self._texts]

    def alike(self, left: int, right: int) -> float:
        """How alike two texts are, from 0 to 1."""
        both = math.fsum(map(self._weights.__getitem__, self._texts[left] & self._texts[right]))
        either = self._totals[left] + self._totals[right] - both
        return both / either if either else 0.0

    def pairs(self, least: float) -> Iterator[tuple[int, int]]:
        """The pairs of texts that are at least so much alike, the earlier one first.

        Texts so much alike share one of their rarest words, so that each is looked up by those alone. A word that too
        many texts share brings up none of them, except those that consist of the very same words.
        """
        often = Counter(self._texts)
        same: dict[frozenset[str], list[int]] = defaultdict(list)
        by_one: dict[str, list[int]] = defaultdict(list)
        by_two: dict[tuple[str, str], list[int]] = defaultdict(list)
        by_many: dict[str, list[int]] = defaultdict(list)
        for right, text in enumerate(self._texts):
            if not text or often[text] > _TWINS_AT_MOST:
                continue
            found: set[int] = set()
            if often[text] > 1:
                found.update(same[text])
                same[text].append(right)
            rarest, two = self._rarest(right, least)
            if two is not None:
                found.update(by_two[two], by_many[two[0]])
                by_two[two].append(right)
            else:
                for word in rarest:
                    found.update(by_one[word])
                    by_many[word].append(right)
            for word in rarest:
                by_one[word].append(right)
            lightest, heaviest = self._totals[right] * least - _NOISE, self._totals[right] / least + _NOISE
            for left in sorted(found):
                if lightest <= self._totals[left] <= heaviest and self.alike(left, right) >= least:
                    yield left, right

    def _by_rarity(self, number: int) -> list[str]:
        return sorted(self._texts[number], key=self._rarity.__getitem__)

    def _rarest(self, number: int, least: float) -> tuple[list[str], tuple[str, str] | None]:
        """So many of a text's rarest words that all its others can't make another text alike enough; and the rarest
        two, where each weighs so much that it alone decides: then they are the rarest two of the other text as well,
        or that has no such two."""
        uses, weights, rest = self._uses, self._weights, self._totals[number]
        spare = rest * (1 - least) + _NOISE
        enough = rest - spare
        words = self._by_rarity(number)
        if len(words) > 1 and weights[words[1]] > spare and 1 < uses[words[0]] <= _POSTINGS_AT_MOST:
            return words[:1], (words[0], words[1])
        rarest = []
        for word in words:
            if rest < enough or uses[word] > _POSTINGS_AT_MOST:
                break
            if uses[word] > 1:
                rarest.append(word)
            rest -= weights[word]
        return rarest, None


class LivingIndex(Index):
    """An index whose texts may change, and that knows at any time which of them are alike.

    Args:
        texts: as they are at first.
        least: how much two texts have to be alike.
    """

    def __init__(self, texts: Iterable[Iterable[str]], least: float) -> None:
        super().__init__(texts)
        self._least = least
        self._alike = set(super().pairs(least))
        self._often = Counter(self._texts)
        self._marks = [self._rarest(number, least) for number in range(len(self._texts))]
        self._marked: dict[str, set[int]] = defaultdict(set)
        for number, (rarest, _) in enumerate(self._marks):
            for word in rarest:
                self._marked[word].add(number)

    def _by_rarity(self, number: int) -> list[str]:
        return sorted(self._texts[number], key=lambda word: (self._uses[word], word))

    def pairs_now(self) -> list[tuple[int, int]]:
        """What :meth:`Index.pairs` gives for the texts as they are."""
        return sorted(self._alike, key=lambda pair: pair[::-1])

    def replace(self, number: int, text: Iterable[str]) -> None:
        """Puts another text in the place of one.

        A word of only one of the two is used more, or less, than it was, and weighs something else in every text that
        has it; what is alike to those is looked for again. All else stays.
        """
        old, new = self._texts[number], frozenset(text)
        moved = old ^ new
        self._texts[number] = new
        self._often[old] -= 1
        self._often[new] += 1
        for word in moved:
            self._uses[word] += 1 if word in new else -1
            self._weights[word] = math.log(1 + len(self._texts) / max(self._uses[word], 2))
        near = [at for at, other in enumerate(self._texts) if not moved.isdisjoint(other) or other in (old, new)]
        again = set(near)
        self._alike = {pair for pair in self._alike if again.isdisjoint(pair)}
        for at in near:
            self._totals[at] = math.fsum(map(self._weights.__getitem__, self._texts[at]))
            for word in self._marks[at][0]:
                self._marked[word].discard(at)
            self._marks[at] = self._rarest(at, self._least)
            for word in self._marks[at][0]:
                self._marked[word].add(at)
        for at in near:
            for other in self._candidates(at):
                left, right = sorted((at, other))
                lightest = self._totals[right] * self._least - _NOISE
                heaviest = self._totals[right] / self._least + _NOISE
                if lightest <= self._totals[left] <= heaviest and self.alike(left, right) >= self._least:
                    self._alike.add((left, right))

    def _candidates(self, number: int) -> set[int]:
        """The texts that :meth:`Index.pairs` would hold against one."""
        text, (rarest, two) = self._texts[number], self._marks[number]
        if not text or self._often[text] > _TWINS_AT_MOST:
            return set()
        found = {other for word in rarest for other in self._marked[word]}
        met = {other for other in found if two is None or self._marks[other][1] is None or two == self._marks[other][1]}
        if self._often[text] > 1:
            met.update(other for other, same in enumerate(self._texts) if same == text)
        return {other for other in met if other != number and self._often[self._texts[other]] <= _TWINS_AT_MOST}


_FEW = 20
"""More texts that change at once are sooner looked at with all others."""


class Sayings(NamedTuple):
    """What texts say that are looked at again and again."""

    texts: list[str]
    said: list[frozenset[str]]
    """The words of each."""
    living: LivingIndex
    """An index of them, but for shares in percent."""

    @classmethod
    def of(cls, texts: list[str], least: float, earlier: Sayings | None = None) -> Sayings:
        """What texts say, out of what others said, most of which may be the same; those are used up."""
        if earlier is not None and len(earlier.texts) == len(texts):
            changed = [at for at, (old, new) in enumerate(zip(earlier.texts, texts, strict=True)) if old != new]
            if len(changed) <= _FEW:
                for at in changed:
                    earlier.texts[at] = texts[at]
                    earlier.said[at] = frozenset(words(texts[at]))
                    earlier.living.replace(at, _without_shares(earlier.said[at]))
                return earlier
        said = list(words_of_all(texts))
        return cls(texts, said, LivingIndex(map(_without_shares, said), least))


def _without_shares(text: Iterable[str]) -> list[str]:
    return [word for word in text if word[-1] != "%"]
