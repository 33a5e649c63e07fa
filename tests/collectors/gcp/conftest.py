from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from collectors.gcp.collector import GcpCollector
from tests.support import gcp_estate, gcp_fake
from tests.support.gcp_fake import Fake

Make = Callable[..., GcpCollector]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fake]:
    with gcp_fake.fake(tmp_path_factory.mktemp("gcp")) as fake:
        yield fake


@pytest.fixture
def fake(server: Fake) -> Iterator[Fake]:
    """The estate in fair weather, fifteen assets on a page."""
    server.world.assets = gcp_estate.assets()
    server.world.page = 15
    server.world.scope = gcp_fake.SCOPE
    server.world.unknown = ()
    server.world.calls.clear()
    server.world.tokens.clear()
    yield server
    server.world.clear()


@pytest.fixture
def make(fake: Fake) -> Iterator[Make]:
    """Makes collectors of the fake, closed afterwards."""
    made: list[GcpCollector] = []

    def collector(*types: str, **how: Any) -> GcpCollector:
        accounts = how.pop("accounts", [fake.account()])
        made.append(GcpCollector(accounts, types=types, **{"deadline": 20, "patience": 1, **how}))
        return made[-1]

    yield collector
    for each in made:
        each.close()
