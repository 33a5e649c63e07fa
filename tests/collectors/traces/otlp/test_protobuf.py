"""A reader that recognises spans by their bytes reads what protobuf reads, whatever it was sent before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan

from collectors.traces.otlp import OtlpReader
from collectors.traces.otlp.schema import SPAN
from collectors.traces.otlp.values import value_of
from collectors.traces.semconv import NEEDLESS, SPAN_READERS, STATEMENT_KEYS
from collectors.traces.spans import Kind, MalformedTraces, Span, fault, weight_of
from tests.support.traces import MOMENT, Value, pairs, proto_span, resource_spans, span_id

Plain = tuple[object, ...]
RESOURCE = resource_spans("shop", []).resource.SerializeToString()
OPTIONAL = {name for name, _ in NEEDLESS}
LATE = {*OPTIONAL, b"client.address", b"http.client_ip", b"net.peer.ip", b"net.sock.peer.addr"}
ZERO = bytes(8)


class Undecided(Exception):
    """A broken attribute is no fault where nobody reads it, or where only a character of its text is broken."""


def varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes((*found, number))


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def body(raws: Sequence[bytes]) -> bytes:
    scope = b"".join(field(2, raw) for raw in raws)
    return field(1, field(1, RESOURCE) + field(2, scope))


def expected(raw: bytes) -> Plain | str:
    """What plain decoding makes of a span. Raises DecodeError."""
    span = SPAN.FromString(raw)
    wrong = fault(span.trace_id, span.span_id, span.start_time_unix_nano, span.end_time_unix_nano)
    if wrong:
        return wrong
    attributes: dict[str, object] = {}
    statements: dict[int, str] = {}
    for each in span.attributes:
        try:
            sent = KeyValue.FromString(each)
        except DecodeError:
            name = each[2 : 2 + each[1]] if each[:1] == b"\n" and len(each) > 1 else b""
            if name in SPAN_READERS and name not in LATE:
                return "broken"
            raise Undecided from None
        key, value = sent.key.encode(), value_of(sent.value)
        if key in STATEMENT_KEYS:
            statements[STATEMENT_KEYS[key]] = sent.value.string_value
        elif key in SPAN_READERS and value:
            attributes[sent.key] = SPAN_READERS[key](value)
    parent = span.parent_span_id
    parent = b"" if parent in (ZERO, span.span_id) else parent
    kind = span.kind if span.kind in {*Kind} else 0
    links = tuple(
        (one.trace_id, one.span_id) for one in span.links if len(one.trace_id) == 16 and len(one.span_id) == 8
    )
    return (
        span.trace_id.rjust(16, b"\0"),
        span.span_id,
        parent[:8].ljust(8, b"\0") if parent else b"",
        kind,
        span.name[:512],
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        span.flags & 0x300 == 0x300 and parent != b"" and kind not in (2, 5),
        {key: value for key, value in attributes.items() if key.encode() not in OPTIONAL and value},
        statements[min(statements)] if statements else "",
        links,
        weight_of(span.trace_state),
    )


def plain(span: Span) -> Plain:
    attributes = {
        key: value
        for key, value in span.attributes
        if key.encode() not in OPTIONAL and value and not key.startswith("driftline.")
    }
    return (*span[:3], int(span.kind), *span[4:8], attributes, *span[10:13])


def by_content(one: Plain) -> str:
    """Spans of one kind and name are read together: their order is another one than that in the message."""
    return repr([sorted(each.items()) if isinstance(each, dict) else each for each in one])


def agrees(reader: OtlpReader, raws: Sequence[bytes]) -> None:
    try:
        truth = [expected(raw) for raw in raws]
    except Undecided:
        return
    except DecodeError:
        with pytest.raises(MalformedTraces):
            reader.protobuf(body(raws))
        return
    batch = reader.protobuf(body(raws))
    read, meant = map(plain, batch.spans), [one for one in truth if not isinstance(one, str)]
    assert sorted(read, key=by_content) == sorted(meant, key=by_content)
    assert batch.rejected == sum(isinstance(one, str) for one in truth)


SORTS: tuple[tuple[str, str, dict[str, Value]], ...] = (
    (
        "server",
        "GET /a",
        {"http.request.method": "GET", "http.route": "/a", "url.path": "/a/%", "other": "x"},
    ),
    ("server", "GET", {"client.address": "10.0.0.%", "http.request.method": "GET", "user_agent": "%"}),
    ("client", "call", {"server.address": "db.example.com", "server.port": 5432, "thread.id": 17}),
    ("client", "q", {"db.system.name": "mysql", "db.query.text": "SELECT a FROM t WHERE b = %", "z": True}),
    ("client", "q", {"db.system.name": "mysql", "db.query.text": "SELECT a FROM t WHERE c = %" + " " * 300}),
    ("producer", "send", {"messaging.destination.name": "orders", "messaging.system": "kafka"}),
    ("internal", "n" * 200, {}),
    ("internal", "work", {"list": ["a", "b"], "aws.dynamodb.table_names": ["t", "u"]}),
)


def usual_spans(first: int) -> Iterator[bytes]:
    for number, (kind, name, attributes) in enumerate(SORTS * 2, first):
        shown = {
            key: value.replace("%", str(number)) if isinstance(value, str) else value
            for key, value in attributes.items()
        }
        parent = f"p{number}" if number % 3 else ""
        span = proto_span(f"s{number}", kind, name, parent, attributes=shown, flags=number % 2 * 0x300)
        if number % 6 == 1:
            span.events.add(time_unix_nano=MOMENT + number, name="exception")
        if number % 6 == 2:
            span.links.add(trace_id=span_id(f"t{number}") * 2, span_id=span_id("l"))
        if number % 6 == 3:
            span.status.message = f"failed {number}"
        if number % 4 == 0:
            span.trace_state = "ot=th:c"
        # Collectors write an empty status where there is none.
        yield span.SerializeToString() + (b"z\x00" if number % 5 == 0 else b"")


def experienced() -> OtlpReader:
    reader = OtlpReader()
    for first in range(0, 160, 16):
        agrees(reader, [*usual_spans(first)])
    return reader


READER = experienced()


def test_what_is_alike_is_recognised_and_read_as_plain_decoding_reads_it() -> None:
    agrees(READER, [*usual_spans(10_000)])


def test_a_span_cut_off_at_any_byte_is_read_as_plain_decoding_reads_it() -> None:
    others = [*usual_spans(20_000)]
    for raw in others[: len(SORTS)]:
        for end in range(len(raw)):
            agrees(READER, [raw[:end]])
            agrees(READER, [others[0], raw[:end], others[1]])


def test_a_span_that_is_changed_anywhere_is_read_as_plain_decoding_reads_it() -> None:
    random = Random(5)
    for raw in [*usual_spans(30_000)] * 120:
        at = random.randrange(len(raw))
        changed = [
            raw[:at] + bytes((raw[at] ^ 1 << random.randrange(8),)) + raw[at + 1 :],
            raw[:at] + raw[at + 1 :],
            raw[:at] + random.randbytes(random.choice((1, 2, 10))) + raw[at:],
            raw[:at] + raw[at : at + random.randrange(40)] + raw[at:],
        ]
        agrees(READER, [changed[random.randrange(4)], raw])


texts = st.sampled_from(["", "GET", "10.0.0.1", "db", "SELECT x FROM y", "/a/b", "a@example.com", "é" * 90])
keys = st.sampled_from(
    ["http.route", "url.path", "db.system", "db.statement", "db.query.text", "server.address", "unwanted", "",
     "client.address", "k" * 140]
)  # fmt: skip


def any_value(draw: st.DrawFn) -> bytes:
    one = pairs(
        {"k": draw(st.one_of(texts, st.integers(-3, 2**40), st.booleans(), st.lists(texts, max_size=2)))}
    )
    value = one[0].value.SerializeToString()
    return value + draw(st.sampled_from([b"", b"", field(1, b"twice"), field(99, b"unknown"), b"\x18\x07"]))


@st.composite
def key_values(draw: st.DrawFn) -> bytes:
    key, value = field(1, draw(keys).encode()), field(2, any_value(draw))
    order = draw(st.sampled_from(["kv", "kv", "kv", "vk", "kkv", "kvv", "k", "v", "", "kv?", "kvk"]))
    return b"".join({"k": key, "v": value, "?": field(77, b"x")}[one] for one in order)


@st.composite
def odd_spans(draw: st.DrawFn) -> bytes:
    """Spans with fields out of order, repeated, unknown, left out, or of odd lengths."""
    ids = st.sampled_from([span_id("a"), span_id("b"), ZERO, b"", b"short"])
    trace = st.sampled_from([span_id("t") * 2, span_id("t"), bytes(16), b""])
    times = st.sampled_from([MOMENT, MOMENT + 10**9, 0, 2**63, MOMENT - 10**6])
    link = ProtoSpan.Link(trace_id=span_id("t") * 2, span_id=span_id("l")).SerializeToString()
    event = ProtoSpan.Event(time_unix_nano=MOMENT, name="exception").SerializeToString()
    parts = [
        field(1, draw(trace)),
        field(2, draw(ids)),
        field(4, draw(ids)),
        field(5, draw(texts).encode()),
        b"\x30" + varint(draw(st.sampled_from([0, 1, 2, 3, 5, 9, 300]))),
        b"\x39" + draw(times).to_bytes(8, "little"),
        b"\x41" + draw(times).to_bytes(8, "little"),
        *(field(9, one) for one in draw(st.lists(key_values(), max_size=4))),
    ]
    more = draw(
        st.lists(
            st.sampled_from(
                [field(3, b"ot=th:8"), field(11, event), field(13, link), field(15, b""), field(15, b"\x12\x01x"),
                 b"\x85\x01\x00\x03\x00\x00", b"\x85\x01\x00\x01\x00\x00", b"\x50\x02", field(200, b"new"),
                 field(2, span_id("again")), b"\x32\x00", field(5, b"renamed")]
            ),
            max_size=4,
        )
    )  # fmt: skip
    if draw(st.booleans()):
        return b"".join(parts + more)
    return b"".join(draw(st.permutations(parts + more)))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(odd_spans(), min_size=1, max_size=5))
def test_spans_of_any_form_are_read_as_plain_decoding_reads_them(raws: list[bytes]) -> None:
    agrees(READER, raws)
    agrees(READER, raws)


def test_places_are_told_apart_though_their_spans_are_alike() -> None:
    reader = OtlpReader()
    spans = [proto_span("a", "server", "GET", attributes={"http.route": "/a"})]
    for name in ("one", "two", "one"):
        sent: list[ResourceSpans] = [resource_spans(name, spans), resource_spans("other", spans)]
        read = reader.protobuf(b"".join(field(1, one.SerializeToString()) for one in sent)).spans
        assert [span.origin.attributes["service.name"] for span in read] == [name, "other"]
