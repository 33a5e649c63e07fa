"""How a command gets its settings and its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.settings import Settings
    from daemon.store.database import Database


def settings_of(context: typer.Context) -> Settings:
    """The settings that the general options ask for. Raises SettingsError, BadParameter."""
    from config.settings import load

    return load(*chosen(context))


def chosen(context: typer.Context) -> tuple[Path | None, dict[str, str]]:
    """The settings file and the overrides given with --config and --set. Raises BadParameter."""
    given = context.find_root().params
    overrides: dict[str, str] = {}
    for pair in given.get("sets") or ():
        key, found, value = pair.partition("=")
        if not found:
            raise typer.BadParameter(f'"{pair}" is not KEY=VALUE, as mail.port=25', param_hint="--set")
        overrides[key] = value
    return given.get("config"), overrides


@contextmanager
def database_of(settings: Settings, *, begin: bool = False) -> Iterator[Database]:
    """The snapshot database, migrated. `begin`: make it if there is none. Raises StoreError."""
    from daemon.assembly import open_store

    if not begin:
        _need_database(settings.database_url)
    database = open_store(settings)
    try:
        yield database
    finally:
        database.close()


def _need_database(url: str) -> None:
    """A command that only looks must not leave an empty database where the settings were forgotten."""
    from daemon.store.errors import NotFound

    kind, _, path = url.partition(":///")
    if kind.startswith("sqlite") and path and not Path(path).exists():
        raise NotFound(
            f"there is no database at {path}: run `driftline collect` for a first snapshot, "
            "or name the right settings file with --config"
        )


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """A stable view of the snapshot database."""
    with database_of(settings) as database, database.reading() as connection:
        yield connection


def snapshot_number(connection: Connection, text: str | None, *, before: int | None = None) -> int | None:
    """A snapshot given as number, date or time; without one, the newest usable (older than `before`).

    Raises NotFound if there is none of that number or time, BadParameter if the text is neither.
    """
    from daemon.store import history
    from daemon.store.errors import NotFound

    if text is None:
        return history.newest(connection, before=before)
    if text.isdecimal():
        return history.head(connection, int(text)).number
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f'"{text}" is no snapshot number and no date, as 2026-11-22') from None
    if len(text) == len("2026-11-22"):
        when = when.replace(hour=23, minute=59, second=59)  # a date means its end
    number = history.at(connection, when if when.tzinfo else when.replace(tzinfo=UTC))
    if number is None:
        raise NotFound(f"no snapshot at or before {text}")
    return number
