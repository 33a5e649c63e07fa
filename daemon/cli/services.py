"""`driftline services`: who is there, what it is made of, and which data it touches."""

from __future__ import annotations

import typer

from daemon.cli.moments import existing_snapshot
from daemon.cli.opening import reading, settings_of
from daemon.cli.options import AsJson, Environment, Named
from daemon.cli.words import given, say_nothing_found


def services(
    context: typer.Context,
    text: Named = None,
    environment: Environment = None,
    as_json: AsJson = False,
) -> None:
    """List services as of the newest snapshot, with what they run on, call, read, write and send to. ! is public.

    In TEXT, * stands for any text. JSON: environment, name, urn, language, regions, public, operations, runs_on,
    tables (table, reads, writes, classes), third_parties, calls, first_seen, last_seen.
    """
    from daemon.analysis.choosing import ServiceChoice
    from daemon.analysis.exposure import entries
    from daemon.analysis.service_sheets import sheets
    from daemon.cli.terminal import print_found
    from daemon.report.services import render_services
    from daemon.store import flow_lookups

    choice = ServiceChoice(given(text, "TEXT"), given(environment, "--environment"))
    settings = settings_of(context)
    with reading(settings) as connection:
        number = existing_snapshot(connection)
        graph, paths = flow_lookups.speaking(connection), flow_lookups.paths(connection)
        public = entries(graph, settings.traces.public_operations)
        found = tuple(sheet for sheet in sheets(graph, public, paths) if choice.fits(sheet))
        if not found:
            say_nothing_found(connection, number, chosen=choice != ServiceChoice())
    print_found("services", found, render_services, as_json=as_json)
