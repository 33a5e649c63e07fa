"""Which workloads of the inventory run a service."""

from __future__ import annotations

from collections import defaultdict

from collectors.model import Relation, Role
from daemon.values.graph import Graph

_WEAKEST = 1_000


def workloads(graph: Graph) -> dict[str, tuple[str, ...]]:
    """By service, what runs it: the resolved workloads that its telemetry names most strongly, sorted.

    Telemetry names a workload in several ways (`rank` 1 is the strongest). An image it was started from is no
    workload, and lies where its registry is.
    """
    ranked: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for relation in graph.relations:
        if relation.verb != "runs_on":
            continue
        resource = graph.resources.get(graph.target(relation))
        if resource is not None and resource.role is Role.WORKLOAD:
            ranked[relation.source][_rank(relation)].add(resource.urn)
    return {service: tuple(sorted(ranks[min(ranks)])) for service, ranks in sorted(ranked.items())}


def services(graph: Graph) -> dict[str, str]:
    """The service of each operation, by urn."""
    return {
        relation.target: relation.source
        for relation in sorted(graph.relations, key=lambda each: each.source, reverse=True)
        if relation.verb == "has" and isinstance(relation.target, str)
    }


def _rank(relation: Relation) -> int:
    rank = relation.attributes.get("rank")
    return rank if isinstance(rank, int) else _WEAKEST
