"""``align.toml``: text in, a frozen :class:`Config` out; anything it does not know is refused, never ignored."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from aligncli.diagnostics import AlignError, Severity
from aligncli.model import FiscalYear
from aligncli.schema import Schemas

FILE_NAME = "align.toml"

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

_LEVELS = {severity.label: severity for severity in Severity}


class Limits(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """From where on a number is worth a word; lengths of time are in days."""

    team_size: tuple[int, int] = (5, 9)
    open_goals: int = 5
    musts: int = 7
    interactions: int = 6
    review_days: int = 100
    measure_days: int = 45
    blocker_days: int = 30
    waiver_days: int = 180
    period_grace_days: int = 21
    forming_days: int = 90


class PerPath(msgspec.Struct, frozen=True):
    """Rules that do not matter for some documents."""

    pattern: str
    ignore: tuple[str, ...]


class Config(msgspec.Struct, frozen=True):
    """What an organisation decided about its check."""

    include: tuple[str, ...] = ("**/*.md",)
    exclude: tuple[str, ...] = ()
    fiscal: FiscalYear = FiscalYear()
    fail_on: Severity | None = Severity.ERROR
    """The least severity that fails the check; nothing when none does."""
    ignore: tuple[str, ...] = ()
    severity: dict[str, Severity] = {}
    per_path: tuple[PerPath, ...] = ()
    limits: Limits = Limits()
    baseline: str | None = None
    """The file that lists the findings which the repo started with, from the root."""
    text: str = ""
    """What it was read from, to show a place in it."""
    plugins: tuple[str, ...] = ()
    """The packages whose rules run as well; what is not named here is not loaded."""
    schemas: dict[str, str] = {}
    """By kind: the path of a JSON Schema of the organisation's own, from the root."""

    @property
    def has_own_include(self) -> bool:
        """Whether the configuration says which files are documents."""
        return self.include != ("**/*.md",)


def parse_level(word: str) -> Severity | None:
    """The severity that a word of ``--fail-on`` means; nothing for ``never``.

    Raises:
        KeyError: it is none of error, warning, info, never.
    """
    return None if word == "never" else _LEVELS[word]


def parse_config(text: str, schemas: Schemas, path: str = FILE_NAME) -> Config:
    """Reads a configuration.

    Raises:
        AlignError: it is not TOML, or breaks its schema; the sentence says where and what was probably meant.
    """
    import tomllib  # only where there is a configuration

    try:
        data = _plain(tomllib.loads(text.removeprefix("\ufeff")))
    except ValueError as error:  # not TOML, or a number of thousands of digits
        raise AlignError(f"{path} is not valid TOML: {str(error)[:1].lower()}{str(error)[1:]}") from None
    except RecursionError:
        raise AlignError(f"{path} is nested too deeply") from None
    if not schemas.is_valid("config", data):
        first, *more = schemas.explain("config", data, path, "")
        said = first.finding.message + (f"; {first.finding.help}" if first.finding.help else "")
        also = f" (and {len(more)} more mistake{'s' if len(more) > 1 else ''})" if more else ""
        raise AlignError(f"{path}: {said}{also}")
    return msgspec.structs.replace(_build(data), text=text.removeprefix("\ufeff"))


def _plain(value: Any) -> Any:
    """TOML as JSON knows it: days and endless numbers as text, which no key takes."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, float) and not -1e300 < value < 1e300:
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and abs(value) > 2**53:
        return f"{value:.3e}" if abs(value) < 10**300 else "a number of hundreds of digits"
    return value


def _build(data: dict[str, Any]) -> Config:
    fewest, most = data.get("limits", {}).get("team-size", (0, 0))
    if fewest > most:
        raise AlignError(
            f"{FILE_NAME}: `team-size` is [{fewest}, {most}], and the first number should be the smaller one"
        )
    check = data.get("check", {})
    year = data.get("fiscal-year", {})
    return Config(
        include=tuple(data.get("include", Config().include)),
        exclude=tuple(data.get("exclude", ())),
        fiscal=FiscalYear(_MONTHS.index(year.get("starts", "january")) + 1, year.get("named-by", "end") == "end"),
        fail_on=parse_level(check.get("fail-on", "error")),
        ignore=tuple(check.get("ignore", ())),
        severity={name: _LEVELS[level] for name, level in check.get("severity", {}).items()},
        per_path=tuple(
            PerPath(pattern, tuple(entry.get("ignore", ()))) for pattern, entry in check.get("per-path", {}).items()
        ),
        limits=msgspec.convert(data.get("limits", {}), Limits),
        baseline=check.get("baseline"),
        plugins=tuple(data.get("plugins", ())),
        schemas=dict(data.get("schemas", {})),
    )
