"""What scanners and catalogues say of columns becomes paths: real spans, a real catalogue, findings of Macie."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import pipeline
from tests.support.pipeline import EU, Installation, Service, Shop, client, told

CANARY = "canary.person@example.com"
TYPES = [*pipeline.TYPES, "aws.glue.*", "aws.s3.bucket"]


def finding(key: str, column: str, kind: str) -> dict[str, Any]:
    """As GetFindings answers, with what must not come out of it."""
    cells = [{"cellReference": None, "column": 1, "columnName": name, "row": 2} for name in (column, CANARY)]
    detections = [{"type": kind, "count": 2, "occurrences": {"cells": cells}}]
    return {
        "category": "CLASSIFICATION",
        "type": "SensitiveData:S3Object/Personal",
        "title": f"The object contains {CANARY}",
        "classificationDetails": {
            "result": {"sensitiveData": [{"category": "PERSONAL_INFORMATION", "detections": detections}]}
        },
        "resourcesAffected": {"s3Bucket": {"name": "shop-lake"}, "s3Object": {"key": key}},
    }


def table(comment: str) -> dict[str, Any]:
    columns = [
        {"Name": "day", "Type": "date"},
        {"Name": "c1", "Type": "string", "Comment": comment},
        {"Name": "c2", "Type": "string"},
    ]
    return {"Name": "people", "StorageDescriptor": {"Location": "s3://shop-lake/people/", "Columns": columns}}


@pytest.fixture
def lake(deployed: str) -> str:
    """The URL of a cloud in which the shop has a table of files, as Glue knows it."""
    glue, formation = client(deployed, "glue"), client(deployed, "lakeformation")
    client(deployed, "s3").create_bucket(
        Bucket="shop-lake", CreateBucketConfiguration={"LocationConstraint": EU}
    )
    glue.create_database(DatabaseInput={"Name": "lake"})
    glue.create_table(DatabaseName="lake", TableInput=table(f"E-mail address, such as {CANARY}"))
    formation.create_lf_tag(TagKey="team", TagValues=["shop"])
    formation.add_lf_tags_to_resource(
        Resource={"Table": {"DatabaseName": "lake", "Name": "people"}},
        LFTags=[{"TagKey": "team", "TagValues": ["shop"]}],
    )
    return deployed


@pytest.fixture
def home(lake: str, tmp_path: Path) -> Iterator[Installation]:
    findings = tmp_path / "macie.json"
    findings.write_text('{"findings": []}')
    chosen = {"labels_files": [str(findings)]}
    with pipeline.installed(tmp_path, lake, aws={"types": TYPES}, classes=chosen) as home:
        yield home


def works(service: Service) -> None:
    """A report reads a table of files as a whole, and an object as it is."""
    athena, store = f"athena.{EU}.amazonaws.com", f"shop-lake.s3.{EU}.amazonaws.com"
    asked = {"db.system.name": "athena"}
    got = {"rpc.method": "GetObject", "aws.s3.bucket": "shop-lake", "aws.s3.key": "exports/2026-11-22.csv"}
    with service.serves("GET /reports/{id}"):
        service.asks("SELECT * FROM people", athena, "lake", **asked)
        service.posts(f"https://{store}/", store, **got)
    service.flush()


def classes(home: Installation) -> set[str]:
    """Sink and class of each path of the report."""
    found = (path.split() for path in home.paths() if "/reports/" in path)
    return {" ".join((words[-2].rpartition("/")[2], words[-1])) for words in found}


def test_labels_and_catalogues_become_paths_and_no_value_is_kept(home: Installation, shop: Shop) -> None:
    works(shop.checkout)
    home.cycle()
    assert classes(home) == {"people user.contact.email"}

    exported = [
        finding("people/1.parquet", "c2", "PHONE_NUMBER"),
        finding("exports/2026-11-21.csv", "who", "NAME"),
        finding("elsewhere/1.csv", "dob", "DATE_OF_BIRTH"),
    ]
    Path(home.settings.classes.labels_files[0]).write_text(json.dumps({"findings": exported}))
    assert home.cycle().new_paths == 0
    assert classes(home) == {
        "people user.contact.email",
        "people user.contact.phone_number",
        "shop-lake user.name",
    }
    assert home.drift().new_paths == ()

    client(str(home.settings.aws.accounts[0].endpoint_url), "glue").update_table(
        DatabaseName="lake", TableInput=table("colour of the roof")
    )
    home.cycle()
    assert classes(home) == {"people user.contact.phone_number", "shop-lake user.name"}
    lines = told(home.drift())
    assert "~ aws.glue.table lake.people" in lines
    assert any("gone path" in line and line.endswith("people user.contact.email") for line in lines)

    stored = [
        path.read_bytes() for path in home.settings.driftline.state_directory.rglob("*") if path.is_file()
    ]
    assert not any(CANARY.encode() in content for content in stored)
    assert any(b"Amazon Macie says: PHONE_NUMBER" in content for content in stored)
