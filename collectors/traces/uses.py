"""Decides what a span does with others: the tables it reads and writes, the hosts it calls, its topics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from collectors.model import Alias
from collectors.traces import destinations, graphql, names, stores
from collectors.traces.destinations import WHOLE_STORE, Address, Destination
from collectors.traces.origins import Service
from collectors.traces.said import detail, read_detail
from collectors.traces.semconv import SPAN_NAMES, Value, read, read_all
from collectors.traces.shape import Use
from collectors.traces.spans import Kind, Span
from collectors.traces.sql.statement import Statement, TableUse
from collectors.traces.stores import elasticsearch

_READING = frozenset({
    "get", "mget", "hget", "hgetall", "hmget", "lrange", "smembers", "zrange", "exists", "keys", "scan",
    "hscan", "sscan", "ttl", "type", "strlen", "llen", "find", "findone", "aggregate", "count",
    "distinct", "select", "read", "query", "search", "batchgetitem", "getitem", "transactgetitems",
    "headobject", "getobject", "listobjects", "listobjectsv2",
})  # fmt: skip
_PUBLISHING = frozenset({"publish", "send", "create"})
_ASKING = ("batchget", "describe", "get", "head", "list", "query", "scan", "select", "transactget")
"""How the names of AWS's operations begin that only read."""
_FETCHING = (
    "batchget",
    "count",
    "describe",
    "fetch",
    "find",
    "get",
    "list",
    "query",
    "read",
    "scan",
    "search",
    "select",
)
_CHANGING = ("delete", "getdel", "getset", "insert", "modify", "remove", "replace", "update")
"""How the names of stores' operations begin that read, and what is in those of them that write as well."""
_ABOUT_TABLES = ("table", "tables", "timetolive", "resource", "backups", "limits")
"""How the names of DynamoDB's operations end that touch no item."""
_ACTS = {
    "sendmessage": "send",
    "sendmessagebatch": "send",
    "publish": "send",
    "publishbatch": "send",
    "putrecord": "send",
    "putrecords": "send",
    "receivemessage": "receive",
    "getrecords": "receive",
    "subscribetoshard": "receive",
}
"""What operations on queues, topics and streams of AWS do. All others carry no message."""
_CONNECTING = re.compile(r"(?:^|[^a-z])(?:get_?)?(?:connect|connection|ping|acquire)$", re.IGNORECASE)
"""The names of spans that open the way to a store and ask for nothing yet."""
_ARN = re.compile(r"arn:aws[a-z-]*:(?:sns|sqs):[a-z0-9-]*:\d*:[\w.-]+")
_DEFAULT_EXCHANGE = "<default>"
_WRITING = frozenset({
    "add", "append", "cas", "decr", "del", "delete", "expire", "getdel", "getset", "hdel", "hincrby", "hset",
    "incr", "incrby", "insert", "lpush", "mset", "prepend", "publish", "put", "replace", "rpush", "sadd", "set",
    "setex", "setnx", "srem", "touch", "unlink", "update", "upsert", "write", "xadd", "zadd", "zrem",
})  # fmt: skip
"""What a call to a store without a statement may be called that writes, where no attribute tells."""


def uses(
    service: Service,
    span: Span,
    attributes: Mapping[str, Value],
    topic: Destination | None,
    statement: Statement | None,
) -> Iterator[tuple[Destination, Use]]:
    """What the span does: (destination, use); the use's target is filled in by the caller."""
    action = (
        _value(attributes, "db.operation")
        or _value(attributes, "rpc.method").rpartition("/")[2]
        or (_writes(span.name) if statement is None else "")
    )
    verb = "reads" if _reads(action) else "writes"
    tables = read_all(attributes, SPAN_NAMES, "aws.tables")
    system = destinations.system_of(_value(attributes, "db.system"))
    tool = _value(attributes, "mcp.tool")
    bucket, stored = _value(attributes, "aws.bucket"), _value(attributes, "gcs.object").partition("://")[2]
    if tables:
        projected = _value(attributes, "aws.projection").replace(" ", "").split(",")
        columns = {*read_all(attributes, SPAN_NAMES, "aws.columns"), *projected}
        if action.lower().endswith(_ABOUT_TABLES):
            return
        verb = "reads" if not action or action.lower().startswith(_ASKING) else "writes"
        # `#n` stands for a name that the span does not tell.
        known = detail(columns=[*sorted(one for one in columns if one and not one.startswith("#"))])
        for name in sorted(tables):
            yield destinations.dynamodb(service, name, peer_of(attributes)), Use(verb, "", known)
    elif system == "dynamodb" and statement is not None and statement.tables:
        for use in statement.tables:
            yield destinations.dynamodb(service, use.table, peer_of(attributes)), _use(use, statement)
    elif bucket:
        key = _value(attributes, "aws.key")
        verb = "reads" if not action or action.lower().startswith(_ASKING) else "writes"
        yield destinations.bucket(bucket), Use(verb, "", detail(columns=[key] if key else []))
    elif stored:
        name, _, key = stored.partition("/")
        verb = "reads" if span.name.lower().endswith(_GETTING) else "writes"
        known = detail(columns=[key] if key else [])
        yield destinations.bucket(name, "gcs"), Use(verb, "", known)
    elif system or statement is not None:
        if statement is not None or not _CONNECTING.search(span.name):
            yield from _database(service, system, attributes, action, statement)
    elif topic:
        acts = _value(attributes, "messaging.operation").lower() or _acts(attributes, action)
        if span.kind == Kind.PRODUCER or acts in _PUBLISHING or not acts:
            yield topic, Use("publishes_to", "", "")
        elif acts in {"receive", "process", "consume"}:
            yield topic, Use("consumed_by", "", "")
    elif called := function_of(service, span, attributes):
        yield called, Use("sends_to", "", "")
    elif span.kind == Kind.CLIENT or (_value(attributes, "model.provider") and not tool):
        address = peer_of(attributes)
        if not address.host and not tool:
            address = Address.parse(_provider(_value(attributes, "model.provider")), "443")
        if address.host:
            known = detail(port=address.port, model=_value(attributes, "model.name"), tool=tool)
            yield destinations.host(service, address), Use("sends_to", "", known)
            yield from graphql.obtained(service, attributes, address)
        elif where := tool_of(service, span, attributes):
            yield where, Use("sends_to", "", "")


