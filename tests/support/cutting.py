"""Stands between a client and PostgreSQL, and cuts the line at a chosen word of the client.

    with CuttingLine(server.port) as line:
        line.cut(b"COMMIT", after=b"INSERT INTO snapshot", delivered=True)

`delivered`: the server gets the word and does what it says, but its answer does not come back. Without it, the server
never hears the word. Each order cuts once; `cuts` counts them.
"""

from __future__ import annotations

import selectors
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Order:
    """Where to cut: at `word`, on a connection on which `after` was heard."""

    word: bytes
    after: bytes
    delivered: bool


@dataclass
class CuttingLine:
    """See the module. `upstream`: the server's port on 127.0.0.1."""

    upstream: int
    cuts: int = 0
    _orders: list[Order] = field(default_factory=list)
    _open: set[socket.socket] = field(default_factory=set)
    _threads: list[threading.Thread] = field(default_factory=list)

    def cut(self, word: bytes, *, after: bytes = b"", delivered: bool) -> None:
        """Orders one cut."""
        self._orders.append(Order(word, after, delivered))

    @property
    def port(self) -> int:
        """Where clients connect to."""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join()
        for each in tuple(self._open):
            each.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed: the end
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.upstream))
        except OSError:
            client.close()
            return
        self._open |= {client, server}
        heard = bytearray()
        try:
            with client, server, selectors.DefaultSelector() as both:
                both.register(client, selectors.EVENT_READ)
                both.register(server, selectors.EVENT_READ)
                while True:
                    ready = {key.fileobj for key, _ in both.select(0.2)}
                    if client.fileno() < 0:
                        return
                    if client in ready:
                        data = client.recv(1 << 16)
                        if not data:
                            return
                        heard += data
                        if order := self._due(data, heard):
                            if order.delivered:
                                server.sendall(data)
                                server.recv(1)  # it has answered
                            return
                        server.sendall(data)
                    if server in ready:
                        data = server.recv(1 << 16)
                        if not data:
                            return
                        client.sendall(data)
        except (OSError, ValueError):
            return  # closed under our hands
        finally:
            self._open -= {client, server}

    def _due(self, data: bytes, heard: bytearray) -> Order | None:
        for order in self._orders:
            if order.word in data and order.after in heard:
                self._orders.remove(order)
                self.cuts += 1
                return order
        return None
