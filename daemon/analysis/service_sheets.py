"""What is known of each service: what it runs on, which classified tables it touches, whom it sends to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from collectors.model import Json, Role, Seen
from daemon.analysis.classes import texts
from daemon.analysis.touches import host_of, third_parties
from daemon.analysis.workloads import services, workloads
from daemon.values.flow import Flow
from daemon.values.graph import Graph
from daemon.values.path import DataPath, Direction, Tier
from daemon.values.service import ServiceSheet, TableUse

_DATA = frozenset({"reads", "writes"})


def sheets(graph: Graph, public: Collection[str], paths: Iterable[DataPath]) -> tuple[ServiceSheet, ...]:
    """Every service, sorted by urn. `public`: the operations that the internet can call."""
    service_of = services(graph)
    classes = column_classes(paths)
    foreign = third_parties(graph)
    runs_on = workloads(graph)
    operations: dict[str, set[str]] = defaultdict(set)
    for operation, service in service_of.items():
        operations[service].add(operation)
    seen: dict[str, list[Seen]] = defaultdict(list)
    used: dict[str, dict[str, dict[str, set[str]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(set))
    )
    told: dict[str, set[str]] = defaultdict(set)
    called: dict[str, set[str]] = defaultdict(set)
    for relation in graph.relations:
        service = service_of.get(relation.source, relation.source)
        if relation.seen is not None:
            seen[service].append(relation.seen)
        if relation.verb in _DATA and isinstance(relation.target, str):
            columns = texts(relation.attributes.get("columns"))
            used[service][relation.target][relation.verb].update(
                classes[relation.target, column] for column in columns if (relation.target, column) in classes
            )
        elif relation.verb == "sends_to" and (host := host_of(relation, graph, foreign)):
            told[service].add(host)
        elif relation.verb == "calls" and (other := service_of.get(str(relation.target), service)) != service:
            called[service].add(other)
    found = []
    for urn, resource in sorted(graph.resources.items()):
        if resource.role is not Role.SERVICE:
            continue
        on = runs_on.get(urn, ())
        own = resource.scope.region or _text(resource.attributes.get("region"))
        places = {graph.resources[each].scope.region for each in on if graph.resources[each].scope.region}
        found.append(
            ServiceSheet(
                urn=urn,
                environment=resource.scope.account,
                name=resource.name,
                language=_text(resource.attributes.get("language")),
                regions=tuple(sorted(places or ({own} if own else ()))),
                public=not operations[urn].isdisjoint(public),
                operations=len(operations[urn]),
                runs_on=on,
                tables=tuple(_use(table, verbs) for table, verbs in sorted(used[urn].items())),
                third_parties=tuple(sorted(told[urn])),
                calls=tuple(sorted(called[urn])),
                first_seen=_time(min((each.first for each in seen[urn]), default=None)),
                last_seen=_time(max((each.last for each in seen[urn]), default=None)),
            )
        )
    return tuple(found)


def column_classes(paths: Iterable[DataPath]) -> dict[tuple[str, str], str]:
    """The class of each column (table urn, name) that a path carries."""
    return {
        (path.identity.sink, column): path.identity.data_class
        for path in paths
        if not path.identity.direction.gives
        for column in path.columns
    }


def with_classes(flows: Iterable[Flow], paths: Iterable[DataPath]) -> tuple[Flow, ...]:
    """The flows, each with the classes it carries.

    That is by its columns, as the last hop of a path to a third party or topic, or for a consumer by what its
    topic was observed to be given.
    """
    paths = tuple(paths)
    columns = column_classes(paths)
    sent: dict[tuple[str, str], set[str]] = defaultdict(set)
    carried: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        key = path.identity
        if key.direction.gives and path.route:
            sent[path.route[-1].source, key.sink].add(key.data_class)
        if key.direction is Direction.PUBLISHES and path.tier is Tier.OBSERVED:
            carried[key.sink].add(key.data_class)
    return tuple(replace(flow, classes=_classes(flow, columns, sent, carried)) for flow in flows)


def _classes(
    flow: Flow,
    columns: Mapping[tuple[str, str], str],
    sent: Mapping[tuple[str, str], Collection[str]],
    carried: Mapping[str, Collection[str]],
) -> tuple[str, ...]:
    if flow.verb in _DATA:
        named = {columns[flow.target, each] for each in flow.columns if (flow.target, each) in columns}
        return tuple(sorted(named))
    if flow.verb == "consumed_by":
        return tuple(sorted(carried.get(flow.source, ())))
    return tuple(sorted(sent.get((flow.source, flow.target), ())))


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _use(table: str, verbs: Mapping[str, Collection[str]]) -> TableUse:
    classes = {each for found in verbs.values() for each in found}
    return TableUse(table, "reads" in verbs, "writes" in verbs, tuple(sorted(classes)))


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
