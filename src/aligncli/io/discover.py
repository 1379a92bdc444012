"""Which files of a tree are documents."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from aligncli.config import FILE_NAME, Config
from aligncli.diagnostics import AlignError
from aligncli.io.tree import FILE, FOLDER, LINK, Tree, Unreadable
from aligncli.workspace.load import looks_ours

_NEVER = frozenset({".git", ".hg", ".svn"})


class Found(NamedTuple):
    """What lies in a tree."""

    documents: list[str]
    """Markdown files that the configuration includes, sorted; relative, with ``/``."""
    outside: list[str]
    """Links among them that lead out of the root or to nothing."""
    blocked: list[tuple[str, str]]
    """Folders that may not be read, and why."""
    paths: set[str]
    """Every file and folder."""


def discover(tree: Tree, config: Config, governor: Tree | None = None) -> Found:
    """Walks the files of a tree.

    Args:
        tree: the files.
        config: says which of them are documents.
        governor: another state of the tree, whose ``.gitignore`` and ``align.toml`` files count in place of its own.

    Git-ignored files (by every ``.gitignore`` below the root, with or without git) are not there. Hidden files, and
    those in a folder with an ``align.toml`` of its own, are no documents. Links to folders are not followed.
    """
    documents: list[str] = []
    outside: list[str] = []
    blocked: list[tuple[str, str]] = []
    paths: set[str] = set()
    wanted = _filter(config)
    ruling = governor or tree
    # A folder, the .gitignore files above it, and whether documents in it are ours to read.
    stack: list[tuple[str, tuple[_Ignore, ...], bool]] = [("", (), True)]
    while stack:
        prefix, ignores, ours = stack.pop()
        try:
            listed = tree.entries(prefix.rstrip("/"))
        except OSError as error:
            if ours and not (prefix and ruling.exists(prefix + FILE_NAME)):
                blocked.append((prefix.rstrip("/"), f"cannot be read: {(error.strerror or str(error)).lower()}"))
            continue
        if governor is not None or (".gitignore", FILE) in listed:
            ignores = _with_ignore(ignores, ruling, prefix)
        if prefix and ours and (governor is not None or any(name == FILE_NAME for name, _ in listed)):
            ours = not ruling.exists(prefix + FILE_NAME)
        for name, kind in listed:
            path = prefix + name
            if name in _NEVER or (ignores and _is_ignored(path, kind == FOLDER, ignores)):
                continue
            if kind == FOLDER:
                paths.add(path)
                stack.append((path + "/", ignores, ours and name[0] != "."))
                continue
            is_document = ours and name.endswith(".md") and name[0] != "." and (wanted is None or wanted(path))
            if kind == LINK:
                target = tree.resolve(path)
                if target is not None and tree.exists(target):
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


def reads(tree: Tree, config: Config, path: str) -> bool:
    """Whether :func:`discover` would take a path in a tree, there or not yet there, for a document's."""
    wanted = _filter(config)
    parts = path.split("/")
    ignores: tuple[_Ignore, ...] = ()
    prefix = ""
    for index, part in enumerate(parts):
        ignores = _with_ignore(ignores, tree, prefix)
        here = prefix + part
        is_folder = index < len(parts) - 1
        if part[0] == "." or (ignores and _is_ignored(here, is_folder, ignores)):
            return False
        if is_folder and tree.exists(f"{here}/{FILE_NAME}"):
            return False
        prefix = here + "/"
    return path.endswith(".md") and (wanted is None or wanted(path))


def _with_ignore(ignores: tuple[_Ignore, ...], tree: Tree, prefix: str) -> tuple[_Ignore, ...]:
    data = tree.data(prefix + ".gitignore")
    return ignores if isinstance(data, Unreadable) else (*ignores, _Ignore.read(data, prefix))


def is_ours(path: str, unreadable: Unreadable) -> bool:
    """Whether an unreadable file would have been a document, or might have been for all that anybody can tell."""
    return not unreadable.text or looks_ours(path, unreadable.text)


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
    def read(cls, data: bytes, prefix: str) -> _Ignore:
        import pathspec  # only where there is a .gitignore

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
