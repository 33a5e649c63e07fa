"""Decides the identity of what a service talks to: tables, hosts, topics, and the alias each is found by."""

from __future__ import annotations

import re
from dataclasses import dataclass

from collectors.model import Alias
from collectors.traces import names
from collectors.traces.origins import Service, partition, unversioned
from collectors.traces.said import CALLER, Told, detail
from collectors.traces.shards import family

# New names of database kinds -> the short word both go by, so that an upgrade of conventions is no drift.
_SYSTEMS = {
    "microsoft.sql_server": "mssql",
    "aws.dynamodb": "dynamodb",
    "aws.redshift": "redshift",
    "azure.cosmosdb": "cosmosdb",
    "gcp.spanner": "spanner",
    "ibm.db2": "db2",
    "oracle.db": "oracle",
    "sap.hana": "hanadb",
    "amazonsqs": "aws_sqs",
    "aws.sqs": "aws_sqs",
    "aws.sns": "aws_sns",
}

_PORTS = {
    "postgresql": "5432",
    "cockroachdb": "26257",
    "redshift": "5439",
    "mysql": "3306",
    "mariadb": "3306",
    "mssql": "1433",
    "oracle": "1521",
    "db2": "50000",
    "mongodb": "27017",
    "cassandra": "9042",
    "redis": "6379",
    "memcached": "11211",
    "elasticsearch": "9200",
    "opensearch": "9200",
    "clickhouse": "8123",
}

_DEFAULT_SCHEMAS = {"postgresql": "public", "cockroachdb": "public", "redshift": "public", "mssql": "dbo"}
_SCHEMA_IS_DATABASE = {"mysql", "mariadb", "clickhouse", "cassandra"}
# Their drivers talk to any node, so a node's address is no part of a table's identity.
_ANY_NODE = {"cassandra"}

TOOL = "tool"
"""The alias kind of a tool that is known by its name only."""
MCP, STDIO = "mcp:", "stdio:"
"""What stands before its name, by where its server is: somewhere, or beside the caller."""

_SHARED = re.compile(
    r"[a-z0-9-]{1,40}\.(?:[a-z]{2,4}(?:-[a-z]{1,10}){1,3}-[0-9]\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)"
    r"|[a-z0-9-]{1,60}\.googleapis\.com|management\.azure\.com"
)

FUNCTION = "function"
"""The alias kind of a function that is known by its name only."""

WHOLE_STORE = "*"
"""The table of a store whose calls name none: a cache, a search without a collection."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Something a span talks to: its urn and the facts that describe it. `alias`: of a tool."""

    urn: str
    told: tuple[Told, ...]
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a call goes: host and port, both "" if unknown."""

    host: str = ""
    port: str = ""

    @classmethod
    def parse(cls, text: str, port: str = "") -> Address:
        host, attached = names.split_port(text)
        return cls(host, attached or port)

    @property
    def is_shared(self) -> bool:
        """Whether all calls of a cloud's service go there, to whatever they are meant for."""
        return _SHARED.fullmatch(self.host) is not None

    @property
    def alias(self) -> str:
        """The name to look up: everywhere if it is public, else in the networks of the caller's workload."""
        if not self.host:
            return ""
        namespace = "public" if names.is_public(self.host) else CALLER
        return str(Alias(namespace, names.kind_of_host(self.host), self.host))


def system_of(text: str) -> str:
    """The canonical word for a database or messaging system."""
    lowered = text.lower()
    return names.part(_SYSTEMS.get(lowered, lowered))


def table(
    service: Service, system: str, address: Address, namespace: str, schema: str, name: str
) -> Destination:
    """A table of a database. `namespace`: `db.namespace` as the span has it.

    Where a database has no address (an embedded one), or is on its caller's own host (a proxy beside it, a socket),
    it belongs to its service alone: what answers there is another one on each host.
    """
    database, separator, inner = namespace.partition("|")
    if separator and system == "mssql":
        database = inner  # INSTANCE|DATABASE
    elif separator:
        schema = schema or inner  # DATABASE|SCHEMA
    if schema and system in _SCHEMA_IS_DATABASE:
        database, schema = schema, ""
    if system == "sqlite":
        database = database.rpartition("/")[2]
    if system.endswith("bigquery"):
        name = family(name)
    if name != WHOLE_STORE:
        schema = schema or _DEFAULT_SCHEMAS.get(system, "")
    if system in _ANY_NODE and database:
        address = Address()
    port = address.port or (_PORTS.get(system, "") if address.host else "")
    if address.host == names.OWN_HOST or (not address.host and system not in _ANY_NODE):
        area = f"service:{service.environment}:{service.namespace}:{service.name}"
    elif address.host and names.is_public(address.host):
        area = "public"
    else:
        area = f"environment:{service.environment}"
    database, schema, name = names.part(database), names.part(schema), names.part(name)
    place = f"{names.part(address.host)}:{port}" if port else names.part(address.host)
    urn = f"table://{area}/{system}/{place}/{database}/{schema + '.' if schema else ''}{name}"
    return _table(
        urn,
        address.alias,
        detail(
            system=system,
            address=address.host,
            port=int(port) if port else None,
            database=database,
            schema=schema,
            table=name,
        ),
    )


