"""Remembers what was seen before by 44 bits of it, in about five bytes each instead of the hundred of a set.

Of a million that are remembered, one in sixteen million others is taken for one of them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left

_BITS = 12
_KEPT = 32
_MASK = (1 << _KEPT) - 1
_SHIFT = 64 - _BITS
_PART = (1 << _BITS) - 1


class Digests:
    """A set of numbers of 64 bits, of which the highest 12 and the lowest 32 count.

    They have to be digests: spread over all values. Of longer ones the lowest 64 bits are looked at.
    """

    __slots__ = ("_count", "_parts")

    def __init__(self) -> None:
        # Sorted parts, by the highest bits: short enough that inserting moves little.
        self._parts = [array("I") for _ in range(1 << _BITS)]
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, digest: int) -> bool:
        part, kept = self._parts[digest >> _SHIFT & _PART], digest & _MASK
        place = bisect_left(part, kept)
        return place < len(part) and part[place] == kept

    def add(self, digest: int) -> bool:
        """Returns whether it is new."""
        part, kept = self._parts[digest >> _SHIFT & _PART], digest & _MASK
        place = bisect_left(part, kept)
        if place < len(part) and part[place] == kept:
            return False
        part.insert(place, kept)
        self._count += 1
        return True
