"""A cloud of moto's in a process of its own: inside one process all of moto's servers share their resources."""

from __future__ import annotations

import subprocess
import sys
import time
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

from tests.support.mail_server import free_port

_PATIENCE = 60.0  # seconds; up takes two on an idle machine


class Moto:
    """A running server without resources. `url`: on a free port of loopback."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + _PATIENCE
        while not self._up():
            assert self._process.poll() is None, "moto's server ended at once"
            assert time.monotonic() < until, f"moto's server does not answer at {self.url}"
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends it; safe to call twice."""
        self._process.kill()
        self._process.wait()

    def _up(self) -> bool:
        try:
            with urlopen(f"{self.url}/moto-api/data.json", timeout=5):
                return True
        except (URLError, ConnectionError, TimeoutError):
            return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
