"""Files of traces: every format, and what is said of files that are none."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from collectors.traces import imports
from collectors.traces.facts import Flows
from collectors.traces.imports import TraceFileError, files, import_file, read_file
from collectors.traces.memory import MemoryFacts
from collectors.traces.merging import Merged, merge
from tests.support.traces import LONG_AFTER, export, lines, proto_span, resource_spans

MESSAGE = export(
    resource_spans("front", [proto_span("a", "server", "GET /"), proto_span("b", "client", parent="a")]),
    resource_spans("back", [proto_span("c", "server", "GET /c", parent="b")]),
)
CALLS = ["front/GET / calls back/GET /c evidence=paired"]


def otlp(service: str, id: str, parent: str, kind: object, name: str) -> dict[str, object]:
    resource = [
        {"key": "service.name", "value": {"stringValue": service}},
        {"key": "deployment.environment", "value": {"stringValue": "prod"}},
    ]
    span = {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": id * 16,
        "parentSpanId": parent * 16,
        "kind": kind,
        "name": name,
        "startTimeUnixNano": "1790000000000000000",
        "endTimeUnixNano": 1790000000500000000,
        "attributes": [{"key": "server.port", "value": {"intValue": "80"}}],
    }
    return {"resourceSpans": [{"resource": {"attributes": resource}, "scopeSpans": [{"spans": [span]}]}]}


DOCUMENTS = [
    otlp("front", "a", "", "SPAN_KIND_SERVER", "GET /"),
    otlp("front", "b", "a", 3, "x"),
    otlp("back", "c", "b", 2, "GET /c"),
]
LINES = b"\n".join(json.dumps(one).encode() for one in DOCUMENTS)


def zipkin(
    id: str, parent: str, kind: str, service: str, name: str = "", **more: object
) -> dict[str, object]:
    found: dict[str, object] = {
        "traceId": "463ac35c9f6413ad",
        "id": id,
        "kind": kind,
        "name": name,
        "timestamp": 1_790_000_000_000_000,
        "duration": 1000,
        "localEndpoint": {"serviceName": service},
        "tags": {"deployment.environment": "prod"},
        **more,
    }
    if parent:
        found["parentId"] = parent
    return {key: value for key, value in found.items() if value != ""}


SHARED = [
    zipkin("a", "", "SERVER", "front", "GET /"),
    zipkin(
        "b",
        "a",
        "CLIENT",
        "front",
        "get",
        remoteEndpoint={"serviceName": "back", "ipv4": "10.0.0.9", "port": 80},
    ),
    zipkin("b", "a", "SERVER", "back", "GET /c", shared=True, timestamp=0),
    zipkin(
        "d",
        "b",
        "CLIENT",
        "back",
        "query",
        tags={"deployment.environment": "prod", "sql.query": "select email from people where id = 3"},
        remoteEndpoint={"serviceName": "crm"},
    ),
]


def varint(number: int) -> bytes:
    found = b""
    while number > 0x7F:
        found += bytes([number & 0x7F | 0x80])
        number >>= 7
    return found + bytes([number])


def imported(path: Path) -> tuple[imports.Imported, Merged]:
    memory = MemoryFacts()
    result = import_file(path, Flows(memory))
    return result, merge("prod", memory.facts("prod"), LONG_AFTER)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (MESSAGE, "otlp protobuf"),
        (varint(len(MESSAGE)) + MESSAGE, "otlp protobuf"),
        (gzip.compress(MESSAGE, mtime=0), "otlp protobuf"),
        (LINES, "otlp json"),
        (LINES + b"\n\n", "otlp json"),
        (b"\xef\xbb\xbf" + LINES, "otlp json"),
        (LINES.decode().encode("utf-16"), "otlp json"),
        (json.dumps(DOCUMENTS, indent=2).encode(), "otlp json"),
        (gzip.compress(LINES[:200], mtime=0) + gzip.compress(LINES[200:], mtime=0), "otlp json"),
        (json.dumps(SHARED).encode(), "zipkin json"),
        (json.dumps([SHARED[:2], SHARED[2:]]).encode(), "zipkin json"),
    ],
)
def test_every_format_says_the_same(tmp_path: Path, content: bytes, form: str) -> None:
    path = tmp_path / "traces"
    path.write_bytes(content)
    result, merged = imported(path)
    assert (result.format, result.rejected) == (form, 0)
    assert lines(merged, "calls") == CALLS


def test_several_messages_in_a_row_are_read(tmp_path: Path) -> None:
    other = export(resource_spans("third", [proto_span("z", "server", parent="b")]))
    path = tmp_path / "traces.binpb"
    path.write_bytes(b"".join(varint(len(one)) + one for one in (MESSAGE, other)))
    assert imported(path)[0].spans == 4


def test_what_a_server_with_a_shared_id_does_belongs_to_the_server(tmp_path: Path) -> None:
    for seed in range(6):
        spans = list(SHARED)
        random.Random(seed).shuffle(spans)
        path = tmp_path / "zipkin.json"
        path.write_text(json.dumps(spans))
        assert lines(imported(path)[1], "calls", "reads") == [
            "back/GET /c reads table://environment:prod//crm//people columns=email lookups=id",
            *CALLS,
        ]


def test_importing_a_file_twice_adds_nothing_new(tmp_path: Path) -> None:
    path = tmp_path / "traces.json"
    path.write_bytes(LINES)
    memory = MemoryFacts()
    for _ in range(2):
        import_file(path, Flows(memory))  # a run of the command each
    assert {fact.count for fact in memory.facts("prod") if fact.verb == "calls"} == {2}
    assert (
        len([fact for fact in memory.facts("prod") if fact.verb == "calls"]) == 2
    )  # of the service and the operation


def test_bad_spans_are_counted_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "traces.json"
    path.write_text(json.dumps([*SHARED, zipkin("", "", "SERVER", "x"), {"id": "zz", "traceId": "1"}]))
    result, _ = imported(path)
    assert (result.spans, result.rejected, result.reason) == (4, 2, "a span has no valid span id")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"hello, this is a letter", "looks like plain text"),
        (b"<html></html>", "looks like XML or HTML"),
        (b"PK\x03\x04 and more", "looks like a zip archive"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "looks like a picture"),
        (b"\xff\xfb\x90" + bytes(range(255, 0, -1)), "binary data of another kind"),
        (b'{"a": 1}', 'has no "resourceSpans"'),
        (b"[1, 2]", "not a list of spans"),
        (b'[{"a": 1}]', 'no element has "traceId"'),
        (LINES[:-20], "line 3 is not JSON"),
        (json.dumps(SHARED).encode()[:-20], "breaks off at line 1"),
        (MESSAGE[:-3], "truncated or not protobuf"),
        (varint(len(MESSAGE)) + MESSAGE + varint(len(MESSAGE)) + MESSAGE[:9], "message 2 is truncated"),
        (gzip.compress(MESSAGE, mtime=0)[:-9], "its gzip data does not end"),
        (gzip.compress(MESSAGE, mtime=0)[:12] + b"x" * 30, "its gzip data is damaged"),
    ],
)
def test_a_file_that_is_none_is_named_with_what_it_looks_like(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "something"
    path.write_bytes(content)
    with pytest.raises(TraceFileError) as refused:
        read_file(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert words in str(refused.value)


def test_a_missing_file_and_a_directory_are_named(tmp_path: Path) -> None:
    with pytest.raises(TraceFileError, match="missing: cannot be read: No such file"):
        read_file(tmp_path / "missing")
    with pytest.raises(TraceFileError, match="cannot be read: Is a directory"):
        read_file(tmp_path)


def test_a_bomb_in_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 1 << 20)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b" " * (4 << 20)))
    with pytest.raises(TraceFileError, match="larger than 1 MiB"):
        read_file(path)


def test_truncated_at_any_byte_nothing_is_made_up(tmp_path: Path) -> None:
    path = tmp_path / "traces.binpb"
    first = len(
        export(
            resource_spans(
                "front", [proto_span("a", "server", "GET /"), proto_span("b", "client", parent="a")]
            )
        )
    )
    for length in range(1, len(MESSAGE)):
        path.write_bytes(MESSAGE[:length])
        if length == first:
            continue  # a whole message: nobody can tell that there was more
        with pytest.raises(TraceFileError):
            read_file(path)
