"""Columns that Purview classified become labels, wherever their database is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from collectors.traces.classes.labels import Label, of_labels

SQL = "mssql://shop.database.windows.net/crm/dbo/people"


def entity(type: str, qualified: str, *classifications: str, **more: Any) -> dict[str, Any]:
    return {
        "typeName": type,
        "guid": f"guid-of-{qualified}",
        "status": "ACTIVE",
        "attributes": {
            "qualifiedName": qualified,
            "name": qualified.rpartition("#")[2],
            **more,
        },
        "classifications": [{"typeName": each, "entityStatus": "ACTIVE"} for each in classifications],
    }


def read(folder: Path, document: object) -> list[Label]:
    path = folder / "purview.json"
    path.write_text(json.dumps(document))
    return [*of_labels(path)]


def test_a_table_with_its_columns(tmp_path: Path) -> None:
    mail = entity("azure_sql_column", f"{SQL}#mail", "MICROSOFT.PERSONAL.EMAIL", "ours.crm")
    plain = entity("azure_sql_column", f"{SQL}#colour")
    described = entity("azure_sql_column", f"{SQL}#c7", description="Home phone number")
    gone = {**entity("azure_sql_column", f"{SQL}#old", "MICROSOFT.PERSONAL.NAME"), "status": "DELETED"}
    document = {
        "entity": entity("azure_sql_table", SQL, "MICROSOFT.PERSONAL.NAME"),
        "referredEntities": {each["guid"]: each for each in (mail, plain, described, gone)},
    }
    host = "shop.database.windows.net"
    assert read(tmp_path, document) == [
        Label(
            "people",
            "mail",
            "Microsoft Purview",
            "crm.dbo",
            host,
            found=("MICROSOFT.PERSONAL.EMAIL", "ours.crm"),
        ),
        Label("people", "c7", "Microsoft Purview", "crm.dbo", host, comment="Home phone number"),
    ]


def test_what_a_search_answers(tmp_path: Path) -> None:
    hit = {
        "@search.score": 1.0,
        "entityType": "azure_postgresql_column",
        "qualifiedName": "postgresql://Shop.postgres.database.azure.com/crm/public/people#mail",
        "classification": ["MICROSOFT.PERSONAL.EMAIL"],
    }
    [label] = read(tmp_path, {"@search.count": 1, "value": [hit]})
    assert (label.host, label.schema, label.table, label.column) == (
        "shop.postgres.database.azure.com",
        "crm.public",
        "people",
        "mail",
    )


def test_qualified_names_in_pairs(tmp_path: Path) -> None:
    name = "snowflake://acct.snowflakecomputing.com/databases/CRM/schemas/PUBLIC/tables/PEOPLE/columns/MAIL"
    [label] = read(
        tmp_path, {"entities": [entity("snowflake_table_column", name, "MICROSOFT.PERSONAL.EMAIL")]}
    )
    assert (label.schema, label.table, label.column) == ("CRM.PUBLIC", "PEOPLE", "MAIL")
