"""``--since``: what a change brings, held against the state that it started from.

Both states are checked by this tool, on one day, as the earlier one's configuration says: a change cannot switch its own
check off. What the earlier state had is old, wherever it stands now.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from aligncli import engine
from aligncli.commands.debts import MAX_BYTES
from aligncli.config import FILE_NAME
from aligncli.diagnostics import AlignError, Severity
from aligncli.engine.baseline import Baseline, read_baseline
from aligncli.io.files import git_top
from aligncli.io.git import Git, GitError, Revision
from aligncli.io.repo import Repo, Twin
from aligncli.io.tree import Tree, decoded
from aligncli.workspace.load import Document
from aligncli.workspace.workspace import Workspace


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
            try:
                before = engine.before(earlier)
            except engine.RuleCrash as error:
                since = self._since._replace(empty=f"in `{self._since.ref}`, {error}")
                return engine.run(task, show=show, silenced=silenced)._replace(since=since)
            before = before._replace(moved=_moved(earlier.ws, task.ws, self._old_places))
            report = engine.run(task, show=show, silenced=silenced, before=before)
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

    def _old_places(self, path: str) -> Sequence[str]:
        """Where the bytes were that are at a path now."""
        data = self._repo.tree.data(path)
        return self._revision.places(data) if isinstance(data, bytes) else ()

    def _changed(self, paths: Collection[str]) -> list[str]:
        """The files that decide what is checked and how, and differ."""
        own = {*self._repo.config.schemas.values(), *self._repo.written.schemas.values()}
        governing = {
            path
            for path in (*paths, *self._revision.paths)
            if path in own or posixpath.basename(path) in (FILE_NAME, ".gitignore")
        }
        return sorted(
            path for path in governing if self._text(self._repo.tree, path) != self._text(self._revision, path)
        )

    def _text(self, tree: Tree, path: str) -> bytes | None:
        """What a path leads to in one state; line ends may be changed on the way from git to the disk."""
        place = tree.resolve(path)
        data = None if place is None else tree.data(place)
        return data.replace(b"\r\n", b"\n") if isinstance(data, bytes) else None

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
        AlignError: there is no git repo, or no such revision, or git cannot tell what was in it, or a schema of the
            repo's own cannot be used; the sentence says what to do.
    """
    repo.all_schemas  # noqa: B018 - they do not count yet, and have to be usable all the same
    top = git_top(repo.root)
    if top is None:
        raise AlignError(f"--since compares with a revision, and {repo.root} is in no git repo")
    git = Git(top)
    commit = git.merge_base(ref)
    since = engine.Since(ref, commit, 0, 0)
    root, prefix = _root(git, commit, starts, repo)
    revision = git.revision(commit, prefix)
    try:
        try:
            earlier = Repo(root, plugins=repo.runs_plugins, tree=revision)
            if not earlier.has_documents():
                return repo, Base(repo, revision, None, since._replace(empty=f"`{ref}` has no documents here"))
            earlier.all_schemas  # noqa: B018 - whether they can be used
        except GitError:
            raise
        except AlignError as error:
            return repo, Base(repo, revision, None, since._replace(empty=f"in `{ref}`, {error}"))
        governed = Repo(root, plugins=repo.runs_plugins, governor=earlier, remembers=repo.remembers)
        if governed.written.plugins != earlier.config.plugins:
            try:
                governed.rules  # noqa: B018 - whether they can be loaded
            except AlignError:  # the change takes a plugin away, and it is gone already; all else counts as it was
                left = tuple(name for name in earlier.config.plugins if name in governed.written.plugins)
                earlier.config = msgspec.structs.replace(earlier.config, plugins=left)
                governed = Repo(root, plugins=repo.runs_plugins, governor=earlier, remembers=repo.remembers)
        return governed, Base(governed, revision, earlier, since)
    except BaseException:
        revision.close()
        raise


