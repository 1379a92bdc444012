"""The Reviewdog Diagnostic Format: against its definition, and its suggestions applied to the bytes of files."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import aligncli
from tests import EXAMPLES
from tests.cli.tool import CHARTER, DAY, ERROR, ORG, SMALLEST, Tool, write
from tests.readers.rdf import refusals


def rdjson(tool: Tool, root: Path, *words: str) -> Any:
    run = tool("check", root, "--format", "rdjson", "--as-of", DAY, *words)
    assert run.status in (0, 1), run
    document = json.loads(run.out)
    assert refusals(document) == []
    return document


def offset(data: bytes, position: dict[str, int]) -> int:
    """Where a position is in the bytes of a file; nothing but LF, CRLF and a lone CR ends a line."""
    starts = [0, *(found.end() for found in re.finditer(rb"\r\n|\r|\n", data))]
    return starts[position["line"] - 1] + position["column"] - 1


def cut(data: bytes, place: dict[str, dict[str, int]]) -> bytes:
    return data[offset(data, place["start"]) : offset(data, place["end"])]


def test_field_by_field(tool: Tool) -> None:
    document = rdjson(tool, tool.repo(ERROR))
    assert document["source"] == {"name": "align", "url": aligncli.HOME}
    assert document["severity"] == "ERROR"
    (found,) = document["diagnostics"]
    column = ERROR["teams/checkout/charter.md"].splitlines()[5].index("fewer-abandonned") + 1
    place = {"start": {"line": 6, "column": column}, "end": {"line": 6, "column": column + 22}}
    start = found["message"].index("\n\nhelp: an outcome with a similar id exists")
    assert found["message"][:start] == (
        "goal `checkout/one-tap-pay` supports `fewer-abandonned-carts`, which does not exist"
    )
    assert found["location"] == {"path": "teams/checkout/charter.md", "range": place}
    assert found["severity"] == "ERROR"
    assert found["code"] == {
        "value": "AL202",
        "url": f"{aligncli.HOME}/blob/v{aligncli.__version__}/docs/rules.md#al202-unknown-reference",
    }
    assert found["suggestions"] == [{"range": place, "text": "fewer-abandoned-carts"}]
    ((related),) = found["related_locations"]
    assert related["location"]["path"] == "teams/checkout/charter.md"
    assert related["message"] == "this goal"


def test_a_clean_check_is_a_result_without_diagnostics(tool: Tool) -> None:
    document = rdjson(tool, tool.repo(SMALLEST))
    assert (document["severity"], document["diagnostics"]) == ("UNKNOWN_SEVERITY", [])


def test_columns_are_bytes(tool: Tool) -> None:
    text = CHARTER.replace("title: Returning", "title: «Größe» 🚂 é Returning").replace("[fewer-", "[fewwer-")
    data = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    root = tool.repo({"org.md": ORG, "teams/checkout/charter.md": data})
    (found,) = rdjson(tool, root)["diagnostics"]
    assert cut(data, found["location"]["range"]) == b"fewwer-abandoned-carts"
    (suggestion,) = found["suggestions"]
    assert cut(data, suggestion["range"]) == b"fewwer-abandoned-carts"


def test_a_mark_of_byte_order_is_counted(tool: Tool) -> None:
    root = tool.repo({**SMALLEST, "slip.md": b"\xef\xbb\xbf---\nkind: chartr\nteam: x\nmission: It is a slip.\n---\n"})
    (found,) = [one for one in rdjson(tool, root)["diagnostics"] if one["location"]["path"] == "slip.md"]
    data = (root / "slip.md").read_bytes()
    assert cut(data, found["location"]["range"]) == b"chartr"
    whole = tool.repo({**SMALLEST, "teams/checkout/charter.md": b"\xef\xbb\xbf" + CHARTER[:-4].encode()}, "whole")
    places = [one["location"]["range"]["start"] for one in rdjson(tool, whole)["diagnostics"]]
    assert {"line": 1, "column": 4} in places


MESSY = {
    "org.md": ORG.replace(
        "{id: fewer-abandoned-carts,", "{id: fewer-lost-carts, formerly: [fewer-abandoned-carts], owner: «chéf» 🚂,"
    ),
    "teams/checkout/charter.md": CHARTER.replace(
        "goals:", "# align: ignore[AL205, AL401, AL306, AL301]: é, agreed\ngoals:"
    ),
    "teams/returns/charter.md": CHARTER.replace("checkout", "returns")
    .replace("[fewer-abandoned-carts]", '["fewer-lost-cart"]')
    .replace("goals:", "# align: ignore[AL209, AL205]: agreed\n# align: ignore[AL404]: agreed\ngoals:"),
    "teams/former/charter.md": CHARTER.replace("checkout", "former").replace(
        "goals:\n", "goals:\n  # align: ignore[AL209, AL205, AL404]: «agréed»\n"
    ),
    "teams/last/charter.md": CHARTER.replace("checkout", "last").replace("\n", "\r\n"),
    "teams/twice/charter.md": CHARTER.replace("checkout", "twice").replace(
        "supports: [fewer-abandoned-carts]", "supports: [{to: fewer-abandoned-carts, how: «ä»}, fewer-lost-crts]"
    ),
}


@pytest.mark.parametrize("name", ["messy", "examples"])
def test_suggestions_do_what_fixes_do(tool: Tool, name: str) -> None:
    """Those of a round that do not touch each other, round after round, until there is none."""
    if name == "messy":
        root = tool.repo({path: text.encode() for path, text in MESSY.items()})
    else:
        root = tool.folder / "repo"
        shutil.copytree(EXAMPLES, root)
        for place in root.rglob("*.md"):
            text = place.read_text()
            place.write_text(re.sub(r"(?m)^(\s+- to: \S+?)(\w)$", r"\1\2\2", text))
    fixed = tool.folder / "fixed"
    shutil.copytree(root, fixed)
    run = tool("check", fixed, "--as-of", DAY, "--fix", "--unsafe-fixes")
    assert re.search(r"fixed \d+ findings in", run.err), run
    made = 0
    for _ in range(10):
        wanted: dict[str, list[tuple[int, int, bytes]]] = {}
        for found in rdjson(tool, root, "--show", "info")["diagnostics"]:
            for suggestion in found.get("suggestions", ()):
                path = found["location"]["path"]
                data = (root / path).read_bytes()
                start, end = (offset(data, suggestion["range"][side]) for side in ("start", "end"))
                others = wanted.setdefault(path, [])
                if all(end < other[0] or other[1] < start for other in others):
                    others.append((start, end, suggestion["text"].encode()))
        for path, changes in wanted.items():
            data = (root / path).read_bytes()
            for start, end, new in sorted(changes, reverse=True):
                data = data[:start] + new + data[end:]
                made += 1
            (root / path).write_bytes(data)
        if not wanted:
            break
    assert made > 5
    for place in sorted(fixed.rglob("*.md")):
        assert (root / place.relative_to(fixed)).read_bytes() == place.read_bytes(), place


def test_a_fix_of_several_edits_is_one_suggestion(tool: Tool) -> None:
    """Reviewdog's comments are about one stretch of lines, and several would be a choice."""
    charter = CHARTER.replace("goals:\n", "goals:\n  # align: ignore[AL209, AL205, AL404]: agreed\n")
    org = ORG.replace("{id: fewer-abandoned-carts,", "{id: fewer-lost-carts, formerly: [fewer-abandoned-carts],")
    root = tool.repo({"org.md": org, "teams/checkout/charter.md": charter})
    found = [one for one in rdjson(tool, root)["diagnostics"] if one["code"]["value"] == "AL902"]
    parts = [
        one["fix"]["edits"] for one in tool.json("check", root)["diagnostics"] if one["code"] == "AL902" and one["fix"]
    ]
    assert [len(edits) for edits in parts] == [2]
    ((suggestion,),) = [one["suggestions"] for one in found]
    data = charter.encode()
    old = cut(data, suggestion["range"])
    assert charter.replace(old.decode(), suggestion["text"]) == charter.replace("AL209, AL205, AL404", "AL205")


def test_paths_are_from_the_top_of_git(tool: Tool, tmp_path: Path) -> None:
    root = write(tmp_path / "mono" / "charters", {**ERROR, "align.toml": ""})
    (tmp_path / "mono" / ".git").mkdir()
    (found,) = rdjson(tool, root)["diagnostics"]
    assert found["location"]["path"] == "charters/teams/checkout/charter.md"
    assert found["related_locations"][0]["location"]["path"] == "charters/teams/checkout/charter.md"
