"""One made-up story of two traces, and how each format tells it: the graph must be the same for all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from collectors.traces.facts import Flows
from collectors.traces.memory import MemoryFacts
from collectors.traces.spans import Span
from tests.support.traces import Value

MOMENT = 1_790_000_000 * 10**9
FIRST, SECOND = "6ab13b80" + "5f" * 12, "6ab13b80" + "7e" * 12
KINDS = {"internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}
RESOURCE = {
    "deployment.environment.name": "prod",
    "cloud.region": "eu-central-1",
    "cloud.account.id": "123456789012",
}
Document = Any


@dataclass(frozen=True)
class Told:
    """A span of the story. `at`, `took`: milliseconds."""

    id: str
    parent: str
    kind: str
    service: str
    name: str
    at: int
    took: int
    attributes: dict[str, Value] = field(default_factory=dict)
    trace: str = FIRST
    links: tuple[tuple[str, str], ...] = ()

    @property
    def start(self) -> int:
        return MOMENT + self.at * 10**6

    @property
    def end(self) -> int:
        return self.start + self.took * 10**6

    @property
    def resource(self) -> dict[str, str]:
        return {"service.name": self.service, **RESOURCE}


def _id(number: int) -> str:
    return f"a1b2c3d4e5f6{number:04x}"


def _http(host: str, port: int, method: str, path: str) -> dict[str, Value]:
    return {
        "http.request.method": method,
        "url.full": f"https://{host}:{port}{path}",
        "server.address": host,
        "server.port": port,
    }


_KAFKA: dict[str, Value] = {
    "messaging.system": "kafka",
    "messaging.destination.name": "orders",
    "server.address": "kafka.internal",
    "server.port": 9092,
}

STORY: Sequence[Told] = (
    Told(
        _id(1), "", "server", "front", "GET /orders/{id}", 0, 100,
        {"http.request.method": "GET", "http.route": "/orders/{id}", "url.path": "/orders/7",
         "client.address": "203.0.113.9", "http.response.status_code": 200},
    ),
    Told(_id(2), _id(1), "internal", "front", "load", 5, 90),
    Told(_id(3), _id(2), "client", "front", "GET", 10, 80, _http("orders.internal", 8080, "GET", "/orders/7")),
    Told(
        _id(4), _id(3), "server", "orders", "GET /orders/{id}", 15, 70,
        {"http.request.method": "GET", "http.route": "/orders/{id}", "url.path": "/orders/7",
         "client.address": "10.0.0.4", "http.response.status_code": 200},
    ),
    Told(
        _id(5), _id(4), "client", "orders", "SELECT shop", 20, 10,
        {"db.system.name": "postgresql", "db.namespace": "shop", "server.address": "db.internal", "server.port": 5432,
         "db.query.text": "SELECT email, total FROM orders JOIN customers USING (customer_id) WHERE id = ?"},
    ),
    Told(_id(6), _id(4), "client", "orders", "POST", 32, 10, _http("api.stripe.com", 443, "POST", "/v1/charges")),
    Told(_id(7), _id(4), "producer", "orders", "publish", 45, 5, _KAFKA | {"messaging.operation.type": "send"}),
    Told(
        _id(8), "", "consumer", "mailer", "process orders", 300, 50, _KAFKA | {"messaging.operation.type": "process"},
        trace=SECOND, links=((FIRST, _id(7)),),
    ),
    Told(
        _id(9), _id(8), "client", "mailer", "UPDATE mails", 310, 10,
        {"db.system.name": "mysql", "db.namespace": "mails", "server.address": "mails.internal", "server.port": 3306,
         "db.query.text": "UPDATE outbox SET sent = ? WHERE recipient = ?"},
        trace=SECOND,
    ),
)  # fmt: skip


def graph(spans: Sequence[Span]) -> set[tuple[str, str, str, str]]:
    """What spans amount to: source, verb, target and detail of each fact."""
    memory = MemoryFacts()
    Flows(memory).record(spans, 1)
    return {
        (fact.source, fact.verb, fact.target, fact.detail)
        for environment in memory.environments()
        for fact in memory.facts(environment)
    }


def otlp() -> Document:
    """An export request in JSON."""
    return {"resourceSpans": [_otlp(one) for one in STORY]}


def _otlp(one: Told) -> Document:
    span = {
        "traceId": one.trace,
        "spanId": one.id,
        "parentSpanId": one.parent,
        "kind": KINDS[one.kind],
        "name": one.name,
        "startTimeUnixNano": str(one.start),
        "endTimeUnixNano": str(one.end),
        "attributes": _otlp_attributes(one.attributes),
        "links": [{"traceId": trace, "spanId": id} for trace, id in one.links],
    }
    resource = {"attributes": _otlp_attributes(one.resource)}
    return {"resource": resource, "scopeSpans": [{"spans": [span]}]}


def _otlp_attributes(attributes: Any) -> Document:
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in attributes.items()
    ]


def zipkin() -> Document:
    """A list of spans, as the Collector's exporter writes them."""
    return [
        {
            "traceId": one.trace,
            "id": one.id,
            **({"parentId": one.parent} if one.parent else {}),
            **({"kind": one.kind.upper()} if one.kind != "internal" else {}),
            "name": one.name,
            "timestamp": one.start // 1000,
            "duration": (one.end - one.start) // 1000,
            "localEndpoint": {"serviceName": one.service},
            "tags": {key: str(value) for key, value in {**RESOURCE, **one.attributes}.items()},
        }
        for one in STORY
    ]


