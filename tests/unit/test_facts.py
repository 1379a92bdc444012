"""What findings are as facts: each has a name of its own that lasts, and rests on nothing that is broken."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from aligncli import engine
from aligncli.config import Config, parse_config
from aligncli.diagnostics import Finding, Severity
from aligncli.document.fences import split
from aligncli.document.loader import load
from aligncli.io.resources import load_schemas
from aligncli.model import KINDS
from aligncli.testing import Case, read_cases
from aligncli.workspace.link import link
from aligncli.workspace.load import load_document
from tests import TOP

SCHEMAS = load_schemas()
CASES = [case for case in read_cases(TOP / "tests" / "rules") if all(isinstance(t, str) for t in case.files.values())]
"""All but those about encodings."""

Key = tuple[str, tuple[str, ...]]

TOLD_TOGETHER = {"AL302", "AL603"}
"""What several have in common is told once, where it is written: with one of them unreadable, it is told of each."""


@cache
def texts(case: Case) -> Mapping[str, str]:
    return MappingProxyType({path: str(text) for path, text in case.files.items()})


def find(case: Case, files: Mapping[str, str], later: int = 0) -> list[Finding]:
    """What a check finds, without a disk in between."""
    config = parse_config(files["align.toml"], SCHEMAS) if "align.toml" in files else Config()
    read = (
        load_document(path, text, SCHEMAS, expected=config.has_own_include)
        for path, text in files.items()
        if path.endswith(".md")
    )
    paths = {path[: at.start()] for path in files for at in re.finditer(r"/|\Z", path)}
    documents = [document for document in read if document is not None]
    ws = link(documents, paths, case.as_of + timedelta(later), config.fiscal)
    report = engine.run(
        engine.Task(ws, config, engine.Selection(), lambda path: files.get(path, "")), show=Severity.OFF
    )
    return [verdict.finding for verdict in report.verdicts]


@cache
def found_in(case: Case) -> Sequence[Finding]:
    """What a check finds in a case as it is written: most tests here compare with that."""
    return find(case, texts(case))


def keys(findings: Sequence[Finding]) -> Counter[Key]:
    return Counter((finding.rule, finding.identity) for finding in findings)


def words(finding: Finding) -> tuple[object, ...]:
    """A finding as a reader knows it again tomorrow: what it says, without the figures, and where."""
    return finding.rule, finding.path, finding.route, finding.span, re.sub(r"[0-9]+ days?", "", finding.message)


def taken_apart(text: str) -> tuple[dict[str, Any], str] | None:
    """The data and the prose of a document that is nothing but right so far."""
    fences = split(text)
    if fences.frontmatter is None:
        return None
    loaded = load(text[fences.frontmatter.start : fences.frontmatter.end])
    if loaded.error or loaded.duplicates or not isinstance(loaded.data, dict) or loaded.data.get("kind") not in KINDS:
        return None
    return loaded.data, text[fences.body :]


def put_together(data: Mapping[str, Any], prose: str) -> str:
    lines = "\n".join(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in data.items())
    return f"---\n{lines}\n---\n{prose}"


def turned(value: Any) -> Any:
    """Data with all its lists from the last item to the first."""
    if isinstance(value, dict):
        return {key: turned(item) for key, item in value.items()}
    return [turned(item) for item in reversed(value)] if isinstance(value, list) else value


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_fact_has_a_name_that_no_other_has(case: Case) -> None:
    said: dict[Key, set[str]] = defaultdict(set)
    for finding in found_in(case):
        assert finding.identity, finding
        assert all(isinstance(part, str) for part in finding.identity), finding
        said[finding.rule, finding.identity].add(finding.message)
    assert not {key: messages for key, messages in said.items() if len(messages) > 1}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fact_has_the_same_name_tomorrow(case: Case) -> None:
    today = {words(finding): finding.identity for finding in found_in(case)}
    tomorrow = {words(finding): finding.identity for finding in find(case, texts(case), later=1)}
    both = today.keys() & tomorrow.keys()
    assert {key: tomorrow[key] for key in both} == {key: today[key] for key in both}


def movable_cases() -> Iterator[Case]:
    """Cases without a suppression, which has a place of its own."""
    return (case for case in CASES if not any("align:" in text for text in texts(case).values()))


@pytest.mark.parametrize("case", list(movable_cases()), ids=str)
def test_a_fact_has_the_same_name_wherever_it_stands(case: Case) -> None:
    files = texts(case)
    moved = {path: re.sub(r"\A---[ \t]*\n", "---\n# one\n\n# two\n", text) for path, text in files.items()}
    assert keys(find(case, moved)) == keys(found_in(case))
    apart = {path: taken_apart(text) for path, text in files.items()}
    if all(apart[path] for path in files if path.endswith(".md")):
        plain = {path: put_together(*read) if (read := apart[path]) else text for path, text in files.items()}
        other = {
            path: put_together(turned(read[0]), read[1]) if (read := apart[path]) else text
            for path, text in files.items()
        }
        found = keys(find(case, plain))
        if all(code > "AL2" for code, _ in found):  # a schema's mistake says what stands there
            assert keys(find(case, other)) == found


def sound_cases() -> Iterator[Case]:
    """Cases in which everything can be read and resolved, so that one mistake more is the first."""
    for case in CASES:
        if not any(
            code.startswith(("AL0", "AL1", "AL201", "AL202", "AL203", "AL9")) for code, _ in keys(found_in(case))
        ):
            yield case


SOUND = [*sound_cases()]


def consequences(case: Case, found: Counter[Key], path: str, text: str, causes: tuple[str, ...]) -> list[str]:
    """What is said only because one document got worse, besides that.

    One of many that have something in common may go missing: then the others are a fact of another name.
    """
    known: dict[str, list[set[str]]] = defaultdict(list)
    for code, identity in found:
        known[code].append({*identity})
    worse = [item for item in find(case, {**texts(case), path: text}) if (item.rule, item.identity) not in found]
    if not any(item.rule in causes and item.path == path for item in worse):
        return []
    return [
        f"{path} {item.rule}: {item.message}"
        for item in worse
        if not (item.rule in causes and item.path == path)
        and item.rule not in TOLD_TOGETHER
        and not any({*item.identity} <= identity for identity in known[item.rule])
    ]


@pytest.mark.parametrize("case", SOUND, ids=str)
def test_nothing_follows_from_a_document_that_cannot_be_read(case: Case) -> None:
    found = keys(found_in(case))
    for path, text in texts(case).items():
        if taken_apart(text):
            broken = re.sub(r"\A---[ \t]*\n", "---\nbroken: [\n", text)
            assert not consequences(case, found, path, broken, ("AL003",))


WRONG = 'neither "this" nor that'
"""No id, no date, no word of any list."""


def nodes(value: Any, route: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The route of every value in some data."""
    if route:
        yield route
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield from nodes(item, (*route, step))


