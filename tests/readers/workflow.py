"""Runs a GitHub workflow in a scratch folder, as far as the workflows of this house go.

Expressions, the order and conditions of steps, composite actions, the files for outputs and summaries and a real
shallow clone are as on GitHub. Foreign actions have equivalents here; whatever else a workflow asks for fails the test.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests import TOP

PINNED = re.compile(r"[0-9a-f]{40}\Z")


class Unknown(Exception):
    """Something that this runner does not know, and that no workflow of ours should use unseen."""


# --- expressions ---

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>true|false|null)\b|(?P<name>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)"
    r"|(?P<mark>==|!=|&&|\|\||!|\(|\)|,))"
)


class Expression:
    """A part of GitHub's expressions: literals, contexts, ``== != && || !``, and the functions given.

    Args:
        text: without ``${{ }}``.
        lookup: gives what a dotted name stands for, or raises :class:`Unknown`.
        functions: by name.
    """

    def __init__(
        self, text: str, lookup: Callable[[str], Any], functions: Mapping[str, Callable[..., Any]] | None = None
    ) -> None:
        self._lookup = lookup
        self._functions = functions or {}
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise Unknown(f"expression {text!r}")
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self._at = 0

    def value(self) -> Any:
        result = self._either()
        if self._at != len(self._tokens):
            raise Unknown(f"expression, from {self._tokens[self._at]}")
        return result

    def _take(self, *marks: str) -> str | None:
        if self._at < len(self._tokens) and self._tokens[self._at] in [("mark", mark) for mark in marks]:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return None

    def _either(self) -> Any:
        left = self._both()
        while self._take("||"):
            right = self._both()
            left = left or right
        return left

    def _both(self) -> Any:
        left = self._compared()
        while self._take("&&"):
            right = self._compared()
            left = left and right
        return left

    def _compared(self) -> Any:
        left = self._single()
        while (mark := self._take("==", "!=")) is not None:
            same = _folded(left) == _folded(self._single())
            left = same if mark == "==" else not same
        return left

    def _single(self) -> Any:
        if self._take("!"):
            return not self._single()
        if self._take("("):
            inner = self._either()
            if not self._take(")"):
                raise Unknown("expression without `)`")
            return inner
        if self._at == len(self._tokens):
            raise Unknown("expression that ends early")
        kind, token = self._tokens[self._at]
        self._at += 1
        if kind == "text":
            return token[1:-1].replace("''", "'")
        if kind == "word":
            return {"true": True, "false": False, "null": None}[token]
        if kind == "name" and self._take("("):
            arguments = []
            while not self._take(")"):
                arguments.append(self._either())
                self._take(",")
            if token not in self._functions:
                raise Unknown(f"function {token}")
            return self._functions[token](*arguments)
        if kind == "name":
            return self._lookup(token)
        raise Unknown(f"expression with {token!r}")


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else "" if value is None else value


def written(value: Any) -> str:
    """A value as it stands in a text."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


# --- running ---


@dataclass
class Job:
    """What became of a job."""

    log: str = ""
    summary: str = ""
    failed: bool = False
    uploads: list[tuple[str, str]] = field(default_factory=list)
    """Category and text of the files that went to code scanning."""
    outputs: dict[str, str] = field(default_factory=dict)
    """Of the last action of ours."""
    steps: list[str] = field(default_factory=list)
    """Names of those that ran."""
    environment: dict[str, str] = field(default_factory=dict)
    """What steps changed for those after them, which ours must not."""


