"""Reads OTLP protobuf into spans, and touches as little of it as it can.

Most of the time goes into touching values, not into decoding them. So spans that are alike are recognised by the hash
of their attributes as they came, all at once. What is different in nearly every span is left out of that: attributes
that nobody wants, and those that are *late* (a URL, a statement), which are read one by one where they decide
something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from threading import Lock

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from collectors.traces.leaks import EVERY, FIRST, LEAKS, Examined
from collectors.traces.otlp.origins import Origins, instrumentation
from collectors.traces.otlp.schema import EXPORT, LINKED_EXPORT, WireSpan
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
    LONGEST_NAME,
    NO_ID,
    REMOTE,
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
_LONGEST_REMEMBERED = 512
_NAMES = 5_000
_VALUES_OF_A_NAME = 64
_VARIANTS = 8
"""Ways in which spans of one name may differ, in what varies, and still be recognised."""
_MANY_VALUES = frozenset(range(_VALUES_OF_A_NAME))
_BEGINNING = frozenset({Kind.SERVER, Kind.CONSUMER})
# Nearly every value is another one, or belongs to a person: read each time, never remembered.
_VARIED = frozenset({b"client.address", b"http.client_ip", b"net.peer.ip", b"net.sock.peer.addr"})


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What an attribute amounts to. Equal by identity, so that tuples of them are hashed fast.

    `pair`: it, reduced; None if it is late, and `name` is then that of the attribute.
    """

    pair: Pair | None
    name: bytes = b""


_LATE = {name: _Found(None, name) for name in (*(name for name, _ in NEEDLESS), *STATEMENT_KEYS, *_VARIED)}


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """What to do with the attributes of spans that look alike.

    `late`: attributes to be read now: position, name and what reduces the value. `statement`: position of the
    statement, -1 if there is none. `forms`: by the values of what is late.
    """

    form: Form
    late: tuple[tuple[int, str, Callable[[Value], Value]], ...]
    statement: int
    forms: dict[tuple[Value, ...], Form]


_NO_FORMS: dict[tuple[Value, ...], Form] = {}
"""Of the many readings without anything late: never written to."""


_NO_READINGS: dict[int, _Reading] = {}


class _Alike:
    """Spans of one origin, kind, name and number of attributes, with the same ones of them varied.

    `varied`: attributes whose values make no difference: place, and how such an attribute begins. `fixed`: takes the
    others out. `mark`: the hash of what is there in most spans, and how these are read; `readings`: of the rest, by
    their hashes. `looked`: how many spans could have been looked at. `less`: what else spans may be that are not like
    these.
    """

    __slots__ = ("fixed", "less", "looked", "mark", "reading", "readings", "varied")

    def __init__(self, count: int, varied: tuple[tuple[int, bytes], ...]) -> None:
        self.varied = varied
        others = self.others(count)
        # Of a single place an itemgetter makes no tuple.
        self.fixed: Callable[[Sequence[bytes]], object] = (
            (itemgetter(*others, others[0]) if varied else tuple) if others else len
        )
        self.mark = 0
        self.reading: _Reading | None = None
        self.readings = _NO_READINGS
        self.looked = 0
        self.less: _Alike | None = None

    def others(self, count: int) -> list[int]:
        """The places that do not vary."""
        varied = {place for place, _ in self.varied}
        return [place for place in range(count) if place not in varied]

    def keep(self, mark: int, reading: _Reading) -> None:
        """Reads spans of this hash so from now on."""
        if self.reading is None or self.mark == mark:
            self.mark, self.reading = mark, reading
            return
        if self.readings is _NO_READINGS:
            self.readings = {}
        self.readings[mark] = reading


_Known = dict[tuple[int, str, int], _Alike]


