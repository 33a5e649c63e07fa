"""Short forms of what other tools write, and what a document of any format amounts to."""

from __future__ import annotations

from typing import Any

from collectors.traces.imports.formats import Formats
from tests.support.traces import answer, lines

MICROS = 1_790_000_000_000_000
NANOS = MICROS * 1000
TRACE = "5b8efff798038103d269b633813fc60c"
Document = Any


def told(document: Document, *verbs: str) -> list[str]:
    """The relations of what a document says, short; of some verbs or of all."""
    _, batch = Formats().json(document)
    assert batch.rejected == 0, batch.reason
    return lines(answer(batch.spans, _ENVIRONMENT), *verbs)


_ENVIRONMENT = "prod"


def zipkin_span(
    id: str, parent: str, kind: str, service: str, name: str = "", remote: str = "", **tags: str
) -> Document:
    """One span of Zipkin v2; underscores in the names of tags are dots."""
    return {
        "traceId": TRACE,
        "id": id * 16,
        **({"parentId": parent * 16} if parent else {}),
        **({"kind": kind.upper()} if kind else {}),
        "name": name,
        "timestamp": MICROS,
        "duration": 1000,
        "localEndpoint": {"serviceName": service},
        **({"remoteEndpoint": {"serviceName": remote}} if remote else {}),
        "tags": {"deployment.environment": _ENVIRONMENT, **_dotted(tags)},
    }


def jaeger_span(id: str, parent: str, kind: str, service: str, name: str, **tags: str) -> Document:
    """One trace of one span, as Jaeger's query service gives it."""
    holder = {"traceID": TRACE, "spanID": parent * 16, "refType": "CHILD_OF"}
    known = {"deployment.environment": _ENVIRONMENT}
    return {
        "traceID": TRACE,
        "spanID": id * 16,
        "operationName": name,
        "references": [holder] if parent else [],
        "startTime": MICROS,
        "duration": 1000,
        "tags": [*_jaeger_tags({"span.kind": kind}), *_jaeger_tags(_dotted(tags))],
        "process": {"serviceName": service, "tags": _jaeger_tags(known)},
    }


def otlp_span(id: str, parent: str, kind: str, service: str, name: str, **attributes: str) -> Document:
    """The spans of one resource, of one span; underscores in the names of attributes are dots."""
    resource = {"service.name": service, "deployment.environment.name": _ENVIRONMENT}
    span = {
        "traceId": TRACE,
        "spanId": id * 16,
        **({"parentSpanId": parent * 16} if parent else {}),
        "kind": f"SPAN_KIND_{kind.upper()}",
        "name": name,
        "startTimeUnixNano": str(NANOS),
        "endTimeUnixNano": str(NANOS + 10**6),
        "attributes": _otlp(_dotted(attributes)),
    }
    return {"resource": {"attributes": _otlp(resource)}, "scopeSpans": [{"spans": [span]}]}


def _dotted(names: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "."): value for name, value in names.items()}


def _jaeger_tags(tags: dict[str, str]) -> list[Document]:
    return [{"key": key, "type": "string", "value": value} for key, value in tags.items()]


def _otlp(attributes: dict[str, str]) -> list[Document]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
