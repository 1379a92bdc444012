"""``align check``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from aligncli import engine
from aligncli.commands.session import Session
from aligncli.config import parse_level
from aligncli.diagnostics import AlignError, Severity
from aligncli.io.files import git_top
from aligncli.io.repo import Repo


def check(
    session: Session,
    paths: Sequence[Path],
    *,
    output_format: str,
    select: Sequence[str],
    ignore: Sequence[str],
    fail_on: str | None,
    show: str,
    statistics: bool,
) -> int:
    """Checks the whole repo, reports on paths or on everything, and gives the exit status (0 or 1).

    Raises:
        AlignError: it could not run: configuration, paths, no documents, a crashed rule.
    """
    if statistics and output_format not in ("full", "concise"):
        raise AlignError(f"--statistics is for people; it does not go with --format {output_format}")
    repo = Repo.around(session.start, paths)
    limit = repo.config.fail_on if fail_on is None else parse_level(fail_on)
    shown = Severity.INFO if output_format == "json" or show == "info" else Severity.WARNING
    if limit is not None:
        shown = min(shown, limit)
    ws = repo.load(session.as_of)
    wanted = _filter([repo.relative(path) for path in paths])
    for path in paths or [repo.root]:
        one = _filter([repo.relative(path)])
        if not any(one(document.path) for document in ws.documents):
            raise AlignError(_nothing(repo.root, path if paths else None))
    report = engine.run(
        ws,
        repo.config,
        engine.Selection(_words(select), _words(ignore)),
        repo.text,
        reports_on=wanted,
        show=shown,
    )
    _print(session, repo, report, output_format, statistics=statistics, infos_shown=shown <= Severity.INFO)
    return 1 if limit is not None and report.worst >= limit else 0


def _print(
    session: Session, repo: Repo, report: engine.Report, output_format: str, *, statistics: bool, infos_shown: bool
) -> None:
    terminal, style = session.terminal, session.style
    if output_format == "json":
        from aligncli.render.check_json import check_json

        terminal.out(check_json(report, session.as_of))
        return
    from aligncli.render import check_text

    if statistics:
        terminal.out(check_text.statistics(report.by_rule, style))
    elif output_format == "full":
        terminal.out(check_text.full(report, repo.text, style))
    elif output_format == "concise":
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


def _filter(paths: Sequence[str]) -> Callable[[str], bool]:
    if not paths or "." in paths:
        return lambda path: True
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
