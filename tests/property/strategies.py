"""Texts and data to throw at the core: any text, text that looks like YAML, and real documents gone wrong."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from aligncli import engine
from aligncli.config import Config
from aligncli.io.resources import load_schemas
from aligncli.model import FiscalYear
from aligncli.workspace.link import link
from aligncli.workspace.load import Document, load_document
from tests import EXAMPLES

AS_OF = date(2026, 11, 20)
SCHEMAS = load_schemas()
DEFAULT = Config()

any_text = st.text(st.characters(exclude_categories=()), max_size=200)
"""Surrogates, control characters and unassigned code points included."""

odd_characters = st.sampled_from(
    [*"\0\x01\x1b\x7f\x85\xa0\u2028\u2029\ufeff\ufffe\uffff\ud800\udfff\U0010ffff\t\r\n\v\f\x1c"]
)

words = st.sampled_from(
    [
        "a", "b", "kind", "charter", "org", "team", "goals", "id", "title", "supports", "checkout", "fewer-abandoned-carts", "x-y", "2026", "2026-Q4",
        "2026-12-31", "1", "-1", "1.5", "1e3", "1e999", "0x1F", "0o17", ".5", ".", "+", "-", ".nan", ".inf", "true", "True", "yes", "null", "~", "on",
        "9:30", "99999999999999999999", "日本", "é", "TODO", "<x>", "{{x}}", "<<", "=", "é" * 20,
    ]
)  # fmt: skip
marks = st.sampled_from(
    [
        ": ", ":", "- ", "-", "? ", ", ", "[", "]", "{", "}", "#", " #", "# ", "&a ", "*a", "*b", "!", "!!str ", "!!int ", "!x ", "!!python/object:os.x ", "|", ">",
        "|-\n  ", ">+2\n  ", "'", '"', "\\", "''", '\\"', "\n", "\n\n", "\r\n", "\r", "\n  ", "\n    ", "\n- ", "\n  - ", "---", "\n---\n", "\n...\n", "%YAML 1.1\n", "\t",
        " ", "  ", "@", "`", "\ufeff", "\u2028", "\x85", "\0", "\x07", "\ud800", "<!-- ", " -->", "](", "[a](b.md)", "```\n",
    ]
)  # fmt: skip
yamlish = st.lists(words | marks, max_size=60).map("".join)


@cache
def real_documents() -> dict[str, str]:
    """The texts of the examples, by path."""
    return {
        path.relative_to(EXAMPLES).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(EXAMPLES.rglob("*.md"))
    }


@st.composite
def gone_wrong(draw: st.DrawFn, text: str | None = None) -> str:
    """A real document with some of its text cut out, doubled, moved or replaced."""
    result = draw(st.sampled_from(sorted(real_documents().values()))) if text is None else text
    for _ in range(draw(st.integers(1, 4))):
        lines = result.splitlines(keepends=True) or [""]
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        how = draw(st.sampled_from(["cut", "double", "drop", "insert", "swap", "indent", "token", "join", "tail"]))
        if how == "cut":
            lines[at] = line[: draw(st.integers(0, len(line)))]
        elif how == "double":
            lines.insert(at, line)
        elif how == "drop":
            del lines[at]
        elif how == "insert":
            place = draw(st.integers(0, len(line)))
            lines[at] = line[:place] + draw(words | marks | odd_characters) + line[place:]
        elif how == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif how == "indent":
            lines[at] = " " * draw(st.integers(0, 8)) + line.lstrip(" ")
        elif how == "token":
            key, colon, _ = line.partition(":")
            lines[at] = f"{key}{colon} {draw(words | yamlish)}\n" if colon else line
        elif how == "join":
            lines[at] = line.rstrip("\n")
        else:
            lines = lines[: at + 1]
        result = "".join(lines)
    return result


def read(texts: dict[str, str]) -> list[Document]:
    documents = (load_document(path, text, SCHEMAS) for path, text in texts.items())
    return [document for document in documents if document is not None]


def check(texts: dict[str, str], documents: list[Document] | None = None, config: Config = DEFAULT) -> engine.Report:
    """Links and checks texts, in memory."""
    documents = read(texts) if documents is None else documents
    folders = {folder.as_posix() for path in texts for folder in Path(path).parents}
    ws = link(documents, {*texts, *folders}, AS_OF, FiscalYear())
    return engine.run(engine.Task(ws, config, engine.Selection(), texts.__getitem__))


# --- data ---

keys = st.sampled_from(
    ["a", "b", "some key", "é", "x-y", "kind", "yes", "1", "null", "a: b", "- x", "#", "日本", "", "key\u2028"]
)
plain_texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff\ufeff"), max_size=30
)
some_texts = (
    plain_texts
    | words
    | st.sampled_from(
        [
            "",
            " ",
            "two words",
            "a: b",
            "a #b",
            "- a",
            "'",
            '"',
            "it's",
            "\\n",
            "line\nbreak",
            "\n\n",
            "tail\n",
            "x" * 200,
            "word " * 40,
            "#",
            "{a}",
            "[a]",
            "\u2028",
            "\x85",
            "\t",
        ]
    )
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | some_texts
)


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=15
    )


mappings = st.dictionaries(keys, nested(scalars), min_size=1, max_size=5)
