"""What commands have in common: an option has one help, lists of commands are whole, and examples are real."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.main import get_command

from daemon.cli import COMMANDS, app
from daemon.cli.examples import EXAMPLES
from daemon.cli.general import GENERAL

OWN = {"--format", "--output", "--store", "FILE...", "TEXT", "[SCHEMA.]TABLE.COLUMN"}
"""Names that mean something of its own in each command."""


def commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """The command and all below it, with their full names."""
    yield name, command
    for below, each in (getattr(command, "commands", None) or {}).items():
        yield from commands(f"{name} {below}", each)


def every() -> list[tuple[str, Any]]:
    root: Any = get_command(app)
    context = typer.Context(root, info_name="driftline")
    return [found for name in COMMANDS for found in commands(name, root.get_command(context, name))]


def test_an_option_of_several_commands_says_one_thing() -> None:
    said: dict[str, set[str]] = defaultdict(set)
    for _, command in every():
        for param in command.params:
            if param.name not in (*GENERAL, "help"):
                argument = param.param_type_name == "argument"
                name = (param.metavar or param.name.upper()) if argument else param.opts[0]
                said[name].add(" ".join((param.help or "").split()))
    assert {name for name, helps in said.items() if len(helps) > 1} == OWN


def test_lists_of_commands_are_not_cut() -> None:
    for name, command in every():
        for below, each in (getattr(command, "commands", None) or {}).items():
            assert each.short_help.endswith("."), (name, below)
            assert not each.short_help.endswith("...")


def test_examples_are_of_commands_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    found = dict(every())
    assert [name for name in EXAMPLES if name not in found] == []
    for name, examples in EXAMPLES.items():
        assert all(each.startswith(f"driftline {name}") for each in examples)
        with pytest.raises(SystemExit):
            app([*name.split(), "--help"], prog_name="driftline")
        shown = capsys.readouterr().out
        assert all(f"    {each}\n" in shown for each in examples)
