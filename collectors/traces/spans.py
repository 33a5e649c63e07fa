"""The span as every format is reduced to it, and what makes a span unusable.

Values in it are already reduced (see `semconv`); the only text kept as it came is the statement of a
database call, which lives no longer than it takes to read its tables and columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
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


Place = tuple[bytes, bytes]
"""Trace id and span id."""


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """The resource that spans come from: reduced attributes under their own names.

    Equal by identity: readers hand out one origin per resource, so that shapes are looked up fast.
    """

    attributes: Mapping[str, Value]


@dataclass(slots=True, eq=False)
class Form:
    """What spans of one kind, name, origin and attributes have in common. Equal by identity, like origins.

    Not frozen, for readers that count in it what they read.
    """

    origin: Origin
    kind: int
    name: str
    attributes: tuple[Pair, ...]


class Span(NamedTuple):
    """One span. A named tuple because millions are made: a frozen dataclass takes three times as long.

    `parent` is b"" for a root. `start`, `end`: nanoseconds since 1970. `remote`: the parent is known to be
    in another process. `statement`: the text of a database call, as it came. `links`: the spans it links to.
    `weight`: for how many spans it stands where a sampler left others out; negative where others were counted with it
    by who keeps them, which says nothing of sampling, and 0 if it was counted with another one. `form`: its kind,
    name, origin and attributes once more, where the reader keeps one value for all spans that have them in common.
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
    links: tuple[Place, ...] = ()
    weight: int = 1
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one message or file held: usable spans, and how many were not, with the first reason."""

    spans: Sequence[Span]
    rejected: int = 0
    reason: str = ""


class MalformedTraces(ValueError):
    """The bytes are not what their content type says. The message says what they look like instead."""


EARLIEST = 946_684_800 * 10**9  # 2000-01-01: nothing was traced before
LATEST = 7_258_118_400 * 10**9  # 2200-01-01
LONGEST = 31 * 86_400 * 10**9
NO_ID = bytes(8)
LONGEST_NAME = 512
"""Characters of a span's name that are looked at: names are remembered."""
LONGEST_STATE = 2048
LINKS_KEPT = 128
"""Links of one span that are looked at."""
REMOTE = 0x300
"""The flags of a span whose parent's place is known, and is another process."""
_NO_TRACE = (bytes(8), bytes(16))


def fault(trace: bytes, id: bytes, start: int, end: int) -> str:
    """Why a span is not usable, "" if it is."""
    if len(trace) not in (8, 16) or trace in _NO_TRACE:
        return "a span has no valid trace id"
    if len(id) != 8 or id == NO_ID:
        return "a span has no valid span id"
    if not EARLIEST <= start <= LATEST:
        return "a span has no believable start time"
    if end and not start - LONGEST <= end <= start + LONGEST:
        return "a span has no believable end time"
    return ""


def twin_of(id: bytes) -> bytes:
    """The id by which one of two spans goes that share an id, as client and server do in Zipkin."""
    # Only in the bits that are kept of every id: that of a short one is short.
    return (int.from_bytes(id) ^ 0x5A5A5A5A5A).to_bytes(8) if any(id) else id


@lru_cache(maxsize=1024)
def weight_of(tracestate: str) -> int:
    """For how many spans one stands whose `tracestate` says with what probability it was sampled.

    Source: OpenTelemetry "TraceState: Probability Sampling", the threshold `ot=th:HEX`.
    """
    return _weight_of(tracestate[:LONGEST_STATE])


@lru_cache(maxsize=1024)
def _weight_of(tracestate: str) -> int:
    for member in tracestate.split(","):
        key, _, value = member.strip().partition("=")
        if key != "ot":
            continue
        for part in value.split(";"):
            name, _, digits = part.partition(":")
            if name == "th" and 0 < len(digits) <= 14 and set(digits) <= _HEXADECIMAL:
                return min(round(2**56 / (2**56 - int(digits.ljust(14, "0"), 16))), HEAVIEST)
    return 1


HEAVIEST = 1_000_000
"""Spans that one may stand for: what is sampled less than that says nothing of how often."""

_HEXADECIMAL = frozenset("0123456789abcdef")
