"""AL9xx: does the check's own configuration, and what suppresses findings, still mean something?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import groupby

from aligncli.diagnostics import Edit, Finding, Fix, Severity, Span, Word
from aligncli.rules.base import Applied, Use, WordUse, audit, days


@audit("AL901", "unknown-rule", Severity.ERROR)
def unknown_rule(applied: Applied) -> Iterator[Finding]:
    """A rule that does not exist is named by the configuration, a suppression or the baseline.

    ## What it checks
    Every code, name and prefix in `align.toml`, in a suppression and in the baseline stands for a rule of this
    version or of a plugin that the configuration names.

    ## Why it matters
    A slip in a code switches nothing off, and nobody notices until the finding that should have been silent fails
    somebody's pull request. Or it switches nothing *on*, which nobody notices at all.

    ## Bad
    ```toml align.toml
    [check]
    ignore = ["team-sizes"]
    ```

    ## Good
    ```toml align.toml
    [check]
    ignore = ["team-size"]
    ```

    ## How to fix
    Take the name that the help suggests; `align rules` lists all that there are.
    """
    for name in applied.unknown:
        yield Finding(
            "AL901",
            name.path,
            f"{name.where} names the rule `{_short(name.word)}`, which does not exist",
            span=name.span,
            label="no rule is called this",
            help=f"a similar rule exists: `{name.near}`" if name.near else "`align rules` lists them",
            hint=f"similar: {name.near}" if name.near else "",
            fix=Fix(f"replace by `{name.near}`", False, (Edit(name.path, span=name.span, text=name.near),))
            if name.near and name.is_bare and name.span.end
            else None,
            identity=(name.path, "rule", name.word),
        )


@audit("AL902", "unused-suppression", Severity.WARNING)
def unused_suppression(applied: Applied) -> Iterator[Finding]:
    """A suppression that suppresses nothing.

    ## What it checks
    Every rule that a suppression names would find something there; the suppression gives a reason, has the form
    that is understood, and does not name a guardrail rule (AL401 to AL403), which only a waiver silences. Every
    entry of the baseline still matches a finding. Where only some rules or documents are checked, nothing is
    concluded about the others; and nothing at all while something is broken that nobody agreed to live with,
    because other findings may be silent for that reason.

    ## Why it matters
    A suppression that outlived its finding will hide the next one, which nobody agreed to. Debts may only shrink.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    # align: ignore[AL205]: the old name goes in January
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [fewer-abandoned-carts]}
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
    ---
    ```

    ## How to fix
    Remove it: `align check --fix` does, unless what it names is found elsewhere in the document: then it may only
    stand in the wrong place. A suppression stands on the line of the finding or on the line above, as
    `# align: ignore[AL205] until 2027-01-31: reason`; above an item of a list (a goal, a waiver …) it is about all of
    the item; in the prose it is `<!-- align: ignore[AL209]: reason -->`
    before the paragraph; for a whole document, `# align: ignore-file[AL5]: reason` as the frontmatter's first line.
    """
    for use in applied.uses:
        comment = use.suppression
        if comment.fault:
            yield Finding(
                "AL902",
                use.path,
                f"this suppression {comment.fault}, so it suppresses nothing",
                span=comment.span,
                label="suppresses nothing",
                help=comment.help,
                identity=(use.path, "suppression", comment.fault, *(word.text for word in comment.rules)),
            )
            continue
        if comment.until is not None and comment.until < applied.as_of:
            continue  # AL903
        for use_of in use.words:
            if use_of.refused:
                yield _refused(use, use_of)
        unused = [word for word in use.words if not word.is_needed and word.is_judged and not word.refused]
        if unused:
            doomed = {one.word for one in unused}
            rest = [word.text for word in comment.rules if word not in doomed]
            named = "this" if not rest else "naming it" if len(unused) == 1 else "naming them"
            edits = tuple(Edit(use.path, span=cut, text="") for cut in _cuts(comment.rules, doomed))
            misplaced = next((word for word in unused if word.elsewhere is not None), None)
            help_ = f"remove {_listed(unused)} from it" if rest else "remove it"
            if misplaced is not None:
                help_ += f", or move it to line {misplaced.elsewhere} or the one above: {_listed([misplaced])} is found there"
            yield Finding(
                "AL902",
                use.path,
                f"nothing here breaks {_listed(unused)}, so {named} suppresses nothing",
                span=unused[0].word.span if rest else comment.span,
                label="suppresses nothing",
                help=help_,
                fix=Fix("remove what is unused", misplaced is None, edits)
                if rest
                else Fix("remove the suppression", misplaced is None, (Edit(use.path, span=comment.span),)),
                identity=(use.path, "suppression", *(word.word.text for word in unused)),
            )
    for entry in applied.stale:
        times = "once" if entry.gone == 1 else f"{entry.gone} times"
        more = f" {times} more than it is found" if entry.is_found else ", which is no longer found"
        yield Finding(
            "AL902",
            entry.path,
            f"the baseline lists {entry.code} for `{_short(' '.join(entry.identity), 200)}`{more}",
            span=entry.span,
            label="suppresses nothing",
            help="`align check --fix` takes it out, so that the debt can only shrink",
            identity=(entry.path, "baseline", entry.code, *entry.identity),
        )


@audit("AL903", "expired-suppression", Severity.ERROR)
def expired_suppression(applied: Applied) -> Iterator[Finding]:
    """A suppression past its date.

    ## What it checks
    The day behind `until` is not over. On that day itself the suppression still holds; from the next day on it
    suppresses nothing, and what it hid is reported again.

    ## Why it matters
    Somebody agreed to live with a finding until a day. The day has come, and the agreement was the only thing that
    made it right.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    # align: ignore[AL205] until 2026-10-31: the old name goes in autumn
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: [fewer-abandoned-carts]}
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
    ---
    ```

    ## How to fix
    Mend what it hid and remove it, or agree on another day with those who agreed to the first.
    """
    for use in applied.uses:
        comment = use.suppression
        if comment.fault or comment.until is None or comment.until >= applied.as_of:
            continue
        needed = any(word.is_needed for word in use.words)
        over = days((applied.as_of - comment.until).days)
        judged = len(use.words) == len(comment.rules) and all(word.is_judged for word in use.words)
        named = " and ".join(f"`{_short(word.text)}`" for word in comment.rules)
        yield Finding(
            "AL903",
            use.path,
            f"this suppression of {named} ran out on {comment.until}, {over} ago",
            span=comment.until_span,
            label=f"{over} ago",
            help="mend what it hid, or agree on another day" if needed else "remove it",
            fix=Fix("remove the suppression", True, (Edit(use.path, span=comment.span),))
            if judged and not needed
            else None,
            identity=(use.path, "suppression", *(word.word.text for word in use.words), comment.until.isoformat()),
        )


def _cuts(words: Sequence[Word], doomed: Set[Word]) -> Iterator[Span]:
    """What takes some words out of a list, with what parts them from the next, or from the one before."""
    for is_doomed, group in groupby(enumerate(words), key=lambda item: item[1] in doomed):
        indexes = [index for index, _ in group]
        first, behind = indexes[0], indexes[-1] + 1
        if is_doomed and behind < len(words):
            yield Span(words[first].span.start, words[behind].span.start)
        elif is_doomed and first:
            yield Span(words[first - 1].span.end, words[-1].span.end)


def _refused(use: Use, use_of: WordUse) -> Finding:
    """A suppression of what cannot be suppressed."""
    own = (unknown_rule, unused_suppression, expired_suppression)
    itself = use_of.word.text.upper().startswith("AL9") or use_of.word.text.lower() in [rule.name for rule in own]
    return Finding(
        "AL902",
        use.path,
        f"`{use_of.word.text}` cannot be suppressed"
        + (": it speaks of suppressions" if itself else ": a guardrail is waived"),
        span=use_of.word.span,
        label="suppresses nothing",
        help="mend the suppression that it speaks of"
        if itself
        else "add a waiver to the team's `waivers`, with a reason, an end and who approved it",
        identity=(use.path, "suppression", use_of.word.text),
    )


def _listed(words: Iterable[WordUse]) -> str:
    *most, last = [f"`{word.word.text}`" for word in words]
    return f"{', '.join(most)} and {last}" if most else last


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
