"""What a collector that follows others may look at: this cycle's answers, and the store where there was none."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from collectors.model import Extent, Relation, Scope
from daemon.store import documents
from daemon.store.columns import CONTENT, DOCUMENT, EXTENT, RELATION, RELATION_VERSION
from daemon.store.database import Database
from daemon.store.spool import Spool
from daemon.store.spooled import SpooledRelation

_ANSWERED = ("listed", "sighted")


class CycleView:
    """Implements `collectors.contract.View` on the spool and the database."""

    def __init__(self, spool: Spool, database: Database) -> None:
        self._spool = spool
        self._database = database

    def relations(self, verb: str) -> Iterator[Relation]:
        """Relations of a verb: as answered now, and of extents without an answer as known before."""
        answered: set[Extent] = set()
        for outcome in self._spool.outcomes():
            if outcome.state in _ANSWERED:
                answered.add(outcome.extent)
                for row in self._spool.rows(outcome.extent):
                    if isinstance(row, SpooledRelation) and row.verb == verb:
                        yield _relation(row.source, verb, row.target, raw=row.raw, body=row.body.decode())
        query = (
            select(
                RELATION, DOCUMENT.c.body, EXTENT.c.type, EXTENT.c.provider, EXTENT.c.account, EXTENT.c.region
            )
            .join(RELATION_VERSION, RELATION_VERSION.c.relation_id == RELATION.c.id)
            .join(DOCUMENT, DOCUMENT.c.id == RELATION_VERSION.c.document_id)
            .join(EXTENT, EXTENT.c.id == RELATION_VERSION.c.extent_id)
            .where(RELATION.c.verb == verb, RELATION_VERSION.c.until.is_(None))
            .order_by(RELATION.c.source, RELATION.c.target)
        )
        with self._database.reading() as connection:
            for found in connection.execute(query):
                if Extent(found.type, Scope(found.provider, found.account, found.region)) not in answered:
                    yield _relation(found.source, verb, found.target, raw=found.raw, body=found.body)

    def stored(self, kind: str) -> frozenset[str]:
        """Digests whose content of this kind is stored already."""
        with self._database.reading() as connection:
            query = select(CONTENT.c.subject).where(CONTENT.c.kind == kind)
            return frozenset(row.subject for row in connection.execute(query))


def _relation(source: str, verb: str, target: str, *, raw: bool, body: str) -> Relation:
    return documents.to_relation(source, verb, target, raw=raw, attributes=documents.decode(body), seen=None)
