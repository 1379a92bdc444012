from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.readers import node as program


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder that all workers of this session share; what is in it sees to its own locks."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if hasattr(request.config, "workerinput") else own) / "common"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def node() -> Callable[..., Any]:
    """Runs a script of this folder in Node: ``node("mermaid.mjs", "mermaid@11.17.2", data=…)``."""

    def run(script: str, *packages: str, data: Any) -> Any:
        return program.run(Path(__file__).parent / script, *packages, data=data)

    return run
