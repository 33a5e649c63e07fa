"""A registry that can be told to behave badly, and collectors that may ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from collectors.images.collector import ImagesCollector
from collectors.images.registry import Access
from tests.support.registry_fake import FakeRegistry, fake_registry

Collectors = Callable[..., ImagesCollector]


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with fake_registry(FakeRegistry(referrers={})) as running:
        yield running


@pytest.fixture
def collector(fake: FakeRegistry) -> ImagesCollector:
    """Asks the fake as an operator would have configured it."""
    access = Access(fake.host, plain_http=True, allow_private=True)
    return ImagesCollector(lambda: [access], deadline=5.0, sleep=lambda _: None)
