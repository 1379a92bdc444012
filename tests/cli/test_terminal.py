"""Pipes, colours, widths and encodings: what standard output is must never matter to what is said."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests import EXAMPLES
from tests.cli.test_formats import MESSY, SAMPLE
from tests.cli.tool import ALIGN, CHARTER, DAY, ERROR, ORG, SMALLEST, TIMEOUT, Tool, unstyled

# --- pipes ---


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--show", "info"],
        ["check", "--format", "json"],
        ["tree"],
        ["tree", "--format", "json"],
        ["rules"],
        ["explain", "AL202"],
    ],
    ids=" ".join,
)
def test_a_reader_that_goes_away_is_no_reason_to_complain(tool: Tool, words: list[str]) -> None:
    goals = "".join(f"  - {{id: g{n}, title: Goal {n}, supports: [no-such-outcome-{n}]}}\n" for n in range(2000))
    root = tool.repo({"org.md": ORG, "teams/checkout/charter.md": CHARTER.replace("goals:\n", "goals:\n" + goals)})
    process = subprocess.Popen(
        [ALIGN, *words],
        cwd=root,
        env=tool.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    err = process.stderr.read().decode()
    process.stderr.close()
    process.wait(timeout=TIMEOUT)
    assert err == ""


def test_a_reader_that_was_never_there(tool: Tool) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [ALIGN, "check"], cwd=tool.repo(ERROR), env=tool.environment(), stdin=subprocess.DEVNULL, stdout=writing,
            stderr=subprocess.PIPE, timeout=TIMEOUT, check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert done.stderr == b""


def test_a_full_disk_is_said_in_one_sentence(tool: Tool) -> None:
    """A result that could not be written is no success."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [ALIGN, "check", "--format", "json"], cwd=tool.repo(SMALLEST), env=tool.environment(), stdin=subprocess.DEVNULL,
            stdout=full, stderr=subprocess.PIPE, timeout=TIMEOUT, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert done.stderr.decode().startswith("align: ")


@pytest.mark.parametrize("stream", ["stdin", "stdout"])
def test_a_closed_stream(tool: Tool, stream: str) -> None:
    number = {"stdin": 0, "stdout": 1}[stream]
    script = f"import os, sys; os.close({number}); os.execv(sys.argv[1], sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", script, ALIGN, "check"], cwd=tool.repo(SMALLEST), env=tool.environment(),
        capture_output=True, timeout=TIMEOUT, check=False,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    if stream == "stdin":
        assert done.returncode == 0


def test_in_a_pipe_there_is_no_colour_and_nothing_wraps(tool: Tool) -> None:
    for words in (["check"], ["tree"], ["rules"], ["explain", "AL301"], ["--help"], ["check", "--help"]):
        run = tool(*words, cwd=tool.repo(SAMPLE))
        assert "\x1b" not in run.out + run.err, words
    run = tool("check", cwd=tool.repo(SAMPLE))
    assert (
        "error[AL202]: goal `checkout/one-tap-pay` supports `fewer-abandonned-carts`, which does not exist\n" in run.out
    )


def test_markup_and_emoji_codes_stay_as_they_are(tool: Tool) -> None:
    org = ORG.replace("Fewer carts are abandoned", '"[red]x[/red] :smile: [link=https://example.com]y"')
    root = tool.repo({**ERROR, "org.md": org})
    for words in (
        ["check"],
        ["check", "--color", "always"],
        ["check", "--format", "github"],
        ["tree"],
        ["tree", "--color", "always"],
    ):
        assert "[red]x[/red] :smile: [link=" in tool(*words, cwd=root).out


# --- colours ---


