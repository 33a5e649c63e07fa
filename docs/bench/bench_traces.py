"""Spans a second, in process and over HTTP, against decoding alone, and the memory that open traces take."""

from __future__ import annotations

import base64
import gc
import gzip
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import count, cycle, islice
from pathlib import Path

import httpx
import orjson
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

from collectors.contract import Fact
from collectors.traces.facts import Flows
from collectors.traces.otlp import OtlpReader
from collectors.traces.pairing import Index, Tally
from collectors.traces.pairing.index import SPANS_AT_HAND
from collectors.traces.receiver import Receiver
from collectors.traces.receiver.intake import Intake
from collectors.traces.receiver.memory import give_back, keep
from collectors.traces.receiver.refusals import Refusals
from collectors.traces.receiver.senders import Senders
from config.settings import compose
from daemon.store.journal import Journal
from docs.bench.figures import Figure, now_mib

ROUNDS = 12
START = 1_790_000_000 * 10**9
INTERNAL, SERVER, CLIENT = Span.SPAN_KIND_INTERNAL, Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT


def pairs(**attributes: str | int) -> list[KeyValue]:
    return [
        KeyValue(
            key=key.replace("__", "."),
            value=AnyValue(int_value=value) if isinstance(value, int) else AnyValue(string_value=value),
        )
        for key, value in attributes.items()
    ]


