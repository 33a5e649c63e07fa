"""Who a span link makes the caller."""

from __future__ import annotations

import pytest

from tests.support.traces import answer, lines, proto_span, read, resource_spans, span_id


@pytest.mark.parametrize(
    ("holder", "named", "called"),
    [
        ("server", "client", "named/named calls holder/holder evidence=linked"),
        ("server", "internal", "named/named calls holder/holder evidence=linked"),
        ("internal", "server", "named/named calls holder/holder evidence=linked"),
        ("client", "server", "holder/holder calls named/named evidence=linked"),
        ("producer", "consumer", "holder/holder calls named/named evidence=linked"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_link_names_the_cause_unless_a_sender_names_its_receiver(
    holder: str, named: str, called: str, first: bool
) -> None:
    has, other = proto_span("holder", holder, trace="one"), proto_span("named", named, trace="two")
    has.links.add(trace_id=span_id("two") * 2, span_id=span_id("named"))
    parts = [resource_spans("holder", [has]), resource_spans("named", [other])]
    assert lines(answer(read(*(parts if first else reversed(parts))), batch=1), "calls") == [called]
