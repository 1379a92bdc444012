"""``align check``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from aligncli import engine
from aligncli.commands.outputs import plan, publish, refuse_documents
from aligncli.commands.session import Session
from aligncli.config import parse_level
from aligncli.diagnostics import AlignError, Severity
from aligncli.io.ci import Ci, find_ci
from aligncli.io.repo import Repo
from aligncli.render.check import Checked
from aligncli.render.check_text import statistics

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


def check(session: Session, wish: Wish) -> int:
    """Checks the whole repo, reports on paths or on everything, and gives the exit status (0 or 1).

    Raises:
        AlignError: it could not run: options, configuration, paths, no documents, a crashed rule.
    """
    _refuse_contradictions(wish)
    for_people = wish.statistics or wish.diff or wish.write_baseline
    outputs = plan(wish.output_format, wish.outputs, Ci() if for_people else find_ci())
    repo = Repo.around(session.start, wish.paths, plugins=wish.plugins)
    base = None
    if wish.since is not None:
        from aligncli.commands.since import find_base  # locally, most runs are about everything

        repo, base = find_base(repo, wish.paths or [session.start], wish.since)
    limit = repo.config.fail_on if wish.fail_on is None else parse_level(wish.fail_on)
    shown = Severity.INFO if wish.show == "info" else Severity.WARNING
    if limit is not None:
        shown = min(shown, limit)
    selection = engine.Selection(_words(wish.select), _words(wish.ignore))
    reports_on = _filter([repo.relative(path) for path in wish.paths])
    if wish.write_baseline and reports_on is not None:
        raise AlignError(_WHOLE)
    known = None
    if wish.baseline or wish.write_baseline or repo.written.baseline:
        from aligncli.commands import debts  # most repos have none

        known = None if wish.write_baseline else debts.find(repo, wish.baseline)

    def run() -> engine.Report:
        ws = repo.load(session.as_of)
        for path in wish.paths or [repo.root]:
            one = _filter([repo.relative(path)])
            if not any(one is None or one(document.path) for document in ws.documents):
                raise AlignError(_nothing(repo.root, path if wish.paths else None))
        refuse_documents(outputs, repo, (document.path for document in ws.documents), known.name if known else None)
        task = engine.Task(
            ws,
            repo.config,
            selection,
            repo.text,
            reports_on=reports_on,
            rules=repo.rules,
            complete=repo.has_all_rules,
            baseline=known.read() if known else None,
            written=repo.written,
        )
        run_it = engine.run if base is None else partial(base.run, baseline=wish.baseline)
        return run_it(task, show=outputs.least(shown), silenced=outputs.holds_all)

    if wish.write_baseline:
        from aligncli.commands import debts

        debts.write(session, repo, run(), wish.baseline, min(Severity.WARNING, limit or Severity.WARNING))
        return 0
    mended = None
    if wish.fix:
        from aligncli.commands.mend import mend, tell, write

        mended = mend(repo, run, known, unsafe=wish.unsafe)
        if wish.diff:
            return tell(session, mended, diff=True)
        write(repo, mended)
        report = mended.report
    else:
        report = run()
    checked = Checked(
        report, session.as_of, limit, repo.rules, repo.text, repo.prefix_in_git, find_ci().blob, session.style
    )
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


def _refuse_contradictions(wish: Wish) -> None:
    if wish.statistics and (wish.output_format or "full") not in ("full", "concise"):
        raise AlignError(f"--statistics is for people; it does not go with --format {wish.output_format}")
    if (wish.diff or wish.write_baseline) and wish.outputs:
        raise AlignError(f"{'--diff' if wish.diff else '--write-baseline'} gives no findings; leave out --output")
    if wish.diff and (wish.statistics or (wish.output_format or "full") not in ("full", "concise")):
        other = "--statistics" if wish.statistics else f"--format {wish.output_format}"
        raise AlignError(f"--diff prints what would change and no findings; it does not go with {other}")
    if (wish.diff or wish.unsafe) and not wish.fix:
        raise AlignError(f"{'--diff' if wish.diff else '--unsafe-fixes'} goes with --fix")
    if wish.since is not None and (wish.fix or wish.write_baseline):
        other = "--fix" if wish.fix else "--write-baseline"
        raise AlignError(f"--since leaves out what was there before; it does not go with {other}")
    if wish.write_baseline and wish.fix:
        raise AlignError("--write-baseline does not go with --fix: fix first, and write down what remains")
    if wish.write_baseline and not all(path.is_dir() for path in wish.paths):
        raise AlignError(_WHOLE)
    if wish.write_baseline and (wish.select or wish.ignore):
        raise AlignError("--write-baseline is for the whole repo: leave out --select and --ignore")
    if wish.write_baseline and (wish.statistics or (wish.output_format or "full") not in ("full", "concise")):
        other = "--statistics" if wish.statistics else f"--format {wish.output_format}"
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
