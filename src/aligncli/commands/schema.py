"""``align schema``."""

from __future__ import annotations

from aligncli.commands.session import Session
from aligncli.diagnostics import AlignError
from aligncli.io.resources import SCHEMA_NAMES, load_schemas
from aligncli.render.text import json_text
from aligncli.suggest import nearest


def schema(session: Session, kind: str) -> int:
    """Prints the JSON Schema of a kind in one self-contained piece.

    Raises:
        AlignError: there is no such kind; the sentence suggests one.
    """
    if kind not in SCHEMA_NAMES:
        near = nearest(kind, SCHEMA_NAMES)
        raise AlignError(
            f"there is no kind `{kind}`; "
            + (f"did you mean `{near}`?" if near else f"there are {', '.join(SCHEMA_NAMES)}")
        )
    session.terminal.out(json_text(load_schemas().bundle(kind)))
    return 0
