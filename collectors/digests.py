"""Remembers what was seen before by 64 bits of it, in about nine bytes each instead of the hundred of a set."""

from __future__ import annotations

from array import array
from bisect import bisect_left

_BITS = 10
_MASK = 2**64 - 1
_SHIFT = 64 - _BITS


class Digests:
    """A set of numbers, of which the lowest 64 bits count. They have to be digests: spread over all values."""

    __slots__ = ("_count", "_parts")

    def __init__(self) -> None:
        # Sorted parts, by the highest bits: short enough that inserting moves little.
        self._parts = [array("Q") for _ in range(2**_BITS)]
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, digest: int) -> bool:
        digest &= _MASK
        part = self._parts[digest >> _SHIFT]
        place = bisect_left(part, digest)
        return place < len(part) and part[place] == digest

    def add(self, digest: int) -> bool:
        """Returns whether it is new."""
        digest &= _MASK
        part = self._parts[digest >> _SHIFT]
        place = bisect_left(part, digest)
        if place < len(part) and part[place] == digest:
            return False
        part.insert(place, digest)
        self._count += 1
        return True
