"""`driftline config`: checks, shows, describes and begins a settings file; reads no secret."""

from __future__ import annotations

import json
import sys
from typing import NoReturn

import typer

from daemon.cli.exits import USAGE
from daemon.cli.groups import group
from daemon.cli.opening import chosen
from daemon.cli.options import AsJson, Output

app = group()


@app.command()
def check(context: typer.Context) -> None:
    """Check the settings offline: exit code 0, or 2 with every error at once."""
    from config.errors import SettingsError
    from config.settings import load_with_origins

    try:
        loaded = load_with_origins(*chosen(context))
    except SettingsError as error:
        count = len(error.problems)
        _refuse(f"{error}\n{count} {'error' if count == 1 else 'errors'} in the settings")
    where = str(loaded.file) if loaded.file else "no settings file: the defaults and the environment"
    sys.stdout.write(f"{where}: no errors\n")


@app.command()
def show(
    context: typer.Context,
    as_json: AsJson = False,
) -> None:
    """Print every value and where it came from: default, FILE:LINE, environment, command line."""
    from config.errors import SettingsError
    from config.listing import as_toml, rows
    from config.settings import load_with_origins

    try:
        loaded = load_with_origins(*chosen(context))
    except SettingsError as error:
        _refuse(str(error))
    if as_json:
        data = [{"key": row.key, "value": row.value, "origin": row.origin} for row in rows(loaded)]
        file = str(loaded.file) if loaded.file else None
        _write_json({"format_version": "1.0", "file": file, "data": data})
    else:
        sys.stdout.write(as_toml(loaded))


@app.command()
def schema() -> None:
    """Print the JSON Schema of a settings file, for completion in editors."""
    from config.schema import schema as settings_schema

    _write_json(settings_schema())


@app.command()
def init(
    output: Output = None,
) -> None:
    """Print a settings file with every key, its meaning and its default as comments. No file is overwritten."""
    from config.description import example

    if output is None:
        sys.stdout.write(example())
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(example())
    except FileExistsError:
        _refuse(f"{output} exists and is left as it is: remove it first, or choose another --output")
    except OSError as error:
        _refuse(f"{output} cannot be written: {error.strerror}; choose another --output")
    sys.stderr.write(f"wrote {output}; then: driftline config check --config {output}\n")


def _write_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(message + "\n")
    raise typer.Exit(USAGE)
