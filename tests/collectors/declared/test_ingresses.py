"""What manifests let into a cluster: which operations of which backends, and whether from the internet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.contract import Request
from collectors.declared import traefik
from collectors.declared.collector import DeclaredCollector, read
from collectors.declared.declaration import DeclarationError
from collectors.declared.ingress import Ingress
from collectors.declared.ingresses import ingresses
from collectors.declared.manifests import are_manifests, objects
from collectors.declared.text import parse_all
from collectors.model import Gap, Json, Listing
from config.shape import Declaration

FRONT = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop}
spec:
  ingressClassName: nginx
  tls: [{hosts: [shop.example.com]}]
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /api, pathType: Prefix, backend: {service: {name: checkout, port: {number: 80}}}}
      - {path: /health, pathType: Exact, backend: {service: {name: checkout, port: {number: 80}}}}
      - {path: /, pathType: ImplementationSpecific, backend: {service: {name: pages}}}
"""
OLD = """\
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata:
  name: old
  annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$2}
spec:
  backend: {serviceName: fallback, servicePort: 80}
  rules:
  - http: {paths: [{path: '/shop(/|$)(.*)', backend: {serviceName: checkout}}]}
"""
ROUTES = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front, namespace: edge}
spec: {gatewayClassName: gke-l7-global-external-managed}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: inner, namespace: edge}
spec: {gatewayClassName: gke-l7-rilb}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec:
  parentRefs: [{name: front, namespace: edge}, {name: inner, namespace: edge}]
  hostnames: [shop.example.com]
  rules:
  - matches:
    - {path: {type: PathPrefix, value: /orders/}, method: POST}
    - {path: {type: Exact, value: /orders}, method: GET}
    backendRefs: [{name: orders, port: 80}, {name: billing, namespace: money}]
  - matches: [{path: {type: RegularExpression, value: '/v[0-9]+/orders'}}]
    filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]
    backendRefs: [{name: older}]
  - filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]
---
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: accounts, namespace: shop}
spec:
  parentRefs: [{name: inner, namespace: edge}]
  rules:
  - matches: [{method: {service: shop.Accounts, method: Get}}, {method: {service: shop.Letters}}]
    backendRefs: [{name: accounts}]
"""
MESH = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: front, namespace: shop}
spec:
  hosts: [shop.example.com]
  gateways: [istio-system/public, mesh]
  http:
  - match: [{uri: {prefix: /api/}, method: {exact: GET}}, {uri: {exact: /health}}, {uri: {regex: '^/v1/.*'}}]
    route: [{destination: {host: checkout.shop.svc.cluster.local}}, {destination: {host: canary}}]
  - route: [{destination: {host: partner.example.net}}]
  tls:
  - route: [{destination: {host: letters.mail}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: inner, namespace: shop}
spec: {hosts: [checkout], http: [{route: [{destination: {host: checkout}}]}]}
"""
SHIFT = """\
apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: front, namespace: shop}
spec:
  host: shop.apps.example.com
  path: /api
  to: {kind: Service, name: checkout}
  alternateBackends: [{kind: Service, name: canary, weight: 10}]
"""
STREAMS = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front, namespace: edge}
spec:
  gatewayClassName: nginx
  listeners: [{name: tls, hostname: db.example.com}, {name: tcp, hostname: mail.example.com}]
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: {name: mail, namespace: shop}
spec:
  parentRefs: [{name: front, namespace: edge}]
  rules: [{backendRefs: [{name: letters, port: 25}]}]
---
apiVersion: gateway.networking.k8s.io/v1alpha3
kind: TLSRoute
metadata: {name: database, namespace: shop}
spec:
  parentRefs: [{name: vpn, namespace: edge}]
  hostnames: [db.example.com]
  rules: [{backendRefs: [{name: database}]}]