def _root(git: Git, commit: str, starts: Sequence[Path], repo: Repo) -> tuple[Path, str]:
    """The root as a commit has it: where it is now, and where it was from the top, empty or ending in ``/``.

    It is the nearest folder around all starts that held the configuration, be it a link now; else the top, where its
    documents were; else what it is now, or that which moved there.

    Raises:
        AlignError: they were in different repos.
    """
    found = {prefix for start in starts if (prefix := _governed_by(git, commit, start)) is not None}
    if len(found) > 1:
        first, second = sorted(str(git.top / prefix) for prefix in found)[:2]
        raise AlignError(f"the paths belonged to different repos, `{first}` and `{second}`: check them one at a time")
    if found:
        prefix = found.pop()
        return Path(os.path.realpath(git.top / prefix)), prefix
    if repo.root == git.top:
        return git.top, ""
    here = repo.root.relative_to(git.top).as_posix() + "/"
    with closing(git.revision(commit, "")) as everything:
        if Repo(git.top, plugins=False, tree=everything).has_documents(here):
            return git.top, ""
    places = {path: git.top / path for path in git.files(commit) if posixpath.basename(path) == FILE_NAME}
    gone = [path for path, place in places.items() if not place.exists() or Path(os.path.realpath(place)) != place]
    return repo.root, gone[0][: -len(FILE_NAME)] if len(gone) == 1 else here


def _governed_by(git: Git, commit: str, start: Path) -> str | None:
    """The nearest folder around a start that held the configuration, on the way that was typed, else on the real one."""
    folder = start if start.is_dir() else start.parent
    for typed in (folder.absolute(), Path(os.path.realpath(folder))):
        top = next((parent for parent in (typed, *typed.parents) if Path(os.path.realpath(parent)) == git.top), None)
        if top is None:
            continue
        way = typed.relative_to(top)
        above = [parent.as_posix() + "/" for parent in (way, *way.parents) if parent != Path()]
        held = git.files(commit, *(prefix + FILE_NAME for prefix in (*above, "")))
        if held:
            return max(held, key=len)[: -len(FILE_NAME)]
    return None


def _moved(earlier: Workspace, later: Workspace, old_places: Callable[[str], Sequence[str]]) -> dict[str, str]:
    """Where documents stood that stand elsewhere now, by the path they have now.

    Args:
        earlier: the documents as they were.
        later: as they are.
        old_places: where the bytes were that are at a path now.
    """
    gone = [document for document in earlier.documents if document.path not in later.paths]
    come = [document for document in later.documents if document.path not in earlier.paths]
    if not gone or not come:
        return {}
    by_name: dict[tuple[str, str], list[str]] = {}
    for document in gone:
        for name in _names(document)[:1]:
            by_name.setdefault(name, []).append(document.path)
    left = {document.path for document in gone}
    moved: dict[str, str] = {}
    folders: dict[str, str] = {}

    def move(document: Document, places: Sequence[str]) -> None:
        old = next((path for path in places if path in left), None)
        if old is not None:
            moved[document.path] = old
            folders.setdefault(posixpath.dirname(document.path), posixpath.dirname(old))
            left.discard(old)

    for document in come:
        named = [by_name.get(name, []) for name in _names(document)]
        move(document, [*old_places(document.path), *(paths[0] for paths in named if len(paths) == 1)])
    for document in come:  # of the others, some moved with their neighbours
        folder, last = posixpath.split(document.path)
        if document.path not in moved and folder in folders:
            move(document, [posixpath.join(folders[folder], last)])
    return moved


def _names(document: Document) -> list[tuple[str, str]]:
    """Whose document it is, by present and former names; nothing where it says nothing of that."""
    content = document.content
    if content is None:
        return []
    owner = getattr(content, "team", None) or getattr(content, "id", None) or ""
    return [(document.kind, name) for name in (owner, *getattr(content, "formerly", ()))]
