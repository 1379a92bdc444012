"""Files that get another text: the old one or the new one at any moment, and nothing beside them."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from aligncli.diagnostics import AlignError
from aligncli.io import files
from aligncli.io.files import Rewrite, rewrite_all
from aligncli.testing import write


def state(root: Path) -> dict[str, str]:
    return {
        place.relative_to(root).as_posix(): place.read_bytes().decode("utf-8")
        for place in sorted(root.rglob("*"))
        if place.is_file()
    }


def refused(root: Path, changes: dict[str, Rewrite], *words: str) -> str:
    before = state(root)
    with pytest.raises(AlignError) as caught:
        rewrite_all(root, changes)
    assert state(root) == before
    for word in words:
        assert word in str(caught.value), caught.value
    return str(caught.value)


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    text = "\ufeffa\r\nb\rc\nd\u2028é\x85"
    write(tmp_path, {"a.md": "x", "b/c.md": text})
    rewrite_all(tmp_path, {"a.md": Rewrite("x", text), "b/c.md": Rewrite(text, ""), "new.json": Rewrite(None, "{}")})
    assert state(tmp_path) == {"a.md": text, "b/c.md": "", "new.json": "{}"}


def test_nothing_to_do(tmp_path: Path) -> None:
    rewrite_all(tmp_path, {})
    assert state(tmp_path) == {}


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o640, 0o755, 0o664])
def test_the_mode_is_kept(tmp_path: Path, mode: int) -> None:
    write(tmp_path, {"a.md": "x"})
    (tmp_path / "a.md").chmod(mode)
    rewrite_all(tmp_path, {"a.md": Rewrite("x", "y")})
    assert stat.S_IMODE((tmp_path / "a.md").stat().st_mode) == mode


def test_a_new_file_gets_the_mode_that_new_files_get(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        rewrite_all(tmp_path, {"a.json": Rewrite(None, "y")})
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_is_kept(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "x"})
    os.chown(tmp_path / "a.md", 1234, 2345)
    rewrite_all(tmp_path, {"a.md": Rewrite("x", "y")})
    status = (tmp_path / "a.md").stat()
    assert (status.st_uid, status.st_gid) == (1234, 2345)


def test_what_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "x", "b.md": "changed", "old.json": "{}"})
    first = {"a.md": Rewrite("x", "y")}
    refused(tmp_path, {**first, "b.md": Rewrite("read", "z")}, "b.md changed meanwhile; nothing was written")
    refused(tmp_path, {**first, "gone.md": Rewrite("read", "z")}, "gone.md changed meanwhile; nothing was written")
    refused(tmp_path, {**first, "old.json": Rewrite(None, "z")}, "old.json changed meanwhile; nothing was written")


def test_what_changes_while_others_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last look is taken when all new texts are ready."""
    write(tmp_path, {"a.md": "x", "b.md": "x"})
    real = files._stage

    def stage(root: Path, path: str, rewrite: Rewrite) -> str:
        name = real(root, path, rewrite)
        if path == "b.md":
            (tmp_path / "a.md").write_text("typed just now")
        return name

    monkeypatch.setattr(files, "_stage", stage)
    with pytest.raises(AlignError, match="changed meanwhile; nothing was written"):
        rewrite_all(tmp_path, {"a.md": Rewrite("x", "y"), "b.md": Rewrite("x", "y")})
    assert state(tmp_path) == {"a.md": "typed just now", "b.md": "x"}


def test_links_and_folders_are_no_files(tmp_path: Path) -> None:
    write(tmp_path, {"real.md": "x", "folder/b.md": "x"})
    (tmp_path / "link.md").symlink_to("real.md")
    (tmp_path / "lost.md").symlink_to("nowhere.md")
    os.mkfifo(tmp_path / "pipe.md")
    for name in ("link.md", "lost.md", "pipe.md", "folder"):
        for old in ("x", None):
            refused(tmp_path, {name: Rewrite(old, "y")}, f"{name} is not a regular file; nothing was written")


def test_a_read_only_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.md": "x", "b.md": "x"})
    monkeypatch.setattr(os, "access", lambda place, mode: not str(place).endswith("b.md"))
    changes = {"a.md": Rewrite("x", "y"), "b.md": Rewrite("x", "y")}
    refused(tmp_path, changes, "cannot write b.md: permission denied; nothing was written")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    refused(tmp_path, {"no/a.json": Rewrite(None, "y")}, "cannot write no/a.json: no such file or directory")


@pytest.mark.parametrize("what", ["mkstemp", "fsync", "chmod"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_whatever_fails_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, error: BaseException
) -> None:
    import tempfile

    write(tmp_path, {"a.md": "x", "b/c.md": "x"})
    holder: Any = tempfile if what == "mkstemp" else os
    real = getattr(holder, what)
    calls = []

    def fails(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(holder, what, fails)
    before = state(tmp_path)
    with pytest.raises(AlignError if isinstance(error, OSError) else KeyboardInterrupt) as caught:
        rewrite_all(tmp_path, {"a.md": Rewrite("x", "y"), "b/c.md": Rewrite("x", "y")})
    assert state(tmp_path) == before
    if isinstance(error, OSError):
        assert str(caught.value) == "cannot write b/c.md: no space left on device; nothing was written"


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_between_two_files_each_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    write(tmp_path, {"a.md": "x", "b.md": "x", "c.md": "x"})
    real = os.replace

    def replace(source: str, target: str) -> None:
        if target.endswith("b.md"):
            raise error
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(AlignError if isinstance(error, OSError) else KeyboardInterrupt) as caught:
        rewrite_all(tmp_path, {name: Rewrite("x", "y") for name in ("a.md", "b.md", "c.md")})
    assert state(tmp_path) == {"a.md": "y", "b.md": "x", "c.md": "x"}
    if isinstance(error, OSError):
        assert str(caught.value) == "cannot write b.md: input/output error; only a.md is written"


def test_a_file_beyond_the_size_of_documents(tmp_path: Path) -> None:
    text = "é" * 2_000_000
    write(tmp_path, {"a.json": text})
    rewrite_all(tmp_path, {"a.json": Rewrite(text, "y")})
    assert state(tmp_path) == {"a.json": "y"}
