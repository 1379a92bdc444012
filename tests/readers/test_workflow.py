"""The workflows as printed, run: what pushes, pull requests and nights get from them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import aligncli
from aligncli.render.ci_files import NIGHTLY
from tests.cli.test_readme import block
from tests.cli.tool import CHARTER, ERROR, SMALLEST, WARNING
from tests.readers.hub import GitHub, Hub
from tests.readers.private import private_server
from tests.readers.workflow import Expression, Job, Runner, Unknown

FILES = {**SMALLEST, "align.toml": ""}
BROKEN = ERROR["teams/checkout/charter.md"]
OTHER = CHARTER.replace("checkout", "returns").replace("[fewer-abandoned-carts]", "[fewer-returns]")
"""A second team, with an error of its own."""
COMMENTS = "repos/acme/charters/issues/7/comments"
ISSUES = "repos/acme/charters/issues"


@pytest.fixture(scope="session")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all jobs, so that the action is installed once: for as long as a real job has it, it is the same."""
    return tmp_path_factory.mktemp("runner")


class World:
    """A server, and the jobs that it starts."""

    def __init__(self, folder: Path, temporary: Path, files: Mapping[str, str]) -> None:
        self.hub = Hub(folder / "hub", files)
        self.github = GitHub(folder)
        self.more: dict[str, str] = {}
        self._folder = folder
        self._temporary = temporary
        self._jobs = 0

    def run(self, workflow: str, event: str, payload: Mapping[str, Any], commit: str, **more: Any) -> Job:
        self._jobs += 1
        place = self._folder / f"event-{self._jobs}.json"
        place.write_text(json.dumps(payload), encoding="utf-8")
        runner = Runner(
            remote=self.hub.repo,
            commit=commit,
            event=event,
            payload=place,
            folder=self._folder / f"job-{self._jobs}",
            temporary=self._temporary,
            environment={**self.github.environment(self.hub.environment), **self.more},
            action=aligncli.HOME.removeprefix("https://github.com/"),
            version=f"v{aligncli.__version__}",
            **more,
        )
        job = runner.run(workflow)
        assert job.environment == {}
        assert "secret-token" not in job.log
        return job

    def push(self, workflow: str) -> Job:
        return self.run(workflow, "push", {}, self.hub.git("rev-parse", "main"))

    def night(self, event: str = "schedule", **more: Any) -> Job:
        payload = {} if event == "schedule" else {"repository": {"default_branch": "main"}}
        return self.run(NIGHTLY, event, payload, self.hub.git("rev-parse", "main"), **more)

    def pull_request(
        self,
        workflow: str,
        *,
        branch: str = "change",
        base: str | None = None,
        fork: str | None = "acme/charters",
        event: str = "pull_request",
        **more: Any,
    ) -> Job:
        head = self.hub.git("rev-parse", branch)
        payload = {
            "pull_request": {
                "number": 7,
                "base": {"sha": base or self.hub.git("rev-parse", "main"), "ref": "main"},
                "head": {"sha": head, "repo": {"full_name": fork} if fork else None},
            }
        }
        return self.run(workflow, event, payload, self.hub.merge(branch), ref="refs/pull/7/merge", **more)


@pytest.fixture
def world(tmp_path: Path, temporary: Path) -> World:
    return World(tmp_path, temporary, FILES)


def printed(**inputs: str) -> str:
    """The workflow of the README, whose last step is ours."""
    text = block("workflow")
    assert f"uses: {aligncli.HOME.removeprefix('https://github.com/')}@v{aligncli.__version__}" in text.splitlines()[-1]
    lines = ["        with:", *(f"          {name}: {json.dumps(value)}" for name, value in inputs.items())]
    return text + "\n".join([*lines, ""]) if inputs else text


# --- pushes ---


def test_a_clean_push(world: World) -> None:
    job = world.push(printed())
    assert not job.failed, job.log
    assert "::error" not in job.log
    assert "::warning" not in job.log
    assert job.outputs == {"status": "0", "errors": "0", "warnings": "0"}
    assert job.summary
    assert world.github.asked == []
    assert job.uploads == []


def test_a_push_with_an_error(world: World) -> None:
    world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    job = world.push(printed())
    assert job.failed
    assert "::error file=teams/checkout/charter.md,line=6" in job.log
    assert "AL202" in job.summary
    assert job.outputs == {"status": "1", "errors": "1", "warnings": "0"}
    assert job.steps[-1] == "Result"


