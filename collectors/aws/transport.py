"""The way out to AWS: one pool of connections for all clients, a cap on every body, an end to every wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import urllib3.exceptions
from botocore.awsrequest import AWSPreparedRequest, AWSResponse  # type: ignore[import-untyped]  # has no types
from botocore.exceptions import (  # type: ignore[import-untyped]  # has no types
    ConnectionClosedError,
    ReadTimeoutError,
)
from botocore.httpsession import URLLib3Session  # type: ignore[import-untyped]  # has no types
from botocore.utils import get_environ_proxies  # type: ignore[import-untyped]  # has no types

from collectors.errors import NotListed
from collectors.model import Why

MAX_BODY = 32 * 1024 * 1024
PIECE = 256 * 1024

_deadline: ContextVar[float] = ContextVar("deadline")


@contextmanager
def deadline(at: float) -> Iterator[None]:
    """No request of this thread starts, or goes on reading, after `at` (seconds of `time.monotonic`)."""
    token = _deadline.set(at)
    try:
        yield
    finally:
        _deadline.reset(token)


def check_deadline() -> None:
    """Raises NotListed if this thread's time is over."""
    if time.monotonic() > _deadline.get(float("inf")):
        raise NotListed(Why.UNREACHABLE, "no complete answer before the deadline", "Deadline")


def check_size(size: int, most: int) -> None:
    """Raises NotListed if a body is larger than an honest answer."""
    if size > most:
        raise NotListed(Why.FAILED, f"the answer is larger than {most >> 20} MiB", "BodyTooLarge")


class Body:
    """A body already read, in the form in which botocore asks for one."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self) -> Iterator[bytes]:
        """The whole of it."""
        yield self._data


class Transport:
    """Sends for every client. Registered as `before-send`, where botocore lets another sender answer."""

    def __init__(self, *, connect: float, read: float, connections: int, max_body: int = MAX_BODY) -> None:
        self._timeout = (connect, read)
        self._connections = connections
        self._max_body = max_body
        self._lock = threading.Lock()
        self._senders: dict[tuple[object, ...], Any] = {}
        self.requests = 0

    def attach(self, client: Any, verify: bool | str) -> None:  # a botocore client
        """Makes the client send through here."""

        def send(request: AWSPreparedRequest, **_: object) -> AWSResponse:
            return self.send(request, verify)

        client.meta.events.register("before-send", send)

    def send(self, request: AWSPreparedRequest, verify: bool | str) -> AWSResponse:
        """The answer, wholly read. Raises botocore's HTTPClientError, or NotListed past deadline or cap."""
        check_deadline()
        self.requests += 1  # a figure for benchmarks; a lost increment does no harm
        request.stream_output = True
        answer = self._sender(request.url, verify).send(request)
        body, size = [], 0
        try:
            for piece in answer.raw.stream(PIECE):
                size += len(piece)
                check_size(size, self._max_body)
                body.append(piece)
                check_deadline()
        except NotListed:
            answer.raw.close()  # what is left unread must not be taken for the next answer
            raise
        except urllib3.exceptions.ReadTimeoutError as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except urllib3.exceptions.HTTPError as error:
            raise ConnectionClosedError(endpoint_url=request.url, error=error) from error
        announced = answer.headers.get("Content-Length", "")
        if announced.isdigit() and request.method != "HEAD" and int(announced) != size:
            raise ConnectionClosedError(endpoint_url=request.url, error=f"{size} of {announced} bytes came")
        answer.raw.release_conn()
        return AWSResponse(answer.url, answer.status_code, answer.headers, Body(b"".join(body)))

    def _sender(self, url: str, verify: bool | str) -> Any:  # botocore's session
        proxies = get_environ_proxies(url)
        key = (verify, tuple(sorted(proxies.items())))
        with self._lock:
            if key not in self._senders:
                self._senders[key] = URLLib3Session(
                    verify=verify,
                    proxies=proxies,
                    timeout=self._timeout,
                    max_pool_connections=self._connections,
                )
            return self._senders[key]

    def close(self) -> None:
        """Closes every connection."""
        with self._lock:
            for sender in self._senders.values():
                sender.close()
            self._senders.clear()