"""
TRAEFIK = """\
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: front, namespace: shop}
spec:
  entryPoints: [websecure]
  routes:
  - match: Host(`shop.example.com`) && (PathPrefix(`/api`) || Path(`/health`)) && Method(`GET`, `POST`)
    kind: Rule
    services: [{name: checkout, port: 80}, {name: canary, namespace: trial}]
  - match: Host(`shop.example.com`) && PathPrefix(`/old`)
    kind: Rule
    middlewares: [{name: shorter}]
    services: [{name: halves, kind: TraefikService}, {name: api@internal, kind: TraefikService}]
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: shorter, namespace: shop}
spec: {stripPrefix: {prefixes: [/old]}}
---
apiVersion: traefik.io/v1alpha1
kind: TraefikService
metadata: {name: halves, namespace: shop}
spec: {weighted: {services: [{name: older, weight: 1}, {name: newer, weight: 1}]}}
---
apiVersion: traefik.containo.us/v1alpha1
kind: IngressRouteTCP
metadata: {name: database, namespace: shop}
spec:
  entryPoints: [internal]
  routes: [{match: HostSNI(`*`), services: [{name: database, port: 5432}]}]
"""


def found(text: str) -> tuple[Ingress, ...]:
    return ingresses(objects("front.yaml", text, parse_all("front.yaml", text)))


def led(ingress: Ingress) -> list[tuple[str, tuple[str, ...], bool]]:
    return [
        (f"{each.backend.namespace}/{each.backend.name}", each.operations, each.rewritten)
        for each in ingress.led
    ]


def test_an_ingress_leads_paths_to_backends() -> None:
    (front,) = found(FRONT)
    assert (front.kind, front.namespace, front.name, front.hosts) == (
        "ingress",
        "shop",
        "front",
        ("shop.example.com",),
    )
    assert front.internal == ""
    assert led(front) == [
        ("shop/checkout", ("ANY /api/**", "ANY /health"), False),
        ("shop/pages", ("ANY /**",), False),
    ]


def test_the_beta_with_a_default_backend_and_patterns_is_read_too() -> None:
    (old,) = found(OLD)
    assert led(old) == [("/checkout", ("ANY /shop/**",), True), ("/fallback", ("ANY /**",), True)]


def test_routes_of_the_gateway_api_have_methods_and_rewriting() -> None:
    calls, orders = found(ROUTES)
    assert led(orders) == [
        ("money/billing", ("GET /orders", "POST /orders/**"), False),
        ("shop/older", ("ANY /**",), True),
        ("shop/orders", ("GET /orders", "POST /orders/**"), False),
    ]
    assert orders.internal == ""  # one of its two gateways is external
    assert led(calls) == [("shop/accounts", ("POST /shop.Letters/**", "shop.Accounts/Get"), False)]
    assert calls.internal == "its gateway is gke-l7-rilb"
    assert calls.place == "document 5 #"


def test_virtual_services_are_public_through_gateways_only() -> None:
    front, inner = found(MESH)
    assert led(front) == [
        ("mail/letters", ("ANY /**",), False),
        ("shop/canary", ("ANY /health", "ANY /v1/**", "GET /api/**"), False),
        ("shop/checkout", ("ANY /health", "ANY /v1/**", "GET /api/**"), False),
    ]
    assert (front.internal, inner.internal) == ("", "it is for calls within the mesh only")


def test_what_has_no_host_of_its_own_has_those_of_its_gateway() -> None:
    gateway = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: istio-system}
spec: {selector: {istio: ingressgateway}, servers: [{hosts: [shop/shop.example.com, '*']}]}
"""
    mesh = MESH.replace("hosts: [shop.example.com]", "hosts: ['*']")
    front, _ = found(f"{gateway}---\n{mesh}")
    assert front.hosts == ("shop.example.com",)
    alone, _ = found(mesh)
    assert alone.hosts == ()


def test_streams_lead_to_all_of_a_backend() -> None:
    mail, database = found(STREAMS)
    assert (mail.kind, mail.hosts, mail.internal) == ("tcproute", ("db.example.com", "mail.example.com"), "")
    assert led(mail) == [("shop/letters", ("ANY /**",), False)]
    assert (database.kind, database.hosts) == ("tlsroute", ("db.example.com",))
    assert database.internal == "its gateway is vpn"


def test_traefik_leads_by_rules() -> None:
    front, database = found(TRAEFIK)
    assert (front.kind, front.hosts, front.internal) == ("ingressroute", ("shop.example.com",), "")
    names = ("GET /api/**", "GET /health", "POST /api/**", "POST /health")
    assert led(front) == [
        ("shop/checkout", names, False),
        ("shop/newer", ("ANY /old/**",), True),
        ("shop/older", ("ANY /old/**",), True),
        ("trial/canary", names, False),
    ]
    assert (database.kind, database.hosts) == ("ingressroutetcp", ())
    assert database.internal == "its entry point is internal"
    assert led(database) == [("shop/database", ("ANY /**",), False)]


