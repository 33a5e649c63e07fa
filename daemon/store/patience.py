"""Does work on the database again when its server went away in the middle: bounded, with growing pauses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Event
from typing import TypeVar

import structlog
from sqlalchemy import select

from daemon.store.columns import SNAPSHOT
from daemon.store.database import Database
from daemon.store.errors import ConnectionLost
from daemon.store.times import stamp

log = structlog.get_logger()
T = TypeVar("T")

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds before each further try: two minutes in sum, longer than a restart or a failover takes."""


def patiently(work: Callable[[], T], pauses: Sequence[float], stopping: Event | None = None) -> T:
    """What `work` returns. It must be safe to call again after ConnectionLost, which is raised in the end.

    `stopping`: once set, nothing is tried again.
    """
    stopping = stopping or Event()
    for pause in pauses:
        try:
            return work()
        except ConnectionLost as error:
            log.warning("database_lost", reason=str(error), tried_again_in=pause)
            if stopping.wait(pause):
                raise
    return work()


def stands(
    database: Database, number: int, parent: str, started_at: datetime, committed_at: datetime
) -> bool:
    """Whether this very snapshot is there: its commit may have succeeded though the answer was lost."""
    table = SNAPSHOT.c
    query = select(table.number).where(
        table.number == number,
        table.parent == parent,
        table.started_at == stamp(started_at),
        table.committed_at == stamp(committed_at),
    )
    with database.reading() as connection:
        return connection.execute(query).first() is not None
