"""Reads OTLP protobuf into spans, and touches as little of it as it can.

Most of the time goes into touching values, not into decoding them. So spans that are alike are recognised by their
bytes (`alike`), all attributes at once. What is different in nearly every span is left out of that: attributes that
nobody wants, and those that are *late* (a URL, a statement), which are read one by one where they decide something.
A span that is not in the usual form (`usual`) is decoded, and put into it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from collectors.traces.leaks import EVERY, FIRST, LEAKS, Examined, may_hold
from collectors.traces.otlp import usual
from collectors.traces.otlp.alike import Alike, Reading, Recognised, Unlike
from collectors.traces.otlp.attributes import Attributes, Found
from collectors.traces.otlp.origins import Origins, instrumentation
from collectors.traces.otlp.schema import EXPORT, SPAN, WireSpan
from collectors.traces.otlp.usual import Usual
from collectors.traces.otlp.values import plain_value, text_of, value_of
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
    EARLIEST,
    LATEST,
    LINKS_KEPT,
    LONGEST,
    NO_ID,
    Batch,
    Form,
    Kind,
    MalformedTraces,
    Origin,
    Place,
    Span,
    fault,
    weight_of,
)

_NO_TRACE = bytes(16)
_BEGINNING = frozenset({Kind.SERVER, Kind.CONSUMER})
_BROKEN = "a span has a broken attribute"
_BROKEN_PART = "the body is not an OTLP trace message: a resource, a scope or a span is broken"


class _Known:
    """Spans of one origin and reading. `forms`: by the values of what is late. `looked`: how many there were."""

    __slots__ = ("form", "forms", "seen")

    def __init__(self, form: Form) -> None:
        self.form = form
        self.forms: dict[tuple[Value, ...], Form] | None = None
        self.seen = 0


_Forms = dict[Reading, _Known]
_Due = tuple[int, _Known, list[bytes]]
"""A span whose turn it is to be looked at: its place, what is known of it, and what varies in it."""
_Header = tuple[bytes, bytes, bytes, int, int, tuple[Place, ...], int]
"""Trace, id, parent, start, end, links, weight."""
_Other = tuple[_Header, _Known, Reading, list[bytes]]


_Leaking = tuple[Origin, int, str, tuple[Pair, ...], tuple[str, ...]]


class _Unusable(ValueError):
    """A span that is left out; the message says why."""


# What comes of reading at the usual places where something else stands.
_UNUSUAL = (LookupError, ValueError, struct.error)


class ProtobufReader:
    """Reads messages. May be used by several threads."""

    def __init__(self, origins: Origins, remembered: int) -> None:
        self._origins = origins
        self._remembered = remembered
        self._attributes = Attributes(remembered)
        self._examined = Examined(remembered)
        self._alike: dict[bytes, Alike] = {}
        self._readings: dict[int, Reading] = {}
        self._forms: dict[Origin, _Forms] = {}
        self._leaking: dict[_Leaking, Form] = {}
        self._learned = 0

    def read(self, body: bytes) -> Batch:
        """Spans of a message. Raises MalformedTraces; then nothing of it is used."""
        try:
            export = EXPORT.FromString(body)
        except DecodeError:
            raise MalformedTraces(
                "the body is not an OTLP trace message: truncated or not protobuf"
            ) from None
        spans: list[Span] = []
        wrong: list[str] = []
        try:
            for resource_spans in export.resource_spans:
                for scope_spans in resource_spans.scope_spans:
                    origin = self._origin(resource_spans.resource, scope_spans.scope)
                    self._read(scope_spans.spans[:], origin, spans, wrong)
        except DecodeError:
            raise MalformedTraces(_BROKEN_PART) from None
        return Batch(spans, len(wrong), wrong[0] if wrong else "")

    def _read(self, sent: Sequence[bytes], origin: Origin, spans: list[Span], wrong: list[str]) -> None:
        """Adds the usable ones to `spans`, and to `wrong` what is wrong with each other. Raises DecodeError."""
        forms = self._forms.get(origin)
        if forms is None:
            forms = self._forms[origin] = {}
        alike_of, make, add = self._alike, tuple.__new__, spans.append
        head, times = usual.HEAD.unpack_from, usual.TIMES.unpack_from
        due: list[_Due] = []
        links: tuple[Place, ...] = ()
        for whole in sent:
            raw, weight = whole, 1
            try:
                if raw[28] == 0x1A:
                    raw, state = usual.without_state(raw)
                    weight = weight_of(state)
                is_trace, trace, is_id, id, is_parent, parent = head(raw)
                at = 38
                if is_parent != usual.PARENT:
                    parent = b""
                    at = 28
                size = raw[at + 1]
                if size > 127:
                    size = (size & 127 | raw[at + 2] << 7) + 1
                behind = at + size + 5
                start, is_end, end = times(raw, behind)
                reading, varied = alike_of[raw[at:behind]].recognise(raw, behind + 17)
                known = forms[reading]
                if not (
                    is_trace == usual.TRACE
                    and is_id == usual.ID
                    and is_end == usual.END
                    and EARLIEST <= start <= LATEST
                    and (start <= end <= start + LONGEST or not end)
                    and NO_ID != id != parent != NO_ID
                    and trace != _NO_TRACE
                ):
                    raise Unlike
            except _UNUSUAL:
                try:
                    other = self._other(whole, origin, forms)
                except _Unusable as error:
                    wrong.append(str(error))
                    continue
                (trace, id, parent, start, end, links, weight), known, reading, varied = other
            form = known.form
            statement = ""
            if varied:
                if reading.late or reading.statement >= 0:
                    try:
                        if reading.late:
                            form = self._late(known, reading, varied)
                        if reading.statement >= 0:
                            statement = text_of(varied[reading.statement])[:STATEMENT_LIMIT]
                    except DecodeError:
                        wrong.append(_BROKEN)
                        continue
                known.seen = seen = known.seen + 1
                if seen <= FIRST or not seen % EVERY:
                    due.append((len(spans), known, varied))
            add(
                make(
                    Span,
                    (
                        trace,
                        id,
                        parent,
                        reading.kind,
                        reading.name,
                        start,
                        end,
                        reading.remote and bool(parent),
                        origin,
                        form.attributes,
                        statement,
                        links,
                        weight,
                        form,
                    ),
                )
            )
            links = ()
        if due and may_hold([each for _, _, varied in due for each in varied]):
            self._look(due, spans)

    def _other(self, raw: bytes, origin: Origin, forms: _Forms) -> _Other:
        """A span that was not recognised: it is decoded, put into the usual form, and learned.

        Raises DecodeError; _Unusable if only this span cannot be used.
        """
        span = SPAN.FromString(raw)
        trace, id, parent = span.trace_id, span.span_id, span.parent_span_id
        start, end = span.start_time_unix_nano, span.end_time_unix_nano
        fails = fault(trace, id, start, end)
        if fails:
            raise _Unusable(fails)
        if parent in (id, NO_ID):
            parent = b""
        if span.trace_state and raw[usual.HEAD_OF_ROOT] == usual.STATE:
            raw, _ = usual.without_state(raw)
        header = (
            trace.rjust(16, b"\0"),
            id,
            parent[:8].ljust(8, b"\0") if parent else b"",
            start,
            end,
            _links(span),
            weight_of(span.trace_state) if span.trace_state else 1,
        )
        try:
            put = Usual(span, raw)
            found = self._recognised(put) or self._learn(put)
        except DecodeError:
            raise _Unusable(_BROKEN) from None
        reading, varied = found
        known = forms.get(reading)
        if known is None:
            known = forms[reading] = _Known(Form(origin, reading.kind, reading.name, reading.attributes))
            self._count()
        return header, known, reading, varied

    def _recognised(self, put: Usual) -> Recognised | None:
        alike = self._alike.get(put.key)
        if alike is None:
            return None
        try:
            return alike.recognise(put.raw, put.attributes)
        except Unlike:
            return None

    def _learn(self, put: Usual) -> Recognised:
        """What to do with spans like this one; from now on they are recognised. Raises DecodeError."""
        self._count()
        found = [self._attributes.find(each) for each in put.sent]
        varied = [place for place, each in enumerate(found) if each.varies]
        fixed = [each for each, found_ in zip(put.sent, found, strict=True) if not found_.varies]
        leaks = self._examined.wire((put.kind, put.called), fixed)
        # By content: what was found for an attribute may be forgotten, and its place in memory be another's.
        seen = hash(
            (
                put.kind,
                put.called,
                put.remote,
                leaks,
                *((one.pair, one.name, one.varies, one.late) for one in found),
            )
        )
        reading = self._readings.get(seen)
        if reading is None:
            reading = self._readings[seen] = _reading(put, leaks, found)
        alike = self._alike.get(put.key)
        if alike is None:
            alike = self._alike[put.key] = Alike()
        alike.learn(put.raw, put.attributes, put.sent, varied, reading)
        return reading, [put.sent[place] for place in varied]

    def _late(self, known: _Known, reading: Reading, varied: Sequence[bytes]) -> Form:
        """The form with its late attributes. Raises DecodeError."""
        values = tuple(
            [
                reduce(text) if (text := text_of(varied[place])) else _reduced(varied[place], reduce)
                for place, _, reduce in reading.late
            ]
        )
        if known.forms is None:
            known.forms = {}
        form = known.forms.get(values)
        if form is None:
            base = known.form
            pairs = [(name, value) for (_, name, _), value in zip(reading.late, values, strict=True) if value]
            form = Form(base.origin, base.kind, base.name, (*base.attributes, *pairs))
            self._count()
            known.forms[values] = form
        return form

    def _count(self) -> None:
        """One more thing is remembered: of too many, all are forgotten."""
        if self._learned >= self._remembered:
            self._learned = 0
            self._alike.clear()
            self._readings.clear()
            self._forms.clear()
        self._learned += 1

    def _look(self, due: Sequence[_Due], spans: list[Span]) -> None:
        """Marks the spans in which something personal is found."""
        for place, known, varied in due:
            leaks = self._examined.wire(known, varied)
            if leaks:
                span = spans[place]
                form = self._leaking_form(span, leaks)
                spans[place] = span._replace(attributes=form.attributes, form=form)

    def _leaking_form(self, span: Span, leaks: tuple[str, ...]) -> Form:
        """The form of a span that was looked at, with what was found in its attributes."""
        key = (span.origin, span.kind, span.name, span.attributes, leaks)
        found = self._leaking.get(key)
        if found is None:
            if len(self._leaking) >= self._remembered:
                self._leaking.clear()
            attributes = (*span.attributes, (LEAKS, leaks))
            found = self._leaking[key] = Form(span.origin, span.kind, span.name, attributes)
        return found

    def _origin(self, resource: bytes, scope: bytes) -> Origin:
        raw = b"\0".join((resource, scope))
        known = self._origins.known(raw)
        if known is not None:
            return known
        made_by = InstrumentationScope.FromString(scope)
        return self._origins.keep(
            raw,
            ((each.key, value_of(each.value)) for each in Resource.FromString(resource).attributes),
            instrumentation(made_by.name, made_by.version),
        )


def _reading(put: Usual, leaks: tuple[str, ...], found: Sequence[Found]) -> Reading:
    pairs: dict[str, Pair] = {LEAKS: (LEAKS, leaks)} if leaks else {}
    late: dict[bytes, int] = {}
    varied = 0
    for each in found:
        if each.pair is not None:
            pairs[each.pair[0]] = each.pair
        elif each.late:
            late[each.name] = varied
        varied += each.varies
    names = {name.encode() for name in pairs} | late.keys()
    for needless, others in NEEDLESS:
        server_too = put.kind != Kind.SERVER or needless in SERVER_TOO
        if needless in names and server_too and not others.isdisjoint(names):
            late.pop(needless, None)
            names.discard(needless)
    statements = sorted((STATEMENT_KEYS[name], late.pop(name)) for name in [*late] if name in STATEMENT_KEYS)
    return Reading(
        put.kind,
        put.called,
        tuple(pairs.values()),
        tuple((place, name.decode(), SPAN_READERS[name]) for name, place in late.items()),
        statements[0][1] if statements else -1,
        put.remote and put.kind not in _BEGINNING,
    )


def _reduced(raw: bytes, reduce: Callable[[Value], Value]) -> Value:
    value = plain_value(raw)
    return reduce(value) if value else ""


def _links(span: WireSpan) -> tuple[Place, ...]:
    return tuple(
        (link.trace_id, link.span_id)
        for link in span.links[:LINKS_KEPT]
        if len(link.trace_id) == 16 and len(link.span_id) == 8
    )
