"""Reads what lets requests into a cluster: Ingress, routes of the Gateway API, VirtualService, IngressRoute, Route.

Source: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/,
https://gateway-api.sigs.k8s.io/reference/spec/, https://istio.io/latest/docs/reference/config/networking/virtual-service/,
https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/ingressroute/ and
https://docs.openshift.com/container-platform/latest/rest_api/network_apis/route-route-openshift-io-v1.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from collectors.declared import facing, matching, traefik
from collectors.declared.ingress import Ingress, Route, ingress
from collectors.declared.manifests import At
from collectors.declared.matching import Matched
from collectors.declared.surroundings import Surroundings, internal_parent, surroundings


def ingresses(found: Sequence[At]) -> tuple[Ingress, ...]:
    """Every ingress among the objects of a file, sorted. Raises DeclarationError."""
    seen = surroundings(found)
    chosen: dict[tuple[str, str, str], Ingress] = {}
    for each in found:
        read = _KINDS.get((each.kind, each.group))
        if read is None:
            continue
        made = read(each, seen)
        chosen.setdefault((made.kind, made.namespace, made.name), made)
    return tuple(chosen[key] for key in sorted(chosen))


def _ingress(one: At, seen: Surroundings) -> Ingress:
    spec, notes = one.inner("spec"), one.annotations
    regex = matching.by_regex(notes)
    rewritten = matching.rewrites(notes)
    routes = [
        Route("", backend, Matched(("ANY /**",), rewritten))
        for fallback in ("defaultBackend", "backend")
        if (backend := _of_ingress(spec.inner(fallback)))
    ]
    hosts: list[str] = []
    for rule in spec.each("rules"):
        hosts.append(rule.text("host"))
        for path in rule.inner("http").each("paths"):
            name = matching.of_ingress(path.text("path"), path.text("pathType"), regex=regex)
            if backend := _of_ingress(path.inner("backend")):
                routes.append(Route("", backend, Matched((name,), rewritten)))
    hosts += [host for each in spec.each("tls") for host in each.texts("hosts")]
    stated = spec.text("ingressClassName") or notes.get("kubernetes.io/ingress.class", "")
    balancer = one.inner("status").inner("loadBalancer")
    addresses = [each.text("ip") or each.text("hostname") for each in balancer.each("ingress")]
    internal = (
        facing.internal_by_annotation(notes)
        or facing.internal_by_class(stated, notes)
        or facing.internal_by_address(filter(None, hosts), filter(None, addresses))
    )
    return ingress(one, seen, hosts, internal, routes)


def _of_ingress(backend: At) -> str:
    return backend.inner("service").text("name") or backend.text("serviceName")


def _of_gateway_api(one: At, seen: Surroundings) -> Ingress:
    spec = one.inner("spec")
    own = one.named[0]
    routes: list[Route] = []
    for rule in spec.each("rules"):
        matches = tuple(rule.each("matches"))
        read = matching.of_grpc if one.kind == "GRPCRoute" else matching.of_http
        names = tuple(read(each) for each in matches) or ("ANY /**",)
        rewritten = any(each.inner("urlRewrite").inner("path").value for each in rule.each("filters"))
        for backend in rule.each("backendRefs"):
            if backend.text("kind") in ("", "Service"):
                place = backend.text("namespace") or own
                routes.append(Route(place, backend.text("name"), Matched(names, rewritten)))
    parents = tuple(spec.each("parentRefs"))
    places = [(each.text("namespace") or own, each.text("name")) for each in parents]
    hosts = spec.texts("hostnames") or _of_gateways(places, seen)
    internal = ""
    if parents and all(each.text("kind") == "Service" for each in parents):
        internal = "it is for calls within the mesh only"
    elif parents:
        reasons = [
            internal_parent(each.text("namespace") or own, each.text("name"), seen)
            for each in parents
            if each.text("kind") != "Service"
        ]
        internal = reasons[0] if all(reasons) else ""
    internal = internal or facing.internal_by_annotation(one.annotations)
    return ingress(one, seen, hosts, internal or facing.internal_by_address(hosts, ()), routes)


def _virtual_service(one: At, seen: Surroundings) -> Ingress:
    spec, own = one.inner("spec"), one.named[0]
    routes: list[Route] = []
    for rule in spec.each("http"):
        names = tuple(matching.of_istio(each) for each in rule.each("match")) or ("ANY /**",)
        rewritten = bool(rule.inner("rewrite").value.keys() & {"uri", "uriRegexRewrite"})
        for route in rule.each("route"):
            namespace, service = _istio_host(route.inner("destination").text("host"), own)
            routes.append(Route(namespace, service, Matched(names, rewritten)))
    for key in ("tls", "tcp"):
        for rule in spec.each(key):
            for route in rule.each("route"):
                namespace, service = _istio_host(route.inner("destination").text("host"), own)
                routes.append(Route(namespace, service, Matched(("ANY /**",), False)))
    gateways = [each.rpartition("/") for each in spec.texts("gateways") if each != "mesh"]
    places = [(namespace or own, name) for namespace, _, name in gateways]
    reasons = [internal_parent(namespace, name, seen) for namespace, name in places]
    hosts = [each for each in spec.texts("hosts") if each != "*"] or _of_gateways(places, seen)
    if not gateways:
        internal = "it is for calls within the mesh only"
    else:
        internal = reasons[0] if all(reasons) else ""
        internal = internal or facing.internal_by_address(hosts, ())
    return ingress(one, seen, hosts, internal, routes)


def _of_gateways(places: Sequence[tuple[str, str]], seen: Surroundings) -> Sequence[str]:
    """Hosts of what has none of its own: those of its gateways, unless one of them takes any."""
    found = [seen.hosts.get(each, ()) for each in places]
    return [host for hosts in found for host in hosts] if all(found) else ()


def _istio_host(host: str, own: str) -> tuple[str, str]:
    """Namespace and service of a destination; no service if it lies outside the cluster."""
    name, _, rest = host.partition(".")
    if not rest:
        return own, name
    namespace, _, suffix = rest.partition(".")
    return (namespace, name) if suffix in ("", "svc") or suffix.startswith("svc.") else ("", "")


def _openshift(one: At, seen: Surroundings) -> Ingress:
    spec = one.inner("spec")
    matched = Matched((matching.prefix(spec.text("path")),), matching.rewrites(one.annotations))
    routes = [
        Route("", to.text("name"), matched)
        for to in (spec.inner("to"), *spec.each("alternateBackends"))
        if to.text("kind") in ("", "Service")
    ]
    routers = [each.text("routerName") for each in one.inner("status").each("ingress")]
    labels = one.inner("metadata").inner("labels").value
    internal = facing.internal_by_annotation(one.annotations)
    if routers and all(facing.internal_by_name(each) for each in routers):
        internal = internal or f"its router is {routers[0]}"
    elif named := facing.internal_by_name(*(str(labels.get(key, "")) for key in ("type", "router", "shard"))):
        internal = internal or f"its label says {named}"
    hosts = [spec.text("host")]
    return ingress(one, seen, hosts, internal or facing.internal_by_address(filter(None, hosts), ()), routes)


def _traefik(one: At, seen: Surroundings) -> Ingress:
    spec, own = one.inner("spec"), one.named[0]
    routes: list[Route] = []
    hosts: list[Sequence[str]] = []
    for each in spec.each("routes"):
        rule = traefik.rule(each.text("match"))
        if each.text("match"):
            hosts.append(rule.hosts)
        rewritten = any(_rewrites(middleware, own, seen) for middleware in each.each("middlewares"))
        for service in each.each("services"):
            place = (service.text("namespace") or own, service.text("name"))
            led = seen.shared.get(place, ()) if service.text("kind") == "TraefikService" else (place,)
            routes += [Route(where, name, Matched(rule.operations, rewritten)) for where, name in led]
    points = spec.texts("entryPoints")
    internal = facing.internal_by_class(
        one.annotations.get("kubernetes.io/ingress.class", ""), one.annotations
    )
    if points and all(facing.internal_by_name(each) for each in points):
        internal = internal or f"its entry point is {points[0]}"
    named = [host for some in hosts for host in some]
    return ingress(
        one, seen, named, internal or facing.internal_by_address(named if all(hosts) else (), ()), routes
    )


def _rewrites(middleware: At, own: str, seen: Surroundings) -> bool:
    place = (middleware.text("namespace") or own, middleware.text("name"))
    return place in seen.rewriting or matching.speaks_of_rewriting(place[1])


_KINDS: Mapping[tuple[str, str], Callable[[At, Surroundings], Ingress]] = {
    ("Ingress", "networking.k8s.io"): _ingress,
    ("Ingress", "extensions"): _ingress,
    ("HTTPRoute", "gateway.networking.k8s.io"): _of_gateway_api,
    ("GRPCRoute", "gateway.networking.k8s.io"): _of_gateway_api,
    ("TCPRoute", "gateway.networking.k8s.io"): _of_gateway_api,
    ("TLSRoute", "gateway.networking.k8s.io"): _of_gateway_api,
    ("UDPRoute", "gateway.networking.k8s.io"): _of_gateway_api,
    ("VirtualService", "networking.istio.io"): _virtual_service,
    **{
        (kind, group): _traefik
        for kind in ("IngressRoute", "IngressRouteTCP", "IngressRouteUDP")
        for group in ("traefik.io", "traefik.containo.us")
    },
    ("Route", "route.openshift.io"): _openshift,
}
