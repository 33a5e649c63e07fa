"""Which operations the internet can call, and on what evidence."""

from __future__ import annotations

from collectors.model import Alias, Role
from daemon.analysis import exposure
from daemon.analysis.exposure import INVENTORY, OPERATOR, SPAN, Entry
from tests.support.graphs import Estate


def entries(estate: Estate, *public_operations: str) -> dict[str, Entry]:
    return exposure.entries(estate.graph(), public_operations)


def behind_a_balancer() -> tuple[Estate, str, str, str]:
    estate = Estate()
    workload = estate.workload("checkout")
    balancer = estate.balancer("shop-web", workload)
    return estate, estate.service("checkout", workload), balancer, workload


def test_a_public_balancer_makes_the_server_operations_behind_it_public() -> None:
    estate, checkout, balancer, workload = behind_a_balancer()
    order = estate.root(checkout, "GET /orders/{id}")
    silent = estate.operation(checkout, "GET /health")
    job = estate.root(checkout, "nightly", "job")
    found = entries(estate)
    assert found.keys() == {order, silent}
    assert found[order].strength == INVENTORY
    assert found[order].evidence == "load balancer shop-web faces the internet and leads to checkout"
    assert (found[order].via[0], found[order].via[-1]) == (balancer, workload)
    assert len(found[order].via) == 4
    assert job not in found


def test_an_operation_that_only_our_services_call_is_internal() -> None:
    estate, checkout, _, _ = behind_a_balancer()
    inner = estate.operation(checkout, "POST /internal/reprice")
    estate.calls(estate.root(estate.service("pricing"), "tick", "job"), inner)
    assert entries(estate) == {}
    estate.operation(checkout, "POST /internal/reprice", public_caller=True)
    assert entries(estate).keys() == {inner}
    estate.operation(checkout, "POST /internal/reprice", root=True)
    assert entries(estate).keys() == {inner}


def test_an_internal_balancer_makes_nothing_public() -> None:
    estate = Estate()
    workload = estate.workload("checkout")
    estate.balancer("shop-internal", workload, public=False)
    estate.root(estate.service("checkout", workload), "GET /orders")
    assert entries(estate) == {}


def test_a_public_gateway_leads_through_an_internal_balancer() -> None:
    estate = Estate()
    workload = estate.workload("checkout")
    inner = estate.balancer("shop-internal", workload, public=False)
    gateway = estate.resource("aws.apigateway.rest_api", "shop", Role.ENTRY, public=True)
    estate.relate(
        gateway, "routes_to", Alias("public", "host", "shop-internal-1.eu-central-1.elb.amazonaws.com")
    )
    order = estate.root(estate.service("checkout", workload), "GET /orders")
    found = entries(estate)[order]
    assert found.via[:2] == (gateway, inner)
    assert found.evidence == "rest api shop faces the internet and leads to checkout"


def test_a_workload_with_a_public_address_is_an_entry() -> None:
    estate = Estate()
    instance = estate.resource("aws.ec2.instance", "web-1", Role.WORKLOAD, public=True)
    order = estate.root(estate.service("checkout", instance), "GET /orders")
    assert entries(estate)[order] == Entry(
        INVENTORY, "instance web-1 has a public address and runs checkout", (instance,)
    )


def test_an_address_that_leads_nowhere_makes_nothing_public() -> None:
    estate, checkout, _, _ = behind_a_balancer()
    estate.root(estate.service("reports", estate.workload("reports")), "GET /reports")
    assert entries(estate) == {}
    assert checkout in estate.resources


def test_the_nearest_front_is_the_evidence_whatever_comes_first() -> None:
    estate, checkout, balancer, _workload = behind_a_balancer()
    gateway = estate.resource("aws.apigateway.rest_api", "a-gateway", Role.ENTRY, public=True)
    estate.relate(gateway, "routes_to", balancer)
    order = estate.root(checkout, "GET /orders")
    assert entries(estate)[order].via[0] == balancer
    estate.relations.reverse()
    assert entries(estate)[order].via[0] == balancer


def test_a_root_span_with_a_public_caller_is_an_entry() -> None:
    estate = Estate()
    order = estate.root(estate.service("checkout"), "GET /orders", public_caller=True)
    assert entries(estate) == {order: Entry(SPAN, "GET /orders of checkout was called from a public address")}


def test_a_public_address_behind_a_known_caller_is_none() -> None:
    estate = Estate()
    estate.operation(estate.service("checkout"), "GET /orders", public_caller=True)
    assert entries(estate) == {}


def test_the_operators_list_speaks_last() -> None:
    estate = Estate()
    checkout = estate.service("checkout")
    order = estate.operation(checkout, "GET /orders/{id}")
    seen = estate.root(checkout, "GET /seen", public_caller=True)
    found = entries(estate, "checkout GET *")
    assert found[order] == Entry(OPERATOR, "the operator lists it as public: checkout GET *")
    assert found[seen].strength == SPAN
    assert entries(estate, "check GET *").keys() == {seen}


def test_the_strongest_name_of_a_workload_counts_and_an_image_is_no_workload() -> None:
    estate = Estate()
    strong, weak = estate.workload("strong"), estate.workload("weak")
    image = estate.resource("aws.ecr.image", "shop", Role.IMAGE, aliases=("public|image|sha256:1",))
    assert image in estate.resources
    estate.balancer("front", weak)
    order = estate.root(estate.service("one", strong, weak), "GET /one")
    other = estate.root(estate.service("two", Alias("public", "image", "sha256:1"), weak), "GET /two")
    assert order not in entries(estate)
    assert other in entries(estate)


def test_where_a_path_begins_is_said_in_words() -> None:
    estate, checkout, _, _ = behind_a_balancer()
    table = estate.table("public.customers")
    for name, kind, marks in (
        ("GET /a", "server", {"root": True}),
        ("nightly", "job", {"root": True}),
        ("process b", "consumer", {}),
    ):
        service = checkout if kind == "server" else estate.service("batch")
        estate.reads(estate.operation(service, name, kind, **marks), table, "email")
    unknown = estate.operation(estate.service("batch"), "GET /c")
    estate.reads(unknown, table, "email").flow(checkout, "calls", unknown)
    found = {path.identity.origin.rpartition("//")[2]: path.exposure_evidence for path in estate.paths()}
    assert found == {
        "checkout/GET /a": "load balancer shop-web faces the internet and leads to checkout",
        "batch/nightly": "it runs by itself",
        "batch/process b": "it consumes messages",
        "batch/GET /c": "the operation of its caller is not known",
    }
