"""AL305, AL310, AL604: what the words of goals say; heuristics, each with the precision that was measured."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from itertools import combinations

from aligncli.config import Config
from aligncli.diagnostics import Fact, Finding, Related, Severity
from aligncli.model import Goal, Measure, Outcome
from aligncli.rules.base import rule
from aligncli.words import Index, Sayings, is_figure, listed, words, words_of_all
from aligncli.workspace.names import noun
from aligncli.workspace.rings import components
from aligncli.workspace.workspace import Workspace

# --- AL305 -------------------------------------------------------------------------------------------------

_ALIKE = 0.9
"""So much of their words' weight two titles share that say the same."""

_ALIKE_BY_FIGURES = 0.6
"""So much is enough where both move one metric from the same baseline to the same target."""

_FEWEST = 3
"""Fewer words say too little to be the same by more than chance."""

_MOST_TEAMS = 4
"""What more teams say is no slip but a programme."""

_SAME_FIGURES_AT_MOST = 10
"""More goals with the same figures follow a convention."""

_CHAIN_AT_MOST = 30
"""Whoever supports more goals than this may well support one that is like it."""

_TURNING = listed("no not never nobody without less more kein nicht ohne sans jamais")
"""Words that turn what the others say."""

_NARROWING = re.compile(
    r"\b(?:about|across|among|at|during|for|from|in|near|of|on|outside|with|without|am|an|auf|bei|beim|für|im|mit|ohne|"
    r"von|vom|à|au|aux|avec|chez|dans|de|des|du|en|pour|sans|sur|con|para|sin|bij|voor|zonder)\s+"
    r"(?:(?:a|an|the|our|all|every|each|der|die|das|dem|den|allen|jede[mnrs]?|le|la|les|un|une|el|los|las|het)\s+)?\Z",
    re.I,
)

_READ = ("title", "status", "supports", "depends-on", "measures", "set-by", "formerly")


@rule("AL305", "duplicate-goal", Severity.WARNING)
def duplicate_goal(ws: Workspace, config: Config) -> Iterator[Finding]:
    """Two teams with the same goal in other words.

    ## What it checks
    Two open goals of different teams whose periods meet say the same when all the words that count in one title are
    in the other, and next to nothing besides: capitals, endings, order and small words aside, with fewer, less, cut
    and reduce as one word. It takes three such words. Where both move one metric from the same baseline to the same
    target, most of the words are enough.

    Goals that know of each other are left alone: one supports the other, over any number of links, or waits for it,
    or was it formerly; both were set by the organisation; two teams of one group share it word for word. So are
    goals whose figures say that each means its own, goals of five teams and more, which are a programme, and goals
    that both repeat what they support (AL310). Words that more than fifty goals use bring none of them together, and
    what more than ten say in the very same words is taken for a saying.

    On 42 real goals of an open-source project it found nothing, and there was nothing to find.
    On 134 invented goals that it was tuned on, it made 10 findings, 10 of them right, and caught 10 of the 17
    pairs that a reader would name; on 134 that it had not seen, 9, 9 of them right, and 9 of 15.

    ## Why it matters
    Two teams that do the same thing without a word to each other do it twice, or each waits for the other to be
    done. Found in a sentence, it costs a conversation; found in a release, it costs a quarter.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: ten-seconds, title: Returning customers pay within ten seconds, supports: [fewer-abandoned-carts]}
    ---
    ```
    ```markdown teams/wallet/charter.md
    ---
    kind: charter
    team: wallet
    mission: Every way to pay works.
    goals:
      - {id: fast-pay, title: A returning customer has paid in 10 seconds, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: ten-seconds, title: Returning customers pay within ten seconds, supports: [fewer-abandoned-carts]}
    ---
    ```
    ```markdown teams/wallet/charter.md
    ---
    kind: charter
    team: wallet
    mission: Every way to pay works.
    goals:
      - {id: saved-cards, title: Every saved card is accepted the first time, supports: [checkout/ten-seconds]}
    ---
    ```

    ## How to fix
    Talk to the other team. Let one pursue the goal and the other support it: `supports: [{to: team/goal, how: …}]`.
    If each means something of its own, say in the titles what it is.
    """
    place: dict[str, int] = {}
    same: dict[str, list[str]] = defaultdict(list)
    figures: dict[str, str] = {}
    for left, right, figure, *refs in ws.once("AL305", (ws.titles, ws.figures), partial(_candidates, ws)):
        one, other = (ws.goals[ref] for ref in refs)
        if _are_two(ws, one, other):
            same[one.ref].append(other.ref)
            same[other.ref].append(one.ref)
            place[one.ref], place[other.ref] = left, right
            if figure:
                figures[one.ref] = figures[other.ref] = figure
    for group in components(same, same.__getitem__):
        teams = len({ws.goals[ref].team for ref in group})
        if teams > _MOST_TEAMS:
            continue
        members = sorted((ws.goals[ref] for ref in group), key=lambda goal: (_begins(ws, goal), place[goal.ref]))
        *others, goal = members
        own, theirs = words(goal.title), [words(other.title) for other in others]
        shared = [word for word in own if all(word in text for text in theirs)]
        shared = shared or [word for word in own if any(word in text for text in theirs)]
        yield Finding(
            "AL305",
            goal.path,
            f"goal `{goal.ref}` says the same as {_quoted([other.ref for other in others])}: "
            f"{_quoted([own[word] for word in shared])}{figures.get(goal.ref, '')}",
            (*goal.route, "title"),
            label="the same goal twice?",
            help=f"agree who pursues it and let the other one support it (`supports: [{{to: {others[0].ref}, how: …}}]`), "
            "or say in the titles what is different",
            hint="let one support the other",
            related=tuple(Related(other.path, f'"{other.title}"', (*other.route, "title")) for other in others),
            identity=(goal.ref, "title", *sorted(other.ref for other in others)),
            rests_on=(
                *(fact for member in members for fact in _facts(ws, member)),
                # One more, and it would be a programme.
                *((("goals", field) for field in _READ) if teams == _MOST_TEAMS else ()),
            ),
        )


