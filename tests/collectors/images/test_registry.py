"""How a registry may misbehave, and that each way is one clear gap."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpcore
import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from collectors.errors import NotListed
from collectors.images.collector import ImagesCollector
from collectors.images.connection import Network
from collectors.images.registry import Access, Limits, Repository
from collectors.model import Gap, Listing, Why
from tests.support.images_view import answers, gap, listing
from tests.support.registry_fake import OCI_MANIFEST, FakeRegistry, Said, digest_of, fake_registry

REFUSED: Said = (401, {}, b'{"errors": [{"code": "UNAUTHORIZED"}]}')


class Wired(httpcore.SyncBackend):
    """Leads connections to public addresses to a server of the test's, and remembers all that was connected to."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reached: list[tuple[str, int]] = []

    def connect_tcp(self, host: str, port: int, *more: Any, **options: Any) -> httpcore.NetworkStream:
        self.reached.append((host, port))
        return super().connect_tcp("127.0.0.1", self.port, *more, **options)


def public(fake: FakeRegistry, names: dict[str, str], **access: Any) -> tuple[ImagesCollector, Wired]:
    """A collector to which the fake is a public registry at registry.example. `names`: host to address."""
    backend = Wired(fake.port)
    known = {"registry.example": "140.82.121.34", **names}

    def resolve(host: str, port: int) -> list[str]:
        return [known.get(host, host)]

    network = Network(resolve=resolve, backend=backend)
    one = Access("registry.example", plain_http=True, **access)
    return ImagesCollector(lambda: [one], deadline=5.0, network=network, sleep=lambda _: None), backend


def asks_for_token(fake: FakeRegistry, realm: str, token: str = "granted") -> None:
    """The fake wants a bearer token for everything but the token service at /token."""

    def guarded(request: Any) -> Said | None:
        if request.path.startswith("/token"):
            return 200, {}, orjson.dumps({"token": token})
        if request.headers.get("Authorization") == f"Bearer {token}":
            return fake.answer(request.path)
        challenge = f'Bearer realm="{realm}",service="the registry",scope="repository:other:pull,push"'
        return 401, {"WWW-Authenticate": challenge}, REFUSED[2]

    fake.answers["*"] = guarded


def test_a_token_is_fetched_where_the_registry_says_for_pulling_alone(fake: FakeRegistry) -> None:
    fake.image("1")
    asks_for_token(fake, f"http://{fake.host}/token?x=1")
    access = Access(fake.host, "robot", "hunter2", plain_http=True, allow_private=True)
    assert len(listing(ImagesCollector(lambda: [access]), f"{fake.host}/shop/api:1").resources) == 1
    (asked,) = [(path, headers) for _, path, headers in fake.heard if path.startswith("/token")]
    assert asked[0] == "/token?x=1&service=the+registry&scope=repository%3Ashop%2Fapi%3Apull"
    assert asked[1]["Authorization"].startswith("Basic ")
    assert all("Basic" not in h.get("Authorization", "") for _, path, h in fake.heard if "/v2/" in path)


def test_a_registry_may_ask_for_basic_credentials(fake: FakeRegistry) -> None:
    fake.image("1")

    def guarded(request: Any) -> Said:
        if request.headers.get("Authorization") == "Basic cm9ib3Q6aHVudGVyMg==":
            return fake.answer(request.path)
        return 401, {"WWW-Authenticate": 'Basic realm="x"'}, b""

    fake.answers["*"] = guarded
    name = f"{fake.host}/shop/api:1"
    access = Access(fake.host, "robot", "hunter2", plain_http=True, allow_private=True)
    assert listing(ImagesCollector(lambda: [access]), name).resources
    found = gap(ImagesCollector(lambda: [Access(fake.host, plain_http=True, allow_private=True)]), name)
    assert (found.why, found.detail) == (
        Why.DENIED,
        f"{fake.host} denies pulling shop/api: set images.registries for {fake.host} with a user that may pull",
    )


