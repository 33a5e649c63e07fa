"""Receives spans by OTLP, on gRPC and HTTP, and answers only after what they say is durable."""

from __future__ import annotations

from collections.abc import Mapping

from collectors.contract import FactSink
from collectors.traces.facts import Counts, Flows
from collectors.traces.receiver.errors import AddressTaken, ReceiverError, TokenRequired
from collectors.traces.receiver.grpc_server import GrpcServer
from collectors.traces.receiver.http_server import HttpServer
from collectors.traces.receiver.intake import Intake
from collectors.traces.receiver.memory import GARBAGE_THRESHOLD, keep
from config import secrets
from config.settings import Traces
from config.values import is_loopback

__all__ = ["GARBAGE_THRESHOLD", "AddressTaken", "Receiver", "ReceiverError", "TokenRequired"]


class Receiver:
    """Both servers, in threads of their own. `ports`: protocol (`grpc`, `http`) -> port, once started."""

    def __init__(self, settings: Traces, sink: FactSink, flows: Flows | None = None) -> None:
        """Binds nothing yet. Raises TokenRequired, SettingsError if the token file cannot be read."""
        self._addresses = {"grpc": settings.grpc, "http": settings.http}
        for protocol, address in self._addresses.items():
            if address and not settings.token_file and not is_loopback(address):
                raise TokenRequired(address, f"traces.{protocol}")
        token = secrets.read(settings.token_file) if settings.token_file else ""
        self._flows = flows or Flows(sink, settings.pairing_window.total_seconds())
        self._intake = Intake(self._flows, token, settings.max_body)
        self._servers: list[GrpcServer | HttpServer] = []
        self.ports: Mapping[str, int] = {}

    def start(self) -> None:
        """Listens. Raises AddressTaken; then nothing listens. Sets how the process keeps memory."""
        ports: dict[str, int] = {}
        for protocol, address in self._addresses.items():
            if not address:
                continue
            try:
                server = (GrpcServer if protocol == "grpc" else HttpServer)(self._intake, address)
            except OSError as error:
                self.stop()
                raise AddressTaken(
                    address, f"traces.{protocol}", error.strerror or "already in use"
                ) from None
            self._servers.append(server)
            ports[protocol] = server.port
        keep()
        for server in self._servers:
            server.start()
        self._intake.closing = False
        self.ports = ports

    def stop(self) -> None:
        """Refuses new spans, lets requests under way end, and returns when nothing listens. Safe to call twice."""
        self._intake.closing = True
        for server in self._servers:
            server.stop()
        self._servers = []

    @property
    def counts(self) -> Counts:
        """What came in so far."""
        return self._flows.counts

    @property
    def rejected(self) -> int:
        """Spans that could not be used."""
        return self._intake.rejected
