"""Decides which run each span of a trace belongs to, whatever order the spans come in."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from collectors.traces.pairing.ids import short
from collectors.traces.pairing.links import Link
from collectors.traces.pairing.runs import Record, Run, connect, use
from collectors.traces.pairing.tally import Begin, Tally, differ, evidence_of, publishes
from collectors.traces.spans import twin_of

Ends = dict[bytes, list[tuple[Link, bool]]]
"""Links of which a span is an end, and whether it is the span that has the link."""


class Trace:
    """The spans of one trace, the run of each that has one, and who waits for whose run.

    `short`: it was at rest, and knows its spans by short ids (see `ids`).
    """

    __slots__ = ("ends", "runs", "short", "spans", "waiting")

    def __init__(self) -> None:
        self.spans: dict[bytes, Record] = {}
        self.runs: dict[bytes, Run] = {}
        self.waiting: dict[bytes, list[bytes]] = {}
        self.ends: Ends | None = None
        self.short = False


def file(trace: Trace, id: bytes, record: Record, tally: Tally, begin: Begin) -> bytes:
    """Takes a span in; `place` has to follow. Returns the id it goes by, b"" if it is known already."""
    if trace.short:
        record = replace(record, parent=short(record.parent))
    known = trace.spans.get(id)
    shared = False
    if known is not None:
        id = _unshared(trace, id, known, record)
        if not id:
            return b""
        shared = True
    trace.spans[id] = record
    shape = record.shape
    if shape.act.begins or record.remote or not record.parent:
        start_run(trace, id, record, tally, begin)
    if trace.waiting and id in trace.waiting:
        for child in trace.waiting[id]:
            _meet(trace.spans[child], record, tally)
    if shared:
        # A server by the id of its client waits for the client's run as well as for its parent's.
        client = twin_of(id) if shape.act.begins else id
        _meet(_seen_by(trace.spans[client], trace.spans[twin_of(client)]), trace.spans[client], tally)
        trace.waiting.setdefault(client, []).append(twin_of(client))
        if client in trace.runs:
            _release(trace, client, tally, begin)
    return id


def place(trace: Trace, id: bytes, tally: Tally, begin: Begin) -> None:
    """Finds the run of a span that was taken in, or lets it wait; then of those that waited for it."""
    record = trace.spans[id]
    above_id = record.parent
    runs = trace.runs
    if above_id:
        parent = trace.spans.get(above_id)
        if parent is None:
            _wait(trace, above_id, id)
        else:
            shape = record.shape
            if shape.act.begins:
                _meet(record, parent, tally)
            elif differ(shape, parent.shape):
                above_id, parent = _nearer(trace, above_id, parent, record)
                _meet(record, parent, tally)
            elif record.remote:
                _meet(record, parent, tally)
            elif parent.shape.act.tool:
                carry(record, parent, tally)
            above = runs.get(above_id)
            if above is None:
                _wait(trace, above_id, id)
            elif id not in runs and shape.service is parent.shape.service:
                runs[id] = above
                if shape.act.uses:
                    use(above, record, tally)
                if trace.ends is not None:
                    _reach_ends(trace, id, tally)
            else:
                _settle(trace, id, record, above, parent, tally, begin)
    if trace.waiting and id in trace.waiting and id in runs:
        _release(trace, id, tally, begin)


def rebuild(records: Iterable[tuple[bytes, Record]], begin: Begin) -> Trace:
    """The trace that these spans make, with nothing said of it again."""
    trace, nothing = Trace(), Tally()
    trace.short = True
    ids = []
    for id, record in records:
        trace.spans[id] = record
        if record.shape.act.begins or record.remote or not record.parent:
            start_run(trace, id, record, nothing, begin)
        ids.append(id)
    for id in ids:
        place(trace, id, nothing, begin)
    for id in ids:
        client = twin_of(id) if trace.spans[id].shape.act.begins else b""
        if client in trace.spans and trace.spans[id].parent != client:
            trace.waiting.setdefault(client, []).append(id)
            if client in trace.runs:
                _release(trace, client, nothing, begin)
    return trace


def let_go(trace: Trace) -> None:
    """Forgets a trace at once: runs that know each other would wait for the collection of garbage."""
    for run in {*trace.runs.values()}:
        run.below = None


def attach(trace: Trace, id: bytes, link: Link, holds: bool, tally: Tally) -> bool:
    """Tells a link of one of its ends, now or when it is known. Returns whether it has to wait."""
    run = trace.runs.get(id)
    if run is not None:
        link.known(holds, run.operation, trace.spans[id].shape, tally)
        return False
    if trace.ends is None:
        trace.ends = {}
    trace.ends.setdefault(id, []).append((link, holds))
    return True


def start_run(trace: Trace, id: bytes, record: Record, tally: Tally, begin: Begin) -> Run:
    """A new run, and what is certain of it."""
    shape, start = record.shape, record.start
    run = trace.runs[id] = Run(shape.operation if shape.act.begins else begin(shape)[0])
    weighed = tally if record.weight == 1 else tally.of(record.weight)
    if not shape.act.begins:
        weighed.begun[shape].append(start)
    if not record.parent:
        weighed.roots[run.operation].append(start)
    if shape.act.uses:
        use(run, record, tally)
    if trace.ends is not None:
        _reach_ends(trace, id, tally)
    return run


def _wait(trace: Trace, above_id: bytes, id: bytes) -> None:
    waiting = trace.waiting.get(above_id)
    if waiting is None:
        trace.waiting[above_id] = [id]
    else:
        waiting.append(id)


def _settle(
    trace: Trace,
    id: bytes,
    record: Record,
    above: Run,
    parent: Record,
    tally: Tally,
    begin: Begin,
) -> None:
    """A span whose parent's run is known: it belongs to that run, or was called by it."""
    run = trace.runs.get(id)
    shape = record.shape
    if run is None and differ(shape, parent.shape):
        run = start_run(trace, id, record, tally, begin)
    if run is None:
        trace.runs[id] = above
        if shape.act.uses:
            use(above, record, tally)
        if trace.ends is not None:
            _reach_ends(trace, id, tally)
        return
    weighed = tally if record.weight == 1 else tally.of(record.weight)
    if not shape.act.by_topic:
        weighed.calls[above.operation, run.operation, evidence_of(parent.shape)].append(record.start)
    else:
        evidence = evidence_of(parent.shape)
        if parent.shape.act.outgoing:
            weighed.consumed[shape.act.topic, run.operation, evidence].append(record.start)
        if publishes(parent.shape, shape):
            weighed.published[above.operation, shape.act.topic, evidence].append(record.start)
    answered = parent.end if parent.shape.act.outgoing and parent.end > parent.start else 0
    connect(run, above, not shape.act.by_topic, answered, tally)


