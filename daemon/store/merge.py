"""Compares one extent's answer with its open versions and writes what differs: nothing for what is equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, case, func, select, update

from daemon.store import documents, elements, sighted
from daemon.store.bulk import insert_rows, rows_by_key
from daemon.store.chain import Ledger
from daemon.store.columns import (
    COMPONENT,
    CONTENT,
    DOCUMENT,
    EXTENT,
    RELATION,
    RELATION_VERSION,
    RESOURCE,
    RESOURCE_VERSION,
)
from daemon.store.spool import Spooled, SpooledContent, SpooledRelation, SpooledResource
from daemon.store.times import stamp
from daemon.values.drift import Origin

_CHUNK = 500
_CARRIED_WHOLE = ("public", "tags", "aliases", "namespaces")
Versioned = SpooledResource | SpooledRelation
Row = tuple[Any, ...]  # of a table, in the order of the columns named beside it


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between merging resources and merging relations: their tables and keys."""

    name: str
    rows: Table
    versions: Table
    reference: str  # the version's column that names the row
    key: tuple[str, ...]  # the row's columns that identify it
    columns: tuple[str, ...]  # of the row, as `_identity` gives them
    shown: tuple[str, ...] = ()  # the version's columns of its own, as `_shown` gives them
    fixed: tuple[str, ...] = ()  # the row's columns beside the key that never change


RESOURCES = Kind(
    "resource", RESOURCE, RESOURCE_VERSION, "resource_id", ("urn",),
    ("id", "urn", "type", "role", "provider", "account", "region"), ("name", "public"),
)  # fmt: skip
RELATIONS = Kind(
    "relation", RELATION, RELATION_VERSION, "relation_id", ("source", "verb", "target"),
    ("id", "source", "verb", "target", "raw", "observed", "times"), (), ("raw", "observed"),
)  # fmt: skip
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


@dataclass(slots=True)
class Tally:
    """What a merge did, over all extents."""

    opened: int = 0
    closed: int = 0
    known: set[str | tuple[str, ...]] = field(default_factory=set)
    """Keys whose new content says what we know now, not what changed: first listings, other rules, retirement."""


