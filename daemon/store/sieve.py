"""Tells which keys were surely never met: whoever loads an empty table need not look each of them up in it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

_BITS = 1 << 25  # 4 MiB: of a million keys, three in a hundred are taken for met and looked up
Key = TypeVar("Key", bound=Hashable)


class Sieve:
    """What it lets through was not met; what it holds back may have been."""

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        self._bits = bytearray(_BITS // 8)

    def met(self, keys: Iterable[Key]) -> list[Key]:
        """Those of these keys that may have been met before; from now on all of them were."""
        bits = self._bits
        found = []
        for key in keys:
            place = hash(key) % _BITS
            mask = 1 << (place & 7)
            if bits[place >> 3] & mask:
                found.append(key)
            else:
                bits[place >> 3] |= mask
        return found
