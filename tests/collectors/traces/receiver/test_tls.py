"""TLS and mutual TLS on both protocols, with real clients."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import grpc
import httpx
import pytest

from collectors.traces.memory import MemoryFacts
from collectors.traces.receiver import CertificateUnusable, Receiver
from config.errors import SecretError
from tests.support.receiving import Authority, receiving, traces


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