def test_a_push_with_a_warning(world: World) -> None:
    world.hub.commit("main", WARNING)
    assert not world.push(printed()).failed
    job = world.push(printed(**{"fail-on": "warning"}))
    assert job.failed
    assert job.outputs == {"status": "1", "errors": "0", "warnings": "1"}


def test_options_and_a_folder(world: World) -> None:
    world.hub.commit("main", {**dict.fromkeys(FILES), **{f"charters/{p}": t for p, t in FILES.items()}})
    world.hub.commit("main", {"charters/teams/checkout/charter.md": BROKEN})
    job = world.push(printed(path="charters"))
    assert job.failed
    assert "::error file=charters/teams/checkout/charter.md" in job.log
    assert not world.push(printed(path="charters", args="--ignore AL2")).failed


def test_what_cannot_run_says_why(world: World) -> None:
    world.hub.commit("main", {"align.toml": "fail-on = 3\n"})
    job = world.push(printed(comment="true", sarif="true"))
    assert job.failed
    assert "::error title=align::align.toml" in job.log
    assert job.outputs == {"status": "2", "errors": "", "warnings": ""}


@pytest.mark.parametrize("name", ["path", "since", "fail-on", "args", "comment", "plugins"])
def test_inputs_are_no_scripts(world: World, name: str, tmp_path: Path) -> None:
    place = tmp_path / "pwned"
    text = f'$(touch {place}); `touch {place}` "; touch {place} #'
    job = world.push(printed(**{name: text}))
    assert job.failed
    assert not place.exists()
    assert "Traceback" not in job.log


# --- pull requests: all of these need --since ---


def test_a_pull_request_in_a_repo_with_debts(world: World) -> None:
    """The old error blocks nobody."""
    world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    world.hub.commit("change", {"notes.md": "# Notes\n"})
    job = world.pull_request(printed())
    assert not job.failed, job.log
    assert "::error" not in job.log
    assert job.outputs["errors"] == "0"


def test_a_pull_request_with_a_new_error(world: World) -> None:
    world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    world.hub.commit("change", {"teams/returns/charter.md": OTHER})
    job = world.pull_request(printed())
    assert job.failed
    assert "::error file=teams/returns/charter.md" in job.log
    assert "teams/checkout" not in job.log
    assert "AL202" in job.summary
    assert job.outputs["errors"] == "1"


def test_what_others_merged_meanwhile_is_not_this_ones(world: World) -> None:
    """The event may name an older base than the one that the server merged into."""
    world.hub.commit("change", {"notes.md": "# Notes\n"})
    world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    job = world.pull_request(printed(), base=world.hub.first)
    assert not job.failed, job.log


def test_a_workflow_that_checks_out_the_head(world: World) -> None:
    world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    world.hub.commit("change", {"notes.md": "# Notes\n"})
    head = world.hub.commit("change", {"notes.md": "# More notes\n"})
    world.hub.commit("main", {"teams/returns/charter.md": OTHER})
    text = printed().replace("persist-credentials: false", f"ref: {head}")
    assert text != printed()
    job = world.pull_request(text)
    assert not job.failed, job.log
    head = world.hub.commit("change", {"teams/night/charter.md": OTHER.replace("returns", "night")})
    job = world.pull_request(printed().replace("persist-credentials: false", f"ref: {head}"))
    assert job.failed
    assert job.outputs["errors"] == "1"


def test_a_whole_clone_needs_nothing_more(world: World) -> None:
    world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    world.hub.commit("change", {"notes.md": "# Notes\n"})
    text = printed().replace("persist-credentials: false", "fetch-depth: 0")
    assert not world.pull_request(text).failed


def test_all_of_it_on_request(world: World) -> None:
    world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    world.hub.commit("change", {"notes.md": "# Notes\n"})
    assert world.pull_request(printed(since="none")).failed


def test_files_of_another_user(world: World) -> None:
    """As in a container, where git refuses to touch them; whoever may not give files away has git pretend it."""
    world.hub.git("config", "--global", "--add", "safe.directory", str(world.hub.repo / ".git"))
    owner = 10001 if os.geteuid() == 0 else None
    world.more = {} if owner else {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "true"}
    world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    world.hub.commit("change", {"notes.md": "# Notes\n"})
    job = world.pull_request(printed(), owner=owner)
    assert not job.failed, job.log


