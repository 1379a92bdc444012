"""A check says the same, byte for byte, however it came to know it: from files, from memory, alone or with help."""

from __future__ import annotations

import io
import os
import random
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligncli.commands.check import Wish, check
from aligncli.commands.session import Session
from aligncli.diagnostics import AlignError, Finding
from aligncli.document.loader import Loaded
from aligncli.engine.again import _renewed
from aligncli.io import cache as memory
from aligncli.io import documents, repo, workers
from aligncli.io.terminal import Terminal
from aligncli.rules import RULES
from aligncli.rules.base import Rule
from aligncli.schema import Schemas
from aligncli.workspace.link import link
from aligncli.workspace.load import Document, load_document
from aligncli.workspace.workspace import Workspace
from tests import EXAMPLES
from tests.property.strategies import gone_wrong, real_documents

FORMATS = ("json", "full", "sarif")
CONFIGS = (
    "",
    '[check.severity]\nAL305 = "error"\n',
    "[limits]\nteam-size = [2, 4]\n",
    'exclude = ["teams/c*/"]\n',
    'include = ["**/*.md"]\n',
    '[schemas]\ncharter = "own.json"\n',
    "nonsense = true\n",
)
OWN = '{"type": "object", "required": ["x-cost-center"]}'


class Org:
    """A repo on disk whose files change, and a cache folder."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "repo"
        self.caches = folder / "caches"
        self._ticks = 0
        shutil.copytree(EXAMPLES, self.root)
        self.write("own.json", OWN)

    def write(self, path: str, text: str) -> None:
        """Writes a file; its stamp differs from all before, however fast the test is."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode("utf-8", "surrogatepass"))
        self._ticks += 1
        os.utime(place, ns=(self._ticks, self._ticks))

    def documents(self) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*.md"))

    def change(self, draw: Callable[[st.SearchStrategy[object]], object], chance: random.Random) -> None:
        """One step of an editor, of git, or of somebody who tidies up."""
        path = chance.choice(self.documents())
        how = chance.choice(
            ["edit", "edit", "edit", "wrong", "rename", "move", "delete", "new", "touch", "config", "back", "bytes"]
        )
        place = self.root / path
        text = place.read_bytes().decode("utf-8", "replace")
        if how == "edit":
            words = [word for word in text.split() if word.isalpha()] or ["x"]
            self.write(path, text.replace(chance.choice(words), chance.choice(words), 1))
        elif how == "wrong":
            self.write(path, str(draw(gone_wrong(text))))
        elif how == "rename":
            place.rename(place.with_name(f"{chance.choice('abc')}-{place.name}"))
        elif how == "move":
            target = self.root / chance.choice(["teams", "elsewhere", "teams/x"]) / place.name
            target.parent.mkdir(parents=True, exist_ok=True)
            place.rename(target)
        elif how == "delete":
            place.unlink()
        elif how == "new":
            source = chance.choice(sorted(real_documents()))
            self.write(f"new/{chance.randrange(5)}/{Path(source).name}", real_documents()[source])
        elif how == "touch":
            self.write(path, text)
        elif how == "config":
            self.write("align.toml", chance.choice(CONFIGS))
        elif how == "back":
            known = sorted(real_documents())
            for name in chance.sample(known, 3):
                self.write(name, real_documents()[name])
        else:
            place.write_bytes(b"---\nkind: charter\nteam: \xff\xfe\n---\n")
            os.utime(place, ns=(1, self._ticks))

    def say(self, way: str, output_format: str) -> str:
        """What a check prints, and its exit status."""
        session = Session(self.root, date(2026, 11, 20), Terminal("never"))
        out, sys.stdout = sys.stdout, io.StringIO()
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("XDG_CACHE_HOME", str(self.caches / way))
                patch.setattr(repo, "MIN_REMEMBERED", 1)
                patch.setattr(documents, "MIN_SHARED", 1 if "shared" in way else 10**9)
                patch.setattr(documents, "MIN_QUICK", 1 if "quick" in way else 10**9)
                patch.setattr(documents, "CHUNK", 7)
                patch.setattr(workers, "workers_for", lambda count: 2)
                # Every stamp is one of its own here, so that the youngest can be relied on as well.
                patch.setattr(documents, "SETTLED", -(10**20) if "stamps" in way else documents.SETTLED)
                try:
                    status = check(session, Wish(output_format=output_format, cache="uncached" not in way))
                except AlignError as error:
                    return f"{error}\n2"
            return f"{sys.stdout.getvalue()}{status}"
        finally:
            sys.stdout = out


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("org")


WAYS = (
    "remembered by digest",
    "quick, uncached",
    "quick, remembered by stamps",
    "quick, shared, uncached",
    "shared, remembered by stamps",
)


