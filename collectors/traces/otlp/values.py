"""Reads single attributes of OTLP protobuf: their name, and their value as text."""

from __future__ import annotations

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from collectors.traces.semconv import SPAN_READERS, Pair, Value

_KEY, _VALUE, _TEXT = 0x0A, 0x12, 0x0A  # tags of KeyValue.key, KeyValue.value, AnyValue.string_value
VALUES_OF_A_LIST = 64


class Unusable(ValueError):
    """A span that is left out of its message; says why."""


def attribute(raw: bytes) -> KeyValue:
    """Raises Unusable."""
    try:
        return KeyValue.FromString(raw)
    except DecodeError:
        raise Unusable("a span has a broken attribute") from None


def name_of(raw: bytes) -> bytes:
    """The name of an attribute that begins with it, as all do that anybody sends; b"" of others."""
    if len(raw) >= 2 and raw[0] == _KEY and raw[1] < 128 and len(raw) >= 2 + raw[1]:
        return raw[2 : 2 + raw[1]]
    return b""


def text_of(raw: bytes) -> str:
    """The value of an attribute that begins with its name, if it is text. Raises Unusable."""
    at = 2 + raw[1]
    size = len(raw) - at - 4
    # Short values stand where they always do: tag and length of the value, tag and length of its text, text.
    if (
        0 <= size < 124
        and raw[at] == _VALUE
        and raw[at + 2] == _TEXT
        and raw[at + 3] == size == raw[at + 1] - 2
    ):
        return raw[at + 4 :].decode(errors="replace")
    return attribute(raw).value.string_value


def plain_value(raw: bytes) -> Value:
    """The value of an attribute, "" if it has no plain text. Raises Unusable."""
    return value_of(attribute(raw).value)


def pair_of(raw: bytes) -> Pair | None:
    """A wanted attribute, reduced; None if it is not wanted or has no plain value. Raises Unusable."""
    sent = attribute(raw)
    reader = SPAN_READERS.get(sent.key.encode(errors="replace"))
    value = value_of(sent.value) if reader else ""
    return (sent.key, reader(value)) if reader and value else None


def value_of(value: AnyValue) -> Value:
    """A value as text, "" for what has no plain text (maps, bytes, nothing)."""
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "int_value":
            return str(value.int_value)
        case "array_value":
            values = value.array_value.values[:VALUES_OF_A_LIST]
            return tuple(text for one in values if isinstance(text := value_of(one), str) and text)
        case "bool_value":
            return "true" if value.bool_value else "false"
        case _:
            return ""
