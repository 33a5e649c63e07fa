"""Puts spans of one trace together: which operation each belongs to, who called it, what it obtained before.

Spans may come in any order and in any batches, the facts are the same. A span that comes before its parent
waits under the parent's id; what still waits when its trace is forgotten stays known at the service's grain.

A *run* is one operation within one trace. What a run uses counts for every run above it, too: it is *reached*
by them. What it read is *held* by the runs above it as long as they wait for its answer, so a host that one of
them calls afterwards may have been told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from collectors.traces.said import Said, detail, read_detail
from collectors.traces.shapes import Shape, Use, flow
from collectors.traces.spans import Span

SPANS_PER_TRACE = 20_000
SPANS_IN_ALL = 200_000
DEEPEST_CALL = 64
SENDS_PER_RUN = 256
READS_PER_RUN = 256

_PAIRED = detail(evidence="paired")
_ANCESTOR = detail(evidence="ancestor")
_ROOT = detail(root=True)

Begin = Callable[[Shape], tuple[str, tuple[Said, ...]]]
"""Names the operation that a span starts, and says what that means."""

Key = TypeVar("Key")

Times = list[int]
"""Earliest time, latest time, count: a mutable triple because it is updated for every span."""


class Run:
    """One operation within one trace."""

    __slots__ = ("answers", "caller", "environment", "held", "operation", "reached", "sends")

    def __init__(self, environment: str, operation: str) -> None:
        self.environment = environment
        self.operation = operation
        self.caller: Run | None = None
        self.answers = False  # the caller waits for this run's answer
        self.reached: dict[Use, Times] | None = None
        self.held: dict[str, int] | None = None  # what was read, and when for the first time
        self.sends: list[tuple[str, int]] | None = None  # hosts called, and when


@dataclass(slots=True)
class _Waiting:
    """A span whose parent's run is not known yet; `run` is its own, if it starts one."""

    span: Span
    shape: Shape
    run: Run | None


class _Trace:
    __slots__ = ("spans", "waiting")

    def __init__(self) -> None:
        self.spans: dict[bytes, tuple[Run | None, Shape]] = {}
        self.waiting: dict[bytes, list[_Waiting]] = {}


class Tally:
    """Facts on their way: identity -> times."""

    def __init__(self) -> None:
        self.shapes: dict[Shape, Times] = {}
        self.used: dict[tuple[str, str, Use], Times] = {}
        self.reached: dict[tuple[str, str, Use], Times] = {}
        self.met: dict[tuple[Shape, Shape], Times] = {}
        self.calls: dict[tuple[str, str, str, str], Times] = {}
        self.said: dict[Said, Times] = {}

    def expand(self, begin: Begin) -> dict[Said, Times]:
        """Every fact once."""
        facts: dict[Said, Times] = dict(self.said)
        for shape, times in self.shapes.items():
            for said in shape.said:
                add(facts, said, *times)
        for (child, parent), times in self.met.items():
            for said in _met(child, parent, begin):
                add(facts, said, *times)
        for (environment, caller, called, evidence), times in self.calls.items():
            add(facts, Said(environment, caller, "calls", called, evidence), *times)
        for (environment, operation, use), times in self.used.items():
            add(facts, flow(environment, operation, use), *times)
        for (environment, operation, use), times in self.reached.items():
            add(facts, _reaches(environment, operation, use), *times)
        return facts


def add(tally: dict[Key, Times], key: Key, first: int, last: int, count: int = 1) -> None:
    """Counts one more sighting."""
    known = tally.get(key)
    if known is None:
        tally[key] = [first, last, count]
        return
    known[0] = min(known[0], first)
    known[1] = max(known[1], last)
    known[2] += count


def _reaches(environment: str, operation: str, use: Use) -> Said:
    known = ""
    if use.verb in {"reads", "writes"}:
        known = detail(**{use.verb: read_detail(use.detail).get("columns"), "verb": use.verb})
    elif use.verb == "discloses":
        known = use.detail
    return Said(environment, operation, "reaches", use.target, known)


