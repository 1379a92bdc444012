"""What ``new-team`` and ``init`` write always passes the check, whatever names, missions and titles hold."""

from __future__ import annotations

import re
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aligncli import engine
from aligncli.commands import init, new_team
from aligncli.commands.session import Session
from aligncli.diagnostics import AlignError, Severity
from aligncli.document.loader import load
from aligncli.io.repo import Repo
from aligncli.io.terminal import Terminal
from aligncli.render.scaffold import scalar
from aligncli.suggest import slug
from tests.property.strategies import odd_characters, plain_texts, words

AS_OF = date(2026, 11, 20)
TYPES = [None, "stream-aligned", "platform", "enabling", "complicated-subsystem", "group"]

pieces = st.sampled_from(
    [
        "a", "Senders", " ", "  ", ": ", ":", "#", " #", "- ", "-", "--", "'", '"', '\\"', "\\", "\n", "\r\n", "\t", ",", ", ", "[", "]", "{", "}", "&", "*", "!", "|", ">",
        "%", "@", "`", "?", "? ", "=", "~", "null", "true", "yes", "12", "1e3", "2026-12-31", "0x1F", ".", "..", "...", "---", "<", "<x>", "TODO", "日本", "é", "e\u0301", "🎉",
        "\u200b", "\u202e", "\xa0", "(", ")", "](x.md)", "<!--", "-->", "```", "$(id)", "%s", "{0}",
    ]
)  # fmt: skip
texts = (st.lists(pieces | odd_characters | words, min_size=1, max_size=8).map("".join) | plain_texts).filter(
    lambda text: is_something(text) and encodable(text)
)
ids = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,5}){0,2}", fullmatch=True)


def is_something(text: str) -> bool:
    """Whether a text is more than blanks, as the format has it (`it may not be blank`)."""
    return re.search("[^\\s\u001c-\u001f\u0085\ufeff]", text) is not None


def encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.fixture(autouse=True)
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of files are written here, and none must survive a power cut."""
    monkeypatch.setattr("os.fsync", lambda descriptor: None)


def written(value: str) -> str:
    """A text in double quotes, with everything odd escaped."""
    return '"' + "".join(char if char.isalnum() and char.isascii() else f"\\U{ord(char):08X}" for char in value) + '"'


@st.composite
def organisations(draw: st.DrawFn) -> str:
    lines = [
        "---",
        "kind: org",
        "name: Parcelry",
        "north-star: Anyone can send a parcel anywhere with one tap.",
        "outcomes:",
    ]
    for number in range(draw(st.integers(0, 3))):
        status = draw(st.sampled_from(["proposed", "active", "achieved", "dropped"]))
        lines.append(f"  - {{id: outcome-{number}, title: {written(draw(texts))}, status: {status}}}")
    if lines[-1] == "outcomes:":
        lines.pop()
    lines.append("guardrails:")
    for number in range(draw(st.integers(0, 4))):
        fields = {
            "id": f"rail-{number}",
            "title": written(draw(texts)),
            "why": written(draw(texts)),
            "level": draw(st.sampled_from(["must", "should"])),
            "evidence": draw(st.sampled_from(["required", "optional", "none"])),
            "enforcement": draw(st.sampled_from(["automated", "review", "attested"])),
            "automation": "the build",
        }
        if draw(st.booleans()):
            fields["in-force-from"] = draw(st.sampled_from(["2020-01-01", "2030-01-01"]))
        if draw(st.booleans()):
            fields["applies-to"] = draw(st.sampled_from(["{types: [platform]}", "{types: [group]}", "{tags: [eu]}"]))
        lines.append("  - {" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}")
    if lines[-1] == "guardrails:":
        lines.pop()
    return "\n".join([*lines, "---", ""])


def errors(root: Path) -> list[Any]:
    repo = Repo(root)
    report = engine.run(engine.Task(repo.load(AS_OF), repo.config, engine.Selection(), repo.text))
    return [(item.path, item.code, item.message) for item in report.diagnostics if item.severity is Severity.ERROR]


def session(root: Path) -> Session:
    return Session(root, AS_OF, Terminal("never", quiet=True))


optional = st.none() | texts


@given(organisations(), ids, optional, st.sampled_from(TYPES), optional, optional, optional, st.integers(0, 2))
@example("", "a", "\ufffe", None, "\uffff", "\ufeffx", None, 0)
@example("", "null", "\x85x", None, "a\u2028b", None, None, 0)
@example("", "123", None, "group", "-", "?", None, 0)
@example("", "1e3", "x", None, "TODO", "~", None, 0)
@settings(max_examples=100)
def test_a_new_team_passes_the_check(
    org: str,
    team: str,
    name: str | None,
    kind: str | None,
    mission: str | None,
    lead: str | None,
    goal: str | None,
    outcome: int,
) -> None:
    org = org or "---\nkind: org\nname: P\nnorth-star: S.\noutcomes: [{id: outcome-0, title: O}]\n---\n"
    supports = (f"outcome-{outcome}",) if f"id: outcome-{outcome}," in org else ()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "align.toml").touch()
        (root / "org.md").write_text(org, encoding="utf-8")
        before = errors(root)
        wish = new_team.Wish(team, name, kind, mission, lead, goal if supports else None, supports if goal else ())
        assert new_team.new_team(session(root), wish, dry_run=False) == 0
        assert errors(root) == before == []
        repo = Repo(root)
        made = repo.load(AS_OF).teams[team]
        for given_text, read in ((mission, made.mission), (name, made.name), (lead, made.lead)):
            if given_text is not None:
                assert read is not None
                assert read.split() == given_text.split()
        front = (
            (root / "teams" / team / "charter.md").read_text(encoding="utf-8").split("\n---\n")[0].removeprefix("---\n")
        )
        theirs = yaml.safe_load(front)  # a YAML 1.1 parser reads the same words
        assert str(theirs["team"]) == team
        assert theirs["team"] == team
        for key in ("name", "mission", "lead"):
            if key in theirs:
                assert theirs[key] == getattr(made, key)


@given(optional, optional, st.lists(texts, max_size=3), st.none() | ids)
@settings(max_examples=60)
def test_a_new_repo_passes_the_check(name: str | None, star: str | None, outcomes: list[str], team: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "company"
        root.mkdir()
        (root / ".git").mkdir()
        assert init.init(session(root), init.Wish(name, star, tuple(outcomes), team), dry_run=False) == 0
        assert errors(root) == []


@given(st.sampled_from(["name", "mission", "lead"]), st.sampled_from(["\udcff", "x\ud800", "\udfff y"]))
def test_bytes_that_are_no_text_are_refused_or_passed_harmlessly(option: str, text: str) -> None:
    """What a shell hands over as Latin-1 arrives as a lone surrogate, which no UTF-8 file can hold."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "align.toml").touch()
        (root / "org.md").write_text("---\nkind: org\nname: P\nnorth-star: S.\n---\n")
        wish = {
            "name": new_team.Wish("returns", name=text),
            "mission": new_team.Wish("returns", mission=text),
            "lead": new_team.Wish("returns", lead=text),
        }[option]
        try:
            new_team.new_team(session(root), wish, dry_run=False)
        except AlignError:
            assert not (root / "teams").exists()
        assert errors(root) == []


@given(
    st.text(max_size=20)
    | words
    | st.sampled_from(["../x", "/x", "a/b", "..", ".", "", "A", "a b", "-", "a-", "a--b", "x" * 65, "a\n", "é"])
)
@settings(max_examples=60)
def test_what_is_no_id_writes_nothing(team: str) -> None:
    if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", team) and len(team) <= 64:
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "repo"
        root.mkdir()
        (root / "align.toml").touch()
        (root / "org.md").write_text("---\nkind: org\nname: P\nnorth-star: S.\n---\n")
        try:
            new_team.new_team(session(root), new_team.Wish(team), dry_run=False)
        except AlignError as error:
            suggested = re.search(r"`([^`]*)` would do", str(error))
            assert suggested is None or re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", suggested[1])
        else:
            raise AssertionError(f"{team!r} was accepted")
        assert sorted(path.name for path in Path(folder).rglob("*")) == ["align.toml", "org.md", "repo"]


@given(texts | words | st.text())
@example("=")
@example("<<")
@example("a: b")
@example("x:")
@example("Y")
@example("é")
@settings(max_examples=400)
def test_a_scalar_is_read_as_the_text_by_every_parser(text: str) -> None:
    meant = " ".join(text.split())
    if not encodable(text):
        return
    document = f"x: y\na: {scalar(text)}\nb: c\n"
    ours = load(document)
    assert ours.error is None, (document, ours.error)
    assert ours.data == {"x": "y", "a": meant, "b": "c"}
    assert yaml.safe_load(document) == ours.data


@given(st.text() | texts)
def test_a_slug_is_an_id_or_nothing(title: str) -> None:
    made = slug(title)
    assert made == "" or (re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", made) and len(made) <= 64)
