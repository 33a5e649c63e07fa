"""Decides what spans of one shape say: the operation they are or belong to, and what they read, write, call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from collectors.traces import conventions, destinations, graphql
from collectors.traces.admitted import (
    DESTINATIONS,
    DESTINATIONS_PER_SERVICE,
    OPERATIONS,
    OPERATIONS_PER_SERVICE,
    OVERFLOW,
    Admitted,
)
from collectors.traces.destinations import Destination
from collectors.traces.leaks import LEAKS
from collectors.traces.operations import operation_name
from collectors.traces.origins import Service, service_of
from collectors.traces.portion import Portion
from collectors.traces.said import ITSELF, OPERATION, Said, Told, detail
from collectors.traces.semconv import SPAN_NAMES, Pair, Value, read
from collectors.traces.shape import Act, Shape, Use, begun
from collectors.traces.spans import Form, Kind, Origin, Span
from collectors.traces.sql.statement import Statement
from collectors.traces.statements import Parse, Statements
from collectors.traces.templates import Templates
from collectors.traces.uses import disclosure, named_of, peer_of, topic_of, uses

SERVICES = 5_000
OVERFLOWING_ENVIRONMENTS = 100
_SHAPES = 120_000

_TELLING = frozenset({"sends_to", "publishes_to"})
"""The verbs that hand on what the operation holds."""


class Shapes:
    """Finds the shape of each span; remembers shapes, and holds the number of distinct names within caps."""

    def __init__(self, parse: Parse) -> None:
        self._statements = Statements(parse)
        self._services: dict[Origin, Service] = {}
        self._urns: set[str] = set()
        self._known: dict[tuple[Origin, int, str, tuple[Pair, ...], int], Shape] = {}
        # Spans beyond a cap have names of their own, and nothing else: they are one shape.
        self._one: dict[tuple[Service, Act], Shape] = {}
        self._acts: dict[Act, Act] = {}
        self._of_form: dict[Form | tuple[Form, int] | None, Shape] = {}
        self._systems: dict[Form, str] = {}
        self._templates = Templates(SERVICES)
        self._begun: dict[Shape, tuple[str, tuple[Said, ...]]] = {}
        self._operations = Admitted(OPERATIONS_PER_SERVICE, OPERATIONS)
        self._destinations = Admitted(DESTINATIONS_PER_SERVICE, DESTINATIONS)
        self.overflowed = 0

    def of(self, span: Span) -> Shape:
        """The shape of one span."""
        return self.of_all((span,))[0]

    def of_all(self, spans: Sequence[Span]) -> list[Shape]:
        """The shape of each span."""
        portion = Portion.of(spans)
        known = self._of_form.get
        found = [*map(known, portion.forms)]
        for row, text in portion.statements.items():
            found[row] = self._stating(portion, row, text)
        if all(found):
            return cast("list[Shape]", found)
        return [shape or self._unknown(portion, row) for row, shape in enumerate(found)]

    def _unknown(self, portion: Portion, row: int) -> Shape:
        form = portion.forms[row]
        if form is None:
            return self._like(portion[row], None)
        return self._of_form.get(form) or self._remember(form, self._read(portion[row], None))

    def _stating(self, portion: Portion, row: int, text: str) -> Shape:
        """The shape of a span that has a statement."""
        form, read = portion.forms[row], self._statements.of
        if form is None:
            return self._like(portion[row], read(text, _system(portion[row].attributes)))
        system = self._systems.get(form)
        if system is None:
            system = self._systems[form] = _system(form.attributes)
        statement = read(text, system)
        # By identity: equal texts are answered with one value, which the shape keeps alive.
        key = (form, id(statement))
        return self._of_form.get(key) or self._remember(key, self._read(portion[row], statement))

    def _remember(self, form: Form | tuple[Form, int], shape: Shape) -> Shape:
        if len(self._of_form) >= _SHAPES:
            self._of_form.clear()
            self._systems.clear()
        self._of_form[form] = shape
        return shape

    def _like(self, span: Span, statement: Statement | None) -> Shape:
        """The shape of spans whose reader knows no forms."""
        key = (span.origin, span.kind, span.name, span.attributes, id(statement))
        shape = self._known.get(key)
        if shape is None:
            shape = self._read(span, statement)
            if len(self._known) >= _SHAPES:
                self._known.clear()
            self._known[key] = shape
        return shape

    def _service(self, origin: Origin) -> Service:
        service = self._services.get(origin)
        if service is None:
            service = service_of(origin)
            if service.urn not in self._urns and len(self._urns) >= SERVICES:
                self.overflowed += 1
                service = service_of(origin, overflow=True)
                if service.urn not in self._urns and len(self._urns) >= SERVICES + OVERFLOWING_ENVIRONMENTS:
                    service = service_of(_ELSEWHERE, overflow=True)
            self._urns.add(service.urn)
            if len(self._services) >= _SHAPES:
                self._services.clear()
            self._services[origin] = service
        return service

    def _read(self, span: Span, statement: Statement | None) -> Shape:
        overflowed = self.overflowed
        service, attributes, kind = self._service(span.origin), dict(span.attributes), span.kind
        topic = topic_of(service, attributes)
        begins = kind in (Kind.SERVER, Kind.CONSUMER)
        name = operation_name(span, attributes, topic, lambda path: self._templates.of(service.plain, path))
        if begins:
            name = self._admitted(service, name)
        used: list[tuple[Destination, Use]] = []
        if not begins:
            used = [
                (self._admit(service, where), use)
                for where, use in uses(service, span, attributes, topic, statement)
            ]
            used = [(where, use._replace(target=where.urn)) for where, use in used]
        beside = [Use("leaks", f"attribute://{each.replace(' ', '/', 1)}", "") for each in _leaks(attributes)]
        beside += graphql.returned(span, attributes)
        told: list[Told] = []
        if kind == Kind.SERVER and _value(attributes, "client.address") == "public":
            told.append(Told(OPERATION, "is", "", detail(public_caller=True)))
        if kind == Kind.CONSUMER and topic:
            told += (*topic.told, Told(topic.urn, "consumed_by", OPERATION))
        if statement is not None:
            told.append(Told(ITSELF, "is", "", detail(statements=True)))
        told += conventions.told(attributes)
        for where, _ in used:
            told += where.told
        if begins:
            told += (Told(source, *use) for use in beside for source in (ITSELF, OPERATION))
        calls = (
            kind == Kind.CLIENT and not _value(attributes, "db.system") and statement is None and not topic
        )
        peer = peer_of(attributes)
        named = named_of(service, span, attributes) if calls else None
        # Who was seen to answer one call to a cloud's own address says nothing of the others.
        found = calls and not peer.is_shared and _value(attributes, "rpc.system") != "aws-api"
        uses_of = tuple(dict.fromkeys((*(use for _, use in used), *(() if begins else beside))))
        own = {Told(ITSELF, *said[2:]) for said in service.said}
        act = Act(
            name=name,
            begins=begins,
            role=("server" if kind == Kind.SERVER else "consumer") if begins else "",
            outgoing=kind in (Kind.CLIENT, Kind.PRODUCER),
            timed=kind in (Kind.CLIENT, Kind.PRODUCER) or bool(used),
            by_topic=kind == Kind.CONSUMER and topic is not None,
            topic=topic.urn if topic is not None and kind == Kind.CONSUMER else "",
            uses=uses_of,
            told=tuple(one for one in dict.fromkeys(told) if one not in own),
            reads=tuple(disclosure(use) for _, use in used if use.verb == "reads"),
            sends=tuple(use.target for _, use in used if use.verb in _TELLING),
            peer=named.alias if named else peer.alias if found else "",
            port=peer.port if found and not named else "",
            statement=statement,
            tool=named.urn if named is not None and f"|{destinations.TOOL}|" in named.alias else "",
        )
        shape = Shape(service, self._same(act), service.operation(name) if begins else "")
        if self.overflowed == overflowed:
            return shape
        if len(self._one) >= _SHAPES:
            self._one.clear()
        return self._one.setdefault((service, act), shape)

    def _same(self, act: Act) -> Act:
        """The one value for what others may have done before."""
        if len(self._acts) >= _SHAPES:
            self._acts.clear()
        return self._acts.setdefault(act, act)

    def begin(self, shape: Shape) -> tuple[str, tuple[Said, ...]]:
        """The operation that a span of this shape starts for want of another, and what that says."""
        if shape.operation:
            return shape.operation, ()
        known = self._begun.get(shape)
        if known is None:
            operation = shape.service.operation(self._admitted(shape.service, shape.act.name))
            known = (operation, begun(shape.service, operation, "job"))
            if len(self._begun) >= _SHAPES:
                self._begun.clear()
            self._begun[shape] = known
        return known

    def _admitted(self, service: Service, name: str) -> str:
        return name if self._within(self._operations, service, name) else OVERFLOW

    def _admit(self, service: Service, where: Destination) -> Destination:
        if self._within(self._destinations, service, where.urn):
            return where
        scheme = where.urn.partition("://")[0]
        return Destination(
            _OVERFLOWING.get(scheme, "{}://{}/" + OVERFLOW).format(scheme, service.environment), ()
        )

    def _within(self, admitted: Admitted, service: Service, name: str) -> bool:
        within = admitted.admits(service.urn, name)
        self.overflowed += not within
        return within


# As many parts as other urns of the kind have: readers take them apart.
_OVERFLOWING = {
    "table": f"{{}}://environment:{{}}////{OVERFLOW}",
    "topic": f"{{}}://{{}}///{OVERFLOW}",
}
_ELSEWHERE = Origin({"deployment.environment.name": OVERFLOW})

_SYSTEM_NAMES = frozenset(SPAN_NAMES["db.system"])


def _system(attributes: tuple[Pair, ...]) -> str:
    for name, value in attributes:
        if name in _SYSTEM_NAMES and isinstance(value, str):
            return destinations.system_of(value)
    return ""


def _leaks(attributes: Mapping[str, Value]) -> Sequence[str]:
    """What was found in the span's attributes, `KIND ATTRIBUTE`."""
    found = attributes.get(LEAKS, ())
    return found if isinstance(found, tuple) else ()


def _value(attributes: Mapping[str, Value], meaning: str) -> str:
    return read(attributes, SPAN_NAMES, meaning)