def test_a_private_repo(world: World) -> None:
    """The checkout leaves no credentials behind; the action fetches with its token, and only where it must."""
    world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    world.hub.commit("change", {"notes.md": "# Notes\n"})
    with private_server(world.hub.folder, "secret-token", world.hub.environment) as (address, let_in):
        job = world.pull_request(printed(), server=address)
    assert not job.failed, job.log
    assert let_in[0] is False
    assert let_in[-1] is True
    config = next(world.hub.folder.parent.glob("job-*/workspace/.git/config")).read_text()
    assert "AUTHORIZATION" not in config.upper()
    with private_server(world.hub.folder, "another-token", world.hub.environment) as (address, let_in):
        job = world.pull_request(printed(), server=address)
    assert job.outputs["status"] == "2"
    assert "::error title=align::--since: " in job.log
    assert "fetch-depth: 0" in job.log


def test_a_merge_queue(world: World) -> None:
    base = world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    world.hub.commit("change", {"notes.md": "# Notes\n"})
    job = world.run(printed(), "merge_group", {"merge_group": {"base_sha": base}}, world.hub.merge("change"))
    assert not job.failed, job.log


# --- what a pull request gets besides ---


def test_one_comment_is_kept_up_to_date(world: World) -> None:
    world.github.add(
        COMMENTS,
        {"id": 1, "user": {"login": "ada"}, "body": "<!-- align check -->\nNot yours"},
        {"id": 2, "user": {"login": "github-actions[bot]"}, "body": "Another tool"},
    )
    world.hub.commit("change", {"notes.md": "# Notes\n"})
    assert not world.pull_request(printed(comment="true")).failed
    assert world.github.asked == [f"GET {COMMENTS}"], "nothing found, nothing said"
    world.hub.commit("change", {"teams/returns/charter.md": OTHER})
    assert world.pull_request(printed(comment="true")).failed
    assert len(world.github.things(COMMENTS)) == 3
    first = world.github.things(COMMENTS)[-1]["body"]
    assert first.startswith("<!-- align check -->")
    assert "fewer-returns" in first
    world.hub.commit("change", {"teams/returns/charter.md": OTHER.replace("fewer-returns", "fewer-parcels")})
    world.pull_request(printed(comment="true"))
    second = world.github.things(COMMENTS)[-1]["body"]
    assert "fewer-parcels" in second
    assert "fewer-returns" not in second
    world.hub.commit("change", {"teams/returns/charter.md": None})
    assert not world.pull_request(printed(comment="true")).failed
    others, fine = world.github.things(COMMENTS)[:2], world.github.things(COMMENTS)[2]["body"]
    assert [other["body"] for other in others] == ["<!-- align check -->\nNot yours", "Another tool"]
    assert fine.startswith("<!-- align check -->")
    assert "AL202" not in fine


def test_each_folder_has_a_comment_and_an_issue_of_its_own(world: World) -> None:
    folders = ("north", "south")
    files = {**dict.fromkeys(FILES), **{f"{name}/{path}": text for name in folders for path, text in FILES.items()}}
    world.hub.commit("main", files)
    broken = {f"{name}/teams/returns/charter.md": OTHER.replace("fewer", name) for name in folders}
    world.hub.commit("change", broken)
    for name in (*folders, *folders):
        world.pull_request(printed(path=name, comment="true"))
    assert len(world.github.things(COMMENTS)) == 2
    for name, comment in zip(folders, world.github.things(COMMENTS), strict=True):
        assert f"{name}/teams/returns/charter.md" in comment["body"]
    world.hub.commit("main", broken)
    for name in (*folders, *folders):
        world.run(NIGHTLY + f"          path: {name}\n", "schedule", {}, world.hub.git("rev-parse", "main"))
    assert [issue["title"].rpartition(" ")[2] for issue in world.github.things(ISSUES)] == ["(north)", "(south)"]
    assert len({issue["body"].splitlines()[0] for issue in world.github.things(ISSUES)}) == 2


def test_a_comment_that_may_not_be_written_is_no_failure(world: World) -> None:
    world.github.refuse()
    world.hub.commit("change", WARNING)
    job = world.pull_request(printed(comment="true"))
    assert not job.failed, job.log
    assert "::warning title=align::the comment could not be written" in job.log
    assert "pull-requests: write" in job.log


@pytest.mark.parametrize("stranger", [{"fork": "ada/charters"}, {"fork": None}, {"actor": "dependabot[bot]"}])
def test_a_fork_gets_annotations_and_a_summary(world: World, stranger: dict[str, Any]) -> None:
    world.github.refuse()
    world.hub.commit("change", {"teams/returns/charter.md": OTHER})
    job = world.pull_request(printed(comment="true", sarif="true"), **stranger)
    assert job.failed
    assert "::error file=teams/returns/charter.md" in job.log
    assert "AL202" in job.summary
    assert world.github.asked == []
    assert job.uploads == []
    assert job.log.count("::notice title=align::") == 1
    assert "::warning" not in job.log


