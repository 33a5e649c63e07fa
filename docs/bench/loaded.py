"""Writes estates straight into the store's tables: a million resources to compare, in seconds instead of minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Table, update
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from daemon.analysis.canonical import canonical
from daemon.store import documents
from daemon.store.bulk import insert_rows
from daemon.store.columns import COVERAGE, DOCUMENT, EXTENT, RESOURCE, RESOURCE_VERSION, SNAPSHOT
from daemon.store.database import Database
from daemon.store.times import stamp
from docs.bench.estate import EXTENT as IN_EXTENT
from docs.bench.estate import REGIONS, TYPES, answers
from docs.bench.snapshots import START

_CHUNK = 20_000
_UNALTERED, _ALTERED = b'"Size":0', b'"Size":%d'
_VERSION = (
    "id", "resource_id", "extent_id", "since", "until", "absent", "digest", "document_id", "fingerprint",
    "origin", "name", "public",
)  # fmt: skip
_SNAPSHOT = (
    "number", "started_at", "committed_at", "state", "parent", "header", "state_root", "coverage_digest", "extents",
    "listed", "position", "rules", "late",
)  # fmt: skip


def load(database: Database, resources: int) -> None:
    """A baseline of so many resources as snapshot 1, in an empty store."""
    bodies = _patterns()
    extents = [(each + 1, *_place(each)) for each in range(-(-resources // IN_EXTENT))]
    with database.writing() as connection:
        _insert(connection, EXTENT, ("id", "type", "provider", "account", "region"), extents)
        _insert(
            connection,
            COVERAGE,
            ("id", "extent_id", "since", "state", "detail", "details_failed"),
            [(id, id, 1, "listed", "", 0) for id, *_ in extents],
        )
        for begin in range(0, resources, _CHUNK):
            numbers = range(begin, min(begin + _CHUNK, resources))
            rows = [(n + 1, _urn(n), *_row(n)) for n in numbers]
            _insert(
                connection, RESOURCE, ("id", "urn", "type", "role", "provider", "account", "region"), rows
            )
            _open(connection, {n: _named(bodies, n) for n in numbers}, 1, "baseline", first=begin + 1)
        _seal(connection, 1, len(extents))


def alter(database: Database, resources: int, altered: int, number: int) -> None:
    """Snapshot `number`: so many of the estate's resources, evenly spread, are another than ever before."""
    bodies = _patterns()
    changed = [each * (resources // altered) for each in range(altered)]
    table = RESOURCE_VERSION.c
    with database.writing() as connection:
        for begin in range(0, altered, 500):
            ids = [each + 1 for each in changed[begin : begin + 500]]
            open_rows = table.resource_id.in_(ids), table.until.is_(None)
            connection.execute(update(RESOURCE_VERSION).where(*open_rows).values(until=number))
        now = {n: _named(bodies, n).replace(_UNALTERED, _ALTERED % number) for n in changed}
        _open(connection, now, number, "altered", first=resources * number)
        _seal(connection, number, -(-resources // IN_EXTENT))


def _patterns() -> Sequence[bytes]:
    """Documents of different resources; all others are copies of them with another name."""
    (some,) = answers(IN_EXTENT)
    return [documents.encode(canonical(documents.of_resource(each))) for each in some.resources]


def _named(bodies: Sequence[bytes], number: int) -> bytes:
    place = number % len(bodies)
    return bodies[place].replace(b"shop-%07d" % place, b"shop-%07d" % number)


def _place(extent: int) -> tuple[str, str, str, str]:
    number, kind = divmod(extent, len(TYPES))
    account, region = divmod(number, len(REGIONS))
    return TYPES[kind], "aws", f"{111122223333 + account}", REGIONS[region]


def _row(number: int) -> tuple[str, str, str, str, str]:
    type, *scope = _place(number // IN_EXTENT)
    provider, account, region = scope
    return type, "workload", provider, account, region


def _urn(number: int) -> str:
    type, _, account, region = _place(number // IN_EXTENT)
    return f"arn:{type.replace('.', ':')}:{region}:{account}:shop-{number:07}"


def _open(
    connection: Connection, bodies: Mapping[int, bytes], since: int, origin: str, *, first: int
) -> None:
    """A version of each resource, and its document."""
    digests = {number: documents.digest(body) for number, body in bodies.items()}
    stored = [(id, documents.prefix(digests[n]), bodies[n].decode()) for id, n in enumerate(bodies, first)]
    _insert(connection, DOCUMENT, ("id", "prefix", "body"), stored)
    versions = [
        (
            id,
            n + 1,
            n // IN_EXTENT + 1,
            since,
            None,
            0,
            digests[n],
            id,
            "rules 1",
            origin,
            f"shop-{n:07}",
            False,
        )
        for id, n in enumerate(bodies, first)
    ]
    _insert(connection, RESOURCE_VERSION, _VERSION, versions)


def _seal(connection: Connection, number: int, extents: int) -> None:
    """The snapshot's row; nothing is chained, since nothing here verifies it."""
    when = stamp(START + timedelta(hours=number))
    row = (number, when, when, "complete", "", "", "", "", extents, extents, 0, "", False)
    _insert(connection, SNAPSHOT, _SNAPSHOT, [row])


def _insert(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Rows of these columns; all others have the value that the table gives them."""
    others = [
        (column.name, column.default.arg)
        for column in table.columns
        if column.name not in columns and isinstance(column.default, ScalarElementColumnDefault)
    ]
    rest = tuple(value for _, value in others)
    names = (*columns, *(name for name, _ in others))
    insert_rows(connection, table, names, [(*row, *rest) for row in rows])
