"""Deliveries: sent once to each, repeated until 72 hours are over, silent when there is nothing to say."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from config.shape import Mail
from daemon.notify import smtp
from daemon.notify.delivery import Delivery, DeliveryKind, Round, deliver_due, lateness, retry_at
from daemon.notify.smtp import MailServerError, Outcome, Result
from daemon.values.drift import Drift
from tests.support import drifts, mail_server

CREATED = drifts.AFTER.time
A, B, C = "a@x.example", "b@x.example", "c@x.example"


@dataclass
class Waiting:
    """An outbox in memory."""

    deliveries: dict[int, Delivery]
    drift: Drift = field(default_factory=drifts.full)
    due_at: dict[int, datetime] = field(default_factory=dict)
    sent_ids: list[int] = field(default_factory=list)
    quiet_ids: list[int] = field(default_factory=list)
    errors: dict[int, str] = field(default_factory=dict)

    def due(self, now: datetime) -> Sequence[Delivery]:
        return [delivery for id, delivery in self.deliveries.items() if self.due_at.get(id, CREATED) <= now]

    def drift_of(self, delivery: Delivery) -> Drift:
        assert delivery.kind is not DeliveryKind.TEST
        return self.drift

    def sent(self, delivery: Delivery, when: datetime) -> None:
        assert when >= delivery.created
        self.sent_ids.append(delivery.id)
        del self.deliveries[delivery.id]

    def nothing_to_say(self, delivery: Delivery, when: datetime) -> None:
        assert when >= delivery.created
        self.quiet_ids.append(delivery.id)
        del self.deliveries[delivery.id]

    def failed(self, delivery: Delivery, when: datetime, error: str, retry_at: datetime | None) -> None:
        assert retry_at is None or retry_at > when
        self.errors[delivery.id] = error
        if retry_at is None:
            del self.deliveries[delivery.id]
        else:
            self.due_at[delivery.id] = retry_at
            self.deliveries[delivery.id] = replace(delivery, attempts=delivery.attempts + 1)


def waiting(
    *recipients: str, kind: DeliveryKind = DeliveryKind.DIGEST, key: str = "k", drift: Drift | None = None
) -> Waiting:
    deliveries = {
        id: Delivery(id, kind, recipient, 41, 42, CREATED, 0, key)
        for id, recipient in enumerate(recipients, 1)
    }
    return Waiting(deliveries, drift or drifts.full())


def settings(port: int = 25, *, host: str = mail_server.HOST, heartbeat: bool = False) -> Mail:
    return Mail.model_validate(
        {
            "host": host,
            "port": port,
            "security": "starttls",
            "username": "",
            "password_file": "",
            "sender": "drift@ops.example",
            "recipients": (A,),
            "heartbeat": heartbeat,
        }
    )


def never(message: EmailMessage, recipients: tuple[str, ...], settings: Mail) -> Mapping[str, Result]:
    raise AssertionError("no mail was to be sent")


def down(message: EmailMessage, recipients: tuple[str, ...], settings: Mail) -> Mapping[str, Result]:
    raise MailServerError("mail server m:25: unreachable")


def test_the_good_ones_get_it_once_and_the_others_by_their_own_fate(tmp_path: Path) -> None:
    outbox = waiting(A, B, C)
    with mail_server.mail_server(tmp_path) as server:
        send = partial(smtp.send, context=server.context)
        server.refuse = {B: "451 greylisted", C: "550 no such user"}
        first = deliver_due(outbox, settings(server.port), CREATED, installation="prod", send=send)
        too_soon = deliver_due(outbox, settings(server.port), CREATED, installation="prod", send=send)
        server.refuse = {}
        later = CREATED + timedelta(minutes=2)
        second = deliver_due(outbox, settings(server.port), later, installation="prod", send=send)
    assert (first.sent, first.retried, first.given_up) == (1, 1, 1)
    assert [("451 grey" in error, "550 no" in error) for error in first.errors] == [
        (True, False),
        (False, True),
    ]
    assert too_soon == Round()
    assert second == Round(sent=1)
    assert outbox.sent_ids == [1, 2]
    assert "550 no such user" in outbox.errors[3]
    assert [received.recipients for received in server.received] == [(A,), (B,)]
    ids = {email.message_from_bytes(received.content)["Message-ID"] for received in server.received}
    assert len(ids) == 1


def test_a_crash_after_the_mail_repeats_it_with_the_same_message_id(tmp_path: Path) -> None:
    outbox = waiting(A)
    with mail_server.mail_server(tmp_path) as server:
        send = partial(smtp.send, context=server.context)
        server.hang_up = True
        assert (
            deliver_due(outbox, settings(server.port), CREATED, installation="prod", send=send).retried == 1
        )
        server.hang_up = False
        later = CREATED + timedelta(minutes=1)
        assert deliver_due(outbox, settings(server.port), later, installation="prod", send=send).sent == 1
    first, second = (email.message_from_bytes(received.content) for received in server.received)
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]


def test_a_server_that_is_down_is_tried_once_a_round_with_growing_pauses_for_72_hours() -> None:
    outbox = waiting(A)
    outbox.deliveries[2] = replace(outbox.deliveries[1], id=2, recipient=B, message_key="other")
    tries: list[datetime] = []
    now = CREATED

    def send(message: EmailMessage, recipients: tuple[str, ...], settings: Mail) -> Mapping[str, Result]:
        tries.append(now)
        return down(message, recipients, settings)

    while outbox.deliveries:
        done = deliver_due(outbox, settings(), now, installation="prod", send=send)
        assert done.retried + done.given_up == 2
        assert len(done.errors) == 1
        now = min(outbox.due_at.values())
    pauses = [later - sooner for sooner, later in pairwise(tries)]
    assert pauses[0] == timedelta(minutes=1)
    assert pauses[:-1] == sorted(pauses[:-1])
    assert max(pauses) == timedelta(hours=6)
    assert tries[-1] == CREATED + timedelta(hours=72)
    assert len(tries) < 25
    assert outbox.errors[1] == "given up after 72 hours: mail server m:25: unreachable"
    assert outbox.errors[2] == outbox.errors[1]


def test_nothing_different_is_no_mail_unless_a_heartbeat_is_asked_for() -> None:
    outbox = waiting(A, B, drift=drifts.quiet())
    assert deliver_due(outbox, settings(), CREATED, installation="prod", send=never) == Round(
        nothing_to_say=2
    )
    assert outbox.quiet_ids == [1, 2]

    subjects: list[str] = []

    def send(message: EmailMessage, recipients: tuple[str, ...], settings: Mail) -> Mapping[str, Result]:
        subjects.append(message["Subject"])
        return dict.fromkeys(recipients, Result(Outcome.SENT))

    outbox = waiting(A, drift=drifts.quiet())
    assert deliver_due(outbox, settings(heartbeat=True), CREATED, installation="prod", send=send).sent == 1
    assert subjects == ["driftline prod: no changes (22 Nov)"]
    outbox = waiting(A, drift=drifts.quiet(), kind=DeliveryKind.ALARM)
    assert deliver_due(outbox, settings(heartbeat=True), CREATED, installation="prod", send=never).sent == 0


def test_a_test_needs_no_snapshot(tmp_path: Path) -> None:
    outbox = waiting(A, kind=DeliveryKind.TEST)
    with mail_server.mail_server(tmp_path) as server:
        send = partial(smtp.send, context=server.context)
        assert deliver_due(outbox, settings(server.port), CREATED, installation="prod", send=send).sent == 1
    (received,) = server.received
    assert email.message_from_bytes(received.content)["Subject"] == "driftline prod: test (22 Nov)"


def test_without_a_mail_server_nothing_is_touched() -> None:
    outbox = waiting(A)
    assert deliver_due(outbox, settings(host=""), CREATED, installation="prod", send=never) == Round()
    assert len(outbox.deliveries) == 1


def test_a_recipient_that_is_no_address_does_not_hold_up_the_others() -> None:
    outbox = waiting("a@x.example\r\nBcc: b@x.example", B)

    def send(message: EmailMessage, recipients: tuple[str, ...], settings: Mail) -> Mapping[str, Result]:
        assert message["To"] == B
        return dict.fromkeys(recipients, Result(Outcome.SENT))

    done = deliver_due(outbox, settings(), CREATED, installation="prod", send=send)
    assert (done.sent, done.given_up) == (1, 1)
    assert "mail.recipients" in outbox.errors[1]


@pytest.mark.parametrize(
    ("hours", "attempts", "since", "said"),
    [
        (0, 0, None, ""),
        (0.9, 5, None, ""),
        (
            26,
            12,
            None,
            "This report is 26 hours late after 12 tries that failed: it was due at 2026-11-22 06:00Z.",
        ),
        (1, 0, None, "This report is 1 hour late: it was due at 2026-11-22 06:00Z."),
        (
            0,
            0,
            CREATED - timedelta(days=4),
            (
                "This report is late: what was due since 2026-11-18 06:00Z, 4 days ago, "
                "could not be delivered and is told here."
            ),
        ),
    ],
)
def test_a_late_report_says_how_late_it_is(
    hours: float, attempts: int, since: datetime | None, said: str
) -> None:
    delivery = Delivery(1, DeliveryKind.DIGEST, A, 41, 42, CREATED, attempts, "k", since)
    assert lateness(delivery, CREATED + timedelta(hours=hours)) == said


def test_a_late_mail_says_so_above_its_report() -> None:
    outbox = waiting(A)
    texts: list[str] = []

    def send(message: EmailMessage, recipients: tuple[str, ...], settings: Mail) -> Mapping[str, Result]:
        body = message.get_body(("plain",))
        assert body is not None
        texts.append(body.get_content())
        return dict.fromkeys(recipients, Result(Outcome.SENT))

    deliver_due(outbox, settings(), CREATED + timedelta(hours=26), installation="prod", send=send)
    assert texts[0].startswith("This report is 26 hours late")


@pytest.mark.parametrize(("kind", "said"), [(DeliveryKind.ALARM, True), (DeliveryKind.DIGEST, False)])
def test_an_alarm_says_why_it_comes_at_once(kind: DeliveryKind, said: bool) -> None:
    texts: list[str] = []

    def send(message: EmailMessage, recipients: tuple[str, ...], settings: Mail) -> Mapping[str, Result]:
        body = message.get_body(("plain",))
        assert body is not None
        texts.append(body.get_content())
        return dict.fromkeys(recipients, Result(Outcome.SENT))

    deliver_due(waiting(A, kind=kind), settings(), CREATED, installation="prod", send=send)
    assert texts[0].startswith("Sent at once, because personal data goes a new way.") is said


def test_a_huge_number_of_attempts_does_not_overflow_the_pause() -> None:
    delivery = Delivery(1, DeliveryKind.DIGEST, A, 41, 42, CREATED, 10_000, "k")
    assert retry_at(delivery, CREATED) == CREATED + timedelta(hours=6)
