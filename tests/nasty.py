"""What a stranger may write into a title, an id, a name, a reason or the name of a file, and what of it may not get
through; one list for every format."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MIXED = (
    "a\n::error::x\r\n]]> <script>alert(1)</script> & `b` | c \x07\x1b[31m \u202e\u2066\u2028\x85 ##[group]y ##vso[z] {0} "
    "[click](https://evil.example) [1](1) \\ \" ' 100%25 %0A é日🎉"
)
"""A bit of everything."""

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
    "\x1b[31mred\x1b[0m \u202etxt.exe \u2066x \u2028line \x07bell ::set-output name=a::b",
    "::warning::\x1b[31mred",
    "{0} {{1}} %s %(x)s",
    "[click](https://evil.example) [1](1)",
    MIXED,
)

UNSAFE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)
"""What a terminal or a reader's eye would obey; all but the end of a line."""

COMMAND = re.compile(r"^\s*::[a-z]|##\w*\[", re.M)
"""What a CI system would, in whatever its commands are called."""

NOT_IN_NAMES = re.compile(r"[\x00/]")
NOT_UTF8 = b"teams/caf\xe9/charter.md"
ODD = "teams/\x1b[31m\n::error::evil\n/a b#c?d%25[e]&<f>é\u202e日.md"
REASON = "::error::x ]]> <b> | `c` \u202e ##[group]y {0} [click](https://evil.example)"
"""Of the one suppression that suppresses something."""


def quoted(text: str) -> str:
    """A text as a YAML scalar or key that gives it back; what would end a line of YAML stands escaped."""
    written = json.dumps(text, ensure_ascii=False)
    return re.sub(r"[^ -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]", _escaped, written)


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
    outcomes += [
        f"  - {{id: fewer-abandoned-carts, title: {quoted(MIXED)}, owner: {quoted(MIXED)}}}",
        f"  - {{id: lonely, title: {quoted(MIXED)}}}",
    ]
    head = ["---", "kind: org", f"name: {quoted(MIXED)}", f"north-star: {quoted(MIXED)}"]
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
    yield from _slips()
    yield b"teams/\xff\xfe-no-utf-8/charter.md", "---\nkind: chartr\nteam: bytes\nmission: It is a slip.\n---\n"
    yield b"teams/surrogate/charter.md", '---\nkind: charter\nteam: surrogate\nmission: "\\ud800"\n---\n'


def _slips() -> Iterator[tuple[bytes, str]]:
    """Mistakes of every kind (in YAML, a key, a kind, a reference, a link) with something nasty beside each."""
    mixed = quoted(MIXED)
    charter = (
        f"---\nkind: charter\nteam: checkout\nmission: {mixed}\n{mixed}: {mixed}\ngoals:\n"
        f"  - {{id: untraced, title: {mixed}}}\n"
        f"  # align: ignore[AL202]: {REASON}\n"
        f"  - {{id: typo, title: {mixed}, supports: [fewer-abandonned-carts]}}\n"
        f"  - {{id: wrong, title: {mixed}, status: {mixed}, period: {mixed}, supports: [{mixed}]}}\n---\n"
        "See [our notes](](::error::x.md) and [<img src=x>](%3Cimg%3E%0A::error::y.md).\n"
    )
    yield b"teams/checkout/charter.md", charter
    raw = "---\nkind: charter\nteam: raw\nmision: \u202e\u2066\u2028\x85 \x1b[31m::error::boo\n---\n"
    yield b"teams/raw/charter.md", raw
    yield b"teams/control/charter.md", "---\nkind: charter\nteam: control\nmission: \x1b[31m::error::boo\n---\n"
    turned = "---\nkind: charter\nteam: turned\nmision: \u202e\u2066\u2028\x85 M\n---\n"
    yield b"teams/turned/charter.md", turned
    yield b"teams/yaml/charter.md", "---\nkind: charter\nteam: yaml\nmission: a: b: ]]> ::error::\n---\n"
    named = f"---\nkind: charter\nteam: {mixed}\nmission: M\ngoals:\n"
    named += f"  - {{id: {mixed}, title: T, supports: [{mixed}, fewer-abandoned-cart]}}\n---\n"
    yield b"teams/named/charter.md", named
    yield ODD.encode(), "---\nkind: charter\nteam: odd\nmision: M\n---\n"
    yield b"a:b.md", "---\nkind: chartr\nteam: x\nmission: It is a slip.\n---\n"
    yield NOT_UTF8, "---\nkind: charter\nteam: cafe\nmision: M\n---\n"


def write(root: Path) -> Path:
    """The repo below a folder, with an empty configuration, at the top of git."""
    (root / ".git").mkdir(parents=True)
    (root / "align.toml").touch()
    for path, text in files():
        place = root / os.fsdecode(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
    return root


def strings(value: Any) -> Iterator[str]:
    """Every text in some JSON, keys too."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value
