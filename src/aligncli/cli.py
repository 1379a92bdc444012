"""The typer application: options and lazy dispatch, nothing else.

Every command imports its module when it is called, so that ``align --version`` and a completion stay instant.
"""

import gc
import os
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

gc.set_threshold(50_000)  # importing and loading make few cycles: the stock threshold costs 4 % of a small run

import typer  # noqa: E402

from aligncli import __version__  # noqa: E402

app = typer.Typer(
    name="align",
    help="Checks that team charters, goals and guardrails fit together: aligned autonomy in a git repo.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Color(StrEnum):
    """When to colour."""

    auto = "auto"
    always = "always"
    never = "never"


class CheckFormat(StrEnum):
    """How to print findings."""

    full = "full"
    concise = "concise"
    json = "json"
    github = "github"
    gitlab = "gitlab"
    sarif = "sarif"
    junit = "junit"
    markdown = "markdown"
    rdjson = "rdjson"


class TreeFormat(StrEnum):
    """How to print the tree."""

    text = "text"
    json = "json"
    markdown = "markdown"
    mermaid = "mermaid"
    dot = "dot"


class RulesFormat(StrEnum):
    """How to print rules."""

    text = "text"
    json = "json"


class Level(StrEnum):
    """What fails a check."""

    error = "error"
    warning = "warning"
    info = "info"
    never = "never"


class Show(StrEnum):
    """The least severity that text formats show."""

    warning = "warning"
    info = "info"


class CiSystem(StrEnum):
    """Whose files `init` writes."""

    github = "github"
    gitlab = "gitlab"
    none = "none"


class TeamType(StrEnum):
    """The four fundamental types of Team Topologies, and groups of teams."""

    stream_aligned = "stream-aligned"
    platform = "platform"
    enabling = "enabling"
    complicated_subsystem = "complicated-subsystem"
    group = "group"


# --- completion ---


def _complete(ctx: typer.Context, incomplete: str, names: str) -> list[str]:
    from aligncli.commands.complete import complete

    return complete(names, Path(ctx.params.get("directory") or "."), incomplete)


def _teams(ctx: typer.Context, incomplete: str) -> list[str]:
    return _complete(ctx, incomplete, "teams")


def _supported(ctx: typer.Context, incomplete: str) -> list[str]:
    return _complete(ctx, incomplete, "supported")


def _rules(ctx: typer.Context, incomplete: str) -> list[str]:
    return _complete(ctx, incomplete, "rules")


def _kinds(ctx: typer.Context, incomplete: str) -> list[str]:
    return _complete(ctx, incomplete, "kinds")


def _statuses(ctx: typer.Context, incomplete: str) -> list[str]:
    return _complete(ctx, incomplete, "statuses")


# --- options that every command has ---

Directory = Annotated[Path, typer.Option("-C", metavar="DIR", help="Run as if started in DIR.", show_default=False)]
AsOf = Annotated[
    Optional[str],  # noqa: UP045 - typer below 0.29 reads this form alone at run time
    typer.Option("--as-of", metavar="DATE", envvar="ALIGN_AS_OF", help="The day that counts as today (2026-12-31)."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results only.")]
ColorOption = Annotated[Color, typer.Option("--color", help="When to colour the output.")]
NoPlugins = Annotated[
    bool,
    typer.Option("--no-plugins", envvar="ALIGN_NO_PLUGINS", help="Run no code of the plugins that align.toml names."),
]
Text = Optional[str]  # noqa: UP045


def _run(command: Callable[[], int], *, debug: bool = False) -> None:
    from aligncli.diagnostics import AlignError

    try:
        status = command()
    except (KeyboardInterrupt, typer.Abort):
        print("\nalign: stopped", file=sys.stderr)  # noqa: T201 - as below
        status = 130
    except Exception as error:
        if debug or os.environ.get("ALIGN_DEBUG"):
            import traceback

            traceback.print_exc()
        said = str(error)
        if not isinstance(error, AlignError):  # a bug, and no reason to look as if there were findings
            said = f"crashed: {type(error).__name__}: {said}; please report it (ALIGN_DEBUG=1 shows where)"
        print(_complaint(said), file=sys.stderr)  # noqa: T201 - the one place for what could not run
        status = 2
    raise typer.Exit(status)


def _complaint(sentence: str) -> str:
    from aligncli.io.ci import find_ci

    if find_ci().native == "github":
        from aligncli.render.github import complaint

        return complaint(sentence)
    from aligncli.render.text import plain

    return f"align: {plain(sentence)}"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"align {__version__}")
        raise typer.Exit


@app.callback()
def _align(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None: ...


@app.command()
def check(
    paths: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Argument(
            metavar="[PATH]...", help="Report on these alone; links are checked in the whole repo.", show_default=False
        ),
    ] = None,
    output_format: Annotated[
        Optional[CheckFormat],  # noqa: UP045
        typer.Option("--format", help="How to print findings.  [default: full, or what the CI system reads]"),
    ] = None,
    output: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--output",
            metavar="[FORMAT:]FILE",
            help="Write findings to FILE; may be given once for each reader.",
            show_default=False,
        ),
    ] = None,
    select: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--select",
            metavar="RULES",
            help="Run these rules alone: codes, names, or prefixes such as AL3.",
            autocompletion=_rules,
        ),
    ] = None,
    ignore: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--ignore", metavar="RULES", help="Leave these rules out.", autocompletion=_rules),
    ] = None,
    fail_on: Annotated[
        Optional[Level],  # noqa: UP045
        typer.Option("--fail-on", help="The least severity that makes the exit status 1.  [default: error]"),
    ] = None,
    show: Annotated[Show, typer.Option("--show", help="Show advice (info) too.")] = Show.warning,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Count findings by rule in place of listing them.")
    ] = False,
    since: Annotated[
        Text,
        typer.Option(
            "--since", metavar="REF", help="Leave out what was there when this parted from REF (a branch, a commit)."
        ),
    ] = None,
    baseline: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--baseline", metavar="FILE", help="Leave out the findings that FILE lists.", show_default=False),
    ] = None,
    write_baseline: Annotated[
        bool,
        typer.Option(
            "--write-baseline", help="Write down what is found now (align-baseline.json), and leave it out later."
        ),
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Fix what can be fixed safely.")] = False,
    diff: Annotated[
        bool,
        typer.Option(
            "--diff", help="With --fix: show what would change, write nothing, and exit with 1 if anything would."
        ),
    ] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="With --fix: also what somebody should look at afterwards.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever a file changes, until Ctrl-C.")] = False,
    no_plugins: NoPlugins = False,
    no_cache: Annotated[
        bool,
        typer.Option("--no-cache", envvar="ALIGN_NO_CACHE", help="Read everything again, and remember nothing of it."),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something goes wrong inside.")] = False,
    directory: Directory = Path(),
    as_of: AsOf = None,
    quiet: Quiet = False,
    color: ColorOption = Color.auto,
) -> None:
    """Check every document, link and rule.

    Exit status: 0 nothing found at or above --fail-on, 1 findings, 2 could not run.
    """

    def command() -> int:
        from aligncli.commands.check import Wish, check
        from aligncli.commands.session import Session

        wish = Wish(
            paths=paths or (),
            output_format=output_format.value if output_format else None,
            outputs=output or (),
            select=select or (),
            ignore=ignore or (),
            fail_on=fail_on.value if fail_on else None,
            show=show.value,
            statistics=statistics,
            baseline=baseline,
            write_baseline=write_baseline,
            fix=fix,
            diff=diff,
            unsafe=unsafe_fixes,
            plugins=not no_plugins,
            since=since,
            cache=not no_cache,
        )
        session = Session.open(directory, as_of, color.value, quiet=quiet)
        if watch:
            from aligncli.commands.watch import watch as check_again

            return check_again(session, wish, day=as_of)
        return check(session, wish)

    _run(command, debug=debug)


