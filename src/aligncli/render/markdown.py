"""The check as markdown, for a job's summary and for a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from aligncli.diagnostics import Diagnostic, Severity
from aligncli.engine import Report, Since
from aligncli.render.check import Checked
from aligncli.render.check_text import summary_line
from aligncli.render.links import rule_page
from aligncli.render.markup import code, link, sentence, text
from aligncli.render.text import Style, count, cut, without_commands

MARKER = "<!-- align check -->"
"""The first line, by which a comment is found again when there is something new to say."""
MOST = 60_000
"""Characters. GitHub takes comments of 65,536 and summaries of a mebibyte, which is four times as many bytes."""
_MOST_IN_TABLE = 15_000
_LONGEST_NAME = 80
_LONGEST_SENTENCE = 1_000
_LONGEST_LINK = 2_000
_ROOM_FOR_LAST_WORDS = 300
_LEVELS = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_PLAIN_REF = re.compile(r"[\w./~^@-]{1,80}", re.A)
"""A revision that a shell takes as it is written."""

Teams = Mapping[str | None, Sequence[Diagnostic]]
"""Findings by whose document they are in, the most severe first; those who have most of these come first."""


def markdown(checked: Checked) -> str:
    """A verdict, a table of teams, and each team's findings; what there is no room for is counted.

    Where not all fit, errors of any team come before warnings of another.
    """
    report = checked.report
    infos = any(item.severity is Severity.INFO for item in report.diagnostics)
    teams = _by_team(report.diagnostics)
    sums = text(summary_line(report._replace(since=None), Style(), infos_shown=infos).rstrip("\n"))
    parts = [MARKER, f"## {_verdict(checked)}", sums]
    if report.since is not None:
        parts += _since(report.since, report)
    if teams:
        parts.append(_table(checked, teams, infos))
        used = sum(len(part) + 2 for part in parts)
        parts += _sections(checked, teams, MOST - used - _ROOM_FOR_LAST_WORDS)
    return without_commands("\n\n".join(parts) + "\n")


def _verdict(checked: Checked) -> str:
    report = checked.report
    if checked.fail_on is not None and report.worst >= checked.fail_on:
        return "align: this does not pass"
    if report.diagnostics:
        return "align: this passes, with something to look at"
    return "align: everything fits together" if report.since is None else "align: nothing new"


def _since(since: Since, report: Report) -> Iterator[str]:
    """What was compared with, and what is left out for that."""
    ref = code(cut(since.ref, _LONGEST_NAME))
    base = f" ({code(since.base[:10])})" if since.base else ""
    if since.empty is not None:
        yield f"Everything counts as new: nothing in {ref}{base} could be compared with: {sentence(since.empty)}."
    else:
        new = report.summary.errors + report.summary.warnings + report.summary.infos
        yield (f"Compared with {ref}{base}: **{new} new**, {since.old} old and left out here, {since.mended} mended.")
    if since.configuration:
        names = ", ".join(code(cut(name, _LONGEST_NAME)) for name in since.configuration[:10])
        more = f" and {len(since.configuration) - 10} more" if len(since.configuration) > 10 else ""
        yield f"This changes the configuration ({names}{more}); what counts is the configuration before the change."


def _by_team(diagnostics: Sequence[Diagnostic]) -> Teams:
    found: dict[str | None, list[Diagnostic]] = {}
    for item in diagnostics:
        found.setdefault(item.team, []).append(item)
    for items in found.values():
        items.sort(key=lambda item: -item.severity)  # stable: by place otherwise

    def rank(team: str | None) -> tuple[object, ...]:
        return (*(-_number(found[team], level) for level in _LEVELS), team is not None, team or "")

    return {team: found[team] for team in sorted(found, key=rank)}


def _number(items: Sequence[Diagnostic], level: Severity) -> int:
    return sum(item.severity is level for item in items)


def _name(team: str | None) -> str:
    return text(cut(team, _LONGEST_NAME)) if team else "the organisation"


def _table(checked: Checked, teams: Teams, infos: bool) -> str:
    levels = _LEVELS if infos else _LEVELS[:2]
    rows = [
        f"| team | {' | '.join(f'{level.label}s' for level in levels)} |",
        f"|---|{'---:|' * len(levels)}",
    ]
    room = _MOST_IN_TABLE
    for index, (team, items) in enumerate(teams.items()):
        first = _place(checked, items[0], _name(team))
        row = f"| {first} | {' | '.join(str(_number(items, level)) for level in levels)} |"
        room -= len(row) + 1
        if room < 0:
            left = [item for others in list(teams.values())[index:] for item in others]
            numbers = " | ".join(str(_number(left, level)) for level in levels)
            rows.append(f"| {count(len(teams) - index, 'more team')} | {numbers} |")
            break
        rows.append(row)
    return "\n".join(rows)


def _sections(checked: Checked, teams: Teams, room: int) -> Iterator[str]:
    """The findings, team by team, and what is left out."""
    shown: dict[str | None, list[str]] = {}
    left = dict.fromkeys(_LEVELS, 0)
    full = False
    for level in _LEVELS:
        for team, items in teams.items():
            for item in items:
                if item.severity is not level:
                    continue
                entry = "" if full else _entry(checked, item)
                size = len(entry) + 1 + (0 if team in shown else len(_heading(team, teams[team])) + 4)
                full = full or size > room
                if full:
                    left[level] += 1
                else:
                    room -= size
                    shown.setdefault(team, []).append(entry)
    for team in teams:
        if team in shown:
            yield _heading(team, teams[team])
            yield "\n".join(shown[team])
    if full:
        numbers = [count(number, level.label) for level, number in left.items() if number]
        missing = f"{', '.join(numbers[:-1])} and {numbers[-1]}" if len(numbers) > 1 else numbers[0]
        yield f"Left out here, because there is no room: {missing}. {_again(checked.report, left)} lists them all."


def _again(report: Report, left: Mapping[Severity, int]) -> str:
    """The command that lists what is left out, and not what was left out before."""
    since = ""
    if report.since is not None:
        ref = report.since.ref
        since = f" --since {ref if _PLAIN_REF.fullmatch(ref) else 'REF'}"
    return code("align check" + since + (" --show info" if left[Severity.INFO] else ""))


def _heading(team: str | None, items: Sequence[Diagnostic]) -> str:
    numbers = [count(number, level.label) for level in _LEVELS if (number := _number(items, level))]
    return f"### {_name(team)}: {', '.join(numbers)}"


def _entry(checked: Checked, item: Diagnostic) -> str:
    page = rule_page(item.code, item.name)
    rule = link(text(item.code), page) if page else text(item.code)
    place = _place(checked, item, text(cut(f"{item.path}:{item.range.start.line}", 3 * _LONGEST_NAME)))
    said = sentence(cut(item.message, _LONGEST_SENTENCE))
    entry = f"- **{item.severity.label}** {rule} {place}: {said}"
    return entry + (f"\n  - help: {sentence(cut(item.help, _LONGEST_SENTENCE))}" if item.help else "")


def _place(checked: Checked, item: Diagnostic, label: str) -> str:
    target = checked.link(item.path, item.range.start.line)
    return link(label, target) if len(target) <= _LONGEST_LINK else label
