"""What is generated for the benchmarks is what it says, and the benchmarks run; never how fast anything is."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import jsonschema
import pytest

from aligncli import engine
from aligncli.config import Config
from aligncli.diagnostics import Severity
from aligncli.document.loader import load
from aligncli.io.resources import load_schemas
from aligncli.testing import AS_OF
from aligncli.workspace.link import link
from aligncli.workspace.load import Document, load_document
from tests import TOP

FOLDER = TOP / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports one of the scripts as it sees itself: with its folder on the path."""
    monkeypatch.syspath_prepend(str(FOLDER))
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if (FOLDER / f"{name}.py").exists():
            del sys.modules[name]


def generated(folder: Path, teams: int, *words: str) -> tuple[dict[str, bytes], str]:
    command = [sys.executable, str(FOLDER / "generate.py"), str(teams), str(folder), *words]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}, out


def checked(texts: dict[str, str], documents: dict[str, Document]) -> engine.Report:
    folders = {folder.as_posix() for path in texts for folder in PurePosixPath(path).parents}
    config = Config()
    ws = link(documents.values(), {*texts, *folders}, AS_OF, config.fiscal)
    return engine.run(engine.Task(ws, config, engine.Selection(), texts.__getitem__))


def documents(texts: dict[str, str]) -> dict[str, Document]:
    found = {path: load_document(path, text, load_schemas()) for path, text in texts.items() if path.endswith(".md")}
    return {path: document for path, document in found.items() if document is not None}


# --- organisations ---


@pytest.mark.parametrize("words", [(), ("--mistakes", "30")], ids=["in order", "with mistakes"])
def test_the_same_organisation_has_the_same_bytes(tmp_path: Path, words: tuple[str, ...]) -> None:
    one, said = generated(tmp_path / "one", 30, *words)
    assert generated(tmp_path / "two", 30, *words) == (one, said)
    assert said.startswith(f"{len(one) - 1} documents\n")
    assert len(one) == 1 + 1 + 12 + 3 + 60  # the configuration, the org, guardrails, outcomes, two documents a team


def test_mistakes_spoil_their_share_and_leave_the_rest(tmp_path: Path) -> None:
    good, _ = generated(tmp_path / "good", 200)
    bad, said = generated(tmp_path / "bad", 200, "--mistakes", "10")
    spoilt = [path for path in good if good[path] != bad[path]]
    assert 0.07 < len(spoilt) / len(good) < 0.13
    assert len(spoilt) == sum(map(int, re.findall(r"^AL\d+ (\d+)$", said, re.M)))
    assert "org.md" not in spoilt


@pytest.mark.parametrize("teams", [6, 7, 60])
def test_an_organisation_passes_with_nothing_but_advice(benchmark: Any, teams: int) -> None:
    texts = dict(benchmark("generate").files(teams))
    assert checked(texts, documents(texts)).worst <= Severity.INFO


def test_every_mistake_is_found_by_the_rule_that_it_names(benchmark: Any) -> None:
    texts = dict(benchmark("generate").files(60))
    good = documents(texts)
    before = checked(texts, good).by_rule
    places = {
        "charter": ("teams/team-7/charter.md", "teams/team-6/charter.md"),
        "team-api": ("teams/team-7/team-api.md", "teams/team-6/team-api.md"),
        "outcome": ("outcomes/outcome-2.md", "outcomes/outcome-1.md"),
        "guardrail": ("guardrails/guardrail-0.md", "guardrails/guardrail-1.md"),
    }
    unfound = []
    for number, mistake in enumerate(benchmark("mistakes").MISTAKES):
        path, other = places[mistake.kind]
        spoilt = {**texts, path: mistake.slip(texts[path], texts[other])}
        new = documents({path: spoilt[path]})
        after = checked(spoilt, {**{name: document for name, document in good.items() if name != path}, **new}).by_rule
        if after[mistake.code] <= before[mistake.code]:
            unfound.append((number, mistake.code, mistake.kind))
    assert not unfound


