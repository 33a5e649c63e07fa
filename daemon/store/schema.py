"""Brings a database to this release's schema, with a copy before, and refuses one from a newer release."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from daemon.store.copying import copy
from daemon.store.database import Database
from daemon.store.errors import DatabaseUnusable, SchemaTooNew
from daemon.store.public.sql import made_anew


def migrate(database: Database) -> bool:
    """Migrates to the newest schema; True if something was done. Raises SchemaTooNew, DatabaseUnusable.

    A SQLite database that holds anything is copied beside itself first: `driftline.db.before-0002`.
    A database of another program is refused and left as it is.
    """
    script = ScriptDirectory.from_config(_config())
    newest = script.get_current_head()
    with database.reading() as connection:
        found = set(inspect(connection).get_table_names())
        current = None
        if "alembic_version" in found:
            current = MigrationContext.configure(connection).get_current_revision()
    if current == newest and found >= _OURS:
        return False
    _refuse_foreign(database, found, current)
    if current is not None:
        if current not in {revision.revision for revision in script.walk_revisions()}:
            raise SchemaTooNew(
                f"database {database} has schema {current}, this release knows up to {newest}. "
                "Install the release that wrote it, or a newer one."
            )
        if database.sqlite:
            copy(database.path, database.path.with_name(f"{database.path.name}.before-{newest}"))
    with database.writing() as connection, made_anew(connection):
        _upgrade(connection)
    return True


_OURS = frozenset({"snapshot", "extent", "coverage", "document", "resource_version"})
"""Tables of every schema; what has a version but lacks them is another program's that uses Alembic too."""


def _refuse_foreign(database: Database, found: set[str], current: str | None) -> None:
    """Raises DatabaseUnusable if the tables there are not ours, or not only.

    In a file of SQLite everything is ours; in PostgreSQL others may live beside us, under other names.
    """
    if current is not None and found >= _OURS:
        return
    foreign = found if database.sqlite else found & {"alembic_version", *SQLModel.metadata.tables}
    if foreign:
        names = ", ".join(sorted(foreign)[:3])
        raise DatabaseUnusable(
            f"database {database} belongs to another program: it has tables ({names}) that driftline did not make. "
            "Nothing was changed. Set database.url to a database of driftline's own."
        )


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
