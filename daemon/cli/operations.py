"""`driftline operations`: what services were seen to do, and what they declare."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from daemon.cli.moments import existing_snapshot
from daemon.cli.opening import reading, settings_of
from daemon.cli.options import AsJson, Environment
from daemon.cli.words import given


def operations(
    context: typer.Context,
    text: Annotated[
        str | None,
        typer.Argument(metavar="TEXT", help="Part of a service's or an operation's name."),
    ] = None,
    environment: Environment = None,
    undeclared: Annotated[
        bool, typer.Option("--undeclared", help="Only those seen of services that declare others.")
    ] = False,
    unseen: Annotated[bool, typer.Option("--unseen", help="Only those declared and never seen.")] = False,
    as_json: AsJson = False,
) -> None:
    """List operations as of the newest snapshot: seen, declared, or both.

    Declared is what API gateways route and what the documents of [[declared]] hold; ingresses let in all below a
    path.

    JSON: service, environment, name, seen, declared, undeclared, public, returns, first_seen, last_seen.
    """
    from daemon.analysis.choosing import has
    from daemon.analysis.declared import operations as every
    from daemon.analysis.exposure import entries
    from daemon.cli.terminal import print_found
    from daemon.report.operations import render_operations
    from daemon.store import flow_lookups

    wanted, place = given(text, "TEXT"), given(environment, "--environment")
    settings = settings_of(context)
    with reading(settings) as connection:
        existing_snapshot(connection)
        graph = flow_lookups.speaking(connection)
    whole = every(graph, entries(graph, settings.traces.public_operations))
    found = tuple(
        each
        for each in whole
        if (not wanted or has(wanted, each.service, each.name))
        and place in ("", each.environment)
        and (not (undeclared or unseen) or (undeclared and each.undeclared) or (unseen and each.unseen))
    )
    render = partial(render_operations, declares=any(each.declared for each in whole))
    print_found("operations", found, render, as_json=as_json)
