"""One cloud for all tests of the pipeline; each gets it empty, or with the shop in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.cloud import Cloud
from tests.support import pipeline
from tests.support.fault_proxy import FaultProxy
from tests.support.mail_server import MailServer, mail_server
from tests.support.pipeline import Installation, Shop


@dataclass(slots=True)
class Running:
    """A cloud. `fresh`: it holds the shop as it was built and nothing else."""

    endpoint: str
    fresh: bool = False


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    with Cloud() as cloud:
        yield Running(cloud.endpoint)


@pytest.fixture
def cloud(running: Running) -> str:
    """The URL of an empty cloud."""
    pipeline.clear(running.endpoint)
    running.fresh = False
    return running.endpoint


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Credentials of the small cloud, and none of whoever runs the tests."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    for name in (
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_DEFAULT_REGION",
        "HTTP_PROXY",
        "http_proxy",
        "DRIFTLINE_CONFIG",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def mails(tmp_path: Path) -> Iterator[MailServer]:
    """A mail server that takes everything and needs no login."""
    folder = tmp_path / "certificate"
    folder.mkdir()
    with mail_server(folder, security="none") as server:
        yield server


@pytest.fixture
def estate(running: Running) -> str:
    """The URL of a cloud with the shop in it, which the test leaves as it is."""
    if not (running.fresh and pipeline.built(running.endpoint)):
        pipeline.clear(running.endpoint)
        pipeline.build(running.endpoint)
        running.fresh = True
    return running.endpoint


@pytest.fixture
def deployed(running: Running, estate: str) -> Iterator[str]:
    """The URL of a cloud with the shop in it, for a test that changes something there."""
    yield estate
    running.fresh = False


@pytest.fixture
def proxy(estate: str) -> Iterator[FaultProxy]:
    """Between the daemon and the shop."""
    with FaultProxy(estate) as proxy:
        yield proxy


@pytest.fixture
def home(estate: str, tmp_path: Path) -> Iterator[Installation]:
    with pipeline.installed(tmp_path, estate) as home:
        yield home


@pytest.fixture
def shop(home: Installation) -> Iterator[Shop]:
    shop = Shop(home.traces_url)
    yield shop
    shop.close()
