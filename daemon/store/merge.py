"""Compares one extent's answer with its open versions and writes what differs: nothing for what is equal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, repeat
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, func, select, update

from daemon.store import documents, elements, heard, sighted, unseen
from daemon.store.bulk import insert_rows, rows_by_key
from daemon.store.chain import Ledger
from daemon.store.columns import (
    COMPONENT,
    CONTENT,
    COVERAGE,
    DOCUMENT,
    EXTENT,
    RELATION,
    RELATION_VERSION,
    RESOURCE,
    RESOURCE_VERSION,
)
from daemon.store.sieve import Key, Sieve
from daemon.store.spool import (
    Block,
    SpooledContent,
    SpooledRelation,
    SpooledResource,
    contents_of,
    relations_of,
    resources_of,
)
from daemon.store.spool import Kind as Spooled
from daemon.values.drift import Origin

_CHUNK = 500
Answered = Callable[[Spooled], Iterable[Block]]
"""Gives the blocks of an answer, of one kind."""
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
    spooled: tuple[str, ...]  # columns of a spooled block
    elements: Callable[[elements.Named, Iterable[Row]], int]  # of rows: key, digest, and what follows
    shown: tuple[str, ...] = ()  # the version's columns of its own, as a spooled row names them
    fixed: tuple[str, ...] = ()  # the row's columns beside the key that never change


RESOURCES = Kind(
    "resource", RESOURCE, RESOURCE_VERSION, "resource_id", ("urn",),
    ("id", "urn", "type", "role", "provider", "account", "region"),
    SpooledResource._fields[:-2], elements.resources, ("name", "public"),
)  # fmt: skip
RELATIONS = Kind(
    "relation", RELATION, RELATION_VERSION, "relation_id", ("source", "verb", "target"),
    ("id", "source", "verb", "target", "raw", "observed", "times"),
    SpooledRelation._fields[:-2], elements.relations, (), ("raw", "observed"),
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
    answers: dict[int, bytes | None] = field(default_factory=dict)
    """By extent: the listing that all its open versions agree with from now on; None if there is none."""
    warming: frozenset[str] = frozenset()
    """Services that show themselves in another way of late: what is new of them is only newly visible."""
    last_heard: dict[str, float] = field(default_factory=dict)
    """When services were heard, newest, by what was merged so far."""
    _next: dict[str, int] = field(default_factory=dict)
    _empty: set[str] = field(default_factory=set)
    _sieves: dict[str, Sieve] = field(default_factory=dict)
    _extents: dict[int, elements.Named] = field(default_factory=dict)

    def extent(
        self,
        extent_id: int,
        answered: Answered,
        *,
        complete: bool,
        appeared: Origin,
        fingerprint: str,
        confirm: int = 1,
        last_listed_at: str | None = None,
        first: bool = False,
    ) -> bool:
        """Merges an answer. `appeared`: origin of what is new. `last_listed_at`: when the extent was, before.

        `complete`: absence means absence, if `confirm` listings in a row agree. `first`: it never showed anything,
        or was retired since. True if the same answer would
        change nothing: none of what it lacks is still pending.
        """
        needed = confirm if complete else 0
        blind: set[tuple[str, str]] = set()
        learnt, resources_settled = self._merge(
            RESOURCES,
            extent_id,
            _watched(answered("resource"), blind),
            confirm=needed,
            appeared=appeared,
            fingerprint=fingerprint,
            last_listed_at=last_listed_at,
            first=first,
        )
        _, relations_settled = self._merge(
            RELATIONS,
            extent_id,
            answered("relation"),
            confirm=needed,
            appeared=appeared,
            fingerprint=fingerprint,
            blind=blind,
            learnt=learnt,
            last_listed_at=last_listed_at,
            first=first,
        )
        for block in answered("content"):
            self._add_contents(contents_of(block))
        return resources_settled and relations_settled

    def retire(self, extent_id: int) -> None:
        """Closes everything an extent shows: it is no longer asked for."""
        for kind in (RESOURCES, RELATIONS):
            self.tally.known.update(self._open(kind, extent_id))
            self._merge(
                kind, extent_id, (), confirm=1, appeared=Origin.ADDED, fingerprint="", ended="retired"
            )
        self.answers[extent_id] = None

    def _merge(
        self,
        kind: Kind,
        extent_id: int,
        blocks: Iterable[Block],
        *,
        confirm: int,
        appeared: Origin,
        fingerprint: str,
        blind: Collection[tuple[str, str]] = (),
        learnt: frozenset[tuple[str, str]] = frozenset(),
        last_listed_at: str | None = None,
        ended: str = "",
        first: bool = False,
    ) -> tuple[frozenset[tuple[str, str]], bool]:
        """`confirm`: listings in a row that must lack a row before it closes; 0: absence means nothing.

        `blind`: urns with the verbs of relations, from or to them, that could not be looked at; `learnt`: those
        that never could until now. `ended`: why what closes does, if not for a change of the world.
        Returns urns with the names of what came to light of them only now, and whether nothing is pending.
        """
        open_rows = {} if first else self._open(kind, extent_id)
        closing: list[int] = []
        back: list[int] = []
        pending: list[int] = []
        reshaped: list[int] = []
        light: frozenset[tuple[str, str]] = frozenset()
        for block in blocks:
            if first and confirm and self._load(kind, extent_id, block, appeared, fingerprint):
                continue
            rows = self._carry_unobserved(_different(kind, block, open_rows, fingerprint), open_rows)
            if not confirm:
                rows = self._seen_since_gone(rows, open_rows)
                rows = [self._with_earlier(row, open_rows.get(row.key), fingerprint) for row in rows]
            opening: list[tuple[Versioned, Origin]] = []
            seen_now, only_seen_now = self._learnt(extent_id, rows, open_rows)
            light |= seen_now
            for row in rows:
                known = open_rows.pop(row.key, None)
                if known is None:
                    opening.append((row, self._appeared(row.key, appeared, learnt)))
                elif known.digest != row.digest:
                    changed = known.rules == fingerprint and row.key not in only_seen_now
                    origin = Origin.ALTERED if changed else Origin.RESTATED
                    opening.append((row, origin))
                    closing.append(known.id)
                    self._forget(kind, extent_id, known, "")
                else:
                    if known.absent:
                        back.append(known.id)
                    if known.rules != fingerprint:
                        reshaped.append(known.id)
            self._open_versions(kind, extent_id, opening, fingerprint)
            if kind is RELATIONS:
                self._count_sightings(rows)
        for key, known in open_rows.items() if confirm else ():
            if blind and not _ends(key).isdisjoint(blind):
                continue
            if known.absent + 1 < confirm:
                pending.append(known.id)
                continue
            closing.append(known.id)
            self._forget(kind, extent_id, known, ended)
        if closing or pending or back:
            shown = func.coalesce(kind.versions.c.last_shown_at, last_listed_at)
            self._close(kind, closing, ended, shown)
            self._mark(kind, pending, absent=kind.versions.c.absent + 1, last_shown_at=shown)
            self._mark(kind, back, absent=0, last_shown_at=None)
        # Equal under other rules: these shaped it too, and what differs from now on is a change.
        self._mark(kind, reshaped, equal_under=fingerprint)
        return light, not pending

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

    def _learnt(
        self, extent_id: int, rows: Sequence[Versioned], open_rows: dict[Any, Any]
    ) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
        """Urns with what was never seen of them before now, and those of which nothing else is different."""
        changed = [
            (row, known.digest)
            for row in rows
            if isinstance(row, SpooledResource)
            and (known := open_rows.get(row.key)) is not None
            and known.digest != row.digest
        ]
        names: set[tuple[str, str]] = set()
        only: set[str] = set()
        for row, digest in changed if changed and self._details_failed(extent_id) else ():
            found, alone = unseen.learnt(self._document(digest), documents.decode(row.body))
            names.update((row.urn, name) for name in found)
            only.update([row.urn] if found and alone else ())
        return frozenset(names), frozenset(only)

    def _details_failed(self, extent_id: int) -> bool:
        """Whether details of an extent's resources ever failed."""
        query = select(COVERAGE.c.id).where(COVERAGE.c.extent_id == extent_id, COVERAGE.c.details_failed > 0)
        return self.connection.execute(query.limit(1)).first() is not None

    def _with_earlier(self, row: Versioned, known: Any, fingerprint: str) -> Versioned:
        """What was sighted before, and under the same rules, is not unsaid by an answer that lacks it."""
        if known is None or known.digest == row.digest or known.rules != fingerprint:
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
        number = stored_documents(self.connection, {digest})[digest]
        query = select(DOCUMENT.c.body).where(DOCUMENT.c.id == number)
        return documents.decode(self.connection.execute(query).scalar_one())

    def _with_previous(self, row: SpooledResource, digest: bytes) -> SpooledResource:
        document = unseen.carried(self._document(digest), documents.decode(row.body), row.unobserved)
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
        parts = (*known[:width], known.digest, *further)
        self.ledger.closed(kind.elements(self.named(extent_id), [parts]), ended)

    def name(self, extent_id: int, named: elements.Named) -> None:
        """Type, provider, account and region of an extent, from whoever reads them anyhow."""
        self._extents[extent_id] = named

    def named(self, extent_id: int) -> elements.Named:
        """Type, provider, account and region of an extent."""
        if extent_id not in self._extents:
            row = self.connection.execute(select(EXTENT).where(EXTENT.c.id == extent_id)).one()
            self._extents[extent_id] = (row.type, row.provider, row.account, row.region)
        return self._extents[extent_id]

    def _close(self, kind: Kind, versions: list[int], ended: str, shown: Any) -> None:
        table = kind.versions
        values = {"until": self.number, "ended": ended, "last_shown_at": shown}
        for chunk in _chunks(versions):
            self.connection.execute(update(table).where(table.c.id.in_(chunk)).values(values))
        self.tally.closed += len(versions)

    def _mark(self, kind: Kind, versions: list[int], **values: Any) -> None:
        """Notes something on versions that goes on being valid."""
        table = kind.versions
        for chunk in _chunks(versions):
            self.connection.execute(update(table).where(table.c.id.in_(chunk)).values(values))

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

    def _load(self, kind: Kind, extent_id: int, block: Block, appeared: Origin, fingerprint: str) -> bool:
        """Writes a block of an extent's first listing, column by column: there is nothing to compare it with.

        False, and nothing is done, if some of it was ever shown by another extent, or is a flow.
        """
        digests, columns = block.digests, dict(zip(kind.spooled, block.columns, strict=True))
        if any(columns.get("seen", ())):
            return False
        keys = list(zip(*(columns[name] for name in kind.key), strict=True))
        if any(rows_by_key(self.connection, kind.rows, kind.key, ("id",), self._met(kind.rows, keys))):
            return False
        size = len(digests)
        first = self.reserve(kind.rows, size)
        ids = range(first, first + size)
        columns |= {"id": ids, "observed": [False] * size, "times": [0] * size}
        identities = list(zip(*(columns[name] for name in kind.columns), strict=True))
        insert_rows(self.connection, kind.rows, kind.columns, identities)
        shown = [columns[name] for name in kind.shown]
        bodies = list(zip(digests, block.bodies(), strict=True))
        self._insert_versions(kind, extent_id, ids, bodies, shown, [appeared.value] * size, fingerprint)
        told = (
            *(columns[name] for name in kind.key),
            digests,
            *(columns[name] for name in (*kind.shown, *kind.fixed)),
        )
        added = kind.elements(self.named(extent_id), zip(*told, strict=True))
        self.ledger.opened(added, appeared.value, fingerprint)
        self._now_known(appeared, keys if len(kind.key) > 1 else columns["urn"])
        return True

    def _open_versions(
        self, kind: Kind, extent_id: int, opening: list[tuple[Versioned, Origin]], fingerprint: str
    ) -> None:
        if not opening:
            return
        rows = [row for row, _ in opening]
        ids, fixed = self._ids(kind, rows)
        bodies = [(row.digest, row.body) for row in rows]
        shown = [[getattr(row, name) for row in rows] for name in kind.shown]
        self._insert_versions(
            kind, extent_id, ids, bodies, shown, [how.value for _, how in opening], fingerprint
        )
        for origin in {origin for _, origin in opening}:
            alike = [at for at, (_, how) in enumerate(opening) if how is origin]
            told = (
                (*_parts(rows[at].key), rows[at].digest, *(each[at] for each in shown), *fixed[at])
                for at in alike
            )
            self.ledger.opened(kind.elements(self.named(extent_id), told), origin.value, fingerprint)
            self._now_known(origin, [rows[at].key for at in alike])

    def _insert_versions(
        self,
        kind: Kind,
        extent_id: int,
        ids: Sequence[int],
        bodies: Sequence[tuple[bytes, bytes]],
        shown: Sequence[Sequence[Any]],
        origins: Sequence[str],
        fingerprint: str,
    ) -> None:
        """Versions that begin now, of rows with these ids and documents. `shown`: by column, what is their own."""
        numbers = self.add_documents(bodies)
        first = self.reserve(kind.versions, len(ids))
        digests = [digest for digest, _ in bodies]
        versions = zip(
            range(first, first + len(ids)), repeat(extent_id), repeat(self.number), repeat(None), repeat(0),
            digests, [numbers[digest] for digest in digests], repeat(fingerprint), origins, repeat(""), ids, *shown,
        )  # fmt: skip
        insert_rows(self.connection, kind.versions, (*_VERSION, kind.reference, *kind.shown), list(versions))
        self.tally.opened += len(ids)

    def _now_known(self, origin: Origin, keys: Sequence[Any]) -> None:
        # Of a first snapshot all is known, so nothing is kept: it would be the whole estate.
        if origin in (Origin.BASELINE, Origin.RESTATED) and self.number > 1:
            self.tally.known.update(keys)

    def add_documents(self, bodies: Iterable[tuple[bytes, bytes]]) -> dict[bytes, int]:
        """Stores documents that are not stored yet; the numbers of all, by digest."""
        by_digest = dict(bodies)
        numbers = stored_documents(self.connection, self._met(DOCUMENT, by_digest))
        fresh = [digest for digest in by_digest if digest not in numbers] if numbers else list(by_digest)
        first = self.reserve(DOCUMENT, len(fresh))
        ids = range(first, first + len(fresh))
        texts = [by_digest[digest].decode() for digest in fresh]
        rows = list(zip(ids, [documents.prefix(digest) for digest in fresh], texts, strict=True))
        insert_rows(self.connection, DOCUMENT, ("id", "prefix", "body"), rows)
        return dict(zip(fresh, ids, strict=True)) | numbers

    def _ids(self, kind: Kind, rows: Sequence[Versioned]) -> tuple[list[int], list[Row]]:
        """Ids and fixed columns of the rows, with those never seen before inserted and those that moved updated."""
        table = kind.rows
        width = len(kind.key)
        fixed = [kind.columns.index(column) for column in kind.fixed]
        keys = [row.key for row in rows]
        wanted: list[tuple[str, ...]] = [key if isinstance(key, tuple) else (key,) for key in keys]
        found = {
            (each[1] if width == 1 else tuple(each[1 : 1 + width])): tuple(each)
            for each in rows_by_key(self.connection, table, kind.key, kind.columns, self._met(table, wanted))
        }
        first = self.reserve(table, len(rows) - len(found))
        numbers = iter(range(first, first + len(rows) - len(found)))
        identities: list[Row] = []
        fresh: list[Row] = []
        for row, key in zip(rows, keys, strict=True):
            known = found.get(key)
            identity = _identity(row, next(numbers) if known is None else known[0])
            if known is None:
                fresh.append(identity)
            elif kind is RESOURCES and identity != known:
                # where it lives now; its history is in its documents
                values = dict(zip(kind.columns, identity, strict=True))
                self.connection.execute(update(table).where(table.c.id == known[0]).values(values))
            identities.append(identity if known is None else known)
        insert_rows(self.connection, table, kind.columns, fresh)
        return [each[0] for each in identities], [tuple(each[at] for at in fixed) for each in identities]

    def _appeared(self, key: Any, appeared: Origin, learnt: frozenset[tuple[str, str]]) -> Origin:
        if learnt and _ends(key) & learnt:
            return Origin.BASELINE
        if self.warming and appeared is Origin.ADDED and heard.concerns(key, self.warming):
            return Origin.NEWLY_VISIBLE
        return appeared

    def _seen_since_gone(self, rows: Sequence[Versioned], open_rows: dict[Any, Any]) -> Sequence[Versioned]:
        """Without flows that are gone: the journal goes on telling when they were seen last."""
        unknown = {
            row.key: row.seen.last
            for row in rows
            if isinstance(row, SpooledRelation) and row.seen and row.key not in open_rows
        }
        if not unknown:
            return rows
        columns = ("source", "verb", "target", "gone_at")
        found = rows_by_key(self.connection, RELATION, RELATIONS.key, columns, list(unknown))
        gone = {
            (source, verb, target)
            for source, verb, target, gone_at in found
            if gone_at is not None and unknown[source, verb, target] <= gone_at
        }
        return [row for row in rows if row.key not in gone] if gone else rows

    def seen_otherwise(
        self, extent_id: int, blocks: Iterable[Block], fingerprint: str
    ) -> heard.SeenOtherwise:
        """What an answer, not merged yet, says of its services: how they are seen, where that is new."""
        query = _open_versions_of(RESOURCES).where(RESOURCE.c.type == "service")
        open_rows = {row.urn: row for row in self.connection.execute(query, {"extent": extent_id})}
        services: set[str] = set()
        sampling = False
        for block in blocks:
            chosen = [
                at
                for at, (urn, digest) in enumerate(zip(block.columns[0], block.digests, strict=True))
                if urn.startswith("service://")
                and (known := open_rows.get(urn)) is not None
                and known.digest != digest
                and known.rules == fingerprint
            ]
            for row in resources_of(block, chosen) if chosen else ():
                before = self._document(open_rows[row.urn].digest)
                found = heard.otherwise(row.urn, before, documents.decode(row.body))
                services |= found.services
                sampling = sampling or found.sampling
        return heard.SeenOtherwise(frozenset(services), sampling)

    def end(
        self, kind: Kind, extent_id: int, versions: Sequence[int], ended: str, shown: ColumnElement[Any]
    ) -> None:
        """Closes open versions of an extent. `shown`: the row's column that tells when it was shown last."""
        of = kind.versions.c
        for chunk in _chunks(versions):
            chosen = _open_versions_of(kind).where(of.id.in_(chunk))
            for known in self.connection.execute(chosen, {"extent": extent_id}).all():
                self._forget(kind, extent_id, known, ended)
        last = select(shown).where(kind.rows.c.id == of[kind.reference]).scalar_subquery()
        self._close(kind, list(versions), ended, last)

    def _count_sightings(self, rows: Sequence[Versioned]) -> None:
        newest = heard.count(self.connection, (row for row in rows if isinstance(row, SpooledRelation)))
        for service, last in newest.items():
            self.last_heard[service] = max(last, self.last_heard.get(service, last))

    def note_answers(self) -> None:
        """Stores what extents answered, where it is another answer than before."""
        statement = (
            update(EXTENT).where(EXTENT.c.id == bindparam("extent")).values(answer=bindparam("digest"))
        )
        rows = [{"extent": number, "digest": answer} for number, answer in sorted(self.answers.items())]
        if rows:
            self.connection.execute(statement, rows)

    def reserve(self, table: Table, count: int) -> int:
        """The first of `count` fresh ids; there is one writer, so counting on is safe."""
        self._begin(table)
        first = self._next[table.name]
        self._next[table.name] += count
        return first

    def _met(self, table: Table, keys: Collection[Key]) -> Collection[Key]:
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