class Index:
    """The spans of open traces. Not safe for threads; `clock` gives seconds that only grow."""

    def __init__(self, window: float, begin: Begin) -> None:
        self._begin = begin
        self._window = window
        self._young: dict[bytes, _Trace] = {}
        self._old: dict[bytes, _Trace] = {}
        self._young_spans = 0
        self._turned = 0.0
        self.overflowed = 0
        self.repeated = 0

    def take(self, spans: Iterable[tuple[Span, Shape]], tally: Tally, now: float) -> None:
        """Files spans and adds what they say to the tally. `now`: seconds of a clock that never goes back."""
        self._turn(now)
        for span, shape in spans:
            trace = self._young.get(span.trace) or self._find(span.trace)
            if span.id in trace.spans:
                self.repeated += 1  # an exporter sent it twice
                continue
            known = tally.shapes.get(shape)
            if known is None:
                tally.shapes[shape] = [span.start, span.start, 1]
            else:
                known[0] = min(known[0], span.start)
                known[1] = max(known[1], span.start)
                known[2] += 1
            if len(trace.spans) >= SPANS_PER_TRACE:
                self.overflowed += 1
                continue
            self._young_spans += 1
            self._place(trace, span, shape, tally)
            if self._young_spans >= SPANS_IN_ALL // 2:
                self._rotate()

    def _turn(self, now: float) -> None:
        if now - self._turned >= self._window:
            if now - self._turned >= 2 * self._window:
                self._young = {}
            self._rotate(forced=False)
            self._turned = now

    def _rotate(self, forced: bool = True) -> None:
        """Forgets the older generation. Forced by a flood, it forgets before the window has passed."""
        if forced:
            self.overflowed += len(self._old)
        self._old, self._young, self._young_spans = self._young, {}, 0

    def _find(self, id: bytes) -> _Trace:
        trace = self._old.pop(id, None)
        if trace is None:
            trace = _Trace()
        else:
            self._young_spans += len(trace.spans)
        self._young[id] = trace
        return trace

    def _place(self, trace: _Trace, span: Span, shape: Shape, tally: Tally) -> None:
        run = None
        if shape.begins or span.remote or not span.parent:
            run = self._start(span, shape, tally)
        parent = trace.spans.get(span.parent) if span.parent else None
        if parent is not None:
            _meet(span, shape, parent[1], tally)
        trace.spans[span.id] = (run, shape)
        children = trace.waiting.get(span.id)
        if children:
            for child in children:
                _meet(child.span, child.shape, shape, tally)
        if span.parent and (parent is None or parent[0] is None):
            trace.waiting.setdefault(span.parent, []).append(_Waiting(span, shape, run))
        elif parent is not None and parent[0] is not None:
            run = self._settle(trace, span, shape, run, parent[0], parent[1], tally)
        if children and run is not None:
            self._release(trace, span.id, tally)

    def _start(self, span: Span, shape: Shape, tally: Tally) -> Run:
        """A new run, and what is certain of it."""
        environment = shape.service.environment
        operation, begun = self._begin(shape)
        run = Run(environment, operation)
        for said in begun:
            add(tally.said, said, span.start, span.start)
        if not span.parent:
            add(tally.said, Said(environment, operation, "is", "", _ROOT), span.start, span.start)
        if shape.uses:
            _use(run, span, shape, tally)
        return run

    def _settle(
        self,
        trace: _Trace,
        span: Span,
        shape: Shape,
        run: Run | None,
        above: Run,
        parent: Shape,
        tally: Tally,
    ) -> Run:
        """A span whose parent's run is known: it belongs to that run, or was called by it."""
        if run is None and _differ(shape, parent):
            run = self._start(span, shape, tally)
        if run is None:
            trace.spans[span.id] = (above, shape)
            if shape.uses:
                _use(above, span, shape, tally)
            return above
        trace.spans[span.id] = (run, shape)
        _link(run, above, span, shape, parent, tally)
        return run

    def _release(self, trace: _Trace, id: bytes, tally: Tally) -> None:
        """Settles all that waited, directly or through others, for this span's run."""
        ready = [id]
        while ready:
            one = ready.pop()
            children = trace.waiting.pop(one, None)
            if not children:
                continue
            run, shape = trace.spans[one]
            if run is None:
                trace.waiting[one] = children
                continue
            for child in children:
                started = child.run is not None
                self._settle(trace, child.span, child.shape, child.run, run, shape, tally)
                if not started:
                    ready.append(child.span.id)