EVERYTHING = ((), ("ANY /**",))


@pytest.mark.parametrize(
    ("text", "hosts", "operations"),
    [
        ("Host(`a.example`)", ("a.example",), ("ANY /**",)),
        ("Host(`a.example`, `b.example`) && Path(`/x`)", ("a.example", "b.example"), ("ANY /x",)),
        (
            'Host("a.example") || Host(`b.example`) && PathPrefix(`/b`)',
            ("a.example", "b.example"),
            ("ANY /**", "ANY /b/**"),
        ),
        ("PathPrefix(`/x`) || Host(`a.example`)", (), ("ANY /**", "ANY /x/**")),
        ("Host(`a.example`) && !PathPrefix(`/admin`)", ("a.example",), ("ANY /**",)),
        ("PathPrefix(`/products/{id:[0-9]+}`) && Method(`delete`)", (), ("DELETE /products/**",)),
        ("PathRegexp(`^/v1/(.*)$`) && Header(`X`, `(`)", (), ("ANY /v1/**",)),
        ("HostSNI(`*`)", *EVERYTHING),
        ("", *EVERYTHING),
        ("Host(`a.example`", *EVERYTHING),
        ("Host(`a.example`) PathPrefix(`/x`)", *EVERYTHING),
        ("Host(a.example)", *EVERYTHING),
        ("(" * 5_000 + "Path(`/x`)", *EVERYTHING),
        ("!" * 5_000 + "Path(`/x`)", *EVERYTHING),
        (" && ".join(["(Path(`/x`) || Path(`/y`))"] * 30), *EVERYTHING),
        ("Path(`/x`) && " + " " * 20_000 + "Path(`/y`)", *EVERYTHING),
    ],
)
def test_rules_of_traefik_let_in_what_they_say_and_everything_if_they_are_not_understood(
    text: str, hosts: tuple[str, ...], operations: tuple[str, ...]
) -> None:
    found_ = traefik.rule(text)
    assert (found_.hosts, found_.operations) == (hosts, operations)


def test_openshift_routes_lead_a_path_to_all_their_backends() -> None:
    (front,) = found(SHIFT)
    assert (front.kind, front.internal) == ("route", "")
    assert led(front) == [
        ("shop/canary", ("ANY /api/**",), False),
        ("shop/checkout", ("ANY /api/**",), False),
    ]


def test_lists_and_json_are_unfolded_and_pods_labels_name_the_backend() -> None:
    service = {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "checkout", "namespace": "shop"},
        "spec": {"selector": {"app": "till", "app.kubernetes.io/name": "checkout-api", "tier": "web"}},
    }  # fmt: skip
    (front,) = parse_all("a", FRONT)
    inner = {"apiVersion": "v1", "kind": "IngressList", "items": [front]}
    text = json.dumps({"kind": "List", "apiVersion": "v1", "items": [service, inner]})
    (ingress,) = found(text)
    assert ingress.place == "#/items/1/items/0"
    assert ingress.led[0].backend.names == ("checkout-api", "till")


@pytest.mark.parametrize(
    ("path", "type", "notes", "operation"),
    [
        ("/api/", "Prefix", {}, "ANY /api/**"),
        ("/api", "Exact", {}, "ANY /api"),
        ("", "", {}, "ANY /**"),
        ("/*", "ImplementationSpecific", {}, "ANY /**"),
        ("/api/*", "ImplementationSpecific", {}, "ANY /api/**"),
        ("/api/v1.0", "ImplementationSpecific", {}, "ANY /api/v1.0/**"),
        ("/api/?(.*)", "ImplementationSpecific", {}, "ANY /api/**"),
        (
            "/api.*",
            "ImplementationSpecific",
            {"nginx.ingress.kubernetes.io/use-regex": "true"},
            "ANY /api/**",
        ),
        ("/item[0-9]+", "ImplementationSpecific", {}, "ANY /**"),
        ("/shop/item[0-9]+", "ImplementationSpecific", {}, "ANY /shop/**"),
        ("/shop$", "ImplementationSpecific", {"nginx.ingress.kubernetes.io/use-regex": "true"}, "ANY /shop"),
    ],
)
def test_paths_of_every_type_become_operations(
    path: str, type: str, notes: dict[str, str], operation: str
) -> None:
    rule = {"path": path, "pathType": type, "backend": {"service": {"name": "checkout"}}}
    (ingress,) = found(json.dumps(manifest({"annotations": notes}, {"rules": [{"http": {"paths": [rule]}}]})))
    assert ingress.led[0].operations == (operation,)


