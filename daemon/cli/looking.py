"""The commands that look at what is stored: status, coverage, diff, report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.fail_on import FailOn, changed, leave, wanted
from daemon.cli.moments import existing, existing_snapshot, snapshot_number
from daemon.cli.opening import reading, settings_of
from daemon.cli.options import AsJson, Newer, Older, Output

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.settings import Settings
    from daemon.values.drift import Drift


def diff(
    context: typer.Context, a: Older = None, b: Newer = None, as_json: AsJson = False, fail_on: FailOn = ""
) -> None:
    """Tell what is different between two snapshots. Default: the newest two."""
    from daemon.cli.reports import Format, print_drift

    words = wanted(fail_on)
    settings = settings_of(context)
    with reading(settings) as connection:
        drift = between(connection, settings, a, b)
    print_drift(drift, Format.JSON if as_json else Format.TEXT)
    leave(
        words,
        drifted=changed(drift),
        incomplete=drift.after.listed < drift.after.extents,
    )


def report(
    context: typer.Context,
    a: Older = None,
    b: Newer = None,
    format: Annotated[
        str, typer.Option("--format", "-f", metavar="FORMAT", help="text, html or json.")
    ] = "text",
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Tell what stands instead of what changed.")
    ] = False,
    output: Output = None,
) -> None:
    """Write the report of a snapshot as text, HTML or JSON: what drifted, or with --baseline what stands."""
    from daemon import comparison
    from daemon.cli.reports import Format, print_drift

    if format not in tuple(Format):
        raise typer.BadParameter(f'"{format}": choose text, html or json', param_hint="--format")
    if baseline and a is not None and b is not None:
        raise typer.BadParameter("--baseline tells of one snapshot, and A and B name two: leave one out")
    settings = settings_of(context)
    with reading(settings) as connection:
        if baseline:
            number = existing_snapshot(connection, b or a)
            drift = comparison.compare(connection, settings, None, number, datetime.now(UTC))
        else:
            drift = between(connection, settings, a, b)
    if output is None:
        print_drift(drift, Format(format))
        return
    try:
        with output.open("w", encoding="utf-8") as file:
            print_drift(drift, Format(format), file)
    except OSError as error:
        typer.echo(
            f"driftline: {output} cannot be written: {error.strerror}; choose another --output", err=True
        )
        raise typer.Exit(1) from None


def coverage(context: typer.Context, as_json: AsJson = False) -> None:
    """List what could not be looked at in the newest snapshot, and why."""
    from daemon.analysis import gaps
    from daemon.cli.reports import print_coverage
    from daemon.store import covered, history

    with reading(settings_of(context)) as connection:
        number = existing(connection, history.newest_of_all(connection))
        rows = covered.coverage(connection, number)
        head, seen = history.head(connection, number), history.sight(connection, number)
    found = gaps.group(
        (), [gaps.CoverageRow(r.extent, r.state, r.detail, r.last_listed, r.kept) for r in rows]
    )
    print_coverage(head, seen, found, json=as_json)


OVERDUE_AFTER = timedelta(hours=1)
"""A cycle takes its time; what has not come until then does not come by itself."""


def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Say when the newest snapshot was taken, what it covers, and which mails wait."""
    from daemon.cli.tables import print_pairs
    from daemon.store import lookups

    settings = settings_of(context)
    with reading(settings) as connection:
        pairs = lookups.status(connection)
    newest = pairs.get("taken")
    if isinstance(newest, str):
        due = datetime.fromisoformat(newest) + settings.schedule.collect_every
        pairs["next_due"] = due.strftime("%Y-%m-%dT%H:%M:%SZ")
        overdue = datetime.now(UTC) > due + OVERDUE_AFTER
        pairs["health"] = (
            "degraded: the next snapshot is overdue, the daemon's log says why" if overdue else "ok"
        )
    print_pairs(pairs, as_json=as_json)


def between(connection: Connection, settings: Settings, a: str | None, b: str | None) -> Drift:
    """The drift from A to B; a single argument is the older one. Without two snapshots, the baseline."""
    from daemon import comparison

    after = existing_snapshot(connection, b)
    before = snapshot_number(connection, a, before=after)
    if before == after:
        typer.echo(f"driftline: both ends are snapshot {after}: name another with A or B", err=True)
    if before is not None and before > after:
        before, after = after, before
    return comparison.compare(connection, settings, before, after, datetime.now(UTC))
