"""What earlier runs made of documents, in the user's cache folder: a convenience, never an authority.

One SQLite file for each repo. What is in it was written by this very code for this very configuration, or it is as if it
were not there; each row carries a checksum of all that it says. Whatever goes wrong, the run goes on without it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from aligncli import __version__
from aligncli.io.resources import schema_folder

DIGEST = 16
"""Bytes of what tells contents apart."""
FORMAT = 1
"""Of the file; raised with every change of its tables."""

MAX_BYTES = 4 * 1024**3
"""All files together; beyond that the repos that nobody checked for longest are forgotten."""
MAX_DAYS = 60
"""After which a repo that nobody checked is forgotten."""
MAX_REPORTS = 16
"""And findings, of one repo: a person alternates between a few ways of asking."""
MAX_REPORT = 16 * 1024**2
"""Bytes; a larger report is sooner made than read."""
BUSY = 0.2
"""Seconds to wait for another run that writes; longer waiting costs more than it saves."""

_TABLES = """
CREATE TABLE state (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    path TEXT PRIMARY KEY, stamp BLOB NOT NULL, digest BLOB NOT NULL, size INT NOT NULL, sum INT NOT NULL, seal INT NOT NULL, data BLOB NOT NULL
);
CREATE TABLE reports (key BLOB PRIMARY KEY, used INT NOT NULL, sum INT NOT NULL, data BLOB NOT NULL);
"""
_DEPENDENCIES = ("yaml", "yaml._yaml", "msgspec", "jsonschema", "jsonschema_rs", "pathspec")
"""Whose answers are remembered as well."""


class Entry(NamedTuple):
    """What is known of the file at a path."""

    stamp: bytes
    """What the file system said of it; empty where that would not show the next change."""
    digest: bytes
    """Of its bytes."""
    size: int
    """Of what is remembered of it, in bytes; 0 where it is no document."""
    sum: int
    """Of what is remembered of it."""

    def holds(self, data: object) -> bool:
        """Whether some bytes are what is remembered of it."""
        return isinstance(data, bytes) and len(data) == self.size and crc32(data) == self.sum


class Row(NamedTuple):
    """What is to be remembered of the file at a path."""

    path: str
    stamp: bytes
    digest: bytes
    data: bytes


class Cache:
    """The memory of one repo.

    Args:
        file: where it is.
        key: of all that the facts depend on besides the documents; under another one nothing is known.
    """

    def __init__(self, file: Path, key: bytes) -> None:
        self._file = file
        self.key = key
        self._db: sqlite3.Connection | None = None
        self._is_ours = False
        """Whether the rows were written under this key."""
        with self._forgiving():
            self._open()

    @contextlib.contextmanager
    def _forgiving(self) -> Iterator[None]:
        """Gives the memory up where it cannot be used, and takes it away where it is broken."""
        try:
            yield
        except (sqlite3.OperationalError, OSError, UnicodeError):  # it is in use, the disk is full, a name is no text
            self.close()
        except (sqlite3.Error, AttributeError, TypeError, ValueError, OverflowError):  # it holds anything
            self.close()
            _remove(self._file)

    def _open(self) -> None:
        for file in _files(self._file):  # a pipe would be waited for
            if os.path.lexists(file) and not (file.is_file() and not file.is_symlink()):
                raise OSError(f"{file} is no file")
        is_new = not self._file.exists()
        if is_new:
            make_room(self._file.parent)
        self._db = sqlite3.connect(self._file, timeout=BUSY, isolation_level=None)
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version != FORMAT:
            if version or self._db.execute("SELECT 1 FROM sqlite_master").fetchone():
                self._db.close()
                _remove(self._file)
                self._db = sqlite3.connect(self._file, timeout=BUSY, isolation_level=None)
            # A row has a kilobyte: pages that hold many of them are written in half the time.
            self._db.execute("PRAGMA page_size = 16384")
            self._db.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {FORMAT}; COMMIT")
        # A power cut may spoil the file, which the checksums show; a killed process cannot.
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA trusted_schema = OFF")
        found = self._db.execute("SELECT value FROM state WHERE name = 'key'").fetchone()
        self._is_ours = found is not None and found[0] == self.key

    def close(self) -> None:
        """Ends its use; what was not kept is forgotten."""
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
        self._db = None

    # --- reading ---

    def entries(self) -> dict[str, Entry]:
        """All that is known, by path."""
        known: dict[str, Entry] = {}
        if self._db is None or not self._is_ours:
            return known
        with self._forgiving():
            rows = self._db.execute("SELECT path, stamp, digest, size, sum, seal FROM documents")
            for path, stamp, digest, size, sum_, seal in rows:
                if self._seal(path, stamp, digest, size, sum_) == seal:
                    known[path] = Entry(stamp, digest, size, sum_)
        return known

    def documents(self) -> Iterator[tuple[str, Any]]:
        """All that is remembered, by path, unverified: see :meth:`Entry.holds`.

        Ends early where the memory turns out to be broken: what is missing then has to be read again.
        """
        if self._db is None or not self._is_ours:
            return
        with self._forgiving():
            yield from self._db.execute("SELECT path, data FROM documents WHERE size > 0")

    def report(self, key: bytes) -> bytes | None:
        """The report that was remembered under a key."""
        if self._db is None:
            return None
        with self._forgiving():
            found = self._db.execute("SELECT sum, data FROM reports WHERE key = ?", (key,)).fetchone()
            if found is not None and crc32(found[1], crc32(key)) == found[0]:
                return bytes(found[1])
        return None

    # --- writing ---

    def keep(self, rows: Iterable[Row]) -> None:
        """Remembers files, in place of what was known of them; nothing of it counts before :meth:`commit`."""
        with self._forgiving():
            db = self._writing()
            if db is not None:
                db.executemany("REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)", map(self._sealed, rows))

    def restamp(self, entries: Iterable[tuple[str, Entry]]) -> None:
        """Notes that files are what they were, and what the file system says of them now."""
        with self._forgiving():
            db = self._writing()
            if db is None:
                return
            for path, entry in entries:
                seal = self._seal(path, *entry)
                db.execute("UPDATE documents SET stamp = ?, seal = ? WHERE path = ?", (entry.stamp, seal, path))

    def forget(self, paths: Iterable[str]) -> None:
        """Drops what is known of files that are no longer there."""
        with self._forgiving():
            db = self._writing()
            if db is not None:
                db.executemany("DELETE FROM documents WHERE path = ?", ((path,) for path in paths))

    def keep_report(self, key: bytes, data: bytes) -> None:
        """Remembers a report, and forgets the oldest one."""
        if len(data) > MAX_REPORT:
            return
        with self._forgiving():
            db = self._writing()
            if db is not None:
                sum_ = crc32(data, crc32(key))
                db.execute("REPLACE INTO reports VALUES (?, ?, ?, ?)", (key, time.time_ns(), sum_, data))
                db.execute(
                    "DELETE FROM reports WHERE key NOT IN (SELECT key FROM reports ORDER BY used DESC LIMIT ?)",
                    (MAX_REPORTS,),
                )

    def commit(self) -> None:
        """Makes what was written count, all of it or nothing."""
        with self._forgiving():
            if self._db is not None and self._db.in_transaction:
                self._db.execute("COMMIT")

    def _writing(self) -> sqlite3.Connection | None:
        """The database in a transaction that writes; what was written under another key is gone then."""
        if self._db is not None and not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
            if not self._is_ours:
                self._db.execute("DELETE FROM documents")
                self._db.execute("DELETE FROM reports")
                self._db.execute("REPLACE INTO state VALUES ('key', ?)", (self.key,))
                self._is_ours = True
        return self._db

    def _sealed(self, row: Row) -> tuple[Any, ...]:
        size, sum_ = len(row.data), crc32(row.data)
        seal = self._seal(row.path, row.stamp, row.digest, size, sum_)
        return row.path, row.stamp, row.digest, size, sum_, seal, row.data

    def _seal(self, path: str, stamp: bytes, digest: bytes, size: int, sum_: int) -> int:
        return crc32(b"%b\0%b\0%b\0%d\0%d\0%b" % (path.encode(), stamp, digest, size, sum_, self.key))


def digest_of(data: bytes) -> bytes:
    """What tells contents apart."""
    return blake2b(data, digest_size=DIGEST).digest()


def cache_file(root: Path) -> Path | None:
    """Where the memory of a repo is, in a folder of the user's that nobody else can write to; nothing where there is
    no such folder, as where the home of a container is the repo itself."""
    import platformdirs

    with contextlib.suppress(OSError, RuntimeError):
        folder = Path(platformdirs.user_cache_dir("aligncli", appauthor=False))
        if not folder.is_absolute() or Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(root)):
            return None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
        if hasattr(os, "geteuid") and (status.st_uid != os.geteuid() or status.st_mode & 0o022):
            return None
        name = blake2b(os.fsencode(os.path.realpath(root)), digest_size=16).hexdigest()
        return folder / f"{name}.db"
    return None


def make_room(folder: Path) -> None:
    """Forgets the repos that nobody checked for long, and more of them while they take too much room."""
    found = []
    for file in folder.glob("*.db"):
        with contextlib.suppress(OSError):
            status = file.stat()
            found.append((status.st_mtime, status.st_size, file))
    found.sort(reverse=True)
    total = 0
    for changed, size, file in found:
        total += size
        if total > MAX_BYTES or time.time() - changed > MAX_DAYS * 86_400:
            with contextlib.suppress(OSError):
                _remove(file)


def _files(file: Path) -> tuple[Path, Path]:
    """A memory, and what is there while it is written."""
    return file, file.with_name(file.name + "-journal")


def _remove(file: Path) -> None:
    for name in _files(file):
        with contextlib.suppress(OSError):
            name.unlink(missing_ok=True)


def code_key() -> bytes:
    """A digest of all that decides what is made of a text: this package's files and schemas as they stand, the
    interpreter, and the libraries that read documents for us."""
    parts = [__version__, sys.version, str(FORMAT)]
    for folder in (Path(__file__).parent.parent, schema_folder()):
        parts.extend(_stats(os.fspath(folder)))
    for name in _DEPENDENCIES:
        loaded = sys.modules.get(name)
        spec = loaded.__spec__ if loaded is not None else find_spec(name)
        if spec is not None and spec.origin is not None:
            status = os.stat(spec.origin)
            parts.append(f"{name} {spec.origin} {status.st_mtime_ns} {status.st_size}")
    return blake2b("\n".join(parts).encode("utf-8", "surrogateescape"), digest_size=16).digest()


def _stats(folder: str) -> Iterator[str]:
    """What the file system says of the source files and schemas in a folder, in a stable order."""
    with os.scandir(folder) as listed:
        entries = sorted(listed, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _stats(entry.path)
        elif entry.name.endswith((".py", ".json")):
            status = entry.stat()
            yield f"{entry.path} {status.st_mtime_ns} {status.st_size}"
