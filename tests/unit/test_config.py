"""``align.toml``: what it means, and the sentence about what it cannot mean."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from aligncli.config import Config, Limits, PerPath, parse_config, parse_level
from aligncli.diagnostics import AlignError, Severity
from aligncli.io.resources import load_schemas
from aligncli.model import FiscalYear
from tests import TOP

SCHEMAS = load_schemas()
PAGE = """\
format = 1
plugins = ["acme-align-rules"]
include = ["**/*.md"]
exclude = ["archive/**"]

[fiscal-year]
starts = "april"
named-by = "start"

[check]
fail-on = "warning"
baseline = "align-baseline.json"
ignore = ["AL211", "missing-team-api"]
[check.severity]
AL208 = "error"
AL209 = "off"
[check.per-path]
"teams/labs/**" = { ignore = ["AL3"] }

[limits]
team-size = [4, 8]
open-goals = 6
musts = 8
interactions = 7
review-days = 101
measure-days = 46
blocker-days = 31
waiver-days = 181
period-grace-days = 22
forming-days = 91

[schemas]
charter = "schemas/our-charter.schema.json"
team-api = "api.json"
"""


def parse(text: str) -> Config:
    return parse_config(text, SCHEMAS)


def test_every_key() -> None:
    assert parse(PAGE) == Config(
        include=("**/*.md",),
        exclude=("archive/**",),
        fiscal=FiscalYear(4, False),
        fail_on=Severity.WARNING,
        ignore=("AL211", "missing-team-api"),
        severity={"AL208": Severity.ERROR, "AL209": Severity.OFF},
        per_path=(PerPath("teams/labs/**", ("AL3",)),),
        limits=Limits((4, 8), 6, 8, 7, 101, 46, 31, 181, 22, 91),
        plugins=("acme-align-rules",),
        schemas={"charter": "schemas/our-charter.schema.json", "team-api": "api.json"},
        baseline="align-baseline.json",
        text=PAGE,
    )


def test_all_keys_are_optional() -> None:
    for text in ("", "\n", "# nothing\n", "format = 1\n", "[check]\n[limits]\n[fiscal-year]\n", "\ufeff"):
        assert msgspec.structs.replace(parse(text), text="") == Config()


def test_the_defaults_are_those_of_the_page_and_of_the_schema() -> None:
    limits = Config().limits
    assert limits == Limits((5, 9), 5, 7, 6, 100, 45, 30, 180, 21, 90)
    assert Config().fail_on is Severity.ERROR
    assert Config().fiscal == FiscalYear(1, True)
    fields = SCHEMAS.bundle("config")["properties"]["limits"]["properties"]
    for name, schema in fields.items():
        value = getattr(limits, name.replace("-", "_"))
        assert schema["default"] == (list(value) if isinstance(value, tuple) else value)


def test_levels() -> None:
    assert [parse_level(word) for word in ("error", "warning", "info", "never")] == [
        Severity.ERROR,
        Severity.WARNING,
        Severity.INFO,
        None,
    ]
    assert parse('[check]\nfail-on = "never"\n').fail_on is None


@pytest.mark.parametrize("month", range(1, 13))
def test_months(month: int) -> None:
    names = SCHEMAS.bundle("config")["properties"]["fiscal-year"]["properties"]["starts"]["enum"]
    assert parse(f'[fiscal-year]\nstarts = "{names[month - 1]}"\n').fiscal == FiscalYear(month, True)


@pytest.mark.parametrize(
    "text",
    [
        "format = '1'\n", "format = 2\n", "plugins = 'a'\n", "plugins = [1]\n", "plugins = ['a b']\n", "[schemas]\ncharter = 1\n", "[schemas]\ncharter = ''\n",
        "[schemas]\nconfig = 'a.json'\n", "schemas = ['a.json']\n", "format = true\n", "format = 1\nformat = 1\n", "[limits]\nmusts = -1\n", "[limits]\nteam-size = [5]\n", "include = '**/*.md'\n", "[fiscal-year]\nnamed-by = 'begin'\n", "[limit]\nmusts = 7\n", "include = [1]\n", "include = ['']\n", "exclude = {}\n", "[check]\nfail-on = 1\n", "[check]\nignore = 'AL1'\n", "check = 1\n", "limits = []\n",
        "[limits]\nmusts = 1.5\n", "[limits]\nmusts = true\n", "[limits]\nteam-size = [1, 2, 3]\n", "[limits]\nteam-size = ['a', 'b']\n", "[limits]\nmusts = 1_000_000_000\n",
        "[check.severity]\nAL1 = 1\n", "[check.per-path]\n'a' = {}\n", "[check.per-path]\n'a' = {ignore = 'AL1'}\n", "a = nan\n", "format = inf\n", "[limits]\nmusts = -inf\n",
        "format = 2026-11-20T00:00:00Z\n", "format = 12:30:00\n", "[x]\n", "x.y.z = 1\n", "[[check]]\n", "'' = 1\n", "\"a\\nb\" = 1\n", "a = " + "9" * 5000 + "\n", "include = ['!!!', '[', '**', '/']\nx = 1\n",
    ],
)  # fmt: skip
def test_what_it_does_not_know_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(AlignError) as caught:
        parse(text)
    message = str(caught.value)
    assert message.startswith("align.toml")
    assert "\n" not in message
    assert len(message) < 500


@pytest.mark.parametrize("pattern", ["[", "!", "a\\\\", "**", "/", "***", "[!]", " ", "#", "a" * 1000])
def test_no_pattern_makes_it_crash(pattern: str, tmp_path: Path) -> None:
    """A pattern that pathspec refuses is a mistake in `align.toml`, said in one sentence."""
    from aligncli.io.discover import discover
    from aligncli.io.tree import Disk

    (tmp_path / "a.md").touch()
    for key in ("include", "exclude"):
        said = ""
        try:
            discover(Disk(tmp_path), parse(f'{key} = ["{pattern}"]\n'))
        except AlignError as error:
            said = str(error)
        assert "\n" not in said


def test_a_kind_that_is_none_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(AlignError, match=r"`chartr`.*a similar field exists: `charter`"):
        parse("[schemas]\nchartr = 'a.json'\n")


def test_mistakes_are_counted() -> None:
    with pytest.raises(AlignError, match=r"and 2 more mistakes"):
        parse("[chekc]\n[limit]\n[fiscalyear]\n")


def test_the_page_in_the_design_is_understood_as_far_as_it_goes() -> None:
    """The example configuration of a repo that exists."""
    text = (TOP / "examples/charters/align.toml").read_text(encoding="utf-8")
    assert parse(text).fail_on is Severity.WARNING