def test_a_folder_that_looks_like_a_repo_is_none(world: World) -> None:
    """A change may hold a bare repo, whose configuration names programs; git would obey it inside of that folder."""
    place = world.hub.folder / "pwned"
    world.hub.commit("main", {**dict.fromkeys(FILES), **{f"charters/{p}": t for p, t in FILES.items()}})
    world.hub.commit("main", {"charters/teams/checkout/charter.md": BROKEN})
    bare = {
        "HEAD": "ref: refs/heads/main\n",
        "objects/x": "",
        "refs/x": "",
        "config": '[core]\n\trepositoryformatversion = 0\n\tbare = true\n[remote "origin"]\n'
        f"\turl = {world.hub.repo}\n\tuploadpack = touch {place}; git-upload-pack\n",
    }
    world.hub.commit("change", {f"charters/{name}": text for name, text in bare.items()})
    job = world.pull_request(printed(path="charters"))
    assert not place.exists()
    assert not job.failed, job.log


def test_pull_request_target_is_refused(world: World) -> None:
    world.hub.commit("change", {"notes.md": "# Notes\n"})
    text = printed().replace("  pull_request:\n", "  pull_request_target:\n")
    job = world.pull_request(text, event="pull_request_target")
    assert job.failed
    assert "::error title=align::align does not run on pull_request_target" in job.log
    assert "::group::" not in job.log, "nothing is installed"


SUPPRESSED = BROKEN.replace("goals:\n", "goals:\n  # align: ignore[AL202]: agreed with the board\n")


def test_code_scanning_gets_all_that_is_not_suppressed(world: World) -> None:
    """Also on a pull request: what is not in its report would count as mended by it."""
    world.hub.commit(
        "main",
        {
            "teams/checkout/charter.md": BROKEN,
            "teams/night/charter.md": SUPPRESSED.replace("checkout", "night").replace("abandonned", "abandond"),
        },
    )
    world.hub.commit("change", {"notes.md": "# Notes\n"})
    job = world.pull_request(printed(sarif="true"))
    assert not job.failed, job.log
    ((category, text),) = job.uploads
    assert category == "align ."
    report = json.loads(text)
    results = [result for run in report["runs"] for result in run["results"]]
    assert [result["ruleId"] for result in results].count("AL202") == 1, "the other one is suppressed"
    assert all(result["level"] in ("error", "warning") for result in results), "nobody asked for advice"
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "teams/checkout/charter.md"
    ((_, text),) = world.pull_request(printed(sarif="true", args="--show info")).uploads
    assert '"note"' in text


def test_uploads_come_before_the_failure(world: World) -> None:
    world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    job = world.push(printed(sarif="true"))
    assert job.failed
    assert job.steps[-2:] == ["Upload", "Result"]


# --- nights ---

WAIVED = BROKEN.replace("goals:\n", "goals:\n  # align: ignore[AL202] until 2026-11-19: agreed with the board\n")


def test_a_clean_night_says_nothing(world: World) -> None:
    job = world.night()
    assert not job.failed, job.log
    assert world.github.asked == [f"GET {ISSUES}"]


def test_what_the_calendar_broke(world: World) -> None:
    world.hub.commit("main", {"teams/checkout/charter.md": WAIVED})
    world.more["ALIGN_AS_OF"] = "2026-11-19"
    assert not world.night().failed
    assert world.github.things(ISSUES) == []
    world.more["ALIGN_AS_OF"] = "2026-11-20"
    job = world.night()
    assert job.failed
    assert "New since yesterday, by the calendar alone" in job.summary
    (issue,) = world.github.things(ISSUES)
    assert issue["body"].startswith("<!-- align by the calendar -->\n<!-- align check -->")
    assert "AL903" in issue["body"]
    world.more["ALIGN_AS_OF"] = "2026-11-21"
    job = world.night("workflow_dispatch")
    assert job.failed, "still not mended"
    assert "New since yesterday" not in job.summary
    assert len(world.github.things(ISSUES)) == 1
    assert world.github.things(f"{ISSUES}/{issue['number']}/comments") == [], "no news, no noise"
    world.hub.commit("main", {"teams/checkout/charter.md": CHARTER})
    assert not world.night().failed
    (issue,) = world.github.things(ISSUES)
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")


