"""Reads Zipkin v2 JSON spans.

In Zipkin a server may share its client's span id. Where both are at hand, the server gets one of its own here, so
that it is clear whose parent is meant by the one they share; of others, whoever joins spans can tell as much.

Source: Zipkin API v2, https://zipkin.io/zipkin-api/zipkin2-api.yaml (ListOfSpans).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collectors.traces.imports.making import (
    RESOURCE_KEYS,
    Maker,
    hex_id,
    member,
    members,
    store_named,
    text,
    trace_id,
)
from collectors.traces.imports.zipkin1 import is_first_format, second_format
from collectors.traces.spans import Batch, Kind, MalformedTraces, Place, Span, twin_of

_KINDS = {kind.name: kind for kind in Kind}
_MESSAGING = frozenset({Kind.PRODUCER, Kind.CONSUMER})
_CALLING = frozenset({Kind.CLIENT, Kind.PRODUCER})
_BEGUN = frozenset({Kind.SERVER, Kind.CONSUMER})


class ZipkinReader:
    """Turns lists of spans into spans."""

    def __init__(self) -> None:
        self._maker = Maker()

    def json(self, document: object) -> Batch:
        """Spans of a list of spans, or of a list of traces. Raises MalformedTraces."""
        listed = [part for one in _flat(document) for part in _parts(one)]
        spans: dict[tuple[bytes, bytes, int, int], Span] = {}
        rejected, reason = 0, ""
        began = _beginnings(listed)
        for raw in listed:
            span = self._span(raw, began)
            if isinstance(span, str):
                rejected, reason = rejected + 1, reason or span
                continue
            # A span may come in several parts: the fullest one counts.
            key = (span.trace, span.id, span.kind, id(span.origin))
            if key not in spans or _fullness(span) > _fullness(spans[key]):
                spans[key] = span
        return Batch(_apart([*spans.values()]), rejected, reason)

    def _span(self, raw: Mapping[str, object], began: Mapping[str, int]) -> Span | str:
        try:
            place = trace_id(raw.get("traceId")), hex_id(raw.get("id"), 16)
            parent = hex_id(raw.get("parentId"), 16)
        except ValueError:
            return "a span has an id that cannot be read"
        start, duration = _nanoseconds(raw.get("timestamp")), _nanoseconds(raw.get("duration"))
        start = start or began.get(text(raw, "traceId"), 0)  # a server that shares an id need not say when
        kind = _KINDS.get(text(raw, "kind"), Kind.UNSPECIFIED)
        tags = {key: value for key, value in member(raw, "tags").items() if isinstance(value, str)}
        service = text(member(raw, "localEndpoint"), "serviceName")
        resource = {name: value for name, value in tags.items() if name in RESOURCE_KEYS}
        return self._maker.span(
            place,
            parent,
            kind,
            text(raw, "name"),
            (start, start + duration),
            {**resource, "service.name": service},
            {**_remote(raw, kind), **tags, **_systems(raw, kind, tags)},
            beside=(("annotation", text(one, "value")) for one in members(raw, "annotations")),
        )


def _systems(raw: Mapping[str, object], kind: Kind, tags: Mapping[str, str]) -> dict[str, str]:
    """What is called, where the tags of old instrumentation leave it to be guessed."""
    called = text(member(raw, "remoteEndpoint"), "serviceName")
    if any(name.startswith("cassandra.") for name in tags):
        return {"db.system": "cassandra"}
    if kind in _MESSAGING and "messaging.system" not in tags:
        return {"messaging.system": called.lower()}
    return store_named(called, tags) if kind == Kind.CLIENT else {}


def _remote(raw: Mapping[str, object], kind: Kind) -> dict[str, str]:
    """What the remote endpoint says, as OpenTelemetry names it."""
    endpoint = member(raw, "remoteEndpoint")
    address = text(endpoint, "ipv4") or text(endpoint, "ipv6")
    if kind == Kind.SERVER:
        return {"client.address": address}
    port = endpoint.get("port")
    return {
        "service.peer.name": text(endpoint, "serviceName"),
        "network.peer.address": address,
        "server.port": str(port) if isinstance(port, int) else "",
    }


def _parts(raw: dict[str, object]) -> Iterable[dict[str, object]]:
    return second_format(raw) if is_first_format(raw) else (raw,)


def _apart(spans: list[Span]) -> list[Span]:
    """The same with an id of its own for each server whose client is among them by the same id."""
    clients = {(one.trace, one.id): one for one in spans if one.kind in _CALLING}
    servers = {
        place: one for one in spans if one.kind in _BEGUN and (place := (one.trace, one.id)) in clients
    }
    return [_one_apart(span, clients, servers) for span in spans] if servers else spans


def _one_apart(span: Span, clients: Mapping[Place, Span], servers: Mapping[Place, Span]) -> Span:
    if span.kind in _BEGUN and (span.trace, span.id) in servers:
        named = span.name or clients[span.trace, span.id].name
        return span._replace(id=twin_of(span.id), parent=span.id, name=named)
    above = span.trace, span.parent
    if above not in servers:
        return span
    # What the client's service did beside the call is below the client, all else is what the server did.
    beside = _service(span) == _service(clients[above]) != _service(servers[above])
    return span if beside else span._replace(parent=twin_of(span.parent))


def _service(span: Span) -> object:
    return span.origin.attributes.get("service.name", "")


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
        start = _nanoseconds(raw.get("timestamp"))
        if start:
            trace = text(raw, "traceId")
            found[trace] = min(found.get(trace, start), start)
    return found


def _nanoseconds(value: object) -> int:
    """From microseconds."""
    return (
        value * 1000 if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**16 else 0
    )
