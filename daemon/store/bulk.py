"""Reads and writes many rows through the driver: per row, SQLAlchemy's care costs more than the statement."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

_CHUNK = 500
_ROWS = 200  # a statement: more of them save nothing, and SQLite takes 32,766 values at most
_FEW = 8  # rows: below it, to begin a COPY costs more than it saves


def insert_rows(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
    *,
    new_only: bool = False,
) -> None:
    """Inserts rows of these columns. `new_only`: what is there already stays as it is."""
    dialect = connection.dialect
    if dialect.name == "postgresql" and not new_only and len(rows) >= _FEW:
        _copy(connection, table, columns, rows)
        return
    for begin in range(0, len(rows), _ROWS):
        some = rows[begin : begin + _ROWS]
        statement = _insert(dialect, table, columns, len(some), new_only)
        connection.exec_driver_sql(statement, tuple(chain.from_iterable(some)))


def rows_by_key(
    connection: Connection,
    table: Table,
    key: tuple[str, ...],
    columns: tuple[str, ...],
    values: Collection[tuple[str | bytes | int, ...]],
) -> Iterator[Any]:
    """These columns of the rows whose key has one of these values."""
    if connection.dialect.name == "postgresql":
        if values:  # arrays: to read a statement of five hundred marks costs the driver more than to send it
            statement = _select_any(connection.dialect, table, key, columns)
            yield from connection.exec_driver_sql(statement, tuple(map(_array, zip(*values, strict=True))))
        return
    ordered = list(values)
    for begin in range(0, len(ordered), _CHUNK):
        chunk = ordered[begin : begin + _CHUNK]
        statement = _select(connection.dialect, table, key, columns, len(chunk))
        yield from connection.exec_driver_sql(statement, tuple(chain.from_iterable(chunk)))


def _copy(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """PostgreSQL's own way of taking many rows, in the transaction that the connection is in."""
    driver: Any = connection.connection.driver_connection
    errors: Any = connection.dialect.dbapi
    statement = _copy_from(connection.dialect, table, columns)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copying:
            for row in rows:
                copying.write_row(row)
    except errors.Error as error:
        raise DBAPIError.instance(
            statement, None, error, errors.Error, hide_parameters=True, dialect=connection.dialect
        ) from error


@lru_cache(maxsize=256)
def _insert(dialect: Dialect, table: Table, columns: tuple[str, ...], count: int, new_only: bool) -> str:
    end = " ON CONFLICT DO NOTHING" if new_only else ""
    values = ", ".join([_marks(dialect, len(columns))] * count)
    return f"INSERT INTO {_named(dialect, table, columns)} VALUES {values}{end}"  # noqa: S608 - our own names


@lru_cache(maxsize=64)
def _copy_from(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> str:
    return f"COPY {_named(dialect, table, columns)} FROM STDIN"


def _named(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> str:
    quote = dialect.identifier_preparer.quote
    return f"{quote(table.name)} ({', '.join(quote(column) for column in columns)})"


@lru_cache(maxsize=64)
def _select(
    dialect: Dialect, table: Table, key: tuple[str, ...], columns: tuple[str, ...], count: int
) -> str:
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column) for column in columns)
    if len(key) == 1:
        keys, values = quote(key[0]), ", ".join([_marks(dialect, 1)[1:-1]] * count)
    else:
        keys = f"({', '.join(quote(column) for column in key)})"
        values = f"VALUES {', '.join([_marks(dialect, len(key))] * count)}"
    return f"SELECT {names} FROM {quote(table.name)} WHERE {keys} IN ({values})"  # noqa: S608 - our own names


@lru_cache(maxsize=64)
def _select_any(dialect: Dialect, table: Table, key: tuple[str, ...], columns: tuple[str, ...]) -> str:
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column) for column in columns)
    arrays = [f"%s::{table.c[column].type.compile(dialect)}[]" for column in key]
    if len(key) == 1:
        condition = f"{quote(key[0])} = ANY({arrays[0]})"
    else:
        keys = ", ".join(quote(column) for column in key)
        condition = f"({keys}) IN (SELECT * FROM unnest({', '.join(arrays)}))"  # noqa: S608 - our own names
    return f"SELECT {names} FROM {quote(table.name)} WHERE {condition}"  # noqa: S608 - our own names


def _array(values: Sequence[str | bytes | int]) -> str:
    """An array as PostgreSQL writes it: the driver would look at each value on its own, in ten times the time."""
    if isinstance(values[0], int):
        return f"{{{','.join(map(str, values))}}}"
    if isinstance(values[0], bytes):
        texts = [rf"\\x{value.hex()}" for value in values if isinstance(value, bytes)]
    else:
        texts = [value.replace("\\", r"\\").replace('"', r"\"") for value in values if isinstance(value, str)]
    return '{"' + '","'.join(texts) + '"}'


def _marks(dialect: Dialect, count: int) -> str:
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    return f"({', '.join([mark] * count)})"
