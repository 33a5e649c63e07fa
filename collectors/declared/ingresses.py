"""Reads what lets requests into a cluster: Ingress, HTTPRoute, GRPCRoute, VirtualService and OpenShift's Route.

Source: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/,
https://gateway-api.sigs.k8s.io/reference/spec/, https://istio.io/latest/docs/reference/config/networking/virtual-service/
and https://docs.openshift.com/container-platform/latest/rest_api/network_apis/route-route-openshift-io-v1.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from collectors.declared import facing, matching
from collectors.declared.manifests import At
from collectors.declared.matching import Matched

MOST_ROUTES = 20_000


@dataclass(frozen=True, slots=True)
class Backend:
    """A Kubernetes service that requests are led to. `names`: what else telemetry may call it."""

    namespace: str
    name: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Led:
    """What of an ingress leads to one backend: operations, as `ANY /api/**`.

    `rewritten`: the backend sees other paths than those.
    """

    backend: Backend
    operations: tuple[str, ...]
    rewritten: bool


@dataclass(frozen=True, slots=True)
class Ingress:
    """One object that lets requests in. `internal`: why the internet does not reach it; "" if it does."""

    kind: str
    namespace: str
    name: str
    hosts: tuple[str, ...]
    internal: str
    led: tuple[Led, ...]
    place: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the other objects of the file say: why a gateway is internal, and by which labels services choose pods."""

    gateways: Mapping[tuple[str, str], str]
    selectors: Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Route:
    namespace: str
    service: str
    matched: Matched


_NAMES = ("app.kubernetes.io/name", "app", "app.kubernetes.io/instance", "k8s-app")
"""Labels whose value is what people call a service."""


def ingresses(found: Sequence[At]) -> tuple[Ingress, ...]:
    """Every ingress among the objects of a file, sorted. Raises DeclarationError."""
    seen = _Seen(
        {_named(each): _internal_gateway(each) for each in found if each.kind == "Gateway"},
        {_named(each): _selected(each) for each in found if (each.kind, each.group) == ("Service", "")},
    )
    chosen: dict[tuple[str, str, str], Ingress] = {}
    for each in found:
        read = _KINDS.get((each.kind, each.group))
        if read is None:
            continue
        ingress = read(each, seen)
        chosen.setdefault((ingress.kind, ingress.namespace, ingress.name), ingress)
    return tuple(chosen[key] for key in sorted(chosen))


def known_kinds() -> tuple[str, ...]:
    """The kinds that are read."""
    return tuple(sorted({kind for kind, _ in _KINDS}))


def _ingress(one: At, seen: _Seen) -> Ingress:
    spec, notes = one.inner("spec"), one.annotations
    regex = matching.by_regex(notes)
    rewritten = matching.rewrites(notes)
    routes = [
        _Route("", backend, Matched(("ANY /**",), rewritten))
        for fallback in ("defaultBackend", "backend")
        if (backend := _of_ingress(spec.inner(fallback)))
    ]
    hosts: list[str] = []
    for rule in spec.each("rules"):
        hosts.append(rule.text("host"))
        for path in rule.inner("http").each("paths"):
            name = matching.of_ingress(path.text("path"), path.text("pathType"), regex=regex)
            if backend := _of_ingress(path.inner("backend")):
                routes.append(_Route("", backend, Matched((name,), rewritten)))
    hosts += [host for each in spec.each("tls") for host in each.texts("hosts")]
    stated = spec.text("ingressClassName") or notes.get("kubernetes.io/ingress.class", "")
    balancer = one.inner("status").inner("loadBalancer")
    addresses = [each.text("ip") or each.text("hostname") for each in balancer.each("ingress")]
    internal = (
        facing.internal_by_annotation(notes)
        or facing.internal_by_class(stated, notes)
        or facing.internal_by_address(filter(None, hosts), filter(None, addresses))
    )
    return _made(one, seen, hosts, internal, routes)


def _of_ingress(backend: At) -> str:
    return backend.inner("service").text("name") or backend.text("serviceName")


def _of_gateway_api(one: At, seen: _Seen) -> Ingress:
    spec = one.inner("spec")
    own = _namespace(one)
    routes: list[_Route] = []
    for rule in spec.each("rules"):
        matches = tuple(rule.each("matches"))
        read = matching.of_grpc if one.kind == "GRPCRoute" else matching.of_http
        names = tuple(read(each) for each in matches) or ("ANY /**",)
        rewritten = any(each.inner("urlRewrite").inner("path").value for each in rule.each("filters"))
        for backend in rule.each("backendRefs"):
            if backend.text("kind") in ("", "Service"):
                place = backend.text("namespace") or own
                routes.append(_Route(place, backend.text("name"), Matched(names, rewritten)))
    hosts = spec.texts("hostnames")
    parents = tuple(spec.each("parentRefs"))
    internal = ""
    if parents and all(each.text("kind") == "Service" for each in parents):
        internal = "it is for calls within the mesh only"
    elif parents:
        reasons = [
            _internal_parent(each.text("namespace") or own, each.text("name"), seen)
            for each in parents
            if each.text("kind") != "Service"
        ]
        internal = reasons[0] if all(reasons) else ""
    internal = internal or facing.internal_by_annotation(one.annotations)
    return _made(one, seen, hosts, internal or facing.internal_by_address(hosts, ()), routes)


