"""What is told of columns is read from files; a verdict wins over a label, and a label over what a name tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from config.errors import SettingsError
from config.settings import Settings, compose
from daemon.told import Telling, told
from daemon.values.told import NOTHING, Column

VERDICT = '[[verdicts]]\ntable = "customers"\ncolumn = "{column}"\nclass = "{key}"\nreason = "known"\n'


def settings(folder: Path, **files: str) -> Settings:
    """Files by setting: verdicts_file, labels_files, columns_files, words_files."""
    section: dict[str, object] = {}
    for name, text in files.items():
        path = folder / name
        path.write_text(text)
        section[name] = str(path) if name == "verdicts_file" else [str(path)]
    return compose({"driftline": {"state_directory": str(folder)}, "classes": section})


def column(
    name: str,
    table: str = "customers",
    schema: str = "public",
    store: str = "table://a",
    database: str = "",
    system: str = "",
) -> Column:
    return Column(store, schema, table, name, database, system)


def test_without_files_nothing_is_told(tmp_path: Path) -> None:
    assert told(settings(tmp_path)) is NOTHING


def test_verdicts_lie_in_the_state_directory_by_default(tmp_path: Path) -> None:
    (tmp_path / "verdicts.toml").write_text(VERDICT.format(column="nick", key="user.name"))
    found = told(settings(tmp_path)).ruling(column("NICK"))
    assert found is not None
    assert (found.data_class, found.tier) == ("user.name", "verdict")


def test_a_verdict_wins_over_a_label_and_the_last_of_several(tmp_path: Path) -> None:
    said = told(
        settings(
            tmp_path,
            verdicts_file=VERDICT.format(column="c*", key="user.name")
            + VERDICT.format(column="code", key="none"),
            labels_files="schema,table,column,class\npublic,customers,code,user.health_and_medical\n"
            "public,customers,extra,EMAIL_ADDRESS\n",
        )
    )
    names = ("code", "city", "extra", "other")
    found = {name: said.ruling(column(name)) for name in names}
    assert {name: each and (each.tier, each.data_class) for name, each in found.items()} == {
        "code": ("verdict", ""),
        "city": ("verdict", "user.name"),
        "extra": ("label", "user.contact.email"),
        "other": None,
    }


def test_a_label_holds_in_its_schema_and_where_the_schema_is_not_known(tmp_path: Path) -> None:
    said = told(settings(tmp_path, labels_files="schema,table,column,class\nsales,t,c,user.name\n"))
    assert said.ruling(column("c", "t", "sales"))
    assert said.ruling(column("c", "t", "erp.sales"))
    assert said.ruling(column("c", "t", ""))
    assert said.ruling(column("c", "t", "hr")) is None


def test_a_verdict_may_be_for_one_store(tmp_path: Path) -> None:
    said = told(
        settings(tmp_path, verdicts_file=VERDICT.format(column="x", key="user.name") + 'store = "*orders*"\n')
    )
    assert said.ruling(column("x", store="table://public/postgresql/orders-db:5432/shop/customers"))
    assert said.ruling(column("x", store="table://public/postgresql/billing:5432/shop/customers")) is None


def test_lists_of_columns(tmp_path: Path) -> None:
    said = told(
        settings(
            tmp_path,
            columns_files="\ufeffTABLE_SCHEMA;TABLE_NAME;COLUMN_NAME;DATA_TYPE\n"
            "public;customers;id;int\npublic;customers;email;text\na;twice;x;int\nb;twice;y;int\n",
        )
    )
    assert said.columns("public", "Customers") == ("id", "email")
    assert said.columns("", "customers") == ("id", "email")
    assert said.columns("other", "customers") == ()
    assert said.columns("", "twice") == ()
    assert said.columns("b", "twice") == ("y",)


def test_a_list_of_the_very_database_comes_before_one_that_may_be_meant(tmp_path: Path) -> None:
    said = told(
        settings(
            tmp_path,
            columns_files="table_catalog,table_schema,table_name,column_name\n"
            "crm,public,t,a\nshop,public,t,b\nother,public,t,a\n",
        )
    )
    assert said.columns("public", "t") == ()
    assert said.columns("public", "t", "shop") == ("b",)
    assert said.columns("crm.public", "t") == ("a",)


def test_mysql_calls_its_databases_schemas(tmp_path: Path) -> None:
    said = told(settings(tmp_path, columns_files="table_schema,table_name,column_name\nshop,t,a\ncrm,t,b\n"))
    assert said.columns("", "t", "crm", "mysql") == ("b",)
    assert said.columns("", "t", "hr", "mysql") == ()
    assert said.columns("", "t", "crm", "oracle") == ()


def test_a_scanner_comes_before_a_comment_wherever_they_stand(tmp_path: Path) -> None:
    said = told(
        settings(
            tmp_path,
            labels_files="table,column,class\nt,a,EMAIL_ADDRESS\n",
            columns_files="table_schema,table_name,column_name,comment\n"
            "public,t,a,Home phone number\npublic,t,b,Home phone number\npublic,t,c,as agreed\n",
        )
    )
    found = {name: said.ruling(column(name, "t")) for name in "abc"}
    assert {name: each and (each.data_class, each.reason) for name, each in found.items()} == {
        "a": ("user.contact.email", "labelled in labels_files"),
        "b": ("user.contact.phone_number", "its comment tells of phone number (columns_files)"),
        "c": None,
    }
    assert said.columns("public", "t") == ("a", "b", "c")


def test_words_of_the_operators_own_say_what_labels_mean(tmp_path: Path) -> None:
    result = {"classificationDetails": {"result": {"customDataIdentifiers": {"detections": [DETECTION]}}}}
    labels = json.dumps({**result, "resourcesAffected": PLACE})
    unknown = told(settings(tmp_path, labels_files=labels))
    assert (dict(unknown.objects), unknown.unknown) == ({}, ("labels_files: Member No",))
    words = '"user.unique_id" = ["member no"]\n'
    known = told(settings(tmp_path, labels_files=labels, words_files=words))
    [(key, ruling)] = known.objects["crm"]
    assert (key, ruling.table, ruling.data_class) == ("exports/17.csv", "exports/{id}.csv", "user.unique_id")
    assert known.unknown == ()
    assert known.fingerprint != unknown.fingerprint


DETECTION = {"name": "Member No", "count": 1, "occurrences": {"cells": [{"columnName": "m", "row": 1}]}}
PLACE = {"s3Bucket": {"name": "crm"}, "s3Object": {"key": "exports/17.csv"}}


def test_words_that_nobody_mapped_are_logged_once(tmp_path: Path) -> None:
    result = {"classificationDetails": {"result": {"customDataIdentifiers": {"detections": [DETECTION]}}}}
    with capture_logs() as logs:
        telling = Telling(settings(tmp_path, labels_files=json.dumps({**result, "resourcesAffected": PLACE})))
        telling.now()
    assert [(each["event"], each["labels"]) for each in logs] == [
        ("labels_unknown", ["labels_files: Member No"])
    ]


def test_a_label_of_a_server_holds_for_its_databases_alone(tmp_path: Path) -> None:
    entity = {
        "typeName": "azure_sql_column",
        "attributes": {"qualifiedName": "mssql://Shop.database.windows.net/crm/dbo/people#c1"},
        "classifications": [{"typeName": "MICROSOFT.PERSONAL.EMAIL"}],
    }
    said = told(settings(tmp_path, labels_files=json.dumps({"entities": [entity]})))
    urn = "table://public/mssql/{}:1433/crm/dbo.people"
    here = column("C1", "people", "dbo", urn.format("shop.database.windows.net"), "crm", "mssql")
    there = column("c1", "people", "dbo", urn.format("other.database.windows.net"), "crm", "mssql")
    found = said.ruling(here)
    assert found is not None
    assert found.reason == "Microsoft Purview says: MICROSOFT.PERSONAL.EMAIL (labels_files)"
    assert said.ruling(there) is None


def test_the_fingerprint_follows_what_is_said_and_not_how_it_is_written(tmp_path: Path) -> None:
    one = told(settings(tmp_path, verdicts_file=VERDICT.format(column="x", key="none")))
    same = told(settings(tmp_path, verdicts_file="# why\n" + VERDICT.format(column="x", key="none")))
    other = told(settings(tmp_path, verdicts_file=VERDICT.format(column="x", key="user.name")))
    assert one.fingerprint == same.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("columns_files", "schema,column_name\na,b\n", ":1: it has no column of that name; begin it with"),
        ("columns_files", "table_name,column_name\nt,\n", ":2: the table or the column is missing"),
        ("labels_files", "table,column,class\nt,c,Whatsit\n", "line 2: 'Whatsit' is no data class"),
        ("labels_files", '{"a": {"b": "EMAIL_ADDRESS"}', "line 1: "),
        ("columns_files", '{"metadata": {}}', "is JSON, and no catalog.json of dbt"),
        ("words_files", '"user.contact.mial" = 7\n', "write lines such as"),
        ("verdicts_file", "[[verdicts]]\n", ":1: verdicts[0].table: is needed"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, name: str, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Telling(settings(tmp_path, **{name: text}))
    assert str(tmp_path / name) in str(caught.value)
    assert says in str(caught.value)


def test_a_file_that_is_broken_later_leaves_what_was_told(tmp_path: Path) -> None:
    telling = Telling(settings(tmp_path, verdicts_file=VERDICT.format(column="x", key="user.name")))
    first = telling.now()
    (tmp_path / "verdicts_file").write_text("[[")
    assert telling.now() is first
    (tmp_path / "verdicts_file").write_text(VERDICT.format(column="x", key="none"))
    assert telling.now().fingerprint != first.fingerprint
