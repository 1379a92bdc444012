"""``align tree``."""

from __future__ import annotations

from collections.abc import Sequence

from aligncli.commands.session import Session
from aligncli.diagnostics import AlignError
from aligncli.document.source import Source
from aligncli.io.repo import Repo
from aligncli.model import Period, parse_period
from aligncli.suggest import nearest
from aligncli.views.tree import Filter, Node, build_tree

STATUSES = ("proposed", "active", "on-track", "at-risk", "off-track", "achieved", "missed", "dropped")


def tree(
    session: Session,
    ref: str | None,
    *,
    output_format: str,
    teams: Sequence[str],
    statuses: Sequence[str],
    period: str | None,
    depth: int | None,
    goals: bool,
) -> int:
    """Prints the hierarchy; gives the exit status.

    Raises:
        AlignError: an unknown reference, team, status or period, or no documents.
    """
    repo = Repo.around(session.start)
    for status in statuses:
        if status not in STATUSES:
            near = nearest(status, STATUSES)
            raise AlignError(
                f"`{status}` is no status; "
                + (f"did you mean `{near}`?" if near else f"it can be {', '.join(STATUSES)}")
            )
    with session.terminal.progress() as repo.tell:
        ws = repo.load(session.as_of)
    if not any(document.kind for document in ws.documents):
        raise AlignError(f"no documents found in {repo.root}; `align init` starts a repo")
    only = Filter(teams, statuses, _period(repo, period), depth, goals)
    view = build_tree(ws, ref, only)
    from aligncli.render import tree as render

    lines = _Lines(repo)
    if output_format == "text":
        text = render.text(view, session.style)
    elif output_format == "json":
        text = render.tree_json(view, lines)
    elif output_format == "markdown":
        text = render.markdown(view, lines)
    else:
        text = render.mermaid(view) if output_format == "mermaid" else render.dot(view)
    session.terminal.out(text)
    refused = render.mermaid_refuses(text) if output_format == "mermaid" else None
    if refused is not None:
        session.terminal.remark(f"align: {refused}\n")
    return 0


def _period(repo: Repo, text: str | None) -> Period | None:
    if text is None:
        return None
    try:
        return parse_period(text, repo.config.fiscal)
    except ValueError as error:
        raise AlignError(f"`{text}` {error}; write 2026, 2026-H2, 2026-Q4, 2026-11 or 2026-10-01..2026-12-31") from None


class _Lines:
    """The line on which a node is declared; each document is read again at most once."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._known: dict[str, Source] = {}

    def __call__(self, node: Node) -> int:
        if node.path not in self._known:
            self._known[node.path] = Source(self._repo.text(node.path))
        source = self._known[node.path]
        return source.lines.position(source.locator.find(node.route).start).line
