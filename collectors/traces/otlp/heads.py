"""Reads ids and times of many spans at once, column by column, where they are in the usual form.

What would be done for each span is done by C for a column: touching a span is what takes the time.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from operator import eq, gt, sub
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
    whole = _whole(child, len(key))
    try:
        columns = (*zip(*map(whole.unpack_from, sent), strict=True),)
    except struct.error:
        raise Unusual from None
    is_trace, traces, is_id, ids, *rest = columns
    starts, is_end, ends = rest[-3:]
    parents: Sequence[bytes] = [b""] * len(sent)
    if child:
        is_parent, parents = rest[:2]
        if {*is_parent} != _PARENT or any(map(eq, ids, parents)):
            raise Unusual
        if NO_ID in parents:
            parents = [b"" if parent == NO_ID else parent for parent in parents]
    if not (
        {*is_trace} == _TRACE
        and {*is_id} == _ID
        and {*is_end} == _END
        and NO_ID not in ids
        and _NO_TRACE not in traces
        and min(starts) >= EARLIEST
        and max(starts) <= LATEST
        and not any(map(gt, starts, ends))
        and max(map(sub, ends, starts)) <= LONGEST
    ):
        raise Unusual
    return Heads(traces, ids, parents, starts, ends, whole.size)


_TRACE, _ID, _PARENT, _END = {usual.TRACE}, {usual.ID}, {usual.PARENT}, {usual.END}


@lru_cache(maxsize=2048)
def _whole(child: bool, key: int) -> struct.Struct:
    """Tag and length of each id, and it; name and kind; start, a tag, end."""
    return struct.Struct(f"<H16sH8s{'H8s' if child else ''}{key}xQBQ")
