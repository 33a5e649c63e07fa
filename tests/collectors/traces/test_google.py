"""Spans from Google Cloud name what the inventory lists: workloads, Cloud SQL, topics."""

from __future__ import annotations

import pytest

from tests.support.traces import Value, answer, proto_span, read, resource_spans

CLOUD: dict[str, Value] = {
    "cloud.provider": "gcp",
    "cloud.account.id": "shop-prod",
    "cloud.region": "europe-west3",
    "cloud.platform": "gcp_cloud_run",
}
PLACE = "projects/shop-prod/locations/europe-west3"
DATABASE: dict[str, Value] = {
    "db.system.name": "postgresql",
    "db.namespace": "shop",
    "db.query.text": "SELECT email FROM customers WHERE id = $1",
}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (
            {"cloud.resource_id": f"//run.googleapis.com/{PLACE}/services/Orders"},
            [f"public|resource|//run.googleapis.com/{PLACE}/services/orders"],
        ),
        ({"faas.name": "orders"}, [f"public|resource|//run.googleapis.com/{PLACE}/services/orders"]),
        (
            {"faas.name": "nightly", "gcp.cloud_run.job.execution": "nightly-x7"},
            [f"public|resource|//run.googleapis.com/{PLACE}/jobs/nightly"],
        ),
        (
            {"faas.name": "Resize", "cloud.platform": "gcp_cloud_functions"},
            [
                f"public|resource|//cloudfunctions.googleapis.com/{PLACE}/functions/resize",
                f"public|resource|//run.googleapis.com/{PLACE}/services/resize",
            ],
        ),
        ({"host.id": "4815162342"}, ["gcp:shop-prod|instance|4815162342"]),
        (
            {"faas.name": "orders", "host.id": "4815162342"},
            [f"public|resource|//run.googleapis.com/{PLACE}/services/orders"],
        ),
    ],
)
def test_what_runs_a_service_is_named_as_the_inventory_names_it(
    resource: dict[str, Value], expected: list[str]
) -> None:
    merged = answer(read(resource_spans("s", [proto_span("a", "server")], {**CLOUD, **resource})))
    found = [one for one in merged.relations if one.verb == "runs_on"]
    assert [str(one.target) for one in sorted(found, key=lambda one: str(one.attributes["rank"]))] == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", "public|address|8.8.8.8"),
        ("10.20.0.5", "caller:service://prod//s|address|10.20.0.5"),
        ("shop-prod:europe-west3:main", "public|cloudsql|shop-prod:europe-west3:main"),
        ("/cloudsql/shop-prod:europe-west3:main", "public|cloudsql|shop-prod:europe-west3:main"),
        (
            "/cloudsql/example.com:shop-prod:europe-west3:main/.s.PGSQL.5432",
            "public|cloudsql|example.com:shop-prod:europe-west3:main",
        ),
    ],
)
def test_a_database_is_stored_in_what_its_address_names(address: str, expected: str) -> None:
    spans = [
        proto_span("s", "server", "GET"),
        proto_span("d", "client", "SELECT", parent="s", attributes={**DATABASE, "server.address": address}),
    ]
    merged = answer(read(resource_spans("s", spans, CLOUD)))
    assert {str(one.target) for one in merged.relations if one.verb == "stored_in"} == {expected}


@pytest.mark.parametrize("name", ["orders", "projects/shop-prod/topics/orders"])
def test_a_topic_is_the_topic_of_the_inventory(name: str) -> None:
    sent: dict[str, Value] = {"messaging.system": "gcp_pubsub", "messaging.destination.name": name}
    spans = [
        proto_span("s", "server", "GET"),
        proto_span("p", "producer", "send", parent="s", attributes=sent),
    ]
    merged = answer(read(resource_spans("s", spans, CLOUD)))
    (located,) = (one for one in merged.relations if one.verb == "located_at")
    assert located.source.endswith("/gcp_pubsub//orders")
    assert str(located.target) == "public|pubsub|projects/shop-prod/topics/orders"
