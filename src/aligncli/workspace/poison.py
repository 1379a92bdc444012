"""What cannot be relied on: which facts a broken document, or a broken part of one, takes with it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from aligncli.diagnostics import Route
from aligncli.model import (
    Community,
    Content,
    Entity,
    GoalsDocument,
    Guardrail,
    Org,
    Outcome,
    Team,
    TeamApi,
)
from aligncli.workspace.load import Document
from aligncli.workspace.names import Names, Namespace
from aligncli.workspace.workspace import Workspace

# The namespaces among facts, by the kind of document that declares into them.
_DECLARES: dict[str, tuple[str, ...]] = {
    "org": ("org", "outcomes", "guardrails", "metrics", "communities"),
    "outcome": ("outcomes",),
    "guardrail": ("guardrails",),
    "community": ("communities",),
    "charter": ("teams", "goals"),
    "goals": ("goals",),
    "team-api": ("apis",),
}

# What is told of a team by a document that does not say which team it is for.
_TELLS: dict[str, tuple[str, ...]] = {
    "charter": ("*",),
    "goals": ("goals",),
    "team-api": ("contacts", "services", "owns", "interactions"),
}


class Poisoner:
    """Marks facts as unknown, so that nothing is concluded from them."""

    def __init__(self, ws: Workspace, names: Names) -> None:
        self._ws = ws
        self._names = names

    def run(self) -> None:
        """Goes through every document."""
        for document in self._ws.documents:
            if document.broken or not document.trusted or document.path in self._ws.set_aside:
                self._poison_document(document)
        if self._ws.org is None:
            self._ws.poisoned.add(("org", "*"))
            self._names.doubt_org()

    def _poison_document(self, document: Document) -> None:
        ws, content = self._ws, document.content
        if document.path in ws.set_aside and isinstance(content, Entity):
            return  # a second declaration takes nothing from the first
        if not document.trusted or document.path in ws.set_aside:
            for namespace in _DECLARES.get(document.kind or _kind(content), ()):
                ws.poisoned.add((namespace, "*"))
            if isinstance(content, Org):
                self._names.doubt_org()
            elif isinstance(content, Team | GoalsDocument | TeamApi):
                folder = document.path.rpartition("/")[0].rpartition("/")[2]
                team = self._names.current_team(content.team)
                for name in (team, folder) if team not in self._names.teams.all else (team,):
                    self._names.partly_known.add(name)
                    self._ws.doubt(f"team:{name}", "teams", "*")
                if isinstance(content, GoalsDocument) and team not in self._names.teams.all:
                    ws.poisoned.add(("goals-documents", "team"))
            elif isinstance(content, Entity):
                ws.poisoned.add((content.key, "*"))
            self._doubt_name(document)
            if content is None and not document.path.endswith(".md"):  # a folder: anything may be in it
                ws.poisoned.update((namespace, "*") for namespaces in _DECLARES.values() for namespace in namespaces)
                for space in (*self._names.bare, self._names.goals, self._names.services):
                    space.incomplete = True
            return
        for route in document.broken:
            self._poison_route(content, route)

    def _doubt_name(self, document: Document) -> None:
        """An id read out of a broken text may itself be cut short: where the place says another, either may be meant."""
        content = document.content
        folder, _, name = document.path.rpartition("/")
        if isinstance(content, Team) and content.team != folder.rpartition("/")[2]:
            self._names.teams.incomplete = True
        elif isinstance(content, Outcome | Guardrail | Community) and f"{content.id}.md" != name:
            self._space(_DECLARES[content.kind][0]).incomplete = True

    def _space(self, namespace: str) -> Namespace:
        names = self._names
        spaces = {"outcomes": names.outcomes, "guardrails": names.guardrails, "metrics": names.metrics}
        return spaces.get(namespace, names.communities)

    def _poison_route(self, content: Content | None, route: Route) -> None:
        """A broken part of a document: which facts it takes with it. The route is one of the text."""
        if content is None or not route:
            return
        document = self._ws.by_path[content.path]
        head = str(route[0])
        if isinstance(content, Org):
            if head in ("outcomes", "guardrails", "metrics", "communities"):
                self._poison_item(document, getattr(content, head), head, route, self._space(head))
            else:
                self._ws.doubt("org", "org", head)
        elif isinstance(content, Outcome | Guardrail | Community):
            namespace = _DECLARES[content.kind][0]
            self._ws.doubt(content.key, namespace, head)
            if head == "id":
                self._space(namespace).incomplete = True
        elif isinstance(content, Team | GoalsDocument | TeamApi):
            team = self._names.teams.all.get(content.team) or self._names.teams.former.get(content.team)
            team_id = team.id if team else content.team
            if head == "team":
                self._names.teams.incomplete = self._names.teams.incomplete or isinstance(content, Team)
                for namespace in _DECLARES[content.kind]:
                    self._ws.poisoned.add((namespace, "*"))
                self._names.partly_known.add(team_id)
                for field in _TELLS[content.kind]:
                    self._ws.doubt(f"team:{team_id}", _DECLARES[content.kind][0], field)
                if isinstance(content, GoalsDocument):
                    self._ws.poisoned.add(("goals-documents", "team"))
            if head == "goals" and isinstance(content, Team | GoalsDocument):
                if len(route) < 3 or route[2] == "id":
                    self._names.partly_known.add(team_id)
                    self._ws.doubt(f"team:{team_id}", "teams", "goals")
                self._poison_item(document, content.goals, "goals", route, None)
            elif head == "period" and isinstance(content, Team | GoalsDocument):
                for goal in content.goals:
                    self._ws.doubt(goal.key, "goals", "period")
            else:
                if head == "services":
                    self._names.partly_known.add(team_id)
                self._ws.doubt(f"team:{team_id}", "apis" if isinstance(content, TeamApi) else "teams", head)

    def _poison_item(
        self, document: Document, items: Sequence[Entity], namespace: str, route: Route, space: Namespace | None
    ) -> None:
        """A broken part of an inline entity; a broken item or id leaves its namespace unknown."""
        if len(route) < 3 or route[2] == "id":
            self._ws.poisoned.add((namespace, "*"))
            if space is not None:
                space.incomplete = True
            return
        at, stay = int(route[1]), document.kept.get(route[:1])
        index = at if stay is None else bisect_left(stay, at)
        if index < len(items) and (stay is None or stay[index] == at):
            self._ws.doubt(items[index].key, namespace, str(route[2]))
            if route[2] == "supports":
                self._ws.unknown_supports.add(items[index].key)


def _kind(content: Content | None) -> str:
    return content.kind if content is not None else ""
