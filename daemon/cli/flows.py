"""`driftline flows`: the calls, queries and messages that were seen."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from daemon.cli import moments
from daemon.cli.moments import existing, snapshot_number
from daemon.cli.opening import reading, settings_of
from daemon.cli.words import given, one_of

From = Annotated[
    str | None,
    typer.Argument(
        metavar="A",
        help=f"With --new, the older snapshot: {moments.HELP}. Default: the one before B.",
        show_default=False,
    ),
]
To = Annotated[
    str | None,
    typer.Argument(metavar="B", help="With --new, the newer one. Default: the newest.", show_default=False),
]


def flows(
    context: typer.Context,
    new: Annotated[bool, typer.Option("--new", help="Only what became new between two snapshots.")] = False,
    a: From = None,
    b: To = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="TEXT", help="Part of the source's urn.", show_default=False),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="TEXT", help="Part of the target's urn.", show_default=False),
    ] = None,
    verb: Annotated[
        str | None,
        typer.Option(
            "--verb",
            metavar="VERB",
            help="calls, reads, writes, sends_to, publishes_to or consumed_by.",
            show_default=False,
        ),
    ] = None,
    data_class: Annotated[
        str | None,
        typer.Option(
            "--class",
            metavar="CLASS",
            help="Carries this kind of personal data or one below it, as user.contact.",
            show_default=False,
        ),
    ] = None,
    environment: Annotated[
        str | None,
        typer.Option("--environment", metavar="NAME", help="Only of this environment.", show_default=False),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="TIME",
            help="Seen then or later: a date, a time, yesterday, or 7d or 12h (so long ago).",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List flows as of the newest snapshot or, with --new, those that A did not have and B has.

    In TEXT, * stands for any text. JSON: environment, source, verb, target, columns, classes, evidence, first_seen,
    last_seen, times.
    """
    from daemon.analysis.choosing import FlowChoice
    from daemon.analysis.service_sheets import with_classes
    from daemon.cli.reports import in_colour, width_of
    from daemon.report.flows import render_flows
    from daemon.report.json import document
    from daemon.store import flow_lookups

    if not new and (a or b):
        raise typer.BadParameter("A and B are the ends of a comparison: add --new")
    verbs = (one_of(verb, "--verb", flow_lookups.SPEAKING),) if verb else flow_lookups.SPEAKING
    choice = FlowChoice(
        given(source, "--source"),
        given(target, "--target"),
        given(data_class, "--class"),
        given(environment, "--environment"),
        moments.begin_of(since) if since else "",
    )
    with reading(settings_of(context)) as connection:
        after = existing(connection, snapshot_number(connection, b))
        if new:
            before = existing(connection, snapshot_number(connection, a, before=after))
            if before > after:
                before, after = after, before
            found = flow_lookups.new_flows(connection, before, after, verbs)
        else:
            found = flow_lookups.flows(connection, verbs)
        paths = flow_lookups.paths(connection)
    chosen = tuple(flow for flow in with_classes(found, paths) if choice.fits(flow))
    out = sys.stdout
    if as_json:
        out.write(document("flows", chosen))
    else:
        out.write(render_flows(chosen, width=width_of(out), colour=in_colour(out), new=new))
