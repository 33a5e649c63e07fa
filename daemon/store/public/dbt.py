"""The views as a source of dbt: `sources.yml` with descriptions, and tests of what is unique and never null.

The form is dbt's property file (https://docs.getdbt.com/reference/source-properties).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from daemon.store.public.catalogue import ALL
from daemon.store.public.shape import AS_OF, Column, View

_UNIQUE = {("v1_snapshots", "number"), ("v1_snapshots", "header"), ("v1_deliveries", "id")}


def sources(schema: str) -> str:
    """YAML for a dbt project that reads the views in `schema`."""
    content = {
        "version": 2,
        "sources": [
            {
                "name": "driftline",
                "description": "What runs in our clouds, and where personal data flows.",
                "schema": schema,
                "tables": [_table(view) for view in ALL],
            }
        ],
    }
    return "\n".join(_lines(content)) + "\n"


def _table(view: View) -> dict[str, object]:
    return {
        "name": view.name,
        "description": view.meaning,
        "columns": [_column(view, column) for column in view.columns],
    }


def _column(view: View, column: Column) -> dict[str, object]:
    tests = (
        ["not_null"] if not column.null and AS_OF not in view.columns else []
    )  # those hold every snapshot whole
    if (view.name, column.name) in _UNIQUE:
        tests.append("unique")
    described: dict[str, object] = {"name": column.name, "description": column.sentence}
    return described | ({"data_tests": tests} if tests else {})


def _lines(value: Mapping[str, object], indent: str = "") -> Iterator[str]:
    """A mapping as YAML. Texts are written as JSON's, which YAML reads alike; lists hold mappings or texts."""
    for key, each in value.items():
        if not isinstance(each, list):
            yield f"{indent}{key}: {json.dumps(each)}"
            continue
        yield f"{indent}{key}:"
        for item in each:
            if isinstance(item, dict):
                first, *rest = _lines(item, f"{indent}    ")
                yield f"{indent}  - {first.strip()}"
                yield from rest
            else:
                yield f"{indent}  - {json.dumps(item)}"
