"""A real SMTP server on a free loopback port: TLS, AUTH, and refusals on demand."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.certificates import self_signed

HOST = "127.0.0.1"
USERNAME, PASSWORD = "driftline", "correct horse"


@dataclass(frozen=True, slots=True)
class Received:
    """One mail that the server took."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    login: str
    encrypted: bool


# No slots: aiosmtpd looks at every attribute, and CPython 3.11.2 stumbles over those of a slotted class.
@dataclass
class MailServer:
    """What the server took, and what it shall answer instead of 250.

    `refuse`: by recipient, to RCPT. `to_sender`, `to_data`: to MAIL FROM and to the mail itself.
    `hang_up`: close the connection when the mail was taken, before saying so.
    """

    port: int
    context: ssl.SSLContext
    refuse: Mapping[str, str] = field(default_factory=dict)
    to_sender: str = ""
    to_data: str = ""
    hang_up: bool = False
    received: list[Received] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - the names are aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to_sender:
            return self.to_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.to_data:
            return self.to_data
        assert isinstance(envelope.content, bytes)
        login = session.auth_data.decode() if isinstance(session.auth_data, bytes) else ""
        self.received.append(
            Received(
                envelope.mail_from or "",
                tuple(envelope.rcpt_tos),
                envelope.content,
                login,
                session.ssl is not None or bool(server.transport.get_extra_info("sslcontext")),
            )
        )
        if self.hang_up:
            server.transport.close()
        return "250 taken"


@contextmanager
def mail_server(folder: Path, *, security: str = "starttls", login: bool = False) -> Iterator[MailServer]:
    """Serve until the block ends. `folder` gets the key and its certificate, for 127.0.0.1 alone."""
    certificate = _certificate(folder)
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(certificate)
    server = MailServer(free_port(), ssl.create_default_context(cafile=certificate))
    controller = Controller(
        server,
        hostname=HOST,
        port=server.port,
        ssl_context=own if security == "tls" else None,
        tls_context=own if security == "starttls" else None,
        require_starttls=security == "starttls",
        authenticator=_authenticate if login else None,
        auth_required=login,
        auth_exclude_mechanism=() if login else ("LOGIN", "PLAIN"),
        auth_require_tls=security == "starttls",
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    good = data == LoginPassword(USERNAME.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False, auth_data=USERNAME.encode())


def _certificate(folder: Path) -> Path:
    file = folder / "mail-server.pem"
    file.write_bytes(b"".join(self_signed("mail server of a test")))
    return file
