"""`driftline run` and `driftline collect`."""

from __future__ import annotations

import os
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from daemon.cli.fail_on import FailOn, changed, leave, wanted
from daemon.cli.opening import settings_of
from daemon.cli.options import AsJson

if TYPE_CHECKING:
    from config.settings import Settings
    from config.shape import Logging
    from daemon.cycle import Outcome
    from daemon.store.database import Database


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
    as_json: AsJson = False,
    fail_on: FailOn = "",
) -> None:
    """Run one cycle now: collect, commit a snapshot, publish it. Mails leave with the daemon."""
    from dataclasses import asdict

    from daemon import assembly, cycle
    from daemon.cli.exits import CREDENTIALS, RUN_TIME
    from daemon.cli.opening import database_of
    from daemon.cli.progress import shown
    from daemon.cli.tables import print_pairs
    from daemon.report.wording import counted
    from daemon.store.lock import only_writer
    from daemon.telemetry import configure_logging

    words = wanted(fail_on)
    settings = settings_of(context)
    configure_logging(_before_people(settings.logging))
    with database_of(settings, begin=True) as database, only_writer(database, "collect"):
        journal = assembly.open_journal(settings) if settings.traces.enabled else None
        try:
            with assembly.parts(settings, database, journal) as parts, shown("collecting") as progress:
                outcome = cycle.run(parts, progress=progress)
        finally:
            if journal:
                journal.close()
        drifted = "drift" in words and _drifted(database, settings, outcome)
    if as_json:
        # asdict copies a Counter by counting its pairs.
        data = {**asdict(outcome), "answers": dict(outcome.answers)}
        print_pairs(data, as_json=True)
    elif outcome.state == "failed":
        sys.stdout.write(
            f"snapshot {outcome.number} (failed): none of {outcome.extents} extents could be listed, and nothing "
            "is compared with it; `driftline coverage` says why\n"
        )
    else:
        since = (
            f"{counted(outcome.new_paths, 'new path') if outcome.new_paths else 'no new path'} to personal data; "
            f"`driftline diff {outcome.previous} {outcome.number}` tells what is different"
            if outcome.previous
            else "baseline, `driftline report --baseline` tells what stands"
        )
        sys.stdout.write(
            f"snapshot {outcome.number} ({outcome.state}): {outcome.listed} of {outcome.extents} extents listed, "
            f"{since}\n"
        )
    if not outcome.extents:
        typer.echo(
            "driftline: nothing was looked at: the settings name no account ([[aws.accounts]], [[gcp.accounts]], "
            "[[azure.accounts]]), and no span has arrived yet",
            err=True,
        )
    leave(words, drifted=drifted, incomplete=outcome.listed < outcome.extents)
    if outcome.state == "failed":
        raise typer.Exit(CREDENTIALS if set(outcome.answers) <= {"denied", "expired"} else RUN_TIME)


def _before_people(logging: Logging) -> Logging:
    """On a terminal the last line says it all: there the log tells only of what is wrong."""
    told = logging.level != "info" or not sys.stderr.isatty()
    return logging if told else logging.model_copy(update={"level": "warning"})


def _drifted(database: Database, settings: Settings, outcome: Outcome) -> bool:
    """What `driftline diff --fail-on drift` would say: a new gap alone is no drift."""
    from daemon import comparison

    if outcome.previous is None or outcome.state == "failed":
        return False
    with database.reading() as connection:
        found = comparison.compare(connection, settings, outcome.previous, outcome.number, datetime.now(UTC))
    return changed(found)
