"""What a new snapshot puts into the outbox, in its own transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from daemon.store.columns import DELIVERY
from daemon.store.times import stamp


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """An outbox row to be: `not_before` is when it may leave."""

    kind: str
    recipient: str
    snapshot_from: int | None
    not_before: datetime


def tell(connection: Connection, snapshot: int, parent: str, deliveries: Iterable[NewDelivery]) -> None:
    """Writes outbox rows up to `snapshot`; a digest that still waits is extended to it instead.

    `parent`: header of the snapshot before, so that a message's key is its own in every chain.
    """
    table = DELIVERY.c
    number = connection.execute(select(func.max(table.id))).scalar() or 0
    for wanted in deliveries:
        waiting = (
            table.recipient == wanted.recipient,
            table.kind == "digest",
            table.state == "pending",
            table.attempts == 0,
        )
        if wanted.kind == "digest" and connection.execute(select(table.id).where(*waiting)).first():
            connection.execute(update(DELIVERY).where(*waiting).values(snapshot_to=snapshot))
            continue
        number += 1
        named = f"{parent} {snapshot} {wanted.kind} {wanted.snapshot_from}"
        connection.execute(
            insert(DELIVERY).values(
                id=number, kind=wanted.kind, recipient=wanted.recipient,
                snapshot_from=wanted.snapshot_from, snapshot_to=snapshot, state="pending",
                created_at=stamp(wanted.not_before), not_before=stamp(wanted.not_before), attempts=0,
                message_key=hashlib.sha256(named.encode()).hexdigest()[:32],
                lines="", sent_at=None, last_error="",
            )
        )  # fmt: skip
