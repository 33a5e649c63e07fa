"""Keeps traces at rest in a few bytes a span.

A *part* holds the traces of one generation as columns, a *shelf* some parts under one sorted column of keys, so that
a trace is found by bisection in few places. Whether it is anywhere at all, a field of bits tells first.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count

from collectors.traces.pairing.placing import Trace
from collectors.traces.pairing.runs import Record
from collectors.traces.shape import Shape

_PARTS_OF_A_SHELF = 8
_ORDINAL_BITS = 24
_FIELD_BITS = 25
_KEY = 2**64 - 1
_REMOTE, _TIMED, _NUMBER = 1, 2, 4  # flags beside the number of a shape, and its unit
_LOW = 2**32 - 1
_LONGEST = 2**32 - 1
_WEIGHTS = 255


class Part:
    """The traces of one generation. A row is a span; the rows of a trace lie together.

    `ids`, `shapes` (with a bit for a remote parent and one for times) and `parents` have a value for each row. A
    parent is the number of its row within the trace, or one of the two highest numbers: it has none, or it is not
    known and its id is in `rest`. There, too, are the times of those rows of which anything may still be said.
    `table`: the shapes that the numbers stand for.

    A time is nanoseconds since the part's `earliest`, in 5 bytes where that is enough, microseconds until the end,
    and which of the part's weights, if there is another one than 1.
    """

    __slots__ = (
        "_earliest",
        "_first",
        "_ids",
        "_parents",
        "_rest",
        "_rest_at",
        "_shapes",
        "_times",
        "_weights",
        "table",
    )

    def __init__(self, traces: Mapping[bytes, Trace]) -> None:
        ids: list[bytes] = []
        shapes: list[int] = []
        parents: list[int] = []
        first, rest_at, rest = array("I"), array("I"), bytearray()
        numbers: dict[Shape, int] = {}
        records = [record for trace in traces.values() for record in trace.spans.values()]
        earliest = min((record.start for record in records), default=0)
        latest = max((record.start for record in records), default=0)
        others = sorted({record.weight for record in records} - {1})[: _WEIGHTS - 1]
        weights = {weight: number for number, weight in enumerate((1, *others))}
        high = "B" if latest - earliest < 2**40 else "I"
        self._times = struct.Struct(f"<I{high}I{'B' if others else ''}")
        self._earliest = earliest
        widest = max((len(trace.spans) for trace in traces.values()), default=0)
        code = "B" if widest < 254 else "H"
        root = 2 ** (8 * array(code).itemsize) - 1
        unknown = root - 1
        pack = self._times.pack
        for trace in traces.values():
            first.append(len(shapes))
            rest_at.append(len(rest))
            spans, runs = trace.spans, trace.runs
            row_of = dict(zip(spans, count())).get
            ids += spans
            for shape, parent, start, end, weight, remote in spans.values():
                try:
                    number = numbers[shape]
                except KeyError:
                    number = numbers[shape] = len(numbers) * _NUMBER
                if remote:
                    number |= _REMOTE
                row = row_of(parent, unknown) if parent else root
                parents.append(row)
                if row == unknown:
                    rest += parent[:8].ljust(8, b"\0")
                if not shape.act.timed and (row == root or parent in runs):
                    shapes.append(number)
                    continue
                shapes.append(number | _TIMED)
                took = (end - start + 999) // 1000
                if not 0 <= took <= _LONGEST:
                    took = min(max(took, 0), _LONGEST)
                since = start - earliest
                if others:
                    rest += pack(since & _LOW, since >> 32, took, weights.get(weight, 0))
                else:
                    rest += pack(since & _LOW, since >> 32, took)
        first.append(len(shapes))
        self._ids = array("Q")
        self._ids.frombytes(b"".join(ids))
        self._shapes = array("H" if len(numbers) * _NUMBER < 2**16 else "I", shapes)
        self._parents = array(code, parents)
        self._first, self._rest_at, self._rest = first, rest_at, bytes(rest)
        self.table = tuple(numbers)
        self._weights = list(weights)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def size(self) -> int:
        """Bytes that its columns take."""
        columns = (self._ids, self._shapes, self._parents, self._first, self._rest_at)
        return sum(len(one) * one.itemsize for one in columns) + len(self._rest)

    def records(self, ordinal: int) -> Iterator[tuple[bytes, Record]]:
        """The spans of one of its traces."""
        begin, end = self._first[ordinal], self._first[ordinal + 1]
        ids = self._ids[begin:end].tobytes()
        at = self._rest_at[ordinal]
        root = 2 ** (8 * self._parents.itemsize) - 1
        for row in range(begin, end):
            packed, above = self._shapes[row], self._parents[row]
            shape = self.table[packed // _NUMBER]
            parent = b""
            if above == root - 1:
                parent = self._rest[at : at + 8]
                at += 8
            elif above != root:
                parent = ids[above * 8 : above * 8 + 8]
            start = took = kept = 0
            if packed & _TIMED:
                low, high, took, *weighed = self._times.unpack_from(self._rest, at)
                start = self._earliest + (high << 32 | low)
                kept = weighed[0] if weighed else 0
                at += self._times.size
            id = ids[(row - begin) * 8 : (row - begin) * 8 + 8]
            yield (
                id,
                Record(
                    shape, parent, start, start + took * 1000, self._weights[kept], bool(packed & _REMOTE)
                ),
            )


class _Shelf:
    """Parts under one sorted column of keys. `newest`: when the last span in it came."""

    __slots__ = ("keys", "newest", "parts", "where")

    def __init__(self, keys: list[int], where: list[int], parts: list[Part], newest: float) -> None:
        order = sorted(range(len(keys)), key=keys.__getitem__)
        self.keys = array("Q", [keys[one] for one in order])
        self.where = array("I", [where[one] for one in order])
        self.parts = parts
        self.newest = newest


class Packed:
    """Traces at rest. Of a trace that was put there more than once, the newest counts."""

    def __init__(self) -> None:
        self._shelves: list[_Shelf] = []
        self._field = bytearray(2**_FIELD_BITS // 8)
        self._parts_with: Counter[Shape] = Counter()

    def __len__(self) -> int:
        """Spans."""
        return sum(len(part) for shelf in self._shelves for part in shelf.parts)

    @property
    def size(self) -> int:
        """Bytes that its columns take."""
        return len(self._field) + sum(
            sum(part.size for part in shelf.parts) + 12 * len(shelf.keys) for shelf in self._shelves
        )

    def put(self, traces: Mapping[bytes, Trace], newest: float) -> None:
        """Packs traces. `newest`: when the last span of them came."""
        if not traces:
            return
        keys = [hash(id) & _KEY for id in traces]
        part = Part(traces)
        self._parts_with.update(part.table)
        self._shelves.append(_Shelf(keys, list(range(len(keys))), [part], newest))
        self._mark(keys)
        single = self._shelves[-_PARTS_OF_A_SHELF:]
        if len(single) == _PARTS_OF_A_SHELF and all(len(shelf.parts) == 1 for shelf in single):
            self._shelves[-_PARTS_OF_A_SHELF:] = [_joined(single)]

    def get(self, id: bytes) -> Iterator[tuple[bytes, Record]] | None:
        """The spans of a trace."""
        key = hash(id) & _KEY
        bit = key >> (64 - _FIELD_BITS)
        if not self._field[bit >> 3] & (1 << (bit & 7)):
            return None
        for shelf in reversed(self._shelves):
            place = bisect_left(shelf.keys, key)
            # Of equal keys on one shelf, the last is the newest: joining keeps the order of parts.
            while place + 1 < len(shelf.keys) and shelf.keys[place + 1] == key:
                place += 1
            if place < len(shelf.keys) and shelf.keys[place] == key:
                where = shelf.where[place]
                return shelf.parts[where >> _ORDINAL_BITS].records(where & ((1 << _ORDINAL_BITS) - 1))
        return None

    def forget(self, before: float, most: int, most_shapes: int) -> int:
        """Drops what came before a time, and the oldest of more than `most` spans or so many shapes of spans.

        Returns how many spans the latter were.
        """
        kept = [shelf for shelf in self._shelves if shelf.newest >= before]
        for shelf in self._shelves:
            if shelf.newest < before:
                self._let_go(shelf)
        size = sum(len(part) for shelf in kept for part in shelf.parts)
        dropped = 0
        while kept and (size - dropped > most or len(self._parts_with) > most_shapes):
            self._let_go(kept[0])
            dropped += sum(map(len, kept.pop(0).parts))
        if len(kept) < len(self._shelves):
            self._shelves = kept
            self._field = bytearray(len(self._field))
            for shelf in kept:
                self._mark(shelf.keys)
        return dropped

    def _let_go(self, shelf: _Shelf) -> None:
        for part in shelf.parts:
            for shape in part.table:
                if self._parts_with[shape] == 1:
                    del self._parts_with[shape]
                else:
                    self._parts_with[shape] -= 1

    def _mark(self, keys: list[int] | array[int]) -> None:
        field, shift = self._field, 64 - _FIELD_BITS
        for key in keys:
            bit = key >> shift
            field[bit >> 3] |= 1 << (bit & 7)


def _joined(shelves: list[_Shelf]) -> _Shelf:
    keys: list[int] = []
    where: list[int] = []
    for number, shelf in enumerate(shelves):
        keys += shelf.keys
        where += [number << _ORDINAL_BITS | one for one in shelf.where]
    return _Shelf(keys, where, [shelf.parts[0] for shelf in shelves], max(shelf.newest for shelf in shelves))
