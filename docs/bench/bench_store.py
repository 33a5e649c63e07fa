"""How fast answers become a snapshot, against the same documents written by the driver alone.

The floors write what we key by, a document, its digest and the urn, into one table, in one transaction, with our page
size, cache and durability. A commit is measured from what is spooled to the closed database.
"""

from __future__ import annotations

import multiprocessing
import sqlite3
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from collectors.model import Extent, Listing, Resource, Scope
from collectors.redaction import scrub_json
from daemon.analysis.canonical import canonical
from daemon.store import documents
from daemon.store.database import CACHE_KIB, PAGE
from docs.bench.estate import answers
from docs.bench.figures import Figure, best, now_mib, peak_mib, peak_starts_now
from docs.bench.snapshots import snapshots

_CHURN = 100  # one resource in a hundred
_ROUNDS = 3
_SNAPSHOTS = 6  # with churn: what one makes the database grow by is a matter of whole pages
_SAMPLE = 2_000  # resources, where a rate does not depend on the size
_MORE = 4  # times as many resources, and the same memory


def run(size: int) -> list[Figure]:
    """`size`: resources; a hundredth of them is altered, and the figures of coverage have as many extents."""
    churn = max(size // _CHURN, 1)
    small, large = _alone(size), _alone(size * _MORE)
    first, driver = best(lambda: _first(size), lambda: _driver(size), rounds=_ROUNDS)
    with snapshots() as store:
        store.take(answers(size))
        full = store.size()
        same, digests = best(lambda: sum(store.take(answers(size))), lambda: _digests(size), rounds=_ROUNDS)
        assert store.size() == full, "an unchanged estate made the database grow"
        churned, sizes = [], [full]
        for seed in range(1, _SNAPSHOTS + 1):
            churned.append(sum(store.take(answers(size, altered=churn, seed=seed))))
            sizes.append(store.size())
    # The first time the pages of a bulk load, full to the brim, make room for versions that grow as they end.
    grown, *later = (after - before for before, after in pairwise(sizes))
    usual = statistics.mean(later)
    changed = _bytes(size, churn)
    return [
        Figure("sqlite3 executemany of the same documents", size / driver, "resources/s", floor="the floor"),
        Figure("first snapshot, committed", size / first, "resources/s", driver / first,
               "sqlite3 executemany", f"goal: 0.8 x; {size:,} resources of {full // size:,} bytes in the database"),
        Figure("canonical JSON and SHA-256 alone", size / digests, "resources/s", floor="the floor"),
        Figure("unchanged estate, spooled and committed", size / same, "resources/s", digests / same,
               "JSON and SHA-256", "goal: 0.5 x; no version and no document is written"),
        Figure("estate with 1 % churn, spooled and committed", size / min(churned), "resources/s",
               digests / min(churned),
               "JSON and SHA-256", "each extent has some of it"),
        Figure("database growth at 1 % churn, the first time", grown / 2**20, "MiB", grown / changed,
               "bytes of the changed documents", "pages that a bulk load filled make room once"),
        Figure("database growth at 1 % churn, from then on", usual / 2**20, "MiB", usual / changed,
               "bytes of the changed documents",
               f"goal: 1.15 x; {churn:,} changed documents, mean of {_SNAPSHOTS - 1} snapshots"),
        Figure("memory of a commit", small, "MiB",
               note=f"{size:,} new resources; SQLite's page cache takes up to {CACHE_KIB // 1024} MiB of it"),
        Figure("memory of a commit, a larger estate", large, "MiB", large / max(small, 1e-9), "the smaller estate",
               f"{size * _MORE:,} new resources; 1 would be flat"),
        *_coverage(size),
        Figure("redaction and canonical order, before the spool", _shaping(min(size, _SAMPLE)), "resources/s",
               note="paid by the collecting threads, while they wait for the cloud"),
    ]  # fmt: skip


def _alone(size: int) -> float:
    """The memory of a commit, in a fresh process: another's free memory would hide what this one needs."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as executor:
        return executor.submit(_memory, size).result()


def _memory(size: int) -> float:
    """MiB that the commit of a first snapshot needs above what the process has before it."""
    before = 0.0

    def note() -> None:
        nonlocal before
        peak_starts_now()
        before = now_mib()

    with snapshots() as store:
        store.take(answers(size), between=note)
    return max(peak_mib() - before, 0.0)


def _first(size: int) -> float:
    """Seconds to commit a first snapshot that is spooled."""
    with snapshots() as store:
        return store.take(answers(size)).committing


def _driver(size: int) -> float:
    """Seconds the driver takes to insert them: prepared rows, one transaction, as durable as ours."""
    rows = []
    for answer in answers(size):
        for resource in answer.resources:
            body = documents.encode(documents.of_resource(resource))
            rows.append((resource.urn, documents.digest(body), body.decode()))
    with TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "floor.db", isolation_level=None)
        with closing(connection):
            for pragma in (
                f"page_size={PAGE}",
                "journal_mode=WAL",
                "synchronous=FULL",
                f"cache_size=-{CACHE_KIB}",
            ):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute(
                "CREATE TABLE resource (urn TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, body TEXT NOT NULL)"
            )
            begun = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO resource VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
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


def _coverage(extents: int) -> list[Figure]:
    """What the extents cost by themselves: none of them has a resource, and nothing changes."""
    regions = 20
    empty = [
        Listing(
            Extent("aws.sqs.queue", Scope("aws", f"{number // regions:012}", f"region-{number % regions}")),
            (),
        )
        for number in range(extents)
    ]
    with snapshots() as store:
        first = store.take(empty).committing
        full = store.size()
        again = store.take(empty).committing
        with store.database.reading() as connection:
            rows = int(connection.exec_driver_sql("SELECT count(*) FROM coverage").scalar_one())
        grown = store.size() - full
    return [
        Figure(f"coverage of {extents:,} extents, the first time", first, "s", note=f"{rows:,} rows of coverage"),
        Figure(f"coverage of {extents:,} extents, nothing changed", again, "s", again / first, "the first time",
               f"{rows - extents:,} rows of coverage, {max(grown, 0):,} bytes; each extent's last listing is noted"),
    ]  # fmt: skip


def _shaping(size: int) -> float:
    """Resources a second that are redacted and put in canonical order, as a cycle does."""
    made = [documents.of_resource(r) for answer in answers(size) for r in answer.resources]
    begun = time.perf_counter()
    for document in made:
        scrubbed = scrub_json(document)
        assert isinstance(scrubbed, dict)
        canonical(scrubbed)
    return size / (time.perf_counter() - begun)


def _bytes(size: int, churn: int) -> int:
    """Bytes of the documents that are different in the estate with churn."""
    before: dict[str, Resource] = {r.urn: r for answer in answers(size) for r in answer.resources}
    after = (r for answer in answers(size, altered=churn, seed=1) for r in answer.resources)
    return sum(len(documents.encode(documents.of_resource(r))) for r in after if r != before[r.urn])
