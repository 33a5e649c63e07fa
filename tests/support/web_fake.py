"""A small HTTP server on a loopback port: a test gives its answers as functions, and sees what was asked."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Asked], Any]
"""What to answer: a status, a status with JSON, bytes, or anything that is JSON."""


@dataclass
class WebFake:
    """`answers`: by path; one that ends with a star answers for all below it. `failing`: statuses to answer first."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    failing: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def answer(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(asked)
        if self.failing:
            status, headers = self.failing.pop(0)
            return status, headers, b""
        for path, answer in self.answers.items():
            if asked.path == path or (path.endswith("*") and asked.path.startswith(path[:-1])):
                found = answer(asked)
                if isinstance(found, int):
                    return found, {}, b""
                if isinstance(found, tuple):
                    return found[0], {}, json.dumps(found[1]).encode()
                content = found if isinstance(found, bytes) else json.dumps(found).encode()
                if "gzip" in asked.headers.get("accept-encoding", ""):
                    return 200, {"Content-Encoding": "gzip"}, gzip.compress(content)
                return 200, {}, content
        return 404, {}, b""


@contextmanager
def web_fake(**answers: Answer) -> Iterator[WebFake]:
    """A server until the block ends."""
    fake = WebFake(answers=dict(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, extra, content = fake.answer(
                Asked(parts.path, dict(parse_qsl(parts.query)), headers, body)
            )
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - http.server's own name

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
