"""One list of nasty texts in every place where somebody can write one, through every format that there is."""

from __future__ import annotations

import json
import re
import xml.parsers.expat
from collections.abc import Callable
from typing import Any

import pytest
from junitparser import JUnitXml

from aligncli.cli import CheckFormat
from aligncli.render.check import FORMATS
from aligncli.render.text import plain
from tests import nasty
from tests.cli.tool import Tool
from tests.readers.markdown import MARKER, read
from tests.readers.rdf import refusals
from tests.readers.runner import commands, lines


class Case:
    """A repo of nasty texts and what is found in it."""

    def __init__(self, tool: Tool) -> None:
        self.root = nasty.write(tool.folder / "nasty")
        self.found: list[dict[str, Any]] = tool.json("check", self.root)["diagnostics"]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(Tool(tmp_path_factory.mktemp("nasty")))


def full(out: str, case: Case) -> None:
    heads = [line for line in lines(out) if re.match(r"(error|warning|info)\[", line)]
    assert len(heads) == len(case.found)


def concise(out: str, case: Case) -> None:
    *rows, _, end = lines(out)
    assert end == ""
    assert len(rows) == len(case.found)
    for row, item in zip(rows, case.found, strict=True):
        assert f": {item['severity']}[{item['code']}] " in row


def as_json(out: str, case: Case) -> None:
    assert json.loads(out)["diagnostics"] == case.found


def github(out: str, case: Case) -> None:
    said = commands(out)
    names = [command.name for command in said]
    shown = [name for name in names if name in ("error", "warning", "notice")]
    assert set(names) == {"error", "warning", "notice", "group", "endgroup"}
    assert all(shown.count(name) <= 10 for name in shown)
    rest = len(case.found) - len(shown)
    assert len(lines(out)) == len(names) + rest + 2  # the last line, and what is behind its end
    group, end = (lines(out).index(line) for line in (f"::group::{rest} more findings", "::endgroup::"))
    assert (group, end) == (len(shown), len(lines(out)) - 3)
    assert nasty.COMMAND.findall("\n".join(lines(out)[group + 1 : end])) == []
    messages = {plain(item["message"])[:4000] for item in case.found}
    for command in said:
        if command.name in shown:
            assert set(command.properties) <= {"file", "line", "endline", "col", "endcolumn", "title"}
            assert command.data.partition("\nhelp: ")[0][:4000] in messages


def junit(out: str, case: Case) -> None:
    xml.parsers.expat.ParserCreate().Parse(out, True)
    suites = JUnitXml.fromstring(out.encode())
    cases = [one for suite in suites for one in suite]
    assert len(cases) == suites.tests
    findings = [one for one in cases if one.name != "no findings"]
    assert len(findings) == len(case.found)
    assert sum(bool(one.result) for one in cases) == suites.failures
    assert suites.failures == sum(item["severity"] == "error" for item in case.found)
    assert len({(one.classname, one.name) for one in cases}) == len(cases)
    assert "[[ATTACHMENT" not in out
    said = {
        re.sub("[\ufffe\uffff]", lambda c: f"\\u{ord(c[0]):04x}", plain(item["message"])).replace("[[ATT", "[ [ATT")
        for item in case.found
    }
    for one in findings:
        (text,) = [result.message for result in one.result] or [None]
        assert text is None or text in said


def markdown(out: str, case: Case) -> None:
    page = read(out)
    assert page.html == [MARKER]
    assert page.live == []
    assert "image" not in page.kinds
    assert page.kinds.isdisjoint(
        {"hr", "blockquote_open", "fence", "code_block", "ordered_list_open", "em_open", "s_open"}
    )
    for _, target in page.links:
        assert re.fullmatch(
            r"https://github\.com/aligncli/align/blob/v[\d.]+/docs/rules\.md#[a-z\d-]+|[\w./%~-]+#L\d+", target
        )
    assert [size for size, _ in page.headings].count("h2") == 1
    ((head, *rows),) = page.tables
    assert all(len(row) == len(head) for row in rows)
    assert len(out) <= 60_000
    # Backticks that pair are the marks of code; all else is there to be read.
    said = {_bare(plain(item["message"]))[:900] for item in case.found}
    entries = [_bare(entry.partition("\nhelp: ")[0]) for entry in page.entries]
    assert len(entries) > 50
    assert [entry for entry in entries if not any(message in entry for message in said)] == []


def _bare(text: str) -> str:
    return text.replace("`", "").replace("##[", "#♯[").replace("##vso", "#♯vso")


def rdjson(out: str, case: Case) -> None:
    document = json.loads(out)
    assert refusals(document) == []
    assert len(document["diagnostics"]) == len(case.found)
    for diagnostic in document["diagnostics"]:
        page = read(diagnostic["message"])
        assert (page.html, page.links, page.live) == ([], [], [])
        assert "image" not in page.kinds


def gitlab(out: str, case: Case) -> None:
    issues = json.loads(out)
    assert len(issues) == len({issue["fingerprint"] for issue in issues}) == len(case.found)
    assert sorted(issue["check_name"] for issue in issues) == sorted(item["code"] for item in case.found)


def sarif(out: str, case: Case) -> None:
    (run,) = json.loads(out)["runs"]
    counted = [result for result in run["results"] if not result["suppressions"]]
    assert sorted(result["ruleId"] for result in counted) == sorted(item["code"] for item in case.found)
    for result in run["results"]:
        assert re.search(r"(?<!\\)\]\((?!\d+\))", result["message"]["text"]) is None, "a link that is not ours"


READERS: dict[str, Callable[[str, Case], None]] = {
    "full": full,
    "concise": concise,
    "json": as_json,
    "github": github,
    "junit": junit,
    "markdown": markdown,
    "rdjson": rdjson,
    "gitlab": gitlab,
    "sarif": sarif,
}
"""Who reads a format in these tests. A format without a reader is not done."""


def test_the_texts_reach_the_findings(case: Case) -> None:
    """Else nothing below means anything."""
    messages = "\n".join(item["message"] + str(item["help"]) for item in case.found)
    for text in nasty.TEXTS:
        words = [word for word in re.split(r"[^!-~]|[`\\]", text) if len(word) > 1]
        assert not words or any(word[:30] in messages for word in words), text
    paths = {item["path"] for item in case.found}
    for text in nasty.TEXTS:
        assert any(nasty.name(text) in path for path in paths), text
    assert any("\udcff" in path for path in paths)


@pytest.mark.parametrize("name", FORMATS)
def test_it_comes_through_as_harmless_text(tool: Tool, case: Case, name: str) -> None:
    run = tool("check", case.root, "--format", name, "--show", "info")
    assert run.status == 1
    assert run.err == ""
    assert nasty.UNSAFE.findall(run.out) == []
    if name != "github":
        assert nasty.COMMAND.findall(run.out) == []
        assert commands(run.out) == []
    READERS[name](run.out, case)
    file = tool.folder / "out"
    assert tool("check", case.root, "--output", f"{name}:{file}", "--show", "info").status == 1
    assert file.read_bytes().decode() == run.out


def test_every_format_that_is_read_is_one() -> None:
    assert set(READERS) == set(FORMATS) == {format.value for format in CheckFormat}
