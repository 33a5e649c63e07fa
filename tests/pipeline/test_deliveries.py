"""Who is told what and when: outbox rows of the snapshot's transaction, mailed by a real SMTP server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from daemon.deliveries import StoreOutbox
from daemon.notify.delivery import deliver_due
from daemon.store.draft import Draft
from tests.support import pipeline
from tests.support.mail_server import MailServer
from tests.support.pipeline import ORDERS_DB, PROFILES_DB, QUEUES, Installation, Shop, told

HOP = "accounts reads public.customers"
QUEUE = QUEUES[3]


@pytest.fixture
def home(deployed: str, mails: MailServer, tmp_path: Path) -> Iterator[Installation]:
    mail = pipeline.mail_to(mails.port)
    with pipeline.installed(tmp_path, deployed, mail=mail) as home:
        yield home


@dataclass
class Post:
    """Sends what is due, and hands out what has come since the last look."""

    home: Installation
    server: MailServer
    looked: int = 0

    def round(self) -> list[EmailMessage]:
        box = StoreOutbox(self.home.database, self.home.settings, self.home.clock)
        done = deliver_due(box, self.home.settings.mail, self.home.clock(), installation="test")
        assert not done.errors
        fresh = self.server.received[self.looked :]
        self.looked += len(fresh)
        return [message_from_bytes(mail.content, policy=default) for mail in fresh]


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def outbox(home: Installation) -> list[tuple[object, ...]]:
    return home.rows_of("select kind, snapshot_from, snapshot_to, state from v1_deliveries order by id")


def deploy(shop: Shop, endpoint: str) -> None:
    """A new path, and an ordinary change."""
    sqs = pipeline.client(endpoint, "sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"])
    with shop.checkout.serves("GET /account/{id}"), shop.checkout.calls(shop.accounts, "GET /profile"):
        shop.accounts.asks("SELECT full_name, tier, national_id FROM customers WHERE id = $1", ORDERS_DB)
    shop.flush()


def test_a_known_path_that_crosses_a_border_now_alarms_at_once(
    home: Installation, shop: Shop, mails: MailServer, deployed: str
) -> None:
    post = Post(home, mails)
    shop.rich_day()
    home.cycle()
    post.round()
    pipeline.point(deployed, PROFILES_DB)
    home.cycle()
    assert outbox(home)[1:] == [("alarm", 1, 2, "pending"), ("digest", 1, 2, "pending")]
    (alarm,) = post.round()
    assert "1 altered PII path (" in str(alarm["Subject"])
    said = " ".join(text_of(alarm).split())
    assert "high: personal data of an EU/EEA application is in the US" in said
    assert "route53" not in said
    home.clock.advance(days=1)
    (digest,) = post.round()
    assert "Altered paths" not in text_of(digest), "the alarm has told it"
    assert "route53" in text_of(digest)
    pipeline.point(deployed, ORDERS_DB)
    home.cycle()
    assert [row[0] for row in outbox(home)[3:]] == ["digest"], "what ends a border can wait"
    home.clock.advance(days=1)
    (digest,) = post.round()
    assert "Altered paths" in text_of(digest)


def test_a_new_path_alarms_at_once_and_the_digest_brings_the_rest_at_its_hour(
    home: Installation, shop: Shop, mails: MailServer, deployed: str
) -> None:
    post = Post(home, mails)
    shop.plain_day()
    home.cycle()
    assert outbox(home) == [("baseline", None, 1, "pending")]
    (baseline,) = post.round()
    assert "baseline" in str(baseline["Subject"])
    assert "full_name" in text_of(baseline)

    deploy(shop, deployed)
    home.cycle()
    assert outbox(home)[1:] == [("alarm", 1, 2, "pending"), ("digest", 1, 2, "pending")]
    (alarm,) = post.round()
    assert "national_id" in text_of(alarm)
    assert QUEUE not in text_of(alarm)
    assert outbox(home)[1:] == [("alarm", 1, 2, "sent"), ("digest", 1, 2, "pending")]

    home.cycle()
    assert len(outbox(home)) == 3  # nothing changed: nothing more to tell
    assert post.round() == []

    home.clock.advance(days=1)  # past 06:00
    (digest,) = post.round()
    assert QUEUE in text_of(digest)
    assert "New paths" not in text_of(digest)
    assert HOP in text_of(digest)
    assert outbox(home)[1:] == [("alarm", 1, 2, "sent"), ("digest", 1, 2, "sent")]
    home.clock.advance(days=1)
    home.cycle()
    assert post.round() == []


def test_a_change_without_a_new_path_waits_for_the_digest(
    home: Installation, shop: Shop, mails: MailServer, deployed: str
) -> None:
    post = Post(home, mails)
    shop.plain_day()
    home.cycle()
    post.round()
    pipeline.client(deployed, "sqs").create_queue(QueueName="fresh")
    home.cycle()
    assert post.round() == []
    assert outbox(home)[1:] == [("digest", 1, 2, "pending")]
    pipeline.client(deployed, "sqs").create_queue(QueueName="fresher")
    home.cycle()
    assert outbox(home)[1:] == [("digest", 1, 3, "pending")]  # the one that waits tells that, too
    home.clock.advance(days=1)
    (digest,) = post.round()
    assert "fresher" in text_of(digest)


def test_what_came_and_went_between_two_digests_is_no_mail(
    home: Installation, shop: Shop, mails: MailServer, deployed: str
) -> None:
    post = Post(home, mails)
    shop.plain_day()
    home.cycle()
    post.round()
    sqs = pipeline.client(deployed, "sqs")
    url = sqs.create_queue(QueueName="fleeting")["QueueUrl"]
    home.cycle()
    sqs.delete_queue(QueueUrl=url)
    home.cycle()
    home.clock.advance(days=1)
    assert told(home.drift(1, 3)) == []
    assert post.round() == []
    assert outbox(home)[1:] == [("digest", 1, 3, "quiet")]


def test_outbox_rows_exist_if_and_only_if_their_snapshot_does(
    home: Installation, shop: Shop, deployed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.plain_day()
    home.cycle()
    before, rows = home.counts(), outbox(home)
    deploy(shop, deployed)

    class PowerFailure(Exception):
        pass

    def fail(draft: Draft) -> str:
        assert len(draft.connection.exec_driver_sql("select * from delivery").fetchall()) > len(rows)
        raise PowerFailure

    with monkeypatch.context() as patch:
        patch.setattr(Draft, "seal", fail)
        with pytest.raises(PowerFailure):
            home.cycle()
    assert home.rows_of("select max(number) from snapshot") == [(1,)]
    assert (home.counts(), outbox(home)) == (before, rows)
    assert not (home.settings.driftline.state_directory / "spool").exists()
    home.cycle()
    assert [row[:3] for row in outbox(home)[1:]] == [("alarm", 1, 2), ("digest", 1, 2)]
