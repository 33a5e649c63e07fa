"""Holds the spans of all traces for as long as others of them may come: open traces at hand, those at rest packed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat

from collectors.traces.pairing.ids import short
from collectors.traces.pairing.links import Link
from collectors.traces.pairing.packed import Packed
from collectors.traces.pairing.placing import (
    Ends,
    Trace,
    attach,
    carry,
    file,
    let_go,
    place,
    rebuild,
    start_run,
)
from collectors.traces.pairing.runs import Record, use
from collectors.traces.pairing.tally import Begin, Tally
from collectors.traces.portion import Portion
from collectors.traces.shape import Shape
from collectors.traces.spans import Span, twin_of

SPANS_PER_TRACE = 20_000
SPANS_AT_HAND = 17_000
"""Spans of a generation: there are two, and some 600 bytes a span where traces are short."""
SPANS_AT_REST = 8_000_000
SHAPES_AT_REST = 250_000
"""Half a kilobyte each, where every span is unlike the others."""
LINKS_WAITING = 20_000
_GENERATION = 60.0


class Index:
    """The spans of open traces. Not safe for threads.

    `window`: seconds that spans of one trace may be apart in arriving.
    """

    def __init__(self, window: float, begin: Begin) -> None:
        self._begin = begin
        self._window = window
        self._young: dict[bytes, Trace] = {}
        self._old: dict[bytes, Trace] = {}
        self._young_spans = 0
        self._turned = float("-inf")
        self._packed = Packed()
        self._ends: dict[bytes, tuple[Ends, float]] = {}  # of traces that are not at hand
        self._links_waiting = 0  # of this generation
        self.overflowed = 0
        self.repeated = 0

    def take(self, spans: Portion, shapes: Sequence[Shape], tally: Tally, now: float) -> None:
        """Files spans and adds what they say to the tally. `now`: seconds of a clock that never goes back."""
        self._turn(now)
        young, begin, seen = self._young, self._begin, tally.shapes
        later: list[tuple[Trace, bytes]] = []
        links: list[tuple[Trace, bytes, int]] = []
        left_out = self.overflowed + self.repeated
        last: Shape | None = None
        for trace_id, sent_id, shape, parent_id, start, record, row in _rows(spans, shapes):
            trace = young.get(trace_id)
            if trace is None:
                trace = self._find(trace_id)
            known = trace.spans
            if len(known) >= SPANS_PER_TRACE:
                self.overflowed += 1
                tally.of(record.weight).shapes[shape].append(start)
                continue
            if (
                row is not None
                or trace.waiting
                or trace.ends is not None
                or trace.short
                or known.setdefault(sent_id, record) is not record
            ):
                own_id = short(sent_id) if trace.short else sent_id
                shared = own_id in known
                id = file(trace, own_id, record, tally, begin)
                if not id:
                    self.repeated += 1  # an exporter sent it twice
                    continue
                if shared and not shape.act.begins:
                    # The server by the same id goes by another one from now on.
                    later = [
                        (one, twin_of(each) if one is trace and each == id else each) for one, each in later
                    ]
                tally.of(record.weight).shapes[shape].append(start)
                later.append((trace, id))
                if row in spans.links:
                    links.append((trace, id, row))
            else:
                # The usual case, in which nothing has to be looked at twice.
                if shape is not last:
                    last, sightings = shape, seen[shape]
                sightings.append(start)
                if shape.act.begins or not parent_id:
                    start_run(trace, sent_id, record, tally, begin)
                else:
                    run = trace.runs.get(parent_id)
                    if run is not None and shape.service is known[parent_id].shape.service:
                        trace.runs[sent_id] = run
                        if shape.act.uses:
                            use(run, record, tally)
                            if known[parent_id].shape.act.tool:
                                carry(record, known[parent_id], tally)
                        continue
                if parent_id:
                    later.append((trace, sent_id))
        self._young_spans += len(spans) - (self.overflowed + self.repeated - left_out)
        # Exporters send what ended first, so parents come last: from the back, most are placed before their children.
        for trace, id in reversed(later):
            place(trace, id, tally, begin)
        for trace, id, row in links:
            # A server had to give way to the client whose id it shares.
            moved = trace.spans[id].shape.act.begins != shapes[row].act.begins
            self._link(trace, twin_of(id) if moved else id, spans[row], tally)
        if self._young_spans >= SPANS_AT_HAND:
            self._rotate(now)

    @property
    def spans(self) -> int:
        """How many are kept."""
        return len(self._packed) + sum(
            len(trace.spans) for traces in (self._young, self._old) for trace in traces.values()
        )

    @property
    def at_hand(self) -> Mapping[bytes, Trace]:
        """The younger generation of traces that are not packed."""
        return self._young

    @property
    def packed(self) -> Packed:
        """What is at rest."""
        return self._packed

    def _turn(self, now: float) -> None:
        pause = min(_GENERATION, self._window)
        if now - self._turned >= pause:
            if now - self._turned >= 2 * pause:
                self._rotate(self._turned + pause)
            self._rotate(now)

    def _rotate(self, now: float) -> None:
        """The younger generation becomes the older one, and that is packed."""
        self._packed.put({id: trace for id, trace in self._old.items() if trace.spans}, self._turned)
        for id, trace in self._old.items():
            if trace.ends:
                self._ends[id] = (trace.ends, self._turned)
            let_go(trace)
        self._old, self._young, self._young_spans = self._young, {}, 0
        self._turned = now
        oldest = now - self._window
        self.overflowed += self._packed.forget(oldest, SPANS_AT_REST, SHAPES_AT_REST)
        self._links_waiting = 0
        if self._ends:
            waiting = [(id, ends) for id, ends in self._ends.items() if ends[1] >= oldest]
            self._ends = dict(waiting[-LINKS_WAITING:])
            self.overflowed += len(waiting) - len(self._ends)

    def _find(self, id: bytes) -> Trace:
        """A trace that is not in the younger generation, and now is."""
        trace = self._old.pop(id, None)
        if trace is None:
            records = self._packed.get(id)
            trace = rebuild(records, self._begin) if records is not None else Trace()
            if id in self._ends:
                ends = self._ends.pop(id)[0]
                trace.ends = {short(one): links for one, links in ends.items()} if trace.short else ends
        self._young_spans += len(trace.spans)
        self._young[id] = trace
        return trace

    def _link(self, trace: Trace, id: bytes, span: Span, tally: Tally) -> None:
        here = (span.trace, span.id)
        for there in dict.fromkeys(span.links):
            if there == here:
                continue
            if self._links_waiting >= LINKS_WAITING:
                self.overflowed += 1
                return
            link = Link(span.start, span.weight)
            waits = attach(trace, id, link, True, tally)
            other = self._young.get(there[0]) or self._find(there[0])
            waits |= attach(other, short(there[1]) if other.short else there[1], link, False, tally)
            self._links_waiting += waits


_Row = tuple[bytes, bytes, Shape, bytes, int, Record, int | None]


def _rows(spans: Portion, shapes: Sequence[Shape]) -> Iterator[_Row]:
    """Of each span its trace, its id, some of what is kept of it, all of that, and its row if it is no usual one.

    By columns, so that a record costs no more than it must.
    """
    ends: Sequence[int] = spans.ends
    if 0 in ends:
        ends = [end or start for start, end in zip(spans.starts, ends, strict=True)]
    rows = range(len(spans))
    weights: Iterable[int] = repeat(1)
    remotes: Iterable[bool] = repeat(False)
    special: Iterable[int | None] = repeat(None)
    if spans.remote or spans.links or spans.weights:
        weights = [spans.weights.get(row, 1) for row in rows]
        remotes = [row in spans.remote for row in rows]
        others = spans.remote | spans.links.keys() | spans.weights.keys()
        special = [row if row in others else None for row in rows]
    records = map(Record, shapes, spans.parents, spans.starts, ends, weights, remotes)
    return zip(spans.traces, spans.ids, shapes, spans.parents, spans.starts, records, special)  # noqa: B905
