"""A message leads from who sends it to who gets it, whatever its ends call the topic, or if only one of them does."""

from __future__ import annotations

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan

from collectors.traces.spans import Span
from tests.support.traces import Value, answer, lines, proto_span, read, resource_spans, span_id

BROKER: dict[str, Value] = {"messaging.system": "rabbitmq", "server.address": "broker"}


def sent(topic: str, received: str, way: str, kind: str = "producer") -> list[Span]:
    """A shop sends a message, and a mailer gets it. `way`: it shows by the parent, by a link, or not."""
    got = proto_span(
        "m1",
        "consumer",
        "got",
        parent="s2" if way == "parent" else "",
        trace="trace" if way == "parent" else "other",
        attributes={**BROKER, "messaging.destination.name": received} if received else BROKER,
    )
    if way == "link":
        got.links.append(ProtoSpan.Link(trace_id=span_id("trace") * 2, span_id=span_id("s2")))
    send = proto_span(
        "s2",
        kind,
        "send",
        parent="s1",
        attributes={**BROKER, "messaging.destination.name": topic} if topic else BROKER,
    )
    return read(
        resource_spans("shop", [proto_span("s1", "server", "POST /orders"), send]),
        resource_spans("mailer", [got, proto_span("m2", "internal", parent="m1")]),
    )


def told(spans: list[Span], *verbs: str) -> list[str]:
    found = lines(answer(spans, batch=1), *(verbs or ("publishes_to", "consumed_by", "calls")))
    assert lines(answer(spans[::-1], batch=1), *(verbs or ("publishes_to", "consumed_by", "calls"))) == found
    return [line.replace("topic://prod/rabbitmq/broker/", "topic ") for line in found]


WAYS = [("parent", "paired"), ("link", "linked")]


@pytest.mark.parametrize(("way", "evidence"), WAYS)
def test_two_names_of_one_message_are_both_consumed(way: str, evidence: str) -> None:
    assert told(sent("orders-exchange", "orders-queue", way)) == [
        "shop/POST /orders publishes_to topic orders-exchange evidence=topic",
        f"topic orders-exchange consumed_by mailer/process orders-queue evidence={evidence}",
        f"topic orders-queue consumed_by mailer/process orders-queue evidence={evidence}",
    ]


@pytest.mark.parametrize(("way", "evidence"), WAYS)
def test_a_topic_that_only_its_consumer_names_is_who_sent_its(way: str, evidence: str) -> None:
    assert told(sent("", "orders", way)) == [
        f"shop/POST /orders publishes_to topic orders evidence={evidence}",
        f"topic orders consumed_by mailer/process orders evidence={evidence}",
    ]


@pytest.mark.parametrize(("way", "evidence"), WAYS)
def test_a_message_without_any_name_is_a_call(way: str, evidence: str) -> None:
    assert told(sent("", "", way)) == [f"shop/POST /orders calls mailer/got evidence={evidence}"]


def test_a_sender_whose_client_makes_no_span_sends_all_the_same() -> None:
    assert told(sent("", "orders", "parent", kind="internal")) == [
        "shop/POST /orders publishes_to topic orders evidence=ancestor",
        "topic orders consumed_by mailer/process orders evidence=topic",
    ]


def test_a_loop_that_waits_for_messages_sends_none() -> None:
    got = proto_span(
        "m1", "consumer", parent="loop", attributes={**BROKER, "messaging.destination.name": "orders"}
    )
    spans = read(resource_spans("mailer", [proto_span("loop", "internal", "wait"), got]))
    assert told(spans, "publishes_to", "consumed_by") == [
        "topic orders consumed_by mailer/process orders evidence=topic"
    ]


def test_what_got_a_message_does_not_send_it_on() -> None:
    orders: dict[str, Value] = {**BROKER, "messaging.destination.name": "orders"}
    got = proto_span("m1", "consumer", "receive", attributes={**orders, "messaging.operation": "receive"})
    done = proto_span("w1", "consumer", "process", parent="m1", attributes=orders)
    spans = read(resource_spans("mailer", [got]), resource_spans("worker", [done]))
    assert told(spans, "publishes_to") == []


def test_who_asks_for_messages_is_not_called_by_who_sent_them() -> None:
    spans = sent("orders", "orders", "parent")[:2]
    orders: dict[str, Value] = {
        **BROKER,
        "messaging.destination.name": "orders",
        "messaging.operation.type": "receive",
    }
    poll = proto_span("p1", "client", "poll", trace="other", attributes=orders)
    poll.links.append(ProtoSpan.Link(trace_id=span_id("trace") * 2, span_id=span_id("s2")))
    assert told([*spans, *read(resource_spans("mailer", [poll]))]) == [
        "shop/POST /orders publishes_to topic orders evidence=topic",
        "topic orders consumed_by mailer/poll evidence=linked",
    ]


def test_one_message_counts_once() -> None:
    spans = sent("orders", "orders", "parent")
    times = {one.verb: one.seen.count for one in answer(spans).relations if one.seen and "topic" in str(one)}
    assert (times["publishes_to"], times["consumed_by"]) == (1, 1)
