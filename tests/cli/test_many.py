"""Large repos from outside: what is remembered between runs, several processes, and a bar for who waits."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.cli.test_plugins import NAMED, made, plant
from tests.cli.tool import ALIGN, CHARTER, DAY, ORG, PATIENCE, TIMEOUT, Tool, listing, unstyled

REMEMBERED = 220
"""Documents; enough to be remembered."""
SHARED = 1_600
"""Documents; enough for several processes."""


def organisation(documents: int) -> dict[str, str]:
    """Charters, of which some have something to tell."""
    files = {"org.md": ORG}
    for number in range(documents - 1):
        text = CHARTER.replace("team: checkout", f"team: team-{number}").replace("ten seconds", f"{number} seconds")
        if number % 50 == 7:
            text = text.replace("fewer-abandoned-carts", f"fewer-carts-{number}")
        if number % 50 == 9:
            text = text.replace("mission: ", "mission: [")
        if number % 50 == 11:
            text += f"See [our notes](notes-{number}.md).\n"
        files[f"teams/team-{number}/charter.md"] = text
    return files


def words(root: Path, *more: str) -> list[str]:
    return ["check", str(root), "--as-of", DAY, "--format", "json", *more]


def plain(tool: Tool, root: Path) -> str:
    """What a check says that remembers nothing."""
    run = tool(*words(root, "--no-cache"))
    assert run.status == 1
    assert run.err == ""
    return run.out


def remembered(tool: Tool) -> list[Path]:
    return sorted(tool.home.rglob("*.db*"))


# --- where it is, and where not ---


def test_it_is_in_the_users_cache_folder_and_nowhere_else(tool: Tool) -> None:
    root = tool.repo(organisation(REMEMBERED))
    before = listing(root)
    assert tool(*words(root)).out == plain(tool, root)
    (file,) = remembered(tool)
    assert file.parent == tool.home / ".cache" / "aligncli"
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert listing(root) == before
    assert tool(*words(root)).out == plain(tool, root)


def test_a_small_repo_is_not_remembered(tool: Tool) -> None:
    tool(*words(tool.repo(organisation(50))))
    assert remembered(tool) == []


@pytest.mark.parametrize("how", ["option", "variable"])
def test_nothing_is_remembered_where_nobody_wants_it(tool: Tool, how: str) -> None:
    root = tool.repo(organisation(REMEMBERED))
    if how == "option":
        tool(*words(root, "--no-cache"))
    else:
        tool(*words(root), env={"ALIGN_NO_CACHE": "1"})
    assert remembered(tool) == []


def _inside_the_repo(tool: Tool, root: Path) -> str:
    return str(root / "cache")


def _below_a_link_into_it(tool: Tool, root: Path) -> str:
    (tool.folder / "link").symlink_to(root)
    return str(tool.folder / "link" / "cache")


def _no_folder(tool: Tool, root: Path) -> str:
    (tool.folder / "file").write_text("")
    return str(tool.folder / "file")


def _open_to_all(tool: Tool, root: Path) -> str:
    folder = tool.folder / "open" / "aligncli"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    return str(folder.parent)


@pytest.mark.parametrize("place", [_inside_the_repo, _below_a_link_into_it, _no_folder, _open_to_all])
def test_without_a_folder_of_ones_own_nothing_is_remembered(tool: Tool, place: object) -> None:
    root = tool.repo(organisation(REMEMBERED))
    before = listing(root)
    assert callable(place)
    run = tool(*words(root), cwd=root, env={"XDG_CACHE_HOME": str(place(tool, root))})
    assert (run.out, run.err) == (plain(tool, root), "")
    assert listing(root) == before
    assert sorted(tool.folder.rglob("*.db*")) == []


def test_what_was_planted_in_its_place_is_no_memory(tool: Tool) -> None:
    root = tool.repo(organisation(REMEMBERED))
    tool(*words(root))
    (file,) = remembered(tool)
    held = file.read_bytes()
    file.rename(tool.folder / "elsewhere.db")
    file.symlink_to(tool.folder / "elsewhere.db")
    assert tool(*words(root)).out == plain(tool, root)
    assert (tool.folder / "elsewhere.db").read_bytes() == held


@pytest.mark.parametrize("suffix", ["", "-journal"])
def test_a_pipe_in_its_place_is_not_waited_for(tool: Tool, suffix: str) -> None:
    root = tool.repo(organisation(REMEMBERED))
    tool(*words(root))
    (file,) = remembered(tool)
    if not suffix:
        file.unlink()
    os.mkfifo(f"{file}{suffix}")
    (root / "teams/team-3/charter.md").unlink()
    assert tool(*words(root)).out == plain(tool, root)


def test_plugins_are_asked_each_time(tool: Tool) -> None:
    """A plugin may look at anything: what it said last time is no answer."""
    root = tool.repo(organisation(REMEMBERED), config=NAMED)
    for word in ("first", "second"):
        body = f"yield Finding('ACM001', 'org.md', {word!r})"
        path = plant(tool.folder / word, made(body=body))
        run = tool(*words(root, "--select", "ACM"), env={"PYTHONPATH": path})
        assert f'"message": "{word}"' in run.out


# --- at once, and ended in the middle ---


def start(tool: Tool, root: Path, more: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [ALIGN, *words(root)],
        env=tool.environment(more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def test_several_runs_at_once_do_no_harm(tool: Tool) -> None:
    root = tool.repo(organisation(600))
    expected = plain(tool, root)
    for _ in range(3):
        runs = [start(tool, root) for _ in range(4)]
        assert [run.communicate(timeout=TIMEOUT) for run in runs] == [(expected.encode(), b"")] * 4
    (root / "teams/team-3/charter.md").unlink()
    expected = plain(tool, root)
    runs = [start(tool, root) for _ in range(4)]
    assert [run.communicate(timeout=TIMEOUT)[0] for run in runs] == [expected.encode()] * 4


def _killed_and_asked_again(tool: Tool, documents: int, times: int, seed: int) -> None:
    chance = random.Random(seed)
    root = tool.repo(organisation(documents))
    begun = time.monotonic()
    expected = plain(tool, root)
    longest = 1.5 * (time.monotonic() - begun)
    for turn in range(times):
        for _ in range(chance.randrange(4)):
            team = root / f"teams/team-{chance.randrange(documents - 1)}"
            if (team / "charter.md").exists():
                with (team / "charter.md").open("a") as file:
                    file.write(f"See [more](more-{turn}.md).\n")
        run = start(tool, root)
        time.sleep(chance.uniform(0, longest))
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
        expected = plain(tool, root)
        assert tool(*words(root)).out == expected, f"killed in turn {turn}"
        assert tool(*words(root)).out == expected, f"killed in turn {turn}, remembered"
    assert all(not file.name.endswith("-journal") for file in remembered(tool))


def test_ended_at_any_moment_it_changes_no_answer(tool: Tool) -> None:
    _killed_and_asked_again(tool, REMEMBERED, 8, 1)


@pytest.mark.slow
def test_ended_at_any_moment_it_changes_no_answer_long(tool: Tool) -> None:
    _killed_and_asked_again(tool, REMEMBERED, 100, 2)


@pytest.mark.slow
def test_ended_among_its_processes_it_changes_no_answer(tool: Tool) -> None:
    _killed_and_asked_again(tool, SHARED, 40, 3)


# --- several processes ---

BEFORE = "import os, signal, sys\nfrom aligncli.io import documents, workers\nworkers.MOST = 2\n"
AFTER = "from aligncli.cli import main\nsys.argv[0] = 'align'\nmain()\n"
COUNTED = """
begin = workers._begin
def counted(*more):
    os.write(2, b'begun\\n')
    begin(*more)
