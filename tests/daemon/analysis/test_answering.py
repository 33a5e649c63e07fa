"""Calls whose other side no trace shows: who answers them, and what that makes of paths."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from collectors.contract import Fact
from collectors.model import Alias, Relation, Role
from collectors.traces.classes import classify
from collectors.traces.merging import merge
from collectors.traces.said import detail
from config import vocabulary
from daemon.analysis import exposure, links, paths
from daemon.store import documents
from daemon.values.graph import Graph
from daemon.values.path import Tier
from tests.support.graphs import EU, Estate, route, told

BALANCER = f"customers-1.{EU}.elb.amazonaws.com"
READS = "GET /orders/{id} internal reads public.customers user.contact.email(email) possible"


def headless(*aliases: Alias | str) -> tuple[Estate, str, str]:
    """checkout calls; customers, which runs behind a balancer, reads, and no trace shows both."""
    estate = Estate()
    workload = estate.workload("customers")
    estate.balancer("customers", workload, public=False)
    estate.record("customers.shop.example", f"public|host|{BALANCER}")
    checkout, customers = estate.service("checkout"), estate.service("customers", workload, *aliases)
    order = estate.root(checkout, "GET /orders/{id}")
    customer = estate.operation(customers, "GET /customers/{id}")
    estate.reads(customer, estate.table("public.customers"), "email")
    return estate, order, customer


def test_who_answers_at_a_load_balancer_is_called_possibly() -> None:
    estate, order, _ = headless()
    host = estate.host(BALANCER)
    estate.sends(order, host)
    found = [path for path in estate.paths() if path.identity.origin == order]
    assert [told(path) for path in found] == [READS]
    assert route(found[0]) == "GET /orders/{id} > GET /customers/{id} > public.customers"
    hop = found[0].route[0]
    assert (hop.verb, hop.evidence, hop.flow) == ("calls", "learned", (order, "sends_to", host))


def test_a_name_is_followed_to_the_balancer_it_leads_to() -> None:
    estate, order, _ = headless()
    estate.sends(order, estate.host("customers.shop.example"))
    assert READS in [told(path) for path in estate.paths()]


def test_a_function_answers_at_its_own_address() -> None:
    estate = Estate()
    name = "abc123.lambda-url.eu-central-1.on.aws"
    function = estate.resource(
        "aws.lambda.function", "letters", Role.WORKLOAD, aliases=(f"public|host|{name}",)
    )
    order = estate.root(estate.service("checkout"), "GET /orders/{id}")
    letter = estate.operation(estate.service("letters", function), "POST /")
    estate.reads(letter, estate.table("public.customers"), "email").sends(order, estate.host(name))
    assert READS in [told(path) for path in estate.paths()]


@pytest.mark.parametrize("caller", ["checkout", "other"])
def test_a_name_inside_a_cluster_counts_for_the_caller_that_uses_it(caller: str) -> None:
    estate, order, _ = headless()
    name = Alias(f"caller:service://prod//{caller}", "host", "customers")
    host = estate.host("customers", "prod")
    estate.flow(host, "located_at", name).flow("service://prod//customers", "answers_for", name)
    estate.sends(order, host)
    assert (READS in [told(path) for path in estate.paths()]) is (caller == "checkout")


def test_a_service_that_is_called_as_a_whole_is_called_possibly() -> None:
    estate, order, _ = headless()
    service = "service://prod//customers"
    estate.flow(order, "calls", service, evidence="learned")
    (found,) = (path for path in estate.paths() if path.identity.origin == order)
    assert told(found) == READS
    assert found.route[0].flow == (order, "calls", service)


def test_an_address_of_several_services_is_nobodys() -> None:
    estate, order, _ = headless()
    other = estate.workload("other")
    estate.service("other", other)
    estate.relate(next(urn for urn in estate.resources if "target_group" in urn), "routes_to", other)
    estate.sends(order, estate.host(BALANCER))
    assert order not in {path.identity.origin for path in estate.paths()}


def test_what_was_seen_to_be_called_says_all_of_that_service() -> None:
    estate, order, _ = headless()
    other = estate.operation("service://prod//customers", "GET /health")
    estate.calls(order, other).sends(order, estate.host(BALANCER))
    assert order not in {path.identity.origin for path in estate.paths()}


@pytest.mark.parametrize("verb", ["sends_to", "calls"])
def test_a_call_of_an_unknown_operation_is_the_services(verb: str) -> None:
    estate, order, customer = headless()
    caller, called = "service://prod//checkout", "service://prod//customers"
    target = estate.host(BALANCER) if verb == "sends_to" else called
    estate.flow(caller, verb, target, evidence="unattributed")
    found = {path.identity.origin: path for path in estate.paths()}
    assert set(found) == {caller, customer}, "it is the call of none of its operations"
    assert found[caller].tier is Tier.POSSIBLE
    assert found[caller].exposure_evidence == "the operation of the service is not known"
    hop = found[caller].route[0]
    assert (hop.source, hop.verb, hop.target, hop.flow) == (caller, "calls", customer, (caller, verb, target))
    # Where an operation is known to call that service, the call may have been its own.
    estate.flow(order, "calls", called)
    assert caller not in {path.identity.origin for path in estate.paths()}


def test_a_service_that_calls_itself_leads_nowhere() -> None:
    estate, _, customer = headless()
    estate.flow("service://prod//customers", "sends_to", estate.host(BALANCER), evidence="unattributed")
    assert {path.identity.origin for path in estate.paths()} == {customer}


def test_jobs_and_consumers_answer_no_calls() -> None:
    estate, order, _ = headless()
    table = estate.table("public.letters")
    for kind in ("job", "consumer"):
        estate.reads(estate.operation("service://prod//customers", kind, kind), table, "phone")
    estate.sends(order, estate.host(BALANCER))
    assert [told(path) for path in estate.paths() if path.identity.origin == order] == [READS]


def test_a_call_that_nothing_was_seen_to_answer_takes_no_beginning_away() -> None:
    estate, order, customer = headless()
    before = {path.identity for path in estate.paths()}
    estate.sends(order, estate.host(BALANCER))
    after = {path.identity for path in estate.paths()}
    assert before < after
    assert customer in {identity.origin for identity in before}


def test_what_traces_show_needs_no_guess() -> None:
    """The longer route that was seen is told, and what was seen from end to end stays observed."""
    estate, order, customer = headless()
    middle = estate.operation(estate.service("middle"), "GET /middle")
    last = estate.operation(estate.service("last"), "GET /last")
    table = next(urn for urn in estate.resources if urn.startswith("table://"))
    estate.calls(order, middle, last).reads(last, table, "email").sends(order, estate.host(BALANCER))
    estate.flow(order, "reaches", table, reads=["email"])
    (found,) = (path for path in estate.paths() if path.identity.origin == order)
    assert route(found) == "GET /orders/{id} > GET /middle > GET /last > public.customers"
    assert found.tier is Tier.OBSERVED
    assert customer not in {hop.target for hop in found.route}


def test_the_order_of_relations_changes_nothing() -> None:
    estate, order, _ = headless()
    estate.sends(order, estate.host(BALANCER))
    expected = estate.paths()
    for relations in itertools.islice(itertools.permutations(estate.relations), 0, 4000, 800):
        assert replace(estate, relations=list[Relation](relations)).paths() == expected


def test_a_hop_that_was_concluded_is_stored_with_what_it_rests_on() -> None:
    estate, order, _ = headless()
    estate.sends(order, estate.host(BALANCER))
    for path in estate.paths():
        assert documents.to_path(path.identity, documents.of_path(path)) == path


def test_head_sampling_leaves_a_possible_path() -> None:
    """Spans of one call were paired once; those of another operation never were."""
    web, customers = "service://prod//web", "service://prod//customers"
    paired, headless = "operation://prod//web/GET /one", "operation://prod//web/GET /two"
    answering, host = "operation://prod//customers/GET /{id}", "host://prod/customers"
    table, name = "table://public/postgresql/db:5432/shop/public.customers", f"caller:{web}|host|customers"

    def fact(source: str, verb: str, target: str = "", text: str = "") -> Fact:
        return Fact("prod", source, verb, target, text, 1_795_000_000.0, 1_795_000_600.0)

    merged = merge(
        "prod",
        [
            *(fact(each, "is", "", detail(kind="server")) for each in (paired, headless, answering)),
            *(fact(each, "is", "", detail(root=True)) for each in (paired, headless)),
            *(fact(web, "has", each) for each in (paired, headless)),
            fact(customers, "has", answering),
            fact(host, "located_at", name),
            fact(customers, "answers_for", name, detail(port="80")),
            fact(paired, "calls", answering, detail(evidence="paired")),
            fact(host, "is", "", detail(name="customers", port=80)),
            *(fact(each, "sends_to", host, detail(port="80")) for each in (paired, headless)),
            fact(table, "is", "", detail(system="postgresql", schema="public", table="customers")),
            fact(answering, "reads", table, detail(columns=["email"])),
        ],
        settled_before=2e9,
    )
    bare = Graph({each.urn: each for each in merged.resources}, merged.relations)
    whole = replace(bare, bindings=links.bind(bare, previous={}, own_domains=(), vendor=vocabulary.vendor))
    found = paths.find(whole, exposure.entries(whole), classify, vocabulary.jurisdiction)
    assert [(path.identity.origin, path.route[0].evidence, path.tier) for path in found] == [
        (paired, "paired", Tier.POSSIBLE),
        (headless, "learned", Tier.POSSIBLE),
    ]
    assert found[1].route[0].target == answering
