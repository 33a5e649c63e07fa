"""What all who write one snapshot share: its number, fresh ids, documents stored once, the ledger of its changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, Table, func, select

from daemon.store import documents, elements
from daemon.store.bulk import insert_rows, rows_by_key
from daemon.store.chain import Ledger
from daemon.store.columns import DOCUMENT, EXTENT
from daemon.store.sieve import Key, Sieve


@dataclass(slots=True)
class Tally:
    """What a merge did, over all extents."""

    opened: int = 0
    closed: int = 0
    known: set[str | tuple[str, ...]] = field(default_factory=set)
    """Keys whose new content says what we know now, not what changed: first listings, other rules, retirement."""


@dataclass(slots=True)
class Writing:
    """One snapshot as it is written."""

    connection: Connection
    number: int
    ledger: Ledger = field(default_factory=Ledger)
    tally: Tally = field(default_factory=Tally)
    _next: dict[str, int] = field(default_factory=dict)
    _empty: set[str] = field(default_factory=set)
    _sieves: dict[str, Sieve] = field(default_factory=dict)
    _extents: dict[int, elements.Named] = field(default_factory=dict)

    def name(self, extent_id: int, named: elements.Named) -> None:
        """Type, provider, account and region of an extent, from whoever reads them anyhow."""
        self._extents[extent_id] = named

    def named(self, extent_id: int) -> elements.Named:
        """Type, provider, account and region of an extent."""
        if extent_id not in self._extents:
            row = self.connection.execute(select(EXTENT).where(EXTENT.c.id == extent_id)).one()
            self._extents[extent_id] = (row.type, row.provider, row.account, row.region)
        return self._extents[extent_id]

    def add_documents(self, bodies: Iterable[tuple[bytes, bytes]]) -> dict[bytes, int]:
        """Stores documents that are not stored yet; the numbers of all, by digest."""
        by_digest = dict(bodies)
        numbers = stored_documents(self.connection, self.met(DOCUMENT, by_digest))
        fresh = [digest for digest in by_digest if digest not in numbers] if numbers else list(by_digest)
        first = self.reserve(DOCUMENT, len(fresh))
        ids = range(first, first + len(fresh))
        texts = [by_digest[digest].decode() for digest in fresh]
        rows = list(zip(ids, [documents.prefix(digest) for digest in fresh], texts, strict=True))
        insert_rows(self.connection, DOCUMENT, ("id", "prefix", "body"), rows)
        return dict(zip(fresh, ids, strict=True)) | numbers

    def document(self, digest: bytes) -> documents.Document:
        """A document that is stored."""
        number = stored_documents(self.connection, {digest})[digest]
        query = select(DOCUMENT.c.body).where(DOCUMENT.c.id == number)
        return documents.decode(self.connection.execute(query).scalar_one())

    def reserve(self, table: Table, count: int) -> int:
        """The first of `count` fresh ids; there is one writer, so counting on is safe."""
        self._begin(table)
        first = self._next[table.name]
        self._next[table.name] += count
        return first

    def met(self, table: Table, keys: Collection[Key]) -> Collection[Key]:
        """Those of these keys, of rows that are written if they are not there, that may be there."""
        if self._begin(table):
            if table.name not in self._sieves:
                self._sieves[table.name] = Sieve()
            return self._sieves[table.name].met(keys)
        return keys

    def _begin(self, table: Table) -> bool:
        """Whether a table was empty when this snapshot began."""
        if table.name not in self._next:
            last = self.connection.execute(select(func.max(table.c.id))).scalar()
            self._next[table.name] = (last or 0) + 1
            if last is None:
                self._empty.add(table.name)
        return table.name in self._empty


def stored_documents(connection: Connection, digests: Collection[bytes]) -> dict[bytes, int]:
    """The numbers of those of these documents that are stored, by digest."""
    if not digests:
        return {}
    prefixes = sorted({documents.prefix(digest) for digest in digests})
    found = rows_by_key(connection, DOCUMENT, ("prefix",), ("id", "body"), [(each,) for each in prefixes])
    numbers = {documents.digest(body.encode()): number for number, body in found}
    return {digest: number for digest, number in numbers.items() if digest in digests}
