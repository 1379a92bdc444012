"""A report as bytes and back, so that a check of what has not changed need not be made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from aligncli.diagnostics import Diagnostic, Finding, Severity
from aligncli.engine.report import Place, Report, Silenced, Summary


class _Record(msgspec.Struct, frozen=True, array_like=True):
    """What of a report is printed; the findings behind it, for those who mend them, are made anew."""

    diagnostics: Sequence[Diagnostic]
    summary: Summary
    by_rule: dict[str, int]
    worst: Severity
    documents: Sequence[Place]
    silenced: Sequence[Silenced]


_DECODER = msgspec.msgpack.Decoder(_Record)
_FINDINGS = msgspec.msgpack.Decoder(dict[str, list[Finding]])


def pack(report: Report) -> bytes:
    """A report as bytes.

    Raises:
        UnicodeEncodeError: it names a file whose name is no text.
    """
    record = _Record(
        report.diagnostics, report.summary, dict(report.by_rule), report.worst, report.documents, report.silenced
    )
    return msgspec.msgpack.encode(record)


def unpack(data: bytes) -> Report:
    """The report that was packed.

    Raises:
        msgspec.MsgspecError: the bytes are none that :func:`pack` gave.
    """
    record = _DECODER.decode(data)
    return Report(
        record.diagnostics,
        record.summary,
        record.by_rule,
        record.worst,
        documents=record.documents,
        silenced=record.silenced,
    )


def pack_findings(found: Mapping[str, Sequence[Finding]]) -> bytes:
    """What rules found, by their codes, as bytes.

    Raises:
        UnicodeEncodeError: as :func:`pack`.
    """
    return msgspec.msgpack.encode(found)


def unpack_findings(data: bytes) -> Mapping[str, Sequence[Finding]]:
    """What was packed.

    Raises:
        msgspec.MsgspecError: the bytes are none that :func:`pack_findings` gave.
    """
    return _FINDINGS.decode(data)
