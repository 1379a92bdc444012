"""Help is meant literally: what it says to type makes the finding go, and brings no other one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from aligncli.diagnostics import Diagnostic
from aligncli.rules import RULES
from aligncli.testing import check, with_org

CHARTER, CARD_DATA, ROTA = "teams/checkout/charter.md", "guardrails/card-data.md", "guardrails/on-call-rota.md"
API, IDENTITY, IDENTITY_API = "teams/checkout/team-api.md", "teams/identity/charter.md", "teams/identity/team-api.md"
TEN_SECONDS = "title: Returning customers pay in ten seconds"
TEN = "    " + TEN_SECONDS + "\n"
MISSION = "mission: Returning customers pay without thinking about it.\n"
WAIVED = (
    "waivers: [{guardrail: card-data, reason: The form is old., approved-by: head of security, expires: 2027-01-31}]\n"
)
GOAL = f"---\nkind: charter\nteam: checkout\n{MISSION}goals:\n  - {{id: ten, {TEN_SECONDS}, supports: [fewer-abandoned-carts]}}\n---\n"
OUTCOME = "outcomes: [{id: fewer-abandoned-carts, title: Fewer carts are abandoned}]\n"

Change = tuple[str, str, str]
"""A document, what stands in it, and what takes its place; a document that is not there yet has nothing in it."""

OBEYED: list[tuple[str, list[Change]]] = [
    ("AL002", [(CHARTER, "\n# Checkout", "---\n\n# Checkout")]),
    ("AL003", [(CHARTER, "Checkout: pay without thinking about it.", '"Checkout: pay without thinking about it."')]),
    ("AL004", [(CHARTER, "mission: Everybody can pay.\n", "")]),
    ("AL005", [(CHARTER, "chater", "charter")]),
    ("AL006", [(CHARTER, "---\nteam", "---\nkind: charter\nteam")]),
    ("AL007", [(CHARTER, "Returning*payments", '"Returning customers pay in one tap, see #payments"')]),
    ("AL101", [(CHARTER, "team: checkout\n", "team: checkout\nmission: Everybody can pay.\n")]),
    ("AL102", [(CHARTER, "misson", "mission")]),
    ("AL103", [(CHARTER, "supports: fewer-abandoned-carts", "supports: [fewer-abandoned-carts]")]),
    ("AL104", [(CHARTER, "stream-alligned", "stream-aligned")]),
    ("AL201", [(CHARTER, "{id: one-tap-pay, title: Guests", "{id: guests, title: Guests")]),
    ("AL202", [(CHARTER, "fewer-abandonned-carts", "fewer-abandoned-carts")]),
    (
        "AL204",
        [
            ("org.md", ", supports: [happy-senders]", ""),
            (CHARTER, "", GOAL.replace("fewer-abandoned-carts", "happy-senders")),
        ],
    ),
    ("AL205", [(CHARTER, "cart-loss", "fewer-abandoned-carts")]),
    ("AL206", [(CHARTER, "]}", "], status: dropped, learning: Nobody wanted it.}")]),
    (
        "AL207",
        [
            (CHARTER, "", "---\nkind: charter\nteam: checkout\n" + MISSION + "---\n"),
            ("teams/payments/charter.md", "*", ""),
        ],
    ),
    (
        "AL208",
        [
            (IDENTITY_API, "", '---\nkind: team-api\nteam: identity\ncontacts: [{kind: chat, address: "#id"}]\n---\n'),
            (API, "", '---\nkind: team-api\nteam: checkout\ncontacts: [{kind: chat, address: "#pay"}]\n---\n'),
        ],
    ),
    ("AL209", [("teams/checkout/notes/decisions.md", "", "# How we decide\n")]),
    ("AL210", [(CHARTER, '"TODO: what can customers do because of us?"', "Customers pay.")]),
    ("AL211", [("org.md", "", "---\nkind: org\nname: Parcelry\nnorth-star: Anyone can send a parcel.\n---\n")]),
    (
        "AL301",
        [
            ("org.md", "tap.\n", "tap.\n" + OUTCOME),
            (CHARTER, "seconds}", "seconds, supports: [fewer-abandoned-carts]}"),
        ],
    ),
    ("AL302", [(CHARTER, "2027-Q1", "2026-Q4")]),
    ("AL303", [("org.md", "lost}", "lost, status: dropped}")]),
    ("AL305", [("teams/wallet/charter.md", "[fewer-abandoned-carts]", "[{to: checkout/ten-seconds, how: …}]")]),
    ("AL306", [("org.md", "page}", "page, direction: decrease}"), ("teams/trust/charter.md", "14", "4")]),
    ("AL307", [(CHARTER, "slowing", "none")]),
    ("AL308", [(CHARTER, "on-track", "at-risk")]),
    ("AL308", [(CHARTER, "blocking", "none")]),
    ("AL309", [("org.md", "focus: true", "focus: true, owner: head of product")]),
    ("AL310", [(CHARTER, "[fewer-abandoned-carts]", "[{to: fewer-abandoned-carts, how: …}]")]),
    ("AL311", [("org.md", "focus: true", "focus: false")]),
    ("AL401", [(CHARTER, MISSION, MISSION + "guardrails: [card-data]\n")]),
    ("AL401", [(CHARTER, MISSION, MISSION + WAIVED)]),
    ("AL402", [(CHARTER, "[card-data]", "[{id: card-data, evidence: [https://audits.example]}]")]),
    ("AL403", [(CHARTER, "2026-10-31", "2027-01-31")]),
    ("AL403", [(CHARTER, "waivers:\n  - {*}\n", "guardrails: [on-call-rota]\n")]),
    ("AL404", [(CHARTER, "waivers:\n  - {*}\n", "")]),
    ("AL404", [(CHARTER, "guardrails: [card-data]\n", "")]),
    ("AL405", [(CARD_DATA, "servers\n", "servers\nwhy: One leak would end the company.\n")]),
    ("AL405", [(CARD_DATA, "servers\n", "servers\nstatus: archived\n")]),
    ("AL406", [(ROTA, "night.\n", "night.\nlevel: should\n")]),
    ("AL407", [(CHARTER, "approval", "advice")]),
    ("AL408", [("guardrails/signed-models.md", "applies-to", "status: archived\napplies-to")]),
    (
        "AL408",
        [
            ("guardrails/signed-models.md", "[complicated-subsystem]", "[platform, enabling, complicated-subsystem]"),
            (CHARTER, "stream-aligned\n", "platform\nguardrails: [signed-models]\n"),
        ],
    ),
    ("AL409", [(CHARTER, "approved-by: mei", "approved-by: head of operations")]),
    ("AL410", [(CHARTER, "2029-12-31", "2027-04-18")]),
    (
        "AL411",
        [("teams/routing/charter.md", "mission", "type: complicated-subsystem\nguardrails: [signed-models]\nmission")],
    ),
    (
        "AL501",
        [(IDENTITY_API, '"}\n', '"}\ninteractions:\n  - {team: checkout, mode: collaboration, until: 2026-12-31}\n')],
    ),
    ("AL501", [(API, "interactions:\n*}\n", "")]),
    ("AL502", [(API, "2026-10-31", "2026-12-31"), (IDENTITY_API, "2026-10-31", "2026-12-31")]),
    ("AL502", [(API, "interactions:\n*}\n", ""), (IDENTITY_API, "interactions:\n*}\n", "")]),
    ("AL503", [(API, "page.", "page., until: 2026-12-31")]),
    ("AL504", [(API, "hours", 'contacts:\n  - {kind: chat, address: "#checkout"}\nhours')]),
    ("AL505", [("align.toml", "", "[limits]\nteam-size = [5, 14]\n")]),
    ("AL506", [(IDENTITY_API, "owns:\n*}\n", "")]),
    (
        "AL506",
        [(API, "page}", "page, repo: git.example/pay}"), (IDENTITY_API, "page}", "page, repo: git.example/other}")],
    ),
    ("AL507", [(API, "  - {team: tracking*}\n", ""), ("teams/tracking/team-api.md", "interactions:\n*}\n", "")]),
    ("AL509", [(CHARTER, MISSION, MISSION + "communities: [observability]\n")]),
    (
        "AL601",
        [
            (CHARTER, TEN, TEN + "    measures: [{name: What is counted, baseline: 64, target: 10}]\n"),
            ("org.md", "abandoned}", "abandoned, measures: [{name: What is counted, baseline: 64, target: 10}]}"),
        ],
    ),
    ("AL602", [(CHARTER, "target", "baseline: 64, target")]),
    ("AL603", [(CHARTER, "increase", "decrease")]),
    ("AL604", [(CHARTER, "]}", "], measures: [{name: Cards typed twice, baseline: 20, target: 2}]}")]),
    ("AL605", [(CHARTER, "order, ", "order, status: proposed, ")]),
    ("AL606", [(CHARTER, "2026-08-31", "2026-11-20")]),
    ("AL607", [(CHARTER, "on-track", "at-risk")]),
    ("AL607", [(CHARTER, "on-track", "off-track")]),
    ("AL608", [(CHARTER, "missed\n", "missed\n    learning: People read the total twice.\n")]),
    ("AL609", [(CHARTER, "2026-10-31\n", "2026-10-31\n    result: refuted\n    learning: It did not matter.\n")]),
    ("AL609", [(CHARTER, "2026-10-31", "2026-12-31")]),
    ("AL610", [(CHARTER, "name: Payment seconds", "metric: payment-seconds")]),
    ("AL701", [(CHARTER, "2026-05-04", "2026-11-20"), ("org.md", "name", "reviewed: 2026-11-20\nname")]),
    ("AL702", [(CHARTER, "2026-Q3\n", "2026-Q3\n    status: missed\n    learning: People read the total twice.\n")]),
    ("AL702", [(CHARTER, "2026-Q3\n", "2026-Q4\n")]),
    ("AL703", [(CHARTER, "2026-09-14", "2026-09-14, status: refused")]),
    ("AL703", [(CHARTER, "2026-09-14", "2026-09-14, escalated-to: chief of staff")]),
    ("AL901", [("align.toml", "team-sizes", "team-size")]),
    ("AL902", [(CHARTER, "# align*January\n", "")]),
    ("AL903", [(CHARTER, "# align*autumn\n", "")]),
]


def changed(text: str, old: str, new: str) -> str:
    """A text with something else in place of what stands there; a star stands for anything, and what is behind it stays."""
    head, star, tail = old.partition("*")
    if not old or old == "*":
        return new
    assert text.count(head) == 1, (head, text)
    before, _, after = text.partition(head)
    if star:
        assert tail in after, (tail, text)
        after = after.partition(tail)[2]
    return before + new + after


def found(root: Path, files: Mapping[str, str | bytes]) -> dict[tuple[str, tuple[str, ...]], Diagnostic]:
    return {(item.code, item.identity): item for item in check(root, files).diagnostics}


@pytest.mark.parametrize(("code", "changes"), OBEYED, ids=[code for code, _ in OBEYED])
def test_what_the_help_says_makes_it_go(code: str, changes: list[Change], tmp_path: Path) -> None:
    rule = next(rule for rule in RULES if rule.code == code)
    files = {example.path: example.text for example in rule.page.examples("Bad")}
    bad: dict[str, str | bytes] = dict(files) if code == "AL211" else with_org(files)
    good = dict(bad)
    for path, old, new in changes:
        good[path] = changed(str(good.get(path, "")), old, new)
        if not good[path]:
            del good[path]
    before, after = found(tmp_path / "bad", bad), found(tmp_path / "good", good)
    about = {key for key in before if key[0] == code}
    assert about
    assert not [item.message for key, item in after.items() if key in about]
    assert not [
        item.message for key, item in after.items() if key not in before and not is_of_a_new_thing(key, bad, good)
    ]


def is_of_a_new_thing(key: tuple[str, tuple[str, ...]], bad: Mapping[str, object], good: Mapping[str, object]) -> bool:
    """Whether it is advice on a document that is new, or could not be read before."""
    return key[0] in ("AL701", "AL208", "AL304", "AL309", "AL601")
