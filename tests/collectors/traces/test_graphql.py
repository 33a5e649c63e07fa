"""What a GraphQL request asks for is known by the names of its fields; no value of it is anywhere."""

from __future__ import annotations

import random
import time

import pytest

from collectors.traces import selections
from collectors.traces.otlp import OtlpReader
from tests.support.traces import Value, answer, export, facts, lines, proto_span, read, resource_spans


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ("{ customer { email } }", ("customer.email",)),
        ("query Q($id: ID! = 7) { customer(id: $id) { id email } }", ("customer.email", "customer.id")),
        ("{ a: customer(id: 1) { mail: email b: phone } }", ("customer.email", "customer.phone")),
        ("{ me { address { city, street } total } }", ("me.address.city", "me.address.street", "me.total")),
        ("{ node { __typename ... on Person @include(if: true) { email } } }", ("node.Person.email",)),
        (
            "{ me { ... @skip(if: false) { email } ...F } } fragment F on Person { ssn }",
            ("Person.ssn", "me.email"),
        ),
        ("{ me { email @client name @include(if: $x) } }", ("me.email", "me.name")),
        ("{ customer @live { email } }", ("customer.email",)),
        (
            'mutation M { register(input: {email: "jane@example.org", tags: ["a b { c }"]}) { id } }',
            ("register.id",),
        ),
        ('{ find(text: """ he said "x" { email } """) { id } } # phone', ("find.id",)),
        ("subscription { changed { email } }", ("changed.email",)),
        ("query on { fragment { on } }", ("fragment.on",)),
        # Cut off: what is whole of the beginning.
        ('{ customer(name: "Jane Doe { em', ()),
        ("{ customer { email phone { numb", ("customer.email",)),
        ('{ customer { email } a(x: "jane) { doe } }', ("customer.email",)),
        ("", ()),
        ("}}} { x } ((", ("x",)),
        ("not a document at all", ()),
    ],
)
def test_fields_are_told_by_the_way_to_them(document: str, fields: tuple[str, ...]) -> None:
    assert selections.fields(document) == fields


def test_what_is_read_of_a_document_is_bounded() -> None:
    began = time.monotonic()
    assert selections.fields("{a" * 100_000) == ()
    assert selections.fields('"' * 100_000) == ()
    assert selections.fields("(" * 100_000) == ()
    assert selections.fields('"""' + '\\"' * 100_000) == ()
    assert len(selections.fields("{" + " ".join(f"a{n}" for n in range(10_000)) + "}")) == selections.MOST
    assert selections.fields("{" + "x" * 1_000 + " y}") == ("x" * 64, "y")
    assert time.monotonic() - began < 20


def test_no_text_makes_the_reader_fail_and_no_value_is_told() -> None:
    chance = random.Random(7)
    pieces = [
        "{",
        "}",
        "(",
        ")",
        "...",
        "on",
        "@",
        ":",
        "a",
        "fragment",
        "query",
        '"secret"',
        '"""',
        "secretive",
        "$",
    ]
    for _ in range(3_000):
        document = " ".join(
            chance.choice(pieces[:11]) if one % 3 else pieces[11] for one in range(chance.randrange(30))
        )
        assert not any("secret" in field for field in selections.fields(document))
        selections.fields(" ".join(chance.choices(pieces, k=20)))


DOCUMENT = 'query Customer { customer(email: "canary.jane@example.org") { email orders { total } } }'
ROUTE: dict[str, Value] = {"http.request.method": "POST", "http.route": "/graphql"}
OF_SERVER: dict[str, Value] = {
    "graphql.document": DOCUMENT,
    "graphql.operation.type": "query",
    "graphql.operation.name": "Customer",
}
RETURNED = "returns answer://graphql columns=customer.email,customer.orders.total"


@pytest.mark.parametrize("kind", ["internal", "server"])
@pytest.mark.parametrize(
    "name", ["graphql.document", "graphql.document.body", "graphql.source", "gql.request.query"]
)
def test_a_server_returns_what_it_is_asked_for(kind: str, name: str) -> None:
    told = {name: DOCUMENT}
    if kind == "internal":
        spans = [
            proto_span("s", "server", attributes=ROUTE),
            proto_span("g", "internal", "graphql.execute", parent="s", attributes=told),
        ]
    else:
        spans = [proto_span("s", "server", attributes={**ROUTE, **told})]
    sent = [*read(resource_spans("shop", spans))]
    assert lines(answer(sent), "returns") == [f"shop/POST /graphql {RETURNED}"]
    memory = repr(facts(sent))
    assert "canary" not in memory


def test_a_piece_of_a_document_is_none() -> None:
    """Spans of resolvers have one, with values left out: what it is a piece of, the span of the request says."""
    spans = [
        proto_span("s", "server", attributes=ROUTE),
        proto_span(
            "g", "internal", "graphql.execute", "s", attributes={"graphql.source": "{ a(id: *) { b } }"}
        ),
        proto_span(
            "r",
            "internal",
            "graphql.resolve a",
            "g",
            attributes={"graphql.source": "a(id: *) { b }", "graphql.field.path": "a.0"},
        ),
    ]
    [line] = lines(answer(read(resource_spans("shop", spans))), "returns")
    assert line.endswith("columns=a.b")


def test_a_server_without_a_route_is_called_by_the_operation() -> None:
    spans = read(resource_spans("shop", [proto_span("s", "server", "graphql", attributes=OF_SERVER)]))
    assert lines(answer(spans), "has", "returns") == [
        f"shop/query Customer {RETURNED}",
        "shop has shop/query Customer",
    ]


def test_a_client_reads_of_a_public_api_as_of_tables_and_of_ones_own_services_what_these_tell() -> None:
    def called(host: str) -> list[str]:
        attributes = {"server.address": host, "http.request.method": "POST", "graphql.document": DOCUMENT}
        spans = read(resource_spans("shop", [
            proto_span("s", "server", attributes=ROUTE),
            proto_span("c", "client", parent="s", attributes=attributes),
        ]))  # fmt: skip
        return lines(answer(spans), "reads", "sends_to", "returns")

    assert called("api.vendor.example") == [
        "shop/POST /graphql reads table://public/graphql/api.vendor.example//customer columns=email",
        "shop/POST /graphql reads table://public/graphql/api.vendor.example//orders columns=total",
        "shop/POST /graphql sends_to public/api.vendor.example",
    ]
    assert called("orders") == ["shop/POST /graphql sends_to prod/orders"]


def test_documents_with_values_in_them_are_spans_alike() -> None:
    reader = OtlpReader()
    for number in range(3):
        document = DOCUMENT.replace("canary", f"canary{number}")
        body = export(
            resource_spans(
                "shop",
                [proto_span("g", "internal", "graphql.execute", attributes={"graphql.document": document})],
            )
        )
        [span] = reader.protobuf(body).spans
        assert dict(span.attributes)["graphql.document"] == ("customer.email", "customer.orders.total")