def _virtual_service(one: At, seen: _Seen) -> Ingress:
    spec, own = one.inner("spec"), _namespace(one)
    routes: list[_Route] = []
    for rule in spec.each("http"):
        names = tuple(matching.of_istio(each) for each in rule.each("match")) or ("ANY /**",)
        rewritten = bool(rule.inner("rewrite").value.keys() & {"uri", "uriRegexRewrite"})
        for route in rule.each("route"):
            namespace, service = _istio_host(route.inner("destination").text("host"), own)
            routes.append(_Route(namespace, service, Matched(names, rewritten)))
    for key in ("tls", "tcp"):
        for rule in spec.each(key):
            for route in rule.each("route"):
                namespace, service = _istio_host(route.inner("destination").text("host"), own)
                routes.append(_Route(namespace, service, Matched(("ANY /**",), False)))
    hosts = spec.texts("hosts")
    gateways = [each for each in spec.texts("gateways") if each != "mesh"]
    reasons = []
    for gateway in gateways:
        namespace, _, name = gateway.rpartition("/")
        reasons.append(_internal_parent(namespace or own, name, seen))
    if not gateways:
        internal = "it is for calls within the mesh only"
    else:
        internal = reasons[0] if all(reasons) else ""
        internal = internal or facing.internal_by_address([each for each in hosts if each != "*"], ())
    return _made(one, seen, [each for each in hosts if each != "*"], internal, routes)


def _istio_host(host: str, own: str) -> tuple[str, str]:
    """Namespace and service of a destination; no service if it lies outside the cluster."""
    name, _, rest = host.partition(".")
    if not rest:
        return own, name
    namespace, _, suffix = rest.partition(".")
    return (namespace, name) if suffix in ("", "svc") or suffix.startswith("svc.") else ("", "")


def _openshift(one: At, seen: _Seen) -> Ingress:
    spec = one.inner("spec")
    matched = Matched((matching.prefix(spec.text("path")),), matching.rewrites(one.annotations))
    routes = [
        _Route("", to.text("name"), matched)
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
    return _made(one, seen, hosts, internal or facing.internal_by_address(filter(None, hosts), ()), routes)


_KINDS: Mapping[tuple[str, str], Callable[[At, _Seen], Ingress]] = {
    ("Ingress", "networking.k8s.io"): _ingress,
    ("Ingress", "extensions"): _ingress,
    ("HTTPRoute", "gateway.networking.k8s.io"): _of_gateway_api,
    ("GRPCRoute", "gateway.networking.k8s.io"): _of_gateway_api,
    ("VirtualService", "networking.istio.io"): _virtual_service,
    ("Route", "route.openshift.io"): _openshift,
}


def _made(one: At, seen: _Seen, hosts: Sequence[str], internal: str, routes: Sequence[_Route]) -> Ingress:
    namespace, name = _named(one)
    if not name:
        raise one.wrong("metadata", "has no name")
    led: dict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for route in routes:
        if route.service:
            place = (route.namespace or namespace, route.service, route.matched.rewritten)
            led[place].update(route.matched.operations)
    if sum(map(len, led.values())) > MOST_ROUTES:
        raise one.wrong("spec", f"has too many routes: at most {MOST_ROUTES:,} are read")
    return Ingress(
        one.kind.lower(),
        namespace,
        name,
        tuple(sorted({each.lower() for each in hosts if each})),
        internal,
        tuple(
            Led(
                Backend(where, service, seen.selectors.get((where, service), ())),
                tuple(sorted(names)),
                rewritten,
            )
            for (where, service, rewritten), names in sorted(led.items())
        ),
        one.pointer if not one.document else f"document {one.document + 1} {one.pointer}",
    )


def _named(one: At) -> tuple[str, str]:
    return _namespace(one), one.inner("metadata").text("name")


def _namespace(one: At) -> str:
    return one.inner("metadata").text("namespace")


def _selected(service: At) -> tuple[str, ...]:
    labels = service.inner("spec").inner("selector").value
    found = (labels.get(key) for key in _NAMES)
    return tuple(dict.fromkeys(each for each in found if isinstance(each, str) and each))


def _internal_gateway(gateway: At) -> str:
    """Why the internet does not reach a gateway, of the Gateway API or of Istio; "" if it may."""
    spec = gateway.inner("spec")
    notes = {
        key: value
        for key, value in spec.inner("infrastructure").inner("annotations").value.items()
        if isinstance(value, str)
    }
    addresses = [each.text("value") for each in gateway.inner("status").each("addresses")]
    stated = (
        spec.text("gatewayClassName"),
        *(str(each) for each in spec.inner("selector").value.values()),
        gateway.inner("metadata").text("name"),
    )
    named = facing.internal_by_name(*stated)
    return (
        facing.internal_by_annotation({**gateway.annotations, **notes})
        or (f"its gateway is {named}" if named else "")
        or facing.internal_by_address((), addresses)
    )


def _internal_parent(namespace: str, name: str, seen: _Seen) -> str:
    known = seen.gateways.get((namespace, name))
    if known is not None:
        return known
    return f"its gateway is {name}" if facing.internal_by_name(name) else ""
