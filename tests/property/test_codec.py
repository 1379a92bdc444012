"""A document is the same after it was bytes, whatever is in it or wrong with it."""

from __future__ import annotations

import contextlib
import re

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aligncli.io.resources import load_schemas
from aligncli.model import Team
from aligncli.schema.own import OwnSchema
from aligncli.testing import Case, read_cases
from aligncli.workspace.codec import decode, encode
from aligncli.workspace.load import Document, load_document, unreadable
from tests import TOP
from tests.property.strategies import SCHEMAS, any_text, gone_wrong, real_documents, yamlish
from tests.test_mistakes import CASES as MISTAKES
from tests.test_mistakes import read_change

PATHS = st.sampled_from(["org.md", "teams/checkout/charter.md", "teams/checkout/team-api.md", "outcomes/a.md", "n.md"])
DOCUMENTS = {path: text for path, text in sorted(real_documents().items()) if text.startswith("---\nkind: ")}
RULES = read_cases(TOP / "tests" / "rules")
STRICT = '{"type": "object", "required": ["x-cost-centre"], "properties": {"x-cost-centre": {"type": "integer"}}}'
OWN = load_schemas().extended({kind: OwnSchema("own.json", STRICT) for kind in ("charter", "team-api", "outcome")})


def same(document: Document) -> bool:
    """Whether it comes back as it was; numbers, which may be equal and of another type, show in the second half."""
    back = decode(encode(document), document.path)
    return back == document and repr(back) == repr(document)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_the_examples_come_back_as_they_were(path: str) -> None:
    document = load_document(path, DOCUMENTS[path], SCHEMAS)
    assert document is not None
    assert document.content is not None
    assert same(document)


@pytest.mark.parametrize("case", RULES, ids=str)
def test_what_breaks_a_rule_comes_back_as_it_was(case: Case) -> None:
    for path, text in case.files.items():
        if isinstance(text, str) and (document := load_document(path, text, SCHEMAS, expected=True)) is not None:
            assert same(document)


@pytest.mark.parametrize("case", MISTAKES, ids=str)
def test_a_mistake_comes_back_as_it_was(case: Case) -> None:
    for path, text in read_change(case)[0].files.items():
        if text is not None and (document := load_document(path, text, SCHEMAS)) is not None:
            assert same(document)


@given(PATHS, gone_wrong() | any_text | yamlish.map(lambda text: f"---\nkind: charter\nteam: a\nx-own: {text}\n---\n"))
@example(
    "teams/a/charter.md", "---\nkind: charter\nteam: a\nmission: m\nx-a: {x-b: [1, 1.0, true, null, {c: -0.0}]}\n---\n"
)
@example(
    "teams/a/charter.md",
    "---\nkind: charter\nteam: a\nmission: m\nx-a: [999999999999999999, 0xfffffffffffffff, 1e308]\n---\n",
)
@example(
    "teams/a/charter.md",
    "---\nkind: charter\nteam: a\nmission: TODO\ngoals: [1, {id: b, title: c}]\n---\n[a](b.md) TODO\n",
)
@example(
    "teams/a/charter.md",
    "---\n# align: ignore-file[AL1, AL2] until 2026-12-31: so\nkind: charter\nkind: charter\n---\n<!-- align: ignore[AL] -->\n",
)
@settings(max_examples=300)
def test_whatever_is_read_comes_back_as_it_was(path: str, text: str) -> None:
    for schemas in (SCHEMAS, OWN):
        document = load_document(path, text, schemas, expected=True)
        if document is not None and not _has_half_a_character(document):
            assert same(document)


@given(PATHS, gone_wrong() | any_text)
def test_what_cannot_be_read_comes_back_as_it_was(path: str, text: str) -> None:
    document = unreadable(path, "is no file", text, "remove it")
    if not _has_half_a_character(document):
        assert same(document)


def _has_half_a_character(document: Document) -> bool:
    """Whether it holds a part of a text that no file has: ``repr`` shows it as an escape, and doubles a backslash."""
    return re.search(r"(?<!\\)(?:\\\\)*\\ud[89a-f]", repr(document)) is not None


def test_half_of_a_character_is_refused() -> None:
    document = unreadable("teams/\udcff/charter.md", "cannot be read")
    with pytest.raises(UnicodeEncodeError):
        encode(document)


@given(st.sampled_from(sorted(DOCUMENTS)), st.data())
@settings(max_examples=300)
def test_damaged_bytes_give_a_document_or_a_decode_error(path: str, data: st.DataObject) -> None:
    document = load_document(path, DOCUMENTS[path], SCHEMAS)
    assert document is not None
    good = encode(document)
    at = data.draw(st.integers(0, len(good) - 1))
    bad = data.draw(
        st.sampled_from(
            [good[:at], good[:at] + bytes([data.draw(st.integers(0, 255))]) + good[at + 1 :], good[at:], good + b"\0"]
        )
    )
    with contextlib.suppress(msgspec.DecodeError):
        assert isinstance(decode(bad, path), Document)


@pytest.mark.parametrize(
    "data", [b"", b"\xc0", b"\x90", b"\x91" * 100_000, b"\x91\xa1\xff", b"\x91\xdd\xff\xff\xff\xff"]
)
def test_what_was_never_a_document_is_a_decode_error(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(data, "a.md")


def test_decoded_documents_share_what_stands_in_all_of_them() -> None:
    """Half of the memory of a repo would be paths and routes."""
    path = "teams/booking/charter.md"
    document = load_document(path, DOCUMENTS[path], SCHEMAS)
    assert document is not None
    one, other = (decode(encode(document), path) for _ in range(2))
    assert isinstance(one.content, Team)
    assert isinstance(other.content, Team)
    assert one.content.goals[0].path is one.path
    assert one.content.goals[0].team is one.content.team
    assert one.content.goals[0].route is other.content.goals[0].route
    assert one.path is path
    assert one.kind is document.kind
    assert one.own is document.own
    assert one.kept is document.kept
    assert isinstance(document.content, Team)
    assert one.content.type is document.content.type
    assert one.content.goals[0].status is document.content.goals[0].status
