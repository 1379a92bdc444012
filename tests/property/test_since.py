"""``--since`` gives what two plain checks differ in, whatever was wrong before and whatever a change does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligncli import engine
from aligncli.commands.since import find_base
from aligncli.diagnostics import Key, Severity
from aligncli.io.repo import Repo
from aligncli.testing import AS_OF
from tests.cli.history import History
from tests.examples import Changes, examples
from tests.mutations import FAMILIES, Mistake, mistakes


@cache
def _mistakes() -> list[Mistake]:
    return [mistake for name in FAMILIES for mistake in mistakes(name)]


def _texts(changes: Changes) -> dict[str, str | None]:
    return {**examples().texts, **changes}


def _merged(chosen: list[Mistake]) -> dict[str, str | None]:
    """Several mistakes, one a document."""
    return {path: text for mistake in chosen for path, text in mistake.changes.items()}


class Found(NamedTuple):
    """What a comparison gave, without places."""

    new: Counter[tuple[str, Severity]]
    old: int
    mended: int


def _plain(root: Path, files: Mapping[str, str | None]) -> list[tuple[Key, Severity]]:
    """What a check without git finds, the most severe first."""
    History(root).change({path: text for path, text in files.items() if text is not None})
    repo = Repo(root)
    task = engine.Task(repo.load(AS_OF), repo.config, engine.Selection(), repo.text)
    report = engine.run(task, show=Severity.ERROR)
    found = [(verdict.finding.key, verdict.severity) for verdict in report.verdicts]
    return sorted(found, key=lambda one: -one[1])


def _hidden(root: Path) -> set[Key]:
    """What a check of a state leaves out because it rests on something broken."""
    repo = Repo(root)
    task = engine.Task(repo.load(AS_OF), repo.config, engine.Selection(), repo.text)
    return {verdict.finding.key for verdict in engine.before(task).hidden}


def _difference(before: list[tuple[Key, Severity]], after: list[tuple[Key, Severity]]) -> Counter[tuple[Key, Severity]]:
    """What is after and was not before, at least as severe."""
    left = sorted(before, key=lambda one: one[1])
    new: Counter[tuple[Key, Severity]] = Counter()
    for key, severity in after:
        same = next((one for one in left if one[0] == key and one[1] >= severity), None)
        if same is None:
            new[key, severity] += 1
        else:
            left.remove(same)
    return new


def _since(root: Path, base: Mapping[str, str | None], head: Mapping[str, str | None]) -> engine.Report:
    """What the comparison of two states says."""
    history = History(root)
    history.commit({path: text for path, text in base.items() if text is not None})
    for path in base:
        (history.root / path).unlink(missing_ok=True)
    history.change({path: text for path, text in head.items() if text is not None})
    repo, compared = find_base(Repo(history.root), [history.root], "main")
    task = engine.Task(repo.load(AS_OF), repo.config, engine.Selection(), repo.text, written=repo.written)
    return compared.run(task, None, show=Severity.ERROR, silenced=False)


def _summed(report: engine.Report) -> Found:
    assert report.since is not None
    new = Counter((verdict.rule.code, verdict.severity) for verdict in report.verdicts)
    return Found(new, report.since.old, report.since.mended)


some = st.lists(st.sampled_from(_mistakes()), max_size=4)


@settings(max_examples=30)
@given(before=some, after=some)
def test_since_is_the_difference_of_two_plain_checks(
    tmp_path_factory: pytest.TempPathFactory, before: list[Mistake], after: list[Mistake]
) -> None:
    folder = tmp_path_factory.mktemp("since")
    base, head = _texts(_merged(before)), _texts(_merged(after))
    report = _since(folder / "repo", base, head)
    new = Counter((verdict.finding.key, verdict.severity) for verdict in report.verdicts)
    expected = _difference(_plain(folder / "base", base), _plain(folder / "head", head))
    assert not new - expected
    moved = set(head).difference(base)
    hidden = _hidden(folder / "base")
    for key, _ in expected - new:
        assert key in hidden or not moved.isdisjoint(key[1]), "but for what was hidden, or moved and says where it is"


def _switch_off(files: Changes) -> Changes:
    """All that a stranger can say in files about what is checked and how."""
    config = "exclude = ['teams/**']\n[check]\nfail-on = 'never'\nignore = ['AL']\n[fiscal-year]\nstarts = 'july'\n"
    silent = {".gitignore": "*\n", "teams/align.toml": "", "outcomes/.gitignore": "*.md\n"}
    return {**files, "align.toml": config, **silent}


def _another_editor(files: Changes) -> Changes:
    """Other line ends, with a byte-order mark."""
    return {
        path: text
        if text is None or not path.endswith(".md")
        else "\ufeff" + text.replace("\r\n", "\n").replace("\n", "\r\n")
        for path, text in files.items()
    }


def _elsewhere(files: Changes) -> Changes:
    """All teams in another folder, with the links to them."""
    return {
        re.sub(r"^teams/", "squads/", path): text and re.sub(r"(?<![\w-])teams/", "squads/", text)
        for path, text in files.items()
    }


def _renamed(team: str) -> Callable[[Changes], Changes]:
    """A team under another name, in its folder and everywhere."""
    name = re.compile(rf"(?<![\w-]){team}(?![\w-])")

    def rename(files: Changes) -> Changes:
        renamed = {
            name.sub(f"{team}-two", path): text and name.sub(f"{team}-two", text) for path, text in files.items()
        }
        path = f"teams/{team}-two/charter.md"
        charter = renamed.get(path) or ""
        added = charter.replace(f"\nteam: {team}-two\n", f"\nteam: {team}-two\nformerly: [{team}]\n", 1)
        return {**renamed, path: added} if added != charter else files

    return rename


neutral = st.sampled_from([
    _switch_off, _another_editor, _elsewhere, *map(_renamed, ("signal-box", "mornings", "sleep-lab", "timetable")),
])  # fmt: skip


@settings(max_examples=30)
@given(before=some, after=some, changes=st.lists(neutral, min_size=1, max_size=2, unique=True))
def test_what_changes_nothing_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[Mistake],
    after: list[Mistake],
    changes: list[Callable[[Changes], Changes]],
) -> None:
    """Another configuration, other line ends, another folder, another name: the same is new, old and mended."""
    folder = tmp_path_factory.mktemp("since")
    before = [mistake for mistake in before if mistake.edit is not None]
    after = [mistake for mistake in after if mistake.edit is not None]
    base, head = _texts(_merged(before)), _texts(_merged([*before, *after]))
    plain = _summed(_since(folder / "plain", base, head))
    changed: Changes = head
    for change in changes:
        changed = change(changed)
    assert _summed(_since(folder / "changed", base, changed)) == plain