@given(st.data(), st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_after_any_changes_all_ways_say_the_same(folders: Callable[[], Path], data: st.DataObject, seed: int) -> None:
    org, chance = Org(folders()), random.Random(seed)
    for way in WAYS:
        org.say(way, "json")
    for _ in range(data.draw(st.integers(2, 5))):
        for _ in range(chance.choice([0, 1, 1, 1, 1, 2, 6])):
            org.change(data.draw, chance)
        output_format = chance.choice(FORMATS)
        expected = org.say("uncached", output_format)
        for way in WAYS:
            assert org.say(way, output_format) == expected, way
            assert org.say(way, output_format) == expected, f"{way}, again"
    shutil.rmtree(org.root.parent)


@given(st.data(), st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_a_spoilt_memory_changes_no_answer_and_mends_itself(
    folders: Callable[[], Path], data: st.DataObject, seed: int
) -> None:
    org, chance = Org(folders()), random.Random(seed)
    way = "remembered by stamps"
    for output_format in chance.sample(FORMATS, 2):
        org.say(way, output_format)
    (file,) = (org.caches / way).rglob("*.db")
    held = bytearray(file.read_bytes())
    how = chance.choice(["bits", "zeros", "cut", "empty", "text", "old page", "folder"])
    at = chance.randrange(len(held))
    if how == "bits":
        for _ in range(chance.choice([1, 30, 3000])):
            held[chance.randrange(100, len(held))] ^= 1 << chance.randrange(8)
    elif how == "zeros":
        held[at : at + 16384] = bytes(len(held[at : at + 16384]))
    elif how == "old page":
        pages = len(held) // 16384
        first, second = chance.randrange(pages) * 16384, chance.randrange(1, pages) * 16384
        held[second : second + 16384] = held[first : first + 16384]
    file.unlink()
    if how == "folder":
        file.mkdir()
    else:
        file.write_bytes(
            {"cut": bytes(held[:at]), "empty": b"", "text": b"not a database\n" * 400}.get(how, bytes(held))
        )
    for _ in range(chance.randrange(3)):
        org.change(data.draw, chance)
    for output_format in FORMATS:
        expected = org.say("uncached", output_format)
        assert org.say(way, output_format) == expected, how
        assert org.say(way, output_format) == expected, f"{how}, again"
    shutil.rmtree(org.root.parent)


def test_what_did_not_change_is_neither_parsed_nor_judged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    org = Org(tmp_path)
    way = "remembered by stamps"
    first = org.say(way, "full")
    monkeypatch.setattr(documents, "load_document", _never)
    assert org.say(way, "full") == first
    assert "_never" in _crash(lambda: org.say("uncached", "full"))
    monkeypatch.setattr("aligncli.engine.again.run", _never)
    assert org.say(way, "full") == first
    assert "_never" in _crash(lambda: org.say(way, "json")), "another question"
    monkeypatch.setattr("aligncli.io.tree.Disk.data", _never)
    assert "_never" in _crash(lambda: org.say("remembered by digest", "full"))


def test_one_changed_document_is_read_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    org = Org(tmp_path)
    way = "remembered by stamps"
    org.say(way, "full")
    read: list[str] = []

    def load(
        path: str, text: str, schemas: Schemas, *, expected: bool, parse: Callable[[str], Loaded]
    ) -> Document | None:
        read.append(path)
        return load_document(path, text, schemas, expected=expected, parse=parse)

    renewed: list[str] = []

    def renew(rule: Rule, *more: Any) -> Sequence[Finding] | None:
        renewed.append(rule.code)
        return _renewed(rule, *more)

    monkeypatch.setattr(documents, "load_document", load)
    monkeypatch.setattr("aligncli.engine.again._renewed", renew)
    path = "teams/booking/charter.md"
    org.write(path, (org.root / path).read_text(encoding="utf-8") + "\nOne more line.\n")
    said = org.say(way, "full")
    assert read == [path]
    assert sorted(renewed) == [rule.code for rule in RULES if rule.check and rule.local != "no"]
    assert said == org.say("uncached", "full")


@pytest.mark.parametrize("file", ["teams/booking/charter.md", "align.toml"])
@pytest.mark.parametrize("is_warm", [False, True])
def test_what_changes_during_a_run_and_back_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, *, is_warm: bool
) -> None:
    org = Org(tmp_path)
    way = "remembered by stamps"
    path = "teams/booking/charter.md"
    org.write(path, (org.root / path).read_text(encoding="utf-8") + "\nSee [there](nowhere.md).\n")
    org.write("align.toml", '[check]\nignore = ["AL999"]\n')
    text = (org.root / file).read_text(encoding="utf-8")
    if is_warm:
        org.write(path, (org.root / path).read_text(encoding="utf-8") + "\nMore.\n")
        org.say(way, "json")
        org.write(path, (org.root / path).read_text(encoding="utf-8").removesuffix("\nMore.\n"))

    def interrupted(*more: Any) -> Workspace:
        org.write(file, text.replace("\n", "\n# one more line\n", 1))
        return link(*more)

    with monkeypatch.context() as patch:
        patch.setattr(repo, "link", interrupted)
        org.say(way, "json")
    org.write(file, text)
    assert org.say(way, "json") == org.say("uncached", "json")


def _never(*_: object, **__: object) -> None:
    raise AssertionError("_never")


def _crash(run: Callable[[], object]) -> str:
    with pytest.raises(AssertionError) as caught:
        run()
    return str(caught.value)


def test_a_key_for_each_question(tmp_path: Path) -> None:
    """The same repo on another day, or asked otherwise, is another check."""
    org = Org(tmp_path)
    assert len(FORMATS) <= memory.MAX_REPORTS
    said = {output_format: org.say("remembered by stamps", output_format) for output_format in FORMATS}
    assert len(set(said.values())) == len(FORMATS)
    for output_format in FORMATS:
        assert org.say("remembered by stamps", output_format) == said[output_format]
