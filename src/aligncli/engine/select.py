"""Which rules run, and how severe each is: the configuration, and what one run asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from aligncli.config import FILE_NAME, Config
from aligncli.diagnostics import AlignError, Severity, Span
from aligncli.rules.base import Rule, UnknownName
from aligncli.suggest import nearest

_ALIKE = str.maketrans("OIL", "011")
"""Letters that are taken for digits."""


class Selection(NamedTuple):
    """Which rules a run asks for, by code, name, or prefix of a code; empty ``select`` means all."""

    select: Sequence[str] = ()
    ignore: Sequence[str] = ()


class Setting(NamedTuple):
    """How severe a rule is here, and why."""

    severity: Severity
    why: str
    """``default`` or ``configuration``."""


def codes_of(word: str, rules: Sequence[Rule]) -> frozenset[str]:
    """The codes that a code, a name or a prefix stands for; none where it stands for no rule.

    A prefix has at least the two letters that a family of codes begins with.
    """
    upper, lower = word.upper(), word.lower()
    return frozenset(
        rule.code for rule in rules if rule.name == lower or (len(word) > 1 and rule.code.startswith(upper))
    )


def near_rule(word: str, rules: Sequence[Rule]) -> str | None:
    """The code or name that was probably meant."""
    alike = word.upper().translate(_ALIKE)
    if any(rule.code == word.upper()[:2] + alike[2:] for rule in rules):
        return word.upper()[:2] + alike[2:]
    by_code = nearest(word.upper(), [rule.code for rule in rules]) if re.match(r"[A-Za-z]+[0-9]", word) else None
    return by_code or nearest(word.lower(), [rule.name for rule in rules])


def instead(word: str, rules: Sequence[Rule]) -> str:
    """What to write in place of a word that stands for no rule, as the end of a sentence."""
    near = near_rule(word, rules)
    return f"did you mean `{near}`?" if near else "`align rules` lists them"


def chosen(words: Iterable[str], where: str, rules: Sequence[Rule]) -> frozenset[str]:
    """The codes that words on the command line stand for.

    Raises:
        AlignError: a word matches no rule; ``where`` says where it stands.
    """
    codes: frozenset[str] = frozenset()
    for word in words:
        found = codes_of(word, rules)
        if not found:
            raise AlignError(f"{where} names the rule `{word}`, which does not exist; {instead(word, rules)}")
        codes |= found
    return codes


def settings(config: Config, rules: Sequence[Rule]) -> dict[str, Setting]:
    """How severe each rule is under a configuration, by code; what the configuration ignores is off.

    Of two entries for one rule the narrower one counts. Names of rules that do not exist are passed over: AL901
    reports them.
    """
    result = {rule.code: Setting(rule.severity, "default") for rule in rules}
    entries = [(codes_of(name, rules), severity) for name, severity in config.severity.items()]
    entries.sort(key=lambda entry: -len(entry[0]))
    entries.extend((codes_of(word, rules), Severity.OFF) for word in config.ignore)
    for codes, severity in entries:
        result.update(dict.fromkeys(codes, Setting(severity, "configuration")))
    return result


def per_path(config: Config, rules: Sequence[Rule]) -> list[tuple[Callable[[str], bool], frozenset[str]]]:
    """For each entry of ``[check.per-path]``: which paths it is about, and the codes that it leaves out.

    Raises:
        AlignError: a pattern is none.
    """
    return [
        (_pattern(entry.pattern), frozenset().union(*(codes_of(word, rules) for word in entry.ignore)))
        for entry in config.per_path
    ]


def _pattern(pattern: str) -> Callable[[str], bool]:
    import pathspec  # only for configurations with [check.per-path]

    try:
        return pathspec.GitIgnoreSpec.from_lines([pattern]).match_file
    except (ValueError, re.error):
        raise AlignError(
            f"{FILE_NAME}: `{pattern}` in [check.per-path] is no pattern as .gitignore knows them"
        ) from None


def unknown_names(config: Config, rules: Sequence[Rule]) -> Iterator[UnknownName]:
    """The rules that a configuration names and that do not exist."""
    named: Mapping[str, Iterable[str]] = {
        "`ignore`": config.ignore,
        "[check.severity]": config.severity,
        "[check.per-path]": [word for entry in config.per_path for word in entry.ignore],
    }
    seen = set()
    for where, words in named.items():
        for word in words:
            if word not in seen and not codes_of(word, rules):
                seen.add(word)
                place = _place(config.text, word)
                yield UnknownName(FILE_NAME, word, place, where, near_rule(word, rules))


def _place(text: str, word: str) -> Span:
    """Where a configuration writes a rule: in quotes, or as a key; at the top where it is written in escapes."""
    found = re.search(
        rf"""^[^#\n]*?(?:["'](?P<quoted>{re.escape(word)})["']|^[ \t]*(?P<key>{re.escape(word)})[ \t]*=)""", text, re.M
    )
    return Span(*found.span(found.lastgroup or 0)) if found else Span(0, 0)
