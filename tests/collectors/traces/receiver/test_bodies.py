"""Bodies that are cut off, swollen, nested, oversized or half good, by both protocols."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Iterator

import grpc
import httpx
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from tests.support.receiving import BODY, JSON, METHOD, PROTOBUF, Receiving, receiving
from tests.support.traces import export, proto_span, resource_spans

SPAN = {
    "traceId": "5b8efff798038103d269b633813fc60c",
    "spanId": "eee19b7ec3c1b174",
    "name": "GET /é",
    "kind": 2,
    "startTimeUnixNano": "1790000000000000000",
    "endTimeUnixNano": "1790000001000000000",
}


def document(span: object = SPAN, **resource: object) -> bytes:
    attributes = [{"key": "service.name", "value": {"stringValue": "shop"}}]
    attributes += [{"key": key, "value": value} for key, value in resource.items()]
    said = {"resource": {"attributes": attributes}, "scopeSpans": [{"spans": [span]}]}
    return json.dumps({"resourceSpans": [said]}, ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def shared() -> Iterator[Receiving]:
    with receiving(max_body="1MiB") as running:
        yield running


@pytest.fixture
def running(shared: Receiving) -> Iterator[Receiving]:
    """Nothing that these tests send may be kept."""
    yield shared
    assert shared.receiver.counts.spans == 0


def test_a_body_cut_off_at_any_byte_is_answered_with_a_status_and_nothing_is_kept(running: Receiving) -> None:
    bodies = (
        (BODY, PROTOBUF),
        (document(), JSON),
        (gzip.compress(BODY), {**PROTOBUF, "content-encoding": "gzip"}),
    )
    with httpx.Client() as client:
        for body, headers in bodies:
            for length in range(1, len(body)):
                answer = client.post(running.url, content=body[:length], headers=headers)
                assert answer.status_code == 400, length
                if headers is JSON:
                    assert answer.json()["message"], length
                else:
                    assert Status.FromString(answer.content).message, length


def test_a_message_by_grpc_cut_off_at_any_byte_is_invalid(running: Receiving) -> None:
    with grpc.insecure_channel(running.grpc_address) as channel:
        method = channel.unary_unary(METHOD)
        for body in (BODY, gzip.compress(BODY)):
            for length in range(1, len(body)):
                if body[:length] == b"\x1f":
                    continue  # is no longer gzip, nor anything else: the next test has it
                with pytest.raises(grpc.RpcError) as refused:
                    method(body[:length], timeout=20)
                assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT, length
                assert refused.value.details(), length


def test_a_message_that_is_broken_deep_inside_is_refused_with_what_is_good_of_it(running: Receiving) -> None:
    """Lengths outside are right: what is wrong is only seen when a span, a scope or a resource is read."""
    one = resource_spans("shop", [proto_span("a", "server", "GET /")])
    scope = one.scope_spans[0].SerializeToString()
    for broken in (b"\xff", b"\x0a\x05ab", b"\x39\x01"):
        for part in (
            _field(2, _field(2, broken)),
            _field(2, broken),
            _field(1, broken) + _field(2, scope),
            _field(1, _field(1, broken)) + _field(2, scope),
        ):
            body = BODY + _field(1, part)
            assert running.post(body).status_code == 400, body
            with pytest.raises(grpc.RpcError) as refused:
                running.call(body)
            assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT, body


@pytest.mark.parametrize("body", [b"\x1f", b"\x1f\x8b", b"\xff" * 50, b"\x00"])
def test_what_is_no_message_is_invalid(running: Receiving, body: bytes) -> None:
    assert running.post(body).status_code == 400
    with pytest.raises(grpc.RpcError) as refused:
        running.call(body)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


BOMB = """
import gzip, resource, subprocess, sys, zlib
import grpc, httpx
from tests.support.receiving import METHOD, receiving

def bomb(fill, times):
    squeezed = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(squeezed.compress(fill) for _ in range(times)) + squeezed.flush()

once = bomb(bytes(1 << 20), 512)
twice = gzip.compress(once)
# A client of its own, which lets gRPC squeeze what it sends: it has to have the whole bomb.
SENT = '''
import sys, grpc
with grpc.insecure_channel(sys.argv[1], compression=grpc.Compression.Gzip) as channel:
    try:
        channel.unary_unary(sys.argv[2])(bytes(256 << 20), timeout=60)
    except grpc.RpcError as error:
        print(error.code().name)
'''

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

