"""Whether a host is a third party: only on evidence for it, never because something could not be listed."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from publicsuffixlist import PublicSuffixList

from collectors.model import Alias, Extent, Role
from daemon.values.graph import Bound, Graph


class Vendor(Protocol):
    """A company known to receive data under certain names."""

    @property
    def name(self) -> str: ...

    @property
    def category(self) -> str: ...


VendorOf = Callable[[str], Vendor | None]
"""The vendor a host name belongs to, if one is listed."""

CLOUD_SUFFIXES = (
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "on.aws",
    "awsapprunner.com",
    "awsapps.com",
    "cloudfront.net",
    "elasticbeanstalk.com",
    "app.goog",
    "appspot.com",
    "cloudfunctions.net",
    "googleapis.com",
    "run.app",
    "azure.com",
    "azmk8s.io",
    "azure-api.net",
    "azure.net",
    "azurecontainer.io",
    "azurecontainerapps.io",
    "azurecr.io",
    "azureedge.net",
    "azurefd.net",
    "azurestaticapps.net",
    "azurewebsites.net",
    "cloudapp.net",
    "trafficmanager.net",
    "windows.net",
)
"""Names that a cloud gives to whatever runs there: ours, another account's, or the cloud's own."""

TOOL = "tool"
"""The alias kind of a tool that no span tells the address of."""

STANDS_FOR_PUBLIC = "example"
"""Reserved to stand for public names in examples (RFC 2606); in no list of suffixes."""

_OWNS_NAMES = re.compile(
    r"route53|dns|zone|cloudfront|cdn|front_?door|traffic_?manager|apigateway|appsync|api_?management|azure\.web|containerapps"
    r"|certificate|\.acm|domain|opensearch|cognito|amplify|apprunner|lightsail|ingress|gateway|global_?accelerator"
    r"|\.plan$"
)
"""Types of resources that can answer to a name of one's own choice, and what stands for all of a provider's."""

_AWS_REGION = re.compile(r"(?:^|[.-])((?:af|ap|ca|cn|eu|eusc|il|me|mx|sa|us)(?:-[a-z]+)+-\d)(?=[.])")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is held of a host that no resource answers to.

    `waiting`: it would be a third party, but for what could not be listed.
    """

    state: Bound
    reason: str
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Ours:
    """What is known to be ours, and what is not known.

    `declared`: suffixes by the operator. `zones`: name -> why it is ours. `held`: those of which we hold the public
    zone, so that a vendor of that name is ourselves. `private`: zones that hold only
    inside our networks. `unlisted`: an extent that could own a name and was not listed, in words.
    """

    declared: tuple[str, ...]
    zones: dict[str, str]
    private: tuple[str, ...]
    unlisted: str = ""
    held: frozenset[str] = frozenset()


def normal(name: str) -> str:
    """A host name in lower case, without a trailing dot."""
    return name.strip().lower().rstrip(".")


def below(name: str, suffixes: Iterable[str]) -> str:
    """The suffix that `name` is, or lies below; "" if none."""
    found = [suffix for suffix in suffixes if suffix and (name == suffix or name.endswith(f".{suffix}"))]
    return max(found, key=lambda suffix: (len(suffix), suffix), default="")


def registrable(name: str) -> str:
    """The domain somebody registered, by the Public Suffix List; "" if the name cannot be public."""
    labels = name.split(".")
    if labels[-1] == STANDS_FOR_PUBLIC:
        return ".".join(labels[-2:]) if len(labels) > 1 and all(labels) else ""
    return str(_suffixes().privatesuffix(name) or "")


