"""Reads the JSON of a trace message straight into typed values: a fraction of the time that a parsed document takes.

It reads only what is as the standard has it. Whatever else there is (a number as text where there should be one, a
broken span among good ones) `json` sorts out.
"""

from __future__ import annotations

import binascii
from collections.abc import Sequence

import msgspec

from collectors.traces.leaks import LEAKS, LOOKED_AT, Examined
from collectors.traces.otlp.attributes import LATE
from collectors.traces.otlp.origins import Origins, instrumentation
from collectors.traces.semconv import (
    NEEDLESS,
    SERVER_TOO,
    SPAN_READERS,
    STATEMENT_KEYS,
    STATEMENT_LIMIT,
    Pair,
    Value,
)
from collectors.traces.spans import (
    LINKS_KEPT,
    LONGEST_NAME,
    NO_ID,
    REMOTE,
    Batch,
    Form,
    Kind,
    Origin,
    Place,
    Span,
    fault,
    weight_of,
)


class _Array(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    values: list[_Any] = []


class _Any(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    string_value: str | None = None
    int_value: int | str | None = None
    array_value: _Array | None = None


class _Attribute(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    key: str = ""
    value: _Any | None = None


class _Link(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    trace_id: str = ""
    span_id: str = ""
    attributes: list[_Attribute] = []


class _Event(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    attributes: list[_Attribute] = []


class _Span(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    trace_id: str = ""
    span_id: str = ""
    parent_span_id: str = ""
    trace_state: str = ""
    name: str = ""
    kind: int = 0
    flags: int = 0
    start_time_unix_nano: int | str = 0
    end_time_unix_nano: int | str = 0
    attributes: list[_Attribute] = []
    events: list[_Event] = []
    links: list[_Link] = []


class _Instrumentation(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    name: str = ""
    version: str = ""


class _Scope(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    scope: _Instrumentation = _Instrumentation()
    spans: list[_Span] = []


class _Resource(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    attributes: list[_Attribute] = []


class _ResourceSpans(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    resource: _Resource = _Resource()
    scope_spans: list[_Scope] = []


class _Export(msgspec.Struct, gc=False, frozen=True, rename="camel"):
    resource_spans: list[_ResourceSpans]


_READERS = {name.decode(): reader for name, reader in SPAN_READERS.items()}
_STATEMENTS = {name.decode(): rank for name, rank in STATEMENT_KEYS.items()}
_NEVER_REMEMBERED = frozenset(name.decode() for name in LATE)
_NEEDLESS = {
    needless.decode(): (frozenset(name.decode() for name in others), needless in SERVER_TOO)
    for needless, others in NEEDLESS
}
_LONGEST_REMEMBERED = 256


class TypedReader:
    """Reads messages. May be used by several threads."""

    def __init__(self, origins: Origins, remembered: int) -> None:
        self._origins = origins
        self._remembered = remembered
        self._decoder = msgspec.json.Decoder(_Export)
        self._examined = Examined(remembered)
        self._pairs: dict[tuple[str, str], Pair] = {}
        self._forms: dict[tuple[Origin, int, str, tuple[Pair, ...]], Form] = {}

    def read(self, body: bytes) -> Batch | None:
        """Spans of a message, None if it is not all as the standard has it."""
        try:
            export = self._decoder.decode(body)
            spans: list[Span] = []
            rejected, reason = 0, ""
            for resource_spans in export.resource_spans:
                for scope in resource_spans.scope_spans:
                    made_by = instrumentation(scope.scope.name, scope.scope.version)
                    origin = self._origin(resource_spans.resource, made_by)
                    for sent in scope.spans:
                        span = self._span(sent, origin)
                        if isinstance(span, str):
                            rejected, reason = rejected + 1, reason or span
                        else:
                            spans.append(span)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        return Batch(spans, rejected, reason)

    def _span(self, sent: _Span, origin: Origin) -> Span | str:
        if len(sent.name) > LONGEST_NAME:
            sent = msgspec.structs.replace(sent, name=sent.name[:LONGEST_NAME])
        unhex = binascii.unhexlify
        trace, id, parent = unhex(sent.trace_id), unhex(sent.span_id), unhex(sent.parent_span_id)
        start, end = int(sent.start_time_unix_nano), int(sent.end_time_unix_nano)
        wrong = fault(trace, id, start, end)
        if wrong:
            return wrong
        form, statement = self._form(sent, origin)
        return Span(
            trace,
            id,
            b"" if parent in (id, NO_ID) else parent,
            sent.kind,
            sent.name,
            start,
            end,
            (sent.flags & REMOTE) == REMOTE,
            origin,
            form.attributes,
            statement,
            _links(sent.links) if sent.links else (),
            weight_of(sent.trace_state) if sent.trace_state else 1,
            form,
        )

    def _form(self, sent: _Span, origin: Origin) -> tuple[Form, str]:
        wanted: dict[str, Value] = {}
        statements: dict[int, str] = {}
        for attribute in sent.attributes:
            key = attribute.key
            if key in _READERS:
                value = _value(attribute.value)
                if value:
                    wanted[key] = value
            elif key in _STATEMENTS:
                text = _value(attribute.value)
                if isinstance(text, str) and text:
                    statements[_STATEMENTS[key]] = text
        for needless in _NEEDLESS.keys() & wanted.keys():
            others, server_too = _NEEDLESS[needless]
            if (sent.kind != Kind.SERVER or server_too) and not others.isdisjoint(wanted):
                del wanted[needless]
        pairs = tuple(self._pair(key, value) for key, value in wanted.items())
        alike = (origin, sent.kind, sent.name, len(sent.attributes))
        if self._examined.due(alike) and (found := self._examined.texts(alike, _texts(sent))):
            pairs = (*pairs, (LEAKS, found))
        form = self._forms.get((origin, sent.kind, sent.name, pairs))
        if form is None:
            if len(self._forms) >= self._remembered:
                self._forms.clear()
            form = self._forms[origin, sent.kind, sent.name, pairs] = Form(
                origin, sent.kind, sent.name, pairs
            )
        return form, statements[min(statements)][:STATEMENT_LIMIT] if statements else ""

    def _pair(self, key: str, value: Value) -> Pair:
        if not isinstance(value, str) or len(value) > _LONGEST_REMEMBERED or key in _NEVER_REMEMBERED:
            return (key, _READERS[key](value))
        pair = self._pairs.get((key, value))
        if pair is None:
            if len(self._pairs) >= self._remembered:
                self._pairs.clear()
            pair = self._pairs[key, value] = (key, _READERS[key](value))
        return pair

    def _origin(self, resource: _Resource, scope: str) -> Origin:
        raw = msgspec.json.encode(resource) + scope.encode(errors="replace")
        known = self._origins.known(raw)
        if known is not None:
            return known
        return self._origins.keep(raw, ((one.key, _value(one.value)) for one in resource.attributes), scope)


def _value(value: _Any | None) -> Value:
    """A value as text, "" for what has no plain text."""
    if value is None:
        return ""
    if value.string_value is not None:
        return value.string_value
    if value.int_value is not None:
        return str(value.int_value)
    if value.array_value is not None:
        return tuple(
            text for one in value.array_value.values[:64] if isinstance(text := _value(one), str) and text
        )
    return ""


def _texts(sent: _Span) -> list[tuple[str, str]]:
    """All texts of a span that somebody chose, each with the name it goes by."""
    texts = [("span.name", sent.name), *_chosen(sent.attributes)]
    behind: tuple[_Event | _Link, ...] = (*sent.events[:LOOKED_AT], *sent.links[:LOOKED_AT])
    for one in behind:
        texts += _chosen(one.attributes)
    return texts


def _chosen(attributes: Sequence[_Attribute]) -> list[tuple[str, str]]:
    return [
        (one.key, text) for one in attributes if one.value is not None and (text := one.value.string_value)
    ]


def _links(links: Sequence[_Link]) -> tuple[Place, ...]:
    found = (
        (binascii.unhexlify(one.trace_id), binascii.unhexlify(one.span_id)) for one in links[:LINKS_KEPT]
    )
    return tuple(place for place in found if len(place[0]) == 16 and len(place[1]) == 8)
