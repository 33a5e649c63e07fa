"""What one operation did within one trace, and what that means for the operations that called it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import msgspec

from collectors.traces.pairing.tally import Tally
from collectors.traces.shape import Shape

DEEPEST_CALL = 64
"""What a run does counts for itself and those above it, so many in all."""
SENDS_PER_RUN = 256
SENDS_PER_DESTINATION = 16
"""Kept beyond those, up to as many again: a flood to one topic or host hides no other."""
READS_PER_RUN = 256


class Record(msgspec.Struct, gc=False, frozen=True):
    """What is kept of a span. `end` is `start` where it is not known.

    A struct because millions are made: a named tuple takes three times as long, and half as much memory again.
    """

    shape: Shape
    parent: bytes
    start: int
    end: int
    weight: int
    remote: bool


class Send(NamedTuple):
    """A call to a host or a message to a topic, and what is known to have been read before it.

    `latest`: start of the latest one so far. `known`: the keys are; an empty set would take three times as much.
    """

    host: str
    start: int
    latest: int
    weight: int
    known: dict[str, None]


class Run:
    """One operation within one trace.

    `answers`: the caller waits for its answer. `until`: when the answer arrived, by the caller's clock; 0 if that is
    not known. `uses`: its own spans that use something. `below`: the runs it called. `holds`: something was read by
    it, or by one that answered it. `over`: one of those above it, nearer to the first of them all than its caller.
    """

    __slots__ = ("answers", "below", "caller", "holds", "operation", "over", "sends", "until", "uses")

    def __init__(self, operation: str) -> None:
        self.operation = operation
        self.caller: Run | None = None
        self.over: Run | None = None
        self.answers = self.holds = False
        self.until = 0
        self.uses: list[Record] | None = None
        self.below: list[Run] | None = None
        self.sends: list[Send] | None = None


def chain(run: Run, most: int = DEEPEST_CALL) -> list[Run]:
    """A run and those above it."""
    found = [run]
    one = run.caller
    while one is not None and len(found) < most:
        found.append(one)
        one = one.caller
    return found


def use(run: Run, record: Record, tally: Tally) -> None:
    """The run does what a span of this shape says."""
    shape, start, end = record.shape, record.start, record.end
    if record.weight != tally.weight:
        tally = tally.of(record.weight)
    if run.uses is None:
        run.uses = [record]
    else:
        run.uses.append(record)
    tally.used[run.operation, shape].append(start)
    if run.caller is not None:
        reached = tally.reached
        for one in chain(run.caller, DEEPEST_CALL - 1):
            reached[one.operation, shape].append(start)
    for read in shape.act.reads:
        _hold(run, read, end, tally)
    for host in shape.act.sends:
        _send(run, host, record, tally)


def connect(run: Run, above: Run, answers: bool, until: int, tally: Tally) -> None:
    """`above` called `run`: what `run` and those below it did counts for `above`, and those over it, too."""
    if run.caller is not None or (first := _first(above)) is run:
        return  # parents that form a circle are of a broken tracer; a second parent is one by a shared id
    run.caller, run.over, run.answers, run.until = above, first, answers, until
    over = chain(above, DEEPEST_CALL - 1) if above.caller is not None else [above]
    if above.below is None:
        above.below = [run]
    else:
        above.below.append(run)
    for depth, one in _below(run) if run.below else ((0, run),):
        near = over[: DEEPEST_CALL - 1 - depth] if depth else over
        if one.uses:
            for record in one.uses:
                reached = (tally if record.weight == tally.weight else tally.of(record.weight)).reached
                for upper in near:
                    reached[upper.operation, record.shape].append(record.start)
        if one.sends:
            for send in one.sends:
                for read in send.known:
                    told = tally.of(send.weight).told_below
                    for upper in near:
                        told[upper.operation, send.host, read].append(send.start)
    if answers and run.holds:
        # Most calls are answered after everything that the caller had sent by then.
        early = until != 0
        for one in over:
            if one.sends and one.sends[-1].latest >= until:
                early = False
        if early:
            _mark(above)
            return
        for read, end in sorted(_held(run).items()):
            _hold(above, read, until or end, tally)


def _mark(run: Run) -> None:
    for _ in range(DEEPEST_CALL):
        run.holds = True
        if not run.answers or run.caller is None:
            return
        run = run.caller


def _first(run: Run) -> Run:
    """The one above all that are above a run, itself if none is. What was gone over is shortened."""
    while run.over is not None:
        if run.over.over is not None:
            run.over = run.over.over
        run = run.over
    return run


def _below(run: Run, answering: bool = False) -> Iterator[tuple[int, Run]]:
    """A run and those it called, with how far below it they are; with `answering` only those that answered."""
    level = [run]
    for depth in range(DEEPEST_CALL):
        for one in level:
            yield depth, one
        level = [each for one in level if one.below for each in one.below if each.answers or not answering]
        if not level:
            return


def _held(run: Run) -> dict[str, int]:
    """What a run had read, itself or by calls that answered, and since when."""
    found: dict[str, int] = {}
    for _, one in _below(run, answering=True):
        for record in one.uses or ():
            if not record.shape.act.reads:
                continue
            at = _arrival(one, run) or record.end
            for read in record.shape.act.reads:
                if read in found:
                    found[read] = min(found[read], at)
                elif len(found) < READS_PER_RUN:
                    found[read] = at
    return found


def _arrival(run: Run, at: Run) -> int:
    """When what `run` had read was there at a run above it, 0 if only the reading's own time tells."""
    until = 0
    while run is not at and run.caller is not None:
        until = run.until or until
        run = run.caller
    return until


def _hold(run: Run, read: str, end: int, tally: Tally) -> None:
    """The run, and those that wait for its answer, hold what was read from `end` on."""
    for _ in range(DEEPEST_CALL):
        run.holds = True
        if run.sends:
            for send in run.sends:
                if end <= send.start and read not in send.known:
                    _tell(run, send, read, tally)
        if not run.answers or run.caller is None:
            return
        end = run.until or end
        run = run.caller


def _send(run: Run, host: str, record: Record, tally: Tally) -> None:
    if run.sends is None:
        run.sends = []
    if len(run.sends) >= SENDS_PER_RUN and not _is_rare(run.sends, host):
        return
    latest = max(record.start, run.sends[-1].latest) if run.sends else record.start
    send = Send(host, record.start, latest, record.weight, {})
    run.sends.append(send)
    if run.holds:
        for read, end in sorted(_held(run).items()):
            if end <= send.start:
                _tell(run, send, read, tally)


def _is_rare(sends: list[Send], host: str) -> bool:
    if len(sends) >= 2 * SENDS_PER_RUN:
        return False
    there = islice((send for send in sends if send.host == host), SENDS_PER_DESTINATION)
    return sum(1 for _ in there) < SENDS_PER_DESTINATION


def _tell(run: Run, send: Send, read: str, tally: Tally) -> None:
    send.known[read] = None
    tally = tally.of(send.weight)
    tally.told[run.operation, send.host, read].append(send.start)
    for one in chain(run):
        tally.told_below[one.operation, send.host, read].append(send.start)
