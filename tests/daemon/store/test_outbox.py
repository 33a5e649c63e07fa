"""The outbox: what is due, what was told, and what late mails owe."""

from __future__ import annotations

from datetime import datetime, timedelta

from daemon.store import outbox
from daemon.store.draft import drafting
from daemon.store.telling import NewDelivery
from tests.support.snapshots import START, Snapshots

OPS = "ops@example.org"


def tell(store: Snapshots, *deliveries: NewDelivery) -> None:
    with drafting(store.database, started_at=store.now, committed_at=store.now, rules="r") as draft:
        draft.tell(deliveries)
    store.now += timedelta(hours=1)


def due(store: Snapshots, now: datetime) -> list[outbox.Waiting]:
    with store.database.reading() as connection:
        return outbox.due(connection, now)


def test_only_what_is_due_and_pending_comes(store: Snapshots) -> None:
    tell(store, NewDelivery("alarm", OPS, 1, START), NewDelivery("digest", OPS, 1, START + timedelta(days=1)))
    assert [row.kind for row in due(store, START)] == ["alarm"]
    assert {row.kind for row in due(store, START + timedelta(days=1))} == {"alarm", "digest"}
    (alarm,) = due(store, START)
    outbox.sent(store.database, alarm.id, START, ["a1", "b2"])
    assert due(store, START) == []


def test_those_who_are_told_the_same_share_a_message(store: Snapshots) -> None:
    tell(store, *(NewDelivery("alarm", who, 1, START) for who in (OPS, "dev@example.org")))
    tell(store, NewDelivery("alarm", OPS, 1, START))
    keys = [row.message_key for row in due(store, START)]
    assert len(keys) == 3
    assert len(set(keys)) == 2
    assert keys == sorted(keys), "those of one message stand together"


def test_a_failure_waits_until_its_retry_and_the_last_one_ends_it(store: Snapshots) -> None:
    tell(store, NewDelivery("alarm", OPS, 1, START))
    (row,) = due(store, START)
    outbox.failed(store.database, row.id, "451 try later", START + timedelta(minutes=1))
    assert due(store, START) == []
    (again,) = due(store, START + timedelta(minutes=1))
    assert (again.attempts, again.last_error) == (1, "451 try later")
    outbox.failed(store.database, row.id, "550 no such user", None)
    assert due(store, START + timedelta(days=9)) == []
    assert store.rows("SELECT state, attempts FROM v1_deliveries") == [("expired", 2)]
    assert outbox.again(store.database, row.id, START)
    assert not outbox.again(store.database, 99, START)
    assert [row.attempts for row in due(store, START)] == [0]


def test_a_digest_says_since_when_others_were_given_up(store: Snapshots) -> None:
    tell(store, NewDelivery("digest", OPS, 1, START))
    (first,) = due(store, START)
    outbox.failed(store.database, first.id, "unreachable", None)
    tell(store, NewDelivery("digest", OPS, 1, START))
    (second,) = due(store, store.now)
    assert second.late_since == START


def test_what_was_told_to_one_is_not_told_to_another(store: Snapshots) -> None:
    tell(store, NewDelivery("baseline", OPS, None, START))
    tell(store, NewDelivery("alarm", OPS, 1, START))
    with store.database.reading() as connection:
        assert outbox.last_told(connection, OPS) == 1
        assert outbox.last_told(connection, "dev@example.org") is None
    alarm = next(row for row in due(store, START) if row.kind == "alarm")
    outbox.sent(store.database, alarm.id, START, ["a1", "b2"])
    with store.database.reading() as connection:
        assert outbox.alarmed(connection, OPS, 1, 2) == {"a1", "b2"}
        assert outbox.alarmed(connection, OPS, 2, 3) == frozenset()
        assert outbox.alarmed(connection, "dev@example.org", 1, 2) == frozenset()


def pending(store: Snapshots) -> list[tuple[object, ...]]:
    return store.rows(
        "SELECT kind, recipient, snapshot_from, snapshot_to FROM delivery WHERE state = 'pending' ORDER BY id"
    )


def test_what_a_digest_given_up_would_have_told_is_told_by_the_one_that_waits_already(
    store: Snapshots,
) -> None:
    who = (OPS, "dev@example.org")
    tell(store, *(NewDelivery("digest", each, 0, START) for each in who))
    first = due(store, START)
    for row in first:
        outbox.failed(store.database, row.id, "451 later", START)
    tell(store, *(NewDelivery("digest", each, 1, START) for each in who))
    for row in first:
        outbox.failed(store.database, row.id, "unreachable", None)
    assert pending(store) == [("digest", OPS, 0, 2), ("digest", "dev@example.org", 0, 2)]
    both = due(store, START)
    assert [row.late_since for row in both] == [START, START]
    assert len({row.message_key for row in both}) == 1
    assert {row.message_key for row in both}.isdisjoint(row.message_key for row in first)


def test_two_digests_given_up_are_told_by_the_third_in_whatever_order_they_end(store: Snapshots) -> None:
    for order in ((0, 1), (1, 0)):
        who = f"{order[0]}@example.org"
        number = store.rows("SELECT coalesce(max(number), 0) FROM snapshot")[0][0]
        for _ in range(3):
            tell(store, NewDelivery("digest", who, number, START))
            number += 1
            for row in due(store, START):
                outbox.failed(store.database, row.id, "451 later", START)
        three = due(store, START)
        for index in order:
            outbox.failed(store.database, three[index].id, "unreachable", None)
        assert [row[2:] for row in pending(store)] == [(number - 3, number)]
        outbox.quiet(store.database, three[2].id)


def test_a_baseline_given_up_is_told_instead_of_the_first_digest(store: Snapshots) -> None:
    tell(store, NewDelivery("baseline", OPS, None, START))
    tell(store, NewDelivery("digest", OPS, 1, START))
    baseline = next(row for row in due(store, START) if row.kind == "baseline")
    outbox.failed(store.database, baseline.id, "unreachable", None)
    assert pending(store) == [("baseline", OPS, None, 2)]


def test_an_alarm_leaves_before_a_digest(store: Snapshots) -> None:
    for _ in range(6):  # keys are digests: by chance alone the order would be right once in a while
        tell(store, NewDelivery("digest", OPS, 1, START), NewDelivery("alarm", OPS, 1, START))
    kinds = [row.kind for row in due(store, START)]
    assert kinds == sorted(kinds)


def test_what_is_due_in_the_morning_is_not_late_then(store: Snapshots) -> None:
    morning = START + timedelta(hours=22)
    tell(store, NewDelivery("digest", OPS, 1, morning))
    (row,) = due(store, morning)
    assert row.created_at == morning


def test_what_digests_brought_is_known_for_the_alarm_that_comes_after_them(store: Snapshots) -> None:
    tell(store, NewDelivery("digest", OPS, 0, START))
    (row,) = due(store, START)
    outbox.sent(store.database, row.id, START, ["a1"])
    with store.database.reading() as connection:
        assert outbox.digested(connection, OPS, 0, 1) == {"a1"}
        assert outbox.digested(connection, OPS, 0, 2) == frozenset()
        assert outbox.digested(connection, "dev@example.org", 0, 1) == frozenset()
