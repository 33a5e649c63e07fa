"""What other objects of the same file say of an ingress: its gateways, and whom its backends choose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from collectors.declared import facing
from collectors.declared.manifests import At

Named = tuple[str, str]
"""Namespace and name."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the other objects of the file say: why a gateway is internal, and by which labels services choose pods.

    `hosts`: those of gateways. `rewriting`: Traefik's middlewares that send other paths on. `shared`: between which
    services one of Traefik's parts requests.
    """

    gateways: Mapping[Named, str]
    selectors: Mapping[Named, tuple[str, ...]]
    hosts: Mapping[Named, tuple[str, ...]]
    rewriting: frozenset[Named]
    shared: Mapping[Named, tuple[Named, ...]]


_NAMES = ("app.kubernetes.io/name", "app", "app.kubernetes.io/instance", "k8s-app")
"""Labels whose value is what people call a service."""


def surroundings(found: Sequence[At]) -> Surroundings:
    """Of all objects of a file. Raises DeclarationError."""
    return Surroundings(
        {each.named: _internal_gateway(each) for each in found if each.kind == "Gateway"},
        {each.named: _selected(each) for each in found if (each.kind, each.group) == ("Service", "")},
        {each.named: _hosts(each) for each in found if each.kind == "Gateway"},
        frozenset(
            each.named
            for each in found
            if each.kind == "Middleware" and not _REWRITING.isdisjoint(each.inner("spec").value)
        ),
        {each.named: tuple(_shared(each)) for each in found if each.kind == "TraefikService"},
    )


_REWRITING = frozenset({"addPrefix", "replacePath", "replacePathRegex", "stripPrefix", "stripPrefixRegex"})


def _hosts(gateway: At) -> tuple[str, ...]:
    """The hosts of a gateway: those of the Gateway API name one for a listener, Istio's some for a server."""
    spec = gateway.inner("spec")
    named = [each.text("hostname") for each in spec.each("listeners")]
    named += [host.rpartition("/")[2] for each in spec.each("servers") for host in each.texts("hosts")]
    return tuple(sorted({each for each in named if each and each != "*"}))


def _shared(service: At) -> Iterator[Named]:
    spec, own = service.inner("spec"), service.named[0]
    mirrored = spec.inner("mirroring")
    for each in (*spec.inner("weighted").each("services"), mirrored, *mirrored.each("mirrors")):
        if each.text("name") and each.text("kind") in ("", "Service"):
            yield each.text("namespace") or own, each.text("name")


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


def internal_parent(namespace: str, name: str, seen: Surroundings) -> str:
    known = seen.gateways.get((namespace, name))
    if known is not None:
        return known
    return f"its gateway is {name}" if facing.internal_by_name(name) else ""


def _selected(service: At) -> tuple[str, ...]:
    labels = service.inner("spec").inner("selector").value
    found = (labels.get(key) for key in _NAMES)
    return tuple(dict.fromkeys(each for each in found if isinstance(each, str) and each))
