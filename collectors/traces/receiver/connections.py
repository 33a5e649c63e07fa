"""Serves HTTP connections within limits: how many, how long a sender may take, how long headers may be.

A sender that is slow within a body is told so (`http_server`); one that is slow before is not worth an answer.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from collectors.traces.receiver.tls import names_in

LONGEST_HEADERS = 64 * 1024
_GRACE = 5.0
"""Seconds to take an answer that refuses a body, while the body is still coming."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Connections at once; seconds for the headers and for the body of a request."""

    connections: int
    headers: float
    body: float


class _Connection(HttpToolsProtocol):
    """One connection. Its requests know the names in the sender's certificate as `state.certified`."""

    def __init__(self, limits: Limits, crowded: Callable[[], object], **named: Any) -> None:  # uvicorn's own
        super().__init__(**named)
        self._limits = limits
        self._crowded = crowded
        self._early: list[bytes] | None = []
        self._deadline: asyncio.TimerHandle | None = None
        self._in_headers = False
        self._headers_size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        early, self._early = self._early or (), None
        if len(self.connections) > self._limits.connections:
            self._crowded()
            transport.abort()
            return
        certificate = transport.get_extra_info("peercert") or {}
        self.app_state = {**self.app_state, "certified": names_in(certificate)}
        self._await_headers()
        for data in early:
            self.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._set_deadline(None)
        if self._early is None:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if (
            self._early is not None
        ):  # came with the last words of the handshake, before anyone was told that it ended
            self._early.append(data)
            return
        if self._deadline is None:
            self._await_headers()
        super().data_received(data)
        if self._in_headers:
            self._headers_size += len(data)
            if self._headers_size > LONGEST_HEADERS:
                self.transport.abort()

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._set_deadline(self._limits.body + _GRACE)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._set_deadline(None)
        super().on_message_complete()

    def _await_headers(self) -> None:
        self._in_headers, self._headers_size = True, 0
        self._set_deadline(self._limits.headers)

    def _set_deadline(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None
        if seconds is not None:
            self._deadline = self.loop.call_later(seconds, self.transport.abort)


class LimitedServer(uvicorn.Server):
    """Serves one socket. `crowded`: called for each connection that there was no room for."""

    def __init__(
        self,
        config: uvicorn.Config,
        limits: Limits,
        tls: ssl.SSLContext | None,
        crowded: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(config)
        self._limits = limits
        self._tls = tls
        self._crowded = crowded
        self._handshakes: dict[asyncio.Transport, asyncio.Task[None]] = {}  # under way, the oldest first

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accepts connections: as uvicorn does, with limits, and a context of TLS that is loaded already."""
        assert sockets is not None
        accept = (lambda: _Door(self._arrived)) if self._tls else self._connection
        loop = asyncio.get_running_loop()
        self.servers = [
            await loop.create_server(accept, sock=one, backlog=self.config.backlog) for one in sockets
        ]
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does; nobody waits for handshakes."""
        for transport in self._handshakes:
            transport.abort()
        await super().shutdown(sockets)

    def _connection(self) -> _Connection:
        return _Connection(
            self._limits, self._crowded, config=self.config, server_state=self.server_state, app_state={}
        )

    def _arrived(self, transport: asyncio.Transport) -> None:
        """Begins a handshake. Where there is no room the oldest gives way: who means well needs no time for it."""
        if len(self._handshakes) + len(self.server_state.connections) >= self._limits.connections:
            self._crowded()
            oldest = next(iter(self._handshakes), None)
            if oldest is None:
                transport.abort()
                return
            del self._handshakes[oldest]
            oldest.abort()
        self._handshakes[transport] = asyncio.create_task(self._shake(transport))

    async def _shake(self, transport: asyncio.Transport) -> None:
        assert self._tls is not None
        connection = self._connection()
        try:
            encrypted = await asyncio.get_running_loop().start_tls(
                transport, connection, self._tls, server_side=True, ssl_handshake_timeout=self._limits.headers
            )
        except OSError:  # of TLS too, and that it took too long: a sender that is not worth an answer
            return
        finally:
            self._handshakes.pop(transport, None)
        if encrypted is not None and not transport.is_closing():
            connection.connection_made(encrypted)


class _Door(asyncio.Protocol):
    """A connection before its handshake: nothing of it is read here."""

    def __init__(self, arrived: Callable[[asyncio.Transport], object]) -> None:
        self._arrived = arrived

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        self._arrived(transport)