def with_value(data: Any, route: tuple[str | int, ...], value: Any) -> Any:
    """A copy of some data with another value at a route."""
    if not route:
        return value
    step, *rest = route
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    copy[step] = with_value(data[step], tuple(rest), value)
    return copy


def fields(code: str) -> Iterator[tuple[Case, str, tuple[str | int, ...]]]:
    """Each field that the cases of a rule have, once."""
    seen = set()
    for case in SOUND:
        for path, text in texts(case).items() if case.code == code else ():
            apart = taken_apart(text)
            for route in nodes(apart[0]) if apart else ():
                field = (path.rpartition("/")[2], tuple(step if isinstance(step, str) else "" for step in route))
                # Without its id a thing is called otherwise, and its former names are gone with what held them.
                if route[-1] not in ("kind", "id") and "formerly" not in route and field not in seen:
                    seen.add(field)
                    yield case, path, route


@pytest.mark.parametrize("code", sorted({case.code for case in SOUND}))
def test_nothing_follows_from_a_field_that_breaks_its_schema(code: str) -> None:
    follows: list[str] = []
    alike: dict[tuple[Case, str], Counter[Key]] = {}
    for case, path, route in fields(code):
        apart = taken_apart(texts(case)[path])
        assert apart
        if (case, path) not in alike:
            alike[case, path] = keys(find(case, {**texts(case), path: put_together(*apart)}))
        value: Any = apart[0]
        for step in route:
            value = value[step]
        for wrong in (WRONG, [{WRONG: value}]):
            broken = put_together(with_value(apart[0], route, wrong), apart[1])
            said = consequences(case, alike[case, path], path, broken, ("AL101", "AL102", "AL103", "AL104"))
            if route == ("team",) and not path.startswith("teams/"):
                continue  # nothing tells whose it is
            follows.extend(f"{case}: {'.'.join(map(str, route))} of {line}" for line in said)
    assert not follows


def test_a_period_that_is_over_is_one_fact_until_the_last_goal_is_closed() -> None:
    """Else closing one of them would bring something new."""
    goal = "  - {id: %s, title: Nobody waits, period: 2026-Q2, supports: [happy-senders]%s}\n"
    head = "---\nkind: charter\nteam: checkout\nmission: Everybody can pay.\ngoals:\n"
    org = "---\nkind: org\nname: Parcelry\nnorth-star: Anyone can send.\noutcomes: [{id: happy-senders, title: All}]\n---\n"
    names: set[object] = set()
    for closed in ("", ", status: missed"):
        charter = head + goal % ("one", closed) + goal % ("two", "") + "---\n"
        case = Case(
            Path("AL702.md"), "", f"```markdown org.md\n{org}```\n```markdown teams/checkout/charter.md\n{charter}```\n"
        )
        names.update(item.identity for item in found_in(case) if item.rule == "AL702")
    assert len(names) == 1
