"""``align tree`` through those who read it: Mermaid, Graphviz and a CommonMark parser show what the JSON says."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from aligncli.render.text import plain
from tests import EXAMPLES, TOP
from tests.cli.tool import DAY, Tool, write

MERMAID = ("mermaid@11.17.2", "older-mermaid@npm:mermaid@11.4.1", "jsdom@26.1.0")
"""The newest one that Node 18 and 20 run, and one as code hosts still have: it reads lists into labels."""
GRAPHVIZ = ("@hpcc-js/wasm-graphviz@1.29.2",)
"""Graphviz itself, compiled to WebAssembly: the same everywhere, and nobody needs to be root."""

TITLES = [
    "Say \"yes\" and 'no'",
    "[brackets] {braces} (parentheses) <angles>",
    "The end",
    "end",
    "%% a comment",
    "%%{init: {'theme': 'dark'}}%%",
    "A --> B --- C ==> D ~~~ E",
    "A -.-> B; C",
    "<b>bold</b><br/>new<br>line<script>alert(1)</script><img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp; &quot; &#39; &#x26; &nbsp;x &amp;lt;",
    "#quot; #35; #60; #amp; #9829; #x;",
    "two\nlines\r\nand\ta tab",
    'click n1 href "https://example.org"',
    "style n1 fill:#f00",
    "classDef untraced fill:#f00",
    "class n1 untraced",
    "n1:::untraced",
    "subgraph x",
    "linkStyle 0 stroke:red",
    "direction LR",
    "a new direction TB and direction  BT",
    "`code` and ``more`` and `",
    "**bold** *it* _it_ __b__ ~~gone~~",
    "1. First of all",
    "2) Second",
    "- a dash",
    "+ a plus",
    "* a star",
    "# a heading",
    "> a quote",
    "---",
    "===",
    "| a | table |",
    "[a link](https://example.org) and ![an image](x.png) [ref]: x",
    "https://example.org/x?y=z www.example.org somebody@example.org",
    "fa:fa-car drives, fab:fa-github too",
    "$$x^2$$ costs $5 and $6",
    "$\\frac{1}{2}$",
    'back\\slash \\n \\N \\G \\l \\r \\\\ \\" end\\',
    "\U0001f389 party \U0001f469\u200d\U0001f680 \u2764\ufe0f",
    "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd \u0645\u0631\u062d\u0628\u0627",
    "turned \u202e round \u2066 and \u200f so",
    "\u65e5\u672c\u8a9e\u306e\u30bf\u30a4\u30c8\u30eb \u00e9\u00e0\u00fc \u00a0 nbsp \u3000",
    "control \x07 \x1b[31m \x85 \u2028 \u2029 \ufeff characters",
    "::error::x ##[group]y",
    "very long " * 60 + "title",
    "x" * 700,
    "<",
    "&",
    '"',
    "#",
    "\\",
    "%",
    "@{ shape: rounded }",
    "e1@--> animate",
    "@{x}",
    "x@y",
    "---\ntitle: x\n---",
    "accTitle: x",
    "$",
    "constructor",
    "__proto__",
    "100%, 3/4; a:b, c=d? e! f+g (h) 'i'",
]


READ_AS_MARKDOWN = re.compile(r"[*_~`]")
"""What an older Mermaid shows in its own way, however it is written: emphasis, or a word on code."""

JOINER = "\u2060"
"""Keeps apart what would mean something; nobody sees it."""


class Shown(NamedTuple):
    """A node as the JSON has it."""

    title: str
    state: str
    kind: str
    path: str
    line: int


class Expected(NamedTuple):
    """What any picture of a tree has to show."""

    star: str | None
    nodes: dict[str, Shown]
    """By reference."""
    links: set[tuple[str, str | None]]
    """From what supports to what is supported; nothing stands for the north star."""


def once(text: str) -> str:
    """On one line, as a reader of HTML sees it."""
    return " ".join(text.split())


def expected(tree: Any) -> Expected:
    star = plain(tree["north_star"]) if tree["north_star"] else None
    result = Expected(star, {}, set())
    stack: list[tuple[Any, str | None, bool]] = [(node, None, False) for node in tree["outcomes"]]
    stack += [(node, None, True) for name in ("untraced", "unresolved") for node in tree[name]]
    while stack:
        node, parent, apart = stack.pop()
        percent = "" if node["progress"] is None else f", {node['progress']:.0%}"
        state = f"{node['ref']}, {node['status']}{percent}"
        result.nodes.setdefault(
            node["ref"], Shown(plain(node["title"]), state, node["kind"], node["path"], node["line"])
        )
        if parent is not None or not (apart or star is None):
            result.links.add((node["ref"], parent))
        stack.extend((child, node["ref"], apart) for child in node["children"])
    return result


def nasty(tool: Tool) -> Path:
    """Each title as that of an outcome and of a goal below it; some as that of a goal that leads nowhere."""

    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    outcomes = "".join(f"  - {{id: o{at}, title: {quoted(title)}}}\n" for at, title in enumerate(TITLES))
    goals = "".join(
        f"  - {{id: g{at}, title: {quoted(title)}, supports: [o{at}]}}\n" for at, title in enumerate(TITLES)
    ) + "".join(f"  - {{id: u{at}, title: {quoted(title)}}}\n" for at, title in enumerate(TITLES[:12]))
    name = quoted(" ".join(title for title in TITLES[:12] if "`" not in title))
    return tool.repo(
        {
            "org.md": f"---\nkind: org\nname: {name}\nnorth-star: {name}\noutcomes:\n{outcomes}---\n",
            "odd (folder) [x]/a b#c%<d>&é.md": f"---\nkind: charter\nteam: nasty\nmission: M.\ngoals:\n{goals}---\n",
        },
        "nasty",
    )


def generated(tool: Tool, teams: int) -> Path:
    out = tool.folder / f"of-{teams}"
    subprocess.run(
        [sys.executable, TOP / "benchmarks" / "generate.py", str(teams), out], check=True, capture_output=True
    )
    return out


def random_titles(tool: Tool) -> Path:
    """Titles of what has a meaning to one of the readers, thrown together; the same every time."""
    chance = random.Random(4)
    words = [word for title in TITLES if len(title) < 100 for word in re.findall(r"\w+|\W", title)]
    outcomes = "".join(
        f"  - {{id: o{at}, title: {json.dumps('x' + ''.join(chance.choices(words, k=12)), ensure_ascii=False)}}}\n"
        for at in range(60)
    )
    return tool.repo({"org.md": f"---\nkind: org\nname: N\nnorth-star: S\noutcomes:\n{outcomes}---\n"}, "random")


def repos(tool: Tool) -> Iterator[tuple[Path, list[str]]]:
    yield EXAMPLES, []
    yield EXAMPLES, ["quiet-nights"]
    yield EXAMPLES, ["--team", "depot", "--depth", "3"]
    yield generated(tool, 20), []
    yield nasty(tool), []
    yield random_titles(tool), []
    yield (
        write(
            tool.folder / "starless",
            {"align.toml": "", "c.md": "---\nkind: charter\nteam: a\nmission: M.\ngoals: [{id: b, title: B}]\n---\n"},
        ),
        [],
    )


def drawings(tool: Tool, name: str) -> tuple[list[str], list[Expected]]:
    """The repos in one format, and what each has to show."""
    texts, wanted = [], []
    for root, words in repos(tool):
        run = tool("tree", "-C", root, "--as-of", DAY, "--format", name, *words)
        assert (run.status, run.err) == (0, ""), run.err
        texts.append(run.out)
        tree = tool.json("tree", "-C", root, "--as-of", DAY, *words)
        wanted.append(expected({**tree, "north_star": None} if words[:1] == ["quiet-nights"] else tree))
    assert any(shown.title.startswith("Say") for picture in wanted for shown in picture.nodes.values())
    return texts, wanted


def assert_drawn(
    labels: dict[str, tuple[str, str]], links: set[tuple[str, str]], star: str | None, wanted: Expected
) -> None:
    """That what is drawn, by names of the picture's own, is what is wanted."""
    assert {state: once(title) for title, state in labels.values()} == {
        shown.state: once(shown.title) for shown in wanted.nodes.values()
    }
    assert star == (once(wanted.star) if wanted.star is not None else None)
    refs: dict[str, str | None] = {name: state.partition(",")[0] for name, (_, state) in labels.items()}
    refs["n0"] = None
    assert {(refs[lower], refs[upper]) for lower, upper in links} == wanted.links


