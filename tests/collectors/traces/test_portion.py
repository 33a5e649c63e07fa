"""Spans by columns are the spans that they were made of."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from collectors.traces.otlp import OtlpReader
from collectors.traces.portion import Portion
from collectors.traces.spans import Span
from tests.support.traces import export, proto_span, resource_spans, span_id


def spans() -> Portion:
    """Three spans in columns, of which the second has all that few have."""
    second = proto_span(
        "b", "client", "query", parent="a", flags=0x300, attributes={"db.query.text": "select"}
    )
    second.links.add(trace_id=span_id("other") * 2, span_id=span_id("there"))
    second.trace_state = "ot=th:8"
    sent = [proto_span("a", "server"), second, proto_span("c", "internal", parent="a")]
    read = OtlpReader().protobuf(export(resource_spans("shop", sent)))
    assert isinstance(read.spans, Portion)
    return read.spans


@pytest.mark.parametrize("whole", [False, True])
def test_those_that_are_wanted_are_left_as_they_are(whole: bool) -> None:
    portion: Sequence[Span] = spans()
    assert {(span.id, span.remote, span.statement, len(span.links), span.weight) for span in portion} == {
        (span_id("a"), False, "", 0, 1),
        (span_id("b"), True, "select", 1, 2),
        (span_id("c"), False, "", 0, 1),
    }
    some = Portion.of([*portion]) if whole else Portion.of(portion)
    for wanted in ([True, True, False], [False, True, True], [True, False, True], [False] * 3):
        kept = [span for span, one in zip(portion, wanted, strict=True) if one]
        assert [*some.only(wanted)] == kept
        assert [*Portion.of(kept).origins()] == [span.origin for span in kept]
    assert [*some[1:]] == [*portion][1:]
