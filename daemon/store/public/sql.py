"""Makes the views of the catalogue in a database, with the dictionary, the comments and the readers' rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from daemon.store.errors import DatabaseUnusable
from daemon.store.public import readers
from daemon.store.public.catalogue import ALL, DICTIONARY
from daemon.store.public.quoting import literal
from daemon.store.public.shape import View


@contextmanager
def made_anew(connection: Connection) -> Iterator[None]:
    """Inside, the tables may change: the views are dropped before and made after, with their readers' rights.

    Raises DatabaseUnusable if others have built views on ours; nothing is done then.
    """
    others = readers.built_on(connection)
    if others:
        raise DatabaseUnusable(
            f"these views select from ours, which have to be made anew: {', '.join(others)}. "
            "Drop them, run `driftline database migrate`, and create them again."
        )
    held = readers.rights(connection)
    for view in ALL:
        _run(connection, f"DROP VIEW IF EXISTS {view.name}")
    yield
    _create(connection)
    readers.restore(connection, held)


def _create(connection: Connection) -> None:
    for view in ALL:
        _run(connection, _dictionary_sql() if view is DICTIONARY else _view_sql(view))
        if connection.dialect.name == "postgresql":
            for statement in _comments(view):
                _run(connection, statement)


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(
        statement.replace("%", "%%") if connection.dialect.name != "sqlite" else statement
    )


def _view_sql(view: View) -> str:
    columns = ", ".join(f"{column.sql} AS {column.name}" for column in view.columns)
    rows = " UNION ALL ".join(f"SELECT {columns} {source}" for source in view.sources)
    return f"CREATE VIEW {view.name} AS {rows}"


def _comments(view: View) -> Iterator[str]:
    yield f"COMMENT ON VIEW {view.name} IS {literal(view.meaning)}"
    for column in view.columns:
        yield f"COMMENT ON COLUMN {view.name}.{column.name} IS {literal(column.sentence)}"


def _dictionary_sql() -> str:
    """The dictionary is a view over constants, so it can neither lag behind nor be lost."""
    rows = [
        (
            view.name,
            column.name,
            column.meaning,
            column.unit,
            column.null,
            column.example,
            view.release(column),
        )
        for view in ALL
        for column in view.columns
    ]
    names = ", ".join(f"column{i} AS {c.name}" for i, c in enumerate(DICTIONARY.columns, 1))
    values = ", ".join("(" + ", ".join(literal(value) for value in row) + ")" for row in rows)
    return f"CREATE VIEW {DICTIONARY.name} AS SELECT {names} FROM (VALUES {values}) AS rows_"
