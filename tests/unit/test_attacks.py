"""What an adversary found, each as small as it goes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from aligncli import engine
from aligncli.config import Config, parse_config
from aligncli.diagnostics import AlignError, Severity
from aligncli.io.discover import discover
from aligncli.io.files import write_all
from aligncli.io.repo import Repo
from aligncli.io.resources import load_schemas
from aligncli.io.tree import Disk
from aligncli.testing import AS_OF, check, lines, write
from aligncli.views.tree import MAX_DEPTH, build_tree, walk
from aligncli.workspace.load import load_document

ORG = "---\nkind: org\nname: P\nnorth-star: Star.\nperiod: 2026\noutcomes:\n"


def chain(length: int, period: str) -> dict[str, str | bytes]:
    """Outcomes that each support the one before, a goal on the last, and a period on the first alone."""
    outcomes = f"  - {{id: o0, title: O, owner: me, period: {period}}}\n" + "".join(
        f"  - {{id: o{number}, title: O, owner: me, supports: [o{number - 1}]}}\n" for number in range(1, length)
    )
    goals = "".join(
        f"  - {{id: g{number}, title: G, supports: [o{number}], period: 2026-Q4}}\n" for number in range(length)
    )
    return {
        "org.md": f"{ORG}{outcomes}---\n",
        "teams/t/charter.md": f"---\nkind: charter\nteam: t\nmission: M.\ngoals:\n{goals}---\n",
    }


def test_a_long_chain_of_inherited_periods_takes_no_longer_than_its_length(tmp_path: Path) -> None:
    start = time.process_time()
    report = check(tmp_path, chain(4000, "2025"), show=Severity.WARNING)
    assert time.process_time() - start < 20  # it was 11 seconds and a gigabyte; linear, it is one
    assert [d.code for d in report.diagnostics] == ["AL702"]  # the period is over, and told where it is written
    report = check(tmp_path, chain(4000, "2027"), show=Severity.WARNING)
    assert [d.code for d in report.diagnostics] == ["AL302"]  # 4000 goals, one cause


def test_a_tree_that_is_cut_says_so(tmp_path: Path) -> None:
    write(tmp_path, chain(MAX_DEPTH + 50, "2026"))
    tree = build_tree(Repo(tmp_path).load(AS_OF))
    cut: list[str] = []
    walk(tree.outcomes, lambda node, parent: cut.append(node.ref) if node.truncated else None)
    assert cut == [f"o{MAX_DEPTH}"]


def test_many_values_cut_at_a_hash_beside_a_mistake(tmp_path: Path) -> None:
    goals = "".join(f"  - id: g{number}\n    title: a #1\n    supports: [o]\n" for number in range(5000))
    start = time.process_time()
    report = check(
        tmp_path,
        {
            "org.md": ORG + "  - {id: o, title: O, owner: me}\n---\n",
            "teams/t/charter.md": f"---\nkind: charter\nteam: t\nmission: M.\nsize: none\ngoals:\n{goals}---\n",
        },
        show=Severity.ERROR,
    )
    assert time.process_time() - start < 20
    assert [d.code for d in report.diagnostics] == ["AL103"]
    assert report.summary.warnings == 5000


def test_a_folder_that_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"org.md": ORG + "  - {id: o, title: O, owner: me}\n---\n", "teams/t/charter.md": "", "a.md": ""})
    real = os.scandir

    def refuse(folder: str) -> object:
        if str(folder).endswith("teams"):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    repo = Repo(tmp_path)
    report = engine.run(
        engine.Task(repo.load(AS_OF), repo.config, engine.Selection(), repo.text), show=Severity.WARNING
    )
    assert lines(report) == ["teams:1:1: error[AL001] this file cannot be read: permission denied"]


@pytest.mark.parametrize("pattern", ["!", "[z-a]", "a\\"])
def test_a_pattern_that_means_nothing(tmp_path: Path, pattern: str) -> None:
    write(tmp_path, {".gitignore": f"{pattern}\nb.md\n", "a.md": "", "b.md": ""})
    assert discover(Disk(tmp_path), Config()).documents == ["a.md"]
    with pytest.raises(AlignError, match="include"):
        discover(Disk(tmp_path), Config(include=(pattern,)))


def test_numbers_that_are_whole_all_the_same() -> None:
    assert parse_config("[limits]\nforming-days = 30.0\n", load_schemas()).limits.forming_days == 30
    with pytest.raises(AlignError, match="team-size"):
        parse_config("[limits]\nteam-size = [9, 5]\n", load_schemas())


def test_an_interrupt_between_two_files_leaves_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.link

    def interrupted(source: Path, target: Path) -> None:
        real(source, target)
        if str(target).endswith("b.md"):
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_all(tmp_path, {"t/a.md": "a", "t/b.md": "b"})
    assert list(tmp_path.rglob("*")) == []


def test_two_byte_order_marks(tmp_path: Path) -> None:
    text = "\ufeff\ufeff---\nkind: charter\nteam: t\nmision: M.\n---\n"
    report = check(tmp_path, {"org.md": ORG[: ORG.index("period")] + "---\n", "teams/t/charter.md": text})
    assert next(line for line in lines(report) if "error" in line).startswith("teams/t/charter.md:4:1: error[AL102]")


@pytest.mark.parametrize(
    ("item", "mistakes"),
    [
        ("{what: time}", 1),
        ("{}", 3000),
        ("{id: a, some: 1, more: 2}", 9000),
        ('{id:"a, b, c"}', 3000),
    ],
)
def test_thousands_of_items_that_are_wrong(item: str, mistakes: int) -> None:
    items = f"  - {item}\n" * 3000
    text = f"---\nkind: charter\nteam: t\nmission: M.\ngoals:\n{items}---\n"
    start = time.process_time()
    document = load_document("teams/t/charter.md", text, load_schemas())
    assert time.process_time() - start < 20  # it was a minute, and more than a second is rare now
    assert document is not None
    assert len(document.problems) == mistakes
