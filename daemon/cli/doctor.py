"""`driftline doctor`: what does not work or could be seen better, and the setting that helps."""

from __future__ import annotations

import sys

import typer

from daemon.cli.looking import AsJson
from daemon.cli.moments import existing, snapshot_number
from daemon.cli.opening import reading, settings_of

app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.callback()
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Look at database, disk, receivers, mail host and credentials; exit with 1 if something does not work.

    No cloud is listed and no mail is sent. JSON: name, state (ok, advice, problem), said.
    """
    if context.invoked_subcommand:
        return
    from dataclasses import asdict

    from daemon.checkup import checkup
    from daemon.cli.exits import RUN_TIME
    from daemon.cli.reports import in_colour, width_of
    from daemon.report.checkup import render_checkup
    from daemon.report.json import document
    from daemon.values.checkup import State

    found = tuple(checkup(settings_of(context)))
    out = sys.stdout
    if as_json:
        out.write(document("checkup", [asdict(each) for each in found]))
    else:
        out.write(render_checkup(found, width=width_of(out), colour=in_colour(out)))
    if any(each.state is State.PROBLEM for each in found):
        raise typer.Exit(RUN_TIME)


@app.command()
def traces(context: typer.Context, as_json: AsJson = False) -> None:
    """Name the services heard, what the telemetry of each lacks, and the setting that adds it, by language.

    JSON: urn, name, environment, language, operations, sampled, lacks, remedies (lack, setting).
    """
    from daemon.analysis.lacking import lacking
    from daemon.cli.reports import in_colour, width_of
    from daemon.report.json import document, plain
    from daemon.report.lacking import render_lacking
    from daemon.report.remedies import remedy
    from daemon.store import flow_lookups

    with reading(settings_of(context)) as connection:
        existing(connection, snapshot_number(connection, None))
        found = lacking(flow_lookups.speaking(connection))
    out = sys.stdout
    if not as_json:
        out.write(render_lacking(found, width=width_of(out), colour=in_colour(out)))
        return
    rows = []
    for each in found:
        row = plain(each)
        assert isinstance(row, dict)
        remedies = [{"lack": str(lack), "setting": remedy(lack, each.language)} for lack in each.lacks]
        rows.append({**row, "remedies": remedies})
    out.write(document("lacking", rows))
