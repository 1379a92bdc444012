"""Tests of rules as documents: markdown in, diagnostics with exact positions out.

Align's own rules are tested with this module, and the rules of a plugin can be in the same way:

    FOLDER = Path(__file__).parent / "rules"

    @pytest.mark.parametrize("case", read_cases(FOLDER), ids=str)
    def test_case(case, tmp_path):
        assert_case(case, tmp_path, RULES)

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
    def test_page(rule, tmp_path):
        assert_page(rule, tmp_path, RULES)

    def test_all():
        assert_rules(RULES, FOLDER)

A test file is called as its rule: ``ACM001.md``. Each ``## heading`` is a case: code blocks whose info string ends in
a path (``markdown teams/checkout/charter.md``, ``toml align.toml``; a third word is an encoding) are the files, and the
block ``diagnostics`` lists what the check says, in order:

    teams/checkout/charter.md:7:16: error[AL202] goal `checkout/pay` supports …
      help: an outcome with a similar id exists: …

Advice (info) of other rules is left out, unless the block says ``diagnostics all``; ``as-of=2026-12-01`` sets the
day. A ``help:`` line may be left out; when one is there, all must be right. A case without an org stands in the
smallest one, which has the outcome ``fewer-abandoned-carts`` where a document speaks of it. ``UPDATE_RULE_TESTS=1``
rewrites the blocks; read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from datetime import date
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from aligncli import engine
from aligncli.commands import debts
from aligncli.diagnostics import Diagnostic, Severity
from aligncli.io.repo import Repo
from aligncli.rules import RULES
from aligncli.rules.base import Example, Rule, fault, objection, split_sections

AS_OF = date(2026, 11, 20)
"""The day on which every test takes place that names no other."""

Files = Mapping[str, str | bytes]
"""Paths from the root, with ``/``, and what is in each."""

ORG = """\
---
kind: org
name: Parcelry
north-star: Anyone can send a parcel anywhere with one tap.
{outcomes}---
"""
"""The smallest org, to be formatted with its ``outcomes``."""

OUTCOME = "outcomes:\n  - {id: fewer-abandoned-carts, title: Fewer carts are abandoned}\n"
"""The one outcome that it has by default."""

_WITHOUT_ORG = "AL211"
"""The one rule about having no org, which therefore gets none."""
_BLOCK = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=fence)$", re.M | re.S)


class Case(NamedTuple):
    """One heading of a test file."""

    file: Path
    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.code}: {self.title}"

    @property
    def code(self) -> str:
        """The rule that it is about."""
        return self.file.stem

    @property
    def files(self) -> Files:
        """Its files, and the smallest org where it brings none."""
        files: dict[str, str | bytes] = {}
        for block in _BLOCK.finditer(self.text):
            info = block["info"].split()
            if len(info) >= 2 and info[0] != "diagnostics":
                files[info[1]] = block["text"].encode(info[2]) if len(info) > 2 else block["text"]
        return _completed(self.code, files)

    @property
    def options(self) -> Sequence[str]:
        """The words behind ``diagnostics``."""
        found = [block["info"].split() for block in _BLOCK.finditer(self.text)]
        return next((info[1:] for info in found if info[:1] == ["diagnostics"]), ())

    @property
    def expected(self) -> str:
        """What it lists."""
        texts = [block["text"] for block in _BLOCK.finditer(self.text) if block["info"].split()[:1] == ["diagnostics"]]
        assert texts, f"{self} has no block `diagnostics`"
        return texts[-1]

    @property
    def as_of(self) -> date:
        """The day on which it takes place."""
        return next((date.fromisoformat(word[6:]) for word in self.options if word.startswith("as-of=")), AS_OF)


def read_cases(folder: Path) -> list[Case]:
    """The cases of all test files in a folder, in order.

    Raises:
        AssertionError: there is none; nothing tested is not the same as nothing wrong.
    """
    found = [
        Case(file, title, text)
        for file in sorted(folder.glob("*.md"))
        for title, text in split_sections(file.read_text(encoding="utf-8"))[1]
    ]
    assert found, f"there is no test case in {folder}: a markdown file called as its rule, with a `## heading` per case"
    return found


def assert_case(case: Case, root: Path, rules: Sequence[Rule] = ()) -> None:
    """That a case gives the diagnostics that it lists.

    Args:
        case: of :func:`read_cases`.
        root: an empty folder to write its files to.
        rules: those of the plugin; align's own run as well.
    """
    expected = case.expected
    report = check(root, case.files, rules, as_of=case.as_of)
    actual = []
    for found in report.diagnostics:
        if "all" in case.options or _matters(found, case.code):
            actual.append(_line(found))
            if found.help:
                actual.append(f"  help: {found.help}")
    wanted = expected.splitlines()
    if not any(line.startswith("  help:") for line in wanted):
        actual = [line for line in actual if not line.startswith("  help:")]
    if wanted == actual:
        return
    if os.environ.get("UPDATE_RULE_TESTS"):
        _update(case, expected, actual)
        return
    difference = "\n".join(unified_diff(wanted, actual, "as written", "as found", lineterm=""))
    raise AssertionError(f"{case} gives something else (UPDATE_RULE_TESTS=1 rewrites the block):\n{difference}")


def _update(case: Case, expected: str, actual: Sequence[str]) -> None:
    text = case.file.read_text(encoding="utf-8")
    block = text.index("```diagnostics", text.index(case.text))
    start = text.index("\n", block) + 1
    new = "".join(line + "\n" for line in actual)
    case.file.write_text(text[:start] + new + text[start + len(expected) :], encoding="utf-8")


def assert_page(rule: Rule, root: Path, rules: Sequence[Rule] = ()) -> None:
    """That a rule's docstring is a page, whose bad example gives exactly this rule and whose good one nothing.

    Args:
        rule: whose page it is.
        root: an empty folder to write the examples to.
        rules: those of the plugin; align's own run as well.
    """
    wrong = fault(rule)
    assert wrong is None, f"the rule `{rule.code}` {wrong}"
    for section, wanted in (("Bad", {rule.code}), ("Good", set())):
        files = {example.path: _content(example) for example in rule.page.examples(section)}
        report = check(root / section.lower(), _completed(rule.code, files), rules)
        found = [item for item in report.diagnostics if _matters(item, rule.code)]
        if {item.code for item in found} != wanted:
            listed = "\n".join(_line(item) for item in found) or "nothing"
            raise AssertionError(f"`## {section}` of {rule.code} gives:\n{listed}")


def assert_rules(rules: Sequence[Rule], folder: Path) -> None:
    """That rules can stand beside align's own, in order and each with a test file in a folder that has no others."""
    codes = [rule.code for rule in rules]
    assert codes == sorted(codes), "the rules are not sorted by code"
    ours = {rule.code for rule in RULES if rule in rules}
    for index, rule in enumerate(rules):
        wrong = fault(rule) if rule.code in ours else objection(rule, [*RULES, *rules[:index]])
        assert wrong is None, f"the rule `{rule.code}` {wrong}"
    tested = {file.stem for file in folder.glob("*.md")}
    assert not {*codes} - tested, f"no test in {folder} for {', '.join(sorted({*codes} - tested))}"
    assert not tested - {*codes}, f"no rule for the tests of {', '.join(sorted(tested - {*codes}))}"


