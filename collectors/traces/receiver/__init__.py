"""Receives spans by OTLP, on gRPC and HTTP, and answers only after what they say is durable."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from collectors.contract import FactSink
from collectors.traces.facts import Counts, Flows
from collectors.traces.receiver import tls
from collectors.traces.receiver.addresses import is_open
from collectors.traces.receiver.connections import Limits
from collectors.traces.receiver.errors import (
    AddressTaken,
    CertificateUnusable,
    ReceiverError,
    TokenRequired,
)
from collectors.traces.receiver.grpc_server import GrpcServer
from collectors.traces.receiver.http_server import HttpServer
from collectors.traces.receiver.intake import Intake
from collectors.traces.receiver.memory import GARBAGE_THRESHOLD, GivingBack, keep
from collectors.traces.receiver.refusals import Refusals
from collectors.traces.receiver.senders import Senders, readable_by_all, token_files
from config.settings import Traces

__all__ = [
    "GARBAGE_THRESHOLD",
    "AddressTaken",
    "CertificateUnusable",
    "Receiver",
    "ReceiverError",
    "TokenRequired",
    "check",
]

log = structlog.get_logger()


def check(settings: Traces) -> None:
    """Reads the files that are named, and binds nothing. Raises TokenRequired, CertificateUnusable, SecretError."""
    for protocol, address in (("grpc", settings.grpc), ("http", settings.http)):
        if address and not settings.asks_who and is_open(address):
            raise TokenRequired(address, f"traces.{protocol}")
    tls.context(settings)
    Senders(settings)


class Receiver:
    """Both servers, in threads of their own. `ports`: protocol (`grpc`, `http`) -> port, once started."""

    def __init__(self, settings: Traces, sink: FactSink, flows: Flows | None = None) -> None:
        """Binds nothing yet. Raises TokenRequired, CertificateUnusable, SecretError."""
        check(settings)
        self._addresses = {"grpc": settings.grpc, "http": settings.http}
        for setting in readable_by_all(token_files(settings)):
            log.warning("secret_readable_by_all", setting=setting, advice="chmod o-r its file")
        self._limits = Limits(
            settings.max_connections,
            settings.header_patience.total_seconds(),
            settings.body_patience.total_seconds(),
        )
        self._tls = tls.context(settings)
        self._credentials = tls.credentials(settings)
        self._flows = flows or Flows(sink, settings.pairing_window.total_seconds())
        self._refusals = Refusals(sink)
        self._giving_back = GivingBack()
        self._intake = Intake(self._flows, Senders(settings), settings.max_body, self._refusals)
        self._servers: list[GrpcServer | HttpServer] = []
        self.ports: Mapping[str, int] = {}

    def start(self) -> None:
        """Listens. Raises AddressTaken; then nothing listens. Sets how the process keeps memory."""
        ports: dict[str, int] = {}
        for protocol, address in self._addresses.items():
            if not address:
                continue
            try:
                server = self._bound(protocol, address)
            except OSError as error:
                self.stop()
                raise AddressTaken(
                    address, f"traces.{protocol}", error.strerror or "already in use"
                ) from None
            self._servers.append(server)
            ports[protocol] = server.port
        keep()
        self._refusals.start()
        self._giving_back.start()
        for server in self._servers:
            server.start()
        self._intake.closing = False
        self.ports = ports

    def _bound(self, protocol: str, address: str) -> GrpcServer | HttpServer:
        if protocol == "grpc":
            return GrpcServer(self._intake, address, self._limits, self._credentials)
        return HttpServer(self._intake, address, self._limits, self._tls)

    def stop(self) -> None:
        """Refuses new spans, lets requests under way end, and returns when nothing listens. Safe to call twice."""
        self._intake.closing = True
        for server in self._servers:
            server.stop()
        self._servers = []
        self._giving_back.stop()
        self._refusals.stop()

    @property
    def counts(self) -> Counts:
        """What came in so far."""
        return self._flows.counts

    @property
    def rejected(self) -> int:
        """Spans that could not be used."""
        return self._intake.rejected

    @property
    def refused(self) -> Mapping[str, int]:
        """Sender -> spans that claimed what is not its own (`traces.senders`)."""
        return dict(self._intake.senders.refused)
