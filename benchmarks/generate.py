"""Writes an organisation of N teams: ``python benchmarks/generate.py N OUT [--mistakes PERCENT]``.

Each team has a charter and a Team API of realistic size (1 to 2 KB each); there is one outcome for every 25
teams, in three levels, and a dozen guardrails with scopes. With six teams or more, so that there is one of every type,
it passes the check; ``--mistakes`` spoils a share of its documents as people do. The same arguments give
the same bytes.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mistakes import Spoiler

TYPES = ("stream-aligned", "stream-aligned", "stream-aligned", "platform", "enabling", "complicated-subsystem")
WHO = (
    "Returning customers", "New senders", "Couriers", "Shop owners", "Night drivers", "Support agents", "Carriers",
    "Farmers", "Booksellers", "Pharmacists", "Grandparents", "Students", "Florists", "Island families", "Bakers",
    "Depot crews", "Customs officers", "Musicians", "Repairers", "Receptionists", "Neighbours", "Buyers", "Collectors",
)  # fmt: skip
WHAT = (
    "pay", "find their parcel", "change an address", "answer a question", "plan a route", "see a price",
    "settle a claim", "print a label", "book a van", "weigh a crate", "return a coat", "choose a locker",
    "insure a painting", "track a pallet", "cancel an order", "report damage", "sign for a letter", "hire a trolley",
    "reach a human", "load a trailer", "check a receipt", "reserve a slot", "pack glass", "share a doorstep photo",
    "post medicine", "split a bill", "declare goods", "name a neighbour", "swap a shift", "refuse a delivery",
    "collect stamps",
)  # fmt: skip
HOW = (
    "in one step", "without calling anybody", "within ten seconds", "before breakfast", "from any phone",
    "on the first try", "without a password", "in their own language", "at the kitchen table", "with gloves on",
    "while it rains", "without paper", "during lunch", "by voice", "with one hand", "in the dark", "after midnight",
    "without an account", "from the cab", "in plain words", "at half the cost", "on a Sunday", "without queuing",
    "offline",
)  # fmt: skip
FIRST = (
    "Ald", "Bram", "Cor", "Dun", "Esk", "Fal", "Gal", "Har", "Inver", "Jed",
    "Kel", "Lang", "Mar", "Nor", "Oak", "Pen", "Quern", "Ros", "Stan", "Thorn",
    "Ul", "Ver", "Wick", "Yar",
)  # fmt: skip
LAST = (
    "beck", "borough", "bridge", "burn", "by", "cliff", "combe", "cross", "dale", "field",
    "ford", "gate", "ham", "haven", "hurst", "ley", "mere", "mouth", "ness", "port",
    "ridge", "stead", "thorpe", "ton", "wall", "water", "wick", "wood", "worth",
)  # fmt: skip
WORDS = [
    "we", "keep", "what", "works", "and", "change", "what", "does", "not", "because", "people", "wait", "at", "the",
    "other", "end", "and", "a", "day", "is", "long", "for", "them", "so", "every", "week", "we", "look", "at",
    "three", "of", "their", "stories", "and", "ask", "what", "we", "could", "have", "done", "sooner", "before", "we",
    "plan", "anything", "new",
]  # fmt: skip


def prose(chance: random.Random, sentences: int) -> str:
    """Some sentences."""
    lines = []
    for _ in range(sentences):
        words = [chance.choice(WORDS) for _ in range(chance.randint(8, 18))]
        lines.append(" ".join(words).capitalize() + ".")
    return "\n".join(lines)


def title(number: int) -> str:
    """The title of a goal; no two say the same, and words are as rare as names of places are."""
    number *= 7_360_351  # the golden section of all there are, so that neighbours share no more words than strangers
    number, first = divmod(number, len(FIRST))
    number, last = divmod(number, len(LAST))
    number, who = divmod(number, len(WHO))
    number, what = divmod(number, len(WHAT))
    return f"{WHO[who]} in {FIRST[first]}{LAST[last]} {WHAT[what]} {HOW[number % len(HOW)]}"


def outcome_ids(teams: int) -> list[str]:
    """One for every 25 teams, at least three."""
    return [f"outcome-{number}" for number in range(max(3, teams // 25))]


def lowest(ids: list[str]) -> list[str]:
    """The outcomes that goals serve: those below the first two levels."""
    return ids[max(2, len(ids) * 4 // 10) :] or ids


def org(teams: int) -> str:
    """The organisation with its metrics; outcomes and guardrails stand apart."""
    metrics = "".join(
        f"  - {{id: metric-{number}, name: Measure number {number}, unit: seconds, direction: decrease}}\n"
        for number in range(max(5, teams // 50))
    )
    return (
        "---\nkind: org\nname: Parcelry\nnorth-star: Anyone can send a parcel anywhere with one tap.\n"
        f"period: 2026\nowner: founders\nreviewed: 2026-10-01\nmetrics:\n{metrics}---\n# Parcelry\n"
    )


def outcome(number: int, ids: list[str], chance: random.Random) -> str:
    """The first tenth serves the north star, the next three tenths serve those, the rest serve these."""
    top, middle = max(1, len(ids) // 10), max(2, len(ids) * 4 // 10)
    parent = "" if number < top else ids[number % top] if number < middle else ids[top + number % (middle - top)]
    supports = f"supports:\n  - {{to: {parent}, how: It takes away what stands in its way.}}\n" if parent else ""
    return (
        f"---\nkind: outcome\nid: {ids[number]}\ntitle: {chance.choice(WHO)} wait no more than {number + 2} minutes\n"
        f"owner: head of area {number % 7}\nreviewed: 2026-10-12\n{supports}"
        f"measures:\n  - {{name: Share of people, unit: percent, baseline: 20, target: 60, current: 41, as-of: 2026-11-02}}\n"
        f"---\n{prose(chance, 4)}\n"
    )


def guardrails() -> dict[str, str]:
    """A dozen, for everybody or by type."""
    files = {}
    for number in range(12):
        name = f"guardrail-{number}"
        kind = ("platform", "stream-aligned", "enabling", "complicated-subsystem")[number % 4]
        scope = "" if number < 4 else f"applies-to: {{types: [{kind}]}}\n"
        enforcement = "automated\nautomation: the build" if number % 3 == 2 else "attested"
        files[f"guardrails/{name}.md"] = (
            f"---\nkind: guardrail\nid: {name}\ntitle: What everybody keeps, number {number}\nwhy: Somebody was hurt once.\n"
            f"level: {'must' if number % 2 else 'should'}\ncategory: security\nowner: security guild\n{scope}"
            f"enforcement: {enforcement}\nreviewed: 2026-09-20\n---\nHow to keep it.\n"
        )
    return files


def declared(kind: str) -> list[str]:
    """The guardrails that a team of a type has to declare."""
    kinds = ("platform", "stream-aligned", "enabling", "complicated-subsystem")
    return [
        f"guardrail-{number}" for number in range(12) if number % 3 != 2 and (number < 4 or kinds[number % 4] == kind)
    ]


def charter(number: int, teams: int, leaves: list[str], chance: random.Random) -> str:
    """A charter with two to four goals."""
    kind = TYPES[number % len(TYPES)]
    goals = []
    for index in range(chance.randint(2, 4)):
        serves = leaves[(number + index * 7) % len(leaves)]
        baseline = chance.randint(50, 90)
        waits = ""
        if number > 0 and index == 0:
            other = number - 1 - chance.randrange(min(number, 20))
            waits = f"    depends-on:\n      - {{to: team-{other}, what: An answer in time, impact: none}}\n"
        goals.append(
            f"  - id: goal-{index}\n"
            f"    title: {title(number * 4 + index)}\n"
            f"    supports:\n      - to: {serves}\n        how: Every second one gives up at this point.\n"
            f"    period: 2026-Q4\n    status: on-track\n    set-by: team\n"
            f"    measures:\n      - {{metric: metric-{number % max(5, teams // 50)}, baseline: {baseline}, target: 10, "
            f"current: {baseline // 2}, as-of: 2026-11-10}}\n{waits}"
        )
    rules = "".join(f"  - {name}\n" for name in declared(kind))
    return (
        f"---\nkind: charter\nteam: team-{number}\nname: Team {number}\ntype: {kind}\n"
        f"mission: {chance.choice(WHO)} {chance.choice(WHAT)} {chance.choice(HOW)}.\nlead: engineering lead\nsize: {chance.randint(5, 9)}\n"
        f"reviewed: 2026-10-05\ngoals:\n{''.join(goals)}guardrails:\n{rules}"
        f"decisions:\n  - {{area: payment provider, authority: advice, with: [finance]}}\n---\n"
        f"# Team {number}\n\n{prose(chance, 5)}\n\nHow we decide stands in [our Team API](team-api.md).\n"
    )


def team_api(number: int, teams: int, chance: random.Random) -> str:
    """A Team API with two services and two agreed interactions with the neighbours in a ring of pairs."""
    partner = number ^ 1
    role = ""
    interactions = ""
    if partner < teams:
        interactions = (
            f"interactions:\n  - team: team-{partner}\n    mode: collaboration\n    purpose: Learn what slows senders down.{role}\n"
            f"    since: 2026-10-01\n    until: 2027-01-31\n"
        )
    return (
        f"---\nkind: team-api\nteam: team-{number}\nreviewed: 2026-10-05\n"
        f'contacts:\n  - {{kind: chat, address: "#team-{number}", for: anything, response-time: one working day}}\n'
        f"  - {{kind: mail, address: team-{number}@parcelry.example, for: reports}}\nhours: '09:00 to 17:00'\n"
        f"meetings:\n  - {{name: Open hour, when: Tuesdays at ten}}\n"
        f"services:\n  - id: lookup\n    name: Look-up of number {number}\n    description: {prose(chance, 1)}\n"
        f"    url: https://team-{number}.parcelry.example/lookup\n    versioning: semantic\n    status: live\n"
        f"  - id: events\n    name: Events of number {number}\n    slo: 99.9 percent a month\n    status: planned\n"
        f"owns:\n  - {{name: lookup-{number}, repo: parcelry/lookup-{number}, contribution: open, on-call: rota-{number}}}\n"
        f"{interactions}practices:\n  - name: Reads three stories of customers a week\n---\n"
        f"# Working with Team {number}\n\n{prose(chance, 4)}\n"
    )


def files(teams: int) -> Iterator[tuple[str, str]]:
    """The paths and texts of an organisation, one after the other: the largest does not fit in memory."""
    chance = random.Random(teams)
    ids = outcome_ids(teams)
    leaves = lowest(ids)
    yield "align.toml", "format = 1\n"
    yield "org.md", org(teams)
    yield from guardrails().items()
    for number, name in enumerate(ids):
        yield f"outcomes/{name}.md", outcome(number, ids, chance)
    for number in range(teams):
        yield f"teams/team-{number}/charter.md", charter(number, teams, leaves, chance)
        yield f"teams/team-{number}/team-api.md", team_api(number, teams, chance)


def generate(teams: int, out: Path, mistakes: float = 0) -> tuple[int, Counter[str]]:
    """Writes an organisation.

    Args:
        teams: how many it has.
        out: the folder.
        mistakes: how many percent of its documents have one.

    Returns:
        How many documents it has, and how many mistakes were made for each rule.
    """
    spoiler = Spoiler(f"{teams} teams", mistakes)
    documents = 0
    folder = None
    for path, text in files(teams):
        place = out / path
        if place.parent != folder:
            folder = place.parent
            folder.mkdir(parents=True, exist_ok=True)
        if path.endswith(".md"):
            text = spoiler.spoil(text)
            documents += 1
        with place.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
    return documents, spoiler.made


def main() -> None:
    """Reads the command line, writes, and says what."""
    parser = argparse.ArgumentParser(description="Writes an organisation of any size.")
    parser.add_argument("teams", type=int, help="how many teams; there are twice as many documents, and some")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mistakes", type=float, default=0, metavar="PERCENT", help="of the documents that have one")
    options = parser.parse_args()
    documents, made = generate(options.teams, options.folder, options.mistakes)
    print(f"{documents} documents")
    for code, count in sorted(made.items()):
        print(f"{code} {count}")


if __name__ == "__main__":
    main()
