"""What other objects of the same file say of an ingress: its gateways, and whom its backends choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collectors.declared import facing
from collectors.declared.manifests import At


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the other objects of the file say: why a gateway is internal, and by which labels services choose pods."""

    gateways: Mapping[tuple[str, str], str]
    selectors: Mapping[tuple[str, str], tuple[str, ...]]


_NAMES = ("app.kubernetes.io/name", "app", "app.kubernetes.io/instance", "k8s-app")
"""Labels whose value is what people call a service."""


def surroundings(found: Sequence[At]) -> Surroundings:
    """Of all objects of a file. Raises DeclarationError."""
    return Surroundings(
        {each.named: _internal_gateway(each) for each in found if each.kind == "Gateway"},
        {each.named: _selected(each) for each in found if (each.kind, each.group) == ("Service", "")},
    )


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
