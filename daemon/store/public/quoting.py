"""How names and texts are written in SQL, whatever they hold."""

from __future__ import annotations


def named(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text, where `standard_conforming_strings` is on, as it is since PostgreSQL 9.1 and always in SQLite."""
    return "'" + text.replace("'", "''") + "'"
