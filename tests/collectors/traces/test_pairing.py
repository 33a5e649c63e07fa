"""Which operation a span belongs to, who called it, and what was read before: whatever the order of arrival."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.merging import merge
from collectors.traces.pairing import index as index_module
from collectors.traces.spans import Span
from tests.support.traces import (
    LONG_AFTER,
    MOMENT,
    Value,
    answer,
    facts,
    lines,
    proto_span,
    read,
    resource_spans,
)

DATABASE = {
    "db.system.name": "postgresql",
    "db.namespace": "shop",
    "server.address": "db.example.com",
    "db.query.text": "SELECT email FROM customers WHERE id = 7",
}
TABLE = "table://public/postgresql/db.example.com:5432/shop/public.customers"
SEEN_TOPIC = "topic://prod/kafka//seen"
MAILER = {
    "http.request.method": "POST",
    "server.address": "api.mailer.example",
    "url.full": "https://api.mailer.example/send",
}


def shop() -> list[Span]:
    """front calls back, which reads and publishes; front then writes to a mailer; a worker consumes."""
    front = [
        proto_span(
            "f1",
            "server",
            "GET /cart",
            attributes={"http.request.method": "GET", "http.route": "/cart"},
            took=5,
        ),
        proto_span("f2", "internal", "render", parent="f1", took=4),
        proto_span(
            "f3", "client", "GET", parent="f2", at=1, attributes={"server.address": "back", "server.port": 80}
        ),
        proto_span("f4", "client", "POST", parent="f1", at=4, attributes=MAILER),
    ]
    back = [
        proto_span(
            "b1",
            "server",
            "rpc",
            parent="f3",
            at=1,
            attributes={"rpc.system": "grpc", "rpc.method": "shop.Cart/Get"},
        ),
        proto_span("b2", "internal", "repository", parent="b1", at=1),
        proto_span("b3", "client", "SELECT shop", parent="b2", at=1, attributes=DATABASE),
        proto_span(
            "b4",
            "producer",
            "send",
            parent="b1",
            at=2,
            attributes={"messaging.system": "kafka", "messaging.destination.name": "seen"},
        ),
    ]
    worker = [
        proto_span(
            "w1",
            "consumer",
            "process",
            parent="b4",
            at=3,
            attributes={
                "messaging.system": "kafka",
                "messaging.destination.name": "seen",
                "messaging.operation.type": "process",
            },
        ),
        proto_span(
            "w2",
            "client",
            "UPDATE",
            parent="w1",
            at=3,
            attributes={**DATABASE, "db.query.text": "UPDATE stats SET views = 1 WHERE day = 2"},
        ),
    ]
    return read(
        resource_spans("front", front), resource_spans("back", back), resource_spans("worker", worker)
    )


def test_a_trace_becomes_the_flows_between_operations() -> None:
    assert lines(
        answer(shop()), "calls", "reads", "writes", "publishes_to", "consumed_by", "sends_to", "discloses"
    ) == [
        f"back/shop.Cart/Get discloses {SEEN_TOPIC} together={{'table': '{TABLE}', 'columns': ['email']}}",
        "back/shop.Cart/Get publishes_to topic://prod/kafka//seen evidence=topic",
        f"back/shop.Cart/Get reads {TABLE} columns=email lookups=id",
        "front/GET /cart calls back/shop.Cart/Get evidence=paired",
        f"front/GET /cart discloses public/api.mailer.example together={{'table': '{TABLE}', 'columns': ['email']}}",
        "front/GET /cart sends_to public/api.mailer.example",
        f"worker/process seen writes {TABLE.replace('customers', 'stats')} columns=views lookups=day",
        "topic://prod/kafka//seen consumed_by worker/process seen evidence=paired",
    ]


def test_the_root_reaches_what_was_touched_below_it_in_the_same_trace() -> None:
    assert lines(answer(shop()), "reaches") == [
        f"front/GET /cart reaches public/api.mailer.example together={{'table': '{TABLE}', 'columns': ['email']}}",
        f"front/GET /cart reaches {TABLE} reads=email",
        f"front/GET /cart reaches {TABLE.replace('customers', 'stats')} writes=views",
        f"front/GET /cart reaches {SEEN_TOPIC} together={{'table': '{TABLE}', 'columns': ['email']}}",
    ]


@settings(max_examples=150, deadline=None)
@given(order=st.permutations(range(10)), batch=st.integers(1, 10))
def test_any_order_and_batching_gives_identical_facts(order: Sequence[int], batch: int) -> None:
    spans = shop()
    assert facts([spans[number] for number in order], batch) == facts(spans)


KINDS = st.sampled_from(["server", "client", "internal", "consumer", "producer", ""])


@st.composite
def traces(draw: st.DrawFn) -> tuple[list[Span], list[Span], int]:
    """A random tree of spans over three services, and the same in another order."""
    count = draw(st.integers(2, 12))
    parts = []
    for number in range(count):
        kind = draw(KINDS)
        parent = draw(st.sampled_from(["", *(f"s{one}" for one in range(number))])) if number else ""
        attributes = {"client": draw(st.sampled_from([DATABASE, MAILER, {}]))}.get(kind, {})
        service = draw(st.sampled_from("abc"))
        flags = draw(st.sampled_from([0, 0x100, 0x300]))
        parts.append(
            resource_spans(
                service,
                [
                    proto_span(
                        f"s{number}",
                        kind,
                        f"{kind}{number % 3}",
                        parent,
                        at=draw(st.integers(0, 9)),
                        attributes=attributes,
                        flags=flags,
                    )
                ],
            )
        )
    spans = read(*parts)
    return spans, draw(st.permutations(spans)), draw(st.integers(1, count))


@settings(max_examples=200, deadline=None)
@given(traces())
def test_random_traces_do_not_depend_on_order_either(case: tuple[list[Span], list[Span], int]) -> None:
    spans, shuffled, batch = case
    assert facts(shuffled, batch) == facts(spans)


def test_internal_spans_between_services_are_seen_through() -> None:
    spans = read(
        resource_spans("a", [proto_span("a1", "server"), proto_span("a2", "internal", parent="a1")]),
        resource_spans("b", [proto_span("b1", "server", parent="a2")]),
        resource_spans("c", [proto_span("c1", "server", parent="b1")]),
    )
    assert lines(answer(spans), "calls") == [
        "a/a1 calls b/b1 evidence=ancestor",
        "b/b1 calls c/c1 evidence=ancestor",
    ]


def test_a_missing_kind_begins_an_operation_where_the_service_changes() -> None:
    spans = read(
        resource_spans("a", [proto_span("a1", "server"), proto_span("a2", "client", parent="a1")]),
        resource_spans(
            "b",
            [proto_span("b1", "", parent="a2"), proto_span("b2", "client", parent="b1", attributes=DATABASE)],
        ),
    )
    merged = answer(spans)
    assert lines(merged, "calls", "reads") == [
        "a/a1 calls b/b1 evidence=paired",
        f"b/b1 reads {TABLE} columns=email lookups=id",
    ]


def test_a_remote_parent_that_never_comes_begins_an_operation() -> None:
    spans = read(
        resource_spans(
            "b",
            [
                proto_span("b1", "internal", parent="gone", flags=0x300),
                proto_span("b2", "client", parent="b1", attributes=DATABASE),
            ],
        )
    )
    assert lines(answer(spans), "reads") == [f"b/b1 reads {TABLE} columns=email lookups=id"]


def test_a_flow_without_an_operation_is_unattributed_once_it_is_old() -> None:
    spans = read(resource_spans("a", [proto_span("a2", "client", parent="gone", attributes=DATABASE)]))
    assert lines(answer(spans), "reads") == [
        f"a reads {TABLE} columns=email lookups=id evidence=unattributed"
    ]


def test_what_an_operation_is_known_for_is_not_repeated_for_its_service() -> None:
    spans = read(
        resource_spans(
            "a", [proto_span("a1", "server"), proto_span("a2", "client", parent="a1", attributes=DATABASE)]
        ),
        resource_spans("a", [proto_span("a3", "client", parent="gone", trace="other", attributes=DATABASE)]),
    )
    assert lines(answer(spans), "reads") == [f"a/a1 reads {TABLE} columns=email lookups=id"]


def test_a_host_that_answered_is_learnt() -> None:
    assert lines(answer(shop()), "answers_for") == ["back answers_for caller:front|host|back"]


def beside_each_other() -> list[Span]:
    """The shop calls three on its own host: one shows its side, one does in another trace only, one never does."""
    ports = (8001, 8002, 8003)
    urls: list[dict[str, Value]] = [{"server.address": "localhost", "server.port": port} for port in ports]
    return read(
        resource_spans(
            "shop",
            [
                proto_span("s1", "server", "GET /"),
                *(
                    proto_span(f"c{at}", "client", "GET", parent="s1", attributes=url)
                    for at, url in enumerate(urls)
                ),
                proto_span("s2", "server", "GET /other", trace="other"),
                proto_span("c9", "client", "GET", parent="s2", trace="other", attributes=urls[1]),
            ],
        ),
        resource_spans("stock", [proto_span("t1", "server", "GET /stock", parent="c0")]),
        resource_spans("people", [proto_span("p1", "server", "GET /ann", parent="c9", trace="other")]),
    )


def test_an_address_is_not_told_beside_the_service_that_answered_there() -> None:
    def told(spans: list[Span]) -> list[str]:
        return lines(answer(spans, batch=1), "calls", "sends_to")

    spans = beside_each_other()
    assert told(spans) == [
        "shop/GET / calls stock/GET /stock evidence=paired",
        "shop/GET / calls people evidence=learned",
        "shop/GET / sends_to prod/localhost",  # at 8003, where nobody is known, and 8002, by what others saw
        "shop/GET /other calls people/GET /ann evidence=paired",
    ]
    assert told(spans[::-1]) == told(spans)
    assert told([one for one in spans if one.name != "GET /stock"])[1] == "shop/GET / sends_to prod/localhost"


@pytest.mark.parametrize(
    ("between", "told"), [([], []), (["client"], ["shop/GET / calls shop/GET / evidence=paired"])]
)
def test_an_operation_calls_itself_only_if_a_call_was_seen(between: list[str], told: list[str]) -> None:
    outer, inner = proto_span("a", "server", "GET /"), proto_span("c", "server", "GET /", parent="b")
    calls = [proto_span("b", kind, parent="a") for kind in between or ["internal"]]
    assert lines(answer(read(resource_spans("shop", [outer, *calls, inner]))), "calls") == told


def test_a_host_that_a_service_answered_for_is_not_told_at_all() -> None:
    hosts = {one.urn for one in answer(shop()).resources if one.type == "host"}
    assert hosts == {"host://public/api.mailer.example"}


def test_who_calls_another_port_of_its_host_is_no_proxy() -> None:
    stock: dict[str, Value] = {"server.address": "localhost", "server.port": 8001}
    mails: dict[str, Value] = {"server.address": "localhost", "server.port": 8002}
    shop = [proto_span("s1", "server", "GET /"), proto_span("s2", "client", parent="s1", attributes=stock)]
    below = [
        proto_span("t1", "server", "GET /stock", parent="s2"),
        proto_span("t2", "client", parent="t1", attributes=mails),
    ]
    spans = read(
        resource_spans("shop", shop),
        resource_spans("stock", below),
        resource_spans("mails", [proto_span("m1", "server", "POST /mails", parent="t2")]),
    )
    assert lines(answer(spans), "calls", "sends_to") == [
        "shop/GET / calls stock/GET /stock evidence=paired",
        "stock/GET /stock calls mails/POST /mails evidence=paired",
    ]


def through_a_proxy() -> list[Span]:
    """The shop calls a mailer through a proxy, once so that no trace shows the proxy."""
    url: dict[str, Value] = {"server.address": "api.mailer.example", "server.port": 443}
    return read(
        resource_spans(
            "shop",
            [
                proto_span("s1", "server", "POST /orders"),
                proto_span("s2", "client", "POST", parent="s1", attributes=url),
                proto_span("s3", "server", "POST /lost", trace="other"),
                proto_span("s4", "client", "POST", parent="s3", trace="other", attributes=url),
            ],
        ),
        resource_spans(
            "egress",
            [
                proto_span("e1", "server", "egress", parent="s2"),
                proto_span("e2", "client", "POST", parent="e1", attributes=url),
            ],
        ),
    )


def test_a_proxy_is_not_who_answers_at_the_hosts_that_it_calls() -> None:
    assert lines(answer(through_a_proxy()), "calls") == [
        "shop/POST /orders calls egress/egress evidence=paired"
    ]


def test_who_answers_its_own_calls_says_so() -> None:
    spans = read(
        resource_spans(
            "shop",
            [
                proto_span("s1", "server", "GET /a"),
                proto_span("s2", "client", "GET", parent="s1", attributes={"server.address": "shop.example"}),
                proto_span("s3", "server", "GET /b", parent="s2"),
                proto_span("s4", "server", "GET /c", trace="other"),
                proto_span(
                    "s5", "client", parent="s4", trace="other", attributes={"server.address": "shop.example"}
                ),
            ],
        )
    )
    assert lines(answer(spans), "answers_for") == ["shop answers_for public|host|shop.example own=True"]
    assert "shop/GET /c calls shop evidence=learned" in lines(answer(spans), "calls")


def test_a_read_that_ends_after_the_call_began_is_not_disclosed() -> None:
    def spans(read_at: float) -> list[Span]:
        return read(
            resource_spans(
                "a",
                [
                    proto_span("a1", "server", took=9),
                    proto_span("a2", "client", parent="a1", at=read_at, took=1, attributes=DATABASE),
                    proto_span("a3", "client", parent="a1", at=3, attributes=MAILER),
                ],
            )
        )

    assert lines(answer(spans(read_at=2.5)), "discloses") == []
    assert len(lines(answer(spans(read_at=1.5)), "discloses")) == 1


def test_a_message_sent_before_the_read_ended_does_not_carry_what_was_read() -> None:
    def spans(sent_at: float) -> list[Span]:
        topic = {"messaging.system": "kafka", "messaging.destination.name": "t"}
        return read(
            resource_spans(
                "a",
                [
                    proto_span("a1", "server", took=9),
                    proto_span("a2", "client", parent="a1", at=2, took=1, attributes=DATABASE),
                    proto_span("a3", "producer", parent="a1", at=sent_at, attributes=topic),
                ],
            )
        )

    assert lines(answer(spans(sent_at=2.5)), "discloses") == []
    assert lines(answer(spans(sent_at=3.5)), "discloses") == [
        f"a/a1 discloses topic://prod/kafka//t together={{'table': '{TABLE}', 'columns': ['email']}}"
    ]


@pytest.mark.parametrize("flood", ["producer", "client"])
def test_a_flood_to_one_destination_hides_no_other(flood: str) -> None:
    def topic(name: str) -> dict[str, str]:
        return {"messaging.system": "kafka", "messaging.destination.name": name}

    many = topic("progress") if flood == "producer" else {"server.address": "api.other.example"}
    early = [
        proto_span(f"e{n}", flood, parent="a1", at=0.001 * n, took=0, attributes=many) for n in range(300)
    ]
    spans = [
        proto_span("a1", "server", took=9),
        *early[:10],
        proto_span("m1", "client", parent="a1", at=0.5, attributes=MAILER),
        *early[10:],
        proto_span("a2", "client", parent="a1", at=2, took=1, attributes=DATABASE),
        proto_span("m2", "client", parent="a1", at=4, attributes=MAILER),
        proto_span("m3", "producer", parent="a1", at=5, attributes=topic("letters")),
    ]
    told = lines(answer(read(resource_spans("a", spans))), "discloses")
    assert [each.split()[2] for each in told] == ["public/api.mailer.example", "topic://prod/kafka//letters"]


def test_what_the_caller_read_is_not_taken_for_known_by_the_one_it_calls() -> None:
    spans = read(
        resource_spans(
            "a",
            [
                proto_span("a1", "server"),
                proto_span("a2", "client", parent="a1", attributes=DATABASE),
                proto_span("a3", "client", parent="a1", at=1),
            ],
        ),
        resource_spans(
            "b",
            [
                proto_span("b1", "server", parent="a3", at=1),
                proto_span("b2", "client", parent="b1", at=2, attributes=MAILER),
            ],
        ),
    )
    assert lines(answer(spans), "discloses") == []


def test_a_consumers_reads_are_not_handed_back_to_the_producer() -> None:
    topic = {"messaging.system": "kafka", "messaging.destination.name": "t"}
    spans = read(
        resource_spans(
            "a",
            [
                proto_span("a1", "server", took=9),
                proto_span("a2", "producer", parent="a1", attributes=topic),
                proto_span("a3", "client", parent="a1", at=5, attributes=MAILER),
            ],
        ),
        resource_spans(
            "b",
            [
                proto_span("b1", "consumer", parent="a2", at=1, attributes=topic),
                proto_span("b2", "client", parent="b1", at=2, attributes=DATABASE),
            ],
        ),
    )
    merged = answer(spans)
    assert lines(merged, "discloses") == []
    assert f"a/a1 reaches {TABLE} reads=email" in lines(merged, "reaches")


def test_a_span_that_is_sent_again_counts_once() -> None:
    spans = shop()
    assert facts([*spans, *spans]) == facts(spans)


def test_parents_in_a_circle_end() -> None:
    spans = read(
        resource_spans(
            "a",
            [
                proto_span("x", "server", parent="y"),
                proto_span("y", "client", parent="x", attributes=DATABASE),
                proto_span("z", "internal", parent="z2"),
                proto_span("z2", "internal", parent="z"),
            ],
        )
    )
    assert lines(answer(spans), "reads") == [f"a/x reads {TABLE} columns=email lookups=id"]


def test_a_very_deep_trace_is_settled_without_recursion() -> None:
    count = 5000
    chain = [proto_span("s0", "server", "begin")] + [
        proto_span(f"s{n}", "internal", parent=f"s{n - 1}") for n in range(1, count)
    ]
    chain.append(proto_span("last", "client", parent=f"s{count - 1}", attributes=DATABASE))
    assert lines(answer(read(resource_spans("a", chain[::-1]))), "reads") == [
        f"a/begin reads {TABLE} columns=email lookups=id"
    ]


def test_spans_may_be_an_hour_apart_but_not_for_ever() -> None:
    spans = shop()
    now = [0.0]

    def after(pause: float) -> list[str]:
        memory = MemoryFacts()
        flows = Flows(memory, window=3600, clock=lambda: now[0])
        flows.record(spans[1:], 1)
        now[0] += pause
        flows.record(spans[:1], 1)
        return [
            fact.source
            for fact in memory.facts("prod")
            if fact.verb == "calls" and fact.source.startswith("operation")
        ]

    assert after(3500) == ["operation://prod//front/GET /cart"]
    assert after(3 * 3600) == []


def test_a_flood_of_open_traces_is_bounded_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "SPANS_AT_HAND", 100)
    monkeypatch.setattr(index_module, "SPANS_AT_REST", 2000)
    [span] = read(resource_spans("a", [proto_span("s", "server")]))
    flows = Flows(MemoryFacts())
    spans = [span._replace(trace=number.to_bytes(16)) for number in range(1, 5000)]
    for start in range(0, len(spans), 50):
        flows.record(spans[start : start + 50], 1)
    assert 1000 <= flows.index.spans <= 2400
    assert flows.counts.overflowed >= 2500
    flows.record(spans[-50:], 1)
    assert flows.counts.repeated == 50


@pytest.mark.parametrize("client_first", [True, False])
@pytest.mark.parametrize("parent", ["above", ""])
def test_a_server_by_the_id_of_its_client_is_another_span(client_first: bool, parent: str) -> None:
    client = read(
        resource_spans(
            "a",
            [
                proto_span("above", "server", "GET /"),
                proto_span("shared", "client", "GET", "above", attributes={"server.address": "b"}),
            ],
        )
    )
    server = read(
        resource_spans(
            "b",
            [
                proto_span("query", "client", "SELECT", "shared", attributes=DATABASE),
                proto_span("shared", "server", "GET /b", parent),
            ],
        )
    )
    memory = MemoryFacts()
    flows = Flows(memory)
    for batch in (client, server) if client_first else (server, client):
        flows.record(batch, 1)
    flows.record([*client, *server], 1)
    assert flows.counts.repeated == 4
    assert lines(merge("prod", memory.facts("prod"), LONG_AFTER), "calls", "reads") == [
        "a/GET / calls b/GET /b evidence=paired",
        f"b/GET /b reads {TABLE} columns=email lookups=id",
    ]


def test_what_one_caller_reached_through_a_shared_operation_is_not_said_of_another() -> None:
    def request(word: str, statement: str) -> list[Span]:
        trace = word
        query = {**DATABASE, "db.query.text": statement}
        return read(
            resource_spans(
                "front",
                [
                    proto_span("f", "server", f"GET /{word}", trace=trace),
                    proto_span("c", "client", "POST", "f", trace=trace),
                ],
            ),
            resource_spans(
                "store",
                [
                    proto_span("s", "server", "POST /query", "c", trace=trace),
                    proto_span("q", "client", "SELECT", "s", trace=trace, attributes=query),
                ],
            ),
        )

    merged = answer(
        [*request("one", "SELECT email FROM customers"), *request("two", "SELECT total FROM orders")]
    )
    assert lines(merged, "reads", "reaches") == [
        f"front/GET /one reaches {TABLE} reads=email",
        f"front/GET /two reaches {TABLE.replace('customers', 'orders')} reads=total",
        f"store/POST /query reads {TABLE} columns=email",
        f"store/POST /query reads {TABLE.replace('customers', 'orders')} columns=total",
    ]


def test_a_span_that_stands_for_others_counts_for_them() -> None:
    spans = shop()
    sampled = [span._replace(weight=8) for span in spans]
    counts = {fact.count for fact in facts(spans)}
    assert [fact.count for fact in facts(sampled)] == [8 * fact.count for fact in facts(spans)]
    assert counts


@pytest.mark.parametrize(
    ("state", "weight"),
    [
        ("ot=th:8", 2),
        ("ot=rv:1;th:c,x=y", 4),
        ("a=b, ot=th:0", 1),
        ("ot=th:zz", 1),
        ("ot=th:ffffffffffffff", 10**6),
    ],
)
def test_a_sampling_threshold_tells_for_how_many_spans_one_stands(state: str, weight: int) -> None:
    span = proto_span("a", "server")
    span.trace_state = state
    assert [one.weight for one in read(resource_spans("a", [span]))] == [weight]


def test_a_clock_that_is_ahead_has_seen_nothing_that_is_still_to_come() -> None:
    memory = MemoryFacts()
    flows = Flows(memory, today=lambda: MOMENT / 1e9 + 5)
    flows.record(
        read(resource_spans("a", [proto_span("s", "server", at=3), proto_span("t", "server", at=900)])), 1
    )
    [known] = [
        fact
        for fact in memory.facts("prod")
        if fact.source == "service://prod//a" and fact.verb == "is" and not fact.detail
    ]
    assert (known.first, known.last) == (MOMENT / 1e9 + 3, MOMENT / 1e9 + 5)