# --- Mermaid ---


@pytest.mark.parametrize("package", ["mermaid", "older-mermaid"])
def test_mermaid_draws_what_the_tree_says(tool: Tool, node: Callable[..., Any], package: str) -> None:
    texts, wanted = drawings(tool, "mermaid")
    for text, picture, want in zip(
        texts, node("mermaid.mjs", *MERMAID, data={"package": package, "texts": texts}), wanted, strict=True
    ):
        assert "error" not in picture, f"{picture['error']}\n{text[:2000]}"
        assert picture["links"] == 0
        drawn = picture["nodes"]
        star = once(drawn.pop("n0")["text"].replace(JOINER, "")) if "n0" in drawn else None
        labels: dict[str, tuple[str, str]] = {}
        for name, shown in drawn.items():
            title, state = shown["text"].replace(JOINER, "").rsplit("\n", 1)
            written = want.nodes[state.partition(",")[0]].title
            odd = package == "older-mermaid" and READ_AS_MARKDOWN.search(written)
            assert {*shown["tags"]} <= ({"p", "br", "span", "em", "strong"} if odd else {"p", "br", "span"})
            labels[name] = (written if odd else title, state)
        assert_drawn(labels, {(lower, upper) for lower, upper in picture["edges"]}, star, want)


def test_what_mermaid_would_refuse_is_told(tool: Tool, node: Callable[..., Any]) -> None:
    few, many = generated(tool, 20), generated(tool, 200)
    runs = [
        tool("tree", "-C", root, "--format", "mermaid", *words)
        for root, words in ((few, []), (many, []), (many, ["--no-goals"]))
    ]
    pictures = node("mermaid.mjs", *MERMAID, data={"package": "mermaid", "texts": [run.out for run in runs]})
    assert [run.status for run in runs] == [0, 0, 0]
    assert ["error" in picture for picture in pictures] == [bool(run.err) for run in runs]
    assert "error" in pictures[1]
    assert runs[1].err.startswith("align: Mermaid draws at most 500 arrows and 50000 characters, and these are ")


