"""What all tests share: golden files."""

from __future__ import annotations

import pytest

from tests.support.golden import Golden


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-golden", action="store_true", help="write golden files anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden files in the folder `golden` beside the test."""
    return Golden(request.path.parent / "golden", refresh=request.config.getoption("--refresh-golden"))
