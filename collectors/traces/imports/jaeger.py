"""Reads Jaeger's JSON, as its query service and its page write it.

A reference `CHILD_OF` within the trace is the parent; every other one is a link.

Source: Jaeger 1.x, model/json (Trace, Span, Process, Reference).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collectors.traces.imports.making import (
    Maker,
    hex_id,
    member,
    members,
    plain,
    store_named,
    text,
    trace_id,
)
from collectors.traces.spans import Batch, Kind, MalformedTraces, Place, Span, weight_of

_KINDS = {kind.name.lower(): kind for kind in Kind}


class JaegerReader:
    """Turns documents into spans."""

    def __init__(self) -> None:
        self._maker = Maker()

    def json(self, document: object) -> Batch:
        """Spans of an answer, a trace or a list of traces. Raises MalformedTraces."""
        spans: list[Span] = []
        rejected, reason = 0, ""
        for trace in _traces(document):
            processes = member(trace, "processes")
            for raw in members(trace, "spans"):
                process = raw.get("process") or processes.get(text(raw, "processID"))
                span = self._span(raw, process if isinstance(process, dict) else {})
                if isinstance(span, str):
                    rejected, reason = rejected + 1, reason or span
                else:
                    spans.append(span)
        return Batch(spans, rejected, reason)

    def _span(self, raw: Mapping[str, object], process: Mapping[str, object]) -> Span | str:
        try:
            place = trace_id(raw.get("traceID")), hex_id(raw.get("spanID"), 16)
            parent, links = _references(raw, place[0])
            start, duration = _nanoseconds(raw.get("startTime")), _nanoseconds(raw.get("duration"))
        except ValueError:
            return "a span has an id or time that cannot be read"
        tags = _tags(raw)
        kind = _KINDS.get(tags.get("span.kind", "").lower(), Kind.INTERNAL)
        return self._maker.span(
            place,
            parent,
            kind,
            text(raw, "operationName"),
            (start, start + duration),
            {**_tags(process), "service.name": text(process, "serviceName")},
            {**tags, **(store_named(tags.get("peer.service", ""), tags) if kind == Kind.CLIENT else {})},
            beside=_logged(raw),
            links=links,
            weight=weight_of(tags.get("w3c.tracestate", "")),
        )


def _traces(document: object) -> list[dict[str, object]]:
    found = document.get("data") if isinstance(document, dict) and "data" in document else document
    listed: list[object] = found if isinstance(found, list) else [found]
    traces = [one for one in listed if isinstance(one, dict) and isinstance(one.get("spans"), list)]
    if len(traces) < len(listed):
        raise MalformedTraces('the document is not Jaeger JSON: not every trace in it has "spans"')
    return traces


def _tags(holder: Mapping[str, object]) -> dict[str, str]:
    return {text(tag, "key"): plain(tag.get("value")) for tag in members(holder, "tags")}


def _logged(raw: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The fields of a span's logs."""
    for log in members(raw, "logs"):
        yield from ((text(each, "key"), plain(each.get("value"))) for each in members(log, "fields"))


def _references(raw: Mapping[str, object], trace: bytes) -> tuple[bytes, list[Place]]:
    """The parent, and the links. Raises ValueError."""
    parent = hex_id(raw.get("parentSpanID"), 16)  # as it was before there were references
    links = []
    for reference in members(raw, "references"):
        place = trace_id(reference.get("traceID")), hex_id(reference.get("spanID"), 16)
        if not parent and reference.get("refType") == "CHILD_OF" and place[0] == trace:
            parent = place[1]
        elif place != (trace, parent):
            links.append(place)
    return parent, links


def _nanoseconds(value: object) -> int:
    """From microseconds. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > 17:
        raise ValueError("not a time")
    return int(value) * 1000
