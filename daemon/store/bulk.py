"""Reads and writes many rows through the driver: per row, SQLAlchemy's care costs more than the statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.engine import Dialect

_CHUNK = 500


def insert_rows(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    *,
    new_only: bool = False,
) -> None:
    """Inserts rows of these columns. `new_only`: what is there already stays as it is."""
    if rows:
        connection.exec_driver_sql(_insert(connection.dialect, table, columns, new_only), list(rows))


def rows_by_key(
    connection: Connection,
    table: Table,
    key: tuple[str, ...],
    columns: tuple[str, ...],
    values: Sequence[tuple[str | bytes | int, ...]],
) -> Iterator[Any]:
    """These columns of the rows whose key has one of these values."""
    for begin in range(0, len(values), _CHUNK):
        chunk = values[begin : begin + _CHUNK]
        flat = tuple(part for value in chunk for part in value)
        yield from connection.exec_driver_sql(
            _select(connection.dialect, table, key, columns, len(chunk)), flat
        )


@lru_cache(maxsize=64)
def _insert(dialect: Dialect, table: Table, columns: tuple[str, ...], new_only: bool) -> str:
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column) for column in columns)
    end = " ON CONFLICT DO NOTHING" if new_only else ""
    return f"INSERT INTO {quote(table.name)} ({names}) VALUES {_marks(dialect, len(columns))}{end}"  # noqa: S608 - our own names


@lru_cache(maxsize=64)
def _select(
    dialect: Dialect, table: Table, key: tuple[str, ...], columns: tuple[str, ...], count: int
) -> str:
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column) for column in columns)
    keys = ", ".join(quote(column) for column in key)
    values = ", ".join([_marks(dialect, len(key))] * count)
    return f"SELECT {names} FROM {quote(table.name)} WHERE ({keys}) IN (VALUES {values})"  # noqa: S608 - our own names


def _marks(dialect: Dialect, count: int) -> str:
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    return f"({', '.join([mark] * count)})"
