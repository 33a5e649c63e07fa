"""A company outside: a listener on loopback that answers for a host name which is not ours.

It is reached as a proxy over plain http, so that a client asks for `http://api.mailer.example/...` and
reports that name, although there is no DNS.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

HOST = "api.mailer.example"
LARGEST_BODY = 1 << 20


class Mailer:
    """Accepts every message for `HOST`; `received` counts them. Nothing of them is kept."""

    def __init__(self) -> None:
        self.received = 0
        owner = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                address = urlsplit(self.path)
                self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY))
                known = address.hostname == HOST
                if known:
                    owner.received += 1
                body = b'{"accepted": true}' if known else b'{"error": "unknown host"}'
                self.send_response(202 if known else 502)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.proxy = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True, name="mailer"
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stops listening. Safe to call twice."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
