"""Child processes that never outlive their parent, and sockets that are bound before their server starts."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded before any fork: a forked child must not import


def listen(address: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """A listening socket on a free port (or `port`); raises OSError if that is taken.

    A server inherits it, so there is no moment in which somebody else can take the port, and a client
    that comes too early waits instead of being refused.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def start(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    log: IO[bytes],
    working_directory: Path | None = None,
    inherit: Sequence[int] = (),
    user: int | None = None,
    at_parents_death: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts a program in a process group of its own, with all output in `log`.

    The kernel sends it `at_parents_death` when the calling *thread* ends, however that comes about: call
    this from a thread that lives as long as the program shall.
    """
    parent = os.getpid()

    def before_exec() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(at_parents_death), 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=working_directory,
        env=dict(environment),
        pass_fds=tuple(inherit),
        user=user,
        group=user,
        extra_groups=[] if user is not None else None,
        start_new_session=True,
        preexec_fn=before_exec,  # noqa: PLW1509 - runs two system calls; nothing that takes a lock
    )


def stop(
    process: subprocess.Popen[bytes], sign: signal.Signals = signal.SIGTERM, patience: float = 10.0
) -> None:
    """Ends a process: asks, waits, and at last kills its whole group. Safe to call twice."""
    if process.poll() is None:
        process.send_signal(sign)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
