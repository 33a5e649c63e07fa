"""Databases as releases wrote them: made-up rows in every table, as the text in `tests/daemon/store/released`."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Boolean, MetaData, create_engine, inspect

FOLDER = Path(__file__).parents[1] / "daemon" / "store" / "released"
RELEASED = tuple(sorted(path.stem for path in FOLDER.glob("*.sql")))
_MIGRATIONS = Path(__file__).parents[2] / "daemon" / "store" / "migrations"


def restore(url: str, revision: str) -> None:
    """Fills an empty database with what the release with this schema had written, its views too."""
    text = (FOLDER / f"{revision}.sql").read_text()
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(text)
        return
    engine = create_engine(url)
    with closing(sqlite3.connect(":memory:")) as source, engine.begin() as connection:
        source.executescript(text)
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        tables = MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name == "alembic_version":
                continue
            found = source.execute(f"SELECT * FROM {table.name}")
            names = [each[0] for each in found.description]
            truths = {column.name for column in table.columns if isinstance(column.type, Boolean)}
            rows = [
                {
                    name: bool(value) if name in truths and value is not None else value
                    for name, value in zip(names, row, strict=True)
                }
                for row in found
            ]
            assert rows, f"{table.name} is empty in {revision}.sql: an upgrade of it would prove nothing"
            connection.execute(table.insert(), rows)
        for (view,) in source.execute("SELECT sql FROM sqlite_master WHERE type = 'view'"):
            connection.exec_driver_sql(re.sub("%", "%%", view))
    engine.dispose()


def columns(url: str) -> dict[str, list[str]]:
    """The columns of every view, by its name."""
    engine = create_engine(url)
    found = inspect(engine)
    named = {view: [str(each["name"]) for each in found.get_columns(view)] for view in found.get_view_names()}
    engine.dispose()
    return named
