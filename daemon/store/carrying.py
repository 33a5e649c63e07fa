"""Decides what of an earlier version an answer does not unsay, and what of it came to light only now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from daemon.store import documents, sighted, unseen
from daemon.store.bulk import rows_by_key
from daemon.store.columns import COVERAGE, RELATION
from daemon.store.kinds import RELATIONS, Versioned
from daemon.store.spooled import SpooledRelation, SpooledResource
from daemon.store.writing import Writing


def carry_unobserved(
    writing: Writing, rows: Sequence[Versioned], open_rows: dict[Any, Any]
) -> Sequence[Versioned]:
    """A detail that could not be read keeps its previous value: it is no change."""
    carried: dict[Any, Versioned] = {}
    for row in rows:
        known = open_rows.get(row.key)
        if isinstance(row, SpooledResource) and row.unobserved and known is not None:
            carried[row.key] = _with_previous(writing, row, known.digest)
    return [carried.get(row.key, row) for row in rows] if carried else rows


def learnt(
    writing: Writing, extent_id: int, rows: Sequence[Versioned], open_rows: dict[Any, Any]
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
    for row, digest in changed if changed and _details_failed(writing, extent_id) else ():
        found, alone = unseen.learnt(writing.document(digest), documents.decode(row.body))
        names.update((row.urn, name) for name in found)
        only.update([row.urn] if found and alone else ())
    return frozenset(names), frozenset(only)


def _details_failed(writing: Writing, extent_id: int) -> bool:
    """Whether details of an extent's resources ever failed."""
    query = select(COVERAGE.c.id).where(COVERAGE.c.extent_id == extent_id, COVERAGE.c.details_failed > 0)
    return writing.connection.execute(query.limit(1)).first() is not None


def with_earlier(writing: Writing, row: Versioned, known: Any, fingerprint: str) -> Versioned:
    """What was sighted before, and under the same rules, is not unsaid by an answer that lacks it."""
    if known is None or known.digest == row.digest or known.rules != fingerprint:
        return row
    before = writing.document(known.digest)
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


def _with_previous(writing: Writing, row: SpooledResource, digest: bytes) -> SpooledResource:
    document = unseen.carried(writing.document(digest), documents.decode(row.body), row.unobserved)
    body = documents.encode(document)
    public = document["public"]
    assert public is None or isinstance(public, bool)
    return SpooledResource(
        urn=row.urn, digest=documents.digest(body), type=row.type, role=row.role, provider=row.provider,
        account=row.account, region=row.region, name=row.name, public=public, unobserved=(), body=body,
    )  # fmt: skip


def seen_since_gone(
    writing: Writing, rows: Sequence[Versioned], open_rows: dict[Any, Any]
) -> Sequence[Versioned]:
    """Without flows that are gone: the journal goes on telling when they were seen last."""
    unknown = {
        row.key: row.seen.last
        for row in rows
        if isinstance(row, SpooledRelation) and row.seen and row.key not in open_rows
    }
    if not unknown:
        return rows
    columns = ("source", "verb", "target", "gone_at")
    found = rows_by_key(writing.connection, RELATION, RELATIONS.key, columns, list(unknown))
    gone = {
        (source, verb, target)
        for source, verb, target, gone_at in found
        if gone_at is not None and unknown[source, verb, target] <= gone_at
    }
    return [row for row in rows if row.key not in gone] if gone else rows
