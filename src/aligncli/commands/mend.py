"""``align check --fix``: applies fixes until nothing is left to fix, first in memory, then on disk."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from aligncli.commands.debts import Known
from aligncli.commands.session import Session
from aligncli.config import FILE_NAME
from aligncli.diagnostics import AlignError, LocatedFix
from aligncli.document.edits import Change, apply
from aligncli.engine import Report
from aligncli.io.files import Rewrite, rewrite_all
from aligncli.io.repo import Repo
from aligncli.render.text import count
from aligncli.workspace.load import load_document

_MOST_ROUNDS = 100
"""A fix may make room for another one, and of neighbours half are mended in a round."""


class Mended(NamedTuple):
    """What fixing came to."""

    report: Report
    """Of what remains."""
    fixed: int
    rewrites: Mapping[str, Rewrite]
    """The files that change."""


def mend(repo: Repo, check: Callable[[], Report], known: Known | None, *, unsafe: bool) -> Mended:
    """Fixes what can be fixed, in the repo's drafts; nothing is written.

    Args:
        repo: whose drafts change.
        check: checks the repo, drafts and all.
        known: the baseline, out of which goes what is no longer found.
        unsafe: also makes the changes that somebody should look at.

    Raises:
        AlignError: fixes undo each other, or one would break a document: both are bugs, and nothing is written.
    """
    repo.watch()
    before: dict[str, str] = {}
    seen: set[int] = set()
    fixed = 0
    for _ in range(_MOST_ROUNDS):
        report = check()
        changes, made = _chosen(fix for fix in report.fixes if fix.safe or unsafe)
        if not made:
            rewrites = {path: Rewrite(old, repo.drafts[path]) for path, old in before.items()}
            debts = [verdict for verdict in report.verdicts if known and verdict.finding.path == known.name]
            if known and any(verdict.rule.code == "AL902" for verdict in debts) and (smaller := known.shrink()):
                rewrites[known.name] = smaller
                report = check()
                fixed += len(debts) - sum(verdict.finding.path == known.name for verdict in report.verdicts)
            return Mended(report, fixed, rewrites)
        fixed += made
        for path, wanted in changes.items():
            old = repo.text(path)
            before.setdefault(path, old)
            text = old.lstrip("\ufeff")
            new = old[: len(old) - len(text)] + apply(text, wanted)
            if not _is_readable(repo, path, new) and _is_readable(repo, path, old):
                raise AlignError(f"a fix would break {path}, so nothing was written; please report it")
            repo.drafts[path] = new
        if FILE_NAME in changes:
            _read_again(repo)
        state = hash(tuple(repo.drafts[path] for path in sorted(before)))
        if state in seen:
            break
        seen.add(state)
    raise AlignError("the fixes do not come to an end, so nothing was written; please report it")


def _read_again(repo: Repo) -> None:
    try:
        repo.read_again()
    except AlignError as error:
        raise AlignError(f"with its fixes, {error}; mend that by hand; nothing was written") from None


def _is_readable(repo: Repo, path: str, text: str) -> bool:
    document = load_document(path, text, repo.schemas) if path.endswith(".md") else None
    return document is None or document.trusted


def tell(session: Session, mended: Mended, *, diff: bool = False) -> int:
    """Says what was fixed, or what would be and how; the exit status is 1 where anything would be."""
    terminal = session.terminal
    if diff:
        from aligncli.render.diff import diff as drawn

        files = [(path, rewrite.old or "", rewrite.new) for path, rewrite in sorted(mended.rewrites.items())]
        terminal.out(drawn(files, session.style))
    if mended.rewrites:
        verb = "would fix" if diff else "fixed"
        where = count(len(mended.rewrites), "file")
        terminal.remark(f"{verb} {count(mended.fixed, 'finding')} in {where}\n")
    else:
        terminal.remark("nothing to fix\n")
    return 1 if diff and mended.rewrites else 0


def write(repo: Repo, mended: Mended) -> None:
    """Writes what was mended.

    Raises:
        AlignError: a file changed meanwhile, or cannot be written.
    """
    rewrite_all(repo.root, mended.rewrites)
    repo.settle()


def _chosen(fixes: Iterable[LocatedFix]) -> tuple[dict[str, _Changes], int]:
    """The changes of fixes that do not touch each other, by path, and how many fixes that is.

    A fix is made whole or not at all; one that would touch another waits for the next round.
    """
    changes: dict[str, _Changes] = {}
    made = 0
    for fix in sorted(fixes, key=lambda fix: fix.edits[0].span, reverse=True):
        wanted = [
            (changes.setdefault(edit.path, _Changes()), Change(edit.span, edit.text, edit.whole)) for edit in fix.edits
        ]
        if all(change in known or not known.touches(change) for known, change in wanted):
            made += 1
            for known, change in wanted:
                known.add(change)
    return {path: known for path, known in changes.items() if known}, made


class _Changes:
    """Changes to one text, none of which touches another; those at the end of the text come first."""

    def __init__(self) -> None:
        self._sorted: list[Change] = []

    def __iter__(self) -> Iterator[Change]:
        return iter(self._sorted)

    def __bool__(self) -> bool:
        return bool(self._sorted)

    def __contains__(self, change: Change) -> bool:
        at = self._place(change)
        return at < len(self._sorted) and self._sorted[at][:2] == change[:2]

    def touches(self, change: Change) -> bool:
        """Whether a change would overlap one of these, or meet it."""
        at = self._place(change)
        start, end = change.whole or change.span
        others = [other.whole or other.span for other in self._sorted[max(at - 1, 0) : at + 1]]
        return any(other.start <= end and start <= other.end for other in others)

    def add(self, change: Change) -> None:
        """Adds a change, once."""
        if change not in self:
            self._sorted.insert(self._place(change), change)

    def _place(self, change: Change) -> int:
        return bisect_left(self._sorted, change[:2], key=lambda other: other[:2])
