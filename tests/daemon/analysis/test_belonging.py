"""A column that a statement left without its table goes to the table that is known to have it."""

from __future__ import annotations

import pytest

from collectors.model import Json
from collectors.traces.sql.reading import parse
from daemon.analysis.belonging import placed
from daemon.analysis.classes import texts, together
from daemon.values.graph import Graph
from daemon.values.told import Listed, Told
from tests.support.graphs import Estate

ORDERS, PEOPLE = Listed("public", ("id", "person_id", "note")), Listed("public", ("id", "Email", "town"))
LISTED = Told(tables={"orders": (ORDERS,), "people": (PEOPLE,)})


def joined(statement: str, *more: str) -> tuple[Estate, dict[str, str]]:
    """An operation whose spans carry statements."""
    estate = Estate()
    operation = estate.root(estate.service("shop"), "GET /orders")
    tables: dict[str, str] = {}
    for text in (statement, *more):
        for use in parse(text, "postgresql").tables:
            name = f"public.{use.table}"
            tables[use.table] = estate.table(name, "db.example")
            estate.flow(
                operation, use.verb, tables[use.table], columns=[*use.columns], lookups=[*use.lookups]
            )
    return estate, tables


def columns(graph: Graph, attribute: str = "columns") -> dict[str, set[str]]:
    return {
        str(each.target).rpartition(".")[2]: set(texts(each.attributes.get(attribute)))
        for each in graph.relations
        if each.verb in {"reads", "writes"}
    }


def test_a_column_of_a_join_is_of_the_table_that_has_it() -> None:
    estate, _ = joined("SELECT note, email FROM orders JOIN people ON person_id = people.id WHERE town = $1")
    found = placed(estate.graph(), LISTED)
    assert columns(found) == {"orders": {"note"}, "people": {"email"}}
    lookups = columns(found, "lookups")
    assert "town" in lookups["people"]
    assert "town" not in lookups["orders"]
    assert "person_id" in lookups["orders"]
    assert "person_id" not in lookups["people"]


def test_without_lists_nothing_moves() -> None:
    estate, _ = joined("SELECT note, email FROM orders JOIN people ON person_id = people.id")
    graph = estate.graph()
    assert placed(graph, Told()) is graph


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (Told(tables={"orders": (ORDERS,)}), {"orders": set(), "people": {"colour"}}),
        (LISTED, {"orders": {"colour"}, "people": set()}),
        (Told(tables={"people": (PEOPLE,)}), {"orders": {"colour"}, "people": set()}),
    ],
)
def test_a_column_that_no_list_has_goes_to_the_only_table_without_one(
    told: Told, wanted: dict[str, set[str]]
) -> None:
    estate = Estate()
    operation = estate.root(estate.service("shop"), "GET /orders")
    orders, people = (estate.table(f"public.{name}", "db.example") for name in ("orders", "people"))
    estate.reads(operation, orders, "colour").reads(operation, people)
    assert columns(placed(estate.graph(), told)) == wanted


def test_a_star_and_fields_within_a_column_stay() -> None:
    estate = Estate()
    operation = estate.root(estate.service("shop"), "GET /orders")
    orders, people = (estate.table(f"public.{name}", "db.example") for name in ("orders", "people"))
    estate.reads(operation, orders, "*", "note.email").reads(operation, people, "email")
    assert columns(placed(estate.graph(), LISTED)) == {"orders": {"*", "note.email"}, "people": {"email"}}


def test_tables_of_other_databases_and_other_operations_have_no_part_in_it() -> None:
    estate = Estate()
    service = estate.service("shop")
    one, two = estate.root(service, "GET /orders"), estate.root(service, "GET /people")
    orders = estate.table("public.orders", "db.example")
    estate.reads(one, orders, "email").reads(one, estate.table("public.people", "other.example"), "id")
    estate.reads(two, estate.table("public.people", "db.example"), "id")
    graph = estate.graph()
    assert placed(graph, LISTED).relations == graph.relations


def test_what_a_trace_reached_and_gave_away_is_set_right_as_well() -> None:
    estate = Estate()
    operation = estate.root(estate.service("shop"), "GET /orders")
    orders, people = (estate.table(f"public.{name}", "db.example") for name in ("orders", "people"))
    estate.flow(operation, "reaches", orders, reads=["note", "email"], writes=[])
    estate.flow(operation, "reaches", people, reads=["id"], writes=[])
    pairs: list[Json] = [{"table": orders, "columns": ["email"]}, {"table": people, "columns": ["id"]}]
    estate.flow(operation, "discloses", estate.host("mail.example"), together=pairs)
    graph = placed(estate.graph(), LISTED)
    reached = {
        str(each.target): texts(each.attributes["reads"])
        for each in graph.relations
        if each.verb == "reaches"
    }
    assert reached == {orders: ("note",), people: ("email", "id")}
    [given] = [each for each in graph.relations if each.verb == "discloses"]
    assert together(given.attributes["together"]) == ((orders, ()), (people, ("email", "id")))