@app.command()
def tree(
    ref: Annotated[
        Text,
        typer.Argument(
            metavar="[REF]",
            help="An outcome or team/goal to start from.",
            autocompletion=_supported,
            show_default=False,
        ),
    ] = None,
    output_format: Annotated[TreeFormat, typer.Option("--format", help="How to print the tree.")] = TreeFormat.text,
    team: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--team", metavar="TEAM", help="Only the goals of this team.", autocompletion=_teams),
    ] = None,
    status: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--status", metavar="STATUS", help="Only what has this status.", autocompletion=_statuses),
    ] = None,
    period: Annotated[
        Text, typer.Option("--period", metavar="PERIOD", help="Only what falls into this period (2026-Q4).")
    ] = None,
    depth: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--depth", metavar="N", min=0, help="Only N levels below the first."),
    ] = None,
    goals: Annotated[bool, typer.Option("--goals/--no-goals", help="With goals, or outcomes alone.")] = True,
    directory: Directory = Path(),
    as_of: AsOf = None,
    quiet: Quiet = False,
    color: ColorOption = Color.auto,
) -> None:
    """Draw outcomes and goals from the north star down.

    With owners, status and progress; goals that lead nowhere stand at the end.
    """

    def command() -> int:
        from aligncli.commands.session import Session
        from aligncli.commands.tree import tree

        return tree(
            Session.open(directory, as_of, color.value, quiet=quiet),
            ref,
            output_format=output_format.value,
            teams=team or [],
            statuses=status or [],
            period=period,
            depth=depth,
            goals=goals,
        )

    _run(command)


