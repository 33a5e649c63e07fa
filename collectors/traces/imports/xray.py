"""Reads X-Ray's segment documents: a segment is what a service did, its subsegments what it called meanwhile.

Segments that X-Ray infers for what was called say nothing that the caller's subsegment does not say.

Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson

from collectors.traces.imports.making import (
    Maker,
    hex_id,
    inner_texts,
    member,
    members,
    plain,
    text,
    trace_id,
)
from collectors.traces.spans import Batch, Kind, MalformedTraces, Place, Span

Document = Mapping[str, object]

_SYSTEMS = {
    "microsoft sql server": "microsoft.sql_server",
    "sql server": "microsoft.sql_server",
    "mssql": "microsoft.sql_server",
    "oracle": "oracle.db",
    "postgres": "postgresql",
}
_AWS = {
    "operation": "rpc.method",
    "table_name": "aws.dynamodb.table_names",
    "table_names": "aws.dynamodb.table_names",
    "attributes_to_get": "aws.dynamodb.attributes_to_get",
    "queue_url": "aws.sqs.queue.url",
    "bucket_name": "aws.s3.bucket",
    "key": "aws.s3.key",
    "topic_arn": "aws.sns.topic.arn",
    "stream_name": "aws.kinesis.stream_name",
}
_NAMED = {
    "DynamoDB": "aws.dynamodb.table_names",
    "S3": "aws.s3.bucket",
    "SNS": "aws.sns.topic.arn",
    "SQS": "aws.sqs.queue.url",
}
"""What `resource_names` name, where the SDK has recorded nothing else of a call."""
_RESOURCE = {
    ("account_id",): "cloud.account.id",
    ("region",): "cloud.region",
    ("resource_arn",): "cloud.resource_id",
    ("function_arn",): "cloud.resource_id",
    ("ecs", "task_arn"): "aws.ecs.task.arn",
    ("ecs", "cluster_arn"): "aws.ecs.cluster.arn",
    ("ecs", "task_family"): "aws.ecs.task.family",
    ("eks", "cluster_name"): "k8s.cluster.name",
    ("ec2", "instance_id"): "host.id",
}
_URL = re.compile(
    r"(?:jdbc:)?(?:[\w:+.-]*?(?://|@))?(?P<host>\[[0-9a-fA-F:]+\]|[\w.-]+)(?::(?P<port>\d+))?"
    r"(?:[/:](?P<name>[\w$.-]+))?(?:;(?:.*;)?database(?:Name)?=(?P<other>[^;]+))?",
    re.IGNORECASE,
)
_RESOURCE_PREFIX = "otel.resource."
_CALLED, _RUN = "AWS::Lambda", "AWS::Lambda::Function"


@dataclass(frozen=True, slots=True)
class _Around:
    """What a subsegment takes from what it lies in."""

    trace: bytes
    parent: bytes
    resource: Mapping[str, str]


class XrayReader:
    """Turns segment documents into spans."""

    def __init__(self) -> None:
        self._maker = Maker()

    def json(self, document: object) -> Batch:
        """Spans of what `aws xray batch-get-traces` prints, a segment, or a list of them. Raises MalformedTraces."""
        segments = [one for one in _segments(document) if not one.get("inferred")]
        spans: list[Span] = []
        rejected, reason = 0, ""
        services = _services(segments)
        called = {text(one, "id"): text(one, "name") for one in segments if text(one, "origin") == _CALLED}
        for segment in segments:
            # A function has two segments, of its being called and of what it then did: they are one operation.
            within = text(segment, "origin") == _RUN and called.get(text(segment, "parent_id"))
            top = text(segment, "type") != "subsegment" and within != text(segment, "name")
            for span in self._spans(segment, services, top=top):
                if isinstance(span, str):
                    rejected, reason = rejected + 1, reason or span
                else:
                    spans.append(span)
        return Batch(spans, rejected, reason)

    def _spans(
        self, segment: Document, services: Mapping[str, Mapping[str, str]], *, top: bool
    ) -> Iterator[Span | str]:
        try:
            around = _Around(
                _trace(segment.get("trace_id")),
                hex_id(segment.get("parent_id"), 16),
                services.get(text(segment, "id"), {}),
            )
        except ValueError:
            yield "a span has an id that cannot be read"
            return
        yield from self._below(segment, around, top=top)

    def _below(self, segment: Document, around: _Around, *, top: bool) -> Iterator[Span | str]:
        try:
            id = hex_id(segment.get("id"), 16)
            links = [
                (_trace(one.get("trace_id")), hex_id(one.get("id"), 16)) for one in members(segment, "links")
            ]
        except ValueError:
            yield "a span has an id that cannot be read"
            return
        yield self._span(segment, (around.trace, id), around, links, top=top)
        inside = _Around(around.trace, id, around.resource)
        for one in members(segment, "subsegments"):
            yield from self._below(one, inside, top=False)

    def _span(
        self, segment: Document, place: Place, around: _Around, links: list[Place], *, top: bool
    ) -> Span | str:
        kind = _kind(segment, around, top=top)
        attributes = {
            **_http(segment, kind),
            **_sql(member(segment, "sql")),
            **_aws(segment),
            **_annotated(segment),
        }
        return self._maker.span(
            place,
            around.parent,
            kind,
            # A query is named DATABASE@HOST, which is nobody's address.
            text(segment, "name").partition("@")[0] if "sql" in segment else text(segment, "name"),
            (_nanoseconds(segment.get("start_time")), _nanoseconds(segment.get("end_time"))),
            around.resource,
            attributes,
            beside=_beside(segment),
            links=links,
        )


def _segments(document: object) -> list[Document]:
    """All segments in a document. Raises MalformedTraces."""
    if isinstance(document, dict) and isinstance(document.get("Traces"), list):
        found = []
        for trace in members(document, "Traces"):
            for one in members(trace, "Segments"):
                try:
                    found.append(orjson.loads(text(one, "Document")))
                except orjson.JSONDecodeError:
                    raise MalformedTraces("a segment's document is not JSON") from None
        document = found
    listed: list[object] = document if isinstance(document, list) else [document]
    segments: list[Document] = [one for one in listed if isinstance(one, dict) and "trace_id" in one]
    if len(segments) < len(listed):
        raise MalformedTraces("the document is not of X-Ray: not every segment in it has a trace_id")
    return segments


def _services(segments: list[Document]) -> dict[str, Mapping[str, str]]:
    """The resource of each segment by its id: one sent apart from what it lies in has that one's."""
    found: dict[str, Mapping[str, str]] = {}
    apart: dict[str, Document] = {}
    parents: dict[str, str] = {}
    above: dict[str, str] = {}
    for segment in segments:
        id = text(segment, "id")
        for inner in _ids(segment):
            above[inner] = id
        if segment.get("type") == "subsegment":
            apart[id], parents[id] = segment, text(segment, "parent_id")
        else:
            found[id] = _resource(segment)
    for id, parent in parents.items():
        seen = {id}
        holder = above.get(parent, parent)
        while holder in parents and holder not in seen:
            seen.add(holder)
            holder = above.get(parents[holder], parents[holder])
        found[id] = found.get(holder) or _named(_metadata(apart[id]))
    return found