def jaeger() -> Document:
    """An answer of the query service."""
    return {"data": [_jaeger(trace) for trace in (FIRST, SECOND)], "total": 0, "errors": None}


def _jaeger(trace: str) -> Document:
    spans = [one for one in STORY if one.trace == trace]
    return {
        "traceID": trace,
        "spans": [
            {
                "traceID": trace,
                "spanID": one.id,
                "operationName": one.name,
                "references": [
                    *(
                        [{"refType": "CHILD_OF", "traceID": trace, "spanID": one.parent}]
                        if one.parent
                        else []
                    ),
                    *({"refType": "FOLLOWS_FROM", "traceID": other, "spanID": id} for other, id in one.links),
                ],
                "startTime": one.start // 1000,
                "duration": (one.end - one.start) // 1000,
                "tags": _jaeger_tags({**one.attributes, "span.kind": one.kind}),
                "logs": [{"timestamp": 1, "fields": [{"key": "event", "type": "string", "value": "x"}]}],
                "processID": one.service,
            }
            for one in spans
        ],
        "processes": {
            one.service: {"serviceName": one.service, "tags": _jaeger_tags(RESOURCE)} for one in spans
        },
    }


def _jaeger_tags(attributes: Any) -> Document:
    return [
        {"key": key, "type": "int64" if isinstance(value, int) else "string", "value": value}
        for key, value in attributes.items()
    ]


def lines(*documents: Document) -> bytes:
    """A document a line."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in documents)


def xray() -> Document:
    """What `aws xray batch-get-traces` prints, as written by OpenTelemetry's exporter."""
    traces = []
    for trace in (FIRST, SECOND):
        spans = [one for one in STORY if one.trace == trace]
        tops = [one for one in spans if one.kind in ("server", "consumer")]
        segments = [_segment(one, spans) for one in tops]
        traces.append(
            {
                "Id": _xray_id(trace),
                "Segments": [{"Id": one["id"], "Document": json.dumps(one)} for one in segments],
            }
        )
    return {"Traces": traces, "UnprocessedTraceIds": []}


def _xray_id(trace: str) -> str:
    return f"1-{trace[:8]}-{trace[8:]}"


