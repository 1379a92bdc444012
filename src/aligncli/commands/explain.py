"""``align explain`` and ``align rules``."""

from __future__ import annotations

from aligncli import engine
from aligncli.commands.session import Session
from aligncli.diagnostics import AlignError
from aligncli.io.repo import Repo
from aligncli.rules import RULES
from aligncli.suggest import nearest


def explain(session: Session, name: str) -> int:
    """Prints the page of one rule, by its code or name.

    Raises:
        AlignError: there is no such rule; the sentence suggests one.
    """
    found = next((rule for rule in RULES if name.upper() == rule.code or name.lower() == rule.name), None)
    if found is None:
        near = nearest(name.upper(), [rule.code for rule in RULES]) or nearest(name, [rule.name for rule in RULES])
        hint = f"did you mean `{near}`?" if near else "`align rules` lists them"
        raise AlignError(f"there is no rule `{name}`; {hint}")
    terminal = session.terminal
    if terminal.color:
        from aligncli.render.pages import colored_page

        terminal.out(colored_page(found, min(terminal.width, 100)))
    else:
        from aligncli.render.pages import page

        terminal.out(page(found))
    return 0


def rules(session: Session) -> int:
    """Prints every rule with the severity that it has in this repo."""
    config = Repo.around(session.start).config
    here = {code: setting.severity for code, setting in engine.settings(config, RULES).items()}
    from aligncli.render.pages import catalogue

    session.terminal.out(catalogue(RULES, here, session.style))
    return 0
