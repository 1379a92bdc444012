"""``--baseline`` and ``--write-baseline``: the findings that a repo started with."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from aligncli.commands.session import Session
from aligncli.diagnostics import AlignError, Severity
from aligncli.engine import Report
from aligncli.engine.baseline import DEFAULT_NAME, Baseline, key_of, read_baseline, write_baseline
from aligncli.io.files import Rewrite, Unreadable, read_text, rewrite_all
from aligncli.io.repo import Repo
from aligncli.render.text import count

MAX_BYTES = 256 * 1_048_576
"""A baseline of a million findings has about 100 MB."""


class Known:
    """The baseline of a run.

    Args:
        repo: whose it is.
        name: its path from the root, or an absolute one outside of it.
    """

    def __init__(self, repo: Repo, name: str) -> None:
        self._repo = repo
        self.name = name
        self._on_disk: str | None = None
        self._last: Baseline | None = None

    def read(self) -> Baseline:
        """The baseline, ready for one check.

        Raises:
            AlignError: there is none, or it is broken.
        """
        if self._on_disk is None:
            text = read_text(self._repo.root, self.name, MAX_BYTES)
            if isinstance(text, Unreadable):
                raise AlignError(f"the baseline {self.name} {text.reason}; `align check --write-baseline` writes one")
            self._on_disk = self._repo.drafts[self.name] = text
        self._last = read_baseline(self._repo.drafts[self.name], self.name)
        return self._last

    def shrink(self) -> Rewrite | None:
        """Takes out what the last check did not find; nothing when it found all."""
        if self._last is None or self._on_disk is None or not self._last.gone:
            return None
        new = self._repo.drafts[self.name] = write_baseline(self._last.remaining())
        return Rewrite(self._on_disk, new)


def find(repo: Repo, option: Path | None) -> Known | None:
    """The baseline that an option or the configuration names."""
    if option is not None:
        return Known(repo, _name(repo, option))
    return Known(repo, repo.config.baseline) if repo.config.baseline else None


def write(session: Session, repo: Repo, report: Report, option: Path | None, least: Severity) -> None:
    """Writes down all that a check found at or above a severity.

    Raises:
        AlignError: it cannot be written.
    """
    name = _name(repo, option) if option is not None else repo.config.baseline or DEFAULT_NAME
    keys = Counter(
        key_of(verdict.finding)
        for verdict in report.verdicts
        if verdict.severity >= least and verdict.rule.check is not None
    )
    rewrite_all(repo.root, {name: Rewrite(None, write_baseline(keys))})
    terminal = session.terminal
    terminal.note(f"wrote {count(keys.total(), 'finding')} to {name}\n")
    if name != repo.config.baseline:
        terminal.note(f'put `baseline = "{name}"` below `[check]` in align.toml, so that every check knows it\n')


def _name(repo: Repo, path: Path) -> str:
    """A path that somebody typed: from the root where it lies below it."""
    inside = repo.relative(path)
    return os.path.realpath(path) if inside.startswith("../") else inside
