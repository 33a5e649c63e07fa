"""An upgrade of semantic conventions changes nothing: old names, new ones, both, and mixed fleets say the same."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.traces.conventions import CONVENTIONS, FAMILIES, spoken
from collectors.traces.merging import merge
from collectors.traces.semconv import RESOURCE_NAMES, SPAN_NAMES, STATEMENT_NAMES
from collectors.traces.spans import Span
from tests.support.traces import LONG_AFTER, Value, facts, proto_span, read, resource_spans

# Newest name -> what it was called before, with the value it then had where that was another one.
RENAMED: Mapping[str, str] = {
    "deployment.environment.name": "deployment.environment",
    "http.request.method": "http.method",
    "url.full": "http.url",
    "url.path": "http.target",
    "server.address": "net.peer.name",
    "server.port": "net.peer.port",
    "network.peer.address": "net.sock.peer.addr",
    "client.address": "http.client_ip",
    "service.peer.name": "peer.service",
    "db.system.name": "db.system",
    "db.namespace": "db.name",
    "db.query.text": "db.statement",
    "db.operation.name": "db.operation",
    "messaging.destination.name": "messaging.destination",
    "messaging.operation.type": "messaging.operation",
    "rpc.system.name": "rpc.system",
    "aws.s3.bucket": "aws.bucket.name",
    "aws.dynamodb.table_names": "aws.table.name",
    "aws.sqs.queue.url": "aws.queue.url",
    "cloud.resource_id": "faas.id",
}
SYSTEMS = {
    "microsoft.sql_server": "mssql",
    "oracle.db": "oracle",
    "aws.dynamodb": "dynamodb",
    "aws_sqs": "AmazonSQS",
}
COLLECTIONS = {"mongodb": "db.mongodb.collection", "cassandra": "db.cassandra.table"}

SQL = {"db.namespace": "shop", "server.address": "db.example.com", "server.port": 1433}
CLIENTS: tuple[dict[str, Value], ...] = (
    {"db.system.name": "postgresql", "db.query.text": "SELECT email FROM customers WHERE id = 7", **SQL},
    {"db.system.name": "microsoft.sql_server", "db.query.text": "UPDATE t SET a = 1 WHERE b = 2", **SQL},
    {"db.system.name": "oracle.db", "db.query.text": "DELETE FROM t WHERE b = 2", **SQL},
    {"db.system.name": "mongodb", "db.operation.name": "find", "db.collection.name": "people", **SQL},
    {"db.system.name": "cassandra", "db.operation.name": "insert", "db.collection.name": "people", **SQL},
    {"db.system.name": "redis", "db.operation.name": "GET", "server.address": "cache", "server.port": 6379},
    {"rpc.system.name": "aws-api", "rpc.method": "S3/GetObject", "aws.s3.bucket": "invoices"},
    {
        "db.system.name": "aws.dynamodb",
        "db.operation.name": "PutItem",
        "aws.dynamodb.table_names": ["carts"],
    },
    {
        "http.request.method": "POST",
        "url.full": "https://api.mailer.example/send/17?to=x",
        "server.address": "api.mailer.example",
        "server.port": 443,
    },
    {"http.request.method": "GET", "network.peer.address": "10.0.0.9", "server.port": 8080},
    {"service.peer.name": "billing"},
)
QUEUES: tuple[dict[str, Value], ...] = (
    {"messaging.system": "kafka", "messaging.destination.name": "seen", "server.address": "kafka-1"},
    {
        "messaging.system": "aws_sqs",
        "aws.sqs.queue.url": "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs",
    },
)
SERVERS: tuple[dict[str, Value], ...] = (
    {"http.request.method": "GET", "http.route": "/cart", "url.path": "/cart", "client.address": "8.8.8.8"},
    {"http.request.method": "GET", "url.path": "/orders/77"},
    {"rpc.system.name": "grpc", "rpc.method": "shop.Cart/Get"},
)


def told(meaning: Mapping[str, Value], how: str) -> dict[str, Value]:
    """The attributes of a span as instrumentation of some age names them."""
    new = dict(meaning)
    if how == "new":
        return new
    old: dict[str, Value] = {}
    for name, value in meaning.items():
        if name == "rpc.method" and isinstance(value, str):
            old["rpc.service"], _, old["rpc.method"] = value.rpartition("/")
        elif name == "db.collection.name":
            old[COLLECTIONS[str(meaning["db.system.name"])]] = value
        elif name == "db.namespace" and meaning.get("db.system.name") == "cassandra":
            old["db.cassandra.keyspace"] = value
        else:
            old[RENAMED.get(name, name)] = SYSTEMS.get(str(value), value) if "system" in name else value
    if "url.full" in meaning:
        # They gave the whole URL and nothing else.
        old = {name: value for name, value in old.items() if not name.startswith("net.peer")}
    return old if how == "old" else {**old, **new}


AGES = st.sampled_from(["old", "new", "dup"])


@settings(max_examples=120, deadline=None)
@given(
    ages=st.tuples(AGES, AGES, AGES),
    client=st.sampled_from(CLIENTS),
    server=st.sampled_from(SERVERS),
    queue=st.sampled_from(QUEUES),
)
def test_every_age_of_instrumentation_says_the_same(
    ages: tuple[str, str, str], client: dict[str, Value], server: dict[str, Value], queue: dict[str, Value]
) -> None:
    def fleet(ages: tuple[str, str, str]) -> list[object]:
        front, back, worker = ages
        operation = {**queue, "messaging.operation.type": "process"}
        spans = {
            "front": [
                proto_span("f1", "server", "in", attributes=told(server, front)),
                proto_span("f2", "client", "out", "f1", attributes=told(client, front)),
                proto_span("f3", "producer", "send", "f1", attributes=told(queue, front)),
            ],
            "back": [
                proto_span("b1", "server", "in", "f2", attributes=told(server, back)),
                proto_span("b2", "client", "out", "b1", attributes=told(client, back)),
            ],
            "worker": [proto_span("w1", "consumer", "process", "f3", attributes=told(operation, worker))],
        }
        return [
            str(fact)
            for fact in facts(
                read(
                    *(
                        resource_spans(
                            service,
                            sent,
                            {
                                "deployment.environment.name": "",
                                **told({"deployment.environment.name": "x"}, age),
                            },
                        )
                        for (service, sent), age in zip(spans.items(), ages, strict=True)
                    )
                )
            )
            if CONVENTIONS not in fact.detail
        ]

    assert fleet(ages) == fleet(("new", "new", "new"))


@pytest.mark.parametrize(("new", "old"), [*RENAMED.items()])
def test_a_renamed_attribute_is_read_under_both_names_the_new_one_first(new: str, old: str) -> None:
    tables = [*SPAN_NAMES.values(), *RESOURCE_NAMES.values(), STATEMENT_NAMES]
    both = [names for names in tables if new in names and old in names]
    assert both
    assert all(names.index(new) < names.index(old) for names in both)


@pytest.mark.parametrize("how", ["old", "new", "dup"])
@pytest.mark.parametrize(
    ("family", "meaning"),
    [
        ("http", SERVERS[1]),
        ("database", CLIENTS[0]),
        ("database", CLIENTS[4]),
        ("messaging", {"messaging.system": "kafka", "messaging.operation.type": "send"}),
        ("rpc", {"rpc.system.name": "grpc", "rpc.method": "shop.Cart/Get"}),
    ],
)
def test_the_age_of_a_family_is_told_by_its_names(family: str, meaning: dict[str, Value], how: str) -> None:
    age = {"dup": "both"}.get(how, how)
    assert spoken(told(meaning, how)) == (f"{family} {age}",)


def test_ages_are_told_by_names_that_are_read() -> None:
    wanted = {name for known in SPAN_NAMES.values() for name in known}
    for family in FAMILIES.values():
        assert wanted.issuperset({*family.new, *family.old})
        assert not {*family.new} & {*family.old}


def test_a_service_is_told_the_ages_it_spoke_lately() -> None:
    days = 20

    def at(day: int, **attributes: Value) -> list[Span]:
        named = {name.replace("__", "."): value for name, value in attributes.items()}
        spans = [proto_span(f"s{day}", "server", "in", at=(day - days) * 86_400, attributes=named)]
        return read(resource_spans("shop", spans))

    early = [*at(0, http__method="GET"), *at(5, db__system="mysql")]
    late = [
        *at(days, http__request__method="GET", http__method="GET"),
        *at(days - 6, db__system__name="mysql"),
    ]
    for spans in ([*early, *late], [*late, *early]):
        (service,) = (
            each for each in merge("prod", facts(spans), LONG_AFTER).resources if each.type == "service"
        )
        assert service.attributes["conventions"] == ["database new", "http both"]
