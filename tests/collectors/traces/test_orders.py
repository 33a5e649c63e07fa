"""Facts are the same in whatever order, batches and repetition spans arrive, at hand or packed in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from collectors.contract import Fact
from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.spans import Span
from tests.support.traces import Value, proto_span, read, resource_spans, span_id

WINDOW = 3600.0

DATABASE: dict[str, Value] = {
    "db.system.name": "postgresql",
    "db.namespace": "shop",
    "server.address": "db.example.com",
}
TOPIC: dict[str, Value] = {"messaging.system": "kafka", "messaging.destination.name": "seen"}
DOES: dict[str, list[dict[str, Value]]] = {
    "client": [
        {**DATABASE, "db.query.text": "SELECT email FROM customers WHERE id = 7"},
        {**DATABASE, "db.query.text": "UPDATE stats SET views = 1 WHERE day = 2"},
        {"server.address": "api.mailer.example", "http.request.method": "POST"},
        {"server.address": "back", "server.port": 80},
        {},
    ],
    "producer": [TOPIC, {}],
    "consumer": [TOPIC, {}],
    "server": [{"http.request.method": "GET", "http.route": "/cart"}, {}],
    "internal": [{}, {**DATABASE, "db.query.text": "SELECT name FROM customers"}],
    "": [{}],
}


@dataclass(frozen=True, repr=False)
class Case:
    """Spans as sent in order, and another way to send them: batches, each after a pause in seconds."""

    spans: list[Span]
    batches: list[tuple[float, list[Span]]]

    def __repr__(self) -> str:
        def short(span: Span) -> str:
            service = span.origin.attributes["service.name"]
            ids = f"{span.trace[:2].hex()} {span.id[:2].hex()} below {span.parent[:2].hex()}"
            linked = [id[:2].hex() for _, id in span.links]
            return f"{service} {ids} {span[3:8]} {dict(span.attributes)} {span.statement} {linked} x{span.weight}"

        shown = ["", *map(short, self.spans)]
        for pause, spans in self.batches:
            shown.append(f"-- {pause}: {' '.join(span.id[:2].hex() for span in spans)}")
        return "\n".join(shown)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Trees of spans over some services and traces, with links, shared ids and states of sampling."""
    parts = []
    known: list[tuple[str, str, str, str]] = []  # trace, id, kind, service
    linked: set[str] = set()
    for trace in ("one", "two")[: draw(st.integers(1, 2))]:
        members: list[tuple[str, str, str, str]] = []
        parents: set[str] = set()
        for number in range(draw(st.integers(1, 9))):
            kind, service = draw(st.sampled_from([*DOES])), draw(st.sampled_from("abc"))
            # The id of a parent that never comes is among them, too.
            above = draw(st.sampled_from([None, "gone", *members])) if number else None
            parent = above if isinstance(above, str) else above[1] if above else ""
            id = f"{trace}{number}"
            shares = (
                kind in {"server", "consumer"}
                and isinstance(above, tuple)
                and above[2] in {"client", "producer"}
                and above[3] != service
                and above[1] not in parents | linked
                and draw(st.booleans())
            )
            if shares and isinstance(above, tuple):
                id, parent = parent, draw(st.sampled_from(["", "gone", *parents]))
                members.remove(above)
                known = [one for one in known if one is not above]
            parents.add(parent)
            span = proto_span(
                id,
                kind,
                f"{kind or 'do'} {number % 3}",
                parent,
                at=draw(st.integers(0, 9)),
                took=draw(st.sampled_from([0.0, 0.5, 3.0])),
                trace=trace,
                attributes=draw(st.sampled_from(DOES[kind])),
                flags=draw(st.sampled_from([0, 0x100, 0x300])),
            )
            if known and draw(st.integers(0, 3)) == 0:
                other = draw(st.sampled_from(known))
                linked.add(other[1])
                span.links.add(trace_id=span_id(other[0]) * 2, span_id=span_id(other[1]))
            if draw(st.booleans()):
                span.trace_state = "ot=th:8"
            if not shares:
                members.append((trace, id, kind, service))
                known.append(members[-1])
            parts.append(resource_spans(service, [span]))
    spans = read(*parts)
    sent = draw(st.permutations([*spans, *draw(st.lists(st.sampled_from(spans), max_size=3))]))
    batches = []
    while sent:
        size = draw(st.integers(1, len(sent)))
        batches.append((draw(st.sampled_from([0.0, 1.0, 70.0, 130.0, 700.0])), sent[:size]))
        sent = sent[size:]
    return Case(spans, batches)


def said(batches: Sequence[tuple[float, Sequence[Span]]]) -> list[Fact]:
    memory, now = MemoryFacts(), [0.0]
    flows = Flows(memory, WINDOW, clock=lambda: now[0])
    for pause, spans in batches:
        now[0] += pause
        flows.record(spans, 1)
    return [fact for environment in memory.environments() for fact in memory.facts(environment)]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_facts_do_not_depend_on_how_spans_arrive(case: Case) -> None:
    assume(sum(pause for pause, _ in case.batches) < WINDOW)
    assert [*map(str, said(case.batches))] == [*map(str, said([(0.0, case.spans)]))]