def _candidates(ws: Workspace, _: object) -> Sequence[tuple[int, int, str, str, str]]:
    """What :func:`_alike` gives for all open goals, with their references."""
    awake = {team.id for team in ws.teams.values() if not team.is_archived}
    goals = [goal for goal in ws.open_goals if goal.team in awake]
    return [(left, right, figure, goals[left].ref, goals[right].ref) for left, right, figure in _alike(ws, goals)]


def _index(ws: Workspace, goals: Sequence[Goal]) -> tuple[Sequence[frozenset[str]], Index, Iterable[tuple[int, int]]]:
    """The words of titles, an index of them, and the pairs of titles whose words are alike."""
    if ws.kept is not None:
        titles = [goal.title for goal in goals]
        _, said, index = ws.once("AL305's titles", ws.titles, partial(Sayings.of, titles, _ALIKE))
        return said, index, index.pairs_now()
    said = list(words_of_all(goal.title for goal in goals))
    shares = {word for word in frozenset().union(*said) if word[-1] == "%"}
    once = Index(text - shares for text in said) if shares else Index(said)
    return said, once, once.pairs(_ALIKE)


def _alike(ws: Workspace, goals: Sequence[Goal]) -> Iterator[tuple[int, int, str]]:
    """The pairs of goals whose words, or whose figures and words, are the same; with the figures in words."""
    said, index, pairs = _index(ws, goals)
    for left, right in pairs:
        one, other = goals[left], goals[right]
        if _say_the_same(one, words(one.title), other, words(other.title)):
            yield left, right, ""
    moving: dict[tuple[str, float, float], list[int]] = defaultdict(list)
    names: dict[str, str] = {}
    for number, goal in enumerate(goals):
        for measure in goal.measures:
            if measure.baseline is not None and measure.target is not None:
                metric = _metric(ws, measure)
                names.setdefault(metric, measure.metric or measure.name or "")
                moving[metric, measure.baseline, measure.target].append(number)
    for (metric, baseline, target), numbers in moving.items():
        if 1 < len(numbers) <= _SAME_FIGURES_AT_MOST:
            for left, right in combinations(numbers, 2):
                both = said[left] & said[right]
                if len(both) >= _FEWEST and index.alike(left, right) >= _ALIKE_BY_FIGURES:
                    yield left, right, f", and both move `{names[metric]}` from {baseline:g} to {target:g}"


