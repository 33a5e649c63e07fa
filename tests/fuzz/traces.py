"""Hostile bodies for the decoders of OTLP and Zipkin: each has an answer of the receiver, and none is a crash."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Iterator
from random import Random

import httpx
import orjson
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collectors.traces.facts import Flows
from collectors.traces.imports.zipkin import ZipkinReader
from collectors.traces.memory import MemoryFacts
from collectors.traces.receiver.http_server import application
from collectors.traces.receiver.intake import Intake
from collectors.traces.receiver.refusals import Refusals
from collectors.traces.receiver.senders import Senders
from collectors.traces.spans import MalformedTraces
from config.settings import compose
from tests.support.traces import Value, export, proto_span, resource_spans

ANSWERS = frozenset({200, 400, 413, 415, 429, 503})
LARGEST = 256 * 1024

_TEXTS = (
    "",
    "GET /users/7",
    "select a, b from t where c = 'x'",
    "\x1b[2J\u202e\u0000",
    "<script>alert(1)</script>",
    "a" * 5000,
    "../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "http://u:p@[::1]:99999/%zz?x#y",
    "ot=th:0;rv:ffffffffffffff",
    "10.0.0.1",
    "arn:aws:ecs:",
    "|?/{}",
)
_KEYS = (
    "http.request.method", "http.route", "url.full", "url.path", "server.address", "server.port", "client.address",
    "db.system.name", "db.query.text", "db.namespace", "db.statement", "messaging.system", "net.peer.ip",
    "messaging.destination.name", "aws.s3.bucket", "aws.sqs.queue.url", "aws.dynamodb.table_names", "rpc.method",
    "service.name", "service.namespace", "cloud.resource_id", "aws.ecs.task.arn", "aws.ecs.task.family",
    "k8s.cluster.name", "unknown", "user.email",
)  # fmt: skip
_KINDS = ("server", "client", "internal", "producer", "consumer", "")
_JSON_BITS = (
    b"null", b"true", b"-1", b"1e999", b"18446744073709551616", b'"\\ud800"', b'"\\u0000"', b"[]", b"{}", b"[[[[",
    b'{"stringValue":', b'{"arrayValue":{"values":[', b'"', b",", b"\xff", b"\xef\xbb\xbf", b"NaN",
)  # fmt: skip


def _value(random: Random) -> Value:
    match random.randint(0, 3):
        case 0:
            return [random.choice(_TEXTS).replace("\ud800", "") for _ in range(random.randint(0, 3))]
        case 1:
            return random.randint(-(2**63), 2**63 - 1)
        case _:
            return random.choice(_TEXTS)


def _message(random: Random) -> bytes:
    holders = []
    for number in range(random.randint(1, 2)):
        spans = [
            proto_span(
                f"{number}{one}",
                random.choice(_KINDS),
                random.choice(_TEXTS),
                random.choice(("", "00", "01", "elsewhere")),
                at=random.random() * 10,
                trace=random.choice(("one", "two")),
                attributes={random.choice(_KEYS): _value(random) for _ in range(random.randint(0, 6))},
                flags=random.choice((0, 0x300)),
            )
            for one in range(random.randint(0, 3))
        ]
        resource = {random.choice(_KEYS): _value(random) for _ in range(random.randint(0, 4))}
        holders.append(resource_spans(random.choice(_TEXTS), spans, resource))
    return export(*holders)


def _json(random: Random) -> bytes:
    known = ExportTraceServiceRequest.FromString(_message(random))
    document = MessageToDict(known, use_integers_for_enums=True)
    for resource in document.get("resourceSpans", ()):
        for scope in resource.get("scopeSpans", ()):
            for span in scope.get("spans", ()):
                span.update(
                    traceId="5b8efff798038103d269b633813fc60c", spanId=f"{random.getrandbits(64):016x}"
                )
    return json.dumps(document, ensure_ascii=random.random() < 0.5).encode(errors="replace")


def _zipkin(random: Random) -> bytes:
    spans = [
        {
            "traceId": f"{random.getrandbits(64):016x}",
            "id": f"{random.getrandbits(64):016x}",
            "kind": random.choice(("SERVER", "CLIENT", "x")),
            "name": random.choice(_TEXTS),
            "timestamp": 1_790_000_000_000_000,
            "duration": random.choice((1, -1, 2**70)),
            "localEndpoint": {"serviceName": random.choice(_TEXTS), "ipv4": random.choice(_TEXTS)},
            "tags": {random.choice(_KEYS): random.choice(_TEXTS) for _ in range(3)},
        }
        for _ in range(random.randint(0, 4))
    ]
    return json.dumps(spans).encode()


def _changed(body: bytes, random: Random, other: bytes, textual: bool) -> bytes:
    at = random.randint(0, len(body))
    end = min(len(body), at + random.randint(0, 20))
    match random.randint(0, 7):
        case 0:
            return body[:at]
        case 1:
            return body[:at] + body[end:]
        case 2:
            return body[:at] + random.randbytes(random.randint(1, 8)) + body[end:]
        case 3:
            return body[:at] + other[random.randint(0, len(other)) :]
        case 4:
            return body[:at] + body[at:end] * random.choice((2, 50, 2000)) + body[end:]
        case 5 if textual:
            return body[:at] + random.choice(_JSON_BITS) * random.choice((1, 2, 400)) + body[end:]
        case 6 if body:
            position = random.randrange(len(body))
            return (
                body[:position] + bytes([body[position] ^ 1 << random.randint(0, 7)]) + body[position + 1 :]
            )
        case _:
            return body


_MAKERS: tuple[tuple[str, Callable[[Random], bytes]], ...] = (
    ("application/x-protobuf", _message),
    ("application/json", _json),
)


def bodies(random: Random) -> Iterator[tuple[str, str, bytes]]:
    """Content type, content encoding and body, without end."""
    while True:
        content, make = random.choice(_MAKERS)
        body, other = make(random), make(random)
        for _ in range(random.randint(0, 5)):
            body = _changed(body, random, other, content == "application/json")
        encoding = random.choice(("", "", "", "gzip", "gzip", "zstd"))
        if encoding == "gzip":
            body = gzip.compress(body, 1)
            if random.random() < 0.5:
                body = _changed(body, random, other, textual=False)
        yield content, encoding, body[: 4 * LARGEST]


def listed(random: Random) -> Iterator[tuple[bytes]]:
    """Lists of spans as Zipkin has them, without end."""
    while True:
        body, other = _zipkin(random), _zipkin(random)
        for _ in range(random.randint(0, 4)):
            body = _changed(body, random, other, textual=True)
        yield (body[:LARGEST],)


class Receiver:
    """The application that serves OTLP over HTTP, with all behind it but the socket; begun anew now and then."""

    def __init__(self) -> None:
        self._each = self._fresh()

    def check(self, content: str, encoding: str, body: bytes) -> None:
        """Raises AssertionError, or whatever the receiver raises."""
        transport, sink = next(self._each)
        headers = {"content-type": content, **({"content-encoding": encoding} if encoding else {})}

        async def post() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.post("/v1/traces", content=body, headers=headers)

        answer = asyncio.run(post())
        assert answer.status_code in ANSWERS, answer.status_code
        if content == "application/json":
            answer.json()
        for environment in sink.environments():
            for fact in sink.facts(environment):
                assert len(fact.source) + len(fact.target) < 4096
                assert len(fact.detail) < 64 * 1024

    @staticmethod
    def _fresh() -> Iterator[tuple[httpx.ASGITransport, MemoryFacts]]:
        settings = compose({"traces": {"max_body": LARGEST}}).traces
        while True:
            sink = MemoryFacts()
            intake = Intake(Flows(sink), Senders(settings), settings.max_body, Refusals(sink))
            transport = httpx.ASGITransport(application(intake, 30.0))
            for _ in range(200):
                yield transport, sink


check_body = Receiver().check


def check_listed(body: bytes) -> None:
    """Raises AssertionError, or whatever the reader raises."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    try:
        batch = ZipkinReader().json(document)
    except MalformedTraces:
        return
    Flows(MemoryFacts()).record(batch.spans, 1.0)
