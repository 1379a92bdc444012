"""SARIF, held against the standard's own JSON schema, GitHub's list of what it reads, and read by sarif-tools.

The schema is the one in the package of the standard's reference tool.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema_rs
import pytest

from aligncli import HOME, engine
from aligncli.diagnostics import Edit, Finding, Fix, Severity
from aligncli.io.repo import Repo
from aligncli.render.check import Checked
from aligncli.render.sarif import sarif
from aligncli.rules import RULES
from aligncli.rules.base import Rule, rule
from aligncli.testing import read_cases
from tests import EXAMPLES, TOP, nasty
from tests.cli.tool import CHARTER, DAY, ERROR, ORG, SMALLEST, Tool, write
from tests.readers.node import installed

ON = ("--as-of", DAY)
CASES = read_cases(TOP / "tests" / "rules")

PACKAGE = "@microsoft/sarif-multitool-ts@5.7.0"

Validator = Callable[[Any], None]


@pytest.fixture(scope="session")
def valid() -> Validator:
    """Holds a document against the schema of SARIF 2.1.0."""
    package = installed((PACKAGE,)) / "node_modules" / PACKAGE.rpartition("@")[0]
    schema = json.loads((package / "assets" / "sarif-2.1.0.schema.json").read_text(encoding="utf-8"))
    assert schema["title"].startswith("Static Analysis Results Format (SARIF) Version 2.1.0")
    return jsonschema_rs.validator_for(schema, validate_formats=True).validate


def checked(root: Path, *, rules: tuple[Rule, ...] = RULES) -> Checked:
    """A check of what stands below a root, in process."""
    (root / "align.toml").touch()
    repo = Repo(root)
    day = date.fromisoformat(DAY)
    task = engine.Task(repo.load(day), repo.config, engine.Selection(), repo.text, rules=rules)
    report = engine.run(task, silenced=True)
    return Checked(report, day, Severity.ERROR, rules, repo.text)


def run_of(text: str) -> Any:
    """The one run of a log, whose bytes are UTF-8."""
    log = json.loads(text.encode("utf-8"))
    assert log["version"] == "2.1.0"
    assert log["$schema"]
    (run,) = log["runs"]
    return run


def read(tool: Tool, valid: Validator, *words: str | Path, env: Mapping[str, str] | None = None) -> Any:
    """The run that the executable prints, valid."""
    done = tool("check", *words, *ON, "--format", "sarif", env=env)
    assert done.status in (0, 1), done
    assert done.err == ""
    valid(json.loads(done.out))
    run = run_of(done.out)
    complete(run)
    return run


def complete(run: Any) -> None:
    """That everything is there which GitHub calls required, within its limits, and what refers to something finds it."""
    driver = run["tool"]["driver"]
    assert driver["name"] == "align"
    assert driver["semanticVersion"] == driver["version"]
    ids = [each["id"] for each in driver["rules"]]
    assert len({*ids}) == len(ids) < 25_000
    for each in driver["rules"]:
        assert 0 < len(each["name"]) <= 255
        assert 0 < len(each["shortDescription"]["text"]) <= 1024
        assert each["shortDescription"]["text"] in each["fullDescription"]["text"]
        assert len(each["fullDescription"]["text"]) <= 1024
        assert each["help"]["text"]
        assert each["help"]["markdown"]
        assert each["defaultConfiguration"].get("level") in ("note", "warning", "error")
        assert each["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert each["properties"].get("precision") in ("very-high", "high", "medium", "low", None)
        assert 0 < len(each["properties"]["tags"]) <= 10
    prints = [result["partialFingerprints"]["align/v1"] for result in run["results"]]
    assert len({*prints}) == len(prints)
    assert all(list(result["partialFingerprints"]) == ["align/v1"] for result in run["results"])
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("note", "warning", "error")
        assert result["message"]["text"]
        (place,) = result["locations"]
        related = result.get("relatedLocations", [])
        assert [each["id"] for each in related] == [*range(1, len(related) + 1)]
        linked = re.findall(r"(?<!\\)\]\(([^)]*)\)", result["message"]["text"])
        assert linked == [str(each["id"]) for each in related]
        for each in (place, *related):
            region = each["physicalLocation"]["region"]
            assert list(region) == ["startLine", "startColumn", "endLine", "endColumn"]
            assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])
            assert each["physicalLocation"]["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]


def path_of(location: Any) -> bytes:
    """The file that a location names, as bytes, from the top of git."""
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"(?:[\w.~/-]|%[0-9A-F]{2})+", uri, re.A), uri
    return unquote_to_bytes(uri)


def text_of(result: Any) -> str:
    text = result["message"]["text"]
    assert isinstance(text, str)
    return text


# --- the standard's schema ---


def test_the_schema_refuses_what_is_wrong(valid: Validator) -> None:
    for wrong in ({"version": "2.1.0"}, {"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]}):
        with pytest.raises(jsonschema_rs.ValidationError):
            valid(wrong)


@pytest.mark.parametrize("family", sorted({case.code[:3] for case in CASES}))
def test_every_case_of_every_rule_is_valid(valid: Validator, tmp_path: Path, family: str) -> None:
    told: Counter[str] = Counter()
    for number, case in enumerate(case for case in CASES if case.code.startswith(family)):
        result = checked(write(tmp_path / str(number), case.files))
        text = sarif(result)
        valid(json.loads(text))
        run = run_of(text)
        complete(run)
        shown = [item.code for item in result.report.diagnostics]
        hidden = [item.diagnostic.code for item in result.report.silenced]
        told.update(shown)
        assert Counter(each["ruleId"] for each in run["results"]) == Counter([*shown, *hidden]), str(case)
    assert {code for code in told if code.startswith(family)} == {
        rule.code for rule in RULES if rule.code.startswith(family)
    }


def test_the_examples(tool: Tool, valid: Validator) -> None:
    run = read(tool, valid, EXAMPLES)
    assert [each["id"] for each in run["tool"]["driver"]["rules"]] == [rule.code for rule in RULES]
    assert len(run["results"]) == len(tool.json("check", EXAMPLES, *ON)["diagnostics"])


def test_nothing_found(tool: Tool, valid: Validator) -> None:
    run = read(tool, valid, tool.repo(SMALLEST), "--ignore", "AL")
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True}]


# --- what stands in it ---


def test_a_result_field_by_field(tool: Tool, valid: Validator) -> None:
    run = read(tool, valid, tool.repo(ERROR))
    result = run["results"][0]
    (related,) = result.pop("relatedLocations")
    assert (related["id"], related["message"]["text"]) == (1, "this goal")
    assert related["physicalLocation"]["region"]["startColumn"] == CHARTER.splitlines()[5].index("one-tap") + 1
    column = CHARTER.splitlines()[5].index("fewer-ab") + 1
    end = column + len("fewer-abandonned-carts")
    place = {
        "artifactLocation": {"uri": "teams/checkout/charter.md", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 6, "startColumn": column, "endLine": 6, "endColumn": end},
    }
    assert result == {
        "ruleId": "AL202",
        "ruleIndex": result["ruleIndex"],
        "level": "error",
        "message": {
            "text": "goal `checkout/one-tap-pay` supports `fewer-abandonned-carts`, which does not exist.\n"
            "Help: an outcome with a similar id exists: `fewer-abandoned-carts` "
            '("Fewer carts are abandoned", org.md:6:10).\nSee: [this goal](1).'
        },
        "locations": [{"physicalLocation": place, "message": {"text": "no outcome or goal has this id"}}],
        "partialFingerprints": result["partialFingerprints"],
        "suppressions": [],
        "fixes": [
            {
                "description": {"text": "replace by `fewer-abandoned-carts`"},
                "artifactChanges": [
                    {
                        "artifactLocation": place["artifactLocation"],
                        "replacements": [
                            {
                                "deletedRegion": place["region"],
                                "insertedContent": {"text": "fewer-abandoned-carts"},
                            }
                        ],
                    }
                ],
                "properties": {"safe": False},
            }
        ],
        "properties": {"subject": "checkout/one-tap-pay", "team": "checkout"},
    }
    described = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert described["name"] == "unknown-reference"
    assert (
        described["helpUri"] == f"{HOME}/blob/v{run['tool']['driver']['version']}/docs/rules.md#al202-unknown-reference"
    )
    assert described["help"]["markdown"] == next(rule.source for rule in RULES if rule.code == "AL202")
    assert (run["columnKind"], run["newlineSequences"]) == ("unicodeCodePoints", ["\r\n", "\n", "\r"])
    assert run["properties"] == {"asOf": DAY}
    assert "versionControlProvenance" not in run
    assert "automationDetails" not in run


def test_the_most_severe_come_first_and_what_is_silenced_last(tool: Tool, valid: Validator) -> None:
    run = read(tool, valid, nasty.write(tool.folder / "nasty"))
    order = [(bool(each["suppressions"]), ("error", "warning", "note").index(each["level"])) for each in run["results"]]
    assert order == sorted(order)
    assert len({level for _, level in order}) > 1
    assert order[-1][0]


def test_what_is_suppressed_and_what_the_baseline_lists(tool: Tool, valid: Validator) -> None:
    charter = str(ERROR["teams/checkout/charter.md"])
    other = charter.replace("checkout", "refunds").replace("one-tap-pay", "quick").replace("donned", "donend")
    note = "goals:\n  # align: ignore[AL202]: the outcome is being written, says <b>Ana</b>\n"
    root = tool.repo(
        {
            **ERROR,
            "teams/checkout/charter.md": charter.replace("goals:\n", note),
            "teams/refunds/charter.md": other,
        }
    )
    assert tool("check", root, *ON, "--write-baseline").status == 0
    new = "  - {id: new, title: Carts are left less often, supports: [fewer-abandoned-cart]}\n---\n"
    write(root, {"teams/refunds/charter.md": other.removesuffix("---\n") + new})
    run = read(tool, valid, root, "--baseline", root / "align-baseline.json")
    found = {each["properties"]["subject"]: each for each in run["results"] if each["ruleId"] == "AL202"}
    assert {subject: each["suppressions"] for subject, each in found.items()} == {
        "refunds/new": [],
        "refunds/quick": [{"kind": "external", "status": "accepted", "justification": "known to the baseline"}],
        "checkout/one-tap-pay": [
            {
                "kind": "inSource",
                "status": "accepted",
                "justification": "the outcome is being written, says <b>Ana</b>",
            }
        ],
    }
    assert "fixes" in found["refunds/quick"]
    assert "fixes" not in found["checkout/one-tap-pay"], "what a comment suppresses is to stay as it is"


def test_it_holds_advice_whatever_is_shown(tool: Tool) -> None:
    root = tool.repo(ERROR)
    said = {tool("check", root, *ON, "--format", "sarif", *words).out for words in ([], ["--show", "info"])}
    assert len(said) == 1
    assert '"note"' in said.pop()


def test_paths_and_the_analysis_of_a_root_below_the_top_of_git(tool: Tool, valid: Validator, tmp_path: Path) -> None:
    top = tmp_path / "monorepo"
    root = write(top / "our company/charters#1", {**ERROR, "align.toml": ""})
    (top / ".git").mkdir()
    run = read(tool, valid, root)
    result = run["results"][0]
    assert path_of(result["locations"][0]) == b"our company/charters#1/teams/checkout/charter.md"
    changed = result["fixes"][0]["artifactChanges"][0]["artifactLocation"]
    assert changed == result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert run["automationDetails"] == {"id": "align/our%20company/charters%231/"}


def test_the_revision_is_known_where_ci_names_it(tool: Tool, valid: Validator) -> None:
    root = tool.repo(ERROR)
    commit = "0123456789abcdef0123456789abcdef01234567"
    mapped = {"revisionId": commit, "mappedTo": {"uriBaseId": "%SRCROOT%"}}
    github = {
        "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_REPOSITORY": "acme/blob/charters", "GITHUB_SHA": commit,
    }  # fmt: skip
    run = read(tool, valid, root, env=github)
    assert run["versionControlProvenance"] == [{"repositoryUri": "https://github.example/acme/blob/charters", **mapped}]
    gitlab = {"GITLAB_CI": "true", "CI_PROJECT_URL": "https://gitlab.example/a/b", "CI_COMMIT_SHA": commit}
    run = read(tool, valid, root, env=gitlab)
    assert run["versionControlProvenance"] == [{"repositoryUri": "https://gitlab.example/a/b", **mapped}]


def test_what_is_new_says_so(valid: Validator, tmp_path: Path) -> None:
    result = checked(nasty.write(tmp_path / "nasty"))
    assert result.report.silenced
    since = engine.Since("origin/ma\udcffin", "0123456789ab", 3, 1, ["align.toml"])
    text = sarif(result._replace(report=result.report._replace(since=since)))
    valid(json.loads(text))
    run = run_of(text)
    assert {each["baselineState"] for each in run["results"]} == {"new"}
    assert len(run["results"]) == len(result.report.diagnostics), "what is silenced was compared with nothing"
    assert run["properties"]["since"] == {
        "ref": "origin/ma\\udcffin", "base": "0123456789ab", "old": 3, "mended": 1, "configuration": ["align.toml"], "empty": None,
    }  # fmt: skip
    assert "baselineState" not in sarif(result)


@rule("ACM001", "nasty-plugin", Severity.WARNING)
def plugin(ws: Any, config: Any) -> Any:
    """A rule of somebody else's.

    ## What it checks
    ]]> <script>alert(1)</script>
    """
    edit = Edit("teams/checkout/charter.md", ("mission",), nasty.MIXED)
    yield Finding(
        "ACM001", "teams/checkout/charter.md", nasty.MIXED, ("mission",), label=nasty.MIXED, help=nasty.MIXED,
        fix=Fix(nasty.MIXED, False, (edit,)), identity=("checkout", nasty.MIXED),
    )  # fmt: skip


def test_the_rules_of_plugins_have_no_page_of_ours(valid: Validator, tmp_path: Path) -> None:
    foreign = plugin._replace(origin="acme-align-rules")
    text = sarif(checked(write(tmp_path, SMALLEST), rules=(*RULES, foreign)))
    valid(json.loads(text))
    run = run_of(text)
    complete(run)
    (described,) = [each for each in run["tool"]["driver"]["rules"] if each["id"] == "ACM001"]
    assert "helpUri" not in described
    assert "precision" not in described["properties"]
    assert described["properties"]["tags"] == ["plugin acme-align-rules"]
    assert described["help"]["markdown"] == foreign.source
    assert [each["id"] for each in run["tool"]["driver"]["rules"] if "helpUri" not in each] == ["ACM001"]
    harmless(text, run)
    (result,) = [each for each in run["results"] if each["ruleId"] == "ACM001"]
    (change,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert json.loads(change["insertedContent"]["text"]) == nasty.MIXED, "a fix is the one text that stays as it is"


# --- hostile text ---


def harmless(text: str, run: Any) -> None:
    """That no terminal, no CI system and no reader of the results finds anything to obey."""
    assert nasty.UNSAFE.findall(text) == []
    assert nasty.COMMAND.findall(text) == []
    for result in run["results"]:
        shown = {name: value for name, value in result.items() if name != "fixes"}
        shown["fixes"] = [each["description"] for each in result.get("fixes", [])]
        for each in nasty.strings(shown):
            unsafe = nasty.UNSAFE.findall(each)
            assert unsafe == [], each
        del shown["properties"]  # names, which nobody takes for messages
        for each in nasty.strings(shown):
            assert "](https://" not in each
            assert not re.search(r"(?<!\{)\{\d+\}", each), "what looks like a placeholder is doubled"


def test_no_text_hurts(tool: Tool, valid: Validator) -> None:
    root = nasty.write(tool.folder / "nasty")
    run = read(tool, valid, root)
    harmless(tool("check", root, *ON, "--format", "sarif").out, run)
    (reason,) = [each["justification"] for result in run["results"] for each in result["suppressions"]]
    assert reason.startswith(nasty.REASON[:18])
    paths = {path_of(result["locations"][0]) for result in run["results"]}
    assert nasty.NOT_UTF8 in paths
    assert nasty.ODD.encode() in paths
    assert b"a:b.md" in paths
    assert all((root / os.fsdecode(path)).is_file() for path in paths)


def test_a_link_that_somebody_wrote_is_none(tool: Tool, valid: Validator) -> None:
    files = {
        **ERROR,
        "org.md": ORG.replace("Fewer carts are abandoned", json.dumps("[click](https://evil.example) {0}")),
    }
    result = read(tool, valid, tool.repo(files))["results"][0]
    assert '"[click] (https://evil.example) {{0}}"' in text_of(result)


# --- fixes ---


def applied(root: Path, fix: Any) -> None:
    """Makes a fix as a reader of the standard would: by lines and columns in code points, and nothing of ours."""
    for change in fix["artifactChanges"]:
        place = root / os.fsdecode(unquote_to_bytes(change["artifactLocation"]["uri"]))
        text = place.read_bytes().decode("utf-8")
        starts = [0, *(end.end() for end in re.finditer(r"\r\n|\n|\r", text))]
        spans = [
            (
                starts[region["startLine"] - 1] + region["startColumn"] - 1,
                starts[region["endLine"] - 1] + region["endColumn"] - 1,
                replacement["insertedContent"]["text"],
            )
            for replacement in change["replacements"]
            for region in [replacement["deletedRegion"]]
        ]
        for start, end, inserted in sorted(spans, reverse=True):
            text = text[:start] + inserted + text[end:]
        place.write_bytes(text.encode("utf-8"))


FIXABLE: dict[str, str | bytes] = {
    "org.md": ORG.replace("abandoned}", "abandoned, formerly: [cart-loss]}").replace("\n", "\r\n"),
    "teams/checkout/charter.md": "---\nkind: charter\nteam: checkout\nmisson: Returning customers 🎉 pay.\ngoals:\n"
    "  - {id: one, title: é 日 🎉 Customers pay in under ten seconds, supports: [cart-loss]}\n"
    "  - id: two  # align: ignore[AL301]: nothing is suppressed by this\n    title: Fewer people wait at the till\n"
    "    supports:\n      - to: 'fewer-abandonned-carts'\n---\nSee [the org](../../ORG.md).\n",
    "teams/refunds/charter.md": CHARTER.replace("checkout", "refunds").replace("[fewer-a", "[fewer-ab"),
}


def test_fixes_do_what_align_does(tool: Tool, valid: Validator) -> None:
    ours, theirs = tool.repo(FIXABLE, "ours"), tool.repo(FIXABLE, "theirs")
    assert "fixed" in tool("check", ours, *ON, "--fix", "--unsafe-fixes").err
    made = 0
    while True:
        results = read(tool, valid, theirs)["results"]
        fixes = [fix for result in results for fix in result.get("fixes", [])]
        if not fixes:
            break
        applied(theirs, fixes[0])
        made += 1
    assert made >= 4
    for path in FIXABLE:
        assert (theirs / path).read_bytes() == (ours / path).read_bytes()
        assert (ours / path).read_bytes() != (
            text if isinstance(text := FIXABLE[path], bytes) else text.encode()
        ) or path == "org.md"


FIXING = {"AL005", "AL102", "AL104", "AL202", "AL205", "AL404", "AL902", "AL903"}
"""Rules with a fix that have a case, on this day, in which nothing else can be fixed."""


def test_one_fix_alone_does_what_align_does(tool: Tool) -> None:
    tried: set[str] = set()
    for number, case in enumerate(case for case in CASES if case.code in FIXING):
        if case.code in tried:
            continue
        root = write(tool.folder / str(number), case.files)
        results = run_of(sarif(checked(root)))["results"]
        fixes = [(result["ruleId"], fix) for result in results for fix in result.get("fixes", [])]
        if [code for code, _ in fixes] != [case.code] or case.as_of.isoformat() != DAY:
            continue
        tried.add(case.code)
        copy = shutil.copytree(root, tool.folder / f"{number}-by-reader")
        applied(copy, fixes[0][1])
        done = tool("check", root, *ON, "--fix", "--unsafe-fixes")
        assert "fixed 1 finding" in done.err, case
        for path in case.files:
            assert (copy / path).read_bytes() == (root / path).read_bytes(), f"{case}: {path}"
    assert tried == FIXING


# --- sarif-tools ---


def sarif_tools(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "sarif", *words],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
        env={**os.environ, "MPLCONFIGDIR": str(cwd)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_sarif_tools_loads_counts_and_compares(tool: Tool) -> None:
    root = nasty.write(tool.folder / "nasty")
    tool("check", root, *ON, "--output", f"sarif:{tool.folder / 'old.sarif'}")
    write(root, {"teams/yaml/charter.md": "---\nkind: charter\nteam: yaml\nmission: Nobody trips over colons.\n---\n"})
    tool("check", root, *ON, "--output", f"sarif:{tool.folder / 'new.sarif'}")
    old, new = (
        run_of((tool.folder / f"{name}.sarif").read_text(encoding="utf-8"))["results"] for name in ("old", "new")
    )

    sarif_tools("summary", "old.sarif", "-o", "summary.txt", cwd=tool.folder)
    summary = (tool.folder / "summary.txt").read_text(encoding="utf-8")
    counts = Counter(result["level"] for result in old)
    for level in ("error", "warning", "note"):
        assert re.search(rf"^{level}: {counts[level]}$", summary, re.M), summary
    for code, number in Counter(result["ruleId"] for result in old).items():
        listed = [int(n) for n in re.findall(rf"^ - {code}\b.*: (\d+)$", summary, re.M)]
        assert sum(listed) == number, (code, summary)
    assert "old.sarif" in sarif_tools("ls", ".", cwd=tool.folder)
    assert f"{len(old)} results" in sarif_tools("info", "old.sarif", cwd=tool.folder)

    sarif_tools("diff", "old.sarif", "new.sarif", "-o", "diff.json", cwd=tool.folder)
    difference = json.loads((tool.folder / "diff.json").read_text(encoding="utf-8"))
    after = Counter(result["level"] for result in new)
    assert after != counts
    for level in ("error", "warning", "note"):
        before = Counter(result["ruleId"] for result in old if result["level"] == level)
        now = Counter(result["ruleId"] for result in new if result["level"] == level)
        assert {code for code in difference[level]["codes"] if difference[level]["codes"][code]} or before == now

    sarif_tools("csv", "old.sarif", "-o", "all.csv", cwd=tool.folder)
    assert "AL003" in (tool.folder / "all.csv").read_text(encoding="utf-8-sig")
    sarif_tools("html", "old.sarif", "-o", "all.html", cwd=tool.folder)
    assert "<script>alert(1)" not in (tool.folder / "all.html").read_text(encoding="utf-8")
