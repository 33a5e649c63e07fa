"""Catalogues of the cloud tell which columns `*` reads; comments, tags and scanned files tell what these hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collectors.model import Json, Resource, Role, Scope
from collectors.traces.classes.labels import Label, Meaning, Meant
from config import vocabulary
from daemon.analysis import classes, exposure, paths, sight
from daemon.analysis.catalogue import with_catalogue
from daemon.values.path import DataPath
from daemon.values.told import NOTHING, Listed, Ruling, Told
from tests.support.graphs import ACCOUNT, EU, Estate, classify

MEANING = Meaning(vocabulary.label_words())
POLICY_TAG = "projects/shop/locations/eu/taxonomies/1/policyTags/2"


def meant(
    table: str, column: str, /, *, comment: str, tags: tuple[tuple[str, str], ...], by: str
) -> Meant | None:
    return MEANING.of(Label(table, column, by, tags=tags, comment=comment))


def glue(estate: Estate, *columns: dict[str, Json], name: str = "lake.people", **attributes: Json) -> str:
    listed: list[Json] = [*columns]
    return estate.resource(
        "aws.glue.table",
        name,
        Role.TABLE,
        aliases=(f"aws:{ACCOUNT}:{EU}|glue|{name}",),
        attributes={"Columns": listed, **attributes},
    )


def bigquery(estate: Estate, *columns: dict[str, Json], name: str = "shop.crm.people") -> None:
    listed: list[Json] = [*columns]
    estate.resource(
        "gcp.bigquery.table",
        name,
        Role.TABLE,
        aliases=(f"public|bigquery|{name}",),
        attributes={"Columns": listed},
    )


def reading(estate: Estate, table: str, *columns: str) -> None:
    estate.reads(estate.root(estate.service("reports"), "GET /report"), table, *columns)


def bucket(estate: Estate, name: str = "crm") -> str:
    urn = f"table://public/s3///{name}"
    estate.resources[urn] = Resource(
        urn,
        "traces.table",
        name,
        Scope("traces", "prod"),
        Role.TABLE,
        attributes={"system": "s3", "table": name},
    )
    return urn


def find(estate: Estate, told: Told = NOTHING) -> dict[str, DataPath]:
    graph = estate.graph()
    known = with_catalogue(graph, told, meant)
    found = paths.find(graph, exposure.entries(graph, ()), classify, vocabulary.jurisdiction, known)
    return {path.identity.data_class: path for path in found}


def on_file(key: str, pattern: str, column: str, data_class: str) -> tuple[str, Ruling]:
    reason = f"Amazon Macie says: {data_class}"
    return key, Ruling("*", "*", pattern, column, data_class, "label", reason)


def test_a_star_reads_the_columns_that_glue_lists_and_the_partitions() -> None:
    estate = Estate()
    glue(estate, {"Name": "id"}, {"Name": "email"}, PartitionKeys=[{"Name": "phone"}])
    table = estate.table("lake.people", system="athena")
    reading(estate, table, "*")
    assert {key: (path.columns, str(path.tier)) for key, path in find(estate).items()} == {
        "user.contact.email": (("email",), "observed"),
        "user.contact.phone_number": (("phone",), "observed"),
    }
    graph = estate.graph()
    assert sight.look(graph).unknown_tables == (table,)
    assert sight.look(graph, classes.complete(graph, with_catalogue(graph, Told()))).unknown_tables == ()


@pytest.mark.parametrize(
    ("name", "system"), [("lake.people", "postgresql"), ("people", "athena"), ("pond.people", "athena")]
)
def test_a_table_of_another_database_is_another(name: str, system: str) -> None:
    estate = Estate()
    glue(estate, {"Name": "email"})
    reading(estate, estate.table(name, system=system), "*")
    assert find(estate) == {}


@pytest.mark.parametrize(
    ("name", "system", "found"),
    [
        ("public.people", "postgresql", 1),
        ("hr.people", "postgresql", 0),
        ("public.people", "mysql", 0),
        ("lake.crm_public_people", "athena", 0),
    ],
)
def test_what_a_crawler_found_in_a_database_is_its_table(name: str, system: str, found: int) -> None:
    estate = Estate()
    glue(
        estate,
        {"Name": "email"},
        name="lake.crm_public_people",
        Classification="postgresql",
        ConnectionName="crm",
        Location="crm.public.people",
    )
    reading(estate, estate.table(name, system=system), "*")
    assert len(find(estate)) == found


def test_two_catalogues_that_differ_tell_nothing_and_two_that_agree_do() -> None:
    for second, found in (("email", 1), ("phone", 0)):
        estate = Estate()
        bigquery(estate, {"Name": "email"}, name="shop.crm.people")
        bigquery(estate, {"Name": second}, name="test.crm.people")
        reading(estate, estate.table("crm.people", system="bigquery"), "*")
        assert len(find(estate)) == found


def test_of_a_table_for_each_day_the_newest_stands_for_all() -> None:
    estate = Estate()
    bigquery(estate, {"Name": "email"}, name="shop.crm.people_20261103")
    bigquery(estate, {"Name": "phone"}, name="shop.crm.people_20261101")
    bigquery(estate, {"Name": "phone"}, name="shop.crm.people_intraday_20261104")
    reading(estate, estate.table("shop.crm.people_*", system="gcp.bigquery"), "*")
    assert [*find(estate)] == ["user.contact.email"]


def test_comments_tags_and_policy_tags_say_what_names_do_not() -> None:
    estate = Estate()
    glue(
        estate,
        {"Name": "c1", "Comment": "E-mail address of the customer"},
        {"Name": "c2", "Classification": "date of birth"},
        {"Name": "c3"},
        {"Name": "email", "Comment": "not PII"},
        {"Name": "c5", "Comment": {"pii": True, "kind": {"data_class": "passport"}}},
        ColumnTags=[{"Name": "c3", "Tags": [{"Key": "data_class", "Values": ["phone"]}]}],
    )
    reading(estate, estate.table("lake.people", system="athena"), "*")
    found = find(estate)
    assert {key: (path.columns, path.class_tier) for key, path in found.items()} == {
        "user.contact.email": (("c1",), "label"),
        "user.demographic.date_of_birth": (("c2",), "label"),
        "user.contact.phone_number": (("c3",), "label"),
        "user.government_id.passport_number": (("c5",), "label"),
    }
    assert found["user.contact.phone_number"].class_reason == (
        'column "c3": tagged data_class=phone, says AWS Glue; read with all columns (*)'
    )


def test_a_policy_tag_is_known_by_the_name_that_people_gave_it() -> None:
    estate = Estate()
    bigquery(estate, {"Name": "c1", "PolicyTags": [POLICY_TAG]})
    reading(estate, estate.table("shop.crm.people", system="gcp.bigquery"), "c1")
    assert find(estate) == {}
    assert with_catalogue(estate.graph(), NOTHING, meant).unknown == (f"BigQuery: {POLICY_TAG}",)
    urn = f"//datacatalog.googleapis.com/{POLICY_TAG}"
    estate.resources[urn] = Resource(
        urn,
        "gcp.datacatalog.policy_tag",
        "2",
        Scope("gcp", "shop", "eu"),
        Role.OTHER,
        attributes={"displayName": "Phone number"},
    )
    assert list(find(estate)) == ["user.contact.phone_number"]
    assert with_catalogue(estate.graph(), NOTHING, meant).unknown == ()


def test_what_was_told_in_files_comes_before_what_a_comment_says() -> None:
    estate = Estate()
    glue(estate, {"Name": "c1", "Comment": "E-mail address"})
    reading(estate, estate.table("lake.people", system="athena"), "c1")
    scanner = Ruling("*", "lake", "people", "c1", "user.contact.phone_number", "label", "scanned")
    assert list(find(estate, Told(labels={("people", "c1"): (scanner,)}))) == ["user.contact.phone_number"]


def test_a_label_that_says_personal_leaves_the_kind_to_the_name() -> None:
    estate = Estate()
    glue(estate, {"Name": "email", "Pii": "true"}, {"Name": "c2", "Pii": "true"})
    reading(estate, estate.table("lake.people", system="athena"), "*")
    found = find(estate)
    assert {key: path.columns for key, path in found.items()} == {
        "user.contact.email": ("email",),
        "user": ("c2",),
    }
    assert "tagged pii=true" in found["user.contact.email"].class_reason
    assert "its kind by its name" in found["user.contact.email"].class_reason


def test_what_a_scanner_found_in_files_holds_for_the_table_made_of_them() -> None:
    estate = Estate()
    glue(estate, {"Name": "C1"}, {"Name": "home"}, {"Name": "c3"}, Location="s3://crm/exports/people/")
    reading(estate, estate.table("lake.people", system="athena"), "*")
    told = Told(
        objects={
            "crm": (
                on_file("exports/people/1.json", "exports/{id}/{id}.json", "c1", "user.contact.email"),
                on_file(
                    "exports/people/1.json", "exports/{id}/{id}.json", "home.tel", "user.contact.phone_number"
                ),
                on_file("exports/orders/1.json", "exports/orders/{id}.json", "c3", "user.name"),
            )
        }
    )
    assert {key: path.columns for key, path in find(estate, told).items()} == {
        "user.contact.email": ("C1",),
        "user.contact.phone_number": ("home",),
    }


def test_who_reads_an_object_reads_what_was_found_in_it() -> None:
    told = Told(
        objects={
            "crm": (
                on_file("exports/17.csv", "exports/{id}.csv", "mail", "user.contact.email"),
                on_file("exports/18.csv", "exports/{id}.csv", "tel", "user.contact.phone_number"),
                on_file("logo/a.csv", "logo/{id}.csv", "who", "user.name"),
            )
        }
    )
    estate = Estate()
    reading(estate, bucket(estate), "exports/{id}.csv")
    found = find(estate, told)
    assert {key: (path.columns, str(path.tier)) for key, path in found.items()} == {
        "user.contact.email": (("exports/{id}.csv#mail",), "observed"),
        "user.contact.phone_number": (("exports/{id}.csv#tel",), "observed"),
    }
    graph = estate.graph()
    assert sight.look(graph, classes.complete(graph, told)).unknown_tables == ()

    verdict = Ruling("*", "*", "crm", "*#mail", "", "verdict", "made up")
    judged = find(estate, replace(told, verdicts=(verdict,)))
    assert list(judged) == ["user.contact.phone_number"]

    estate = Estate()
    reading(estate, bucket(estate))
    assert {str(path.tier) for path in find(estate, told).values()} == {"possible"}
    estate = Estate()
    reading(estate, bucket(estate, "other"), "exports/{id}.csv")
    assert find(estate, told) == {}


def test_of_tables_that_no_trace_shows_nothing_is_asked() -> None:
    estate = Estate()
    glue(estate, {"Name": "c1", "Comment": "E-mail address"})
    glue(estate, {"Name": "c1", "Comment": "E-mail address"}, name="lake.orders")
    table = estate.table("lake.People", system="athena")
    used = classes.names_in_use(estate.graph())
    known = with_catalogue(estate.graph(), NOTHING, meant, used)
    assert (table in estate.resources, used) == (True, frozenset({"people"}))
    assert list(known.tables) == ["people"]
    assert list(known.labels) == [("people", "c1")]


def test_lists_of_files_and_of_catalogues_stand_side_by_side() -> None:
    estate = Estate()
    glue(estate, {"Name": "email"})
    told = Told(tables={"people": (Listed("public", ("phone",)),), "other": (Listed("", ("x",)),)})
    known = with_catalogue(estate.graph(), told)
    assert known.columns("public", "people", system="postgresql") == ("phone",)
    assert known.columns("lake", "people", system="athena") == ("email",)
    assert known.columns("", "other") == ("x",)
