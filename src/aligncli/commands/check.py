"""``align check``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from aligncli import engine
from aligncli.commands.session import Session
from aligncli.config import parse_level
from aligncli.diagnostics import AlignError, Severity
from aligncli.io.files import git_top
from aligncli.io.repo import Repo

_WHOLE = "--write-baseline is for the whole repo: leave out paths; --baseline names the file"


class Wish(NamedTuple):
    """What a check was asked for."""

    paths: Sequence[Path] = ()
    output_format: str = "full"
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


def check(session: Session, wish: Wish) -> int:
    """Checks the whole repo, reports on paths or on everything, and gives the exit status (0 or 1).

    Raises:
        AlignError: it could not run: options, configuration, paths, no documents, a crashed rule.
    """
    _refuse_contradictions(wish)
    repo = Repo.around(session.start, wish.paths, plugins=wish.plugins)
    limit = repo.config.fail_on if wish.fail_on is None else parse_level(wish.fail_on)
    shown = Severity.INFO if wish.output_format == "json" or wish.show == "info" else Severity.WARNING
    if limit is not None:
        shown = min(shown, limit)
    selection = engine.Selection(_words(wish.select), _words(wish.ignore))
    reports_on = _filter([repo.relative(path) for path in wish.paths])
    if wish.write_baseline and reports_on is not None:
        raise AlignError(_WHOLE)
    known = None
    if wish.baseline or wish.write_baseline or repo.config.baseline:
        from aligncli.commands import debts  # most repos have none

        known = None if wish.write_baseline else debts.find(repo, wish.baseline)

    def run() -> engine.Report:
        ws = repo.load(session.as_of)
        for path in wish.paths or [repo.root]:
            one = _filter([repo.relative(path)])
            if not any(one is None or one(document.path) for document in ws.documents):
                raise AlignError(_nothing(repo.root, path if wish.paths else None))
        baseline = known.read() if known else None
        return engine.run(
            ws,
            repo.config,
            selection,
            repo.text,
            reports_on=reports_on,
            show=shown,
            rules=repo.rules,
            complete=repo.has_all_rules,
            baseline=baseline,
        )

    if wish.write_baseline:
        from aligncli.commands import debts

        debts.write(session, repo, run(), wish.baseline, min(Severity.WARNING, limit or Severity.WARNING))
        return 0
    if wish.fix:
        from aligncli.commands.mend import mend, tell, write

        mended = mend(repo, run, known, unsafe=wish.unsafe)
        if wish.diff:
            return tell(session, mended, diff=True)
        write(repo, mended)
        report = mended.report
        _print(session, repo, report, wish, infos_shown=shown <= Severity.INFO)
        tell(session, mended)
    else:
        report = run()
        _print(session, repo, report, wish, infos_shown=shown <= Severity.INFO)
    return 1 if limit is not None and report.worst >= limit else 0


def _refuse_contradictions(wish: Wish) -> None:
    if wish.statistics and wish.output_format not in ("full", "concise"):
        raise AlignError(f"--statistics is for people; it does not go with --format {wish.output_format}")
    if wish.diff and (wish.statistics or wish.output_format not in ("full", "concise")):
        other = "--statistics" if wish.statistics else f"--format {wish.output_format}"
        raise AlignError(f"--diff prints what would change and no findings; it does not go with {other}")
    if (wish.diff or wish.unsafe) and not wish.fix:
        raise AlignError(f"{'--diff' if wish.diff else '--unsafe-fixes'} goes with --fix")
    if wish.write_baseline and wish.fix:
        raise AlignError("--write-baseline does not go with --fix: fix first, and write down what remains")
    if wish.write_baseline and not all(path.is_dir() for path in wish.paths):
        raise AlignError(_WHOLE)
    if wish.write_baseline and (wish.select or wish.ignore):
        raise AlignError("--write-baseline is for the whole repo: leave out --select and --ignore")
    if wish.write_baseline and (wish.statistics or wish.output_format not in ("full", "concise")):
        other = "--statistics" if wish.statistics else f"--format {wish.output_format}"
        raise AlignError(f"--write-baseline writes findings down and prints none; it does not go with {other}")


def _print(session: Session, repo: Repo, report: engine.Report, wish: Wish, *, infos_shown: bool) -> None:
    terminal, style = session.terminal, session.style
    if wish.output_format == "json":
        from aligncli.render.check_json import check_json

        terminal.out(check_json(report, session.as_of))
        return
    from aligncli.render import check_text

    if wish.statistics:
        terminal.out(check_text.statistics(report.by_rule, repo.rules, style))
    elif wish.output_format == "full":
        terminal.out(check_text.full(report, repo.text, style))
        if terminal.is_interactive:
            terminal.note(check_text.pointer(report))
    elif wish.output_format == "concise":
        terminal.out(check_text.concise(report, style))
    else:
        from aligncli.render.github import github

        terminal.out(github(report, prefix_in_git(repo.root)))
    terminal.note(check_text.summary_line(report.summary, style, infos_shown=infos_shown))


def prefix_in_git(root: Path) -> str:
    """The way from the git top level to the root, empty or ending in ``/``."""
    top = git_top(root)
    if top is None:
        return ""
    way = Path(os.path.relpath(root, top)).as_posix()
    return "" if way == "." else way + "/"


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