@cache
def _open_versions_of(kind: Kind) -> Select[Any]:
    """Asked for each extent, so it is composed once."""
    versions, rows = kind.versions, kind.rows
    columns = [rows.c[column] for column in kind.key]
    further = [versions.c[column] for column in kind.shown] + [rows.c[column] for column in kind.fixed]
    return (
        select(
            *columns,
            versions.c.id,
            versions.c.digest,
            func.coalesce(versions.c.equal_under, versions.c.fingerprint).label("rules"),
            versions.c.absent,
            *further,
        )
        .join(rows, rows.c.id == versions.c[kind.reference])
        .where(versions.c.extent_id == bindparam("extent"), versions.c.until.is_(None))
    )


def _identity(row: Versioned, number: int) -> Row:
    if isinstance(row, SpooledResource):
        return (number, row.urn, row.type, row.role, row.provider, row.account, row.region)
    return (number, row.source, row.verb, row.target, row.raw, row.seen is not None, 0)


def _watched(blocks: Iterable[Block], blind: set[tuple[str, str]]) -> Iterator[Block]:
    """The blocks of resources, with what could not be seen of them noted on the way."""
    for block in blocks:
        urns, unobserved = block.columns[0], block.columns[-1]
        blind.update((urn, name) for urn, names in zip(urns, unobserved, strict=True) for name in names)
        yield block


