"""What names mean, from where they are used, and what memory keeps of it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.model import Alias, Resource, Role, Scope
from daemon.analysis import links
from daemon.values.graph import Binding, Bound, Graph
from tests.support.graphs import ACCOUNT, EU, US, Estate

VPC, OTHER_VPC = "vpc:vpc-1", "vpc:vpc-2"


def bind(estate: Estate, alias: str) -> Binding:
    """The binding of an alias that some relation names."""
    estate.relate("anyone", "configured_for", Alias.parse(alias))
    return estate.bindings()[alias]


@pytest.mark.parametrize(
    "name",
    [
        f"orders-db.c1.{EU}.rds.amazonaws.com",
        f"Orders-DB.c1.{EU}.rds.amazonaws.com",
        f"orders-db.c1.{EU}.rds.amazonaws.com.",
    ],
)
def test_a_host_name_finds_its_database_in_any_spelling(name: str) -> None:
    estate = Estate()
    database = estate.database("orders-db")
    found = bind(estate, f"public|host|{name}")
    assert (found.state, found.urn, found.candidates) == (Bound.RESOLVED, database, ())
    assert name in found.reason


def test_an_arn_is_a_name_of_its_own_resource() -> None:
    estate = Estate()
    function = estate.resource("aws.lambda.function", "invoices", Role.WORKLOAD)
    assert bind(estate, f"public|arn|{function}").urn == function


def test_an_id_of_azure_is_a_name_of_its_own_resource() -> None:
    estate = Estate()
    id = "/subscriptions/a0/resourcegroups/shop/providers/microsoft.app/containerapps/cart"
    estate.resources[id] = Resource(id, "azure.containerapps.app", "cart", Scope("azure", "a0", "westeurope"))
    assert bind(estate, f"public|resource|{id}").urn == id


def test_a_qualified_function_is_the_function() -> None:
    estate = Estate()
    arn = f"arn:aws:lambda:{EU}:{ACCOUNT}:function:invoices"
    function = estate.resource("aws.lambda.function", "invoices", aliases=(f"public|arn|{arn}",))
    assert bind(estate, f"public|arn|{arn}:PROD").urn == function


@pytest.mark.parametrize("host", ["sqs.eu-central-1", "eu-central-1.queue"])
def test_a_queue_answers_to_its_urls(host: str) -> None:
    estate = Estate()
    queue = estate.resource(
        "aws.sqs.queue", "orders", aliases=(f"public|arn|arn:aws:sqs:{EU}:{ACCOUNT}:orders",)
    )
    assert bind(estate, f"public|queue|https://{host}.amazonaws.com/{ACCOUNT}/orders").urn == queue


@pytest.mark.parametrize(
    "host",
    [
        "receipts.s3.amazonaws.com",
        f"receipts.s3.{EU}.amazonaws.com",
        f"receipts.s3-{EU}.amazonaws.com",
        f"receipts.s3.dualstack.{EU}.amazonaws.com",
        f"receipts.s3-website.{EU}.amazonaws.com",
        "receipts.s3-accelerate.amazonaws.com",
    ],
)
def test_a_bucket_answers_to_its_hosts(host: str) -> None:
    estate = Estate()
    bucket = estate.resource(
        "aws.s3.bucket", "receipts", Role.DATA_STORE, aliases=("public|bucket|receipts",)
    )
    assert bind(estate, f"public|host|{host}").urn == bucket


def test_nobody_and_several_stay_open() -> None:
    estate = Estate()
    nobody = bind(estate, "public|host|db.shop.example")
    assert (nobody.state, nobody.urn, nobody.candidates) == (Bound.UNRESOLVED, "", ())
    one = estate.resource("aws.ec2.instance", "one", aliases=("public|host|db.shop.example",))
    two = estate.resource("aws.ec2.instance", "two", aliases=("public|host|db.shop.example",))
    several = estate.bindings()["public|host|db.shop.example"]
    assert (several.state, several.urn, several.candidates) == (Bound.AMBIGUOUS, "", (one, two))


# from whose view


def two_networks() -> tuple[Estate, str, str]:
    """10.0.0.5 is a database in each of two networks; each network has a service."""
    estate = Estate()
    databases = []
    for name, network in (("one", VPC), ("two", OTHER_VPC)):
        databases.append(
            estate.resource("aws.ec2.instance", f"db-{name}", aliases=(f"{network}|address|10.0.0.5",))
        )
        subnet = estate.resource(
            "aws.ec2.subnet", name, aliases=(f"public|subnet|subnet-{name}",), namespaces=(network,)
        )
        workload = estate.workload(name)
        estate.relate(workload, "in_network", Alias("public", "subnet", f"subnet-{name}"))
        estate.service(name, workload)
        assert subnet in estate.resources
    return estate, databases[0], databases[1]


def test_the_callers_own_network_answers() -> None:
    estate, one, two = two_networks()
    assert bind(estate, "caller:service://prod//one|address|10.0.0.5").urn == one
    assert bind(estate, "caller:service://prod//two|address|10.0.0.5").urn == two
    assert bind(estate, "caller:service://prod//three|address|10.0.0.5").state is Bound.UNRESOLVED
    assert bind(estate, "public|address|10.0.0.5").state is Bound.UNRESOLVED


def test_a_workload_named_by_an_alias_counts_and_so_does_its_own_namespace() -> None:
    estate = Estate()
    database = estate.resource("aws.ec2.instance", "db", aliases=(f"{VPC}|host|db.internal",))
    estate.resource(
        "aws.ec2.instance", "web", Role.WORKLOAD, aliases=("public|instance|i-1",), namespaces=(VPC,)
    )
    estate.service("web", Alias("public", "instance", "i-1"))
    assert bind(estate, "caller:service://prod//web|host|DB.internal").urn == database


def test_a_task_definition_looks_names_up_where_it_is_run() -> None:
    estate, one, _ = two_networks()
    definition = estate.resource("aws.ecs.task_definition", "one")
    estate.relate(next(urn for urn in estate.resources if urn.endswith("service/one")), "runs", definition)
    assert bind(estate, f"caller:{definition}|address|10.0.0.5").urn == one


def test_a_service_without_a_network_asks_its_environment_and_the_public() -> None:
    estate = Estate()
    near = estate.resource("aws.ec2.instance", "near", aliases=("environment:prod|host|db",))
    public = estate.database("far")
    estate.service("web")
    assert bind(estate, "caller:service://prod//web|host|db").urn == near
    assert bind(estate, f"caller:service://prod//web|host|far.c1.{EU}.rds.amazonaws.com").urn == public
    assert bind(estate, "caller:service://test//web|host|db").state is Bound.UNRESOLVED


@pytest.mark.parametrize("name", ["host|localhost", "address|127.0.0.1", "address|::1", "host|LOCALHOST."])
def test_loopback_never_leaves_its_host(name: str) -> None:
    estate = Estate()
    for number, namespace in enumerate(("public", VPC, "environment:prod")):
        estate.resource("aws.ec2.instance", f"db-{number}", aliases=(f"{namespace}|{name}",))
    estate.service("web", estate.resource("aws.ec2.instance", "w", Role.WORKLOAD, namespaces=(VPC,)))
    found = bind(estate, f"caller:service://prod//web|{name}")
    assert found.state is Bound.UNRESOLVED
    assert "own host" in found.reason


def test_loopback_is_found_on_its_host() -> None:
    estate = Estate()
    local = estate.resource("aws.ec2.instance", "db", aliases=("host:i-1|host|localhost",))
    estate.service("web", estate.resource("aws.ec2.instance", "w", Role.WORKLOAD, namespaces=("host:i-1",)))
    assert bind(estate, "caller:service://prod//web|host|localhost").urn == local


# names that lead to names


def test_records_lead_on_to_what_answers() -> None:
    estate = Estate()
    database = estate.database("orders-db")
    estate.record("db.shop.example", "public|host|primary.shop.example.")
    estate.record("primary.shop.example", f"public|host|orders-db.c1.{EU}.rds.amazonaws.com")
    assert bind(estate, "public|host|db.shop.example").urn == database


def test_a_private_record_is_read_in_its_network_and_leads_to_a_public_name() -> None:
    estate = Estate()
    database = estate.database("orders-db")
    estate.record("db.shop.internal", f"{VPC}|host|orders-db.c1.{EU}.rds.amazonaws.com", namespace=VPC)
    estate.service("web", estate.resource("aws.ec2.instance", "w", Role.WORKLOAD, namespaces=(VPC,)))
    estate.service("out")
    assert bind(estate, "caller:service://prod//web|host|db.shop.internal").urn == database
    assert bind(estate, "caller:service://prod//out|host|db.shop.internal").state is Bound.UNRESOLVED


def test_a_record_may_lead_to_both_address_families_of_a_balancer() -> None:
    estate = Estate()
    balancer = estate.balancer("web")
    estate.record("www.shop.example.", f"public|host|dualstack.web-1.{EU}.elb.amazonaws.com.")
    assert bind(estate, "public|host|www.shop.example").urn == balancer


def test_a_wildcard_answers_where_nothing_nearer_does() -> None:
    estate = Estate()
    wild, near = estate.balancer("wild"), estate.balancer("near")
    estate.record(r"\052.shop.example", f"public|host|wild-1.{EU}.elb.amazonaws.com")
    estate.record("api.shop.example", f"public|host|near-1.{EU}.elb.amazonaws.com")
    assert bind(estate, "public|host|www.shop.example").urn == wild
    assert bind(estate, "public|host|a.b.shop.example").urn == wild
    assert bind(estate, "public|host|api.shop.example").urn == near
    assert bind(estate, "public|host|shop.example").state is Bound.UNRESOLVED


def test_records_in_a_circle_lead_nowhere() -> None:
    estate = Estate()
    estate.record("a.shop.example", "public|host|b.shop.example")
    estate.record("b.shop.example", "public|host|a.shop.example")
    assert bind(estate, "public|host|a.shop.example").state is Bound.UNRESOLVED


def test_a_record_that_leads_to_two_is_ambiguous() -> None:
    estate = Estate()
    one, two = estate.database("one"), estate.database("two", US)
    estate.record(
        "db.shop.example",
        f"public|host|one.c1.{EU}.rds.amazonaws.com",
        f"public|host|two.c1.{US}.rds.amazonaws.com",
    )
    assert bind(estate, "public|host|db.shop.example").candidates == tuple(sorted((one, two)))


def test_our_own_name_may_lead_to_a_third_party() -> None:
    estate = Estate()
    estate.record("mail.shop.example", "public|host|smtp.sendgrid.net")
    found = bind(estate, "public|host|mail.shop.example")
    assert found.state is Bound.THIRD_PARTY
    assert (
        found.reason
        == "mail.shop.example leads to smtp.sendgrid.net: smtp.sendgrid.net belongs to SendGrid (mail)"
    )


def test_who_was_seen_to_answer_is_ours() -> None:
    estate = Estate()
    orders = estate.service("orders")
    estate.flow(orders, "answers_for", Alias("public", "host", "orders.elsewhere.com"))
    estate.host("orders.elsewhere.com")
    found = estate.bindings()["public|host|orders.elsewhere.com"]
    assert (found.state, found.urn) == (Bound.RESOLVED, orders)


def test_who_was_seen_to_answer_one_caller_answers_that_caller() -> None:
    estate = Estate()
    orders = estate.service("orders")
    estate.service("web")
    estate.flow(orders, "answers_for", Alias("caller:service://prod//web", "host", "orders"))
    assert bind(estate, "caller:service://prod//web|host|orders").urn == orders
    assert bind(estate, "caller:service://prod//other|host|orders").state is Bound.UNRESOLVED


def test_a_proxy_that_calls_the_same_host_does_not_answer_for_it() -> None:
    estate = Estate()
    proxy = estate.service("egress")
    mailer = estate.host("api.sendgrid.com")
    estate.flow(proxy, "answers_for", Alias("public", "host", "api.sendgrid.com"))
    estate.sends(estate.operation(estate.service("shop"), "POST /orders"), mailer)
    estate.sends(estate.operation(proxy, "egress"), mailer)
    assert estate.bindings()["public|host|api.sendgrid.com"].state is Bound.THIRD_PARTY


@pytest.mark.parametrize("own", [(), ("sendgrid.com",)])
def test_a_stand_in_for_a_vendor_is_not_the_vendor(own: tuple[str, ...]) -> None:
    """A mock that answers in a test environment would hide the third party in all the others."""
    estate = Estate(own_domains=own)
    name = "api.sendgrid.com"
    mock = estate.service("mock")
    estate.flow(mock, "answers_for", Alias("public", "host", name))
    estate.sends(estate.operation(estate.service("shop"), "POST /orders"), estate.host(name))
    found = estate.bindings()[f"public|host|{name}"]
    assert (found.state, found.urn) == ((Bound.RESOLVED, mock) if own else (Bound.THIRD_PARTY, ""))


def test_a_service_that_calls_itself_by_its_public_name_is_still_itself() -> None:
    estate = Estate()
    orders = estate.service("orders")
    name = "orders.elsewhere.com"
    estate.flow(orders, "answers_for", Alias("public", "host", name), own=True)
    estate.sends(estate.operation(orders, "GET /"), estate.host(name))
    assert estate.bindings()[f"public|host|{name}"].urn == orders


def test_the_inventory_says_more_than_who_was_seen_to_answer() -> None:
    estate = Estate()
    balancer = estate.balancer("web")
    name = f"web-1.{EU}.elb.amazonaws.com"
    estate.flow(estate.service("orders"), "answers_for", Alias("public", "host", name))
    assert bind(estate, f"public|host|{name}").urn == balancer


def test_a_host_is_nobody_who_answers() -> None:
    estate = Estate()
    host, name = estate.host("api.shop.example"), Alias("public", "host", "api.shop.example")
    estate.resources[host] = replace(estate.resources[host], aliases=(name,))
    assert estate.bindings()[str(name)].state is Bound.UNRESOLVED


# memory


def test_a_name_that_moved_is_bound_anew() -> None:
    estate = Estate()
    old, new = estate.database("old"), estate.database("new", US)
    name = "public|host|db.shop.example"
    estate.previous = {name: Binding(name, Bound.RESOLVED, old)}
    estate.record("db.shop.example", f"public|host|new.c1.{US}.rds.amazonaws.com")
    assert bind(estate, name).urn == new


def test_what_a_listed_record_leads_elsewhere_is_no_longer_what_it_was() -> None:
    estate = Estate()
    old = estate.database("old")
    name = "public|host|db.shop.example"
    estate.record("db.shop.example", "public|host|new.c1.us-east-1.rds.amazonaws.com")
    estate.flow(estate.table("public.customers"), "stored_in", Alias.parse(name))
    estate.previous = {name: Binding(name, Bound.RESOLVED, old)}
    found = estate.bindings()[name]
    assert (found.state, found.urn) == (Bound.UNRESOLVED, "")
    assert found.reason.startswith("db.shop.example leads to new.c1.us-east-1.rds.amazonaws.com")


def test_what_was_resolved_stays_while_it_exists() -> None:
    estate = Estate()
    name = "public|host|db.shop.example"
    old = estate.database("old")
    known = Binding(name, Bound.RESOLVED, old, reason="as it was")
    estate.previous = {name: known}
    assert bind(estate, name) == known
    del estate.resources[old]
    assert estate.bindings()[name].state is Bound.UNRESOLVED


def test_a_second_who_answers_does_not_take_a_name_away() -> None:
    estate = Estate()
    name = "public|host|db.shop.example"
    one = estate.resource("aws.ec2.instance", "one", aliases=(name,))
    estate.previous = {name: bind(estate, name)}
    two = estate.resource("aws.ec2.instance", "two", aliases=(name,))
    found = estate.bindings()[name]
    assert (found.state, found.urn, found.candidates) == (Bound.RESOLVED, one, (one, two))
    del estate.resources[one]
    assert estate.bindings()[name].urn == two


def test_a_third_party_stays_one_while_something_is_not_listed() -> None:
    estate = Estate()
    name = "public|host|api.partner.com"
    estate.host("api.partner.com")
    estate.previous = estate.bindings()
    assert estate.previous[name].state is Bound.THIRD_PARTY
    estate.gap("aws.route53.zone", "")
    assert estate.bindings()[name] == estate.previous[name]
    estate.own_domains = ("partner.com",)
    assert estate.bindings()[name].state is Bound.UNRESOLVED


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_says_nothing(chance: random.Random) -> None:
    estate, _, _ = two_networks()
    estate.record("db.shop.example", "public|host|primary.shop.example")
    estate.record("primary.shop.example", f"public|host|orders-db.c1.{EU}.rds.amazonaws.com")
    estate.database("orders-db")
    for name in ("caller:service://prod//one|address|10.0.0.5", "public|host|db.shop.example"):
        estate.relate("anyone", "configured_for", Alias.parse(name))
    graph = estate.unbound()
    relations, resources = list(graph.relations), list(graph.resources.items())
    chance.shuffle(relations)
    chance.shuffle(resources)

    def bound(graph: Graph) -> list[tuple[str, Binding]]:
        return list(
            links.bind(graph, previous={}, own_domains=("shop.example",), vendor=lambda _: None).items()
        )

    assert bound(Graph(dict(resources), tuple(relations))) == bound(graph)
