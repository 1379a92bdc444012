"""``--since`` gives what two plain checks differ in, whatever was wrong before and whatever a change does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

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


def _plain(root: Path, files: Mapping[str, str | None]) -> Counter[Key]:
    """What a check without git finds."""
    history = History(root)
    history.change({path: text for path, text in files.items() if text is not None})
    report = _checked(Repo(root))
    return Counter(verdict.finding.key for verdict in report.verdicts)


def _checked(repo: Repo) -> engine.Report:
    task = engine.Task(repo.load(AS_OF), repo.config, engine.Selection(), repo.text)
    return engine.run(task, show=Severity.ERROR)


some = st.lists(st.sampled_from(_mistakes()), max_size=4)


@settings(max_examples=40)
@given(before=some, after=some)
def test_since_is_the_difference_of_two_plain_checks(
    tmp_path_factory: pytest.TempPathFactory, before: list[Mistake], after: list[Mistake]
) -> None:
    folder = tmp_path_factory.mktemp("since")
    base, head = _texts(_merged(before)), _texts(_merged(after))
    history = History(folder / "repo")
    history.commit({path: text for path, text in base.items() if text is not None})
    for path in base:
        (history.root / path).unlink(missing_ok=True)
    history.change({path: text for path, text in head.items() if text is not None})
    repo, compared = find_base(Repo(history.root), [history.root], "main")
    task = engine.Task(repo.load(AS_OF), repo.config, engine.Selection(), repo.text)
    report = compared.run(task, None, show=Severity.ERROR, silenced=False)
    new = Counter(verdict.finding.key for verdict in report.verdicts)
    assert new == _plain(folder / "head", head) - _plain(folder / "base", base)
