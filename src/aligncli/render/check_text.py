"""The text formats of a check: full, with source frames, and concise, one line each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aligncli.diagnostics import Diagnostic
from aligncli.document.source import Source
from aligncli.engine import Report, Since
from aligncli.render.check import Checked
from aligncli.render.text import Style, count, plain, without_commands


def full(checked: Checked) -> str:
    """Every diagnostic with the lines it is about."""
    report, style = checked.report, checked.style
    if not report.diagnostics:
        return ""
    sources: dict[str, Source] = {}

    def lines_of(path: str) -> Source:
        if path not in sources:
            sources[path] = Source(checked.text(path))
        return sources[path]

    return without_commands("".join("\n".join(_full(item, lines_of, style)) + "\n\n" for item in report.diagnostics))


def _full(item: Diagnostic, lines_of: Callable[[str], Source], style: Style) -> list[str]:
    from aligncli.render.frame import Mark, frame  # a clean run draws nothing

    head = style.severity(f"{item.severity.label}[{item.code}]", item.severity)
    start = item.range.start
    lines = [head + style.paint(f": {plain(item.message)}", bold=True)]
    others = [related for related in item.related if related.path != item.path]
    marks = [Mark(related.range, related.message, False) for related in item.related if related.path == item.path]
    has_place = item.range.start != item.range.end
    if has_place:
        marks.append(Mark(item.range, item.label, True))
    numbers = [mark.range.start.line for mark in marks] + [related.range.start.line for related in others]
    gutter = len(str(max(numbers, default=1)))
    arrow = style.paint(f"{'':{gutter}}-->", "blue", bold=True)
    lines.append(f"{arrow} {plain(item.path)}:{start.line}:{start.column}")
    if marks:
        lines.extend(frame(lines_of(item.path), marks, style, item.severity, gutter))
    for related in others:
        place = related.range.start
        if related.range.start == related.range.end:
            lines.append(f"{arrow} {plain(related.path)} ({plain(related.message)})")
            continue
        lines.append(f"{arrow} {plain(related.path)}:{place.line}:{place.column}")
        mark = Mark(related.range, related.message, False)
        lines.extend(frame(lines_of(related.path), [mark], style, item.severity, gutter))
    if item.help:
        lines.append(style.paint("help", "green", bold=True) + f": {plain(item.help)}")
    return lines


def pointer(report: Report) -> str:
    """Where a reader finds more about what was found first."""
    return f"`align explain {report.diagnostics[0].code}` says more\n" if report.diagnostics else ""


def concise(checked: Checked) -> str:
    """Every diagnostic in one line, as editors and ``grep`` like it."""
    return without_commands("".join(concise_line(item, checked.style) for item in checked.report.diagnostics))


def concise_line(item: Diagnostic, style: Style) -> str:
    """A diagnostic in one line."""
    start = item.range.start
    hint = f" ({plain(item.hint)})" if item.hint else ""
    code = style.severity(f"{item.severity.label}[{item.code}]", item.severity)
    return f"{plain(item.path)}:{start.line}:{start.column}: {code} {plain(item.message)}{hint}\n"


def statistics(checked: Checked) -> str:
    """How often each rule found something, the most frequent first."""
    by_rule, style = checked.report.by_rule, checked.style
    width = max((len(str(number)) for number in by_rule.values()), default=1)
    names = {rule.code: rule.name for rule in checked.rules}
    ranked = sorted(by_rule.items(), key=lambda item: (-item[1], item[0]))
    return "".join(
        f"{number:>{width}}  {style.paint(code, bold=True)}  {names.get(code, '')}\n" for code, number in ranked
    )


def compared(since: Since) -> str:
    """What became of what was there before."""
    return "everything is new" if since.empty else f"{since.old} old, {since.mended} mended"


def remarks(report: Report) -> Sequence[str]:
    """What a reader of a comparison should know besides."""
    since = report.since
    if since is None:
        return ()
    if since.empty:
        return [f"nothing was left out: {plain(since.empty)}"]
    if not since.configuration:
        return ()
    names = ", ".join(plain(path) for path in since.configuration)
    verb = "differs" if len(since.configuration) == 1 else "differ"
    return [f"{names} {verb} from `{plain(since.ref)}`, whose word counted in this check"]


def summary_line(report: Report, style: Style, *, infos_shown: bool) -> str:
    """The last line of every text format."""
    summary = report.summary
    found = f"{count(summary.errors, 'error')}, {count(summary.warnings, 'warning')}"
    if infos_shown:
        found += f", {count(summary.infos, 'info')}"
    where = ", ".join(
        count(number, noun)
        for number, noun in (
            (summary.teams, "team"),
            (summary.goals, "goal"),
            (summary.outcomes, "outcome"),
            (summary.guardrails, "guardrail"),
        )
    )
    more = f"; {count(summary.infos, 'info')} (--show info)" if summary.infos and not infos_shown else ""
    if summary.fixable or summary.fixable_unsafely:
        safe = f"{summary.fixable} fixable with --fix" if summary.fixable else ""
        unsafe = f"{summary.fixable_unsafely}{' more' if safe else ' fixable'} with --fix --unsafe-fixes"
        more += "; " + ", ".join(part for part in (safe, unsafe if summary.fixable_unsafely else "") if part)
    if summary.suppressed:
        more += f"; {summary.suppressed} suppressed"
    if summary.baselined:
        more += f"; {summary.baselined} in the baseline"
    if report.since is not None:
        more += f"; since {plain(report.since.ref)}: {compared(report.since)}"
    documents = count(summary.documents, "document")
    if summary.reported_on < summary.documents:
        documents = f"{summary.reported_on} of {documents}"
    color = "red" if summary.errors else "yellow" if summary.warnings else "green"
    return f"{style.paint(found, color, bold=True)} in {documents} ({where}){more}\n"