class ProtobufReader:
    """Reads messages. May be used by several threads."""

    def __init__(self, origins: Origins, remembered: int) -> None:
        self._origins = origins
        self._remembered = remembered
        self._attributes = _Attributes(remembered)
        self._examined = Examined(remembered)
        self._leaks: dict[tuple[Form, tuple[str, ...]], Form] = {}
        self._alike: dict[Origin, _Known] = {}
        self._learned = 0
        self._learning = Lock()
        self._known: dict[int, _Reading] = {}

    def read(self, body: bytes) -> Batch:
        """Spans of a message. Raises MalformedTraces; then nothing of it is used."""
        try:
            export = EXPORT.FromString(body)
        except DecodeError:
            raise MalformedTraces(
                "the body is not an OTLP trace message: truncated or not protobuf"
            ) from None
        spans: list[Span] = []
        links = False
        rejected, reason = 0, ""
        for resource_spans in export.resource_spans:
            for scope_spans in resource_spans.scope_spans:
                try:
                    origin = self._origin(resource_spans.resource, scope_spans.scope)
                except DecodeError:
                    raise MalformedTraces(
                        "the body is not an OTLP trace message: a resource or a scope is broken"
                    ) from None
                wrong, linking = self._read(scope_spans.spans, origin, spans)
                rejected += len(wrong)
                reason = reason or (wrong[0] if wrong else "")
                links = links or linking
        return Batch(_with_links(spans, body) if links else spans, rejected, reason)

    def _read(self, sent: Sequence[WireSpan], origin: Origin, spans: list[Span]) -> tuple[list[str], bool]:
        """Adds the usable ones to `spans`; what is wrong with each other one, and whether any has links."""
        wrong: list[str] = []
        links = False
        known = self._alike.get(origin)
        if known is None:
            known = self._alike[origin] = {}
        add, make, examine = spans.append, tuple.__new__, self._examined.wire
        for span in sent:
            trace, id, parent, kind = span.trace_id, span.span_id, span.parent_span_id, span.kind
            start, end = span.start_time_unix_nano, span.end_time_unix_nano
            if not (
                len(trace) == 16
                and len(id) == 8
                and EARLIEST <= start <= LATEST
                and (start <= end <= start + LONGEST or not end)
                and id != NO_ID
                and trace != _NO_TRACE
            ):
                fails = fault(trace, id, start, end)
                if fails:
                    wrong.append(fails)
                    continue
            attributes = span.attributes[:]
            name = span.name[:LONGEST_NAME]
            statement = ""
            try:
                like = kind, name, len(attributes)
                alike = known.get(like)
                while alike is not None:
                    for place, key in alike.varied:
                        if not attributes[place].startswith(key):
                            break
                    else:
                        break
                    alike = alike.less
                reading = None
                if alike is not None:
                    mark = hash(alike.fixed(attributes))
                    reading = alike.reading if mark == alike.mark else alike.readings.get(mark)
                if reading is None or alike is None:
                    alike, reading = self._learn(known, like, origin, attributes)
                form = reading.form
                if reading.late:
                    form = self._form(reading, attributes)
                if alike.varied:
                    looked = alike.looked = alike.looked + 1
                    if looked <= FIRST or not looked % EVERY:
                        texts = [attributes[place] for place, _ in alike.varied]
                        if leaks := examine((origin, *like), texts):
                            form = self._leaking(form, leaks)
                if reading.statement >= 0:
                    statement = _text(attributes[reading.statement])[:STATEMENT_LIMIT]
            except (DecodeError, IndexError):
                wrong.append("a span has a broken attribute")
                continue
            remote = False
            if parent:
                if parent in (id, NO_ID):
                    parent = b""
                elif kind not in _BEGINNING:
                    remote = (span.flags & REMOTE) == REMOTE
            state = span.trace_state
            if span.last_link:
                links = True
            add(
                make(
                    Span,
                    (
                        trace,
                        id,
                        parent,
                        kind,
                        form.name,
                        start,
                        end,
                        remote,
                        origin,
                        form.attributes,
                        statement,
                        (),
                        weight_of(state) if state else 1,
                        form,
                    ),
                )
            )
        return wrong, links

    def _learn(
        self, known: _Known, like: tuple[int, str, int], origin: Origin, sent: Sequence[bytes]
    ) -> tuple[_Alike, _Reading]:
        """What to do with spans like this one; from now on they are recognised. Raises DecodeError, IndexError."""
        kind, name, count = like
        found = tuple(map(self._attributes.__getitem__, sent))
        if self._learned >= self._remembered:
            self._forget()
        self._learned += 1
        varied = tuple(
            (place, raw[: 2 + raw[1]]) for place, raw in enumerate(sent) if self._attributes.varies(raw)
        )
        with self._learning:
            alike = _with(known, like, varied) or _Alike(count, varied)
            alike.less, known[like] = known.get(like), alike
        leaks = self._examined.wire((origin, *like), [sent[place] for place in alike.others(count)])
        # By content: what was found for an attribute may be forgotten, and its place in memory be another's.
        seen = hash((origin, kind, name, leaks, *(one and (one.pair or one.name) for one in found)))
        reading = self._known.get(seen)
        if reading is None:
            reading = self._known[seen] = self._reading(origin, kind, name, leaks, found)
        with self._learning:
            alike.keep(hash(alike.fixed(sent)), reading)
        return alike, reading

    def _reading(
        self, origin: Origin, kind: int, name: str, leaks: tuple[str, ...], values: tuple[_Found | None, ...]
    ) -> _Reading:
        pairs: dict[str, Pair] = {LEAKS: (LEAKS, leaks)} if leaks else {}
        late: dict[bytes, int] = {}
        for position, found in enumerate(values):
            if found is not None and found.pair is not None:
                pairs[found.pair[0]] = found.pair
            elif found is not None:
                late[found.name] = position
        names = {name.encode() for name in pairs} | late.keys()
        for needless, others in NEEDLESS:
            if (
                needless in names
                and (kind != Kind.SERVER or needless in SERVER_TOO)
                and not others.isdisjoint(names)
            ):
                late.pop(needless, None)
                names.discard(needless)
        statements = sorted(
            (STATEMENT_KEYS[name], late.pop(name)) for name in [*late] if name in STATEMENT_KEYS
        )
        return _Reading(
            Form(origin, kind, name, tuple(pairs.values())),
            tuple((position, name.decode(), SPAN_READERS[name]) for name, position in late.items()),
            statements[0][1] if statements else -1,
            {} if late else _NO_FORMS,
        )

    def _form(self, reading: _Reading, attributes: Sequence[bytes]) -> Form:
        """The form with its late attributes."""
        values = tuple(
            [
                reduce(text) if (text := _text(attributes[place])) else self._other(attributes[place], reduce)
                for place, _, reduce in reading.late
            ]
        )
        form = reading.forms.get(values)
        if form is None:
            known = reading.form
            pairs = [(name, value) for (_, name, _), value in zip(reading.late, values, strict=True) if value]
            form = Form(known.origin, known.kind, known.name, (*known.attributes, *pairs))
            if self._learned >= self._remembered:
                self._forget()
            self._learned += 1
            reading.forms[values] = form
        return form

    def _other(self, raw: bytes, reduce: Callable[[Value], Value]) -> Value:
        value = _value(KeyValue.FromString(raw).value)
        return reduce(value) if value else ""

    def _forget(self) -> None:
        self._learned = 0
        self._alike.clear()
        self._known.clear()

    def _leaking(self, form: Form, leaks: tuple[str, ...]) -> Form:
        """The form of a span that was looked at, with what was found in its attributes."""
        found = self._leaks.get((form, leaks))
        if found is None:
            if len(self._leaks) >= self._remembered:
                self._leaks.clear()
            found = Form(form.origin, form.kind, form.name, (*form.attributes, (LEAKS, leaks)))
            self._leaks[form, leaks] = found
        return found

    def _origin(self, resource: bytes, scope: bytes) -> Origin:
        raw = b"\0".join((resource, scope))
        known = self._origins.known(raw)
        if known is not None:
            return known
        made_by = InstrumentationScope.FromString(scope)
        return self._origins.keep(
            raw,
            ((each.key, _value(each.value)) for each in Resource.FromString(resource).attributes),
            instrumentation(made_by.name, made_by.version),
        )


