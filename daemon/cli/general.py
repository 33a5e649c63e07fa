"""The options that choose the settings, which every command that needs settings takes after its name too."""

from __future__ import annotations

import inspect
from copy import copy
from typing import Any

import typer

GENERAL = ("config", "sets")


def accept(command: Any, general: dict[str, Any]) -> None:
    """Adds the `general` options, by name, to a command and its subcommands; their values reach the root.

    `driftline diff --config FILE` then means what `driftline --config FILE diff` means.
    """
    for each in getattr(command, "commands", {}).values():
        accept(each, general)
    if command.callback is None or "context" not in inspect.signature(command.callback).parameters:
        return
    for name in GENERAL:
        option = copy(general[name])
        option.expose_value = False
        option.callback = _tell_root
        command.params.append(option)


def _tell_root(context: typer.Context, option: Any, value: Any) -> None:
    if value:
        root = context.find_root().params
        root[option.name] = [*(root.get(option.name) or ()), *value] if option.multiple else value