@dataclass
class Runner:
    """A machine of a CI system.

    Args:
        remote: the repo that is checked out.
        commit: of it.
        event: the name of the event.
        payload: of it.
        folder: for the workspace and all that belongs to this job.
        temporary: ``RUNNER_TEMP``; one for several jobs spares them the installation.
        environment: what every process has.
        action: the name of our own action, without its version, whose source is this checkout.
        ref: of the run.
        actor: who started it.
    """

    remote: Path
    commit: str
    event: str
    payload: Path
    folder: Path
    temporary: Path
    environment: Mapping[str, str]
    action: str
    version: str
    server: str = "https://github.com"
    """Where the workspace fetches from after the checkout, which had credentials and did not leave them behind."""
    owner: int | None = None
    """Whose the workspace is; another user's than the job's, as in a container."""
    ref: str = "refs/heads/main"
    actor: str = "mei"
    repository: str = "acme/charters"

    def run(self, workflow: str) -> Job:
        """Runs the only job of a workflow."""
        data = yaml.safe_load(workflow)
        triggers = data[True]  # YAML 1.1 reads `on` as a truth
        assert self.event in triggers, f"{self.event} does not start this workflow"
        (job,) = data["jobs"].values()
        assert set(job) <= {"runs-on", "permissions", "steps"}, job
        assert job["runs-on"] == "ubuntu-latest"
        assert data["permissions"] == {}
        self._text(data["concurrency"]["group"], self._github)
        (self.folder / "workspace").mkdir(parents=True)
        self.temporary.mkdir(exist_ok=True)
        result = Job()
        self._steps(job["steps"], result, {}, {}, None)
        summary = self.folder / "summary.md"
        result.summary = summary.read_text(encoding="utf-8") if summary.exists() else ""
        return result

    def _steps(
        self,
        steps: list[dict[str, Any]],
        job: Job,
        inputs: dict[str, str],
        found: dict[str, dict[str, str]],
        action: Path | None,
    ) -> bool:
        """Runs steps; gives whether all went well."""
        fine = True
        for step in steps:
            known = {"name", "id", "if", "uses", "with", "env", "run", "shell"}
            if set(step) - known:
                raise Unknown(f"keys of a step: {set(step) - known}")
            functions: dict[str, Callable[..., Any]] = {
                "success": lambda fine=fine: fine,
                "failure": lambda fine=fine: not fine,
                "cancelled": lambda: False,
                "always": lambda: True,
                "format": lambda text, *values: text.format(*map(written, values)),
            }

            def lookup(name: str) -> Any:
                return self._context(name, inputs, found)

            condition = str(step.get("if", "success()")).strip()
            condition = condition.removeprefix("${{").removesuffix("}}")
            if not re.search(r"\b(?:success|failure|cancelled|always)\(", condition):
                condition = f"success() && ({condition})"
            outputs: dict[str, str] = {}
            if "id" in step:
                found[step["id"]] = outputs
            if not Expression(condition, lookup, functions).value():
                continue
            job.steps.append(step.get("name") or step.get("uses") or step["run"])
            given = {key: self._text(value, lookup, functions) for key, value in step.get("with", {}).items()}
            env = {key: self._text(value, lookup, functions) for key, value in step.get("env", {}).items()}
            if "uses" in step:
                went = self._use(step["uses"], given, outputs, job)
            else:
                assert "${{" not in step["run"], "a template in a script is an injection"
                assert step.get("shell", "bash") == "bash"
                assert action is None or "shell" in step, "a composite action names the shell of each script"
                went = self._script(step["run"], env, outputs, job, action)
            fine = fine and went
        job.failed = not fine
        return fine

    def _use(self, uses: str, given: dict[str, str], outputs: dict[str, str], job: Job) -> bool:
        name, _, revision = uses.partition("@")
        if name == self.action:
            assert revision == self.version, f"{uses} is another version than this one"
            return self._act(given, outputs, job)
        assert PINNED.match(revision), f"{uses} is not pinned to a commit"
        match name:
            case "actions/checkout":
                assert set(given) <= {"persist-credentials", "fetch-depth", "ref"}, given
                self._check_out(given.get("ref", self.commit), int(given.get("fetch-depth", "1")))
            case "actions/setup-python":
                assert set(given) == {"python-version", "update-environment"}, given
                assert re.fullmatch(r"3\.\d+", given["python-version"])
                assert given["update-environment"] == "false"
                outputs["python-path"] = sys.executable
            case "github/codeql-action/upload-sarif":
                assert set(given) == {"sarif_file", "category"}, given
                job.uploads.append((given["category"], Path(given["sarif_file"]).read_text(encoding="utf-8")))
            case _:
                raise Unknown(f"action {uses}")
        return True

    def _act(self, given: dict[str, str], outputs: dict[str, str], job: Job) -> bool:
        action = yaml.safe_load((TOP / "action.yml").read_text(encoding="utf-8"))
        assert set(given) <= set(action["inputs"]), f"no such inputs: {set(given) - set(action['inputs'])}"
        inputs = {name: given.get(name, about["default"]) for name, about in action["inputs"].items()}
        assert action["runs"]["using"] == "composite"
        found: dict[str, dict[str, str]] = {}
        went = self._steps(action["runs"]["steps"], job, inputs, found, TOP)
        for name, about in action["outputs"].items():
            outputs[name] = self._text(about["value"], lambda key: self._context(key, inputs, found))
        job.outputs = outputs
        return went

    def _script(self, script: str, env: dict[str, str], outputs: dict[str, str], job: Job, action: Path | None) -> bool:
        files = {name: self.folder / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")}
        for place in files.values():
            place.write_text("")
        variables = {
            **self.environment,
            **{name: str(place) for name, place in files.items()},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": self.actor,
            "GITHUB_EVENT_NAME": self.event,
            "GITHUB_EVENT_PATH": str(self.payload),
            "GITHUB_REF": self.ref,
            "GITHUB_REPOSITORY": self.repository,
            "GITHUB_SERVER_URL": self.server,
            "GITHUB_SHA": self.commit,
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_WORKSPACE": str(self.folder / "workspace"),
            "RUNNER_TEMP": str(self.temporary),
            **({"GITHUB_ACTION_PATH": str(action)} if action else {}),
            **env,
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
            cwd=self.folder / "workspace",
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        job.log += done.stdout.decode("utf-8")
        for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines():
            name, mark, value = line.partition("=")
            assert mark, line
            assert re.fullmatch(r"[\w-]+", name), line
            outputs[name] = value
        for name in ("GITHUB_ENV", "GITHUB_PATH"):
            if text := files[name].read_text(encoding="utf-8"):
                job.environment[name] = text
        return done.returncode == 0

    def _check_out(self, revision: str, depth: int) -> None:
        """As the action does it: one commit, its tree, and no history unless asked for."""
        workspace = self.folder / "workspace"
        deep = ["--unshallow"] if depth == 0 else []
        for words in (
            ["init", "--quiet", "."],
            ["remote", "add", "origin", f"file://{self.remote}"],
            ["fetch", "--quiet", "--no-tags", f"--depth={depth or 1}", "origin", revision],
            ["checkout", "--quiet", "--force", revision],
            *([["fetch", "--quiet", *deep, "origin", revision]] if deep else []),
        ):
            subprocess.run(["git", *words], cwd=workspace, env=dict(self.environment), check=True, capture_output=True)
        if self.server != "https://github.com":
            words = ["git", "remote", "set-url", "origin", f"{self.server}/{self.remote.name}/.git"]
            subprocess.run(words, cwd=workspace, env=dict(self.environment), check=True)
        if self.owner is not None:
            for place in (workspace, *workspace.rglob("*")):
                os.chown(place, self.owner, self.owner, follow_symlinks=False)

    def _github(self, name: str) -> Any:
        return self._context(name, {}, {})

    def _context(self, name: str, inputs: Mapping[str, str], found: Mapping[str, Mapping[str, str]]) -> Any:
        context, _, rest = name.partition(".")
        github = {"event_name": self.event, "ref": self.ref, "token": "secret-token", "repository": self.repository}
        if context == "github" and rest in github:
            return github[rest]
        if context == "inputs" and rest in inputs:
            return inputs[rest]
        if context == "steps":
            step, _, output = rest.partition(".outputs.")
            if step in found and output:
                return found[step].get(output)
        raise Unknown(name)

    def _text(
        self, text: Any, lookup: Callable[[str], Any], functions: Mapping[str, Callable[..., Any]] | None = None
    ) -> str:
        def value(found: re.Match[str]) -> str:
            return written(Expression(found[1], lookup, functions).value())

        return re.sub(r"\$\{\{(.*?)\}\}", value, written(text))
