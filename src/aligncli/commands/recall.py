"""What earlier checks came to: the report of one is that of another when nothing has changed, and when little has, most
of what its rules found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date

from msgspec import MsgspecError

from aligncli.diagnostics import Finding
from aligncli.engine import Report
from aligncli.engine.record import pack, pack_findings, unpack, unpack_findings
from aligncli.io.repo import Repo


class Recall:
    """What a repo remembers of earlier checks.

    Args:
        repo: surveyed, or loaded.
        as_of: the day that counts as today.
        asked: all else that decides what a report holds, besides the repo.
    """

    def __init__(self, repo: Repo, as_of: date, asked: Sequence[object]) -> None:
        self._repo = repo
        self._asked = repr((as_of.isoformat(), asked)).encode("utf-8", "surrogatepass")
        self._day = as_of.isoformat().encode()

    def report(self) -> Report | None:
        """The report of an earlier check that was asked the same of the same repo."""
        data = self._known(self._repo.state, self._asked)
        with suppress(MsgspecError):
            return unpack(data) if data is not None else None
        return None

    def keep(self, report: Report) -> None:
        """Remembers a report of the repo as it was loaded last."""
        with suppress(UnicodeError):  # the name of a file that is no text
            self._keep(self._asked, pack(report))

    def findings(self) -> Mapping[str, Sequence[Finding]] | None:
        """What the rules found before a few documents changed, by their codes."""
        data = self._known(self._repo.state_before, self._day)
        with suppress(MsgspecError):
            return unpack_findings(data) if data is not None else None
        return None

    def keep_findings(self, found: Mapping[str, Sequence[Finding]]) -> None:
        """Remembers what all rules found in the repo as it was loaded last."""
        with suppress(UnicodeError):
            self._keep(self._day, pack_findings(found))

    def _known(self, state: bytes | None, asked: bytes) -> bytes | None:
        return self._repo.recall(state + asked) if state is not None else None

    def _keep(self, asked: bytes, data: bytes) -> None:
        if self._repo.state is not None:
            self._repo.remember(self._repo.state + asked, data)
