"""The private tables. Other programs read the views (`daemon.store.public`), never these.

Times are text, `2026-11-22T06:00:00Z`, so that both engines and every reader see the same. An interval
is (`since`, `until`): valid from snapshot `since` up to, but not including, snapshot `until`; `until` is
null while it is valid. Documents are content-addressed: versions are narrow rows with a document's digest
and its number. What names what there is by the hundred thousand declares no foreign key: the writer and
`snapshots verify` hold it.
"""

from __future__ import annotations

from sqlmodel import SQLModel

from daemon.store.tables.contents import ComponentRow, ContentRow, Document
from daemon.store.tables.deliveries import DeliveryRow
from daemon.store.tables.heard import HeardService, Reinstrumented, Sighted
from daemon.store.tables.judged import (
    AliasBinding,
    DataPathRow,
    DataPathVersion,
    FindingRow,
    FindingVersion,
    SightRow,
)
from daemon.store.tables.shown import RelationRow, RelationVersion, ResourceRow, ResourceVersion
from daemon.store.tables.snapshots import Coverage, ExtentRow, LargeRemoval, Pruning, Snapshot

__all__ = [
    "AliasBinding",
    "ComponentRow",
    "ContentRow",
    "Coverage",
    "DataPathRow",
    "DataPathVersion",
    "DeliveryRow",
    "Document",
    "ExtentRow",
    "FindingRow",
    "FindingVersion",
    "HeardService",
    "LargeRemoval",
    "Pruning",
    "Reinstrumented",
    "RelationRow",
    "RelationVersion",
    "ResourceRow",
    "ResourceVersion",
    "SQLModel",
    "SightRow",
    "Sighted",
    "Snapshot",
]
