"""Lists every value with its origin, as TOML with comments or as rows; user names in URLs are masked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

from config.defaults import defaults
from config.faults import dotted
from config.lines import KeyPath
from config.settings import Loaded
from config.values import mask_user

Value = str | int | float | bool | date | list[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One value: its path, itself (safe to print), and where it came from."""

    path: KeyPath
    value: Value
    origin: str

    @property
    def key(self) -> str:
        return dotted(self.path)


def rows(loaded: Loaded) -> Iterator[Row]:
    """Every value in the order of the model; a list of plain values is one value."""
    yield from _rows(loaded, loaded.settings.model_dump(), ())


def as_toml(loaded: Loaded) -> str:
    """A settings file that says the same, with each value's origin as a comment."""
    lines: list[str] = []
    section: KeyPath = ()
    listed = list(rows(loaded))
    width = min(60, max(len(_pair(row)) for row in listed))
    for row in listed:
        if row.path[:-1] != section:
            section = row.path[:-1]
            lines += ["", _header(section)]
        lines.append(f"{_pair(row):{width}}  # {row.origin}")
    return "\n".join(lines[1:]) + "\n"


def _rows(loaded: Loaded, values: object, path: KeyPath) -> Iterator[Row]:
    if isinstance(values, dict):
        # A table's own keys come before the blocks within it: in TOML they could not follow them.
        for key in sorted(values, key=lambda key: _is_tables(values[key])):
            yield from _rows(loaded, values[key], (*path, key))
    elif _is_tables(values):
        for index, one in enumerate(cast("tuple[object, ...]", values)):
            yield from _rows(loaded, one, (*path, index))
    elif path not in defaults().elements:
        yield Row(path, _printable(values), loaded.origin(path))


def _is_tables(value: object) -> bool:
    return isinstance(value, tuple | list) and bool(value) and isinstance(value[0], dict)


def _printable(value: object) -> Value:
    if isinstance(value, tuple | list):
        return [mask_user(str(one)) for one in value]
    if isinstance(value, Path | str):
        return mask_user(str(value))
    return cast("Value", value)


def _header(section: KeyPath) -> str:
    name = ".".join(step for step in section if isinstance(step, str))
    return f"[[{name}]]" if isinstance(section[-1], int) else f"[{name}]"


def _pair(row: Row) -> str:
    # JSON's strings, numbers, booleans and lists of strings are TOML's too; dates have no quotes there.
    value = (
        row.value.isoformat() if isinstance(row.value, date) else json.dumps(row.value, ensure_ascii=False)
    )
    return f"{row.path[-1]} = {value}"
