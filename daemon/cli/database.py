"""`driftline database`: migrate, publish, dictionary, questions, and what lets others read it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated

import typer

from daemon.cli.groups import group
from daemon.cli.opening import database_of, reading, settings_of
from daemon.cli.options import AsJson

app = group()


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the database to this release's schema; a copy is kept beside it."""
    from daemon.cli.progress import progress

    settings = settings_of(context)
    with progress(None, "bringing the database up to date"), database_of(settings, begin=True) as database:
        said = str(database)
    sys.stdout.write(f"{said}: schema is up to date\n")


@app.command()
def publish(context: typer.Context) -> None:
    """Publish the newest snapshot now, as a SQLite file that any local program may read."""
    from daemon.cli.progress import progress
    from daemon.store.publish import publish as publish_copy

    settings = settings_of(context)
    target = settings.published_path
    if target is None:
        raise typer.BadParameter(
            "a PostgreSQL database is not published: give its readers a role of their own"
        )
    with progress(None, f"publishing {target}"), database_of(settings) as database:
        published = publish_copy(database, target, datetime.now(UTC))
    said = f"snapshot {published.snapshot} published" if published else "already published"
    sys.stdout.write(f"{target}: {said}\n")


@app.command()
def dictionary(context: typer.Context, as_json: AsJson = False) -> None:
    """Describe every column of the public views."""
    from daemon.cli.tables import print_rows
    from daemon.store import lookups

    with reading(settings_of(context)) as connection:
        rows = lookups.dictionary(connection)
    print_rows(rows, ("view_name", "column_name", "unit", "meaning"), as_json=as_json)


@app.command()
def query(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(help="A question; without one, all are listed.", metavar="QUESTION")
    ] = "",
    values: Annotated[
        list[str] | None,
        typer.Option("--value", help="What to fill in, as snapshot=41; once for each.", metavar="NAME=VALUE"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a question of the cookbook in docs/database.md."""
    from daemon.cli.tables import print_rows
    from daemon.store.public.cookbook import COOKBOOK, question

    if not name:
        rows = [
            {"name": each.name, "values": " ".join(p.name for p in each.parameters), "question": each.title}
            for each in COOKBOOK
        ]
        print_rows(rows, ("name", "values", "question"), as_json=as_json)
        return
    asked = question(name)
    if asked is None:
        near = ", ".join(get_close_matches(name, [each.name for each in COOKBOOK]))
        raise typer.BadParameter(
            f'there is no question "{name}"; '
            + (f"near: {near}" if near else "without a name, all are listed"),
            param_hint="QUESTION",
        )
    given = dict(_pair(value) for value in values or ())
    with reading(settings_of(context)) as connection:
        try:
            found = asked.ask(connection, given)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--value") from error
    if found or as_json:
        print_rows(found, tuple(found[0]) if found else (), as_json=as_json)
    else:
        sys.stdout.write("0 in all\n")


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        raise typer.BadParameter(f'"{text}" is not NAME=VALUE, as snapshot=41', param_hint="--value")
    return name, value


@app.command("grant-reader")
def grant_reader(
    context: typer.Context,
    role: Annotated[str, typer.Argument(help="The role that may read.", metavar="ROLE")],
) -> None:
    """Print the SQL that lets a role of PostgreSQL read the public views, and nothing else."""
    from sqlalchemy import text

    from daemon.store.public.readers import grant

    with database_of(settings_of(context)) as database, database.reading() as connection:
        if database.sqlite:
            raise typer.BadParameter(
                "a SQLite database has no roles: give its readers the published copy (publish.path)"
            )
        name, schema = connection.execute(text("SELECT current_database(), current_schema()")).one()
    try:
        sys.stdout.write(grant(role, name, schema))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="ROLE") from error


@app.command()
def datasette(
    name: Annotated[
        str, typer.Option("--database", metavar="NAME", help="Name of the published file without its ending.")
    ] = "driftline",
) -> None:
    """Print metadata for Datasette over the published copy: what all means, and the cookbook's questions."""
    from daemon.store.public.datasette import metadata

    sys.stdout.write(metadata(name))


@app.command()
def dbt(
    schema: Annotated[
        str, typer.Option("--schema", metavar="NAME", help="Schema in which the views are.")
    ] = "public",
) -> None:
    """Print a sources.yml for dbt: the views with descriptions and tests."""
    from daemon.store.public.dbt import sources

    sys.stdout.write(sources(schema))
