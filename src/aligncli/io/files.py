"""Finding the root of a repo; writing files all together or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from aligncli.config import FILE_NAME
from aligncli.diagnostics import AlignError
from aligncli.io.tree import MAX_BYTES, read_text


def find_root(start: Path) -> Path:
    """The root of the workspace that a file or folder belongs to.

    The nearest folder upward that holds ``align.toml``, else the top of the git work tree, else the folder.
    """
    folder = start if start.is_dir() else start.parent
    folder = Path(os.path.abspath(folder))
    upward = (folder, *folder.parents)
    for candidate in upward:
        if (candidate / FILE_NAME).is_file():
            return candidate
    return git_top(folder) or folder


def git_top(folder: Path) -> Path | None:
    """The top of the git work tree around a folder, found without running git."""
    folder = Path(os.path.abspath(folder))
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    return None


def write_all(root: Path, files: Mapping[str, str]) -> None:
    """Writes new files below a root: every one of them, or none.

    Each is written beside its place and linked there at the end, so that nothing is ever half-written, and
    nothing that exists, or appears meanwhile, is overwritten.

    Raises:
        AlignError: a file exists already, or cannot be written.
    """
    import tempfile  # most runs write nothing

    check_places(root, files)
    staged: list[tuple[Path, Path]] = []
    made: list[Path] = []
    try:
        for path, text in files.items():
            place = root / path
            made.extend(_make_folders(place.parent))
            descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=".align-")
            staged.append((Path(name), place))
            with open(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o666 & ~_umask())
        for temporary, place in staged:
            _put(temporary, place)
    except OSError as error:
        _take_back(staged)
        _clean(staged, made)
        what = error.filename2 or error.filename or "the files"
        raise AlignError(
            f"cannot write {what}: {(error.strerror or str(error)).lower()}; nothing was written"
        ) from None
    except BaseException:
        _take_back(staged)
        _clean(staged, made)
        raise
    _clean(staged, [])


class Rewrite(NamedTuple):
    """A file that is to have another text."""

    old: str | None
    """What it held when it was read; nothing for a file that is not there yet."""
    new: str


def rewrite_all(root: Path, files: Mapping[str, Rewrite]) -> None:
    """Gives files another text; each of them has its old or its new one at any moment, and keeps its mode.

    Raises:
        AlignError: a file changed since it was read, is no regular file, or cannot be written; those that are
            named in the sentence as written have their new text, and no other.
    """
    staged: list[tuple[str, str]] = []
    written: list[str] = []
    path = ""
    try:
        for path, rewrite in files.items():
            staged.append((_stage(root, path, rewrite), path))
        for path, rewrite in files.items():
            _refuse_change(root, path, rewrite)  # as late as can be: the others took their time
        for name, path in staged:
            os.replace(name, os.path.join(root, path))
            written.append(path)
    except OSError as error:
        done = (
            f"only {', '.join(written)} {'is' if len(written) == 1 else 'are'} written"
            if written
            else "nothing was written"
        )
        raise AlignError(f"cannot write {path}: {(error.strerror or str(error)).lower()}; {done}") from None
    finally:
        for name, _ in staged:
            with contextlib.suppress(OSError):
                os.unlink(name)


def write_output(place: Path, text: str) -> None:
    """Writes a result to the file that somebody named: its old content or all of the new one, and never a part.

    A link is replaced, not followed; what is no regular file (``/dev/stderr``, a named pipe) is written to as it is.
    Folders on the way are made.

    Raises:
        AlignError: it cannot be written.
    """
    made: list[Path] = []
    try:
        descriptor = _open_stream(place)
        if descriptor is not None:
            with open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
                file.write(text)
            return
        made.extend(_make_folders(place.parent))
        status = os.lstat(place) if os.path.lexists(place) else None
        if status is not None and not stat.S_ISREG(status.st_mode):
            status = None
        name = _beside(str(place), text, status)
        try:
            os.replace(name, place)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        _clean([], made)
        raise AlignError(f"cannot write {place}: {(error.strerror or str(error)).lower()}") from None
    except BaseException:
        _clean([], made)
        raise


def _open_stream(place: Path) -> int | None:
    """What is no regular file, open for writing; nothing where a file is to be put in its place.

    Standard error may lead to a file all the same: then it is that of this process, at the place where it has got to.
    """
    spot = "/" + os.path.abspath(place).lstrip("/")
    found = re.fullmatch(r"/(?:dev|proc/self)/(?:(stdout)|(stderr)|fd/([0-9]{1,9}))", spot)
    if found is not None:
        return os.dup(1 if found[1] else 2 if found[2] else int(found[3]))
    if not os.path.exists(place) or os.path.isfile(place):
        return None
    if os.path.islink(place) and not spot.startswith("/dev/"):
        return None
    return os.open(place, os.O_WRONLY)


def append_text(place: str, text: str) -> None:
    """Adds to a file that a CI system gave for this: all of a text, or nothing.

    Raises:
        AlignError: it cannot be written.
    """
    try:
        with open(place, "ab", buffering=0) as file:
            status = os.fstat(file.fileno())
            is_file = stat.S_ISREG(status.st_mode)
            left = memoryview(text.encode("utf-8", "backslashreplace"))
            try:
                while left:
                    left = left[file.write(left) :]
            except BaseException:
                if is_file:
                    os.ftruncate(file.fileno(), status.st_size)
                raise
    except OSError as error:
        raise AlignError(f"cannot write {place}: {(error.strerror or str(error)).lower()}") from None


def _stage(root: Path, path: str, rewrite: Rewrite) -> str:
    """Writes a new text beside the place that it will take, with its mode and owner."""
    place = os.path.join(root, path)
    status = os.lstat(place) if os.path.lexists(place) else None
    if status is not None and not stat.S_ISREG(status.st_mode):
        raise AlignError(f"{path} is not a regular file; nothing was written")
    _refuse_change(root, path, rewrite)
    return _beside(place, rewrite.new, status)


def _beside(place: str, text: str, status: os.stat_result | None) -> str:
    """Writes a text to a file beside a place, with the mode and owner of what stands there."""
    import tempfile  # most runs write nothing

    if status is not None and not os.access(place, os.W_OK):  # a rename would not ask
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    descriptor, name = tempfile.mkstemp(dir=os.path.dirname(place) or ".", prefix=".align-")
    try:
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if status is not None and hasattr(os, "chown"):
            with contextlib.suppress(OSError):  # in a container, root mends what belongs to somebody else
                os.chown(name, status.st_uid, status.st_gid)
        os.chmod(name, 0o666 & ~_umask() if status is None else stat.S_IMODE(status.st_mode))
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    return name


def _refuse_change(root: Path, path: str, rewrite: Rewrite) -> None:
    """That a file still holds what was read from it, and is not there where nothing was."""
    old = rewrite.old
    if old is None:
        changed = os.path.lexists(os.path.join(root, path))
    else:
        changed = read_text(root, path, max(MAX_BYTES, 4 * len(old))) != old
    if changed:
        raise AlignError(f"{path} changed meanwhile; nothing was written")


def _put(temporary: Path, place: Path) -> None:
    """Moves a finished file to its place, unless something is there: a link fails then, as a rename would not."""
    try:
        os.link(temporary, place)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        # A file system without hard links: take the place first.
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.replace(temporary, place)


def check_places(root: Path, paths: Iterable[str]) -> None:
    """Whether new files may stand at some paths below a root.

    Raises:
        AlignError: something is there already, or the path leads out of the root.
    """
    real = os.path.realpath(root)
    for path in paths:
        target = os.path.realpath(os.path.join(root, path))
        if os.path.isabs(path) or not target.startswith(real.rstrip(os.sep) + os.sep):
            raise AlignError(f"{path} is outside of {root}, where nothing is written")
        if os.path.lexists(os.path.join(root, path)):
            raise AlignError(f"{path} exists already, and nothing is overwritten")


def _take_back(staged: Iterable[tuple[Path, Path]]) -> None:
    """Removes what is in its place already and ours: the same file as the one it was made from, or moved there."""
    for temporary, place in staged:
        with contextlib.suppress(OSError):
            if not temporary.exists() or temporary.samefile(place):
                place.unlink(missing_ok=True)


def _clean(staged: Iterable[tuple[Path, Path]], folders: Iterable[Path]) -> None:
    for temporary, _ in staged:
        temporary.unlink(missing_ok=True)
    for folder in reversed(list(folders)):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _make_folders(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        return
    yield from _make_folders(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
        yield folder


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
