"""`driftline resource`: one resource, whole or through time."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from daemon.cli.groups import group
from daemon.cli.moments import existing_snapshot
from daemon.cli.opening import reading, settings_of
from daemon.cli.options import AsJson, At
from daemon.cli.words import urn_of

app = group()

Which = Annotated[
    str,
    typer.Argument(metavar="URN", help="Its urn or name, or a part that only one has."),
]


@app.command()
def show(
    context: typer.Context,
    which: Which,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Show everything kept of a resource: what it is, since when, who shows it, and what it is related to.

    A resource that is gone is shown as it was last. JSON: snapshot, urn, type, name, role, scope, public, tags,
    aliases, namespaces, attributes, first, versions, presences, relations_out, relations_in, data_paths, findings,
    gone.
    """
    from daemon import comparison
    from daemon.cli.terminal import in_colour, width_of
    from daemon.report.portrait import render_portrait, render_portrait_json
    from daemon.store.portrait import portrait

    with reading(settings_of(context)) as connection:
        number = existing_snapshot(connection, at)
        found = portrait(connection, urn_of(connection, which, number), number)
    if as_json:
        sys.stdout.write(render_portrait_json(found))
        return
    paths = comparison.grouped(found.paths)
    out, now = sys.stdout, datetime.now(UTC)
    out.write(render_portrait(found, paths, now=now, width=width_of(out), colour=in_colour(out)))


@app.command()
def history(context: typer.Context, which: Which, as_json: AsJson = False) -> None:
    """Tell what happened to a resource, the newest first: when it came, what was altered and how, when it was gone.

    An interval in which its extent could not be listed is told as unobserved; the resource was kept as it was.
    JSON: urn, type, and stages, each with at, event, extent, until, fields (path, before, after) and detail.
    """
    from daemon.analysis.lifetime import stages
    from daemon.cli.terminal import in_colour, width_of
    from daemon.report.lifetime import render_lifetime, render_lifetime_json
    from daemon.store.lifetime import lifetime

    with reading(settings_of(context)) as connection:
        existing_snapshot(connection)
        life = lifetime(connection, urn_of(connection, which, None))
    told = stages(life)
    if as_json:
        sys.stdout.write(render_lifetime_json(life.urn, life.type, told))
        return
    out = sys.stdout
    out.write(render_lifetime(life.urn, life.type, told, width=width_of(out), colour=in_colour(out)))
