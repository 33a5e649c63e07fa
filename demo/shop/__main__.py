"""Runs one service on a socket that it inherits: `python -m demo.shop NAME FILE_DESCRIPTOR`."""

from __future__ import annotations

import importlib
import logging
import signal
import sys
import threading

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from demo.shop import telemetry
from demo.shop.surroundings import Surroundings

FLUSH_PATIENCE = 5_000  # milliseconds


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""


def main(name: str, descriptor: int) -> None:
    """Serves until SIGTERM, then sends what is left of the spans."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    app = Flask(name)
    provider = telemetry.start(app)
    importlib.import_module(f"demo.shop.{name}").routes(app, Surroundings.read())

    @app.get("/-/health")
    def health() -> str:
        return name

    @app.post("/-/flush")
    def flush() -> tuple[str, int]:
        """Every span that has ended has been sent when this answers 200."""
        return ("sent", 200) if provider.force_flush(FLUSH_PATIENCE) else ("not sent", 503)

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet, fd=descriptor)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(0.05)
    server.server_close()
    provider.shutdown()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
