"""What the telemetry of each service lacks, judged by what was and was not heard of it."""

from __future__ import annotations

from collections import defaultdict

from collectors.model import Alias, Json, Role
from daemon.analysis import sight
from daemon.analysis.classes import texts
from daemon.analysis.workloads import services, workloads
from daemon.values.graph import Graph
from daemon.values.lacking import Age, Convention, Lack, ServiceLacks

_OUTWARD = frozenset({"calls", "publishes_to", "reads", "sends_to", "writes"})
_DEFAULT = "default"
_NEW = "new"
_WITHOUT_ADDRESS = ("sqlite", "h2", "hsqldb", "derby")
"""Databases within the process: they have no address to tell."""


def lacking(graph: Graph) -> tuple[ServiceLacks, ...]:
    """Every service heard, sorted by urn, with what its spans lack."""
    service_of = services(graph)
    silent = frozenset(sight.look(graph).no_statements)
    operations: dict[str, int] = defaultdict(int)
    for service in service_of.values():
        operations[service] += 1
    led = _led_to(graph)
    placed = {
        resource.scope.account
        for resource in graph.resources.values()
        if resource.role is Role.SERVICE and resource.name.count("/") and not resource.name.startswith("/")
    }
    serving = {
        service_of.get(urn, "")
        for urn, resource in graph.resources.items()
        if resource.role is Role.OPERATION and resource.attributes.get("kind") in ("server", "consumer")
    }
    outward: dict[str, set[str]] = defaultdict(set)
    unaddressed: set[str] = set()
    runs: set[str] = set()
    for relation in graph.relations:
        service = service_of.get(relation.source, relation.source)
        if relation.verb in _OUTWARD:
            outward[service].add(relation.verb)
            if _unaddressed(relation.target):
                unaddressed.add(service)
        elif relation.verb == "runs_on":
            runs.add(relation.source)
    found = []
    for urn, resource in sorted(graph.resources.items()):
        if resource.role is not Role.SERVICE:
            continue
        told = resource.attributes
        sampled = _one_in(told.get("sampling"))
        judged = (
            (Lack.STATEMENTS, urn in silent),
            (Lack.SERVER_SPANS, urn in led and operations[urn] > 0 and urn not in serving),
            (Lack.CLIENT_SPANS, operations[urn] > 0 and not outward[urn]),
            (Lack.PEER_ADDRESS, urn in unaddressed),
            (Lack.SAMPLED, sampled > 1),
            (Lack.RESOURCE, urn not in runs),
            (Lack.ENVIRONMENT, resource.scope.account == _DEFAULT),
            (Lack.NAMESPACE, resource.scope.account in placed and not resource.name.rpartition("/")[0]),
            (Lack.NAME, resource.name.rpartition("/")[2].startswith("unknown_service")),
        )
        language = told.get("language")
        found.append(
            ServiceLacks(
                urn,
                resource.name,
                resource.scope.account,
                language if isinstance(language, str) else "",
                operations[urn],
                sampled,
                tuple(lack for lack, true in judged if true),
                _conventions(told.get("conventions")),
            )
        )
    return tuple(found)


def _led_to(graph: Graph) -> set[str]:
    """Services to which a balancer, gateway or ingress leads requests."""
    ends = {graph.target(relation) for relation in graph.relations if relation.verb == "routes_to"}
    return {
        service
        for service, running in {**dict.fromkeys(ends, ()), **workloads(graph)}.items()
        if service in ends or ends.intersection(running)
    }


def _conventions(told: Json) -> tuple[Convention, ...]:
    """Of `http old`, `database new`, `database both`: the families that are not new alone."""
    ages: dict[str, set[str]] = defaultdict(set)
    for each in texts(told):
        family, _, age = each.rpartition(" ")
        ages[family].add(age)
    return tuple(
        Convention(family, Age.MIXED if len(found) > 1 else Age(next(iter(found))))
        for family, found in sorted(ages.items())
        if found != {_NEW}
    )


def _unaddressed(target: str | Alias) -> bool:
    """By `table://NS/SYSTEM/HOST:PORT/...`, with nothing for the host; or `host://ENVIRONMENT/mcp:TOOL`."""
    if isinstance(target, str) and target.startswith("host://"):
        return target.rpartition("/")[2].startswith("mcp:")
    if not isinstance(target, str) or not target.startswith("table://"):
        return False
    parts = target.removeprefix("table://").split("/", 3)
    return len(parts) > 3 and not parts[2].partition(":")[0] and parts[1] not in _WITHOUT_ADDRESS


def _one_in(sampling: Json) -> int:
    """How many traces one stands for, of what a service's spans say of it."""
    rates = sampling if isinstance(sampling, list) else [sampling]
    numbers = [each for each in rates if isinstance(each, int | float) and not isinstance(each, bool)]
    return max((round(each) for each in numbers), default=1)
