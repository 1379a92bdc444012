"""Fingerprints over repos that change: the same while what is said stays the same, wherever it moves; else another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from aligncli import engine
from aligncli.config import Config
from aligncli.diagnostics import Diagnostic, Severity
from aligncli.model import FiscalYear
from aligncli.render.fingerprints import fingerprints
from aligncli.workspace.link import link
from aligncli.workspace.load import load_document
from tests.property.strategies import AS_OF, SCHEMAS

ORG = """\
---
kind: org
name: Parcelry
north-star: Anyone can send a parcel anywhere with one tap.
outcomes:
  - id: fewer-abandoned-carts
    title: Fewer carts are abandoned
  - id: fewer-lost-parcels
    title: Parcels arrive where they were sent
---
"""
TEAM = """\
---
kind: charter
team: {team}
mission: Customers of {team} are glad to come back.
statuss: forming
goals:
  - id: quick
    title: People wait a shorter time at {team}
    supports:
      - to: {outcome}
  - id: untraced
    title: Nobody at {team} gets lost
---
See [our notes](notes.md), [again](notes.md) and [more](more.md).
"""
SLIPS = ["fewer-abandonned-carts", "fewer-abandond-carts", "fewer-lost-parcel", "nothing-like-it"]
TEAMS = ["checkout", "refunds", "returns", "stores"]

Files = Mapping[str, str]


def found(files: Files, show: Severity = Severity.INFO) -> list[Diagnostic]:
    documents = [
        document for path, text in sorted(files.items()) if (document := load_document(path, text, SCHEMAS)) is not None
    ]
    folders = {folder for path in files for folder in (path.rpartition("/")[0], path.partition("/")[0])}
    ws = link(documents, {*files, *folders}, AS_OF, FiscalYear())
    task = engine.Task(ws, Config(), engine.Selection(), files.__getitem__)
    return [*engine.run(task, show=show).diagnostics]


def prints(files: Files) -> set[str]:
    diagnostics = found(files)
    made = fingerprints(diagnostics)
    assert len({*made}) == len(made)
    return {*made}


def lasting(diagnostics: list[Diagnostic], made: list[str], path: str) -> set[str]:
    """The fingerprints of all but the facts that are about a path."""
    return {each for item, each in zip(diagnostics, made, strict=True) if path not in item.identity}


@st.composite
def repos(draw: st.DrawFn) -> dict[str, str]:
    teams = draw(st.lists(st.sampled_from(TEAMS), min_size=1, max_size=4, unique=True))
    files = {f"teams/{team}/charter.md": TEAM.format(team=team, outcome=draw(st.sampled_from(SLIPS))) for team in teams}
    return {"org.md": ORG, **files}


@st.composite
def moved(draw: st.DrawFn, text: str) -> str:
    """The same document with more lines in it: blank, comments, and prose at the end."""
    lines = text.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(1, len(lines) - 2))
        end = next(at for at, line in enumerate(lines[1:], 1) if line == "---\n")
        lines.insert(min(at, end), draw(st.sampled_from(["\n", "# a remark\n", "      # another: one\n"])))
    end = next(at for at, line in enumerate(lines[1:], 1) if line == "---\n")
    lines.insert(end + 1, draw(st.sampled_from(["", "# Heading\n\nMore prose.\n\n", "\n\n"])))
    return "".join(lines)


@given(repos(), st.data())
def test_they_stay_when_lines_move(files: dict[str, str], data: st.DataObject) -> None:
    after = {path: data.draw(moved(text)) for path, text in files.items()}
    assert [item.range for item in found(after)] != [item.range for item in found(files)]
    assert prints(after) == prints(files)


@given(repos(), st.randoms(use_true_random=False))
def test_they_stay_when_items_and_fields_change_places(files: dict[str, str], random: object) -> None:
    after = {}
    for path, text in files.items():
        goals = re.split(r"(?m)^(?=  - id:)", text.partition("---\nSee")[0])
        after[path] = (
            text
            if path == "org.md"
            else text.replace("".join(goals[1:]), "".join(reversed(goals[1:]))).replace(
                "team: ", "x-note: moved\nteam: "
            )
        )
        assert path == "org.md" or after[path] != text
    assert prints(after) == prints(files)


@given(repos(), st.sampled_from(["org.md", "company/org.md", "a.md", "zz.md"]))
def test_they_stay_when_a_file_has_another_name(files: dict[str, str], name: str) -> None:
    """As far as a fact is not about its path."""
    team = next(path for path in files if path != "org.md")
    after = {name if path == "org.md" else path: text for path, text in files.items()}
    assert prints(after) == prints(files)
    renamed = {f"else/{path}" if path == team else path: text for path, text in files.items()}
    before, later = found(files), found(renamed)
    kept = lasting(before, fingerprints(before), team)
    assert len(kept) > 3
    assert kept <= {*fingerprints(later)}


@given(repos(), st.sampled_from(SLIPS), st.data())
def test_another_fact_is_another_one(files: dict[str, str], slip: str, data: st.DataObject) -> None:
    team = data.draw(st.sampled_from([path for path in files if path != "org.md"]))
    old = next(word for word in SLIPS if f"to: {word}\n" in files[team])
    after = {**files, team: files[team].replace(f"to: {old}\n", f"to: {slip}\n")}
    assert (prints(after) == prints(files)) is (old == slip)
    after = {**files, team: files[team].replace("id: untraced", "id: traced-nowhere")}
    gone, new = prints(files) - prints(after), prints(after) - prints(files)
    assert len(gone) == len(new) > 0


@given(repos())
def test_what_is_shown_changes_none(files: dict[str, str]) -> None:
    everything = found(files)
    made = dict(zip(fingerprints(everything), everything, strict=True))
    for least in (Severity.WARNING, Severity.ERROR):
        shown = found(files, least)
        assert {*fingerprints(shown)} == {each for each, item in made.items() if item.severity >= least}
        assert 0 < len(shown) < len(everything)


@given(repos(), st.data())
def test_a_part_of_the_repo_has_the_fingerprints_of_the_whole(files: dict[str, str], data: st.DataObject) -> None:
    """Where no fact stands in several documents, as none does here."""
    everything = found(files)
    made = dict(zip(fingerprints(everything), everything, strict=True))
    assert all(
        len({item.path for item in everything if item.key == key}) == 1 for key in Counter(i.key for i in everything)
    )
    path = data.draw(st.sampled_from(sorted({item.path for item in everything})))
    part = [item for item in everything if item.path == path]
    assert {*fingerprints(part)} == {each for each, item in made.items() if item.path == path}
