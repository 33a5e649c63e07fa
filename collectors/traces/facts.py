"""From spans to facts: the one way in for the receiver and for imports.

No span outlives `take` but as ids in the index of open traces.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from collectors.contract import Fact, FactSink, SinkBusy
from collectors.digests import Digests
from collectors.traces import stores
from collectors.traces.admitted import OVERFLOW
from collectors.traces.pairing import Index, Tally, Times, add
from collectors.traces.portion import Portion
from collectors.traces.said import Said
from collectors.traces.shapes import Shapes
from collectors.traces.spans import Span
from collectors.traces.statements import Parse

UNSENT = 200_000
FACTS = 1_000_000
"""Facts that one process tells apart. Beyond them new ones are left out, and an `overflow` says so."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What went through so far. `overflowed`: beyond a cap, known in less detail or as `overflow`."""

    spans: int
    repeated: int
    overflowed: int
    facts: int


class Flows:
    """Turns spans into facts and writes them to a sink. Safe for threads.

    `window`: seconds that spans of one trace may be apart in arriving. `clock`: seconds that never go back. `today`:
    unix seconds, by which spans from clocks that are ahead are taken for seen now.
    """

    def __init__(
        self,
        sink: FactSink,
        window: float = 3600.0,
        parse: Parse = stores.read,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], float] = time.time,
    ) -> None:
        self._sink = sink
        self._clock = clock
        self._today = today
        self._lock = threading.Lock()
        self.shapes = Shapes(parse)
        self.index = Index(window, self.shapes.begin)
        self._unsent: dict[Said, Times] = {}
        self._under_way: dict[int, dict[Said, Times]] = {}
        self._turn = 0
        self._spans = 0
        self._facts = 0
        self._told = Digests()
        self._left_out = 0

    def record(self, spans: Sequence[Span], timeout: float) -> int:
        """Makes what the spans say durable; returns the number of facts.

        Raises SinkBusy if that takes longer than `timeout` seconds. The spans are then known all the same:
        when they are sent again, what is still missing of them is written first.
        """
        with self._lock:
            repeated = self.index.repeated
            facts = self._take(spans)
            # A span sent again before its first sending was answered must not be answered sooner: the facts
            # of that one are written once more, counting nothing.
            doubtful = (
                [dict(one) for one in self._under_way.values()] if self.index.repeated > repeated else []
            )
            turn = self._turn = self._turn + 1
            self._under_way[turn] = facts
        written = [said.fact(*times) for said, times in facts.items()]
        written += [said.fact(times[0], times[1], 0) for one in doubtful for said, times in one.items()]
        try:
            if written:
                self._sink.record(written, timeout)
        except SinkBusy:
            self._put_back(facts)
            raise
        finally:
            with self._lock:
                del self._under_way[turn]
        return len(facts)

    def record_read(self, portions: Iterable[Sequence[Span]], write: Callable[[Sequence[Fact]], None]) -> int:
        """The same for what was read of a source: all of it is written at once, in the way of who reads."""
        facts: dict[Said, Times] = {}
        for spans in portions:
            with self._lock:
                for said, times in self._take(spans).items():
                    add(facts, said, times[0], times[1], times[2])
        try:
            write([said.fact(*times) for said, times in facts.items()])
        except SinkBusy:
            self._put_back(facts)
            raise
        return len(facts)

    def facts_of(self, spans: Sequence[Span]) -> list[Fact]:
        """The facts that these spans add to all before, without writing them."""
        with self._lock:
            return [said.fact(*times) for said, times in self._take(spans).items()]

    @property
    def counts(self) -> Counts:
        return Counts(
            self._spans,
            self.index.repeated,
            self.index.overflowed + self.shapes.overflowed + self._left_out,
            self._facts,
        )

    def _put_back(self, facts: Mapping[Said, Times]) -> None:
        """What could not be written is written with the next facts."""
        with self._lock:
            for said, times in facts.items():
                if said in self._unsent or len(self._unsent) < UNSENT:
                    add(self._unsent, said, times[0], times[1], times[2])

    def _take(self, spans: Sequence[Span]) -> dict[Said, Times]:
        tally = Tally()
        portion = Portion.of(spans)
        self.index.take(portion, self.shapes.of_all(portion), tally, self._clock())
        facts = self._within(tally.expand(self.shapes.begin))
        now = int(self._today() * 1e9)
        for times in facts.values():
            if times[1] > now:
                times[:2] = min(times[0], now), now
        for said, times in self._unsent.items():
            add(facts, said, times[0], times[1], times[2])
        self._unsent = {}
        self._spans += len(spans)
        self._facts += len(facts)
        return facts

    def _within(self, facts: dict[Said, Times]) -> dict[Said, Times]:
        """The facts without new ones beyond the cap. They are known by their hash."""
        told = self._told
        if len(told) + len(facts) <= FACTS:
            for said in facts:
                told.add(hash(said))
            return facts
        kept: dict[Said, Times] = {}
        for said, times in facts.items():
            if len(told) < FACTS:
                told.add(hash(said))
                kept[said] = times
            elif hash(said) in told:
                kept[said] = times
            else:
                self._left_out += 1
                overflow = Said(said.environment, f"service://{said.environment}//{OVERFLOW}", "is")
                add(kept, overflow, times[0], times[1], times[2])
        return kept
