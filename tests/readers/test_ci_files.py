"""The files for CI systems, read by what reads such files: their schemas, a linter of workflows, a GitLab job's shell."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import aligncli
from aligncli.render.ci_files import GITLAB, NIGHTLY, WORKFLOW, ci_files
from tests import TOP
from tests.cli.test_readme import block
from tests.cli.tool import CHARTER, ERROR, SMALLEST, Tool, write
from tests.readers.hub import Hub
from tests.readers.source import serve

BIN = Path(sys.executable).parent


def run(*words: str | Path, cwd: Path = TOP) -> str:
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def schema(name: str, *files: str | Path, cwd: Path = TOP) -> None:
    run(BIN / "check-jsonschema", "--builtin-schema", f"vendor.{name}", *files, cwd=cwd)


# --- their schemas ---


def test_the_action() -> None:
    schema("github-actions", "action.yml")


def test_what_init_writes(tmp_path: Path) -> None:
    tool = Tool(tmp_path)
    for system, names in (("github", ["github-workflows"] * 2), ("gitlab", ["gitlab-ci"])):
        folder = tool.folder / system
        folder.mkdir()
        assert tool("init", "--ci", system, cwd=folder).status == 0
        paths = list(ci_files(system))
        for path, name in zip(paths, names, strict=True):
            schema(name, path, cwd=folder)
        run(BIN / "pre-commit", "validate-config", ".pre-commit-config.yaml", cwd=folder)


def test_the_hooks() -> None:
    run(BIN / "pre-commit", "validate-manifest", ".pre-commit-hooks.yaml")


def test_the_gitlab_template_is_what_init_writes() -> None:
    """A template for `include` and a file to begin with are one text, so that both are tested."""
    assert (TOP / "templates/align.gitlab-ci.yml").read_text(encoding="utf-8") == GITLAB
    schema("gitlab-ci", "templates/align.gitlab-ci.yml")


# --- what makes them safe ---


def test_zizmor_has_nothing_to_say(tmp_path: Path) -> None:
    """Our own action is pinned by the tag of the version that wrote the workflow, which cannot know its commit."""
    home = aligncli.HOME.removeprefix("https://github.com/")
    policies = {"rules": {"unpinned-uses": {"config": {"policies": {home: "ref-pin", "*": "hash-pin"}}}}}
    write(
        tmp_path,
        {
            "zizmor.yml": yaml.safe_dump(policies),
            ".github/workflows/align.yml": WORKFLOW,
            ".github/workflows/align-nightly.yml": NIGHTLY,
            "action.yml": (TOP / "action.yml").read_text(encoding="utf-8"),
        },
    )
    said = run(BIN / "zizmor", "--offline", "--format", "json", "--config", "zizmor.yml", ".", cwd=tmp_path)
    assert json.loads(said) == []


@pytest.mark.parametrize("text", [WORKFLOW, NIGHTLY])
def test_a_token_may_do_no_more_than_it_must(text: str) -> None:
    data = yaml.safe_load(text)
    assert data["permissions"] == {}
    (job,) = data["jobs"].values()
    assert job["permissions"] in ({"contents": "read"}, {"contents": "read", "issues": "write"})
    assert "pull_request_target" not in text
    checkout = job["steps"][0]
    assert checkout["with"] == {"persist-credentials": False}
    assert data["concurrency"]["cancel-in-progress"] is True


def test_no_template_reaches_a_shell() -> None:
    for step in yaml.safe_load((TOP / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert ("run" in step) == ("shell" in step)


def test_every_input_is_explained() -> None:
    """In the action and in the README's table."""
    inputs = yaml.safe_load((TOP / "action.yml").read_text(encoding="utf-8"))["inputs"]
    assert all(about["description"] and about["default"] is not None for about in inputs.values())
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z-]+)(?:: true)?` \|", readme[readme.index("| input | does |") :], re.M)
    assert {*inputs} <= {*listed}


# --- the image ---


def test_the_image_is_made_of_what_is_there() -> None:
    """There may be no engine to build it here; what it copies has to exist and to be let in, at least."""
    text = (TOP / "Dockerfile").read_text(encoding="utf-8")
    let_in = {line[1:] for line in (TOP / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {name for line in re.findall(r"^COPY (.+)", text, re.M) for name in line.split()[:-1]}
    assert copied == let_in
    assert all((TOP / name).exists() for name in copied)
    last = text[text.rindex("\nFROM ") :]
    assert re.search(r"^USER [1-9][0-9]*\nWORKDIR /repo\nENTRYPOINT \[\"align\"\]\n\Z", last, re.M)
    assert "COPY" not in last


# --- GitLab's job ---

BROKEN = ERROR["teams/checkout/charter.md"]
OTHER = CHARTER.replace("checkout", "returns").replace("[fewer-abandoned-carts]", "[fewer-returns]")


class Pipeline(NamedTuple):
    status: int
    log: str
    quality: list[dict[str, Any]]
    failures: int
    """In the JUnit report."""


class GitLab:
    """A runner of GitLab's, with an image of its own; its first job installs align there, and the others find it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hub = Hub(folder / "hub", {**SMALLEST, "align.toml": ""})
        serve(folder / "source", self.hub.environment)
        run(BIN / "python", "-m", "virtualenv", "--quiet", folder / "image", cwd=folder)
        self._has_align = False

    def run(self, commit: str, variables: Mapping[str, str]) -> Pipeline:
        """The job of the README on a commit."""
        job = yaml.safe_load(block("gitlab"))["align"]
        assert job["variables"] == {"GIT_DEPTH": "0"}
        work = self.folder / commit
        self.hub.git("clone", "--quiet", f"file://{self.hub.repo}", str(work))
        self.hub.git("-C", str(work), "checkout", "--quiet", "--detach", commit)
        base = self.hub.environment
        install, *rest = job["script"]
        assert install.startswith("pip install ")
        script = rest if self._has_align else [install, *rest]
        self._has_align = True
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(script)],
            cwd=work,
            env={
                **base,
                "PATH": f"{self.folder / 'image' / 'bin'}:{base['PATH']}",
                "CI": "true",
                "GITLAB_CI": "true",
                "CI_COMMIT_SHA": commit,
                "CI_PROJECT_URL": "https://gitlab.example.org/acme/charters",
                **variables,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        log = done.stdout.decode()
        assert job["artifacts"]["when"] == "always"
        reports = job["artifacts"]["reports"]
        quality = json.loads((work / reports["codequality"]).read_text(encoding="utf-8"))
        junit = ET.fromstring((work / reports["junit"]).read_text(encoding="utf-8"))
        return Pipeline(
            done.returncode, log, quality, len(junit.findall(".//failure")) + len(junit.findall(".//error"))
        )


@pytest.fixture(scope="module")
def gitlab(tmp_path_factory: pytest.TempPathFactory) -> GitLab:
    return GitLab(tmp_path_factory.mktemp("gitlab"))


def test_the_gitlab_job(gitlab: GitLab) -> None:
    """One installation serves all: a clean branch, a debt on it, and three merge requests (which need --since)."""
    hub = gitlab.hub
    clean = gitlab.run(hub.first, {"CI_COMMIT_BRANCH": "main"})
    assert (clean.status, clean.quality, clean.failures) == (0, [], 0), clean.log

    hub.commit("late", {"notes.md": "# Notes\n"})
    debt = hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    whole = gitlab.run(debt, {"CI_COMMIT_BRANCH": "main"})
    assert whole.status == 1
    assert "error[AL202]" in whole.log
    assert [item["location"]["path"] for item in whole.quality] == ["teams/checkout/charter.md"]
    assert whole.failures == 1

    quiet = gitlab.run(hub.commit("quiet", {"notes.md": "# Notes\n"}), {"CI_MERGE_REQUEST_DIFF_BASE_SHA": debt})
    assert quiet.status == 0, quiet.log
    assert len(quiet.quality) == 1, "GitLab compares whole reports"
    assert quiet.failures == 0

    loud = gitlab.run(hub.commit("loud", {"teams/returns/charter.md": OTHER}), {"CI_MERGE_REQUEST_DIFF_BASE_SHA": debt})
    assert loud.status == 1
    assert "fewer-returns" in loud.log
    assert "teams/checkout" not in loud.log
    assert (len(loud.quality), loud.failures) == (2, 1)

    # A merged-results pipeline runs on a merge into the target branch, which has moved on since the branch parted.
    merged = gitlab.run(
        hub.merge("late"),
        {"CI_MERGE_REQUEST_DIFF_BASE_SHA": hub.first, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": debt},
    )
    assert merged.status == 0, merged.log
