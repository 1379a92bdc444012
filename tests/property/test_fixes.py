"""Fixes over the examples with slips in them: they converge, touch what they mean, and make nothing worse."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from aligncli import engine
from aligncli.commands.mend import Mended, mend
from aligncli.config import Config
from aligncli.diagnostics import Key, Route, Span
from aligncli.document.fences import split
from aligncli.document.loader import load
from aligncli.document.source import Source
from aligncli.engine.facts import former_names as all_former_names
from aligncli.io.repo import Repo
from aligncli.model import FiscalYear
from aligncli.rules import RULES
from aligncli.workspace.link import link
from aligncli.workspace.load import Document, load_document
from aligncli.workspace.workspace import Workspace
from tests import EXAMPLES
from tests.property.strategies import AS_OF, SCHEMAS, real_documents
from tests.property.test_places import routes
from tests.property.test_repo import repos

_OTHERS = {
    place.relative_to(EXAMPLES).as_posix() for place in EXAMPLES.rglob("*") if place.is_file() and place.suffix != ".md"
}


@cache
def document(path: str, text: str) -> Document | None:
    return load_document(path, text, SCHEMAS)


class Desk(Repo):
    """A repo that is nowhere on disk."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.root = Path("/nowhere")
        self.schemas = SCHEMAS
        self.drafts = dict(texts)
        self.config = Config()
        self._seen = None
        self._plugins = True
        self.state = None

    def ws(self) -> Workspace:
        texts = self.drafts
        documents = [found for path in sorted(texts) if (found := document(path, texts[path])) is not None]
        folders = {folder.as_posix() for path in (*texts, *_OTHERS) for folder in Path(path).parents}
        return link(documents, {*texts, *_OTHERS, *folders}, AS_OF, FiscalYear())

    def check(self) -> engine.Report:
        return engine.run(engine.Task(self.ws(), self.config, engine.Selection(), self.text))

    def mend(self, *, unsafe: bool) -> Mended:
        return mend(self, self.check, None, unsafe=unsafe)


def facts(report: engine.Report) -> Counter[Key]:
    return Counter(verdict.finding.key for verdict in report.verdicts)


# --- where something can slip ---


class Slot(NamedTuple):
    """A stretch of a text that gets another text, and what it may be after the fixes."""

    span: Span
    right: str
    """As it is where nothing slipped, perhaps quoted in another way."""
    wrong: str
    is_word: bool
    """Any other word may stand there in the end: a slip can be nearer to another name."""


_REFERENCE_KEYS = {"to", "metric", "goal", "guardrail", "part-of", "service"}
_REFERENCE_LISTS = {"supports", "communities", "guardrails", "teams"}


def _is_reference(route: Route, kind: str) -> bool:
    last, before = route[-1], route[-2] if len(route) > 1 else None
    if last == "team":
        return len(route) > 1 or kind in ("team-api", "goals")
    if last == "id":
        return kind == "charter" and route[0] == "guardrails"
    return last in _REFERENCE_KEYS or (isinstance(last, int) and before in _REFERENCE_LISTS and kind != "org")


@cache
def references(path: str) -> list[tuple[Span, str]]:
    """Where the examples refer to something, and to what."""
    source = Source(real_documents()[path])
    front = split(source.text).frontmatter
    data = load(source.text[front.start : front.end]).data if front else None
    if not isinstance(data, dict):
        return []
    found = []
    for route, value in routes(data):
        span = source.locator.exactly(route)
        if isinstance(value, str) and span is not None and _is_reference(route, data.get("kind", "")):
            found.append((span, value))
    return found


@cache
def former_names() -> dict[str, list[str]]:
    return all_former_names(Desk(real_documents()).ws())


@cache
def slips() -> list[tuple[str, Span, str]]:
    return [(path, span, value) for path in sorted(real_documents()) for span, value in references(path)]


_CHOICES = {
    "status",
    "type",
    "mode",
    "role",
    "level",
    "category",
    "enforcement",
    "impact",
    "authority",
    "result",
    "kind",
}


@cache
def fields() -> list[tuple[str, Span, str]]:
    """Keys, and values of which there are only some."""
    found: list[tuple[str, Span, str]] = []
    for path, text in sorted(real_documents().items()):
        source = Source(text)
        front = split(text).frontmatter
        for route, value in routes(load(text[front.start : front.end]).data) if front else ():
            key, place = source.locator.exactly(route, on_key=True), source.locator.exactly(route)
            if isinstance(route[-1], str) and key is not None:
                found.append((path, key, route[-1]))
            if route[-1] in _CHOICES and isinstance(value, str) and place is not None:
                found.append((path, place, value))
    return [(path, span, word) for path, span, word in found if span.end - span.start == len(word) > 2]


