"""Distinct names without end through the reader, the index and the journal: `python -m tests.fuzz.names 10000000`.

Prints how memory, facts and the journal's file grow with the names, kind by kind.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans

from collectors.traces.facts import Flows
from collectors.traces.otlp import OtlpReader
from daemon.store.journal import Journal
from tests.support.traces import Value, export, proto_span, resource_spans

BATCH = 1_000
SERVICES = 40
"""Senders of what is counted within each service: more than that of one reaches the caps of all."""

_HERE = "n00000000"
_DIGITS = len(_HERE) - 1


@dataclass(frozen=True, slots=True)
class Kind:
    """Where a span holds a name that no other has."""

    name: str
    kind: str = "server"
    span_name: str = "GET /"
    attributes: Mapping[str, Value] | None = None
    resource: Mapping[str, Value] | None = None
    service: str = ""
    share: int = 10


_DATABASE = {"db.system.name": "mongodb", "server.address": "db"}
_TABLE = {"rpc.system": "aws-api", "rpc.service": "DynamoDB", "rpc.method": "Query"}

KINDS = (
    Kind("operations", attributes={"http.request.method": "GET", "http.route": f"/{_HERE}x"}),
    Kind("span names", "internal", f"{_HERE}x"),
    Kind("peers", "client", attributes={"server.address": f"{_HERE}.example.com"}),
    Kind("tables", "client", attributes={**_DATABASE, "db.collection.name": _HERE}),
    Kind(
        "columns",
        "client",
        attributes={**_TABLE, "aws.dynamodb.table_names": ["t"], "aws.dynamodb.projection": f"id, {_HERE}x"},
    ),
    Kind(
        "topics",
        "producer",
        attributes={"messaging.system": "kafka", "messaging.destination.name": f"{_HERE}x"},
    ),
    Kind(
        "statements",
        "client",
        attributes={
            "db.system.name": "mysql",
            "server.address": "db",
            "db.query.text": f"select a from t{_HERE}",
        },
        share=1,
    ),
    Kind("services", service=_HERE),
    Kind("environments", resource={"deployment.environment.name": _HERE}),
    Kind("tenants", resource={"service.namespace": _HERE}),
    Kind("workloads", resource={"cloud.resource_id": f"arn:aws:lambda:eu-west-1:1:function:{_HERE}"}),
)


def messages(kind: Kind, count: int, first: int = 0) -> Iterator[bytes]:
    """OTLP messages with as many spans of this kind, each with its own name; of one trace each."""
    names_resource = kind.service == _HERE or _HERE in str(kind.resource)
    for begin in range(first, first + count, BATCH):
        numbers = range(begin, min(begin + BATCH, first + count))
        sender = kind.service or f"{kind.name.replace(' ', '-')}-{begin // BATCH % SERVICES}"
        span = proto_span(
            "x", kind.kind, kind.span_name, trace=f"{kind.name} {begin}", attributes=kind.attributes
        )
        span.span_id = _HERE.encode()[1:]
        holder = resource_spans(sender, [span], kind.resource)
        if names_resource:
            yield _with_numbers(export(holder), numbers)
        else:
            # Joined messages are one message: the resource once, then each span in a scope of its own.
            alone = ScopeSpans(spans=[span]).SerializeToString()
            del holder.scope_spans[:]
            whole = holder.SerializeToString() + _with_numbers(_field(2, alone), numbers)
            yield _field(1, whole)


def _with_numbers(template: bytes, numbers: range) -> bytes:
    here = _HERE.encode()
    return b"".join(
        template.replace(here, b"n" + digits).replace(here[1:], digits)
        for digits in (b"%0*d" % (_DIGITS, number + 1) for number in numbers)
    )


def _field(number: int, content: bytes) -> bytes:
    """A field that holds a message: tag, length, content."""
    made, left = bytes([number << 3 | 2]), len(content)
    while left > 127:
        made, left = made + bytes([left & 127 | 128]), left >> 7
    return made + bytes([left]) + content


@dataclass(frozen=True, slots=True)
class Point:
    """Where things stand after so many names. Bytes."""

    kind: str
    names: int
    memory: int
    facts: int
    file: int
    overflowed: int


def flood(total: int, folder: Path, steps: int = 4) -> Iterator[Point]:
    """Sends that many names, and tells how things stand some times for each kind."""
    path = folder / "facts.db"
    journal = Journal(path)
    flows, reader, process = Flows(journal), OtlpReader(), psutil.Process()
    shares = sum(kind.share for kind in KINDS)
    sent = 0
    try:
        for kind in KINDS:
            each = max(total * kind.share // shares // steps, 1)
            for step in range(steps):
                for message in messages(kind, each, step * each):
                    flows.record(reader.protobuf(message).spans, 60.0)
                sent += each
                file = sum(one.stat().st_size for one in folder.iterdir())
                yield Point(
                    kind.name,
                    sent,
                    process.memory_info().rss,
                    journal.position(),
                    file,
                    flows.counts.overflowed,
                )
    finally:
        journal.close()


def main(total: int) -> None:
    """Prints the curve."""
    print(
        f"{'kind':<14}{'names':>12}{'RSS MiB':>9}{'facts':>10}{'file MiB':>10}{'overflowed':>12}{'names/s':>9}"
    )
    began, before = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder:
        for point in flood(total, Path(folder)):
            now = time.monotonic()
            rate = (point.names - before) / (now - began)
            print(
                f"{point.kind:<14}{point.names:>12,}{point.memory / 2**20:>9.0f}{point.facts:>10,}"
                f"{point.file / 2**20:>10.1f}{point.overflowed:>12,}{rate:>9,.0f}",
                flush=True,
            )
            began, before = now, point.names


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
