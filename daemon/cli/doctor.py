"""`driftline doctor`: what does not work or could be seen better, and the setting that helps."""

from __future__ import annotations

from functools import partial

import typer

from daemon.cli.moments import existing_snapshot
from daemon.cli.opening import reading, settings_of
from daemon.cli.options import AsJson

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
    from daemon.checkup import checkup
    from daemon.cli.exits import RUN_TIME
    from daemon.cli.terminal import print_found
    from daemon.report.checkup import render_checkup
    from daemon.values.checkup import State

    found = tuple(checkup(settings_of(context)))
    print_found("checkup", found, render_checkup, as_json=as_json)
    if any(each.state is State.PROBLEM for each in found):
        raise typer.Exit(RUN_TIME)


@app.command()
def traces(context: typer.Context, as_json: AsJson = False) -> None:
    """Name the services heard, what the telemetry of each lacks, and the setting that adds it, by language.

    Services that send old attribute names, or both, are named as well: that costs nothing here. So are workloads that
    run without spans (in JSON: `sight` of `driftline coverage`).

    JSON: urn, name, environment, language, operations, sampled, lacks, remedies (lack, setting), conventions (family,
    age: old, both or mixed; setting).
    """
    from daemon.analysis.lacking import lacking
    from daemon.cli.terminal import print_found
    from daemon.report.json import plain
    from daemon.report.lacking import render_lacking
    from daemon.report.remedies import remedy, upgrade
    from daemon.store import flow_lookups, history

    with reading(settings_of(context)) as connection:
        number = existing_snapshot(connection)
        graph = flow_lookups.speaking(connection)
        silent = [
            graph.resources[urn] for urn in history.sight(connection, number).blind if urn in graph.resources
        ]
    found = lacking(graph)
    rows = []
    for each in found:
        row = plain(each)
        assert isinstance(row, dict)
        remedies = [{"lack": str(lack), "setting": remedy(lack, each.language)} for lack in each.lacks]
        ages = [
            {"family": one.family, "age": str(one.age), "setting": upgrade(one, each.language)}
            for one in each.conventions
        ]
        rows.append({**row, "remedies": remedies, "conventions": ages})
    render = partial(render_lacking, silent=[(each.type, each.name) for each in silent])
    print_found("lacking", found, render, as_json=as_json, data=rows)