class _Attributes(dict[bytes, "_Found | None"]):
    """Attributes as they came -> what they amount to, None if they are not wanted. Filled by being asked.

    Of those that are not wanted no value is remembered, only how many there were.
    """

    def __init__(self, remembered: int) -> None:
        super().__init__()
        self._remembered = remembered
        self._found: dict[Pair, _Found] = {}
        self._values: dict[bytes, set[int]] = {}

    def varies(self, raw: bytes) -> bool:
        """Whether spans that differ in the value of this attribute are alike: it is read late, or not at all."""
        name = raw[2 : 2 + raw[1]]
        return name in _LATE or (
            name not in SPAN_READERS and len(self._values.get(name, _MANY_VALUES)) >= _VALUES_OF_A_NAME
        )

    def __missing__(self, raw: bytes) -> _Found | None:
        # KeyValue on the wire: tag, length of the key, key, value.
        name = raw[2 : 2 + raw[1]]
        late = _LATE.get(name)
        if late is not None:
            return late
        if name not in SPAN_READERS:
            values = self._values.get(name)
            if values is None and len(self._values) < _NAMES:
                values = self._values[name] = set()
            if values is not None and len(values) < _VALUES_OF_A_NAME:
                values.add(hash(raw))
            return None
        pair = _pair(raw)
        found = None
        if pair is not None:
            found = self._found.get(pair)
            if found is None:
                if len(self._found) >= self._remembered:
                    self._found.clear()
                found = self._found[pair] = _Found(pair)
        if len(raw) <= _LONGEST_REMEMBERED:
            self._remember(raw, found)
        return found

    def _remember(self, raw: bytes, found: _Found | None) -> None:
        if len(self) >= self._remembered:
            self.clear()
            self._values.clear()
        self[raw] = found


