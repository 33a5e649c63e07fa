"""Metadata, tags and descriptions of a dbt project become labels, and its catalogue a list of columns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collectors.traces.classes.labels import Label, of_columns, of_labels
from collectors.traces.classes.texts import MalformedLabels

SCHEMAS = "https://schemas.getdbt.com/dbt"
MANIFEST = {
    "metadata": {"dbt_schema_version": f"{SCHEMAS}/manifest/v12.json", "adapter_type": "snowflake"},
    "nodes": {
        "model.shop.customers": {
            "resource_type": "model",
            "database": "analytics",
            "schema": "core",
            "name": "customers",
            "alias": "dim_customers",
            "columns": {
                "mail": {
                    "name": "mail",
                    "description": "",
                    "meta": {"pii": True, "owner": {"team": "crm"}},
                    "tags": [],
                    "config": {"meta": {"pii": True}, "tags": ["email"]},
                },
                "colour": {"name": "colour", "description": "", "meta": {}, "tags": []},
            },
        },
        "test.shop.not_null": {"resource_type": "test", "name": "not_null", "columns": {}},
    },
    "sources": {
        "source.shop.crm.people": {
            "resource_type": "source",
            "database": "raw",
            "schema": "crm",
            "name": "people",
            "identifier": "PEOPLE_V2",
            "columns": {"tel": {"name": "tel", "description": "Home phone number", "meta": {}, "tags": []}},
        }
    },
}
PROPERTIES = """
version: 2
models:
  - name: customers
    columns:
      - name: mail
        meta: {data_class: user.contact.email}
        tests: [unique]
      - name: id
sources:
  - name: crm
    database: raw
    tables:
      - name: people
        columns:
          - name: tel
            description: Home phone number
            tags: [pii]
"""
CATALOG = {
    "metadata": {"dbt_schema_version": f"{SCHEMAS}/catalog/v1.json"},
    "nodes": {
        "model.shop.customers": {
            "metadata": {
                "type": "BASE TABLE",
                "database": "ANALYTICS",
                "schema": "CORE",
                "name": "DIM_CUSTOMERS",
            },
            "columns": {
                "MAIL": {"type": "TEXT", "index": 1, "name": "MAIL", "comment": "The e-mail address"},
                "COLOUR": {"type": "TEXT", "index": 2, "name": "COLOUR", "comment": None},
            },
            "stats": {},
        }
    },
    "sources": {},
}


def write(folder: Path, name: str, document: object) -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_a_manifest(tmp_path: Path) -> None:
    assert of_labels(write(tmp_path, "manifest.json", MANIFEST)) == (
        Label(
            "dim_customers",
            "mail",
            "dbt",
            "analytics.core",
            tags=(("pii", "true"), ("owner.team", "crm"), ("email", "")),
        ),
        Label("PEOPLE_V2", "tel", "dbt", "raw.crm", comment="Home phone number"),
    )


def test_property_files(tmp_path: Path) -> None:
    assert of_labels(write(tmp_path, "schema.yml", PROPERTIES)) == (
        Label("customers", "mail", "dbt", tags=(("data_class", "user.contact.email"),)),
        Label("people", "tel", "dbt", "raw.crm", tags=(("pii", ""),), comment="Home phone number"),
    )


def test_a_catalogue_is_a_list_of_columns(tmp_path: Path) -> None:
    found = of_columns(write(tmp_path, "catalog.json", CATALOG))
    assert [(each.schema, each.table, each.column, each.comment) for each in found] == [
        ("ANALYTICS.CORE", "DIM_CUSTOMERS", "MAIL", "The e-mail address"),
        ("ANALYTICS.CORE", "DIM_CUSTOMERS", "COLOUR", ""),
    ]


def test_other_json_is_no_list_of_columns(tmp_path: Path) -> None:
    with pytest.raises(MalformedLabels, match="dbt; write CSV"):
        of_columns(write(tmp_path, "manifest.json", MANIFEST))


def test_broken_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "schema.yml", "models:\n  - name: [a\n")
    with pytest.raises(MalformedLabels, match=r"schema\.yml: line 3: "):
        of_labels(path)
