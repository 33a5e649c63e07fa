"""What a workload's environment variables lead to: hosts, and whatever its cloud has names for.

A relation says only what the workload is configured for. The values themselves end here.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from collectors.model import Alias, Relation

LONGEST = 8192
"""Values beyond this are certificates and documents, not addresses."""

URL = re.compile(r"[a-z][a-z0-9+]{1,20}://[^\s\"'<>;|]{1,1024}", re.IGNORECASE)
HOST = re.compile(
    r"^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.?$"
)
PORT = re.compile(r"^(.{1,253}):\d{2,5}$")
PAIR = re.compile(
    r"\b(?:host|server|data source|endpoint|addr(?:ess)?)=(?:tcp:)?([\w.-]{1,253})", re.IGNORECASE
)
ADDRESS_WORDS = re.compile(
    r"HOST|ENDPOINT|URL|URI|ADDR|SERVER|BROKER|BOOTSTRAP|DSN|DOMAIN|DATABASE|REDIS|_DB|^DB", re.IGNORECASE
)
SECRET_WORDS = re.compile(r"SECRET|PASSW|TOKEN|API_?KEY|CREDENTIAL|PRIVATE", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tongue:
    """How a cloud names things within values.

    `identifiers(value)`: what a value names beyond doubt; if there is any, nothing else is read from it.
    `names(variable, value)`: what a bare name means, judged by the variable's name. Secrets are not asked.
    `domains`: suffixes of the cloud's own hosts, which are taken for hosts wherever they stand alone.
    """

    identifiers: Callable[[str], Iterable[str | Alias]]
    names: Callable[[str, str], Iterable[str | Alias]]
    domains: tuple[str, ...]


def mentions(
    urn: str, variables: Mapping[str, Sequence[str]], tongue: Tongue, namespaces: Sequence[str] = ()
) -> list[Relation]:
    """`configured_for` relations; each says in which variables its target stands, never what they hold."""
    found: dict[str | Alias, set[str]] = {}
    for name, values in variables.items():
        for value in values:
            if len(value) <= LONGEST:
                for target in targets(name, value.strip(), urn, tongue, namespaces):
                    found.setdefault(target, set()).add(name)
    return [
        Relation(urn, "configured_for", target, {"variables": [*sorted(names)]})
        for target, names in found.items()
    ]


def targets(
    name: str, value: str, urn: str, tongue: Tongue, namespaces: Sequence[str]
) -> Iterator[str | Alias]:
    """What one variable leads to."""
    identified = list(tongue.identifiers(value))
    if identified:
        yield from identified
        return
    hosts = list(addresses(name, value, tongue.domains))
    if hosts:
        yield from (each for host in hosts if (each := place_of(host, urn, namespaces)) is not None)
    elif not SECRET_WORDS.search(name):
        yield from tongue.names(name, value)


def addresses(name: str, value: str, domains: tuple[str, ...]) -> Iterator[str]:
    """Hosts named by a value: in URLs, connection strings, `host:port`, lists of them, or alone."""
    urls = URL.findall(value.removeprefix("jdbc:").removeprefix("JDBC:"))
    if urls:
        for url in urls:
            yield from _hosts_of_url(url)
        return
    paired = PAIR.findall(value)
    if paired:
        yield from (host.lower() for host in paired if HOST.match(host.lower()))
        return
    for part in value.split(","):
        text = part.strip().lower()
        port = PORT.match(text)
        host = port[1] if port else text
        if not HOST.match(host) or host.isdigit():
            continue
        said = ADDRESS_WORDS.search(name) and ("." in host or "HOST" in name.upper())
        if port or host.endswith(domains) or said:
            yield host


def _hosts_of_url(url: str) -> Iterable[str]:
    """Hosts of a URL without user info; a replica set names several."""
    authority = re.split(r"[/?#]", url.split("://", 1)[1], maxsplit=1)[0].rpartition("@")[2]
    for part in authority.split(","):
        try:
            host = (urlsplit(f"//{part}").hostname or "").rstrip(".")
        except ValueError:  # brackets that hold no address
            continue
        if host and (HOST.match(host) or ":" in host):
            yield host


def place_of(host: str, urn: str, namespaces: Sequence[str]) -> Alias | None:
    """The alias of a host: public names are the same everywhere, others belong to the workload's network."""
    host = host.rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if host == "localhost":
            return None
        inner = "." not in host or host.endswith((".local", ".internal", ".lan"))
        return Alias(_network(urn, namespaces) if inner else "public", "host", host)
    if address.is_loopback or address.is_unspecified or address.is_link_local:
        return None
    return Alias("public" if address.is_global else _network(urn, namespaces), "address", str(address))


def _network(urn: str, namespaces: Sequence[str]) -> str:
    return namespaces[0] if namespaces else f"caller:{urn}"
