"""Decides which facts of traces only newer rules could tell: what older ones saw, each apart, is no news together.

Rules of the first release knew who published to a topic and who read what, and not what had been read before.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from daemon.store import documents
from daemon.store.columns import DOCUMENT, RELATION, RELATION_VERSION
from daemon.store.spooled import SpooledRelation

_APART = ("traces.flow/1",)
"""Fingerprints of the rules that did not tell it."""


def newly(connection: Connection, extent_id: int, row: SpooledRelation) -> bool:
    """Whether a relation that is new tells what was read before a message, both seen under such rules."""
    if row.verb != "discloses" or not row.target.startswith("topic://"):
        return False
    if not _bodies(connection, extent_id, "publishes_to", row.target, row.source):
        return False
    told = documents.decode(row.body).get("together")
    for each in told if isinstance(told, list) else ():
        table, columns = (each.get("table"), each.get("columns")) if isinstance(each, dict) else ("", [])
        known: set[str] = set()
        for body in _bodies(connection, extent_id, "reads", str(table)):
            read = documents.decode(body).get("columns")
            known.update(str(column) for column in (read if isinstance(read, list) else ()))
        if not known.issuperset(map(str, columns if isinstance(columns, list) else ())):
            return False
    return True


def _bodies(
    connection: Connection, extent_id: int, verb: str, target: str, source: str = ""
) -> Sequence[str]:
    """What versions under such rules said of what leads to a target."""
    query = (
        select(DOCUMENT.c.body)
        .join(RELATION_VERSION, RELATION_VERSION.c.document_id == DOCUMENT.c.id)
        .join(RELATION, RELATION.c.id == RELATION_VERSION.c.relation_id)
        .where(
            RELATION.c.target == target,
            RELATION.c.verb == verb,
            RELATION_VERSION.c.extent_id == extent_id,
            RELATION_VERSION.c.fingerprint.in_(_APART),
        )
    )
    if source:
        query = query.where(RELATION.c.source == source)
    return connection.execute(query).scalars().all()