with receiving() as running:
    running.post(); running.call()
    with grpc.insecure_channel(running.grpc_address) as channel, httpx.Client() as client:
        before = peak()
        for _ in range(3):
            for body in (once, twice):
                headers = {"content-type": "application/x-protobuf", "content-encoding": "gzip"}
                answer = client.post(running.url, content=body, headers=headers, timeout=30)
                assert answer.status_code == 413, answer
                try:
                    channel.unary_unary(METHOD)(body, timeout=30)
                    raise SystemExit("the bomb was taken")
                except grpc.RpcError as error:
                    assert error.code().name == "RESOURCE_EXHAUSTED", error
        command = [sys.executable, "-c", SENT, running.grpc_address, METHOD]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100)
        assert done.stdout == "RESOURCE_EXHAUSTED\\n", done
        print(peak() - before)
"""


def test_bombs_take_less_than_32_mib_by_either_protocol() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BOMB], capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 32 << 20


def test_a_body_swells_to_the_limit_and_no_further(running: Receiving) -> None:
    letters = bytes(range(256)) * 4096  # 1 MiB, in a ratio that is allowed
    squeezed = gzip.compress(letters + b"x", 1)
    answer = running.post(squeezed, content_encoding="gzip")
    assert answer.status_code == 413
    assert "traces.max_body" in Status.FromString(answer.content).message
    with pytest.raises(grpc.RpcError) as refused:
        running.call(squeezed)
    assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert not refused.value.trailing_metadata() or "grpc-status-details-bin" not in dict(
        refused.value.trailing_metadata()
    )  # with a pause in it, exporters would try again for ever


@pytest.mark.parametrize("encoding", ["deflate", "br", "zstd", "compress", "gzip, gzip", "gzip;q=1", "x"])
def test_only_identity_and_gzip_are_understood(running: Receiving, encoding: str) -> None:
    answer = running.post(zlib.compress(BODY), content_encoding=encoding)
    assert answer.status_code == 415
    told = Status.FromString(answer.content).message
    assert told.startswith(
        "content-encoding must be gzip or identity: set compression: gzip in the Collector's"
    )


def test_grpc_understands_gzip_and_no_deflate() -> None:
    with receiving() as running:
        assert running.call(compression=grpc.Compression.Gzip) == b""
        assert running.services() == {"prod//shop"}
        with pytest.raises(grpc.RpcError) as refused:
            running.call(BODY * 50, compression=grpc.Compression.Deflate)
        assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED


def nested_json(kind: str, depth: int) -> bytes:
    opening = {
        "kvlistValue": '{"kvlistValue":{"values":[{"key":"k","value":',
        "arrayValue": '{"arrayValue":{"values":[',
        "list": "[",
    }[kind]
    closing = {"kvlistValue": "}]}}", "arrayValue": "]}}", "list": "]"}[kind]
    return (opening * depth + '{"stringValue":"x"}' + closing * depth).encode()


@pytest.mark.parametrize("where", ["resource", "span"])
@pytest.mark.parametrize("kind", ["kvlistValue", "arrayValue", "list"])
def test_deep_json_is_answered(kind: str, where: str) -> None:
    with receiving() as running:
        for depth in (10, 90, 200, 300, 500, 20_000):
            nest = nested_json(kind, depth)
            if where == "resource":
                body = document(**{"db.namespace": "HERE"})
            else:
                body = document({**SPAN, "attributes": [{"key": "db.namespace", "value": "HERE"}]})
            answer = running.post(body.replace(b'"HERE"', nest), content_type="application/json")
            assert answer.status_code in (200, 400), (depth, answer.text)
            answer.json()
        assert running.post().status_code == 200


def test_deep_protobuf_is_answered() -> None:
    with receiving() as running:
        for kind in ("array_value", "kvlist_value"):
            for depth in (10, 90, 2_000):
                raw = AnyValue(string_value="x").SerializeToString()
                for _ in range(depth):
                    raw = _wrapped(kind, raw)
                for where in ("span", "resource"):
                    spans = resource_spans("shop", [proto_span("a", "server", "GET /")])
                    holder = spans.resource if where == "resource" else spans.scope_spans[0].spans[0]
                    holder.attributes.append(
                        KeyValue(key="db.namespace", value=AnyValue(string_value="HERE"))
                    )
                    body = _spliced(export(spans), raw)
                    answer = running.post(body)
                    assert answer.status_code in (200, 400), (kind, depth, where)
                    assert code_of(running, body) in ("OK", "INVALID_ARGUMENT"), (kind, depth, where)
        assert running.post().status_code == 200


def code_of(running: Receiving, body: bytes) -> str:
    try:
        running.call(body)
    except grpc.RpcError as error:
        return str(error.code().name)
    return "OK"


def _varint(number: int) -> bytes:
    made = b""
    while number > 127:
        made, number = made + bytes([number & 127 | 128]), number >> 7
    return made + bytes([number])


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _wrapped(kind: str, raw: bytes) -> bytes:
    """An AnyValue with this one in it: by hand, because protobuf itself refuses to write so deep."""
    if kind == "array_value":
        return _field(5, _field(1, raw))
    return _field(6, _field(1, _field(1, b"k") + _field(2, raw)))


def _spliced(body: bytes, value: bytes) -> bytes:
    """The message with this value in place of the text HERE, its lengths corrected from the inside out."""
    inner = AnyValue(string_value="HERE").SerializeToString()
    at = body.index(inner)
    return _rebuilt(body, at, inner, value)


def _rebuilt(message: bytes, at: int, old: bytes, new: bytes) -> bytes:
    made, position = b"", 0
    while position < len(message):
        start = position
        tag, position = _read(message, position)
        if tag & 7 != 2:
            position = {0: lambda p: _read(message, p)[1], 1: lambda p: p + 8, 5: lambda p: p + 4}[tag & 7](
                position
            )
            made += message[start:position]
            continue
        size, position = _read(message, position)
        content = message[position : position + size]
        if position <= at < position + size:
            inside = new if position == at and content == old else _rebuilt(content, at - position, old, new)
            made += _varint(tag) + _varint(len(inside)) + inside
        else:
            made += message[start : position + size]
        position += size
    return made


def _read(message: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[position]
        position += 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, position


def test_huge_names_and_values_are_cut() -> None:
    long = "x" * 300_000
    attributes = {
        "http.request.method": "GET",
        "url.full": f"https://{long}/{long}?{long}",
        "server.address": long,
        "db.namespace": long,
        "unknown": long,
        long[:1000]: "y",
    }
    spans = [
        proto_span("a", "server", long, attributes={"http.route": f"/{long}"}),
        proto_span("b", "client", f"b {long}", "a", attributes=attributes),
        proto_span(
            "c", "client", f"c {long}", "a", attributes={"db.system.name": "mysql", "db.query.text": long}
        ),
    ]
    spans[0].trace_state = "ot=th:" + "0" * 300_000
    with receiving() as running:
        for body in (export(resource_spans(long, spans, {"k8s.cluster.name": long})),):
            assert running.post(body).status_code == 200
            assert running.call(body) == b""
        facts = list(running.sink.facts("prod"))
        assert facts
        longest = max(len(text) for fact in facts for text in (fact.source, fact.target, fact.detail))
        assert longest < 2_048


@pytest.mark.parametrize("protocol", ["http", "grpc", "json"])
def test_bad_spans_in_a_good_batch_are_counted_and_named(protocol: str) -> None:
    bad = [proto_span("a"), proto_span("b")]
    bad[0].trace_id = b"short"
    bad[1].start_time_unix_nano = 5
    body = export(resource_spans("shop", [*bad, proto_span("e", "server")]))
    with receiving() as running:
        if protocol == "json":
            pieces = [{**SPAN, "traceId": "short"}, {**SPAN, "startTimeUnixNano": "5"}, SPAN]
            whole = json.loads(document())
            whole["resourceSpans"][0]["scopeSpans"][0]["spans"] = pieces
            answer = running.post(json.dumps(whole).encode(), content_type="application/json")
            assert answer.status_code == 200
            told = answer.json()["partialSuccess"]
            assert (int(told["rejectedSpans"]), bool(told["errorMessage"])) == (2, True)
            assert running.services() == {"default//shop"}
        else:
            raw = running.call(body) if protocol == "grpc" else running.post(body).content
            partial = ExportTraceServiceResponse.FromString(raw).partial_success
            assert partial.rejected_spans == 2
            assert partial.error_message == "a span has no valid trace id"
            assert running.services() == {"prod//shop"}
        assert running.receiver.rejected == 2
