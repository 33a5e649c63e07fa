"""What is held in memory stops growing where names do not: the same for each kind, with small caps."""

from __future__ import annotations

import functools
import gc
import itertools
import tracemalloc

import pytest

from collectors.traces import facts as facts_module
from collectors.traces import shapes as shapes_module
from collectors.traces import statements as statements_module
from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.merging import merge
from collectors.traces.otlp import OtlpReader
from collectors.traces.pairing import index as index_module
from collectors.traces.spans import Span
from tests.fuzz.names import KINDS, Kind, messages
from tests.support.traces import LONG_AFTER, Value, proto_span, read, resource_spans, span_id

SMALL = {
    shapes_module: {
        "SERVICES": 50, "OPERATIONS_PER_SERVICE": 20, "DESTINATIONS_PER_SERVICE": 20, "OPERATIONS": 200,
        "DESTINATIONS": 200, "OVERFLOWING_ENVIRONMENTS": 5, "_SHAPES": 50,
    },
    statements_module: {"_REMEMBERED": 50},
    facts_module: {"FACTS": 500},
    index_module: {"SPANS_AT_HAND": 100, "SPANS_AT_REST": 400, "SHAPES_AT_REST": 50},
}  # fmt: skip


# The reader of SQL remembers by digests, as many as it says: more than a test can read.
NAMED = [kind for kind in KINDS if kind.name != "statements"]


class Forgetful(MemoryFacts):
    """What was written is no memory of the program."""

    def record(self, facts: object, timeout: float) -> None:
        """Forgets facts."""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, caps in SMALL.items():
        for name, value in caps.items():
            monkeypatch.setattr(module, name, value)


def named(flows: Flows, reader: OtlpReader, kind: Kind, count: int, first: int) -> int:
    """Bytes that are held after so many more names."""
    for message in messages(kind, count, first):
        flows.record(reader.protobuf(message).spans, 5.0)
    for each in gc.get_objects():  # these have a bound of their own, which a test does not reach
        if isinstance(each, functools._lru_cache_wrapper) and each.cache_parameters()["maxsize"]:
            each.cache_clear()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.parametrize("kind", NAMED, ids=[kind.name.replace(" ", "-") for kind in NAMED])
def test_memory_reaches_a_plateau(small: None, kind: Kind) -> None:
    count = 200
    tracemalloc.start()
    try:
        flows, reader = Flows(Forgetful()), OtlpReader(50)
        held = [named(flows, reader, kind, count, step * count) for step in range(8)]
    finally:
        tracemalloc.stop()
    # The first names fill what is bounded. One that is kept for ever takes a hundred bytes at the very least.
    assert min(held[5:]) - min(held[2:5]) < 3 * 90 * count, held


def test_spans_beyond_a_cap_are_one_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes_module, "OPERATIONS_PER_SERVICE", 10)
    flows = Flows(MemoryFacts())
    spans = [
        proto_span(
            f"s{n}",
            "server",
            trace=f"s{n}",
            attributes={"http.request.method": "GET", "http.route": f"/r{n}"},
        )
        for n in range(300)
    ]
    shapes = flows.shapes.of_all(read(resource_spans("shop", spans)))
    assert len({id(shape) for shape in shapes}) == 11


def test_shapes_at_rest_are_bounded_and_what_goes_for_it_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "SPANS_AT_HAND", 50)
    monkeypatch.setattr(index_module, "SHAPES_AT_REST", 200)
    flows = Flows(MemoryFacts())
    for begin in range(0, 2_000, 50):
        spans = [
            proto_span(f"s{n}", "internal", f"n{n}x", trace=f"s{n}", attributes={"http.route": f"/r{n}"})
            for n in range(begin, begin + 50)
        ]
        flows.record(read(resource_spans(f"shop-{begin}", spans)), 1)
    assert flows.index.spans <= 200 + 3 * 50
    assert flows.counts.overflowed >= 1_500


def linked(first: int, count: int) -> list[Span]:
    """Roots, each in a trace of its own, with a link to the span of `caused` by the same number."""
    sent = []
    for number in range(first, first + count):
        span = proto_span(f"s{number}", "server", f"e{number}", trace=f"s{number}", attributes=route(number))
        span.links.add(trace_id=span_id(f"c{number}") * 2, span_id=span_id(f"c{number}"))
        sent.append(span)
    return read(resource_spans("effect", sent))


def caused(count: int) -> list[Span]:
    spans = [
        proto_span(f"c{number}", "server", f"c{number}", trace=f"c{number}", attributes=route(number))
        for number in range(count)
    ]
    return read(resource_spans("cause", spans))


def route(number: int) -> dict[str, Value]:
    return {
        "http.request.method": "GET",
        "http.route": f"/{'abcdefghij'[number // 10]}/{'abcdefghij'[number % 10]}",
    }


def joined(facts: MemoryFacts) -> list[str]:
    """Routes of causes that links lead to, in order."""
    calls = [one for one in merge("prod", facts.facts("prod"), LONG_AFTER).relations if one.verb == "calls"]
    return sorted(
        one.source.rpartition(" ")[2] for one in calls if "linked" in str(one.attributes["evidence"])
    )


def test_links_that_wait_are_bounded_and_those_beyond_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "LINKS_WAITING", 20)
    facts = MemoryFacts()
    flows = Flows(facts, clock=lambda: 1_000.0)
    flows.record(linked(0, 60), 1)
    assert flows.counts.overflowed == 40
    flows.record(caused(60), 1)
    assert joined(facts) == sorted(str(route(number)["http.route"]) for number in range(20))


def test_links_that_wait_through_generations_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "LINKS_WAITING", 20)
    facts, moments = MemoryFacts(), itertools.count(1_000, 61)
    flows = Flows(facts, clock=lambda: float(next(moments)))
    for first in range(0, 100, 10):
        flows.record(linked(first, 10), 1)
    flows.record([], 1)
    flows.record([], 1)  # now none of them is at hand
    assert flows.counts.overflowed == 80
    flows.record(caused(100), 1)
    assert joined(facts) == sorted(str(route(number)["http.route"]) for number in range(80, 100))
