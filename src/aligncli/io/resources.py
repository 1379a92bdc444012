"""The files that ship with the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from aligncli.model import KINDS
from aligncli.schema import Schemas


class _Files(dict[str, str]):
    """Reads each schema when it is first asked for: a small repo needs few of them."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __missing__(self, name: str) -> str:
        text = (self._folder / f"{name}.schema.json").read_text(encoding="utf-8")
        self[name] = text
        return text


def schema_folder() -> Path:
    """Where the schemas are: inside the package when installed, at the top of the repo when editable."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent.parent / "schemas"


@cache
def load_schemas() -> Schemas:
    """The shipped schemas: the seven kinds, their shared definitions, and the configuration's."""
    return Schemas(_Files(schema_folder()))


def output_schema(name: str) -> Any:
    """The published schema of something that align itself prints or writes; one of ``OUTPUT_NAMES``."""
    import json

    return json.loads((schema_folder() / f"{name}.schema.json").read_text(encoding="utf-8"))


OUTPUT_NAMES = (
    "output/baseline-v1",
    "output/check-v1",
    "output/rule-v1",
    "output/rules-v1",
    "output/tree-v1",
)
"""The formats of ours that other programs read, each with its version."""

SCHEMA_NAMES = (*KINDS, "config")
"""What people write."""
