"""The record of prunings: what is pruned, what kept snapshots show to have changed since, and the chain of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from daemon.store import chain
from daemon.store.columns import PRUNING, SNAPSHOT
from daemon.store.keeping import proofs


def record_digest(rows: Iterable[Any]) -> str:
    """Digest of what is pruned, and of what kept snapshots show to have changed since. `rows`: of snapshots."""
    told = [
        [row.number, row.pruned_at, row.changes_now]
        for row in rows
        if row.pruned_at is not None or row.changes_now is not None
    ]
    return chain.digest(told)


def record(connection: Connection, touched: Sequence[int], pruned: int, now: str, key: bytes) -> None:
    """Writes down what the kept snapshots show to have changed now, and a header that the next snapshot names."""
    for number, ledger in proofs.ledgers(connection, touched).items():
        changed = update(SNAPSHOT).where(SNAPSHOT.c.number == number)
        connection.execute(changed.values(changes_now=ledger.changes))
    newest = connection.execute(select(func.max(SNAPSHOT.c.number))).scalar_one()
    last = connection.execute(select(PRUNING).order_by(PRUNING.c.number.desc()).limit(1)).first()
    rows = connection.execute(select(SNAPSHOT).order_by(SNAPSHOT.c.number))
    row = {
        "number": last.number + 1 if last else 1,
        "pruned_at": now,
        "newest": newest,
        "pruned": pruned,
        "digest": record_digest(rows),
        "parent": last.header if last else "",
    }
    header = chain.pruning_header(str(row["parent"]), row)
    connection.execute(insert(PRUNING).values(**row, header=header, signature=chain.signature(key, header)))
