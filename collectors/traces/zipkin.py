"""Reads Zipkin v2 JSON spans.

In Zipkin a server may share its client's span id. The server then gets an id of its own here, below the
client's, and so do the parents of what the server does: from then on there is one id per span.

Source: Zipkin API v2, https://zipkin.io/zipkin-api/zipkin2-api.yaml (ListOfSpans).
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping, Sequence

from collectors.traces.semconv import (
    SPAN_READERS,
    STATEMENT_KEYS,
    STATEMENT_LIMIT,
    Pair,
)
from collectors.traces.spans import Batch, Kind, MalformedTraces, Origin, Span, fault

_KINDS = {kind.name: kind for kind in Kind}
_SERVER_BITS = 0x5A5A5A5A5A5A5A5A  # turns a shared id into another one, always the same


class ZipkinReader:
    """Turns lists of spans into spans; one origin per service."""

    def __init__(self) -> None:
        self._origins: dict[str, Origin] = {}

    def json(self, document: object) -> Batch:
        """Spans of a list of spans, or of a list of traces. Raises MalformedTraces."""
        listed = _flat(document)
        spans: dict[tuple[bytes, bytes, int, Origin], Span] = {}
        shared: set[tuple[bytes, bytes]] = set()
        rejected, reason = 0, ""
        began = _beginnings(listed)
        for raw in listed:
            span = self._span(raw, began)
            if isinstance(span, str):
                rejected, reason = rejected + 1, reason or span
                continue
            # A span may come in several parts: the fullest one counts.
            key = (span.trace, span.id, span.kind, span.origin)
            if key not in spans or _fullness(span) > _fullness(spans[key]):
                spans[key] = span
            if raw.get("shared") is True:
                shared.add((span.trace, span.id))
        return Batch(_unshared(list(spans.values()), shared), rejected, reason)

    def _span(self, raw: Mapping[str, object], began: Mapping[str, int]) -> Span | str:
        try:
            trace, id, parent = (_id(raw.get(key)) for key in ("traceId", "id", "parentId"))
        except ValueError:
            return "a span has an id that cannot be read"
        start, duration = _microseconds(raw.get("timestamp")), _microseconds(raw.get("duration"))
        start = start or began.get(_text(raw, "traceId"), 0)  # a server that shares an id need not say when
        wrong = fault(trace, id, start, start + duration)
        if wrong:
            return wrong
        named = raw.get("kind")
        kind = _KINDS.get(named, Kind.UNSPECIFIED) if isinstance(named, str) else Kind.UNSPECIFIED
        tags = raw.get("tags")
        texts = (
            {key: value for key, value in tags.items() if isinstance(value, str)}
            if isinstance(tags, dict)
            else {}
        )
        pairs = list(_pairs({**_remote(raw, kind), **texts}))
        if "cassandra.keyspace" in texts:
            pairs += _pairs({"db.system": "cassandra"})
        if kind in (Kind.PRODUCER, Kind.CONSUMER) and "messaging.system" not in texts:
            broker = _text(_endpoint(raw, "remoteEndpoint"), "serviceName")
            pairs += _pairs({"messaging.system": broker.lower()}) if broker else ()
        name = raw.get("name")
        return Span(
            trace,
            id,
            b"" if parent == id or not any(parent) else parent,
            kind,
            name if isinstance(name, str) else "",
            start,
            start + duration,
            False,
            self._origin(_text(_endpoint(raw, "localEndpoint"), "serviceName"), texts),
            tuple(pairs),
            _statement(texts),
        )

    def _origin(self, service: str, tags: Mapping[str, str]) -> Origin:
        environment = tags.get("deployment.environment.name") or tags.get("deployment.environment") or ""
        key = f"{environment}\0{service}"
        known = self._origins.get(key)
        if known is None:
            known = Origin({"service.name": service, "deployment.environment.name": environment})
            self._origins[key] = known
        return known


def _unshared(spans: Sequence[Span], shared: set[tuple[bytes, bytes]]) -> list[Span]:
    """The same spans with one id each."""
    sides: dict[tuple[bytes, bytes], dict[bool, Span]] = {}
    for span in spans:
        if span.kind in (Kind.SERVER, Kind.CLIENT, Kind.CONSUMER, Kind.PRODUCER):
            sides.setdefault((span.trace, span.id), {})[span.kind in (Kind.SERVER, Kind.CONSUMER)] = span
    servers = {key: both[True] for key, both in sides.items() if len(both) == 2}
    found = []
    for span in spans:
        key = (span.trace, span.id)
        if key in servers and span.kind in (Kind.SERVER, Kind.CONSUMER):
            found.append(span._replace(id=_server_id(span.id), parent=span.id))
            continue
        above = servers.get((span.trace, span.parent))
        if above is not None and above.origin is span.origin:
            found.append(span._replace(parent=_server_id(span.parent)))
        elif key in shared and span.kind in (Kind.SERVER, Kind.CONSUMER):
            # Its client was not traced, so nothing above it will ever come.
            found.append(span._replace(remote=True))
        else:
            found.append(span)
    return found


def _server_id(id: bytes) -> bytes:
    return (int.from_bytes(id) ^ _SERVER_BITS).to_bytes(8) if any(id) else id


def _flat(document: object) -> list[dict[str, object]]:
    """The spans of a document. Raises MalformedTraces."""
    if isinstance(document, list) and document and all(isinstance(one, list) for one in document):
        document = [span for trace in document for span in trace]
    if not isinstance(document, list) or not all(isinstance(one, dict) for one in document):
        raise MalformedTraces("the document is not Zipkin JSON: not a list of spans")
    if document and not any("traceId" in one and "id" in one for one in document):
        raise MalformedTraces('the document is not Zipkin JSON: no element has "traceId" and "id"')
    return document


def _fullness(span: Span) -> tuple[int, int]:
    return len(span.attributes) + bool(span.statement), span.end - span.start


def _beginnings(spans: Sequence[Mapping[str, object]]) -> dict[str, int]:
    """The earliest time of each trace."""
    found: dict[str, int] = {}
    for raw in spans:
        start = _microseconds(raw.get("timestamp"))
        if start:
            trace = _text(raw, "traceId")
            found[trace] = min(found.get(trace, start), start)
    return found


def _remote(raw: Mapping[str, object], kind: Kind) -> dict[str, str]:
    """What the remote endpoint says, as OpenTelemetry names it."""
    endpoint = _endpoint(raw, "remoteEndpoint")
    address = _text(endpoint, "ipv4") or _text(endpoint, "ipv6")
    if kind == Kind.SERVER:
        return {"client.address": address}
    port = endpoint.get("port")
    return {
        "service.peer.name": _text(endpoint, "serviceName"),
        "network.peer.address": address,
        "server.port": str(port) if isinstance(port, int) else "",
    }


def _pairs(tags: Mapping[str, str]) -> list[Pair]:
    found = []
    for key, value in tags.items():
        reader = SPAN_READERS.get(key.encode(errors="replace"))
        if reader and value:
            found.append((key, reader(value)))
    return found


def _statement(tags: Mapping[str, str]) -> str:
    ranked = {rank: tags[name.decode()] for name, rank in STATEMENT_KEYS.items() if name.decode() in tags}
    return ranked[min(ranked)][:STATEMENT_LIMIT] if ranked else ""


def _endpoint(raw: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = raw.get(key)
    return found if isinstance(found, dict) else {}


def _text(holder: Mapping[str, object], key: str) -> str:
    found = holder.get(key)
    return found if isinstance(found, str) else ""


def _id(value: object) -> bytes:
    """Ids are written without leading zeros by some."""
    if not isinstance(value, str) or not value:
        return b""
    width = 16 if len(value) <= 16 else 32
    return binascii.unhexlify(value.rjust(width, "0"))


def _microseconds(value: object) -> int:
    """Nanoseconds."""
    return (
        value * 1000 if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**16 else 0
    )
