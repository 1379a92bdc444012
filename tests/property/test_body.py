"""The links that we find in prose are those that a markdown parser finds."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from aligncli.document.body import local_path, read_body
from tests.property.strategies import any_text, odd_characters, real_documents, yamlish

MARKDOWN = MarkdownIt()

targets = st.sampled_from(
    [
        "a.md",
        "docs/b.md",
        "/c.md",
        "../d.md",
        "e%20f.md",
        "g_(h).md",
        "i.md#part",
        "#part",
        "https://example.org/x.md",
        "mailto:a@b.c",
        "j.md?x=1",
        "ü.md",
        "//host/x",
        "k-l.png",
    ]
)
labels = st.sampled_from(["text", "two words", "`code`", "*bold*", "", "a [nested] one", "a \\] one", "!"])


@st.composite
def links(draw: st.DrawFn) -> str:
    target, label = draw(targets), draw(labels)
    title = draw(st.sampled_from(["", "", ' "a title"', " 'a title'"]))
    image = draw(st.sampled_from(["", "", "!"]))
    shape = draw(st.sampled_from(["plain", "plain", "angle", "in-image"]))
    if shape == "angle":
        return f"{image}[{label}](<{target}>{title})"
    if shape == "in-image":
        return f"[![{label}](icon.png)]({target}{title})"
    return f"{image}[{label}]({target}{title})"


words = st.sampled_from(
    [
        "Some",
        "words",
        "in",
        "between.",
        "(see",
        "here)",
        "a_b",
        "5 > 3",
        "x",
        "&amp;",
        "`code`",
        "`` a ` b ``",
        "**bold**",
        "e-mail",
    ]
)
hidden = st.sampled_from(
    [
        "`[no](no-1.md)`",
        "`` [no](no-2.md) ` ``",
        "and <!-- [no](no-3.md) -->",
        "[no]\\(no-5.md)",
        "`a` and `[no](no-6.md)`",
        "[no] (no-7.md)",
    ]
)
paragraphs = st.lists(links() | words | hidden, min_size=1, max_size=6).map(" ".join)
lines = st.one_of(
    paragraphs,
    paragraphs.map(lambda text: f"# {text}"),
    paragraphs.map(lambda text: f"- {text}"),
    paragraphs.map(lambda text: f"> {text}"),
    paragraphs.map(lambda text: f"1. {text}\n   - {text}"),
    links().map(lambda text: f"```\n{text}\n```"),
    links().map(lambda text: f"~~~ markdown\n{text}\n```\n{text}\n~~~"),
    links().map(lambda text: f"````\n```\n{text}\n```\n````"),
    links().map(lambda text: f"<!--\n{text}\n\n{text}\n-->"),
    targets.map(lambda target: f"See [that place][{target}]."),
    paragraphs.map(lambda text: f"| a | b |\n|---|---|\n| x | {text} |"),
)
prose = st.lists(lines, min_size=1, max_size=6).map(lambda parts: "\n\n".join(parts) + "\n")


def theirs(text: str) -> list[str]:
    """The local targets that markdown-it finds, in order."""
    found: list[str] = []

    def walk(tokens: list[Token]) -> None:
        for token in tokens:
            target = (
                token.attrs.get("href")
                if token.type == "link_open"
                else token.attrs.get("src")
                if token.type == "image"
                else None
            )
            if isinstance(target, str) and (path := local_path(unquote(target.replace("%25", "%2525")))):
                found.append(path)
            walk(token.children or [])

    walk(MARKDOWN.parse(text))
    return sorted(found)


def ours(text: str) -> list[str]:
    return sorted(link.target for link in read_body(text, 0).links)


@given(prose)
@settings(max_examples=300)
def test_links_are_those_of_a_markdown_parser(text: str) -> None:
    assert ours(text) == theirs(text)


@given(prose, st.sampled_from(["\r\n", "\r"]))
def test_whatever_ends_a_line(text: str, end: str) -> None:
    assert ours(text.replace("\n", end)) == ours(text)


@given(prose)
def test_a_link_stands_where_its_span_says(text: str) -> None:
    for link in read_body(text, 0).links:
        written = text[link.span.start : link.span.end]
        assert local_path(written) == link.target


@given(targets, st.sampled_from(["", ' "title"', "\n   'title'"]), st.booleans())
def test_reference_definitions(target: str, title: str, angle: bool) -> None:
    written = f"<{target}>" if angle else target
    text = f"See [the notes][Notes] and [notes].\n\n[notes]: {written}{title}\n"
    assert set(ours(text)) == set(theirs(text))


@pytest.mark.parametrize(
    "text",
    [
        "Words.\n\n    [no](code.md)\n\nWords.\n",
        "- item\n\n  [yes](item.md)\n",
        "[^1]: footnote.md\n",
        "Write \\[no](a.md) like that.\n",
        "<a href='x.md'>html</a>\n",
        "[a](b.md\n",
        "[a]( b.md )\n",
        "[a](<b c.md>)\n",
        "[a](b c.md)\n",
        '![a](b.png "t")\n',
        "[a](b.md 't' )\n",
        "[a](\nb.md\n)\n",
        "`unclosed [yes](a.md)\n",
        "`[yes](a.md)\n\nother ` paragraph\n",
        "``` [no](a.md) ```\n",
        "```\n[no](a.md)\n",
        "> ```\n> [no](a.md)\n> ```\n",
        "- ```\n  [no](a.md)\n  ```\n",
        "\\`[yes](a.md)\\`\n",
        "[a](a\\(b.md)\n",
        "[a]()\n",
        "[a](<>)\n",
        "[link](a.md)[link](b.md)\n",
        "text](no.md)\n",
        "<!-- unclosed [no](a.md)\n",
        "<https://example.org/a.md>\n",
        "[a](a.md)\r\n[b](b.md)\r\n",
    ],
)
def test_single_cases(text: str) -> None:
    assert ours(text) == theirs(text)


@given(
    any_text
    | yamlish
    | st.lists(
        st.sampled_from([*"[]()`<>!\\#:\n "]) | odd_characters | st.sampled_from(["a", "](", "]:", "TODO"]), max_size=60
    ).map("".join)
)
@settings(max_examples=300)
def test_no_text_makes_it_raise(text: str) -> None:
    body = read_body(text, 0)
    for span in (*(link.span for link in body.links), *body.placeholders):
        assert 0 <= span.start <= span.end <= len(text)


def test_the_links_of_the_examples() -> None:
    found = 0
    for text in real_documents().values():
        prose = text.split("\n---\n", 1)[-1]
        assert ours(prose) == theirs(prose)
        found += len(ours(prose))
    assert found > 5
