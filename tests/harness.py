"""Small repos in memory, written to a folder and checked as the command does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from aligncli import engine
from aligncli.commands.debts import find
from aligncli.diagnostics import Severity
from aligncli.io.repo import Repo

AS_OF = date(2026, 11, 20)

ORG = """\
---
kind: org
name: Parcelry
north-star: Anyone can send a parcel anywhere with one tap.
{outcomes}---
"""
OUTCOME = "outcomes:\n  - {id: fewer-abandoned-carts, title: Fewer carts are abandoned}\n"


def with_org(files: Mapping[str, str | bytes]) -> dict[str, str | bytes]:
    """The files, and the smallest organisation that they can stand in, unless they bring their own."""
    texts = [text for text in files.values() if isinstance(text, str)]
    if any("kind: org" in text for text in texts):
        return dict(files)
    outcomes = OUTCOME if any("fewer-aband" in text for text in texts) else ""
    return {"org.md": ORG.format(outcomes=outcomes), **files}


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return root


def check(
    root: Path, files: Mapping[str, str | bytes], *, as_of: date = AS_OF, show: Severity = Severity.INFO
) -> engine.Report:
    """Writes the files and checks them."""
    write(root, files)
    (root / "align.toml").touch()
    repo = Repo(root)
    known = find(repo, None)
    baseline = known.read() if known else None
    return engine.run(repo.load(as_of), repo.config, engine.Selection(), repo.text, show=show, baseline=baseline)


def lines(report: engine.Report) -> list[str]:
    """Each diagnostic in one line, without its help."""
    return [
        f"{d.path}:{d.range.start.line}:{d.range.start.column}: {d.severity.label}[{d.code}] {d.message}"
        for d in report.diagnostics
    ]
