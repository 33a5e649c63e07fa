"""The receiver against real exporters, and against what a network brings."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import grpc
import httpx
import psutil
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from collectors.contract import Fact, SinkBusy
from collectors.traces.memory import MemoryFacts
from collectors.traces.receiver import AddressTaken, Receiver, TokenRequired
from config.settings import Traces, compose
from tests.support.traces import export, proto_span, resource_spans

PROTOBUF = {"content-type": "application/x-protobuf"}
BODY = export(resource_spans("shop", [proto_span("a", "server", "GET /")]))


def settings(**values: object) -> Traces:
    return compose({"traces": {"grpc": "127.0.0.1:0", "http": "127.0.0.1:0", **values}}).traces


class Sink(MemoryFacts):
    """Keeps facts; refuses, or takes its time, when told to."""

    busy = False
    gate: threading.Event | None = None

    def record(self, facts: Sequence[Fact], timeout: float) -> None:
        if self.busy:
            raise SinkBusy("told so")
        if self.gate is not None:
            self.gate.wait(10)
        super().record(facts, timeout)


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def receiver(sink: Sink) -> Iterator[Receiver]:
    receiver = Receiver(settings(max_body="1MiB"), sink)
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture
def url(receiver: Receiver) -> str:
    return f"http://127.0.0.1:{receiver.ports['http']}/v1/traces"


def post(url: str, body: bytes = BODY, **headers: str) -> httpx.Response:
    sent = {**PROTOBUF, **{key.replace("_", "-"): value for key, value in headers.items()}}
    return httpx.post(url, content=body, headers=sent, timeout=20)


def call(receiver: Receiver, body: bytes = BODY, **metadata: str) -> bytes:
    with grpc.insecure_channel(f"127.0.0.1:{receiver.ports['grpc']}") as channel:
        method = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        answer: bytes = method(body, timeout=20, metadata=tuple(metadata.items()))
        return answer


def services(sink: Sink) -> set[str]:
    return {fact.source for one in sink.environments() for fact in sink.facts(one) if fact.verb == "has"}


def test_protobuf_json_and_gzip_say_the_same(url: str, sink: Sink) -> None:
    document = {
        "resourceSpans": [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "in-json"}}]},
                "scopeSpans": [
                    {
                        "spans": [
                            {
                                "traceId": "5b8efff798038103d269b633813fc60c",
                                "spanId": "eee19b7ec3c1b174",
                                "name": "GET /",
                                "kind": 2,
                                "startTimeUnixNano": "1790000000000000000",
                                "endTimeUnixNano": "1790000001000000000",
                            }
                        ]
                    }
                ],
            }
        ]
    }
    plain = post(url, json.dumps(document).encode(), content_type="application/json")
    assert (plain.status_code, plain.json(), plain.headers["content-type"]) == (200, {}, "application/json")
    packed = post(url, gzip.compress(BODY), content_encoding="gzip")
    assert (packed.status_code, packed.content) == (200, b"")
    assert services(sink) == {"service://default//in-json", "service://prod//shop"}


def test_grpc_takes_the_same_message(receiver: Receiver, sink: Sink) -> None:
    assert call(receiver) == b""
    assert services(sink) == {"service://prod//shop"}


def test_a_body_cut_off_at_any_byte_is_refused_and_nothing_of_it_is_kept(url: str, sink: Sink) -> None:
    with httpx.Client() as client:
        for length in range(1, len(BODY)):
            answer = client.post(url, content=BODY[:length], headers=PROTOBUF)
            assert answer.status_code == 400, length
            assert Status.FromString(answer.content).message, length
    assert services(sink) == set()


def test_a_gzip_stream_cut_off_is_refused(url: str, sink: Sink) -> None:
    whole = gzip.compress(BODY)
    for length in (1, 10, len(whole) // 2, len(whole) - 1):
        assert post(url, whole[:length], content_encoding="gzip").status_code == 400
    assert post(url, b"no gzip at all", content_encoding="gzip").status_code == 400
    assert post(url, whole + b"rest", content_encoding="gzip").status_code == 400
    assert services(sink) == set()


@pytest.mark.parametrize(
    ("limit", "words"), [("16MiB", "times its size"), ("1KiB", "larger than traces.max_body")]
)
def test_a_bomb_is_refused_before_it_fills_memory(sink: Sink, limit: str, words: str) -> None:
    bomb = gzip.compress(b"\0" * (64 << 20))
    receiver = Receiver(settings(max_body=limit), sink)
    receiver.start()
    try:
        before = psutil.Process().memory_info().rss
        answer = post(f"http://127.0.0.1:{receiver.ports['http']}/v1/traces", bomb, content_encoding="gzip")
        assert answer.status_code == 413
        assert words in Status.FromString(answer.content).message
        assert psutil.Process().memory_info().rss - before < 32 << 20
    finally:
        receiver.stop()


def test_a_body_that_is_too_large_is_refused_on_both_protocols(receiver: Receiver, url: str) -> None:
    large = export(resource_spans("shop", [proto_span("a", name="x" * (1 << 20))]))
    assert post(url, large).status_code == 413
    with pytest.raises(grpc.RpcError) as refused:
        call(receiver, large)
    assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_type": "text/plain"}, 415),
        ({"content_encoding": "zstd"}, 415),
        ({"content_type": "application/json"}, 400),
    ],
)
def test_what_is_not_understood_is_refused(url: str, headers: dict[str, str], status: int) -> None:
    assert post(url, **headers).status_code == status


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"resourceSpans": 3}', b'{"resourceSpans": [3]}', b"[" * 5000]
)
def test_json_of_another_kind_is_refused_with_a_readable_status(url: str, body: bytes) -> None:
    answer = post(url, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(("the document is not OTLP JSON", "the body is not JSON"))


def test_bad_spans_in_a_good_batch_are_counted_and_the_rest_is_kept(
    receiver: Receiver, url: str, sink: Sink
) -> None:
    bad = [proto_span("a"), proto_span("b"), proto_span("c"), proto_span("d")]
    bad[0].trace_id = b""
    bad[1].span_id = bytes(8)
    bad[2].start_time_unix_nano = 5
    bad[3].end_time_unix_nano = 2**63
    answer = post(url, export(resource_spans("shop", [*bad, proto_span("e", "server")])))
    assert answer.status_code == 200
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert (partial.rejected_spans, partial.error_message) == (4, "a span has no valid trace id")
    assert receiver.rejected == 4
    assert services(sink) == {"service://prod//shop"}


def test_a_busy_sink_asks_the_sender_to_come_again_and_loses_nothing(
    receiver: Receiver, url: str, sink: Sink
) -> None:
    sink.busy = True
    answer = post(url)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    with pytest.raises(grpc.RpcError) as refused:
        call(receiver)
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
    sink.busy = False
    assert post(url).status_code == 200  # the same spans again
    assert services(sink) == {"service://prod//shop"}


def test_a_flood_is_held_back(receiver: Receiver, url: str, sink: Sink) -> None:
    sink.gate = threading.Event()
    codes: list[int] = []

    def large(number: int) -> bytes:
        return export(
            resource_spans("shop", [proto_span("a", "server", trace=f"t{number}", name="x" * 900_000)])
        )

    threads = [
        threading.Thread(target=lambda body: codes.append(post(url, body).status_code), args=(large(number),))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 10
    while len(codes) < 4 and time.monotonic() < until:
        time.sleep(0.01)
    with pytest.raises(grpc.RpcError) as refused:
        call(receiver, large(9))
    sink.gate.set()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] * 4 + [429] * 4
    assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    details = dict(refused.value.trailing_metadata())["grpc-status-details-bin"]
    pause = RetryInfo()
    assert Status.FromString(details).details[0].Unpack(pause)
    assert pause.retry_delay.seconds == 5
    assert post(url).status_code == 200


def test_an_address_for_others_needs_a_token(sink: Sink, tmp_path: Path) -> None:
    open_to_all = settings().model_copy(update={"http": "0.0.0.0:0"})
    with pytest.raises(TokenRequired, match=r"0\.0\.0\.0:0 \(traces\.http\).*token_file"):
        Receiver(open_to_all, sink)


def test_a_token_is_asked_for_on_both_protocols(sink: Sink, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("open-sesame\n")
    receiver = Receiver(settings(token_file=str(tmp_path / "token")), sink)
    receiver.start()
    try:
        url = f"http://127.0.0.1:{receiver.ports['http']}/v1/traces"
        assert post(url).status_code == 401
        assert post(url, authorization="Bearer wrong").status_code == 401
        with pytest.raises(grpc.RpcError) as refused:
            call(receiver)
        assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
        assert services(sink) == set()
        assert post(url, authorization="Bearer open-sesame").status_code == 200
        assert call(receiver, authorization="Bearer open-sesame") == b""
    finally:
        receiver.stop()


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_a_port_in_use_is_named_and_nothing_is_left_listening(sink: Sink, protocol: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        receiver = Receiver(settings(**{protocol: address}), sink)
        with pytest.raises(AddressTaken, match=rf"{address} \(traces\.{protocol}\)"):
            receiver.start()
    assert receiver.ports == {}


def test_a_stopped_receiver_listens_no_more(sink: Sink) -> None:
    receiver = Receiver(settings(), sink)
    receiver.start()
    ports = dict(receiver.ports)
    receiver.stop()
    receiver.stop()
    for port in ports.values():
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_protocol_can_be_turned_off(sink: Sink) -> None:
    receiver = Receiver(settings(grpc=""), sink)
    receiver.start()
    try:
        assert set(receiver.ports) == {"http"}
    finally:
        receiver.stop()


def test_a_batch_sent_again_is_not_answered_before_its_facts_are_durable(url: str, sink: Sink) -> None:
    sink.gate = threading.Event()
    codes: list[int] = []
    threads = [threading.Thread(target=lambda: codes.append(post(url).status_code)) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert codes == []
    sink.gate.set()
    for thread in threads:
        thread.join()
    assert codes == [200, 200]
    assert [fact.count for fact in sink.facts("prod") if fact.verb == "has"] == [1]
