"""TLS and mutual TLS on both protocols, with real clients."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import grpc
import httpx
import pytest

from collectors.traces.memory import MemoryFacts
from collectors.traces.receiver import CertificateUnusable, Receiver
from config.errors import SecretError
from tests.support.receiving import BODY, PROTOBUF, Authority, Receiving, receiving, traces


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def own(authority: Authority) -> dict[str, str]:
    certificate, key = authority.issue("receiver")
    return {"cert_file": certificate, "key_file": key}


def test_both_protocols_are_encrypted_and_plain_senders_get_nowhere(
    authority: Authority, own: dict[str, str]
) -> None:
    with receiving(**own) as running:
        assert running.post(tls=authority.trusted()).status_code == 200
        assert running.call(tls=authority.channel()) == b""
        with pytest.raises(httpx.TransportError):
            httpx.post(running.url.replace("https", "http"), timeout=5)
        with pytest.raises(grpc.RpcError):
            running.call()


def test_without_a_certificate_of_the_authority_nobody_comes_in(
    authority: Authority, own: dict[str, str], tmp_path: Path
) -> None:
    good = authority.issue("collector")
    foreign = Authority(tmp_path / "foreign").issue("collector")
    with receiving(**own, client_ca_file=str(authority.file)) as running:
        assert running.post(tls=authority.trusted(good)).status_code == 200
        assert running.call(tls=authority.channel(good)) == b""
        known = running.receiver.counts.spans
        for certificate in (None, foreign):
            with pytest.raises(httpx.TransportError):
                running.post(tls=authority.trusted(certificate))
            with pytest.raises(grpc.RpcError):
                running.call(tls=authority.channel(certificate))
        assert running.receiver.counts.spans == known


def test_a_token_is_asked_for_beside_a_certificate(
    authority: Authority, own: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("open-sesame")
    good = authority.issue("collector")
    mutual = {**own, "client_ca_file": str(authority.file), "token_file": str(tmp_path / "token")}
    with receiving(**mutual) as running:
        assert running.post(tls=authority.trusted(good)).status_code == 401
        answer = running.post(tls=authority.trusted(good), authorization="Bearer open-sesame")
        assert answer.status_code == 200


def test_mutual_tls_opens_an_address_for_others(authority: Authority, own: dict[str, str]) -> None:
    settings = traces(**own, client_ca_file=str(authority.file), http="0.0.0.0:0", grpc="")
    receiver = Receiver(settings, MemoryFacts())
    receiver.start()
    receiver.stop()


def test_files_that_do_not_fit_stop_the_start_and_are_named(
    authority: Authority, own: dict[str, str], tmp_path: Path
) -> None:
    _, other_key = authority.issue("other")
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    for changed, words in (
        ({"key_file": other_key}, r"traces\.cert_file or traces\.key_file \(.*other-key\.pem\).*mismatch"),
        ({"cert_file": str(broken)}, r"traces\.cert_file or traces\.key_file \(.*broken\.pem"),
        ({"cert_file": str(tmp_path / "none")}, "no such file"),
        ({"client_ca_file": str(broken)}, r"traces\.client_ca_file \(.*broken\.pem"),
    ):
        with pytest.raises((CertificateUnusable, SecretError), match=f"(?i){words}"):
            Receiver(traces(**{**own, **changed}), MemoryFacts())


def test_a_handshake_that_never_ends_is_ended(own: dict[str, str]) -> None:
    with receiving(**own, header_patience="300ms") as running:
        for protocol in ("http", "grpc"):
            with socket.create_connection(("127.0.0.1", running.receiver.ports[protocol])) as idle:
                idle.settimeout(10)
                began = time.monotonic()
                assert idle.recv(1) == b"", protocol
                assert time.monotonic() - began < 9


def silent(running: Receiving, protocol: str) -> socket.socket:
    """A connection that never begins its handshake."""
    made = socket.create_connection(("127.0.0.1", running.receiver.ports[protocol]))
    made.settimeout(10)
    return made


def test_handshakes_are_connections_and_the_oldest_gives_way(
    authority: Authority, own: dict[str, str]
) -> None:
    with receiving(**own, max_connections=3) as running, ExitStack() as open_:
        idle = [open_.enter_context(silent(running, "http")) for _ in range(3)]
        # There is room for a sender that means well, though nobody waited for a handshake to take too long.
        with httpx.Client(verify=authority.trusted()) as client:
            assert client.post(running.url, content=BODY, headers=PROTOBUF).status_code == 200
            assert idle[0].recv(1) == b""
            # The two others are still waited for, and the client keeps its place among a crowd.
            crowd = [open_.enter_context(silent(running, "http")) for _ in range(20)]
            for gone in (*idle[1:], *crowd[:18]):
                assert gone.recv(1) == b""
            for waiting in crowd[18:]:
                waiting.setblocking(False)
                with pytest.raises(BlockingIOError):
                    waiting.recv(1)
            assert client.post(running.url, content=BODY, headers=PROTOBUF).status_code == 200


def test_where_all_are_through_their_handshake_nobody_gives_way(
    authority: Authority, own: dict[str, str]
) -> None:
    with receiving(**own, max_connections=2) as running, ExitStack() as open_:
        clients = [open_.enter_context(httpx.Client(verify=authority.trusted())) for _ in range(2)]
        for _ in range(2):
            for client in clients:
                assert client.post(running.url, content=BODY, headers=PROTOBUF).status_code == 200
            with silent(running, "http") as late:
                assert late.recv(1) == b""


def test_grpc_counts_handshakes_as_connections(authority: Authority, own: dict[str, str]) -> None:
    with receiving(**own, max_connections=3, header_patience="60s") as running:
        with ExitStack() as open_:
            for _ in range(3):
                open_.enter_context(silent(running, "grpc"))
            with silent(running, "grpc") as further:
                assert further.recv(1) == b""  # long before its handshake took too long
        until = time.monotonic() + 20
        while True:  # their places are free soon
            try:
                assert running.call(tls=authority.channel()) == b""
                break
            except grpc.RpcError:
                assert time.monotonic() < until


def test_what_comes_with_the_last_words_of_a_handshake_is_read(
    authority: Authority, own: dict[str, str]
) -> None:
    head = b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
    request = head + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    with receiving(**own) as running:
        for _ in range(20):
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            with silent(running, "http") as connection:
                spoken = authority.trusted().wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
                while True:
                    try:
                        spoken.do_handshake()
                        break
                    except ssl.SSLWantReadError:
                        connection.sendall(outgoing.read())
                        incoming.write(connection.recv(65536))
                spoken.write(request)
                connection.sendall(outgoing.read())  # the end of the handshake and the request as one
                answer = b""
                while not answer:
                    incoming.write(connection.recv(65536))
                    try:
                        answer = spoken.read(65536)
                    except ssl.SSLWantReadError:
                        continue
                assert answer.startswith(b"HTTP/1.1 200")


def test_a_receiver_stops_though_handshakes_are_under_way(own: dict[str, str]) -> None:
    with receiving(**own) as running:
        idle = silent(running, "http")
    with suppress(
        ConnectionResetError
    ):  # as well as the end that it is: which one comes first is the system's affair
        assert idle.recv(1) == b""
    idle.close()
