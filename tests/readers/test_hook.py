"""The hook, through pre-commit itself: on the source, and from the file that `init` writes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from aligncli.render.ci_files import HOOK
from tests.cli.test_readme import block
from tests.cli.tool import ERROR, SMALLEST
from tests.readers.hub import Hub
from tests.readers.source import serve

PRE_COMMIT = Path(sys.executable).with_name("pre-commit")


class Hooked(Hub):
    """A repo of charters whose author uses pre-commit.

    Args:
        folder: an empty one.
        files: of the first commit.
        environments: where pre-commit keeps its environments, which it locks.
    """

    def __init__(self, folder: Path, files: Mapping[str, str], environments: Path) -> None:
        super().__init__(folder, files)
        self._environments = environments

    def pre_commit(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PRE_COMMIT, *words],
            cwd=self.repo,
            env={**self.environment, "PRE_COMMIT_HOME": str(self._environments), "PRE_COMMIT_COLOR": "never"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory, common: Path) -> Hooked:
    """One environment for all tests: building it takes longer than all they do."""
    folder = tmp_path_factory.mktemp("hooked")
    files = {**SMALLEST, "align.toml": "", ".pre-commit-config.yaml": block("pre-commit"), "app/main.c": "int x;\n"}
    hub = Hooked(folder, files, common / "pre-commit")
    serve(folder / "source", hub.environment)
    return hub


def test_try_repo(hooked: Hooked) -> None:
    hooked.git("checkout", "--quiet", "-B", "tried", "main")
    source = str(hooked.folder / "source")
    hooked.commit("tried", {"teams/checkout/charter.md": ERROR["teams/checkout/charter.md"]})
    bad = hooked.pre_commit("try-repo", source, HOOK, "--all-files")
    assert bad.returncode == 1, bad.stdout + bad.stderr
    assert "teams/checkout/charter.md:6:" in bad.stdout
    assert "error[AL202]" in bad.stdout


def test_the_file_that_init_writes(hooked: Hooked) -> None:
    hooked.git("checkout", "--quiet", "-B", "mine", "main")
    good = hooked.pre_commit("run", "--all-files")
    assert good.returncode == 0, good.stdout + good.stderr
    assert "align check" in good.stdout
    assert "Passed" in good.stdout
    charter = hooked.repo / "teams/checkout/charter.md"
    charter.write_text(ERROR["teams/checkout/charter.md"])
    hooked.git("add", "--all")
    bad = hooked.pre_commit("run")
    assert bad.returncode == 1
    assert "error[AL202]" in bad.stdout
    hooked.git("reset", "--quiet", "--hard")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("app/main.c", "Skipped"),
        ("teams/x.md", "Passed"),
        ("align.toml", "Passed"),
        ("schemas/ours.schema.json", "Passed"),
    ],
)
def test_it_runs_for_what_a_check_reads(hooked: Hooked, path: str, status: str) -> None:
    hooked.git("checkout", "--quiet", "-B", "read", "main")
    place = hooked.repo / path
    place.parent.mkdir(exist_ok=True)
    place.write_text("# x\n")
    hooked.git("add", "--all")
    done = hooked.pre_commit("run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert status in done.stdout
    hooked.git("reset", "--quiet", "--hard")