@pytest.mark.parametrize(
    ("metadata", "spec", "status", "said"),
    [
        ({}, {"ingressClassName": "nginx-internal"}, {}, "its class is nginx-internal"),
        ({"annotations": {"kubernetes.io/ingress.class": "gce-internal"}}, {}, {}, "its class is gce-internal"),
        ({}, {"ingressClassName": "alb"}, {}, "an alb is internal where no scheme says internet-facing"),
        (
            {"annotations": {"alb.ingress.kubernetes.io/scheme": "internal"}}, {"ingressClassName": "alb"}, {},
            "alb.ingress.kubernetes.io/scheme is internal",
        ),
        (
            {"annotations": {"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}}, {}, {},
            "service.beta.kubernetes.io/azure-load-balancer-internal is true",
        ),
        (
            {"annotations": {"nginx.ingress.kubernetes.io/whitelist-source-range": "10.0.0.0/8,192.168.0.0/16"}},
            {}, {}, "nginx.ingress.kubernetes.io/whitelist-source-range lets in private addresses only",
        ),
        ({}, {}, {"loadBalancer": {"ingress": [{"ip": "10.1.2.3"}]}}, "its address 10.1.2.3 is private"),
        (
            {}, {}, {"loadBalancer": {"ingress": [{"hostname": "internal-a.eu-west-1.elb.amazonaws.com"}]}},
            "its address internal-a.eu-west-1.elb.amazonaws.com is private",
        ),
        ({}, {"rules": [{"host": "shop.corp"}]}, {}, "its host shop.corp is no public name"),
        ({}, {"ingressClassName": "tailscale"}, {}, "its class is tailscale"),
    ],
)  # fmt: skip
def test_what_only_a_private_network_reaches_is_internal(
    metadata: dict[str, object], spec: dict[str, object], status: dict[str, object], said: str
) -> None:
    (ingress,) = found(json.dumps(manifest(metadata, spec, status)))
    assert ingress.internal == said


@pytest.mark.parametrize(
    ("metadata", "spec"),
    [
        ({}, {"ingressClassName": "nginx"}),
        (
            {"annotations": {"alb.ingress.kubernetes.io/scheme": "internet-facing"}},
            {"ingressClassName": "alb"},
        ),
        ({"annotations": {"nginx.ingress.kubernetes.io/whitelist-source-range": "10.0.0.0/8,8.8.8.8"}}, {}),
        ({"annotations": {"tailscale.com/funnel": "true"}}, {"ingressClassName": "tailscale"}),
        ({}, {"rules": [{"host": "shop.corp"}, {"host": "shop.example.com"}]}),
        ({}, {"ingressClassName": "internals"}),
    ],
)
def test_what_the_internet_reaches_is_not(metadata: dict[str, object], spec: dict[str, object]) -> None:
    (ingress,) = found(json.dumps(manifest(metadata, spec)))
    assert ingress.internal == ""


def manifest(
    metadata: dict[str, object], spec: dict[str, object], status: dict[str, object] | None = None
) -> dict[str, object]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "front", **metadata},
        "spec": spec,
        "status": status or {},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FRONT.replace("[shop.example.com]", "7"), "front.yaml:6: #/spec/tls/0/hosts is not a list"),
        (
            f"{OLD}---\n{FRONT}".replace("name: pages", "name: 7"),
            "front.yaml:23: document 2 #/spec/rules/0/http/paths/2/backend/service/name is not a text",
        ),
        (FRONT.replace("name: front, ", ""), "front.yaml:3: #/metadata has no name"),
        ("kind: [\n---\n", "front.yaml:2: is not YAML"),
    ],
)
def test_what_is_wrong_is_said_with_file_document_and_line(text: str, said: str) -> None:
    with pytest.raises(DeclarationError) as error:
        found(text)
    assert said in str(error.value)