def test_of_several_ways_to_log_in_a_token_is_taken(fake: FakeRegistry) -> None:
    fake.image("1")

    def guarded(request: Any) -> Said:
        if request.path.startswith("/token"):
            return 200, {}, b'{"access_token": "granted"}'
        if request.headers.get("Authorization") == "Bearer granted":
            return fake.answer(request.path)
        return 401, {"WWW-Authenticate": f'Basic realm="x", Bearer realm="http://{fake.host}/token"'}, b""

    fake.answers["*"] = guarded
    access = Access(fake.host, "robot", "hunter2", plain_http=True, allow_private=True)
    assert listing(ImagesCollector(lambda: [access]), f"{fake.host}/shop/api:1").resources


@pytest.mark.parametrize(
    "hostile", ['Bearer realm="' + "a" * 9000, "Bearer " * 2000, ',bearer a="' * 900, "\x80"]
)
def test_a_challenge_that_is_none_is_a_denial(fake: FakeRegistry, hostile: str) -> None:
    fake.answers["*"] = lambda _: (401, {"WWW-Authenticate": hostile}, b"")
    access = Access(fake.host, plain_http=True, allow_private=True)
    found = gap(ImagesCollector(lambda: [access]), f"{fake.host}/shop/api:1")
    assert found.why in {Why.DENIED, Why.FAILED}


@pytest.mark.parametrize(
    ("realm", "words"),
    [
        ("http://internal.example/token", "internal.example is not asked: 10.0.0.5 is not a public address"),
        (
            "http://169.254.169.254/latest/meta-data/",
            "169.254.169.254 is an address of a cloud's own services",
        ),
        ("http://127.0.0.1:6379/", "127.0.0.1 is not a public address"),
        ("http://[::ffff:10.0.0.5]/", "::ffff:10.0.0.5 is not a public address"),
        ("file:///etc/passwd", "its token service of shop/api is an address that is neither http nor https"),
        ("http://a b/", "its token service of shop/api is an address with characters that no URL has"),
        ("http://u:p@x.example/", "its token service of shop/api is an address with a user name in it"),
        ("http://x.example:99999/", "its token service of shop/api is an address that is no URL"),
    ],
)
def test_a_token_service_at_a_private_address_is_not_asked(
    fake: FakeRegistry, realm: str, words: str
) -> None:
    fake.image("1")
    asks_for_token(fake, realm)
    collector, wired = public(fake, {"internal.example": "10.0.0.5"}, username="robot", password="hunter2")
    found = gap(collector, "registry.example/shop/api:1")
    assert found.why is Why.FAILED
    assert words in found.detail
    assert {host for host, _ in wired.reached} == {"140.82.121.34"}
    assert not [path for _, path, _ in fake.heard if not path.startswith("/v2/")]


def test_a_private_token_service_is_asked_if_the_registry_may_be_private(fake: FakeRegistry) -> None:
    fake.image("1")
    asks_for_token(fake, "http://internal.example/token")
    collector, _ = public(fake, {"internal.example": "10.0.0.5"}, allow_private=True)
    assert listing(collector, "registry.example/shop/api:1").resources


def test_a_registry_named_by_a_workload_may_not_be_private(fake: FakeRegistry) -> None:
    found = gap(ImagesCollector(), f"{fake.host}/shop/api:1")
    assert found.detail == (
        "127.0.0.1 is not asked: 127.0.0.1 is not a public address; "
        f"if that is meant, set allow_private for {fake.host} in images.registries"
    )
    assert fake.heard == []


def test_an_address_is_looked_up_once_and_connected_to_as_checked(fake: FakeRegistry) -> None:
    """A name that resolves to another address the second time leads nowhere else."""
    fake.image("1")
    addresses = iter(["140.82.121.34", "127.0.0.1", "127.0.0.1"])
    wired = Wired(fake.port)
    network = Network(resolve=lambda *_: [next(addresses)], backend=wired)

    def closing(request: Any) -> Said:
        status, headers, body = fake.answer(request.path)
        return status, {**headers, "Connection": "close"}, body

    fake.answers["*"] = closing
    access = Access("registry.example", plain_http=True)
    assert listing(ImagesCollector(lambda: [access], network=network), "registry.example/shop/api:1")
    assert len(wired.reached) > 1
    assert {host for host, _ in wired.reached} == {"140.82.121.34"}


