"""Decides what spans of one shape say: the operation they are or belong to, and what they read, write, call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple
from weakref import WeakValueDictionary

from collectors.model import Alias
from collectors.traces import conventions, destinations, names, stores
from collectors.traces.destinations import WHOLE_STORE, Address, Destination
from collectors.traces.leaks import LEAKS
from collectors.traces.origins import Service, service_of
from collectors.traces.said import Said, detail, read_detail
from collectors.traces.semconv import SPAN_NAMES, Pair, Value, read, read_all
from collectors.traces.spans import Form, Kind, Origin, Span
from collectors.traces.sql.statement import Statement, TableUse
from collectors.traces.statements import Parse, Statements
from collectors.traces.stores import elasticsearch
from collectors.traces.templates import Templates

SERVICES = 5_000
OPERATIONS_PER_SERVICE = 1_000
DESTINATIONS_PER_SERVICE = 5_000
OPERATIONS = 200_000
DESTINATIONS = 200_000
"""Of all services together."""
OVERFLOWING_ENVIRONMENTS = 100
OVERFLOW = "overflow"
_SHAPES = 120_000

_METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"}
)
_READING = frozenset({
    "get", "mget", "hget", "hgetall", "hmget", "lrange", "smembers", "zrange", "exists", "keys", "scan",
    "hscan", "sscan", "ttl", "type", "strlen", "llen", "find", "findone", "aggregate", "count",
    "distinct", "select", "read", "query", "search", "batchgetitem", "getitem", "transactgetitems",
    "headobject", "getobject", "listobjects", "listobjectsv2",
})  # fmt: skip
_PUBLISHING = frozenset({"publish", "send", "create"})
_TELLING = frozenset({"sends_to", "publishes_to"})
"""The verbs that hand on what the operation holds."""


class Use(NamedTuple):
    """What an operation does with one destination: the part of a fact that its spans share."""

    verb: str
    target: str
    detail: str


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Shape:
    """Everything that spans with the same origin, kind, name and attributes have in common.

    `operation`: the urn it has if it starts one (see `Shapes.begin`). `begins`: it does so by its kind.
    `timed`: when it was matters to what others say. `said`: facts known without any other span. `uses`: what the
    enclosing operation does through it.
    `reads`: the columns it obtains, as details of a disclosure. `sends`: the hosts it calls and the topics it
    publishes to. `peer`: the alias of the host it calls, "" if it calls none, `port` with it. `topic`: the topic it
    consumes.
    """

    service: Service
    operation: str
    begins: bool
    outgoing: bool
    timed: bool
    by_topic: bool
    topic: str
    said: tuple[Said, ...]
    uses: tuple[Use, ...]
    reads: tuple[str, ...]
    sends: tuple[str, ...]
    peer: str
    port: str
    statement: Statement | None


_FIELDS = tuple(field.name for field in fields(Shape))


class Shapes:
    """Finds the shape of each span; remembers shapes, and holds the number of distinct names within caps."""

    def __init__(self, parse: Parse) -> None:
        self._statements = Statements(parse)
        self._services: dict[Origin, Service] = {}
        self._urns: set[str] = set()
        self._known: dict[tuple[Origin, int, str, tuple[Pair, ...], int], Shape] = {}
        # Spans beyond a cap have names of their own, and nothing else: they are one shape.
        self._one: WeakValueDictionary[tuple[object, ...], Shape] = WeakValueDictionary()
        self._of_form: dict[Form | tuple[Form, int], Shape] = {}
        self._systems: dict[Form, str] = {}
        self._templates = Templates(SERVICES)
        self._begun: dict[Shape, tuple[str, tuple[Said, ...]]] = {}
        self._operations = _Admitted(OPERATIONS_PER_SERVICE, OPERATIONS)
        self._destinations = _Admitted(DESTINATIONS_PER_SERVICE, DESTINATIONS)
        self.overflowed = 0

    def of(self, span: Span) -> Shape:
        """The shape of one span."""
        return self.of_all((span,))[0]

    def of_all(self, spans: Sequence[Span]) -> list[Shape]:
        """The shape of each span."""
        found = []
        known, read = self._of_form, self._statements.of
        for span in spans:
            form, text = span.form, span.statement
            if not text and form is not None:
                shape = known.get(form)
                if shape is None:
                    shape = self._remember(form, self._read(span, None))
            elif form is not None:
                system = self._systems.get(form)
                if system is None:
                    system = self._systems[form] = _system(span.attributes)
                statement = read(text, system)
                # By identity: equal texts are answered with one value, which the shape keeps alive.
                shape = known.get((form, id(statement)))
                if shape is None:
                    shape = self._remember((form, id(statement)), self._read(span, statement))
            else:
                shape = self._like(span, read(text, _system(span.attributes)) if text else None)
            found.append(shape)
        return found

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
        service, attributes, kind = self._service(span.origin), dict(span.attributes), span.kind
        topic = _topic(service, attributes)
        begins = kind in (Kind.SERVER, Kind.CONSUMER)
        name = _operation_name(span, attributes, topic, lambda path: self._templates.of(service.urn, path))
        operation = self._begin(service, name) if begins else service.operation(name)
        used: list[tuple[Destination, Use]] = []
        if not begins:
            used = [
                (self._admit(service, where), use)
                for where, use in _uses(service, span, attributes, topic, statement)
            ]
            used = [(where, use._replace(target=where.urn)) for where, use in used]
        leaks = [Use("leaks", f"attribute://{each.replace(' ', '/', 1)}", "") for each in _leaks(attributes)]
        word = "server" if kind == Kind.SERVER else "consumer"
        environment = service.environment
        said = [*service.said]
        if begins:
            said += _operation_said(service, operation, word)
        if kind == Kind.SERVER and _value(attributes, "client.address") == "public":
            said.append(Said(environment, operation, "is", "", detail(public_caller=True)))
        if kind == Kind.CONSUMER and topic:
            said += (*topic.said, Said(environment, topic.urn, "consumed_by", operation))
        if statement is not None:
            said.append(Said(environment, service.urn, "is", "", detail(statements=True)))
        said += conventions.said(environment, service.urn, attributes)
        for where, use in used:
            said += (*where.said, flow(environment, service.urn, use))
        for use in leaks:
            said += (
                flow(environment, service.urn, use),
                *((flow(environment, operation, use),) if begins else ()),
            )
        calls = (
            kind == Kind.CLIENT and not _value(attributes, "db.system") and statement is None and not topic
        )
        peer = _peer(attributes)
        tool = _tool(service, span, attributes) if calls and not peer.host else None
        shape = Shape(
            service=service,
            operation=operation,
            begins=begins,
            outgoing=kind in (Kind.CLIENT, Kind.PRODUCER),
            timed=kind in (Kind.CLIENT, Kind.PRODUCER) or bool(used),
            by_topic=kind == Kind.CONSUMER and topic is not None,
            topic=topic.urn if topic is not None and kind == Kind.CONSUMER else "",
            said=tuple(dict.fromkeys(said)),
            uses=tuple(dict.fromkeys((*(use for _, use in used), *(() if begins else leaks)))),
            reads=tuple(_disclosure(use) for _, use in used if use.verb == "reads"),
            sends=tuple(use.target for _, use in used if use.verb in _TELLING),
            peer=(tool.alias if tool else peer.alias(service)) if calls else "",
            port=peer.port if calls else "",
            statement=statement,
        )
        return self._one.setdefault(tuple(getattr(shape, name) for name in _FIELDS), shape)

    def begin(self, shape: Shape) -> tuple[str, tuple[Said, ...]]:
        """The operation that a span of this shape starts for want of another, and what that says."""
        if shape.begins:
            return shape.operation, ()
        begun = self._begun.get(shape)
        if begun is None:
            operation = self._begin(shape.service, shape.operation.split("/", 5)[5])
            begun = (operation, _operation_said(shape.service, operation, "job"))
            if len(self._begun) >= _SHAPES:
                self._begun.clear()
            self._begun[shape] = begun
        return begun

    def _begin(self, service: Service, name: str) -> str:
        admitted = self._within(self._operations, service, name)
        return service.operation(name if admitted else OVERFLOW)

    def _admit(self, service: Service, where: Destination) -> Destination:
        if self._within(self._destinations, service, where.urn):
            return where
        scheme = where.urn.partition("://")[0]
        return Destination(
            _OVERFLOWING.get(scheme, "{}://{}/" + OVERFLOW).format(scheme, service.environment), ()
        )

    def _within(self, admitted: _Admitted, service: Service, name: str) -> bool:
        within = admitted.admits(service.urn, name)
        self.overflowed += not within
        return within


class _Admitted:
    """Names of each service, as many as its cap allows, and that of all services together."""

    def __init__(self, of_each: int, of_all: int) -> None:
        self._of_each = of_each
        self._left = of_all
        self._names: dict[str, set[str]] = {}

    def admits(self, service: str, name: str) -> bool:
        known = self._names.setdefault(service, set())
        if name in known:
            return True
        if len(known) >= self._of_each or not self._left:
            return False
        self._left -= 1
        known.add(name)
        return True


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


def _operation_said(service: Service, operation: str, kind: str) -> tuple[Said, ...]:
    environment = service.environment
    return (
        Said(environment, service.urn, "has", operation),
        Said(environment, operation, "is", "", detail(kind=kind)),
    )


def flow(environment: str, source: str, use: Use) -> Said:
    """The fact that a service or operation does something with a destination."""
    if use.verb == "consumed_by":
        return Said(environment, use.target, "consumed_by", source, use.detail)
    return Said(environment, source, use.verb, use.target, use.detail)


def _leaks(attributes: Mapping[str, Value]) -> Sequence[str]:
    """What was found in the span's attributes, `KIND ATTRIBUTE`."""
    found = attributes.get(LEAKS, ())
    return found if isinstance(found, tuple) else ()


