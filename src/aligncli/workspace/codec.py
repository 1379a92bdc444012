"""Documents as bytes and back, for whoever keeps them or sends them to another process.

The bytes are MessagePack, and typed: what does not decode to a document is refused, and nothing in them is run. They
mean something to the version that wrote them alone.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import force_setattr, replace

from aligncli.document.body import EMPTY
from aligncli.model import PARTS, Content, place
from aligncli.workspace.load import NOTHING, Document

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Document)
_NOWHERE = {"path": "", "route": ()}
_NOBODYS = {**_NOWHERE, "team": ""}


def encode(document: Document) -> bytes:
    """A document as bytes; one that is not linked yet, because linking tells parts whose they are.

    Raises:
        UnicodeEncodeError: it holds half of a character, as the name of a file may: it cannot be kept.
    """
    content = document.content
    return _ENCODER.encode(replace(document, path="", content=_unplaced(content) if content is not None else None))


def decode(data: bytes, path: str) -> Document:
    """The document that was encoded, equal to what it was.

    Args:
        data: what it was encoded to.
        path: of the document; it is the text that all parts of it refer to.

    Raises:
        msgspec.DecodeError: the bytes are none that ``encode`` gave, as far as that can be seen.
    """
    try:
        document = _DECODER.decode(data)
    except (UnicodeDecodeError, RecursionError) as error:  # which msgspec lets through
        raise msgspec.DecodeError(str(error)) from None
    force_setattr(document, "path", path)
    if not document.kept:
        force_setattr(document, "kept", NOTHING)
    if not document.own:
        force_setattr(document, "own", NOTHING)
    if document.body == EMPTY:
        force_setattr(document, "body", EMPTY)
    if document.content is not None:
        place(document.content, path)
    return document


def _unplaced(content: Content) -> Content:
    """A record without what :func:`aligncli.model.place` gives it: a sixth of the bytes, a fifth of the time to decode."""
    changes: dict[str, object] = {"path": ""}
    blank = _NOBODYS if hasattr(content, "team") else _NOWHERE
    for part in PARTS[content.kind]:
        changes[part] = tuple([replace(item, **blank) for item in getattr(content, part)])
    return replace(content, **changes)
