"""``--baseline`` and ``--write-baseline``: the findings that a repo started with."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from aligncli.commands.session import Session
from aligncli.diagnostics import AlignError, Severity
from aligncli.engine import Report
from aligncli.engine.baseline import DEFAULT_NAME, Baseline, read_baseline, write_baseline
from aligncli.io.files import Rewrite, rewrite_all
from aligncli.io.repo import Repo
from aligncli.io.tree import Unreadable, read_text
from aligncli.render.text import count, plain

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

    @property
    def text(self) -> str | None:
        """Of its file, once it was read."""
        return self._on_disk

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
        mark = self._on_disk[: len(self._on_disk) - len(self._on_disk.removeprefix("\ufeff"))]
        new = self._repo.drafts[self.name] = mark + self._last.shrunk()
        return Rewrite(self._on_disk, new)


def find(repo: Repo, option: Path | None) -> Known | None:
    """The baseline that an option or the configuration names.

    Raises:
        AlignError: the configuration's leads out of the repo.
    """
    if option is not None:
        return Known(repo, _name(repo, option))
    return Known(repo, _configured(repo)) if repo.written.baseline else None


def write(session: Session, repo: Repo, report: Report, option: Path | None, least: Severity) -> None:
    """Writes down all that a check found at or above a severity.

    Raises:
        AlignError: it cannot be written, or something else is there.
    """
    name = _name(repo, option) if option is not None else _configured(repo) if repo.config.baseline else DEFAULT_NAME
    keys = Counter(
        verdict.finding.key
        for verdict in report.verdicts
        if verdict.severity >= least and verdict.rule.check is not None
    )
    old = _replaceable(repo, name)
    rewrite_all(repo.root, {name: Rewrite(old, write_baseline(keys))})
    terminal = session.terminal
    before = _listed(old, name)
    more = "" if before is None or before == keys.total() else f", which listed {before}"
    terminal.remark(f"wrote {count(keys.total(), 'finding')} to {plain(name)}{more}\n")
    if Path(name).is_absolute():
        terminal.remark("it is outside of the repo: give it to each check with --baseline\n")
    elif name != repo.config.baseline:
        terminal.remark(
            f'put `baseline = "{plain(name)}"` below `[check]` in align.toml, so that every check knows it\n'
        )


def _name(repo: Repo, path: Path) -> str:
    """A path that somebody typed: from the root where it lies below it."""
    inside = repo.relative(path)
    return os.path.realpath(path) if inside.startswith("../") else inside


def _configured(repo: Repo) -> str:
    """The configuration's baseline, which may come from anybody, and must not lead anywhere else."""
    name = str(repo.written.baseline)
    folder = Path(os.path.realpath((repo.root / name).parent))
    if Path(name).is_absolute() or not folder.is_relative_to(repo.root):
        raise AlignError(f"`baseline` in align.toml leads out of the repo: {name}; --baseline may do so")
    return name


def _replaceable(repo: Repo, name: str) -> str | None:
    """What a new baseline takes the place of: an old one, however broken, and nothing else."""
    if not os.path.lexists(repo.root / name):
        return None
    text = read_text(repo.root, name, MAX_BYTES)
    if isinstance(text, Unreadable):
        raise AlignError(f"{name} {text.reason}; nothing was written")
    if text.strip() and not (text.lstrip("\ufeff \t\r\n").startswith("{") and '"findings"' in text):
        raise AlignError(f"{name} is no baseline, and nothing else is overwritten")
    return text


def _listed(old: str | None, name: str) -> int | None:
    """How many findings an old baseline lists, where it can be read."""
    if old is None:
        return None
    try:
        return read_baseline(old, name).total
    except AlignError:
        return None
