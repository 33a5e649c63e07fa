"""Remembers sorts of spans, so that each is decoded once: how one is recognised, and what it amounts to.

Reading a span is the same whoever sends it, so it is learned once for all origins. What is different in nearly every
span is no part of a sort: attributes that nobody wants, and those that are *late* (a URL, a statement), which are
read one by one where they decide something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from google.protobuf.message import DecodeError
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan

from collectors.traces.leaks import LEAKS, LOOKED_AT, Examined, is_due
from collectors.traces.otlp.alike import Alike, Reading, Recognised
from collectors.traces.otlp.attributes import Attributes, Found
from collectors.traces.otlp.usual import Usual
from collectors.traces.otlp.values import plain_value, text_of
from collectors.traces.semconv import NEEDLESS, SERVER_TOO, SPAN_READERS, STATEMENT_KEYS, Pair, Value
from collectors.traces.spans import Form, Kind, Origin

_BEGINNING = frozenset({Kind.SERVER, Kind.CONSUMER})


@dataclass(slots=True, eq=False)
class Known(Form):
    """The form of spans of one origin and reading, but for what is late.

    `forms`: by the values of that. `seen`: how many of them had anything that varies; `behind`: how many had anything
    behind their attributes, or were decoded.
    """

    forms: dict[tuple[Value, ...], Form] | None = None
    seen: int = 0
    behind: int = 0


class Home:
    """Where spans come from, and what is known of them by their readings."""

    __slots__ = ("known", "origin")

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.known: dict[Reading, Known] = {}


class Learned:
    """Sorts of spans, and the spans of each origin. May be used by several threads."""

    def __init__(self, remembered: int) -> None:
        self._remembered = remembered
        self._count = 0
        self._attributes = Attributes(remembered)
        self._examined = Examined(remembered)
        self._alike: dict[bytes, Alike] = {}
        self._readings: dict[int, Reading] = {}
        self._homes: dict[Origin, Home] = {}
        self._leaking: dict[tuple[Form, tuple[str, ...]], Form] = {}

    def home(self, origin: Origin) -> Home:
        """What is known of the spans of an origin."""
        home = self._homes.get(origin)
        if home is None:
            self._one_more()
            home = self._homes[origin] = Home(origin)
        return home

    def recognise(self, key: bytes, sent: Sequence[bytes], begin: int) -> list[Recognised | None]:
        """The readings of spans of this name and kind whose attributes begin there, of those that were learned."""
        alike = self._alike.get(key)
        return alike.recognise(sent, begin) if alike is not None else [None] * len(sent)

    def meet(self, put: Usual) -> Recognised:
        """A span of a sort that may not have been met before; from now on it has been. Raises Unusable."""
        [recognised] = self.recognise(put.key, (put.raw,), put.attributes)
        return recognised if recognised is not None else self._learn(put)

    def known(self, home: Home, reading: Reading) -> Known:
        """Spans of a reading that come from there for the first time."""
        self._one_more()
        known = home.known[reading] = Known(home.origin, reading.kind, reading.name, reading.attributes)
        return known

    def late(self, known: Known, reading: Reading, varied: Sequence[bytes]) -> Form:
        """The form with its late attributes. Raises Unusable."""
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
            pairs = [(name, value) for (_, name, _), value in zip(reading.late, values, strict=True) if value]
            form = Form(known.origin, known.kind, known.name, (*known.attributes, *pairs))
            self._one_more()
            known.forms[values] = form
        return form

    def looked(self, known: Known, form: Form, varied: Sequence[bytes]) -> Form:
        """The form of a span, with what personal values are found in those of its attributes that vary."""
        return self.leaking(form, self._examined.wire(known, varied))

    def looked_behind(self, home: Home, reading: Reading, tail: bytes) -> tuple[str, ...]:
        """What personal values are in the events and links of a span, if it is its turn to be looked at."""
        known = home.known.get(reading) or self.known(home, reading)
        known.behind += 1
        if not is_due(known.behind):
            return ()
        try:
            span = ProtoSpan.FromString(tail)
        except DecodeError:
            return ()
        attributes = [
            *(one for event in span.events[:LOOKED_AT] for one in event.attributes),
            *(one for link in span.links[:LOOKED_AT] for one in link.attributes),
        ]
        return self._examined.texts(known, [(one.key, one.value.string_value) for one in attributes])

    def leaking(self, form: Form, leaks: tuple[str, ...]) -> Form:
        """A form with what was found in one of its spans."""
        if not leaks:
            return form
        found = self._leaking.get((form, leaks))
        if found is None:
            if len(self._leaking) >= self._remembered:
                self._leaking.clear()
            others = [pair for pair in form.attributes if pair[0] != LEAKS]
            known = [one for name, value in form.attributes if name == LEAKS for one in value]
            all_of_them = (LEAKS, tuple(sorted({*known, *leaks})))
            found = Form(form.origin, form.kind, form.name, (*others, all_of_them))
            self._leaking[form, leaks] = found
        return found

    def _learn(self, put: Usual) -> Recognised:
        """What to do with spans like this one; from now on they are recognised. Raises Unusable."""
        self._one_more()
        found = [self._attributes.find(each) for each in put.sent]
        varied = [place for place, each in enumerate(found) if each.varies]
        fixed = [each for each, found_ in zip(put.sent, found, strict=True) if not found_.varies]
        key = (put.kind, put.called)
        named = self._examined.texts(key, [("span.name", put.called)])
        leaks = tuple(sorted({*self._examined.wire(key, fixed), *named}))
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

    def _one_more(self) -> None:
        """One more thing is remembered: of too many, all are forgotten."""
        if self._count >= self._remembered:
            self._count = 0
            self._alike.clear()
            self._readings.clear()
            self._homes.clear()
        self._count += 1


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
