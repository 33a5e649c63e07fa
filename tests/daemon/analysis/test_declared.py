"""Seen and declared operations, matched by shape."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collectors.model import Alias, Json, Resource, Role, Scope
from daemon.analysis.declared import operations
from daemon.analysis.shapes import shape
from tests.support.graphs import Estate


def declare(estate: Estate, service: str, name: str, **attributes: Json) -> None:
    urn = f"{service.replace('service://', 'declared://')}/{name}"
    scope = Scope("declared", estate.environment)
    estate.resources[urn] = Resource(
        urn, "declared.operation", name, scope, Role.OPERATION, attributes=attributes
    )
    estate.relate(service, "declares", urn)


@pytest.mark.parametrize(
    ("declared", "seen"),
    [
        ("GET /orders/{id}", "GET /orders/{orderId}"),
        ("GET /orders/:id", "GET /orders/{id}"),
        ("GET /orders/<int:id>", "GET /orders/{id}"),
        ("GET /orders/*", "GET /orders/{id}"),
        ("GET /orders/{id}/", "GET /orders/{id}"),
        ("get /orders/{id}", "GET /orders/{id}"),
        ("GET /files/{id}.json", "GET /files/{name}.json"),
        ("ANY /orders", "POST /orders"),
        ("ANY /{proxy+}", "GET /a/b/c"),
        ("GET /static/**", "GET /static/a/b"),
        ("GET /orders/{id}", "GET /orders/newest"),
        ("$default", "GET /anything"),
        ("shop.Orders/Get", "shop.Orders/Get"),
    ],
)
def test_these_are_one(declared: str, seen: str) -> None:
    estate = Estate()
    service = estate.service("shop")
    estate.operation(service, seen)
    declare(estate, service, declared)
    (found,) = operations(estate.graph())
    assert (bool(found.seen), bool(found.declared), found.undeclared) == (True, True, False)


@pytest.mark.parametrize(
    ("declared", "seen"),
    [
        ("GET /orders/{id}", "POST /orders/{id}"),
        ("GET /orders/{id}", "GET /orders"),
        ("GET /orders/{id}", "GET /orders/{id}/lines"),
        ("GET /orders/newest", "GET /orders/{id}"),
        ("GET /Orders", "GET /orders"),
        ("GET /static/**", "GET /other/a"),
        ("GET /files/{id}.json", "GET /files/a.xml"),
        ("shop.Orders/Get", "shop.Orders/List"),
    ],
)
def test_these_are_two(declared: str, seen: str) -> None:
    estate = Estate()
    service = estate.service("shop")
    estate.operation(service, seen)
    declare(estate, service, declared)
    found = {each.name: each for each in operations(estate.graph())}
    assert found[seen].undeclared
    assert found[declared].unseen


def test_a_base_path_may_be_seen_or_not() -> None:
    for seen in ("GET /v1/orders", "GET /orders"):
        estate = Estate()
        service = estate.service("shop")
        estate.operation(service, seen)
        declare(estate, service, "GET /v1/orders", base="/v1")
        assert [each.undeclared for each in operations(estate.graph())] == [False]


def test_a_service_that_declares_nothing_has_nothing_undeclared() -> None:
    estate = Estate()
    estate.operation(estate.service("shop"), "GET /a")
    consumer = estate.service("letters")
    estate.operation(consumer, "process letters", "consumer")
    declare(estate, consumer, "GET /health")
    assert not any(each.undeclared for each in operations(estate.graph()))


def test_a_gateway_declares_for_the_services_it_leads_to() -> None:
    estate = Estate()
    names = ("shop", "accounts")
    runs = {name: estate.workload(name) for name in names}
    for name, urn in runs.items():
        estate.resources[urn] = replace(estate.resources[urn], aliases=(Alias("public", "arn", urn),))
        estate.operation(estate.service(name, Alias("public", "arn", urn)), f"GET /{name}")
    routes: list[Json] = [{"Path": "/shop", "Methods": ["GET", "POST"]}]
    gateway = estate.resource(
        "aws.apigateway.rest_api", "front", Role.ENTRY, public=True, attributes={"Routes": routes}
    )
    estate.relate(gateway, "routes_to", runs["shop"])
    found = {(each.name, each.undeclared, each.unseen) for each in operations(estate.graph())}
    assert found == {
        ("GET /shop", False, False),
        ("GET /accounts", False, False),
        ("POST /shop", False, True),
    }
    estate.relate(gateway, "routes_to", runs["accounts"])
    found = {(each.name, each.undeclared, each.unseen) for each in operations(estate.graph())}
    assert found == {("GET /shop", False, False), ("GET /accounts", True, False), ("POST /shop", False, True)}
    unseen = next(each for each in operations(estate.graph()) if each.unseen)
    assert unseen.service == gateway


def test_a_root_has_a_shape_of_its_own() -> None:
    assert shape("GET /") != shape("GET /{id}")
    assert shape("GET") == ("RPC", ("GET",))
