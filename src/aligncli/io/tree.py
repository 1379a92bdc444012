"""A tree of files, to look into: a folder on disk, or (in ``git.py``) a revision of it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple, Protocol

from aligncli.workspace.load import MAX_BYTES

__all__ = ["FILE", "FOLDER", "LINK", "MAX_BYTES", "Disk", "Stamp", "Tree", "Unreadable", "decoded", "read_text"]

_READ_ONLY = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_SAVE_AS = "save it as UTF-8; most editors offer that as `save with encoding`"

FILE, FOLDER, LINK = range(3)
"""What an entry of a folder is; numbers, because hundreds of thousands of them are made."""


class Unreadable(NamedTuple):
    """A file whose text nobody can have: why, and what could be made out of it."""

    reason: str
    text: str
    help: str | None = None


class Stamp(NamedTuple):
    """What a file system says of a file."""

    text: bytes
    """Differs when the file changes; empty where nothing is said."""
    changed: int
    """When it changed last, in nanoseconds since 1970."""


class Tree(Protocol):
    """Files and folders below a root; paths are relative to it, with ``/``, and the empty one is the root."""

    root: str | None
    """The folder on disk that it is; nothing where it is none, and only this process can read it."""

    def entries(self, folder: str) -> list[tuple[str, int]]:
        """The names in a folder and what each is, in any order.

        Raises:
            OSError: the folder cannot be read.
        """
        ...

    def exists(self, path: str) -> bool:
        """Whether something is at a path once links are followed."""
        ...

    def resolve(self, path: str) -> str | None:
        """The path of what is at a path when links are followed, whether it exists or not; nothing where that lies
        out of the root."""
        ...

    def data(self, path: str, most: int = MAX_BYTES) -> bytes | Unreadable:
        """A file's bytes, or why nobody can have them; links are not followed."""
        ...

    def stamp(self, path: str) -> Stamp:
        """What tells, without reading it, that a file is the same as it was; links are not followed."""
        ...


class Disk:
    """What lies below a folder now."""

    def __init__(self, root: Path) -> None:
        self.root: str | None = os.fspath(root)
        self._root = os.fspath(root)
        self._real = os.path.realpath(root)

    def entries(self, folder: str) -> list[tuple[str, int]]:
        """As in :class:`Tree`."""
        with os.scandir(os.path.join(self._root, folder)) as found:
            return [
                (entry.name, FOLDER if entry.is_dir(follow_symlinks=False) else LINK if entry.is_symlink() else FILE)
                for entry in found
            ]

    def exists(self, path: str) -> bool:
        """As in :class:`Tree`."""
        return os.path.exists(os.path.join(self._root, path))

    def resolve(self, path: str) -> str | None:
        """As in :class:`Tree`."""
        try:
            target = os.path.realpath(os.path.join(self._root, path))
        except OSError:  # a link that may not be read
            return None
        if target == self._real:
            return ""
        real = self._real.rstrip(os.sep) + os.sep
        return target[len(real) :].replace(os.sep, "/") if target.startswith(real) else None

    def data(self, path: str, most: int = MAX_BYTES) -> bytes | Unreadable:
        """As in :class:`Tree`."""
        return _read(os.path.join(self._root, path), most)

    def stamp(self, path: str) -> Stamp:
        """As in :class:`Tree`."""
        try:
            status = os.stat(os.path.join(self._root, path), follow_symlinks=False)
        except OSError:
            return Stamp(b"", 0)
        times = status.st_mtime_ns, status.st_ctime_ns  # a program can set the former alone
        return Stamp(b"%d %d %d %d" % (*times, status.st_size, status.st_ino), max(times))


def read_text(root: Path, path: str, most: int = MAX_BYTES) -> str | Unreadable:
    """The text of a file below a folder, or why there is none; a file of more than ``most`` bytes is not read."""
    return decoded(_read(os.path.join(root, path), most))


def decoded(data: bytes | Unreadable) -> str | Unreadable:
    """The text that some bytes are, or why they are none."""
    if isinstance(data, Unreadable):
        return data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return Unreadable("is UTF-16, not UTF-8", data.decode("utf-16", "replace"), _SAVE_AS)
        line = data.count(b"\n", 0, error.start) + 1
        return Unreadable(
            f"is not UTF-8: line {line} has the byte 0x{data[error.start]:02X}", data.decode("latin-1"), _SAVE_AS
        )


def _read(path: str, most: int = MAX_BYTES) -> bytes | Unreadable:
    """A file's bytes; a pipe or a device is not waited for, a link not followed, and what is too large not read."""
    try:
        descriptor = os.open(path, _READ_ONLY)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return Unreadable("is not a regular file", "")
            if status.st_size > most:
                return Unreadable(f"is larger than {most // 1024} KiB", os.read(descriptor, 4096).decode("latin-1"))
            data = os.read(descriptor, min(status.st_size, most) + 1)
            while len(data) <= most and (more := os.read(descriptor, MAX_BYTES)):  # it grew, or came in parts
                data += more
        finally:
            os.close(descriptor)
    except OSError as error:
        return Unreadable(f"cannot be read: {(error.strerror or str(error)).lower()}", "")
    if len(data) > most:
        return Unreadable(f"is larger than {most // 1024} KiB", data[:4096].decode("latin-1"))
    return data
