"""``--output``, and what a run inside a CI system writes: many readers of one check, and no half-written file."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from tests.cli.tool import ALIGN, CHARTER, DAY, ERROR, SMALLEST, TIMEOUT, WARNING, Run, Tool, listing, one_sentence

SHA = "f" * 40
ACTIONS = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_REPOSITORY": "some/charters",
    "GITHUB_SHA": SHA,
}
FORMER = {
    "org.md": SMALLEST["org.md"]
    .replace("{id: fewer-ab", "{id: fewer-lost-carts, formerly: [fewer-ab")
    .replace("carts, title: F", "carts], title: F"),
    "teams/checkout/charter.md": CHARTER,
}


def left_behind(folder: Path) -> list[str]:
    """Temporary files."""
    return [place.name for place in folder.rglob("*") if place.name.startswith(".align-") or "tmp" in place.suffix]


# --- what goes where ---


def test_one_run_feeds_several_readers(tool: Tool) -> None:
    root = tool.repo(ERROR)
    names = ["full", "concise", "json", "github", "junit", "markdown", "rdjson"]
    alone = {name: tool("check", root, "--as-of", DAY, "--format", name) for name in names}
    words = [word for name in names for word in ("--output", f"{name}:{tool.folder}/out/{name}")]
    run = tool("check", root, "--as-of", DAY, *words)
    assert (run.status, run.err) == (1, "")
    assert run.out == alone["full"].out
    for name in names:
        assert (tool.folder / "out" / name).read_bytes().decode() == alone[name].out, name


def test_without_a_name_the_file_has_the_format_of_the_screen_and_its_place(tool: Tool) -> None:
    root = tool.repo(ERROR)
    full = tool("check", root).out
    run = tool("check", root, "--output", "out.txt")
    assert (run.status, run.out) == (1, full.splitlines()[-1] + "\n")
    assert (tool.folder / "out.txt").read_text() == full
    run = tool("check", root, "--format", "json", "--output", "out.json")
    assert run.out == full.splitlines()[-1] + "\n"
    assert json.loads((tool.folder / "out.json").read_text())["summary"]["errors"] == 1
    assert tool("check", root, "--format", "json", "--output", "out.json", "--quiet").out == ""


def test_with_a_name_the_screen_keeps_its_own(tool: Tool) -> None:
    root = tool.repo(ERROR)
    run = tool("check", root, "--format", "json", "--output", "junit:out.xml")
    assert json.loads(run.out)["summary"]["errors"] == 1
    assert (tool.folder / "out.xml").read_text().startswith("<?xml")


def test_a_file_has_no_colours_and_no_width(tool: Tool) -> None:
    root = tool.repo(ERROR)
    run = tool("check", root, "--color", "always", "--output", "full:out", env={"COLUMNS": "30"})
    assert "\x1b[" in run.out
    assert (tool.folder / "out").read_text() == tool("check", root).out


def test_advice_is_in_a_file_that_holds_all(tool: Tool) -> None:
    root = tool.repo(ERROR)
    run = tool("check", root, "--output", "json:out.json", "--output", "concise:out.txt")
    assert "info[" not in run.out
    assert "info[" not in (tool.folder / "out.txt").read_text()
    assert tool.json("check", root) == json.loads((tool.folder / "out.json").read_text())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--output", "jnuit:x.xml"], ["`jnuit` is no format", "did you mean `junit`?", "./jnuit:x.xml"]),
        (["--output", "sarif"], ["`sarif` is a format", "`sarif:FILE`", "./sarif"]),
        (["--output", "teletext:x"], ["`teletext` is no format", "there are full, concise, json"]),
        (["--output", "json:"], ["the name of the file is missing"]),
        (["--output", ""], ["the name of the file is missing"]),
        (["--output", "json:-"], ["standard output is for --format"]),
        (["--output", "-"], ["standard output is for --format"]),
        (["--output", "json:x", "--output", "junit:./y/../x"], ["json:x and --output junit:./y/../x name one file"]),
        (["--output", "json:x", "--output", "x"], ["name one file"]),
        (["--output", "json:repo"], ["`repo` is a folder; name a file in it"]),
        (["--output", "json:later/"], ["`later/` is a folder; name a file in it"]),
        (["--output", "json:repo/org.md"], ["repo/org.md: this is a file of the repo, which is never overwritten"]),
        (["--output", "repo/align.toml"], ["repo/align.toml: this is a file of the repo"]),
        (["--output", "json:debts.json", "--baseline", "debts.json"], ["debts.json: this is a file of the repo"]),
        (["--output", "json:x", "--write-baseline"], ["--write-baseline gives no findings; leave out --output"]),
        (["--output", "json:x", "--fix", "--diff"], ["--diff gives no findings; leave out --output"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_meant_is_refused_before_anything_is_written(
    tool: Tool, words: list[str], said: list[str]
) -> None:
    tool.repo(ERROR)
    (tool.folder / "debts.json").write_text('{"version": 1, "findings": []}')
    before = listing(tool.folder)
    one_sentence(tool("check", "repo", *words), *said)
    assert listing(tool.folder) == before


def test_an_own_schema_and_a_configured_baseline_are_never_overwritten(tool: Tool) -> None:
    config = '[check]\nbaseline = "debts.json"\n[schemas]\ncharter = "./schemas/../own.json"\n'
    files = {**ERROR, "debts.json": '{"version": 1, "findings": []}', "own.json": "{}", "schemas/x": ""}
    root = tool.repo(files, config=config)
    before = listing(root)
    for name in ("debts.json", "own.json"):
        one_sentence(tool("check", root, "--output", f"json:{root}/{name}"), "never overwritten")
    assert listing(root) == before


def test_the_file_of_an_unknown_format_can_be_named(tool: Tool) -> None:
    tool.repo(ERROR)
    assert tool("check", "repo", "--output", "./jnuit:x.xml").status == 1
    assert (tool.folder / "jnuit:x.xml").exists()


# --- files ---


def test_folders_on_the_way_are_made(tool: Tool) -> None:
    root = tool.repo(ERROR)
    assert tool("check", root, "--output", "json:a/b/c.json").status == 1
    assert json.loads((tool.folder / "a/b/c.json").read_text())


def test_a_link_is_replaced_and_what_it_leads_to_stays(tool: Tool) -> None:
    root = tool.repo(ERROR)
    precious = root / "org.md"
    before = precious.read_bytes()
    for link in (tool.folder / "out.json", root / "out.json"):
        link.symlink_to(precious)
        assert tool("check", root, "--output", f"json:{link}").status == 1
        assert not link.is_symlink()
        assert json.loads(link.read_text())
    assert precious.read_bytes() == before
    nowhere = tool.folder / "nowhere.json"
    nowhere.symlink_to(tool.folder / "gone")
    assert tool("check", root, "--output", f"json:{nowhere}").status == 1
    assert not nowhere.is_symlink()
    assert not (tool.folder / "gone").exists()


def test_a_link_to_a_device_is_replaced_too(tool: Tool) -> None:
    root = tool.repo(ERROR)
    link = tool.folder / "out.json"
    link.symlink_to("/dev/null")
    assert tool("check", root, "--output", f"json:{link}").status == 1
    assert link.is_file()
    assert not link.is_symlink()


def test_modes_are_kept_and_new_files_follow_the_mask(tool: Tool) -> None:
    root = tool.repo(ERROR)
    old = tool.folder / "old.json"
    old.write_text("old")
    old.chmod(0o640)
    mask = os.umask(0o027)
    try:
        assert tool("check", root, "--output", f"json:{old}", "--output", "junit:new.xml").status == 1
    finally:
        os.umask(mask)
    assert old.stat().st_mode & 0o777 == 0o640
    assert json.loads(old.read_text())
    assert (tool.folder / "new.xml").stat().st_mode & 0o777 == 0o640


def test_standard_error_is_where_it_is(tool: Tool) -> None:
    root = tool.repo(ERROR)
    concise = tool("check", root, "--format", "concise")
    for name in ("/dev/stderr", "/dev/fd/2", "/proc/self/fd/2", "//dev/stderr", "/dev/../dev/stderr"):
        run = tool("check", root, "--output", f"concise:{name}")
        assert (run.status, run.err) == (1, concise.out), name


def test_standard_error_that_is_a_file_is_written_to_and_the_device_stays(tool: Tool) -> None:
    """Whoever puts a file in the place of `/dev/stderr` breaks a container for all."""
    root = tool.repo(ERROR)
    device = Path("/dev/stderr")
    before = device.readlink()
    err = tool.folder / "err"
    err.write_text("before\n")
    try:
        with err.open("a") as stream:
            done = subprocess.run(
                [ALIGN, "check", root, "--output", "concise:/dev/stderr"],
                env=tool.environment(), stdout=subprocess.PIPE, stderr=stream, timeout=TIMEOUT, check=False,
            )  # fmt: skip
        assert done.returncode == 1
        assert device.is_symlink()
    finally:
        if not device.is_symlink():  # a bug should not cost anybody their machine
            device.unlink()
            device.symlink_to(before)
    assert err.read_text() == "before\n" + tool("check", root, "--format", "concise").out


def test_a_pipe_with_a_name_is_written_to(tool: Tool) -> None:
    root = tool.repo(ERROR)
    pipe = tool.folder / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()), daemon=True)
    reader.start()
    assert tool("check", root, "--output", f"json:{pipe}").status == 1
    reader.join(TIMEOUT)
    assert json.loads(got[0])["summary"]["errors"] == 1
    assert pipe.is_fifo()


def test_a_reader_that_goes_away_takes_no_file_along(tool: Tool) -> None:
    root = tool.repo({**ERROR, "teams/many/charter.md": CHARTER.replace("checkout", "many") + "[x](gone.md)\n" * 3000})
    process = subprocess.Popen(
        [ALIGN, "check", root, "--output", f"json:{tool.folder}/out.json"],
        env=tool.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(TIMEOUT) == 141
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert json.loads((tool.folder / "out.json").read_text())["summary"]["errors"] == 1


# --- what cannot be written ---


def refused(run: Run, root: Path, tool: Tool, *words: str) -> None:
    """That the findings came out all the same, and one sentence says what did not."""
    assert run.status == 2
    assert run.out == tool("check", root).out
    assert len(run.err.splitlines()) == 1, run.err
    assert run.err.startswith("align: cannot write ")
    for word in words:
        assert word in run.err


def test_a_file_where_a_folder_should_be(tool: Tool) -> None:
    root = tool.repo(ERROR)
    (tool.folder / "file").write_text("x")
    for path in ("file/out.json", "file/deep/out.json"):
        refused(tool("check", root, "--output", f"json:{path}"), root, tool, path, "not a directory")
    assert (tool.folder / "file").read_text() == "x"


def test_places_where_nobody_may_write(tool: Tool) -> None:
    root = tool.repo(ERROR)
    refused(tool("check", root, "--output", "json:/proc/align/out.json"), root, tool, "/proc/align/out.json")
    refused(tool("check", root, "--output", "json:/proc/out.json"), root, tool, "/proc/out.json")
    refused(tool("check", root, "--output", "json:/dev/fd/99"), root, tool, "bad file descriptor")
    refused(tool("check", root, "--output", f"json:{'x' * 300}"), root, tool, "name too long")


def test_a_full_device(tool: Tool) -> None:
    root = tool.repo(ERROR)
    refused(tool("check", root, "--output", "json:/dev/full"), root, tool, "/dev/full", "no space left on device")
    assert not Path("/dev/full").is_file()


def test_the_others_are_written(tool: Tool) -> None:
    root = tool.repo(ERROR)
    run = tool("check", root, "--output", "json:/dev/full", "--output", "junit:x.xml", "--output", "rdjson:/proc/x")
    refused(run, root, tool, "/dev/full", "/proc/x")
    assert (tool.folder / "x.xml").read_text().endswith("</testsuites>\n")


def limited(tool: Tool, root: Path, most: int, *words: str, env: dict[str, str] | None = None) -> Run:
    """A run in which no file grows beyond some bytes, as on a disk that is full."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    # Python itself takes a short write of its byte code for a whole one, and the next run would stumble over it.
    env = {"PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
    done = subprocess.run(
        [ALIGN, "check", root, *words], cwd=tool.folder, env=tool.environment(env), capture_output=True,
        stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=False, preexec_fn=limit,
    )  # fmt: skip
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_file_that_cannot_grow_is_as_it_was(tool: Tool) -> None:
    root = tool.repo(ERROR)
    (tool.folder / "old.json").write_text("old")
    refused(limited(tool, root, 100, "--output", "json:old.json"), root, tool, "old.json", "file too large")
    assert (tool.folder / "old.json").read_text() == "old"
    refused(limited(tool, root, 100, "--output", "json:a/b/new.json"), root, tool, "a/b/new.json")
    assert not (tool.folder / "a").exists()
    assert left_behind(tool.folder) == []


def test_a_disk_that_is_full(tool: Tool) -> None:
    """A real one where this machine lets us have one; else what the kernel says of a file that cannot grow."""
    root = tool.repo(ERROR)
    disk = tool.folder / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    mounted = mount is not None and (
        subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=4k", "tmpfs", disk], capture_output=True, check=False
        ).returncode
        == 0
    )
    try:
        if mounted:
            (disk / "old.xml").write_text("old")
            run = tool("check", root, "--output", f"junit:{disk}/old.xml", "--output", f"json:{disk}/new.json")
        else:
            (disk / "old.xml").write_text("old")
            run = limited(tool, root, 3, "--output", f"junit:{disk}/old.xml", "--output", f"json:{disk}/new.json")
        refused(run, root, tool, "old.xml", "new.json")
        assert (disk / "old.xml").read_text() == "old"
        assert [place.name for place in disk.iterdir()] == ["old.xml"]
    finally:
        if mounted:
            subprocess.run(["umount", disk], check=True)


