"""Google Cloud through the whole pipeline: spans meet the inventory, and no fault is read as a removal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from tests.support import gcp_estate, gcp_fake, pipeline
from tests.support.gcp_estate import EU
from tests.support.gcp_fake import PROJECT, SCOPE, Fake
from tests.support.pipeline import Installation, Service, told

EFFECTS = (
    "PERMISSION_DENIED",
    "SERVICE_DISABLED",
    "RESOURCE_EXHAUSTED",
    "UNAVAILABLE",
    "UNAUTHENTICATED",
    "INVALID_ARGUMENT",
    "INTERNAL",
    "loop",
    "nameless",
    "endless",
)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Fake]:
    with gcp_fake.fake(tmp_path, gcp_estate.assets()) as started:
        started.world.page = 15
        yield started


@pytest.fixture
def home(fake: Fake, tmp_path: Path) -> Iterator[Installation]:
    account = {
        "name": "shop",
        "scope": SCOPE,
        "credentials_file": str(fake.credentials_file),
        "endpoint": f"127.0.0.1:{fake.port}",
        "ca_file": str(fake.ca_file),
    }
    gcp = {"accounts": [account], "deadline": "2s"}
    with pipeline.installed(tmp_path, "", aws={"accounts": []}, gcp=gcp) as made:
        yield made


def drop(fake: Fake, asset_type: str) -> None:
    fake.world.assets = [each for each in fake.world.assets if each.asset_type != asset_type]


@pytest.mark.parametrize("address", [f"{PROJECT}:{EU}:main", "10.20.0.5", f"abc.xyz.{EU}.sql.goog"])
@pytest.mark.parametrize(("location", "crossing"), [(EU, ""), ("us-east1", " EU/EEA->US")])
def test_a_cloud_run_service_that_reads_cloud_sql(
    fake: Fake, home: Installation, address: str, location: str, crossing: str
) -> None:
    for each in fake.world.assets:
        if each.asset_type == "sqladmin.googleapis.com/Instance":
            each.resource.location = location
    orders = Service(
        "orders",
        home.traces_url,
        {
            "cloud.provider": "gcp",
            "cloud.platform": "gcp_cloud_run",
            "cloud.account.id": PROJECT,
            "cloud.region": EU,
            "faas.name": "orders",
        },
    )
    for column in ("status", "email"):
        with orders.serves("GET /account/{id}"):
            statement = f"SELECT {column} FROM customers WHERE id = $1"
            orders.asks(statement, address, **{"db.system.name": "postgresql"})
        orders.flush()
        home.cycle()
    orders.close()
    drift = home.drift()
    assert told(drift) == [
        f"new path: internet GET /account/{{id}} reads public.customers user.contact.email{crossing}",
        "~ flow orders reads public.customers",
    ]
    [path] = drift.new_paths[0].paths
    assert "and runs orders" in path.exposure_evidence or "leads to orders" in path.exposure_evidence
    assert path.store == f"//sqladmin.googleapis.com/projects/{PROJECT}/instances/main"


def test_what_is_gone_is_told_when_two_listings_lack_it(fake: Fake, home: Installation) -> None:
    home.cycle()
    drop(fake, "redis.googleapis.com/Instance")
    home.cycle()
    assert told(home.drift()) == []
    home.cycle()
    assert told(home.drift()) == ["- gcp.redis.instance cache"]


@pytest.mark.parametrize("seed", range(4))
def test_no_fault_yields_a_removal_or_on_healing_an_addition(
    fake: Fake, home: Installation, seed: int
) -> None:
    chance = Random(seed)
    home.cycle()
    for _ in range(6):
        fake.world.clear()
        fake.world.rule(
            chance.choice(EFFECTS), page=chance.choice((None, 1, 2, 3)), times=chance.choice((1, 2, None))
        )
        if chance.random() < 0.2:
            fake.world.refuse_tokens = "invalid_grant"
        if chance.random() < 0.3:
            home.restart()
        home.cycle()
    fake.world.clear()
    home.cycle()
    google = {name: state for name, state in home.coverage().items() if name.startswith("gcp.")}
    assert set(google.values()) == {"listed"}
    for before, after in pairwise(home.usable()):
        lines = told(home.drift(before, after))
        assert not [line for line in lines if line[:1] in "+-~" or "restated" in line], lines