def _release(trace: Trace, id: bytes, tally: Tally, begin: Begin) -> None:
    """Settles all that waited, directly or through others, for this span's run."""
    ready = [id]
    while ready:
        above_id = ready.pop()
        above = trace.runs.get(above_id)
        children = trace.waiting.pop(above_id, None) if above is not None else None
        if above is None or not children:
            continue
        parent = trace.spans[above_id]
        for child in children:
            record = trace.spans[child]
            began = child in trace.runs
            if record.parent != above_id and child == twin_of(above_id):
                record = _seen_by(parent, record)
            _settle(trace, child, record, above, parent, tally, begin)
            if not began:
                ready.append(child)


def _seen_by(client: Record, server: Record) -> Record:
    """The server by a client's id, as the client saw it: of a server at rest neither time nor weight is kept."""
    return replace(server, start=client.start, weight=client.weight)


def _meet(child: Record, parent: Record, tally: Tally) -> None:
    """A child and its parent are both known, though their operations may not be."""
    if child.shape.act.begins or child.remote or differ(child.shape, parent.shape):
        weighed = tally if child.weight == 1 else tally.of(child.weight)
        weighed.met[child.shape, parent.shape].append(child.start)
    elif parent.shape.act.tool:
        carry(child, parent, tally)


def carry(child: Record, parent: Record, tally: Tally) -> None:
    """What is called below a call of a tool, by the same service, is how that was sent."""
    if child.shape.act.sends:
        weighed = tally if child.weight == 1 else tally.of(child.weight)
        weighed.carried[child.shape, parent.shape].append(child.start)


def _unshared(trace: Trace, id: bytes, known: Record, record: Record) -> bytes:
    """The id for the second of two spans that share one, client and server; b"" if it is the same span again.

    The server is the one to go by another id: whose parent is meant by it, the service of the child tells.
    """
    twin = twin_of(id)
    if known.shape.act.begins == record.shape.act.begins or twin in trace.spans:
        return b""
    if record.shape.act.begins:
        return twin
    trace.spans[twin] = trace.spans.pop(id)
    trace.runs[twin] = trace.runs.pop(id)
    waiting = trace.waiting.get(known.parent)
    if waiting is not None:
        trace.waiting[known.parent] = [twin if one == id else one for one in waiting]
    return id


def _nearer(trace: Trace, id: bytes, parent: Record, record: Record) -> tuple[bytes, Record]:
    """The parent of a span of another service: the server by the same id, if that is in the span's service."""
    twin = twin_of(id)
    server = trace.spans.get(twin)
    if server is not None and not differ(server.shape, record.shape):
        return twin, server
    return id, parent


def _reach_ends(trace: Trace, id: bytes, tally: Tally) -> None:
    """The run of a span is known: so are the ends of links there."""
    assert trace.ends is not None
    for link, holds in trace.ends.pop(id, ()):
        link.known(holds, trace.runs[id].operation, trace.spans[id].shape, tally)
