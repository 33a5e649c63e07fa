"""Decides whether an address to listen on can be reached from other machines."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable

from config.values import is_loopback, split_address


def resolved(host: str) -> Iterable[str]:
    """The addresses of a host's name, none if it has none."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return {str(address[0]) for *_, address in found}


def is_open(address: str, resolve: Callable[[str], Iterable[str]] = resolved) -> bool:
    """Whether others can reach a `host:port`: a name for this machine counts only as far as it leads to it alone."""
    if not is_loopback(address):
        return True
    host, _ = split_address(address)
    return not all(ipaddress.ip_address(one.partition("%")[0]).is_loopback for one in resolve(host))
