"""The span as every format is reduced to it, and what makes a span unusable.

Values in it are already reduced (see `semconv`); the only text kept as it came is the statement of a
database call, which lives no longer than it takes to read its tables and columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from collectors.traces.semconv import Pair, Value


class Kind(IntEnum):
    """Span kinds, numbered as in OTLP."""

    UNSPECIFIED = 0
    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """The resource that spans come from: reduced attributes under their own names.

    Equal by identity: readers hand out one origin per resource, so that shapes are looked up fast.
    """

    attributes: Mapping[str, Value]


class Span(NamedTuple):
    """One span. A named tuple because millions are made: a frozen dataclass takes three times as long.

    `parent` is b"" for a root. `start`, `end`: nanoseconds since 1970. `remote`: the parent is known to be
    in another process. `statement`: the text of a database call, as it came.
    """

    trace: bytes
    id: bytes
    parent: bytes
    kind: int
    name: str
    start: int
    end: int
    remote: bool
    origin: Origin
    attributes: tuple[Pair, ...]
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one message or file held: usable spans, and how many were not, with the first reason."""

    spans: list[Span]
    rejected: int = 0
    reason: str = ""


class MalformedTraces(ValueError):
    """The bytes are not what their content type says. The message says what they look like instead."""


_EARLIEST = 946_684_800 * 10**9  # 2000-01-01: nothing was traced before
_LATEST = 7_258_118_400 * 10**9  # 2200-01-01
_LONGEST = 31 * 86_400 * 10**9
NO_ID = bytes(8)
_NO_TRACE = (bytes(8), bytes(16))


def fault(trace: bytes, id: bytes, start: int, end: int) -> str:
    """Why a span is not usable, "" if it is."""
    if len(trace) not in (8, 16) or trace in _NO_TRACE:
        return "a span has no valid trace id"
    if len(id) != 8 or id == NO_ID:
        return "a span has no valid span id"
    if not _EARLIEST <= start <= _LATEST:
        return "a span has no believable start time"
    if end and not start - _LONGEST <= end <= start + _LONGEST:
        return "a span has no believable end time"
    return ""