def _value(attributes: Mapping[str, Value], meaning: str) -> str:
    return read(attributes, SPAN_NAMES, meaning)


def _disclosure(use: Use) -> str:
    columns = columns_of(use.detail)
    return detail(table=use.target, columns=list(columns))


def columns_of(text: str) -> tuple[str, ...]:
    """The columns in a use's detail."""
    columns = read_detail(text).get("columns")
    return tuple(str(one) for one in columns) if isinstance(columns, list) else ()


def _operation_name(
    span: Span, attributes: Mapping[str, Value], topic: Destination | None, template: Callable[[str], str]
) -> str:
    """A name without values, from what the instrumentation states or, failing that, from the span's name."""
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
    return names.words(span.name) or "unnamed"


def _peer(attributes: Mapping[str, Value]) -> Address:
    port = _value(attributes, "server.port")
    stated = _value(attributes, "server.address")
    if stated:
        return Address.parse(stated, port)
    url = _value(attributes, "url")
    scheme, separator, rest = url.partition("://")
    if separator:
        standard = {"http": "80", "https": "443"}.get(scheme, "")
        return Address.parse(rest.partition("/")[0], port or standard)
    other = (
        _value(attributes, "http.host")
        or _value(attributes, "network.peer.address")
        or _value(attributes, "peer.service")
    )
    return Address.parse(names.host(other), port)


