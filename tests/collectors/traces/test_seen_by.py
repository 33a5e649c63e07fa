"""What a service is instrumented with, and how its traces are sampled, is known of it in every form of OTLP."""

from __future__ import annotations

from collections.abc import Mapping

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collectors.model import Json
from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.merging import merge
from collectors.traces.otlp import OtlpReader
from tests.support.traces import LONG_AFTER, proto_span, resource_spans

SCOPES = (
    ("io.opentelemetry.jdbc", "2.1.0"),
    ("@opentelemetry/instrumentation-http", "0.57.1"),
    ("shop.checkout.cart", "2026.11.22"),  # an application's own
    ("opentelemetry.instrumentation.flask", ""),  # says nothing of a change
)


def message() -> ExportTraceServiceRequest:
    found = ExportTraceServiceRequest()
    for number, (name, version) in enumerate(SCOPES):
        part = resource_spans(
            "shop", [proto_span(f"s{number}", "server", "GET /")], {"telemetry.sdk.version": "1.44"}
        )
        part.scope_spans[0].scope.name, part.scope_spans[0].scope.version = name, version
        part.scope_spans[0].spans[0].trace_state = "ot=th:e"  # one in eight
        found.resource_spans.append(part)
    return found


def known(spans: object) -> Mapping[str, Json]:
    facts = MemoryFacts()
    Flows(facts).record(spans, 1)  # type: ignore[arg-type]  # whatever the reader gave
    merged = merge("prod", facts.facts("prod"), LONG_AFTER)
    (service,) = (one for one in merged.resources if one.type == "service")
    return service.attributes


EXPECTED = {
    "instrumentation": [
        "@opentelemetry/instrumentation-http 0.57.1",
        "io.opentelemetry.jdbc 2.1.0",
        "sdk 1.44",
    ],
    "sampling": 8,
}


def test_protobuf_and_json_say_the_same_of_how_a_service_is_seen() -> None:
    reader = OtlpReader()
    sent = message()
    assert known(reader.protobuf(sent.SerializeToString()).spans) == EXPECTED
    document = json_format.MessageToDict(sent, preserving_proto_field_name=False)
    for resource in document["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                span["traceId"], span["spanId"] = "5b" * 16, span["spanId"].encode().hex()[:16]
    assert known(reader.json(document).spans) == EXPECTED
