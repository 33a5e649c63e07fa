"""The form in which nearly every exporter writes a span, and how any other span is put into it.

Its fields stand in the order of their numbers: trace id, id, parent, name, kind, times, attributes, and then little
of what nobody reads, and the flags. So ids and times stand at known places, and the attributes are one run of bytes.

Source: opentelemetry-proto 1.x, trace.proto; protobuf "Encoding".
"""

from __future__ import annotations

import re
from struct import Struct

from collectors.traces.otlp.schema import WireSpan
from collectors.traces.otlp.values import attribute, name_of
from collectors.traces.spans import LONGEST_NAME, REMOTE, Kind

# Tag and length of the ids, as one number each.
TRACE, ID, PARENT = 0x100A, 0x0812, 0x0822
HEAD = Struct("<H16sH8sH8s")
"""Trace id, id and parent, each behind its tag and length."""
HEAD_OF_ROOT = 28
HEAD_OF_CHILD = 38
STATE, NAME, KIND, START, END, ATTRIBUTE = 0x1A, 0x2A, 0x30, 0x39, 0x41, 0x4A
TIMES = Struct("<QBQ")
"""Start, a tag, end."""
CHILD = 0x22
"""The byte behind a root's head, if it has a parent after all."""

# Numbers of dropped attributes, events and links; a status without a message; flags.
_TAIL = re.compile(rb"(?:[P`p][\x00-\x7f]|z\x00|z\x02\x18[\x00-\x7f]|\x85\x01....)*", re.DOTALL)
_FLAGS = b"\x85\x01"
_REMOTE_FLAGS = _FLAGS + REMOTE.to_bytes(4, "little")


def length_of(content: bytes) -> bytes:
    """How protobuf writes the length of a field."""
    rest, written = len(content), bytearray()
    while rest > 127:
        written.append(rest & 127 | 128)
        rest >>= 7
    return bytes((*written, rest))


def size_at(raw: bytes, at: int) -> int:
    """The length of a name, with the bytes that its own length takes beyond one. Raises IndexError."""
    size = raw[at]
    return size if size < 128 else (size & 127 | raw[at + 1] << 7) + 1


def without_state(raw: bytes) -> tuple[bytes, str]:
    """A span that has a trace state in its usual place without it, and the trace state. Of others it is ""."""
    is_trace, _, is_id, _, is_state, _ = HEAD.unpack_from(raw)
    size = is_state >> 8
    begin = HEAD_OF_ROOT + 2
    if is_trace != TRACE or is_id != ID or is_state & 0xFF != STATE or size > 127 or begin + size > len(raw):
        return raw, ""
    return raw[:HEAD_OF_ROOT] + raw[begin + size :], raw[begin : begin + size].decode()


def without_tail(raw: bytes, begin: int) -> tuple[bytes, bytes] | None:
    """A span without what stands behind its attributes, save for the flags if these say something, and what that was.

    Nobody reads events and statuses, and no two spans have the same. None if anything else stands there. `begin`:
    where the attributes begin.
    """
    try:
        at = begin
        while raw[at] == ATTRIBUTE:
            at = _behind(raw, at + 1)
        end, remote = at, False
        while at < len(raw):
            tag = raw[at]
            if tag in _MESSAGES:
                at = _behind(raw, at + 1)
            elif tag in _NUMBERS and raw[at + 1] < 128:
                at += 2
            elif raw.startswith(_FLAGS, at):
                at += 6
                remote = int.from_bytes(raw[at - 4 : at], "little") & REMOTE == REMOTE
            else:
                return None
    except IndexError:
        return None
    return (raw[:end] + (_REMOTE_FLAGS if remote else b""), raw[end:]) if at == len(raw) else None


_MESSAGES = frozenset({0x5A, 0x6A, 0x7A})  # events, links, status
_NUMBERS = frozenset({0x50, 0x60, 0x70})  # of dropped attributes, events, links


def _behind(raw: bytes, at: int) -> int:
    """Where a field ends whose length stands there. Raises IndexError."""
    size = raw[at]
    if size < 128:
        return at + 1 + size
    if raw[at + 1] < 128:
        return at + 2 + (size & 127 | raw[at + 1] << 7)
    if raw[at + 2] < 128:
        return at + 3 + (size & 127 | (raw[at + 1] & 127) << 7 | raw[at + 2] << 14)
    raise IndexError


class Usual:
    """A span in the usual form.

    `raw`: its bytes; `name`: where the field of its name begins; `attributes`: where they begin, and `sent`: what
    they are. `kind`, `called`, `remote`: what is read of it.
    """

    __slots__ = ("attributes", "called", "kind", "name", "raw", "remote", "sent")

    def __init__(self, span: WireSpan, raw: bytes) -> None:
        """`raw`: the span as it came, which is kept if it is in the usual form. Raises Unusable."""
        called = span.name[:LONGEST_NAME]
        self.called = called
        self.kind = span.kind if span.kind in _KINDS else Kind.UNSPECIFIED
        self.remote = (span.flags & REMOTE) == REMOTE
        self.sent = [_usual_attribute(each) for each in span.attributes]
        parent = span.parent_span_id
        head = HEAD.pack(
            TRACE, span.trace_id.rjust(16, b"\0"), ID, span.span_id, PARENT, parent[:8].ljust(8, b"\0")
        )
        self.name = HEAD_OF_CHILD if parent else HEAD_OF_ROOT
        name = called.encode()
        start, end = span.start_time_unix_nano, span.end_time_unix_nano
        before = b"".join(
            (
                head[: self.name],
                bytes((NAME,)) + length_of(name) + name,
                bytes((KIND, self.kind, START)),
                TIMES.pack(start, END, end),
            )
        )
        self.attributes = len(before)
        whole = before + b"".join([b"J" + length_of(each) + each for each in self.sent])
        if raw.startswith(whole) and _TAIL.fullmatch(raw, len(whole)):
            self.raw = raw
        else:
            self.raw = whole + (_REMOTE_FLAGS if self.remote else b"")

    @property
    def key(self) -> bytes:
        """Name and kind."""
        return self.raw[self.name : self.attributes - TIMES.size]


_KINDS = frozenset(Kind)
_VALUE = b"\x12"


def _usual_attribute(raw: bytes) -> bytes:
    """An attribute with its name first and its value behind it. Raises Unusable."""
    name = name_of(raw)
    value = raw[2 + len(name) :]
    if name and (not value or any(value.startswith(_VALUE + length_of(value[1 + n :])) for n in (1, 2, 3))):
        return raw
    return attribute(raw).SerializeToString()
