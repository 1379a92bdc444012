"""``align check``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aligncli import engine
from aligncli.commands.outputs import Outputs, plan, publish, refuse_documents
from aligncli.commands.session import Session
from aligncli.config import parse_level
from aligncli.diagnostics import AlignError, Severity
from aligncli.io.ci import Ci, find_ci
from aligncli.io.repo import Repo
from aligncli.render.check import Checked
from aligncli.render.check_text import statistics

if TYPE_CHECKING:
    from aligncli.commands.debts import Known
    from aligncli.commands.recall import Recall
    from aligncli.commands.since import Base
    from aligncli.engine.baseline import Baseline
    from aligncli.workspace.workspace import Workspace

_WHOLE = "--write-baseline is for the whole repo: leave out paths; --baseline names the file"


class Wish(NamedTuple):
    """What a check was asked for."""

    paths: Sequence[Path] = ()
    output_format: str | None = None
    outputs: Sequence[str] = ()
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    fail_on: str | None = None
    show: str = "warning"
    statistics: bool = False
    baseline: Path | None = None
    write_baseline: bool = False
    fix: bool = False
    diff: bool = False
    unsafe: bool = False
    plugins: bool = True
    since: str | None = None
    cache: bool = True


def check(session: Session, wish: Wish) -> int:
    """Checks the whole repo, reports on paths or on everything, and gives the exit status (0 or 1).

    Raises:
        AlignError: it could not run: options, configuration, paths, no documents, a crashed rule.
    """
    refuse_contradictions(wish)
    for_people = wish.statistics or wish.diff or wish.write_baseline
    ci = find_ci()
    outputs = plan(wish.output_format, wish.outputs, Ci() if for_people else ci)
    repo = Repo.around(session.start, wish.paths, plugins=wish.plugins)
    repo.remembers &= wish.cache
    base = None
    if wish.since is not None:
        from aligncli.commands.since import find_base  # locally, most runs are about everything

        repo, base = find_base(repo, wish.paths or [session.start], wish.since)
    limit, shown = levels(repo, wish)
    run = _Run(session, wish, repo, base, known_debts(repo, wish), outputs, shown)
    if wish.write_baseline:
        from aligncli.commands import debts

        debts.write(session, repo, run.report(), wish.baseline, min(Severity.WARNING, limit or Severity.WARNING))
        return 0
    mended = None
    if wish.fix:
        from aligncli.commands.mend import mend, tell, write

        mended = mend(repo, run.report, run.known, unsafe=wish.unsafe)
        if wish.diff:
            return tell(session, mended, diff=True)
        write(repo, mended)
    report = mended.report if mended is not None else run.report()
    checked = Checked(report, session.as_of, limit, repo.rules, repo.text, repo.prefix_in_git, ci.blob, session.style)
    if wish.statistics:
        session.terminal.out(statistics(checked))
        outputs = outputs._replace(screen=None)
    try:
        publish(session, outputs, checked, shown)
    finally:
        if mended is not None:  # its files are written, whatever becomes of the findings
            from aligncli.commands.mend import tell

            tell(session, mended)
    return 1 if limit is not None and report.worst >= limit else 0


def levels(repo: Repo, wish: Wish) -> tuple[Severity | None, Severity]:
    """The least severity that fails a check, if any does, and the least that the text formats hold."""
    limit = repo.config.fail_on if wish.fail_on is None else parse_level(wish.fail_on)
    shown = Severity.INFO if wish.show == "info" else Severity.WARNING
    return limit, shown if limit is None else min(shown, limit)


def task_of(repo: Repo, wish: Wish, ws: Workspace, baseline: Baseline | None) -> engine.Task:
    """What is to be checked in a repo that is loaded.

    Raises:
        AlignError: there is no document to report on.
    """
    for path in wish.paths or [repo.root]:
        one = _filter([repo.relative(path)])
        if not any(one is None or one(document.path) for document in ws.documents):
            raise AlignError(_nothing(repo.root, path if wish.paths else None))
    return engine.Task(
        ws,
        repo.config,
        engine.Selection(_words(wish.select), _words(wish.ignore)),
        repo.text,
        reports_on=_filter([repo.relative(path) for path in wish.paths]),
        rules=repo.rules,
        complete=repo.has_all_rules,
        baseline=baseline,
        written=repo.written,
        tell=repo.tell,
    )


class _Run(NamedTuple):
    """The check of a repo as it stands, drafts and all: fixes run it again and again."""

    session: Session
    wish: Wish
    repo: Repo
    base: Base | None
    """What it is compared with."""
    known: Known | None
    """The baseline."""
    outputs: Outputs
    shown: Severity
    """The least severity that the text formats hold."""

    def report(self) -> engine.Report:
        with self.session.terminal.progress() as self.repo.tell:
            return self._report()

    def _report(self) -> engine.Report:
        repo, wish, known = self.repo, self.wish, self.known
        baseline = known.read() if known else None
        can_recall = self._can_recall()
        if can_recall and (names := repo.survey()) is not None:
            self._refuse(names)
            report = self._recall().report()
            if report is not None:
                return report
        found = self._recall().findings() if can_recall and repo.state_before is not None else None
        if found is not None:
            ws, focus = repo.load_changed(self.session.as_of)
        else:
            ws, focus = repo.load(self.session.as_of), None
        task = task_of(repo, wish, ws, baseline)
        self._refuse(document.path for document in ws.documents)
        show, silenced = self.outputs.least(self.shown), self.outputs.holds_all
        if self.base is not None:
            return self.base.run(task, wish.baseline, show=show, silenced=silenced)
        if not can_recall or repo.state is None:
            return engine.run(task, show=show, silenced=silenced)
        from aligncli.engine.again import Again  # small repos remember nothing

        again = Again(found)
        report = again.run(task, focus, show=show, silenced=silenced)
        self._recall().keep(report)
        if not wish.select and not wish.ignore:
            self._recall().keep_findings(again.found)
        return report

    def _can_recall(self) -> bool:
        """Whether the report of an earlier run would do: a plugin may look at anything, and who writes needs the
        findings themselves."""
        repo, wish = self.repo, self.wish
        runs_plugins = repo.runs_plugins and bool(repo.config.plugins)
        return repo.remembers and not (runs_plugins or self.base or wish.fix or wish.write_baseline)

    def _recall(self) -> Recall:
        from aligncli.commands.recall import Recall  # small repos remember nothing

        repo, wish, known = self.repo, self.wish, self.known
        return Recall(
            repo,
            self.session.as_of,
            (
                [repo.relative(path) for path in wish.paths],
                _words(wish.select),
                _words(wish.ignore),
                self.outputs.least(self.shown),
                self.outputs.holds_all,
                (known.name, known.text) if known else None,
            ),
        )

    def _refuse(self, documents: Iterable[str]) -> None:
        refuse_documents(self.outputs, self.repo, documents, self.known.name if self.known else None)


def known_debts(repo: Repo, wish: Wish) -> Known | None:
    """The baseline of this run; the one that is to be written takes no account of an old one.

    Raises:
        AlignError: one is to be written for a part of the repo, or the configuration's leads out of it.
    """
    if wish.write_baseline:
        if _filter([repo.relative(path) for path in wish.paths]) is not None:
            raise AlignError(_WHOLE)
        return None
    if not (wish.baseline or repo.written.baseline):
        return None
    from aligncli.commands import debts  # most repos have none

    return debts.find(repo, wish.baseline)


def refuse_contradictions(wish: Wish) -> None:
    """That what is asked for makes sense together.

    Raises:
        AlignError: it does not.
    """
    has_format = (wish.output_format or "full") not in ("full", "concise")
    other = "--statistics" if wish.statistics else f"--format {wish.output_format}" if has_format else None
    if wish.statistics and has_format:
        raise AlignError(f"--statistics is for people; it does not go with --format {wish.output_format}")
    if (wish.diff or wish.write_baseline) and wish.outputs:
        raise AlignError(f"{'--diff' if wish.diff else '--write-baseline'} gives no findings; leave out --output")
    if wish.diff and other:
        raise AlignError(f"--diff prints what would change and no findings; it does not go with {other}")
    if (wish.diff or wish.unsafe) and not wish.fix:
        raise AlignError(f"{'--diff' if wish.diff else '--unsafe-fixes'} goes with --fix")
    if wish.since is not None and (wish.fix or wish.write_baseline):
        verb = "--fix" if wish.fix else "--write-baseline"
        raise AlignError(f"--since leaves out what was there before; it does not go with {verb}")
    if wish.write_baseline and wish.fix:
        raise AlignError("--write-baseline does not go with --fix: fix first, and write down what remains")
    if wish.write_baseline and not all(path.is_dir() for path in wish.paths):
        raise AlignError(_WHOLE)
    if wish.write_baseline and (wish.select or wish.ignore):
        raise AlignError("--write-baseline is for the whole repo: leave out --select and --ignore")
    if wish.write_baseline and other:
        raise AlignError(f"--write-baseline writes findings down and prints none; it does not go with {other}")


def _words(values: Sequence[str]) -> list[str]:
    return [word.strip() for value in values for word in value.split(",") if word.strip()]


def _filter(paths: Sequence[str]) -> Callable[[str], bool] | None:
    """Which paths are reported on; nothing where all are."""
    if not paths or "." in paths:
        return None
    exact = frozenset(paths)
    folders = tuple(path + "/" for path in paths)
    return lambda path: path in exact or path.startswith(folders)


def _nothing(root: Path, path: Path | None) -> str:
    what = "a document is a .md file whose frontmatter names its `kind`"
    if path is None:
        return f"no documents found in {root}: {what}; `align init` starts a repo"
    if path.is_file():
        return f"`{path}` is no document of the repo: {what}, and neither ignored by git nor excluded in align.toml"
    return f"no documents found under `{path}`: {what}"
