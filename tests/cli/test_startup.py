"""What may be loaded when the tool starts: named here, so that nothing heavy comes in unseen.

``quality.md`` gives the budgets (`--version` within 1.3 times, a check within 2.5 times `import typer`); times are
measured by the benchmarks. This test holds what they depend on, and does not depend on the machine.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.cli.tool import ALIGN, SMALLEST, TIMEOUT, Tool

TYPER_ALONE = "import typer\napp = typer.Typer()\napp.command()(lambda: None)\napp.command('other')(lambda: None)\napp(['other'])\n"

OURS_FOR_VERSION = {"aligncli", "aligncli.cli"}
OURS_FOR_CHECK = OURS_FOR_VERSION | {
    f"aligncli.{name}"
    for name in (
        "commands", "commands.check", "commands.outputs", "commands.session", "config", "diagnostics", "document", "document.body", "document.fences",
        "document.loader", "document.locate", "document.source", "document.traps", "engine", "engine.before", "engine.facts", "engine.places", "engine.report", "engine.run", "engine.select", "engine.suppress", "io", "io.ci", "io.discover", "io.documents", "io.files", "io.repo", "io.resources", "io.terminal", "io.tree",
        "model", "render", "render.check", "render.check_text", "render.text", "rules", "rules.base", "rules.dependencies", "rules.documents", "rules.fields",
        "rules.freshness", "rules.guardrails", "rules.itself", "rules.measures", "rules.names", "rules.together", "rules.traceability", "rules.waivers", "rules.wording", "schema", "schema.gate", "suggest", "workspace", "workspace.conflicts", "workspace.declare", "workspace.link", "workspace.load", "workspace.misnomers", "workspace.poison", "workspace.resolve",
        "words", "workspace.names", "workspace.rings", "workspace.scope", "workspace.workspace",
    )
}  # fmt: skip
"""A clean run locates nothing, draws nothing and writes nothing: no frame, no scaffold, no tree."""

PACKAGES_FOR_CHECK = {"yaml", "msgspec", "jsonschema_rs", "typing_extensions"}
"""The chosen packages that every check needs, and what msgspec itself needs."""

LIBRARY_FOR_CHECK = {
    "__future__", "bisect", "calendar", "gc", "json", "decimal", "numbers", "string", "struct",
    # jsonschema_rs loads these itself
    "array", "base64", "binascii", "email", "quopri", "random", "socket",
}  # fmt: skip

NEVER = {
    "argparse", "asyncio", "attr", "attrs", "concurrent", "frontmatter", "hashlib", "http", "importlib.metadata", "importlib.resources", "jsonschema",
    "jsonschema_specifications", "logging", "markdown_it", "multiprocessing", "pathspec", "pickle", "pkg_resources", "pydantic", "pygments",
    "referencing", "rich", "rpds", "tempfile", "tomllib", "unittest", "urllib.request", "xml", "zipfile",
}  # fmt: skip


def loaded(tool: Tool, *words: str) -> set[str]:
    """The modules that a run of Python loads, by ``-X importtime``."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *words],
        env=tool.environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=True,
    )  # fmt: skip
    return set(re.findall(r"^import time: +\d+ \| +\d+ \| +([\w.]+)$", done.stderr.decode(), re.M))


def top(modules: set[str]) -> set[str]:
    return {module.split(".")[0] for module in modules}


def ours(modules: set[str]) -> set[str]:
    return {module for module in modules if module.split(".")[0] == "aligncli"}


@pytest.fixture
def beyond(tool: Tool) -> set[str]:
    """What a typer application of two empty commands loads by itself: nobody can have less."""
    return loaded(tool, "-c", TYPER_ALONE)


def foreign(modules: set[str], beyond: set[str]) -> tuple[set[str], set[str]]:
    """The packages and the parts of the standard library that are loaded beyond what typer loads."""
    names = top(modules) - top(beyond) - {"aligncli"}
    library = {name for name in names if name in sys.stdlib_module_names}
    return names - library, {name for name in library if not name.startswith("_")} | names & {"__future__"}


def test_version_loads_two_modules_of_ours_and_nothing_else(tool: Tool, beyond: set[str]) -> None:
    modules = loaded(tool, str(ALIGN), "--version")
    assert ours(modules) == OURS_FOR_VERSION
    assert foreign(modules, beyond) == (set(), {"gc"})


def test_check_loads_what_a_clean_run_needs(tool: Tool, beyond: set[str]) -> None:
    modules = loaded(tool, str(ALIGN), "check", str(tool.repo(SMALLEST, config=None)))
    assert ours(modules) - OURS_FOR_CHECK == set()
    packages, library = foreign(modules, beyond)
    assert packages == PACKAGES_FOR_CHECK
    assert library - LIBRARY_FOR_CHECK == set()


@pytest.mark.parametrize(
    "words", [["--version"], ["check"], ["check", "--format", "json"], ["check", "--format", "concise"]], ids=" ".join
)
def test_heavy_things_are_never_loaded(tool: Tool, beyond: set[str], words: list[str]) -> None:
    never = NEVER - {"hashlib"} if "json" in words else NEVER  # fingerprints are made with it
    root = tool.repo(SMALLEST, config=None)
    where = ["-C", str(root)] if words[0] == "check" else []
    modules = loaded(tool, str(ALIGN), *words, *where) - beyond
    assert {name for name in modules if name in never or name.split(".")[0] in never} == set()


def test_a_check_starts_no_process_and_opens_no_connection(tool: Tool) -> None:
    """`No network at all, ever, in check`; and git is read, not run."""
    root = tool.repo(SMALLEST, config=None)
    (root / ".git").mkdir()
    watch = (
        "import sys\n"
        "def hook(event, args):\n"
        "    if event.startswith(('subprocess.', 'os.system', 'os.exec', 'os.posix_spawn', 'os.fork', 'socket.', 'urllib.')):\n"
        "        sys.stderr.write(f'{event} {args}\\n')\n"
        "sys.addaudithook(hook)\n"
        f"sys.argv = ['align', 'check', {str(root)!r}]\n"
        "from aligncli.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", watch],
        env=tool.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
