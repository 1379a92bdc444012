from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.tool import ALIGN, Tool
from tests.cli.warm import Warm


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    interpreter = Warm(ALIGN, Tool(tmp_path_factory.mktemp("warm")).environment())
    yield interpreter
    interpreter.close()


@pytest.fixture
def tool(tmp_path: Path, request: pytest.FixtureRequest) -> Tool:
    return Tool(tmp_path, None if request.config.getoption("--cold") else request.getfixturevalue("warm"))
