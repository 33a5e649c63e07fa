"""The way out to AWS: one pool of connections for all clients, a cap on every body, an end to every wait."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import urllib3.exceptions
from botocore.awsrequest import AWSPreparedRequest, AWSResponse  # type: ignore[import-untyped]  # has no types
from botocore.exceptions import (  # type: ignore[import-untyped]  # has no types
    ConnectionClosedError,
    HTTPClientError,
    ReadTimeoutError,
)
from botocore.httpsession import URLLib3Session  # type: ignore[import-untyped]  # has no types
from botocore.utils import get_environ_proxies  # type: ignore[import-untyped]  # has no types

from collectors.aws import bodies
from collectors.errors import NotListed
from collectors.model import Why

MAX_BODY = 32 * 1024 * 1024
PIECE = 256 * 1024

THROTTLING = re.compile(rb"Throttl|SlowDown|RequestLimitExceeded|TooManyRequests")
ENDED = frozenset({"Deadline", "Throttled", "Unanswered"})
"""Codes of a wait that ended because its time was over."""


@dataclass(slots=True)
class Wait:
    """How long this thread may wait, and what its last request met: that is the reason if time runs out."""

    until: float
    throttled: bool = False
    unanswered: bool = False


_wait: ContextVar[Wait] = ContextVar("wait")


@contextmanager
def deadline(at: float) -> Iterator[None]:
    """No request of this thread starts, or goes on reading, after `at` (seconds of `time.monotonic`)."""
    token = _wait.set(Wait(at))
    try:
        yield
    finally:
        _wait.reset(token)


def check_deadline() -> None:
    """Raises NotListed if this thread's time is over."""
    wait = _wait.get(None)
    if wait is None or time.monotonic() <= wait.until:
        return
    if wait.unanswered:
        raise NotListed(
            Why.UNREACHABLE,
            "no answer before the deadline: check route, DNS, proxy and firewall",
            "Unanswered",
        )
    if wait.throttled:
        raise NotListed(Why.THROTTLED, "throttled until the deadline: collect less often", "Throttled")
    raise NotListed(Why.UNREACHABLE, "not complete before the deadline: raise aws.deadline", "Deadline")


def _met(*, throttled: bool = False, unanswered: bool = False) -> None:
    wait = _wait.get(None)
    if wait is not None:
        wait.throttled, wait.unanswered = throttled, unanswered


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
        client.meta.events.register("before-parse", bodies.check)

    def send(self, request: AWSPreparedRequest, verify: bool | str) -> AWSResponse:
        """The answer, wholly read. Raises botocore's HTTPClientError, or NotListed past deadline or cap."""
        check_deadline()
        self.requests += 1  # a figure for benchmarks; a lost increment does no harm
        try:
            answer = self._answer(request, verify)
        except HTTPClientError:
            _met(unanswered=True)
            raise
        refused = answer.status_code >= 400
        _met(throttled=refused and (answer.status_code == 429 or bool(THROTTLING.search(answer.content))))
        return answer

    def _answer(self, request: AWSPreparedRequest, verify: bool | str) -> AWSResponse:
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