@dataclass(slots=True)
class Merge:
    """One snapshot's merges. `origins`: how new and altered versions of an extent come to be."""

    connection: Connection
    number: int
    ledger: Ledger = field(default_factory=Ledger)
    tally: Tally = field(default_factory=Tally)
    _next: dict[str, int] = field(default_factory=dict)
    _extents: dict[int, elements.Named] = field(default_factory=dict)

    def extent(
        self,
        extent_id: int,
        spooled: Iterable[Spooled],
        *,
        complete: bool,
        appeared: Origin,
        fingerprint: str,
        confirm: int = 1,
    ) -> None:
        """Merges an answer. `appeared`: origin of what is new.

        `complete`: absence means absence, if `confirm` listings in a row agree.
        """
        rows = list(spooled)
        resources = [row for row in rows if isinstance(row, SpooledResource)]
        relations = [row for row in rows if isinstance(row, SpooledRelation)]
        needed = confirm if complete else 0
        self._merge(
            RESOURCES, extent_id, resources, confirm=needed, appeared=appeared, fingerprint=fingerprint
        )
        self._merge(
            RELATIONS,
            extent_id,
            relations,
            confirm=needed,
            appeared=appeared,
            fingerprint=fingerprint,
            blind=frozenset((row.urn, verb) for row in resources for verb in row.unobserved),
        )
        self._add_contents([row for row in rows if isinstance(row, SpooledContent)])

    def retire(self, extent_id: int) -> None:
        """Closes everything an extent shows: it is no longer asked for."""
        for kind in (RESOURCES, RELATIONS):
            self.tally.known.update(self._open(kind, extent_id))
            self._merge(
                kind, extent_id, [], confirm=1, appeared=Origin.ADDED, fingerprint="", ended="retired"
            )

    def _merge(
        self,
        kind: Kind,
        extent_id: int,
        rows: Sequence[Versioned],
        *,
        confirm: int,
        appeared: Origin,
        fingerprint: str,
        blind: frozenset[tuple[str, str]] = frozenset(),
        ended: str = "",
    ) -> None:
        """`confirm`: listings in a row that must lack a row before it closes; 0: absence means nothing.

        `blind`: urns with the verbs of relations, from or to them, that could not be looked at.
        `ended`: why what closes does, if not for a change of the world.
        """
        open_rows = self._open(kind, extent_id)
        rows = self._carry_unobserved(rows, open_rows)
        if not confirm:
            rows = [self._with_earlier(row, open_rows.get(row.key), fingerprint) for row in rows]
        closing: list[int] = []
        back: list[int] = []
        pending: list[int] = []
        opening: list[tuple[Versioned, Origin]] = []
        for row in rows:
            known = open_rows.pop(row.key, None)
            if known is None:
                opening.append((row, appeared))
            elif known.digest != row.digest:
                origin = Origin.ALTERED if known.fingerprint == fingerprint else Origin.RESTATED
                opening.append((row, origin))
                closing.append(known.id)
                self._forget(kind, extent_id, known, "")
            elif known.absent:
                back.append(known.id)
        for key, known in open_rows.items() if confirm else ():
            if blind and ({(key[0], key[1]), (key[2], key[1])} & blind):
                continue
            if known.absent + 1 < confirm:
                pending.append(known.id)
                continue
            closing.append(known.id)
            self._forget(kind, extent_id, known, ended)
        self._close(kind, closing, ended)
        self._mark(kind, pending, kind.versions.c.absent + 1)
        self._mark(kind, back, 0)
        self._open_versions(kind, extent_id, opening, fingerprint)
        self._count_sightings(rows)

    def _open(self, kind: Kind, extent_id: int) -> dict[Any, Any]:
        """The open versions of an extent, by key."""
        width = len(kind.key)
        found = self.connection.execute(_open_versions_of(kind), {"extent": extent_id})
        return {(row[0] if width == 1 else tuple(row[:width])): row for row in found}

    def _carry_unobserved(self, rows: Sequence[Versioned], open_rows: dict[Any, Any]) -> Sequence[Versioned]:
        """A detail that could not be read keeps its previous value: it is no change."""
        carried: dict[Any, Versioned] = {}
        for row in rows:
            known = open_rows.get(row.key)
            if isinstance(row, SpooledResource) and row.unobserved and known is not None:
                carried[row.key] = self._with_previous(row, known.digest)
        return [carried.get(row.key, row) for row in rows] if carried else rows

    def _with_earlier(self, row: Versioned, known: Any, fingerprint: str) -> Versioned:
        """What was sighted before, and under the same rules, is not unsaid by an answer that lacks it."""
        if known is None or known.digest == row.digest or known.fingerprint != fingerprint:
            return row
        before = self._document(known.digest)
        after = documents.decode(row.body)
        if isinstance(row, SpooledRelation):
            body = documents.encode(sighted.relation(before, after))
            return row._replace(digest=documents.digest(body), body=body)
        document = sighted.resource(before, after)
        body = documents.encode(document)
        return row._replace(
            digest=documents.digest(body),
            body=body,
            region=documents.to_resource(row.urn, document).scope.region,
        )

    def _document(self, digest: bytes) -> documents.Document:
        number = stored_documents(self.connection, [digest])[digest]
        query = select(DOCUMENT.c.body).where(DOCUMENT.c.id == number)
        return documents.decode(self.connection.execute(query).scalar_one())

    def _with_previous(self, row: SpooledResource, digest: bytes) -> SpooledResource:
        before = self._document(digest)
        document = documents.decode(row.body)
        for name in row.unobserved:
            for part in ("attributes", "tags"):
                old, new = before[part], document[part]
                if isinstance(old, dict) and isinstance(new, dict) and name in old:
                    new[name] = old[name]
            if name in _CARRIED_WHOLE:
                document[name] = before[name]
        body = documents.encode(document)
        public = document["public"]
        assert public is None or isinstance(public, bool)
        return SpooledResource(
            urn=row.urn, digest=documents.digest(body), type=row.type, role=row.role, provider=row.provider,
            account=row.account, region=row.region, name=row.name, public=public, unobserved=(), body=body,
        )  # fmt: skip

    def _forget(self, kind: Kind, extent_id: int, known: Any, ended: str) -> None:
        """Takes a version out of the root. `known`: as `_open` gives it."""
        width = len(kind.key)
        further = known[width + 4 :]
        self.ledger.closed(self._element(kind, extent_id, known[:width], known.digest, further), ended)

    def _element(
        self, kind: Kind, extent_id: int, key: Sequence[str], digest: bytes, further: Sequence[Any]
    ) -> int:
        """`further`: the row's fixed columns, or the version's own."""
        extent = self.named(extent_id)
        if kind is RESOURCES:
            return elements.resource(extent, key[0], digest, *further)
        raw, observed = further
        return elements.relation(extent, key[0], key[1], key[2], raw, observed, digest)

    def named(self, extent_id: int) -> elements.Named:
        """Type, provider, account and region of an extent."""
        if extent_id not in self._extents:
            self._extents = {
                row.id: (row.type, row.provider, row.account, row.region)
                for row in self.connection.execute(select(EXTENT))
            }
        return self._extents[extent_id]

    def _close(self, kind: Kind, versions: list[int], ended: str) -> None:
        table = kind.versions
        values = {"until": self.number, "ended": ended}
        for chunk in _chunks(versions):
            self.connection.execute(update(table).where(table.c.id.in_(chunk)).values(values))
        self.tally.closed += len(versions)

    def _mark(self, kind: Kind, versions: list[int], absent: Any) -> None:
        """Counts the listings in a row that lacked them."""
        table = kind.versions
        for chunk in _chunks(versions):
            self.connection.execute(update(table).where(table.c.id.in_(chunk)).values(absent=absent))

    def _add_contents(self, contents: Sequence[SpooledContent]) -> None:
        """Stores what is inside digests, once; of components also a row each."""
        contents = self._unknown(contents)
        if not contents:
            return
        numbers = self.add_documents((content.digest, content.body) for content in contents)
        insert_rows(
            self.connection,
            CONTENT,
            ("kind", "subject", "digest", "document_id", "since"),
            [(c.kind, c.subject, c.digest, numbers[c.digest], self.number) for c in contents],
        )
        for c in contents:
            self.ledger.noted(elements.content(c.kind, c.subject, c.digest))
        insert_rows(
            self.connection,
            COMPONENT,
            ("subject", "purl", "name", "version"),
            [
                (c.subject, each["purl"], each["name"], each["version"])
                for c in contents
                if c.kind == "components"
                for each in documents.components(c.body)
            ],
            new_only=True,
        )

    def _unknown(self, contents: Sequence[SpooledContent]) -> list[SpooledContent]:
        """Those that are not stored yet, once each: what is inside a digest never changes."""
        by_key = {(content.kind, content.subject): content for content in reversed(contents)}
        for kind, subject in rows_by_key(
            self.connection, CONTENT, ("kind", "subject"), ("kind", "subject"), list(by_key)
        ):
            del by_key[kind, subject]
        return [by_key[key] for key in sorted(by_key)]

    def _open_versions(
        self, kind: Kind, extent_id: int, opening: list[tuple[Versioned, Origin]], fingerprint: str
    ) -> None:
        if not opening:
            return
        ids = self._ids(kind, [row for row, _ in opening])
        bodies = self.add_documents((row.digest, row.body) for row, _ in opening)
        first = self.reserve(kind.versions, len(opening))
        versions: list[Row] = []
        for number, (row, origin) in enumerate(opening, first):
            versions.append(
                (
                    number, extent_id, self.number, None, 0, row.digest, bodies[row.digest], fingerprint,
                    origin.value, "", ids[row.key][0], *_shown(row),
                )
            )  # fmt: skip
            key = (row.key,) if isinstance(row.key, str) else row.key
            further = _shown(row) or ids[row.key][1]
            element = self._element(kind, extent_id, key, row.digest, further)
            self.ledger.opened(element, origin.value, fingerprint)
            if origin in (Origin.BASELINE, Origin.RESTATED):
                self.tally.known.add(row.key)
        insert_rows(self.connection, kind.versions, (*_VERSION, kind.reference, *kind.shown), versions)
        self.tally.opened += len(opening)

    def add_documents(self, bodies: Iterable[tuple[bytes, bytes]]) -> dict[bytes, int]:
        """Stores documents that are not stored yet; the numbers of all, by digest."""
        by_digest = dict(bodies)
        numbers = stored_documents(self.connection, list(by_digest))
        fresh = [digest for digest in by_digest if digest not in numbers]
        rows: list[Row] = []
        for number, digest in enumerate(fresh, self.reserve(DOCUMENT, len(fresh))):
            numbers[digest] = number
            rows.append((number, documents.prefix(digest), by_digest[digest].decode()))
        insert_rows(self.connection, DOCUMENT, ("id", "prefix", "body"), rows)
        return numbers

    def _ids(self, kind: Kind, rows: Sequence[Versioned]) -> dict[Any, tuple[int, Row]]:
        """Ids and fixed columns of the rows, with those never seen before inserted and those that moved updated."""
        table = kind.rows
        width = len(kind.key)
        by_key: dict[Any, Versioned] = {row.key: row for row in rows}
        ids: dict[Any, tuple[int, Row]] = {}
        fixed = [kind.columns.index(column) for column in kind.fixed]
        wanted = [key if isinstance(key, tuple) else (key,) for key in by_key]
        for found in rows_by_key(self.connection, table, kind.key, kind.columns, wanted):
            key = found[1] if width == 1 else tuple(found[1 : 1 + width])
            ids[key] = found[0], tuple(found[at] for at in fixed)
            identity = _identity(by_key[key], found[0])
            if kind is RESOURCES and identity != tuple(found):
                # where it lives now; its history is in its documents
                values = dict(zip(kind.columns, identity, strict=True))
                self.connection.execute(update(table).where(table.c.id == found[0]).values(values))
        fresh = [row for key, row in by_key.items() if key not in ids]
        inserted: list[Row] = []
        for number, row in enumerate(fresh, self.reserve(table, len(fresh))):
            identity = _identity(row, number)
            ids[row.key] = number, tuple(identity[at] for at in fixed)
            inserted.append(identity)
        insert_rows(self.connection, table, kind.columns, inserted)
        return ids

    def _count_sightings(self, rows: Sequence[Versioned]) -> None:
        seen = [
            {
                "source_": row.source, "verb_": row.verb, "target_": row.target,
                "first_": stamp(row.seen.first), "last_seen": stamp(row.seen.last), "times": row.seen.count,
            }
            for row in rows
            if isinstance(row, SpooledRelation) and row.seen
        ]  # fmt: skip
        if not seen:
            return
        statement = update(RELATION).where(
            RELATION.c.source == bindparam("source_"),
            RELATION.c.verb == bindparam("verb_"),
            RELATION.c.target == bindparam("target_"),
        )
        # Telemetry that begins anew does not make a flow younger.
        first = bindparam("first_", type_=RELATION.c.first_seen.type)
        earlier = case((RELATION.c.first_seen < first, RELATION.c.first_seen), else_=first)
        statement = statement.values(first_seen=earlier)
        self.connection.execute(statement, seen)

    def reserve(self, table: Table, count: int) -> int:
        """The first of `count` fresh ids; there is one writer, so counting on is safe."""
        if table.name not in self._next:
            self._next[table.name] = (self.connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
        first = self._next[table.name]
        self._next[table.name] += count
        return first


def stored_documents(connection: Connection, digests: Sequence[bytes]) -> dict[bytes, int]:
    """The numbers of those of these documents that are stored, by digest."""
    wanted = set(digests)
    prefixes = sorted({(documents.prefix(digest),) for digest in wanted})
    found = rows_by_key(connection, DOCUMENT, ("prefix",), ("id", "body"), prefixes)
    numbers = {documents.digest(body.encode()): number for number, body in found}
    return {digest: number for digest, number in numbers.items() if digest in wanted}


@cache
def _open_versions_of(kind: Kind) -> Select[Any]:
    """Asked for each extent, so it is composed once."""
    versions, rows = kind.versions, kind.rows
    columns = [rows.c[column] for column in kind.key]
    further = [versions.c[column] for column in kind.shown] + [rows.c[column] for column in kind.fixed]
    return (
        select(
            *columns, versions.c.id, versions.c.digest, versions.c.fingerprint, versions.c.absent, *further
        )
        .join(rows, rows.c.id == versions.c[kind.reference])
        .where(versions.c.extent_id == bindparam("extent"), versions.c.until.is_(None))
    )


def _identity(row: Versioned, number: int) -> Row:
    if isinstance(row, SpooledResource):
        return (number, row.urn, row.type, row.role, row.provider, row.account, row.region)
    return (number, row.source, row.verb, row.target, row.raw, row.seen is not None, 0)


def _shown(row: Versioned) -> Row:
    return (row.name, row.public) if isinstance(row, SpooledResource) else ()


def _chunks(values: Sequence[Any]) -> Iterator[list[Any]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
