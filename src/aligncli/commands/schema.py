"""``align schema``."""

from __future__ import annotations

import re

from aligncli.commands.session import Session
from aligncli.diagnostics import AlignError
from aligncli.io.resources import OUTPUT_NAMES, SCHEMA_NAMES, load_schemas, output_schema
from aligncli.render.text import json_text
from aligncli.suggest import nearest


def schema(session: Session, name: str) -> int:
    """Prints a JSON Schema in one self-contained piece: of a kind of document, or of what align itself prints.

    Raises:
        AlignError: there is none of this name; the sentence suggests one.
    """
    names = (*SCHEMA_NAMES, *OUTPUT_NAMES)
    if name not in names:
        near = nearest(name, names) or _output(name)
        raise AlignError(
            f"there is no schema `{name}`; " + (f"did you mean `{near}`?" if near else f"there are {', '.join(names)}")
        )
    text = output_schema(name) if name in OUTPUT_NAMES else load_schemas().bundle(name)
    session.terminal.out(json_text(text))
    return 0


def _output(name: str) -> str | None:
    """The format that somebody named by its command alone, or with a version that there is not."""
    formats = {known[len("output/") : known.rindex("-v")]: known for known in OUTPUT_NAMES}
    word = re.sub(
        r"(-v[0-9]*)?(\.schema)?(\.json)?\Z", "", name.lower().removeprefix("schemas/").removeprefix("output/")
    )
    near = word if word in formats else nearest(word, formats)
    return formats[near] if near else None
