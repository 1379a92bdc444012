"""The examples in memory: changed in one place, checked in process, and compared with what they give unchanged.

The documents are loaded once; a check loads those that changed, links all of them, and locates only what is new, so
that it takes a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import PurePosixPath
from typing import NamedTuple

from aligncli import engine
from aligncli.config import FILE_NAME, parse_config
from aligncli.diagnostics import Diagnostic, Severity
from aligncli.engine.places import Places
from aligncli.io.discover import discover
from aligncli.io.repo import Repo
from aligncli.io.tree import read_text
from aligncli.testing import AS_OF
from aligncli.workspace.link import link
from aligncli.workspace.load import Document, load_document
from aligncli.workspace.workspace import Workspace
from tests import EXAMPLES

ROOT = EXAMPLES

Changes = Mapping[str, str | None]
"""Paths and what is in them now: a text, or nothing where a file is gone."""


class Difference(NamedTuple):
    """What a change brings about, by place."""

    new: list[Diagnostic]
    gone: list[Diagnostic]


class Examples:
    """The living organisation in ``examples/charters``."""

    def __init__(self) -> None:
        repo = Repo(ROOT)
        found = discover(repo.tree, repo.config)
        self.config = repo.config
        self.schemas = repo.schemas
        self.texts = {FILE_NAME: repo.config.text}
        self.documents: dict[str, Document] = {}
        for path in found.documents:
            text = read_text(repo.root, path)
            assert isinstance(text, str)
            self.texts[path] = text
            document = load_document(path, text, self.schemas)
            if document is not None:
                self.documents[path] = document
        self._files = frozenset(path for path in found.paths if (repo.root / path).is_file())
        self.clean, self._verdicts = self._run({})

    def check(self, changes: Changes) -> Difference:
        """What is found after a change and was not before, and the other way round."""
        ws, verdicts = self._run(changes)
        new = self._located(ws, changes, _without(verdicts, self._verdicts))
        gone = self._located(self.clean, {}, _without(self._verdicts, verdicts))
        # A fact about a thing that has another name now is the same where it stands in the same place.
        kept = {_place(item) for item in new} & {_place(item) for item in gone}
        return Difference(
            [item for item in new if _place(item) not in kept], [item for item in gone if _place(item) not in kept]
        )

    def read(self, changes: Changes, path: str) -> Document | None:
        """A document after a change, by itself."""
        text = changes.get(path)
        return load_document(path, text, self.schemas) if text is not None else None

    def _run(self, changes: Changes) -> tuple[Workspace, list[engine.Verdict]]:
        config = self.config
        documents = {path: document for path, document in self.documents.items() if path not in changes}
        files = self._files.difference(changes).union(path for path, text in changes.items() if text is not None)
        for path, text in changes.items():
            if text is None:
                continue
            if path == FILE_NAME:
                config = parse_config(text, self.schemas)
            document = load_document(path, text, self.schemas) if path.endswith(".md") else None
            if document is not None:
                documents[path] = document
        ws = link(documents.values(), files | _folders(files), AS_OF, config.fiscal)
        source = {**self.texts, **{path: text or "" for path, text in changes.items()}}.__getitem__
        # Errors are located as it is; the advice that the examples always give need not be.
        report = engine.run(engine.Task(ws, config, engine.Selection(), source), show=Severity.ERROR)
        return ws, list(report.verdicts)

    def _located(self, ws: Workspace, changes: Changes, verdicts: Iterable[engine.Verdict]) -> list[Diagnostic]:
        places = Places(ws, {**self.texts, **{path: text or "" for path, text in changes.items()}}.__getitem__)
        found = [places.diagnostic(*verdict) for verdict in verdicts]
        return sorted(found, key=lambda item: (item.path, item.range.start, item.code, item.message))


@cache
def examples() -> Examples:
    """The examples, loaded once; nothing changes them."""
    return Examples()


@cache
def _folders(files: frozenset[str]) -> frozenset[str]:
    return frozenset(folder.as_posix() for path in files for folder in PurePosixPath(path).parents)


def _without(some: Iterable[engine.Verdict], others: Iterable[engine.Verdict]) -> list[engine.Verdict]:
    """Those of some that are not among others, each of which counts once; wherever they stand."""
    left: dict[tuple[object, ...], int] = {}
    for other in others:
        left[_fact(other)] = left.get(_fact(other), 0) + 1
    result = []
    for verdict in some:
        if left.get(_fact(verdict), 0):
            left[_fact(verdict)] -= 1
        else:
            result.append(verdict)
    return result


def _place(item: Diagnostic) -> tuple[object, ...]:
    return item.code, item.severity, item.path, item.range.start


def _fact(verdict: engine.Verdict) -> tuple[object, ...]:
    """What makes it the same: not its message, which may tell a title or count days."""
    finding = verdict.finding
    return verdict.rule.code, verdict.severity, finding.identity or finding.message
