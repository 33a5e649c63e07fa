"""What facts amount to: whose topic it is, what a service did that none of its operations is known for, how often."""

from __future__ import annotations

from collectors.traces.merging import merge
from collectors.traces.spans import Span
from tests.support.traces import LONG_AFTER, Value, answer, facts, lines, proto_span, read, resource_spans

TOPIC: dict[str, Value] = {"messaging.system": "kafka", "messaging.destination.name": "seen"}


def asked(columns: str) -> dict[str, Value]:
    return {
        "db.system.name": "postgresql",
        "server.address": "db.example.com",
        "db.query.text": f"SELECT {columns} FROM people",
    }


def sent(*brokers: str) -> list[Span]:
    """Producers that name their broker, and a consumer that does not."""
    parts = [
        resource_spans(
            "shop", [proto_span(f"p{each}", "producer", attributes={**TOPIC, "server.address": each})]
        )
        for each in brokers
    ]
    return read(
        *parts, resource_spans("mailer", [proto_span("c", "consumer", trace="two", attributes=TOPIC)])
    )


def test_a_consumer_that_names_no_broker_is_of_the_only_one() -> None:
    assert lines(answer(sent("kafka-1")), "consumed_by") == [
        "topic://prod/kafka/kafka-1/seen consumed_by mailer/process seen evidence=topic"
    ]


def test_where_there_are_two_brokers_nobody_knows_which_is_meant() -> None:
    assert lines(answer(sent("kafka-1", "kafka-2")), "consumed_by") == [
        "topic://prod/kafka//seen consumed_by mailer/process seen evidence=topic"
    ]


def test_what_no_operation_is_known_for_stays_the_services() -> None:
    spans = read(
        resource_spans(
            "shop",
            [
                proto_span("s", "server", "GET /"),
                proto_span("a", "client", "", "s", attributes=asked("email")),
                proto_span("b", "client", "", "gone", trace="two", attributes=asked("phone")),
                proto_span("c", "client", "", "gone", trace="three", attributes=asked("email")),
            ],
        )
    )
    table = "table://public/postgresql/db.example.com:5432//public.people"
    assert lines(answer(spans), "reads") == [
        f"shop/GET / reads {table} columns=email",
        f"shop reads {table} columns=phone evidence=unattributed",
    ]


def test_a_message_that_is_consumed_once_is_counted_once() -> None:
    spans = read(
        resource_spans("shop", [proto_span("p", "producer", attributes=TOPIC)]),
        resource_spans("mailer", [proto_span("c", "consumer", "", "p", attributes=TOPIC)]),
    )
    (consumed,) = (
        one for one in merge("prod", facts(spans), LONG_AFTER).relations if one.verb == "consumed_by"
    )
    assert consumed.attributes == {"evidence": "paired"}
    assert consumed.seen is not None
    assert consumed.seen.count == 1