def test_a_name_with_one_private_address_among_public_ones_is_refused(fake: FakeRegistry) -> None:
    network = Network(resolve=lambda *_: ["140.82.121.34", "10.0.0.5"], backend=Wired(fake.port))
    access = Access("registry.example", plain_http=True)
    found = gap(ImagesCollector(lambda: [access], network=network), "registry.example/shop/api:1")
    assert "10.0.0.5 is not a public address" in found.detail
    assert fake.heard == []


def test_credentials_do_not_follow_a_redirect_to_another_host(fake: FakeRegistry) -> None:
    image = fake.image("1")
    asks_for_token(fake, "http://registry.example/token")
    config = orjson.loads(fake.manifests[image["digest"]][1])["config"]["digest"]
    fake.answers[f"/v2/shop/api/blobs/{config}"] = lambda _: (
        307,
        {"Location": f"http://store.example/{config}"},
        b"",
    )
    fake.answers[f"/{config}"] = lambda _: (200, {}, fake.blobs[config])
    collector, _ = public(fake, {"store.example": "140.82.121.35"}, username="robot", password="hunter2")
    assert listing(collector, "registry.example/shop/api:1").resources
    (followed,) = [headers for _, path, headers in fake.heard if path == f"/{config}"]
    assert followed["Host"] == "store.example"
    assert "Authorization" not in followed


def test_a_redirect_to_a_host_that_wants_credentials_gets_none(fake: FakeRegistry) -> None:
    """The other host's challenge must not make the daemon log in wherever that host says."""
    fake.answers["*"] = lambda request: (
        (307, {"Location": "http://other.example/x"}, b"")
        if request.headers["Host"] == "registry.example"
        else (401, {"WWW-Authenticate": 'Bearer realm="http://evil.example/token"'}, b"")
    )
    collector, wired = public(
        fake, {"other.example": "140.82.121.35", "evil.example": "140.82.121.36"}, username="u", password="p"
    )
    found = gap(collector, "registry.example/shop/api:1")
    assert "redirects to a host that asks for credentials" in found.detail
    assert "140.82.121.36" not in {host for host, _ in wired.reached}


def test_a_token_service_that_redirects_is_not_followed(fake: FakeRegistry) -> None:
    asks_for_token(fake, "http://registry.example/away")
    fake.answers["/away"] = lambda _: (302, {"Location": "http://evil.example/"}, b"")
    collector, wired = public(fake, {"evil.example": "140.82.121.36"}, username="u", password="p")
    found = gap(collector, "registry.example/shop/api:1")
    assert "its token service of shop/api redirects, which credentials do not follow" in found.detail
    assert {host for host, _ in wired.reached} == {"140.82.121.34"}


def test_a_registry_over_tls_may_not_lead_to_plain_http(fake: FakeRegistry) -> None:
    repository = Repository(Access("registry.example"), "a", Network(), Limits(), time.monotonic() + 5)
    with pytest.raises(NotListed, match=r"names as its token service an address without TLS at x\.example"):
        repository._authorize('Bearer realm="http://x.example/token"')


def test_a_registry_over_tls_may_not_redirect_to_plain_http(tmp_path: Path) -> None:
    server, client = certified(tmp_path, "registry.example")
    with fake_registry(FakeRegistry(referrers={}), tls=server) as fake:
        fake.answers["*"] = lambda _: (307, {"Location": "http://store.example/x"}, b"")
        backend = Wired(fake.port)
        network = Network(resolve=lambda *_: ["140.82.121.34"], backend=backend, tls=client)
        found = gap(ImagesCollector(network=network), "registry.example/shop/api:1")
        assert "registry.example redirects to an address without TLS at store.example" in found.detail
        assert "set plain_http for registry.example" in found.detail
        assert {port for _, port in backend.reached} == {443}


def endless(request: Any) -> Said:
    return 302, {"Location": request.path + "x"}, b""


def other_bytes(request: Any) -> Said:
    return 200, {"Docker-Content-Digest": digest_of(b"x")}, b'{"schemaVersion": 2}'


def enormous(request: Any) -> None:
    """A manifest without an end."""
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    try:
        for _ in range(4000):
            request.wfile.write(piece)
    except OSError:
        request.close_connection = True


def announced(request: Any) -> None:
    """A manifest that says it is large, and never comes."""
    request.send_response(200)
    request.send_header("Content-Length", str(1 << 40))
    request.end_headers()
    request.close_connection = True


