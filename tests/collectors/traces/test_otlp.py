"""Both encodings of OTLP, and both ways to read JSON, give the same spans."""

from __future__ import annotations

import base64
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collectors.traces.otlp import OtlpReader
from collectors.traces.spans import MalformedTraces, Span
from tests.support.traces import Value, export, proto_span, read, resource_spans, span_id

ATTRIBUTES: tuple[dict[str, Value], ...] = (
    {"http.request.method": "GET", "http.route": "/a", "url.path": "/a/7", "client.address": "8.8.8.8"},
    {
        "http.request.method": "GET",
        "url.path": "/orders/7",
        "unknown": "x" * 300,
        "user.email": "a@example.com",
    },
    {
        "db.system.name": "postgresql",
        "db.query.text": "SELECT a FROM t WHERE b = " + "'c'" * 60,
        "other": True,
    },
    {"db.system": "mysql", "db.statement": "SELECT a FROM t", "server.address": "db", "server.port": 3306},
    {"aws.dynamodb.table_names": ["one", "two"], "messaging.system": "kafka"},
    {},
)


def message() -> bytes:
    spans = [
        proto_span(
            f"s{number}", kind, f"do {kind}", "s0" if number else "", attributes=attributes, flags=0x300
        )
        for number, (kind, attributes) in enumerate(
            (kind, attributes) for kind in ("server", "client", "internal") for attributes in ATTRIBUTES
        )
    ]
    spans[3].links.add(trace_id=span_id("other") * 2, span_id=span_id("linked"))
    spans[3].links.add(trace_id=b"", span_id=span_id("linked"))
    spans[4].trace_state = "ot=th:c"
    spans[5].span_id = b""
    return export(resource_spans("a", spans[:9]), resource_spans("b", spans[9:], {"cloud.region": "eu"}))


def as_json(body: bytes) -> bytes:
    document = MessageToDict(ExportTraceServiceRequest.FromString(body), use_integers_for_enums=True)
    for resource in document["resourceSpans"]:
        for span in resource["scopeSpans"][0]["spans"]:
            for holder in (span, *span.get("links", ())):
                for key in ("traceId", "spanId", "parentSpanId"):
                    if key in holder:
                        holder[key] = base64.b64decode(holder[key]).hex()
    return json.dumps(document).encode()


def plain(spans: list[Span]) -> list[object]:
    def wanted(span: Span) -> dict[str, object]:
        # A route makes a path needless, so it may have been left out.
        return {key: value for key, value in span.attributes if key not in {"url.path", "url.full"}}

    return [(*span[:8], sorted(span.origin.attributes.items()), wanted(span), *span[10:13]) for span in spans]


def test_all_ways_to_read_a_message_give_the_same_spans() -> None:
    body = message()
    reader = OtlpReader()
    for _ in range(2):  # the second time much of it is recognised
        protobuf = reader.protobuf(body)
        typed = reader.json_text(as_json(body))
        parsed = reader.json(json.loads(as_json(body)))
        assert protobuf.rejected == typed.rejected == parsed.rejected == 1
        assert protobuf.reason == typed.reason == parsed.reason
        assert len(protobuf.spans) == 17
        assert [one.remote for one in protobuf.spans].count(True) == 12  # of a server the kind tells as much
        assert plain([one._replace(remote=False) for one in protobuf.spans]) == plain(
            [one._replace(remote=False) for one in typed.spans]
        )
        assert plain(typed.spans) == plain(parsed.spans)


def test_spans_that_are_alike_but_for_what_varies_are_told_apart_where_it_counts() -> None:
    def spans(number: int) -> list[Span]:
        attributes: dict[str, Value] = {
            "noise": f"value {number}",
            "http.request.method": "GET",
            "url.path": f"/{'abcdefgh'[number % 8]}/list",
            "client.address": "8.8.8.8" if number % 2 else "10.0.0.1",
            "server.port": 80 + number % 3,
        }
        return READER.protobuf(
            export(resource_spans("a", [proto_span("s", "server", attributes=attributes)]))
        ).spans

    for number in range(300):
        [span] = spans(number)
        assert dict(span.attributes) == {
            "http.request.method": "GET",
            "url.path": f"/{'abcdefgh'[number % 8]}/list",
            "client.address": "public" if number % 2 else "private",
            "server.port": str(80 + number % 3),
        }


