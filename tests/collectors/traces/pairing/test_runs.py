"""How much of one trace is remembered: what a flood of calls or reads costs is bounded, and hides nothing rare."""

from __future__ import annotations

import pytest

from collectors.traces.pairing.runs import DEEPEST_CALL, READS_PER_RUN, SENDS_PER_RUN
from collectors.traces.spans import Span
from tests.support.traces import Value, facts, proto_span, read, resource_spans

MORE = 50


def reads(table: str) -> dict[str, Value]:
    return {
        "db.system.name": "postgresql",
        "server.address": "db.example.com",
        "db.query.text": f"SELECT email FROM {table} WHERE id = 7",
    }


def shop(calls: list[dict[str, Value]]) -> list[Span]:
    """One request, which makes these calls one after the other."""
    spans = [
        proto_span(f"c{number}", "client", "call", "s", at=number, took=0.5, attributes=attributes)
        for number, attributes in enumerate(calls)
    ]
    return read(resource_spans("shop", [proto_span("s", "server", "GET /", took=len(calls)), *spans]))


def told(spans: list[Span]) -> set[tuple[str, str]]:
    """Hosts that were told something, each with what."""
    return {(fact.target, fact.detail) for fact in facts(spans) if fact.verb == "discloses"}


def hosts(spans: list[Span]) -> set[str]:
    return {host for host, _ in told(spans)}


def test_of_endless_tables_as_many_are_disclosed_as_are_remembered() -> None:
    tables = [reads(f"t{number}") for number in range(READS_PER_RUN + MORE)]
    assert len(told(shop([*tables, {"server.address": "api.mailer.example"}]))) == READS_PER_RUN


def test_of_endless_hosts_as_many_are_told_as_are_remembered() -> None:
    called: list[dict[str, Value]] = [
        {"server.address": f"h{number}.example"} for number in range(2 * SENDS_PER_RUN + MORE)
    ]
    assert len(hosts(shop([reads("people"), *called]))) == 2 * SENDS_PER_RUN


def test_a_flood_to_one_host_hides_no_other() -> None:
    flood: list[dict[str, Value]] = [{"server.address": "logs.example"}] * (2 * SENDS_PER_RUN + MORE)
    rare: dict[str, Value] = {"server.address": "api.mailer.example"}
    assert hosts(shop([reads("people"), *flood, rare])) == {
        "host://public/logs.example",
        "host://public/api.mailer.example",
    }


def chained(length: int, *, closed: bool) -> list[Span]:
    """Each service asks the next one, and the last one reads; `closed`: the first says that the last one asked it."""
    parts = []
    for number in range(length):
        above = f"c{(number - 1) % length}" if number or closed else ""
        spans = [
            proto_span(f"s{number}", "server", f"do {number}x", above),
            proto_span(f"c{number}", "client", "", f"s{number}"),
        ]
        if number == length - 1:
            spans.append(proto_span("r", "client", "SELECT", f"s{number}", attributes=reads("people")))
        parts.append(resource_spans(f"x{number}", spans))
    return read(*parts)


@pytest.mark.parametrize("length", [2, DEEPEST_CALL - 1, DEEPEST_CALL + 1, DEEPEST_CALL + MORE])
def test_a_circle_of_parents_ends(length: int) -> None:
    spans = chained(length, closed=True)
    for sent in (spans, spans[::-1]):
        assert any(fact.verb == "reads" for fact in facts(sent, batch=5))


@pytest.mark.parametrize("batch", [1, 1000])
@pytest.mark.parametrize("length", [DEEPEST_CALL - 1, DEEPEST_CALL + MORE])
def test_what_is_touched_counts_for_the_operations_next_above_whatever_the_order(
    length: int, batch: int
) -> None:
    spans = chained(length, closed=False)
    told = facts(spans, batch)
    assert [*map(str, facts(spans[::-1], batch))] == [*map(str, told)]
    reaching = {fact.source for fact in told if fact.verb == "reaches" and "people" in fact.target}
    assert len(reaching) == min(length, DEEPEST_CALL)
