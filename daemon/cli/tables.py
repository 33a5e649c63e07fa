"""Prints rows and pairs for people and for programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from daemon.report.safe_text import safe_text


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Rows as aligned columns, the last one unbounded; or all of them as JSON."""
    if as_json:
        sys.stdout.write(
            orjson.dumps({"format_version": "1.0", "data": [dict(r) for r in rows]}).decode() + "\n"
        )
        return
    cells = [[name.upper() for name in columns], *([_cell(row[name]) for name in columns] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    for line in cells:
        padded = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write(padded.rstrip() + "\n")
    sys.stdout.write(f"{len(rows)} in all\n")


def print_pairs(pairs: Mapping[str, Any], *, as_json: bool) -> None:
    """Names and values, one a line; or as JSON."""
    if as_json:
        sys.stdout.write(orjson.dumps({"format_version": "1.0", "data": dict(pairs)}).decode() + "\n")
        return
    width = max(map(len, pairs))
    for name, value in pairs.items():
        sys.stdout.write(f"{name.replace('_', ' ').ljust(width)}  {_cell(value)}\n")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return safe_text(str(value))
