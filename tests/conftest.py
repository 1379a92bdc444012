"""What all tests share: how many run at once, and one way to run properties, the same on every machine and every day."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.cli.tool import ALIGN, Tool
from tests.cli.warm import Warm

settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=100,
    # Fixtures that a property shares are read, never written; the slow ones generate whole documents.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cold", action="store_true", help="start an interpreter for each run of the executable")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Everything in one process where tests write to files of the repo, or the last one sums up what all others saw."""
    alone = os.environ.get("UPDATE_RULE_TESTS") or config.getoption("markexpr") == "slow"
    return 0 if alone else None


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    interpreter = Warm(ALIGN, Tool(tmp_path_factory.mktemp("warm")).environment())
    yield interpreter
    interpreter.close()


@pytest.fixture
def tool(tmp_path: Path, request: pytest.FixtureRequest) -> Tool:
    return Tool(tmp_path, None if request.config.getoption("--cold") else request.getfixturevalue("warm"))
