"""A rule's page, and the catalogue of all rules: for a terminal, for a pipe, and for the repo."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from aligncli.diagnostics import Severity
from aligncli.engine import Setting
from aligncli.render.text import Style
from aligncli.rules import FAMILIES
from aligncli.rules.base import Rule

_NARROWEST = 32
_BLOCK = re.compile(r"^(?P<fence>`{3,})(?P<info>[^`\n]*)\n(?P<text>.*?)^(?P=fence)[ \t]*$", re.M | re.S)
_COLORS = {"Bad": "red", "Good": "green"}


class Standing(NamedTuple):
    """A rule, and what an organisation made of it."""

    rule: Rule
    setting: Setting
    off_in: tuple[str, ...] = ()
    """The patterns of [check.per-path] below which it is left out."""


def page(standing: Standing) -> str:
    """A rule's page as markdown."""
    rule = standing.rule
    return f"# {rule.code} {rule.name}\n\n{_standing(standing)}\n\n{rule.source}\n"


def colored_page(standing: Standing, width: int) -> str:
    """A rule's page for a terminal."""
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.padding import Padding
    from rich.syntax import Syntax
    from rich.text import Text
    from rich.theme import Theme

    rule = standing.rule
    colors = Style(color=True)
    no_boxes = Theme({"markdown.code": "bold cyan"})  # the stock theme paints code on black, whatever is around it
    console = Console(width=width, force_terminal=True, color_system="standard", theme=no_boxes)
    severity = standing.setting.severity
    with console.capture() as capture:
        console.print(Text.from_ansi(colors.severity(rule.code, severity)), Text(rule.name, style="bold"))
        console.print(Text(_standing(standing), style="dim"))
        console.print()
        console.print(Markdown(rule.summary))
        for heading, text in rule.page.sections.items():
            console.print()
            console.print(Text(heading, style=f"bold {_COLORS.get(heading, '')}"))
            for prose, block in _parts(text):
                if prose:
                    console.print(Markdown(prose))
                if block is None:
                    continue
                if block.path:  # a terminal shows no info strings, and a reader wants to know which file is which
                    console.print(Text(f"  {block.path}", style="dim"))
                lexer = "yaml" if block.language == "markdown" else block.language
                code = Syntax(block.text, lexer, theme="ansi_dark", background_color="default", word_wrap=True)
                console.print(Padding(code, (0, 0, 0, 2)))
    return "".join(line.rstrip() + "\n" for line in capture.get().splitlines())


def catalogue(standings: Sequence[Standing], style: Style) -> str:
    """One line for every rule: code, severity here (a star where align.toml set it), name and what it finds."""
    code_width = max(len(rule.code) for rule, _, _ in standings)
    name_width = max(len(rule.name) for rule, _, _ in standings)
    room = max(style.width - code_width - name_width - 14, _NARROWEST)
    blocks = []
    for family, members in groupby(standings, key=lambda standing: _family(standing.rule)):
        lines = [style.paint(family, bold=True)]
        for rule, (severity, why), off_in in members:
            mark = "*" if why == "configuration" else "'" if off_in else " "
            level = style.severity(severity.label, severity) + f"{mark:<{8 - len(severity.label)}}"
            head = f"{rule.code:<{code_width}}  {level} {rule.name:<{name_width}}  "
            lines.append(head + style.paint(_cut(rule.summary.replace("`", ""), room), dim=True))
        blocks.append(lines)
    notes = []
    if any(setting.why == "configuration" for _, setting, _ in standings):
        notes.append("* set in align.toml")
    if any(setting.why != "configuration" and off_in for _, setting, off_in in standings):
        notes.append("' left out for some documents by [check.per-path] in align.toml")
    return "\n\n".join("\n".join(lines) for lines in ([*blocks, notes] if notes else blocks)) + "\n"


def reference(rules: Sequence[Rule], command: str) -> str:
    """The catalogue and every page in one markdown file, as the repo shows it.

    Args:
        rules: sorted by code.
        command: what makes the file anew.
    """
    parts = [
        f"<!-- Made by `{command}` from the docstrings of the rules: change those. -->\n",
        "# Rules\n",
        "`align rules` lists them with what is on in a repo and why; `align explain AL301` prints one. A rule is named by\n"
        "its code or name, and a family by the beginning of its codes (`AL3`), wherever a rule can be named. How severe each\n"
        "is by default stands here; `[check.severity]` in `align.toml` decides.\n",
    ]
    families = [(family, list(members)) for family, members in groupby(rules, key=_family)]
    for family, members in families:
        rows = "".join(
            f"| [{rule.code}](#{rule.code.lower()}-{rule.name}) | {rule.name} | {rule.severity.label} | {_cell(rule.summary)} |\n"
            for rule in members
        )
        parts.append(f"**{family}**\n\n| code | name | default | it finds |\n|---|---|---|---|\n{rows}")
    for family, members in families:
        parts.append(f"## {family}\n")
        for rule in members:
            level = "Off" if rule.severity is Severity.OFF else rule.severity.label.capitalize()
            parts.append(f"### {rule.code} {rule.name}\n\n{rule.summary} *{level} by default.*\n")
            for heading, text in rule.page.sections.items():
                parts.append(f"**{heading}**\n")
                for prose, block in _parts(text):
                    if prose:
                        parts.append(f"{prose}\n")
                    if block is not None:
                        caption = f"`{block.path}`:\n\n" if block.path else ""
                        parts.append(f"{caption}{block.fence}{block.language}\n{block.text}\n{block.fence}\n")
    return "\n".join(parts)


def _standing(standing: Standing) -> str:
    """How severe a rule is here and why, in sentences."""
    rule, (severity, why), off_in = standing
    if why == "configuration":
        words = [f"{severity.label.capitalize()} here, as align.toml says ({rule.severity.label} by default)."]
    else:
        words = [f"{severity.label.capitalize()} by default, and here."]
    if off_in:
        words.append(f"Left out under {', '.join(f'`{pattern}`' for pattern in off_in)}.")
    if rule.origin:
        words.append(f"Comes with the plugin {rule.origin}.")
    return " ".join(words)


def _family(rule: Rule) -> str:
    if rule.origin:
        return f"From the plugin {rule.origin}"
    return FAMILIES[rule.code[:3]]


class _Block(NamedTuple):
    """A code block; what stands behind its language is the path of the file that it is."""

    fence: str
    language: str
    path: str
    text: str


def _parts(text: str) -> Iterator[tuple[str, _Block | None]]:
    """The prose before each code block of a section, and the block; at the end, the prose that none follows."""
    at = 0
    for found in _BLOCK.finditer(text):
        language, _, rest = found["info"].strip().partition(" ")
        block = _Block(found["fence"], language, rest.partition(" ")[0], found["text"].rstrip("\n"))
        yield text[at : found.start()].strip("\n"), block
        at = found.end()
    yield text[at:].strip("\n"), None


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
