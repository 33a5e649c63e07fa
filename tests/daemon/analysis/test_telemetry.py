"""What the traces collector says is what the analysis understands."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.contract import Fact
from collectors.model import Alias, Relation, Resource, Role
from collectors.traces.classes import classify
from collectors.traces.merging import merge
from collectors.traces.said import detail
from config import vocabulary
from daemon.analysis import classes, exposure, links, paths, sight
from daemon.values.graph import Bound, Graph
from tests.support.graphs import EU, US, Estate, route, told
from tests.support.traces import facts, proto_span, read, resource_spans

SERVICE, CALLED = "service://prod//web", "service://prod//customers"
ROOT = "operation://prod//web/GET /customers/{id}"
READS = "operation://prod//customers/GET /{id}"
DATABASE = f"orders-db.c1.{US}.rds.amazonaws.com"
TABLE = f"table://public/postgresql/{DATABASE}:5432/shop/public.customers"
MAILER = "host://public/api.mailer.example"
TOGETHER = detail(table=TABLE, columns=["email"])


def fact(source: str, verb: str, target: str = "", text: str = "") -> Fact:
    return Fact("prod", source, verb, target, text, 1_795_000_000.0, 1_795_000_600.0)


FACTS = (
    fact(SERVICE, "is", "", detail(language="python")),
    fact(SERVICE, "runs_on", "public|ecs-family|111122223333/eu-central-1/shop/web", detail(rank=1)),
    fact(SERVICE, "has", ROOT),
    fact(SERVICE, "sends_to", "host://prod/customers"),
    fact("host://prod/customers", "is", "", detail(name="customers", port=80)),
    fact("host://prod/customers", "located_at", f"caller:{SERVICE}|host|customers"),
    fact(CALLED, "answers_for", f"caller:{SERVICE}|host|customers"),
    fact(ROOT, "is", "", detail(kind="server")),
    fact(ROOT, "is", "", detail(root=True)),
    fact(ROOT, "calls", READS, detail(evidence="paired")),
    fact(ROOT, "reaches", TABLE, detail(reads=["email"], verb="reads")),
    fact(ROOT, "reaches", MAILER, TOGETHER),
    fact(CALLED, "has", READS),
    fact(CALLED, "is", "", detail(statements=True)),
    fact(CALLED, "reads", TABLE, detail(columns=["email"], lookups=["id"])),
    fact(READS, "is", "", detail(kind="server")),
    fact(READS, "reads", TABLE, detail(columns=["email"], lookups=["id"])),
    fact(READS, "reaches", TABLE, detail(reads=["email"], verb="reads")),
    fact(READS, "sends_to", MAILER),
    fact(READS, "discloses", MAILER, TOGETHER),
    fact(TABLE, "is", "", detail(system="postgresql", schema="public", table="customers")),
    fact(TABLE, "stored_in", f"public|host|{DATABASE}"),
    fact(MAILER, "is", "", detail(name="api.mailer.example", port=443)),
    fact(MAILER, "located_at", "public|host|api.mailer.example"),
)


def graph(facts: Sequence[Fact]) -> Graph:
    merged = merge("prod", facts, settled_before=2e9)
    estate = Estate()
    workload = estate.resource(
        "aws.ecs.service",
        "web",
        Role.WORKLOAD,
        aliases=("public|ecs-family|111122223333/eu-central-1/shop/web",),
    )
    estate.balancer("shop-web", workload)
    estate.database("orders-db", US)
    estate.zone("shop.example.")
    resources: dict[str, Resource] = {**estate.resources, **{each.urn: each for each in merged.resources}}
    relations: tuple[Relation, ...] = (*estate.relations, *merged.relations)
    bare = Graph(resources, relations)
    return Graph(
        resources,
        relations,
        links.bind(bare, previous={}, own_domains=(), vendor=vocabulary.vendor),
    )


def test_facts_become_paths_from_the_internet_over_a_border_to_a_third_party() -> None:
    whole = graph(FACTS)
    judged: classes.Classifier = classify
    found = paths.find(whole, exposure.entries(whole), judged, vocabulary.jurisdiction)
    assert [told(path) for path in found] == [
        (
            "GET /customers/{id} internet sends api.mailer.example"
            " user.contact.email(public.customers.email) observed"
        ),
        "GET /customers/{id} internet reads public.customers user.contact.email(email) observed",
    ]
    assert route(found[1]) == "GET /customers/{id} > GET /{id} > public.customers"
    assert found[1].store.endswith("instance/orders-db")
    seen = sight.look(whole)
    assert (seen.workloads, seen.visible, seen.no_statements) == (1, 1, ())


def test_spans_become_paths_into_a_topic_and_by_its_consumer_to_a_third_party() -> None:
    topic = {"messaging.system": "kafka", "messaging.destination.name": "welcomes"}
    database = {
        "db.system.name": "postgresql",
        "db.namespace": "shop",
        "server.address": DATABASE,
        "server.port": "5432",
        "db.query.text": "SELECT email FROM public.customers WHERE id = 7",
    }
    mail = {"server.address": "api.mailer.example", "server.port": "443", "http.request.method": "POST"}
    signup = {"http.request.method": "POST", "http.route": "/signup"}
    web = [
        proto_span("w1", "server", took=9, attributes=signup),
        proto_span("w2", "client", parent="w1", at=1, took=1, attributes=database),
        proto_span("w3", "producer", parent="w1", at=3, attributes=topic),
    ]
    # Another trace: nothing but the topic joins the two.
    letters = [
        proto_span("l1", "consumer", trace="other", attributes=topic),
        proto_span("l2", "client", parent="l1", trace="other", at=1, attributes=mail),
    ]
    whole = graph(facts(read(resource_spans("web", web), resource_spans("letters", letters))))
    found = paths.find(whole, exposure.entries(whole), classify, vocabulary.jurisdiction)
    email = "user.contact.email(public.customers.email)"
    assert [(told(path), route(path)) for path in found] == [
        (
            f"process welcomes internal sends api.mailer.example {email} possible",
            "process welcomes > api.mailer.example",
        ),
        (
            f"POST /signup internal sends api.mailer.example {email} possible",
            "POST /signup > welcomes > process welcomes > api.mailer.example",
        ),
        (
            "POST /signup internal reads public.customers user.contact.email(email) observed",
            "POST /signup > public.customers",
        ),
        (f"POST /signup internal publishes welcomes {email} observed", "POST /signup > welcomes"),
    ]


def test_where_a_service_runs_decides_about_borders() -> None:
    moved = graph((*FACTS, fact(CALLED, "is", "", detail(region=EU))))
    found = paths.find(moved, exposure.entries(moved), classify, vocabulary.jurisdiction)
    assert [(each.origin, each.destination) for each in found[1].borders] == [("EU/EEA", "US")]


def test_the_name_a_caller_uses_is_bound_for_that_caller() -> None:
    found = graph(FACTS).bindings[str(Alias(f"caller:{SERVICE}", "host", "customers"))]
    assert (found.state, found.urn) == (Bound.RESOLVED, CALLED)
