"""The outbox as the notifier sees it: rows of the store, told by comparing snapshots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage

from config.settings import Settings
from daemon import comparison
from daemon.notify.delivery import Delivery, DeliveryKind, notice
from daemon.notify.mail import report_mail
from daemon.store import outbox
from daemon.store.database import Database
from daemon.store.errors import NotFound
from daemon.values.drift import Drift


class StoreOutbox:
    """Implements `daemon.notify.delivery.Outbox` on the snapshot database."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._lines: dict[int, tuple[str, ...]] = {}

    def due(self, now: datetime) -> Sequence[Delivery]:
        """Deliveries whose time has come. Raises StoreError if it could not be noted that they were sent."""
        with self._database.reading() as connection:
            found = [_delivery(row) for row in outbox.due(connection, now)]
        if found:
            outbox.touch(self._database, [each.id for each in found])
        return found

    def drift_of(self, delivery: Delivery) -> Drift:
        """What the delivery tells: an alarm the paths that cannot wait, a digest what no alarm has brought before.

        An alarm that could not be delivered at once leaves out what a digest has brought meanwhile.
        """
        after, until = delivery.snapshot_from, delivery.snapshot_to
        assert until is not None
        told: frozenset[str] = frozenset()
        with self._database.reading() as connection:
            if delivery.kind is DeliveryKind.DIGEST and after is not None:
                told = outbox.alarmed(connection, delivery.recipient, after, until)
            elif delivery.kind is DeliveryKind.ALARM and after is not None and delivery.attempts:
                told = outbox.digested(connection, delivery.recipient, after, until)
            drift = comparison.compare(connection, self._settings, after, until, self._clock(), told=told)
        if delivery.kind is DeliveryKind.ALARM:
            drift = comparison.only_alarms(drift)
        self._lines[delivery.id] = comparison.lines(drift)
        return drift

    def sent(self, delivery: Delivery, when: datetime) -> None:
        """The server took it."""
        outbox.sent(self._database, delivery.id, when, self._told(delivery))

    def nothing_to_say(self, delivery: Delivery, when: datetime) -> None:  # noqa: ARG002 - the protocol's
        """Nothing was different."""
        outbox.quiet(self._database, delivery.id)

    def failed(self, delivery: Delivery, when: datetime, error: str, retry_at: datetime | None) -> None:  # noqa: ARG002
        """A try failed."""
        outbox.failed(self._database, delivery.id, error, retry_at)

    def _told(self, delivery: Delivery) -> tuple[str, ...]:
        """Recipients of one mail are told the same, and only the first of them was asked for."""
        if delivery.id not in self._lines:
            self.drift_of(delivery)
        return self._lines[delivery.id]


def preview(database: Database, settings: Settings, number: int, now: datetime) -> EmailMessage:
    """The mail of a delivery as it would leave now. Raises NotFound."""
    with database.reading() as connection:
        row = outbox.one(connection, number)
    if row is None:
        raise NotFound(f"no delivery {number}: see `driftline deliveries list`")
    delivery = _delivery(row)
    drift = StoreOutbox(database, settings, lambda: now).drift_of(delivery)
    return report_mail(
        drift,
        sender=settings.mail.sender,
        recipients=(delivery.recipient,),
        created=delivery.created,
        key=delivery.message_key,
        notice=notice(delivery, now),
    )


def _delivery(row: outbox.Waiting) -> Delivery:
    return Delivery(
        id=row.id,
        kind=DeliveryKind(row.kind),
        recipient=row.recipient,
        snapshot_from=row.snapshot_from,
        snapshot_to=row.snapshot_to,
        created=row.created_at,
        attempts=row.attempts,
        message_key=row.message_key,
        undelivered_since=row.late_since,
    )
