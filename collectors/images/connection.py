"""HTTP to registries: connects only to addresses that were checked, and ends at a deadline whatever the server does.

Follows no redirect, keeps no cookie, decodes nothing and knows no proxy: whoever calls decides on each step.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore

from collectors.errors import NotListed
from collectors.images.addresses import Resolve, refusal, resolve
from collectors.model import Why

CONNECT, READ = 5.0, 20.0
"""Seconds that one connection and one read may take, within the deadline."""

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Url:
    """A parsed http or https URL without user info; `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @classmethod
    def parse(cls, text: str, base: Url | None = None) -> Url:
        """Raises ValueError with words that fit behind the URL's owner: `names an address that ...`."""
        whole = urljoin(str(base), text) if base else text
        if len(whole) > 8192 or not whole.isascii() or any(c <= " " or c == "\x7f" for c in whole):
            raise ValueError("an address with characters that no URL has")
        try:
            parts = urlsplit(whole)
            port = parts.port
        except ValueError:
            raise ValueError("an address that is no URL") from None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("an address that is neither http nor https")
        if "@" in parts.netloc:
            raise ValueError("an address with a user name in it")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(parts.scheme, parts.hostname, port or (80 if parts.scheme == "http" else 443), target)

    @property
    def origin(self) -> tuple[str, str, int]:
        """Whom credentials for this URL belong to."""
        return (self.scheme, self.host, self.port)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.target}"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, its body read whole and within its cap. `headers`: lower-case names; of several, all values."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@cache
def _trusted() -> ssl.SSLContext:
    """The system's authorities and certifi's; read once, since that takes a while."""
    return httpcore.default_ssl_context()


@dataclass(frozen=True, slots=True)
class Network:
    """The way out: how names are resolved, how connections are made, whom TLS trusts."""

    resolve: Resolve = resolve
    backend: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    tls: ssl.SSLContext = field(default_factory=_trusted)


class Connection:
    """Connections of one unit of work, used by one thread. `until`: monotonic seconds at which all ends."""

    def __init__(self, network: Network, *, allow_private: bool, until: float, advice: str) -> None:
        self._until = until
        self._pool = httpcore.ConnectionPool(
            ssl_context=network.tls,
            max_connections=4,
            http2=False,
            network_backend=_Checked(network, allow_private=allow_private, until=until, advice=advice),
        )

    def send(self, method: str, url: Url, headers: Mapping[str, str], cap: int) -> Reply:
        """One request, one answer. Raises NotListed if it does not come, is too large or is no HTTP."""
        timeout = {"connect": CONNECT, "read": READ, "write": READ, "pool": CONNECT}
        where = httpcore.URL(
            scheme=url.scheme.encode(), host=url.host.encode(), port=url.port, target=url.target.encode()
        )
        try:
            with self._pool.stream(
                method,
                where,
                headers=[(name, value) for name, value in {**headers, "Accept-Encoding": "identity"}.items()],
                extensions={"timeout": timeout},
            ) as response:
                named: dict[str, str] = {}
                for raw_name, raw_value in response.headers:
                    name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
                    named[name] = f"{named[name]}, {value}" if name in named else value
                return Reply(response.status, named, _body(response, named, cap, url.host, method))
        except httpcore.ConnectTimeout:
            raise NotListed(Why.UNREACHABLE, _unreached(url, ""), "connect") from None
        except (httpcore.TimeoutException, TimeoutError):
            raise NotListed(Why.UNREACHABLE, f"{url.host} did not answer in time", "timeout") from None
        except (httpcore.ConnectError, httpcore.NetworkError) as error:
            raise NotListed(Why.UNREACHABLE, _unreached(url, str(error)), "connect") from None
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            raise NotListed(Why.FAILED, f"{url.host} does not answer in HTTP", "protocol") from None

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self._until - time.monotonic()

    def close(self) -> None:
        """Ends all connections; safe to call twice."""
        self._pool.close()


def _body(response: httpcore.Response, headers: Mapping[str, str], cap: int, host: str, method: str) -> bytes:
    if method == "HEAD":
        return b""
    if headers.get("content-encoding", "identity") != "identity":
        raise NotListed(Why.FAILED, f"{host} sent a compressed answer that was not asked for", "encoding")
    stated = headers.get("content-length", "")
    body = bytearray()
    if not (stated.isdecimal() and int(stated) > cap):
        for chunk in response.iter_stream():
            body += chunk
            if len(body) > cap:
                break
        else:
            return bytes(body)
    raise NotListed(Why.FAILED, f"{host} sent an answer larger than {cap} bytes, which is not read", "large")


def _unreached(url: Url, error: str) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in error:
        return f"the certificate of {url.host} is not trusted; add its authority to those of the system"
    if "WRONG_VERSION_NUMBER" in error:
        return (
            f"{url.host} does not speak TLS at port {url.port}; if that is meant, "
            "set plain_http for it in images.registries"
        )
    return f"{url.host} cannot be reached at port {url.port}: check route, DNS and firewall"


class _Checked(httpcore.NetworkBackend):
    """Resolves a name once, checks every address of it, and connects to one that was checked."""

    def __init__(self, network: Network, *, allow_private: bool, until: float, advice: str) -> None:
        self._network = network
        self._allow_private = allow_private
        self._until = until
        self._advice = advice
        self._pinned: dict[str, list[str]] = {}

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - the signature is httpcore's
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._network.backend.connect_tcp(
                    address, port, timeout=_within(timeout, self._until), local_address=local_address
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Timed(stream, self._until)
        raise failure

    def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - the signature is httpcore's
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        raise httpcore.UnsupportedProtocol("registries are reached over TCP")

    def _addresses(self, host: str, port: int) -> list[str]:
        if host in self._pinned:
            return self._pinned[host]
        try:
            found = self._network.resolve(host, port)
        except (OSError, UnicodeError):
            raise NotListed(Why.UNREACHABLE, f"the name {host} cannot be resolved", "dns") from None
        for address in found:
            if reason := refusal(address, allow_private=self._allow_private):
                advice = "" if "never" in reason else f"; {self._advice}"
                raise NotListed(Why.FAILED, f"{host} is not asked: {reason}{advice}", "address")
        self._pinned[host] = found
        return found


class _Timed(httpcore.NetworkStream):
    """A stream none of whose waits goes beyond the deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(min(max_bytes, _CHUNK), _within(timeout, self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _within(timeout, self._until))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        started = self._stream.start_tls(ssl_context, server_hostname, _within(timeout, self._until))
        return _Timed(started, self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _within(timeout: float | None, until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return left if timeout is None else min(timeout, left)