def test_mistakes_of_many_kinds_are_found_together(benchmark: Any) -> None:
    spoiler = benchmark("mistakes").Spoiler("300 teams", 20)
    texts = {
        path: spoiler.spoil(text) if path.endswith(".md") else text for path, text in benchmark("generate").files(300)
    }
    found = checked(texts, documents(texts)).by_rule
    assert len(spoiler.made) > 35
    # Some rules say nothing as long as other documents cannot be read: nobody knows what these would say.
    assert len(spoiler.made.keys() & found.keys()) > 0.9 * len(spoiler.made)


# --- running ---


def test_everything_is_measured_and_printed() -> None:
    command = [sys.executable, str(FOLDER / "run.py"), "--quick", "--sizes", "60", "--rounds", "1"]
    parts = "checks,memory,phases,floor,mistakes"
    done = subprocess.run([*command, "--parts", parts], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr  # a size without budgets
    sections = dict(re.findall(r"^### (.*)\n\n((?:(?!###).*\n)+)", done.stdout, re.M))
    assert list(sections) == ["Machine", "Checks", "Memory", "Phases", "The floor", "Mistakes"]
    for row in ("load", "`--no-cache`", "cold", "again, nothing changed", "again, one changed", "`align tree`"):
        assert re.search(rf"^\| 76: {re.escape(row)} \| [\d.]+ \| [\d.]+ \|", sections["Checks"], re.M), row
    for row in ("discover", "read", "parse", "validate", "link", "rules", "render"):
        assert re.search(rf"^\| {row} \| [\d.]+ \|", sections["Phases"], re.M), row
    assert re.search(r"^\| 76: cold \| [1-9]\d* \|", sections["Memory"], re.M)
    assert re.search(r"^\| 76: libyaml's raw parse \| 0\.\d+ \|", sections["The floor"], re.M)


@pytest.mark.parametrize(("found", "status"), [(0.4, 0), (0.6, 1)])
def test_a_budget_that_does_not_hold_ends_with_one(
    benchmark: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], found: float, status: int
) -> None:
    run = benchmark("run")
    section = run.Section(
        "Checks", "…\n", [run.Budget("a check", 0.5, found), run.Budget("others", 10, 11, at_least=True)]
    )
    monkeypatch.setattr(run, "PARTS", {"checks": lambda bench: section})
    monkeypatch.setattr(sys, "argv", ["run.py"])
    assert run.main() == status
    word = "**does not hold**" if status else "holds"
    assert f"| a check | ≤ 0.5 × | {found:.2f} × | {word} |" in capsys.readouterr().out


def test_new_figures_take_the_place_of_old_ones_and_of_nothing_else(benchmark: Any) -> None:
    run = benchmark("run")
    page = f"# Title\n\n{run.BEGIN}\n### Checks\n\nold\n\n### Peers\n\n| a |\n\n{run.END}\nProse.\n"
    new = run.written(page, [run.Section("Machine", "two cores\n"), run.Section("Checks", "new\n")])
    figures = "### Machine\n\ntwo cores\n\n### Checks\n\nnew\n\n### Peers\n\n| a |\n\n"
    assert new == f"# Title\n\n{run.BEGIN}\n{figures}{run.END}\nProse.\n"
    assert run.written(new, []) == new


def test_the_page_has_a_place_for_the_figures(benchmark: Any) -> None:
    run = benchmark("run")
    page = run.PAGE.read_text(encoding="utf-8")
    assert run.written(page, []) == page
    assert "### Budgets" in page


def test_ratios_are_of_pairs(benchmark: Any) -> None:
    measure = benchmark("measure")
    turn = iter(range(1, 100))
    order: list[str] = []

    def way(name: str) -> float:
        order.append(name)
        return float(next(turn))

    taken = measure.rounds(2, {"a": lambda: way("a"), "b": lambda: way("b")})
    assert order == ["a", "b"] * 3
    assert taken == {"a": [3.0, 5.0], "b": [4.0, 6.0]}
    assert measure.ratio([10, 2, 30], [10, 1, 10]) == 2