def _tool(service: Service, span: Span, attributes: Mapping[str, Value]) -> Destination | None:
    """The tool of an MCP server that a client's span calls without an address."""
    name = _value(attributes, "mcp.tool")
    if span.kind != Kind.CLIENT or not name or not _value(attributes, "mcp.method"):
        return None
    return destinations.tool(service, name, beside=_value(attributes, "transport") == "pipe")


def _topic(service: Service, attributes: Mapping[str, Value]) -> Destination | None:
    queue, arn = _value(attributes, "aws.queue"), _value(attributes, "aws.topic")
    if queue:
        alias = f"public|queue|{queue}"
        return destinations.topic(service, "aws_sqs", Address(), queue.rpartition("/")[2], alias)
    if arn:
        return destinations.topic(service, "aws_sns", Address(), arn.rpartition(":")[2], arn)
    stream = _value(attributes, "aws.stream")
    if stream:
        return destinations.topic(service, "aws_kinesis", Address(), stream)
    name, system = _value(attributes, "messaging.destination"), _value(attributes, "messaging.system")
    if not name:
        return None
    if not system:
        system = "kafka" if "kafka.topic" in attributes else ""
    project, _, topic = name.removeprefix("projects/").rpartition("/topics/")
    project = project or service.account
    if "pubsub" in system and "/" not in topic and project and not project.isdigit():
        alias = str(Alias("public", "pubsub", f"projects/{project}/topics/{topic}"))
        return destinations.topic(service, "gcp_pubsub", Address(), topic, alias)
    return destinations.topic(service, destinations.system_of(system), _peer(attributes), names.words(name))