# --- DOT ---


def test_graphviz_draws_what_the_tree_says(tool: Tool, node: Callable[..., Any]) -> None:
    texts, wanted = drawings(tool, "dot")
    for text, picture, want in zip(texts, node("graphviz.mjs", *GRAPHVIZ, data={"texts": texts}), wanted, strict=True):
        assert "error" not in picture, f"{picture['error']}\n{text[:2000]}"
        labels: dict[str, tuple[str, str]] = {}
        links = set()
        star = None
        space = "{http://www.w3.org/2000/svg}"
        for group in ElementTree.fromstring(picture["svg"]).iter(f"{space}g"):
            name = group.findtext(f"{space}title") or ""
            lines = ["".join(text.itertext()) for text in group.findall(f"{space}text")]
            assert not list(group.iter(f"{space}a"))
            if group.get("class") == "edge":
                lower, upper = name.split("->")
                links.add((lower, upper))
            elif group.get("class") == "node" and name == "n0":
                (line,) = lines
                star = once(line)
            elif group.get("class") == "node":
                title, state = lines
                labels[name] = (title, state)
        assert_drawn(labels, links, star, want)


# --- Markdown ---


class Item(NamedTuple):
    text: str
    href: str
    rest: str
    depth: int


def items(tokens: list[Token]) -> Iterator[Item]:
    """The items of nested lists: the text of the link, where it leads, and what stands behind."""
    depth = 0
    for token in tokens:
        depth += {"bullet_list_open": 1, "bullet_list_close": -1}.get(token.type, 0)
        if token.type == "inline" and depth:
            children = token.children or []
            types = [child.type for child in children]
            assert types.count("link_open") == 1
            assert {*types} <= {
                "text",
                "code_inline",
                "strong_open",
                "strong_close",
                "link_open",
                "link_close",
                "text_special",
            }
            close = types.index("link_close")
            yield Item(
                "".join(child.content for child in children[:close]),
                str(children[types.index("link_open")].attrs["href"]),
                "".join(child.content for child in children[close:]),
                depth,
            )


def test_commonmark_reads_what_the_tree_says(tool: Tool) -> None:
    reader = MarkdownIt("commonmark", {"linkify": False}).enable("table").enable("strikethrough")
    for text, want in zip(*drawings(tool, "markdown"), strict=True):
        tokens = reader.parse(text)
        assert {token.type for token in tokens} <= {
            f"{name}_{end}"
            for name in ("heading", "paragraph", "bullet_list", "list_item")
            for end in ("open", "close")
        } | {"inline"}
        found: dict[str, Item] = {}
        links: set[tuple[str, str | None]] = set()
        above: list[str | None] = [None]
        for item in items(tokens):
            state = item.rest.strip().strip("()")
            ref = state.partition(",")[0]
            found.setdefault(ref, item)
            assert ref in want.nodes
            del above[item.depth :]
            links.add((ref, above[-1]))
            above.append(ref)
        assert {ref: once(item.text) for ref, item in found.items()} == {
            ref: once(shown.title) for ref, shown in want.nodes.items()
        }
        for ref, item in found.items():
            shown = want.nodes[ref]
            assert unquote(unescape(item.href)) == f"{shown.path}#L{shown.line}"
        assert {link for link in links if link[1] is not None} == {link for link in want.links if link[1] is not None}
        headings = [tokens[at + 1].children or [] for at, token in enumerate(tokens) if token.type == "heading_open"]
        assert all(child.type in ("text", "text_special") for children in headings for child in children)
