"""Finds, reads, merges and checks settings: command line over environment over file over defaults.toml."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config import faults
from config.defaults import Table
from config.errors import SettingsError
from config.layers import Layer, merge, read_environment, read_file, read_overrides
from config.lines import KeyPath
from config.shape import (
    Aws,
    AwsAccount,
    Classes,
    Database,
    Driftline,
    Ignore,
    ImageRegistry,
    Images,
    Logging,
    Mail,
    Privacy,
    Publish,
    Schedule,
    Settings,
    Telemetry,
    Traces,
    TracesSender,
)

__all__ = [
    "STANDARD_PATH",
    "Aws",
    "AwsAccount",
    "Classes",
    "Database",
    "Driftline",
    "Ignore",
    "ImageRegistry",
    "Images",
    "Loaded",
    "Logging",
    "Mail",
    "Privacy",
    "Publish",
    "Schedule",
    "Settings",
    "Telemetry",
    "Traces",
    "TracesSender",
    "compose",
    "find_file",
    "load",
    "load_with_origins",
]

STANDARD_PATH = Path("/etc/driftline/driftline.toml")


@dataclass(frozen=True, slots=True)
class Loaded:
    """Checked settings together with where each value came from."""

    settings: Settings
    file: Path | None
    layers: tuple[Layer, ...]

    def origin(self, path: KeyPath) -> str:
        """`default`, `FILE:LINE`, `environment VARIABLE` or `command line`."""
        return faults.place_of(path, self.layers)


def load(path: Path | None, overrides: Mapping[str, str] | None = None) -> Settings:
    """The settings of this installation, all checked. Raises SettingsError with every fault at once.

    `path`: the file named on the command line; None looks at $DRIFTLINE_CONFIG and then for
    /etc/driftline/driftline.toml, and is content with neither. `overrides`: dotted keys of the command
    line, as `{"schedule.threads": "4"}`.
    """
    return load_with_origins(path, overrides).settings


def load_with_origins(path: Path | None, overrides: Mapping[str, str] | None = None) -> Loaded:
    """As `load`, with the origin of each value."""
    file = find_file(path)
    environment, problems = read_environment()
    layers: tuple[Layer, ...] = (environment, read_overrides(overrides or {}))
    if file:
        try:
            layers = (read_file(file), *layers)
        except SettingsError as error:
            problems = (*error.problems, *problems)
    checked = faults.check(merge(layers), layers)
    if not isinstance(checked, Settings):
        raise SettingsError((*problems, *checked))
    if problems:
        raise SettingsError(problems)
    return Loaded(checked, file, layers)


def compose(values: Table) -> Settings:
    """Settings from a mapping over the defaults alone: no file, no environment. Raises SettingsError."""
    layers = (Layer("given", values),)
    checked = faults.check(merge(layers), layers)
    if not isinstance(checked, Settings):
        raise SettingsError(checked)
    return checked


def find_file(path: Path | None) -> Path | None:
    """The file that settings are read from; None if there is none to be found."""
    if path:
        return path
    if named := os.environ.get("DRIFTLINE_CONFIG"):
        return Path(named)
    return STANDARD_PATH if STANDARD_PATH.exists() else None