workers._begin = counted
"""

TROUBLES = {
    "no more processes": "def fork():\n    raise BlockingIOError(11, 'Resource temporarily unavailable')\nos.fork = fork\n",
    "one process and no more": (
        "fork, forked = os.fork, []\n"
        "def once():\n"
        "    if forked:\n"
        "        raise BlockingIOError(11, 'Resource temporarily unavailable')\n"
        "    forked.append(True)\n"
        "    return fork()\n"
        "os.fork = once\n"
    ),
    "no semaphores": "sys.modules['multiprocessing.synchronize'] = None\n",
    "a process is ended": "def job(paths):\n    os.kill(os.getpid(), signal.SIGKILL)\ndocuments._read_packed = job\njob.__module__, job.__qualname__ = documents.__name__, '_read_packed'\n",
    "a process is ended later": (
        "read = documents._read_packed\n"
        "def job(paths):\n"
        "    if 'teams/team-777/charter.md' in paths:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return read(paths)\n"
        "documents._read_packed = job\njob.__module__, job.__qualname__ = documents.__name__, '_read_packed'\n"
    ),
}


def script(tool: Tool, root: Path, text: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BEFORE + text + AFTER, *words(root, *more)],
        env=tool.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


ALONE = "workers.workers_for = lambda documents: 0\n"


@pytest.fixture
def large(tool: Tool) -> Path:
    return tool.repo(organisation(SHARED))


def test_many_documents_are_read_by_several_processes(tool: Tool, large: Path) -> None:
    alone = script(tool, large, COUNTED + ALONE, "--no-cache")
    assert alone.stderr == ""
    shared = script(tool, large, COUNTED + "workers.workers_for = lambda documents: 2\n", "--no-cache")
    assert shared.stderr == "begun\n" * 2
    assert shared.stdout == alone.stdout
    assert '"code": "AL003"' in shared.stdout


def test_processes_that_begin_from_nothing(tool: Tool, large: Path) -> None:
    """As on macOS and Windows."""
    alone = script(tool, large, ALONE, "--no-cache")
    spawned = script(
        tool, large, "workers._can_fork = lambda: False\nworkers.workers_for = lambda documents: 2\n", "--no-cache"
    )
    assert (spawned.stdout, spawned.stderr) == (alone.stdout, "")


@pytest.mark.parametrize("trouble", TROUBLES)
def test_where_processes_cannot_work_this_one_does(tool: Tool, large: Path, trouble: str) -> None:
    alone = script(tool, large, ALONE, "--no-cache")
    text = TROUBLES[trouble] + "workers.workers_for = lambda documents: 2\n"
    for more in (["--no-cache"], []):
        run = script(tool, large, text, *more)
        assert (run.stdout, run.stderr) == (alone.stdout, "")


def test_stopped_among_its_processes(tool: Tool, large: Path) -> None:
    slow = (
        "import time\n"
        "read = documents._read_packed\n"
        "def job(paths):\n"
        "    os.write(2, b'reading\\n')\n"
        "    time.sleep(0.3)\n"
        "    return read(paths)\n"
        "documents._read_packed = job\njob.__module__, job.__qualname__ = documents.__name__, '_read_packed'\n"
        "workers.workers_for = lambda documents: 2\n"
    )
    program: Sequence[str | Path] = [sys.executable, "-c", BEFORE + slow + AFTER]
    run = tool.terminal(*words(large), program=program, answers=[("reading", "\x03")])
    assert run.status == 130
    assert "align: stopped" in run.out
    assert "Traceback" not in run.out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_ended_by_a_signal_it_leaves_no_process_behind(tool: Tool, large: Path, number: int) -> None:
    waiting = (
        "import time\n"
        "def job(paths):\n"
        "    os.write(2, b'reading\\n')\n"
        "    time.sleep(0.3)\n"
        "    return [None] * len(paths)\n"
        "documents._read_packed = job\njob.__module__, job.__qualname__ = documents.__name__, '_read_packed'\n"
        "workers.workers_for = lambda documents: 2\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", BEFORE + waiting + AFTER, *words(large)],
        env=tool.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert run.stderr is not None
    try:
        assert run.stderr.readline() == b"reading\n"
        run.send_signal(number)
        run.communicate(timeout=PATIENCE)  # which takes until nobody holds the other end of the pipe
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
    assert run.returncode == -number


# --- a bar for who waits ---

AT_ONCE = "from aligncli.io import progress\nprogress.SILENT = 0\nprogress._OFTEN = 0\n"


def bar(tool: Tool, root: Path, *more: str, env: Mapping[str, str] | None = None) -> str:
    program: Sequence[str | Path] = [sys.executable, "-c", BEFORE + AT_ONCE + AFTER]
    return tool.terminal("check", str(root), "--as-of", DAY, *more, program=program, env=env).out


def test_a_long_run_shows_how_far_it_is(tool: Tool) -> None:
    root = tool.repo(organisation(REMEMBERED))
    text = unstyled(bar(tool, root))
    for phase in ("finding files", "reading", "220/220", "linking", "checking rules", "locating"):
        assert phase in text, phase
    assert "documents" in text.rpartition("\x1b[2K")[2], "it is gone before the findings are shown"
    assert "remembering" in unstyled(bar(tool, root, "--select", "AL2"))


@pytest.mark.parametrize(
    ("more", "env"),
    [(["--quiet"], {}), ([], {"CI": "true"}), ([], {"TERM": "dumb"})],
    ids=["quiet", "CI", "dumb"],
)
def test_nobody_waits_there(tool: Tool, more: list[str], env: dict[str, str]) -> None:
    assert "finding files" not in bar(tool, tool.repo(organisation(REMEMBERED)), *more, env=env)


def test_a_run_that_is_killed_leaves_the_cursor_where_people_see_it(tool: Tool) -> None:
    text = bar(tool, tool.repo(organisation(REMEMBERED)))
    assert text.index("\x1b[?25h") < text.index("finding files")


def test_a_pipe_has_no_bar(tool: Tool) -> None:
    run = script(tool, tool.repo(organisation(REMEMBERED)), AT_ONCE)
    assert run.stderr == ""


def test_a_short_run_has_no_bar(tool: Tool) -> None:
    run = tool.terminal("check", str(tool.repo(organisation(REMEMBERED))), "--as-of", DAY)
    assert "finding files" not in run.out
