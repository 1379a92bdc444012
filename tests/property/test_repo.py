"""Whole repos: no document makes a rule crash, and the order of documents changes nothing."""

from __future__ import annotations

import random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from aligncli.diagnostics import LineTable, Severity
from tests.cli.test_formats import MESSY
from tests.property.strategies import check, gone_wrong, read, real_documents, yamlish


@st.composite
def repos(draw: st.DrawFn) -> dict[str, str]:
    """The examples with some documents gone wrong, missing, doubled under another name, or made of anything."""
    texts = dict(real_documents())
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(sorted(texts)))
        how = draw(st.sampled_from(["wrong", "wrong", "wrong", "gone", "twice", "anything", "cut"]))
        if how == "wrong":
            texts[path] = draw(gone_wrong(texts[path]))
        elif how == "gone" and len(texts) > 5:
            del texts[path]
        elif how == "twice":
            texts[f"copies/{path}"] = texts[path]
        elif how == "anything":
            texts[path] = (
                f"---\nkind: {draw(st.sampled_from(['charter', 'org', 'goals', 'team-api', 'outcome']))}\n{draw(yamlish)}\n---\n"
            )
        else:
            texts[path] = texts[path][: draw(st.integers(0, len(texts[path])))]
    return texts


def plain(report: Any) -> list[Any]:
    return [msgspec.to_builtins(item) for item in report.diagnostics]


@given(repos())
@settings(max_examples=120)
def test_no_document_makes_a_rule_crash(texts: dict[str, str]) -> None:
    report = check(texts)
    for item in report.diagnostics:
        text = texts[item.path].removeprefix("\ufeff")
        lines = LineTable(text)
        start, end = item.range
        assert 1 <= start.line <= end.line <= len(lines.starts)
        assert start.column >= 1
        assert start <= end
        assert item.message
        assert "\0" not in (item.help or "")
        for related in item.related:
            assert related.path in texts
            assert related.range.start <= related.range.end
    counts = report.summary
    assert counts.errors + counts.warnings + counts.infos == len(report.diagnostics)


@given(repos(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_documents_changes_nothing(texts: dict[str, str], chance: random.Random) -> None:
    documents = read(texts)
    before = check(texts, documents)
    shuffled = read(dict(chance.sample(sorted(texts.items()), len(texts))))
    chance.shuffle(shuffled)
    after = check(texts, shuffled)
    assert plain(before) == plain(after)
    assert before.summary == after.summary


@given(repos())
@settings(max_examples=40)
def test_the_same_texts_give_the_same_answer_twice(texts: dict[str, str]) -> None:
    assert plain(check(texts)) == plain(check(texts))


def test_the_messy_repo_in_every_order() -> None:
    texts = {path: text for path, text in MESSY.items() if isinstance(text, str)}
    expected = plain(check(texts))
    assert len(expected) > 8
    for seed in range(20):
        documents = read(texts)
        random.Random(seed).shuffle(documents)
        assert plain(check(texts, documents)) == expected


@given(st.sampled_from(sorted(real_documents())), st.data())
@settings(max_examples=60)
def test_an_unreadable_document_gives_nobody_else_an_error(path: str, data: st.DataObject) -> None:
    """`A document that cannot be read still declares what can be salvaged of it … so that nobody else's references become errors`."""
    if not real_documents()[path].startswith("---"):
        return
    text = real_documents()[path]
    broken = data.draw(
        st.sampled_from(
            [
                "bad: [unclosed\n",
                "\tx: tab\n",
                "a: b: c\n",
                "'\n",
                "@x\n",
                "*nowhere\n",
                "%x\n",
                "!!python/object:x {}\n",
            ]
        )
    )
    lines = text.splitlines(keepends=True)
    at = data.draw(st.integers(2, lines[1:].index("---\n") + 1))
    lines.insert(at, broken)
    report = check({**real_documents(), path: "".join(lines)})
    loud = [
        (item.path, item.code, item.message)
        for item in report.diagnostics
        if item.severity > Severity.INFO and item.path != path
    ]
    assert loud == []


@given(
    st.sampled_from([path for path in sorted(real_documents()) if path.endswith("charter.md")]),
    st.sampled_from(["", "---\n", "# gone\n", "\0", "+++\n"]),
)
def test_a_charter_without_content_gives_nobody_else_an_error(path: str, text: str) -> None:
    """Its folder still says which team it is."""
    report = check({**real_documents(), path: text})
    loud = [
        (item.path, item.code, item.message)
        for item in report.diagnostics
        if item.severity > Severity.INFO and item.path != path
    ]
    assert loud == []
    assert any(item.path == path for item in report.diagnostics)
