"""The way out to Azure: a cap on every body, an end to every wait, and no request to any host but the endpoint's.

The SDK's policy that registers a resource provider with a subscription is left out: it writes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import RequestIdPolicy, RetryPolicy, SansIOHTTPPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
from requests.adapters import HTTPAdapter

from collectors.errors import NotListed
from collectors.model import Why

MAX_BODY = 32 * 1024 * 1024
PIECE = 256 * 1024
ATTEMPTS = 4
LONGEST_PAUSE = 20.0
"""Seconds between two attempts, where Azure does not say how long to wait."""


@dataclass(slots=True)
class Wait:
    """How long this thread may wait, and whether its last request was throttled or not answered."""

    until: float
    throttled: bool = False
    unanswered: bool = False


_wait: ContextVar[Wait] = ContextVar("azure_wait")


@contextmanager
def deadline(at: float) -> Iterator[None]:
    """No request of this thread starts, or goes on reading, after `at` (seconds of `time.monotonic`)."""
    token = _wait.set(Wait(at))
    try:
        yield
    finally:
        _wait.reset(token)


def check_deadline(pause: float = 0.0) -> None:
    """Raises NotListed if this thread's time is over, or would be after a pause of so many seconds."""
    wait = _wait.get(None)
    if wait is None or time.monotonic() + pause <= wait.until:
        return
    if wait.throttled:
        raise NotListed(Why.THROTTLED, "throttled until the deadline: collect less often", "Throttled")
    if wait.unanswered:
        raise NotListed(
            Why.UNREACHABLE,
            "no answer before the deadline: check route, DNS, proxy and firewall",
            "Unanswered",
        )
    raise NotListed(Why.UNREACHABLE, "not complete before the deadline: raise azure.deadline", "Deadline")


def pause(seconds: float, *, throttled: bool) -> None:
    """Waits, unless that would go beyond the deadline. Raises NotListed."""
    wait = _wait.get(None)
    if wait is not None:
        wait.throttled = throttled
    check_deadline(seconds)
    time.sleep(seconds)


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise NotListed(Why.FAILED, f"the answer is larger than {most >> 20} MiB", "BodyTooLarge")


class BoundedAdapter(HTTPAdapter):
    """Reads whole answers, piece by piece: never more than the cap, never beyond the deadline."""

    def __init__(self, *, connections: int, max_body: int) -> None:
        super().__init__(pool_connections=4, pool_maxsize=connections)
        self._max_body = max_body

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - always read here
        timeout: Any = None,  # as requests has it
        verify: bool | str = True,
        cert: Any = None,  # as requests has it
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """The answer, wholly read. Raises requests' errors, or NotListed past deadline or cap."""
        check_deadline()
        wait = _wait.get(None)
        try:
            answer = super().send(request, True, timeout, verify, cert, proxies)
            answer._content = b"".join(self._pieces(answer))  # noqa: SLF001 - where requests looks for what was read
            answer._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001 - likewise
        except requests.exceptions.SSLError as error:
            # The SDK would ask again and again; what a certificate says does not change by that.
            raise NotListed(
                Why.UNREACHABLE,
                f"{urlsplit(request.url or '').hostname} shows a certificate that is not trusted: set ca_file in "
                "[[azure.accounts]] if it is yours",
                "Certificate",
            ) from error
        except requests.RequestException:
            if wait is not None:
                wait.unanswered = True
            raise
        if wait is not None:
            wait.unanswered, wait.throttled = False, answer.status_code == 429
        return answer

    def _pieces(self, answer: requests.Response) -> Iterator[bytes]:
        size = 0
        try:
            for piece in answer.raw.stream(PIECE, decode_content=True):
                size += len(piece)
                _check_size(size, self._max_body)
                yield piece
                check_deadline()
        except NotListed:
            answer.close()  # what is left unread must not be taken for the next answer
            raise
        except urllib3.exceptions.ReadTimeoutError as error:
            raise requests.ReadTimeout(error, request=answer.request) from error
        except urllib3.exceptions.HTTPError as error:
            raise requests.ConnectionError(error, request=answer.request) from error
        answer.raw.release_conn()


class PatientRetry(RetryPolicy[Any, Any]):
    """The SDK's own repetition, with full jitter, that never sleeps beyond the deadline."""

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Queries are sent by POST and change nothing: they are repeated like any other reading."""
        throttled = response.http_response.status_code in {429, 502}
        return bool(super().is_retry(settings, response)) or throttled

    def sleep(
        self,
        settings: dict[str, Any],
        transport: Any,  # noqa: ARG002 - the signature is the SDK's own
        response: PipelineResponse[Any, Any] | None = None,
    ) -> None:
        """Waits as long as Azure asks for, or a random part of the growing pause. Raises NotListed."""
        asked = self.get_retry_after(response) if response else None
        backoff = random.uniform(0, self.get_backoff_time(settings))  # noqa: S311 - jitter, no secret
        throttled = response is not None and response.http_response.status_code == 429
        pause(backoff if asked is None else asked, throttled=throttled)


class SameHost(SansIOHTTPPolicy[Any, Any]):
    """Refuses a next page on another host: the bearer token would go there too."""

    def __init__(self, endpoint: str) -> None:
        self._allowed = urlsplit(endpoint)[:2]

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Raises NotListed."""
        if urlsplit(request.http_request.url)[:2] != self._allowed:
            raise NotListed(
                Why.FAILED,
                "the next page was said to be on another host, which is not asked: check azure.accounts.endpoint",
                "ForeignHost",
            )


class Answers(SansIOHTTPPolicy[Any, Any]):
    """Refuses a success that is not Azure's: a proxy's page must never be read as "there is nothing"."""

    def on_response(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> None:
        """Raises NotListed."""
        answer = response.http_response
        if answer.status_code >= 300:
            return
        try:
            body = answer.json()
        except ValueError:
            body = None
        if isinstance(body, dict) and _is_whole(body, urlsplit(request.http_request.url).path):
            return
        raise NotListed(
            Why.FAILED,
            f"{urlsplit(request.http_request.url).hostname} answered with something that is not Azure's: "
            "check the proxy, the network's login page and endpoint",
            "NotAnAnswer",
        )


def _is_whole(body: dict[str, Any], path: str) -> bool:
    """Whether a body has what the answer to its path cannot be without."""
    if path.endswith("/Microsoft.ResourceGraph/resources"):
        return isinstance(body.get("totalRecords"), int) and isinstance(body.get("data"), list)
    if path.lower().rpartition("/")[0] == "/subscriptions":
        return isinstance(body.get("subscriptionId"), str)
    return isinstance(body.get("value"), list)


def transport(
    *, connect: float, read: float, connections: int, verify: bool | str, max_body: int = MAX_BODY
) -> RequestsTransport:
    """One pool of connections for the clients and the credentials of an account."""
    session = requests.Session()
    adapter = BoundedAdapter(connections=connections, max_body=max_body)
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    return RequestsTransport(
        session=session, connection_timeout=connect, read_timeout=read, connection_verify=verify
    )


def retry() -> dict[str, Any]:
    """The settings of each repetition, for clients and credentials alike."""
    return {"retry_total": ATTEMPTS, "retry_backoff_factor": 0.5, "retry_backoff_max": LONGEST_PAUSE}


def policies(credential: Any, endpoint: str, audience: str) -> list[Any]:  # the SDK's own types
    """What each request passes through."""
    return [
        UserAgentPolicy("driftline"),
        RequestIdPolicy(),
        Answers(),
        SameHost(endpoint),
        PatientRetry(**retry()),
        ARMChallengeAuthenticationPolicy(credential, audience),
    ]
