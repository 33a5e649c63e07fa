"""Cuts long lists of keys into what one statement may name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

_CHUNK = 500


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values, some hundreds at a time."""
    for begin in range(0, len(values), _CHUNK):
        yield list(values[begin : begin + _CHUNK])
