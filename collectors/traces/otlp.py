"""Reads OTLP trace messages, protobuf and JSON, into spans.

The protobuf schema is OTLP's own with one liberty: what is not always read (resource, attributes) is declared
as bytes, which the wire format allows. Decoding then costs what is read, not what is sent, and a known resource
or attribute is recognised by its bytes.

Source: opentelemetry-proto 1.x, trace.proto and common.proto; OTLP 1.x "JSON Protobuf Encoding".
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from collectors.traces.semconv import (
    NEEDLESS,
    RESOURCE_READERS,
    SERVER_TOO,
    SPAN_READERS,
    STATEMENT_KEYS,
    STATEMENT_LIMIT,
    WANTED,
    Pair,
    Value,
)
from collectors.traces.spans import NO_ID, Batch, Kind, MalformedTraces, Origin, Span, fault

_Field = descriptor_pb2.FieldDescriptorProto
_ATTRIBUTES_KEPT = 1024
_REMOTE = 0x300  # the parent's place is known, and it is remote


def _schema() -> Any:
    """The message class of a trace export whose resources and attributes stay bytes."""
    file = descriptor_pb2.FileDescriptorProto(
        name="driftline/traces.proto", package="driftline.traces", syntax="proto3"
    )
    fields: Mapping[str, tuple[tuple[str, int, int, str, bool], ...]] = {
        "Export": (("resource_spans", 1, _Field.TYPE_MESSAGE, "ResourceSpans", True),),
        "ResourceSpans": (
            ("resource", 1, _Field.TYPE_BYTES, "", False),
            ("scope_spans", 2, _Field.TYPE_MESSAGE, "ScopeSpans", True),
        ),
        "ScopeSpans": (("spans", 2, _Field.TYPE_MESSAGE, "Span", True),),
        "Span": (
            ("trace_id", 1, _Field.TYPE_BYTES, "", False),
            ("span_id", 2, _Field.TYPE_BYTES, "", False),
            ("parent_span_id", 4, _Field.TYPE_BYTES, "", False),
            ("name", 5, _Field.TYPE_STRING, "", False),
            ("kind", 6, _Field.TYPE_INT32, "", False),
            ("start_time_unix_nano", 7, _Field.TYPE_FIXED64, "", False),
            ("end_time_unix_nano", 8, _Field.TYPE_FIXED64, "", False),
            ("attributes", 9, _Field.TYPE_BYTES, "", True),
            ("flags", 16, _Field.TYPE_FIXED32, "", False),
        ),
    }
    for name, members in fields.items():
        message = file.message_type.add(name=name)
        for member, number, kind, type_name, repeated in members:
            message.field.add(
                name=member,
                number=number,
                type=kind,
                label=_Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL,
                type_name=f".driftline.traces.{type_name}" if type_name else None,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("driftline.traces.Export"))


_Export: Final = _schema()


class OtlpReader:
    """Turns messages into spans, and remembers the resources and attributes it has read before.

    One reader may be used by several threads: its memory is a cache whose entries never change.
    """

    def __init__(self, remembered: int = 50_000) -> None:
        self._remembered = remembered
        self._pairs: dict[bytes, Pair] = {}
        self._origins: dict[bytes, Origin] = {}

    def protobuf(self, body: bytes) -> Batch:
        """Spans of an ExportTraceServiceRequest. Raises MalformedTraces; then nothing of it is used."""
        try:
            export = _Export.FromString(body)
        except DecodeError:
            raise MalformedTraces(
                "the body is not an OTLP trace message: truncated or not protobuf"
            ) from None
        spans: list[Span] = []
        rejected, reason = 0, ""
        for resource_spans in export.resource_spans:
            try:
                origin = self._origin(resource_spans.resource)
            except DecodeError:
                raise MalformedTraces("the body is not an OTLP trace message: a resource is broken") from None
            for scope_spans in resource_spans.scope_spans:
                for span in scope_spans.spans:
                    trace, id, parent = span.trace_id, span.span_id, span.parent_span_id
                    start, end = span.start_time_unix_nano, span.end_time_unix_nano
                    wrong = fault(trace, id, start, end)
                    if not wrong:
                        try:
                            pairs, statement = self._attributes(span.attributes, span.kind)
                        except (DecodeError, IndexError):
                            wrong = "a span has a broken attribute"
                    if wrong:
                        rejected, reason = rejected + 1, reason or wrong
                        continue
                    remote = (span.flags & _REMOTE) == _REMOTE
                    parent = b"" if parent in (id, NO_ID) else parent
                    spans.append(
                        Span(
                            trace,
                            id,
                            parent,
                            span.kind,
                            span.name,
                            start,
                            end,
                            remote,
                            origin,
                            pairs,
                            statement,
                        )
                    )
        return Batch(spans, rejected, reason)

    def json(self, document: object) -> Batch:
        """Spans of an ExportTraceServiceRequest in JSON, already parsed. Raises MalformedTraces."""
        spans: list[Span] = []
        rejected, reason = 0, ""
        if not isinstance(document, dict) or "resourceSpans" not in document:
            raise MalformedTraces('the document is not OTLP JSON: it has no "resourceSpans"')
        for resource_spans in _dicts(document, "resourceSpans"):
            resource = resource_spans.get("resource") or {}
            origin = self._origin_of_json(resource if isinstance(resource, dict) else {})
            for scope_spans in _dicts(resource_spans, "scopeSpans"):
                for raw in _dicts(scope_spans, "spans"):
                    span = _json_span(raw, origin)
                    if isinstance(span, str):
                        rejected, reason = rejected + 1, reason or span
                    else:
                        spans.append(span)
        return Batch(spans, rejected, reason)

    def _attributes(self, attributes: Iterable[bytes], kind: int) -> tuple[tuple[Pair, ...], str]:
        """The wanted attributes, reduced, and the statement. Raises DecodeError, IndexError."""
        found: dict[bytes, bytes] = {}
        for raw in attributes:
            # KeyValue on the wire: tag, length of the key, key, value.
            name = raw[2 : 2 + raw[1]]
            if name in WANTED:
                found[name] = raw
        if not found:
            return (), ""
        for name, others in NEEDLESS:
            if name in found and (kind != Kind.SERVER or name in SERVER_TOO) and not others.isdisjoint(found):
                del found[name]
        statement = ""
        if not STATEMENT_KEYS.keys().isdisjoint(found):
            texts = {rank: found.pop(name) for name, rank in STATEMENT_KEYS.items() if name in found}
            statement = KeyValue.FromString(texts[min(texts)]).value.string_value[:STATEMENT_LIMIT]
        known = self._pairs
        pairs = []
        for name, raw in found.items():
            pair = known.get(raw) or self._pair(name, raw)
            if pair is not None:
                pairs.append(pair)
        return tuple(pairs), statement

    def _pair(self, name: bytes, raw: bytes) -> Pair | None:
        value = _value(KeyValue.FromString(raw).value)
        if not value:
            return None
        pair = (name.decode(), SPAN_READERS[name](value))
        if len(raw) <= _ATTRIBUTES_KEPT:
            if len(self._pairs) >= self._remembered:
                self._pairs.clear()
            self._pairs[raw] = pair
        return pair

    def _origin(self, raw: bytes) -> Origin:
        origin = self._origins.get(raw)
        if origin is None:
            attributes: dict[str, Value] = {}
            for attribute in Resource.FromString(raw).attributes:
                reader = RESOURCE_READERS.get(attribute.key.encode())
                value = _value(attribute.value) if reader else ""
                if reader and value:
                    attributes[attribute.key] = reader(value)
            origin = self._keep(raw, attributes)
        return origin

    def _origin_of_json(self, resource: Mapping[str, object]) -> Origin:
        key = orjson.dumps(resource, option=orjson.OPT_SORT_KEYS)
        return self._origins.get(key) or self._keep(key, dict(_json_pairs(resource, RESOURCE_READERS)))

    def _keep(self, raw: bytes, attributes: Mapping[str, Value]) -> Origin:
        if len(self._origins) >= self._remembered:
            self._origins.clear()
        # Resources that differ only in what is not read (a process id) are one origin.
        reduced = orjson.dumps(attributes, option=orjson.OPT_SORT_KEYS, default=list)
        origin = self._origins.setdefault(reduced, Origin(attributes))
        self._origins[raw] = origin
        return origin


def _value(value: AnyValue) -> Value:
    """A value as text, "" for what has no plain text (maps, bytes, nothing)."""
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "int_value":
            return str(value.int_value)
        case "array_value":
            return tuple(
                text for one in value.array_value.values[:64] if isinstance(text := _value(one), str) and text
            )
        case "bool_value":
            return "true" if value.bool_value else "false"
        case _:
            return ""


def _json_span(raw: Mapping[str, object], origin: Origin) -> Span | str:
    try:
        trace, id, parent = (_id(raw.get(key)) for key in ("traceId", "spanId", "parentSpanId"))
        start, end = (_number(raw.get(key)) for key in ("startTimeUnixNano", "endTimeUnixNano"))
        flags, kind = _number(raw.get("flags")), _kind(raw.get("kind"))
    except ValueError:
        return "a span has an id, time or kind that cannot be read"
    name = raw.get("name")
    wrong = fault(trace, id, start, end)
    if wrong:
        return wrong
    pairs = tuple(_json_pairs(raw, SPAN_READERS))
    parent = b"" if parent in (id, NO_ID) else parent
    remote = (flags & _REMOTE) == _REMOTE
    shown = name if isinstance(name, str) else ""
    return Span(trace, id, parent, kind, shown, start, end, remote, origin, pairs, _json_statement(raw))


def _json_pairs(holder: Mapping[str, object], readers: Mapping[bytes, Any]) -> Iterator[Pair]:
    for attribute in _dicts(holder, "attributes"):
        key = attribute.get("key")
        reader = readers.get(key.encode(errors="replace")) if isinstance(key, str) else None
        value = _json_value(attribute.get("value")) if reader else ""
        if reader and value:
            yield str(key), reader(value)


def _json_statement(raw: Mapping[str, object]) -> str:
    found = {
        STATEMENT_KEYS[key.encode()]: value
        for attribute in _dicts(raw, "attributes")
        if isinstance(key := attribute.get("key"), str)
        and key.encode(errors="replace") in STATEMENT_KEYS
        and isinstance(value := _json_value(attribute.get("value")), str)
    }
    return found[min(found)][:STATEMENT_LIMIT] if found else ""


def _json_value(value: object) -> Value:
    if not isinstance(value, dict):
        return ""
    for key in ("stringValue", "intValue"):
        if isinstance(plain := value.get(key), str | int):
            return str(plain)
    if isinstance(array := value.get("arrayValue"), dict):
        return tuple(
            text for one in _dicts(array, "values") if isinstance(text := _json_value(one), str) and text
        )
    return ""


def _dicts(holder: Mapping[str, object], key: str) -> list[dict[str, object]]:
    """The objects in a list. Raises MalformedTraces if it is something else."""
    found = holder.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise MalformedTraces(f'the document is not OTLP JSON: "{key}" is not a list of objects')
    return found


def _id(value: object) -> bytes:
    return binascii.unhexlify(value) if isinstance(value, str) else b""


def _number(value: object) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > 20:
        raise ValueError("not a number")
    return int(value)


def _kind(value: object) -> int:
    if isinstance(value, str) and value.startswith("SPAN_KIND_"):
        # The names are allowed to be read by the JSON mapping of protobuf, though OTLP asks for numbers.
        return (
            Kind[value.removeprefix("SPAN_KIND_")]
            if value.removeprefix("SPAN_KIND_") in Kind.__members__
            else 0
        )
    return _number(value)
