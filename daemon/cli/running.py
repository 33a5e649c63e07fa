"""`driftline run` and `driftline collect`."""

from __future__ import annotations

import os
import sys
import threading
from typing import Annotated

import typer

from daemon.cli.fail_on import FailOn, leave, wanted
from daemon.cli.opening import settings_of


def run(context: typer.Context) -> None:
    """Run the daemon until SIGTERM: collect, receive spans, mail drift. SIGHUP reads the settings anew."""
    from importlib.metadata import version

    from daemon.schedule import Daemon
    from daemon.telemetry import configure_logging, configure_telemetry

    settings = settings_of(context)
    configure_logging(settings.logging)
    configure_telemetry(settings.telemetry, version("driftline"))
    Daemon(settings, lambda: settings_of(context)).run()
    if any(t for t in threading.enumerate() if t.name.startswith("collect") and t.is_alive()):
        os._exit(0)  # a call to a cloud is still waiting for its deadline; nothing depends on its answer


def collect(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    fail_on: FailOn = "",
) -> None:
    """Run one cycle now: collect, commit a snapshot, publish it. Mails leave with the daemon."""
    from dataclasses import asdict

    import orjson

    from daemon import assembly, cycle
    from daemon.cli.opening import database_of
    from daemon.cli.progress import shown
    from daemon.store.lock import only_writer
    from daemon.telemetry import configure_logging

    words = wanted(fail_on)
    settings = settings_of(context)
    configure_logging(settings.logging)
    with database_of(settings, begin=True) as database, only_writer(database, "collect"):
        journal = assembly.open_journal(settings) if settings.traces.enabled else None
        try:
            with assembly.parts(settings, database, journal) as parts, shown("collecting") as progress:
                outcome = cycle.run(parts, progress=progress)
        finally:
            if journal:
                journal.close()
    if as_json:
        sys.stdout.write(orjson.dumps({"format_version": "1.0", "data": asdict(outcome)}).decode() + "\n")
    else:
        since = (
            f"compare with `driftline diff {outcome.previous} {outcome.number}`"
            if outcome.previous
            else "baseline"
        )
        sys.stdout.write(
            f"snapshot {outcome.number} ({outcome.state}): {outcome.listed} of {outcome.extents} extents listed, "
            f"{outcome.new_paths} new paths to personal data; {since}\n"
        )
    if not outcome.extents:
        typer.echo(
            "driftline: nothing was looked at: the settings name no account ([[aws.accounts]]), "
            "and no span has arrived yet",
            err=True,
        )
    leave(
        words,
        drifted=outcome.changed and outcome.previous is not None,
        incomplete=outcome.listed < outcome.extents,
    )
