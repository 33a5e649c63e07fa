"""`driftline services`: who is there, what it is made of, and which data it touches."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from daemon.cli.moments import existing, snapshot_number
from daemon.cli.opening import reading, settings_of
from daemon.cli.words import given


def services(
    context: typer.Context,
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", show_default=False, help="Part of a name or urn.")
    ] = None,
    environment: Annotated[
        str | None,
        typer.Option("--environment", metavar="NAME", help="Only of this environment.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List services as of the newest snapshot, with what they run on, read, write and send to. ! marks public ones.

    In TEXT, * stands for any text. JSON: environment, name, urn, language, regions, public, operations, runs_on,
    tables (table, reads, writes, classes), third_parties, first_seen, last_seen.
    """
    from daemon.analysis.choosing import ServiceChoice
    from daemon.analysis.exposure import entries
    from daemon.analysis.service_sheets import sheets
    from daemon.cli.reports import in_colour, width_of
    from daemon.report.json import document
    from daemon.report.services import render_services
    from daemon.store import flow_lookups

    choice = ServiceChoice(given(text, "TEXT"), given(environment, "--environment"))
    settings = settings_of(context)
    with reading(settings) as connection:
        existing(connection, snapshot_number(connection, None))
        graph, paths = flow_lookups.speaking(connection), flow_lookups.paths(connection)
    public = entries(graph, settings.traces.public_operations)
    found = tuple(sheet for sheet in sheets(graph, public, paths) if choice.fits(sheet))
    out = sys.stdout
    if as_json:
        out.write(document("services", found))
    else:
        out.write(render_services(found, width=width_of(out), colour=in_colour(out)))