READER = OtlpReader()


@pytest.mark.parametrize("kind", ["SPAN_KIND_SERVER", "2"])
def test_json_that_is_not_quite_as_the_standard_has_it_is_read_all_the_same(kind: str) -> None:
    document = json.loads(as_json(message()))
    document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["kind"] = kind
    batch = OtlpReader().json_text(json.dumps(document).encode())
    assert (batch.spans[0].kind, len(batch.spans), batch.rejected) == (2, 17, 1)


def test_what_is_no_trace_message_is_refused() -> None:
    for body in (b"[]", b"{}", b"[" * 5000, b'{"resourceSpans": [{"scopeSpans": 3}]}', b""):
        with pytest.raises(MalformedTraces):
            OtlpReader().json_text(body)


def test_links_are_read_for_the_span_that_has_them() -> None:
    span = proto_span("s", "consumer")
    span.links.add(trace_id=span_id("t") * 2, span_id=span_id("p"))
    linked = [one.links for one in read(resource_spans("a", [proto_span("r", "server"), span]))]
    assert linked == [(), ((span_id("t") * 2, span_id("p")),)]


def varied(number: int) -> dict[str, Value]:
    """Attributes of which different ones vary, in different places, though there are always three."""
    orders: tuple[dict[str, Value], ...] = (
        {"http.route": "/a", "url.path": f"/a/{number}", "http.request.method": "GET"},
        {
            "url.path": f"/a/{number}",
            "client.address": f"10.0.0.{number % 250}",
            "http.request.method": "GET",
        },
        {"http.request.method": "GET", "unwanted": f"value {number}", "http.route": f"/{number % 3}"},
        {"unwanted": f"value {number}", "url.path": f"/b/{number}", "client.address": "8.8.8.8"},
        {"one": "1", "two": "2", "http.route": "/plain"},
    )
    return orders[number % len(orders)]


def body(numbers: range) -> bytes:
    return export(
        resource_spans(
            "shop", [proto_span(f"s{each}", "server", "do", attributes=varied(each)) for each in numbers]
        )
    )


Read = dict[bytes, tuple[int, str, dict[str, object]]]


def read_by(spans: list[Span]) -> Read:
    return {span.id: (span.kind, span.name, dict(span.attributes)) for span in spans}


def test_what_was_read_before_changes_nothing_in_how_spans_are_read() -> None:
    experienced = OtlpReader()
    for begin in range(0, 1500, 100):
        message = body(range(begin, begin + 100))
        fresh: Read = {}
        for number in range(begin, begin + 100, 25):
            fresh |= read_by(OtlpReader().protobuf(body(range(number, number + 25))).spans)
        assert read_by(experienced.protobuf(message).spans) == fresh


def test_a_reader_that_forgets_reads_the_same() -> None:
    forgetful, experienced = OtlpReader(remembered=3), OtlpReader()
    for begin in range(0, 400, 50):
        message = body(range(begin, begin + 50))
        assert read_by(forgetful.protobuf(message).spans) == read_by(experienced.protobuf(message).spans)


def test_threads_that_share_a_reader_read_the_same() -> None:
    messages = [body(range(begin, begin + 60)) for begin in range(0, 900, 60)]
    expected = [read_by(OtlpReader().protobuf(message).spans) for message in messages]
    shared = OtlpReader()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(6) as threads:
            for _ in range(3):
                found = threads.map(lambda message: read_by(shared.protobuf(message).spans), messages)
                assert [*found] == expected
    finally:
        sys.setswitchinterval(interval)
