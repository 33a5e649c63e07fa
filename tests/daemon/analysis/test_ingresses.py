"""What ingresses lead to, what of it is public, and what they declare."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collectors.model import Alias, Json, Relation, Resource, Role, Scope
from daemon.analysis import exposure, hosts, links
from daemon.analysis.declared import operations
from daemon.analysis.ingresses import unheard
from daemon.analysis.standing import standing
from daemon.values.graph import Bound, Graph
from daemon.values.path import Sight
from tests.daemon.analysis.test_declared import declare
from tests.support.graphs import Estate


def nobody(_: str) -> None:
    """No name belongs to a vendor."""


def ingress(
    estate: Estate,
    *led: str,
    to: str = "shop/checkout",
    name: str = "shop/front",
    public: bool = True,
    rewritten: bool = False,
    host: str = "",
) -> str:
    urn = f"ingress://{estate.environment}/ingress/{name}"
    scope = Scope("declared", estate.environment)
    estate.resources[urn] = Resource(urn, "declared.ingress", name, scope, Role.ENTRY, public)
    attributes: dict[str, Json] = {"operations": [*led], **({"rewritten": True} if rewritten else {})}
    target = Alias(f"environment:{estate.environment}", "backend", to)
    estate.relations.append(Relation(urn, "routes_to", target, attributes))
    if host:
        estate.relations.append(Relation(urn, "answers_for", Alias("public", "host", host)))
    return urn


def served(estate: Estate, *names: str, service: str = "checkout") -> dict[str, str]:
    of = estate.service(service)
    return {name: estate.operation(of, name) for name in names}


@pytest.mark.parametrize(
    ("to", "runs_on", "state"),
    [
        ("shop/checkout", None, Bound.RESOLVED),
        ("shop/checkout-svc,checkout", None, Bound.RESOLVED),
        ("/checkout", None, Bound.RESOLVED),
        ("shop/checkout-svc", None, Bound.UNRESOLVED),
        ("shop/till", "environment:prod|k8s|shop/deployment/till", Bound.RESOLVED),
        ("shop/till", "k8s://blue/shop/deployment/till", Bound.RESOLVED),
        ("/till", "k8s://blue/shop/deployment/till", Bound.RESOLVED),
        ("shop/checkout", "k8s://blue/shop/deployment/till", Bound.RESOLVED),
        ("shop/checkout", "k8s://blue/bank/deployment/checkout", Bound.UNRESOLVED),
    ],
)
def test_a_backend_is_known_by_its_service_or_its_workload(
    to: str, runs_on: str | None, state: Bound
) -> None:
    estate = Estate()
    runs = () if runs_on is None else (runs_on if "://" in runs_on else Alias.parse(runs_on),)
    service = estate.service("checkout", *runs)
    ingress(estate, "ANY /**", to=to)
    bound = estate.graph().bindings[f"environment:prod|backend|{to}"]
    assert (bound.state, bound.urn) == (state, service if state is Bound.RESOLVED else "")


def test_two_of_one_name_are_ambiguous_and_another_environment_is_another() -> None:
    estate = Estate()
    for cluster in ("a", "b"):
        estate.service(f"till-{cluster}", f"k8s://{cluster}/shop/deployment/till")
    estate.service("checkout")
    ingress(estate, "ANY /**", to="shop/till")
    other = Estate(environment="test")
    ingress(other, "ANY /**", to="shop/checkout")
    estate.resources.update(other.resources)
    estate.relations += other.relations
    bindings = estate.graph().bindings
    assert bindings["environment:prod|backend|shop/till"].state is Bound.AMBIGUOUS
    assert bindings["environment:test|backend|shop/checkout"].state is Bound.UNRESOLVED


def public(graph: Graph) -> set[str]:
    return {urn.rpartition("checkout/")[2] for urn in exposure.entries(graph)}


def test_what_lies_below_a_public_ingress_is_public() -> None:
    estate = Estate()
    served(estate, "GET /api", "GET /api/{id}", "POST /admin", "shop.Orders/Get")
    ingress(estate, "ANY /api/**")
    assert public(estate.graph()) == {"GET /api", "GET /api/{id}"}
    (entry, *_) = exposure.entries(estate.graph()).values()
    assert entry.strength == exposure.INVENTORY
    assert entry.evidence == "ingress shop/front faces the internet and leads to checkout"


def test_methods_and_remote_procedures_are_told_apart() -> None:
    estate = Estate()
    served(estate, "GET /orders", "POST /orders", "shop.Orders/Get", "shop.Admin/Get")
    ingress(estate, "GET /orders/**", "POST /shop.Orders/**")
    assert public(estate.graph()) == {"GET /orders", "shop.Orders/Get"}


def test_an_internal_ingress_makes_nothing_public() -> None:
    estate = Estate()
    served(estate, "GET /api")
    ingress(estate, "ANY /**", public=False)
    assert public(estate.graph()) == set()


@pytest.mark.parametrize(("led", "rewritten"), [("ANY /api/**", True), ("ANY /shop/**", False)])
def test_where_paths_are_rewritten_all_is_public(led: str, rewritten: bool) -> None:
    estate = Estate()
    served(estate, "GET /api/a", "POST /admin")
    ingress(estate, led, rewritten=rewritten)
    assert public(estate.graph()) == {"GET /api/a", "POST /admin"}


def test_what_only_our_own_services_call_stays_internal() -> None:
    estate = Estate()
    names = served(estate, "GET /api", "GET /inner")
    other = estate.operation(estate.service("other"), "GET /other")
    estate.relate(other, "calls", names["GET /inner"])
    ingress(estate, "ANY /**")
    assert public(estate.graph()) == {"GET /api"}


def test_a_prefix_declares_all_below_and_nothing_else_in_full() -> None:
    estate = Estate()
    served(estate, "GET /api/a", "GET /outside")
    ingress(estate, "ANY /api/**", "ANY /unused")
    found = {
        each.name: (bool(each.declared), each.undeclared, each.unseen) for each in operations(estate.graph())
    }
    assert found == {
        "GET /api/a": (True, False, False),
        "GET /outside": (False, False, False),
        "ANY /unused": (True, False, True),
    }


def test_what_a_document_leaves_out_is_undeclared_whatever_an_ingress_lets_in() -> None:
    estate = Estate()
    names = served(estate, "GET /api/a", "GET /api/b")
    declare(estate, "service://prod//checkout", "GET /api/a")
    ingress(estate, "ANY /**")
    graph = estate.graph()
    sheets = operations(graph, exposure.entries(graph))
    assert {each.name: (each.undeclared, each.public) for each in sheets} == {
        "GET /api/a": (False, True),
        "GET /api/b": (True, True),
    }
    assert len(names) == len(sheets)


def test_rewritten_paths_are_not_told_as_unseen() -> None:
    estate = Estate()
    served(estate, "GET /a")
    ingress(estate, "ANY /shop/**", rewritten=True)
    assert not any(each.unseen for each in operations(estate.graph()))


def test_an_ingress_to_nobody_known_stands_for_itself() -> None:
    estate = Estate()
    urn = ingress(estate, "ANY /api/**")
    (sheet,) = operations(estate.graph())
    assert (sheet.service, sheet.environment, sheet.unseen) == (urn, "prod", True)


def test_a_call_to_its_host_is_answered_by_what_it_leads_to_unless_another_owns_the_name() -> None:
    estate = Estate(own_domains=())
    served(estate, "GET /api")
    urn = ingress(estate, "ANY /**", host="shop.example.com")
    estate.relations.append(
        Relation("service://prod//x", "calls", Alias("public", "host", "shop.example.com"))
    )
    assert estate.graph().bindings["public|host|shop.example.com"].urn == urn
    balancer = estate.balancer("front")
    estate.resources[balancer] = replace(
        estate.resources[balancer], aliases=(Alias("public", "host", "shop.example.com"),)
    )
    assert estate.graph().bindings["public|host|shop.example.com"].urn == balancer


def test_its_hosts_show_which_domains_are_ours() -> None:
    estate = Estate(own_domains=())
    ingress(estate, "ANY /**", host="*.shop.example.com")
    owned = hosts.ours(estate.graph(), ())
    verdict = hosts.judge("old.shop.example.com", owned, nobody)
    assert verdict.state is Bound.UNRESOLVED
    assert "shop/front of ours lets requests for shop.example.com in" in verdict.reason
    assert hosts.judge("partner.example.net", owned, nobody).state is Bound.THIRD_PARTY


def test_backends_are_spelled_most_exact_first() -> None:
    names = links.spellings(Alias("environment:prod", "backend", "shop/a,b"))
    assert [(each.kind, each.value) for each in names] == [
        ("backend", "shop/a"),
        ("backend", "shop/b"),
        ("backend-workload", "shop/a"),
        ("backend-workload", "shop/b"),
        ("backend", "/a"),
        ("backend", "/b"),
    ]


def test_backends_that_nobody_heard_are_a_blind_area() -> None:
    estate = Estate()
    served(estate, "GET /api")
    ingress(estate, "ANY /api/**")
    ingress(estate, "ANY /pay/**", to="shop/payments-svc,payments", name="shop/pay")
    graph = estate.graph()
    assert unheard(graph) == ("shop/payments-svc",)
    (sentence,) = standing([], graph, Sight(0, 0)).blind
    assert sentence == "1 backend of ingresses without spans: shop/payments-svc"
