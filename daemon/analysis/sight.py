"""For how much of what runs data paths can be seen, and what stays dark."""

from __future__ import annotations

from collections import defaultdict

from collectors.model import Json, Resource, Role
from daemon.analysis.classes import EVERY, texts
from daemon.values.graph import Graph
from daemon.values.path import Sight

_STOPPED = frozenset({"stopped", "stopping", "terminated", "shutting-down", "inactive", "deleted"})


def look(graph: Graph) -> Sight:
    """What can be seen at this snapshot."""
    running = {
        urn
        for urn, resource in graph.resources.items()
        if resource.role is Role.WORKLOAD and resource.scope.provider != "traces" and is_running(resource)
    }
    speaking = {
        target
        for relation in graph.relations
        if relation.verb == "runs_on" and (target := graph.target(relation))
    }
    return Sight(
        workloads=len(running),
        visible=len(running & speaking),
        blind=tuple(sorted(running - speaking)),
        no_statements=_without_statements(graph),
        unknown_tables=_unknown(graph),
    )


def is_running(resource: Resource) -> bool:
    """False only if the resource's own attributes say that it does not run."""
    folded = {key.replace("_", "").lower(): value for key, value in resource.attributes.items()}
    if resource.type.endswith("task_definition"):
        return False
    if _word(folded.get("state")) in _STOPPED or _word(folded.get("status")) in _STOPPED:
        return False
    return folded.get("desiredcount") != 0


def _word(state: Json) -> str:
    if isinstance(state, dict):
        state = state.get("Name")
    return state.lower() if isinstance(state, str) else ""


def _without_statements(graph: Graph) -> tuple[str, ...]:
    """Services of which no statement was ever seen, though they call a database."""
    services = {}
    for relation in graph.relations:
        if relation.verb == "has" and isinstance(relation.target, str):
            services[relation.target] = relation.source
    calling = {
        services.get(relation.source, relation.source)
        for relation in graph.relations
        if relation.verb in {"reads", "writes", "queries"}
    }
    return tuple(
        sorted(
            urn
            for urn in calling
            if (service := graph.resources.get(urn)) and service.attributes.get("statements") is False
        )
    )


def _unknown(graph: Graph) -> tuple[str, ...]:
    """Tables that are read whole while none of their columns is known by name."""
    whole: set[str] = set()
    known: dict[str, set[str]] = defaultdict(set)
    for relation in graph.relations:
        if relation.verb not in {"reads", "writes"} or not isinstance(relation.target, str):
            continue
        columns = texts(relation.attributes.get("columns"))
        known[relation.target].update(columns, texts(relation.attributes.get("lookups")))
        if relation.verb == "reads" and EVERY in columns:
            whole.add(relation.target)
    return tuple(sorted(table for table in whole if not known[table] - {EVERY}))
