"""The protobuf schema of a trace export, with two liberties that the wire format allows.

- Resources, spans and attributes stay bytes: decoding then costs what is read, not what is sent, and what was read
  before is recognised by its bytes. A span is decoded by a schema of its own, if at all.
- What is never read is not declared.

Source: opentelemetry-proto 1.x, trace.proto and common.proto.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol, TypeVar, cast

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto

_FIELDS: Mapping[str, tuple[tuple[str, int, int, str, bool], ...]] = {
    "Export": (("resource_spans", 1, _Field.TYPE_MESSAGE, "ResourceSpans", True),),
    "ResourceSpans": (
        ("resource", 1, _Field.TYPE_BYTES, "", False),
        ("scope_spans", 2, _Field.TYPE_MESSAGE, "ScopeSpans", True),
    ),
    "ScopeSpans": (
        ("scope", 1, _Field.TYPE_BYTES, "", False),
        ("spans", 2, _Field.TYPE_BYTES, "", True),
    ),
    "Span": (
        ("trace_id", 1, _Field.TYPE_BYTES, "", False),
        ("span_id", 2, _Field.TYPE_BYTES, "", False),
        ("trace_state", 3, _Field.TYPE_STRING, "", False),
        ("parent_span_id", 4, _Field.TYPE_BYTES, "", False),
        ("name", 5, _Field.TYPE_STRING, "", False),
        ("kind", 6, _Field.TYPE_INT32, "", False),
        ("start_time_unix_nano", 7, _Field.TYPE_FIXED64, "", False),
        ("end_time_unix_nano", 8, _Field.TYPE_FIXED64, "", False),
        ("attributes", 9, _Field.TYPE_BYTES, "", True),
        ("links", 13, _Field.TYPE_MESSAGE, "Link", True),
        ("flags", 16, _Field.TYPE_FIXED32, "", False),
    ),
    "Link": (("trace_id", 1, _Field.TYPE_BYTES, "", False), ("span_id", 2, _Field.TYPE_BYTES, "", False)),
}


class Link(Protocol):
    trace_id: bytes
    span_id: bytes


class WireSpan(Protocol):
    trace_id: bytes
    span_id: bytes
    trace_state: str
    parent_span_id: bytes
    name: str
    kind: int
    start_time_unix_nano: int
    end_time_unix_nano: int
    attributes: Sequence[bytes]
    links: Sequence[Link]
    flags: int


class ScopeSpans(Protocol):
    scope: bytes
    spans: Sequence[bytes]


class ResourceSpans(Protocol):
    resource: bytes
    scope_spans: Sequence[ScopeSpans]


class Export(Protocol):
    resource_spans: Sequence[ResourceSpans]


Message_co = TypeVar("Message_co", covariant=True)


class MessageClass(Protocol[Message_co]):
    def FromString(self, body: bytes) -> Message_co:  # noqa: N802 - protobuf names it
        """Raises google.protobuf.message.DecodeError."""
        ...


def _pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(
        name="driftline/traces.proto", package="driftline.traces", syntax="proto3"
    )
    for name, members in _FIELDS.items():
        message = file.message_type.add(name=name)
        for member, number, kind, type_name, repeated in members:
            message.field.add(
                name=member,
                number=number,
                type=cast("descriptor_pb2.FieldDescriptorProto.Type.ValueType", kind),
                label=_Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL,
                type_name=f".driftline.traces.{type_name}" if type_name else None,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _message_class(name: str) -> object:
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"driftline.traces.{name}"))


_POOL = _pool()
EXPORT: Final = cast("MessageClass[Export]", _message_class("Export"))
SPAN: Final = cast("MessageClass[WireSpan]", _message_class("Span"))
