"""The check as SARIF 2.1.0: results with their rules' pages, what silences them, and how to fix them.

The parts that GitHub code scanning reads are made as its documentation wants them; all else is for other readers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aligncli import HOME, __version__
from aligncli.diagnostics import Diagnostic, LocatedFix, LocatedRelated, Range, Severity
from aligncli.engine import Silenced, Since
from aligncli.render.check import Checked
from aligncli.render.fingerprints import SCHEME, fingerprints
from aligncli.render.links import rule_page
from aligncli.render.text import cut, json_text, plain
from aligncli.rules import FAMILIES
from aligncli.rules.base import Rule

_BASE = "%SRCROOT%"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_GUESSES = frozenset(("AL005", "AL006", "AL305", "AL310", "AL604"))
"""Rules that judge by likeness or wording, and are wrong now and then; all others state what is so."""
_MOST = 1000
"""Characters of a description; GitHub takes 1,024."""

_SEMANTIC = re.compile(r"\d+\.\d+\.\d+\Z")
_BLOB = re.compile(r"(?P<repo>https?://.+?)/(?:-/)?blob/(?P<commit>[0-9a-f]{7,64})/\Z")
_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_BRACKET = re.compile(r"([\\\[\]])")


def sarif(checked: Checked) -> str:
    """One run, with the most severe results first and those that are silenced last."""
    report = checked.report
    # With `--since` each result has to say how it compares, and what is silenced was compared with nothing.
    hidden = report.silenced if report.since is None else ()
    prints = fingerprints(report.diagnostics, [item.diagnostic for item in hidden])
    places = {rule.code: at for at, rule in enumerate(checked.rules)}
    found: list[tuple[Diagnostic, Silenced | None]] = [(item, None) for item in report.diagnostics]
    found += [(item.diagnostic, item) for item in hidden]
    results = [
        (item, silenced, _result(checked, item, silenced, places[item.code], fingerprint))
        for (item, silenced), fingerprint in zip(found, prints, strict=True)
    ]
    # Readers that take only so many results take the first ones; else they stay sorted by place.
    results.sort(key=lambda each: (each[1] is not None, -each[0].severity))
    run = {
        "tool": {"driver": _driver(checked.rules)},
        "invocations": [{"executionSuccessful": True}],
        # Two roots in one repo are two analyses, and neither takes the place of the other.
        **({"automationDetails": {"id": "align/" + checked.uri("")}} if checked.prefix else {}),
        **_provenance(checked.blob),
        "originalUriBaseIds": {_BASE: {"description": {"text": "The top level of the git repository."}}},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "properties": {"asOf": checked.as_of.isoformat(), **_since(report.since)},
        "results": [],
    }
    log = json_text({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]})
    # There may be tens of thousands: each on a line of its own is a third of the size, and quick to write. The key
    # stands there once: inside of a text its quotes would be escaped.
    lines = ",".join("\n" + json_text(result, indent=None).rstrip("\n") for _, _, result in results)
    return log.replace('"results": []', f'"results": [{lines}]', 1)


def _driver(rules: Sequence[Rule]) -> dict[str, Any]:
    return {
        "name": "align",
        "version": __version__,
        **({"semanticVersion": __version__} if _SEMANTIC.match(__version__) else {}),
        "informationUri": HOME,
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    """A rule's page, as a descriptor; what a plugin brings has no page of ours to link to."""
    address = rule_page(rule.code, rule.name)
    summary = rule.summary or rule.name  # `python -OO` takes docstrings away
    page = rule.source or rule.name
    reason = " ".join(rule.page.sections.get("Why it matters", "").split())
    is_off = rule.severity is Severity.OFF
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": cut(summary, _MOST)},
        "fullDescription": {"text": cut(f"{summary} {reason}".strip(), _MOST)},
        "help": {"text": page, "markdown": page},
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"enabled": False} if is_off else {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": [f"plugin {rule.origin}" if rule.origin else FAMILIES[rule.code[:3]].lower()],
            **({} if rule.origin else {"precision": "high" if rule.code in _GUESSES else "very-high"}),
            **({} if is_off else {"problem.severity": _PROBLEMS[rule.severity]}),
        },
    }


def _result(
    checked: Checked, item: Diagnostic, silenced: Silenced | None, rule: int, fingerprint: str
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": item.code,
        "ruleIndex": rule,
        "level": _LEVELS[item.severity],
        "message": {"text": _message(item)},
        "locations": [_location(checked, item.path, item.range)],
        "partialFingerprints": {SCHEME: fingerprint},
        # Of no result or of every one, says the standard: an empty list is one that counts.
        "suppressions": [] if silenced is None else [_suppression(silenced)],
    }
    if item.label:
        result["locations"][0]["message"] = {"text": _text(item.label)}
    if item.related:
        result["relatedLocations"] = [
            {
                "id": number,
                **_location(checked, related.path, related.range),
                "message": {"text": _text(related.message)},
            }
            for number, related in enumerate(item.related, 1)
        ]
    if checked.report.since is not None:
        result["baselineState"] = "new"
    # What a comment suppresses is to stay as it is.
    if item.fix is not None and (silenced is None or not silenced.in_source):
        result["fixes"] = [_fix(checked, item.fix)]
    properties = {"subject": item.subject, "team": item.team}
    result["properties"] = {name: plain(value) for name, value in properties.items() if value is not None}
    return result


def _message(item: Diagnostic) -> str:
    """What is wrong, what to do and where to look, as sentences: where there is little room, readers show the first.

    Other places are linked, for readers (GitHub is one) that show those alone.
    """
    parts = [_sentence(item.message)]
    if item.help:
        parts.append(f"Help: {_sentence(item.help)}")
    links = [f"[{_link_text(related)}]({number})" for number, related in enumerate(item.related, 1)]
    if links:
        parts.append(f"See: {', '.join(links)}.")
    return "\n".join(parts)


def _sentence(text: str) -> str:
    text = _text(text)
    return text if text.endswith((".", "!", "?")) else text + "."


def _link_text(related: LocatedRelated) -> str:
    return _BRACKET.sub(r"\\\1", _text(related.message or related.path))


def _text(text: str) -> str:
    """A text of somebody's own, on one line, in which no reader of SARIF finds a link or a placeholder."""
    return _PLACEHOLDER.sub(r"{{\1}}", plain(text).replace("](", "] ("))


def _location(checked: Checked, path: str, place: Range) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(checked, path), "region": _region(place)}}


def _artifact(checked: Checked, path: str) -> dict[str, str]:
    return {"uri": checked.uri(path), "uriBaseId": _BASE}


def _region(place: Range) -> dict[str, int]:
    """A range; as everywhere, what concerns a whole file stands at its beginning and is empty."""
    return {
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    }


def _fix(checked: Checked, fix: LocatedFix) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in sorted(fix.edits, key=lambda edit: (edit.path, edit.range)):
        replacement = {"deletedRegion": _region(edit.range), "insertedContent": {"text": edit.text}}
        changes.setdefault(edit.path, []).append(replacement)
    return {
        "description": {"text": _text(fix.title)},
        "artifactChanges": [
            {"artifactLocation": _artifact(checked, path), "replacements": replacements}
            for path, replacements in changes.items()
        ],
        "properties": {"safe": fix.safe},
    }


def _suppression(silenced: Silenced) -> dict[str, str]:
    if not silenced.in_source:
        return {"kind": "external", "status": "accepted", "justification": "known to the baseline"}
    reason = _text(silenced.reason)
    return {"kind": "inSource", "status": "accepted", **({"justification": reason} if reason else {})}


def _provenance(blob: str) -> Mapping[str, Any]:
    """Which revision of which repository it is about, where the address of its files tells."""
    found = _BLOB.match(blob)
    if found is None:
        return {}
    details = {
        "repositoryUri": found["repo"],
        "revisionId": found["commit"],
        "mappedTo": {"uriBaseId": _BASE},
    }
    return {"versionControlProvenance": [details]}


def _since(since: Since | None) -> Mapping[str, Any]:
    """What the results are new to, and what is left out for that reason."""
    if since is None:
        return {}
    told = {
        **since._asdict(),
        "ref": plain(since.ref),
        "configuration": [plain(path) for path in since.configuration],
        "empty": plain(since.empty) if since.empty is not None else None,
    }
    return {"since": told}
