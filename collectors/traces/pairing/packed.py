"""Keeps traces at rest in a few bytes a span.

A *part* holds the traces of one generation as columns, a *shelf* some parts under one sorted column of keys, so that
a trace is found by bisection in few places. Whether it is anywhere at all, a field of bits tells first.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import count

from collectors.traces.pairing.columns import Column
from collectors.traces.pairing.ids import Ids
from collectors.traces.pairing.numbers import Numbers
from collectors.traces.pairing.placing import Trace
from collectors.traces.pairing.runs import Record
from collectors.traces.shape import Shape

_PARTS_OF_A_SHELF = 8
_ORDINAL_BITS = 24
_FIELD_BITS = 25
_KEY = 2**64 - 1
_REMOTE, _TIMED, _NUMBER = 1, 2, 4  # flags beside the number of a shape, and its unit


class Part:
    """The traces of one generation. A row is a span; the rows of a trace lie together.

    `ids` (short ones), `shapes` (a number, with a bit for a remote parent and one for times) and `parents` have a
    value for each row. A parent is the number of its row within the trace, or one of the two highest numbers: it has
    none, or it is not known and its id is among the `lost`. Those rows of which anything may still be said have
    times: nanoseconds since the part's `earliest`, microseconds until the end, and which of the part's weights. For
    each trace, `first`, `timed_at` and `lost_at` are where it begins among all of these. Where the part has few
    shapes, each is known by its place in the `table` of their `numbers`. `ordinal`: how many parts were before it.
    """

    __slots__ = (
        "_earliest",
        "_first",
        "_ids",
        "_lost",
        "_lost_at",
        "_numbers",
        "_parents",
        "_root",
        "_shapes",
        "_since",
        "_table",
        "_timed_at",
        "_took",
        "_weighed",
        "_weights",
        "ordinal",
    )

    def __init__(self, traces: Mapping[bytes, Trace], numbers: Numbers, ordinal: int) -> None:
        self._numbers, self.ordinal = numbers, ordinal
        number_of: dict[Shape, int] = {}
        weights: dict[int, int] = {}
        ids: list[bytes] = []
        lost: list[bytes] = []
        shapes: list[int] = []
        parents: list[int] = []
        since: list[int] = []
        until: list[int] = []
        weighed: list[int] = []
        first: list[int] = []
        timed_at: list[int] = []
        lost_at: list[int] = []
        self._root = root = max((len(trace.spans) for trace in traces.values()), default=0) + 1
        unknown = root - 1
        # One trace after the other: what is kept of it is at many places in memory, and each is gone to once.
        for trace in traces.values():
            first.append(len(shapes))
            timed_at.append(len(since))
            lost_at.append(len(lost))
            spans, runs = trace.spans, trace.runs
            settled = len(runs) == len(spans)
            row_of = dict(zip(spans, count()))
            row_of[b""] = root
            ids.append(b"".join(spans))
            for record in spans.values():
                shape, parent = record.shape, record.parent
                try:
                    number = number_of[shape]
                except KeyError:
                    number = number_of[shape] = len(number_of) * _NUMBER + shape.act.timed * _TIMED
                row = row_of.get(parent, unknown)
                if row == unknown:
                    number |= _TIMED
                    lost.append(parent[:8].ljust(8, b"\0"))
                elif not (settled or row == root or parent in runs):
                    number |= _TIMED
                if record.remote:
                    number |= _REMOTE
                if number & _TIMED:
                    since.append(record.start)
                    until.append(record.end)
                    weighed.append(weights.setdefault(record.weight, len(weights)))
                shapes.append(number)
                parents.append(row)
        took = [max(end - start + 999, 0) // 1000 for start, end in zip(since, until, strict=True)]
        self._earliest = earliest = min(since, default=0)
        self._ids, self._lost = Ids.of(ids), Ids.of(lost)
        table = [numbers.of(shape, ordinal) for shape in number_of]
        self._table = Column(table)
        if self._table.size >= len(shapes):  # it would take more than it saves
            shapes = [table[number // _NUMBER] * _NUMBER + number % _NUMBER for number in shapes]
            self._table = Column(())
        self._shapes, self._parents = Column(shapes), Column(parents)
        self._since, self._took = Column([start - earliest for start in since]), Column(took)
        self._weighed, self._weights = Column(weighed), tuple(weights)
        self._first = Column([*first, len(shapes)])
        self._timed_at = Column([*timed_at, len(since)])
        self._lost_at = Column([*lost_at, len(lost)])

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def size(self) -> int:
        """Bytes that its columns take."""
        columns = (self._ids, self._shapes, self._parents, self._since, self._took, self._weighed, self._lost)
        others = (self._table, self._first, self._timed_at, self._lost_at)
        return sum(one.size for one in (*columns, *others))

    def records(self, ordinal: int) -> Iterator[tuple[bytes, Record]]:
        """The spans of one of its traces, by short ids."""
        begin, end = self._first.some(ordinal, ordinal + 2)
        ids = self._ids.ids(begin, end)
        others = iter(self._lost.ids(*self._lost_at.some(ordinal, ordinal + 2)))
        timed = self._timed_at.some(ordinal, ordinal + 2)
        times = zip(
            self._since.some(*timed), self._took.some(*timed), self._weighed.some(*timed), strict=True
        )
        rows = zip(ids, self._shapes.some(begin, end), self._parents.some(begin, end), strict=True)
        for id, packed, above in rows:
            parent = b"" if above == self._root else next(others) if above == self._root - 1 else ids[above]
            start = took = weighed = 0
            if packed & _TIMED:
                since, took, weighed = next(times)
                start = self._earliest + since
            weight = self._weights[weighed] if packed & _TIMED else 1
            number, remote = packed // _NUMBER, bool(packed & _REMOTE)
            if self._table:
                [number] = self._table.some(number, number + 1)
            yield id, Record(self._numbers.shape(number), parent, start, start + took * 1000, weight, remote)


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
        self._numbers = Numbers()
        self._parts = 0  # so far

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
        part = Part(traces, self._numbers, self._parts)
        self._parts += 1
        self._shelves.append(_Shelf(keys, list(range(len(keys))), [part], newest))
        self._mark(keys)
        single = self._shelves[-_PARTS_OF_A_SHELF:]
        if len(single) == _PARTS_OF_A_SHELF and all(len(shelf.parts) == 1 for shelf in single):
            self._shelves[-_PARTS_OF_A_SHELF:] = [_joined(single)]

    def get(self, id: bytes) -> Iterator[tuple[bytes, Record]] | None:
        """The spans of a trace, by short ids."""
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
        size, dropped, gone = len(self), 0, 0
        for shelf in self._shelves:
            is_old = shelf.newest < before
            if not is_old and size <= most and len(self._numbers) <= most_shapes:
                break
            spans = sum(map(len, shelf.parts))
            size -= spans
            dropped += 0 if is_old else spans
            gone += 1
            self._numbers.let_go(shelf.parts[-1].ordinal)
        if gone:
            self._shelves = self._shelves[gone:]
            self._field = bytearray(len(self._field))
            for shelf in self._shelves:
                self._mark(shelf.keys)
        return dropped

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
