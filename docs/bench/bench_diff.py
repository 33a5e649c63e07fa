"""How long it takes to say what differs between two snapshots; the cost should follow the churn alone.

The floor is the driver alone, on a connection of its own as ours is: by the index of what opened and ended, the
versions with their documents and the name of their resource, nothing decoded, nothing compared. The estates are
written straight into the tables.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from config.settings import compose
from daemon import comparison
from docs.bench.figures import Figure, best, seconds
from docs.bench.loaded import alter, load
from docs.bench.snapshots import START, Snapshots, snapshots

_ROUNDS = 7
_CHURN = 100  # one resource in a hundred, and, at equal churn, so many resources
_EQUAL, _MANY = 2, 3  # the snapshots that bring them
_VERSIONS = """
SELECT v.since, v.until, v.origin, d.body, r.urn, r.type, r.provider, r.account, r.region
FROM (SELECT * FROM resource_version WHERE since = :number
      UNION ALL SELECT * FROM resource_version WHERE until = :number) v
JOIN document d ON d.id = v.document_id JOIN resource r ON r.id = v.resource_id
"""


def run(size: int) -> list[Figure]:
    """`size`: resources of the larger estate; the smaller one has a tenth."""
    small, large = max(size // 10, 1), size
    few, many = max(small // _CHURN, 1), max(large // _CHURN, 1)
    with _estate(small, few, few) as one, _estate(large, few, many) as other:
        at_small, floor_small, at_large, floor_large = best(
            _compare(one, _EQUAL, few), _read(one, _EQUAL, few),
            _compare(other, _EQUAL, few), _read(other, _EQUAL, few), rounds=_ROUNDS,
        )  # fmt: skip
        at_most, floor_most, whole = best(
            _compare(other, _MANY, many), _read(other, _MANY, many), _tell(other, _MANY, many), rounds=_ROUNDS
        )
    return [
        Figure(f"driver alone, {small:,} resources, {few:,} changed", floor_small * 1e3, "ms", floor="the floor"),
        Figure(f"compare, {small:,} resources, {few:,} changed", at_small * 1e3, "ms", at_small / floor_small,
               "driver alone", f"1 % churn; {at_small / few * 1e6:,.0f} us a change"),
        Figure(f"compare, {large:,} resources, {few:,} changed", at_large * 1e3, "ms", at_large / at_small,
               "the smaller estate", f"goal: 1.5 x at most; the driver alone {floor_large / floor_small:.2f} x"),
        Figure(f"driver alone, {large:,} resources, {many:,} changed", floor_most * 1e3, "ms", floor="the floor"),
        Figure(f"compare, {large:,} resources, {many:,} changed", at_most * 1e3, "ms", at_most / floor_most,
               "driver alone", f"goal: 3 x at most; 1 % churn, {at_most / many * 1e6:,.0f} us a change"),
        Figure(f"the drift, {large:,} resources, {many:,} changed", whole * 1e3, "ms", whole / floor_most,
               "driver alone", "aim: 500 ms; field by field, judged, in lines, with gaps, findings and data paths"),
    ]  # fmt: skip


@contextmanager
def _estate(resources: int, few: int, many: int) -> Iterator[Snapshots]:
    """A store with a baseline, and two snapshots that alter so many."""
    with snapshots() as store:
        load(store.database, resources)
        alter(store.database, resources, few, _EQUAL)
        alter(store.database, resources, many, _MANY)
        yield store


def _compare(store: Snapshots, number: int, altered: int) -> Callable[[], float]:
    """From the question to judged changes, field by field."""

    def work() -> None:
        with store.database.reading() as connection:
            found = comparison.changes_between(connection, number - 1, number)
        assert len(found) == altered, f"{len(found)} changes told, {altered} made"

    return lambda: seconds(work)


def _tell(store: Snapshots, number: int, altered: int) -> Callable[[], float]:
    """From the question to a report's lines."""
    settings = compose({})

    def work() -> None:
        with store.database.reading() as connection:
            drift = comparison.compare(connection, settings, number - 1, number, START)
        assert drift.totals.altered == altered, f"{drift.totals.altered} changes told, {altered} made"

    return lambda: seconds(work)


def _read(store: Snapshots, number: int, altered: int) -> Callable[[], float]:
    """The same rows by the driver."""
    path = store.database.url.database
    assert path is not None

    def work() -> None:
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute(_VERSIONS, {"number": number}).fetchall()
        assert len(rows) == 2 * altered

    return lambda: seconds(work)
