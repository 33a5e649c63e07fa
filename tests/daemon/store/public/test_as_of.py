"""Any snapshot, by number or by date, is one view away, and costs what the snapshot holds, not what history does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from collectors.model import Relation
from daemon.store import covered, history
from daemon.store.keeping.prune import prune
from daemon.store.public.catalogue import ALL
from tests.support.engines import empty_database
from tests.support.snapshots import ELSEWHERE, QUEUES, START, VIRGINIA, Snapshots, denied, listing, queue

AT = "SELECT number FROM v1_snapshots WHERE :at >= current_from AND (current_until IS NULL OR :at < current_until)"
AS_OF = tuple(view for view in ALL if view.name.endswith("_as_of"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshots]:
    """Four snapshots, the third failed, and two more taken after the clock was set back."""
    url = "" if request.param == "sqlite" else empty_database(request.getfixturevalue("postgres"))
    store = Snapshots.create(tmp_path_factory.mktemp("as_of"), url)
    link = Relation(queue("a").urn, "sends_to", queue("b").urn)
    gone = Relation(queue("b").urn, "sends_to", queue("a").urn)
    store.take(listing(queue("a"), queue("b"), relations=[gone]), listing(extent=ELSEWHERE))
    store.take(listing(queue("a", size=2), relations=[link]), denied(ELSEWHERE))
    store.take(denied(), denied(ELSEWHERE))
    store.take(listing(queue("c")), listing(queue("x", VIRGINIA), extent=ELSEWHERE))
    store.now = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
    store.take(listing(queue("d")), denied(ELSEWHERE))
    store.take(listing(queue("d")), denied(ELSEWHERE))
    yield store
    store.database.close()


def ask(connection: Connection, query: str, **values: object) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text(query), values)]


def test_each_snapshot_shows_what_it_held(store: Snapshots) -> None:
    names = "SELECT snapshot, name FROM v1_resources_as_of ORDER BY snapshot, name"
    assert store.rows(names) == [
        (1, "a"), (1, "b"), (2, "a"), (3, "a"), (4, "c"), (4, "x"), (5, "d"), (5, "x"), (6, "d"), (6, "x"),
    ]  # fmt: skip
    links = "SELECT snapshot, source FROM v1_relations_as_of ORDER BY snapshot, source"
    assert store.rows(links) == [(1, queue("b").urn), (2, queue("a").urn), (3, queue("a").urn)]


def test_the_newest_snapshot_is_what_the_other_views_show(store: Snapshots) -> None:
    for view in AS_OF:
        now = {"v1_relations_as_of": "v1_relations"}.get(view.name, view.name.removesuffix("_as_of"))
        columns = ", ".join(
            c.name for c in view.columns if c.name not in {"snapshot", "document", "observed"}
        )
        newest = store.rows(f"SELECT {columns} FROM {view.name} WHERE snapshot = 6")
        assert sorted(map(str, newest)) == sorted(map(str, store.rows(f"SELECT {columns} FROM {now}")))


def test_coverage_is_what_history_says(store: Snapshots) -> None:
    with store.database.reading() as connection:
        for number in store.taken:
            found = ask(
                connection,
                "SELECT type, region, state, detail FROM v1_coverage_as_of WHERE snapshot = :n ORDER BY region, type",
                n=number,
            )
            assert found == [
                (each.extent.type, each.extent.scope.region, each.state, each.detail)
                for each in covered.coverage(connection, number)
            ]


def test_the_history_of_coverage_has_each_state_from_when_to_when(store: Snapshots) -> None:
    query = (
        "SELECT state, valid_from, valid_to FROM v1_coverage_versions WHERE region = '{}' ORDER BY valid_from"
    )
    assert store.rows(query.format(QUEUES.scope.region)) == [
        ("listed", 1, 3), ("denied", 3, 4), ("listed", 4, None),
    ]  # fmt: skip
    assert store.rows(query.format(VIRGINIA.region)) == [
        ("listed", 1, 2), ("denied", 2, 4), ("listed", 4, 5), ("denied", 5, None),
    ]  # fmt: skip


def test_a_date_names_the_snapshot_that_history_names(store: Snapshots) -> None:
    with store.database.reading() as connection:
        for minutes in range(-30, 60 * 6, 30):
            when = START + timedelta(minutes=minutes)
            found = ask(connection, AT, at=when.strftime("%Y-%m-%dT%H:%M:%SZ"))
            number = history.at(connection, when)
            assert found == ([] if number is None else [(number,)])


def test_a_snapshot_that_never_was_the_newest_of_its_time_says_so(store: Snapshots) -> None:
    assert store.rows("SELECT number FROM v1_snapshots WHERE current_until <= current_from") == [(4,)]
    assert store.rows("SELECT number, state FROM v1_snapshots WHERE current_from IS NULL") == [(3, "failed")]
    assert store.rows("SELECT number FROM v1_snapshots WHERE current_until IS NULL ORDER BY 1") == [
        (3,),
        (6,),
    ]


def test_a_pruned_snapshot_is_never_current_and_shows_nothing(engine_url: str, tmp_path: Path) -> None:
    store = Snapshots.create(tmp_path, engine_url)
    for size in range(1, 5):
        store.take(listing(queue("a", size=size)))
    every = "SELECT snapshot, document FROM v1_resources_as_of ORDER BY snapshot"
    before = store.rows(every)
    with store.database.writing() as connection:
        prune(connection, [2, 3], store.now)
    assert store.rows(every) == [row for row in before if row[0] in (1, 4)]
    hours = [(START + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ") for hour in range(4)]
    with store.database.reading() as connection:
        assert [ask(connection, AT, at=hour) for hour in hours] == [[(1,)], [(1,)], [(1,)], [(4,)]]
    pruned = "SELECT number FROM v1_snapshots WHERE pruned_at IS NOT NULL ORDER BY number"
    assert store.rows(pruned) == [(2,), (3,)]
    store.database.close()


@pytest.mark.parametrize("wanted", ["2", f"({AT})"], ids=["number", "date"])
@pytest.mark.parametrize("view", [view.name for view in AS_OF])
def test_one_snapshot_is_found_by_index(tmp_path: Path, view: str, wanted: str) -> None:
    values = {"at": "2026-11-22T07:00:00Z"} if ":at" in wanted else {}
    with Snapshots.create(tmp_path).database.reading() as connection:
        rows = ask(connection, f"EXPLAIN QUERY PLAN SELECT * FROM {view} WHERE snapshot = {wanted}", **values)
    plan = [str(row[3]) for row in rows]
    assert not [step for step in plan if step == "SCAN v"], "every version that ever was"
    assert [step for step in plan if "(until>?)" in step], "what ended later"
    assert plan.count("SEARCH s USING INTEGER PRIMARY KEY (rowid=?)") == 2
