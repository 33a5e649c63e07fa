"""HTTP to one server that keeps traces: a cap on every answer, an end to every wait, no redirect, some patience.

The address comes from the settings, so it is trusted as far as its certificate is.
"""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlencode, urlsplit

import httpcore
import orjson

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.pulls.source import TooMuch

LARGEST = 256 * 2**20
"""Bytes of an answer, inflated."""

CONNECT, READ = 10.0, 60.0
ATTEMPTS = 3
_LONGEST_PAUSE = 30.0
_REFUSED: Mapping[int, tuple[Why, str]] = {
    401: (Why.EXPIRED, "does not accept who asks (401): correct the token, or user and password"),
    403: (Why.DENIED, "denies it (403): {right}"),
    404: (
        Why.FAILED,
        "has nothing at {path} (404): correct url, with the path below which its interface lies",
    ),
    429: (Why.THROTTLED, "throttles (429): collect less often"),
}
_TOO_MUCH = frozenset({413, 504})
"""Statuses that less of the same may not have."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, its body inflated."""

    status: int
    body: bytes


@cache
def _trusted(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file) if ca_file else httpcore.default_ssl_context()


class Web:
    """One server. Used by one thread at a time.

    `headers`: asked for with each look, as tokens are renewed. `right`: what to do where it denies.
    """

    def __init__(
        self,
        base: str,
        headers: Callable[[], Mapping[str, str]] = dict,
        ca_file: str = "",
        pause: Callable[[float], None] = time.sleep,
        right: str = "",
    ) -> None:
        self._base = base.rstrip("/")
        self._headers = headers
        self._ca_file = ca_file
        self._pause = pause
        self._right = right or "give the token or user the right to read traces"
        self._pool: httpcore.ConnectionPool | None = None
        self._sent: Mapping[str, str] = {}

    def json(self, path: str, query: Mapping[str, object], until: float, body: object = None) -> object:
        """A JSON document, asked for by GET, or by POST with a body. Raises NotListed."""
        reply = self.ask(path, query, until, orjson.dumps(body) if body is not None else b"")
        try:
            document: object = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            raise NotListed(
                Why.FAILED, f"{self.host} does not answer in JSON at {path}: correct url", "NotJson"
            ) from None
        return document

    def ask(
        self,
        path: str,
        query: Mapping[str, object],
        until: float,
        body: bytes = b"",
        accept: str = "application/json",
        allowed: tuple[int, ...] = (),
    ) -> Reply:
        """An answer of status 200, or of one that is `allowed`. Raises NotListed."""
        for attempt in range(1, ATTEMPTS + 1):
            reply, wait = self._once(path, query, until, body, accept)
            if reply.status == 200 or reply.status in allowed:
                return reply
            if (reply.status != 429 and reply.status < 500) or attempt == ATTEMPTS:
                break
            pause = min(wait if wait is not None else 2.0**attempt, _LONGEST_PAUSE)
            if time.monotonic() + pause > until:
                break
            self._pause(pause)
        raise self._refusal(reply.status, path)

    def close(self) -> None:
        """Ends the connections; the next request opens them again."""
        if self._pool is not None:
            self._pool.close()
        self._pool, self._sent = None, {}

    @property
    def host(self) -> str:
        """Whom messages are about."""
        return urlsplit(self._base).netloc

    def _once(
        self, path: str, query: Mapping[str, object], until: float, body: bytes, accept: str
    ) -> tuple[Reply, float | None]:
        """One try, and after how many seconds the server wants the next one."""
        if self._pool is None:
            self._sent = self._headers()
            self._pool = httpcore.ConnectionPool(ssl_context=self._context(), max_connections=2)
        words = urlencode({key: value for key, value in query.items() if value not in ("", None)}, doseq=True)
        url = f"{self._base}{quote(path, safe='/:')}" + (f"?{words}" if words else "")
        headers = {"Accept": accept, "Accept-Encoding": "gzip", "User-Agent": "driftline", **self._sent}
        if body:
            headers.setdefault("Content-Type", "application/json")
        left = max(until - time.monotonic(), 0.001)
        timeout = {
            "connect": min(CONNECT, left),
            "pool": left,
            "read": min(READ, left),
            "write": min(READ, left),
        }
        try:
            with self._pool.stream(
                "POST" if body else "GET",
                url,
                headers=[*headers.items()],
                content=body or None,
                extensions={"timeout": timeout},
            ) as response:
                named = {name.lower(): value for name, value in response.headers}
                zipped = named.get(b"content-encoding", b"").strip().lower() == b"gzip"
                content = self._content(response, until, zipped=zipped)
        except httpcore.ReadTimeout:
            raise TooMuch(
                Why.UNREACHABLE,
                f"{self.host} did not answer in time: raise deadline, or look at its load",
                "Slow",
            ) from None
        except (httpcore.TimeoutException, httpcore.NetworkError) as error:
            raise NotListed(Why.UNREACHABLE, self._unreached(error), "Unreachable") from None
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            raise NotListed(
                Why.FAILED, f"{self.host} does not answer in HTTP: correct url", "Protocol"
            ) from None
        after = named.get(b"retry-after", b"").decode("latin-1")
        return Reply(response.status, content), float(after) if after.isdecimal() else None

    def _content(self, response: httpcore.Response, until: float, *, zipped: bool) -> bytes:
        pieces, size = [], 0
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS) if zipped else None
        for chunk in response.iter_stream():
            if time.monotonic() > until:
                raise NotListed(
                    Why.UNREACHABLE, f"{self.host} did not answer before the deadline", "Deadline"
                )
            try:
                piece = inflater.decompress(chunk, LARGEST + 1 - size) if inflater else chunk
            except zlib.error:
                raise NotListed(Why.FAILED, f"{self.host} sent damaged gzip data", "Gzip") from None
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise TooMuch(
                    Why.FAILED, f"{self.host} sent an answer larger than {LARGEST >> 20} MiB", "TooLarge"
                )
        return b"".join(pieces)

    def _context(self) -> ssl.SSLContext:
        try:
            return _trusted(self._ca_file)
        except (OSError, ssl.SSLError):
            raise NotListed(
                Why.FAILED,
                f"{self._ca_file} holds no certificates that can be read: correct ca_file",
                "CaFile",
            ) from None

    def _refusal(self, status: int, path: str) -> NotListed:
        if 300 <= status < 400:
            words = f"redirects ({status}): give the address it means, no secret is sent elsewhere"
            return NotListed(Why.FAILED, f"{self.host} {words}", str(status))
        kind = TooMuch if status in _TOO_MUCH else NotListed
        why, words = _REFUSED.get(status, (Why.FAILED, f"answered {status} at {{path}}"))
        return kind(why, f"{self.host} {words.format(path=path, right=self._right)}", str(status))

    def _unreached(self, error: Exception) -> str:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return f"the certificate of {self.host} is not trusted: set ca_file if it is yours"
        return f"{self.host} cannot be reached: check url, route, DNS and firewall"