SETTINGS: dict[str, tuple[list[str], dict[str, str], bool, bool]] = {
    # options, environment, whether there is colour in a pipe and in a terminal
    "plain": ([], {}, False, True),
    "dumb, FORCE_COLOR": ([], {"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    "NO_COLOR": ([], {"NO_COLOR": "1"}, False, False),
    "NO_COLOR, empty": ([], {"NO_COLOR": ""}, False, True),
    "FORCE_COLOR": ([], {"FORCE_COLOR": "1"}, True, True),
    "dumb": ([], {"TERM": "dumb"}, False, False),
    "always": (["--color", "always"], {"NO_COLOR": "1"}, True, True),
    "always, dumb": (["--color", "always"], {"TERM": "dumb"}, True, True),
    "never": (["--color", "never"], {"FORCE_COLOR": "1"}, False, False),
    "auto": (["--color", "auto"], {}, False, True),
}
COLOURED = [("check", name) for name in SETTINGS] + [
    (command, name)
    for command in ("check --format concise", "tree", "rules", "explain AL202")
    for name in ("plain", "dumb, FORCE_COLOR")
]


@pytest.mark.parametrize(("command", "setting"), COLOURED)
def test_colours(tool: Tool, command: str, setting: str) -> None:
    options, env, in_pipe, in_terminal = SETTINGS[setting]
    words = [*command.split(), *options]
    root = tool.repo(SAMPLE)
    piped = tool(*words, cwd=root, env=env)
    assert ("\x1b[" in piped.out) is in_pipe
    shown = tool.terminal(*words, cwd=root, env=env, columns=200)
    assert ("\x1b[" in shown.out) is in_terminal


def test_colours_change_no_word(tool: Tool) -> None:
    root = tool.repo(MESSY)
    for words in (["check"], ["check", "--show", "info", "--format", "concise"], ["tree"], ["check", "--statistics"]):
        assert unstyled(tool(*words, "--color", "always", cwd=root).out) == tool(*words, cwd=root).out


@pytest.mark.parametrize("name", ["json", "github"])
def test_formats_for_programs_are_never_coloured(tool: Tool, name: str) -> None:
    run = tool("check", "--format", name, "--color", "always", cwd=tool.repo(ERROR))
    assert [line for line in run.lines if "\x1b" in line and (name == "json" or line.startswith("::"))] == []


# --- widths ---

LONG = "A very long title that goes on and on and says at great length what could have been said in a few words " * 3
WIDE = "日本語のとても長い題名がここに書かれていて端末の幅を超えてしまいます" * 4
FRAME_ROW = re.compile(r" *\d* \||\.\.\.$")

BROAD = {
    "org.md": ORG,
    "teams/checkout/charter.md": f"""\
---
kind: charter
team: checkout
mission: {WIDE} #hash
x-tabs: "\tone\ttwo\tthree"
leadd: {LONG}
goals:
  - {{id: one-tap-pay, title: {LONG}, supports: [fewer-abandonned-carts], status: on-trak, owner: 日本}}
  - {{id: one-tap-pay, title: {WIDE}, supports: [fewer-abandoned-carts], period: soon}}
  - id: a-goal-with-a-rather-long-identifier-that-fills-the-line
    title: e\u0301\u200d\u00ad combining
    why: there
    period: 2026
    supports:
      - to: another-outcome-with-a-rather-long-identifier-indeed
---
[{LONG}](missing.md) [{WIDE}](missing-too.md)
""",
}


@pytest.mark.parametrize("columns", [30, 80])
@pytest.mark.parametrize("files", [BROAD, MESSY, SAMPLE], ids=["broad", "messy", "sample"])
def test_no_line_of_a_frame_is_longer_than_the_terminal(tool: Tool, files: dict[str, str], columns: int) -> None:
    shown = tool.terminal("check", "--show", "info", cwd=tool.repo(files), columns=columns)
    assert shown.status == 1
    rows = [row for row in unstyled(shown.out).splitlines() if FRAME_ROW.match(row)]
    assert len(rows) > 5
    assert {row: cell_len(row) for row in rows if cell_len(row) > columns} == {}


@pytest.mark.parametrize("columns", [30, 80])
def test_the_primary_mark_is_on_the_screen(tool: Tool, columns: int) -> None:
    shown = tool.terminal("check", "--show", "info", cwd=tool.repo(BROAD), columns=columns, env={"NO_COLOR": "1"})
    for block in shown.out.split("\n\n"):
        if "-->" in block and FRAME_ROW.search(block):
            carets = [row for row in block.splitlines() if FRAME_ROW.match(row) and "^" in row]
            assert carets, block
            assert carets[0].index("^") < columns


def test_wide_characters_do_not_push_the_mark_aside(tool: Tool) -> None:
    """What is marked stands over the mark, in cells."""
    charter = CHARTER.replace("title: Returning customers pay in under ten seconds", "title: 日本語の題名").replace(
        "[fewer-abandoned-carts]", "[fewer-abandonned-carts]"
    )
    run = tool("check", tool.repo({**SMALLEST, "teams/checkout/charter.md": charter}))
    rows = run.out.splitlines()
    at = next(index for index, row in enumerate(rows) if "^" in row)
    source = next(row for row in reversed(rows[:at]) if "fewer-abandonned-carts" in row)
    assert cell_len(source[: source.index("fewer-abandonned")]) == rows[at].index("^")


def test_a_terminal_says_no_less_than_a_pipe(tool: Tool) -> None:
    """A narrow terminal cuts frames, never messages or helps."""
    root = tool.repo(SAMPLE)
    shown = unstyled(tool.terminal("check", cwd=root, columns=30).out)
    piped = tool("check", cwd=root).out
    outside = [line for line in piped.splitlines() if not FRAME_ROW.match(line)]
    assert [line for line in outside if line not in shown] == []


@pytest.mark.parametrize("columns", [1, 1000])
def test_absurd_widths(tool: Tool, columns: int) -> None:
    root = tool.repo(BROAD)
    for words in (
        ["check", "--show", "info"],
        ["tree"],
        ["explain", "AL202"],
        ["check", "--help"],
    ):
        run = tool.terminal(*words, cwd=root, columns=columns)
        assert run.status in (0, 1), run
        assert "Traceback" not in run.out
    run = tool("check", cwd=root, env={"COLUMNS": str(columns)})
    assert run.status == 1
    run = tool("check", cwd=root, env={"COLUMNS": "wide"})
    assert run.status == 1


# --- encodings ---

ENCODINGS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "strict ascii": {"PYTHONIOENCODING": "ascii:strict"},
    "C, nothing coerced": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
}


@pytest.mark.parametrize("env", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_another_encoding_ends_no_run(tool: Tool, env: dict[str, str]) -> None:
    files = {**BROAD, "teams/größe/charter.md": CHARTER.replace("checkout", "groesse").replace("mission", "mision")}
    root = tool.repo(files)
    for words, status in (
        (["check", "--show", "info"], 1),
        (["check", "--format", "json"], 1),
        (["check", "--format", "github"], 1),
        (["tree"], 0),
        (["tree", "--format", "json"], 0),
    ):
        done = subprocess.run(
            [ALIGN, *words],
            cwd=root,
            env=tool.environment(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
        assert (done.returncode, done.stderr) == (status, b""), words
        encoding = env.get("PYTHONIOENCODING", "utf-8").split(":")[0]
        done.stdout.decode(encoding)


def test_the_tree_in_ascii_is_drawn_in_ascii(tool: Tool) -> None:
    run = tool("tree", "-C", EXAMPLES, "--as-of", DAY, env={"PYTHONIOENCODING": "ascii"})
    assert run.out.isascii()
    assert "\\u25" not in run.out
    assert "\\u2" not in "".join(line[:8] for line in run.lines)
    assert "|- " in run.out or "+- " in run.out or "`- " in run.out


def test_documents_are_utf8_whatever_the_locale(tool: Tool) -> None:
    """A charter is read the same on a machine whose locale is C."""
    root = tool.repo({**SMALLEST, "teams/checkout/charter.md": CHARTER.replace("without", "ohne jede Mühe, without")})
    env = ENCODINGS["C, nothing coerced"]
    assert tool("check", root, env=env).status == 0
    assert tool("new-team", "muehe", "--name", "Mühe", "-C", root, env={"LANG": "C"}).status == 0
    assert "Mühe" in (root / "teams/muehe/charter.md").read_text(encoding="utf-8")


def test_a_message_on_a_stderr_that_is_ascii(tool: Tool) -> None:
    run = tool("tree", "größe", cwd=tool.repo(SMALLEST), env={"PYTHONIOENCODING": "ascii:strict"})
    assert run.status == 2
    assert "Traceback" not in run.err
    assert run.err.startswith("align: there is no outcome or goal `gr")
