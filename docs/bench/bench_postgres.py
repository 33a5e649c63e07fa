"""How fast a first snapshot is committed to PostgreSQL, against a COPY of the same documents by the driver alone.

The server runs on this machine, without waiting for the disk, for both alike. The floor copies what we key by: a
document, its digest and the urn, into one table, in one transaction.
"""

from __future__ import annotations

import time

from daemon.store import documents
from demo.postgres import Server, free_port
from docs.bench.estate import answers
from docs.bench.figures import Figure, best
from docs.bench.snapshots import snapshots

_ROUNDS = 3
_ADDRESS = "127.0.0.1"
_TABLE = "CREATE TABLE resource (urn text PRIMARY KEY, digest bytea NOT NULL UNIQUE, body text NOT NULL)"


def run(size: int) -> list[Figure]:
    """`size`: resources."""
    with Server(free_port(_ADDRESS), [], _ADDRESS) as server:
        with server.connect("postgres") as connection:
            connection.execute("CREATE DATABASE floor")
        first, copied = best(lambda: _first(server, size), lambda: _copied(server, size), rounds=_ROUNDS)
        with snapshots(_empty(server)) as store:
            store.take(answers(size))
            same = min(sum(store.take(answers(size))) for _ in range(_ROUNDS))
            churned = sum(store.take(answers(size, altered=max(size // 100, 1), seed=1)))
    return [
        Figure("COPY of the same documents", size / copied, "resources/s", floor="the floor"),
        Figure(
            "first snapshot, committed", size / first, "resources/s", copied / first, "COPY", "goal: 0.6 x"
        ),
        Figure("unchanged estate, spooled and committed", size / same, "resources/s"),
        Figure("estate with 1 % churn, spooled and committed", size / churned, "resources/s"),
    ]


def _first(server: Server, size: int) -> float:
    """Seconds to commit a first snapshot that is spooled."""
    with snapshots(_empty(server)) as store:
        return store.take(answers(size)).committing


def _copied(server: Server, size: int) -> float:
    """Seconds of a COPY of prepared rows, connection and commit included."""
    rows = []
    for answer in answers(size):
        for resource in answer.resources:
            body = documents.encode(documents.of_resource(resource))
            rows.append((resource.urn, documents.digest(body), body.decode()))
    with server.connect("floor") as connection:
        connection.execute("DROP TABLE IF EXISTS resource")
        connection.execute(_TABLE)
    begun = time.perf_counter()
    with (
        server.connect("floor") as connection,
        connection.transaction(),
        connection.cursor() as cursor,
        cursor.copy("COPY resource (urn, digest, body) FROM STDIN") as copying,
    ):
        for row in rows:
            copying.write_row(row)
    return time.perf_counter() - begun


def _empty(server: Server) -> str:
    """The URL of a new database, instead of the one before."""
    with server.connect("postgres") as connection:
        connection.execute("DROP DATABASE IF EXISTS store WITH (FORCE)")
        connection.execute("CREATE DATABASE store")
    return f"postgresql+psycopg://shop@{_ADDRESS}:{server.port}/store"
