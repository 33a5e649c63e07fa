"""`driftline operations`: what services were seen to do, and what they declare."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from daemon.cli.looking import AsJson
from daemon.cli.moments import existing, snapshot_number
from daemon.cli.opening import reading, settings_of
from daemon.cli.words import given


def operations(
    context: typer.Context,
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="TEXT", show_default=False, help="Part of a service's or an operation's name."
        ),
    ] = None,
    environment: Annotated[
        str | None,
        typer.Option("--environment", metavar="NAME", help="Only of this environment.", show_default=False),
    ] = None,
    undeclared: Annotated[
        bool, typer.Option("--undeclared", help="Only those seen of services that declare others.")
    ] = False,
    unseen: Annotated[bool, typer.Option("--unseen", help="Only those declared and never seen.")] = False,
    as_json: AsJson = False,
) -> None:
    """List operations as of the newest snapshot: seen, declared, or both.

    Declared is what API gateways route and what the documents of [[declared]] hold.

    JSON: service, environment, name, seen, declared, undeclared, public, returns, first_seen, last_seen.
    """
    from daemon.analysis.choosing import has
    from daemon.analysis.declared import operations as every
    from daemon.analysis.exposure import entries
    from daemon.cli.reports import in_colour, width_of
    from daemon.report.json import document
    from daemon.report.operations import render_operations
    from daemon.store import flow_lookups

    wanted, place = given(text, "TEXT"), given(environment, "--environment")
    settings = settings_of(context)
    with reading(settings) as connection:
        existing(connection, snapshot_number(connection, None))
        graph = flow_lookups.speaking(connection)
    found = tuple(
        each
        for each in every(graph, entries(graph, settings.traces.public_operations))
        if (not wanted or has(wanted, each.service, each.name))
        and place in ("", each.environment)
        and (not (undeclared or unseen) or (undeclared and each.undeclared) or (unseen and each.unseen))
    )
    out = sys.stdout
    if as_json:
        out.write(document("operations", found))
    else:
        out.write(render_operations(found, width=width_of(out), colour=in_colour(out)))
