"""Documents as bytes and back, for whoever keeps them or sends them to another process.

The bytes are MessagePack, and typed: what does not decode to a document is refused, and nothing in them is run. They
mean something to the version that wrote them alone.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from aligncli.model import PARTS, Content, place
from aligncli.workspace.load import Document

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Document)
_NOWHERE = {"path": "", "route": ()}
_NOBODYS = {**_NOWHERE, "team": ""}


def encode(document: Document) -> bytes:
    """A document as bytes; one that is not linked yet, because linking tells parts whose they are.

    Raises:
        UnicodeEncodeError: it holds half of a character, as the name of a file may: it cannot be kept.
    """
    if document.content is not None:
        document = replace(document, content=_unplaced(document.content))
    return _ENCODER.encode(document)


def decode(data: bytes) -> Document:
    """The document that was encoded, equal to what it was.

    Raises:
        msgspec.DecodeError: the bytes are none that ``encode`` gave, as far as that can be seen.
    """
    try:
        document = _DECODER.decode(data)
    except (UnicodeDecodeError, RecursionError) as error:  # which msgspec lets through
        raise msgspec.DecodeError(str(error)) from None
    if document.content is not None:
        place(document.content, document.path)
    return document


def _unplaced(content: Content) -> Content:
    """A record without what :func:`aligncli.model.place` gives it: a sixth of the bytes, a fifth of the time to decode."""
    changes: dict[str, object] = {"path": ""}
    blank = _NOBODYS if hasattr(content, "team") else _NOWHERE
    for part in PARTS[content.kind]:
        changes[part] = tuple([replace(item, **blank) for item in getattr(content, part)])
    return replace(content, **changes)