def _different(kind: Kind, block: Block, open_rows: dict[Any, Any], fingerprint: str) -> Sequence[Versioned]:
    """The rows of a block that need a closer look; the open versions of all others are taken out."""
    if kind is RESOURCES:
        keys: Iterable[Any] = block.columns[0]
        chosen = []
    else:
        *named, _, seen = block.columns
        keys = zip(*named, strict=True)
        chosen = [at for at, each in enumerate(seen) if each]  # its times are told, whatever else is equal
    if not open_rows:
        return (resources_of if kind is RESOURCES else relations_of)(block, range(len(block.digests)))
    known_by_key = open_rows.get
    flows = frozenset(chosen)
    for at, (key, digest) in enumerate(zip(keys, block.digests, strict=True)):
        known = known_by_key(key)
        if at in flows:
            continue
        if known is not None and known.digest == digest and known.rules == fingerprint and not known.absent:
            del open_rows[key]
        else:
            chosen.append(at)
    if not chosen:
        return []
    return (resources_of if kind is RESOURCES else relations_of)(block, sorted(chosen))


def _parts(key: Any) -> tuple[str, ...]:
    return key if isinstance(key, tuple) else (key,)


def _ends(key: Any) -> frozenset[tuple[str, str]]:
    """Both ends of a relation, each with its verb."""
    return frozenset(((key[0], key[1]), (key[2], key[1])))


def _chunks(values: Sequence[Any]) -> Iterator[list[Any]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