@app.command("new-team")
def new_team(
    team_id: Annotated[
        str, typer.Argument(metavar="ID", help="Lower-case words joined by hyphens.", show_default=False)
    ],
    name: Annotated[Text, typer.Option("--name", help="What people call it.")] = None,
    team_type: Annotated[
        Optional[TeamType],  # noqa: UP045
        typer.Option("--type", help="What sort of team it is."),
    ] = None,
    mission: Annotated[Text, typer.Option("--mission", help="What its customers can do because of it.")] = None,
    lead: Annotated[Text, typer.Option("--lead", help="Who speaks for it, best as a role.")] = None,
    goal: Annotated[Text, typer.Option("--goal", metavar="TITLE", help="Its first goal; needs --supports.")] = None,
    supports: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--supports",
            metavar="REF",
            help="The outcome or team/goal that the goal supports.",
            autocompletion=_supported,
        ),
    ] = None,
    folder: Annotated[str, typer.Option("--dir", metavar="DIR", help="Where teams are, from the root.")] = "teams",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the files and write nothing.")] = False,
    directory: Directory = Path(),
    as_of: AsOf = None,
    quiet: Quiet = False,
    color: ColorOption = Color.auto,
) -> None:
    """Scaffold a charter and a Team API that pass the check."""

    def command() -> int:
        from aligncli.commands.new_team import Wish, new_team
        from aligncli.commands.session import Session

        wish = Wish(
            team_id, name, team_type.value if team_type else None, mission, lead, goal, tuple(supports or ()), folder
        )
        return new_team(Session.open(directory, as_of, color.value, quiet=quiet), wish, dry_run=dry_run)

    _run(command)


@app.command()
def init(
    name: Annotated[Text, typer.Option("--name", help="The organisation's name.")] = None,
    north_star: Annotated[Text, typer.Option("--north-star", help="What it wants to be true one day.")] = None,
    outcome: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--outcome", metavar="TITLE", help="A change that it wants now; may be given more than once."),
    ] = None,
    team: Annotated[Text, typer.Option("--team", metavar="ID", help="The id of its first team.")] = None,
    ci: Annotated[
        Optional[CiSystem],  # noqa: UP045
        typer.Option("--ci", help="Whose CI files to write.  [default: as the git remote tells, else github]"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the files and write nothing.")] = False,
    directory: Directory = Path(),
    as_of: AsOf = None,
    quiet: Quiet = False,
    color: ColorOption = Color.auto,
) -> None:
    """Start a repo of charters.

    Writes the configuration, the organisation with its first outcomes, a team, and the files for CI and CODEOWNERS.
    """

    def command() -> int:
        from aligncli.commands.init import Wish, init
        from aligncli.commands.session import Session

        wish = Wish(name, north_star, tuple(outcome or ()), team, ci.value if ci else None)
        return init(Session.open(directory, as_of, color.value, quiet=quiet), wish, dry_run=dry_run)

    _run(command)


@app.command()
def explain(
    rule: Annotated[
        str,
        typer.Argument(
            metavar="RULE",
            help="A code or a name; a prefix such as AL3 lists its rules.",
            autocompletion=_rules,
            show_default=False,
        ),
    ],
    output_format: Annotated[RulesFormat, typer.Option("--format", help="How to print it.")] = RulesFormat.text,
    no_plugins: NoPlugins = False,
    directory: Directory = Path(),
    as_of: AsOf = None,
    quiet: Quiet = False,
    color: ColorOption = Color.auto,
) -> None:
    """Print what a rule checks, why, how to fix it, and how severe it is here."""

    def command() -> int:
        from aligncli.commands.explain import explain
        from aligncli.commands.session import Session

        return explain(
            Session.open(directory, as_of, color.value, quiet=quiet),
            rule,
            output_format=output_format.value,
            plugins=not no_plugins,
        )

    _run(command)


@app.command()
def rules(
    output_format: Annotated[RulesFormat, typer.Option("--format", help="How to print them.")] = RulesFormat.text,
    no_plugins: NoPlugins = False,
    directory: Directory = Path(),
    as_of: AsOf = None,
    quiet: Quiet = False,
    color: ColorOption = Color.auto,
) -> None:
    """List the rules, how severe each is here, and why."""

    def command() -> int:
        from aligncli.commands.explain import rules
        from aligncli.commands.session import Session

        return rules(
            Session.open(directory, as_of, color.value, quiet=quiet),
            output_format=output_format.value,
            plugins=not no_plugins,
        )

    _run(command)


@app.command()
def schema(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A kind of document, config, or output/check-v1 and the like for what align prints.",
            autocompletion=_kinds,
            show_default=False,
        ),
    ],
    directory: Directory = Path(),
    as_of: AsOf = None,
    quiet: Quiet = False,
    color: ColorOption = Color.auto,
) -> None:
    """Print a JSON Schema: of a kind of document, for editors, or of align's own JSON, for its readers."""

    def command() -> int:
        from aligncli.commands.schema import schema
        from aligncli.commands.session import Session

        return schema(Session.open(directory, as_of, color.value, quiet=quiet), kind)

    _run(command)


def main() -> None:
    """The console script."""
    app()
