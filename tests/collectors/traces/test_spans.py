"""Which spans are of no use, and why; for how many one stands that was sampled."""

from __future__ import annotations

import pytest

from collectors.traces.spans import HEAVIEST, LONGEST, fault, weight_of

TRACE, ID = bytes(range(16)), bytes(range(8))
NOW = 1_790_000_000 * 10**9
NO_TRACE, NO_SPAN = "a span has no valid trace id", "a span has no valid span id"
NO_START, NO_END = "a span has no believable start time", "a span has no believable end time"
DAY = 86_400 * 10**9


@pytest.mark.parametrize(
    ("trace", "id", "start", "end", "why"),
    [
        (TRACE, ID, NOW, NOW + 1, ""),
        (TRACE[:8], ID, NOW, NOW, ""),  # old tracers of Zipkin
        (TRACE, ID, NOW, 0, ""),  # not ended yet
        (TRACE, ID, NOW, NOW + LONGEST, ""),  # a stream of a month
        (TRACE, ID, NOW, NOW - DAY, ""),  # a clock that was set back meanwhile
        (bytes(16), ID, NOW, NOW, NO_TRACE),
        (TRACE[:15], ID, NOW, NOW, NO_TRACE),
        (b"", ID, NOW, NOW, NO_TRACE),
        (TRACE, bytes(8), NOW, NOW, NO_SPAN),
        (TRACE, ID[:7], NOW, NOW, NO_SPAN),
        (TRACE, ID, 0, NOW, NO_START),
        (TRACE, ID, 1, 2, NO_START),
        (TRACE, ID, NOW // 1000, NOW // 1000, NO_START),  # microseconds
        (TRACE, ID, 2**64 - 1, 2**64 - 1, NO_START),
        (TRACE, ID, NOW, NOW + LONGEST + 1, NO_END),
        (TRACE, ID, NOW, NOW - LONGEST - 1, NO_END),
        (TRACE, ID, NOW, 1, NO_END),
    ],
)
def test_a_span_without_place_or_time_is_of_no_use(
    trace: bytes, id: bytes, start: int, end: int, why: str
) -> None:
    assert fault(trace, id, start, end) == why


@pytest.mark.parametrize(
    ("tracestate", "weight"),
    [
        ("", 1),
        ("ot=th:0", 1),
        ("ot=th:8", 2),
        ("vendor=x, ot=rv:1;th:c", 4),
        ("ot=th:fd70a4", 100),
        ("ot=th:ffffffffffffff", HEAVIEST),
        ("ot=th:fffffffffffffff", 1),  # longer than it may be
        ("ot=th:xyz", 1),
        ("ot=th:", 1),
    ],
)
def test_a_sampled_span_stands_for_those_that_were_left_out(tracestate: str, weight: int) -> None:
    assert weight_of(tracestate) == weight
