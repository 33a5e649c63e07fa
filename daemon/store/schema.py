"""Brings a database to this release's schema, with a copy before, and refuses one from a newer release."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from daemon.store.database import Database
from daemon.store.errors import SchemaTooNew
from daemon.store.public import sql as views


def migrate(database: Database) -> bool:
    """Migrates to the newest schema; True if something was done. Raises SchemaTooNew, DatabaseUnusable.

    A SQLite database that holds anything is copied beside itself first: `driftline.db.before-0002`.
    """
    script = ScriptDirectory.from_config(_config())
    newest = script.get_current_head()
    with database.reading() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == newest:
        return False
    if current is not None:
        if current not in {revision.revision for revision in script.walk_revisions()}:
            raise SchemaTooNew(
                f"database {database} has schema {current}, this release knows up to {newest}. "
                "Install the release that wrote it, or a newer one."
            )
        if database.sqlite:
            copy(database.path, database.path.with_name(f"{database.path.name}.before-{newest}"))
    with database.writing() as connection:
        views.drop(connection)
        _upgrade(connection)
        views.create(connection)
    return True


def copy(source: Path, target: Path) -> None:
    """A complete copy of a SQLite database, also while it is being written."""
    target.unlink(missing_ok=True)
    reader = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    try:
        reader.execute("VACUUM INTO ?", (str(target),))
    finally:
        reader.close()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
