"""The invented goals with their labels, as documents of an organisation, and what the rules find in them."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from tests.harness import check

FOLDER = Path(__file__).parent
RULES = ("AL305", "AL310", "AL604")


class Score(NamedTuple):
    """How the findings of one rule compare with the labels."""

    goals: int
    findings: int
    right: int
    labelled: int
    """What a careful reader would report: goals, or pairs of goals for AL305."""
    caught: int
    """How many of these are among the findings."""
    wrong: tuple[str, ...]
    missed: tuple[str, ...]


class Found(NamedTuple):
    """One finding: the goals that it is about."""

    code: str
    goals: tuple[str, ...]
    message: str


def organisations(half: str) -> dict[str, Any]:
    """The organisations of one half of the corpus, by name."""
    return tomllib.loads((FOLDER / f"{half}.toml").read_text(encoding="utf-8"))


def documents(name: str, organisation: dict[str, Any]) -> dict[str, str | bytes]:
    """The documents of one organisation; JSON is YAML."""
    outcomes = [{"id": key, "title": title} for key, title in organisation["outcomes"].items()]
    used = {measure["metric"] for goal in organisation["goals"] for measure in goal.get("measures", ()) if "metric" in measure}
    metrics = [{"id": metric, "name": metric} for metric in sorted(used)]
    org = {"kind": "org", "name": name, "north-star": "Everybody is glad.", "outcomes": outcomes, "metrics": metrics}
    teams: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for goal in organisation["goals"]:
        team, _, ident = goal["ref"].partition("/")
        fields = {key: goal[key] for key in ("title", "supports", "measures", "period", "depends-on", "set-by") if key in goal}
        teams[team].append({"id": ident, **fields})
    files: dict[str, str | bytes] = {"org.md": _frontmatter(org)}
    for team, goals in teams.items():
        charter = {"kind": "charter", "team": team, "mission": "Somebody is glad.", "goals": goals}
        files[f"teams/{team}/charter.md"] = _frontmatter(charter)
    return files


def _frontmatter(data: dict[str, Any]) -> str:
    return f"---\n{json.dumps(data, ensure_ascii=False)}\n---\n"


def findings(name: str, organisation: dict[str, Any], root: Path) -> Iterator[Found]:
    """What the rules about wording find in one organisation."""
    report = check(root / name, documents(name, organisation))
    for diagnostic in report.diagnostics:
        assert diagnostic.severity.label != "error" or not diagnostic.code.startswith(("AL0", "AL1", "AL2")), diagnostic
        if diagnostic.code in RULES:
            subject, _, *others = diagnostic.identity
            more = others if diagnostic.code == "AL305" else []
            yield Found(diagnostic.code, (subject, *more), diagnostic.message)


def scores(half: str, root: Path) -> dict[str, Score]:
    """How the rules do on one half of the corpus, by code."""
    totals: dict[str, list[Any]] = {code: [0, 0, 0, 0, 0, [], []] for code in RULES}
    for name, organisation in organisations(half).items():
        found = list(findings(name, organisation, root))
        goals = {goal["ref"]: goal for goal in organisation["goals"]}
        labelled: dict[str, set[tuple[str, ...]]] = {
            "AL305": {
                tuple(sorted(pair)) for pair in combinations(goals, 2)
                if goals[pair[0]].get("twin", "") == goals[pair[1]].get("twin") 
            },
            "AL310": {(ref,) for ref, goal in goals.items() if goal.get("echo")},
            "AL604": {(ref,) for ref, goal in goals.items() if goal.get("output")},
        }  # fmt: skip
        for code in RULES:
            total, caught = totals[code], set()
            for one in (one for one in found if one.code == code):
                parts = set(combinations(sorted(one.goals), 2)) if code == "AL305" else {one.goals[:1]}
                right = parts <= labelled[code]
                caught |= parts & labelled[code]
                total[1] += 1
                total[2] += right
                if not right:
                    total[5].append(f"{name}: {one.message}")
            total[0] += len(goals)
            total[3] += len(labelled[code])
            total[4] += len(caught)
            total[6] += [f"{name}: {' = '.join(goals[ref]['title'] for ref in refs)}" for refs in sorted(labelled[code] - caught)]
    return {code: Score(*total[:5], tuple(total[5]), tuple(total[6])) for code, total in totals.items()}
