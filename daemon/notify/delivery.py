"""Decides when a delivery is tried again, when it is given up, and when there is nothing to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from itertools import groupby
from typing import Protocol

from config.shape import Mail
from daemon.notify import mail, smtp
from daemon.notify.smtp import MailServerError, Outcome, Result
from daemon.report import wording
from daemon.values.drift import Drift

GIVEN_UP_AFTER = timedelta(hours=72)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
LATE_AFTER = timedelta(hours=1)


class DeliveryKind(StrEnum):
    """What is delivered."""

    BASELINE = "baseline"
    ALARM = "alarm"  # at once: new paths to personal data or across a border, and graver ones
    DIGEST = "digest"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One report to one recipient, as the outbox keeps it.

    `attempts`: failed tries so far. `message_key`: makes the Message-ID; deliveries that share it are one mail.
    `undelivered_since`: when the oldest report was due that was given up and is told again in this one.
    """

    id: int
    kind: DeliveryKind
    recipient: str
    snapshot_from: int | None
    snapshot_to: int | None
    created: datetime
    attempts: int
    message_key: str
    undelivered_since: datetime | None = None


class Outbox(Protocol):
    """Where deliveries wait. Each method is durable when it returns."""

    def due(self, now: datetime) -> Sequence[Delivery]:
        """Deliveries whose time has come, oldest first."""
        ...

    def drift_of(self, delivery: Delivery) -> Drift:
        """What the delivery tells. Not asked for a test."""
        ...

    def sent(self, delivery: Delivery, when: datetime) -> None:
        """The server took it."""
        ...

    def nothing_to_say(self, delivery: Delivery, when: datetime) -> None:
        """Nothing was different; no mail was sent, and none is owed."""
        ...

    def failed(self, delivery: Delivery, when: datetime, error: str, retry_at: datetime | None) -> None:
        """A try failed. `retry_at`: None if it was the last one."""
        ...


Send = Callable[[EmailMessage, tuple[str, ...], Mail], Mapping[str, Result]]


@dataclass(slots=True)
class Round:
    """What became of the deliveries that were due. `errors`: distinct sentences."""

    sent: int = 0
    nothing_to_say: int = 0
    retried: int = 0
    given_up: int = 0
    errors: list[str] = field(default_factory=list)


def deliver_due(
    outbox: Outbox, settings: Mail, now: datetime, *, installation: str, send: Send = smtp.send
) -> Round:
    """Try each due delivery once and tell the outbox how it went.

    Once the server cannot be used, the rest of the round is not tried on it. Without `mail.host`, nothing is.
    """
    done = Round()
    if not settings.host:
        return done
    server_error = ""
    for _, group in groupby(outbox.due(now), key=lambda delivery: delivery.message_key):
        deliveries = _addressable(outbox, tuple(group), now, done)
        if not deliveries:
            continue
        message = _message(outbox, deliveries, settings, now, installation)
        if message is None:
            for delivery in deliveries:
                outbox.nothing_to_say(delivery, now)
            done.nothing_to_say += len(deliveries)
            continue
        results: Mapping[str, Result] = {}
        if not server_error:
            try:
                results = send(message, tuple(delivery.recipient for delivery in deliveries), settings)
            except MailServerError as error:
                server_error = str(error)
        for delivery in deliveries:
            _settle(
                outbox,
                delivery,
                results.get(delivery.recipient, Result(Outcome.RETRY, server_error)),
                now,
                done,
            )
    return done


def retry_at(delivery: Delivery, now: datetime) -> datetime | None:
    """When to try again after a failure at `now`: pauses double up to six hours, for 72 hours; then None."""
    end = delivery.created + GIVEN_UP_AFTER
    if now >= end:
        return None
    pause = min(FIRST_PAUSE * (1 << min(delivery.attempts, 16)), LONGEST_PAUSE)
    return min(now + pause, end)


ALARMED = (
    "Sent at once, because personal data goes a new way. All else that is different comes with the digest."
)


def notice(delivery: Delivery, now: datetime) -> str:
    """What stands above a report: that it is late, or why it comes at once; else empty."""
    words = (ALARMED if delivery.kind is DeliveryKind.ALARM else "", lateness(delivery, now))
    return " ".join(word for word in words if word)


def lateness(delivery: Delivery, now: datetime) -> str:
    """A sentence for a report that comes late or stands for others that never came; else empty."""
    since = delivery.undelivered_since or delivery.created
    late = now - since
    if late < LATE_AFTER:
        return ""
    hours = int(late.total_seconds() // 3600)
    amount = wording.counted(hours, "hour") if hours < 72 else wording.counted(hours // 24, "day")
    if delivery.undelivered_since:
        return (
            f"This report is late: what was due since {wording.moment(since)}, {amount} ago, "
            "could not be delivered and is told here."
        )
    tries = wording.counted(delivery.attempts, "try", "tries")
    why = f" after {tries} that failed" if delivery.attempts else ""
    return f"This report is {amount} late{why}: it was due at {wording.moment(since)}."


def _message(
    outbox: Outbox, deliveries: Sequence[Delivery], settings: Mail, now: datetime, installation: str
) -> EmailMessage | None:
    """The mail for all of them, or None if there is nothing to say."""
    first = deliveries[0]
    recipients = tuple(delivery.recipient for delivery in deliveries)
    if first.kind is DeliveryKind.TEST:
        return mail.test_mail(
            installation,
            sender=settings.sender,
            recipients=recipients,
            created=first.created,
            key=first.message_key,
        )
    drift = outbox.drift_of(first)
    if drift.quiet and not (settings.heartbeat and first.kind is DeliveryKind.DIGEST):
        return None
    return mail.report_mail(
        drift,
        sender=settings.sender,
        recipients=recipients,
        created=first.created,
        key=first.message_key,
        notice=notice(first, now),
    )


def _addressable(
    outbox: Outbox, deliveries: tuple[Delivery, ...], now: datetime, done: Round
) -> tuple[Delivery, ...]:
    """Those whose recipient is an address; the others are given up, so that they do not hold up these."""
    for delivery in deliveries:
        if not mail.is_address(delivery.recipient):
            refusal = Result(Outcome.REFUSED, "the recipient is no mail address; correct mail.recipients")
            _settle(outbox, delivery, refusal, now, done)
    return tuple(delivery for delivery in deliveries if mail.is_address(delivery.recipient))


def _settle(outbox: Outbox, delivery: Delivery, result: Result, now: datetime, done: Round) -> None:
    if result.outcome is Outcome.SENT:
        outbox.sent(delivery, now)
        done.sent += 1
        return
    again = retry_at(delivery, now) if result.outcome is Outcome.RETRY else None
    error = result.error
    if again is None and result.outcome is Outcome.RETRY:
        error = f"given up after {GIVEN_UP_AFTER // timedelta(hours=1)} hours: {error}"
    outbox.failed(delivery, now, error, again)
    if again is None:
        done.given_up += 1
    else:
        done.retried += 1
    if error not in done.errors:
        done.errors.append(error)
