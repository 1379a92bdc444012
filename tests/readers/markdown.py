"""Markdown as a CommonMark parser with GitHub's tables reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

MARKER = "<!-- align check -->"
BREAK = "\u200b"

# What GitHub and GitLab look for in the text that markdown has become, code apart.
LIVE = re.compile(
    r"@\w|#\d|\bG[HL]-\d|(?<!\w)[!%&$]\w|~\w|\[[\w/-]+:\d|://|www\.|(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])", re.I
)


class Read(NamedTuple):
    """A page, taken apart."""

    html: list[str]
    links: list[tuple[str, str]]
    """What is linked, and where to."""
    headings: list[tuple[str, str]]
    """How large, and what it says."""
    tables: list[list[list[str]]]
    entries: list[str]
    """The items of the outer lists, and those of the inner ones on lines of their own."""
    texts: list[str]
    """Text that is no code."""
    kinds: set[str]

    @property
    def live(self) -> list[str]:
        """What would link or call somebody."""
        return [text for text in self.texts if LIVE.search(text)]


def read(page: str) -> Read:
    """Parses a page."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(page)
    flat = list(_flat(tokens))
    found = Read([], [], [], [], [], [], {token.type for token in flat})
    depth = 0
    inside = ""
    for token in tokens:
        if token.type == "heading_open":
            inside = token.tag
        elif token.type == "table_open":
            found.tables.append([])
        elif token.type == "tr_open":
            found.tables[-1].append([])
        elif token.type in ("bullet_list_open", "bullet_list_close"):
            depth += 1 if token.type.endswith("open") else -1
        elif token.type == "list_item_open" and depth == 1:
            found.entries.append("")
        elif token.type in ("th_open", "td_open"):
            inside = "cell"
        elif token.type == "inline":
            said = words(token)
            if inside == "cell":
                found.tables[-1][-1].append(said)
            elif inside:
                found.headings.append((inside, said))
            elif depth:
                found.entries[-1] += said if not found.entries[-1] else f"\n{said}"
            inside = ""
    label: list[str] = []
    target = ""
    for token in flat:
        if token.type in ("html_block", "html_inline"):
            found.html.append(token.content.strip())
        elif token.type == "link_open":
            target, label = str(token.attrs["href"]), []
        elif token.type == "link_close":
            found.links.append(("".join(label), target))
        elif token.type in ("text", "text_special"):
            label.append(token.content)
    for token in tokens:
        if token.type == "inline":
            found.texts.extend(_runs(token))
    return found


def words(token: Token) -> str:
    """What somebody reads, code and all; spaces of no width are nothing to see."""
    return "".join(
        child.content
        if child.type in ("text", "text_special", "code_inline")
        else "\n"
        if "break" in child.type
        else ""
        for child in token.children or ()
    ).replace(BREAK, "")


def _runs(token: Token) -> Iterator[str]:
    """Stretches of text that nothing parts."""
    run = ""
    for child in token.children or ():
        if child.type in ("text", "text_special"):
            run += child.content
        else:
            yield run
            run = ""
    yield run


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])
