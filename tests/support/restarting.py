"""Stops a PostgreSQL server of the tests as `pg_ctl restart` does, and starts it again on the same port and data."""

from __future__ import annotations

import os
import signal

from demo import processes
from demo.postgres import Server


def restart(server: Server) -> None:
    """Ends every session at once; returns when the server takes connections again."""
    stop(server)
    start(server)


def stop(server: Server) -> None:
    """Fast: sessions are ended, their transactions rolled back."""
    assert server._process is not None
    processes.stop(server._process, signal.SIGINT)


def start(server: Server) -> None:
    """With the command it was started by."""
    assert server._process is not None
    command = server._process.args
    assert isinstance(command, list)
    with (server._directory / "log").open("ab") as log:
        server._process = processes.start(
            [str(part) for part in command],
            environment={"PATH": os.defpath, "TZ": "UTC", "LC_ALL": "C"},
            log=log,
            working_directory=server._directory / "data",
            user=server._user,
            at_parents_death=signal.SIGQUIT,
        )
    server._wait()
