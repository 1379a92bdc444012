"""What a stranger may write into a title, an id, a name, a reason or the name of a file; one list for every format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

TEXTS: tuple[str, ...] = (
    "two\nlines",
    "return\rhome",
    "line\r\n::error file=x::boo",
    "::error::x",
    "  ::set-output name=a::b",
    "\u3000::add-mask::x",
    "::stop-commands::token",
    "##[error]x",
    "x ##[set-env name=a]b",
    "##vso[task.setvariable variable=a]b",
    "%0A::error::x %25 %0D",
    "]]>",
    "<![CDATA[x]]>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</failure><failure>",
    "<!-- align check -->",
    "<!-- open",
    "--> shut",
    "&lt;b&gt; &commat;someone &#64;someone &amp;",
    "[[ATTACHMENT|/etc/passwd]]",
    "`one",
    "`a` `b`",
    "``two`` ```three```",
    "```\nfence\n```",
    "~~~ fence",
    "a | b || c \\| d \\",
    "|---|---|",
    "@someone and @some/team",
    "mei@example.com",
    "(@someone)",
    "#1 and GH-1 and some/repo#1",
    "!1 %1 ~bug $1 &1",
    "[issue:1]",
    "0123456789abcdef0123456789abcdef01234567",
    "https://example.com/x www.example.com _www.example.com_",
    "[x](javascript:alert(1))",
    '[x](https://example.com "t")',
    "<https://example.com>",
    "![](https://example.com/x.png)",
    "[x]: https://example.com",
    "# heading",
    "> quoted",
    "- [ ] a task",
    "1. one",
    "***",
    "=====",
    "**bold** _it_ ~~gone~~",
    "\\`a\\` \\[b\\]",
    "$x$ $`y`$",
    "/close",
    "\x1b[31mred\x1b[0m \x1b]8;;https://example.com\x07x\x1b]8;;\x07",
    "\x00\x01\x07\x08\x0b\x0c\x7f",
    "\x85next",
    "\u202etxt.exe\u202c \u2066x\u2069 \u200e\u200f\u061c",
    "\u2028line\u2029",
    "\ufeffmark \ufffe\uffff\ufffd",
    "\U0001f682 \u0301 \U0010ffff",
    "${{ github.token }}",
    "$(id) `id` $HOME",
    '\'single\' "double" \\"',
    "=1+1",
    "x" * 5_000,
    "`" * 400,
    "@a" * 400,
)

NOT_IN_NAMES = re.compile(r"[\x00/]")


def quoted(text: str) -> str:
    """A text as a YAML scalar that gives it back."""
    written = json.dumps(text, ensure_ascii=False)
    return re.sub(r"[^ -~\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]", _escaped, written)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"


def name(text: str) -> str:
    """A text as the name of a file or folder, as far as it can be one."""
    return NOT_IN_NAMES.sub("", text)[:50]


def files() -> Iterator[tuple[bytes, str]]:
    """A repo in which every text stands wherever somebody can write one; most of it is found fault with."""
    outcomes = [f"  - {{id: outcome-{index}, title: {quoted(text)}}}" for index, text in enumerate(TEXTS)]
    guardrails = [
        f"  - {{id: guardrail-{index}, title: {quoted(text)}, why: {quoted(text)}, owner: {quoted(text)}}}"
        for index, text in enumerate(TEXTS)
        if index % 8 == 0
    ]
    head = ["---", "kind: org", f"name: {quoted(TEXTS[3])}", "north-star: Anyone can send a parcel."]
    yield b"org.md", "\n".join([*head, "outcomes:", *outcomes, "guardrails:", *guardrails, "---", ""])
    for index, text in enumerate(TEXTS):
        reason = " ".join(text.split()) if text.isprintable() else "agreed"
        charter = [
            "---",
            "kind: charter",
            f"team: team-{index}",
            f"mission: {quoted(text)}",
            f"{quoted(text[:60])}: 1",
            f"# align: ignore[AL309, {reason[:20]}]: {reason}",
            "goals:",
            f"  - {{id: a, title: {quoted(text)}, supports: [outcom-{index}, {quoted(text)}]}}",
            f"  - {{id: {quoted(text)}, title: {quoted(text)}, owner: {quoted(text)}, supports: [outcome-{index}]}}",
            "---",
            f"[x]({name(text)}.md) and [y](gone-{index}.md)",
            "",
        ]
        yield f"teams/{index}/charter.md".encode(), "\n".join(charter)
        api = f"---\nkind: team-api\nteam: {quoted(text)}\n---\n"
        yield f"teams/{index}-{name(text)}/team-api.md".encode(), api
        if name(text).strip(". "):
            yield f"{name(text)}.md".encode(), f"---\nkind: chartr\nteam: slip-{index}\nmission: It is a slip.\n---\n"
    yield b"teams/\xff\xfe-no-utf-8/charter.md", "---\nkind: chartr\nteam: bytes\nmission: It is a slip.\n---\n"
    yield b"teams/surrogate/charter.md", '---\nkind: charter\nteam: surrogate\nmission: "\\ud800"\n---\n'
