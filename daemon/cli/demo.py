"""`driftline demo`: the whole story on a world of its own."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer


def demo(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where report, mail and database go.")
    ] = Path("demo-output"),
) -> None:
    """Start a cloud, a database and instrumented services; tell what a deployment changes between two snapshots.

    Needs no account and no server, touches nothing but the output folder, and leaves nothing running.
    """
    from daemon.cli import story
    from daemon.cli.steps import Steps
    from daemon.report.text import render_text

    output = output.resolve()
    story.begin(output)
    # The way out is the same as for Ctrl-C: every part is ended on the way.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Steps(sys.stderr) as steps:
        try:
            told = story.play(output, steps)
        except KeyboardInterrupt:
            steps.say("Interrupted: everything is being ended")
            raise typer.Exit(130) from None
    sys.stdout.write(render_text(told.drift))
    sys.stdout.write(_what_next(output, next((each.id for each in told.drift.new_paths), "")))


def _what_next(output: Path, path: str) -> str:
    shown = os.path.relpath(output)
    shown = str(output) if shown.startswith("..") else shown
    files = "\n".join(
        f"  {shown}/{name:<14} {what}"
        for name, what in (
            ("report.txt", "this report; report.html and report.json are the same"),
            ("mail.eml", "the mail that was sent about it"),
            ("driftline.db", "the snapshot database, as published for readers"),
        )
    )
    program = Path(sys.argv[0])
    program_shown = (
        os.path.relpath(program) if program.is_absolute() and program.is_relative_to(Path.cwd()) else program
    )
    sqlite = "sqlite3" if shutil.which("sqlite3") else "python3 -m sqlite3"  # the latter since Python 3.12
    query = '"select * from v1_data_paths"'
    commands = "\n".join(
        f"  {program_shown} --config {shown}/driftline.toml {command}"
        for command in ("paths", f"explain {path}", "coverage", "components find log4j", "sbom orders")
    )
    return f"""
Written:
{files}

What to type next:
{commands}
  {sqlite} {shown}/driftline.db {query}
"""
