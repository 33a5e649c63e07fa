"""Findings of Macie, in the forms in which people have them, become labels of columns of objects."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import botocore.session  # type: ignore[import-untyped]  # has no types
from botocore.stub import Stubber  # type: ignore[import-untyped]  # has no types

from collectors.traces.classes.labels import Label, of_labels

CANARY = "canary.person@example.com"


def detection(kind: str, **occurrences: Any) -> dict[str, Any]:
    return {"type": kind, "count": 3, "occurrences": occurrences}


def cells(name: str | None, times: int = 1) -> list[dict[str, Any]]:
    return [{"cellReference": None, "column": 1, "columnName": name, "row": row} for row in range(times)]


def finding(key: str, *detections: dict[str, Any]) -> dict[str, Any]:
    """A finding as GetFindings answers; times are texts there."""
    return {
        "id": "0a1b",
        "accountId": "111122223333",
        "region": "eu-west-1",
        "category": "CLASSIFICATION",
        "type": "SensitiveData:S3Object/Personal",
        "title": f"The object has {CANARY}",
        "severity": {"description": "Medium", "score": 2},
        "classificationDetails": {
            "jobId": "0c1d",
            "result": {
                "mimeType": "text/csv",
                "status": {"code": "COMPLETE"},
                "sensitiveData": [
                    {"category": "PERSONAL_INFORMATION", "totalCount": 3, "detections": [*detections]}
                ],
                "customDataIdentifiers": {
                    "totalCount": 1,
                    "detections": [
                        {"name": "member number", "count": 1, "occurrences": {"cells": cells("member")}}
                    ],
                },
            },
        },
        "resourcesAffected": {
            "s3Bucket": {"name": "crm", "arn": "arn:aws:s3:::crm"},
            "s3Object": {"key": key, "bucketArn": "arn:aws:s3:::crm", "path": f"crm/{key}"},
        },
    }


def without_nulls(value: Any) -> Any:
    """As the SDK has it; the events of the service have nulls."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


FINDINGS: dict[str, list[dict[str, Any]]] = {
    "findings": [
        finding(
            "exports/people.csv",
            detection("NAME", cells=cells("note")),
            detection("USA_SOCIAL_SECURITY_NUMBER", cells=cells("note", 3)),
            detection("EMAIL_ADDRESS", cells=cells(CANARY) + cells(None) + cells("mail")),
        ),
        finding(
            "exports/people.json",
            detection("PHONE_NUMBER", records=[{"jsonPath": "$.people[0].home.phone", "recordIndex": 4}]),
            detection("NAME", records=[{"jsonPath": f"$.by_mail['{CANARY}'].name", "recordIndex": 4}]),
        ),
    ]
}


def write(folder: Path, *documents: object, name: str = "macie.json") -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(each) for each in documents))
    return path


def test_the_findings_here_are_in_the_form_of_the_service() -> None:
    client = botocore.session.get_session().create_client(
        "macie2", region_name="eu-west-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    with Stubber(client) as stub:
        stub.add_response("get_findings", without_nulls(FINDINGS))
        assert client.get_findings(findingIds=["0a1b"])["findings"]


def test_each_column_has_what_was_found_in_it_most_often_first(tmp_path: Path) -> None:
    labels = {(each.table, each.column): each for each in of_labels(write(tmp_path, FINDINGS))}
    assert {place: each.found for place, each in labels.items()} == {
        ("exports/people.csv", "note"): ("USA_SOCIAL_SECURITY_NUMBER", "NAME"),
        ("exports/people.csv", "mail"): ("EMAIL_ADDRESS",),
        ("exports/people.csv", "member"): ("member number",),
        ("exports/people.json", "people.home.phone"): ("PHONE_NUMBER",),
        ("exports/people.json", "by_mail.name"): ("NAME",),
        ("exports/people.json", "member"): ("member number",),
    }
    assert {(each.bucket, each.by) for each in labels.values()} == {("crm", "Amazon Macie")}


def test_no_value_comes_out_of_a_finding(tmp_path: Path) -> None:
    assert CANARY not in repr(of_labels(write(tmp_path, FINDINGS)))


def test_events_and_discovery_results_say_the_same(tmp_path: Path) -> None:
    events = [
        {
            "version": "0",
            "detail-type": "Macie Finding",
            "source": "aws.macie",
            "account": "111122223333",
            "detail": each,
        }
        for each in FINDINGS["findings"]
    ]
    wanted = of_labels(write(tmp_path, FINDINGS))
    assert of_labels(write(tmp_path, *events, name="events.jsonl")) == wanted
    packed = tmp_path / "results.jsonl.gz"
    packed.write_bytes(gzip.compress("\n".join(map(json.dumps, FINDINGS["findings"])).encode()))
    assert of_labels(packed) == wanted


def test_findings_of_policies_and_none_at_all_are_no_labels(tmp_path: Path) -> None:
    policy = {"findings": [{"category": "POLICY", "type": "Policy:IAMUser/S3BucketPublic"}]}
    assert of_labels(write(tmp_path, policy)) == ()
    assert of_labels(write(tmp_path, {"findings": []})) == ()


def test_a_field_within_a_record_is_found_wherever_it_lies(tmp_path: Path) -> None:
    one = finding("a.json", detection("NAME", records=[{"jsonPath": "$[3].name"}, {"jsonPath": "$"}]))
    del one["classificationDetails"]["result"]["customDataIdentifiers"]
    assert of_labels(write(tmp_path, one)) == (
        Label("a.json", "name", "Amazon Macie", bucket="crm", found=("NAME",)),
    )
