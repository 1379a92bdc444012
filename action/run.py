"""What the GitHub action does between setting up Python and uploading: installs, checks, comments.

It runs on the standard library alone, before anything is installed. `action.yml` gives its inputs as variables
(`ALIGN_…`), GitHub the rest. It ends with 0 whenever it could run, and leaves the status to the last step.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

COMMENT = "<!-- align check -->"
"""What the markdown format begins with."""
ISSUE = "<!-- align by the calendar -->"
BOT = "github-actions[bot]"
MOST = 65_000
"""Characters of a comment or an issue; GitHub takes 65,536."""
ALERTS = 5_000
"""So many results of a run are shown."""
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a title or the name of a file may hold and nobody should see: controls, what turns a line round, broken bytes."""


class Failed(Exception):
    """Something that cannot go on; one sentence."""


# --- talking to the runner ---


def say(kind: str, text: str) -> None:
    """An annotation (`error`, `warning`, `notice`)."""
    data = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::{kind} title=align::{data}", flush=True)


def put(variable: str, text: str) -> None:
    """Adds to a file of the runner (`GITHUB_OUTPUT`, `GITHUB_STEP_SUMMARY`)."""
    with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
        file.write(text)


@contextmanager
def group(title: str) -> Iterator[None]:
    """A part of the log that is folded away."""
    print(f"::group::{title}", flush=True)
    try:
        yield
    finally:
        print("::endgroup::", flush=True)


class Inputs(NamedTuple):
    """What the workflow asks for."""

    path: str
    since: str
    fail_on: str
    comment: bool
    sarif: bool
    issue: bool
    plugins: Sequence[str]
    args: Sequence[str]
    token: str

    @classmethod
    def read(cls) -> Inputs:
        """Takes them out of the environment: what runs from here on need not know the token."""
        take = {name[6:].lower(): os.environ.pop(name).strip() for name in list(os.environ) if name in VARIABLES}
        return cls(
            path=take["path"] or ".",
            since=take["since"],
            fail_on=take["fail_on"],
            comment=_flag("comment", take["comment"]),
            sarif=_flag("sarif", take["sarif"]),
            issue=_flag("issue", take["issue"]),
            plugins=take["plugins"].split(),
            args=take["args"].split(),
            token=take["token"],
        )


VARIABLES = {f"ALIGN_{field.upper()}" for field in Inputs._fields}


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false", ""):
        raise Failed(f"`{name}` is true or false, not `{text}`")
    return text.lower() == "true"


class Event(NamedTuple):
    """Why the workflow runs."""

    name: str
    payload: Mapping[str, Any]
    repository: str

    @classmethod
    def read(cls) -> Event:
        """As the runner tells."""
        payload = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
        return cls(os.environ["GITHUB_EVENT_NAME"], payload, os.environ["GITHUB_REPOSITORY"])

    @property
    def pull_request(self) -> Mapping[str, Any] | None:
        """Where it is about one."""
        return self.payload.get("pull_request") if self.name == "pull_request" else None

    @property
    def is_about_the_default_branch(self) -> bool:
        """Whether it speaks of what is agreed upon; a schedule always does."""
        default = (self.payload.get("repository") or {}).get("default_branch")
        here = os.environ["GITHUB_REF"] == f"refs/heads/{default}"
        return self.name == "schedule" or (self.name in ("workflow_dispatch", "push") and here)

    @property
    def is_strangers(self) -> bool:
        """Whether the token may only read: a fork's pull request, one whose fork is gone, or Dependabot's."""
        if self.pull_request is None:
            return False
        head = self.pull_request["head"].get("repo") or {}
        return head.get("full_name") != self.repository or os.environ.get("GITHUB_ACTOR") == "dependabot[bot]"


# --- installing ---


def install(inputs: Inputs, folder: Path) -> Path:
    """The executable of this very checkout, in an environment of its own; once in a job."""
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    done = folder / "installed"
    wanted = [str(Path(__file__).resolve().parents[1]), *inputs.plugins]
    if not done.exists() or done.read_text(encoding="utf-8").splitlines() != wanted:
        with group("Installing align"):
            folder.mkdir(parents=True, exist_ok=True)
            venv.create(folder / "venv", with_pip=True, symlinks=os.name != "nt")
            pip = [
                str(scripts / "python"),
                "-I",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--",
            ]
            if subprocess.run([*pip, *wanted], check=False).returncode:
                raise Failed("align could not be installed; pip says above why")
            done.write_text("\n".join(wanted), encoding="utf-8")
    return scripts / "align"


