"""Decides what each attribute of a span amounts to, and which ones differ in nearly every span."""

from __future__ import annotations

from dataclasses import dataclass

from collectors.traces.otlp.values import name_of, pair_of
from collectors.traces.semconv import NEEDLESS, SPAN_NAMES, SPAN_READERS, STATEMENT_KEYS, Pair

_NAMES = 5_000
_VALUES_OF_A_NAME = 64
_MANY_VALUES = frozenset(range(_VALUES_OF_A_NAME))
_LONGEST_REMEMBERED = 512
# Nearly every value is another one, or belongs to a person: read each time, never remembered.
_EACH_ANOTHER = frozenset(
    {
        *(b"client.address", b"http.client_ip", b"net.peer.ip", b"net.sock.peer.addr"),
        *(name.encode() for each in ("graphql.fields", "graphql.resolved") for name in SPAN_NAMES[each]),
    }
)
LATE = frozenset({*(name for name, _ in NEEDLESS), *STATEMENT_KEYS, *_EACH_ANOTHER})


@dataclass(frozen=True, slots=True)
class Found:
    """What an attribute amounts to.

    `pair`: it, reduced; None if it is not wanted, or late. `varies`: spans that differ in its value are alike.
    `late`: it is wanted then, and read in each of them.
    """

    pair: Pair | None
    name: bytes
    varies: bool
    late: bool


class Attributes:
    """Remembers what attributes amount to, by their bytes.

    Of those that are not wanted no value is remembered, only how many there were.
    """

    def __init__(self, remembered: int) -> None:
        self._remembered = remembered
        self._pairs: dict[int, Pair] = {}
        self._one: dict[Pair, Pair] = {}
        self._values: dict[bytes, set[int]] = {}

    def find(self, raw: bytes) -> Found:
        """What this one amounts to, as it came. Raises Unusable."""
        name = name_of(raw)
        if name in LATE:
            return Found(None, name, varies=True, late=True)
        if name and name not in SPAN_READERS:
            return Found(None, name, self._is_another(name, raw), late=False)
        key = hash(raw)
        pair = self._pairs.get(key)
        if pair is None:
            pair = pair_of(raw)
            if pair is not None and len(raw) <= _LONGEST_REMEMBERED:
                if len(self._pairs) >= self._remembered:
                    self._pairs.clear()
                    self._one.clear()
                pair = self._pairs[key] = self._one.setdefault(pair, pair)
        return Found(pair, name, varies=False, late=False)

    def _is_another(self, name: bytes, raw: bytes) -> bool:
        """Whether an attribute that is not wanted has had many values; of too many names, each is taken to."""
        values = self._values.get(name)
        if values is None:
            if len(self._values) >= _NAMES:
                return True
            values = self._values[name] = set()
        if len(values) < _VALUES_OF_A_NAME:
            values.add(hash(raw))
        return len(values) >= _VALUES_OF_A_NAME
