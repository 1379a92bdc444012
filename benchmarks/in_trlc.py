"""An organisation in the language of TRLC: types with the fields of our schemas, and one file a document.

TRLC's tuples have no optional fields (without separators), so what is nested becomes a tuple of exactly the fields that
the generated documents use there: less for TRLC to look at, not more. What others refer to (goals, services, metrics)
are records of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Data = dict[str, Any]
Fields = dict[str, str]

ENUMS = {
    "Team_Type": "stream-aligned platform enabling complicated-subsystem group",
    "Team_Status": "forming active archived",
    "Level": "must should",
    "Category": "security compliance reliability privacy quality cost people",
    "Enforcement": "automated review attested",
    "Evidence": "required optional none",
    "Outcome_Status": "proposed active achieved dropped",
    "Goal_Status": "proposed on-track at-risk off-track achieved missed dropped",
    "Ambition": "committed aspirational",
    "Set_By": "team org",
    "Direction": "increase decrease keep-above keep-below",
    "Impact": "none slowing blocking",
    "Authority": "team advice approval",
    "Contact_Kind": "chat mail phone",
    "Service_Status": "planned live deprecated retired",
    "Contribution": "open review closed",
    "Mode": "collaboration x-as-a-service facilitating",
}

TYPES: dict[str, Fields] = {
    "abstract type Aim": {"title": "String"},
    "abstract type Party": {"mission": "String"},
    "tuple Support": {"to": "Aim", "how": "String"},
    "tuple Dependency": {"to": "Party", "what": "String", "impact": "Impact"},
    "tuple Decision": {"area": "String", "authority": "Authority", "with": "String"},
    "tuple Contact": {"kind": "Contact_Kind", "address": "String", "for": "String", "response-time": "String"},
    "tuple Meeting": {"name": "String", "when": "String"},
    "tuple Owned": {"name": "String", "repo": "String", "contribution": "Contribution", "on-call": "String"},
    "tuple Interaction": {"team": "Party", "mode": "Mode", "purpose": "String", "since": "String", "until": "String"},
    "tuple Practice": {"name": "String"},
    "type Metric": {"name": "String", "unit": "String?", "direction": "Direction?", "source": "String?"},
    "tuple Measure": {
        "metric": "Metric", "baseline": "Integer", "target": "Integer", "current": "Integer", "as-of": "String",
    },
    "tuple Own_Measure": {
        "name": "String", "unit": "String", "baseline": "Integer", "target": "Integer", "current": "Integer", "as-of": "String",
    },
    "type Org": {
        "name": "String", "north-star": "String", "period": "String?", "owner": "String?", "reviewed": "String?",
        "metrics": "Metric*", "prose": "String?",
    },
    "type Outcome extends Aim": {
        "why": "String?", "owner": "String?", "period": "String?", "status": "Outcome_Status?", "closed": "String?",
        "supports": "Support*", "measures": "Own_Measure*", "focus": "Boolean?", "tags": "String*", "formerly": "String*",
        "reviewed": "String?", "prose": "String?",
    },
    "type Guardrail": {
        "title": "String", "why": "String?", "level": "Level?", "category": "Category?", "owner": "String?",
        "applies-to": "Team_Type*", "evidence": "Evidence?", "enforcement": "Enforcement?", "automation": "String?",
        "in-force-from": "String?", "formerly": "String*", "reviewed": "String?", "prose": "String?",
    },
    "type Goal extends Aim": {
        "why": "String?", "owner": "String?", "supports": "Support*", "period": "String?", "status": "Goal_Status?",
        "closed": "String?", "ambition": "Ambition?", "set-by": "Set_By?", "measures": "Measure*", "depends-on": "Dependency*",
        "formerly": "String*", "tags": "String*",
    },
    "type Charter extends Party": {
        "name": "String?", "type": "Team_Type?", "part-of": "Party?", "status": "Team_Status?", "since": "String?",
        "until": "String?", "lead": "String?", "size": "Integer?", "customers": "String*", "tags": "String*",
        "formerly": "String*", "period": "String?", "reviewed": "String?", "goals": "Goal*", "guardrails": "Guardrail*",
        "decisions": "Decision*", "prose": "String?",
    },
    "type Service": {
        "name": "String", "description": "String?", "url": "String?", "versioning": "String?", "slo": "String?",
        "status": "Service_Status?",
    },
    "type Team_API": {
        "team": "Party", "reviewed": "String?", "contacts": "Contact*", "hours": "String?", "meetings": "Meeting*",
        "services": "Service*", "owns": "Owned*", "interactions": "Interaction*", "practices": "Practice*", "prose": "String?",
    },
}  # fmt: skip
"""In the order in which TRLC wants them declared; `?` marks what is optional, `*` what is optional and a list."""

CHECKS = r"""
checks Org {
  len(name) > 0, error "a name may not be blank", name
  reviewed == null or matches(reviewed, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), error "not a day", reviewed
}
checks Outcome {
  len(title) > 0, error "a title may not be blank", title
  status == null or status == Outcome_Status.proposed or status == Outcome_Status.active or closed != null,
    warning "closed, but not said when", status
  owner != null, warning "nobody owns it", owner
  measures == null or (forall m in measures => m.baseline != m.target), error "the target is where it began", measures
  reviewed == null or matches(reviewed, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), error "not a day", reviewed
}
checks Guardrail {
  why != null, warning "no reason is given", why
  enforcement == null or enforcement != Enforcement.automated or automation != null, warning "automated by what", automation
  reviewed == null or matches(reviewed, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), error "not a day", reviewed
}
checks Goal {
  len(title) > 0, error "a title may not be blank", title
  supports != null, error "it supports nothing", supports
  supports == null or (forall s in supports => len(s.how) > 0), warning "how is not said", supports
  measures != null, warning "it has no measure", measures
  measures == null or (forall m in measures => m.baseline != m.target), error "the target is where it began", measures
  measures == null or (forall m in measures => matches(m.as_of, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")), error "not a day", measures
  period == null or matches(period, "^[0-9]{4}(-(H[12]|Q[1-4]|[01][0-9]))?$"), error "not a period", period
}
checks Charter {
  len(mission) > 0, error "a mission may not be blank", mission
  size == null or size >= 1, error "a team has people", size
  size == null or size <= 9, warning "a large team", size
  goals == null or len(goals) <= 5, warning "many goals", goals
  goals != null, warning "no goals", goals
  reviewed == null or matches(reviewed, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), error "not a day", reviewed
}
checks Service {
  status == null or status != Service_Status.live or url != null, warning "live, but where", url
}
checks Team_API {
  contacts != null, warning "no way to reach the team", contacts
  interactions == null or (forall i in interactions => i.team != team), error "with itself", interactions
  interactions == null or len(interactions) <= 6, warning "many interactions", interactions
  reviewed == null or matches(reviewed, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), error "not a day", reviewed
}
"""

KEYWORDS = frozenset({"in", "optional", "type"})
FIELDS = {
    title.split()[-3 if "extends" in title else -1]: fields
    | (TYPES[f"abstract type {title.split()[-1]}"] if "extends" in title else {})
    for title, fields in TYPES.items()
}


def name(text: str) -> str:
    """An identifier."""
    word = re.sub(r"[^A-Za-z0-9]", "_", text)
    return f"{word}_" if word in KEYWORDS else word


def types() -> str:
    """The types and checks: the file that all others rest on."""
    parts = ["package Align"]
    for enum, words in ENUMS.items():
        parts.append(f"enum {enum} {{ {' '.join(name(word) for word in words.split())} }}")
    for title, fields in TYPES.items():
        parts.append(f"{title} {{\n" + "".join(f"  {component(key, typ)}\n" for key, typ in fields.items()) + "}")
    return "\n\n".join(parts) + "\n" + CHECKS


def component(key: str, typ: str) -> str:
    """The declaration of a field."""
    optional = "optional " if typ[-1] in "?*" else ""
    return f"{name(key)} {optional}{typ.rstrip('?*')}{' [0 .. *]' if typ[-1] == '*' else ''}"


def value(typ: str, given: Any) -> str:
    """A value of a type."""
    if typ[-1] == "*":
        return f"[{', '.join(value(typ[:-1], item) for item in given)}]"
    typ = typ.rstrip("?")
    if typ == "String":
        text = str(given)
        return f"'''{text}'''" if "\n" in text or '"' in text else f'"{text}"'
    if typ in ("Integer", "Boolean"):
        return str(given).lower()
    if typ in ENUMS:
        return f"{typ}.{name(given)}"
    if f"tuple {typ}" in TYPES:
        return f"({', '.join(value(kind, given.get(key, '')) for key, kind in FIELDS[typ].items())})"
    return name(given)


def record(typ: str, identifier: str, data: Data) -> str:
    """A record with all fields that are given."""
    lines = [f"  {name(key)} = {value(kind, data[key])}\n" for key, kind in FIELDS[typ].items() if key in data]
    return f"{typ} {identifier} {{\n{''.join(lines)}}}\n"


def records(data: Data, prose: str) -> list[str]:
    """The records of one document."""
    data = {**data, "prose": prose}
    match data["kind"]:
        case "org":
            found = [record("Metric", name(metric["id"]), metric) for metric in data["metrics"]]
            return [*found, record("Org", "the_org", {**data, "metrics": [metric["id"] for metric in data["metrics"]]})]
        case "outcome":
            return [record("Outcome", name(data["id"]), data)]
        case "guardrail":
            scope = {"applies-to": data["applies-to"]["types"]} if "applies-to" in data else {}
            return [record("Guardrail", name(data["id"]), {**data, **scope})]
        case "charter":
            team = name(data["team"])
            found = [record("Goal", f"{team}_{name(goal['id'])}", goal) for goal in data["goals"]]
            goals = [f"{team}_{goal['id']}" for goal in data["goals"]]
            decisions = [{**decision, "with": ", ".join(decision["with"])} for decision in data["decisions"]]
            return [*found, record("Charter", team, {**data, "goals": goals, "decisions": decisions})]
        case _:
            team = name(data["team"])
            found = [record("Service", f"{team}_{name(service['id'])}", service) for service in data["services"]]
            services = [f"{team}_{service['id']}" for service in data["services"]]
            return [*found, record("Team_API", f"{team}_api", {**data, "services": services})]


def write(documents: Iterable[tuple[Path, Data, str, str]], folder: Path) -> None:
    """Writes types, checks and all documents."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "align.rsl").write_text(types(), encoding="utf-8")
    for path, data, _, prose in documents:
        place = folder / path.with_suffix(".trlc")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("package Align\n\n" + "\n".join(records(data, prose)), encoding="utf-8")
