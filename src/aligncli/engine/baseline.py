"""The findings that a repo started with: a file that can only shrink.

A finding is the same as long as its code and identity are, wherever it moved; the same fact twice is two entries.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any, NamedTuple

from aligncli.diagnostics import AlignError, Finding, Key, Span
from aligncli.engine.facts import Facts, former_names
from aligncli.engine.select import near_rule
from aligncli.rules.base import Rule, StaleEntry, UnknownName
from aligncli.workspace.workspace import Workspace

VERSION = 1
DEFAULT_NAME = "align-baseline.json"

_SPACE = re.compile(r"[ \t\r\n]*")
_START = re.compile(r"\"findings\"\s*:\s*\[")
_COUNT = re.compile(r"(\"count\"\s*:\s*)[0-9]+")
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})", re.M)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Entry(NamedTuple):
    """One fact that the baseline lists."""

    key: Key
    times: int
    span: Span
    """Where it stands; empty where that cannot be told."""


class Baseline:
    """What a run need not report again.

    Args:
        entries: as read.
        path: of the file, for findings about it.
        text: what they were read from, without a byte-order mark.
    """

    def __init__(self, entries: Sequence[Entry], path: str, text: str) -> None:
        self._entries = entries
        self._path = path
        self._text = text
        listed: Counter[Key] = Counter()
        for entry in entries:
            listed[entry.key] += entry.times
        self._left = Facts(listed)
        self._dropped: Counter[Key] = Counter()
        self._gone = [0] * len(entries)

    @property
    def total(self) -> int:
        """How many findings it lists."""
        return sum(entry.times for entry in self._entries)

    @property
    def gone(self) -> int:
        """How many entries the last check did not find, or not as often as they say."""
        return sum(gone > 0 for gone in self._gone)

    def follow(self, ws: Workspace) -> None:
        """Learns what had another name when the baseline was written."""
        self._left.follow(former_names(ws))

    def knows(self, finding: Finding) -> bool:
        """Whether the baseline lists a finding; each entry counts for as many as it says."""
        return self._left.take(finding)

    def spare(self, finding: Finding) -> None:
        """Notes that a finding is still there, although it is dropped for another reason."""
        key = self._left.find(finding)
        if key is not None:
            self._dropped[key] += 1

    def unknown(self, rules: Sequence[Rule]) -> Iterable[UnknownName]:
        """The rules it names that do not exist."""
        seen = {rule.code for rule in rules}
        for entry in self._entries:
            code = entry.key[0]
            if code not in seen:
                seen.add(code)
                yield UnknownName(self._path, code, entry.span, "the baseline", near_rule(code, rules), False)

    def stale(self, judged: Set[str]) -> Iterator[StaleEntry]:
        """The entries that match less than they list, of rules that are judged; of two for one fact the later."""
        left = self._left.left - self._dropped
        found = {entry.key: -left[entry.key] for entry in self._entries}
        for entry in self._entries:
            found[entry.key] += entry.times
        for index in range(len(self._entries) - 1, -1, -1):
            entry = self._entries[index]
            gone = min(left[entry.key], entry.times) if entry.key[0] in judged else 0
            self._gone[index] = gone
            if gone:
                left[entry.key] -= gone
                yield StaleEntry(self._path, entry.span, *entry.key, gone, found[entry.key] > 0)

    def shrunk(self) -> str:
        """Its text without what is gone; all else stays as it was written."""
        spans = [entry.span for entry in self._entries]
        if not all(span.end for span in spans):
            listed: Counter[Key] = Counter()
            for entry, gone in zip(self._entries, self._gone, strict=True):
                listed[entry.key] += entry.times - gone
            return write_baseline(+listed)
        parts: list[str] = []
        last = None
        for index, (entry, gone) in enumerate(zip(self._entries, self._gone, strict=True)):
            if gone < entry.times:
                written = self._text[entry.span.start : entry.span.end]
                if last is not None:
                    parts.append(self._text[spans[index - 1].end : entry.span.start])
                parts.append(_COUNT.sub(rf"\g<1>{entry.times - gone}", written) if gone else written)
                last = index
        head, tail = self._text[: spans[0].start], self._text[spans[-1].end :]
        return "".join((head, *parts, tail)) if parts else head.rstrip() + tail.lstrip()


def write_baseline(keys: Counter[Key]) -> str:
    """The file that lists some facts, one a line, sorted, so that it merges well."""
    lines = []
    for (code, identity), count in sorted(keys.items()):
        entry: dict[str, Any] = {"code": code, "identity": list(identity)}
        if count > 1:
            entry["count"] = count
        line = json.dumps(entry, ensure_ascii=False)
        if _SURROGATE.search(line):  # the name of a file that is not UTF-8
            line = json.dumps(entry)
        lines.append("    " + line)
    inside = "\n" + ",\n".join(lines) + "\n  " if lines else ""
    return f'{{\n  "version": {VERSION},\n  "findings": [{inside}]\n}}\n'


def read_baseline(text: str, path: str) -> Baseline:
    """Reads a baseline.

    Raises:
        AlignError: it is none, or of another version.
    """
    advice = "write it again with `align check --write-baseline`"
    text = text.removeprefix("\ufeff")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        if _CONFLICT.search(text):
            raise AlignError(
                f"the baseline {path} has the marks of an unfinished merge; keep the entries of both sides: "
                "those that are no longer found are reported"
            ) from None
        raise AlignError(f"the baseline {path} is not valid JSON; {advice}") from None
    version = data.get("version") if isinstance(data, dict) else None
    if version is True or version != VERSION:
        raise AlignError(f'the baseline {path} has no `"version": {VERSION}`; {advice}')
    entries = [_entry(item) for item in data["findings"]] if isinstance(data.get("findings"), list) else [None]
    known = [entry for entry in entries if entry is not None]
    if len(known) < len(entries):
        raise AlignError(f"the baseline {path} has an entry that is no finding; {advice}")
    return Baseline(_placed(text, known), path, text)


def _entry(item: Any) -> Entry | None:
    if not isinstance(item, dict):
        return None
    code, identity, count = item.get("code"), item.get("identity"), item.get("count", 1)
    if not isinstance(code, str) or type(count) is not int or count < 1:
        return None
    if not isinstance(identity, list) or not identity or not all(isinstance(part, str) for part in identity):
        return None
    return Entry((code, tuple(identity)), count, Span(0, 0))


def _placed(text: str, entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries with their places; without, where the text is too odd to tell."""
    start = _START.search(text)
    decoder = json.JSONDecoder()
    placed: list[Entry] = []
    at = start.end() if start else len(text)
    try:
        for entry in entries:
            at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
            item, end = decoder.raw_decode(text, at)
            if _entry(item) != entry:
                return entries
            placed.append(entry._replace(span=Span(at, end)))
            at = _SPACE.match(text, end).end() + 1  # type: ignore[union-attr]
    except (ValueError, RecursionError):
        return entries
    return placed