def _uses(
    service: Service,
    span: Span,
    attributes: Mapping[str, Value],
    topic: Destination | None,
    statement: Statement | None,
) -> Iterator[tuple[Destination, Use]]:
    """What the span does: (destination, use); the use's target is filled in by the caller."""
    action = _value(attributes, "db.operation") or _value(attributes, "rpc.method").rpartition("/")[2]
    verb = "reads" if not action or action.lower().split()[0] in _READING else "writes"
    tables = read_all(attributes, SPAN_NAMES, "aws.tables")
    system = destinations.system_of(_value(attributes, "db.system"))
    tool = _value(attributes, "mcp.tool")
    bucket, stored = _value(attributes, "aws.bucket"), _value(attributes, "gcs.object").partition("://")[2]
    if tables:
        projected = _value(attributes, "aws.projection").replace(" ", "").split(",")
        columns = {*read_all(attributes, SPAN_NAMES, "aws.columns"), *projected}
        verb = "reads" if not action or action.lower() in _READING | {"scan", "query"} else "writes"
        # `#n` stands for a name that the span does not tell.
        known = detail(columns=[*sorted(one for one in columns if one and not one.startswith("#"))])
        for name in sorted(tables):
            yield destinations.dynamodb(service, name, _peer(attributes)), Use(verb, "", known)
    elif system == "dynamodb" and statement is not None and statement.tables:
        for use in statement.tables:
            yield destinations.dynamodb(service, use.table, _peer(attributes)), _use(use, statement)
    elif bucket:
        key = _value(attributes, "aws.key")
        yield destinations.bucket(service, bucket), Use(verb, "", detail(columns=[key] if key else []))
    elif stored:
        name, _, key = stored.partition("/")
        verb = "reads" if span.name.lower().endswith(_GETTING) else "writes"
        known = detail(columns=[key] if key else [])
        yield destinations.bucket(service, name, "gcs"), Use(verb, "", known)
    elif system or statement is not None:
        yield from _database(service, system, attributes, action, statement)
    elif topic:
        acts = _value(attributes, "messaging.operation").lower()
        if span.kind == Kind.PRODUCER or acts in _PUBLISHING or not acts:
            yield topic, Use("publishes_to", "", "")
        elif acts in {"receive", "process", "consume"}:
            yield topic, Use("consumed_by", "", "")
    elif span.kind == Kind.CLIENT or (_value(attributes, "model.provider") and not tool):
        address = _peer(attributes)
        if not address.host and not tool:
            address = Address.parse(_MODELS.get(_value(attributes, "model.provider").lower(), ""), "443")
        if address.host:
            known = detail(port=address.port, model=_value(attributes, "model.name"), tool=tool)
            yield destinations.host(service, address), Use("sends_to", "", known)
        elif where := _tool(service, span, attributes):
            yield where, Use("sends_to", "", "")


_MODELS = {
    "anthropic": "api.anthropic.com",
    "cohere": "api.cohere.com",
    "deepseek": "api.deepseek.com",
    "gcp.gemini": "generativelanguage.googleapis.com",
    "gemini": "generativelanguage.googleapis.com",
    "groq": "api.groq.com",
    "mistral_ai": "api.mistral.ai",
    "openai": "api.openai.com",
    "perplexity": "api.perplexity.ai",
    "x_ai": "api.x.ai",
    "xai": "api.x.ai",
}
"""Providers of models by the names of semantic conventions, where their instrumentations leave the address out. Those
that run in one's own account (Bedrock, Azure, Vertex) are at an address that only the span can tell."""


def _database(
    service: Service, system: str, attributes: Mapping[str, Value], action: str, parsed: Statement | None
) -> Iterator[tuple[Destination, Use]]:
    address, namespace = _peer(attributes), _value(attributes, "db.namespace")
    verb = "reads" if not action or action.lower().split()[0] in _READING else "writes"
    collection = _value(attributes, "db.collection")
    if system in _SEARCH:
        path = _value(attributes, "url.path") or names.path(_value(attributes, "url"))
        collection = elasticsearch.index(collection) or elasticsearch.index_of_path(path)
    if parsed is not None and system in _NO_SQL:
        parsed = stores.told(parsed, system, action, reading=verb == "reads")
        for use in parsed.tables:
            name = use.table or collection or WHOLE_STORE
            yield destinations.table(service, system, address, namespace, "", name), _use(use, parsed)
        if parsed.tables:
            return
    if parsed is not None and system not in _NO_SQL:
        for use in parsed.tables:
            where = destinations.table(service, system, address, namespace, use.schema, use.table)
            yield where, _use(use, parsed)
        if parsed.tables or parsed.parsed_by:
            return
    if collection:
        schema, _, name = collection.rpartition(".") if system not in _NO_SQL else ("", "", collection)
        yield destinations.table(service, system, address, namespace, schema, name), Use(verb, "", "")
    elif parsed is None or system in _NO_SQL:
        yield destinations.table(service, system, address, namespace, "", WHOLE_STORE), Use(verb, "", "")


def _use(use: TableUse, statement: Statement) -> Use:
    known = detail(columns=list(use.columns), lookups=list(use.lookups), partial=statement.partial or None)
    return Use(use.verb, "", known)


_GETTING = ("get", "list", "read", "download", "downloadto", "reader", "exists")
_SEARCH = frozenset({"elasticsearch", "opensearch"})
_NO_SQL = frozenset(
    {
        "redis",
        "valkey",
        "documentdb",
        "memcached",
        "mongodb",
        "dynamodb",
        "elasticsearch",
        "opensearch",
        "couchbase",
        "couchdb",
        "neo4j",
        "hbase",
        "cosmosdb",
    }
)
