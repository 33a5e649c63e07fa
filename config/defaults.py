"""The default of every key, read from defaults.toml, and with it the list of all keys there are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from config.lines import KeyPath

PREFIX = "DRIFTLINE_"

Table = dict[str, Any]
"""Parsed TOML: what pydantic is there to check, hence not typed further."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """defaults.toml: plain values, and for each array of tables the values of an element's keys."""

    text: str
    values: Table
    elements: Mapping[KeyPath, Table]


@cache
def defaults() -> Defaults:
    text = resources.files("config").joinpath("defaults.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)
    elements: dict[KeyPath, Table] = {}
    for section, table in values.items():
        if isinstance(table, list):
            elements[section,] = table[0]
            values[section] = []
            continue
        for key, value in table.items():
            if _is_tables(value):
                elements[section, key] = value[0]
                table[key] = []
    return Defaults(text, values, elements)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def variables() -> Iterator[str]:
    """Every environment variable that is a setting."""
    for path in keys():
        yield PREFIX + "__".join(path).upper()


def keys() -> Iterator[tuple[str, ...]]:
    """Every key that holds a value of its own, as a path; arrays of tables count as one key."""
    for section, values in defaults().values.items():
        if isinstance(values, dict):
            yield from ((section, key) for key in values)
        else:
            yield (section,)
