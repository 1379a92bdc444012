"""Finding files, reading them, and writing new ones all together or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from aligncli.config import Config
from aligncli.diagnostics import AlignError
from aligncli.io.discover import discover
from aligncli.io.files import find_root, git_top, write_all
from aligncli.io.tree import Disk, Unreadable, read_text
from aligncli.testing import write

ALL = Config()


def documents(root: Path, files: Mapping[str, str | bytes], config: Config = ALL) -> list[str]:
    write(root, files)
    return discover(Disk(root), config).documents


# --- discovery ---


def test_markdown_files_in_order(tmp_path: Path) -> None:
    files = {
        "b.md": "",
        "a/z.md": "",
        "a/b/c.md": "",
        "a.txt": "",
        "README": "",
        "x.markdown": "",
        "UPPER.MD": "",
        "a.md.bak": "",
    }
    assert documents(tmp_path, files) == ["a/b/c.md", "a/z.md", "b.md"]


def test_every_file_and_folder_counts_for_links(tmp_path: Path) -> None:
    write(tmp_path, {"docs/a.pdf": "", "b.md": "", ".hidden/c": "", "align.toml": ""})
    assert discover(Disk(tmp_path), ALL).paths >= {"docs", "docs/a.pdf", "b.md", ".hidden", ".hidden/c", "align.toml"}


def test_hidden_files_and_folders_hold_no_documents(tmp_path: Path) -> None:
    assert documents(
        tmp_path, {".a.md": "", ".github/b.md": "", ".git/c.md": "", ".hg/d.md": "", "e.md": "", ".x/y/z.md": ""}
    ) == ["e.md"]
    assert not any(path.startswith(".git/") for path in discover(Disk(tmp_path), ALL).paths)


@pytest.mark.parametrize(
    ("ignores", "files", "found"),
    [
        ({"": "build/\n"}, ["build/a.md", "b.md", "x/build/c.md"], ["b.md"]),
        ({"": "/build/\n"}, ["build/a.md", "x/build/c.md"], ["x/build/c.md"]),
        ({"": "*.md\n!keep.md\n"}, ["a.md", "keep.md", "x/keep.md", "x/b.md"], ["keep.md", "x/keep.md"]),
        ({"": "*.md\n", "x": "!b.md\n"}, ["a.md", "x/b.md", "x/c.md"], ["x/b.md"]),
        ({"": "!a.md\n", "x": "a.md\n"}, ["a.md", "x/a.md", "x/y/a.md"], ["a.md"]),
        ({"x": "/a.md\n"}, ["a.md", "x/a.md", "x/y/a.md"], ["a.md", "x/y/a.md"]),
        ({"x": "y/*.md\n"}, ["y/a.md", "x/y/a.md", "x/z/y/a.md"], ["x/z/y/a.md", "y/a.md"]),
        # What is in an ignored folder cannot be taken back, as in git.
        ({"": "x/\n!x/a.md\n"}, ["x/a.md", "b.md"], ["b.md"]),
        ({"": "x/\n", "x": "!a.md\n"}, ["x/a.md", "b.md"], ["b.md"]),
        ({"": "x/*\n!x/a.md\n"}, ["x/a.md", "x/b.md"], ["x/a.md"]),
        ({"": "# a comment\n\n  \na.md  \n\\#b.md\n"}, ["a.md", "#b.md", "c.md"], ["c.md"]),
        ({"": "**/logs/*.md\n"}, ["logs/a.md", "x/y/logs/b.md", "logs/z/c.md"], ["logs/z/c.md"]),
        ({"": "a?.md\n[bc].md\n"}, ["a1.md", "a12.md", "b.md", "d.md"], ["a12.md", "d.md"]),
        ({"": "x\n"}, ["x/a.md", "y/x/b.md", "xx.md"], ["xx.md"]),
        ({"": "x/\n"}, ["x.md", "y.md"], ["x.md", "y.md"]),
        ({"": "a.md\r\nb.md\r\n"}, ["a.md", "b.md", "c.md"], ["c.md"]),
        ({"": "A.md\n"}, ["a.md"], ["a.md"]),
        ({"": "größe.md\n"}, ["größe.md", "b.md"], ["b.md"]),
        ({"": "!\n/\n[\na.md\n"}, ["a.md", "b.md"], ["b.md"]),  # what means nothing is passed over, as in git
    ],
)  # fmt: skip
def test_git_ignored_files_are_skipped(
    tmp_path: Path, ignores: dict[str, str], files: list[str], found: list[str]
) -> None:
    write(tmp_path, dict.fromkeys(files, "text"))
    write(tmp_path, {f"{folder}/.gitignore" if folder else ".gitignore": text for folder, text in ignores.items()})
    result = discover(Disk(tmp_path), ALL)
    assert result.documents == found
    assert not (set(files) - set(found)) & result.paths, "what git ignores, others do not have"


def test_a_gitignore_that_is_no_text_or_no_file(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": b"\xff\xfe\na.md\n", "a.md": "", "b.md": "", "x/c.md": ""})
    assert discover(Disk(tmp_path), ALL).documents == ["b.md", "x/c.md"]
    (tmp_path / "x/.gitignore").mkdir()
    assert discover(Disk(tmp_path), ALL).documents == ["b.md", "x/c.md"]


def test_a_gitignore_that_is_a_pipe_does_not_hang(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": ""})
    os.mkfifo(tmp_path / ".gitignore")
    script = "import sys; from pathlib import Path; from aligncli.config import Config; from aligncli.io.discover import discover; from aligncli.io.tree import Disk; print(discover(Disk(Path(sys.argv[1])), Config()).documents)"
    done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, timeout=10, check=True)
    assert done.stdout.decode().strip() == "['a.md']"


def test_a_gitignore_that_leads_out_of_the_repo_is_not_read(tmp_path: Path) -> None:
    """As in git, which does not follow it: what it holds must not show in what is checked."""
    write(tmp_path, {"outside": "a.md\n", "repo/a.md": "", "repo/b.md": ""})
    (tmp_path / "repo/.gitignore").symlink_to(tmp_path / "outside")
    assert discover(Disk(tmp_path / "repo"), ALL).documents == ["a.md", "b.md"]


def test_include_and_exclude(tmp_path: Path) -> None:
    files = {"a.md": "", "teams/b.md": "", "teams/x/c.md": "", "archive/d.md": ""}
    assert documents(tmp_path, files, Config(exclude=("archive/**",))) == ["a.md", "teams/b.md", "teams/x/c.md"]
    assert documents(tmp_path, files, Config(include=("teams/**/*.md",))) == ["teams/b.md", "teams/x/c.md"]
    assert documents(tmp_path, files, Config(include=("teams/",), exclude=("x/",))) == ["teams/b.md"]
    assert documents(tmp_path, files, Config(include=("**/*.md", "!archive/**"))) == [
        "a.md",
        "teams/b.md",
        "teams/x/c.md",
    ]
    assert documents(tmp_path, files, Config(include=("/*.md",))) == ["a.md"]


def test_another_workspace_is_passed_over(tmp_path: Path) -> None:
    assert documents(
        tmp_path, {"a.md": "", "labs/align.toml": "", "labs/b.md": "", "labs/x/c.md": "", "align.toml": ""}
    ) == ["a.md"]


def test_links(tmp_path: Path) -> None:
    root = write(tmp_path / "repo", {"a.md": "text", "docs/b.md": "text"})
    write(tmp_path, {"outside.md": "secret", "elsewhere/c.md": "secret", "repository/d.md": "secret"})
    for name, target in {
        "inside.md": "a.md", "out.md": "../outside.md", "absolute.md": str(tmp_path / "outside.md"), "dangling.md": "nowhere.md", "one.md": "two.md",
        "two.md": "one.md", "self.md": "self.md", "folder": "docs", "away": "../elsewhere", "ring": ".", "docs/up": "..", "etc.md": "/etc/passwd", "beside.md": "../repository/d.md",
        "image.png": "../outside.md", ".hidden.md": "../outside.md",
    }.items():  # fmt: skip
        (root / name).symlink_to(target)
    found = discover(Disk(root), ALL)
    assert found.documents == ["a.md", "docs/b.md"]
    assert found.outside == [
        "absolute.md",
        "beside.md",
        "dangling.md",
        "etc.md",
        "one.md",
        "out.md",
        "self.md",
        "two.md",
    ]
    assert {"inside.md", "folder", "docs/b.md"} <= found.paths
    assert not {"out.md", "away", "away/c.md", "image.png", "etc.md", "dangling.md"} & found.paths


def test_a_link_out_of_the_repo_that_is_excluded_is_no_document(tmp_path: Path) -> None:
    root = write(tmp_path / "repo", {"a.md": ""})
    (root / "out.md").symlink_to("/etc/passwd")
    assert discover(Disk(root), Config(exclude=("out.md",))).outside == []


def test_a_root_that_is_a_link_itself(tmp_path: Path) -> None:
    write(tmp_path / "repo", {"a.md": ""})
    (tmp_path / "repo/b.md").symlink_to("a.md")
    (tmp_path / "link").symlink_to("repo")
    found = discover(Disk(tmp_path / "link"), ALL)
    assert (found.documents, found.outside) == (["a.md"], [])


def test_names_that_nobody_expects(tmp_path: Path) -> None:
    names = ["line\nbreak.md", "\x1b[31m.md", "日本.md", " .md", "a b.md", "*.md", "[x].md", "#.md", "-.md"]
    write(tmp_path, dict.fromkeys(names, ""))
    assert discover(Disk(tmp_path), ALL).documents == sorted(names)


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    place = os.fsencode(tmp_path) + b"/caf\xe9.md"
    Path(os.fsdecode(place)).write_text("text")
    (name,) = discover(Disk(tmp_path), ALL).documents
    assert read_text(tmp_path, name) == "text"


def test_what_is_no_file_is_found_and_not_opened(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": ""})
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    found = discover(Disk(tmp_path), ALL)
    assert found.documents == ["a.md", "pipe.md"]
    read = read_text(tmp_path, "pipe.md")
    assert isinstance(read, Unreadable)
    assert read.reason == "is not a regular file"
    assert isinstance(read_text(tmp_path, "folder.md"), Unreadable)


def test_a_folder_that_vanishes_or_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.md": "", "gone/b.md": ""})
    real = os.scandir

    def scandir(path: str) -> object:
        if os.fspath(path).endswith("gone"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert discover(Disk(tmp_path), ALL).documents == ["a.md"]


def test_a_deep_tree(tmp_path: Path) -> None:
    place = tmp_path
    for _ in range(300):
        place = place / "d"
    place.mkdir(parents=True)
    (place / "a.md").touch()
    assert len(discover(Disk(tmp_path), ALL).documents) == 1


# --- reading ---


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"a\r\nb\rc\n", "a\r\nb\rc\n"),
        (b"\xef\xbb\xbfa", "\ufeffa"),
        ("日本 🎉".encode(), "日本 🎉"),
        (b"a\0b", "a\0b"),
    ],
)
def test_text_is_read_as_it_is(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "a.md").write_bytes(data)
    assert read_text(tmp_path, "a.md") == text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a\nb\xe9c", ("UTF-8", "line 2", "0xE9")),
        (b"\xff\xfea\0", ("UTF-16",)),
        (b"\xffabc", ("UTF-8", "line 1", "0xFF")),
        (b"\xed\xa0\x80", ("UTF-8",)),
        (b"\xc0\x80", ("UTF-8",)),
        (b"x" * 1_048_577, ("larger than 1024 KiB",)),
    ],
)
def test_what_is_no_text(tmp_path: Path, data: bytes, words: tuple[str, ...]) -> None:
    (tmp_path / "a.md").write_bytes(data)
    read = read_text(tmp_path, "a.md")
    assert isinstance(read, Unreadable)
    for word in words:
        assert word in read.reason


def test_the_size_limit_is_one_megabyte(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"x" * 1_048_576)
    assert isinstance(read_text(tmp_path, "a.md"), str)


def test_a_link_is_not_followed_when_it_is_read(tmp_path: Path) -> None:
    """It may have become one since it was found."""
    write(tmp_path, {"repo/x": "", "outside.md": "secret"})
    (tmp_path / "repo/a.md").symlink_to("../outside.md")
    read = read_text(tmp_path / "repo", "a.md")
    assert isinstance(read, Unreadable)
    assert "secret" not in read.text


def test_a_file_that_vanished(tmp_path: Path) -> None:
    read = read_text(tmp_path, "gone.md")
    assert isinstance(read, Unreadable)
    assert read.reason == "cannot be read: no such file or directory"


def test_a_file_of_a_hundred_megabytes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    read = read_text(tmp_path, "a.md")
    assert isinstance(read, Unreadable)
    assert len(read.text) <= 65536


# --- roots ---


def test_find_root(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "mono/.git/HEAD": "",
            "mono/charters/align.toml": "",
            "mono/charters/teams/x/charter.md": "",
            "mono/other/a.md": "",
            "alone/b/c.md": "",
        },
    )
    mono = tmp_path / "mono"
    assert find_root(mono / "charters/teams/x/charter.md") == mono / "charters"
    assert find_root(mono / "charters/teams") == mono / "charters"
    assert find_root(mono / "charters") == mono / "charters"
    assert find_root(mono / "other/a.md") == mono
    assert find_root(tmp_path / "alone/b/c.md") == tmp_path / "alone/b"
    assert git_top(mono / "other") == mono
    assert git_top(tmp_path / "alone") is None


def test_a_folder_called_align_toml_is_no_configuration(tmp_path: Path) -> None:
    write(tmp_path, {"a/align.toml/x": "", "a/.git": "gitdir: x", "a/b/c.md": ""})
    assert find_root(tmp_path / "a/b") == tmp_path / "a"


# --- writing ---

FILES = {"teams/a/charter.md": "one\n", "teams/a/team-api.md": "two\n", "org.md": "größe\n"}


def everything(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in sorted(root.rglob("*"))
    }


def test_all_files_are_written(tmp_path: Path) -> None:
    write_all(tmp_path, FILES)
    found = everything(tmp_path)
    assert {path: data.decode() for path, data in found.items() if data} == FILES
    assert set(found) - set(FILES) == {"teams", "teams/a"}
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "org.md").stat().st_mode) == 0o666 & ~mask


@pytest.mark.parametrize("taken", list(FILES))
def test_what_exists_is_kept_and_nothing_is_written(tmp_path: Path, taken: str) -> None:
    write(tmp_path, {taken: "mine\n"})
    before = everything(tmp_path)
    with pytest.raises(AlignError, match=f"{taken} exists already"):
        write_all(tmp_path, FILES)
    assert everything(tmp_path) == before


@pytest.mark.parametrize(
    "path", ["../x.md", "/tmp/align-test-x.md", "a/../../x.md", "link/x.md", "teams/a/../../../x.md"]
)
def test_nothing_is_written_outside(tmp_path: Path, path: str) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    before = everything(tmp_path)
    with pytest.raises(AlignError, match="outside"):
        write_all(root, {"good.md": "", path: ""})
    assert everything(tmp_path) == before


@pytest.mark.parametrize("call", ["link", "fsync", "chmod", "mkdir"])
@pytest.mark.parametrize("failing", [1, 2])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_whatever_fails_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, failing: int, error: BaseException
) -> None:
    real = getattr(os, call)
    calls = 0

    def fail(*args: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == failing:
            raise error
        return real(*args, **named)

    monkeypatch.setattr(os, call, fail)
    expected: type[BaseException] = AlignError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write_all(tmp_path, FILES)
    monkeypatch.undo()
    assert everything(tmp_path) == {}


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.link

    def meanwhile(source: str, target: Path) -> None:
        if Path(target).name == "team-api.md":
            Path(target).write_text("theirs\n")
        real(source, target)

    monkeypatch.setattr(os, "link", meanwhile)
    with pytest.raises(AlignError):
        write_all(tmp_path, FILES)
    assert {path: data for path, data in everything(tmp_path).items() if data} == {"teams/a/team-api.md": b"theirs\n"}


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT, some network shares and containers have none: files are written all the same."""

    def refuse(source: str, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted", source, None, str(target))

    monkeypatch.setattr(os, "link", refuse)
    write_all(tmp_path, FILES)
    assert {path for path, data in everything(tmp_path).items() if data} == set(FILES)
