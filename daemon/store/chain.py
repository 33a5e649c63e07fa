"""What makes tampering show: a root over all valid versions, and headers that name their parent.

A root is a multiset hash (a sum of wide hashes): its cost follows the churn, rows may come in any order, and
removing what was added gives the same root as never having added it. Schemes stay as they were: a snapshot is
proven by the one it was committed under.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

_BYTES = 256  # wide enough that no one finds a set of elements with a given sum
_MODULUS = 1 << (8 * _BYTES)
EMPTY = "0" * (2 * _BYTES)

FIRST_SCHEME = "driftline-1"
SCHEME = "driftline-2"

Part = str | bytes

_SEALED = (
    "number", "started_at", "committed_at", "state", "rules", "extents", "listed", "position", "late",
    "state_root", "coverage_digest", "changes", "pruning",
)  # fmt: skip


def element(*parts: Part) -> int:
    """What a row adds to a root."""
    return _wide(orjson.dumps([part.hex() if isinstance(part, bytes) else part for part in parts]))


def elements(head: Sequence[Part], rows: Iterable[tuple[str | int | None, ...]]) -> int:
    """The sum of what many rows add that begin alike, with the parts of `head`."""
    begun = orjson.dumps(head)[:-1] + b","
    return sum([_wide(begun + orjson.dumps(row)) for row in rows])


def first_element(*parts: Part) -> int:
    """What a row adds to a root of the first scheme: its parts with their lengths."""
    raws = [part.encode() if isinstance(part, str) else part for part in parts]
    return _wide(b"".join([len(raw).to_bytes(4, "big") + raw for raw in raws]))


def _wide(text: bytes) -> int:
    return int.from_bytes(hashlib.shake_256(text).digest(_BYTES), "big")


def plus(root: str, change: int) -> str:
    """A root after a change, both as hex digits."""
    return f"{(int(root, 16) + change) % _MODULUS:0{2 * _BYTES}x}"


@dataclass(slots=True)
class Ledger:
    """What one snapshot opened, closed and noted, summed by how that came to be.

    The state root takes what is valid; `changes` takes how it came to be as well, so that an `added` cannot be made
    a `baseline` unseen.
    """

    coverage: int = 0
    _sums: defaultdict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))

    def opened(self, element_: int, origin: str, fingerprint: str) -> None:
        """A version became valid."""
        self._sums["opened", origin, fingerprint] += element_

    def closed(self, element_: int, ended: str) -> None:
        """A version is no longer valid."""
        self._sums["closed", ended, ""] += element_

    def noted(self, element_: int) -> None:
        """A row that is about this snapshot alone."""
        self._sums["noted", "", ""] += element_

    def covered(self, element_: int) -> None:
        """Coverage of an extent became valid."""
        self.coverage += element_

    def uncovered(self, element_: int) -> None:
        """Coverage of an extent is no longer valid."""
        self.coverage -= element_

    @property
    def state(self) -> int:
        """What this snapshot adds to the state root."""
        return sum({"opened": 1, "closed": -1}.get(key[0], 0) * each for key, each in self._sums.items())

    @property
    def changes(self) -> str:
        """Digest of what was opened, closed and noted."""
        lines = [[*key, f"{each % _MODULUS:x}"] for key, each in sorted(self._sums.items()) if each]
        return hashlib.sha256(orjson.dumps(lines)).hexdigest()


def header(parent: str, row: Mapping[str, Any]) -> str:
    """Hex digest that names a snapshot and, through its parent, all before it. `row`: of the snapshot's table."""
    scheme = row["scheme"]
    if scheme == FIRST_SCHEME:
        names = ("number", "committed_at", "state_root", "coverage_digest")
        text = "\n".join((scheme, parent, *(str(row[name]) for name in names)))
        return hashlib.sha256(text.encode()).hexdigest()
    values = [int(row[name]) if name == "late" else row[name] for name in _SEALED]
    return hashlib.sha256(orjson.dumps([scheme, parent, *values])).hexdigest()


def pruning_header(parent: str, row: Mapping[str, Any]) -> str:
    """Hex digest that names a pruning and all before it."""
    values = [row[name] for name in ("number", "pruned_at", "newest", "pruned", "digest")]
    return hashlib.sha256(orjson.dumps(["driftline-pruning-1", parent, *values])).hexdigest()


def signature(key: bytes, header_: str) -> str:
    """Proof that the holder of the key wrote a header; "" without a key."""
    return hmac.new(key, header_.encode(), hashlib.sha256).hexdigest() if key else ""


def digest(value: object) -> str:
    """Hex SHA-256 of a value as JSON."""
    return hashlib.sha256(orjson.dumps(value)).hexdigest()


def first_coverage(rows: Iterable[tuple[int, str, str]]) -> str:
    """The coverage digest of the first scheme. `rows`: extent, state and detail, in the order of extents."""
    hasher = hashlib.sha256()
    for row in rows:
        hasher.update(repr(row).encode())
    return hasher.hexdigest()