def dynamodb(service: Service, name: str, address: Address) -> Destination:
    """A DynamoDB table: unique within an account and region, where both are known."""
    account, region = service.account, _region(address.host) or service.region
    if name.startswith("arn:") and name.count(":") >= 5:
        _, _, _, region, account, name = name.split(":", 5)
        name = name.rpartition("/")[2]
    known = bool(account and region)
    area = f"aws:{account}:{region}" if known else f"environment:{service.environment}"
    urn = f"table://{area}/dynamodb///{names.part(name)}"
    alias = str(Alias(area, "table", name)) if known else ""
    return _table(urn, alias, detail(system="dynamodb", table=names.part(name)))


def bucket(name: str, system: str = "s3") -> Destination:
    """A bucket of S3 or of Google Cloud Storage (`gcs`): its name is unique in the world."""
    alias = str(Alias("public", "bucket" if system == "s3" else system, name))
    known = detail(system=system, table=names.part(name))
    return _table(f"table://public/{system}///{names.part(name)}", alias, known)


def host(service: Service, address: Address) -> Destination:
    """A host that calls go to."""
    area = "public" if names.is_public(address.host) else service.environment
    urn = f"host://{area}/{names.part(address.host)}"
    known = detail(name=address.host, port=int(address.port) if address.port else None)
    return Destination(urn, (Told(urn, "is", "", known), Told(urn, "located_at", address.alias)))


def tool(service: Service, name: str, *, beside: bool) -> Destination:
    """A tool of an MCP server whose address no span tells. `beside`: it runs on the caller's own host."""
    known = f"{STDIO if beside else MCP}{name}"
    urn = f"host://{service.environment}/{names.part(known)}"
    alias = str(Alias(CALLER, TOOL, known))
    described = Told(urn, "is", "", detail(name=names.part(known)))
    return Destination(urn, (described, Told(urn, "located_at", alias)), alias)


def function(service: Service, name: str, region: str, *, on_aws: bool) -> Destination:
    """A function that is called by its name. One that is named without an account is of the caller's own."""
    arn = unversioned(name) if name.startswith("arn:") else ""
    region = region or service.region
    account, _, bare = name.rpartition(":function:")
    account = account or service.account
    if not arn and on_aws and account and region:
        arn = f"arn:{partition(region)}:lambda:{region}:{account}:function:{bare.partition(':')[0]}"
    known = names.part(arn or f"{FUNCTION}:{name}")
    urn = f"host://{service.environment}/{known}"
    alias = str(Alias("public", "arn", arn) if arn else Alias(CALLER, FUNCTION, name))
    described = Told(urn, "is", "", detail(name=known))
    return Destination(urn, (described, Told(urn, "located_at", alias)), alias)


def topic(service: Service, system: str, address: Address, name: str, alias: str = "") -> Destination:
    """A topic, queue or stream. `alias`: its own name in the cloud, else the broker's address is used."""
    place = "" if alias else names.part(f"{address.host}:{address.port}" if address.port else address.host)
    urn = f"topic://{service.environment}/{system}/{place}/{names.part(name)}"
    located = alias or address.alias
    told = [Told(urn, "is", "", detail(system=system, address=address.host, name=name))]
    if located:
        told.append(Told(urn, "located_at", located))
    return Destination(urn, tuple(told))


def _table(urn: str, alias: str, known: str) -> Destination:
    told = [Told(urn, "is", "", known)]
    if alias:
        told.append(Told(urn, "stored_in", alias))
    return Destination(urn, tuple(told))


def _region(host_name: str) -> str:
    labels = host_name.split(".")
    return labels[1] if len(labels) >= 4 and labels[2] == "amazonaws" else ""
