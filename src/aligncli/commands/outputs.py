"""Where the findings of a check go: standard output, files, and the page that a CI system shows."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from aligncli.commands.session import Session
from aligncli.config import FILE_NAME
from aligncli.diagnostics import AlignError, Severity
from aligncli.io.ci import Ci
from aligncli.io.repo import Repo
from aligncli.io.terminal import warn
from aligncli.render.check import FORMATS, Checked, find_format
from aligncli.render.text import Style


class Output(NamedTuple):
    """A file that a format is written to."""

    format: str
    path: Path


class Outputs(NamedTuple):
    """Everything that is to be written."""

    screen: str | None
    """The format on standard output; nothing where the last line is enough."""
    files: Sequence[Output] = ()
    page: str | None = None
    """The file whose markdown a CI system shows."""
    aside: bool = False
    """Whether people read the findings on standard error, because a program reads standard output."""

    def least(self, asked: Severity) -> Severity:
        """The least severity that one of them holds, where the text formats hold this one."""
        return Severity.INFO if self.holds_all else asked

    @property
    def holds_all(self) -> bool:
        """Whether one of them holds all advice, and what is suppressed as well."""
        names = [*([self.screen] if self.screen else []), *(output.format for output in self.files)]
        return any(find_format(name).holds_all for name in names)


def plan(chosen: str | None, wanted: Sequence[str], ci: Ci) -> Outputs:
    """What goes where.

    Args:
        chosen: the value of ``--format``, where it was given.
        wanted: the values of ``--output``.
        ci: the system around this run, which speaks where nothing was chosen.

    Raises:
        AlignError: a value names no file or an unknown format, or two of them name one file.
    """
    files = [_parse(value, chosen or "full") for value in wanted]
    seen: dict[str, str] = {}
    for value, output in zip(wanted, files, strict=True):
        place = os.path.realpath(output.path)
        if place in seen:
            raise AlignError(f"--output {seen[place]} and --output {value} name one file")
        seen[place] = value
    if chosen is None and ci.native is not None:
        # Somebody who names it has said what is to be there.
        page = ci.summary if ci.summary and os.path.realpath(ci.summary) not in seen else None
        return Outputs(ci.native, files, page, aside=not find_format(ci.native).is_text)
    if any(not _names_format(value) for value in wanted):
        return Outputs(None, files)
    return Outputs(chosen or "full", files)


def _names_format(value: str) -> bool:
    return value.partition(":")[0] in FORMATS and ":" in value


def _parse(value: str, default: str) -> Output:
    name, colon, path = value.partition(":")
    if not _names_format(value):
        if value in FORMATS:
            raise AlignError(
                f"--output {value}: `{value}` is a format, and the file is missing: `{value}:FILE`"
                f" (a file of that name is `./{value}`)"
            )
        if colon and re.fullmatch(r"[a-z]{2,}", name):
            from aligncli.suggest import nearest

            near = nearest(name, FORMATS)
            known = f"did you mean `{near}`?" if near else f"there are {', '.join(FORMATS)}"
            raise AlignError(f"--output {value}: `{name}` is no format; {known} (a file of that name is `./{value}`)")
        name, path = default, value
    if path in ("", "-"):
        what = "standard output is for --format" if path else "the name of the file is missing"
        raise AlignError(f"--output {value}: {what}")
    # A name that is too long is no folder, and no crash.
    if path.endswith(("/", os.sep)) or os.path.isdir(path):  # noqa: PTH112
        raise AlignError(f"--output {value}: `{path}` is a folder; name a file in it")
    return Output(name, Path(path))


def refuse_documents(outputs: Outputs, repo: Repo, documents: Iterable[str], baseline: str | None) -> None:
    """That no file which is to be written is one that the check reads.

    Args:
        outputs: what is to be written.
        repo: what is checked.
        documents: all of its documents, by path from the root.
        baseline: the one of this run, where there is one: a path from the root, or an absolute one.

    Raises:
        AlignError: one is.
    """
    others = (FILE_NAME, *repo.config.schemas.values(), repo.config.baseline, baseline)
    read = {*documents, *(repo.relative(repo.root / name) for name in others if name)}
    for output in outputs.files:
        if repo.relative(output.path) in read:
            raise AlignError(f"--output {output.path}: this is a file of the repo, which is never overwritten")


def publish(session: Session, outputs: Outputs, checked: Checked, shown: Severity) -> None:
    """Prints and writes a check.

    Args:
        session: of this run.
        outputs: what goes where.
        checked: with all that the formats hold which hold all.
        shown: the least severity of the others.

    Raises:
        AlignError: a file cannot be written; all else is.
    """
    refusals = _write(outputs, checked._replace(style=Style()), shown) if outputs.files or outputs.page else []
    terminal = session.terminal
    if outputs.screen is not None:
        terminal.out(_rendered(outputs.screen, checked, shown))
    if outputs.aside:
        terminal.remark(_rendered("full", checked, shown) + last_line(checked, shown))
    elif outputs.screen is None or find_format(outputs.screen).is_text:
        if outputs.screen == "full" and terminal.is_interactive:
            from aligncli.render.check_text import pointer

            terminal.note(pointer(checked.report.at_least(shown)))
        terminal.note(last_line(checked, shown))
    if refusals:
        raise AlignError("; ".join(str(refusal) for refusal in refusals))


def _write(outputs: Outputs, checked: Checked, shown: Severity) -> list[AlignError]:
    """Writes the files, before a reader of the screen may go away; gives what could not be written."""
    from aligncli.io.files import append_text, write_output

    refusals: list[AlignError] = []
    for output in outputs.files:
        text = _rendered(output.format, checked, shown)
        if find_format(output.format).is_text:
            text += last_line(checked, shown)
        try:
            write_output(output.path, text)
        except AlignError as refusal:
            refusals.append(refusal)
    if outputs.page is not None:
        try:
            append_text(outputs.page, _rendered("markdown", checked, shown))
        except AlignError as refusal:
            # Nobody asked for it: a container may know of the file and not have it.
            warn(f"{refusal}: there is no summary")
    return refusals


def last_line(checked: Checked, shown: Severity) -> str:
    """What sums a check up."""
    from aligncli.render.check_text import remarks, summary_line

    notes = "".join(f"note: {remark}\n" for remark in remarks(checked.report))
    return notes + summary_line(checked.report, checked.style, infos_shown=shown <= Severity.INFO)


def _rendered(name: str, checked: Checked, shown: Severity) -> str:
    kind = find_format(name)
    return kind.render(checked if kind.holds_all else checked._replace(report=checked.report.at_least(shown)))
