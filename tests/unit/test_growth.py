"""A document that is twice as long takes about twice as long to read, whatever it is full of.

Ratios with much room: what is quadratic takes sixteen times as long for a text four times as long.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest

from aligncli.io.resources import load_schemas
from aligncli.workspace.load import load_document

SCHEMAS = load_schemas()
HEAD = "---\nkind: charter\nteam: a\nmission: m\n"
SMALL, LARGE = 200_000, 800_000


def numbered(line: str, size: int) -> str:
    return "".join(line.format(number) for number in range(size // (len(line) + 3)))


def repeated(part: str, size: int) -> str:
    return part * (size // len(part))


TEXTS: dict[str, Callable[[int], str]] = {
    "fields": lambda size: HEAD + numbered("x-{}: word and more text\n", size) + "---\n",
    "items": lambda size: HEAD + "x-a:\n" + numbered("  - word{} and more\n", size) + "---\n",
    "items listed twice": lambda size: HEAD + "tags:\n" + repeated("  - again-and-again-and-again\n", size) + "---\n",
    "unknown fields": lambda size: HEAD + numbered("y{}: " + "word and more text " * 8 + "\n", size) + "---\n",
    "a key many times": lambda size: HEAD + repeated("x-a: word and more text\n", size) + "---\n",
    "comments": lambda size: HEAD + repeated("# " + "a comment " * 7 + "\n", size) + "---\n",
    "suppressions": lambda size: HEAD + repeated("# align: ignore[AL301]: so\n", size) + "---\n",
    "suppressions in prose": lambda size: HEAD + "---\n" + repeated("<!-- align: ignore[AL301]: so -->\n", size),
    "links": lambda size: HEAD + "---\n" + repeated("see [a](b.md) now\n", size),
    "links that are none": lambda size: HEAD + "---\n" + repeated("](a b ", size),
    "brackets": lambda size: HEAD + "---\n" + repeated("[" * 2000 + "](a)", size),
    "code": lambda size: HEAD + "---\n[a](b)\n" + repeated("```a\n", size),
    "backticks": lambda size: HEAD + "---\n[a](b)" + repeated("` ", size),
    "blanks in a link": lambda size: HEAD + "---\n](a" + " " * size,
    "a line of prose": lambda size: HEAD + "---\n[a](b) " + repeated("word ", size),
    "a line of text": lambda size: HEAD + "why: " + repeated("word ", size) + "\n---\n",
    "a list on a line": lambda size: HEAD + "tags: [" + repeated("word, ", size) + "]\n---\n",
    "goals": lambda size: HEAD + "goals:\n" + numbered("  - {{id: a{}, title: b, supports: [c]}}\n", size) + "---\n",
    "cut values": lambda size: HEAD + "x-a:\n" + repeated("  - word #cut\n", size) + "---\n",
    "placeholders": lambda size: HEAD + "x-a:\n" + repeated("  - TODO this\n", size) + "---\n",
    "aliases": lambda size: HEAD + "x-a: &a [b]\nx-b:\n" + repeated(" -         *a\n", size) + "---\n",
    "blanks": lambda size: HEAD + "why: |\n" + repeated(" " * 249 + "a\n", size) + "---\n",
    "dashes": lambda size: HEAD + repeated("----", size) + "\n---\n",
    "quotes": lambda size: HEAD + repeated("a: 'b\n", size) + "---\n",
    "not YAML at the end": lambda size: HEAD + numbered("x-{}: word and more text\n", size) + "]\n---\n",
    "no frontmatter": lambda size: "x\n" + repeated("---\na: b\n", size),
}


def seconds(text: str) -> float:
    """What reading a text costs."""
    began = time.process_time()
    load_document("teams/a/charter.md", text, SCHEMAS, expected=True)
    return time.process_time() - began


@pytest.mark.parametrize("name", TEXTS)
def test_reading_is_linear(name: str) -> None:
    seconds(HEAD + "y: 1\n---\n")  # what is imported once
    gc.disable()  # as the check does: the collector would look at all the rest of the tests again and again
    try:
        small, large = seconds(TEXTS[name](SMALL)), seconds(TEXTS[name](LARGE))
    finally:
        gc.enable()
    assert large < 9 * small + 0.1, f"{small:.3f} s, {large:.3f} s"
