"""Decides which service answered a call whose other side no trace shows: who answers at that address in others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from collectors.contract import Fact
from collectors.model import Alias
from collectors.traces.names import part
from collectors.traces.said import detail, read_detail

Edge = tuple[str, str, str]
_LEARNED = detail(evidence="learned")
_LOOPBACK = "localhost"


def learned(edges: Mapping[Edge, Sequence[Fact]], service_of: Mapping[str, str]) -> dict[Edge, list[Fact]]:
    """Calls to services, one for each call to an address at which exactly one service answers.

    An address means what it means to the caller: what was learned from the caller's own calls counts first. What was
    learned from other callers of the environment counts if all of them were answered by one service, save for the
    caller's own host. A call that pairs with the service's side already is not said again.
    """
    answering = _answering(edges, _asking(edges, service_of))
    called: set[tuple[str, str]] = set()
    for source, verb, target in edges:
        if verb == "calls":
            other = service_of.get(target, target)
            called.update(((source, other), (service_of.get(source, source), other)))
    found: dict[Edge, list[Fact]] = {}
    for (source, verb, target), facts in edges.items():
        if verb != "sends_to" or not target.startswith("host://"):
            continue
        caller = service_of.get(source, source)
        for fact in facts:
            service = _one(answering, caller, target.rpartition("/")[2], _port(fact))
            if service and (source, service) not in called:
                found.setdefault((source, "calls", service), []).append(
                    replace(fact, verb="calls", target=service, detail=_LEARNED)
                )
    return found


def answered(edges: Mapping[Edge, Sequence[Fact]], service_of: Mapping[str, str]) -> dict[Edge, list[Fact]]:
    """What is left of calls to addresses: none that this caller had answered by a service that it was seen to call.

    An address is told twice otherwise: once as the host that a client's span names, once as the service that answered
    it. A public name means the same to every caller, any other one what it meant to this one.
    """
    answering = _answering(edges, _asking(edges, service_of))
    seen: dict[str, set[str]] = defaultdict(set)
    for source, verb, target in edges:
        if verb == "calls" and target in service_of:
            seen[source].add(service_of[target])
            seen[service_of.get(source, source)].add(service_of[target])
    found: dict[Edge, list[Fact]] = {}
    for edge, facts in edges.items():
        source, verb, target = edge
        kept = list(facts)
        if verb == "sends_to" and target.startswith("host://") and source in seen:
            caller = "" if target.startswith("host://public/") else service_of.get(source, source)
            host = target.rpartition("/")[2]
            kept = [
                fact
                for fact in facts
                if seen[source].isdisjoint(answering.get((caller, host, _port(fact)), ()))
            ]
        if kept:
            found[edge] = kept
    return found


Answering = Mapping[tuple[str, str, str], set[str]]
"""(caller or "", host, port) -> the services that answered there; "" stands for every caller."""


def _asking(
    edges: Mapping[Edge, Sequence[Fact]], service_of: Mapping[str, str]
) -> frozenset[tuple[str, str, str]]:
    """Services with the hosts and ports that they call themselves."""
    return frozenset(
        (service_of.get(source, source), target.rpartition("/")[2], _port(fact))
        for (source, verb, target), facts in edges.items()
        if verb == "sends_to" and target.startswith("host://")
        for fact in facts
    )


def _answering(edges: Mapping[Edge, Sequence[Fact]], asking: Collection[tuple[str, str, str]]) -> Answering:
    """A service that calls the same address passes requests on, as a proxy does, unless it was seen to answer."""
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for (service, verb, target), facts in edges.items():
        if verb != "answers_for":
            continue
        alias = Alias.parse(target)
        host = part(alias.value)
        own = any(read_detail(fact.detail).get("own") for fact in facts)
        for fact in facts:
            port = _port(fact)
            if (service, host, port) in asking and not own:
                continue
            if alias.namespace.startswith("caller:"):
                found[alias.namespace.removeprefix("caller:"), host, port].add(service)
            if host != _LOOPBACK:
                found["", host, port].add(service)
    return found


def _one(answering: Answering, caller: str, host: str, port: str) -> str:
    services = answering.get((caller, host, port)) or answering.get(("", host, port)) or set()
    return next(iter(services)) if len(services) == 1 else ""


def _port(fact: Fact) -> str:
    port = read_detail(fact.detail).get("port")
    return port if isinstance(port, str) else ""
