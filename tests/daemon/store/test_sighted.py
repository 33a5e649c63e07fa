"""Sightings add to what was seen, and take nothing away."""

from __future__ import annotations

from pathlib import Path

from collectors.model import Extent, Json, Relation, Resource, Role, Scope, Seen, Sightings
from daemon.store import documents
from daemon.store.graph import load_graph
from tests.support.snapshots import Snapshots

PROD = Extent("traces.flow", Scope("traces", "prod"))
SERVICE = "service://prod//shop"
TABLE = "table://public/mysql/db:3306/shop/customers"


def seen(
    region: str, attributes: dict[str, Json], reads: dict[str, Json], fingerprint: str = "rules 1"
) -> Sightings:
    service = Resource(
        SERVICE, "service", "shop", Scope("traces", "prod", region), Role.SERVICE, attributes=attributes
    )
    flow = Relation(SERVICE, "reads", TABLE, reads, Seen(1.0, 2.0, 3))
    return Sightings(PROD, (service,), (flow,), 1.0, 2.0, 1, fingerprint)


def stored(store: Snapshots) -> tuple[Resource, Relation]:
    with store.database.reading() as connection:
        graph = load_graph(connection, None)
    (flow,) = graph.relations
    return graph.resources[SERVICE], flow


FULL = seen(
    "eu-central-1",
    {"language": "go", "statements": True},
    {"columns": ["email", "phone"], "lookups": ["id"], "together": [{"table": "a", "columns": ["x"]}]},
)


def test_an_answer_that_knows_less_changes_nothing(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    store.take(FULL)
    store.take(seen("", {"statements": False}, {"columns": ["email"], "lookups": ["id"]}))
    assert store.differences(1, 2) == []
    service, flow = stored(store)
    assert service.scope.region == "eu-central-1"
    assert service.attributes == {"language": "go", "statements": True}
    assert flow.attributes["columns"] == ["email", "phone"]


def test_what_is_seen_anew_is_added_and_a_column_read_is_no_lookup(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    store.take(FULL)
    more: Json = [{"table": "a", "columns": ["y"]}, {"table": "b", "columns": []}]
    store.take(seen("us-east-1", {"language": "go"}, {"columns": ["id"], "lookups": [], "together": more}))
    service, flow = stored(store)
    assert service.scope.region == "us-east-1"
    assert flow.attributes == {
        "columns": ["email", "id", "phone"],
        "lookups": [],
        "together": [{"table": "a", "columns": ["x", "y"]}, {"table": "b", "columns": []}],
    }


def test_other_rules_say_everything_anew(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    store.take(FULL)
    store.take(seen("eu-central-1", {"language": "go"}, {"columns": ["email"], "lookups": []}, "rules 2"))
    _, flow = stored(store)
    assert flow.attributes["columns"] == ["email"]
    assert documents.encode(dict(flow.attributes)) == b'{"columns":["email"],"lookups":[]}'
