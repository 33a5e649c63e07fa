"""Reads OTLP protobuf into spans, and touches as little of it as it can.

Most of the time goes into touching values, not into decoding them. So spans that are alike are recognised by their
bytes (`alike`), all attributes at once. What is different in nearly every span is left out of that: attributes that
nobody wants, and those that are *late* (a URL, a statement), which are read one by one where they decide something.
A span that is not in the usual form (`usual`) is decoded, and put into it.
"""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from collectors.traces.leaks import EVERY, FIRST, may_hold
from collectors.traces.otlp.alike import Reading, Recognised
from collectors.traces.otlp.heads import Heads, Unusual, heads
from collectors.traces.otlp.learned import Home, Known, Learned
from collectors.traces.otlp.message import Message
from collectors.traces.otlp.origins import Origins, instrumentation
from collectors.traces.otlp.schema import EXPORT, SPAN, WireSpan
from collectors.traces.otlp.usual import Usual, without_tail
from collectors.traces.otlp.values import Unusable, text_of, value_of
from collectors.traces.semconv import STATEMENT_LIMIT
from collectors.traces.spans import (
    LINKS_KEPT,
    NO_ID,
    Batch,
    Form,
    MalformedTraces,
    Origin,
    Place,
    fault,
    weight_of,
)

_EVENT, _LINK = b"\x5a", b"\x6a"


