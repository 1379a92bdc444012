"""A repo with texts that are meant to hurt a reader in every field that can carry them, and what must not get through."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TEXT = (
    "a\n::error::x\r\n]]> <script>alert(1)</script> & `b` | c \x07\x1b[31m \u202e\u2066\u2028\x85 ##[group]y ##vso[z] {0} "
    "[click](https://evil.example) [1](1) \\ \" ' 100%25 %0A é日🎉"
)
QUOTED = json.dumps(TEXT).replace(r"\ud83c\udf89", "🎉")
"""As YAML takes it, in double quotes and without pairs of surrogates."""

UNSAFE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
COMMAND = re.compile(r"^\s*::[a-z]|##\w*\[", re.M)

FILES: dict[str, str | bytes] = {
    "org.md": (
        f"---\nkind: org\nname: {QUOTED}\nnorth-star: {QUOTED}\nperiod: {QUOTED}\noutcomes:\n"
        f"  - {{id: fewer-abandoned-carts, title: {QUOTED}, owner: {QUOTED}}}\n"
        f"  - {{id: lonely, title: {QUOTED}}}\n---\n"
    ),
    "teams/checkout/charter.md": (
        f"---\nkind: charter\nteam: checkout\nmission: {QUOTED}\n{QUOTED}: {QUOTED}\ngoals:\n"
        f"  - {{id: untraced, title: {QUOTED}}}\n"
        f"  # align: ignore[AL202]: ::error::x ]]> <b> | `c` \u202e ##[group]y {{0}} [click](https://evil.example)\n"
        f"  - {{id: typo, title: {QUOTED}, supports: [fewer-abandonned-carts]}}\n"
        f"  - {{id: wrong, title: {QUOTED}, status: {QUOTED}, supports: [{QUOTED}]}}\n---\n"
        "See [our notes](](::error::x.md) and [<img src=x>](%3Cimg%3E%0A::error::y.md).\n"
    ),
    "teams/raw/charter.md": "---\nkind: charter\nteam: raw\nmision: \u202e\u2066\u2028\x85 \x1b[31m::error::boo\n---\n",
    "teams/yaml/charter.md": "---\nkind: charter\nteam: yaml\nmission: a: b: ]]> ::error::\n---\n",
    "teams/\x1b[31m\n::error::evil\n/a b#c?d%25[e]&<f>é\u202e日.md": "---\nkind: charter\nteam: odd\nmision: M\n---\n",
    "a:b.md": "---\nkind: chartr\nteam: x\nmission: It is a slip.\n---\n",
}
"""Without the name that is not UTF-8, which :func:`add_not_utf8` adds."""

NOT_UTF8 = b"teams/caf\xe9/charter.md"
_NOT_UTF8_TEXT = b"---\nkind: charter\nteam: cafe\nmision: M\n---\n"


def add_not_utf8(root: Path) -> None:
    place = Path(os.fsdecode(os.fsencode(root) + b"/" + NOT_UTF8))
    place.parent.mkdir(parents=True)
    place.write_bytes(_NOT_UTF8_TEXT)


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
