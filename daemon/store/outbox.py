"""The outbox: which deliveries wait, and what became of each. Rows are written by `daemon.store.draft`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, func, select, update

from daemon.store import history
from daemon.store.columns import DELIVERY
from daemon.store.database import Database
from daemon.store.times import moment, stamp


@dataclass(frozen=True, slots=True)
class Waiting:
    """One outbox row. `late_since`: when the oldest report was due that this one tells again, if any."""

    id: int
    kind: str
    recipient: str
    snapshot_from: int | None
    snapshot_to: int
    state: str
    created_at: datetime
    not_before: datetime
    attempts: int
    message_key: str
    sent_at: datetime | None
    last_error: str
    late_since: datetime | None


def one(connection: Connection, delivery_id: int) -> Waiting | None:
    """A delivery by its number."""
    row = connection.execute(select(DELIVERY).where(DELIVERY.c.id == delivery_id)).first()
    return _waiting(connection, row) if row else None


def due(connection: Connection, now: datetime) -> list[Waiting]:
    """Deliveries whose time has come; those that make one mail stand together, and what is urgent comes first."""
    digest_last = case((DELIVERY.c.kind == "digest", 1), else_=0)
    query = (
        select(DELIVERY)
        .where(DELIVERY.c.state == "pending", DELIVERY.c.not_before <= stamp(now))
        .order_by(digest_last, DELIVERY.c.snapshot_to, DELIVERY.c.message_key, DELIVERY.c.id)
    )
    return [_waiting(connection, row) for row in connection.execute(query)]


def last_told(connection: Connection, recipient: str) -> int | None:
    """The newest snapshot that a baseline or digest to this recipient tells, or is going to tell."""
    query = select(func.max(DELIVERY.c.snapshot_to)).where(
        DELIVERY.c.recipient == recipient,
        DELIVERY.c.kind.in_(("baseline", "digest")),
        DELIVERY.c.state.in_(("sent", "quiet", "pending")),
    )
    number: int | None = connection.execute(query).scalar()
    return number


def alarmed(connection: Connection, recipient: str, after: int, until: int) -> frozenset[str]:
    """Ids of the lines that alarms about snapshots in (after, until] have brought to this recipient."""
    query = select(DELIVERY.c.lines).where(
        DELIVERY.c.recipient == recipient,
        DELIVERY.c.kind == "alarm",
        DELIVERY.c.state == "sent",
        DELIVERY.c.snapshot_to > after,
        DELIVERY.c.snapshot_to <= until,
    )
    return _lines(connection, query)


def digested(connection: Connection, recipient: str, after: int, until: int) -> frozenset[str]:
    """Ids of the lines that digests which cover all of (after, until] have brought to this recipient."""
    query = select(DELIVERY.c.lines).where(
        DELIVERY.c.recipient == recipient,
        DELIVERY.c.kind == "digest",
        DELIVERY.c.state == "sent",
        DELIVERY.c.snapshot_from <= after,
        DELIVERY.c.snapshot_to >= until,
    )
    return _lines(connection, query)


def _lines(connection: Connection, query: Select[tuple[Any, ...]]) -> frozenset[str]:
    return frozenset(line for row in connection.execute(query) for line in row.lines.split(",") if line)


def touch(database: Database, delivery_ids: Sequence[int]) -> None:
    """Writes the rows as they are. A mail that cannot be noted as sent would be sent again and again."""
    with database.writing() as connection:
        again = update(DELIVERY).where(DELIVERY.c.id.in_(delivery_ids)).values(attempts=DELIVERY.c.attempts)
        connection.execute(again)


def sent(database: Database, delivery_id: int, when: datetime, lines: Iterable[str]) -> None:
    """The mail server took it."""
    _settle(database, delivery_id, state="sent", sent_at=stamp(when), lines=",".join(lines), last_error="")


def quiet(database: Database, delivery_id: int) -> None:
    """Nothing was different; no mail is owed."""
    _settle(database, delivery_id, state="quiet", last_error="")


def failed(database: Database, delivery_id: int, error: str, retry_at: datetime | None) -> None:
    """A try failed; without `retry_at` it was the last one, and the next that waits tells its part too."""
    values: dict[str, object] = {"attempts": DELIVERY.c.attempts + 1, "last_error": error}
    if retry_at is None:
        values["state"] = "expired"
    else:
        values["not_before"] = stamp(retry_at)
    with database.writing() as connection:
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery_id).values(values))
        if retry_at is None:
            _hand_on(connection, delivery_id)


def _hand_on(connection: Connection, delivery_id: int) -> None:
    """Gives what a baseline or digest would have told to the digest after it, if one waits already."""
    table = DELIVERY.c
    lost = connection.execute(select(DELIVERY).where(table.id == delivery_id)).one()
    if lost.kind not in ("baseline", "digest"):
        return
    following = connection.execute(
        select(table.id, table.message_key)
        .where(
            table.recipient == lost.recipient,
            table.kind == "digest",
            table.state == "pending",
            table.snapshot_from >= lost.snapshot_to,
        )
        .order_by(table.snapshot_from, table.id)
        .limit(1)
    ).first()
    if following is None:
        return  # the next one begins where the last that was told ends
    # Another mail than that of those whose digest begins later, and one for all who lack the same.
    key = hashlib.sha256(f"{following.message_key} {lost.kind} {lost.snapshot_from}".encode()).hexdigest()[
        :32
    ]
    connection.execute(
        update(DELIVERY)
        .where(table.id == following.id)
        .values(kind=lost.kind, snapshot_from=lost.snapshot_from, message_key=key)
    )


def again(database: Database, delivery_id: int, now: datetime) -> bool:
    """Makes a delivery wait once more, due at once; False if there is none with this number.

    Raises NotFound if a snapshot that it tells of is pruned.
    """
    with database.writing() as connection:
        row = connection.execute(select(DELIVERY).where(DELIVERY.c.id == delivery_id)).first()
        for number in (row.snapshot_from, row.snapshot_to) if row else ():
            if number is not None:
                history.head(connection, number)
        result = connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == delivery_id)
            .values(state="pending", not_before=stamp(now), created_at=stamp(now), attempts=0, last_error="")
        )
        return bool(result.rowcount)


def _settle(database: Database, delivery_id: int, **values: object) -> None:
    with database.writing() as connection:
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery_id).values(**values))


def _waiting(connection: Connection, row: object) -> Waiting:
    values = dict(row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001 - SQLAlchemy's public name
    values.pop("lines")
    for name in ("created_at", "not_before", "sent_at"):
        values[name] = moment(values[name]) if values[name] else None
    return Waiting(**values, late_since=_late_since(connection, values))


def _late_since(connection: Connection, values: dict[str, object]) -> datetime | None:
    """When the oldest given-up digest was due whose snapshots this digest covers."""
    if values["kind"] != "digest":
        return None
    query = select(func.min(DELIVERY.c.created_at)).where(
        DELIVERY.c.recipient == values["recipient"],
        DELIVERY.c.kind == "digest",
        DELIVERY.c.state == "expired",
        DELIVERY.c.snapshot_from >= (values["snapshot_from"] or 0),
        DELIVERY.c.snapshot_to <= values["snapshot_to"],
    )
    oldest = connection.execute(query).scalar()
    return moment(oldest) if oldest else None
