from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support import aws_estate
from tests.support.fault_proxy import FaultProxy


@dataclass(frozen=True)
class Estate:
    """A filled moto, and what it called its things."""

    url: str
    made: dict[str, str]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session")
def estate() -> Iterator[Estate]:
    server, url = aws_estate.start()
    try:
        yield Estate(url, aws_estate.fill(url))
    finally:
        server.stop()


@pytest.fixture
def proxy(estate: Estate) -> Iterator[FaultProxy]:
    with FaultProxy(estate.url) as proxy:
        yield proxy