def test_memory_counts_the_children(benchmark: Any) -> None:
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("only Linux tells what processes share")
    measure = benchmark("measure")
    hold = "import time; data = b'x' * 60_000_000; time.sleep(0.5)"
    start = "import subprocess, sys; some = [subprocess.Popen([sys.executable, '-c', sys.argv[1]]) for _ in range(2)]; [one.wait() for one in some]"
    one = measure.peak([sys.executable, "-c", hold], measure.environment())
    two = measure.peak([sys.executable, "-c", start, hold], measure.environment())
    assert 60_000 < one < 100_000
    assert 115_000 < two < 200_000


# --- peers ---


def test_a_peer_that_cannot_be_installed_is_named(
    benchmark: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    peers, run = benchmark("peers"), benchmark("run")
    (tmp_path / "python" / "bin").mkdir(parents=True)
    (tmp_path / "python" / "bin" / "python").touch()

    def fails(peer: object, tools: object) -> str:
        raise subprocess.CalledProcessError(1, "pip", stderr="looking\nERROR: no such package\n")

    monkeypatch.setattr(peers, "pip", fails)
    monkeypatch.setattr(peers, "npm", fails)
    monkeypatch.setattr(run, "SETTLED", 0)
    section = run.peers(run.Bench(tmp_path / "work", 1, ()), [20], tmp_path)
    for peer in peers.PEERS:
        assert f"| 36: {peer.name} | not installed: ERROR: no such package |" in section.text
    run.PEER_SIZES = (20,)
    section = run.peers(run.Bench(tmp_path / "again", 1, ()), [20], tmp_path)
    assert [budget.holds for budget in section.budgets] == [False] * 4


def test_peers_are_given_every_document_with_its_text(benchmark: Any, tmp_path: Path) -> None:
    peers, generate = benchmark("peers"), benchmark("generate")
    generate.generate(20, tmp_path / "org")
    count = len([*(tmp_path / "org").rglob("*.md")])
    tools = peers.Tools(tmp_path / "python", tmp_path / "node")
    peers.remark(tmp_path / "org", tmp_path / "remark", tools)
    peers.trlc(tmp_path / "org", tmp_path / "trlc", tools)
    peers.doorstop(tmp_path / "org", tmp_path / "doorstop", tools).reset()
    peers.check_jsonschema(tmp_path / "org", tmp_path / "yaml", tools)
    for folder, pattern in (("remark", "*.md"), ("trlc", "*.trlc"), ("doorstop", "[A-Z]*.yml"), ("yaml", "*.yaml")):
        assert len([*(tmp_path / folder).rglob(pattern)]) == count, folder
    charter = (tmp_path / "org" / "teams" / "team-3" / "charter.md").read_text(encoding="utf-8")
    prose = charter.split("---\n", 2)[2].strip().splitlines()[2]
    for folder in ("remark", "trlc", "doorstop"):
        texts = [path.read_text(encoding="utf-8") for path in (tmp_path / folder).rglob("*.*") if path.is_file()]
        assert sum(prose in " ".join(text.split("\n    ")) for text in texts) == 1, folder


def test_the_schemas_that_peers_are_given_stand_alone_and_say_the_same(benchmark: Any) -> None:
    peers = benchmark("peers")
    kinds = set()
    for path, text in benchmark("generate").files(5):
        if not path.endswith(".md"):
            continue
        data = load(text.split("---\n")[1]).data
        schema = json.loads(peers.alone(data["kind"]))
        assert "defs.schema.json" not in json.dumps(schema)
        validator = jsonschema.Draft202012Validator(schema)
        kinds.add(data["kind"])
        assert validator.is_valid(data), path
        assert not validator.is_valid({**data, "reviewed": "last week"}), path
        assert not validator.is_valid({**data, "revewed": "2026-10-05"}), path
    assert kinds == {"org", "outcome", "guardrail", "charter", "team-api"}