def _meet(span: Span, child: Shape, parent: Shape, tally: Tally) -> None:
    """A child and its parent are both known, though their operations may not be."""
    if child.begins or span.remote or _differ(child, parent):
        add(tally.met, (child, parent), span.start, span.start)


def _met(child: Shape, parent: Shape, begin: Begin) -> Iterator[Said]:
    """What that says of their services."""
    environment = parent.service.environment
    if not child.by_topic:
        evidence = _PAIRED if parent.outgoing else _ANCESTOR
        yield Said(environment, parent.service.urn, "calls", begin(child)[0], evidence)
    if parent.outgoing and parent.peer:
        yield Said(environment, child.service.urn, "answers_for", parent.peer)


def _differ(one: Shape, other: Shape) -> bool:
    return one.service is not other.service and one.service.urn != other.service.urn


def _link(run: Run, above: Run, span: Span, shape: Shape, parent: Shape, tally: Tally) -> None:
    """`above` called `run`."""
    if not shape.by_topic:
        evidence = _PAIRED if parent.outgoing else _ANCESTOR
        add(
            tally.calls, (above.environment, above.operation, run.operation, evidence), span.start, span.start
        )
    one: Run | None = above
    while one is not None:
        if one is run:
            return  # parents that form a circle: a broken tracer
        one = one.caller
    run.caller = above
    run.answers = not shape.by_topic
    if run.reached:
        for use, times in run.reached.items():
            _reach(above, use, times[0], times[1], times[2], tally)
    if run.held and run.answers:
        for read, end in run.held.items():
            _hold(above, read, end, tally)


def _chain(run: Run | None) -> Iterator[Run]:
    """A run and those above it."""
    for _ in range(DEEPEST_CALL):
        if run is None:
            return
        yield run
        run = run.caller


def _use(run: Run, span: Span, shape: Shape, tally: Tally) -> None:
    """The run does what a span of this shape says."""
    start = span.start
    for use in shape.uses:
        add(tally.used, (run.environment, run.operation, use), start, start)
        if use.verb in {"reads", "writes", "sends_to"}:
            _reach(run, use, start, start, 1, tally)
    for read in shape.reads:
        _hold(run, read, span.end or start, tally)
    for host in shape.sends:
        _send(run, host, start, tally)


def _reach(run: Run, use: Use, first: int, last: int, count: int, tally: Tally) -> None:
    for one in _chain(run):
        if one.reached is None:
            one.reached = {}
        add(one.reached, use, first, last, count)
        add(tally.reached, (one.environment, one.operation, use), first, last, count)


def _hold(run: Run, read: str, end: int, tally: Tally) -> None:
    """The run, and those that wait for its answer, hold what was read from `end` on."""
    for one in _chain(run):
        if one.held is None:
            one.held = {}
        before = one.held.get(read)
        if before is None and len(one.held) >= READS_PER_RUN:
            return
        if before is None or end < before:
            one.held[read] = end
            for host, start in one.sends or ():
                if end <= start and (before is None or start < before):
                    _disclose(one, host, read, start, tally)
        if not one.answers:
            return


def _send(run: Run, host: str, start: int, tally: Tally) -> None:
    if run.sends is None:
        run.sends = []
    if len(run.sends) >= SENDS_PER_RUN:
        return
    run.sends.append((host, start))
    for read, end in (run.held or {}).items():
        if end <= start:
            _disclose(run, host, read, start, tally)


def _disclose(run: Run, host: str, read: str, start: int, tally: Tally) -> None:
    use = Use("discloses", host, read)
    add(tally.used, (run.environment, run.operation, use), start, start)
    _reach(run, use, start, start, 1, tally)
