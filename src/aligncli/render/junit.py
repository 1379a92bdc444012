"""The check as JUnit XML: a suite for each team, a case for each finding and for each document without any."""

from __future__ import annotations

import re
from itertools import count as counted
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from aligncli.diagnostics import Diagnostic
from aligncli.render.check import Checked
from aligncli.render.check_text import concise_line
from aligncli.render.text import Style, cut, plain, without_commands

_ORGANISATION = "the organisation"
_LONGEST_NAME = 250
"""Readers show a name in a table and make addresses of it; the whole message stands in the case."""
_NO_XML = re.compile("[\ufffe\uffff]")
_ATTACHMENT = re.compile(r"\[\[(?=\s*ATTACHMENT)", re.I)
"""How Jenkins and GitLab are told to pick up a file."""


def junit(checked: Checked) -> str:
    """Findings at or above what fails the check are failures; the others pass, and say so in their output.

    GitLab and Jenkins tell cases apart by class and name, and call new what they do not know from the last run: no
    line is part of either, and no two cases have both in common.
    """
    report = checked.report
    suites: dict[str | None, list[Element]] = {}
    found = {item.path for item in report.diagnostics}
    names: set[tuple[str, str]] = set()

    def case(team: str | None, path: str, name: str) -> Element:
        group, name = _group(path), cut(_text(name), _LONGEST_NAME)
        numbered = (f"{name} ({number})" for number in counted(2))
        while (group, name) in names:
            name = next(numbered)
        names.add((group, name))
        element = Element("testcase", {"classname": group, "name": name, "file": _text(checked.path(path))})
        suites.setdefault(team, []).append(element)
        return element

    for item in report.diagnostics:
        element = case(item.team, item.path, f"{item.code} {item.name}: {item.message}")
        element.set("line", str(item.range.start.line))
        if checked.fail_on is not None and item.severity >= checked.fail_on:
            failure = {"type": item.severity.label, "message": _text(item.message)}
            SubElement(element, "failure", failure).text = _story(item)
        else:
            SubElement(element, "system-out").text = _story(item)
    for place in report.documents:
        if place.path not in found:
            case(place.team, place.path, "no findings")

    root = Element("testsuites", {"name": "align"})
    for team in sorted(suites, key=lambda team: (team is not None, team or "")):
        suite = SubElement(root, "testsuite", {"name": _text(team) if team else _ORGANISATION})
        suite.extend(suites[team])
        _count(suite)
    _count(root)
    indent(root)
    written = tostring(root, encoding="unicode", short_empty_elements=True)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + without_commands(written, "&#58;:", "#&#35;") + "\n"


def _count(element: Element) -> None:
    element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
    element.set("failures", str(sum(1 for _ in element.iter("failure"))))
    element.set("errors", "0")
    element.set("skipped", "0")


def _group(path: str) -> str:
    """A document as a class in a package: readers take dots apart, and know no slashes."""
    return _text(path.removesuffix(".md").replace(".", "_").replace("/", "."))


def _story(item: Diagnostic) -> str:
    lines = [concise_line(item, Style()).rstrip("\n"), *([f"help: {item.help}"] if item.help else [])]
    return "\n".join(_text(line) for line in lines)


def _text(value: str) -> str:
    """What XML can hold, on one line."""
    value = _NO_XML.sub(lambda found: f"\\u{ord(found.group()):04x}", plain(value))
    return _ATTACHMENT.sub("[ [", value)
