"""A table for each day is one table; nothing else is."""

from __future__ import annotations

import pytest

from collectors.traces.shards import family
from collectors.traces.sql import parse
from tests.support.traces import answer, lines, proto_span, read, resource_spans


@pytest.mark.parametrize(
    ("table", "one"),
    [
        ("events_20261101", "events_*"),
        ("events_*", "events_*"),
        ("events_2026*", "events_*"),
        ("events_202611*", "events_*"),
        ("events_intraday_20261101", "events_intraday_*"),
        ("orders$20261101", "orders"),
        ("orders$__NULL__", "orders"),
        ("events_20261101$20261101", "events_*"),
        ("events_20261399", "events_20261399"),
        ("events_1234567", "events_1234567"),
        ("events20261101", "events20261101"),
        ("customers_2026", "customers_2026"),
        ("_20261101", "_20261101"),
        ("*", "*"),
        ("", ""),
    ],
)
def test_a_date_behind_an_underscore_makes_a_family(table: str, one: str) -> None:
    assert family(table) == one


@pytest.mark.parametrize(
    "text",
    [
        "SELECT email FROM `shop.web.users_20261101`",
        "SELECT email FROM shop.web.users_20261101",
        "SELECT email FROM `shop.web.users_*` WHERE _TABLE_SUFFIX BETWEEN '20261101' AND '20261130'",
        "SELECT u.email FROM `shop`.`web`.`users_202611*` AS u WHERE u._TABLE_SUFFIX = '01'",
        "SELECT a.email FROM `shop.web.users_20261101` a, `shop.web.users_20261102` b",
    ],
)
def test_statements_of_bigquery_name_the_family(text: str) -> None:
    [use] = parse(text, "bigquery").tables
    assert (use.schema, use.table, use.columns, use.lookups) == ("shop.web", "users_*", ("email",), ())


def test_elsewhere_a_date_is_a_part_of_the_name() -> None:
    assert [use.table for use in parse("SELECT a FROM t_202611", "postgresql").tables] == ["t_202611"]


def test_tables_of_two_days_are_one_flow() -> None:
    spans = [
        proto_span(
            f"c{day}",
            "client",
            parent="s",
            attributes={
                "db.system.name": "gcp.bigquery",
                "server.address": "bigquery.googleapis.com",
                **more,
            },
        )
        for day, more in enumerate(
            (
                {"db.query.text": "SELECT email FROM web.users_20261101"},
                {"db.query.text": "SELECT phone FROM `web.users_*`"},
                {"db.collection.name": "web.users_20261103", "db.operation.name": "select"},
            )
        )
    ]
    root = proto_span("s", "server", attributes={"http.request.method": "GET", "http.route": "/x"})
    [line] = lines(answer(read(resource_spans("shop", [root, *spans]))), "reads")
    assert line.startswith("shop/GET /x reads table://public/")
    assert line.endswith("web.users_* columns=email,phone")
