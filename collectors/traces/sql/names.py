"""Folds the names in a SQL text, so that two spellings of one table or column are one name."""

from __future__ import annotations

import re

from sqlglot import exp

from collectors.traces.shards import family
from collectors.traces.sql.dialects import Dialect
from collectors.traces.sql.statement import TableName

NOWHERE = "named_elsewhere"
"""Stands for a table, or a schema, that a variable names, and so nobody in the text."""

_CATALOGUES = frozenset({"information_schema", "pg_catalog", "sys", "performance_schema", "pg_toast"})
_CATALOGUES_OF = {
    "cql": frozenset({"system", "system_schema", "system_auth", "system_distributed", "system_traces"}),
    "clickhouse": frozenset({"system"}),
    "trino": frozenset({"system", "runtime", "metadata"}),
    "snowflake": frozenset({"account_usage"}),
    "mysql": frozenset({"mysql"}),
    "bigquery": frozenset({"_session", "_script"}),
    "": frozenset({"sysibm", "syscat", "sysibmadm"}),
}
_CATALOGUE_TABLES = frozenset(
    {NOWHERE, "dual", "sqlite_master", "sqlite_schema", "sqlite_sequence", "rdb$database", "sysdummy1"}
)
_ROW_TABLES = frozenset({"inserted", "deleted"})
"""What a trigger of Transact-SQL calls the rows it runs for."""
_ORACLE_VIEWS = re.compile(
    r"(?:all|dba|user|cdb)_(?:tables|tab_\w+|objects|users|cons\w+|ind\w+|views|sequences|source|synonyms|errors|jobs"
    r"|col_\w+|part_\w+|triggers|procedures|arguments|types|type_\w+|lobs|segments|extents|free_space|role_privs"
    r"|sys_privs|scheduler_\w+|mviews|db_links|dependencies|recyclebin|mining_model\w*|directories|data_files"
    r"|tablespaces|hist_\w+)|g?v_?\$\w+"
)
_NOT_COLUMNS = frozenset(
    {"sysdate", "systimestamp", "nextval", "currval", "default"}
    | {"current_date", "current_time", "current_timestamp", "current_user", "null", "true", "false"}
)
"""Words that the grammar takes for columns."""

_OF_THE_SYSTEM = {
    "postgres": frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "user"}),
    "redshift": frozenset({"user"}),
    "oracle": frozenset({"ora_rowscn", "user", "rownum", "rowid", "level"}),
    "sqlite": frozenset({"rowid"}),
    "": frozenset({"rownum", "rowid"}),
    "tsql": frozenset({"user"}),
    "snowflake": frozenset({"user"}),
    "bigquery": frozenset({"_table_suffix", "_partitiontime", "_partitiondate", "_file_name"}),
}
"""Functions that look like columns, and columns that every table of a system has and nobody filled."""

_NAME = re.compile(r"[^\W\d][\w$# .\-/&+*]{0,127}")
_LONG_NUMBER = re.compile(r"\d{7}")
_QUOTES = {'"': '"', "`": "`", "[": "]"}


def fold(name: str, quoted: bool, dialect: Dialect) -> str:
    """A name as it is compared, or "" if it cannot be one: a value in quotes is never taken for a name."""
    name = family(name.strip()) if dialect.grammar == "bigquery" else name.strip()
    if not _NAME.fullmatch(name) or _LONG_NUMBER.search(name):
        return ""
    if not quoted or dialect.folding == "insensitive" or name.isupper():
        return name.lower()
    return name


def unquote(word: str) -> tuple[str, bool]:
    """A word without its quotes, and whether it had any."""
    close = _QUOTES.get(word[:1])
    if close is not None and len(word) > 1 and word.endswith(close):
        return word[1:-1].replace(close * 2, close), True
    return word, False


def no_column(name: str, word: object, dialect: Dialect) -> bool:
    """Whether a folded name in the place of a column is none."""
    if isinstance(word, exp.Identifier) and word.args.get("quoted"):
        return False
    return name in _NOT_COLUMNS or name in _OF_THE_SYSTEM.get(dialect.grammar, frozenset())


def base_table(names: list[str], dialect: Dialect) -> TableName | None:
    """A table's name from its folded parts; None for the catalogues every system has."""
    *schema, table = (name for name in names if name != NOWHERE or name is names[-1])
    if dialect.family == "partiql" and schema:
        schema, table = [], schema[0]  # what stands behind it is an index
    low = table.lower()
    if not table or low in _CATALOGUE_TABLES or (schema and schema[-1].lower() in _CATALOGUES):
        return None
    own = _CATALOGUES_OF.get(dialect.family or dialect.grammar, frozenset())
    if schema and schema[-1].lower() in own:
        return None
    if dialect.grammar == "oracle" and _ORACLE_VIEWS.fullmatch(low):
        return None
    if dialect.grammar == "tsql" and not schema and low in _ROW_TABLES:
        return None
    if low.startswith("pg_") and not schema and dialect.grammar in {"postgres", "redshift"}:
        return None
    if len(schema) == 1 and schema[0].lower() == dialect.default_schema:
        schema = []
    return TableName(".".join(part or dialect.default_schema for part in schema).strip("."), table)
