"""A check that was made before: when nothing has changed, its report is what another one would come to."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import MsgspecError

from aligncli.engine import Report
from aligncli.engine.record import pack, unpack
from aligncli.io.repo import Repo


class Recall:
    """The reports that a repo remembers.

    Args:
        repo: surveyed, or loaded.
        asked: all that decides what a report holds, besides the repo.
    """

    def __init__(self, repo: Repo, asked: Sequence[object]) -> None:
        self._repo = repo
        self._asked = repr(asked).encode("utf-8", "surrogatepass")

    def report(self) -> Report | None:
        """The report of an earlier check that was asked the same of the same repo."""
        key = self._key()
        data = self._repo.recall(key) if key is not None else None
        if data is None:
            return None
        try:
            return unpack(data)
        except MsgspecError:
            return None

    def keep(self, report: Report) -> None:
        """Remembers a report of the repo as it was loaded last."""
        key = self._key()
        if key is not None:
            try:
                self._repo.remember(key, pack(report))
            except UnicodeError:  # the name of a file that is no text
                return

    def _key(self) -> bytes | None:
        return self._repo.state + self._asked if self._repo.state is not None else None