@cache
def renamed() -> list[tuple[str, Span, str]]:
    return [(path, span, value) for path, span, value in slips() if value in former_names()]


@cache
def links() -> list[tuple[str, Span, str]]:
    """Paths that lead to a file of the examples, in the prose and in the frontmatter."""
    found = []
    for path, text in sorted(real_documents().items()):
        if document(path, text) is None:
            continue
        for match in re.finditer(r"(?<=[(\[ ,])(?:\.{0,2}/)?(?:[\w.\-]+/)*[\w\-]+\.(?:md|svg)(?=[)\], ])", text):
            if match.group().startswith("/docs/") or text[match.start() - 1] == "(":
                found.append((path, Span(*match.span()), match.group()))
    return found


@cache
def unfound() -> list[str]:
    """Rules that find nothing in the examples, and that no slip below wakes."""
    found = {verdict.rule.code for verdict in Desk(real_documents()).check().verdicts}
    asleep = [rule for rule in RULES if rule.suppressible and rule.check is not None and rule.code not in found]
    return [name for rule in asleep if rule.code not in ("AL205", "AL209") for name in (rule.code, rule.name)]


@cache
def gaps() -> list[tuple[str, int, str]]:
    """Where a comment changes nothing, and of which sort: on a line of its own, behind a value, between paragraphs."""
    found = []
    for path, text in sorted(real_documents().items()):
        front = split(text).frontmatter
        if front is None:
            continue
        data = load(text[front.start : front.end]).data
        for match in re.finditer(r"\n", text[front.start : front.end]):
            at = front.start + match.start()
            for place, marks, sort in ((at + 1, (" # x\n", "      # x\n"), "above"), (at, ("  # x",), "behind")):
                trials = [text[front.start : place] + mark + text[place : front.end] for mark in marks]
                if all(load(trial).data == data for trial in trials) and (sort == "above" or text[at - 1] != "\n"):
                    found.append((path, place, sort))
        found.extend((path, match.end(), "prose") for match in re.compile(r"\n\n(?=[A-Z])").finditer(text, front.end))
    return found


def _quoted(value: str, style: str) -> str:
    return f"{style}{value}{style}"


def _misspelt(draw: st.DrawFn, value: str) -> str:
    at = draw(st.integers(0, len(value) - 1))
    how = draw(st.sampled_from(["drop", "double", "swap", "other"]))
    if how == "drop" and len(value) > 3:
        return value[:at] + value[at + 1 :]
    if how == "swap" and at + 1 < len(value):
        return value[:at] + value[at + 1] + value[at] + value[at + 2 :]
    return value[:at] + value[at] * (2 if how == "double" else 1) + ("x" if how == "other" else "") + value[at + 1 :]


def _slot(draw: st.DrawFn, *, safe: bool) -> tuple[str, Slot]:
    how = draw(st.sampled_from(["former", "case", "comment", *([] if safe else ["typo", "typo", "field", "field"])]))
    if how == "comment":
        path, at, sort = draw(st.sampled_from(gaps()))
        words = ", ".join(draw(st.lists(st.sampled_from(unfound()), min_size=1, max_size=3)))
        said = f"align: ignore[{words}]{draw(st.sampled_from(['', ' until 2027-03-31', ' until 2026-01-31']))}: why not"
        blanks = " " * draw(st.integers(1, 6))
        comment = {"above": f"{blanks}# {said}\n", "behind": f"{blanks}# {said}", "prose": f"<!-- {said} -->\n"}[sort]
        return path, Slot(Span(at, at), "", comment, False)
    if how == "case":
        path, span, value = draw(st.sampled_from(links()))
        at = draw(st.sampled_from([n for n, char in enumerate(value) if char.isalpha()]))
        return path, Slot(span, value, value[:at] + value[at].swapcase() + value[at + 1 :], False)
    if how == "field":
        path, span, value = draw(st.sampled_from(fields()))
        return path, Slot(span, value, _misspelt(draw, value), True)
    path, span, value = draw(st.sampled_from(renamed() if how == "former" else slips()))
    wrong = draw(st.sampled_from(former_names()[value])) if how == "former" else _misspelt(draw, value)
    style = draw(st.sampled_from(["", "'", '"']))
    return path, Slot(span, _quoted(value, style), _quoted(wrong, style), how == "typo")


