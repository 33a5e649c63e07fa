"""Personal values inside telemetry are found, in every form of OTLP; the values are nowhere."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collectors.traces.facts import Flows
from collectors.traces.leaks import EVERY, FIRST, LOOKED_AT, Examined
from collectors.traces.memory import MemoryFacts
from collectors.traces.merging import merge
from collectors.traces.otlp import OtlpReader
from collectors.traces.spans import Batch
from tests.support.traces import LONG_AFTER, Value, export, pairs, proto_span, resource_spans

EMAIL, CARD, IBAN = "canary.jane@example.org", "4111111111111111", "GB29 NWBK 6016 1331 9268 19"


def route(path: str) -> dict[str, Value]:
    return {"http.route": path, "http.method": "GET"}


def sent(*attributes: Mapping[str, Value]) -> bytes:
    """A request to `GET /orders` whose inner spans have these attributes."""
    inner = [
        proto_span(f"i{number}", "client", "call", "root", attributes=one)
        for number, one in enumerate(attributes)
    ]
    return export(
        resource_spans(
            "shop",
            [
                proto_span(
                    "root", "server", "GET", attributes={"http.route": "/orders", "http.method": "GET"}
                ),
                *inner,
            ],
        )
    )


def as_json(body: bytes) -> object:
    message = ExportTraceServiceRequest.FromString(body)
    document = json_format.MessageToDict(message)
    for resource, resource_ in zip(document["resourceSpans"], message.resource_spans, strict=True):
        for span, span_ in zip(
            resource["scopeSpans"][0]["spans"], resource_.scope_spans[0].spans, strict=True
        ):
            span["traceId"], span["spanId"] = span_.trace_id.hex(), span_.span_id.hex()
            span["parentSpanId"] = span_.parent_span_id.hex()
            span["kind"] = int(span_.kind)
            for link, link_ in zip(span.get("links", ()), span_.links, strict=True):
                link["traceId"], link["spanId"] = link_.trace_id.hex(), link_.span_id.hex()
    return document


def batches(body: bytes, reader: OtlpReader | None = None) -> Mapping[str, Batch]:
    reader, document = reader or OtlpReader(), as_json(body)
    return {
        "protobuf": reader.protobuf(body),
        "typed": reader.json_text(json.dumps(document).encode()),
        "json": reader.json(document),
    }


def leaks(batch: Batch) -> set[tuple[str, str]]:
    facts = MemoryFacts()
    Flows(facts).record(batch.spans, 1)
    told = merge("prod", facts.facts("prod"), LONG_AFTER)
    assert "canary" not in repr([*facts.facts("prod")]) + repr(told)
    assert CARD not in repr(told)
    return {
        (one.source, str(one.target).removeprefix("attribute://"))
        for one in told.relations
        if one.verb == "leaks"
    }


OPERATION = "operation://prod//shop/GET /orders"


@pytest.mark.parametrize("form", ["protobuf", "typed", "json"])
def test_what_is_in_attributes_is_told_with_operation_attribute_and_kind(form: str) -> None:
    body = sent(
        {"http.url": f"https://mail.example.com/?to={EMAIL}&x=1", "http.request.method": "GET"},
        {"note": f"pays by {CARD}", "iban": IBAN},
        {"user.id": "canary-4711"},
        {"db.query.text": f"select * from t where mail = '{EMAIL}'", "db.system": "mysql"},
        {"messaging.message.id": "<canary.1234@mail.example.org>", "plain": "nothing", "number": 12345678901},
    )
    assert leaks(batches(body)[form]) == {
        (OPERATION, "email/url.full"),
        (OPERATION, "card/note"),
        (OPERATION, "iban/iban"),
        (OPERATION, "user-id/user.id"),
        (OPERATION, "email/db.query.text"),
    }


def test_a_server_span_leaks_by_its_own_operation() -> None:
    span = proto_span(
        "root", "server", "GET", attributes={"http.route": "/me", "http.method": "GET", "user.email": EMAIL}
    )
    body = export(resource_spans("shop", [span]))
    assert leaks(OtlpReader().protobuf(body)) == {("operation://prod//shop/GET /me", "email/user.email")}


@pytest.mark.parametrize("form", ["protobuf", "typed", "json"])
def test_names_of_spans_events_links_and_resources_are_looked_through(form: str) -> None:
    named = proto_span("n", "internal", f"mail to {EMAIL}", "root")
    failed = proto_span("e", "client", "call", "root", attributes={"server.address": "a"})
    failed.events.add(name="exception", attributes=pairs({"exception.message": f"no account {EMAIL}"}))
    linked = proto_span("l", "client", "other", "root", attributes={"server.address": "a"})
    linked.links.add(trace_id=b"t" * 16, span_id=b"s" * 8, attributes=pairs({"about": EMAIL}))
    root = proto_span("root", "server", "GET", attributes=route("/orders"))
    body = export(resource_spans("shop", [root, named, failed, linked], {"process.owner": EMAIL}))
    reader = OtlpReader()
    for _ in range(2):  # decoded first, then recognised
        assert leaks(batches(body, reader)[form]) == {
            (OPERATION, "email/span.name"),
            (OPERATION, "email/exception.message"),
            (OPERATION, "email/about"),
            ("service://prod//shop", "email/process.owner"),
        }


def test_what_is_of_persons_by_its_nature_is_not_remembered_by_readers_either() -> None:
    attributes: dict[str, Value] = {
        "http.request.method": "GET",
        "client.address": "203.0.113.77",
        "url.full": "https://shop.example.com/?to=canary-url",
        "graphql.document": '{ me(name: "canary-document") { email } }',
        "db.query.text": "select 1 -- canary-statement",
    }
    body = export(resource_spans("shop", [proto_span("root", "server", "GET", attributes=attributes)]))
    reader = OtlpReader()
    assert len(batches(body, reader)) == 3
    known = repr([vars(each) for each in vars(reader).values()])
    assert "canary" not in known
    assert "203.0.113.77" not in known


@pytest.mark.parametrize("form", ["protobuf", "typed", "json"])
def test_of_a_span_with_very_many_events_the_first_are_looked_through(form: str) -> None:
    span = proto_span("root", "server", "GET", attributes=route("/orders"))
    for number in range(LOOKED_AT + 1):
        text = EMAIL if number in {LOOKED_AT - 1, LOOKED_AT} else "nobody"
        span.events.add(name="log", attributes=pairs({f"log.{number}": text}))
    found = leaks(batches(export(resource_spans("shop", [span])))[form])
    assert found == {(OPERATION, f"email/log.{LOOKED_AT - 1}")}


def test_a_bare_number_must_be_a_card_again_and_again() -> None:
    examined = Examined(100)
    assert examined.texts("k", [("order", CARD)]) == ()
    assert examined.texts("k", [("order", "5555555555554444")]) == ("card order",)
    assert examined.texts("k", [("card.number", CARD)]) == ("card card.number",)
    assert examined.texts("k", [("cloud.account.id", "111122223333")]) == ()
    for number in range(4111111111111112, 4111111111111119):
        assert examined.texts("other", [("order", str(number))]) == ()
    assert examined.texts("other", [("order", CARD)]) == ()
    assert examined.texts("other", [("order", CARD)]) == ()


def test_the_first_thousand_are_looked_at_and_then_one_in_a_hundred() -> None:
    examined = Examined(10)
    assert sum(examined.due("a") for _ in range(FIRST + 10 * EVERY)) == FIRST + 10
    assert all(examined.due(f"k{number}") for number in range(100))  # and what is counted is bounded


@pytest.mark.parametrize(
    "text",
    [
        "git@github.com:shop/web.git",
        "2026-11-22T21:00:00Z",
        "10.0.0.12:54321",
        "a" * 20_000,
        "pkg@1.2.3.beta",
        "%7B%22a%22%7D",
    ],
)
def test_ordinary_values_are_none(text: str) -> None:
    assert Examined(10).texts("k", [("x", text)]) == ()