def _say_the_same(one: Goal, left: Mapping[str, str], other: Goal, right: Mapping[str, str]) -> bool:
    """Whether nothing that one title says beyond the other makes it another goal."""
    both = [word for word in left if word in right]
    if len(both) < _FEWEST or sum(not is_figure(word) for word in both) < 2:
        return False
    shares = [{word for word in text if word[-1] == "%"} for text in (left, right)]
    if all(shares) and shares[0] != shares[1]:
        return False
    more = [word for word in left if word not in right and word not in shares[0]]
    less = [word for word in right if word not in left and word not in shares[1]]
    if more and less:
        return False
    moved = [before for before, after in zip(left, right, strict=False) if before != after]
    if not more and not less and len(moved) == 2 and left.keys() == right.keys() and not _are_neighbours(left, *moved):
        return False
    longer, text = (one.title, left) if more else (other.title, right)
    return not any(
        word in _TURNING or is_figure(word) or _NARROWING.search(longer.partition(text[word])[0])
        for word in more or less
    )


def _are_neighbours(text: Mapping[str, str], one: str, other: str) -> bool:
    order = list(text)
    return abs(order.index(one) - order.index(other)) == 1


def _are_two(ws: Workspace, one: Goal, other: Goal) -> bool:
    """Whether two goals are of two teams that, as far as anybody wrote down, do not know of each other's."""
    if one.team == other.team or (one.set_by == "org" and other.set_by == "org"):
        return False
    group = ws.group_of.get(one.team)
    if group is not None and group == ws.group_of.get(other.team) and one.title.casefold() == other.title.casefold():
        return False  # word for word: somebody gave it to both
    now, then = ws.period(one), ws.period(other)
    if now is not None and then is not None and not now.meets(then):
        return False
    if one.ref in _former(other) or other.ref in _former(one) or _waits(ws, one, other) or _waits(ws, other, one):
        return False
    if _measure_apart(ws, one, other):
        return False
    repeated = _repeated(ws, one)
    if repeated is not None and repeated is _repeated(ws, other):
        return False  # AL310 says so of both
    above, beyond = _above(ws, one), _above(ws, other)
    return above is not None and beyond is not None and one.key not in beyond and other.key not in above


def _former(goal: Goal) -> set[str]:
    return {name if "/" in name else f"{goal.team}/{name}" for name in goal.formerly}


def _waits(ws: Workspace, goal: Goal, other: Goal) -> bool:
    return any(
        waiting.goal is other or (waiting.goal is None and waiting.team.id == other.team)
        for waiting in ws.depends.get(goal.key, ())
    )


def _above(ws: Workspace, goal: Goal) -> set[str] | None:
    """The keys of the goals that a goal supports, over any number of links; nothing when that is not known."""
    found = {goal.key}
    queue = [goal.key]
    for key in queue:
        if key in ws.unknown_supports or len(found) > _CHAIN_AT_MOST:
            return None
        for support in ws.supports.get(key, ()):
            if isinstance(support.target, Goal) and support.target.key not in found:
                found.add(support.target.key)
                queue.append(support.target.key)
    return found


def _measure_apart(ws: Workspace, one: Goal, other: Goal) -> bool:
    """Whether the figures of two goals say that each means something of its own."""
    left = {_metric(ws, measure): measure for measure in one.measures}
    right = {_metric(ws, measure): measure for measure in other.measures}
    both = left.keys() & right.keys()
    if not both:
        return all(measure.metric for measure in (*one.measures, *other.measures)) and bool(left) and bool(right)
    return any(
        _differ(left[name].baseline, right[name].baseline)
        or _differ(left[name].target, right[name].target)
        or (left[name].as_of == right[name].as_of and _differ(left[name].current, right[name].current))
        for name in both
    )


