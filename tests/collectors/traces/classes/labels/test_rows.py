"""Lists of columns with comments, and Snowflake's references of tags, as databases export them."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.traces.classes.labels import Label, of_columns, of_labels

TAGS = """\
TAG_DATABASE,TAG_SCHEMA,TAG_NAME,TAG_VALUE,OBJECT_DATABASE,OBJECT_SCHEMA,OBJECT_NAME,OBJECT_DELETED,DOMAIN,COLUMN_NAME
SNOWFLAKE,CORE,SEMANTIC_CATEGORY,EMAIL,CRM,PUBLIC,PEOPLE,,COLUMN,MAIL
SNOWFLAKE,CORE,PRIVACY_CATEGORY,IDENTIFIER,CRM,PUBLIC,PEOPLE,,COLUMN,MAIL
GOV,TAGS,COST_CENTER,17,CRM,PUBLIC,PEOPLE,,TABLE,
GOV,TAGS,PII,yes,CRM,PUBLIC,OLD_PEOPLE,2026-01-01 00:00:00,COLUMN,MAIL
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "columns.csv"
    path.write_text(text)
    return path


def test_tags_of_snowflake(tmp_path: Path) -> None:
    assert of_labels(write(tmp_path, TAGS)) == (
        Label(
            "PEOPLE",
            "MAIL",
            "Snowflake",
            "CRM.PUBLIC",
            tags=(("SEMANTIC_CATEGORY", "EMAIL"), ("PRIVACY_CATEGORY", "IDENTIFIER")),
        ),
    )


@pytest.mark.parametrize(
    ("text", "schema", "comment"),
    [
        ("table_schema,table_name,column_name\npublic,people,mail\n", "public", ""),
        (
            "TABLE_CATALOG,TABLE_SCHEMA,TABLE_NAME,COLUMN_NAME,COLUMN_COMMENT\ndef,shop,people,mail,Mail\n",
            "shop",
            "Mail",
        ),
        ("OWNER;TABLE_NAME;COLUMN_NAME;COMMENTS\nHR;people;mail;Mail, private\n", "HR", "Mail, private"),
        (
            "table_catalog,table_schema,table_name,column_name,description\ncrm,public,people,mail,Mail\n",
            "crm.public",
            "Mail",
        ),
        ("table_cat,table_schem,table_name,column_name,remarks\n,APP,people,mail,Mail\n", "APP", "Mail"),
    ],
)
def test_lists_of_columns(tmp_path: Path, text: str, schema: str, comment: str) -> None:
    [found] = of_columns(write(tmp_path, text))
    assert (found.schema, found.table, found.column, found.comment) == (schema, "people", "mail", comment)


def test_fields_within_records_and_policy_tags_of_bigquery(tmp_path: Path) -> None:
    head = "table_catalog,table_schema,table_name,column_name,field_path,data_type,description,policy_tags\n"
    row = 'shop,crm,people,home,home.mail,STRING,,"[projects/shop/locations/eu/taxonomies/1/policyTags/2]"\n'
    [found] = of_columns(write(tmp_path, head + row))
    tag = ("policy_tag", "projects/shop/locations/eu/taxonomies/1/policyTags/2")
    assert (found.schema, found.column, found.tags) == ("shop.crm", "home.mail", (tag,))


def test_a_list_among_labels_says_what_its_comments_do(tmp_path: Path) -> None:
    path = write(tmp_path, "table_name,column_name,column_comment\npeople,c1,Mail\npeople,c2,\n")
    assert [each.column for each in of_labels(path)] == ["c1"]


def test_a_class_beside_a_comment_is_what_counts(tmp_path: Path) -> None:
    path = write(tmp_path, "table,column,class,comment\npeople,c1,EMAIL_ADDRESS,a phone\npeople,c2,,\n")
    assert [each.classes for each in of_labels(path)] == [("user.contact.email",), ("",)]