def is_loopback(name: str) -> bool:
    """True for a name or address that leads to the caller's own host."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def region_in(name: str) -> str:
    """The region that a cloud wrote into a name it gave: of `db.x.us-east-1.rds.amazonaws.com`; else ""."""
    if not below(name, CLOUD_SUFFIXES):
        return ""
    found = _AWS_REGION.search(name)
    return found.group(1) if found else ""


def ours(graph: Graph, own_domains: Sequence[str]) -> Ours:
    """What the settings and the inventory show to be ours."""
    zones: dict[str, str] = {}
    private: set[str] = set()
    held: set[str] = set()
    types: set[str] = set()
    for urn in sorted(graph.resources):
        resource = graph.resources[urn]
        if resource.scope.provider == "traces" or resource.role is Role.HOST:
            continue
        if resource.type.endswith(".zone"):
            name = normal(resource.name)
            if _is_private(resource.attributes):
                private.add(name)
            else:
                zones.setdefault(registrable(name) or name, f"zone {name} is ours")
                if name == registrable(name):
                    held.add(name)
        for alias in resource.aliases:
            if alias.kind != "host" or alias.namespace != "public":
                continue
            name = normal(alias.value)
            domain = registrable(name)
            if domain and not below(name, CLOUD_SUFFIXES):
                types.add(resource.type)
                zones.setdefault(domain, f"{resource.name} of ours answers to {name}")
    for relation in graph.relations:
        if relation.verb == "answers_for" and isinstance(relation.target, Alias):
            front = graph.resources.get(relation.source)
            name = normal(relation.target.value).removeprefix("*.")
            if front is not None and front.role is Role.ENTRY and not below(name, CLOUD_SUFFIXES):
                zones.setdefault(
                    registrable(name) or name, f"{front.name} of ours lets requests for {name} in"
                )
    return Ours(
        declared=tuple(sorted({normal(domain).lstrip("*.") for domain in own_domains if domain})),
        zones=zones,
        private=tuple(sorted(private)),
        unlisted=_first_owner(graph.unlisted, types),
        held=frozenset(held),
    )


def of_tool(name: str) -> str:
    """Why it is not known who answers to `mcp:search` or `stdio:search`."""
    kind, _, tool = name.partition(":")
    if kind == "stdio":
        return f"{tool} is a tool that runs beside its caller (MCP over stdio); what it sends on, its own spans show"
    return f"{tool} is a tool of an MCP server that spans give no address of (server.address)"


def is_vendors(name: str, owned: Ours, vendor: VendorOf) -> bool:
    """Whether a name is of a listed company that we are not.

    Who of ours was seen to answer there is a stand-in for it, as tests have them, or handed the request on.
    """
    name = normal(name)
    return vendor(name) is not None and not below(name, (*owned.declared, *owned.held))


def judge(name: str, owned: Ours, vendor: VendorOf) -> Verdict:
    """The verdict on a host name that no resource answers to."""
    name = normal(name)
    if suffix := below(name, owned.declared):
        return Verdict(
            Bound.UNRESOLVED, f"{suffix} is one of our domains, and nothing listed answers to {name}"
        )
    known = vendor(name)
    if known is not None and is_vendors(name, owned, vendor):
        return Verdict(
            Bound.THIRD_PARTY, f"{name} belongs to {known.name} ({known.category.replace('_', ' ')})"
        )
    if suffix := below(name, owned.zones):
        return Verdict(Bound.UNRESOLVED, f"{owned.zones[suffix]}, and nothing listed answers to {name}")
    if suffix := below(name, owned.private):
        return Verdict(
            Bound.UNRESOLVED, f"private zone {suffix} is ours, and nothing listed answers to {name}"
        )
    if suffix := below(name, CLOUD_SUFFIXES):
        return Verdict(Bound.UNRESOLVED, f"{suffix} names are given to everyone's resources, ours among them")
    domain = registrable(name)
    if not domain:
        return Verdict(Bound.UNRESOLVED, f"{name} is no public name")
    if not owned.declared and not owned.zones:
        return Verdict(
            Bound.UNRESOLVED, "no domain is known to be ours; name yours in traces.own_domains", waiting=True
        )
    if owned.unlisted:
        return Verdict(
            Bound.UNRESOLVED,
            f"{owned.unlisted} was not listed and could show that {domain} is ours",
            waiting=True,
        )
    return Verdict(Bound.THIRD_PARTY, f"{domain} is a public domain outside ours")


def _first_owner(unlisted: Collection[Extent], types: Collection[str]) -> str:
    owners = [extent for extent in unlisted if extent.type in types or _OWNS_NAMES.search(extent.type)]
    return str(min(owners)) if owners else ""


def _is_private(attributes: object) -> bool:
    """Looks for `PrivateZone` where the cloud puts it, whatever the row kept of the way there."""
    if isinstance(attributes, str) or not hasattr(attributes, "items"):
        return False
    return any(
        (key in {"PrivateZone", "Private"} and value is True) or _is_private(value)
        for key, value in attributes.items()
    )


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)