def _differ(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and one != other


def _metric(ws: Workspace, measure: Measure) -> str:
    metric = ws.metric(measure)
    return metric.id if metric is not None else measure.metric or (measure.name or "").casefold()


def _begins(ws: Workspace, goal: Goal) -> date:
    period = ws.period(goal)
    return period.start if period is not None else date.min


def _facts(ws: Workspace, goal: Goal) -> tuple[Fact, ...]:
    return (
        *((goal.key, field) for field in _READ),
        *((support.target.key, "title") for support in ws.supports.get(goal.key, ())),
        *ws.period_facts(goal),
        *((f"team:{goal.team}", field) for field in ("status", "part-of")),
    )


def _quoted(names: Sequence[str]) -> str:
    """Names in backquotes, at most eight."""
    return ", ".join(f"`{name}`" for name in names[:8]) + (" …" if len(names) > 8 else "")


# --- AL310 -------------------------------------------------------------------------------------------------

_REPEATED = 0.75
"""A goal repeats what it supports when it says nothing else, and at least so much of it."""


@rule("AL310", "passed-through-goal", Severity.INFO, local="teams")
def passed_through_goal(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A goal that only repeats what it supports.

    ## What it checks
    The title of an open goal says something beyond the title of the outcome, or of the other team's goal, that it
    supports: it repeats it when all its words are there, capitals, endings, order and small words aside, and are
    three quarters of them or more. A link that says `how` is enough of an answer.

    On 42 real goals of an open-source project it found nothing, and there was nothing to find.
    On 134 invented goals that it was tuned on, it made 6 findings, 6 of them right, and caught 6 of the 8 goals
    that a reader would name; on 134 that it had not seen, 5, 5 of them right, and 5 of 5.

    ## Why it matters
    An outcome says what everybody wants; a goal says what this team will change so that it comes true. A sentence
    that was only handed on leaves the team without a choice of its own, and nobody can see what it will do.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: carts, title: Fewer abandoned carts, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in under ten seconds, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## How to fix
    Ask what the team itself can change, for whom, and how far that goes; that is the goal. Or say in the link how
    it helps: `supports: [{to: outcome, how: …}]`.
    """
    for goal in ws.open_goals:
        target = _repeated(ws, goal)
        if target is None:
            continue
        yield Finding(
            "AL310",
            goal.path,
            f"goal `{goal.ref}` only repeats the {noun(target)} `{target.ref}` that it supports: "
            f"{_quoted(list(words(goal.title).values()))}",
            (*goal.route, "title"),
            label="where is the team's own how?",
            help=f"say what team `{goal.team}` will change so that this comes true, or how it helps: "
            f"`supports: [{{to: {target.ref}, how: …}}]`",
            hint="say what the team itself will change",
            related=(Related(target.path, "said here", (*target.route, "title")),),
            identity=(goal.ref, "title", target.ref),
            rests_on=((goal.key, "title"), (goal.key, "status"), (goal.key, "supports"), (target.key, "title")),
        )


@lru_cache(maxsize=4096)
def _said(title: str) -> Collection[str]:
    """The words of a title that many goals are compared with."""
    return words(title).keys()


def _repeated(ws: Workspace, goal: Goal) -> Goal | Outcome | None:
    """What a goal supports without a word on how, and repeats."""
    said: Collection[str] | None = None
    for support in ws.supports.get(goal.key, ()):
        if support.how or support.is_guess:
            continue
        said = words(goal.title).keys() if said is None else said
        theirs = _said(support.target.title)
        if said and len(theirs) * _REPEATED <= len(said) and all(word in theirs for word in said):
            return support.target
    return None


# --- AL604 -------------------------------------------------------------------------------------------------

_DELIVERING = listed(
    "add build complete create deliver deploy design develop draft finish implement install introduce launch migrate "
    "procure produce prototype publish redesign refactor release replace rewrite ship upgrade write"
)
"""How titles begin that may name something to ship; `set up`, `roll out` and `go live with` are two words."""

_PHRASES = {"set": "up", "roll": "out", "go": "live"}

_ALSO_NOUNS = listed("build complete design finish launch prototype release ship upgrade")
"""Of these, those that may begin a title as a noun: *build times*, *launch customers*, *release notes*."""

_WHATEVER = listed("implement install migrate refactor roll go")
"""Of these, those of which whatever follows is a thing to ship."""

_ARTICLES = listed("a an the our new")

_ARTEFACTS = listed(
    "analyzer api app application archive article assistant automation backend beta board catalogue catalog chart "
    "chatbot client component connector course curriculum dashboard database dataset deck device doc document "
    "documentation editor engine experiment export extension feature form framework frontend gateway guide guideline "
    "handbook hub infrastructure integration interface intranet kit layer library machine manual microservice "
    "migration mode model module mvp newsletter package page paper pipeline plan platform playbook plugin policy "
    "poc portal process product program programme prototype register report repository roadmap runbook schema scheme "
    "script sdk search server service site software specification standard store strategy support system template "
    "terminal test tool toolkit toolset tracker training ui upgrade version video warehouse website widget wiki "
    "wizard workflow workshop"
)
"""Things that can be shipped, as the last word of what is to be delivered."""

_PEOPLE = listed(
    "anybody anyone apprentices children citizens clients colleagues couples crews customers everybody everyone "
    "families folk friends girls boys guests heirs households humans kids men members mothers fathers newcomers nobody "
    "nurses parents passengers patients people persons pupils relatives residents siblings somebody someone staff "
    "students teams tenants them us victims visitors volunteers women youngsters communities companies neighbours "
    "neighbors villages whoever guardians heroes experts adults teens babies infants"
)
_PEOPLE_ENDINGS = ("ers", "ors", "eers", "ists", "ians", "ants", "ents", "ees", "women", "folk", "mates", "wives")
_NO_PEOPLE = listed(
    "adapters assessments banners buffers charters chapters clusters components computers connectors containers "
    "controllers converters counters dividers documents drivers editors elements engines environments errors events "
    "experiments filters folders handlers headers identifiers improvements indicators instruments layers letters "
    "loaders markers meters mirrors modifiers monitors newsletters numbers orders papers parameters parsers payments "
    "plants players pointers posters posts printers processors providers registers requirements routers scanners "
    "segments sensors servers shelters statements stickers towers trackers transformers variants vendors wrappers "
    "agreements appointments deployments investments offers trees fees committees"
)
"""Things that end as words for people do."""

_CHANGING = listed(
    # more, less and otherwise
    "more less fewer faster quicker sooner earlier later longer shorter better cheaper safer easier simpler smaller "
    "larger bigger higher lower deeper closer half twice double halve reduce reduces cut cuts lower raise increase "
    "increases improve improves grow grows help helps let lets enable enables allow allows keep keeps stop stops avoid "
    "avoids prevent prevents save saves speed make makes end ends become becomes bring brings give gives "
    # how well, how soon, how often
    "within under below above least most between before after during until till always never every each any anywhere "
    "daily weekly monthly hourly once again right correct correctly safely safe clean hot fresh punctual legibly "
    "properly reliably reliable quiet time first-time free "
    # for a reason, or for somebody described
    "so that what which who whom whose where when while because without instead rather not no nor can i we you it they "
    "he she"
)
"""Words that say that something changes, how well it goes, or for whom."""

_NO_THING = listed(
    "advantage ambition atmosphere awareness balance base basis bond bonds brand buzz calm "
    "capabilities capability capacity case cases chance chances choice climate cohort community condition conditions "
    "confidence connection connections consensus courage credibility crew culture day demand ecosystem energy "
    "environment excellence experience experiences expertise feeling feelings fitness fluency future generation "
    "goodwill habit habits happiness health home homes impression interest jobs joy knowledge legacy life literacy "
    "lives loyalty market meaning memories memory mindset momentum month morale movement muscle network networks "
    "opportunities opportunity panel partnership partnerships peace pleasure pride prosperity quarter race reach "
    "reasons relationship relationships reputation resilience respect rhythm routine routines safety season self "
    "sense shift skill skills space spaces strength strengths success talent team term trust understanding value "
    "voice wealth week welcome wellbeing wisdom work workforce world year apprenticeships places backlog career careers "
    "change fear field grip half hand hands journey majority nation number organisation organization pair part potential "
    "pressure share society stress tension third touch transformation transition turnaround"
)
"""What can be built or created, but not shipped."""

_EVALUATING = listed(
    "great good best excellent world-class seamless consistent strong stronger healthy healthier safe welcoming "
    "inclusive sustainable positive perfect high-performing thriving vibrant lasting diverse resilient"
)
"""Words that say how good it is to be."""

_BREAKS = listed(
    "about according across against among and around as at based between but by following for from in including inside "
    "into near of off on onto or outside over per through to towards under up using via with"
)
"""Words that end what is to be delivered."""

_FOREIGN = listed(
    "das dem den der des die ein eine einen einer für im mit ohne und von vom zum zur auf bei nach aux avec dans du et "
    "la le les pour un une con del el en las los para y een het met van voor il della"
)
"""Small words of other languages."""

_VERSION = re.compile(r"v?[0-9]+\.[0-9.x]+|v[0-9]+", re.I)
_PUNCTUATION = "\"'“”‘’„()[].,:;!?–—-"
_DEADLINE = re.compile(r"(?:19|20)[0-9]{2}(?:[-/]?[qh][1-4])?|[qh][1-4]|fy[0-9]+", re.I)
_DAILY = listed("deliver release")
"""Of these, those that some teams do every day: *deliver the post*."""
_COUNTING = listed("2 3 4 5 6 7 8 9 two three four five six seven eight nine ten twelve")
"""How many things are to be delivered."""


@rule("AL604", "output-as-goal", Severity.INFO, local="teams")
def output_as_goal(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A goal phrased as something to ship instead of a change for someone.

    ## What it checks
    An open goal does not begin with a word for delivering (build, create, implement, launch, publish, release, roll
    out, ship, write …) and the thing to deliver, and leave it at that. It is fine as soon as the title names people,
    a figure, a reason or a way in which something is to be better, or the goal has a measure with a target. Titles
    in other languages than English are left alone, and so are words that only look like it: release notes, build
    times, launch customers.

    On 42 real goals of an open-source project it made 6 findings, and a reader would agree with all of them.
    On 134 invented goals that it was tuned on, it made 22 findings, 22 of them right, and caught 22 of the 37
    goals that a reader would name; on 134 that it had not seen, 28, 27 of them right, and 27 of 49.

    ## Why it matters
    A thing can be shipped on the day and change nothing. A team that is asked for the change is free to find a
    better way to it, and knows when it may stop.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: card-form, title: Ship the new card form, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: card-form
        title: Customers type their card number once
        supports: [fewer-abandoned-carts]
        initiatives:
          - {title: Ship the new card form, status: doing}
    ---
    ```

    ## How to fix
    Say who can do what then that they can't do now, or add a measure with a target. What is to be delivered can
    stand under `initiatives`.
    """
    for goal in ws.open_goals:
        if any(measure.target is not None for measure in goal.measures):
            continue
        delivery = _delivery(goal.title)
        if not delivery:
            continue
        yield Finding(
            "AL604",
            goal.path,
            f"goal `{goal.ref}` names something to deliver (`{delivery}`), and nobody for whom something changes",
            (*goal.route, "title"),
            label="what changes, and for whom?",
            help="say who can do what then that they can't do now, or add a measure with a target; the delivery itself "
            "can stand under `initiatives`",
            hint="say what changes, and for whom",
            identity=(goal.ref, "title", "output"),
            rests_on=((goal.key, "title"), (goal.key, "status"), (goal.key, "measures")),
        )


def _delivery(title: str) -> str:
    """The words of a title that name something to ship, where it says nothing else that counts."""
    verb = title.lstrip().partition(" ")[0].casefold()
    if verb not in _DELIVERING and verb not in _PHRASES:
        return ""
    written = [word for part in title.split() if (word := part.strip(_PUNCTUATION))]
    said = [word.casefold().replace("’", "'") for word in written]
    begins = 1
    if verb in _PHRASES:
        if said[1:2] != [_PHRASES[verb]]:
            return ""
        begins = 3 if verb == "go" and said[2:3] in (["with"], ["on"]) else 2
    rest = said[begins:]
    if not rest or any(map(_says_more, rest)):
        return ""
    counted = 1 if rest[0] in _COUNTING or rest[0].isdecimal() else 0  # three papers are no measure
    if any(map(_measures, rest[counted:])):
        return ""
    end = next((number for number, word in enumerate(rest) if word in _BREAKS), len(rest))
    if verb == "migrate" and rest[0] in ("to", "from", "off", "away"):
        return " ".join(written)
    thing = rest[:end]
    if not thing or thing[-1] in _NO_THING:
        return ""
    shown = " ".join(written[: begins + end])
    if verb in _WHATEVER or (thing[0] in _ARTICLES and verb not in _DAILY):
        return shown
    named = "new" in thing or _is_artefact(thing[-1]) or any(map(_VERSION.fullmatch, thing))
    if verb in _ALSO_NOUNS and thing[0] not in _ARTICLES:
        named = named and end == len(rest) > 1
    return shown if named else ""


def _measures(word: str) -> bool:
    """Whether a word is a figure that may measure something: no version and no year or quarter."""
    return word[0].isdecimal() and not _VERSION.fullmatch(word) and not _DEADLINE.fullmatch(word)


def _says_more(word: str) -> bool:
    """Whether a word speaks of people, of a change, or another language than English."""
    if word in _CHANGING or word in _PEOPLE or word in _FOREIGN or word in _EVALUATING or "%" in word:
        return True
    plain = word.removesuffix("'s").removesuffix("'")
    return (
        plain in _PEOPLE
        or word.endswith(("less", "-free"))
        or word[0] in "£$€"
        or (plain.endswith(_PEOPLE_ENDINGS) and plain not in _NO_PEOPLE)
    )


def _is_artefact(word: str) -> bool:
    return word in _ARTEFACTS or word.removesuffix("s") in _ARTEFACTS or word.removesuffix("ies") + "y" in _ARTEFACTS
