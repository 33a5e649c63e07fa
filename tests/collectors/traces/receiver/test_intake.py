"""What both protocols ask before they read: whether the receiver stops, and whether too much is under way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import grpc
import httpx
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.receiver.connections import Limits
from collectors.traces.receiver.grpc_server import GrpcServer
from collectors.traces.receiver.http_server import HttpServer
from collectors.traces.receiver.intake import BYTES_UNDER_WAY, RETRY_AFTER, Intake
from collectors.traces.receiver.refusals import Refusals
from collectors.traces.receiver.senders import Senders
from tests.support.receiving import BODY, METHOD, PROTOBUF, traces

LARGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class Serving:
    """An intake, and both servers in front of it."""

    intake: Intake
    sink: MemoryFacts
    grpc_port: int
    http_port: int

    def sent(self, protocol: str) -> str:
        """What a message is answered with; if it shall come again, also whether it is told when."""
        if protocol == "http":
            url = f"http://127.0.0.1:{self.http_port}/v1/traces"
            answer = httpx.post(url, content=BODY, headers=PROTOBUF, timeout=20)
            again = answer.headers.get("retry-after", "")
            message = Status.FromString(answer.content).message if answer.status_code != 200 else ""
            return f"{answer.status_code} {message} {again}".strip()
        with grpc.insecure_channel(f"127.0.0.1:{self.grpc_port}") as channel:
            try:
                channel.unary_unary(METHOD)(BODY, timeout=20)
            except grpc.RpcError as error:
                details = Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
                pause = RetryInfo()
                details.details[0].Unpack(pause)
                return f"{error.code().name} {error.details()} {pause.retry_delay.seconds}"
        return "OK"


@pytest.fixture
def serving() -> Iterator[Serving]:
    sink = MemoryFacts()
    intake = Intake(Flows(sink), Senders(traces()), LARGEST, Refusals(sink))
    limits = Limits(10, 5.0, 5.0)
    by_grpc, by_http = GrpcServer(intake, "127.0.0.1:0", limits), HttpServer(intake, "127.0.0.1:0", limits)
    servers: tuple[GrpcServer | HttpServer, ...] = (by_grpc, by_http)
    for server in servers:
        server.start()
    try:
        yield Serving(intake, sink, by_grpc.port, by_http.port)
    finally:
        for server in servers:
            server.stop()


@pytest.mark.parametrize(
    ("protocol", "taken", "refused"),
    [
        ("http", "200", f"503 the receiver is stopping {RETRY_AFTER}"),
        ("grpc", "OK", f"UNAVAILABLE the receiver is stopping {RETRY_AFTER}"),
    ],
)
def test_a_receiver_that_stops_takes_nothing_more_and_says_when_to_come_again(
    serving: Serving, protocol: str, taken: str, refused: str
) -> None:
    serving.intake.closing = True
    assert serving.sent(protocol) == refused
    assert serving.sink.environments() == []
    serving.intake.closing = False
    assert serving.sent(protocol) == taken
    assert serving.sink.environments() == ["prod"]


@pytest.mark.parametrize(
    ("protocol", "taken", "refused"),
    [
        ("http", "200", f"429 too many bytes are under way {RETRY_AFTER}"),
        ("grpc", "OK", f"RESOURCE_EXHAUSTED too many bytes are under way {RETRY_AFTER}"),
    ],
)
def test_a_message_counts_among_the_bytes_under_way_for_as_long_as_it_is_read(
    serving: Serving, protocol: str, taken: str, refused: str
) -> None:
    left = len(BODY) - 1
    serving.intake.budget.take(LARGEST * BYTES_UNDER_WAY - left)
    assert serving.sent(protocol) == refused
    serving.intake.budget.give_back(1)
    for _ in range(3):
        assert serving.sent(protocol) == taken
    serving.intake.budget.take(left + 1)  # all of it was given back
