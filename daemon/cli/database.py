"""`driftline database`: migrate, publish, dictionary."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from daemon.cli.opening import database_of, reading, settings_of

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Migrate, publish and describe the database.",
    add_completion=False,
)


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the database to this release's schema; a copy is kept beside it."""
    with database_of(settings_of(context), begin=True) as database:
        sys.stdout.write(f"{database}: schema is up to date\n")


@app.command()
def publish(context: typer.Context) -> None:
    """Publish the newest snapshot now, as a SQLite file that any local program may read."""
    from daemon.store.publish import publish as publish_copy

    settings = settings_of(context)
    target = settings.published_path
    if target is None:
        raise typer.BadParameter(
            "a PostgreSQL database is not published: give its readers a role of their own"
        )
    with database_of(settings) as database:
        published = publish_copy(database, target, datetime.now(UTC))
    said = f"snapshot {published.snapshot} published" if published else "already published"
    sys.stdout.write(f"{target}: {said}\n")


@app.command()
def dictionary(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Describe every column of the public views."""
    from daemon.cli.tables import print_rows
    from daemon.store import lookups

    with reading(settings_of(context)) as connection:
        rows = lookups.dictionary(connection)
    print_rows(rows, ("view_name", "column_name", "unit", "meaning"), as_json=as_json)