def test_standard_output_that_is_full_keeps_no_file_from_being_written(tool: Tool) -> None:
    root = tool.repo(ERROR)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [ALIGN, "check", root, "--output", f"json:{tool.folder}/x.json"],
            env=tool.environment(), stdout=full, stderr=subprocess.PIPE, timeout=TIMEOUT, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == b"align: cannot write the output: no space left on device\n"
    assert json.loads((tool.folder / "x.json").read_text())


# --- GitHub Actions ---


def test_in_actions_annotations_and_a_summary(tool: Tool) -> None:
    root = tool.repo(ERROR)
    page = tool.folder / "summary"
    page.write_text("# Before\n")
    run = tool("check", root, "--as-of", DAY, env={**ACTIONS, "GITHUB_STEP_SUMMARY": str(page)})
    assert (run.status, run.err) == (1, "")
    assert run.out == tool("check", root, "--as-of", DAY, "--format", "github").out
    written = page.read_text()
    alone = tool("check", root, "--as-of", DAY, "--format", "markdown", env=ACTIONS).out
    assert written == "# Before\n" + alone
    assert f"(<https://github.example/some/charters/blob/{SHA}/teams/checkout/charter.md?plain=1#L6>)" in written
    again = tool("check", root, "--as-of", DAY, env={**ACTIONS, "GITHUB_STEP_SUMMARY": str(page)})
    assert again.out == run.out
    assert page.read_text() == written + alone


