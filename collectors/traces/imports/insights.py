"""Reads rows of Application Insights as Log Analytics answers them: requests are served, dependencies are called.

Source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/apprequests and .../appdependencies, and what
OpenTelemetry's exporter for Azure Monitor writes into them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from string import hexdigits

import orjson

from collectors.traces.imports.making import RESOURCE_KEYS, Maker, hex_id, plain, text, trace_id
from collectors.traces.imports.rows import Row, rows_of
from collectors.traces.spans import HEAVIEST, Batch, Kind, Place, Span

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
    "servicebus.windows.net": "servicebus",
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
_ADDRESSED = re.compile(r"(?:(?:sb|amqps?|kafka)://)?(?P<host>[\w-]+(?:\.[\w-]+)+)/(?P<name>[^|?]*)")
"""A queue with the host that it is on."""
_COSMOS = re.compile(r"https://[^/]+/dbs/([^/?]+)/colls/([^/?]+)")
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
        rows = rows_of(document)
        called = [one for one in rows if one.get("Type") == _CALLED or text(one, "DependencyType")]
        known = {id(one) for one in called}
        return self.rows((one for one in rows if id(one) not in known and _is_request(one)), called)

    def _span(self, row: Row, *, served: bool) -> Span | str:
        try:
            place = _id(text(row, "OperationId"), 32), _id(text(row, "Id"), 16)
            above = text(row, "ParentId")
            parent = _id(above, 16) if above != text(row, "OperationId") else b""
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
            {**(_served(row, properties) if served else _called(row, kind)), **properties},
            beside=((name, text(row, column)) for column, name in _BESIDE.items()),
            links=_links(properties.get("_MS.links", "")),
            weight=max(1, min(weight, HEAVIEST)) if isinstance(weight, int) else 1,
        )


def _is_request(row: Row) -> bool:
    return (text(row, "Type") or text(row, "itemType")) in {"", "AppRequests", "request"}


def _id(value: str, width: int) -> bytes:
    """An id of so many hexadecimal digits; of SDKs before W3C's standard (`|4bf9.1.cc1_`), what stands for it."""
    bare = value.strip("|.")
    if not bare:
        return b""
    if len(bare) <= width and not bare.strip(hexdigits):
        return hex_id(bare, width)
    return sha256(bare.encode(errors="replace")).digest()[: width // 2]


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
    queued = "messaging.system" in properties or _received(row, properties)
    return Kind.CONSUMER if queued else Kind.SERVER


def _received(row: Row, properties: Mapping[str, str]) -> dict[str, str]:
    """Which topic a message came from; nothing of a request that is none."""
    source = text(row, "Source")
    bound = dict(
        part.split(":", 1) for part in source.split(" | ") if ":" in part
    )  # as Azure Functions say it
    where = _ADDRESSED.fullmatch(bound.get("endpoint", source).strip())
    system = _queue_of(bound.get("type", "")) or properties.get("messaging.system", "")
    if not system and where is None:
        return {}
    found = {
        "messaging.system": system or _queue_of(where["host"] if where else ""),
        "messaging.destination.name": bound.get("name") or (where["name"] if where else source),
        "server.address": where["host"] if where else "",
    }
    return {name: value.strip() for name, value in found.items()}


def _queue_of(words: str) -> str:
    return next((name for word, name in _QUEUES.items() if word in words.lower()), "")


def _called_kind(row: Row, properties: Mapping[str, str]) -> Kind:
    type = text(row, "DependencyType").lower()
    if type.startswith(_INSIDE):
        return Kind.INTERNAL
    sends = type.startswith("queue message") or "messaging.system" in properties
    return Kind.PRODUCER if sends else Kind.CLIENT


def _served(row: Row, properties: Mapping[str, str]) -> dict[str, str]:
    if received := _received(row, properties):
        return received
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
    if kind is Kind.INTERNAL:
        return {}
    type, stated = text(row, "DependencyType").lower(), text(row, "Target").strip()
    target = _TARGET.match(stated)
    where = target.groupdict("") if target else {"host": "", "port": "", "name": ""}
    found = {"server.address": where["host"], "server.port": where["port"]}
    system, queue, data, name = _SYSTEMS.get(type), _queue_of(type), text(row, "Data"), where["name"].strip()
    if system:
        # Where texts of queries are not collected, the target stands in their place.
        asked = {"db.query.text": data if data.strip() != stated else ""}
        found |= {"db.system.name": system, "db.namespace": name, **asked}
        if document := _COSMOS.match(data):
            found |= {"db.namespace": document[1], "db.collection.name": document[2], "db.query.text": ""}
    elif queue or kind is Kind.PRODUCER:
        found |= {"messaging.system": queue, "messaging.destination.name": name or where["host"]}
        found["server.address"] = where["host"] if name else ""
    else:
        method, _, _ = text(row, "Name").partition(" ")
        found |= {"url.full": data, "http.request.method": method if method.isupper() else ""}
    return found


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
    whole, _, fraction = value.removesuffix("Z").removesuffix("+00:00").partition(".")
    seconds = int(datetime.fromisoformat(whole + "+00:00").timestamp())
    return seconds * 10**9 + int(fraction[:9].ljust(9, "0") or 0)