def _provider(name: str) -> str:
    """Where a provider of models is called: of `openai`, and of `openai.chat`, as some name its interface."""
    lowered = name.lower()
    return _MODELS.get(lowered) or _MODELS.get(lowered.partition(".")[0], "")


_MODELS = {
    "anthropic": "api.anthropic.com",
    "cohere": "api.cohere.com",
    "deepseek": "api.deepseek.com",
    "gcp.gemini": "generativelanguage.googleapis.com",
    "gemini": "generativelanguage.googleapis.com",
    "google.generative-ai": "generativelanguage.googleapis.com",
    "groq": "api.groq.com",
    "mistral": "api.mistral.ai",
    "mistral_ai": "api.mistral.ai",
    "mistralai": "api.mistral.ai",
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
    address, namespace = peer_of(attributes), _value(attributes, "db.namespace")
    verb = "reads" if _reads(action) else "writes"
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
        "state",  # of Dapr, whose statements are calls of its interface
    }
)


def _reads(action: str) -> bool:
    """Whether an operation of a store reads: `find`, `ReadItem`, `scroll users`; what has no name does."""
    word = action.lower().split()[0] if action else ""
    if not word or word in _READING:
        return True
    return word.startswith(_FETCHING) and not any(part in word for part in _CHANGING)


def _writes(name: str) -> str:
    """The word by which a call to a store is called that writes: of `set carts`, `redis-SET` and `mongodb.insert`."""
    words = re.split(r"[\s.:/-]+", name.lower())
    return next((word for word in (words[0], words[-1]) if word in _WRITING), "")


def _acts(attributes: Mapping[str, Value], action: str) -> str:
    """What a call of AWS does with a message, "" if it is no call of AWS."""
    of_aws = any(_value(attributes, each) for each in ("aws.queue", "aws.topic", "aws.stream"))
    return _ACTS.get(action.lower(), "other") if action and of_aws else ""


def peer_of(attributes: Mapping[str, Value]) -> Address:
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


def named_of(service: Service, span: Span, attributes: Mapping[str, Value]) -> Destination | None:
    """What a client's span calls by another name than a host's."""
    called = function_of(service, span, attributes)
    return called or (None if peer_of(attributes).host else tool_of(service, span, attributes))


def function_of(service: Service, span: Span, attributes: Mapping[str, Value]) -> Destination | None:
    """The function that a client's span calls: by a host that takes the calls of all functions."""
    name, address = _value(attributes, "faas.invoked"), peer_of(attributes)
    if span.kind != Kind.CLIENT or not name or (address.host and not address.is_shared):
        return None
    region, cloud = _value(attributes, "faas.invoked_region"), _value(attributes, "faas.invoked_provider")
    return destinations.function(service, name, region, on_aws=cloud in {"", "aws"})


def tool_of(service: Service, span: Span, attributes: Mapping[str, Value]) -> Destination | None:
    """The tool of an MCP server that a client's span calls without an address."""
    name = _value(attributes, "mcp.tool")
    if span.kind != Kind.CLIENT or not name or not _value(attributes, "mcp.method"):
        return None
    return destinations.tool(service, name, beside=_value(attributes, "transport") == "pipe")


def topic_of(service: Service, attributes: Mapping[str, Value]) -> Destination | None:
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
    if _ARN.fullmatch(name):
        return destinations.topic(
            service, f"aws_{name.split(':')[2]}", Address(), name.rpartition(":")[2], name
        )
    if name in {"", _DEFAULT_EXCHANGE}:
        name = _value(attributes, "messaging.key")  # which the default exchange takes for the name of a queue
    if not name:
        return None
    if not system and "celery.task_name" in attributes:
        return destinations.topic(service, "celery", Address(), names.words(name))  # a peer is a worker here
    if not system:
        system = "kafka" if "kafka.topic" in attributes else ""
    project, _, topic = name.removeprefix("projects/").rpartition("/topics/")
    project = project or service.account
    if "pubsub" in system and "/" not in topic and project and not project.isdigit():
        alias = str(Alias("public", "pubsub", f"projects/{project}/topics/{topic}"))
        return destinations.topic(service, "gcp_pubsub", Address(), topic, alias)
    return destinations.topic(service, destinations.system_of(system), peer_of(attributes), names.words(name))


def disclosure(use: Use) -> str:
    """What is disclosed to whom a use's columns are handed on."""
    columns = columns_of(use.detail)
    return detail(table=use.target, columns=list(columns))


def columns_of(text: str) -> tuple[str, ...]:
    """The columns in a use's detail."""
    columns = read_detail(text).get("columns")
    return tuple(str(one) for one in columns) if isinstance(columns, list) else ()


def _value(attributes: Mapping[str, Value], meaning: str) -> str:
    return read(attributes, SPAN_NAMES, meaning)
