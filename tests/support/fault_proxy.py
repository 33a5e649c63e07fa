"""Stands between a client and an AWS endpoint and makes the weather: denied, throttled, dead, broken, huge.

    with FaultProxy(moto_url) as proxy:
        proxy.rule(service="rds", region="us-east-1", effect="denied")
        proxy.rule(action="ListQueues", effect="throttled", times=2)
        client = boto3.client("rds", endpoint_url=proxy.url, ...)

A rule matches by what the signature says (`service` is the name in the credential scope:
`elasticloadbalancing`, `states`, `es`; `region`) and by `action` (glob over the operation's name, or over
`METHOD /path` where a protocol has no names). The first rule that matches and is not used up decides.
`after`: let so many matching requests pass first. `times`: then act so often; None for ever.
Effects: denied, throttled, expired, failed (HTTP 500), unavailable (503), dead (never answers), broken (the
connection ends inside the body), huge (200 MB), stale (an invalid page token), foreign (HTTP 200 with a page
of HTML), nothing (HTTP 200 with an empty body), or a code of your own.
`calls` is the list of (service, region, action) seen.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

CREDENTIAL = re.compile(r"Credential=[^/,\s]+/\d{8}/([^/]*)/([^/]*)/aws4_request")

EFFECTS = {
    "denied": (403, "AccessDenied"),
    "throttled": (400, "ThrottlingException"),
    "expired": (403, "ExpiredToken"),
    "failed": (500, "InternalFailure"),
    "unavailable": (503, "ServiceUnavailable"),
    "stale": (400, "InvalidNextToken"),
}
SUCCESSES = {
    "foreign": b"<html><head><title>Welcome</title></head><body>Please log in</body></html>",
    "nothing": b"",
}
HUGE = 200 * 1024 * 1024
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}


@dataclass
class Rule:
    """See the module."""

    service: str = "*"
    region: str = "*"
    action: str = "*"
    effect: str = "denied"
    after: int = 0
    times: int | None = None
    matched: int = 0
    fired: int = 0

    def takes(self, service: str, region: str, action: str) -> bool:
        """Whether this rule decides about the request; counts it."""
        if not (
            fnmatchcase(service, self.service)
            and fnmatchcase(region, self.region)
            and fnmatchcase(action, self.action)
        ):
            return False
        self.matched += 1
        if self.matched <= self.after or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True


@dataclass
class FaultProxy:
    """See the module. `upstream`: the URL of the endpoint behind it."""

    upstream: str
    rules: list[Rule] = field(default_factory=list)
    calls: list[tuple[str, str, str]] = field(default_factory=list)

    def rule(
        self,
        *,
        service: str = "*",
        region: str = "*",
        action: str = "*",
        effect: str = "denied",
        after: int = 0,
        times: int | None = None,
    ) -> Rule:
        """Adds a rule and returns it: `fired` says how often it acted."""
        made = Rule(service, region, action, effect, after, times)
        self.rules.append(made)
        return made

    def clear(self) -> None:
        """Fair weather again."""
        self.rules.clear()
        self.calls.clear()

    @property
    def url(self) -> str:
        """Where clients connect to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _decide(self, service: str, region: str, action: str) -> str:
        with self._lock:
            self.calls.append((service, region, action))
            return next((rule.effect for rule in self.rules if rule.takes(service, region, action)), "")

    def _handler(proxy) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the request's
        where = urlsplit(proxy.upstream)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:
                pass

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                signed = CREDENTIAL.search(self.headers.get("Authorization", ""))
                region, service = (signed[1], signed[2]) if signed else ("", "")
                effect = proxy._decide(service, region, _action(self, body))
                if effect == "dead":
                    proxy._closing.wait(60)
                    self.close_connection = True
                elif effect == "huge":
                    self._huge()
                elif effect == "broken":
                    self.send_response(200)
                    self.send_header("Content-Length", "5000")
                    self.end_headers()
                    self.wfile.write(b"<Half")
                    self.close_connection = True
                elif effect in SUCCESSES:
                    self._say(200, "text/html", SUCCESSES[effect])
                elif effect:
                    self._refuse(service, *EFFECTS.get(effect, (400, effect)))
                else:
                    self._forward(body)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any  # noqa: N815 - http.server's

            def _huge(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(HUGE))
                self.end_headers()
                piece = b" " * 65536
                try:
                    for _ in range(HUGE // len(piece)):
                        self.wfile.write(piece)
                except OSError:
                    pass  # the client had enough, which is what is asked of it
                self.close_connection = True

            def _say(self, status: int, type: str, data: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", type)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def _refuse(self, service: str, status: int, code: str) -> None:
                kind = self.headers.get("Content-Type", "")
                if self.headers.get("X-Amz-Target") or "json" in kind or service in REST_JSON:
                    type = "application/json"
                    text = json.dumps({"__type": code, "message": "made by the fault proxy"})
                elif service == "ec2":
                    type = "text/xml"
                    text = f"<Response><Errors><Error><Code>{code}</Code></Error></Errors></Response>"
                elif service == "s3":
                    type, text = "text/xml", f"<Error><Code>{code}</Code></Error>"
                else:
                    type = "text/xml"
                    text = f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"
                data = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", type)
                self.send_header("x-amzn-ErrorType", code)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def _forward(self, body: bytes) -> None:
                connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
                try:
                    connection.request(self.command, self.path, body, dict(self.headers))
                    answer = connection.getresponse()
                    data = answer.read()
                finally:
                    connection.close()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

        return Handler


REST_JSON = {"lambda", "apigateway", "eks", "es", "kafka"}


def _action(request: BaseHTTPRequestHandler, body: bytes) -> str:
    target = request.headers.get("X-Amz-Target", "")
    if target:
        return target.rpartition(".")[2]
    if "x-www-form-urlencoded" in request.headers.get("Content-Type", ""):
        named = parse_qs(body.decode("utf-8", "replace")).get("Action")
        if named:
            return named[0]
    rpc = re.search(r"/operation/(\w+)$", urlsplit(request.path).path)
    return rpc[1] if rpc else f"{request.command} {request.path}"
