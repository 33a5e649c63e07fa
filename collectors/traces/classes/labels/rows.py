"""Tables of columns as databases export them: with comments, or with the tags that Snowflake puts on them.

PostgreSQL, MySQL, SQL Server, Oracle, Snowflake and BigQuery name the same things differently: see the names below.
https://docs.snowflake.com/en/sql-reference/account-usage/tag_references and
https://cloud.google.com/bigquery/docs/information-schema-column-field-paths
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from collectors.traces.classes.labels.label import Label
from config.vocabulary import label_word

Row = Mapping[str, str]
"""Values by the names of the header, folded."""

CATALOGS = ("tablecatalog", "catalog", "objectdatabase", "database", "tabledatabase")
SCHEMAS = ("tableschema", "schema", "schemaname", "objectschema", "dataset", "owner", "tableschem")
TABLES = ("tablename", "table", "objectname", "tabname")
COLUMNS = ("fieldpath", "columnname", "column", "colname")
COMMENTS = ("columncomment", "comment", "comments", "description", "columndescription", "remarks")
_NO_CATALOG = frozenset({"def"})
"""What MySQL writes for a thing it has not."""

SNOWFLAKE = "Snowflake"
LISTS = "a list of columns"


def folded(row: Mapping[str, str | None]) -> dict[str, str]:
    """A row with the names of its header in one form."""
    return {label_word(key): (value or "").strip() for key, value in row.items() if key is not None}


def are_tags(header: Iterable[str]) -> bool:
    """Whether a header is that of Snowflake's references of tags."""
    return {"tagname", "tagvalue", "columnname"} <= set(header)


def are_commented(header: Iterable[str]) -> bool:
    """Whether a header is that of a list of columns with comments."""
    names = set(header)
    return all(not names.isdisjoint(wanted) for wanted in (TABLES, COLUMNS, COMMENTS))


def tagged(rows: Iterable[Row]) -> Iterable[Label]:
    """One label for the tags of each column; tags of whole tables are left out."""
    tags: dict[tuple[str, str, str], dict[tuple[str, str], None]] = {}
    for row in rows:
        place = (_schema(row), _of(row, TABLES), _of(row, COLUMNS))
        if row.get("domain", "COLUMN").upper() == "COLUMN" and place[2] and not row.get("objectdeleted"):
            tags.setdefault(place, {})[row["tagname"], row["tagvalue"]] = None
    for (schema, table, column), known in tags.items():
        yield Label(table, column, SNOWFLAKE, schema, tags=tuple(known))


def listed(row: Row) -> Label:
    """A column of a list; its table or its name is "" where the row lacks it."""
    return Label(
        _of(row, TABLES), _of(row, COLUMNS), LISTS, _schema(row), tags=_tags(row), comment=_of(row, COMMENTS)
    )


def _tags(row: Row) -> tuple[tuple[str, str], ...]:
    """BigQuery's list has the policy tags of a column in brackets."""
    texts = row.get("policytags", "").strip("[]").replace('"', "").split(",")
    return tuple(("policy_tag", each.strip()) for each in texts if each.strip())


def _schema(row: Row) -> str:
    catalog, schema = _of(row, CATALOGS), _of(row, SCHEMAS)
    return f"{catalog}.{schema}" if catalog and schema and catalog not in _NO_CATALOG else schema


def _of(row: Row, names: tuple[str, ...]) -> str:
    return next((row[name] for name in names if row.get(name)), "")
