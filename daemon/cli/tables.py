"""Prints rows and pairs for people and for programs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from daemon.report.safe_text import safe_text

_NOTHING = "-"
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_MEASURED = 500
"""By how many of a stream's rows the columns are made wide: more would have to be held."""


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Rows as aligned columns, the last one unbounded; or all of them as JSON."""
    if as_json:
        sys.stdout.write(_document({"format_version": "1.0", "data": [dict(row) for row in rows]}) + "\n")
        return
    _table(rows, columns, len(rows), heading=True)
    sys.stdout.write(f"{len(rows):,} in all\n")


def stream_rows(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, limit: int | None = None
) -> int:
    """Prints rows as they come, at most `limit`, and how many more there are; returns how many there are in all.

    The JSON is that of `print_rows` with `more`, the number of rows that the limit left out.
    """
    rest = iter(rows)
    chosen = islice(rest, limit) if limit is not None else rest
    shown = _stream_json(chosen) if as_json else _table(chosen, columns, _MEASURED, heading=False)
    more = sum(1 for _ in rest)
    if as_json:
        sys.stdout.write(f'], "more": {more}}}\n')
    elif shown or more:
        sys.stdout.write(f"… and {more:,} more, {shown + more:,} in all\n" if more else f"{shown:,} in all\n")
    return shown + more


def _stream_json(rows: Iterable[Mapping[str, Any]]) -> int:
    sys.stdout.write('{"format_version": "1.0", "data": [')
    number = 0
    for number, row in enumerate(rows, 1):
        sys.stdout.write(("," if number > 1 else "") + "\n" + _document(dict(row)))
    return number


def _table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], measured: int, *, heading: bool) -> int:
    """Prints the rows below a heading, and returns how many there were. `heading`: even if there are none."""
    rest = ([_cell(row[name]) for name in columns] for row in rows)
    cells = [[name.upper() for name in columns], *islice(rest, measured)]
    if len(cells) == 1 and not heading:
        return 0
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    aligned = [_aligned([line[i] for line in cells[1:]]) for i in range(len(columns))]
    number = -1  # the heading is no row
    for line in chain(cells, rest):
        number += 1
        padded = "  ".join(put(cell, width) for put, cell, width in zip(aligned, line, widths, strict=True))
        sys.stdout.write(padded.rstrip() + "\n")
    return number


def _aligned(cells: Sequence[str]) -> Callable[[str, int], str]:
    """Numbers stand below one another by their last digit, all else by its first letter."""
    numbers = [cell for cell in cells if cell != _NOTHING]
    return str.rjust if numbers and all(map(_NUMBER.fullmatch, numbers)) else str.ljust


def _document(value: object) -> str:
    """ASCII alone: a document that is printed cannot steer a terminal, and is read back unchanged.

    What JSON has no form for (PostgreSQL's sums are decimal numbers) is printed as text.
    """
    return json.dumps(value, ensure_ascii=True, default=str)


def print_pairs(pairs: Mapping[str, Any], *, as_json: bool) -> None:
    """Names and values, one a line; or as JSON."""
    if as_json:
        sys.stdout.write(_document({"format_version": "1.0", "data": dict(pairs)}) + "\n")
        return
    width = max(map(len, pairs))
    for name, value in pairs.items():
        sys.stdout.write(f"{name.replace('_', ' ').ljust(width)}  {_cell(value)}\n")


def _cell(value: object) -> str:
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return safe_text(str(value))
