"""The command line. Each command lives in a module of its own, loaded when it is called."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from daemon.cli.general import accept
from daemon.cli.groups import describe, group

COMMANDS = {
    "run": ("daemon.cli.running:run", "Run the daemon: collect on schedule, receive spans, mail drift."),
    "collect": ("daemon.cli.running:collect", "Run one cycle now."),
    "status": ("daemon.cli.looking:status", "Say when the newest snapshot was taken and what is due."),
    "coverage": ("daemon.cli.looking:coverage", "List what could not be looked at, and why."),
    "snapshots": ("daemon.cli.snapshots:app", "List, show, verify and prune snapshots."),
    "diff": ("daemon.cli.looking:diff", "Tell what is different between two snapshots."),
    "services": ("daemon.cli.services:services", "List services, and the data they touch."),
    "operations": ("daemon.cli.operations:operations", "List operations: seen, declared, or both."),
    "flows": ("daemon.cli.flows:flows", "List calls, queries and messages that were seen."),
    "paths": ("daemon.cli.paths:paths", "List the paths to personal data."),
    "explain": ("daemon.cli.explain:explain", "Say what supports a path to personal data."),
    "inventory": ("daemon.cli.inventory:inventory", "List resources."),
    "resource": ("daemon.cli.resources:app", "Show one resource, whole or through time."),
    "components": ("daemon.cli.components:app", "Find components in what runs, and known vulnerabilities."),
    "sbom": ("daemon.cli.components:sbom", "Write the bill of materials of a service or image."),
    "doctor": ("daemon.cli.doctor:app", "Say what does not work or could be seen better."),
    "report": ("daemon.cli.looking:report", "Write the report of a snapshot as text, HTML or JSON."),
    "deliveries": ("daemon.cli.deliveries:app", "List, preview, test, resend and send mails."),
    "traces": ("daemon.cli.traces:app", "Import trace files."),
    "otel-config": (
        "daemon.cli.otel_config:otel_config",
        "Print what an OpenTelemetry Collector needs to send spans here.",
    ),
    "classes": ("daemon.cli.classes:app", "Say which personal data a column holds and why, and correct it."),
    "sql": ("daemon.cli.sql:app", "Say how a SQL statement is read, and how well statements are."),
    "config": ("daemon.cli.config:app", "Check, show and begin settings."),
    "permissions": ("daemon.cli.permissions:app", "Print the rights that a provider's collector needs."),
    "database": ("daemon.cli.database:app", "Migrate, publish, describe and ask the database."),
    "demo": ("daemon.cli.demo:demo", "Show the whole story on a small cloud of its own."),
}


class Commands(TyperGroup):
    """Lists commands from the table and imports only the one that is called."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002 - typer's own
        """In the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]  # noqa: ARG002
        """The command, loaded now; None if there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        place, summary = COMMANDS[cmd_name]
        module, _, name = place.partition(":")
        found = getattr(import_module(module), name)
        if not isinstance(found, typer.Typer):
            single = group()
            single.command(cmd_name)(found)
            found = single
        command = get_command(found)
        command.name = cmd_name
        describe(cmd_name, command, summary)
        accept(command, {param.name: param for param in self.params})
        return command

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ARG002
        """From the table, so that help loads nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"driftline {version('driftline')}")
        raise typer.Exit


@app.callback()
def root(
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE",
            help="Settings file. Default: $DRIFTLINE_CONFIG, then /etc/driftline/driftline.toml.",
        ),
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override one setting, as mail.port=25."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version.")
    ] = False,
) -> None:
    """Driftline: what runs, where personal data flows, and what is different since last time."""


def main() -> None:
    """Runs the command line; every foreseen error is one sentence and its exit code."""
    try:
        app()
    except Exception as error:
        from daemon.cli.exits import RUN_TIME
        from daemon.cli.foreseen import code_of, missing_extra
        from daemon.report.safe_text import safe_text

        said, code = str(error), code_of(error)
        if isinstance(error, ModuleNotFoundError) and (said := missing_extra(error)):
            code = RUN_TIME
        if code is None:
            raise
        typer.echo("driftline: " + "\n".join(map(safe_text, said.splitlines())), err=True)
        sys.exit(code)
    finally:
        _flush()


def _flush() -> None:
    """Writes what is left. A reader that has gone (`| head`) is no error, and Python is not to complain of it."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
