"""Profiles and findings of Sensitive Data Protection become labels, by the API and from BigQuery alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from collectors.traces.classes.labels import of_labels

CANARY = "canary.person@example.com"


def profile(column: str, **more: Any) -> dict[str, Any]:
    """As `projects.locations.columnDataProfiles.list` answers."""
    table = "projects/shop/datasets/crm/tables/people"
    return {
        "name": f"organizations/1/locations/eu/columnDataProfiles/{column}",
        "profileStatus": {"status": {}, "timestamp": "2026-11-01T00:00:00Z"},
        "state": "DONE",
        "tableDataProfile": "organizations/1/locations/eu/tableDataProfiles/9",
        "tableFullResource": f"//bigquery.googleapis.com/{table}",
        "datasetProjectId": "shop",
        "datasetLocation": "eu",
        "datasetId": "crm",
        "tableId": "people",
        "column": column,
        "columnType": "TYPE_STRING",
        "sensitivityScore": {"score": "SENSITIVITY_HIGH"},
        **more,
    }


def of_type(name: str, prevalence: int = 90) -> dict[str, Any]:
    return {"infoType": {"name": name}, "estimatedPrevalence": prevalence}


PROFILES = [
    profile("mail", columnInfoType=of_type("EMAIL_ADDRESS")),
    profile("note", otherMatches=[of_type("PERSON_NAME", 3), of_type("PHONE_NUMBER", 20)]),
    profile("colour"),
    profile(
        "iban",
        columnInfoType=of_type("IBAN_CODE"),
        datasetId="",
        tableId="accounts",
        tableFullResource="//sqladmin.googleapis.com/projects/shop/instances/pay/databases/bank/schemas/public"
        "/tables/accounts",
    ),
]

FINDING: dict[str, Any] = {
    "quote": CANARY,
    "infoType": {"name": "EMAIL_ADDRESS", "sensitivityScore": {"score": "SENSITIVITY_MODERATE"}},
    "likelihood": "VERY_LIKELY",
    "location": {
        "byteRange": {"end": "9"},
        "contentLocations": [
            {
                "containerName": "shop:crm.people",
                "recordLocation": {
                    "recordKey": {
                        "bigQueryKey": {
                            "tableReference": {"projectId": "shop", "datasetId": "crm", "tableId": "people"},
                            "rowNumber": "7",
                        },
                        "idValues": [CANARY],
                    },
                    "fieldId": {"name": "home.mail"},
                    "tableLocation": {"rowIndex": "0"},
                },
            }
        ],
    },
}


def snake(value: Any) -> Any:
    """The names of the API as those of columns in BigQuery."""
    if isinstance(value, dict):
        names = {"".join(f"_{c.lower()}" if c.isupper() else c for c in key): key for key in value}
        return {name: snake(value[key]) for name, key in names.items()}
    return [snake(each) for each in value] if isinstance(value, list) else value


def read(folder: Path, document: object) -> dict[tuple[str, str, str, str], tuple[str, ...]]:
    path = folder / "labels.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    labels = of_labels(path)
    assert CANARY not in repr(labels)
    assert {each.by for each in labels} <= {"Sensitive Data Protection"}
    return {(each.bucket, each.schema, each.table, each.column): each.found for each in labels}


def test_profiles_say_what_a_column_is_or_mostly_is(tmp_path: Path) -> None:
    wanted = {
        ("", "shop.crm", "people", "mail"): ("EMAIL_ADDRESS",),
        ("", "shop.crm", "people", "note"): ("PHONE_NUMBER",),
        ("", "bank.public", "accounts", "iban"): ("IBAN_CODE",),
    }
    assert read(tmp_path, {"columnDataProfiles": PROFILES}) == wanted
    exported = "\n".join(json.dumps({"column_profile": snake(each)}) for each in PROFILES)
    assert read(tmp_path, exported) == wanted


def test_findings_of_one_column_are_counted_and_doubtful_ones_left_out(tmp_path: Path) -> None:
    other = {**FINDING, "infoType": {"name": "PERSON_NAME"}}
    doubtful = {**FINDING, "infoType": {"name": "DATE"}, "likelihood": "UNLIKELY"}
    findings = [other, FINDING, doubtful, FINDING, doubtful, doubtful]
    wanted = {("", "shop.crm", "people", "home.mail"): ("EMAIL_ADDRESS", "PERSON_NAME")}
    assert read(tmp_path, {"result": {"findings": findings}}) == wanted
    assert read(tmp_path, "\n".join(json.dumps(snake(each)) for each in findings)) == wanted


def test_a_finding_in_an_object_is_of_its_bucket(tmp_path: Path) -> None:
    location = {
        "contentLocations": [
            {
                "containerName": "gs://shop-exports/exports/people.csv",
                "recordLocation": {"fieldId": {"name": "mail"}},
            }
        ]
    }
    assert read(tmp_path, {"result": {"findings": [{**FINDING, "location": location}]}}) == {
        ("shop-exports", "", "exports/people.csv", "mail"): ("EMAIL_ADDRESS",)
    }
