"""What Acme asks of its charters beyond what align checks."""

from __future__ import annotations

from collections.abc import Iterator

from aligncli.config import Config
from aligncli.diagnostics import Finding, Severity
from aligncli.rules.base import rule
from aligncli.workspace.workspace import Workspace


@rule("ACM001", "platform-without-cost-centre", Severity.WARNING)
def platform_without_cost_centre(ws: Workspace, config: Config) -> Iterator[Finding]:
    """A platform team that does not say which cost centre it runs on.

    ## What it checks
    Every charter with `type: platform` has an `x-cost-centre`.

    ## Why it matters
    Teams use a platform without paying for it. Whoever plans it has to see what it costs, and finance has to know
    whom to ask before the budget of everybody's platform is cut.

    ## Bad
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    type: platform
    mission: Everybody signs in without a password.
    ---
    ```

    ## Good
    ```markdown teams/identity/charter.md
    ---
    kind: charter
    team: identity
    type: platform
    mission: Everybody signs in without a password.
    x-cost-centre: "4711"
    ---
    ```

    ## How to fix
    Add `x-cost-centre:` with the number that finance gave the team.
    """
    for team in ws.teams.values():
        if team.type != "platform" or ws.own(team).get("x-cost-centre"):
            continue
        yield Finding(
            "ACM001",
            team.path,
            f"platform team `{team.id}` states no `x-cost-centre`",
            ("team",),
            label="who pays for it?",
            help='add `x-cost-centre: "…"`; finance knows the number',
            identity=(team.id, "x-cost-centre"),
            rests_on=((team.key, "type"), (team.key, "x-cost-centre")),
        )


RULES = (platform_without_cost_centre,)
