"""``--since``: what a change brings, held against the state that it started from.

Both states are checked by this tool, on one day, as the earlier one's configuration says: a change cannot switch its own
check off. What the earlier state had is old, wherever it stands now.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Sequence
from pathlib import Path

from aligncli import engine
from aligncli.commands.debts import MAX_BYTES
from aligncli.config import FILE_NAME
from aligncli.diagnostics import AlignError, Severity
from aligncli.engine.baseline import Baseline, read_baseline
from aligncli.io.files import git_top
from aligncli.io.git import Git, Revision
from aligncli.io.repo import Repo, Twin
from aligncli.io.tree import decoded


class Base:
    """The state that a change started from.

    Args:
        repo: the state that is checked, governed by this one.
        revision: the files of this one.
        earlier: this one as a repo; nothing where it counts as empty.
        since: which it is.
    """

    def __init__(self, repo: Repo, revision: Revision, earlier: Repo | None, since: engine.Since) -> None:
        self._repo = repo
        self._revision = revision
        self._earlier = earlier
        self._since = since

    def run(self, task: engine.Task, baseline: Path | None, *, show: Severity, silenced: bool) -> engine.Report:
        """Checks the later state and leaves out what this one had.

        Args:
            task: the check of the later state.
            baseline: the file that an option names as its baseline.
            show: as for :func:`aligncli.engine.run`.
            silenced: likewise.
        """
        try:
            if self._earlier is None:
                return engine.run(task, show=show, silenced=silenced)._replace(since=self._since)
            twin = Twin(task.ws, self._is_same)
            earlier = task._replace(
                ws=self._earlier.load(task.ws.as_of, twin),
                source=self._earlier.text,
                baseline=self._baseline(self._earlier, baseline),
                written=None,
            )
            report = engine.run(task, show=show, silenced=silenced, before=engine.before(earlier))
            since = self._since._replace(configuration=self._changed(task.ws.paths))
            if report.compared is not None:
                since = since._replace(old=report.compared.old, mended=report.compared.mended)
            return report._replace(since=since)
        finally:
            self._revision.close()

    def _is_same(self, path: str) -> bool:
        """Whether a file has the same bytes in both states."""
        data = self._repo.tree.data(path)
        return isinstance(data, bytes) and self._revision.has(path, data)

    def _changed(self, paths: Collection[str]) -> list[str]:
        """The files that decide what is checked and how, and differ."""
        own = {*self._repo.config.schemas.values(), *self._repo.written.schemas.values()}
        governing = {
            path
            for path in (*paths, *self._revision.paths)
            if path in own or posixpath.basename(path) in (FILE_NAME, ".gitignore")
        }
        return sorted(path for path in governing if not self._is_same(path))

    def _baseline(self, earlier: Repo, option: Path | None) -> Baseline | None:
        """The baseline as it was; none where it was not there or cannot be read, which leaves all that it knew found."""
        name = self._repo.relative(option) if option is not None else earlier.config.baseline
        if name is None or name.startswith("../"):
            return None
        text = decoded(self._revision.data(name, MAX_BYTES))
        try:
            return read_baseline(text, name) if isinstance(text, str) else None
        except AlignError:
            return None


def find_base(repo: Repo, starts: Sequence[Path], ref: str) -> tuple[Repo, Base]:
    """The state in which a revision and HEAD parted, and the repo as that state governs it.

    Args:
        repo: as it stands.
        starts: where the root was looked for; it is the one of that time, so that a change cannot move it.
        ref: the revision.

    Raises:
        AlignError: there is no git repo, or no such revision, or a schema of the repo's own cannot be used; the
            sentence says what to do.
    """
    repo.all_schemas  # noqa: B018 - they do not count yet, and have to be usable all the same
    top = git_top(repo.root)
    if top is None:
        raise AlignError(f"--since compares with a revision, and {repo.root} is in no git repo")
    git = Git(top)
    commit = git.merge_base(ref)
    since = engine.Since(ref, commit, 0, 0)
    root = _root(git, commit, starts) or repo.root
    prefix = "" if root == git.top else root.relative_to(git.top).as_posix() + "/"
    revision = git.revision(commit, prefix)
    earlier: Repo | None = None
    try:
        earlier = Repo(root, plugins=repo.runs_plugins, tree=revision)
        if not earlier.has_documents():
            return repo, Base(repo, revision, None, since._replace(empty=f"`{ref}` has no documents here"))
        earlier.all_schemas  # noqa: B018 - whether they can be used
    except AlignError as error:
        return repo, Base(repo, revision, None, since._replace(empty=f"in `{ref}`, {error}"))
    governed = Repo(root, plugins=repo.runs_plugins, governor=earlier)
    if governed.written.plugins != earlier.config.plugins:
        try:
            governed.rules  # noqa: B018 - whether they can be loaded
        except AlignError as error:  # the change takes a plugin away, and it is gone already
            return repo, Base(repo, revision, None, since._replace(empty=f"in `{ref}`, {error}"))
    return governed, Base(governed, revision, earlier, since)


def _root(git: Git, commit: str, starts: Sequence[Path]) -> Path | None:
    """The nearest folder around all starts that held the configuration; nothing where none did.

    Raises:
        AlignError: they were in different repos.
    """
    found = set()
    for start in starts:
        folder = Path(os.path.realpath(start if start.is_dir() else start.parent))
        while folder.is_relative_to(git.top):
            way = folder.relative_to(git.top).as_posix()
            if git.holds(commit, posixpath.normpath(posixpath.join(way, FILE_NAME))):
                found.add(folder)
                break
            folder = folder.parent
    if len(found) > 1:
        first, second = sorted(found)[:2]
        raise AlignError(f"the paths belonged to different repos, `{first}` and `{second}`: check them one at a time")
    return found.pop() if found else None
