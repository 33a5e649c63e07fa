"""Decides by the name of a database system how its SQL is written and its names are folded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Folding = Literal["insensitive", "unquoted"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """The little that differs between dialects and matters for finding names.

    `grammar`: the name of sqlglot's dialect, "" for its generic one.
    `folding`: "insensitive" - names compare without case, so all are lower-cased; "unquoted" - a quoted
    name keeps its case, because another case is another name.
    `default_schema`: left out of table names, so that `public.users` and `users` are one table.
    """

    grammar: str
    folding: Folding = "unquoted"
    backslash: bool = False  # escapes a character in a string
    quotes_are_strings: bool = False  # "..." is a string, not a name
    brackets: bool = False  # [...] is a name
    hash_comment: bool = False
    structs: bool = False  # a.b may be a field of column a
    default_schema: str = ""
    family: str = ""  # whose words of its own `rewrites` knows


_POSTGRES = Dialect("postgres", default_schema="public")
_MYSQL = Dialect("mysql", "insensitive", backslash=True, quotes_are_strings=True, hash_comment=True)
_MSSQL = Dialect("tsql", "insensitive", brackets=True, default_schema="dbo")
_BIGQUERY = Dialect(
    "bigquery", "insensitive", backslash=True, quotes_are_strings=True, hash_comment=True, structs=True
)
_SPARK = Dialect(
    "spark", "insensitive", backslash=True, quotes_are_strings=True, structs=True, family="databricks"
)
_PARTIQL = Dialect("", structs=True, family="partiql")
_COSMOS = Dialect("", structs=True, family="cosmos")
_CQL = Dialect("", structs=True, family="cql")
# A text of an unknown system that quotes its names with "..." cannot be MySQL's default mode.
_UNKNOWN_QUOTED = Dialect("postgres", default_schema="public")

_DIALECTS = {
    "postgresql": _POSTGRES,
    "postgres": _POSTGRES,
    "cockroachdb": _POSTGRES,
    "edb": _POSTGRES,
    "timescaledb": _POSTGRES,
    "aws.aurora_postgresql": _POSTGRES,
    "redshift": Dialect("redshift", "insensitive", structs=True, default_schema="public"),
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "tidb": _MYSQL,
    "mssql": _MSSQL,
    "mssqlcompact": _MSSQL,
    "sqlserver": _MSSQL,
    "sybase": _MSSQL,
    "oracle": Dialect("oracle"),
    "sqlite": Dialect("sqlite", "insensitive", brackets=True, default_schema="main"),
    "snowflake": Dialect("snowflake", backslash=True, structs=True, family="snowflake"),
    "bigquery": _BIGQUERY,
    "spanner": _BIGQUERY,
    "clickhouse": Dialect("clickhouse", backslash=True, structs=True),
    "trino": Dialect("trino", "insensitive", structs=True),
    "presto": Dialect("presto", "insensitive", structs=True),
    "athena": Dialect("athena", "insensitive", structs=True),
    "databricks": _SPARK,
    "spark": _SPARK,
    "hive": Dialect("hive", "insensitive", backslash=True, quotes_are_strings=True, structs=True),
    "duckdb": Dialect("duckdb", "insensitive", structs=True, default_schema="main"),
    "teradata": Dialect("teradata", "insensitive"),
    "exasol": Dialect("exasol"),
    "cassandra": _CQL,
    "scylladb": _CQL,
    "db2": Dialect(""),
    "derby": Dialect(""),
    "h2": Dialect("", default_schema="public"),
    "hsqldb": Dialect("", default_schema="public"),
    "hanadb": Dialect(""),
    "firebird": Dialect(""),
    "informix": Dialect(""),
    "ingres": Dialect(""),
    "couchbase": Dialect("", structs=True, family="n1ql"),
    "dynamodb": _PARTIQL,
    "cosmosdb": _COSMOS,
}

_OTHER_SPELLINGS = {
    "microsoft.sql_server": "mssql",
    "oracle.db": "oracle",
    "ibm.db2": "db2",
    "ibm.informix": "informix",
    "sap.hana": "hanadb",
    "firebirdsql": "firebird",
    "gcp.spanner": "spanner",
    "gcp.bigquery": "bigquery",
    "google_bigquery": "bigquery",
    "aws.redshift": "redshift",
    "aws.dynamodb": "dynamodb",
    "azure.cosmosdb": "cosmosdb",
    "h2database": "h2",
    "apache.hive": "hive",
    "apache.cassandra": "cassandra",
    "cockroach": "cockroachdb",
    "pgsql": "postgresql",
    "sql_server": "mssql",
    "tsql": "mssql",
    "plsql": "oracle",
    "cql": "cassandra",
    "azure_sql": "mssql",
    "azure.synapse": "mssql",
    "gcp.cloud_sql.postgres": "postgresql",
    "alloydb": "postgresql",
    "yugabytedb": "postgresql",
    "greenplum": "postgresql",
    "aws.aurora_mysql": "mysql",
    "percona": "mysql",
    "oceanbase": "mysql",
    "singlestore": "mysql",
    "aws.athena": "athena",
}

# Their statements are no SQL: commands, documents, paths.
_NO_SQL = frozenset(
    {"redis", "valkey", "memcached", "mongodb", "couchdb", "elasticsearch", "opensearch", "neo4j", "hbase"}
    | {"geode", "influxdb", "etcd", "milvus", "pinecone", "qdrant", "weaviate", "aerospike"}
)

_QUOTED_NAME = re.compile(r'(?:\b(?:from|join|into|update)\s+|\.)"\w|"\s*\.\s*[\w"]', re.IGNORECASE)
_PIPES = re.compile(r"(?i)\s*(?:import\s|from\s*\(\s*bucket\b|[\w.]+\s*\|)")
_BRACKETED = re.compile(r"(?:\b(?:from|join|into|update)\s+|\.)\[[^\W\d]", re.IGNORECASE)


def dialect_of(system: str, text: str) -> Dialect | None:
    """The dialect of a text, or None if the system speaks no SQL. Unknown systems count as MySQL."""
    name = _spelling(system)
    if name in _NO_SQL:
        return None
    known = _DIALECTS.get(name)
    if known is not None:
        return known
    if _PIPES.match(text):
        return None
    if _BRACKETED.search(text):
        return _MSSQL
    return _UNKNOWN_QUOTED if _QUOTED_NAME.search(text) else _MYSQL


@lru_cache(maxsize=256)
def _spelling(system: str) -> str:
    name = system.strip().lower()
    return _OTHER_SPELLINGS.get(name, name)
