"""AL0xx: can every document be read at all, and does it say what it is?"""

from __future__ import annotations

from collections.abc import Iterator

from aligncli.config import Config
from aligncli.diagnostics import Finding, Severity
from aligncli.rules.base import rule
from aligncli.workspace.workspace import Workspace


@rule("AL001", "unreadable-document", Severity.ERROR)
def unreadable_document(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A document that cannot be read as text.

    ## What it checks
    A file that should be a document is not UTF-8, holds a NUL byte, is larger than one megabyte, may not be
    read, or is a link that leads out of the repo or to nothing.

    ## Why it matters
    What cannot be read cannot be checked, and a check that passes over it would be green for no reason. Links
    out of the repo are refused because a charter from a stranger's pull request must not show other files.

    ## Bad
    This file was saved as Latin-1, so its `é` is not UTF-8:
    ```markdown teams/cafe/charter.md latin-1
    ---
    kind: charter
    team: cafe
    mission: Every visitor finds a good café near by.
    ---
    ```

    ## Good
    The same text, saved as UTF-8:
    ```markdown teams/cafe/charter.md
    ---
    kind: charter
    team: cafe
    mission: Every visitor finds a good café near by.
    ---
    ```

    ## How to fix
    Save the file as UTF-8 text; most editors offer it as "save with encoding". Replace a link by the file that
    it leads to.
    """
    return ws.problems("AL001")


@rule("AL002", "invalid-frontmatter", Severity.ERROR)
def invalid_frontmatter(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A document whose frontmatter cannot be found or is no mapping.

    ## What it checks
    A file that names one of our kinds, or is called `charter.md`, `team-api.md` or `org.md`, has an unclosed
    fence, text before its fence, TOML or JSON in place of YAML, or frontmatter that is not `key: value` lines.

    ## Why it matters
    Most tools read such a file as one without frontmatter and say nothing: the team is simply not there.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.

    # Checkout
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    ---

    # Checkout
    ```

    ## How to fix
    Begin the file with a line that is exactly `---`, write YAML below it, and end it with another such line.
    """
    return ws.problems("AL002")


@rule("AL003", "invalid-yaml", Severity.ERROR)
def invalid_yaml(ws: Workspace, config: Config) -> Iterator[Finding]:
    """Frontmatter that is not valid YAML.

    ## What it checks
    The frontmatter breaks YAML's syntax, uses a tag, or goes beyond the limits of 100 levels and 50,000 values
    (aliases expanded).

    ## Why it matters
    Nothing in the document can be read until it is valid. What others refer to in it is still taken as there,
    so that one slip gives one message.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Checkout: pay without thinking about it.
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: "Checkout: pay without thinking about it."
    ---
    ```

    ## How to fix
    The message names the likeliest cause. Put quotes around a value that holds `: ` or ` #`, or that begins
    with a sign such as `@`, `*`, `[` or `%`; indent with spaces, keys of one mapping alike.
    """
    return ws.problems("AL003")


@rule("AL004", "duplicate-key", Severity.ERROR)
def duplicate_key(ws: Workspace, config: Config) -> Iterator[Finding]:
    """The same key twice in one mapping.

    ## What it checks
    A mapping in the frontmatter has a key more than once.

    ## Why it matters
    YAML parsers silently take the last one, or the first: two people read two different charters.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay without thinking about it.
    mission: Everybody can pay.
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
    Keep one of the two, or merge the two lists into one.
    """
    return ws.problems("AL004")


@rule("AL005", "unknown-kind", Severity.ERROR)
def unknown_kind(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A `kind` that is almost one of ours, or another in a file that carries our fields.

    ## What it checks
    `kind` is a misspelling of `org`, `outcome`, `guardrail`, `charter`, `goals`, `team-api` or `community`; or
    it is any other word, and the file has fields such as `north-star`, `guardrails` or `supports`.

    ## Why it matters
    Files of other kinds are none of our business and are passed over, so a slip in this one word would take a
    team out of the check without a sound.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: chater
    team: checkout
    mission: Returning customers pay without thinking about it.
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
    Write one of the seven kinds.
    """
    return ws.problems("AL005")


@rule("AL006", "undeclared-document", Severity.WARNING)
def undeclared_document(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A file that looks like a document but does not say its `kind`.

    ## What it checks
    Frontmatter with our fields has no `kind`; a `charter.md`, `team-api.md` or `org.md` has no frontmatter; or
    the configuration has an `include` of its own and a file under it is no document.

    ## Why it matters
    Without `kind` a file is passed over: its goals are not traced, and nobody notices.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    team: checkout
    mission: Returning customers pay without thinking about it.
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
    Add the `kind`, or keep the file out with `exclude` in align.toml.
    """
    return ws.problems("AL006")


@rule("AL007", "yaml-trap", Severity.WARNING, local="teams")
def yaml_trap(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A value that YAML silently cut short.

    ## What it checks
    A text value without quotes is followed by a space and a hash with a word right behind it, as in
    `title: Fix #12`. A comment with a space after its hash (`# like this`) is taken for a comment.

    ## Why it matters
    YAML reads the rest of the line as a comment: the title is "Fix", and no other tool will tell.

    ## Bad
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: Returning customers pay in one tap, see #payments
    ---
    ```

    ## Good
    ```markdown teams/checkout/charter.md
    ---
    kind: charter
    team: checkout
    mission: "Returning customers pay in one tap, see #payments"
    ---
    ```

    ## How to fix
    Put quotes around the value, or a space after the hash of a comment.
    """
    return ws.problems("AL007")
