"""New documents: short, with what is required and what comes next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from aligncli.document.loader import typed
from aligncli.model import Guardrail
from aligncli.render.text import plain

_PLAIN = re.compile(r"[A-Za-z](?:[\w .()'’+/%&-]|,(?= ))*\Z")
_ODD = re.compile(
    r"[^\x20-\x7e\xa0-\u2027\u202f-\u2065\u2070-\ud7ff\ue000-\ufefe\uff00-\ufff8\ufffc-\ufffd\U00010000-\U0010ffff]"
)
_WIDTH = 110


class TeamDraft(NamedTuple):
    """What is known of a team that does not exist yet."""

    id: str
    name: str | None
    type: str | None
    mission: str | None
    lead: str | None
    goal: str | None
    goal_id: str
    supports: Sequence[str]
    since: date
    guardrails: Sequence[Guardrail]
    """Those that will apply, or may."""
    outcomes: Sequence[str]
    """Ids of live outcomes, to name in a comment."""


def is_blank(text: str) -> bool:
    """Whether a text is nothing that a reader would see; the schemas refuse such a one."""
    return not re.search(r"[^\s\x1c-\x1f\x85\ufeff]", text)


def scalar(text: str) -> str:
    """A text as a YAML scalar: as it is where every parser reads it as that text, else in double quotes."""
    text = " ".join(text.split())
    if _PLAIN.match(text) and text == text.strip() and isinstance(typed(text), str) and not _is_word_of_old_yaml(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _ODD.sub(lambda found: f"\\U{ord(found.group()):08X}", escaped) + '"'


def _is_word_of_old_yaml(text: str) -> bool:
    return text.lower() in ("yes", "no", "on", "off", "y", "n", "true", "false", "null")


TITLE_ID = 40
"""Characters of an id that is made of a title."""


def charter(draft: TeamDraft) -> str:
    """A charter."""
    title = draft.name or draft.id.replace("-", " ").capitalize()
    mission = draft.mission or "TODO: what can people do because of this team?"
    lines = ["---", "kind: charter", f"team: {scalar(draft.id)}"]
    if draft.name:
        lines.append(f"name: {scalar(draft.name)}")
    if draft.type:
        lines.append(f"type: {draft.type}")
    lines.append(f"mission: {scalar(mission)}")
    if draft.lead:
        lines.append(f"lead: {scalar(draft.lead)}")
    lines += ["status: forming", f"since: {draft.since.isoformat()}"]
    if draft.goal:
        lines += ["goals:", f"  - id: {scalar(draft.goal_id)}", f"    title: {scalar(draft.goal)}"]
        lines.append(f"    supports: [{', '.join(draft.supports)}]")
    else:
        choice = f"  # one of: {', '.join(draft.outcomes[:5])}" if draft.outcomes else ""
        lines += [
            "# One goal is enough to begin with:",
            "#goals:",
            "#  - id: first-goal",
            "#    title: What changes, and for whom",
            f"#    supports: [{draft.outcomes[0] if draft.outcomes else 'outcome'}]{choice}",
        ]
    lines += _guardrails(draft.guardrails)
    lines += [
        "# Every field: align schema charter",
        "---",
        f"# {plain(title)}",
        "",
        "<!-- Prose for people: why the team exists, how it decides, what it is not. -->",
        "",
    ]
    return "\n".join(lines)


def _guardrails(guardrails: Sequence[Guardrail]) -> list[str]:
    if not guardrails:
        return []
    lines = [
        "# These guardrails apply. Remove the hash before `guardrails:` and before each one that holds.",
        "#guardrails:",
    ]
    for guardrail in guardrails:
        entry = f"{{id: {guardrail.id}, evidence: [path or URL]}}" if guardrail.evidence == "required" else guardrail.id
        lines.append(f"#  - {entry}")
        reason = f"{guardrail.title}. {guardrail.why or ''}".replace("..", ".").strip()
        lines.append(f"#    # {guardrail.level}: {_cut(plain(reason))}")
    return lines


def _cut(text: str) -> str:
    text = _ODD.sub("\ufffd", " ".join(text.split()))
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1].rsplit(" ", 1)[0] + " …"


def team_api(draft: TeamDraft) -> str:
    """A Team API."""
    title = draft.name or draft.id.replace("-", " ").capitalize()
    return "\n".join(
        [
            "---",
            "kind: team-api",
            f"team: {scalar(draft.id)}",
            "contacts:",
            '  - {kind: chat, address: "TODO: where do people reach this team?"}',
            "# What others can use, who you work with, what you own: align schema team-api",
            "---",
            f"# Working with {plain(title)}",
            "",
        ]
    )


def org(name: str, north_star: str | None, outcomes: Sequence[tuple[str, str]]) -> str:
    """An organisation; outcomes are pairs of id and title."""
    lines = [
        "---",
        "kind: org",
        f"name: {scalar(name)}",
        f"north-star: {scalar(north_star or 'TODO: what should be true one day, for whom?')}",
        "outcomes:",
    ]
    for outcome, title in outcomes:
        lines += [f"  - id: {scalar(outcome)}", f"    title: {scalar(title)}"]
    lines += [
        "# Guardrails are few, and each says why:",
        "#guardrails:",
        "#  - id: card-data",
        "#    title: Card numbers never touch our servers",
        "#    why: One leak would end the company.",
        "# Every field: align schema org",
        "---",
        f"# {plain(name)}",
        "",
    ]
    return "\n".join(lines)


CONFIG = """\
# What `align check` reads and how strict it is; every key: align schema config
format = 1
"""
