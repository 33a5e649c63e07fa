"""`driftline flows`: the calls, queries and messages that were seen."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from daemon.cli import moments, words
from daemon.cli.moments import existing_snapshot
from daemon.cli.opening import reading, settings_of
from daemon.cli.options import LISTED, AsJson, DataClass, Environment, Limit, New, Newer, Older
from daemon.cli.words import given, one_of, say_nothing_found


def flows(
    context: typer.Context,
    new: New = False,
    a: Older = None,
    b: Newer = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="TEXT", help="Part of the source's urn."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="TEXT", help="Part of the target's urn."),
    ] = None,
    verb: Annotated[
        str | None,
        typer.Option(
            "--verb",
            metavar="VERB",
            help="calls, reads, writes, sends_to, publishes_to or consumed_by; leaks: personal data in telemetry.",
        ),
    ] = None,
    data_class: DataClass = None,
    environment: Environment = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="TIME",
            help="Seen then or later: a date, a time, yesterday, or 7d or 12h (so long ago).",
        ),
    ] = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """List flows as of the newest snapshot or, with --new, those that A did not have and B has.

    As text, the first 200 unless --limit says otherwise. In TEXT, * stands for any text. JSON: environment, source,
    verb, target, columns, classes, evidence, first_seen, last_seen, times, binding, binding_reason, peers.
    """
    from daemon.analysis.choosing import FlowChoice
    from daemon.analysis.leaks import LEAKS
    from daemon.analysis.service_sheets import with_classes
    from daemon.cli.terminal import print_found
    from daemon.report.flows import render_flows
    from daemon.store import flow_lookups

    if not new and (a or b):
        raise typer.BadParameter("A and B are the ends of a comparison: add --new")
    verbs = (one_of(verb, "--verb", (*flow_lookups.SPEAKING, LEAKS)),) if verb else flow_lookups.SPEAKING
    choice = FlowChoice(
        given(source, "--source"),
        given(target, "--target"),
        words.data_class(data_class),
        given(environment, "--environment"),
        moments.begin_of(since) if since else "",
    )
    with reading(settings_of(context)) as connection:
        after = existing_snapshot(connection, b)
        if new:
            before = existing_snapshot(connection, a, before=after)
            if before > after:
                before, after = after, before
            found = flow_lookups.new_flows(connection, before, after, verbs)
        else:
            found = flow_lookups.flows(connection, verbs)
        known = with_classes(found, flow_lookups.paths(connection))
        chosen = tuple(flow for flow in known if choice.fits(flow))
        if not chosen and not new:
            say_nothing_found(connection, after, chosen=choice != FlowChoice() or verb is not None)
    most = limit or (len(chosen) if as_json else LISTED)
    render = partial(render_flows, new=new, total=len(chosen))
    print_found("flows", chosen[:most], render, as_json=as_json, more=max(len(chosen) - most, 0))
