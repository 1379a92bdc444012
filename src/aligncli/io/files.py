"""Finding and reading the files of a repo; writing new ones all together or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aligncli.config import FILE_NAME, Config
from aligncli.diagnostics import AlignError
from aligncli.workspace.load import MAX_BYTES, looks_ours

_READ_ONLY = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_SAVE_AS = "save it as UTF-8; most editors offer that as `save with encoding`"
_NEVER = frozenset({".git", ".hg", ".svn"})


class Found(NamedTuple):
    """What lies below a root."""

    documents: list[str]
    """Markdown files that the configuration includes, sorted; relative, with ``/``."""
    outside: list[str]
    """Links among them that lead out of the root or to nothing."""
    blocked: list[tuple[str, str]]
    """Folders that may not be read, and why."""
    paths: set[str]
    """Every file and folder."""


class Unreadable(NamedTuple):
    """A file whose text nobody can have: why, and what could be made out of it."""

    reason: str
    text: str
    help: str | None = None


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


def discover(root: Path, config: Config) -> Found:
    """Walks the files below a root.

    Git-ignored files (by every ``.gitignore`` below the root, with or without git) are not there. Hidden files, and
    those in a folder with an ``align.toml`` of its own, are no documents. Links to folders are not followed.
    """
    documents: list[str] = []
    outside: list[str] = []
    blocked: list[tuple[str, str]] = []
    paths: set[str] = set()
    wanted = _filter(config)
    real_root = os.path.realpath(root)
    # A folder, the way to it, the .gitignore files above it, and whether documents in it are ours to read.
    stack: list[tuple[str, str, tuple[_Ignore, ...], bool]] = [(os.fspath(root), "", (), True)]
    while stack:
        folder, prefix, ignores, ours = stack.pop()
        try:
            with os.scandir(folder) as entries:
                listed = list(entries)
        except OSError as error:
            if ours:
                blocked.append((prefix.rstrip("/"), f"cannot be read: {(error.strerror or str(error)).lower()}"))
            continue
        ignores = _with_ignore(ignores, folder, prefix, {entry.name for entry in listed})
        for entry in listed:
            name = entry.name
            path = prefix + name
            is_folder = entry.is_dir(follow_symlinks=False)
            if name in _NEVER or (ignores and _is_ignored(path, is_folder, ignores)):
                continue
            if is_folder:
                paths.add(path)
                own = ours and name[0] != "." and not os.path.exists(os.path.join(entry.path, FILE_NAME))
                stack.append((entry.path, path + "/", ignores, own))
                continue
            is_document = ours and name.endswith(".md") and name[0] != "." and (wanted is None or wanted(path))
            if entry.is_symlink():
                try:
                    target = os.path.realpath(entry.path)
                except OSError:  # a link that may not be read
                    target = ""
                inside = target == real_root or target.startswith(real_root.rstrip(os.sep) + os.sep)
                if inside and os.path.exists(target):
                    paths.add(path)  # what it leads to is found under its own name
                elif is_document:
                    outside.append(path)
                continue
            paths.add(path)
            if is_document:
                documents.append(path)
    documents.sort()
    outside.sort()
    return Found(documents, outside, blocked, paths)


def reads(root: Path, config: Config, path: str) -> bool:
    """Whether :func:`discover` would take a path below the root, there or not yet there, for a document's."""
    wanted = _filter(config)
    parts = path.split("/")
    ignores: tuple[_Ignore, ...] = ()
    prefix = ""
    for index, part in enumerate(parts):
        ignores = _with_ignore(ignores, os.path.join(root, prefix), prefix, (".gitignore",))
        here = prefix + part
        is_folder = index < len(parts) - 1
        if part[0] == "." or (ignores and _is_ignored(here, is_folder, ignores)):
            return False
        if is_folder and os.path.exists(os.path.join(root, here, FILE_NAME)):
            return False
        prefix = here + "/"
    return path.endswith(".md") and (wanted is None or wanted(path))


def _with_ignore(ignores: tuple[_Ignore, ...], folder: str, prefix: str, names: Collection[str]) -> tuple[_Ignore, ...]:
    ignore = _Ignore.read(os.path.join(folder, ".gitignore"), prefix) if ".gitignore" in names else None
    return (*ignores, ignore) if ignore is not None else ignores


def read_text(root: Path, path: str, most: int = MAX_BYTES) -> str | Unreadable:
    """The text of a file below the root, or why there is none; a file of more than ``most`` bytes is not read."""
    data = _read(os.path.join(root, path), most)
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


def is_ours(path: str, unreadable: Unreadable) -> bool:
    """Whether an unreadable file would have been a document, or might have been for all that anybody can tell."""
    return not unreadable.text or looks_ours(path, unreadable.text)


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


def _filter(config: Config) -> Callable[[str], bool] | None:
    """Which paths the configuration wants; nothing when it wants every markdown file."""
    if not config.has_own_include and not config.exclude:
        return None
    import pathspec  # only for configurations that choose

    for key, patterns in (("include", config.include), ("exclude", config.exclude)):
        wrong = next((pattern for pattern in patterns if not _is_pattern(pattern)), None)
        if wrong is not None:
            raise AlignError(f"{FILE_NAME}: `{wrong}` in `{key}` is no pattern as .gitignore knows them")
    include = pathspec.GitIgnoreSpec.from_lines(config.include)
    exclude = pathspec.GitIgnoreSpec.from_lines(config.exclude)
    return lambda path: include.match_file(path) and not exclude.match_file(path)


class _Ignore(NamedTuple):
    """One ``.gitignore``."""

    prefix: str
    spec: Any

    @classmethod
    def read(cls, path: str, prefix: str) -> _Ignore | None:
        import pathspec  # only where there is a .gitignore

        data = _read(path)
        if isinstance(data, Unreadable):
            return None
        lines = data.decode("utf-8", "surrogateescape").splitlines()
        try:
            return cls(prefix, pathspec.GitIgnoreSpec.from_lines(lines))
        except (ValueError, re.error):
            return cls(prefix, pathspec.GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line)))


def _is_pattern(line: str) -> bool:
    """Whether a line of a ``.gitignore`` means something; git passes over those that do not."""
    import pathspec

    try:
        pathspec.GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True


def _is_ignored(path: str, is_folder: bool, ignores: tuple[_Ignore, ...]) -> bool:
    """The innermost file that has a word on a path decides, as in git."""
    for ignore in reversed(ignores):
        verdict = ignore.spec.check_file(path[len(ignore.prefix) :] + ("/" if is_folder else "")).include
        if verdict is not None:
            return bool(verdict)
    return False
