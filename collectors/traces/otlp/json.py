"""Reads OTLP JSON into spans, from a document that is parsed already.

Source: OTLP 1.x "JSON Protobuf Encoding".
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping

import orjson

from collectors.traces.leaks import LEAKS, LOOKED_AT, Examined
from collectors.traces.otlp.origins import Origins, instrumentation
from collectors.traces.semconv import SPAN_READERS, STATEMENT_KEYS, STATEMENT_LIMIT, Pair, Value
from collectors.traces.spans import (
    LINKS_KEPT,
    LONGEST_NAME,
    NO_ID,
    REMOTE,
    Batch,
    Kind,
    MalformedTraces,
    Origin,
    Place,
    Span,
    fault,
    weight_of,
)


class JsonReader:
    """Reads documents. May be used by several threads."""

    def __init__(self, origins: Origins, remembered: int) -> None:
        self._origins = origins
        self._examined = Examined(remembered)

    def read(self, document: object) -> Batch:
        """Spans of an ExportTraceServiceRequest in JSON, already parsed. Raises MalformedTraces."""
        spans: list[Span] = []
        rejected, reason = 0, ""
        if not isinstance(document, dict) or "resourceSpans" not in document:
            raise MalformedTraces('the document is not OTLP JSON: it has no "resourceSpans"')
        for resource_spans in _dicts(document, "resourceSpans"):
            resource = resource_spans.get("resource") or {}
            for scope_spans in _dicts(resource_spans, "scopeSpans"):
                scope = _scope(scope_spans.get("scope"))
                origin = self._origin(resource if isinstance(resource, dict) else {}, scope)
                for raw in _dicts(scope_spans, "spans"):
                    span = _span(raw, origin, self._examined)
                    if isinstance(span, str):
                        rejected, reason = rejected + 1, reason or span
                    else:
                        spans.append(span)
        return Batch(spans, rejected, reason)

    def _origin(self, resource: Mapping[str, object], scope: str) -> Origin:
        try:
            key = orjson.dumps(resource, option=orjson.OPT_SORT_KEYS) + scope.encode(errors="replace")
        except TypeError:  # orjson reads deeper than it writes
            raise MalformedTraces("the document is not OTLP JSON: a resource is nested too deep") from None
        return self._origins.known(key) or self._origins.keep(
            key, ((name, _json_value(value)) for name, value in _attributes(resource)), scope
        )


def _scope(scope: object) -> str:
    name, version = (scope.get(key) for key in ("name", "version")) if isinstance(scope, dict) else ("", "")
    return instrumentation(name, version) if isinstance(name, str) and isinstance(version, str) else ""


def _span(raw: Mapping[str, object], origin: Origin, examined: Examined) -> Span | str:
    try:
        trace, id, parent = (_id(raw.get(key)) for key in ("traceId", "spanId", "parentSpanId"))
        start, end = (_number(raw.get(key)) for key in ("startTimeUnixNano", "endTimeUnixNano"))
        flags, kind = _number(raw.get("flags")), _kind(raw.get("kind"))
    except ValueError:
        return "a span has an id, time or kind that cannot be read"
    named = raw.get("name")
    name = named[:LONGEST_NAME] if isinstance(named, str) else ""
    wrong = fault(trace, id, start, end)
    if wrong:
        return wrong
    pairs = tuple(_pairs(raw))
    alike = (origin, kind, name, len(_dicts(raw, "attributes")))
    if examined.due(alike) and (found := examined.texts(alike, _texts(raw, name))):
        pairs = (*pairs, (LEAKS, found))
    state = raw.get("traceState")
    parent = b"" if parent in (id, NO_ID) else parent
    remote = (flags & REMOTE) == REMOTE
    return Span(
        trace,
        id,
        parent,
        kind,
        name,
        start,
        end,
        remote,
        origin,
        pairs,
        _statement(raw),
        _links(raw),
        weight_of(state) if isinstance(state, str) and state else 1,
    )


def _attributes(holder: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for attribute in _dicts(holder, "attributes"):
        key = attribute.get("key")
        if isinstance(key, str):
            yield key, attribute.get("value")


def _texts(raw: Mapping[str, object], name: str) -> Iterator[tuple[str, str]]:
    """All texts of a span that somebody chose, each with the name it goes by."""
    yield "span.name", name
    for holder in (raw, *_dicts(raw, "events")[:LOOKED_AT], *_dicts(raw, "links")[:LOOKED_AT]):
        for key, sent in _attributes(holder):
            if isinstance(value := _json_value(sent), str):
                yield key, value


def _pairs(raw: Mapping[str, object]) -> Iterator[Pair]:
    for key, sent in _attributes(raw):
        reader = SPAN_READERS.get(key.encode(errors="replace"))
        value = _json_value(sent) if reader else ""
        if reader and value:
            yield key, reader(value)


def _statement(raw: Mapping[str, object]) -> str:
    found = {
        STATEMENT_KEYS[key.encode()]: value
        for key, sent in _attributes(raw)
        if key.encode(errors="replace") in STATEMENT_KEYS and isinstance(value := _json_value(sent), str)
    }
    return found[min(found)][:STATEMENT_LIMIT] if found else ""


def _links(raw: Mapping[str, object]) -> tuple[Place, ...]:
    found: list[Place] = []
    for link in _dicts(raw, "links")[:LINKS_KEPT]:
        try:
            trace, id = _id(link.get("traceId")), _id(link.get("spanId"))
        except ValueError:
            continue
        if len(trace) == 16 and len(id) == 8:
            found.append((trace, id))
    return tuple(found)


def _json_value(value: object) -> Value:
    if not isinstance(value, dict):
        return ""
    for key in ("stringValue", "intValue"):
        if isinstance(plain := value.get(key), str | int):
            return str(plain)
    if isinstance(array := value.get("arrayValue"), dict):
        return tuple(
            text for one in _dicts(array, "values") if isinstance(text := _json_value(one), str) and text
        )
    return ""


def _dicts(holder: Mapping[str, object], key: str) -> list[dict[str, object]]:
    """The objects in a list. Raises MalformedTraces if it is something else."""
    found = holder.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise MalformedTraces(f'the document is not OTLP JSON: "{key}" is not a list of objects')
    return found


def _id(value: object) -> bytes:
    return binascii.unhexlify(value) if isinstance(value, str) else b""


def _number(value: object) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > 20:
        raise ValueError("not a number")
    return int(value)


def _kind(value: object) -> int:
    if isinstance(value, str) and value.startswith("SPAN_KIND_"):
        # The names are allowed to be read by the JSON mapping of protobuf, though OTLP asks for numbers.
        return (
            Kind[value.removeprefix("SPAN_KIND_")]
            if value.removeprefix("SPAN_KIND_") in Kind.__members__
            else 0
        )
    return _number(value)
