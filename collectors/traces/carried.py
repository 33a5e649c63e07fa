"""Decides where a call went that names a tool alone: to the host of the call by which it was sent, told once.

A client library makes a span of the tool, and what it sends by HTTP has another one below it, which tells the host.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from collectors.contract import Fact
from collectors.traces.said import detail, read_detail

CARRIED = "carried_by"
"""The verb from a service to a host by which it calls the tool in the detail. Facts have it, relations do not."""

_ABOUT = frozenset({"sends_to", "discloses", "reaches"})

Edge = tuple[str, str, str]


def told_once(edges: Mapping[Edge, list[Fact]], service_of: Mapping[str, str]) -> dict[Edge, list[Fact]]:
    """The same facts, those of tools as facts of the hosts that they were called at.

    Where a service called a tool of that name at several hosts, those count that the same operation sends to. Who
    only reaches it through others is taken to reach the one host that all others called it at.
    """
    carriers: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for (service, verb, host), facts in edges.items():
        if verb == CARRIED:
            for known in (read_detail(fact.detail) for fact in facts):
                tool, port = str(known["tool"]), str(known.get("port", ""))
                carriers[service, tool][host] = carriers["", tool][host] = port
    if not carriers:
        return dict(edges)
    found: dict[Edge, list[Fact]] = defaultdict(list)
    for (source, verb, target), facts in edges.items():
        if verb == CARRIED:
            continue
        hosts: Mapping[str, str] = {}
        if verb in _ABOUT:
            service = service_of.get(source, source)
            hosts = carriers.get((service, target)) or carriers.get(("", target)) or {}
        own = [host for host in hosts if (source, verb, host) in edges] or [*hosts]
        if len(own) == 1 or any((source, verb, host) in edges for host in own):
            for host in own:
                found[source, verb, host] += _at(facts, host, hosts[host], target)
        else:
            found[source, verb, target] += facts
    return dict(found)


def _at(facts: Sequence[Fact], host: str, port: str, tool: str) -> list[Fact]:
    """The facts as those of a host. They are counted there already."""
    if facts[0].verb != "sends_to":
        return [replace(fact, target=host, count=0) for fact in facts]
    name = tool.rpartition("/")[2].partition(":")[2]
    return [
        replace(
            fact,
            target=host,
            count=0,
            detail=detail(**{**read_detail(fact.detail), "port": port, "tool": name}),
        )
        for fact in facts
    ]