def message(round: int, spans: int, services: int = 20) -> bytes:
    """Traces of eight spans, 8 to 15 attributes each, unique ids, some unique values; a third are internal."""
    parts = []
    for service in range(services):
        part = ResourceSpans()
        part.resource.attributes.extend(
            pairs(
                service__name=f"service-{service}",
                deployment__environment__name="prod",
                cloud__region="eu-central-1",
                cloud__account__id="111122223333",
                telemetry__sdk__language="python",
                process__pid=4711 + service,
            )
        )
        part.scope_spans.add()
        parts.append(part)
    noise = {f"custom__attribute__{number}": f"value {number}" for number in range(8)}
    for trace in range(spans // 8):
        number = round * spans + trace
        id = (number + 1).to_bytes(16)

        def span(
            place: int,
            parent: int,
            service: int,
            kind: Span.SpanKind.ValueType,
            name: str,
            **attributes: str | int,
        ) -> None:
            parts[service % services].scope_spans[0].spans.append(
                Span(
                    trace_id=id,  # noqa: B023 - called at once
                    span_id=(number * 16 + place + 1).to_bytes(8),  # noqa: B023
                    parent_span_id=(number * 16 + parent + 1).to_bytes(8) if parent >= 0 else b"",  # noqa: B023
                    kind=kind,
                    name=name,
                    start_time_unix_nano=START + number * 1000 + place,  # noqa: B023
                    end_time_unix_nano=START + number * 1000 + place + 500,  # noqa: B023
                    attributes=pairs(**attributes, **noise),
                )
            )

        front, back = trace % services, (trace + 7) % services
        database: dict[str, str | int] = {
            "db__system__name": "postgresql",
            "db__namespace": "shop",
            "server__address": f"db-{back}.example.com",
            "server__port": 5432,
        }
        route: dict[str, str | int] = {
            "http__request__method": "GET",
            "url__scheme": "https",
            "network__protocol__version": "1.1",
        }
        span(0, -1, front, SERVER, "GET /orders/{id}", http__route="/orders/{id}", url__path=f"/orders/{number}",
             client__address=f"10.0.{trace % 256}.7", http__response__status_code=200, **route)  # fmt: skip
        span(1, 0, front, INTERNAL, "load", code__function="load")
        span(2, 1, front, CLIENT, "GET", server__address=f"service-{back}", server__port=80,
             url__full=f"http://service-{back}/customers/{number}?x=1", **route)  # fmt: skip
        span(3, 2, back, SERVER, "GET /customers/{id}", http__route="/customers/{id}",
             url__path=f"/customers/{number}", http__response__status_code=200, **route)  # fmt: skip
        span(4, 3, back, INTERNAL, "repository")
        span(
            5,
            4,
            back,
            CLIENT,
            "SELECT",
            db__query__text="SELECT email, name FROM customers WHERE id = $1",
            **database,
        )
        span(
            6,
            4,
            back,
            CLIENT,
            "UPDATE",
            db__query__text=f"UPDATE visits SET seen = 1 WHERE id = {number}",
            **database,
        )
        span(7, 0, front, INTERNAL, "render")
    return ExportTraceServiceRequest(resource_spans=parts).SerializeToString()


def rate(work: Callable[[bytes], object], bodies: list[bytes], spans: int) -> float:
    """Spans a second: the median over bodies, the first ones left out as warm-up."""
    speeds = []
    for number, body in enumerate(bodies):
        gc.collect()
        begun = time.process_time()  # one thread's work: the machine's other load is left out
        work(body)
        if number >= 2:
            speeds.append(spans / (time.process_time() - begun))
    return statistics.median(speeds)


def over_http(bodies: list[bytes], spans: int, encoding: str, clients: int) -> float:
    """Spans a second end to end: HTTP, decoding, facts, a journal on disk. The clients are processes of their own."""
    sent = [gzip.compress(body, 1) for body in bodies] if encoding else bodies
    headers = {"content-type": "application/x-protobuf"} | (
        {"content-encoding": encoding} if encoding else {}
    )
    with (
        tempfile.TemporaryDirectory() as directory,
        ProcessPoolExecutor(clients, mp_context=multiprocessing.get_context("spawn")) as senders,
    ):
        journal = Journal(Path(directory) / "facts.db")
        receiver = Receiver(compose({"traces": {"grpc": "", "http": "127.0.0.1:0"}}).traces, journal)
        receiver.start()
        url = f"http://127.0.0.1:{receiver.ports['http']}/v1/traces"
        try:
            _send(url, headers, sent[:2])
            under_way = [
                senders.submit(_send, url, headers, sent[2 + number :: clients]) for number in range(clients)
            ]
            times = [each.result() for each in under_way]
        finally:
            receiver.stop()
            journal.close()
    took = max(end for _, end in times) - min(begun for begun, _ in times)
    return len(sent[2:]) * spans / took


def _send(url: str, headers: dict[str, str], bodies: list[bytes]) -> tuple[float, float]:
    """Begin and end, by a clock that all processes share."""
    with httpx.Client(timeout=60) as client:
        begun = time.monotonic()
        for body in bodies:
            assert client.post(url, content=body, headers=headers).status_code == 200
        return begun, time.monotonic()


class _Nowhere:
    """A sink that keeps nothing: what is measured is what leads there."""

    def record(self, facts: Sequence[Fact], timeout: float) -> None:
        """Forgets facts."""


def json_rate(size: int) -> float:
    """Spans a second from OTLP JSON to facts."""
    messages = [ExportTraceServiceRequest.FromString(message(round, size)) for round in range(ROUNDS // 2)]
    bodies = [_json(one) for one in messages]
    intake = Intake(Flows(_Nowhere()), Senders(compose({}).traces), 2**30, Refusals(_Nowhere()))
    return rate(intake.json, bodies, size)


def _json(sent: ExportTraceServiceRequest) -> bytes:
    """As OTLP has it: ids are hexadecimal, kinds are numbers."""
    document = MessageToDict(sent, use_integers_for_enums=True)
    for resource_spans in document["resourceSpans"]:
        for span in resource_spans["scopeSpans"][0].get("spans", ()):
            for key in ("traceId", "spanId", "parentSpanId"):
                if key in span:
                    span[key] = base64.b64decode(span[key]).hex()
    return orjson.dumps(document)


def calls(first: int, services: int) -> bytes:
    """Ten services from `first` on, of `services`: each calls ten others, which are paired and of ten operations."""
    parts = []
    for service in range(first, first + 10):
        for number in range(10):
            called = (service * 7 + number * 13 + 1) % services
            id = (service * 10 + number + 1).to_bytes(16)
            times = {"start_time_unix_nano": START + service, "end_time_unix_nano": START + service + 500}
            client, server = ResourceSpans(), ResourceSpans()
            client.resource.attributes.extend(pairs(service__name=f"service-{service}"))
            server.resource.attributes.extend(pairs(service__name=f"service-{called}"))
            above = Span(trace_id=id, span_id=bytes(7) + b"a", kind=SERVER, name="GET", **times)
            above.attributes.extend(pairs(http__request__method="GET", http__route="/all"))
            call = Span(
                trace_id=id, span_id=bytes(7) + b"b", parent_span_id=bytes(7) + b"a", kind=CLIENT, **times
            )
            call.attributes.extend(pairs(server__address=f"service-{called}", server__port=80))
            below = Span(
                trace_id=id, span_id=bytes(7) + b"c", parent_span_id=bytes(7) + b"b", kind=SERVER, **times
            )
            below.attributes.extend(
                pairs(http__request__method="GET", http__route=f"/one/{'abcdefghij'[number]}")
            )
            client.scope_spans.add().spans.extend([above, call])
            server.scope_spans.add().spans.append(below)
            parts += [client, server]
    return ExportTraceServiceRequest(resource_spans=parts).SerializeToString()


def held(size: int) -> tuple[float, float, float, int, int]:
    """Memory in MiB: before, with services and calls known, with an hour of spans at rest; bytes and spans there.

    At full size 5,000 services, 50,000 calls between operations, and 7.2 million spans of traces of eight.
    """
    keep()
    services, at_rest = max(size * 5_000 // 8192, 20), size * 7_200_000 // 8192
    with tempfile.TemporaryDirectory() as directory:
        journal = Journal(Path(directory) / "facts.db")
        try:
            receiver = Receiver(
                compose({"traces": {"grpc": "127.0.0.1:0", "http": "127.0.0.1:0"}}).traces, journal
            )
            receiver.start()
            receiver.stop()
            reader, flows = OtlpReader(), Flows(journal)
            before = now_mib()
            for first in range(0, services, 10):
                flows.record(reader.protobuf(calls(first, services)).spans, 60)
            gc.collect()
            give_back()  # as a receiver does every minute
            known = now_mib()
            spans = reader.protobuf(message(0, 2048)).spans
            index = Index(3600.0, flows.shapes.begin)
            index.take(spans, flows.shapes.of_all(spans), Tally(), 0.0)
            alike = [*index.at_hand.values()]
            ids, packed = count(), flows.index.packed
            for _ in range(max(at_rest // SPANS_AT_HAND, 1)):
                # The same spans in other traces: what is kept of them takes as much as of others.
                traces = islice(cycle(alike), SPANS_AT_HAND // 8)
                packed.put({next(ids).to_bytes(16): trace for trace in traces}, 0.0)
            del spans, index, alike
            gc.collect()
            give_back()  # as a receiver does every minute
            return before, known, now_mib(), packed.size, len(packed)
        finally:
            journal.close()


def run(size: int) -> list[Figure]:
    """`size`: spans in a message, a multiple of eight."""
    keep()
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        before, known, full, packed, spans = alone.submit(held, size).result()
    bodies = [message(round, size) for round in range(ROUNDS)]
    floor = rate(ExportTraceServiceRequest.FromString, bodies, size)
    reader, flows = OtlpReader(), Flows(_Nowhere())
    speeds = {
        "decoded to spans": (rate(OtlpReader().protobuf, bodies, size), ""),
        "decoded to facts, in process": (
            rate(lambda body: flows.record(reader.protobuf(body).spans, 10), bodies, size),
            "goal 0.12 x",
        ),
        "over HTTP to a journal on disk, 1 client": (
            over_http(bodies, size, "", 1),
            "goal 0.08 x; by the clock",
        ),
        "over HTTP to a journal on disk, gzip, 2 clients": (
            over_http(bodies, size, "gzip", 2),
            "by the clock",
        ),
        "OTLP JSON to facts, in process": (json_rate(size), "goal 60,000 spans/s"),
    }
    return [
        Figure("decoding alone", floor, "spans/s", floor="the floor", note=f"{size:,} spans a message"),
        *(
            Figure(name, speed, "spans/s", speed / floor, "decoding alone", note)
            for name, (speed, note) in speeds.items()
        ),
        Figure("an hour of spans at rest", packed / 1e6, "MB", note=f"{spans:,} spans; goal 150 MB"),
        Figure("a span at rest", packed / spans, "bytes", note="with its share of its trace and its times"),
        Figure("memory of a receiver", before, "MiB", note="that has seen nothing"),
        Figure("memory with 5,000 services", known, "MiB", note="and 50,000 calls between their operations"),
        Figure("memory with the index full as well", full, "MiB", note="goal 250 MiB"),
    ]
