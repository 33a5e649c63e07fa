"""Senders that take their time, or come in crowds."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import grpc
import httpx
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from tests.support.receiving import BODY, METHOD, Receiving, receiving

HEAD = (
    b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 400\r\n"
)


@pytest.fixture
def running() -> Iterator[Receiving]:
    with receiving(header_patience="400ms", body_patience="400ms", max_connections=4) as running:
        yield running


def connected(running: Receiving, protocol: str = "http") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", running.receiver.ports[protocol]))
    made.settimeout(10)
    return made


def dripped(connection: socket.socket, text: bytes) -> None:
    """Sends a byte now and then until the other side has enough."""
    for byte in text * 1000:
        try:
            connection.send(bytes([byte]))
        except OSError:
            return
        time.sleep(0.01)


def rest_of(connection: socket.socket) -> bytes:
    """What comes until the other side closes; raises TimeoutError if it does not."""
    received = b""
    try:
        while piece := connection.recv(4096):
            received += piece
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize("begun", [b"", b"POST ", HEAD])
def test_headers_that_do_not_come_end_the_connection(running: Receiving, begun: bytes) -> None:
    with connected(running) as slow:
        slow.sendall(begun)
        assert rest_of(slow) == b""
    assert running.post().status_code == 200


def test_headers_that_come_byte_by_byte_end_it_too(running: Receiving) -> None:
    with connected(running) as slow:
        slow.sendall(HEAD)
        thread = threading.Thread(target=dripped, args=(slow, b"X-Slow: 1\r\n"))
        thread.start()
        assert rest_of(slow) == b""
        thread.join()


def test_a_second_request_has_no_more_time_than_the_first(running: Receiving) -> None:
    with connected(running) as slow:
        whole = (
            b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: "
        )
        slow.sendall(whole + b"%d\r\n\r\n" % len(BODY) + BODY)
        assert slow.recv(4096).startswith(b"HTTP/1.1 200")
        slow.sendall(HEAD)
        assert rest_of(slow) == b""


def test_headers_without_end_are_not_kept() -> None:
    with receiving(header_patience="60s") as running, connected(running) as endless:
        try:
            for number in range(4000):
                endless.sendall(b"X-%d: %s\r\n" % (number, b"x" * 500) if number else HEAD)
        except OSError:
            pass
        assert rest_of(endless) == b""


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_does_not_come_is_answered_with_408_and_nothing_is_kept(
    running: Receiving, chunked: bool
) -> None:
    with connected(running) as slow:
        if chunked:
            slow.sendall(
                HEAD.replace(b"Content-Length: 400", b"Transfer-Encoding: chunked") + b"\r\n10\r\n\n"
            )
        else:
            slow.sendall(HEAD + b"\r\n" + BODY[:10])
        answer = b""
        while b"longer than 0.4 s" not in answer:
            piece = slow.recv(4096)
            assert piece, answer
            answer += piece
        assert answer.startswith(b"HTTP/1.1 408")
    assert running.services() == set()


def test_a_message_that_does_not_come_is_cancelled_and_others_are_served() -> None:
    """More slow calls than are waited for at once: the server has threads left to say so."""
    released = threading.Event()

    def never() -> Iterator[bytes]:
        released.wait(60)
        yield from ()

    with (
        receiving(body_patience="3s") as running,
        grpc.insecure_channel(running.grpc_address) as channel,
    ):
        method = channel.stream_unary(METHOD)
        calls = [method.future(never(), timeout=60) for _ in range(60)]
        try:
            codes = {call.code() for call in calls}
        finally:
            released.set()
        assert codes == {grpc.StatusCode.CANCELLED, grpc.StatusCode.RESOURCE_EXHAUSTED}
        for call in calls:
            if call.code() == grpc.StatusCode.RESOURCE_EXHAUSTED:
                details = Status.FromString(dict(call.trailing_metadata())["grpc-status-details-bin"])
                assert details.details[0].Unpack(RetryInfo())
        assert running.call() == b""
        assert running.services() == {"prod//shop"}


def test_more_connections_than_allowed_are_closed_and_come_again_later() -> None:
    with receiving(max_connections=4, header_patience="60s", body_patience="60s") as patient:
        held = [connected(patient) for _ in range(4)]
        for one in held:  # all of them are being served
            one.sendall(HEAD)
        with connected(patient) as refused:
            assert rest_of(refused) == b""
        for one in held:
            one.close()
        until = time.monotonic() + 10
        while True:
            try:
                assert patient.post().status_code == 200
                break
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise


def test_more_grpc_connections_than_allowed_are_closed(running: Receiving) -> None:
    options = (("grpc.use_local_subchannel_pool", 1),)
    channels = [grpc.insecure_channel(running.grpc_address, options=options) for _ in range(6)]
    try:
        codes = []
        for channel in channels:
            try:
                channel.unary_unary(METHOD)(BODY, timeout=5)
                codes.append(grpc.StatusCode.OK)
            except grpc.RpcError as error:
                codes.append(error.code())
        assert codes == [grpc.StatusCode.OK] * 4 + [grpc.StatusCode.UNAVAILABLE] * 2
    finally:
        for channel in channels:
            channel.close()
