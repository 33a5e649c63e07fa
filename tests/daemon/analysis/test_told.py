"""Paths follow what was told of columns: verdicts and labels before names, and lists of columns for `*`."""

from __future__ import annotations

from collectors.traces.classes import classify as by_names
from config import vocabulary
from daemon.analysis import classes, exposure, paths, sight
from daemon.values.path import DataPath
from daemon.values.told import Listed, Ruling, Told
from tests.support.graphs import EU, Estate, classify


def shop(*columns: str) -> tuple[Estate, str]:
    """An operation that reads columns of a table."""
    estate = Estate()
    order = estate.root(estate.service("checkout"), "GET /orders")
    table = estate.table("public.customers", f"orders-db.c1.{EU}.rds.amazonaws.com")
    estate.reads(order, table, *columns)
    return estate, table


def find(estate: Estate, told: Told) -> dict[str, DataPath]:
    graph = estate.graph()
    found = paths.find(graph, exposure.entries(graph, ()), classify, vocabulary.jurisdiction, told)
    return {path.identity.data_class: path for path in found}


def ruling(column: str, data_class: str) -> Ruling:
    return Ruling("*", "*", "customers", column, data_class, "verdict", "said so")


LISTED = Told(tables={"customers": (Listed("public", ("id", "email", "ssn")),)}, fingerprint="1")


def test_a_verdict_takes_a_class_away_and_gives_another() -> None:
    estate, _ = shop("email", "blorb")
    found = find(estate, Told((ruling("email", ""), ruling("blorb", "user.health_and_medical"))))
    assert list(found) == ["user.health_and_medical"]
    path = found["user.health_and_medical"]
    assert (path.columns, path.class_tier) == (("blorb",), "verdict")
    assert path.class_reason == 'column "blorb": said so'


def test_an_identifier_makes_a_path_only_where_somebody_said_so() -> None:
    estate, _ = shop("customer_id")
    graph = estate.graph()

    def told_of(told: Told) -> list[str]:
        found = paths.find(graph, exposure.entries(graph, ()), by_names, vocabulary.jurisdiction, told)
        return [path.identity.data_class for path in found]

    assert by_names("customers", ["customer_id"])["customer_id"].data_class == "user.unique_id"
    assert told_of(Told()) == []
    assert told_of(Told((ruling("customer_id", "user.unique_id"),))) == ["user.unique_id"]


def test_all_columns_of_a_listed_table_are_read_by_a_star() -> None:
    estate, table = shop("*")
    assert find(estate, Told()) == {}
    found = find(estate, LISTED)
    assert {key: path.columns for key, path in found.items()} == {
        "user.contact.email": ("email",),
        "user.government_id": ("ssn",),
    }
    assert str(found["user.contact.email"].tier) == "observed"
    assert found["user.contact.email"].class_reason.endswith("; read with all columns (*)")
    graph = estate.graph()
    assert sight.look(graph).unknown_tables == (table,)
    assert sight.look(graph, classes.complete(graph, LISTED)).unknown_tables == ()


def test_a_list_adds_nothing_to_what_a_statement_names() -> None:
    estate, _ = shop("email")
    assert list(find(estate, LISTED)) == ["user.contact.email"]


def test_a_star_may_read_what_other_statements_name_where_there_is_no_list() -> None:
    estate, table = shop("*")
    estate.reads(estate.root(estate.service("crm"), "GET /crm"), table, "email")
    assert {
        (path.identity.origin.rpartition("/")[2], path.columns, str(path.tier)) for path in estate.paths()
    } == {
        ("orders", ("email",), "possible"),
        ("crm", ("email",), "observed"),
    }
