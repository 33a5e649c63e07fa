"""Personal data inside telemetry is a finding of its own: new, standing and gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from collectors.model import Extent, Relation, Scope, Seen, Sightings
from config.settings import compose
from daemon.cli.fail_on import changed
from daemon.comparison import compare, only_alarms
from daemon.report.text import render_text
from tests.support.snapshots import START, Snapshots

PROD = Extent("traces.flow", Scope("traces", "prod"))
BEGIN = START.timestamp()


def heard(hours: float, *flows: tuple[str, str, float]) -> Sightings:
    """Operations of a shop that leak, last at these hours, and one that is called all the time."""
    alive = ("operation://prod//shop/GET /", "table://public/mysql/db/shop/a", hours)
    relations = [
        Relation(
            source,
            "leaks" if "attribute" in target else "reads",
            target,
            {},
            Seen(BEGIN, BEGIN + at * 3600, 1),
        )
        for source, target, at in (*flows, alive)
    ]
    return Sightings(
        PROD,
        (),
        tuple(sorted(relations, key=lambda one: (one.source, one.verb, str(one.target)))),
        1,
        2,
        1,
        "r",
    )


ORDERS = ("operation://prod//shop/GET /orders", "attribute://email/url.full")
CARDS = ("operation://prod//shop/POST /pay", "attribute://card/note")
ADMIN = ("operation://prod//shop/GET /admin", "attribute://email/url.full")


def test_a_leak_is_told_once_for_a_service_and_again_when_it_is_gone(tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path)
    store.take(heard(0, (*CARDS, 0)))
    store.take(heard(1, (*CARDS, 1), (*ORDERS, 1), (*ADMIN, 1)))
    for hours in range(2, 230, 12):
        store.now = START + timedelta(hours=hours)
        store.take(heard(hours, (*CARDS, hours), (*ORDERS, min(hours, 20)), (*ADMIN, hours)))
    settings = compose({})
    now = datetime(2026, 12, 24, tzinfo=UTC)
    with store.database.reading() as connection:
        baseline = compare(connection, settings, None, 1, now)
        drift = compare(connection, settings, 1, 2, now)
        ended = compare(connection, settings, 5, store.taken[-1], now)
        same = compare(connection, settings, 2, 3, now)
    assert baseline.standing is not None
    (standing,) = baseline.standing.leaks
    assert (standing.symbol, standing.type, standing.name, standing.detail) == (
        "!", "card", "shop", "in note of POST /pay",
    )  # fmt: skip
    assert "delete the attribute" in render_text(baseline)
    (line,) = drift.leaks
    assert (line.symbol, line.type, line.name, line.detail) == (
        "!", "email", "shop", "in url.full of GET /admin and 1 more",
    )  # fmt: skip
    assert "delete the attribute" in render_text(drift)
    assert drift.totals.new_leaks == 1
    assert changed(drift)
    assert not drift.groups
    assert not only_alarms(drift).leaks
    (gone,) = ended.leaks
    assert (gone.symbol, gone.detail) == ("-", "in url.full of GET /orders")
    assert not same.leaks
    assert not changed(same)
