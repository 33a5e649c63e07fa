"""Makes the views of the catalogue in a database, with the dictionary and the comments, and drops them."""

from __future__ import annotations

from sqlalchemy import Connection, text

from daemon.store.public.catalogue import ALL, DICTIONARY, VIEWS
from daemon.store.public.shape import View


def create(connection: Connection) -> None:
    """Creates every view, the dictionary, and on PostgreSQL a comment on each column."""
    for view in VIEWS:
        connection.execute(text(_view_sql(view)))
        if connection.dialect.name == "postgresql":
            for column in view.columns:
                comment = column.meaning.replace("'", "''")
                connection.exec_driver_sql(f"COMMENT ON COLUMN {view.name}.{column.name} IS '{comment}'")
    connection.exec_driver_sql(_dictionary_sql().replace("%", "%%"))


def drop(connection: Connection) -> None:
    """Drops every view there may be, so that the tables below can change."""
    for name in (view.name for view in ALL):
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def _view_sql(view: View) -> str:
    columns = ", ".join(f"{column.sql} AS {column.name}" for column in view.columns)
    return f"CREATE VIEW {view.name} AS SELECT {columns} {view.source}".replace(":", r"\:")


def _dictionary_sql() -> str:
    """The dictionary is a view over constants, so it can neither lag behind nor be lost."""
    rows = [
        (view.name, column.name, column.meaning, column.unit, column.null, column.example, view.since)
        for view in ALL
        for column in view.columns
    ]
    names = ", ".join(f"column{i} AS {c.name}" for i, c in enumerate(DICTIONARY.columns, 1))
    values = ", ".join("(" + ", ".join(_quoted(value) for value in row) + ")" for row in rows)
    return f"CREATE VIEW {DICTIONARY.name} AS SELECT {names} FROM (VALUES {values}) AS rows_"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
