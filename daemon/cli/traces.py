"""`driftline traces`: takes traces from files instead of from the network."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from daemon.cli.exits import RUN_TIME
from daemon.cli.groups import group
from daemon.cli.opening import settings_of
from daemon.cli.options import AsJson

app = group()


@app.callback()
def traces() -> None:
    """Import traces from files."""


@app.command("import")
def import_files(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="OTLP JSON or protobuf; JSON of Zipkin v2, Jaeger, Tempo, X-Ray, Cloud Trace or Application "
            "Insights; plain or gzip.",
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Record what the spans in files say; spans themselves are not kept. The next cycle reports it."""
    from collectors.contract import SinkBusy
    from collectors.traces.facts import Flows
    from collectors.traces.imports import TraceFileError, import_file
    from collectors.traces.imports.formats import Formats
    from collectors.traces.imports.lacks import MEANINGS
    from daemon.cli.progress import progress
    from daemon.cli.tables import print_rows
    from daemon.report.wording import counted
    from daemon.store.journal import Journal, path_of

    settings = settings_of(context)
    journal = Journal(path_of(settings))
    flows = Flows(journal, settings.traces.pairing_window.total_seconds())
    done, failed = [], False
    formats = Formats()
    try:
        with progress(len(files), "importing") as advance:
            for file in files:
                try:
                    done.append(import_file(file, flows, formats=formats))
                except (TraceFileError, SinkBusy) as error:
                    failed = True
                    sys.stderr.write(f"{error}\n")
                advance()
    finally:
        journal.close()
    for one in done:
        failed = failed or bool(one.skipped)
        for fault in one.faults:
            sys.stderr.write(f"{one.file}: {fault}\n")
        if one.skipped > len(one.faults):
            sys.stderr.write(f"{one.file}: and {one.skipped - len(one.faults)} more\n")
    if as_json:
        print_rows([asdict(one) for one in done], (), as_json=True)
    else:
        for one in done:
            rejected = f", {one.rejected} rejected ({one.reason})" if one.rejected else ""
            skipped = f", {one.skipped} not read" if one.skipped else ""
            lacking = f", lacks {', '.join(one.lacks)}" if one.lacks else ""
            sys.stdout.write(
                f"{one.file}: {one.format}, {counted(one.spans, 'span')}, {counted(one.facts, 'fact')}"
                f"{rejected}{skipped}{lacking}\n"
            )
        for lack in sorted({lack for one in done for lack in one.lacks}):
            sys.stdout.write(f"without {lack}: {MEANINGS[lack]}\n")
    if failed:
        raise typer.Exit(RUN_TIME)
