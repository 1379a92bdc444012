"""A repo in memory that is checked again after each change, and in full beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

from aligncli import engine
from aligncli.config import Config
from aligncli.engine.again import Again
from aligncli.engine.baseline import DEFAULT_NAME as NAME
from aligncli.engine.baseline import Baseline, read_baseline
from aligncli.schema import Schemas
from aligncli.testing import AS_OF
from aligncli.workspace.again import relinked
from aligncli.workspace.link import link
from aligncli.workspace.load import Document, load_document
from aligncli.workspace.workspace import Workspace
from tests.examples import Changes

_TABLES = (
    "documents", "by_path", "org", "outcomes", "goals", "teams", "guardrails", "metrics", "communities", "services",
    "experiments", "apis", "goals_of", "supports", "children", "supporters", "trace", "unknown_supports", "group_of",
    "keeps", "waives", "depends", "interactions", "metric_names", "named_by_others", "clashes", "references", "noted",
    "misnomers", "set_aside", "asleep", "neighbours", "current_apis", "applying",
)  # fmt: skip


class Twice:
    """A repo that is checked after each change, once going on from what was there and once from nothing.

    Args:
        texts: the documents and other files, by path.
        schemas: to validate against.
        config: what is checked.
        baseline: the text of a baseline that is applied.
        reports_on: the beginning of the paths that are reported on.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        schemas: Schemas,
        config: Config,
        baseline: str | None = None,
        reports_on: str = "",
    ) -> None:
        self.texts = {**texts, **({NAME: baseline} if baseline is not None else {})}
        self._schemas = schemas
        self._config = config
        self._baseline = baseline
        self._reports_on = reports_on
        self._documents = {path: document for path in texts if (document := self._load(path)) is not None}
        self._others = {path: document for path in texts if (document := self._load(path)) is not None}
        """The same, for what is linked from nothing: linking tells goals whose they are."""
        self._again = Again()
        self.quick = 0
        """How many changes were linked without linking everything."""
        self.changed: Counter[str] = Counter()
        """How often what a rule finds was different, and only looked for where it could be."""
        self._ws = self._link(self._documents)
        self._ws.kept = {}
        self._last = self._again.run(self._task(self._ws), silenced=True)

    def step(self, changes: Changes) -> engine.Report:
        """Makes a change, checks both ways, and compares what comes out."""
        files = set(self.texts)
        for path, text in changes.items():
            if text is None:
                self.texts.pop(path, None)
            else:
                self.texts[path] = text
        for path in changes:
            for documents in (self._documents, self._others):
                document = self._load(path) if path in self.texts else None
                documents.pop(path, None)
                if document is not None:
                    documents[path] = document
        loaded = {path: self._documents.get(path) for path in changes if path in self.texts}
        linked = relinked(self._ws, loaded) if set(self.texts) == files else None
        if linked is None:
            ws, focus = self._link(self._documents), None
            ws.kept = self._ws.kept
        else:
            ws, focus = linked
            self.quick += 1
        fresh = self._link(self._others)
        if linked is not None:
            _assert_alike(ws, fresh)
        full = engine.run(self._task(fresh), silenced=True)
        before, self._ws = self._last, ws
        self._last = report = self._again.run(self._task(ws), focus, silenced=True)
        assert report.diagnostics == full.diagnostics
        assert report.summary == full.summary
        assert report.silenced == full.silenced
        assert report.documents == full.documents
        assert report.by_rule == full.by_rule
        assert sorted(map(repr, report.fixes)) == sorted(map(repr, full.fixes))
        if linked is not None:
            self.changed.update(_different(before, report))
        return report

    def _load(self, path: str) -> Document | None:
        return load_document(path, self.texts[path], self._schemas) if path.endswith(".md") else None

    def _paths(self) -> set[str]:
        return {*self.texts, *(folder.as_posix() for path in self.texts for folder in PurePosixPath(path).parents)}

    def _link(self, documents: Mapping[str, Document]) -> Workspace:
        return link(documents.values(), self._paths(), AS_OF, self._config.fiscal)

    def _task(self, ws: Workspace) -> engine.Task:
        return engine.Task(
            ws,
            self._config,
            engine.Selection(),
            self.texts.__getitem__,
            reports_on=(lambda path: path.startswith(self._reports_on)) if self._reports_on else None,
            baseline=self._known(),
        )

    def _known(self) -> Baseline | None:
        return read_baseline(self._baseline, NAME) if self._baseline is not None else None


def _assert_alike(ws: Workspace, fresh: Workspace) -> None:
    """Whether a workspace that was linked again is the one that comes of linking everything."""
    for name in _TABLES:
        assert getattr(ws, name) == getattr(fresh, name), name
    assert {fact for fact in ws.poisoned if fact[1] != "inherited period"} == fresh.poisoned
    assert sorted(map(repr, ws.rings)) == sorted(map(repr, fresh.rings))
    before: set[str] = set()
    for key in ws.trace:
        assert all(link.target.key in before or ws.rings or ws.references for link in ws.supports.get(key, ())), key
        before.add(key)


def _different(before: engine.Report, after: engine.Report) -> set[str]:
    old = Counter((item.code, repr(item)) for item in before.diagnostics)
    new = Counter((item.code, repr(item)) for item in after.diagnostics)
    return {code for code, _ in (old - new) + (new - old)}
