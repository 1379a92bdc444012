"""``align check --watch``."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from aligncli import engine
from aligncli.commands.check import Wish, known_debts, levels, refuse_contradictions, task_of
from aligncli.commands.outputs import Outputs, publish
from aligncli.commands.session import Session, parse_day
from aligncli.config import FILE_NAME
from aligncli.diagnostics import AlignError, Diagnostic
from aligncli.engine.again import Again
from aligncli.engine.report import Summary
from aligncli.io.changes import TICK, changes_below
from aligncli.io.documents import SETTLED
from aligncli.io.repo import Repo
from aligncli.io.terminal import warn
from aligncli.render.check import Checked
from aligncli.render.text import count, plain
from aligncli.workspace.again import Focus
from aligncli.workspace.workspace import Workspace

_DECIDING = (FILE_NAME, ".gitignore")
"""Files that say, wherever they are, which others are read and how."""


def watch(session: Session, wish: Wish, *, day: str | None) -> int:
    """Checks a repo, and again after each change, until somebody ends it.

    Args:
        session: of this run.
        wish: what to check, and how.
        day: the one that counts as today, where somebody chose it; else it moves on at midnight.

    Raises:
        AlignError: what was asked for makes no sense together, or the first check could not run.
    """
    _refuse(wish)
    refuse_contradictions(wish)
    with suppress(KeyboardInterrupt):
        repo = Repo.around(session.start, wish.paths, plugins=wish.plugins)
        repo.remembers &= wish.cache
        watcher = _Watcher(session, wish, repo, day)
        watcher.check()
        while True:
            watcher.follow()
    if session.terminal.is_interactive:
        session.terminal.out("\n")
    return 0


def _refuse(wish: Wish) -> None:
    asked = (
        ("--fix", wish.fix),
        ("--write-baseline", wish.write_baseline),
        ("--since", wish.since is not None),
        ("--statistics", wish.statistics),
        ("--output", bool(wish.outputs)),
        (f"--format {wish.output_format}", (wish.output_format or "full") not in ("full", "concise")),
    )
    for option, is_given in asked:
        if is_given:
            raise AlignError(f"--watch shows people their findings after each change; it does not go with {option}")


class _Watcher:
    """A repo that is checked again and again."""

    def __init__(self, session: Session, wish: Wish, repo: Repo, day: str | None) -> None:
        self._session = session
        self._wish = wish
        self._repo = repo
        self._day = day
        self._again = Again()
        self._ws: Workspace | None = None
        """As it was linked the last time; nothing where that failed."""
        self._since = 0
        self._passed: set[str] = set()
        """What is no part of the repo, as a look at all of it has shown."""
        self._own_schemas: set[str] = set()
        self._root = self._identity()
        self._told: tuple[Sequence[Diagnostic], Summary] | None = None
        """What was shown the last time."""
        self._is_silent = False
        """Whether the same is not shown again."""
        self._is_littered = False
        """Whether a whole workspace was left behind."""
        self._baseline = ""
        """The path of the baseline, absolute where it lies outside of the root; empty where there is none."""
        self._outside: tuple[int, int] | None = None

    # --- checking ---

    def check(self) -> None:
        """Reads everything, and shows what there is.

        Raises:
            AlignError: it could not run.
        """
        self._ws = None
        began = time.time_ns()
        with self._session.terminal.progress() as self._repo.tell:
            ws = self._repo.load(self._session.as_of)
            self._show(ws, None)
        self._since = began
        self._passed.clear()
        schemas = self._repo.config.schemas.values()
        self._own_schemas = {self._repo.relative(self._repo.root / schema) for schema in schemas}

    def _check_again(self, ws: Workspace, changed: set[str]) -> None:
        """Reads what has changed, and shows what there is now, if that may be something else."""
        self._ws = focus = None  # until it is known that all went well
        began = time.time_ns()
        found = self._repo.load_again(ws, changed, self._since)
        if found is not None:
            ws, focus = found
        elif self._baseline not in changed:
            self._ws = ws
            self._pass_over(changed, ws)
            return
        if found is not None and focus is None:
            self._since = began
            self._passed.clear()
        self._show(ws, focus)

    def _show(self, ws: Workspace, focus: Focus | None) -> None:
        repo, session = self._repo, self._session
        if ws.kept is None:
            ws.kept = {}
        known = known_debts(repo, self._wish)
        task = task_of(repo, self._wish, ws, known.read() if known else None)
        self._baseline = known.name if known else ""
        self._outside = self._stamp_outside()
        limit, shown = levels(repo, self._wish)
        self._is_littered = self._is_littered or focus is None
        report = self._again.run(task, focus, show=shown)
        self._ws = ws
        told, self._told = self._told, (report.diagnostics, report.summary)
        if self._is_silent and told == self._told:
            return
        checked = Checked(report, session.as_of, limit, repo.rules, repo.text, style=session.style)
        repo.tell = None
        session.terminal.clear()
        publish(session, Outputs(self._wish.output_format or "full"), checked, shown)
        self._say_watching(report)

    def _say_watching(self, report: engine.Report | None = None) -> None:
        what = count(report.summary.documents, "document") if report is not None else plain(str(self._repo.root))
        self._session.terminal.note(self._session.style.paint(f"watching {what}; Ctrl-C ends\n", dim=True))

    def _try(self, changed: set[str] | None) -> None:
        """Checks again; what keeps it from that is said, and mended with the next change perhaps."""
        gc.disable()  # what is made now is kept, or gone by itself
        try:
            if changed is None or self._ws is None:
                self._ws = None
                self._repo = Repo(self._repo.root, plugins=self._wish.plugins, remembers=self._repo.remembers)
                self.check()
            else:
                self._check_again(self._ws, changed)
        except AlignError as error:
            self._told = None
            self._session.terminal.clear()
            self._session.terminal.note("")
            warn(str(error))
            self._say_watching()
        finally:
            gc.enable()

    # --- following ---

    def follow(self) -> None:
        """Waits for changes, until the root itself is another folder than it was."""
        is_first = True
        for changed in self._changes():
            if self._identity() != self._root:
                break
            if is_first:  # what happened before anybody watched
                changed = changed | self._lately_changed()
            self._is_silent = is_first
            is_first = False
            now = parse_day(self._day)
            if now != self._session.as_of:
                self._session = self._session._replace(as_of=now)
                self._try(None)
            elif any(self._decides(path) for path in changed):
                self._try(None)
            else:
                if self._baseline and self._outside != self._stamp_outside():
                    changed = {*changed, self._baseline}
                changed = {path for path in changed if not self._is_passed(path)}
                if changed:
                    self._try(changed)
                elif self._is_littered:  # while nobody waits for it
                    gc.collect()
                    self._is_littered = False
        self._is_silent = False
        self._wait_for_root()

    def _changes(self) -> Iterator[set[str]]:
        try:
            yield from changes_below(self._repo.root)
        except OSError as error:  # gone before it could be watched, or more folders than the system watches
            if self._identity() == self._root:
                reason = (error.strerror or str(error)).lower()
                raise AlignError(f"cannot watch {self._repo.root}: {reason}") from None

    def _wait_for_root(self) -> None:
        """Waits until the root is there, whichever it is now; then everything is read."""
        if self._identity() is None:
            self._session.terminal.clear()
            self._session.terminal.note("")
            warn(f"the folder {self._repo.root} is gone; waiting for it")
        while (identity := self._identity()) is None:
            time.sleep(TICK / 4_000)
        self._root = identity
        self._try(None)

    def _identity(self) -> tuple[int, int] | None:
        """Which folder the root is; nothing where there is none."""
        try:
            status = self._repo.root.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _lately_changed(self) -> set[str]:
        """Files that may have changed since they were read; the root, for those that came or went."""
        ws = self._ws
        if ws is None:
            return set()
        stamp, earlier = self._repo.tree.stamp, self._since - SETTLED
        paths = {FILE_NAME, *ws.by_path, *(path for path in ws.paths if self._decides(path))}
        return {"", *(path for path in paths if stamp(path).changed >= earlier)}

    def _decides(self, path: str) -> bool:
        """Whether a file says how others are read."""
        if path.rpartition("/")[2] in _DECIDING:
            return True
        return path in self._own_schemas

    def _stamp_outside(self) -> tuple[int, int] | None:
        """What tells that a baseline outside of the root is the same as it was."""
        if not Path(self._baseline).is_absolute():
            return None
        try:
            status = Path(self._baseline).stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_ino

    def _pass_over(self, changed: Sequence[str] | set[str], ws: Workspace) -> None:
        """Remembers the folders and files that are none of the repo's, as those which git ignores."""
        for path in changed:
            parts = path.split("/")
            for end in range(1, len(parts) + 1):
                above = "/".join(parts[:end])
                if above and above not in ws.paths:
                    self._passed.add(above)
                    break

    def _is_passed(self, path: str) -> bool:
        """Whether a path lies in what is none of the repo's."""
        parts = path.split("/")
        return any("/".join(parts[:end]) in self._passed for end in range(1, len(parts)))
