"""Revisions, read through git's plumbing: nothing is checked out, nothing is written, no hook runs.

The repo may be a stranger's: git gets an environment without ``GIT_*`` variables, looks no higher than the top that was
found, may open no connection, and is never given a word of ours that it could take for an option.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import posixpath
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import IO

from aligncli.diagnostics import AlignError
from aligncli.io.tree import FILE, FOLDER, LINK, MAX_BYTES, Unreadable
from aligncli.suggest import nearest

_SETTINGS = (
    "protocol.allow=never",  # an object that a partial clone lacks is not fetched
    "core.fsmonitor=false",
    "core.hooksPath=" + os.devnull,
)
_GLOBAL = ("--no-pager", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs")
_MOST_LINKS = 20
"""So many links are followed for one path."""
_CHUNK = 1 << 20


class Git:
    """The git repo around a folder.

    Args:
        top: its work tree's top level.
    """

    def __init__(self, top: Path) -> None:
        self.top = Path(os.path.realpath(top))

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
        if commit is None:
            raise AlignError(f"--since: {self._missing(ref, is_there=found is not None)}")
        base = self._ask("merge-base", commit, "HEAD")
        if base is None:
            reason = f"this clone does not reach back to where `{ref}` and HEAD parted"
            if self._is_shallow:
                raise AlignError(f"--since: {reason}; {_DEEPEN}")
            raise AlignError(f"--since: `{ref}` and HEAD have no commit in common")
        return base

    def _missing(self, ref: str, *, is_there: bool) -> str:
        if is_there:
            return f"`{ref}` is no commit"
        listed = self._ask("for-each-ref", "--format=%(refname:short)") or ""
        names = [name for name in listed.splitlines() if not name.endswith("/HEAD")]
        remote = next((name for name in names if name.endswith("/" + ref)), None)
        near = remote or nearest(ref, names)
        if near is not None:
            return f"there is no revision `{ref}` here; did you mean `{near}`?"
        more = f"; this clone is shallow: {_DEEPEN}" if self._is_shallow else "; `git branch --all` lists the branches"
        return f"there is no revision `{ref}` here{more}"

    @cached_property
    def _is_shallow(self) -> bool:
        return self._ask("rev-parse", "--is-shallow-repository") == "true"

    def holds(self, commit: str, path: str) -> bool:
        """Whether a file is at a path of a commit, from the top."""
        return self._ask("rev-parse", "--verify", "--quiet", f"{commit}:{path}") is not None

    def revision(self, commit: str, prefix: str) -> Revision:
        """The files of a commit.

        Args:
            commit: its id.
            prefix: the folder that is the root, from the top, empty or ending in ``/``.

        Raises:
            AlignError: git does not say what is in it.
        """
        found = self._ask("rev-parse", "--verify", "--quiet", f"{commit}:{prefix.rstrip('/')}")
        tree = self._ask("rev-parse", "--verify", "--quiet", f"{found}^{{tree}}") if found else None
        listing = self._run("ls-tree", "-r", "-t", "-z", "--full-tree", tree) if tree is not None else b""
        return Revision(self, listing)

    def open_objects(self) -> subprocess.Popen[bytes]:
        """A process that gives the content of objects whose ids it is sent."""
        return subprocess.Popen(
            self._command("cat-file", "--batch"),
            env=_environment(self.top),
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
            said = " ".join(os.fsdecode(done.stderr).split())
            raise AlignError(f"git {words[0]} failed: {said}")
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


def _environment(top: Path) -> dict[str, str]:
    """What git is told: nothing that a caller's ``GIT_*`` variables say (a hook has some of them)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_CEILING_DIRECTORIES": str(top.parent), "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


class Revision:
    """The files of a revision, a :class:`aligncli.io.tree.Tree`.

    Args:
        git: where it is.
        listing: what ``git ls-tree -r -t -z`` says of it.
    """

    def __init__(self, git: Git, listing: bytes) -> None:
        self._git = git
        self._kinds: dict[str, int] = {"": FOLDER}
        self._ids: dict[str, str] = {}
        self._folders: dict[str, list[tuple[str, int]]] = {"": []}
        self._process: subprocess.Popen[bytes] | None = None
        for line in listing.split(b"\0")[:-1]:
            about, _, name = line.partition(b"\t")
            mode, _, object_id = about.decode("ascii").split(" ")
            path = os.fsdecode(name)
            # A submodule is another repo: a folder of which nothing is known.
            kind = LINK if mode == "120000" else FILE if mode.startswith("100") else FOLDER
            folder, _, last = path.rpartition("/")
            self._kinds[path] = kind
            self._folders.setdefault(folder, []).append((last, kind))
            if kind != FOLDER:
                self._ids[path] = object_id

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not self._ids

    @property
    def paths(self) -> Sequence[str]:
        """All files."""
        return list(self._ids)

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
            path = posixpath.normpath(path) if path else ""
            if path.startswith(("../", "/")) or path == "..":
                return None
            if path == ".":
                return ""
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
        make = hashlib.sha1 if len(known) == 40 else hashlib.sha256
        return make(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == known

    def close(self) -> None:
        """Ends the process that reads objects."""
        if self._process is not None:
            process, self._process = self._process, None
            with contextlib.suppress(OSError):
                process.communicate()

    def _content(self, path: str, most: int) -> bytes | Unreadable:
        if self._process is None:
            self._process = self._git.open_objects()
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None  # both are pipes
        assert answers is not None
        try:
            requests.write(self._ids[path].encode() + b"\n")
            requests.flush()
            head = answers.readline().split()
        except BrokenPipeError:
            head = []
        if len(head) < 3:
            raise AlignError(
                f"--since: git cannot read {path} as it was; if this is a partial clone, fetch it without `--filter`"
            )
        size = int(head[2])
        data = _taken(answers, size, most)
        answers.read(1)
        return data if size <= most else Unreadable(f"is larger than {most // 1024} KiB", data[:4096].decode("latin-1"))


def _taken(answers: IO[bytes], size: int, most: int) -> bytes:
    """The next bytes; of what is too large the beginning only, the rest is passed over."""
    if size <= most:
        return answers.read(size)
    start = answers.read(4096)
    left = size - len(start)
    while left > 0:
        left -= len(answers.read(min(left, _CHUNK))) or left
    return start
