"""Decides what the operation is called that a span is, or belongs to: a name without values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from collectors.traces import graphql, names
from collectors.traces.destinations import Destination
from collectors.traces.semconv import SPAN_NAMES, Value, read
from collectors.traces.spans import Kind, Span

_METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"}
)


def operation_name(
    span: Span, attributes: Mapping[str, Value], topic: Destination | None, template: Callable[[str], str]
) -> str:
    """A name without values, from what the instrumentation states or, failing that, from the span's name."""
    job = _value(attributes, "messaging.job")
    if span.kind == Kind.CONSUMER and job:
        return f"{_value(attributes, 'messaging.operation') or 'process'} {names.words(job)}"  # its queue has many
    if span.kind == Kind.CONSUMER and topic:
        return f"{_value(attributes, 'messaging.operation') or 'process'} {topic.urn.rpartition('/')[2]}"
    method = _value(attributes, "mcp.method")
    if method and span.kind == Kind.SERVER:
        tool = _value(attributes, "mcp.tool")
        return f"{method} {tool}" if tool else method
    method = _value(attributes, "rpc.method")
    if method:
        service = _value(attributes, "rpc.service")
        return method if "/" in method or not service else f"{service}/{method}"
    verb = _value(attributes, "http.method").upper()
    if verb:
        verb = verb if verb in _METHODS else "_OTHER"
        stated = _value(attributes, "http.route") or _value(attributes, "url.template")
        if stated:
            return f"{verb} {stated}"
        if span.kind != Kind.SERVER:
            return verb  # a client's paths belong to whom it calls
        if _value(attributes, "http.status"):
            return f"{verb} {{no route}}"
        path = _value(attributes, "url.path") or names.path(_value(attributes, "url"))
        return f"{verb} {template(path)}" if path else verb
    if span.statement or _value(attributes, "db.system"):
        # The name of a database span may be its statement: only its first word is safe.
        return names.words(span.name.split(None, 1)[0]) if span.name.strip() else "query"
    return graphql.operation(attributes) or names.words(span.name) or "unnamed"


def _value(attributes: Mapping[str, Value], meaning: str) -> str:
    return read(attributes, SPAN_NAMES, meaning)
