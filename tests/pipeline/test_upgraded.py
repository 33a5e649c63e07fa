"""What a release understands for the first time of an estate that an older one has seen, on both engines."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan
from sqlalchemy import text

from collectors.traces.facts import Flows
from daemon import comparison
from daemon.store.journal import Journal, path_of
from daemon.values.drift import Drift
from tests.support.prepared import ENDPOINT, Home, moment
from tests.support.traces import Value, proto_span, read, resource_spans

HTTP: dict[str, Value] = {
    "http.request.method": "POST", "http.route": "/orders", "client.address": "203.0.113.9",
}  # fmt: skip
TOPIC: dict[str, Value] = {
    "messaging.system": "kafka", "messaging.destination.name": "orders", "server.address": "kafka.internal",
}  # fmt: skip


def ask(trace: str, columns: str) -> list[ProtoSpan]:
    """A request to place an order that reads columns of customers, if it is told any."""
    asked: dict[str, Value] = {
        "db.system.name": "postgresql", "db.namespace": "shop", "server.address": ENDPOINT, "server.port": 5432,
        "db.query.text": f"SELECT {columns} FROM customers WHERE id = $1",
    }  # fmt: skip
    spans = [proto_span(f"{trace} s", "server", "POST /orders", trace=trace, attributes=HTTP)]
    if columns:
        spans.append(
            proto_span(f"{trace} q", "client", "query", f"{trace} s", 0.01, 0.02, trace, attributes=asked)
        )
    return spans


def publish(trace: str) -> ProtoSpan:
    """A message in the same trace, after that."""
    return proto_span(f"{trace} p", "producer", "send", f"{trace} s", 0.5, 0.01, trace, attributes=TOPIC)


def hear(home: Home, *spans: ProtoSpan) -> None:
    """The service sends these."""
    home.folder.mkdir(parents=True, exist_ok=True)
    with closing(Journal(path_of(home.settings))) as journal:
        Flows(journal).record(read(resource_spans("checkout", list(spans))), 10.0)


def drift(home: Home) -> Drift:
    """From the first snapshot to the third."""
    with home.store() as database, database.reading() as connection:
        return comparison.compare(connection, home.settings, 1, 3, moment(3))


@pytest.mark.parametrize(
    ("rules", "columns", "news"),
    [("traces.flow/1", "email", False), ("traces.flow/1", "email, phone", True), ("", "email", True)],
    ids=["seen apart by older rules", "not all of it seen by older rules", "seen apart by these rules"],
)
def test_what_goes_into_a_topic_is_no_news_if_older_rules_saw_it_apart(
    tmp_path: Path, engine_url: str, rules: str, columns: str, news: bool
) -> None:
    home = Home(tmp_path / "state", engine_url)
    hear(home, *ask("a", "email"), *ask("b", ""), publish("b"))
    home.cycle(0)
    if rules:
        with home.store() as database, database.writing() as connection:
            connection.execute(text("UPDATE relation_version SET fingerprint = :rules"), {"rules": rules})
    home.cycle(1)
    assert home.rows("SELECT count(*) FROM v1_data_paths WHERE direction = 'publishes'") == [(0,)]
    hear(home, *ask("c", columns), publish("c"))
    home.cycle(2)
    told = drift(home)
    published = [
        path.identity.data_class
        for change in told.new_paths
        for path in change.paths
        if path.identity.direction == "publishes"
    ]
    expected = ["user.contact.email", "user.contact.phone_number"][: columns.count(",") + 1]
    assert published == (expected if news else [])
    assert any("publishes" in line.name for line in told.restated) is not news
    assert home.rows("SELECT count(*) FROM v1_data_paths WHERE direction = 'publishes'") != [(0,)]
