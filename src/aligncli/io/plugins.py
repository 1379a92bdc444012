"""Rules that other packages bring: loaded only when the configuration names the package, and said aloud.

A plugin is named as it is installed, by the name of its distribution: that is what stands in a requirements file and
what somebody decided to trust. All its entry points in the group ``aligncli.rules`` are loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from aligncli.diagnostics import AlignError
from aligncli.rules import RULES
from aligncli.rules.base import Rule, objection
from aligncli.suggest import nearest

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

GROUP = "aligncli.rules"
_SHORT = 200


def load_rules(names: Sequence[str], announce: Callable[[str], None]) -> list[Rule]:
    """The rules of plugins, sorted by code.

    Args:
        names: of the distributions, as the configuration gives them.
        announce: is told of each plugin before its code runs.

    Raises:
        AlignError: one is not installed, cannot be loaded, or brings what is no rule; the sentence names it.
    """
    rules: list[Rule] = []
    for name in {_normal(name): name for name in names}.values():
        distribution = _find(name)
        origin = distribution.name or name
        points = [point for point in distribution.entry_points if point.group == GROUP]
        if not points:
            raise AlignError(f"`{name}`, a plugin in align.toml, is installed but brings no rules for align")
        announce(
            f"running the rules of {origin} {distribution.version}, a plugin that align.toml names "
            "(--no-plugins leaves it out)"
        )
        for point in sorted(points, key=lambda point: point.name):
            for rule in _given_by(point, origin):
                wrong = objection(rule, [*RULES, *rules])
                if wrong is not None:
                    raise AlignError(f"the rule `{rule.code}` ({rule.name}) of the plugin `{origin}` {wrong}")
                rules.append(rule)
    return sorted(rules, key=lambda rule: rule.code)


def _normal(name: str) -> str:
    """As package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _find(name: str) -> Distribution:
    from importlib import metadata  # slow to import, and needed only where the configuration names plugins

    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        points = metadata.entry_points(group=GROUP)
        installed = {point.name: point.dist.name for point in points if point.dist is not None}
        raise AlignError(
            f"align.toml names the plugin `{name}`, which is not installed where align is; {_instead(name, installed)}"
        ) from None


def _instead(name: str, installed: dict[str, str]) -> str:
    """What to do about a plugin that is not there, given the installed ones by the names of their entry points."""
    names = sorted(set(installed.values()))
    if name in installed:
        return f"it is named by its package: `{installed[name]}`"
    if not names:
        return "no plugin is: install it, or take it out of `plugins`"
    near = nearest(name, names)
    listed = ", ".join(f"`{known}`" for known in names)
    return f"did you mean `{near}`?" if near else f"installed are {listed}"


def _given_by(point: EntryPoint, origin: str) -> Iterable[Rule]:
    """What an entry point gives: one rule, or several."""
    try:
        given = point.load()
        found = list(given) if isinstance(given, Iterable) and not isinstance(given, Rule) else [given]
    except (Exception, SystemExit) as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:_SHORT]
        raise AlignError(f"the plugin `{origin}` cannot be loaded from `{point.value}`: {said}") from error
    for rule in found:
        if not isinstance(rule, Rule):
            raise AlignError(
                f"the plugin `{origin}` gives `{type(rule).__name__}` at `{point.value}`, not rules made with `@rule(…)`"
            )
        yield rule._replace(origin=origin)
