"""The findings that a repo started with: a file that can only shrink.

A finding is the same as long as its code and identity are, wherever it moved; the same fact twice is two entries.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from aligncli.diagnostics import AlignError, Finding, Span
from aligncli.engine.select import codes_of, near_rule
from aligncli.rules.base import Rule, StaleEntry, UnknownName

VERSION = 1
DEFAULT_NAME = "align-baseline.json"

_SPACE = re.compile(r"[ \t\r\n]*")
_START = re.compile(r"\"findings\"\s*:\s*\[")

Key = tuple[str, tuple[str, ...]]
"""A code and an identity."""


class Entry(NamedTuple):
    """One fact that the baseline lists."""

    key: Key
    times: int
    span: Span


class Baseline:
    """What a run need not report again.

    Args:
        entries: as read.
        path: of the file, for findings about it.
    """

    def __init__(self, entries: Sequence[Entry], path: str) -> None:
        self._entries = entries
        self._path = path
        self._left = Counter({entry.key: 0 for entry in entries})
        for entry in entries:
            self._left[entry.key] += entry.times
        self.gone: Counter[Key] = Counter()
        """What it lists and a check did not find."""

    def knows(self, finding: Finding) -> bool:
        """Whether the baseline lists a finding; each entry counts for as many as it says."""
        key = key_of(finding)
        if self._left[key] <= 0:
            return False
        self._left[key] -= 1
        return True

    def unknown(self, rules: Sequence[Rule]) -> Iterable[UnknownName]:
        """The rules it names that do not exist."""
        seen = set()
        for entry in self._entries:
            code = entry.key[0]
            if code not in seen and not codes_of(code, rules):
                seen.add(code)
                yield UnknownName(self._path, code, entry.span, "the baseline", near_rule(code, rules), False)

    def stale(self, is_judged: Callable[[str], bool]) -> Iterable[StaleEntry]:
        """The entries that match less than they list, of rules that are judged."""
        left = self._left.copy()
        self.gone.clear()
        for entry in self._entries:
            gone = min(left[entry.key], entry.times)
            if gone > 0 and is_judged(entry.key[0]):
                left[entry.key] -= gone
                self.gone[entry.key] += gone
                yield StaleEntry(self._path, entry.span, *entry.key, gone)

    def remaining(self) -> Counter[Key]:
        """What it lists without what is gone."""
        listed: Counter[Key] = Counter()
        for entry in self._entries:
            listed[entry.key] += entry.times
        return listed - self.gone


def key_of(finding: Finding) -> Key:
    """What makes a finding the same fact tomorrow; its place only where it is about nothing with a name."""
    return finding.rule, finding.identity or (finding.path, finding.message)


def write_baseline(keys: Counter[Key]) -> str:
    """The file that lists some facts, one a line, sorted, so that it merges well."""
    lines = []
    for (code, identity), count in sorted(keys.items()):
        entry: dict[str, Any] = {"code": code, "identity": list(identity)}
        if count > 1:
            entry["count"] = count
        lines.append("    " + json.dumps(entry, ensure_ascii=False))
    inside = "\n" + ",\n".join(lines) + "\n  " if lines else ""
    return f'{{\n  "version": {VERSION},\n  "findings": [{inside}]\n}}\n'


def read_baseline(text: str, path: str) -> Baseline:
    """Reads a baseline.

    Raises:
        AlignError: it is none, or of another version.
    """
    text = text.removeprefix("\ufeff")
    advice = "write it again with `align check --write-baseline`"
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise AlignError(f"the baseline {path} is not valid JSON; {advice}") from None
    version = data.get("version") if isinstance(data, dict) else None
    if version != VERSION:
        raise AlignError(f'the baseline {path} has no `"version": {VERSION}`; {advice}')
    entries = [_entry(item) for item in data["findings"]] if isinstance(data.get("findings"), list) else [None]
    if None in entries:
        raise AlignError(f"the baseline {path} has an entry that is no finding; {advice}")
    spans = _spans(text, len(entries))
    return Baseline(
        [entry._replace(span=span) for entry, span in zip(entries, spans, strict=True) if entry is not None], path
    )


def _entry(item: Any) -> Entry | None:
    if not isinstance(item, dict):
        return None
    code, identity, count = item.get("code"), item.get("identity"), item.get("count", 1)
    if not isinstance(code, str) or not isinstance(identity, list) or type(count) is not int or count < 1:
        return None
    if not all(isinstance(part, str) for part in identity):
        return None
    return Entry((code, tuple(identity)), count, Span(0, 0))


def _spans(text: str, count: int) -> list[Span]:
    """Where the entries stand."""
    start = _START.search(text)
    decoder = json.JSONDecoder()
    spans: list[Span] = []
    at = start.end() if start else 0
    try:
        while start and len(spans) < count:
            at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
            _, end = decoder.raw_decode(text, at)
            spans.append(Span(at, end))
            at = _SPACE.match(text, end).end() + 1  # type: ignore[union-attr]
    except ValueError:
        pass
    return spans + [Span(0, 0)] * (count - len(spans))