class Case(NamedTuple):
    """The examples with slips."""

    slots: dict[str, list[Slot]]
    end: str
    mark: str

    def texts(self, which: str) -> dict[str, str]:
        """Them all, ``right`` or ``wrong``; those with slips have other line ends and perhaps a mark."""
        changed = {path: "".join(self._parts(path, lambda slot: getattr(slot, which))) for path in self.slots}
        return {**real_documents(), **changed}

    def shape(self, path: str) -> str:
        """What a document may be after the fixes: all but the slots is as it was."""
        return "".join(self._parts(path, _either, re.escape))

    def _parts(self, path: str, written: Callable[[Slot], str], around: Callable[[str], str] = str) -> Iterator[str]:
        yield self.mark
        at, text = 0, real_documents()[path]
        for slot in sorted(self.slots[path]):
            yield around(text[at : slot.span.start].replace("\n", self.end))
            yield written(slot).replace("\n", self.end)
            at = slot.span.end
        yield around(text[at:].replace("\n", self.end))


def _either(slot: Slot) -> str:
    """A pattern for what a slot may be in the end."""
    quote = slot.right[:1] if slot.right[:1] in ("'", '"') else ""
    word = [rf"{quote}[\w/.\-]+{quote}"] if slot.is_word else []
    return f"(?:{'|'.join([re.escape(slot.right), re.escape(slot.wrong), *word])})"


@st.composite
def cases(draw: st.DrawFn, *, safe: bool) -> Case:
    slots: dict[str, list[Slot]] = {}
    for _ in range(draw(st.integers(1, 6))):
        path, slot = _slot(draw, safe=safe)
        others = slots.setdefault(path, [])
        if all(slot.span.end < other.span.start or other.span.end < slot.span.start for other in others):
            others.append(slot)
    return Case(slots, draw(st.sampled_from(["\n", "\r\n", "\r"])), draw(st.sampled_from(["", "\ufeff"])))


@given(cases(safe=True))
@settings(max_examples=60)
def test_safe_fixes_undo_what_they_can_mean_to_the_byte(case: Case) -> None:
    wrong, right = case.texts("wrong"), case.texts("right")
    desk = Desk(wrong)
    before = facts(desk.check())
    mended = desk.mend(unsafe=False)
    assert desk.drafts == right
    assert set(mended.rewrites) == {path for path in wrong if wrong[path] != right[path]}
    assert facts(mended.report) == facts(Desk(right).check())
    assert not facts(mended.report) - before
    assert not desk.mend(unsafe=True).rewrites


@given(cases(safe=False))
@settings(max_examples=60)
def test_unsafe_fixes_touch_what_they_mean_and_nothing_else(case: Case) -> None:
    desk = Desk(case.texts("wrong"))
    desk.mend(unsafe=True)
    for path, text in desk.drafts.items():
        if path in case.slots:
            assert re.fullmatch(case.shape(path), text), path
        else:
            assert text == real_documents()[path]
        assert all(error is None and not doubles for error, doubles in _data(text))
    again = desk.mend(unsafe=True)
    assert not again.rewrites
    assert again.fixed == 0
    assert not again.report.summary.fixable


def _data(text: str) -> Iterator[tuple[Any, int]]:
    """Whether a frontmatter can be read."""
    source = Source(text)
    front = split(source.text).frontmatter
    if front is not None:
        loaded = load(source.text[front.start : front.end])
        yield loaded.error, len(loaded.duplicates)


class Odd(NamedTuple):
    """The examples with documents that went wrong, shown by those alone."""

    texts: dict[str, str]

    def __repr__(self) -> str:
        real = real_documents()
        return repr({path: text for path, text in self.texts.items() if real.get(path) != text})


@given(repos().map(Odd), st.booleans())
@settings(max_examples=60)
def test_whatever_is_broken_fixes_come_to_an_end_and_make_nothing_worse(odd: Odd, unsafe: bool) -> None:
    texts = odd.texts
    desk = Desk(texts)
    before = facts(desk.check())
    mended = desk.mend(unsafe=unsafe)
    if not unsafe:
        assert not facts(mended.report) - before
    for path in mended.rewrites:
        assert list(_data(desk.drafts[path])) == list(_data(texts[path]))
    assert not desk.mend(unsafe=unsafe).rewrites
