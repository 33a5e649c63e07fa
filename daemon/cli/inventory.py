"""`driftline inventory`: the resources of a snapshot, chosen by what they are and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.moments import existing_snapshot
from daemon.cli.opening import reading, settings_of
from daemon.cli.options import AsJson, At, Named
from daemon.cli.words import given, one_of, sound

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = ("type", "name", "account", "region", "public", "urn")


def inventory(
    context: typer.Context,
    text: Named = None,
    type: Annotated[
        str | None,
        typer.Option("--type", metavar="TYPE", help="Resource type, as aws.rds.instance."),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="ID", help="Account, or environment of a service."),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="REGION", help="Region, as eu-central-1."),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option(
            "--role",
            metavar="ROLE",
            help="entry, workload, data_store, table, queue, service, operation, ...",
        ),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(
            "--tag",
            metavar="KEY[=VALUE]",
            help="Has this tag. Given again: has that one too.",
        ),
    ] = None,
    public: Annotated[
        bool | None,
        typer.Option(
            "--public/--not-public",
            help="Reachable from the internet by its own settings, or not.",
        ),
    ] = None,
    at: At = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar="N",
            min=1,
            help="Print at most N, and how many more there are.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List resources as of a snapshot. In TEXT and all values, * stands for any text.

    JSON: type, name, role, provider, account, region, public, urn; `more`, beside `data`, counts what is left out.
    """
    from daemon.cli.tables import stream_rows
    from daemon.store import history
    from daemon.store.inventory import Choice
    from daemon.store.inventory import inventory as chosen

    choice = Choice(
        text=given(text, "TEXT"),
        type=given(type, "--type"),
        account=given(account, "--account"),
        region=given(region, "--region"),
        role=given(role, "--role"),
        tags=tuple(map(_tag, tag or ())),
        public=public,
    )
    settings = settings_of(context)
    with reading(settings) as connection:
        number = existing_snapshot(connection, at)
        _known(connection, choice.type, choice.role)
        newest = history.newest_of_all(connection) == number
        rows = chosen(connection, choice, None if newest else number)
        if not stream_rows(rows, COLUMNS, as_json=as_json, limit=limit):
            typer.echo(f"driftline: nothing in snapshot {number} fits", err=True)


def _tag(text: str) -> tuple[str, str | None]:
    name, found, value = sound(text, "--tag").partition("=")
    return sound(name, "--tag"), value if found else None


def _known(connection: Connection, type: str, role: str) -> None:
    """Raises BadParameter for a type or role that there cannot be."""
    from collectors.model import Role
    from daemon.store import known

    if role and "*" not in role:
        one_of(role, "--role", (each.value for each in Role))
    if type and "*" not in type and type not in (seen := known.types(connection)):
        one_of(type, "--type", {*seen, *_listable()})


def _listable() -> set[str]:
    """Every resource type that has a row, whether it was ever asked for or not."""
    from collectors.aws import resources as aws
    from collectors.azure import resources as azure
    from collectors.gcp import resources as gcp

    return {row.type for rows in (aws.ROWS, azure.ROWS, gcp.ROWS) for row in rows}
