"""`driftline classes labels` says where each label holds, `classes explain` whose it is, and paths follow them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collectors.model import Json, Resource, Role, Scope
from tests.support.command_line import CommandLine
from tests.support.engines import empty_database
from tests.support.estates import installed
from tests.support.graphs import ACCOUNT, EU, Estate

CANARY = "canary.person@example.com"
LABELS = """\
schema,table,column,class
public,customers,c2,EMAIL_ADDRESS
public,customers,nosuch,PHONE_NUMBER
,gone,mail,EMAIL_ADDRESS
"""
COLUMNS = """\
table_schema,table_name,column_name,column_comment
public,customers,c2,
public,customers,c3,Home phone number
public,unused,c1,Date of birth
"""


def lake() -> Estate:
    """A report that reads a table of Glue, a table of PostgreSQL and an object."""
    estate = Estate()
    columns: list[Json] = [
        {"Name": "c1", "Comment": "E-mail address of the customer"},
        {"Name": "c2", "Pii": "true"},
        {"Name": "c3"},
    ]
    estate.resource(
        "aws.glue.table",
        "lake.people",
        Role.TABLE,
        aliases=(f"aws:{ACCOUNT}:{EU}|glue|lake.people",),
        attributes={"Columns": columns, "Location": "s3://crm/people"},
    )
    estate.resource("aws.s3.bucket", "shop-archive", Role.DATA_STORE, aliases=("public|bucket|shop-archive",))
    report = estate.root(estate.service("reports"), "GET /report")
    estate.reads(report, estate.table("lake.people", "athena.example", "athena"), "*")
    estate.reads(report, estate.table("public.customers", "db.example"), "c2")
    urn = "table://public/s3///crm"
    estate.resources[urn] = Resource(
        urn,
        "traces.table",
        "crm",
        Scope("traces", "prod"),
        Role.TABLE,
        attributes={"system": "s3", "table": "crm"},
    )
    estate.reads(report, urn, "exports/{id}.csv")
    return estate


def finding(key: str, column: str, kind: str, bucket: str = "crm") -> dict[str, Any]:
    cells = [{"columnName": column, "row": 2}, {"columnName": CANARY, "row": 3}]
    detections = [{"type": kind, "count": 2, "occurrences": {"cells": cells}}]
    return {
        "classificationDetails": {"result": {"sensitiveData": [{"detections": detections}]}},
        "resourcesAffected": {"s3Bucket": {"name": bucket}, "s3Object": {"key": key}},
    }


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def config(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    url = "" if request.param == "sqlite" else empty_database(request.getfixturevalue("postgres"))
    folder = tmp_path_factory.mktemp("lake")
    file = installed(folder, url, lake())
    (folder / "labels.csv").write_text(LABELS)
    (folder / "columns.csv").write_text(COLUMNS)
    findings = [
        finding("exports/2026.csv", "mail", "EMAIL_ADDRESS"),
        finding("people/1.csv", "c3", "PHONE_NUMBER"),
        finding("hidden/1.csv", "x", "PHONE_NUMBER"),
        finding("exports/2026.csv", "member", "OUR_MEMBERS"),
        finding("old/1.csv", "x", "PHONE_NUMBER", "shop-archive"),
    ]
    (folder / "macie.json").write_text(json.dumps({"findings": findings}))
    with file.open("a") as more:
        more.write(
            f'[classes]\nlabels_files = ["{folder}/labels.csv", "{folder}/macie.json"]\n'
            f'columns_files = ["{folder}/columns.csv"]\n'
        )
    return file


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


def rows(line: CommandLine, config: Path, *arguments: str) -> list[dict[str, Any]]:
    said = line(config, "classes", "labels", *arguments, "--json")
    assert (said.code, said.error) == (0, "")
    assert CANARY not in said.output
    found: list[dict[str, Any]] = json.loads(said.output)["data"]
    return found


def test_each_label_says_where_it_holds(config: Path, line: CommandLine) -> None:
    found = {
        each["column"]: (each["class"], each["holds"]) for each in rows(line, config) if "column" in each
    }
    assert found == {
        "crm/exports/{id}.csv#mail": ("user.contact.email", 1),
        "crm/hidden/{id}.csv#x": ("user.contact.phone_number", "nowhere"),
        "crm/people/{id}.csv#c3": ("user.contact.phone_number", "unread"),
        "gone.mail": ("user.contact.email", "nowhere"),
        "lake.people.c1": ("user.contact.email", 1),
        "lake.people.c2": ("user", 1),
        "lake.people.c3": ("user.contact.phone_number", 1),
        "public.customers.c2": ("user.contact.email", 1),
        "shop-archive/old/{id}.csv#x": ("user.contact.phone_number", "unread"),
        "public.customers.c3": ("user.contact.phone_number", 1),
        "public.customers.nosuch": ("user.contact.phone_number", "nowhere"),
        "public.unused.c1": ("user.demographic.date_of_birth", "unread"),
    }


def test_what_meets_nothing_and_what_nobody_mapped_is_told(config: Path, line: CommandLine) -> None:
    found = rows(line, config, "--unmatched")
    assert [each.get("column") or each["word"] for each in found] == [
        "crm/hidden/{id}.csv#x",
        "gone.mail",
        "public.customers.nosuch",
        "macie.json: OUR_MEMBERS",
    ]
    said = line(config, "classes", "labels", "--unmatched")
    assert said.output.endswith("3 in all\nnobody has mapped macie.json: OUR_MEMBERS\n")


@pytest.mark.parametrize(
    ("column", "data_class", "because"),
    [
        ("lake.people.c1", "user.contact.email", "its comment tells of e-mail address (AWS Glue)"),
        ("lake.people.c2", "user", "tagged pii=true, says AWS Glue"),
        ("lake.people.c3", "user.contact.phone_number", "Amazon Macie says: PHONE_NUMBER (macie.json)"),
        ("crm/exports/{id}.csv#mail", "user.contact.email", "Amazon Macie says: EMAIL_ADDRESS (macie.json)"),
        ("public.customers.c2", "user.contact.email", "labelled in labels.csv"),
        (
            "public.customers.c3",
            "user.contact.phone_number",
            "its comment tells of phone number (columns.csv)",
        ),
    ],
)
def test_explain_says_whose_a_label_is(
    config: Path, line: CommandLine, column: str, data_class: str, because: str
) -> None:
    said = line(config, "classes", "explain", column, "--json")
    found = json.loads(said.output)["data"]
    assert (found["class"], found["tier"], found["because"]) == (data_class, "label", because)


def test_a_verdict_on_a_field_of_an_object_wins_too(config: Path, line: CommandLine) -> None:
    column = "crm/exports/{id}.csv#mail"
    said = line(config, "classes", "set", column, "none", "--reason", "made up")
    assert (said.code, said.error) == (0, "")
    found = json.loads(line(config, "classes", "explain", column, "--json").output)["data"]
    assert (found["class"], found["tier"]) == ("", "verdict")
    (config.parent / "verdicts.toml").unlink()


def test_doctor_names_the_words_that_nobody_mapped(config: Path, line: CommandLine) -> None:
    checks = json.loads(line(config, "doctor", "--json").output)["data"]
    [found] = [each for each in checks if "OUR_MEMBERS" in json.dumps(each)]
    assert "classes.words_files" in json.dumps(found)


def test_paths_follow_the_comments_of_the_catalogue(config: Path, line: CommandLine) -> None:
    found = json.loads(line(config, "paths", "--json").output)["data"]
    assert {
        (path["identity"]["data_class"], tuple(path["columns"]), path["class_tier"])
        for each in found
        for path in each["paths"]
    } == {("user.contact.email", ("c1",), "label"), ("user", ("c2",), "label")}
