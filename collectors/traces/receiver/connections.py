"""Serves HTTP connections within limits: how many, how long a sender may take, how long headers may be.

A sender that is slow within a body is told so (`http_server`); one that is slow before is not worth an answer.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
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

    def __init__(self, limits: Limits, *arguments: Any, **named: Any) -> None:  # uvicorn's own
        super().__init__(*arguments, **named)
        self._limits = limits
        self._deadline: asyncio.TimerHandle | None = None
        self._in_headers = False
        self._headers_size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            transport.abort()
            return
        certificate = transport.get_extra_info("peercert") or {}
        self.app_state = {**self.app_state, "certified": names_in(certificate)}
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._set_deadline(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
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
    """Serves one socket."""

    def __init__(self, config: uvicorn.Config, limits: Limits, tls: ssl.SSLContext | None) -> None:
        super().__init__(config)
        self._limits = limits
        self._tls = tls

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accepts connections: as uvicorn does, with limits, and a context of TLS that is loaded already."""
        assert sockets is not None
        self.servers = [
            await asyncio.get_running_loop().create_server(
                self._connection,
                sock=one,
                backlog=self.config.backlog,
                ssl=self._tls,
                ssl_handshake_timeout=self._limits.headers if self._tls else None,
            )
            for one in sockets
        ]
        self.started = True

    def _connection(self) -> _Connection:
        return _Connection(self._limits, config=self.config, server_state=self.server_state, app_state={})