def dripping(request: Any) -> None:
    """A byte now and then, which no single time-out ends."""
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    try:
        for _ in range(1000):
            request.wfile.write(b" ")
            time.sleep(0.05)
    except OSError:
        request.close_connection = True


def bomb(request: Any) -> Said:
    return 200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * (64 << 20))


def no_http(request: Any) -> None:
    request.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    request.close_connection = True


@pytest.mark.parametrize(
    ("behaviour", "why", "words"),
    [
        (endless, Why.FAILED, "redirects more than 5 times"),
        (other_bytes, Why.FAILED, "not the one it was asked for or says it has"),
        (enormous, Why.FAILED, "sent an answer larger than 1048576 bytes, which is not read"),
        (announced, Why.FAILED, "sent an answer larger than 1048576 bytes, which is not read"),
        (dripping, Why.UNREACHABLE, "did not answer in time"),
        (bomb, Why.FAILED, "sent a compressed answer that was not asked for"),
        (no_http, Why.FAILED, "does not answer in HTTP"),
        (lambda _: (200, {}, b"<html>sign in</html>"), Why.FAILED, "is not JSON"),
        (lambda _: (200, {}, b"[" * 100_000), Why.FAILED, "is not JSON"),
        (lambda _: (200, {}, b"[]"), Why.FAILED, "holds no object where it should"),
        (lambda _: (200, {}, b'{"schemaVersion": 1}'), Why.FAILED, "is in Docker's schema 1"),
        (
            lambda _: (200, {}, b'{"config": {"digest": "../../x"}}'),
            Why.FAILED,
            'by a digest that is not "sha256:"',
        ),
        (
            lambda _: (404, {}, b"<html>no such page</html>"),
            Why.FAILED,
            "not in the words of a registry",
        ),
        (
            lambda _: (404, {}, b'{"errors": [{"code": "NAME_UNKNOWN"}]}'),
            Why.DENIED,
            "knows no repository shop/api for whoever asks: correct the image's name, or set images.registries",
        ),
        (lambda _: REFUSED, Why.DENIED, "denies pulling shop/api: set images.registries for"),
        (lambda _: (403, {}, b""), Why.DENIED, "with a user that may pull"),
        (lambda _: (429, {}, b""), Why.THROTTLED, "allows no more requests for now"),
        (lambda _: (429, {"Retry-After": "86400"}, b""), Why.THROTTLED, "allows no more requests"),
        (lambda _: (500, {}, b""), Why.FAILED, "answered manifest 1 of shop/api with 500"),
        (lambda _: (302, {"Location": "gopher://x/"}, b""), Why.FAILED, "neither http nor https"),
        (
            lambda _: (302, {"Location": "http://169.254.169.254/latest"}, b""),
            Why.FAILED,
            "169.254.169.254 is an address of a cloud's own services, which is never asked",
        ),
    ],
)
def test_each_misbehaviour_is_one_clear_gap_in_bounded_memory(
    fake: FakeRegistry, behaviour: Callable[[Any], Said | None], why: Why, words: str
) -> None:
    fake.answers["*"] = behaviour
    access = Access(fake.host, plain_http=True, allow_private=True)
    # Only the slow one is to meet its deadline: a busy machine must not make the others slow.
    deadline = 1.0 if behaviour is dripping else 60.0
    collector = ImagesCollector(
        lambda: [access], deadline=deadline, limits=Limits(manifest=1 << 20), sleep=lambda _: None
    )
    tracemalloc.start()
    try:
        began = time.monotonic()
        found = gap(collector, f"{fake.host}/shop/api:1")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.why is why
    assert words in found.detail
    assert time.monotonic() - began < deadline + 30
    assert peak < (80 << 20 if behaviour is bomb else 8 << 20)  # the bomb is made in this process


def test_throttling_that_passes_is_no_gap(fake: FakeRegistry) -> None:
    fake.image("1")
    left = iter([429, 503])
    fake.answers["/v2/shop/api/manifests/1"] = lambda request: (
        (status, {"Retry-After": "1"}, b"") if (status := next(left, 0)) else fake.answer(request.path)
    )
    pauses: list[float] = []
    access = Access(fake.host, plain_http=True, allow_private=True)
    collector = ImagesCollector(lambda: [access], deadline=30.0, sleep=pauses.append)
    assert listing(collector, f"{fake.host}/shop/api:1").resources
    assert pauses == [1.0, 1.0]


