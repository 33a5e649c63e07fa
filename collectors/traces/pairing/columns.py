"""Keeps numbers in as few bytes each as the highest of them needs: none at all where all are 0."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from typing import Self

_WIDTH = 8


class Column:
    """Numbers below 2**64. Byte by byte: a plane holds the lowest bytes of all, the next one those above."""

    __slots__ = ("_planes",)

    def __init__(self, numbers: Sequence[int]) -> None:
        wide = array("Q", numbers)
        if sys.byteorder == "big":
            wide.byteswap()
        sent = wide.tobytes()
        width = (max(numbers, default=0).bit_length() + 7) // 8
        self._planes = tuple([sent[place::_WIDTH] for place in range(width)])

    @classmethod
    def in_planes(cls, planes: Sequence[bytes]) -> Self:
        """Numbers that are taken apart already."""
        column = cls(())
        column._planes = tuple(planes)
        return column

    def __len__(self) -> int:
        """How many there are, if any of them is not 0."""
        return len(self._planes[0]) if self._planes else 0

    @property
    def size(self) -> int:
        """Bytes that the numbers take."""
        return sum(map(len, self._planes))

    def some(self, begin: int, end: int) -> Sequence[int]:
        """The numbers from one place to another."""
        if len(self._planes) == 1:
            return self._planes[0][begin:end]
        wide = bytearray(_WIDTH * (end - begin))
        for place, plane in enumerate(self._planes):
            wide[place::_WIDTH] = plane[begin:end]
        numbers = array("Q", bytes(wide))
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers
