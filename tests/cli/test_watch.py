"""``align check --watch``, from outside: in a pipe and in a terminal, through what editors and git do to files."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.tool import ALIGN, CHARTER, DAY, ERROR, ORG, SMALLEST, WARNING, Tool, one_sentence, write

PATIENCE = 30
"""Seconds that it may take until something is said; on a machine that does nothing else it is a tenth of one."""

CLEAN = "0 errors, 0 warnings"
CLEAR = "\x1b[H\x1b[2J\x1b[3J"


class Watching:
    """A check that goes on, and all that it says."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int) -> None:
        self.process = process
        self._descriptor = descriptor
        self.said = ""
        self._seen = 0

    def wait_for(self, *words: str) -> str:
        """Waits until words show up, one after the other, behind those waited for before; gives what came until then."""
        begun = self._seen
        deadline = time.monotonic() + PATIENCE
        for word in words:
            while (at := self.said.find(word, self._seen)) < 0:
                left = max(0.0, deadline - time.monotonic())
                ready, _, _ = select.select([self._descriptor], [], [], left)
                data = _read(self._descriptor) if ready else b""
                assert data, f"waited in vain for {word!r}:\n{self.said[begun:]}"
                self.said += data.decode("utf-8", "replace").replace("\r\n", "\n")
            self._seen = at + len(word)
        return self.said[begun : self._seen]

    def wait_for_report(self, *words: str) -> str:
        """The same, up to the line that ends a report."""
        return self.wait_for(*words, "; Ctrl-C ends")

    def end(self) -> str:
        """Presses Ctrl-C; gives what is said at the end."""
        begun = len(self.said)
        self.process.send_signal(signal.SIGINT)
        while data := _read(self._descriptor):
            self.said += data.decode("utf-8", "replace")
        assert self.process.wait(PATIENCE) == 0
        return self.said[begun:]


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how Linux says that the other side of a terminal has closed
        return b""


