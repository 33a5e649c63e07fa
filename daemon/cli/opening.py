"""How a command gets its settings and its database."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
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


_SELDOM = (100_000, 50, 100)
"""Commands that look make many values, hardly a cycle, and end: looking for cycles took half of their time."""


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """A stable view of the snapshot database."""
    gc.set_threshold(*_SELDOM)
    with database_of(settings) as database, database.reading() as connection:
        yield connection