def _ids(segment: Document) -> Iterator[str]:
    yield text(segment, "id")
    for one in members(segment, "subsegments"):
        yield from _ids(one)


def _resource(segment: Document) -> dict[str, str]:
    aws = member(segment, "aws")
    found = {"service.name": text(segment, "name"), "cloud.provider": "aws" if aws else ""}
    for path, name in _RESOURCE.items():
        holder = aws if len(path) == 1 else member(aws, path[0])
        found[name] = text(holder, path[-1]) or found.get(name, "")
    if text(segment, "origin").startswith("AWS::Lambda"):
        found["cloud.resource_id"] = found["cloud.resource_id"] or text(segment, "resource_arn")
    return {**found, **_named(_metadata(segment))}


def _named(metadata: Mapping[str, str]) -> dict[str, str]:
    """What OpenTelemetry's exporter keeps of a resource."""
    return {
        name.removeprefix(_RESOURCE_PREFIX): value
        for name, value in metadata.items()
        if name.startswith(_RESOURCE_PREFIX)
    }


def _metadata(segment: Document) -> dict[str, str]:
    return {name: plain(value) for name, value in member(member(segment, "metadata"), "default").items()}


def _annotated(segment: Document) -> dict[str, str]:
    """Attributes that OpenTelemetry's exporter has no other place for."""
    metadata = _metadata(segment)
    return {
        name: value for name, value in metadata.items() if not name.startswith(_RESOURCE_PREFIX) and value
    }


