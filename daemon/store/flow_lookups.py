"""What operators ask of services, flows and paths, through the public views, so that they are proven to suffice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, text

from collectors.model import Alias, Relation, Resource, Seen
from daemon.store import documents
from daemon.store.times import moment
from daemon.values.flow import Flow
from daemon.values.graph import Binding, Bound, Graph
from daemon.values.path import DataPath

SPEAKING = ("calls", "consumed_by", "publishes_to", "reads", "sends_to", "writes")
"""The verbs of flows that carry data or ask for it; others describe or sum up."""

_ROLES = ("data_store", "entry", "host", "network", "operation", "queue", "service", "table", "workload")
_LINKS = ("declares", "routes_to")
_TRACES = "traces"


def speaking(connection: Connection, *, reached: bool = False) -> Graph:
    """As of the newest snapshot: services, what they run on and touch, what leads there, and all flows.

    `reached`: with what single traces reached, which is most of what an estate of many operations holds.
    """
    chosen: dict[str, Any] = {}
    query = text(
        "SELECT urn, listed_in, document FROM v1_resources WHERE role IN :roles ORDER BY urn, listed_in"
    )
    for row in connection.execute(query.bindparams(bindparam("roles", _ROLES, expanding=True))):
        known = chosen.get(row.urn)
        if known is None or (known.listed_in.startswith(_TRACES) and not row.listed_in.startswith(_TRACES)):
            chosen[row.urn] = row
    relations: dict[tuple[str, str, str], Relation] = {}
    bindings: dict[str, Binding] = {}
    flows = text("SELECT * FROM v1_flows WHERE verb <> :left_out ORDER BY source, verb, raw_target")
    links = text("SELECT * FROM v1_relations WHERE verb IN :verbs ORDER BY source, verb, raw_target")
    for found, observed in (
        (connection.execute(flows, {"left_out": "" if reached else "reaches"}), True),
        (connection.execute(links.bindparams(bindparam("verbs", _LINKS, expanding=True))), False),
    ):
        for row in found:
            relation = _relation(row, observed=observed)
            relations.setdefault((row.source, row.verb, row.raw_target), relation)
            if row.binding is not None:
                urn = row.target if row.binding == Bound.RESOLVED.value else ""
                bindings[row.raw_target] = Binding(row.raw_target, Bound(row.binding), urn)
    return Graph(
        {urn: documents.to_resource(urn, documents.decode(row.document)) for urn, row in chosen.items()},
        tuple(relations[key] for key in sorted(relations)),
        bindings,
    )


def of_types(connection: Connection, types: Collection[str]) -> dict[str, Resource]:
    """The resources of some types, by urn, as of the newest snapshot."""
    query = text("SELECT urn, document FROM v1_resources WHERE type IN :types ORDER BY urn, listed_in")
    rows = connection.execute(query.bindparams(bindparam("types", [*types], expanding=True)))
    return {row.urn: documents.to_resource(row.urn, documents.decode(row.document)) for row in rows}


def _relation(row: Row[Any], *, observed: bool) -> Relation:
    seen = None
    if observed and row.first_seen and row.last_seen:
        seen = Seen(moment(row.first_seen).timestamp(), moment(row.last_seen).timestamp(), row.times)
    raw = row.raw_target
    alias = row.binding is not None or (raw.count("|") >= 2 and "://" not in raw.partition("|")[0])
    target = Alias.parse(raw) if alias else raw
    return Relation(row.source, row.verb, target, documents.decode(row.document), seen)


def declares(connection: Connection) -> bool:
    """Whether anything is there that declares operations: a document, or a gateway."""
    query = text(
        "SELECT 1 FROM v1_resources WHERE type LIKE 'declared.%' OR type LIKE 'aws.apigateway%' LIMIT 1"
    )
    return connection.execute(query).first() is not None


def hears(connection: Connection) -> bool:
    """Whether any service is known as of the newest snapshot."""
    return (
        connection.execute(text("SELECT 1 FROM v1_resources WHERE role = 'service' LIMIT 1")).first()
        is not None
    )


def paths(connection: Connection) -> tuple[DataPath, ...]:
    """Data paths as of the newest snapshot, sorted by identity."""
    query = text("SELECT * FROM v1_data_paths ORDER BY origin_operation, sink, direction, data_class")
    return tuple(_path(row) for row in connection.execute(query))


def _path(row: Row[Any]) -> DataPath:
    identity = documents.path_identity(row.origin_operation, row.sink, row.direction, row.data_class)
    return documents.to_path(identity, documents.decode(row.document))


def flows(connection: Connection, verbs: Collection[str] = SPEAKING) -> tuple[Flow, ...]:
    """Flows of these verbs as of the newest snapshot, sorted."""
    query = text("SELECT * FROM v1_flows WHERE verb IN :verbs ORDER BY source, verb, target, raw_target")
    return _with_peers(connection, _flows(connection.execute(_with(query, verbs))))


def new_flows(
    connection: Connection, before: int, after: int, verbs: Collection[str] = SPEAKING
) -> tuple[Flow, ...]:
    """Flows of these verbs that hold at one snapshot and did not at an earlier one."""
    query = text(
        "SELECT v.* FROM v1_relation_versions v WHERE v.observed AND v.verb IN :verbs "
        "AND v.valid_from > :before AND v.valid_from <= :after AND (v.valid_to IS NULL OR v.valid_to > :after) "
        "AND NOT EXISTS (SELECT 1 FROM v1_relation_versions w WHERE w.source = v.source AND w.verb = v.verb "
        "AND w.raw_target = v.raw_target AND w.valid_from <= :before "
        "AND (w.valid_to IS NULL OR w.valid_to > :before)) ORDER BY v.source, v.verb, v.target, v.raw_target"
    )
    found = _flows(connection.execute(_with(query, verbs), {"before": before, "after": after}))
    return _with_peers(connection, found)


def _with_peers(connection: Connection, flows: tuple[Flow, ...]) -> tuple[Flow, ...]:
    """The flows, those to hosts with what the names of these were found to be, to their caller or to anyone."""
    if not any(flow.target.startswith(_HOST) for flow in flows):
        return flows
    query = text(
        "SELECT source, raw_target, target, binding, binding_reason, candidates FROM v1_flows "
        "WHERE verb = 'located_at' AND binding IS NOT NULL ORDER BY source, raw_target"
    )
    names: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query):
        names[row.source].append(row)
    return tuple(
        _with_peer(flow, names.get(flow.target, ())) if flow.target.startswith(_HOST) else flow
        for flow in flows
    )


def _with_peer(flow: Flow, names: Sequence[Row[Any]]) -> Flow:
    caller = "caller:service://" + "/".join(flow.source.partition("://")[2].split("/")[:3])
    spaces = {name.raw_target: name.raw_target.partition("|")[0] for name in names}
    own = [name for name in names if spaces[name.raw_target] == caller]
    others = [name for name in names if not spaces[name.raw_target].startswith("caller:")]
    for name in own or others:
        resolved = name.binding == Bound.RESOLVED.value
        peers = (name.target,) if resolved else tuple(orjson.loads(name.candidates))
        return replace(flow, binding=name.binding, binding_reason=name.binding_reason, peers=peers)
    return flow


_HOST = "host://"


def times(
    connection: Connection, edges: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], tuple[str, str, int]]:
    """When each of these flows (source, verb, target as found) was seen first and last, and how often."""
    query = text(
        "SELECT min(first_seen) AS first, max(last_seen) AS last, max(times) AS times FROM v1_relation_versions "
        "WHERE observed AND source = :source AND verb = :verb AND (raw_target = :target OR target = :target)"
    )
    found = {}
    for source, verb, target in sorted(set(edges)):
        row = connection.execute(query, {"source": source, "verb": verb, "target": target}).one()
        if row.first is not None:
            found[source, verb, target] = (row.first, row.last, row.times)
    return found


def path_since(connection: Connection, path: DataPath) -> str:
    """When the first snapshot that showed this path was taken; "" if none ever did."""
    query = text(
        "SELECT min(s.started_at) FROM v1_data_path_changes p JOIN v1_snapshots s ON s.number = p.valid_from "
        "WHERE p.origin_operation = :origin AND p.sink = :sink AND p.direction = :direction "
        "AND p.data_class = :data_class"
    )
    key = path.identity
    found = connection.execute(
        query,
        {
            "origin": key.origin,
            "sink": key.sink,
            "direction": key.direction.value,
            "data_class": key.data_class,
        },
    ).scalar()
    return found or ""


def regions(connection: Connection, urns: Collection[str]) -> dict[str, str]:
    """The region of each of these resources that has one."""
    if not urns:
        return {}
    query = text("SELECT urn, region FROM v1_resources WHERE urn IN :urns AND region <> ''")
    rows = connection.execute(query.bindparams(bindparam("urns", sorted(urns), expanding=True)))
    return {row.urn: row.region for row in rows}


def _with(query: Any, verbs: Collection[str]) -> Any:
    return query.bindparams(bindparam("verbs", sorted(verbs), expanding=True))


def _flows(rows: Iterable[Row[Any]]) -> tuple[Flow, ...]:
    found: dict[tuple[str, str, str], Flow] = {}
    for row in rows:
        attributes = documents.decode(row.document)
        columns = attributes.get("columns")
        evidence = attributes.get("evidence")
        scheme, _, rest = (row.target if row.verb == "consumed_by" else row.source).partition("://")
        found.setdefault(
            (row.source, row.verb, row.raw_target),
            Flow(
                environment=rest.partition("/")[0] if scheme in {"operation", "service", "topic"} else "",
                source=row.source,
                verb=row.verb,
                target=row.target,
                columns=tuple(str(each) for each in columns) if isinstance(columns, list) else (),
                classes=(),
                evidence=evidence if isinstance(evidence, str) else "",
                first_seen=row.first_seen or "",
                last_seen=row.last_seen or "",
                times=row.times,
            ),
        )
    return tuple(found.values())
