"""The drifts that Driftline is for, from real API answers and real spans to the report, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.store.keeping.portrait import portrait
from daemon.values.drift import Action, Kind
from tests.support import pipeline
from tests.support.pipeline import (
    MAILER,
    ORDERS_DB,
    PROFILES_DB,
    QUEUES,
    Installation,
    Shop,
    told,
)


@pytest.fixture
def home(engine_url: str, estate: str, tmp_path: Path) -> Iterator[Installation]:
    """On SQLite, then on PostgreSQL."""
    with pipeline.installed(tmp_path, estate, database={"url": engine_url}) as home:
        yield home


def test_a_new_service_with_a_public_entry_brings_a_flow_and_a_path(
    home: Installation, shop: Shop, deployed: str
) -> None:
    shop.plain_day()
    home.cycle()
    pipeline.add_function(deployed, "loyalty", public=True)
    loyalty = shop.service("loyalty")
    shop.plain_day()
    with loyalty.serves("GET /points/{id}"):
        loyalty.asks("SELECT birth_date FROM customers WHERE id = $1", ORDERS_DB)
    shop.flush()
    assert home.cycle().new_paths == 1
    drift = home.drift()
    assert told(drift) == [
        "new path: internet GET /points/{id} reads public.customers user.demographic.date_of_birth",
        "+ aws.lambda.function loyalty",
        "+ aws.lambda.function_url loyalty",
        "+ flow loyalty reads public.customers(birth_date)",
        "+ service loyalty",
    ]
    (new,) = drift.new_paths
    assert new.new_hop is not None
    assert new.new_hop.source == "operation://prod//loyalty/GET /points/{id}"
    assert new.paths[0].exposure_evidence == "function url loyalty faces the internet and leads to loyalty"


def test_an_api_that_starts_to_read_email_and_government_id_brings_paths_over_old_hops(
    home: Installation, shop: Shop
) -> None:
    shop.plain_day()
    home.cycle()
    with shop.checkout.serves("GET /account/{id}"), shop.checkout.calls(shop.accounts, "GET /profile"):
        shop.accounts.asks(
            "SELECT full_name, tier, email, national_id FROM customers WHERE id = $1", ORDERS_DB
        )
    shop.flush()
    assert home.cycle().new_paths == 1  # as the report counts, and as the snapshot is shown
    with home.database.reading() as connection:
        assert portrait(connection, 2)["changes_path_added"] == 1
    drift = home.drift()
    assert told(drift) == [
        "new path: internet GET /account/{id} reads public.customers user.contact.email",
        (
            "new path: internet GET /account/{id} reads public.customers"
            " user.government_id.national_identification_number"
        ),
        "~ flow accounts reads public.customers",
    ]
    (new,) = drift.new_paths  # one line: the classes share origin, sink and direction
    assert new.why == "every hop was known before; reading email, national_id was not"
    changes = [change for group in drift.groups for line in group.lines for change in line.changes]
    assert {(change.kind, change.action) for change in changes} == {(Kind.FLOW, Action.ALTERED)}


def test_a_service_in_europe_that_starts_to_read_a_database_in_the_united_states_crosses_a_border(
    home: Installation, shop: Shop
) -> None:
    shop.plain_day()
    home.cycle()
    with shop.checkout.serves("GET /orders/{id}"):
        shop.checkout.asks("SELECT phone FROM profiles WHERE id = $1", PROFILES_DB, "profiles")
    shop.flush()
    home.cycle()
    drift = home.drift()
    assert told(drift) == [
        "new path: internet GET /orders/{id} reads public.profiles user.contact.phone_number EU/EEA->US",
        "+ flow checkout reads public.profiles(phone)",
    ]
    (border,) = drift.new_paths[0].paths[0].borders
    assert (border.origin_region, border.destination_region) == (pipeline.EU, pipeline.US)
    assert border.severity == "high"
    assert "high: personal data of an EU/EEA application is in the US" in " ".join(home.report().split())
    assert "profiles-db" in drift.new_paths[0].paths[0].store


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "in another account"])
def test_a_name_of_a_database_in_europe_that_moves_to_one_in_the_united_states_crosses_a_border(
    home: Installation, shop: Shop, deployed: str, listed: bool
) -> None:
    """Nothing of the application changed, and its spans say what they said before."""
    shop.rich_day()
    home.cycle()
    pipeline.point(deployed, PROFILES_DB if listed else PROFILES_DB.replace("profiles", "unheard"))
    home.cycle()
    drift = home.drift()
    assert told(drift) == [
        "altered path: internet GET /receipts/{id} reads public.buyers user.contact.email EU/EEA->US",
        "altered path: internet GET /receipts/{id} reads public.buyers user.contact.phone_number EU/EEA->US",
        f"~ aws.route53.record {pipeline.OWN_NAME}.",
        *([f"~ name {pipeline.OWN_NAME}"] if listed else []),
    ]
    (change,) = drift.altered_paths
    fields = {field.path: (field.before, field.after) for field in change.fields}
    assert fields["borders"] == ([], ["EU/EEA->US high"])
    stores = ["orders-db", "profiles-db" if listed else ""]
    assert [str(end).rpartition(":")[2] for end in fields["store"]] == stores
    said = " ".join(home.report().split())
    assert "high: personal data of an EU/EEA application is in the US" in said
    assert (f"{pipeline.OWN_NAME} orders-db -> profiles-db" in said) is listed
    home.cycle()
    assert home.drift().quiet


def test_a_service_that_starts_to_send_what_it_read_to_a_third_party_brings_a_path(
    home: Installation, shop: Shop
) -> None:
    shop.plain_day()
    home.cycle()
    with (
        shop.checkout.serves("POST /orders"),
        shop.checkout.calls(shop.mailer, "POST /messages"),
    ):
        shop.mailer.asks("SELECT email FROM customers WHERE id = $1", ORDERS_DB)
        shop.mailer.posts(f"https://{MAILER}/v1/send", MAILER)
    shop.flush()
    home.cycle()
    drift = home.drift()
    assert told(drift) == [
        f"new path: internet POST /orders sends {MAILER} user.contact.email",
        f"+ flow mailer sends to {MAILER}",
    ]
    assert home.third_parties() == {MAILER}
    (path,) = drift.new_paths[0].paths
    assert path.tier == "observed"


def test_an_unchanged_estate_gives_no_line_between_head_and_foot_and_writes_no_row(
    home: Installation, shop: Shop
) -> None:
    shop.rich_day()
    home.cycle()
    before = home.counts()
    assert min(before.values()) > 0
    shop.rich_day()
    home.cycle()
    assert home.drift().quiet
    assert home.report().splitlines()[-1:] == ["no changes"]
    assert len(home.report().splitlines()) == 3  # two of the head, one of the foot
    assert home.counts() == before


def test_an_unchanged_estate_is_quiet_after_a_restart(home: Installation, shop: Shop) -> None:
    shop.rich_day()
    home.cycle()
    home.restart()
    before = home.counts()
    home.cycle()
    assert home.drift().quiet
    assert home.counts() == before


def test_what_is_removed_is_told_once(home: Installation, shop: Shop, deployed: str) -> None:
    """Else the tests that look for removals that must not be there could not fail."""
    shop.plain_day()
    home.cycle()
    sqs = pipeline.client(deployed, "sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=QUEUES[4])["QueueUrl"])
    home.cycle()
    assert told(home.drift()) == [f"- aws.sqs.queue {QUEUES[4]}"]
    home.cycle()
    assert home.drift().quiet