def check(
    root: Path,
    files: Files,
    rules: Sequence[Rule] = (),
    *,
    as_of: date = AS_OF,
    show: Severity = Severity.INFO,
) -> engine.Report:
    """Writes files below a root and checks them with align's own rules and some more."""
    write(root, files)
    (root / "align.toml").touch()
    repo = Repo(root)
    known = debts.find(repo, None)
    task = engine.Task(
        repo.load(as_of),
        repo.config,
        engine.Selection(),
        repo.text,
        rules=(*RULES, *(rule for rule in rules if rule not in RULES)),
        baseline=known.read() if known else None,
    )
    return engine.run(task, show=show)


def lines(report: engine.Report) -> list[str]:
    """Each diagnostic in one line, without its help."""
    return [_line(item) for item in report.diagnostics]


def write(root: Path, files: Files) -> Path:
    """Writes files below a root, which it gives back."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return root


def with_org(files: Files) -> dict[str, str | bytes]:
    """The files, and the smallest organisation that they can stand in, unless they bring their own."""
    texts = [text for text in files.values() if isinstance(text, str)]
    if any("kind: org" in text for text in texts):
        return dict(files)
    outcomes = OUTCOME if any("fewer-aband" in text for text in texts) else ""
    return {"org.md": ORG.format(outcomes=outcomes), **files}


def _completed(code: str, files: Files) -> Files:
    return files if code == _WITHOUT_ORG else with_org(files)


def _content(example: Example) -> str | bytes:
    return example.text if example.encoding == "utf-8" else example.text.encode(example.encoding)


def _matters(item: Diagnostic, code: str) -> bool:
    """Whether a diagnostic says something about the rule under test: advice of others is everywhere."""
    return item.code == code or item.severity > Severity.INFO


def _line(item: Diagnostic) -> str:
    start = item.range.start
    return f"{item.path}:{start.line}:{start.column}: {item.severity.label}[{item.code}] {item.message}"
