"""Indices that find the valid and the ended rows of a table of intervals."""

from __future__ import annotations

from sqlalchemy import Index, text


def open_rows(table: str, *columns: str) -> Index:
    """Finds the valid rows without touching history."""
    return Index(
        f"ix_{table}_open",
        *columns,
        sqlite_where=text("until IS NULL"),
        postgresql_where=text("until IS NULL"),
    )


def ended_rows(table: str) -> Index:
    """Finds the rows that ended at a snapshot; those that did not are no part of it."""
    return Index(
        f"ix_{table}_until",
        "until",
        sqlite_where=text("until IS NOT NULL"),
        postgresql_where=text("until IS NOT NULL"),
    )
