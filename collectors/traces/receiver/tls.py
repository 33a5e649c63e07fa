"""Loads what TLS needs, and decides by which names a sender's certificate is known."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from typing import cast

import grpc  # type: ignore[import-untyped] # ships no types

from collectors.traces.receiver.errors import CertificateUnusable
from config import secrets
from config.settings import Traces


def context(settings: Traces) -> ssl.SSLContext | None:
    """What a server needs to speak TLS, None without a certificate. Raises CertificateUnusable, SecretError."""
    if not settings.cert_file:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    certificate, key = secrets.path_of(settings.cert_file), secrets.path_of(settings.key_file)
    try:
        # An empty passphrase: without one, a key that needs it would ask on the terminal.
        made.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        raise CertificateUnusable("cert_file or traces.key_file", f"{certificate}, {key}", error) from None
    if settings.client_ca_file:
        authority = secrets.path_of(settings.client_ca_file)
        try:
            made.load_verify_locations(authority)
        except (OSError, ValueError) as error:
            raise CertificateUnusable("client_ca_file", str(authority), error) from None
        made.verify_mode = ssl.CERT_REQUIRED
    return made


def credentials(settings: Traces) -> grpc.ServerCredentials | None:
    """The same for gRPC. Call `context` before: it tells what is wrong with the files."""
    if not settings.cert_file:
        return None
    authority = secrets.read(settings.client_ca_file).encode() if settings.client_ca_file else None
    pair = (secrets.read(settings.key_file).encode(), secrets.read(settings.cert_file).encode())
    return grpc.ssl_server_credentials(
        [pair], root_certificates=authority, require_client_auth=authority is not None
    )


def names_in(certificate: Mapping[str, object]) -> tuple[str, ...]:
    """Common name and alternative names of a checked certificate, as `ssl.SSLSocket.getpeercert` shows it."""
    subject = cast("Iterable[Iterable[tuple[str, str]]]", certificate.get("subject", ()))
    alternatives = cast("Iterable[tuple[str, str]]", certificate.get("subjectAltName", ()))
    return (
        *(value for pairs in subject for name, value in pairs if name == "commonName"),
        *(value for _, value in alternatives),
    )


def names_of(authenticated: Mapping[str, Iterable[bytes]]) -> tuple[str, ...]:
    """The same of a gRPC call's `auth_context`."""
    return tuple(
        value.decode(errors="replace")
        for key in ("x509_common_name", "x509_subject_alternative_name")
        for value in authenticated.get(key, ())
    )
