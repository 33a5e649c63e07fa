"""Decides how a table of ClickHouse is read, by the types of its columns: attributes are maps, or JSON since 2025.

Source: opentelemetry-collector-contrib, exporter/clickhouseexporter, `traces_table.sql` and `traces_json_table.sql`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from collectors.errors import NotListed
from collectors.model import Why
from collectors.traces.semconv import RESOURCE_NAMES, SPAN_NAMES, STATEMENT_NAMES

RESOURCE = sorted(name for names in RESOURCE_NAMES.values() for name in names)
SPAN = sorted([*(name for names in SPAN_NAMES.values() for name in names), *STATEMENT_NAMES])

_READ = {"SpanAttributes": SPAN, "ResourceAttributes": RESOURCE}
_PLAIN = (
    *("TraceId", "SpanId", "ParentSpanId", "Timestamp", "SpanName", "SpanKind", "ServiceName", "Duration"),
    *("Links.TraceId", "Links.SpanId"),
)


def source(host: str, table: str, types: Mapping[str, str]) -> str:
    """What to select from, so that attributes are maps. `types`: of the table's columns. Raises NotListed."""
    missing = [one for one in (*_PLAIN, *_READ) if one not in types and one.partition(".")[0] not in types]
    if missing:
        raise NotListed(
            Why.FAILED,
            f"{host} has no table of spans at {table}: it lacks {', '.join(missing)}, which the Collector's "
            "exporter writes; correct table, or make a view with these columns",
            "Columns",
        )
    for column in _READ:
        if not types[column].startswith(("Map(", "JSON")):
            raise NotListed(
                Why.FAILED,
                f"{host} keeps {column} of {table} as {types[column][:80]}, which is neither Map nor JSON: make a "
                "view in which it is one of them, and name that as table",
                "Columns",
            )
    read = [f"`{column}`" for column in _PLAIN]
    read += [
        f"`{column}`" if types[column].startswith("Map(") else f"{_map(column, names)} AS `{column}`"
        for column, names in _READ.items()
    ]
    plain = all(types[column].startswith("Map(") for column in _READ)
    return quoted(table) if plain else f"(SELECT {', '.join(read)} FROM {quoted(table)})"  # noqa: S608 - ours


def quoted(table: str) -> str:
    """A table's name, with or without its database, as SQL has it."""
    return ".".join(f"`{part}`" for part in table.split("."))


def _map(column: str, names: Iterable[str]) -> str:
    """A map of the attributes that are read, and of no others."""
    pairs = []
    for name in names:
        path = ".".join(f"`{part}`" for part in (column, *name.split(".")))
        pairs.append(f"'{name}', ifNull(toString({path}), '')")
    return f"mapFilter((k, v) -> v != '', map({', '.join(pairs)}))"
