"""How fast answers become a snapshot, against the same documents written by the driver alone."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from collectors.model import Resource
from collectors.redaction import scrub_json
from daemon.analysis import fields
from daemon.store import documents
from docs.bench.estate import answers
from docs.bench.figures import Figure, best, now_mib, peak_mib
from docs.bench.snapshots import snapshots

_CHURN = 100  # one resource in a hundred
_ROUNDS = 3
_SAMPLE = 2_000  # resources, where a rate does not depend on the size


def run(size: int) -> list[Figure]:
    """`size`: resources."""
    churn = max(size // _CHURN, 1)
    memory = _memory(size)
    first, driver = best(lambda: _first(size), lambda: _driver(size), rounds=_ROUNDS)
    with snapshots() as store:
        store.take(answers(size))
        full = store.size()
        same, digests = best(lambda: store.take(answers(size)), lambda: _digests(size), rounds=_ROUNDS)
        assert store.size() == full, "an unchanged estate made the database grow"
        churned = store.take(answers(size, altered=churn, seed=1))
        grown = store.size() - full
    changed = _bytes(size, churn)
    return [
        Figure("sqlite3 executemany of the same documents", size / driver, "resources/s", floor="the floor"),
        Figure("first snapshot, spooled and committed", size / first, "resources/s", driver / first,
               "sqlite3 executemany", f"{size:,} resources of {full // size:,} bytes in the database"),
        Figure("canonical JSON and SHA-256 alone", size / digests, "resources/s", floor="the floor"),
        Figure("unchanged estate, spooled and committed", size / same, "resources/s", digests / same,
               "JSON and SHA-256", "no version and no document is written"),
        Figure("estate with 1 % churn, spooled and committed", size / churned, "resources/s", digests / churned,
               "JSON and SHA-256"),
        Figure("database growth per snapshot at 1 % churn", grown / 2**20, "MiB", grown / changed,
               "bytes of the changed documents", f"{churn:,} changed documents"),
        Figure("memory of spooling and committing", memory, "MiB",
               note=f"above what the process had before; {size:,} resources; SQLite's page cache takes up to 64 MiB"),
        Figure("redaction and canonical order, before the spool", _shaping(min(size, _SAMPLE)), "resources/s",
               note="paid by the collecting threads, while they wait for the cloud"),
    ]  # fmt: skip


def _memory(size: int) -> float:
    """MiB that a first snapshot needs; measured before anything else in this process."""
    before = now_mib()
    _first(size)
    return max(peak_mib() - before, 0.0)


def _first(size: int) -> float:
    """Seconds of a first snapshot."""
    with snapshots() as store:
        return store.take(answers(size))


def _driver(size: int) -> float:
    """Seconds the driver takes to insert them: prepared rows, one transaction, as durable as ours."""
    rows = [
        (r.urn, documents.encode(documents.of_resource(r)).decode())
        for answer in answers(size)
        for r in answer.resources
    ]
    with TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "floor.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE resource (urn TEXT PRIMARY KEY, body TEXT NOT NULL)")
        begun = time.perf_counter()
        with connection:
            connection.executemany("INSERT INTO resource VALUES (?, ?)", rows)
        return time.perf_counter() - begun


def _digests(size: int) -> float:
    """Seconds in which canonical JSON and digest of each are made, and dropped."""
    took = 0.0
    for answer in answers(size):
        made = [documents.of_resource(resource) for resource in answer.resources]
        begun = time.perf_counter()
        for document in made:
            documents.digest(documents.encode(document))
        took += time.perf_counter() - begun
    return took


def _shaping(size: int) -> float:
    """Resources a second that are redacted and put in canonical order, as a cycle does."""
    made = [documents.of_resource(r) for answer in answers(size) for r in answer.resources]
    begun = time.perf_counter()
    for document in made:
        scrubbed = scrub_json(document)
        assert isinstance(scrubbed, dict)
        fields.canonical(scrubbed)
    return size / (time.perf_counter() - begun)


def _bytes(size: int, churn: int) -> int:
    """Bytes of the documents that are different in the estate with churn."""
    before: dict[str, Resource] = {r.urn: r for answer in answers(size) for r in answer.resources}
    after = (r for answer in answers(size, altered=churn, seed=1) for r in answer.resources)
    return sum(len(documents.encode(documents.of_resource(r))) for r in after if r != before[r.urn])