class ProtobufReader:
    """Reads messages. May be used by several threads."""

    def __init__(self, origins: Origins, remembered: int) -> None:
        self._origins = origins
        self._learned = Learned(remembered)

    def read(self, body: bytes) -> Batch:
        """Spans of a message. Raises MalformedTraces; then nothing of it is used."""
        try:
            export = EXPORT.FromString(body)
        except DecodeError:
            raise MalformedTraces(
                "the body is not an OTLP trace message: truncated or not protobuf"
            ) from None
        message = Message()
        try:
            for resource_spans in export.resource_spans:
                for scope_spans in resource_spans.scope_spans:
                    origin = self._origin(resource_spans.resource, scope_spans.scope)
                    message.add(scope_spans.spans[:], self._learned.home(origin))
            for child, key, places in message.alike():
                self._read(message, places, child, key)
        except DecodeError:
            raise MalformedTraces(
                "the body is not an OTLP trace message: a resource, a scope or a span is broken"
            ) from None
        wrong = message.wrong
        return Batch(message.read.formed(), len(wrong), wrong[min(wrong)] if wrong else "")

    def _read(
        self, message: Message, places: Sequence[int], child: bool, key: bytes, at_once: int = 1
    ) -> None:
        """Reads spans of one kind and name. Raises DecodeError.

        `at_once`: how many that are not known are decoded before the others are looked at again: most are like them.
        """
        sent = [message.sent[place] for place in places]
        try:
            read = heads(sent, child, key)
        except Unusual:
            if len(places) > 1:  # most of them may be usual all the same
                half = len(places) // 2
                self._read(message, places[:half], child, key)
                self._read(message, places[half:], child, key)
            else:
                self._decode(message, places[0])
            return
        recognised = self._learned.recognise(key, sent, read.begin)
        if not all(recognised):
            left = [row for row, found in enumerate(recognised) if found is None]
            self._without_tails(message, places, key, read.begin, recognised, left)
        unknown = self._fill(message, places, read, recognised)
        for place in unknown[:at_once]:
            self._decode(message, place)
        if len(unknown) > at_once:
            self._read(message, unknown[at_once:], child, key, at_once * 2)

    def _without_tails(
        self,
        message: Message,
        places: Sequence[int],
        key: bytes,
        begin: int,
        recognised: list[Recognised | None],
        left: Sequence[int],
    ) -> None:
        """Recognises those left that have events, links or a status behind what is alike. Raises DecodeError."""
        cut = {row: parts for row in left if (parts := without_tail(message.sent[places[row]], begin))}
        found = self._learned.recognise(key, [span for span, _ in cut.values()], begin)
        for (row, (_, tail)), one in zip(cut.items(), found, strict=True):
            recognised[row] = one
            if one is None:
                continue
            place = places[row]
            if _LINK in tail:
                message.links[place] = _links(SPAN.FromString(tail))
            if _LINK in tail or _EVENT in tail:
                leaks = self._learned.looked_behind(message.homes[place], one[0], tail)
                if leaks:
                    message.leaks[place] = leaks

    def _decode(self, message: Message, place: int) -> None:
        """Reads a span that is not in the usual form, or of a sort that was not met before. Raises DecodeError."""
        span = SPAN.FromString(message.sent[place])
        trace, id, parent = span.trace_id, span.span_id, span.parent_span_id
        start, end = span.start_time_unix_nano, span.end_time_unix_nano
        fails = fault(trace, id, start, end)
        if fails:
            message.wrong[place] = fails
            return
        if parent in (id, NO_ID):
            parent = b""
        if span.trace_state:
            message.weights[place] = weight_of(span.trace_state)
        if span.links:
            message.links[place] = _links(span)
        try:
            home = message.homes[place]
            recognised = self._learned.meet(Usual(span, message.sent[place]))
        except Unusable as error:
            message.wrong[place] = str(error)
            return
        leaks = self._learned.looked_behind(home, recognised[0], message.sent[place])
        if leaks:
            message.leaks[place] = leaks
        read = Heads(
            (trace.rjust(16, b"\0"),),
            (id,),
            (parent[:8].ljust(8, b"\0") if parent else b"",),
            (start,),
            (end,),
            0,
        )
        self._fill(message, (place,), read, (recognised,))

    def _fill(
        self, message: Message, places: Sequence[int], read: Heads, recognised: Sequence[Recognised | None]
    ) -> list[int]:
        """Keeps what is read of the spans at these places; of those that are not usable, without a form.

        Returns the places of those that are not known yet.
        """
        homes, portion = message.homes, message.read
        begin = len(portion)
        forms: list[Form | None] = []
        unknown: list[int] = []
        due: list[tuple[int, Known, Sequence[bytes]]] = []
        there: Home | None = None
        last: Reading | None = None
        for row, (place, found) in enumerate(zip(places, recognised, strict=True)):
            if found is None:
                unknown.append(place)
                forms.append(None)
                continue
            reading, varied = found
            home = homes[place]
            if reading is not last or home is not there:
                last, there = reading, home
                known = home.known.get(reading) or self._learned.known(home, reading)
            form: Form | None = known
            if varied:
                try:
                    if reading.late:
                        form = self._learned.late(known, reading, varied)
                    if reading.statement >= 0 and (text := text_of(varied[reading.statement])):
                        portion.statements[begin + row] = text[:STATEMENT_LIMIT]
                    known.seen = seen = known.seen + 1
                    if seen <= FIRST or not seen % EVERY:
                        due.append((row, known, varied))
                except Unusable as error:
                    message.wrong[place] = str(error)
                    form = None
            if reading.remote and read.parents[row]:
                portion.remote.add(begin + row)
            forms.append(form)
        if due and may_hold([each for _, _, varied in due for each in varied]):
            for row, known, varied in due:
                if form := forms[row]:
                    forms[row] = self._learned.looked(known, form, varied)
        for row, place in enumerate(places) if message.leaks or message.links or message.weights else ():
            if form := forms[row]:
                forms[row] = self._learned.leaking(form, message.leaks.get(place, ()))
            if place in message.links:
                portion.links[begin + row] = message.links[place]
            if place in message.weights:
                portion.weights[begin + row] = message.weights[place]
        portion.add(read.traces, read.ids, read.parents, read.starts, read.ends, forms)
        return unknown

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


def _links(span: WireSpan) -> tuple[Place, ...]:
    return tuple(
        (link.trace_id, link.span_id)
        for link in span.links[:LINKS_KEPT]
        if len(link.trace_id) == 16 and len(link.span_id) == 8
    )
