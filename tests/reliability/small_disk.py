"""A daemon on a disk that fills up while it commits, publishes and mails, and that has room again later.

    python -m tests.reliability.small_disk FOLDER tmpfs|limit MAIL_PORT

`tmpfs`: FOLDER is a small file system of its own, filled by another file. `limit`: nobody may mount here, so files of
this process may not grow. Prints what it saw as JSON; the test judges it.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import structlog

from daemon import cycle
from daemon.schedule import Daemon
from tests.support.prepared import Home, damage, moment


@contextmanager
def full(folder: Path, how: str) -> Iterator[None]:
    """No room inside the block."""
    if how == "limit":
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        return
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    try:
        yield
    finally:
        filler.unlink()


def main(folder: Path, how: str, port: int) -> list[dict[str, Any]]:
    """The story, moment by moment."""
    home = Home(folder / "state", sections={"mail": {"port": port}})
    home.hear(0)
    home.cycle(0)
    home.hear(1)
    daemon = Daemon(home.settings, lambda: home.settings, lambda: moment(1))
    seen: list[dict[str, Any]] = []

    def look(what: str) -> None:
        # `immutable`: without room SQLite cannot even make the file by which readers and writers agree.
        with closing(sqlite3.connect(f"file:{home.file}?immutable=1", uri=True)) as reader:
            [(snapshots, sent)] = reader.execute(
                "SELECT (SELECT count(*) FROM snapshot), (SELECT count(*) FROM delivery WHERE state = 'sent')"
            )
        with closing(sqlite3.connect(f"file:{home.published}?immutable=1", uri=True)) as reader:
            [(published,)] = reader.execute("SELECT max(number) FROM v1_snapshots")
        seen.append(
            {
                "what": what, "snapshots": snapshots, "sent": sent, "published": published,
                "health": str(daemon.health),
            }
        )  # fmt: skip

    with home.store() as database, home.parts(database, 1) as parts:
        look("at first")
        with full(folder, how):
            daemon.rounds.deliver(database, home.settings)
            look("mailing without room")
            daemon.rounds.run_cycle(parts, moment(1))
            look("committing without room")
        daemon.rounds.run_cycle(parts, moment(1))
        look("room again")
        home.published.with_name("driftline.db.json").unlink()  # the copy's age is unknown: it is due
        with full(folder, how):
            daemon.health.went("publish", cycle._publish(parts))
            look("publishing without room")
        daemon.rounds.run_cycle(parts, moment(1))
        look("room at last")
    seen[-1]["damage"] = damage(home.file)
    return seen


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
