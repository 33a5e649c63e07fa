"""What a database says of its views, alike for both engines."""

from __future__ import annotations

from sqlalchemy import Connection, text

TYPES = {
    "character varying": "text",
    "VARCHAR": "text",
    "TEXT": "text",
    "": "text",  # SQLite knows no type of an expression
    "INTEGER": "integer",
    "bigint": "integer",
    "BIGINT": "integer",
    "BOOLEAN": "boolean",
}
"""Engines' names of types, where they are not our own."""


def columns(connection: Connection, view: str) -> dict[str, str]:
    """Name -> type of each column, in order: text, integer or boolean."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text(f"SELECT name, type FROM pragma_table_info('{view}')"))
    else:
        rows = connection.execute(
            text(
                "SELECT column_name, data_type FROM information_schema.columns "
                "WHERE table_schema = current_schema() AND table_name = :view ORDER BY ordinal_position"
            ),
            {"view": view},
        )
    return {name: TYPES.get(type_, type_) for name, type_ in rows}


def names(connection: Connection) -> set[str]:
    """Names of all views there are."""
    query = "SELECT name FROM sqlite_master WHERE type = 'view'"
    if connection.dialect.name == "postgresql":
        query = "SELECT table_name FROM information_schema.views WHERE table_schema = current_schema()"
    return {name for (name,) in connection.execute(text(query))}
