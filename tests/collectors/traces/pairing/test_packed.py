"""What is known of traces at rest is what was known of them at hand."""

from __future__ import annotations

import gc

import pytest
from msgspec.structs import replace

from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.pairing.ids import short
from collectors.traces.pairing.packed import Packed
from collectors.traces.pairing.placing import Trace
from collectors.traces.pairing.runs import Record, Run
from tests.support.traces import MOMENT, proto_span, read, resource_spans

DAY = 86_400 * 10**9


def shapes(count: int) -> list[Record]:
    spans = read(
        resource_spans(
            "shop", [proto_span(f"s{number}", "client", f"do {number}") for number in range(count)]
        )
    )
    made = Flows(MemoryFacts()).shapes.of_all(spans)
    return [Record(shape, b"", 0, 0, 1, False) for shape in made]


@pytest.mark.parametrize("apart", [1_000, DAY, 400 * DAY])
@pytest.mark.parametrize("weight", [1, 8, -3])
def test_times_and_weights_are_kept_however_far_apart(apart: int, weight: int) -> None:
    sorts = shapes(3)
    traces = {}
    for number in range(40):
        trace = traces[number.to_bytes(16)] = Trace()
        for row in range(3):
            start = MOMENT + number * apart + row
            parent = b"" if row == 0 else (number * 8 + row - 1).to_bytes(8) if row == 1 else b"elsewher"
            trace.spans[(number * 8 + row).to_bytes(8)] = Record(
                sorts[row].shape, parent, start, start + row * 7_000, weight if row else 1, row == 2
            )
    packed = Packed()
    packed.put(traces, 0.0)
    assert len(packed) == 120
    for id, trace in traces.items():
        found = packed.get(id)
        assert found is not None
        assert dict(found) == {
            short(one): replace(record, parent=short(record.parent)) for one, record in trace.spans.items()
        }


def test_a_parent_of_an_odd_length_takes_no_other_place() -> None:
    [one] = shapes(1)
    trace = Trace()
    trace.spans[b"aaaaaaaa"] = replace(one, parent=b"odd", start=MOMENT, end=MOMENT)
    trace.spans[b"bbbbbbbb"] = replace(one, parent=b"far too long", start=MOMENT + 1, end=MOMENT + 1)
    packed = Packed()
    packed.put({bytes(16): trace}, 0.0)
    records = dict(packed.get(bytes(16)) or ())
    assert [record.parent for record in records.values()] == [short(b"odd"), short(b"far too ")]
    assert [record.start for record in records.values()] == [MOMENT, MOMENT + 1]


def test_traces_at_rest_leave_nothing_to_be_collected() -> None:
    """Runs know each other: they would be kept until somebody looks for garbage."""
    calls = [
        resource_spans("shop", [proto_span("a", "server"), proto_span("b", "client", parent="a")]),
        resource_spans("stock", [proto_span("c", "server", parent="b")]),
    ]

    def runs() -> int:
        return sum(isinstance(one, Run) for one in gc.get_objects())

    now = [0.0]
    flows = Flows(MemoryFacts(), clock=lambda: now[0])
    gc.collect()
    gc.disable()
    try:
        before = runs()
        flows.record(read(*calls), 1)
        assert runs() == before + 2
        now[0] = 500.0
        flows.record([], 1)
        assert len(flows.index.packed) == 3
        assert runs() == before
    finally:
        gc.enable()


@pytest.mark.parametrize("different", [1, 3, 90])
def test_shapes_are_found_again_be_they_few_or_many(different: int) -> None:
    sorts = shapes(90)[:different]
    packed = Packed()
    for part in range(3):
        of = sorts[part * 7 :] + sorts[: part * 7]
        traces = {}
        for number in range(90):
            trace = traces[(part * 90 + number).to_bytes(16)] = Trace()
            trace.spans[number.to_bytes(7) + b"a"] = of[number % different]
        packed.put(traces, 0.0)
        for id, trace in traces.items():
            records = dict(packed.get(id) or ())
            assert [one.shape for one in records.values()] == [one.shape for one in trace.spans.values()]
