"""Which guardrails apply to which team, found through an index and not pair by pair."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from aligncli.model import Guardrail, Scope, Team

_EVERY_TEAM = Scope()


class ScopeIndex:
    """Answers which active guardrails apply to a team.

    Args:
        guardrails: all of them.
        teams: for each guardrail that names teams, their ids, references resolved.
        exceptions: for each guardrail that excepts teams, their ids.
    """

    def __init__(
        self,
        guardrails: Iterable[Guardrail],
        teams: Mapping[str, Collection[str]],
        exceptions: Mapping[str, Collection[str]],
    ) -> None:
        self._teams = teams
        self._exceptions = exceptions
        self._known: dict[tuple[str | None, tuple[str, ...], bool, str], list[tuple[Guardrail, bool]]] = {}
        self._special = {team for some in (*teams.values(), *exceptions.values()) for team in some}
        """The teams that some guardrail names, or excepts."""
        self._everywhere: list[Guardrail] = []
        self._by_team: dict[str, list[Guardrail]] = {}
        self._by_type: dict[str, list[Guardrail]] = {}
        self._by_tag: dict[str, list[Guardrail]] = {}
        for guardrail in guardrails:
            if guardrail.status != "active":
                continue
            scope = guardrail.applies_to or _EVERY_TEAM
            if scope.teams is not None:
                for team in teams.get(guardrail.id, ()):
                    self._by_team.setdefault(team, []).append(guardrail)
            elif scope.tags is not None:
                for tag in scope.tags:
                    self._by_tag.setdefault(tag, []).append(guardrail)
            elif scope.types is not None:
                for kind in scope.types:
                    self._by_type.setdefault(kind, []).append(guardrail)
            else:
                self._everywhere.append(guardrail)

    def of(self, team: Team) -> Sequence[tuple[Guardrail, bool]]:
        """The guardrails of a team, in the order of their ids; ``False`` for one that may or may not apply,
        because the team does not state its type."""
        # Teams of one type with the same tags that no guardrail names have the same ones.
        like = (team.type, team.tags, team.is_archived, team.id if team.id in self._special else "")
        known = self._known.get(like)
        if known is None:
            known = self._known[like] = self._find(team)
        return known

    def _find(self, team: Team) -> list[tuple[Guardrail, bool]]:
        lists = [self._everywhere, self._by_team.get(team.id, ())]
        lists.extend(self._by_tag.get(tag, ()) for tag in team.tags)
        if team.type is None:
            lists.extend(self._by_type.values())
        else:
            lists.append(self._by_type.get(team.type, ()))
        found = {guardrail.id: guardrail for some in lists for guardrail in some}
        tags = frozenset(team.tags)
        result = []
        for guardrail_id in sorted(found):
            applies = self.applies(found[guardrail_id], team, tags)
            if applies is not False:
                result.append((found[guardrail_id], applies is True))
        return result

    def teams_named_by(self, guardrail: Guardrail) -> Collection[str]:
        """The ids of the teams that a guardrail names, if it names any."""
        return self._teams.get(guardrail.id, ())

    def applies(self, guardrail: Guardrail, team: Team, tags: frozenset[str] | None = None) -> bool | None:
        """Whether a guardrail applies to a team; nothing where the team's missing type decides it.

        A group is a grouping of teams: a guardrail reaches it only when it names the group or the type ``group``.
        """
        scope = guardrail.applies_to or _EVERY_TEAM
        if guardrail.status != "active" or team.is_archived:
            return False
        if team.id in self._exceptions.get(guardrail.id, ()):
            return False
        named = team.id in self._teams.get(guardrail.id, ())
        if scope.teams is not None and not named:
            return False
        if scope.tags is not None and (frozenset(team.tags) if tags is None else tags).isdisjoint(scope.tags):
            return False
        if team.is_group and not named and "group" not in (scope.types or ()):
            return False
        if scope.types and team.type is None:
            return None
        return scope.types is None or team.type in scope.types
