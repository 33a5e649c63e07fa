"""A receiver on free loopback ports, real clients for it, and certificates of an authority of one's own."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collectors.traces.memory import MemoryFacts
from collectors.traces.receiver import Receiver
from config.settings import Traces, compose
from tests.support.traces import export, proto_span, resource_spans

PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}
METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
BODY = export(resource_spans("shop", [proto_span("a", "server", "GET /")]))


def traces(**values: object) -> Traces:
    return compose({"traces": {"grpc": "127.0.0.1:0", "http": "127.0.0.1:0", **values}}).traces


@dataclass(frozen=True, slots=True)
class Receiving:
    """A receiver that listens, and what it wrote."""

    receiver: Receiver
    sink: MemoryFacts
    scheme: str

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.receiver.ports['http']}/v1/traces"

    @property
    def grpc_address(self) -> str:
        return f"127.0.0.1:{self.receiver.ports['grpc']}"

    def post(self, body: bytes = BODY, tls: ssl.SSLContext | None = None, **headers: str) -> httpx.Response:
        sent = {**PROTOBUF, **{key.replace("_", "-"): value for key, value in headers.items()}}
        return httpx.post(self.url, content=body, headers=sent, timeout=20, verify=tls or True)

    def call(
        self,
        body: bytes = BODY,
        tls: grpc.ChannelCredentials | None = None,
        compression: grpc.Compression | None = None,
        **metadata: str,
    ) -> bytes:
        channel = (
            grpc.secure_channel(self.grpc_address, tls, compression=compression)
            if tls
            else grpc.insecure_channel(self.grpc_address, compression=compression)
        )
        with channel:
            answer: bytes = channel.unary_unary(METHOD)(body, timeout=20, metadata=tuple(metadata.items()))
            return answer

    def services(self) -> set[str]:
        """Urns of the services that something is known of."""
        return {
            fact.source.removeprefix("service://")
            for environment in self.sink.environments()
            for fact in self.sink.facts(environment)
            if fact.source.startswith("service://") and fact.verb == "has"
        }


@contextmanager
def receiving(sink: MemoryFacts | None = None, **values: object) -> Iterator[Receiving]:
    """A receiver with these settings of [traces], until the block ends."""
    settings, kept = traces(**values), sink or MemoryFacts()
    receiver = Receiver(settings, kept)
    receiver.start()
    try:
        yield Receiving(receiver, kept, "https" if settings.cert_file else "http")
    finally:
        receiver.stop()


class Authority:
    """Signs certificates; its own is `ca.pem` in the folder."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = self._builder(self._name, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.file = folder / "ca.pem"
        self.file.write_bytes(_pem(own.sign(self._key, hashes.SHA256())))

    def issue(self, name: str, *alternatives: str) -> tuple[str, str]:
        """Files with certificate and key; valid for 127.0.0.1 and these names (URIs have a scheme)."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        others: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        others += [
            x509.UniformResourceIdentifier(one) if "://" in one else x509.DNSName(one) for one in alternatives
        ]
        made = self._builder(subject, key).add_extension(x509.SubjectAlternativeName(others), critical=False)
        certificate_file, key_file = self._folder / f"{name}.pem", self._folder / f"{name}-key.pem"
        certificate_file.write_bytes(_pem(made.sign(self._key, hashes.SHA256())))
        key_file.touch(0o600)
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return str(certificate_file), str(key_file)

    def trusted(self, certificate: tuple[str, str] | None = None) -> ssl.SSLContext:
        """What an HTTP client that trusts this authority needs, with a certificate of its own or none."""
        made = ssl.create_default_context(cafile=str(self.file))
        if certificate:
            made.load_cert_chain(*certificate)
        return made

    def channel(self, certificate: tuple[str, str] | None = None) -> grpc.ChannelCredentials:
        """The same for gRPC."""
        chain, key = (Path(file).read_bytes() for file in certificate) if certificate else (None, None)
        return grpc.ssl_channel_credentials(self.file.read_bytes(), key, chain)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
