"""AL6xx: do the figures say what the goals say?"""

from __future__ import annotations

from collections.abc import Iterator

from aligncli.config import Config
from aligncli.diagnostics import Fact, Finding, Related, Severity
from aligncli.model import Contradiction, Experiment, Goal, Measure, Outcome, Period, contradiction, direction
from aligncli.model import progress as progress_of
from aligncli.model import reached as reached_by
from aligncli.rules.base import days, quoted, rule
from aligncli.workspace.names import id_route, named
from aligncli.workspace.workspace import Measuring, Workspace

_TOO_EARLY = 1 / 3
"""Before this share of a period is over, nothing is said about its straight line."""
_FAR_BEHIND = 1 / 2
"""Progress below this share of what the straight line asks for is far behind it."""


def _words(used: Measuring) -> str:
    """A measure in a sentence."""
    return f"measure `{quoted(used.measure.label)}` of {named(used.owner)}"


def _identity(used: Measuring) -> tuple[str, ...]:
    return (used.owner.ref, used.owner.noun, "measures", used.measure.label)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.10g}"


def _percent(share: float) -> str:
    return f"{min(9.99, share):.0%}"


@rule("AL601", "unmeasured-goal", Severity.INFO, local="teams")
def unmeasured_goal(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A current goal or an active outcome without a measure.

    ## What it checks
    A current goal and an active outcome have at least one entry under `measures`. It is advice, and a warning for
    an outcome in focus. What is past its period is AL702's matter.

    ## Why it matters
    Without a number nobody can tell whether they got there, and the talk is about how busy everybody was. A team
    that measures itself needs nobody else to tell it how it is doing.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
    ---
    ```

    ## Good
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - id: fewer-abandoned-carts
        title: Fewer carts are abandoned
        measures:
          - {name: Carts that are never paid, unit: "%", baseline: 48, target: 30}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        measures:
          - {name: Time to pay, unit: seconds, baseline: 64, target: 10}
    ---
    ```

    ## How to fix
    Add `measures:` with the number that would move if you succeeded. Where there is none, a yes or no counted by
    hand will do: `{name: Villages with a timetable, baseline: 0, target: 4}`.
    """
    for thing in ws.due:
        if thing.measures or (isinstance(thing, Outcome) and thing.status != "active"):
            continue
        in_focus = isinstance(thing, Outcome) and thing.focus
        yield Finding(
            "AL601",
            thing.path,
            f"{named(thing)} has no measure" + (", although it is in focus" if in_focus else ""),
            (*thing.route, "id"),
            label="how would you know?",
            help="add a number that shows it: "
            + f"`measures: [{{{'metric: id' if ws.metrics else 'name: What is counted'}, baseline: 64, target: 10}}]`",
            hint="add measures",
            severity=Severity.WARNING if in_focus else None,
            identity=(thing.ref, thing.noun, "measures"),
            rests_on=(
                (thing.key, "measures"),
                (thing.key, "status"),
                *(((thing.key, "focus"),) if isinstance(thing, Outcome) else ()),
                *ws.period_facts(thing),
            ),
        )


@rule("AL602", "measure-without-baseline", Severity.INFO, local="teams")
def measure_without_baseline(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A target with nothing to compare it with.

    ## What it checks
    A measure of a current goal or a live outcome that has a `target` has a `baseline` as well. A measure that is
    kept above or below a line needs none.

    ## Why it matters
    Ten seconds may be a triumph or where you have been all year. Progress is the way from where you started, and
    without a start there is none to show.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        measures:
          - {name: Time to pay, unit: seconds, target: 10}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        measures:
          - {name: Time to pay, unit: seconds, baseline: 64, target: 10}
          - {name: Payments that succeed, unit: "%", direction: keep-above, target: 99}
    ---
    ```

    ## How to fix
    Add `baseline:` with the number on the day you started. If nobody knows it, measuring it is the first step. If
    it is a line to hold, say so: `direction: keep-above` or `keep-below`.
    """
    for thing in ws.due:
        for used in ws.measuring(thing):
            measure = used.measure
            if measure.target is None or measure.baseline is not None or contradiction(measure, used.metric):
                continue
            if direction(measure, used.metric) in ("keep-above", "keep-below"):
                continue
            yield Finding(
                "AL602",
                thing.path,
                f"{_words(used)} has a target and no baseline",
                (*used.route, "target"),
                label="compared with what?",
                help="add `baseline:` with the number on the day you started",
                hint="add baseline",
                identity=(*_identity(used), "baseline"),
                rests_on=(*used.facts, *ws.period_facts(thing)),
            )


@rule("AL603", "contradictory-measure", Severity.ERROR, local="metrics")
def contradictory_measure(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A measure that contradicts itself or its metric.

    ## What it checks
    For every open goal, live outcome and pending experiment: a measure names a `metric` or has a `name` of its
    own, not both; it has no other direction than its metric; and its target lies on the better side of its
    baseline, and is not the same number (unless it is kept above or below a line). Where all the measures that
    use a metric go against its direction, it is the metric that is reported, once.

    ## Why it matters
    A direction the wrong way round turns good news into bad. Everybody who looks at the number, the team first,
    would draw the wrong conclusion from it.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        measures:
          - {name: Time to pay, unit: seconds, direction: increase, baseline: 64, target: 10}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        measures:
          - {name: Time to pay, unit: seconds, direction: decrease, baseline: 64, target: 10}
    ---
    ```

    ## How to fix
    Correct the one that is wrong. A direction is only needed where baseline and target do not tell it, and the
    metric's own always counts.
    """
    wrong: list[tuple[Measuring, Contradiction]] = []
    against: dict[str, list[Measuring]] = {}
    agreed: set[str] = set()
    for used in ws.watched_measures:
        fault = contradiction(used.measure, used.metric)
        if fault is not None:
            wrong.append((used, fault))
        if used.metric is not None and used.metric.direction and fault != "two names":
            if _goes_against(used.measure, used.metric.direction):
                if ws.is_known(used.facts):
                    against.setdefault(used.metric.id, []).append(used)
            elif used.measure.direction or (used.measure.baseline is not None and used.measure.target is not None):
                agreed.add(used.metric.id)
    doubtful = {metric: uses for metric, uses in against.items() if metric not in agreed and len(uses) > 1}
    for metric_id, uses in doubtful.items():
        metric = ws.metrics[metric_id]
        yield Finding(
            "AL603",
            metric.path,
            f"metric `{metric_id}` has the direction `{metric.direction}`, and the {len(uses)} measures that use it "
            "go another way",
            (*metric.route, "direction"),
            label="nobody goes this way",
            help="correct the direction of the metric; or, if it is right, those measures",
            related=tuple(
                Related(
                    used.owner.path,
                    named(used.owner),
                    (*used.route, "direction" if used.measure.direction else "target"),
                )
                for used in uses[:3]
            ),
            identity=(metric_id, "metric", "direction"),
            rests_on=((metric.key, "direction"),),
        )
    for used, fault in wrong:
        if used.metric is None or used.metric.id not in doubtful or fault not in ("two directions", "wrong side"):
            yield _contradiction(used, fault)


def _goes_against(measure: Measure, way: str) -> bool:
    """Whether a measure's figures, or else its own direction, go another way than its metric."""
    if measure.baseline is not None and measure.target is not None and way in ("increase", "decrease"):
        return measure.target < measure.baseline if way == "increase" else measure.target > measure.baseline
    return measure.direction is not None and measure.direction != way


def _contradiction(used: Measuring, fault: Contradiction) -> Finding:
    """What is wrong with a measure, at the value that is most probably the slip."""
    measure, metric = used.measure, used.metric
    way = direction(measure, metric)
    figures = measure.baseline, measure.target
    by_metric = metric is not None and bool(metric.direction)
    field = "target"
    related: tuple[Related, ...] = ()
    if metric is not None and metric.direction:
        related = (Related(metric.path, f"metric `{metric.id}`", (*metric.route, "direction")),)
    if fault == "two names":
        field, hint = "name", "remove name or metric"
        message = f"{_words(used)} has a `name` as well as a `metric`"
        label = "named twice"
        help_ = "remove `name`; or remove `metric`, if it is not what is measured"
        related = (Related(used.owner.path, "the metric", (*used.route, "metric")),)
    elif fault == "two directions":
        field, hint = "direction", "remove direction"
        message = f"{_words(used)} has the direction `{measure.direction}`, and its metric has `{way}`"
        label = "the metric says otherwise"
        help_ = "remove `direction`: the metric's own counts; if different teams need different ones, remove it there"
    elif fault == "no change":
        message = f"{_words(used)} has {_number(measure.target or 0.0)} as its baseline and as its target"
        label, hint = "nothing would change", "correct target"
        keep = "keep-below" if way == "decrease" else "keep-above" if way else "keep-above` or `keep-below"
        help_ = f"correct `target`; to hold a line, write `direction: {keep}`" + (
            ", and remove the direction of the metric" if by_metric else ""
        )
    else:
        change = f"from {_number(measure.baseline or 0.0)} to {_number(measure.target or 0.0)}"
        other = "decrease" if way == "increase" else "increase"
        message = f"{_words(used)} goes {change}, and its direction is `{way}`"
        if by_metric:
            message = f"{_words(used)} goes {change}, and the direction of its metric is `{way}`"
            label, hint = "on the wrong side", "correct target"
            help_ = "correct `target`, or swap it with `baseline`; if it is the metric that is wrong, correct it there"
        else:
            field, label, hint = "direction", "the figures say otherwise", other
            help_ = f"write `direction: {other}`, or correct `target`"
            related = (Related(used.owner.path, change, (*used.route, "target")),)
    return Finding(
        "AL603",
        used.owner.path,
        message,
        (*used.route, field),
        label=label,
        help=help_,
        hint=hint,
        related=related,
        identity=(*_identity(used), fault, *(_number(figure) for figure in figures if figure is not None)),
        rests_on=used.facts,
    )


@rule("AL605", "too-many-goals", Severity.INFO, local="teams")
def too_many_goals(ws: Workspace, config: Config) -> Iterator[Finding]:
    """More current goals than a team can look after.

    ## What it checks
    A team has at most as many current goals as the limit in the configuration (5), those in its charter and in
    its goals documents together. Proposed and closed goals do not count, nor those for another time.

    ## Why it matters
    What a team does not choose, chance chooses for it. Few goals let everybody in the team decide by themselves,
    because all of them know what comes first.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [fewer-abandoned-carts]}
      - {id: guests-pay, title: Guests pay in twenty seconds, supports: [fewer-abandoned-carts]}
      - {id: no-address, title: Nobody types an address, supports: [fewer-abandoned-carts]}
      - {id: one-price, title: The price never changes on the last page, supports: [fewer-abandoned-carts]}
      - {id: calm-errors, title: A declined card ends in a payment, supports: [fewer-abandoned-carts]}
      - {id: gifts, title: A gift needs no second order, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [fewer-abandoned-carts]}
      - {id: guests-pay, title: Guests pay in twenty seconds, supports: [fewer-abandoned-carts]}
      - {id: gifts, title: A gift needs no second order, supports: [fewer-abandoned-carts], status: proposed}
    ---
    ```

    ## How to fix
    Choose. What can wait goes to `status: proposed` or gets a later `period`; what is over gets closed. If all of
    it is needed at once, that is a talk with those who steer.
    """
    limit = config.limits.open_goals
    for team in ws.teams.values():
        goals = ws.goals_of.get(team.id, ())
        if len(goals) <= limit or team.is_archived:
            continue
        current = [goal for goal in goals if ws.is_current(goal)]
        if len(current) > limit:
            yield Finding(
                "AL605",
                team.path,
                f"team `{team.id}` has {len(current)} current goal{'s' if len(current) > 1 else ''}, and the limit is {limit}",
                ("team",),
                label=f"{len(current)} goal{'s' if len(current) > 1 else ''} at once",
                help="choose: set what can wait to `status: proposed`, or give it a later `period`",
                identity=(team.id, "team", "goals"),
                rests_on=(
                    (team.key, "status"),
                    *(fact for goal in current for fact in ((goal.key, "status"), *ws.period_facts(goal))),
                ),
            )


@rule("AL606", "stale-measure", Severity.WARNING, local="teams")
def stale_measure(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A current value that was read long ago.

    ## What it checks
    The `as-of` of a measure is not older than the limit in the configuration (45 days), for current goals and for
    live outcomes whose period holds today. A measure without `as-of` is left alone.

    ## Why it matters
    A number is only worth steering by while it is fresh. An old one that looks current is worse than none: people
    trust it.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        measures:
          - {name: Time to pay, unit: seconds, baseline: 64, target: 10, current: 31, as-of: 2026-08-31}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        measures:
          - {name: Time to pay, unit: seconds, baseline: 64, target: 10, current: 31, as-of: 2026-11-10}
    ---
    ```

    ## How to fix
    Read the number again and write `current` and `as-of`. If nobody wants to know it any more, choose another
    measure.
    """
    limit = config.limits.measure_days
    for thing in ws.due:
        for used in ws.measuring(thing):
            age = _age(ws, used.measure)
            if age is None or age <= limit:
                continue
            period = ws.period(thing)
            if period is not None and not period.holds(ws.as_of):
                continue
            yield Finding(
                "AL606",
                thing.path,
                f"{_words(used)} was last read {days(age)} ago",
                (*used.route, "as-of"),
                label=f"{days(age)} ago",
                help=f"read it again, and write `current` and `as-of: {ws.as_of}`",
                hint="update current and as-of",
                identity=(*_identity(used), "as-of", str(used.measure.as_of)),
                rests_on=(*used.facts, *ws.period_facts(thing)),
            )


def _age(ws: Workspace, measure: Measure) -> int | None:
    """How many days ago the current value was read, where both are stated."""
    if measure.current is None or measure.as_of is None:
        return None
    return (ws.as_of - measure.as_of).days


@rule("AL607", "status-against-measure", Severity.INFO, local="teams")
def status_against_measure(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A status that the goal's own measures do not bear out.

    ## What it checks
    A current goal that is on track (which it is unless it says otherwise) is not far behind: once a third of its
    period is over, every measure has come at least half as far as a straight line from the period's first day to
    its last asks for on the day it was read; and what is kept above or below a line is on the right side of it.
    Only the measure that is furthest behind is reported, and a value that is out of date is AL606 alone. As a
    warning: a goal or an outcome that is `achieved`, and a measure that is short of its target.

    ## Why it matters
    Nobody gets better help than a team that says early that it is stuck. A green status over red numbers costs
    the weeks in which others could still have helped.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        period: 2026-Q4
        status: on-track
        measures:
          - {name: Time to pay, unit: seconds, baseline: 64, target: 10, current: 60, as-of: 2026-11-16}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        period: 2026-Q4
        status: at-risk
        measures:
          - {name: Time to pay, unit: seconds, baseline: 64, target: 10, current: 60, as-of: 2026-11-16}
    ---
    ```

    ## How to fix
    Set `status: at-risk` or `off-track` and say what would help; or update the number. What ended short of its
    target was `missed`, and what it taught is worth as much.
    """
    for thing in ws.due:
        if thing.measures and isinstance(thing, Goal) and thing.status == "on-track":
            behind = _furthest_behind(ws, thing, config.limits.measure_days)
            if behind is not None:
                yield behind
    for thing in ws.achieved:
        for used in _short(ws, thing):
            measure = used.measure
            current, target = _number(measure.current or 0.0), _number(measure.target or 0.0)
            yield Finding(
                "AL607",
                thing.path,
                f"{named(thing)} is `achieved`, and `{quoted(measure.label)}` stands at {current} against a target of "
                f"{target}",
                (*thing.route, "status"),
                label="the figures say otherwise",
                help="update `current`, or set `status: missed` and say under `learning` what it taught"
                if isinstance(thing, Goal)
                else "update `current`, or set `status: active` until it is reached, or `dropped`",
                hint="update current, or correct status",
                related=(Related(thing.path, f"short of {target}", (*used.route, "current")),),
                severity=Severity.WARNING,
                identity=(thing.ref, thing.noun, "status", "achieved"),
                rests_on=used.facts,
            )
            break


def _short(ws: Workspace, thing: Goal | Outcome) -> Iterator[Measuring]:
    """The measures that contradict the status of what is achieved."""
    if thing.measures and thing.status == "achieved":
        for used in ws.measuring(thing):
            if not contradiction(used.measure, used.metric) and reached_by(used.measure, used.metric) is False:
                yield used


def _furthest_behind(ws: Workspace, goal: Goal, limit: int) -> Finding | None:
    found: list[tuple[float, Measuring, str, str]] = []  # its part of what the line asks for; what to say
    for used in ws.measuring(goal):
        measure = used.measure
        progress = progress_of(measure, used.metric)
        if progress is None or progress >= _FAR_BEHIND:
            continue  # whoever has come half the way is never far behind a straight line
        if contradiction(measure, used.metric) or (_age(ws, measure) or 0) > limit:
            continue
        if direction(measure, used.metric) in ("keep-above", "keep-below"):
            if progress < 1:
                side = str(direction(measure, used.metric)).replace("keep-", "stay ")
                figures = f"{_number(measure.current or 0.0)}, and should {side} {_number(measure.target or 0.0)}"
                found.append((0.0, used, f"{_name(measure)} is {figures}", "on the wrong side"))
        elif (period := ws.period(goal)) is not None:
            line = _straight_line(ws, period, measure)
            if line >= _TOO_EARLY and progress < line * _FAR_BEHIND:
                share = _percent(abs(progress))
                back = progress < 0 and share != "0%"
                way = f"{share} the wrong way" if back else f"{share} of the way"
                claim = f"{_name(measure)} has {'gone' if back else 'come'} {way}, where a straight line would be at {_percent(line)}"
                found.append((progress / line, used, claim, way))
    if not found:
        return None
    _, worst, claim, label = min(found, key=lambda behind: behind[0])
    return Finding(
        "AL607",
        goal.path,
        f"{named(goal)} is on track, and {claim}",
        (*worst.route, "current"),
        label=label,
        help="set `status: at-risk` or `off-track`, or update `current`",
        hint="correct status, or update current",
        related=(Related(goal.path, "counts as on track", id_route(goal)),),
        identity=(goal.ref, goal.noun, "status", "on-track"),
        rests_on=(*worst.facts, *ws.period_facts(goal)),
    )


def _name(measure: Measure) -> str:
    return f"`{quoted(measure.label)}`"


def _straight_line(ws: Workspace, period: Period, measure: Measure) -> float:
    """Which share of a period is over on the day on which a measure was read, that day included."""
    day = min(measure.as_of or ws.as_of, ws.as_of, period.end)
    return ((day - period.start).days + 1) / ((period.end - period.start).days + 1)


@rule("AL608", "ended-without-learning", Severity.INFO, local="teams")
def ended_without_learning(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A goal or an experiment that ended, and nothing is written down of what it taught.

    ## What it checks
    A goal that is `achieved`, `missed` or `dropped`, and an experiment that is `supported` or `refuted`, has a
    `learning`. Whether a goal that is short of its target was achieved at all, AL607 asks first.

    ## Why it matters
    The next team will try the same thing. One sentence saves it the season that yours has spent on finding out.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        status: missed
      - {id: guests-pay, title: Guests pay in twenty seconds, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        status: missed
        learning: People read the total twice before they pay, and they should.
      - {id: guests-pay, title: Guests pay in twenty seconds, supports: [fewer-abandoned-carts]}
    ---
    ```

    ## How to fix
    Add `learning:` with what you know now and did not know when you began.
    """
    for goal in ws.ended_goals:
        if not goal.learning and not any(_short(ws, goal)):
            facts: tuple[Fact, ...] = ((goal.key, "status"), (goal.key, "learning"))
            if goal.status == "achieved":
                facts = (*facts, *(fact for measuring in ws.measuring(goal) for fact in measuring.facts))
                facts = (*facts, (goal.key, "measures"))
            yield _nothing_learned(goal, "status", goal.status, facts)
    for experiment in ws.experiments.values():
        if experiment.result in ("supported", "refuted") and not experiment.learning:
            yield _nothing_learned(
                experiment, "result", experiment.result, ((f"team:{experiment.team}", "experiments"),)
            )


def _nothing_learned(thing: Goal | Experiment, field: str, ending: str, facts: tuple[Fact, ...]) -> Finding:
    return Finding(
        "AL608",
        thing.path,
        f"{named(thing)} is `{ending}`, and has no `learning`",
        (*thing.route, field),
        label="what did it teach?",
        help="add `learning:` with what you know now and did not know before",
        hint="add learning",
        identity=(thing.ref, thing.noun, "learning"),
        rests_on=facts,
    )


@rule("AL609", "overdue-experiment", Severity.WARNING, local="teams")
def overdue_experiment(ws: Workspace, config: Config) -> Iterator[Finding]:
    """An experiment past the day on which it was to be decided.

    ## What it checks
    A pending experiment's `decide-by` is today or later. The day itself still counts.

    ## Why it matters
    An experiment without an end is a habit. The date is what makes it safe to try something daring: everybody
    knows when it will be stopped or kept.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    experiments:
      - id: receipt-first
        hypothesis: If customers see a receipt first, they trust one tap.
        decide-by: 2026-10-31
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    experiments:
      - id: receipt-first
        hypothesis: If customers see a receipt first, they trust one tap.
        decide-by: 2026-10-31
        result: refuted
        learning: The receipt matters; its place on the page does not.
    ---
    ```

    ## How to fix
    Look at what there is and decide: `result: supported` or `refuted`. If it needs more time, move `decide-by`,
    knowingly.
    """
    for experiment in ws.experiments.values():
        decide_by = experiment.decide_by
        if experiment.result != "pending" or decide_by is None or decide_by >= ws.as_of:
            continue
        late = days((ws.as_of - decide_by).days)
        yield Finding(
            "AL609",
            experiment.path,
            f"{named(experiment)} was to be decided {late} ago, and is still pending",
            (*experiment.route, "decide-by"),
            label=f"{late} ago",
            help="decide with what there is (`result: supported` or `refuted`, and a word under `learning`), or move "
            "`decide-by`",
            hint="decide, or move decide-by",
            identity=(experiment.ref, experiment.noun, "decide-by", str(decide_by)),
            rests_on=((f"team:{experiment.team}", "experiments"),),
        )


@rule("AL610", "unregistered-metric", Severity.INFO, local="teams")
def unregistered_metric(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A measure by a name of its own, although the organisation has registered metrics.

    ## What it checks
    Where the org lists `metrics`, the measures of open goals, live outcomes and pending experiments use them:
    `metric: id` instead of `name: words`. If one of them is called nearly the same, it is suggested.

    ## Why it matters
    Two teams that count the same thing in two ways will disagree about what happened, and each has a number to
    prove it. A shared metric has one source, one unit and one direction.

    ## Bad
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-abandoned-carts, title: Fewer carts are abandoned}
    metrics:
      - {id: payment-seconds, name: Seconds to pay, direction: decrease}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        measures:
          - {name: Payment seconds, baseline: 64, target: 10}
    ---
    ```

    ## Good
    ```markdown org.md
    ---
    kind: org
    name: Parcelry
    north-star: Anyone can send a parcel anywhere with one tap.
    outcomes:
      - {id: fewer-abandoned-carts, title: Fewer carts are abandoned}
    metrics:
      - {id: payment-seconds, name: Seconds to pay, direction: decrease}
    ---
    ```
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - id: one-tap-pay
        title: Returning customers pay in ten seconds
        supports: [fewer-abandoned-carts]
        measures:
          - {metric: payment-seconds, baseline: 64, target: 10}
    ---
    ```

    ## How to fix
    Use the metric that means the same. If there is none and others may want it, register it under `metrics` in
    the org document; a number that only this team will ever look at may keep its name.
    """
    if not ws.metrics or ws.org is None:
        return
    for used in ws.watched_measures:
        name = used.measure.name
        if used.measure.metric is not None or not name:
            continue
        near = ws.metric_like(name)
        yield Finding(
            "AL610",
            used.owner.path,
            f"{_words(used)} is none of the organisation's metrics",
            (*used.route, "name"),
            label="a name of its own",
            help=f'if `{near.id}` ("{near.name}") means the same, write `metric: {near.id}` instead of `name`'
            if near is not None
            else f"if others may want it, register it under `metrics` in {ws.org.path} and write `metric: id` here",
            hint=f"similar: {near.id}" if near is not None else "",
            identity=(*_identity(used), "name"),
            rests_on=(*used.facts, ("metrics", "*")),
        )
