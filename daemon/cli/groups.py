"""Decides how a command with others below it is made, and how lists of commands describe each."""

from __future__ import annotations

from typing import Any

import typer

from daemon.cli.examples import EXAMPLES


def group(*, alone: bool = False) -> typer.Typer:
    """A command with others below it. `alone`: it does something itself if none of them is named."""
    return typer.Typer(
        add_completion=False, rich_markup_mode=None, no_args_is_help=not alone, invoke_without_command=alone
    )


def describe(name: str, command: Any, summary: str) -> None:
    """Gives a command its sentence in lists and its examples, and those below it the first sentence of their help."""
    command.short_help = summary
    command.help = command.help or summary
    if name in EXAMPLES:
        command.epilog = "\n".join(("\b", "Examples:", *(f"  {each}" for each in EXAMPLES[name])))
    for below, each in getattr(command, "commands", {}).items():
        describe(f"{name} {below}", each, _first_sentence(each.help or ""))


def _first_sentence(text: str) -> str:
    words = " ".join(text.partition("\n\n")[0].split())
    sentence, found, _ = words.partition(". ")
    return sentence + "." if found else words
