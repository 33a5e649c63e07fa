from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support import aws_estate
from tests.support.moto import Moto


@dataclass(frozen=True)
class Estate:
    """A filled moto, and what it called its things."""

    url: str
    made: dict[str, str]


@pytest.fixture(scope="session")
def estate() -> Iterator[Estate]:
    """Filled once: it takes twenty seconds."""
    with Moto() as cloud:
        yield Estate(cloud.url, aws_estate.fill(cloud.url))
