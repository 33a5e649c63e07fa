"""Decides which addresses may be connected to: public ones, private ones if that is configured, metadata never.

Registries name other hosts (token services, places of blobs), and image names come from workloads: without
this, either could make the daemon call what only it can reach.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]
"""The addresses of a host, in the order in which they are to be tried. Raises OSError."""

_METADATA = frozenset(
    ipaddress.ip_address(each)
    for each in (
        "100.100.100.200",  # Alibaba Cloud
        "168.63.129.16",  # Azure's host agent
        "192.0.0.192",  # Oracle Cloud, classic
        "fd00:ec2::254",  # AWS
        "fd20:ce::254",  # Google Cloud
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def resolve(host: str, port: int) -> list[str]:
    """As the system's resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))


def refusal(text: str, *, allow_private: bool) -> str:
    """Why an address must not be connected to; empty if it may be."""
    address = _inner(ipaddress.ip_address(text))
    if address in _METADATA or address.is_link_local:
        return f"{text} is an address of a cloud's own services, which is never asked"
    if address.is_multicast or address.is_unspecified or (address.version == 4 and address.is_reserved):
        return f"{text} is no address of a host"
    if not address.is_global and not allow_private:
        return f"{text} is not a public address"
    return ""


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
