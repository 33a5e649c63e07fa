"""Takes snapshots of made-up answers as a cycle does, and says how long the store took over them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from collectors.model import Extent, Listing
from daemon.store.database import Database, open_database
from daemon.store.draft import drafting
from daemon.store.schema import migrate
from daemon.store.spool import Spool

START = datetime(2026, 1, 1, tzinfo=UTC)


class Took(NamedTuple):
    """Seconds of a snapshot: to spool the answers as they come, and to commit what is spooled."""

    spooling: float
    committing: float


@dataclass(slots=True)
class Snapshots:
    """A database of its own, and the number of the newest snapshot."""

    database: Database
    folder: Path
    number: int = 0

    def take(self, answers: Iterable[Listing], between: Callable[[], object] = lambda: None) -> Took:
        """One snapshot; how long it took, without the making of the answers. `between`: called before the commit."""
        spool = Spool(self.folder / "spool", lambda document: document)
        asked: set[Extent] = set()
        spooling = 0.0
        try:
            for answer in answers:
                asked.add(answer.extent)
                begun = time.perf_counter()
                spool.add(answer)
                spooling += time.perf_counter() - begun
            between()
            begun = time.perf_counter()
            when = START + timedelta(hours=self.number)
            with drafting(self.database, started_at=when, committed_at=when, rules="1") as draft:
                draft.merge(spool, warm_up=timedelta(0), asked={"aws": frozenset(asked)})
            committing = time.perf_counter() - begun
        finally:
            spool.close()
        self.number = draft.number
        return Took(spooling, committing)

    def size(self) -> int:
        """Bytes of the database that hold something."""
        with self.database.reading() as connection:
            pages, free, each = (
                int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
                for name in ("page_count", "freelist_count", "page_size")
            )
        return (pages - free) * each


@contextmanager
def snapshots(url: str = "") -> Iterator[Snapshots]:
    """An empty store in a folder that is gone afterwards. `url`: of an empty database, if it is not to be SQLite."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        database = open_database(url or f"sqlite:///{folder}/driftline.db")
        try:
            migrate(database)
            yield Snapshots(database, folder)
        finally:
            database.close()
