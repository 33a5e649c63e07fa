"""Azure through the whole pipeline: spans meet the inventory, and no fault is read as a removal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.support import pipeline
from tests.support.azure_estate import OTHER, SHOP, shop
from tests.support.azure_fake import (
    CLIENT,
    SECRET,
    TENANT,
    AzureFake,
    Subscription,
    cut_off,
    failing,
    group,
    refusing,
    saying,
)
from tests.support.pipeline import Installation, Service, told

SQL = "shop-sql.database.windows.net"
EFFECTS = (
    failing(403, "AuthorizationFailed"),
    failing(429, "RateLimiting", {"Retry-After": "3600"}),
    failing(400, "BadRequest", inner="InvalidSkipToken"),
    failing(409, "MissingSubscriptionRegistration"),
    failing(503, "ServerTimeout", {"Retry-After": "0"}),
    saying(b"<html>log in</html>", "text/html"),
    saying(b"{}"),
    cut_off,
    refusing("AADSTS7000222"),
)
OPERATIONS = (
    "openid",
    "token",
    "subscriptions",
    "subscription",
    "groups",
    "resources",
    "permissions",
    "graph",
)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[AzureFake]:
    with AzureFake(tmp_path, shop(), page=7) as started:
        yield started


@pytest.fixture
def home(fake: AzureFake, tmp_path: Path) -> Iterator[Installation]:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    account = {
        "name": "shop",
        "tenant": TENANT,
        "client_id": CLIENT,
        "client_secret_file": str(secret),
        "authority": fake.authority,
        "endpoint": fake.url,
        "ca_file": str(fake.ca_file),
    }
    azure = {"accounts": [account], "deadline": "10s"}
    with pipeline.installed(tmp_path, "", aws={"accounts": []}, azure=azure) as made:
        yield made


def of_kind(fake: AzureFake, kind: str) -> dict[str, object]:
    found = next(each for each in fake.world[SHOP].resources if each["type"] == kind)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(("location", "crossing"), [("westeurope", ""), ("eastus2", " EU/EEA->US")])
def test_a_container_app_that_reads_azure_sql(
    fake: AzureFake, home: Installation, location: str, crossing: str
) -> None:
    of_kind(fake, "Microsoft.Sql/servers")["location"] = location
    checkout = Service(
        "checkout",
        home.traces_url,
        {
            "cloud.provider": "azure",
            "cloud.region": "",
            "cloud.resource_id": str(of_kind(fake, "Microsoft.App/containerApps")["id"]).upper(),
        },
    )
    for column in ("status", "email"):
        with checkout.serves("GET /account/{id}"):
            statement = f"SELECT {column} FROM customers WHERE id = @id"
            checkout.asks(statement, SQL, **{"db.system.name": "microsoft.sql_server"})
        checkout.flush()
        home.cycle()
    checkout.close()
    drift = home.drift()
    assert told(drift) == [
        f"new path: internet GET /account/{{id}} reads dbo.customers user.contact.email{crossing}",
        "~ flow checkout reads dbo.customers",
    ]
    [path] = drift.new_paths[0].paths
    assert path.exposure_evidence == "app checkout has a public address and runs checkout"
    assert path.store.endswith("/providers/microsoft.sql/servers/shop-sql")


def test_what_is_gone_is_told_when_two_listings_lack_it(fake: AzureFake, home: Installation) -> None:
    home.cycle()
    fake.world[SHOP].resources.remove(of_kind(fake, "Microsoft.ServiceBus/namespaces"))
    home.cycle()
    assert told(home.drift()) == []
    home.cycle()
    assert told(home.drift()) == ["- azure.servicebus.namespace shop-bus"]


def test_what_an_inventory_forgets_for_a_while_was_never_gone(fake: AzureFake, home: Installation) -> None:
    home.cycle()
    everything = {each["id"].lower() for each in fake.world[SHOP].resources}
    fake.world[SHOP].hidden_from_graph = everything
    home.cycle()
    assert not [line for line in told(home.drift()) if line[:1] in "+-~"]
    fake.world[SHOP].hidden_from_graph = set()
    fake.world[SHOP].hidden_from_list = everything
    home.cycle()
    assert not [line for line in told(home.drift()) if line[:1] in "+-~"]


def test_a_subscription_that_is_lost_while_the_program_is_down_is_not_retired(
    fake: AzureFake, home: Installation
) -> None:
    fake.world[OTHER] = Subscription(OTHER, "Other", groups=[group(OTHER, "Spare")])
    home.cycle()
    del fake.world[OTHER]
    home.restart()
    home.cycle()
    home.restart()
    home.cycle()
    lines = told(home.drift(1))
    assert {line.split(":")[0] for line in lines} == {"new gap"}
    [gap] = home.drift(1).gaps
    assert "deleted, or access to it was lost" in gap.detail
    assert {extent.scope.account for extent in gap.extents} == {OTHER}


@pytest.mark.parametrize("seed", range(4))
def test_no_fault_yields_a_removal_or_on_healing_an_addition(
    fake: AzureFake, home: Installation, seed: int
) -> None:
    chance = Random(seed)
    home.cycle()
    for _ in range(6):
        fake.clear()
        for _ in range(chance.choice((1, 1, 2))):
            fake.rule(
                chance.choice(OPERATIONS),
                chance.choice(EFFECTS),
                after=chance.choice((0, 0, 1, 2)),
                times=chance.choice((1, 2, 10**9)),
            )
        if chance.random() < 0.3:
            home.restart()
        home.cycle()
    fake.clear()
    home.cycle()
    azure = {name: state for name, state in home.coverage().items() if name.startswith("azure.")}
    assert set(azure.values()) == {"listed"}
    for before, after in zip(home.usable(), home.usable()[1:], strict=False):
        lines = told(home.drift(before, after))
        assert not [line for line in lines if line[:1] in "+-~" or "restated" in line], lines
