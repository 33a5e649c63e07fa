"""Reads ids and times of many spans at once, column by column, where they are in the usual form.

What would be done for each span is done by C for a column: touching a span is what takes the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import eq, sub
from struct import Struct
from typing import NamedTuple

from collectors.traces.otlp import usual
from collectors.traces.spans import EARLIEST, LATEST, LONGEST, NO_ID

_NO_TRACE = bytes(16)


class Unusual(LookupError):
    """A span is not in the usual form, or not usable."""


class Heads(NamedTuple):
    """What stands at known places in spans of one kind and name. `begin`: where their attributes begin."""

    traces: Sequence[bytes]
    ids: Sequence[bytes]
    parents: Sequence[bytes]
    starts: Sequence[int]
    ends: Sequence[int]
    begin: int


def heads(sent: Sequence[bytes], child: bool, key: bytes) -> Heads:
    """Of one span or more, which have a parent if `child`. Raises Unusual if that is not what all of them are.

    `key`: name and kind, as they came.
    """
    whole, fixed = _whole(child, len(key))
    joined = b"".join([raw[: whole.size] for raw in sent])
    if len(joined) < whole.size * len(sent) or any(
        joined[at :: whole.size].count(byte) < len(sent) for at, byte in fixed
    ):
        raise Unusual
    traces, ids, *rest, starts, ends = zip(*whole.iter_unpack(joined), strict=True)
    parents: Sequence[bytes] = [b""] * len(sent)
    if child:
        parents = rest[0]
        if any(map(eq, ids, parents)):
            raise Unusual
        if NO_ID in parents:
            parents = [b"" if parent == NO_ID else parent for parent in parents]
    took = [*map(sub, ends, starts)]
    if not (
        NO_ID not in ids
        and _NO_TRACE not in traces
        and min(starts) >= EARLIEST
        and max(starts) <= LATEST
        and min(took) >= 0
        and max(took) <= LONGEST
    ):
        raise Unusual
    return Heads(traces, ids, parents, starts, ends, whole.size)


@lru_cache(maxsize=2048)
def _whole(child: bool, key: int) -> tuple[Struct, Sequence[tuple[int, int]]]:
    """Ids, each behind its tag and length; name and kind; start, a tag, end. And which bytes stand where in all."""
    whole = Struct(f"<2x16s2x8s{'2x8s' if child else ''}{key}xQxQ")
    tags = {0: usual.TRACE, 18: usual.ID} | ({28: usual.PARENT} if child else {})
    fixed = [
        (at + place, byte) for at, tag in tags.items() for place, byte in enumerate(tag.to_bytes(2, "little"))
    ]
    return whole, (*fixed, (whole.size - 9, usual.END))