def test_news_reach_those_who_follow_the_issue(world: World) -> None:
    world.hub.commit("main", {"teams/returns/charter.md": OTHER, "teams/checkout/charter.md": WAIVED})
    world.more["ALIGN_AS_OF"] = "2026-11-19"
    assert world.night().failed
    (issue,) = world.github.things(ISSUES)
    world.more["ALIGN_AS_OF"] = "2026-11-20"
    world.night()
    (news,) = world.github.things(f"{ISSUES}/{issue['number']}/comments")
    assert "AL903" in news["body"]
    assert "fewer-returns" not in news["body"], "an old debt is no news"
    assert "fewer-returns" in world.github.things(ISSUES)[0]["body"]


def test_of_two_findings_about_one_thing_the_new_one_is_named(world: World) -> None:
    goal = """  - id: one-tap-pay
    title: Returning customers pay in under ten seconds
    supports:
      # align: ignore[AL202] until 2026-11-19: agreed with the board
      - to: sooner-or-later
      # align: ignore[AL202] until 2026-11-10: agreed with the board
      - to: never-again
"""
    charter = re.sub(r"  - \{id.*\n", goal, CHARTER)
    assert charter != CHARTER
    world.hub.commit("main", {"teams/checkout/charter.md": charter})
    world.more["ALIGN_AS_OF"] = "2026-11-20"
    job = world.night()
    news = job.summary.partition("New since yesterday")[2]
    assert "sooner-or-later" in news
    assert "never-again" not in news, "that is known for days"


def test_an_issue_that_may_not_be_written_is_no_other_failure(world: World) -> None:
    world.github.refuse()
    assert not world.night().failed
    world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    job = world.night()
    assert job.failed
    assert "issues: write" in job.log


def test_another_branch_has_no_say_in_the_issue(world: World) -> None:
    world.hub.commit("main", {"teams/checkout/charter.md": BROKEN})
    job = world.night("workflow_dispatch", ref="refs/heads/try")
    assert job.failed
    assert world.github.asked == []
    assert "::notice title=align::no issue" in job.log


def test_titles_are_text_in_the_news(world: World) -> None:
    """They come from anybody's documents, and go where a mention reaches people."""
    nasty = WAIVED.replace("abandonned-carts", "abandonned-carts, '@acme/all ```` <img src=x> ::error::x'")
    world.hub.commit("main", {"teams/checkout/charter.md": nasty})
    world.more["ALIGN_AS_OF"] = "2026-11-19"
    assert world.night().failed
    world.more["ALIGN_AS_OF"] = "2026-11-20"
    world.night()
    (issue,) = world.github.things(ISSUES)
    (news,) = world.github.things(f"{ISSUES}/{issue['number']}/comments")
    fence = news["body"].splitlines()[2].removesuffix("text")
    assert set(fence) == {"`"}
    assert news["body"].count(fence) == 2, "no line ends the block before its end"


def test_names_of_files_are_text_in_the_news(world: World) -> None:
    """Also one that is no text: such a night is not lost."""
    for name in ("m\u202eirror", "b\udcffyte"):
        world.hub.commit("main", {f"teams/{name}/charter.md": WAIVED.replace("checkout", f"team-{len(name)}")})
    world.more["ALIGN_AS_OF"] = "2026-11-19"
    assert not world.night().failed
    world.more["ALIGN_AS_OF"] = "2026-11-20"
    job = world.night()
    assert "Traceback" not in job.log
    (issue,) = world.github.things(ISSUES)
    assert "AL903" in issue["body"]
    assert "teams/b\ufffdyte/charter.md:" in job.summary
    assert "\u202e" not in job.summary


# --- the runner itself ---


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true && 'a' || 'b'", "a"),
        ("'' || 'it''s'", "it's"),
        ("inputs.x != ''", True),
        ("!(inputs.x == 'Y')", False),
        ("format('{0}!', inputs.x)", "y!"),
    ],
)
def test_expressions(text: str, value: object) -> None:
    def lookup(name: str) -> str:
        if name != "inputs.x":
            raise Unknown(name)
        return "y"

    functions = {"format": lambda text, *values: text.format(*values)}
    assert Expression(text, lookup, functions).value() == value


@pytest.mark.parametrize("text", ["inputs.z", "toJSON(inputs.x)", "inputs.x ==", "github['x']", "1 < 2", "'a' 'b'"])
def test_what_the_runner_does_not_know_fails(text: str) -> None:
    def lookup(name: str) -> str:
        if name != "inputs.x":
            raise Unknown(name)
        return "y"

    with pytest.raises(Unknown):
        Expression(text, lookup, {}).value()
