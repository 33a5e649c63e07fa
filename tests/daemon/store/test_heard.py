"""When services were heard is known for as long as a rule may ask, and no longer."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from sqlalchemy import text

from collectors.model import Extent, Relation, Scope, Seen, Sightings
from config.settings import compose
from daemon.store import heard
from daemon.store.keeping import scheduled
from tests.support.snapshots import START, Snapshots

PROD = Extent("traces.flow", Scope("traces", "prod"))
DAY = 86_400.0
BEGIN = START.timestamp()
POLICY = compose({"retention": {"keep_all": "1d", "daily": "1d", "weekly": "7d", "monthly": "31d"}}).retention


@pytest.mark.parametrize(
    ("source", "verb", "target", "who"),
    [
        (
            "operation://prod/shop/cart/GET /a/b",
            "calls",
            "operation://prod//s1/GET /",
            "service://prod/shop/cart",
        ),
        ("service://prod//s1", "reads", "table://t", "service://prod//s1"),
        (
            "topic://prod/kafka//seen",
            "consumed_by",
            "operation://prod//s1/process seen",
            "service://prod//s1",
        ),
        ("topic://prod/kafka//seen", "consumed_by", "service://prod//s1", "service://prod//s1"),
        ("host://public/a.example", "located_at", "public|host|a.example", ""),
    ],
)
def test_a_flow_is_told_by_the_service_whose_spans_show_it(
    source: str, verb: str, target: str, who: str
) -> None:
    assert heard.teller(source, verb, target) == who


def service(number: int) -> str:
    return f"service://prod//s{number}"


def told(*flows: tuple[str, float, float, int]) -> Sightings:
    """Services that read something: first seen, last seen, how often, in days."""
    return Sightings(
        PROD,
        (),
        tuple(
            Relation(name, "reads", "table://t", {}, Seen(BEGIN + first * DAY, BEGIN + last * DAY, times))
            for name, first, last, times in flows
        ),
        1.0,
        2.0,
        1,
        "rules 1",
    )


def stretches(store: Snapshots) -> list[tuple[str, float, float]]:
    rows = store.rows("SELECT service, since, until FROM heard_service ORDER BY service, since")
    return [(name, round((since - BEGIN) / DAY), round((until - BEGIN) / DAY)) for name, since, until in rows]


def pruned(store: Snapshots, day: int) -> int:
    """What the daily pruning forgets, after so many days."""
    return scheduled.apply(store.database, POLICY, START + timedelta(days=day), UTC).stretches


def heard_on(store: Snapshots, day: int, name: str) -> None:
    store.now = START + timedelta(days=day)
    store.take(told((name, day, day, 1)))


def test_the_stretches_of_long_ago_go_with_the_daily_pruning(store: Snapshots) -> None:
    for day in range(0, 200, 20):
        heard_on(store, day, service(day))
    for day in range(1, 200, 3):
        heard_on(store, day, service(1))
    with store.database.writing() as connection:
        # Without a flow that is still held to be there nobody asks.
        connection.execute(text("UPDATE relation_version SET until = 1"))
    assert pruned(store, 200) > 0
    left = stretches(store)
    assert left
    assert all(until >= 200 - 90 for _, _, until in left)
    assert pruned(store, 200) == 0
    assert pruned(store, 2000) == len(left)
    assert stretches(store) == []
    with store.database.writing() as connection:  # though no snapshot is left to be pruned
        connection.execute(
            text("INSERT INTO heard_service (service, since, until) VALUES ('service://a', 1, 2)")
        )
    assert pruned(store, 2000) == 1


def test_what_a_silent_flow_is_asked_about_stays(store: Snapshots) -> None:
    heard_on(store, 0, service(0))
    heard_on(store, 5, service(0))
    with store.database.writing() as connection:
        connection.execute(text("UPDATE relation SET last_at = :at"), {"at": BEGIN + 3 * DAY})
        connection.execute(
            text("INSERT INTO reinstrumented (service, changed_at) VALUES (:name, :at)"),
            {"name": service(0), "at": BEGIN + 4 * DAY},
        )
    assert pruned(store, 500) == 1
    assert stretches(store) == [(service(0), 5, 5)]
    assert len(store.rows("SELECT * FROM reinstrumented")) == 1


@pytest.mark.parametrize("keep_all", ["forever", "400d"])
def test_a_longer_policy_keeps_them_longer(store: Snapshots, keep_all: str) -> None:
    heard_on(store, 0, service(0))
    with store.database.writing() as connection:
        connection.execute(text("UPDATE relation_version SET until = 1"))
    policy = compose(
        {"retention": {"keep_all": keep_all, "daily": "forever", "weekly": "forever", "monthly": "forever"}}
    ).retention
    done = scheduled.apply(store.database, policy, START + timedelta(days=300), UTC)
    assert done.stretches == 0
    assert len(stretches(store)) == 1