# --- git ---


def trust(folder: Path) -> None:
    """Lets git work in a container, where the files belong to somebody else.

    A configuration beside the user's, for what runs from here on; the tool's own git sees no `GIT_…` variables.
    """
    place = folder / "config" / "git" / "config"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("[safe]\n\tdirectory = *\n", encoding="utf-8")
    os.environ["XDG_CONFIG_HOME"] = str(folder / "config")


def git(folder: Path, *words: str, token: str = "") -> str | None:
    """What git prints; nothing where it fails."""
    more = {"GIT_TERMINAL_PROMPT": "0"}
    if token:
        secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        more |= {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"http.{os.environ['GITHUB_SERVER_URL']}/.extraheader",
            "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {secret}",
        }
    command = ["git", "-C", str(folder), *words]
    try:
        done = subprocess.run(command, env={**os.environ, **more}, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def work_tree(path: str) -> Path | None:
    """The top of the checkout around a path.

    Git is not asked: what a change brings may look like a bare repo, whose configuration it would obey.
    """
    start = Path(path).resolve()
    return next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), None)


def base_of(event: Event, inputs: Inputs) -> str | None:
    """The revision that the check compares with, fetched where a shallow clone lacks it.

    GitHub checks a pull request out as a merge into its base. The first parent of that merge is the base as it is now;
    what the event calls the base may be older, and others' changes since then would look like this one's. Where somebody
    checked out something else, such as the head, the merge base with the event's base is the place. If nothing can be
    fetched, `align check` says what to do.
    """
    if inputs.since:
        return None if inputs.since == "none" else inputs.since
    if event.pull_request is not None:
        base, head = event.pull_request["base"]["sha"], event.pull_request["head"]["sha"]
    elif event.name == "merge_group":
        base, head = event.payload["merge_group"]["base_sha"], None
    else:
        return None
    folder = work_tree(inputs.path)
    if folder is None:
        return str(base)
    here = (git(folder, "rev-parse", "HEAD") or "").strip()
    header = (git(folder, "cat-file", "commit", "HEAD") or "").partition("\n\n")[0]
    parents = re.findall(r"^parent (\w+)$", header, re.M)
    if len(parents) == 2 and parents[1] == head:
        base, way = parents[0], ["--depth=2", "origin", here]
    else:
        shallow = (git(folder, "rev-parse", "--is-shallow-repository") or "").strip() == "true"
        way = [*(["--unshallow"] if shallow else []), "origin", base, here]
    for token in ("", inputs.token):  # the checkout may have left its credentials behind, or not
        if git(folder, "merge-base", base, "HEAD") is not None:
            break
        git(folder, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", *way, token=token)
    return str(base)


# --- checking ---


class Check(NamedTuple):
    """A check that is over."""

    status: int
    summary: Mapping[str, int]
    findings: Sequence[Mapping[str, Any]]
    markdown: str


def run(align: Path, *words: str, to: int | None = None) -> int:
    """Runs the tool, which annotates by itself what it finds and why it cannot run."""
    done = subprocess.run([align, *words], stdout=to, stderr=subprocess.PIPE, check=False)
    said = done.stderr.decode("utf-8", "replace")
    sys.stderr.write(said)
    sys.stderr.flush()
    if done.returncode not in (0, 1) and "::error " not in said:  # as of options that there are not
        say("error", (said.strip().splitlines() or ["align check could not run"])[-1])
    return done.returncode


def check(align: Path, inputs: Inputs, folder: Path, base: str | None) -> Check:
    """The check; annotations and the job's summary come from the tool itself."""
    found, page = folder / "findings.json", folder / "findings.md"
    for place in (found, page):
        place.unlink(missing_ok=True)
    words = [f"--fail-on={inputs.fail_on}"] if inputs.fail_on else []
    words += [*inputs.args, *([f"--since={base}"] if base else [])]
    words += [f"--output=json:{found}", f"--output=markdown:{page}", "--", inputs.path]
    status = run(align, "check", *words)
    if status not in (0, 1):
        return Check(status, {}, [], "")
    report = json.loads(found.read_text(encoding="utf-8"))
    return Check(status, report["summary"], report["diagnostics"], page.read_text(encoding="utf-8"))


def write_sarif(align: Path, inputs: Inputs, folder: Path) -> Path | None:
    """All findings, as code scanning wants them.

    It compares a pull request with its base by itself and calls mended what a report lacks, so that this one is whole,
    without `--since`. It knows no suppressions: what is suppressed is left out, and so is advice that nobody asked for.
    Of more results than it takes, the first are the most severe.
    """
    place = folder / "align.sarif"
    words = [*inputs.args, "--fail-on=never", f"--output=sarif:{place}", "--format=concise", "--", inputs.path]
    if run(align, "check", *words, to=subprocess.DEVNULL):
        return None
    report = json.loads(place.read_text(encoding="utf-8"))
    levels = {"error", "warning"} | ({"note"} if {"info", "--show=info"} & {*inputs.args} else set())
    for one in report["runs"]:
        counts = [r for r in one["results"] if not r.get("suppressions") and r["level"] in levels]
        one["results"] = counts[:ALERTS]
        if len(counts) > ALERTS:
            say(
                "notice",
                f"code scanning takes {ALERTS} findings of a run: the {len(counts) - ALERTS} least severe are left out",
            )
    place.write_text(json.dumps(report), encoding="utf-8")
    return place


def since_yesterday(align: Path, inputs: Inputs, folder: Path, today: Check) -> str:
    """What the calendar alone broke: found in these very files today, and not on yesterday's date."""
    given = os.environ.get("ALIGN_AS_OF")  # as the tool itself takes it
    day = (date.fromisoformat(given) if given else datetime.now(timezone.utc).date()) - timedelta(days=1)  # noqa: UP017 - an older Python gets as far as pip
    place = folder / "yesterday.json"
    words = [*inputs.args, f"--as-of={day}", "--fail-on=never", f"--output=json:{place}", "--format=concise"]
    if run(align, "check", *words, "--", inputs.path, to=subprocess.DEVNULL):
        return ""
    before = {_fact(item) for item in json.loads(place.read_text(encoding="utf-8"))["diagnostics"]}
    lines = []
    for item in today.findings:
        if item["severity"] in ("error", "warning") and _fact(item) not in before:
            at = f"{item['path']}:{item['range']['start']['line']}"
            line = " ".join(f"{at}: {item['severity']}[{item['code']}] {item['message']}".split())
            lines.append(UNSAFE.sub("\N{REPLACEMENT CHARACTER}", line))
    if not lines:
        return ""
    # In a code block a title mentions nobody and links nowhere.
    fence = "`" * max([3, *(len(found) + 1 for line in lines for found in re.findall("`+", line))])
    text = "\n".join(lines)[: MOST - 1000]
    return f"New since yesterday, by the calendar alone:\n\n{fence}text\n{text}\n{fence}\n"


def _fact(item: Mapping[str, Any]) -> tuple[str, str]:
    """What makes a finding the same one a day later; one that became more severe is news."""
    return item["severity"], item["fingerprint"]


# --- comments and issues ---


def gh(inputs: Inputs, *words: str, body: Mapping[str, str] | None = None) -> str:
    """What the API answers.

    Raises:
        Failed: it refused.
    """
    host = os.environ["GITHUB_SERVER_URL"].rpartition("/")[2]
    try:
        done = subprocess.run(
            ["gh", "api", *words, *(["--input", "-"] if body else [])],
            env={**os.environ, "GH_HOST": host, "GH_TOKEN": inputs.token, "GH_ENTERPRISE_TOKEN": inputs.token},
            input=json.dumps(body).encode() if body else b"",
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise Failed("`gh` is not installed on this runner") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise Failed((said.splitlines() or [f"`gh` ended with {done.returncode}"])[-1])
    return done.stdout.decode("utf-8", "replace")


def marked(inputs: Inputs, marker: str) -> str:
    """A marker for the charters of one folder: a job may check several, each with what it says."""
    return marker if inputs.path == "." else marker.replace(" -->", f": {inputs.path} -->")


def ours(inputs: Inputs, place: str, marker: str, what: str) -> str | None:
    """The first comment or issue that this action wrote: others may have copied the marker."""
    starts = f"startswith({json.dumps(marked(inputs, marker))})"
    query = f'.[] | select(.user.login == "{BOT}" and ((.body // "") | {starts})) | {what}'
    return next(iter(gh(inputs, "--paginate", place, "--jq", query).split()), None)


def comment(event: Event, inputs: Inputs, checked: Check) -> None:
    """Keeps one comment up to date; none is made for a pull request in which nothing was ever found."""
    assert event.pull_request is not None
    place = f"repos/{event.repository}/issues"
    number = event.pull_request["number"]
    there = ours(inputs, f"{place}/{number}/comments?per_page=100", COMMENT, ".id")
    text = checked.markdown
    if (marker := marked(inputs, COMMENT)) != COMMENT:
        text = f"{marker}\n{text}"
    body = {"body": text[:MOST]}
    if there is not None:
        gh(inputs, "--method", "PATCH", f"{place}/comments/{there}", body=body)
    elif checked.status or checked.summary["errors"] or checked.summary["warnings"]:
        gh(inputs, "--method", "POST", f"{place}/{number}/comments", body=body)


def issue(event: Event, inputs: Inputs, checked: Check, news: str) -> None:
    """Keeps one issue open for as long as the check fails; a comment tells those who follow it what is new."""
    place = f"repos/{event.repository}/issues"
    there = ours(inputs, f"{place}?state=open&creator=github-actions%5Bbot%5D&per_page=100", ISSUE, ".number")
    body = f"{marked(inputs, ISSUE)}\n{checked.markdown}"[:MOST]
    if there is None:
        if checked.status:
            title = "The charters fail align check" + ("" if inputs.path == "." else f" ({inputs.path})")
            gh(inputs, "--method", "POST", place, body={"title": title, "body": body})
        return
    change = {"body": body} if checked.status else {"body": body, "state": "closed", "state_reason": "completed"}
    gh(inputs, "--method", "PATCH", f"{place}/{there}", body=change)
    if checked.status and news:
        gh(inputs, "--method", "POST", f"{place}/{there}/comments", body={"body": news})


def try_to(what: str, permission: str, *doing: Any) -> None:
    """Does what is good to have; a check is not worth less without it."""
    function, *arguments = doing
    try:
        function(*arguments)
    except Failed as error:
        say("warning", f"{what} could not be written: {error}; the job needs `{permission}: write`")


# --- all of it ---


def main() -> int:
    """Gives the exit status."""
    inputs, event = Inputs.read(), Event.read()
    if event.name == "pull_request_target":
        raise Failed(
            "align does not run on pull_request_target, which gives a token that may write to a job that reads a"
            " stranger's files; use pull_request, where a fork's changes are checked without one"
        )
    folder = Path(os.environ["RUNNER_TEMP"]) / "align"
    align = install(inputs, folder)
    trust(folder)
    base = base_of(event, inputs)
    checked = check(align, inputs, folder, base)
    put("GITHUB_OUTPUT", f"status={checked.status}\n")
    if checked.status not in (0, 1):
        return 0
    put("GITHUB_OUTPUT", "".join(f"{name}={checked.summary[name]}\n" for name in ("errors", "warnings")))
    wanted = [name for name in ("comment", "sarif") if getattr(inputs, name)]
    if event.is_strangers and wanted:
        say("notice", f"no {' and no '.join(wanted)}: a pull request from a fork or by Dependabot may not write")
    elif event.pull_request is not None and inputs.comment:
        try_to("the comment", "pull-requests", comment, event, inputs, checked)
    if inputs.sarif and not event.is_strangers and (place := write_sarif(align, inputs, folder)) is not None:
        put("GITHUB_OUTPUT", f"sarif={place}\n")
    if inputs.issue and not event.is_about_the_default_branch:
        say("notice", "no issue: that is for runs on the default branch")
    elif inputs.issue:
        news = since_yesterday(align, inputs, folder, checked)
        if news:
            put("GITHUB_STEP_SUMMARY", f"\n{news}")
        try_to("the issue", "issues", issue, event, inputs, checked, news)
    return 0


if __name__ == "__main__":
    try:
        status = main()
    except Failed as error:
        say("error", str(error))
        status = 2
    raise SystemExit(status)
