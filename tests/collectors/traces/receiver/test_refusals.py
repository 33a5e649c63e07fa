"""What is refused is counted by sender and reason, in the journal, whatever becomes of the receiver."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import grpc
import pytest

from collectors.contract import Fact, SinkBusy
from collectors.traces.memory import MemoryFacts
from collectors.traces.receiver.refusals import Refusals
from collectors.traces.refused import NO_ENVIRONMENT, Reason
from collectors.traces.said import read_detail
from tests.support.receiving import BODY, METHOD, Receiving, receiving
from tests.support.traces import export, proto_span, resource_spans

SECRET = "open-sesame"


class Disk(MemoryFacts):
    """A sink that is busy while `full` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.full = threading.Event()

    def record(self, facts: Sequence[Fact], timeout: float) -> None:
        if self.full.is_set():
            raise SinkBusy("the disk is full")
        super().record(facts, timeout)


def known(sink: MemoryFacts) -> dict[tuple[str, str], int]:
    return {
        (fact.source, str(read_detail(fact.detail)["reason"])): fact.count
        for fact in sink.facts(NO_ENVIRONMENT)
    }


def sent(running: Receiving, protocol: str, body: bytes = BODY, **headers: str) -> int | str:
    """The answer's status."""
    if protocol == "http":
        return running.post(body, **headers).status_code
    try:
        running.call(body, **headers)
    except grpc.RpcError as error:
        return str(error.code().name)
    return "OK"


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_each_refusal_is_counted_with_its_reason(tmp_path: Path, protocol: str) -> None:
    (tmp_path / "token").write_text(SECRET)
    (tmp_path / "token").chmod(0o600)
    bound = {"name": "shop", "token_file": str(tmp_path / "token"), "environments": ["prod"]}
    foreign = [
        resource_spans(
            "rig", [proto_span(one, "server", "GET /", trace=one)], {"deployment.environment.name": "test"}
        )
        for one in ("a", "b", "c")
    ]
    invalid = proto_span("x", "server")
    invalid.trace_id = b"short"
    sink, own = Disk(), {"authorization": f"Bearer {SECRET}"}
    with receiving(sink, senders=[bound], max_body="1MiB", body_patience="300ms") as running:
        assert sent(running, protocol) in (401, "UNAUTHENTICATED")
        assert sent(running, protocol, authorization="Bearer wrong") in (401, "UNAUTHENTICATED")
        assert sent(running, protocol, export(*foreign), **own) in (200, "OK")
        assert sent(running, protocol, export(resource_spans("shop", [invalid])), **own) in (200, "OK")
        assert sent(running, protocol, BODY[:-3], **own) in (400, "INVALID_ARGUMENT")
        assert sent(running, protocol, BODY + bytes(2 << 20), **own) in (413, "RESOURCE_EXHAUSTED")
        if protocol == "http":
            assert sent(running, protocol, BODY, content_encoding="zstd", **own) == 415
        sink.full.set()
        body = export(resource_spans("shop", [proto_span("new", "server", "GET /new")]))
        assert sent(running, protocol, body, **own) in (503, "UNAVAILABLE")
        sink.full.clear()
    found = known(sink)
    if protocol == "grpc":  # itself refuses what is larger than any message may be
        found["sender://shop", "large"] = 1
        found["sender://shop", "encoded"] = 1  # and what it cannot inflate
    assert found == {
        ("sender://anyone", "unknown"): 2,
        ("sender://shop", "foreign"): 3,
        ("sender://shop", "invalid"): 1,
        ("sender://shop", "unreadable"): 1,
        ("sender://shop", "encoded"): 1,
        ("sender://shop", "large"): 1,
        ("sender://shop", "busy"): 1,
    }
    assert SECRET not in repr(list(sink.facts(NO_ENVIRONMENT)))


def test_floods_slow_bodies_and_crowds_are_counted() -> None:
    sink = MemoryFacts()
    with receiving(sink, max_body="1KiB", body_patience="300ms", max_connections=2) as running:
        head = b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
        address = ("127.0.0.1", running.receiver.ports["http"])
        with socket.create_connection(address) as one, socket.create_connection(address) as two:
            one.settimeout(10)
            one.sendall(head + b"Content-Length: 900\r\n\r\nx")
            two.sendall(b"POST ")
            with socket.create_connection(address) as three:
                three.settimeout(10)
                assert three.recv(1) == b""
            assert one.recv(4096).startswith(b"HTTP/1.1 408")
    assert known(sink) == {("sender://anyone", "slow"): 1, ("sender://anyone", "crowded"): 1}


def test_what_cannot_be_written_waits_and_nothing_is_counted_twice() -> None:
    sink, now = Disk(), [100.0]
    refusals = Refusals(sink, lambda: now[0])
    refusals.add(Reason.FOREIGN, 5, "shop")
    sink.full.set()
    refusals.write()
    now[0] = 200.0
    refusals.add(Reason.FOREIGN, 2, "shop")
    sink.full.clear()
    refusals.write()
    refusals.write()
    (fact,) = sink.facts(NO_ENVIRONMENT)
    assert (fact.first, fact.last, fact.count) == (100.0, 200.0, 7)
    assert list(sink.environments()) == []


def test_they_are_written_while_the_receiver_runs() -> None:
    written = threading.Event()

    class Told(MemoryFacts):
        def record(self, facts: Sequence[Fact], timeout: float) -> None:
            super().record(facts, timeout)
            written.set()

    refusals = Refusals(Told(), every=0.01)
    refusals.start()
    try:
        refusals.add(Reason.FLOODED)
        assert written.wait(20)
    finally:
        refusals.stop()
        refusals.stop()


def test_a_slow_message_by_grpc_is_counted() -> None:
    sink, released = MemoryFacts(), threading.Event()

    def never() -> Iterator[bytes]:
        released.wait(20)
        yield from ()

    with (
        receiving(sink, body_patience="200ms") as running,
        grpc.insecure_channel(running.grpc_address) as channel,
    ):
        try:
            assert (
                channel.stream_unary(METHOD).future(never(), timeout=15).code() == grpc.StatusCode.CANCELLED
            )
        finally:
            released.set()
    assert known(sink) == {("sender://anyone", "slow"): 1}