def test_what_unfolds_without_end_is_refused(tmp_path: Path) -> None:
    merging = ["a0: &a0 {" + ", ".join(f"k{n}: {n}" for n in range(9)) + "}"]
    for level in range(1, 9):
        merges = ", ".join([f"*a{level - 1}"] * 9)
        merging.append(f"a{level}: &a{level}\n  <<: [{merges}]")
    with pytest.raises(DeclarationError, match="more keys are merged into a mapping than any needs"):
        parse_all("bomb.yaml", "\n".join(merging))
    lists = ["apiVersion: v1", "kind: List", "x0: &x0 {apiVersion: v1, kind: List, items: []}"]
    for level in range(1, 7):
        inner = ", ".join([f"*x{level - 1}"] * 40)
        lists.append(f"x{level}: &x{level} {{apiVersion: v1, kind: List, items: [{inner}]}}")
    file = tmp_path / "bomb.yaml"
    file.write_text("\n".join([*lists, "items: [*x6]"]))
    with pytest.raises(DeclarationError, match="is a list within too many lists"):
        read(str(file))


def test_documents_of_two_kinds_do_not_mix(tmp_path: Path) -> None:
    file = tmp_path / "mixed.yaml"
    file.write_text(f"{FRONT}---\nopenapi: 3.0.0\npaths: {{}}\n")
    with pytest.raises(
        DeclarationError, match=r"mixed\.yaml:15: holds several documents, and not each is a Kub"
    ):
        read(str(file))
    assert not are_manifests([])
    assert not are_manifests([None])


@pytest.mark.parametrize(
    "text",
    [FRONT, OLD, ROUTES, MESH, SHIFT, STREAMS, TRAEFIK],
    ids=["front", "old", "routes", "mesh", "shift", "streams", "traefik"],
)
def test_whatever_stands_at_any_place_is_read_or_refused(text: str) -> None:
    documents = parse_all("front.yaml", text)
    read_, refused = 0, 0
    for changed in _changed(list(documents)):
        if not isinstance(changed, list):
            continue
        try:
            found_ = ingresses(objects("front.yaml", "", changed))
        except DeclarationError:
            refused += 1
        else:
            assert all(each.name for each in found_)
            read_ += 1
    assert read_ > 20
    assert refused > 20


def _changed(value: Json) -> Iterator[Json]:
    """The value with each place in it, one after the other, holding something else."""
    yield from (None, 7, True, "x|/,\x00", "/(", [], [7], {}, {"x": 7})
    if isinstance(value, dict):
        for key in value:
            yield from ({**value, key: inner} for inner in _changed(value[key]))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from ([*value[:place], inner, *value[place + 1 :]] for inner in _changed(one))


def answer(tmp_path: Path, text: str, service: str = "") -> Listing | Gap:
    file = tmp_path / "front.yaml"
    file.write_text(text)
    collector = DeclaredCollector((Declaration(service=service, environment="prod", file=str(file)),))
    (request,) = collector.plan()
    assert isinstance(request, Request)
    (found,) = collector.answer(request)
    assert isinstance(found, Listing | Gap)
    return found


def test_an_ingress_is_an_entry_that_leads_to_backends(tmp_path: Path) -> None:
    found = answer(tmp_path, FRONT)
    assert isinstance(found, Listing)
    (entry,) = found.resources
    assert (entry.urn, entry.name, entry.role, entry.public) == (
        "ingress://prod/ingress/shop/front", "shop/front", "entry", True,
    )  # fmt: skip
    assert [(each.verb, str(each.target), dict(each.attributes)) for each in found.relations] == [
        ("answers_for", "public|host|shop.example.com", {}),
        (
            "routes_to",
            "environment:prod|backend|shop/checkout",
            {"operations": ["ANY /api/**", "ANY /health"]},
        ),
        ("routes_to", "environment:prod|backend|shop/pages", {"operations": ["ANY /**"]}),
    ]


def test_a_service_in_the_settings_is_where_all_of_it_leads(tmp_path: Path) -> None:
    found = answer(tmp_path, FRONT, "shop/till")
    assert isinstance(found, Listing)
    assert [str(each.target) for each in found.relations if each.verb == "routes_to"] == [
        "service://prod/shop/till"
    ]


def test_operations_without_a_service_are_a_gap_that_says_what_to_do(tmp_path: Path) -> None:
    found = answer(tmp_path, "openapi: 3.0.0\npaths: {/a: {get: {}}}\n")
    assert isinstance(found, Gap)
    assert "name it by service in its block of [[declared]]" in found.detail
