"""AL1xx: does every document have the fields of its kind, with values that they can have?"""

from __future__ import annotations

from collections.abc import Iterator

from aligncli.config import Config
from aligncli.diagnostics import Finding, Severity
from aligncli.rules.base import rule
from aligncli.workspace.workspace import Workspace


@rule("AL101", "missing-field", Severity.ERROR)
def missing_field(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A required field is missing.

    ## What it checks
    Every document, and every part of one, has the few fields without which it says nothing: a charter its
    `team` and `mission`, a goal its `id` and `title`, a waiver its `guardrail`, `reason` and `expires`.

    ## Why it matters
    Little is required, so what is required carries the meaning: a goal without an id cannot be referred to, and
    a waiver without an end is a rule that nobody keeps.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---
    ```

    ## How to fix
    Add the field; the help of the message says what it is for.
    """
    return ws.problems("AL101")


@rule("AL102", "unknown-field", Severity.ERROR)
def unknown_field(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A field that this kind of document does not have.

    ## What it checks
    Every key is one of the format's, or begins with `x-`. Where the key resembles one that is missing, it is
    taken for that one, and only the slip is reported.

    ## Why it matters
    A misspelt field is ignored by most tools: `waviers:` would waive nothing, and nobody would know.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    misson: Returning customers pay without thinking about it.
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    x-cost-centre: "4711"
    ---
    ```

    ## How to fix
    Correct the name, move the field to the kind of document that has it, or begin a key of your own with `x-`.
    """
    return ws.problems("AL102")


@rule("AL103", "wrong-type", Severity.ERROR)
def wrong_type(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A value of another type than its field has: a text where a list is expected, and so on.

    ## What it checks
    Lists are lists, texts are texts, numbers are numbers, and a key that is written has a value.

    ## Why it matters
    `supports: fewer-returns` is one text to YAML, not a list with one entry. Guessing would work today and
    surprise tomorrow.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    goals:
      - {id: one-tap-pay, title: Returning customers pay in ten seconds, supports: fewer-abandoned-carts}
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
    Put a single item in brackets (`[one]`) or behind a dash, quotes around text that looks like a number, and
    remove a key that has no value.
    """
    return ws.problems("AL103")


@rule("AL104", "invalid-value", Severity.ERROR)
def invalid_value(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A value outside what its field can be.

    ## What it checks
    Words from a fixed list (such as a goal's `status`), ids, dates, periods and numbers have the form and the
    range that the format gives them, and every day exists.

    ## Why it matters
    A status that is almost `on-track` is no status at all, and `2026-11-31` is no day on which a waiver can end.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    type: stream-alligned
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    type: stream-aligned
    ---
    ```

    ## How to fix
    Take the value that the help suggests. Dates are `2026-12-31`; periods are `2026`, `2026-H2`, `2026-Q4`,
    `2026-11`, or two dates with `..` between them; ids are lower-case words joined by hyphens.
    """
    return ws.problems("AL104")