@contextmanager
def watching(
    tool: Tool,
    root: Path,
    *words: str | Path,
    terminal: bool = False,
    env: Mapping[str, str] | None = None,
    day: str = DAY,
) -> Iterator[Watching]:
    """Starts one; standard error and output are told apart by nobody here."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    if terminal:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
    process = subprocess.Popen(
        [ALIGN, "check", "--watch", "--as-of", day, *words],
        cwd=root,
        env=tool.environment({"TERM": "xterm-256color", **(env or {})}),
        stdin=theirs if terminal else subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
    )
    os.close(theirs)
    try:
        yield Watching(process, ours)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)


def test_each_save_is_checked_and_told(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    with watching(tool, root) as run:
        assert run.wait_for_report(CLEAN) == run.said.rstrip("\n")
        write(root, ERROR)
        assert "error[AL202]" in run.wait_for_report("1 error, 0 warnings")
        write(root, SMALLEST)
        assert "AL202" not in run.wait_for_report(CLEAN)
        assert "Traceback" not in run.end()
        assert CLEAR not in run.said


def test_in_a_terminal_the_screen_is_cleared_first(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    with watching(tool, root, terminal=True) as run:
        assert run.wait_for_report(CLEAN).startswith(CLEAR)
        assert "\x1b[2mwatching 2 documents; Ctrl-C ends" in run.said
        write(root, WARNING)
        assert CLEAR in run.wait_for_report("AL209")
        assert "Traceback" not in run.end()


def test_a_dumb_terminal_is_not_cleared(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    with watching(tool, root, terminal=True, env={"TERM": "dumb"}) as run:
        run.wait_for_report(CLEAN)
        assert "\x1b" not in run.said


def test_a_key_ends_it_in_a_terminal(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    run = tool.terminal("check", root, "--watch", "--as-of", DAY, answers=[("Ctrl-C ends", "\x03")])
    assert run.status == 0
    assert "Traceback" not in run.out


def test_files_and_folders_come_and_go(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    other = CHARTER.replace("team: checkout", "team: basket").replace("one-tap-pay", "full-basket")
    other = other.replace("Returning customers pay in under ten seconds", "Nobody loses what they chose before")
    with watching(tool, root) as run:
        run.wait_for_report("2 documents (1 team")
        write(root, {"teams/basket/charter.md": other})
        run.wait_for_report("3 documents (2 teams")
        (root / "teams/basket").rename(root / "teams/cart")
        assert "AL207" in run.wait_for_report("3 documents (2 teams")
        (root / "teams/cart").rename(root / "teams/basket")
        assert "AL207" not in run.wait_for_report("3 documents (2 teams")
        write(root, {"teams/basket/notes.txt": "Something."})
        write(root, {"teams/basket/charter.md": other + "See [our notes](notes.txt).\n"})
        run.wait_for_report(CLEAN)
        (root / "teams/basket/notes.txt").unlink()
        run.wait_for_report("AL209", "1 warning")
        shutil.rmtree(root / "teams/basket")
        run.wait_for_report(CLEAN, "2 documents (1 team")
        run.end()


def test_a_document_that_becomes_something_else(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    place, aside = root / "teams/checkout/charter.md", root / "teams/checkout/aside.md"
    with watching(tool, root) as run:
        run.wait_for_report(CLEAN, "2 documents")
        aside.symlink_to("/")
        aside.replace(place)
        run.wait_for_report("a link that leads out of the repo")
        aside.symlink_to("nothing.md")
        aside.replace(place)
        run.wait_for_report("a link to nothing")
        write(root, {"aside.md": CHARTER})
        (root / "aside.md").replace(place)
        run.wait_for_report(CLEAN, "2 documents")
        place.unlink()
        place.mkdir()
        run.wait_for_report("1 document (")
        run.end()


def test_editors_that_write_beside_and_rename(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    place = root / "teams/checkout/charter.md"
    with watching(tool, root) as run:
        run.wait_for_report(CLEAN)
        swap = place.with_name(".charter.md.swp")
        swap.write_text("b0VIM")
        beside = place.with_name("charter.md~")
        beside.write_text(WARNING["teams/checkout/charter.md"])
        beside.rename(place)
        swap.unlink()
        run.wait_for_report("AL209", "2 documents")
        backup = place.with_name("charter.md.orig")
        place.rename(backup)
        place.write_text(CHARTER)
        backup.unlink()
        while CLEAN not in run.wait_for_report():  # in between it was not there
            pass
        run.end()


def test_what_git_ignores_is_passed_over(tool: Tool) -> None:
    root = tool.repo({**SMALLEST, ".gitignore": "build/\n"})
    with watching(tool, root) as run:
        run.wait_for_report(CLEAN)
        before = len(run.said)
        write(root, {"build/teams/x/charter.md": "---\nkind: charter\n---\n", ".git/index.lock": ""})
        write(root, {"build/teams/x/charter.md": "---\nkind: chart\n---\n"})
        write(root, WARNING)
        assert run.wait_for_report("AL209", "2 documents").count("Ctrl-C") == 1
        assert run.said[before:].count("documents (") == 1
        write(root, {".gitignore": "teams/\n"})
        run.wait_for_report("1 document (0 teams")
        run.end()


def test_the_configuration_may_be_broken_for_a_while(tool: Tool) -> None:
    root = tool.repo(WARNING)
    with watching(tool, root) as run:
        run.wait_for_report("AL209")
        write(root, {"align.toml": "[check\n"})
        assert "Traceback" not in run.wait_for_report("align: align.toml ")
        write(root, ERROR)
        run.wait_for_report("align: align.toml ")
        write(root, {"align.toml": '[check]\nignore = ["AL202"]\n'})
        assert "AL202" not in run.wait_for_report("0 errors")
        run.end()


def test_an_own_schema_is_read_again(tool: Tool) -> None:
    schema = '{"required": ["mission"%s]}'
    config = '[schemas]\ncharter = "schemas/ours.json"\n'
    root = tool.repo({**SMALLEST, "schemas/ours.json": schema % ""}, config=config)
    with watching(tool, root) as run:
        run.wait_for_report(CLEAN)
        write(root, {"schemas/ours.json": schema % ', "x-floor"'})
        run.wait_for_report("AL101", "1 error")
        write(root, {"schemas/ours.json": "{"})
        run.wait_for_report("align: ")
        write(root, {"schemas/ours.json": schema % ""})
        run.wait_for_report(CLEAN)
        run.end()


@pytest.mark.parametrize("place", ["inside", "outside"])
def test_a_baseline_is_read_again(tool: Tool, place: str) -> None:
    root = tool.repo(WARNING)
    name = root / "debts.json" if place == "inside" else tool.folder / "debts.json"
    assert tool("check", root, "--as-of", DAY, "--write-baseline", "--baseline", name).status == 0
    listed = name.read_text()
    with watching(tool, root, "--baseline", name) as run:
        run.wait_for_report(CLEAN, "1 in the baseline")
        name.write_text('{"version": 1, "findings": []}\n')
        run.wait_for_report("AL209", "1 warning")
        name.write_text("{")
        run.wait_for_report("align: the baseline ", "is not valid JSON")
        name.write_text(listed)
        run.wait_for_report(CLEAN, "1 in the baseline")
        run.end()


def test_paths_and_rules_and_advice_are_chosen_as_ever(tool: Tool) -> None:
    basket = WARNING["teams/checkout/charter.md"].replace("checkout", "basket")
    root = tool.repo({**WARNING, "teams/basket/charter.md": basket})
    with watching(tool, root, root / "teams/checkout", "--select", "AL209,AL208", "--show", "info") as run:
        said = run.wait_for_report("1 of 3 documents")
        assert "AL209" in said
        assert "AL208" in said
        assert "teams/basket" not in said
        write(root, SMALLEST)
        assert "AL209" not in run.wait_for_report("1 of 3 documents")
        shutil.rmtree(root / "teams/checkout")
        run.wait_for_report("align: no documents found under")
        write(root, SMALLEST)
        run.wait_for_report("1 of 3 documents")
        run.end()


def test_all_at_once_as_a_branch_switch_does_it(tool: Tool) -> None:
    files = {
        f"teams/team-{number}/charter.md": CHARTER.replace("checkout", f"team-{number}").replace(
            "Returning customers pay in under ten seconds", f"Customers of shop {number} wait {number} seconds"
        )
        for number in range(300)
    }
    root = tool.repo({"org.md": ORG, **files})
    with watching(tool, root, "--ignore", "AL3") as run:
        run.wait_for_report("301 documents (300 teams")
        for path in files:
            write(root, {path: files[path].replace("kind: charter\n", "kind: charter\nsize: many\n")})
            if path.endswith("7/charter.md"):
                (root / path).unlink()
        while "270 errors, 0 warnings in 271 documents" not in run.wait_for_report():
            pass
        write(root, files)
        while "0 errors, 0 warnings in 301 documents" not in run.wait_for_report():
            pass
        run.end()


def test_the_root_may_go_and_come_back(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    aside = tool.folder / "aside"
    with watching(tool, tool.folder, root) as run:
        run.wait_for_report(CLEAN)
        root.rename(aside)
        run.wait_for("align: the folder ", "is gone")
        write(aside, WARNING)
        aside.rename(root)
        run.wait_for_report("AL209")
        write(root, SMALLEST)
        run.wait_for_report(CLEAN)
        run.end()


def test_a_change_before_anybody_watched_is_not_missed(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    with watching(tool, root) as run:
        run.wait_for(CLEAN)
        write(root, WARNING)
        run.wait_for_report("AL209")
        run.end()


def test_a_quiet_one_says_nothing_but_findings(tool: Tool) -> None:
    root = tool.repo(WARNING)
    with watching(tool, root, "--quiet") as run:
        run.wait_for("AL209", "\n\n")
        write(root, ERROR)
        run.wait_for("AL202", "\n\n")
        run.end()
        assert "watching" not in run.said


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--fix"], "--fix"),
        (["--fix", "--diff"], "--fix"),
        (["--fix", "--unsafe-fixes"], "--fix"),
        (["--since", "HEAD"], "--since"),
        (["--write-baseline"], "--write-baseline"),
        (["--statistics"], "--statistics"),
        (["--output", "json:out.json"], "--output"),
        (["--format", "json"], "--format json"),
        (["--format", "github"], "--format github"),
        (["--diff"], "--diff goes with --fix"),
        (["--select", "AL9999"], "AL9999"),
        (["--baseline", "none.json"], "none.json"),
        (["nowhere"], "nowhere"),
    ],
)
def test_what_makes_no_sense_with_it(tool: Tool, words: list[str], named: str) -> None:
    root = tool.repo(SMALLEST)
    one_sentence(tool("check", "--watch", *words, cwd=root), named)


def test_a_repo_that_cannot_be_checked_is_not_watched(tool: Tool) -> None:
    one_sentence(tool("check", "--watch", tool.repo({}, "empty")), "no documents found")
    one_sentence(tool("check", "--watch", tool.repo(SMALLEST, "broken", config="[check")), "align.toml")
