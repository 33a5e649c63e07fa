"""A process whose children die: each does one act in one folder, and strace kills it at a chosen system call.

Orders come as JSON lines on standard input, answers leave as JSON lines on standard output. All modules are loaded
once, here; a child is forked, waits until strace has hold of it, acts, and says how it ended without a call that is
counted.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from collectors.contract import Fact
from daemon.store.database import open_database
from daemon.store.errors import StoreError
from daemon.store.journal import Journal
from daemon.store.keeping.prune import prune
from daemon.store.publish import publish
from daemon.store.schema import migrate
from tests.support.prepared import Home, moment

_PR_SET_PTRACER, _ANY = 0x59616D61, ctypes.c_ulong(-1)
_LIBC = ctypes.CDLL(None, use_errno=True)
FACT = Fact("prod", "service://prod//shop", "has", "operation://prod//shop/GET /", "", 10.0, 20.0, 1)
BATCHES, BATCH = 6, 5


def commit(folder: Path) -> None:
    """The cycle of the second day: merge, bindings, paths, outbox, seal."""
    Home(folder).cycle(1, publish=False)


def publish_(folder: Path) -> None:
    """The copy of the newest snapshot."""
    home = Home(folder)
    with closing(open_database(home.settings.database_url)) as database:
        publish(database, home.published, moment(1) + timedelta(minutes=5))


def migrate_(folder: Path) -> None:
    """A database of the release before."""
    with closing(open_database(Home(folder).settings.database_url)) as database:
        migrate(database)


def prune_(folder: Path) -> None:
    """The snapshots in the middle."""
    with (
        closing(open_database(Home(folder).settings.database_url)) as database,
        database.writing() as connection,
    ):
        prune(connection, (2, 3), moment(4))


def journal(folder: Path) -> None:
    """Facts in rounds; what was acknowledged is written down by the one who sent them: here, a file's length."""
    acknowledged = os.open(folder / "acknowledged", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    with closing(Journal(folder / "facts.db", flush_every=60)) as facts:
        for batch in range(BATCHES):
            facts.record([replace(FACT, target=f"{FACT.target}{batch}-{n}") for n in range(BATCH)], 10.0)
            os.posix_fallocate(acknowledged, 0, batch + 1)  # a call that is not counted


ACTS: dict[str, Callable[[Path], None]] = {
    "commit": commit,
    "publish": publish_,
    "prune": prune_,
    "begin": migrate_,
    "migrate": migrate_,
    "journal": journal,
}


def _act(name: str, folder: Path, starting: int, ending: socket.socket) -> None:
    """In the child: never returns."""
    _LIBC.prctl(_PR_SET_PTRACER, _ANY, 0, 0, 0)  # Yama lets a sibling trace it
    os.read(starting, 1)
    code, said = 0, ""
    try:
        ACTS[name](folder)
    except (StoreError, OSError) as error:
        code, said = 3, f"{type(error).__name__}: {error}"
    except BaseException:  # noqa: BLE001 - told to the parent, which fails for it
        code, said = 4, traceback.format_exc()
    ending.send(said.encode()[:60_000] or b"-")  # sendto: not counted
    os._exit(code)


def _run(order: dict[str, Any]) -> dict[str, Any]:
    """One act in a child of its own; `options`: for strace, "" for none."""
    starting, go = os.pipe()
    here, there = socket.socketpair()
    child = os.fork()
    if child == 0:
        os.close(go)
        here.close()
        _act(order["act"], Path(order["folder"]), starting, there)
    os.close(starting)
    there.close()
    tracer = subprocess.Popen(
        ["strace", "-f", "-p", str(child), "-o", order["log"], *order["options"]],
        stderr=subprocess.PIPE, text=True,
    ) if order["options"] else None  # fmt: skip
    heard = ""
    if tracer:
        assert tracer.stderr is not None
        while "attached" not in heard:
            line = tracer.stderr.readline()
            heard += line
            if not line:
                os.close(go)
                os.kill(child, 9)
                os.waitpid(child, 0)
                here.close()
                return {"status": None, "said": f"strace: {heard}"}
    os.close(go)
    _, status = os.waitpid(child, 0)
    if tracer:
        tracer.communicate()
    said = here.recv(100_000).decode() if os.WIFEXITED(status) else ""
    here.close()
    return {"status": os.waitstatus_to_exitcode(status), "said": said.removeprefix("-")}


def main() -> None:
    """Until standard input ends."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # a log line would be a counted write
    Home(Path("/nonexistent")).settings  # noqa: B018 - loads what settings load
    warm = Path(sys.argv[1])
    Home(warm).hear(0)  # everything that is loaded late is loaded here
    Home(warm).cycle(0)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_run(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
