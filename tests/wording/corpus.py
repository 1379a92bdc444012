"""The invented goals with their labels, as documents of organisations, and what the rules find in them."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from aligncli.testing import check

FOLDER = Path(__file__).parent
CODES = ("AL305", "AL310", "AL604")
HALVES = ("first-half", "second-half")
_FIELDS = ("title", "supports", "measures")

Organisation = dict[str, Any]
Refs = tuple[str, ...]


class Score(NamedTuple):
    """How the findings of one rule compare with the labels."""

    goals: int
    findings: int
    right: int
    caught: int
    labelled: int
    """What a careful reader would name: goals, or pairs of goals for AL305; of these so many were caught."""
    wrong: tuple[str, ...]
    missed: tuple[str, ...]


class Found(NamedTuple):
    """One finding: the goals that it is about."""

    code: str
    goals: Refs
    message: str


def organisations(half: str) -> dict[str, Organisation]:
    """The organisations of one half, by name."""
    return tomllib.loads((FOLDER / f"{half}.toml").read_text(encoding="utf-8"))


def scores(half: str, root: Path, *, together: bool = False) -> dict[str, Score]:
    """How the rules do on one half, by code; on request with all its goals in one organisation."""
    parts = organisations(half)
    parts = {"all": _merged(parts)} if together else parts
    found = {name: list(_findings(name, part, root)) for name, part in parts.items()}
    goals = {(name, goal["ref"]): goal for name, part in parts.items() for goal in part["goals"]}
    totals = {}
    for code in CODES:
        labelled = {(name, refs) for name, part in parts.items() for refs in _labelled(code, part["goals"])}
        claimed = [(name, one, _claims(one)) for name in parts for one in found[name] if one.code == code]
        caught = {(name, refs) for name, _, claims in claimed for refs in claims} & labelled
        wrong = [(name, one) for name, one, claims in claimed if any((name, refs) not in labelled for refs in claims)]
        missed = sorted(labelled - caught)
        totals[code] = Score(
            len(goals),
            len(claimed),
            len(claimed) - len(wrong),
            len(caught),
            len(labelled),
            tuple(f"{name}: {one.message}" for name, one in wrong),
            tuple(f"{name}: {' = '.join(goals[name, ref]['title'] for ref in refs)}" for name, refs in missed),
        )
    return totals


def _labelled(code: str, goals: list[dict[str, Any]]) -> Iterator[Refs]:
    """What a careful reader would name."""
    if code != "AL305":
        label = {"AL310": "echo", "AL604": "output"}[code]
        yield from ((goal["ref"],) for goal in goals if goal.get(label))
        return
    twins: dict[str, list[str]] = defaultdict(list)
    for goal in goals:
        if "twin" in goal:
            twins[goal["twin"]].append(goal["ref"])
    for refs in twins.values():
        yield from combinations(sorted(refs), 2)


def _claims(found: Found) -> list[Refs]:
    """What a finding says of which goals: every two of them are the same, or the one is as it should not be."""
    return list(combinations(sorted(found.goals), 2)) if found.code == "AL305" else [found.goals[:1]]


def _findings(name: str, organisation: Organisation, root: Path) -> Iterator[Found]:
    report = check(root / name, _documents(name, organisation))
    for diagnostic in report.diagnostics:
        assert not diagnostic.code.startswith(("AL0", "AL1", "AL2")) or diagnostic.code == "AL208", diagnostic.message
        if diagnostic.code in CODES:
            subject, _, *others = diagnostic.identity
            yield Found(diagnostic.code, (subject, *others), diagnostic.message)


def _documents(name: str, organisation: Organisation) -> dict[str, str | bytes]:
    goals = organisation["goals"]
    metrics = {measure["metric"] for goal in goals for measure in goal.get("measures", ()) if "metric" in measure}
    org = {
        "kind": "org",
        "name": name,
        "north-star": "Everybody is glad.",
        "outcomes": [{"id": key, "title": title} for key, title in organisation["outcomes"].items()],
        "metrics": [{"id": metric, "name": metric} for metric in sorted(metrics)],
    }
    teams: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for goal in goals:
        team, _, ident = goal["ref"].partition("/")
        teams[team].append({"id": ident, **{field: goal[field] for field in _FIELDS if field in goal}})
    files: dict[str, str | bytes] = {"org.md": _frontmatter(org)}
    for team, own in teams.items():
        charter = {"kind": "charter", "team": team, "mission": "Somebody is glad.", "goals": own}
        files[f"teams/{team}/charter.md"] = _frontmatter(charter)
    return files


def _frontmatter(data: dict[str, Any]) -> str:
    """JSON is YAML."""
    return f"---\n{json.dumps(data, ensure_ascii=False)}\n---\n"


def _merged(parts: dict[str, Organisation]) -> Organisation:
    """All organisations in one, with names that stay apart."""
    merged: Organisation = {"outcomes": {}, "goals": []}
    for name, part in parts.items():
        merged["outcomes"].update((f"{name}-{key}", title) for key, title in part["outcomes"].items())
        for goal in part["goals"]:
            twin = {"twin": f"{name} {goal['twin']}"} if "twin" in goal else {}
            supports = [f"{name}-{key}" for key in goal["supports"]]
            merged["goals"].append({**goal, **twin, "ref": f"{name}-{goal['ref']}", "supports": supports})
    return merged
