"""For how much of what runs data paths can be seen, and what stays dark."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection

from collectors.model import Json, Resource, Role
from daemon.analysis.classes import EVERY, texts
from daemon.analysis.workloads import services, workloads
from daemon.values.graph import Graph
from daemon.values.path import Sight

_STOPPED = frozenset(
    {
        "stopped",
        "stopping",
        "terminated",
        "shutting-down",
        "inactive",
        "deleted",
        "deallocating",
        "deallocated",
    }
)

_FOLDED = re.compile(
    r"(?:service://[^/]*/|operation://[^/]*/[^/]*/[^/]+|(?:table|host|topic)://[^/]*)/overflow$"
)
"""What stands for all names beyond a limit, as the traces collector calls it."""

_DATA = frozenset({"reads", "writes"})
_NO_SQL = (
    "cosmosdb",
    "couchbase",
    "couchdb",
    "dynamodb",
    "elasticsearch",
    "hbase",
    "memcached",
    "mongodb",
    "neo4j",
    "opensearch",
    "redis",
    "s3",
)
"""Stores whose calls carry no statement that would name columns."""


def look(graph: Graph, listed: Collection[str] = ()) -> Sight:
    """What can be seen at this snapshot. `listed`: tables whose columns are known without any statement."""
    running = {
        urn
        for urn, resource in graph.resources.items()
        if resource.role is Role.WORKLOAD and resource.scope.provider != "traces" and is_running(resource)
    }
    speaking = {urn for found in workloads(graph).values() for urn in found}
    return Sight(
        workloads=len(running),
        visible=len(running & speaking),
        blind=tuple(sorted(running - speaking)),
        no_statements=_without_statements(graph),
        unknown_tables=tuple(table for table in _unknown(graph) if table not in listed),
        sampled=tuple(sorted(urn for urn, resource in graph.resources.items() if _is_sampled(resource))),
        folded=tuple(sorted(urn for urn in graph.resources if _FOLDED.match(urn))),
    )


def _is_sampled(resource: Resource) -> bool:
    """Whether the traces that a service begins are sent in part: rare flows are then seen late."""
    rate = resource.attributes.get("sampling")
    return resource.role is Role.SERVICE and isinstance(rate, int) and rate > 1


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
    return state.lower().rpartition("/")[2] if isinstance(state, str) else ""  # Azure's PowerState/running


def _without_statements(graph: Graph) -> tuple[str, ...]:
    """Services that call a database that speaks SQL, and of which no statement was ever seen."""
    service_of = services(graph)
    calling = {
        service_of.get(relation.source, relation.source)
        for relation in graph.relations
        if relation.verb in _DATA and isinstance(relation.target, str) and not _speaks_no_sql(relation.target)
    }
    return tuple(
        sorted(
            urn
            for urn in calling
            if (service := graph.resources.get(urn)) and service.attributes.get("statements") is not True
        )
    )


def _unknown(graph: Graph) -> tuple[str, ...]:
    """Tables and stores in use of which no column is known: what they hold cannot be told."""
    used: set[str] = set()
    known: dict[str, set[str]] = defaultdict(set)
    for relation in graph.relations:
        if relation.verb not in _DATA or not isinstance(relation.target, str):
            continue
        columns = texts(relation.attributes.get("columns"))
        known[relation.target].update(columns, texts(relation.attributes.get("lookups")))
        if EVERY in columns or _speaks_no_sql(relation.target):
            used.add(relation.target)
    return tuple(sorted(table for table in used if not known[table] - {EVERY}))


def _speaks_no_sql(table: str) -> bool:
    """By `table://NS/SYSTEM/...`."""
    return table.removeprefix("table://").split("/", 2)[1:2] in ([system] for system in _NO_SQL)