def test_in_actions_without_a_page_links_are_from_the_top(tool: Tool) -> None:
    root = tool.repo(ERROR)
    run = tool("check", root, "--format", "markdown", env={"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "a/b"})
    assert "(<teams/checkout/charter.md#L6>)" in run.out


def test_a_summary_that_cannot_be_written_fails_no_check(tool: Tool) -> None:
    """Nobody asked for it, and a container may be told of a file that it does not have."""
    root = tool.repo(SMALLEST)
    for page in ("/nowhere/at/all", "/dev/full", str(tool.folder)):
        run = tool("check", root, env={**ACTIONS, "GITHUB_STEP_SUMMARY": page})
        assert run.status == 0
        assert run.lines[-1].startswith("0 errors")
        assert re.fullmatch(rf"align: cannot write {page}: [a-z ]+: there is no summary\n", run.err), run.err
        assert tool("check", tool.folder / "repo", env={**ACTIONS, "GITHUB_STEP_SUMMARY": page}).status == 0
    assert not Path("/nowhere").exists()


def test_a_summary_that_cannot_grow_is_as_it_was(tool: Tool) -> None:
    root = tool.repo(ERROR)
    page = tool.folder / "summary"
    page.write_text("# Before\n")
    run = limited(tool, root, 200, env={**ACTIONS, "GITHUB_STEP_SUMMARY": str(page)})
    assert run.status == 1
    assert "there is no summary" in run.err
    assert page.read_text() == "# Before\n"


def test_a_format_that_was_asked_for_switches_the_native_one_off(tool: Tool) -> None:
    root = tool.repo(ERROR)
    page = tool.folder / "summary"
    for env in ({**ACTIONS, "GITHUB_STEP_SUMMARY": str(page)}, {"GITLAB_CI": "true"}):
        for name in ("full", "concise", "json", "junit"):
            run = tool("check", root, "--as-of", DAY, "--format", name, env=env)
            assert run.out == tool("check", root, "--as-of", DAY, "--format", name).out
            assert run.err == ""
    assert not page.exists()


def test_files_go_with_the_native_format(tool: Tool) -> None:
    root = tool.repo(ERROR)
    page = tool.folder / "summary"
    env = {**ACTIONS, "GITHUB_STEP_SUMMARY": str(page)}
    run = tool("check", root, "--output", "junit:x.xml", "--output", "y.txt", env=env)
    assert run.out == tool("check", root, "--format", "github").out
    assert (tool.folder / "x.xml").read_text() == tool("check", root, "--format", "junit").out
    assert (tool.folder / "y.txt").read_text() == tool("check", root).out
    assert page.read_text().startswith("<!-- align check -->\n")


def test_a_summary_that_is_named_as_a_file_is_written_once(tool: Tool) -> None:
    root = tool.repo(ERROR)
    page = tool.folder / "summary"
    env = {**ACTIONS, "GITHUB_STEP_SUMMARY": str(page)}
    assert tool("check", root, "--output", f"markdown:{page}", env=env).status == 1
    assert page.read_text() == tool("check", root, "--format", "markdown", env=ACTIONS).out


@pytest.mark.parametrize(
    "env", [{}, {"GITHUB_ACTIONS": "false"}, {"GITHUB_ACTIONS": ""}, {"GITLAB_CI": ""}, {"CI": "true"}]
)
def test_elsewhere_nothing_changes(tool: Tool, env: dict[str, str]) -> None:
    root = tool.repo(ERROR)
    page = tool.folder / "summary"
    assert tool("check", root, env={**env, "GITHUB_STEP_SUMMARY": str(page)}).out == tool("check", root).out
    assert not page.exists()


# --- with the other options ---


def test_statistics_go_to_the_screen_and_findings_to_the_file(tool: Tool) -> None:
    root = tool.repo(WARNING)
    page = tool.folder / "summary"
    for env in ({}, {**ACTIONS, "GITHUB_STEP_SUMMARY": str(page)}):
        run = tool("check", root, "--statistics", "--output", "junit:x.xml", env=env)
        assert run.status == 0
        assert re.search(r"(?m)^1  AL209  ", run.out)
        assert "::" not in run.out
        assert run.lines[-1].startswith("0 errors, 1 warning")
        assert "AL209" in (tool.folder / "x.xml").read_text()
    assert not page.exists()


def test_a_diff_is_a_diff_in_actions_too(tool: Tool) -> None:
    root = tool.repo(FORMER)
    page = tool.folder / "summary"
    env = {**ACTIONS, "GITHUB_STEP_SUMMARY": str(page)}
    plain, inside = tool("check", root, "--fix", "--diff"), tool("check", root, "--fix", "--diff", env=env)
    assert plain == inside
    assert "+++ " in plain.out
    assert not page.exists()


def test_with_fix_files_hold_what_remains(tool: Tool) -> None:
    root = tool.repo({**FORMER, "teams/x/charter.md": CHARTER.replace("checkout", "x") + "[x](gone.md)\n"})
    run = tool("check", root, "--fix", "--output", "json:x.json", "--output", "rdjson:y.json", env=ACTIONS)
    assert run.status == 0
    assert run.err == "fixed 2 findings in 2 files\n"
    codes = [item["code"] for item in json.loads((tool.folder / "x.json").read_text())["diagnostics"]]
    assert "AL205" not in codes
    assert "AL209" in codes
    assert "::warning file=teams/x/charter.md,line=8," in run.out


def test_what_fix_wrote_is_said_even_if_a_file_cannot_be_written(tool: Tool) -> None:
    root = tool.repo(FORMER)
    run = tool("check", root, "--fix", "--output", "json:/dev/full")
    assert run.status == 2
    assert run.err == "fixed 1 finding in 1 file\nalign: cannot write /dev/full: no space left on device\n"


def test_the_status_is_that_of_the_findings(tool: Tool) -> None:
    root = tool.repo(WARNING)
    assert tool("check", root, "--output", "json:x.json").status == 0
    assert tool("check", root, "--output", "json:x.json", "--fail-on", "warning").status == 1


def test_why_it_could_not_run_is_an_annotation_as_well(tool: Tool) -> None:
    root = tool.repo(SMALLEST, config='[check]\nignroe = ["a%b"]\n')
    run = tool("check", root, env={"GITHUB_ACTIONS": "true"})
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith("::error title=align::align.toml: "), run.err
    assert len(run.err.splitlines()) == 1
    assert "ignroe" in run.err