def test_a_blob_with_other_bytes_is_a_gap(fake: FakeRegistry, collector: ImagesCollector) -> None:
    image = fake.image("1")
    config = orjson.loads(fake.manifests[image["digest"]][1])["config"]
    fake.blobs[config["digest"]] = b"{" + b" " * (config["size"] - 2) + b"}"
    found = gap(collector, f"{fake.host}/shop/api:1")
    assert "does not have the digest and size that its manifest says" in found.detail


def test_a_manifest_named_by_digest_must_have_it(fake: FakeRegistry, collector: ImagesCollector) -> None:
    image = fake.image("1")
    other = digest_of(b"another")
    fake.manifests[other] = fake.manifests[image["digest"]]
    fake.answers[f"/v2/shop/api/manifests/{other}"] = lambda _: (
        200,
        {"Docker-Content-Digest": other},
        fake.manifests[other][1],
    )
    assert "not the one it was asked for" in gap(collector, f"{fake.host}/shop/api@{other}").detail


def test_a_large_blob_is_not_even_asked_for(fake: FakeRegistry, collector: ImagesCollector) -> None:
    config = {**fake.blob(b"{}", "x"), "size": 1 << 40}
    fake.put({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": []}, "1")
    assert "is larger than 4194304 bytes" in gap(collector, f"{fake.host}/shop/api:1").detail
    assert not [path for _, path, _ in fake.heard if "/blobs/" in path]


@contextmanager
def silent_port() -> Iterator[int]:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def test_a_dead_registry_costs_one_wait_and_leaves_the_others_alone(fake: FakeRegistry) -> None:
    fake.image("1")
    with silent_port() as port:
        dead = f"127.0.0.1:{port}"
        accesses = [Access(host, plain_http=True, allow_private=True) for host in (dead, fake.host)]
        connects: list[int] = []

        class Counting(httpcore.SyncBackend):
            def connect_tcp(self, host: str, port: int, *more: Any, **options: Any) -> httpcore.NetworkStream:
                connects.append(port)
                return super().connect_tcp(host, port, *more, **options)

        collector = ImagesCollector(lambda: accesses, network=Network(backend=Counting()))
        found = answers(collector, f"{dead}/a:1", f"{dead}/b:1", f"{fake.host}/shop/api:1")
    gaps = [each for each in found.values() if isinstance(each, Gap)]
    assert [each.why for each in gaps] == [Why.UNREACHABLE] * 2
    assert connects.count(port) == 1
    assert [each for each in found.values() if isinstance(each, Listing)]


def test_the_password_is_in_no_text_of_an_access() -> None:
    assert "hunter2" not in repr(Access("x.example", "robot", "hunter2"))


def test_a_registry_without_tls_is_told_apart(fake: FakeRegistry) -> None:
    network = Network(resolve=lambda *_: ["140.82.121.34"], backend=Wired(fake.port))
    found = gap(
        ImagesCollector(lambda: [Access("registry.example")], network=network), "registry.example/a:1"
    )
    assert found.why is Why.UNREACHABLE
    assert "does not speak TLS at port 443; if that is meant, set plain_http" in found.detail


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server with a certificate for a name uses, and what a client that trusts this certificate uses."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


@pytest.mark.parametrize(
    ("certificate_for", "trusted"), [("registry.example", True), ("other.example", False)]
)
def test_tls_is_checked_against_the_name_though_the_address_is_connected_to(
    tmp_path: Path, certificate_for: str, trusted: bool
) -> None:
    server, client = certified(tmp_path, certificate_for)
    with fake_registry(FakeRegistry(referrers={}), tls=server) as fake:
        fake.image("1")
        network = Network(resolve=lambda *_: ["140.82.121.34"], backend=Wired(fake.port), tls=client)
        collector = ImagesCollector(network=network)
        if trusted:
            assert listing(collector, "registry.example/shop/api:1").resources
        else:
            found = gap(collector, "registry.example/shop/api:1")
            assert found.why is Why.UNREACHABLE
            assert "the certificate of registry.example is not trusted" in found.detail
            assert fake.heard == []
