"""Kept snapshots answer as before when those between them are pruned, whatever happened in between."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import SQLModel

from daemon.store import covered, findings, history, path_history
from daemon.store.keeping.fold import Kept
from daemon.store.keeping.prune import Pruned, needed, prune
from daemon.store.keeping.verify import verify
from daemon.values.drift import Difference
from demo.postgres import Server
from tests.support.engines import empty_database
from tests.support.histories_kept import HISTORIES, Cycle, take, take_all
from tests.support.snapshots import START, Snapshots, denied, listing, queue

AS_OF = ("resources", "relations", "data_paths", "findings", "coverage")
INTERVAL = ("valid_from", "valid_to", "origin", "since")
# Of paths and findings not the rules: where equal ones meet, the rules of whichever was met first stay.
TABLES = {
    "resource_version": "r.urn, v.extent_id, v.name, v.fingerprint FROM resource_version v JOIN resource r ON "
    "r.id = v.resource_id",
    "relation_version": "r.source, r.target, v.extent_id, v.fingerprint FROM relation_version v JOIN relation r ON "
    "r.id = v.relation_id",
    "alias_binding": "v.alias, v.urn FROM alias_binding v",
    "data_path_version": "v.columns FROM data_path_version v",
    "finding_version": "v.version FROM finding_version v",
    "coverage": "v.extent_id, v.state, v.details_failed, v.last_listed FROM coverage v",
}  # fmt: skip
FEW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)  # fmt: skip


@contextmanager
def a_store(url: str = "") -> Iterator[Snapshots]:
    with tempfile.TemporaryDirectory() as folder:
        store = Snapshots.create(Path(folder), url)
        try:
            yield store
        finally:
            store.database.close()


def pruned(store: Snapshots, numbers: Sequence[int]) -> Pruned:
    with store.database.writing() as connection:
        return prune(connection, numbers, store.now)


def damages(store: Snapshots) -> list[str]:
    with store.database.reading() as connection:
        return [f"{each.snapshot}: {each.what}" for each in verify(connection).damages]


def kept_after(store: Snapshots, numbers: Sequence[int]) -> list[int]:
    with store.database.reading() as connection:
        stay = needed(connection)
    return [number for number in store.taken if number not in numbers or number in stay]


@given(HISTORIES, st.sets(st.integers(1, 9)))
@FEW
def test_kept_snapshots_answer_as_before(cycles: list[Cycle], going: set[int]) -> None:
    with a_store() as store:
        _answers_as_before(store, cycles, going)


@given(HISTORIES, st.sets(st.integers(1, 9)))
@settings(FEW, max_examples=2)
def test_kept_snapshots_answer_as_before_on_postgresql(
    postgres: Server, cycles: list[Cycle], going: set[int]
) -> None:
    with a_store(empty_database(postgres)) as store:
        _answers_as_before(store, cycles, going)


def test_a_retirement_that_only_a_pruned_snapshot_knew_is_no_damage() -> None:
    """Denied, retired and denied again: without the middle one coverage is one stretch of denials."""
    quiet = Cycle({"a": 1}, {"b": 1}, None, 1, 0, None, None, None, large=False)
    with a_store() as store:
        _answers_as_before(
            store, [replace(quiet, here=here) for here in ({"a": 1}, None, "retired", None)], {3}
        )
        take(store, quiet)
        assert damages(store) == []


def _answers_as_before(store: Snapshots, cycles: list[Cycle], going: set[int]) -> None:
    take_all(store, cycles)
    assert damages(store) == []
    kept = kept_after(store, sorted(going))
    neighbours = list(pairwise(kept))
    undone = _undone(store, kept)
    shown = {number: _shown(store, number) for number in kept}
    told = {pair: _told(store, *pair) for pair in combinations(kept, 2)}
    pruned(store, sorted(going))
    assert damages(store) == []
    since = _since(kept, shown)
    for number in kept:
        now = _shown(store, number)
        assert {name: _without(rows) for name, rows in now.items()} == {
            name: _without(rows) for name, rows in shown[number].items()
        }
        for name in AS_OF:
            for row in now[name]:
                assert row["valid_from"] in kept
                # Of "shared", one extent's version may end where another's begins; coverage goes on only if it was
                # listed last at the same time.
                if row.get("name") != "shared" and name != "coverage":
                    assert row["valid_from"] == since[number, name, _content(row)], row
    for pair, before in told.items():
        now_told = _told(store, *pair)
        if pair in neighbours:
            assert now_told == before, pair
        else:
            assert _of_others(now_told, undone) == _of_others(before, undone), pair
    take(store, cycles[0])
    assert damages(store) == []


@given(HISTORIES, st.sets(st.integers(1, 9)), st.sets(st.integers(1, 9)))
@FEW
def test_two_steps_are_one(cycles: list[Cycle], first: set[int], second: set[int]) -> None:
    with a_store() as store, a_store() as other:
        take_all(store, cycles)
        take_all(other, cycles)
        pruned(store, sorted(first | second))
        pruned(other, sorted(first))
        pruned(other, sorted(second))
        assert _intervals(store) == _intervals(other)
        assert damages(other) == []
        before = _everything(other)
        assert pruned(other, sorted(first | second)) == Pruned()
        assert _everything(other) == before


def test_headers_of_pruned_snapshots_stay(store: Snapshots) -> None:
    take_all(store, [_cycle(n) for n in range(6)])
    headers = store.rows("SELECT number, header, parent FROM snapshot ORDER BY number")
    assert pruned(store, [1, 2, 4]).snapshots == 3
    assert store.rows("SELECT number, header, parent FROM snapshot ORDER BY number") == headers
    assert store.rows("SELECT number FROM snapshot WHERE pruned_at IS NOT NULL ORDER BY 1") == [
        (1,),
        (2,),
        (4,),
    ]


def test_the_newest_and_what_reports_compare_with_stay(store: Snapshots) -> None:
    for _ in range(4):
        store.take(listing(queue("a")))
    store.take(denied())
    with store.database.writing() as connection:
        for number, state, before, after in ((1, "sent", None, 1), (2, "sent", 1, 2), (3, "pending", 2, 3)):
            connection.execute(
                text(
                    "INSERT INTO delivery (id, kind, recipient, snapshot_from, snapshot_to, state, created_at,"
                    " not_before, attempts, message_key, lines, last_error) VALUES (:id, 'digest', 'o@example.org',"
                    " :a, :b, :state, '', '', 0, '', '', '')"
                ),
                {"id": number, "a": before, "b": after, "state": state},
            )
    assert pruned(store, [1, 2, 3, 4, 5]).snapshots == 1
    assert [row[0] for row in store.rows("SELECT number FROM snapshot WHERE pruned_at IS NULL ORDER BY 1")] == [
        2, 3, 4, 5,
    ]  # fmt: skip


def test_documents_that_nothing_names_are_freed(store: Snapshots) -> None:
    for depth in range(6):
        store.take(listing(queue("a", depth=depth), queue("b")))
    assert store.rows("SELECT count(*) FROM document") == [(7,)]
    done = pruned(store, [2, 3, 4, 5])
    assert (done.versions, done.documents) == (4, 4)
    assert done.characters > 100
    assert store.rows("SELECT count(*) FROM document") == [(3,)]


def test_what_came_and_went_leaves_nothing_behind(store: Snapshots) -> None:
    store.take(listing(queue("a")))
    store.take(listing(queue("a"), queue("b")))
    store.take(listing(queue("a")))
    pruned(store, [2])
    assert store.rows("SELECT name FROM v1_resource_versions") == [("a",)]
    assert store.rows("SELECT count(*) FROM resource") == [(1,)]
    assert store.differences(1, 3) == []


def test_retiring_is_no_removal_though_its_snapshot_is_pruned(store: Snapshots) -> None:
    store.take(listing(queue("a"), queue("b")))
    store.take(asked={"aws": frozenset()})
    store.take(listing(queue("a")))
    assert store.told(1, 3) == []
    pruned(store, [2])
    assert store.told(1, 3) == []


def test_the_last_listing_is_known_though_its_snapshot_is_pruned(store: Snapshots) -> None:
    store.take(denied())
    store.take(listing(queue("a")))
    store.take(denied())
    store.take(denied())
    pruned(store, [1, 2, 3])
    with store.database.reading() as connection:
        (row,) = covered.coverage(connection, 4)
    assert row.last_listed == START.replace(hour=7)


@pytest.mark.parametrize("numbers", [[], [9], [3]])
def test_nothing_to_prune_writes_nothing(store: Snapshots, numbers: list[int]) -> None:
    for _ in range(3):
        store.take(listing(queue("a")))
    before = _everything(store)
    assert pruned(store, numbers) == Pruned()
    assert _everything(store) == before


# -- what a database says ------------------------------------------------------------------------------------------

Rows = list[dict[str, Any]]


def _cycle(number: int) -> Cycle:
    return Cycle(
        {"a": number, "c": 1}, {"c": 1}, 1, 1 + number % 2, number % 4, 1 + number % 2, 1, number % 2, True
    )


def _shown(store: Snapshots, number: int) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    with store.database.reading() as connection:
        for name in AS_OF:
            rows = connection.execute(
                text(f"SELECT * FROM v1_{name}_as_of WHERE snapshot = :number"),
                {"number": number},
            )
            found[name] = sorted(
                ({"origin": "", "valid_from": row._mapping.get("since"), **row._mapping} for row in rows), key=repr
            )  # fmt: skip
        found["covered"] = [{"row": row} for row in covered.coverage(connection, number)]
        found["sight"] = [{"row": history.sight(connection, number)}]
    return found


def _without(rows: Rows) -> list[str]:
    return sorted(map(_content, rows))


def _content(row: dict[str, Any]) -> str:
    return repr({name: value for name, value in sorted(row.items()) if name not in (*INTERVAL, "snapshot")})


def _since(kept: Sequence[int], shown: dict[int, dict[str, Rows]]) -> dict[tuple[int, str, str], int]:
    """Since when each row must be valid: the first of the kept snapshots in a row that show it."""
    since: dict[tuple[int, str, str], int] = {}
    for at, number in enumerate(kept):
        for name in AS_OF:
            for row in shown[number][name]:
                key = name, _content(row)
                before = since.get((kept[at - 1], *key)) if at else None
                since[(number, *key)] = before or number
    return since


def _told(store: Snapshots, before: int, after: int) -> dict[str, list[Any]]:
    with store.database.reading() as connection:
        differences: list[Difference] = list(history.differences(connection, before, after))
        paths = path_history.paths(connection, before, after)
        found = findings.history(connection, before, after)
        removals = history.large_removals(connection, before, after)
    return {
        "differences": sorted(differences, key=lambda d: (d.kind, d.key)),
        "paths": _different(paths.before, paths.after, paths.restated),
        "findings": _different(found.before, found.after, found.known),
        "removals": sorted(removals),
    }


def _different(before: Sequence[Any], after: Sequence[Any], known: frozenset[Any]) -> list[Any]:
    old, new = {each.identity: each for each in before}, {each.identity: each for each in after}
    return [
        (key, old.get(key), new.get(key), key in known)
        for key in sorted(old.keys() | new.keys(), key=str)
        if old.get(key) != new.get(key)
    ]


def _of_others(told: dict[str, list[Any]], undone: set[str]) -> dict[str, list[Any]]:
    return {
        "differences": [each for each in told["differences"] if each.key not in undone],
        "removals": told["removals"],
    }


def _undone(store: Snapshots, kept: Sequence[int]) -> set[str]:
    """What came and went, or changed and changed back, between two neighbouring kept snapshots."""
    queries = {
        "resource": "SELECT r.urn, v.extent_id, v.since, v.until, v.digest FROM resource_version v"
        " JOIN resource r ON r.id = v.resource_id",
        "relation": "SELECT r.source || ' ' || r.verb || ' ' || r.target, v.extent_id, v.since, v.until, v.digest"
        " FROM relation_version v JOIN relation r ON r.id = v.relation_id",
        "alias": "SELECT v.alias, 0, v.since, v.until, v.urn FROM alias_binding v",
    }
    target = Kept(kept)
    undone = set()
    for query in queries.values():
        by_row: dict[str, list[Any]] = defaultdict(list)
        for row in store.rows(query):
            by_row[row[0]].append(row)
        for key, rows in by_row.items():
            moved = [(row[1], target.next(row[2]), row[3] and target.next(row[3]), row[4]) for row in rows]
            gone = any(since == until for _, since, until, _ in moved)
            back = any(
                a[0] == b[0] and a[2] == b[1] and a[3] == b[3] for a in moved for b in moved if a is not b
            )
            if gone or back:
                undone.add(key)
    return undone


def _intervals(store: Snapshots) -> dict[str, list[tuple[Any, ...]]]:
    return {
        name: sorted(store.rows(f"SELECT v.since, coalesce(v.until, 0), {rest}"), key=repr)
        for name, rest in TABLES.items()
    } | {
        "sight": store.rows("SELECT * FROM sight ORDER BY snapshot"),
        "large_removal": store.rows("SELECT * FROM large_removal ORDER BY snapshot, extent_id"),
        "content": store.rows("SELECT kind, subject, since FROM content ORDER BY subject"),
        "component": store.rows("SELECT * FROM component ORDER BY subject, purl"),
        "document": store.rows("SELECT body FROM document ORDER BY body"),
        "resource": store.rows("SELECT urn, type, region FROM resource ORDER BY urn"),
        "relation": store.rows("SELECT source, verb, target FROM relation ORDER BY source, verb, target"),
        "extent": store.rows("SELECT * FROM extent ORDER BY id"),
    }  # fmt: skip


def _everything(store: Snapshots) -> dict[str, list[tuple[Any, ...]]]:
    with store.database.reading() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for name, table in SQLModel.metadata.tables.items()
        }
