"""What all tests share: golden files, and databases of both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from demo.postgres import Server
from tests.support.engines import empty_database
from tests.support.golden import Golden
from tests.support.mail_server import free_port
from tests.support.snapshots import Snapshots


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-golden", action="store_true", help="write golden files anew")


@pytest.fixture(autouse=True)
def plain_logging() -> Iterator[None]:
    """A command run inside the tests' process leaves no logging to its closed output behind."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden files in the folder `golden` beside the test."""
    return Golden(request.path.parent / "golden", refresh=request.config.getoption("--refresh-golden"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server without databases of its own."""
    with Server(free_port(), [], "127.0.0.1") as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_url(request: pytest.FixtureRequest) -> str:
    """`database.url`, once for each engine: a database without tables; "" for SQLite's usual file."""
    return "" if request.param == "sqlite" else empty_database(request.getfixturevalue("postgres"))


@pytest.fixture
def store(engine_url: str, tmp_path: Path) -> Iterator[Snapshots]:
    """A migrated, empty database, once for each engine."""
    snapshots = Snapshots.create(tmp_path, engine_url)
    yield snapshots
    snapshots.database.close()
