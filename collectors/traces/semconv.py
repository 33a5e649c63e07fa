"""Decides which attributes are read, under which of their old and new names, and in what reduced form.

Every value is reduced the moment it is read: an address of a caller to `public` or `private`, a URL to scheme, host
and templated path. What no flow needs is never decoded.

Source: OpenTelemetry semantic conventions 1.44, https://opentelemetry.io/docs/specs/semconv/, and the names
they replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from collectors.traces import keys, names, selections

Value = str | tuple[str, ...]
Pair = tuple[str, Value]
"""An attribute under its own name, reduced."""

DEFAULT_ENVIRONMENT = "default"
"""The environment of a service that does not name one."""

UNKNOWN_SERVICE = "unknown_service"

SCOPE = "otel.scope"
"""Where an origin keeps the instrumentation its spans are made by, beside what its resource states."""

STATEMENT_LIMIT = 16 * 1024

STATEMENT_NAMES = (
    "db.query.text",
    "db.statement",
    "sql.query",
    "cassandra.query",
    "jdbc.query[0]",
    "r2dbc.query[0]",
)
"""Where the text of a database call is found. It is read apart from all others and never remembered."""

# Meaning -> the names it goes by, the newest first: the first one present is read.
SPAN_NAMES: Mapping[str, tuple[str, ...]] = {
    "http.method": ("http.request.method", "http.method"),
    "http.route": ("http.route",),
    "http.status": ("http.response.status_code", "http.status_code"),
    "url.template": ("url.template",),
    "url.path": ("url.path", "http.target", "http.path"),
    "url": ("url.full", "http.url"),
    "server.address": (
        "server.address",
        "net.peer.name",
        "net.sock.peer.name",
        "peer.hostname",
        "network.destination.name",
    ),
    "http.host": ("http.host",),
    "server.port": ("server.port", "net.peer.port", "peer.port", "network.destination.port"),
    "network.peer.address": ("network.peer.address", "net.sock.peer.addr", "net.peer.ip", "peer.address"),
    "client.address": ("client.address", "http.client_ip", "net.peer.ip"),
    "peer.service": ("service.peer.name", "peer.service"),
    "db.system": ("db.system.name", "db.system", "db.type"),
    "db.namespace": (
        "db.namespace",
        "db.name",
        "db.instance",
        "cassandra.keyspace",
        "db.cassandra.keyspace",
        "db.elasticsearch.cluster.name",
        "db.redis.database_index",
    ),
    "db.summary": ("db.query.summary",),
    "db.operation": ("db.operation.name", "db.operation"),
    "db.collection": (
        "db.collection.name",
        "db.sql.table",
        "db.mongodb.collection",
        "db.cassandra.table",
        "db.cosmosdb.container",
        "db.elasticsearch.path_parts.index",
        "elasticsearch.target",
    ),
    "messaging.system": ("messaging.system",),
    "messaging.destination": (
        "messaging.destination.template",
        "messaging.destination.name",
        "messaging.destination",
        "messaging.source.name",
        "message_bus.destination",
        "kafka.topic",
        "rabbit.exchange",
        "rabbit.queue",
    ),
    "messaging.key": (
        "messaging.rabbitmq.destination.routing_key",
        "messaging.rabbitmq.routing_key",
        "rabbit.routing_key",
    ),
    "messaging.job": (
        "celery.task_name",
        "messaging.sidekiq.job_class",
        "messaging.resque.job_class",
        "messaging.delayed_job.name",
    ),
    "messaging.operation": ("messaging.operation.type", "messaging.operation"),
    "rpc.system": ("rpc.system.name", "rpc.system"),
    "rpc.service": ("rpc.service",),
    "rpc.method": ("rpc.method",),
    "aws.bucket": ("aws.s3.bucket", "aws.bucket.name"),
    "aws.tables": ("aws.dynamodb.table_names", "aws.table.name"),
    "aws.columns": ("aws.dynamodb.attributes_to_get",),
    "aws.projection": ("aws.dynamodb.projection",),
    "aws.key": ("aws.s3.key",),
    "gcs.object": ("gsutil.uri",),
    "aws.queue": ("aws.sqs.queue.url", "aws.queue.url"),
    "aws.topic": ("aws.sns.topic.arn",),
    "aws.stream": ("aws.kinesis.stream_name",),
    "faas.trigger": ("faas.trigger",),
    "faas.invoked": ("faas.invoked_name",),
    "faas.invoked_provider": ("faas.invoked_provider",),
    "faas.invoked_region": ("faas.invoked_region",),
    "model.provider": ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "llm.vendor"),
    "model.name": ("gen_ai.request.model", "gen_ai.response.model", "llm.request.model", "llm.model_name"),
    "mcp.method": ("mcp.method.name",),
    "mcp.tool": ("gen_ai.tool.name", "gen_ai.prompt.name"),
    "transport": ("network.transport",),
    "graphql.fields": ("graphql.document", "graphql.document.body", "graphql.source", "gql.request.query"),
    "graphql.resolved": ("graphql.field.path",),
    "graphql.type": ("graphql.operation.type",),
    "graphql.name": ("graphql.operation.name",),
}

RESOURCE_NAMES: Mapping[str, tuple[str, ...]] = {
    "environment": ("deployment.environment.name", "deployment.environment"),
    "namespace": ("service.namespace",),
    "service": ("service.name",),
    "language": ("telemetry.sdk.language",),
    "sdk": ("telemetry.sdk.version",),
    "distribution": ("telemetry.distro.version", "telemetry.auto.version"),
    "cloud.resource": ("cloud.resource_id", "faas.id"),
    "cloud.provider": ("cloud.provider",),
    "cloud.platform": ("cloud.platform",),
    "cloud.account": ("cloud.account.id",),
    "cloud.region": ("cloud.region",),
    "ecs.task": ("aws.ecs.task.arn",),
    "ecs.cluster": ("aws.ecs.cluster.arn",),
    "ecs.family": ("aws.ecs.task.family",),
    "faas.name": ("faas.name",),
    "gcp.job": ("gcp.cloud_run.job.execution",),
    "k8s.cluster": ("k8s.cluster.name", "k8s.cluster.uid"),
    "k8s.cluster.uid": ("k8s.cluster.uid",),
    "k8s.namespace": ("k8s.namespace.name",),
    "k8s.deployment": ("k8s.deployment.name",),
    "k8s.statefulset": ("k8s.statefulset.name",),
    "k8s.daemonset": ("k8s.daemonset.name",),
    "k8s.cronjob": ("k8s.cronjob.name",),
    "k8s.job": ("k8s.job.name",),
    "image.digests": ("container.image.repo_digests",),
    "host.id": ("host.id",),
}


def _text(value: Value) -> Value:
    return names.clean(value) if isinstance(value, str) else tuple(names.clean(one) for one in value[:64])


def _texts(value: Value) -> Value:
    return (names.clean(value),) if isinstance(value, str) else _text(value)


def _one(reduce: Callable[[str], str]) -> Callable[[Value], Value]:
    return lambda value: reduce(value if isinstance(value, str) else ",".join(value))


def _missing_page(status: str) -> str:
    # The only thing a status decides: a path that leads nowhere names no operation.
    return "missing" if status in {"404", "405"} else ""


def _fields(document: Value) -> Value:
    return selections.fields(document) if isinstance(document, str) else ()


def _pipe(transport: str) -> str:
    # All that is asked of it: whether the other side runs beside this one. Nearly all else is tcp.
    return "pipe" if transport.lower() in {"pipe", "unix", "stdio"} else ""


_REDUCERS: Mapping[str, Callable[[Value], Value]] = {
    "http.status": _one(_missing_page),
    "http.route": _one(names.route),
    "url.template": _one(names.route),
    "url.path": _one(names.path),
    "url": _one(names.url),
    "server.address": _one(names.host),
    "http.host": _one(names.host),
    "server.port": _one(names.port),
    "network.peer.address": _one(names.host),
    "client.address": _one(names.reach),
    "db.summary": _one(names.words),
    "rpc.method": _one(names.called),
    "faas.invoked": _one(names.called),
    "mcp.method": _one(names.words),
    "mcp.tool": _one(names.words),
    "transport": _one(_pipe),
    "graphql.fields": _fields,
    "graphql.resolved": lambda _: "yes",  # that one field is meant is all that is asked
    "graphql.type": _one(names.words),
    "graphql.name": _one(names.words),
    "aws.tables": _texts,
    "aws.columns": _texts,
    "aws.key": _one(keys.pattern),
    "gcs.object": _one(keys.of_uri),
    "aws.queue": _one(names.url_without_query),
    "image.digests": _texts,
}

# net.peer.ip is the peer of a client and the caller of a server: it keeps both reduced forms.
_BOTH = {"net.peer.ip": lambda value: (str(_one(names.host)(value)), str(_one(names.reach)(value)))}


def _readers(table: Mapping[str, tuple[str, ...]]) -> dict[bytes, Callable[[Value], Value]]:
    readers = {
        name.encode(): _REDUCERS.get(meaning, _text) for meaning, known in table.items() for name in known
    }
    readers.update({name.encode(): reader for name, reader in _BOTH.items() if name.encode() in readers})
    return readers


SPAN_READERS = _readers(SPAN_NAMES)
WANTED = frozenset({*SPAN_READERS, *(name.encode() for name in STATEMENT_NAMES)})

_ADDRESSES = frozenset({b"server.address", b"net.peer.name"})
_ROUTES = frozenset({b"http.route"})
NEEDLESS = (
    (b"url.full", _ADDRESSES),
    (b"http.url", _ADDRESSES),
    (b"url.path", _ROUTES),
    (b"http.target", _ROUTES),
)
"""What is not even decoded where another attribute says more: nearly every value of these is another one."""

SERVER_TOO = frozenset({b"url.path", b"http.target"})
"""Those of them that are needless in a server span as well."""

STATEMENT_KEYS = {name.encode(): rank for rank, name in enumerate(STATEMENT_NAMES)}
RESOURCE_READERS = _readers(RESOURCE_NAMES)


def read(attributes: Mapping[str, Value], table: Mapping[str, tuple[str, ...]], meaning: str) -> str:
    """The value of a meaning under the newest name that is present; lists are joined by a comma."""
    for name in table[meaning]:
        value = attributes.get(name)
        if value:
            if name in _BOTH and isinstance(value, tuple):
                return value[1 if meaning == "client.address" else 0]
            return value if isinstance(value, str) else ",".join(value)
    return ""


def read_all(
    attributes: Mapping[str, Value], table: Mapping[str, tuple[str, ...]], meaning: str
) -> tuple[str, ...]:
    """The same for a meaning that is a list."""
    for name in table[meaning]:
        value = attributes.get(name)
        if value:
            return (value,) if isinstance(value, str) else value
    return ()
