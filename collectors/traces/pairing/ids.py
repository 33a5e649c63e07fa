"""Decides what is kept of the ids of spans at rest: 40 bits, which tell the spans of one trace apart.

Of a thousand spans in a trace, two have the same in one trace of two million. All eight bytes have a part in it, for
tracers whose ids are numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from collectors.traces.pairing.columns import Column

_BITS = 40
_MASK = (1 << _BITS) - 1


def short(id: bytes) -> bytes:
    """What is kept of an id, as an id: of one that is short already the same, and of none none."""
    if not id:
        return id
    number = int.from_bytes(id[:8].ljust(8, b"\0"))  # who sends JSON may name a parent by anything
    return ((number ^ number >> _BITS) & _MASK).to_bytes(8)


class Ids(Column):
    """Short ids, one behind the other."""

    __slots__ = ()

    @classmethod
    def of(cls, ids: Sequence[bytes]) -> Self:
        """These ids of eight bytes, shortened. Some of them may be joined already."""
        sent = b"".join(ids)
        planes = [sent[place::8] for place in range(8)]
        folded = [*map(_both, planes[5:], planes[:3])]
        return cls.in_planes([*reversed((planes[3], planes[4], *folded))])

    def ids(self, begin: int, end: int) -> Sequence[bytes]:
        """Those from one place to another."""
        return [number.to_bytes(8) for number in self.some(begin, end)]


def _both(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))