def _with(known: _Known, like: tuple[int, str, int], varied: tuple[tuple[int, bytes], ...]) -> _Alike | None:
    """Takes out those of which the same attributes vary, and the last of too many."""
    before: _Alike | None = None
    one = known.get(like)
    for _ in range(_VARIANTS):
        if one is None or one.varied == varied:
            break
        before, one = one, one.less
    rest = one.less if one is not None and one.varied == varied else None
    if before is not None:
        before.less = rest
    elif rest is not None:
        known[like] = rest
    else:
        known.pop(like, None)
    return one if one is not None and one.varied == varied else None


def _pair(raw: bytes) -> Pair | None:
    """A wanted attribute, reduced; None if it has no plain value. Raises DecodeError."""
    sent = KeyValue.FromString(raw)
    value = _value(sent.value)
    reader = SPAN_READERS.get(sent.key.encode(errors="replace"))
    return (sent.key, reader(value)) if reader and value else None


def _with_links(spans: Sequence[Span], body: bytes) -> list[Span]:
    """The same spans with their links, which are read from the body once more."""
    links: dict[tuple[bytes, bytes, int], tuple[Place, ...]] = {}
    for resource_spans in LINKED_EXPORT.FromString(body).resource_spans:
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                if span.links:
                    links[span.trace_id, span.span_id, span.kind] = tuple(
                        (link.trace_id, link.span_id)
                        for link in span.links[:LINKS_KEPT]
                        if len(link.trace_id) == 16 and len(link.span_id) == 8
                    )
    return [
        span._replace(links=found) if (found := links.get((span.trace, span.id, span.kind))) else span
        for span in spans
    ]


def _text(raw: bytes) -> str:
    """The value of an attribute that is text. Raises DecodeError, IndexError."""
    at = 2 + raw[1]
    # Short values stand where they always do: tag and length of the value, tag and length of its text, text.
    if len(raw) < 128 and raw[at] == 0x12 and raw[at + 2] == 0x0A and raw[at + 3] == len(raw) - at - 4:
        try:
            return raw[at + 4 :].decode()
        except UnicodeDecodeError:
            return raw[at + 4 :].decode(errors="replace")
    return KeyValue.FromString(raw).value.string_value


def _value(value: AnyValue) -> Value:
    """A value as text, "" for what has no plain text (maps, bytes, nothing)."""
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "int_value":
            return str(value.int_value)
        case "array_value":
            return tuple(
                text for one in value.array_value.values[:64] if isinstance(text := _value(one), str) and text
            )
        case "bool_value":
            return "true" if value.bool_value else "false"
        case _:
            return ""