def _beside(segment: Document) -> Iterator[tuple[str, str]]:
    """What a segment says beside: who asked, what it is found by, all metadata, and what went wrong."""
    yield "user.id", text(segment, "user")
    for key, value in member(segment, "annotations").items():
        # Dots are not allowed in these keys: OpenTelemetry's exporter writes `user_email`.
        name = key.replace("_", ".")
        yield name if name.startswith(_OF_USERS) else key, plain(value)
    for space, known in member(segment, "metadata").items():
        yield from inner_texts(known, "" if space == "default" else space)
    for one in members(member(segment, "cause"), "exceptions"):
        yield "exception.message", text(one, "message")
    where = text(member(segment, "sql"), "url") or text(member(segment, "sql"), "connection_string")
    yield "sql.url", where if "://" in where else ""
    yield "user_agent.original", text(member(member(segment, "http"), "request"), "user_agent")


_OF_USERS = ("user.", "enduser.", "session.")


def _kind(segment: Document, around: _Around, *, top: bool) -> Kind:
    if not top:
        calls = segment.get("namespace") in ("aws", "remote") or "sql" in segment
        sends = _annotated(segment).get("messaging.operation.type") in ("send", "publish")
        return (Kind.PRODUCER if sends else Kind.CLIENT) if calls else Kind.INTERNAL
    if _annotated(segment).get("messaging.operation.type") in ("process", "receive"):
        return Kind.CONSUMER
    serves = bool(member(segment, "http")) or any(around.parent)
    return Kind.SERVER if serves or text(segment, "origin").startswith("AWS::Lambda") else Kind.INTERNAL


def _http(segment: Document, kind: Kind) -> dict[str, str]:
    request, response = (
        member(member(segment, "http"), "request"),
        member(member(segment, "http"), "response"),
    )
    return {
        "http.request.method": text(request, "method"),
        # Who calls a service of AWS calls what it names there, not the address that all of that service have.
        "url.full": "" if segment.get("namespace") == "aws" else text(request, "url"),
        "client.address": text(request, "client_ip") if kind == Kind.SERVER else "",
        "http.response.status_code": plain(response.get("status")),
    }


def _sql(sql: Document) -> dict[str, str]:
    if not sql:
        return {}
    system = text(sql, "database_type").strip().lower()
    where = _URL.match(text(sql, "url") or text(sql, "connection_string"))
    found = where.groupdict("") if where else {}
    return {
        "db.system.name": _SYSTEMS.get(system, system),
        "db.query.text": text(sql, "sanitized_query"),
        "server.address": found.get("host", ""),
        "server.port": found.get("port", ""),
        "db.namespace": found.get("name", "") or found.get("other", ""),
    }


def _aws(segment: Document) -> dict[str, str]:
    aws = member(segment, "aws")
    if segment.get("namespace") != "aws" or not aws:
        return {}
    found = {"rpc.system.name": "aws-api", "rpc.service": text(segment, "name")}
    for key, name in _AWS.items():
        value = aws.get(key)
        if isinstance(value, list):
            found[name] = orjson.dumps([one for one in value if isinstance(one, str)]).decode()
        elif isinstance(value, str) and value:
            found[name] = value
    named = _NAMED.get(text(segment, "name"), "")
    listed = [one for one in _listed(aws.get("resource_names")) if isinstance(one, str)]
    if named and listed and named not in found:
        found[named] = orjson.dumps(listed).decode() if named == _NAMED["DynamoDB"] else listed[0]
    if "aws.dynamodb.table_names" in found:
        found["db.system.name"] = "aws.dynamodb"
    return found


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _trace(value: object) -> bytes:
    """From `1-5f84c7a1-e7d1852db8c4fd35d88bf49a`, or as the standard has it. Raises ValueError."""
    parts = value.split("-") if isinstance(value, str) else []
    return trace_id("".join(parts[1:]) if len(parts) == 3 else value)


def _nanoseconds(value: object) -> int:
    """From seconds; 0 for a segment in progress."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**11:
        return 0
    return round(value * 1e6) * 1000