def _segment(one: Told, spans: Sequence[Told]) -> Document:
    below = [each for each in spans if each.parent == one.id and each.kind not in ("server", "consumer")]
    given = {
        key: value
        for key, value in one.attributes.items()
        if not key.startswith(("url.full", "db.", "client."))
    }
    if "server.address" in given and not any(key.startswith("messaging.") for key in given):
        del given["server.address"], given["server.port"]
    segment: Document = {
        "id": one.id,
        "name": one.service if one.kind in ("server", "consumer") else one.name,
        "start_time": one.start / 1e9,
        "end_time": one.end / 1e9,
        "subsegments": [_segment(each, spans) for each in below],
        "metadata": {"default": {**given, "otel.resource.deployment.environment.name": "prod"}},
    }
    if one.kind in ("server", "consumer"):
        segment |= {
            "trace_id": _xray_id(one.trace),
            "aws": {"account_id": "123456789012", "region": "eu-central-1"},
        }
        segment |= {"parent_id": one.parent} if one.parent else {}
    elif one.kind != "internal":
        segment["namespace"] = "remote"
    if "http.request.method" in one.attributes:
        request = {"method": one.attributes["http.request.method"], "url": one.attributes.get("url.full", "")}
        request |= (
            {"client_ip": one.attributes["client.address"]} if "client.address" in one.attributes else {}
        )
        segment["http"] = {"request": request, "response": {"status": 200}}
    if "db.query.text" in one.attributes:
        told = one.attributes
        segment["sql"] = {
            "url": f"jdbc:{told['db.system.name']}://{told['server.address']}:{told['server.port']}/{told['db.namespace']}",
            "database_type": str(told["db.system.name"]).title(),
            "sanitized_query": told["db.query.text"],
        }
    segment["links"] = [{"trace_id": _xray_id(trace), "id": id} for trace, id in one.links]
    return segment


def insights() -> dict[str, Document]:
    """The tables of Log Analytics, as written by OpenTelemetry's exporter for Azure Monitor."""
    tables: dict[str, Document] = {"AppRequests": [], "AppDependencies": []}
    for one in STORY:
        served = one.kind in ("server", "consumer")
        tables["AppRequests" if served else "AppDependencies"].append(_insight(one, served=served))
    return tables


def _insight(one: Told, *, served: bool) -> Document:
    told = {key: str(value) for key, value in one.attributes.items()}
    host, port = told.pop("server.address", ""), told.pop("server.port", "")
    row: Document = {
        "TimeGenerated": f"{_iso(one.start)}Z",
        "Id": one.id,
        "ParentId": one.parent,
        "OperationId": one.trace,
        "Name": one.name,
        "ResultCode": told.pop("http.response.status_code", ""),
        "DurationMs": (one.end - one.start) / 10**6,
        "AppRoleName": one.service,
        "ItemCount": 1,
    }
    if one.links:
        told["_MS.links"] = json.dumps([{"operation_Id": trace, "id": id} for trace, id in one.links])
    if served:
        row |= {"Url": told.pop("url.path", ""), "ClientIP": told.pop("client.address", ""), "Source": ""}
    elif "db.system.name" in told:
        type, name = told.pop("db.system.name"), told.pop("db.namespace")
        row |= {
            "DependencyType": type,
            "Target": f"{host}:{port} | {name}",
            "Data": told.pop("db.query.text"),
        }
    elif one.kind == "internal":
        row |= {"DependencyType": "InProc", "Target": "", "Data": ""}
    else:
        row |= {"DependencyType": "HTTP", "Target": f"{host}:{port}", "Data": told.pop("url.full", "")}
    if "messaging.system" in told:
        row["Target"] = f"{host}:{port}/orders"
        told |= {"server.address": host, "server.port": port}
    return row | {"Properties": json.dumps(told | RESOURCE)}


def _iso(nanoseconds: int) -> str:
    whole = datetime.fromtimestamp(nanoseconds // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{nanoseconds % 10**9 // 100:07d}"


def cloudtrace() -> list[Document]:
    """Traces of Google Cloud Trace. It has no word for spans that send and receive messages, and no links."""
    return [
        {
            "projectId": RESOURCE["cloud.account.id"],
            "traceId": trace,
            "spans": [_cloudtrace(one) for one in STORY if one.trace == trace],
        }
        for trace in (FIRST, SECOND)
    ]


def _cloudtrace(one: Told) -> Document:
    kind = {"server": "RPC_SERVER", "client": "RPC_CLIENT"}.get(one.kind, "SPAN_KIND_UNSPECIFIED")
    return {
        "spanId": str(int(one.id, 16)),
        "parentSpanId": str(int(one.parent, 16)) if one.parent else "0",
        "kind": kind,
        "name": one.name,
        "startTime": _iso(one.start) + "Z",
        "endTime": _iso(one.end) + "Z",
        "labels": {
            **{key: str(value) for key, value in {**one.resource, **one.attributes}.items()},
            **({"span.kind": one.kind} if kind == "SPAN_KIND_UNSPECIFIED" else {}),
        },
    }
