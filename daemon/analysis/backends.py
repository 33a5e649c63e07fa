"""Under which names an ingress may know a service: by its own name, and by the Kubernetes workload that runs it.

A backend is an alias `environment:NAME|backend|NAMESPACE/NAME,NAME...`: a Kubernetes service and, where it is known,
what the labels of its pods call it. Telemetry names no Kubernetes service; most bear the name of what they lead to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from collectors.model import Alias, Role
from daemon.values.graph import Graph

BACKEND = "backend"
_WORKLOAD = "backend-workload"
_ANYWHERE = "*"


def spellings(alias: Alias) -> tuple[Alias, ...]:
    """What a backend can mean, most exact first."""
    place, _, named = alias.value.partition("/")
    names = named.split(",")
    around = alias.namespace
    if not place:
        return tuple(
            Alias(around, kind, f"{_ANYWHERE}/{each}") for kind in (BACKEND, _WORKLOAD) for each in names
        )
    return (
        *(Alias(around, kind, f"{place}/{each}") for kind in (BACKEND, _WORKLOAD) for each in names),
        *(Alias(around, BACKEND, f"/{each}") for each in names),
    )


def names(graph: Graph) -> Iterator[tuple[Alias, str]]:
    """Each name under which a service is led to, with its urn."""
    placed: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for relation in graph.relations:
        if relation.verb == "runs_on" and (found := _workload(relation.target)):
            placed[relation.source].add(found)
    for urn, resource in sorted(graph.resources.items()):
        if resource.role is not Role.SERVICE or urn.count("/") < 4:
            continue
        environment, namespace, name = urn.removeprefix("service://").split("/", 2)
        name = name.removesuffix(f"@{resource.attributes.get('cluster')}")
        around = f"environment:{environment}"
        yield Alias(around, BACKEND, f"{_ANYWHERE}/{name}"), urn
        if namespace or not placed[urn]:
            yield Alias(around, BACKEND, f"{namespace}/{name}"), urn
        for place, workload in sorted(placed[urn]):
            for each in sorted({workload, name}):
                yield Alias(around, _WORKLOAD, f"{place}/{each}"), urn
            yield Alias(around, _WORKLOAD, f"{_ANYWHERE}/{workload}"), urn


def _workload(target: str | Alias) -> tuple[str, str] | None:
    """Namespace and name in `k8s://CLUSTER/NAMESPACE/KIND/NAME` or `environment:NAME|k8s|NAMESPACE/KIND/NAME`."""
    if isinstance(target, Alias):
        parts = target.value.split("/") if target.kind == "k8s" else []
    else:
        parts = target.removeprefix("k8s://").split("/")[1:] if target.startswith("k8s://") else []
    return (parts[0], parts[2]) if len(parts) == 3 else None
