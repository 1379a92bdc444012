"""``align explain`` and ``align rules``."""

from __future__ import annotations

from collections.abc import Sequence

from aligncli import engine
from aligncli.commands.session import Session
from aligncli.config import Config
from aligncli.diagnostics import AlignError
from aligncli.io.repo import Repo
from aligncli.render.pages import Standing
from aligncli.rules import RULES
from aligncli.rules.base import OURS, Rule


def explain(session: Session, word: str, *, output_format: str, plugins: bool) -> int:
    """Prints the page of one rule, by its code or name, or lists those that a prefix stands for.

    Raises:
        AlignError: there is no such rule; the sentence suggests one.
    """
    repo = Repo.around(session.start, plugins=plugins)
    # Whoever asks about one of ours needs no code of others to run.
    candidates = RULES if word[: len(OURS)].upper() == OURS or engine.codes_of(word, RULES) else repo.rules
    codes = engine.codes_of(word, candidates)
    found = [rule for rule in candidates if rule.code in codes]
    if not found:
        raise AlignError(f"there is no rule `{word}`; {engine.instead(word, candidates)}")
    if len(found) > 1:
        return _list(session, repo.config, found, output_format)
    (standing,) = _standings(repo.config, found)
    terminal = session.terminal
    if output_format == "json":
        from aligncli.render.rules_json import rule_json

        terminal.out(rule_json(standing))
    elif terminal.color:
        from aligncli.render.pages import colored_page

        terminal.out(colored_page(standing, min(terminal.width, 100)))
    else:
        from aligncli.render.pages import page

        terminal.out(page(standing))
    return 0


def rules(session: Session, *, output_format: str, plugins: bool) -> int:
    """Prints every rule with the severity that it has in this repo, and why it has it."""
    repo = Repo.around(session.start, plugins=plugins)
    return _list(session, repo.config, repo.rules, output_format)


def _list(session: Session, config: Config, rules: Sequence[Rule], output_format: str) -> int:
    standings = _standings(config, rules)
    if output_format == "json":
        from aligncli.render.rules_json import rules_json

        session.terminal.out(rules_json(standings))
    else:
        from aligncli.render.pages import catalogue

        session.terminal.out(catalogue(standings, session.style))
    return 0


def _standings(config: Config, rules: Sequence[Rule]) -> list[Standing]:
    here = engine.settings(config, rules)
    left_out = [
        (entry.pattern, {*()}.union(*(engine.codes_of(word, rules) for word in entry.ignore)))
        for entry in config.per_path
    ]
    return [
        Standing(rule, here[rule.code], tuple(pattern for pattern, codes in left_out if rule.code in codes))
        for rule in rules
    ]
