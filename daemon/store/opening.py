"""Writes versions that begin at this snapshot, and the rows and documents that they name."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import update

from daemon.store.bulk import insert_rows, rows_by_key
from daemon.store.kinds import RESOURCES, Kind, Row, Versioned, identity, parts
from daemon.store.spooled import Block
from daemon.store.writing import Writing
from daemon.values.drift import Origin

_VERSION = (
    "id",
    "extent_id",
    "since",
    "until",
    "absent",
    "digest",
    "document_id",
    "fingerprint",
    "origin",
    "ended",
)


def load(
    writing: Writing, kind: Kind, extent_id: int, block: Block, appeared: Origin, fingerprint: str
) -> bool:
    """Writes a block of an extent's first listing, column by column: there is nothing to compare it with.

    False, and nothing is done, if some of it was ever shown by another extent, or is a flow.
    """
    digests, columns = block.digests, dict(zip(kind.spooled, block.columns, strict=True))
    if any(columns.get("seen", ())):
        return False
    keys = list(zip(*(columns[name] for name in kind.key), strict=True))
    if any(rows_by_key(writing.connection, kind.rows, kind.key, ("id",), writing.met(kind.rows, keys))):
        return False
    size = len(digests)
    first = writing.reserve(kind.rows, size)
    ids = range(first, first + size)
    columns |= {"id": ids, "observed": [False] * size, "times": [0] * size}
    identities = list(zip(*(columns[name] for name in kind.columns), strict=True))
    insert_rows(writing.connection, kind.rows, kind.columns, identities)
    shown = [columns[name] for name in kind.shown]
    bodies = list(zip(digests, block.bodies(), strict=True))
    _insert_versions(writing, kind, extent_id, ids, bodies, shown, [appeared.value] * size, fingerprint)
    told = (
        *(columns[name] for name in kind.key),
        digests,
        *(columns[name] for name in (*kind.shown, *kind.fixed)),
    )
    added = kind.elements(writing.named(extent_id), zip(*told, strict=True))
    writing.ledger.opened(added, appeared.value, fingerprint)
    _now_known(writing, appeared, keys if len(kind.key) > 1 else columns["urn"])
    return True


def open_versions(
    writing: Writing, kind: Kind, extent_id: int, opening: list[tuple[Versioned, Origin]], fingerprint: str
) -> None:
    if not opening:
        return
    rows = [row for row, _ in opening]
    ids, fixed = _ids(writing, kind, rows)
    bodies = [(row.digest, row.body) for row in rows]
    shown = [[getattr(row, name) for row in rows] for name in kind.shown]
    _insert_versions(
        writing, kind, extent_id, ids, bodies, shown, [how.value for _, how in opening], fingerprint
    )
    for origin in {origin for _, origin in opening}:
        alike = [at for at, (_, how) in enumerate(opening) if how is origin]
        told = (
            (*parts(rows[at].key), rows[at].digest, *(each[at] for each in shown), *fixed[at]) for at in alike
        )
        writing.ledger.opened(kind.elements(writing.named(extent_id), told), origin.value, fingerprint)
        _now_known(writing, origin, [rows[at].key for at in alike])


def _insert_versions(
    writing: Writing,
    kind: Kind,
    extent_id: int,
    ids: Sequence[int],
    bodies: Sequence[tuple[bytes, bytes]],
    shown: Sequence[Sequence[Any]],
    origins: Sequence[str],
    fingerprint: str,
) -> None:
    """Versions that begin now, of rows with these ids and documents. `shown`: by column, what is their own."""
    numbers = writing.add_documents(bodies)
    first = writing.reserve(kind.versions, len(ids))
    digests = [digest for digest, _ in bodies]
    versions = zip(
        range(first, first + len(ids)), repeat(extent_id), repeat(writing.number), repeat(None), repeat(0),
        digests, [numbers[digest] for digest in digests], repeat(fingerprint), origins, repeat(""), ids, *shown,
    )  # fmt: skip
    insert_rows(writing.connection, kind.versions, (*_VERSION, kind.reference, *kind.shown), list(versions))
    writing.tally.opened += len(ids)


def _now_known(writing: Writing, origin: Origin, keys: Sequence[Any]) -> None:
    # Of a first snapshot all is known, so nothing is kept: it would be the whole estate.
    if origin in (Origin.BASELINE, Origin.RESTATED) and writing.number > 1:
        writing.tally.known.update(keys)


def _ids(writing: Writing, kind: Kind, rows: Sequence[Versioned]) -> tuple[list[int], list[Row]]:
    """Ids and fixed columns of the rows, with those never seen before inserted and those that moved updated."""
    table = kind.rows
    width = len(kind.key)
    fixed = [kind.columns.index(column) for column in kind.fixed]
    keys = [row.key for row in rows]
    wanted: list[tuple[str, ...]] = [key if isinstance(key, tuple) else (key,) for key in keys]
    found = {
        (each[1] if width == 1 else tuple(each[1 : 1 + width])): tuple(each)
        for each in rows_by_key(writing.connection, table, kind.key, kind.columns, writing.met(table, wanted))
    }
    first = writing.reserve(table, len(rows) - len(found))
    numbers = iter(range(first, first + len(rows) - len(found)))
    identities: list[Row] = []
    fresh: list[Row] = []
    for row, key in zip(rows, keys, strict=True):
        known = found.get(key)
        shape = identity(row, next(numbers) if known is None else known[0])
        if known is None:
            fresh.append(shape)
        elif kind is RESOURCES and shape != known:
            # where it lives now; its history is in its documents
            values = dict(zip(kind.columns, shape, strict=True))
            writing.connection.execute(update(table).where(table.c.id == known[0]).values(values))
        identities.append(shape if known is None else known)
    insert_rows(writing.connection, table, kind.columns, fresh)
    return [each[0] for each in identities], [tuple(each[at] for at in fixed) for each in identities]
