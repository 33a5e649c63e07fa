"""What makes tampering show: a root over all valid versions, and headers that name their parent.

The root is an incremental multiset hash (a sum of wide hashes): its cost follows the churn, and removing what
was added gives the same root as never having added it.
"""

from __future__ import annotations

import hashlib

_BYTES = 256  # wide enough that no one finds a set of elements with a given sum
_MODULUS = 1 << (8 * _BYTES)
EMPTY = "0" * (2 * _BYTES)


class StateRoot:
    """The running sum. `str` gives its hex form, as stored."""

    def __init__(self, text: str = EMPTY) -> None:
        self._sum = int(text, 16)

    def add(self, *parts: str | bytes) -> None:
        """A version became valid."""
        self._sum = (self._sum + _element(parts)) % _MODULUS

    def remove(self, *parts: str | bytes) -> None:
        """A version is no longer valid."""
        self._sum = (self._sum - _element(parts)) % _MODULUS

    def __str__(self) -> str:
        return f"{self._sum:0{2 * _BYTES}x}"


def header(parent: str, number: int, committed_at: str, state_root: str, coverage_digest: str) -> str:
    """Hex digest that names a snapshot and, through its parent, all before it."""
    text = "\n".join(("driftline-1", parent, str(number), committed_at, state_root, coverage_digest))
    return hashlib.sha256(text.encode()).hexdigest()


def _element(parts: tuple[str | bytes, ...]) -> int:
    hasher = hashlib.shake_256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        hasher.update(len(raw).to_bytes(4, "big") + raw)
    return int.from_bytes(hasher.digest(_BYTES), "big")
