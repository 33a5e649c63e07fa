"""Decides whether an ingress faces the internet, by all that manifests say against it.

To let in what is outside the cluster is what an ingress is for: it counts as public unless something shows that
only a private network reaches it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping

_TRUE = frozenset({"true", "yes", "1", "0.0.0.0/0"})
_INTERNAL: Mapping[str, Collection[str]] = {
    "alb.ingress.kubernetes.io/scheme": {"internal"},
    "appgw.ingress.kubernetes.io/use-private-ip": _TRUE,
    "cloud.google.com/load-balancer-type": {"internal"},
    "networking.gke.io/load-balancer-type": {"internal"},
    "networking.istio.io/service-type": {"clusterip"},
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": {"intranet"},
    "service.beta.kubernetes.io/aws-load-balancer-internal": _TRUE,
    "service.beta.kubernetes.io/aws-load-balancer-scheme": {"internal"},
    "service.beta.kubernetes.io/azure-load-balancer-internal": _TRUE,
    "service.beta.kubernetes.io/oci-load-balancer-internal": _TRUE,
    "service.beta.kubernetes.io/openstack-internal-load-balancer": _TRUE,
    "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": {"private"},
}
"""Annotations that ask for an internal load balancer, and the values that do. Source: their controllers' pages."""

_RANGES = (
    "alb.ingress.kubernetes.io/inbound-cidrs",
    "haproxy.router.openshift.io/ip_allowlist",
    "haproxy.router.openshift.io/ip_whitelist",
    "nginx.ingress.kubernetes.io/allowlist-source-range",
    "nginx.ingress.kubernetes.io/whitelist-source-range",
)
"""Annotations that name who may come in."""

_WORDS = frozenset({"cluster-local", "ilb", "internal", "intranet", "private", "rilb", "tailscale", "vpn"})
_PRIVATE_SUFFIXES = (
    "corp",
    "home",
    "internal",
    "intra",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "private",
)
_FUNNEL = "tailscale.com/funnel"


def internal_by_name(*names: str) -> str:
    """Which name of a class, gateway or router says that it is internal; "" if none does."""
    return next((name for name in names if _WORDS & {name, *re.split(r"[-_./ ]", name.lower())}), "")


def internal_by_annotation(annotations: Mapping[str, str]) -> str:
    """Which annotation says so; "" if none does."""
    for key, value in sorted(annotations.items()):
        if value.strip().lower() in _INTERNAL.get(key, ()):
            return f"{key} is {value.strip().lower()}"
        if key in _RANGES and _all_private(re.split(r"[\s,]+", value.strip())):
            return f"{key} lets in private addresses only"
    return ""


def internal_by_class(name: str, annotations: Mapping[str, str]) -> str:
    """What the class of an ingress says of it: "" if nothing."""
    if name == "alb" and "alb.ingress.kubernetes.io/scheme" not in annotations:
        return "an alb is internal where no scheme says internet-facing"
    if annotations.get(_FUNNEL, "").lower() in _TRUE:
        return ""
    found = internal_by_name(name)
    return f"its class is {found}" if found else ""


def internal_by_address(hosts: Iterable[str], addresses: Iterable[str]) -> str:
    """What its hosts and the addresses of its balancer say: "" if one of them may be public, or there are none."""
    stated = [*addresses]
    if stated and all(each.startswith("internal-") or _is_private(each) for each in stated):
        return f"its address {stated[0]} is private"
    named = [*hosts]
    if named and all(_is_private_name(each) for each in named):
        return f"its host {named[0]} is no public name"
    return ""


def _is_private_name(host: str) -> bool:
    labels = host.lower().rstrip(".").split(".")
    return len(labels) == 1 or labels[-1] in _PRIVATE_SUFFIXES or labels[-2:] == ["home", "arpa"]


def _all_private(ranges: Collection[str]) -> bool:
    return any(ranges) and all(_is_private(each) for each in ranges if each)


def _is_private(text: str) -> bool:
    try:
        return ipaddress.ip_network(text, strict=False).is_private
    except ValueError:
        return False
