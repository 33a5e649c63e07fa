"""Reads rows of Application Insights as Log Analytics answers them: requests are served, dependencies are called.

Source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/apprequests and .../appdependencies, and what
OpenTelemetry's exporter for Azure Monitor writes into them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

import orjson

from collectors.traces.imports.making import RESOURCE_KEYS, Maker, hex_id, plain, text, trace_id
from collectors.traces.spans import HEAVIEST, Batch, Kind, Place, Span

Row = Mapping[str, object]

_SYSTEMS = {
    "sql": "microsoft.sql_server",
    "mssql": "microsoft.sql_server",
    "azure documentdb": "azure.cosmosdb",
    "microsoft.documentdb": "azure.cosmosdb",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "mongodb": "mongodb",
    "redis": "redis",
    "oracle": "oracle.db",
    "cassandra": "cassandra",
    "sqlite": "sqlite",
}
_QUEUES = {
    "azure service bus": "servicebus",
    "azure event hubs": "eventhubs",
    "microsoft.servicebus": "servicebus",
    "microsoft.eventhub": "eventhubs",
    "kafka": "kafka",
    "rabbitmq": "rabbitmq",
}
_BESIDE = {
    "UserAuthenticatedId": "user.id",
    "UserId": "enduser.id",
    "Url": "url.full",
    "Data": "data",
    "Target": "target",
    "Source": "source",
}
"""Columns whose texts are looked through, as others call what is in them."""
_CALLED = "AppDependencies"
_INSIDE = "inproc"
_TARGET = re.compile(
    r"(?:tcp:)?(?P<host>\[[0-9a-fA-F:]+\]|[\w.-]+)(?:[,:](?P<port>\d+))?\s*(?:[|/]\s*(?P<name>[^|/?]+))?"
)


class InsightsReader:
    """Turns rows into spans."""

    def __init__(self) -> None:
        self._maker = Maker()

    def rows(self, requests: Iterable[Row], dependencies: Iterable[Row]) -> Batch:
        """Spans of rows, by the names of their columns."""
        spans: list[Span] = []
        rejected, reason = 0, ""
        for row, served in (*((row, True) for row in requests), *((row, False) for row in dependencies)):
            span = self._span(row, served=served)
            if isinstance(span, str):
                rejected, reason = rejected + 1, reason or span
            else:
                spans.append(span)
        return Batch(spans, rejected, reason)

    def json(self, document: object) -> Batch:
        """Spans of rows of both tables in one list: what has a dependency's type was called."""
        rows = [one for one in document if isinstance(one, dict)] if isinstance(document, list) else []
        called = [one for one in rows if one.get("Type") == _CALLED or text(one, "DependencyType")]
        known = {id(one) for one in called}
        return self.rows((one for one in rows if id(one) not in known), called)

    def _span(self, row: Row, *, served: bool) -> Span | str:
        try:
            place = trace_id(row.get("OperationId")), hex_id(row.get("Id"), 16)
            parent = hex_id(row.get("ParentId"), 16) if row.get("ParentId") != row.get("OperationId") else b""
            start = _nanoseconds(row.get("TimeGenerated"))
        except ValueError:
            return "a span has an id or time that cannot be read"
        properties = _properties(row.get("Properties"))
        kind = _served_kind(row, properties) if served else _called_kind(row, properties)
        took = row.get("DurationMs")
        weight = row.get("ItemCount")
        return self._maker.span(
            place,
            parent,
            kind,
            text(row, "Name"),
            (start, start + round((took if isinstance(took, int | float) else 0) * 10**6)),
            {**_resource(row), **{key: value for key, value in properties.items() if key in RESOURCE_KEYS}},
            {**(_served(row) if served else _called(row, kind)), **properties},
            beside=((name, text(row, column)) for column, name in _BESIDE.items()),
            links=_links(properties.get("_MS.links", "")),
            weight=max(1, min(weight, HEAVIEST)) if isinstance(weight, int) else 1,
        )


def _properties(value: object) -> dict[str, str]:
    """Custom dimensions: an object, or its JSON."""
    if isinstance(value, str) and value:
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return {}
    return {key: plain(one) for key, one in value.items()} if isinstance(value, dict) else {}


def _resource(row: Row) -> dict[str, str]:
    return {"service.name": text(row, "AppRoleName"), "cloud.provider": "azure"}


def _served_kind(row: Row, properties: Mapping[str, str]) -> Kind:
    queued = "messaging.system" in properties or text(row, "Source").startswith(("sb://", "amqp"))
    return Kind.CONSUMER if queued else Kind.SERVER


def _called_kind(row: Row, properties: Mapping[str, str]) -> Kind:
    type = text(row, "DependencyType").lower()
    if type.startswith(_INSIDE):
        return Kind.INTERNAL
    sends = type.startswith("queue message") or "messaging.system" in properties
    return Kind.PRODUCER if sends else Kind.CLIENT


def _served(row: Row) -> dict[str, str]:
    method, _, path = text(row, "Name").partition(" ")
    found = {
        "url.full": text(row, "Url"),
        "client.address": text(row, "ClientIP"),
        "http.response.status_code": text(row, "ResultCode"),
    }
    if method.isupper() and path.startswith("/"):
        found |= {"http.request.method": method, "http.route": path}
    return found


def _called(row: Row, kind: Kind) -> dict[str, str]:
    type, target = text(row, "DependencyType").lower(), _TARGET.match(text(row, "Target"))
    where = target.groupdict("") if target else {"host": "", "port": "", "name": ""}
    found = {"server.address": where["host"], "server.port": where["port"]}
    system = _SYSTEMS.get(type)
    queue = next((name for word, name in _QUEUES.items() if word in type), "")
    data = text(row, "Data")
    if system:
        found |= {"db.system.name": system, "db.namespace": where["name"].strip(), "db.query.text": data}
    elif queue or kind is Kind.PRODUCER:
        found |= {"messaging.system": queue, "messaging.destination.name": where["name"].strip()}
    elif kind is Kind.CLIENT:
        method, _, _ = text(row, "Name").partition(" ")
        found |= {"url.full": data, "http.request.method": method if method.isupper() else ""}
    return found if kind is not Kind.INTERNAL else {}


def _links(value: str) -> list[Place]:
    try:
        listed = orjson.loads(value) if value else []
        return [
            (trace_id(one.get("operation_Id")), hex_id(one.get("id"), 16))
            for one in listed
            if isinstance(one, dict)
        ]
    except ValueError:
        return []


def _nanoseconds(value: object) -> int:
    """From `2026-11-22T06:00:00.1234567Z`. Raises ValueError."""
    if not isinstance(value, str) or not value:
        raise ValueError("no time")
    whole, _, fraction = value.removesuffix("Z").partition(".")
    seconds = int(datetime.fromisoformat(whole + "+00:00").timestamp())
    return seconds * 10**9 + int(fraction[:9].ljust(9, "0") or 0)
