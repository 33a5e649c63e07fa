"""Many rows at once: whatever a text holds comes back as it was, and is found by it."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from daemon.store.bulk import insert_rows, rows_by_key
from daemon.store.columns import DOCUMENT, RELATION, RESOURCE
from tests.support.snapshots import Snapshots

ODD = (
    'a"b',
    "a\\b",
    '\\"',
    "{a,b}",
    "NULL",
    "",
    "tab\tand\nline",
    "'; DROP TABLE resource",
    "ü€😀",
    "%s ?",
    r"\N",
)
MANY = 1_201  # more than one statement of each kind
_RESOURCE = ("id", "urn", "type", "role", "provider", "account", "region")
_RELATION = ("id", "source", "verb", "target", "raw", "observed", "times")


def test_texts_come_back_as_they_were_and_are_found_by_them(store: Snapshots) -> None:
    rows = [(number, text, text, "r", "p", "a", text) for number, text in enumerate(ODD, 1)]
    with store.database.writing() as connection:
        insert_rows(connection, RESOURCE, _RESOURCE, rows)
        found = sorted(rows_by_key(connection, RESOURCE, ("urn",), _RESOURCE, [(text,) for text in ODD]))
        none = list(rows_by_key(connection, RESOURCE, ("urn",), ("id",), [("a",), ("null",), ("N",)]))
    assert [tuple(row) for row in found] == rows
    assert none == []


def test_keys_of_several_columns_are_found_whole(store: Snapshots) -> None:
    keys = [(one, other, one + other) for one in ODD for other in ODD]
    rows = [(number, *key, False, True, 0) for number, key in enumerate(keys, 1)]
    with store.database.writing() as connection:
        insert_rows(connection, RELATION, _RELATION, rows)
        wanted = [key for key in keys if key[0] != key[1]]
        found = rows_by_key(
            connection, RELATION, ("source", "verb", "target"), ("source", "verb", "target"), wanted
        )
        assert sorted(tuple(row) for row in found) == sorted(wanted)


def test_many_are_found_by_bytes_and_by_number(store: Snapshots) -> None:
    rows = [(number, number.to_bytes(8, "big"), f"{number}") for number in range(1, MANY + 1)]
    with store.database.writing() as connection:
        insert_rows(connection, DOCUMENT, ("id", "prefix", "body"), rows)
        by_bytes = rows_by_key(connection, DOCUMENT, ("prefix",), ("id",), [(row[1],) for row in rows])
        assert sorted(row.id for row in by_bytes) == list(range(1, MANY + 1))
        by_number = rows_by_key(connection, DOCUMENT, ("id",), ("body",), [(row[0],) for row in rows])
        assert sorted(int(row.body) for row in by_number) == list(range(1, MANY + 1))
        assert list(rows_by_key(connection, DOCUMENT, ("id",), ("body",), [])) == []


def test_what_is_there_stays_if_only_new_rows_are_wanted(store: Snapshots) -> None:
    old = [(number, f"urn {number}", "old", "", "", "", "") for number in range(1, 21)]
    new = [(number, f"urn {number}", "new", "", "", "", "") for number in range(11, 31)]
    with store.database.writing() as connection:
        insert_rows(connection, RESOURCE, _RESOURCE, old)
        insert_rows(connection, RESOURCE, _RESOURCE, new, new_only=True)
    assert store.rows("SELECT type, count(*) FROM resource GROUP BY type ORDER BY type") == [
        ("new", 10),
        ("old", 20),
    ]


def test_a_refused_row_is_told_as_the_database_tells_it_and_leaves_nothing(store: Snapshots) -> None:
    rows = [(number, "the same", "", "", "", "", "") for number in range(1, 21)]
    with pytest.raises(DBAPIError, match=r"(?i)unique"), store.database.writing() as connection:
        insert_rows(connection, RESOURCE, _RESOURCE, rows)
    assert store.rows("SELECT count(*) FROM resource") == [(0,)]
