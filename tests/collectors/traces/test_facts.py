"""What is answered is written: also where the same spans come again before their first sending was answered."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from collectors.contract import Fact
from collectors.traces.facts import Flows
from tests.support.traces import proto_span, read, resource_spans

PATIENCE = 30.0


class SlowSink:
    """Its first writing does not end before it is told to."""

    def __init__(self) -> None:
        self.begun, self.released = threading.Event(), threading.Event()
        self.written: list[list[Fact]] = []

    def record(self, facts: Sequence[Fact], timeout: float) -> None:
        first = not self.begun.is_set()
        self.begun.set()
        if first:
            assert self.released.wait(timeout)
        self.written.append([*facts])


def test_spans_sent_again_are_not_answered_before_what_they_say_is_written() -> None:
    sink = SlowSink()
    flows = Flows(sink)
    spans = read(
        resource_spans("shop", [proto_span("a", "server", "GET /"), proto_span("b", "client", "", "a")])
    )
    first = threading.Thread(target=flows.record, args=(spans, PATIENCE))
    first.start()
    try:
        assert sink.begun.wait(PATIENCE)
        flows.record(spans, PATIENCE)
        (again,) = sink.written
        assert ("has", 0) in {(fact.verb, fact.count) for fact in again}, "they count nothing the second time"
    finally:
        sink.released.set()
        first.join(PATIENCE)
    (_, whole) = sink.written
    assert {(fact.source, fact.verb, fact.target, fact.detail) for fact in again} >= {
        (fact.source, fact.verb, fact.target, fact.detail) for fact in whole
    }


def test_spans_sent_again_after_their_answer_write_nothing() -> None:
    sink = SlowSink()
    sink.released.set()
    flows = Flows(sink)
    spans = read(resource_spans("shop", [proto_span("a", "server", "GET /")]))
    flows.record(spans, PATIENCE)
    flows.record(spans, PATIENCE)
    assert len(sink.written) == 1
