"""Recognises spans that are alike by their bytes, so that nothing of them is read but what varies.

Spans of one kind and name have few *layouts*: which attributes vary, in which order. What lies between those is the
same in many spans, and stands for a *reading* by its hash, keyed anew in each process: no byte of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock

from collectors.traces.otlp.usual import length_of
from collectors.traces.semconv import Pair, Value

_LAYOUTS = 8
"""Ways in which spans of one kind and name may differ, in what varies, and still be recognised."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What spans that look alike amount to, whoever sends them. Equal by identity, so that it is hashed fast.

    `late`: varied attributes to be read in each of them: which of the varied, name, and what reduces the value.
    `statement`: which of the varied is the statement, -1 if none is. `remote`: the parent is in another process.
    """

    kind: int
    name: str
    attributes: tuple[Pair, ...]
    late: tuple[tuple[int, str, Callable[[Value], Value]], ...]
    statement: int
    remote: bool


Recognised = tuple[Reading, Sequence[bytes]]
"""A reading, and those attributes of the span that vary."""
_NOTHING = ()


class _Layout:
    """Spans in which the same attributes vary, in this order. `names`: how each of those begins."""

    __slots__ = ("names", "readings")

    def __init__(self, names: tuple[bytes, ...]) -> None:
        self.names = names
        self.readings: dict[int, Reading] = {}

    def recognise(self, sent: Iterable[bytes], begin: int) -> list[Recognised | None]:
        """The readings of spans whose attributes begin there, of those like which one was learned."""
        names, readings = self.names, self.readings.get
        recognised: list[Recognised | None] = []
        # Spans of one sender follow each other: to compare one with the last takes less time than to hash it.
        whole: tuple[bytes, ...]
        last: tuple[bytes, ...] = ()
        reading: Reading | None = None
        if not names:
            found: Recognised | None = None
            for raw in sent:
                whole = (raw[begin:],)
                if whole != last:
                    last, reading = whole, readings(hash(whole))
                    found = None if reading is None else (reading, _NOTHING)
                recognised.append(found)
            return recognised
        for raw in sent:
            between: list[bytes] = []
            varied: list[bytes] = []
            end = begin
            for name in names:
                at = raw.find(name, end)
                if at < end + 2:
                    break
                # Before it stands its length, low bits first; all bytes but the last have the highest bit set.
                size, low = raw[at - 1], raw[at - 2]
                if low < 128:
                    between.append(raw[end : at - 1])
                elif raw[at - 3] < 128:
                    size = size << 7 | low & 127
                    between.append(raw[end : at - 2])
                else:
                    size = (size << 7 | low & 127) << 7 | raw[at - 3] & 127
                    between.append(raw[end : at - 3])
                end = at + size
                varied.append(raw[at:end])
            whole = (*between, raw[end:])
            if whole != last:
                last, reading = whole, readings(hash(whole))
            # Of a span that is cut off, the last attribute would end behind it.
            if reading is None or len(varied) < len(names) or end > len(raw):
                recognised.append(None)
            else:
                recognised.append((reading, varied))
        return recognised


class Alike:
    """Spans of one kind and name, by what follows after their times on the wire. Safe for threads."""

    __slots__ = ("_layouts", "_learning")

    def __init__(self) -> None:
        self._layouts: tuple[_Layout, ...] = (_Layout(()),)
        self._learning = Lock()

    def recognise(self, sent: Sequence[bytes], begin: int) -> list[Recognised | None]:
        """The readings of spans whose attributes begin there, of those like which one was learned."""
        first, *others = self._layouts
        recognised = first.recognise(sent, begin)
        for layout in others:
            if all(recognised):
                break
            left = [place for place, found in enumerate(recognised) if found is None]
            for place, found in zip(
                left, layout.recognise([sent[place] for place in left], begin), strict=True
            ):
                recognised[place] = found
        return recognised

    def learn(
        self, raw: bytes, begin: int, sent: Sequence[bytes], varied: Sequence[int], reading: Reading
    ) -> None:
        """Recognises spans like this one from now on. `sent`: its attributes; `varied`: which of them vary."""
        between: list[bytes] = []
        end = begin
        for place, attribute in enumerate(sent):
            begin += 1
            length = length_of(attribute)
            if place in varied:
                between.append(raw[end:begin])
                end = begin + len(length) + len(attribute)
            begin += len(length) + len(attribute)
        between.append(raw[end:])
        names = tuple(sent[place][: 2 + sent[place][1]] for place in varied)
        with self._learning:
            layout = next((each for each in self._layouts if each.names == names), None) or _Layout(names)
            layout.readings[hash(tuple(between))] = reading
            others = [each for each in self._layouts if each is not layout]
            self._layouts = (layout, *others[: _LAYOUTS - 1])
