"""Revisions, read through git's plumbing: nothing is checked out, nothing is written, no hook runs.

The repo may be a stranger's: git gets an environment without ``GIT_*`` variables, looks no higher than the top that was
found, may open no connection, and is never given a word of ours that it could take for an option.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import posixpath
import re
import subprocess
import weakref
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import IO

from aligncli.diagnostics import AlignError
from aligncli.io.tree import FILE, FOLDER, LINK, MAX_BYTES, Stamp, Unreadable
from aligncli.suggest import nearest

_SETTINGS = (
    "protocol.allow=never",  # an object that a partial clone lacks is not fetched
    "core.fsmonitor=false",
    "core.hooksPath=" + os.devnull,
)
_GLOBAL = ("--no-pager", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs")
_WHOLE = "if this is a partial clone, `git fetch --refetch --no-filter` gets the rest"
_NO_SENSE = "--since: what git answers makes no sense; see what `git --version` says"
_IS_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MOST_LINKS = 20
"""So many links are followed for one path."""
_CHUNK = 1 << 20


class GitError(AlignError):
    """Git does not tell what has to be known: never a reason to go on without."""


class Git:
    """The git repo around a folder.

    Args:
        top: its work tree's top level.
    """

    def __init__(self, top: Path) -> None:
        self.top = Path(os.path.realpath(top))
        self._objects: list[str] = []
        """Where the objects of submodules are."""

    def merge_base(self, ref: str) -> str:
        """The commit where HEAD and a revision parted.

        Raises:
            AlignError: there is no such revision, or the clone does not reach back that far; the sentence says
                what to do.
        """
        if not ref.strip() or ref.startswith(("-", "^")) or "\0" in ref:
            raise AlignError(f"--since: `{ref}` is no revision of git")
        if self._ask("rev-parse", "--verify", "--quiet", "HEAD") is None:
            raise AlignError("--since: nothing is committed here yet, so that there is nothing to compare with")
        found = self._ask("rev-parse", "--verify", "--quiet", ref)
        commit = self._ask("rev-parse", "--verify", "--quiet", f"{found}^{{commit}}") if found else None
        if commit is None:  # a whole id is taken for a revision, whether there is such an object or not
            is_there = found is not None and self._ask("cat-file", "-e", found) is not None
            raise AlignError(f"--since: {self._missing(ref, is_there=is_there)}")
        # In the midst of a merge, what is checked out comes from both sides.
        merging = self._ask("rev-parse", "--verify", "--quiet", "MERGE_HEAD")
        base = self._ask("merge-base", commit, "HEAD", *([merging] if merging else []))
        if base is None:
            reason = f"this clone does not reach back to where `{ref}` and HEAD parted"
            if self._is_shallow:
                raise AlignError(f"--since: {reason}; {_DEEPEN}")
            raise AlignError(f"--since: `{ref}` and HEAD have no commit in common")
        if not _IS_ID.fullmatch(base):
            raise GitError(_NO_SENSE)
        return base

    def _missing(self, ref: str, *, is_there: bool) -> str:
        if is_there:
            return f"`{ref}` is no commit"
        listed = self._ask("for-each-ref", "--format=%(refname:short)") or ""
        names = [name for name in listed.splitlines() if not name.endswith("/HEAD")]
        elsewhere = next((name for name in names if name.endswith("/" + ref) or ref.endswith("/" + name)), None)
        # A shallow clone knows few names: `main~1` and `origin/main` are no slips for what happens to be like them.
        near = elsewhere or (None if self._is_shallow else nearest(ref, names))
        if near is not None:
            return f"there is no revision `{ref}` here; did you mean `{near}`?"
        more = f"; this clone is shallow: {_DEEPEN}" if self._is_shallow else "; `git branch --all` lists the branches"
        return f"there is no revision `{ref}` here{more}"

    @cached_property
    def _is_shallow(self) -> bool:
        return self._ask("rev-parse", "--is-shallow-repository") == "true"

    def files(self, commit: str, *paths: str) -> list[str]:
        """Those files of a commit, from the top, that are at some paths or below them; all where none is given.

        Raises:
            GitError: git cannot tell.
        """
        return [path for mode, _, path in self._listed(commit, paths) if mode.startswith("100")]

    def revision(self, commit: str, prefix: str) -> Revision:
        """The files of a commit.

        Args:
            commit: its id.
            prefix: the folder that is the root, from the top, empty or ending in ``/``.

        Raises:
            GitError: git does not say what is in it.
        """
        listed = self._listed(commit, [prefix] if prefix else [])
        absent = self._absent(prefix)
        entries = [
            (mode, object_id, path[len(prefix) :])
            for mode, object_id, path in listed
            if path.startswith(prefix) and path not in absent
        ]
        return Revision(self, prefix, entries, has_gaps=bool(absent))

    def _listed(self, commit: str, paths: Sequence[str]) -> list[tuple[str, str, str]]:
        """The mode, object and path of all that is at some paths of a commit or below them."""
        listing = self._run("ls-tree", "-r", "-t", "-z", "--full-tree", commit, "--", *paths)
        entries = []
        if not listing.endswith(b"\0") and listing:
            raise GitError(_NO_SENSE)
        for line in listing.split(b"\0")[:-1]:
            about, _, name = line.partition(b"\t")
            words = os.fsdecode(about).split(" ")
            if len(words) != 3 or not name:
                raise GitError(_NO_SENSE)
            entries.append((words[0], words[2], os.fsdecode(name)))
        for mode, object_id, path in [*entries]:
            if mode == "160000" and (self.top / path / ".git").exists():
                entries += self._submodule(path, object_id)
        return entries

    def _submodule(self, path: str, commit: str) -> list[tuple[str, str, str]]:
        """What a submodule had in it; nothing where it does not reach back that far."""
        inside = Git(self.top / path)
        objects = inside._ask("rev-parse", "--path-format=absolute", "--git-path", "objects")
        if objects is None or inside._ask("cat-file", "-e", f"{commit}^{{tree}}") is None:
            return []
        listed = inside._listed(commit, [])
        self._objects += [objects, *inside._objects]
        return [(mode, object_id, f"{path}/{name}") for mode, object_id, name in listed]

    def _absent(self, prefix: str) -> set[str]:
        """What a sparse checkout keeps from the disk: its absence is nobody's change."""
        if self._ask("config", "--type=bool", "core.sparseCheckout") != "true":
            return set()
        listing = self._run("ls-files", "-t", "-z", "--", *([prefix] if prefix else []))
        marked = (os.fsdecode(entry[2:]) for entry in listing.split(b"\0") if entry.startswith(b"S "))
        return {path for path in marked if not os.path.lexists(self.top / path)}

    def open_objects(self) -> subprocess.Popen[bytes]:
        """A process that gives the content of objects whose ids it is sent."""
        return subprocess.Popen(
            self._command("cat-file", "--batch"),
            env=_environment(self.top, self._objects),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def _ask(self, *words: str) -> str | None:
        """One line that git answers; nothing where it says no."""
        done = self._call(words)
        return os.fsdecode(done.stdout).strip() if done.returncode == 0 else None

    def _run(self, *words: str) -> bytes:
        done = self._call(words)
        if done.returncode != 0:
            said = next(iter(os.fsdecode(done.stderr).strip().splitlines()), "it does not say why")
            raise GitError(f"--since: git {words[0]} failed: {said.removeprefix('fatal: ')}; {_WHOLE}")
        return done.stdout

    def _call(self, words: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        try:
            done = subprocess.run(
                self._command(*words),
                env=_environment(self.top),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except ValueError:  # NUL in what it answered before
            raise GitError(_NO_SENSE) from None
        except FileNotFoundError:
            raise AlignError("--since needs git, which is not installed here") from None
        except OSError as error:
            raise AlignError(f"--since cannot run git: {(error.strerror or str(error)).lower()}") from None
        if b"dubious ownership" in done.stderr:
            raise AlignError(
                f"--since: git does not trust {self.top}, which belongs to another user; if you do, run "
                f"`git config --global --add safe.directory {self.top}`"
            )
        if done.returncode == 128 and b"not a git repository" in done.stderr:
            raise AlignError(f"--since: git cannot read the repo at {self.top}")
        return done

    def _command(self, *words: str) -> list[str]:
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        return ["git", *_GLOBAL, "-C", str(self.top), *settings, *words]


_DEEPEN = (
    "fetch its history, with `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` in GitLab CI, "
    "or `git fetch --unshallow`"
)


def _environment(top: Path, objects: Sequence[str] = ()) -> dict[str, str]:
    """What git is told: nothing that a caller's ``GIT_*`` variables say (a hook has some of them)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    no_network = {"GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1"}  # counts more than any `protocol.*.allow`
    others = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(map(_quoted, objects))} if objects else {}
    fixed = {"GIT_CEILING_DIRECTORIES": str(top.parent), "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    return {**kept, **no_network, **others, **fixed}


def _quoted(path: str) -> str:
    """A path in a list of such, as git reads it."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Revision:
    """The files of a revision, a :class:`aligncli.io.tree.Tree`.

    Args:
        git: where it is.
        prefix: the folder that is the root, from the top, empty or ending in ``/``.
        entries: the mode, object and path of all that is in it.
        has_gaps: whether files were left out, so that a folder may be there for nothing.
    """

    def __init__(
        self, git: Git, prefix: str, entries: Sequence[tuple[str, str, str]], *, has_gaps: bool = False
    ) -> None:
        self._git = git
        self._root = posixpath.join(git.top.as_posix(), prefix).rstrip("/")
        self._kinds: dict[str, int] = {"": FOLDER}
        self._ids: dict[str, str] = {}
        self._folders: dict[str, list[tuple[str, int]]] = {"": []}
        self._places: dict[str, list[str]] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        files = [path for mode, _, path in entries if mode != "040000"] if has_gaps else []
        filled = {folder for path in files for folder in _parents(path)}
        for mode, object_id, path in entries:
            if not path or (has_gaps and mode == "040000" and path not in filled):
                continue
            # A submodule is a folder; what is in it follows, where it is known.
            kind = LINK if mode == "120000" else FILE if mode.startswith("100") else FOLDER
            folder, _, last = path.rpartition("/")
            self._kinds[path] = kind
            self._folders.setdefault(folder, []).append((last, kind))
            if kind != FOLDER:
                self._ids[path] = object_id

    @property
    def paths(self) -> Sequence[str]:
        """All files."""
        return list(self._ids)

    root: str | None = None
    """As in :class:`aligncli.io.tree.Tree`: git is asked by this process alone."""

    def stamp(self, path: str) -> Stamp:
        """As in :class:`aligncli.io.tree.Tree`: nothing is said, and all is read."""
        return Stamp(b"", 0)

    def entries(self, folder: str) -> list[tuple[str, int]]:
        """As in :class:`aligncli.io.tree.Tree`."""
        return self._folders.get(folder, [])

    def exists(self, path: str) -> bool:
        """As in :class:`aligncli.io.tree.Tree`."""
        target = self.resolve(path)
        return target is not None and self._kinds.get(target, LINK) != LINK

    def resolve(self, path: str) -> str | None:
        """As in :class:`aligncli.io.tree.Tree`."""
        for _ in range(_MOST_LINKS):
            real = posixpath.normpath(posixpath.join(self._root, path))  # a link may name all of the way
            if real == self._root:
                return ""
            if not real.startswith(self._root + "/"):
                return None
            path = real[len(self._root) + 1 :]
            parts = path.split("/")
            for end in range(1, len(parts) + 1):
                here = "/".join(parts[:end])
                if self._kinds.get(here) == LINK:
                    target = self._content(here, MAX_BYTES)
                    if isinstance(target, Unreadable):
                        return path
                    path = posixpath.join(posixpath.dirname(here), os.fsdecode(target), *parts[end:])
                    break
            else:
                return path
        return path

    def data(self, path: str, most: int = MAX_BYTES) -> bytes | Unreadable:
        """As in :class:`aligncli.io.tree.Tree`."""
        if self._kinds.get(path) != FILE:
            return Unreadable("is not a regular file", "")
        return self._content(path, most)

    def has(self, path: str, data: bytes) -> bool:
        """Whether the file at a path has just these bytes; told by the id of its object, without reading it."""
        known = self._ids.get(path)
        if known is None or self._kinds[path] != FILE:
            return False
        return _object_id(data, like=known) == known

    def places(self, data: bytes) -> list[str]:
        """The paths at which some bytes are."""
        if self._places is None:
            self._places = {}
            for path, object_id in self._ids.items():
                self._places.setdefault(object_id, []).append(path)
        some = next(iter(self._places), "")
        return self._places.get(_object_id(data, like=some), [])

    def close(self) -> None:
        """Ends the process that reads objects."""
        if self._process is not None:
            self._process = None
            self._end()

    def _content(self, path: str, most: int) -> bytes | Unreadable:
        if self._process is None:
            self._process = self._git.open_objects()
            self._end = weakref.finalize(self, _end, self._process)  # when all is over, at the latest
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None  # both are pipes
        assert answers is not None
        try:
            requests.write(self._ids[path].encode() + b"\n")
            requests.flush()
            head = answers.readline().split()
        except BrokenPipeError:
            head = []
        if len(head) == 3 and head[2].isdigit():
            size = int(head[2])
            data = _taken(answers, size, most)
            if answers.read(1) == b"\n":  # all of it came
                reason = f"is larger than {most // 1024} KiB"
                return data if size <= most else Unreadable(reason, data[:4096].decode("latin-1"))
        raise GitError(f"--since: git cannot read {path} as it was; {_WHOLE}")


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        process.communicate()


def _object_id(data: bytes, *, like: str) -> str:
    """The id that a file has in git, of the kind that another one is."""
    make = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return make(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _parents(path: str) -> Iterator[str]:
    while folder := posixpath.dirname(path):
        yield folder
        path = folder


def _taken(answers: IO[bytes], size: int, most: int) -> bytes:
    """The next bytes; of what is too large the beginning only, the rest is passed over."""
    if size <= most:
        return answers.read(size)
    start = answers.read(4096)
    left = size - len(start)
    while left > 0:
        left -= len(answers.read(min(left, _CHUNK))) or left
    return start
