"""Standing paths and coverage, as tables."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from daemon.report import wording
from daemon.report.coverage import render_coverage, render_coverage_json
from daemon.report.json import render_paths_json
from daemon.report.paths import render_paths
from daemon.values.path import Direction, Hop
from tests.support import drifts
from tests.support.golden import Golden

INSIDE = replace(
    drifts.new_path(),
    id="5e6f7081",
    paths=(drifts.path(drifts.SIGNUP, direction=Direction.WRITES, exposure="internal"),),
)
NOW = drifts.AFTER.time


def test_paths_from_the_internet_come_first(golden: Golden) -> None:
    golden.check("paths.txt", render_paths((INSIDE, drifts.new_path(), drifts.border_path()), now=NOW))


def test_of_many_paths_the_gravest_are_listed_and_all_are_summed_up() -> None:
    inside = [replace(INSIDE, id=f"{number:08x}") for number in range(30)]
    told = render_paths((drifts.border_path(), drifts.new_path(), *inside), now=NOW, limit=2)
    lines = [line.strip() for line in told.splitlines()]
    assert sum(line.startswith("*") and "[" in line for line in lines) == 2
    assert lines[-3:] == [
        "the gravest 2 are listed: `--limit` lists more",
        "32 paths to personal data: 2 from the internet, 30 from inside",
        "`driftline explain ID` says what supports one",
    ]
    assert any(line.startswith("* --class") and "user.contact.email (" in line for line in lines)
    assert any(line.startswith("* --border") and "->" in line for line in lines)
    assert "--limit" not in render_paths(inside, now=NOW, limit=30)
    read = json.loads(render_paths_json(inside[:2], 28))
    assert (len(read["data"]), read["more"]) == (2, 28)


def test_no_paths_are_said_to_be_none() -> None:
    assert render_paths((), now=NOW) == "no paths to personal data\n"


def test_new_paths_are_marked_as_in_a_report() -> None:
    assert "\n  ! GET /orders/{id} (internet)" in render_paths((drifts.new_path(),), now=NOW, new=True)


def test_what_goes_into_a_topic_is_said_with_its_tables() -> None:
    topic = "topic://prod/kafka/mq:9092/signups"
    given = drifts.path(
        drifts.SIGNUP,
        topic,
        Direction.PUBLISHES,
        route=(Hop(drifts.SIGNUP, "publishes_to", topic, "paired"),),
        columns=("public.customers.email",),
        store="",
    )
    assert wording.route((given,)) == (
        "POST /signup (internet) -> accounts -> publishes to topic signups(public.customers.email)"
    )
    assert wording.hop(given.route[0], given.columns) == (
        "accounts publishes to signups(public.customers.email)"
    )


def test_coverage_says_what_was_not_observed_and_why(golden: Golden) -> None:
    drift = drifts.full()
    golden.check("coverage.txt", render_coverage(drift.after, drift.sight, drift.gaps))
    read = json.loads(render_coverage_json(drift.after, drift.sight, drift.gaps))
    assert read["kind"] == "coverage"
    assert [gap["why"] for gap in read["data"]["gaps"]] == ["throttled", "denied", "unreachable"]


@pytest.mark.parametrize(
    ("urn", "name"),
    [
        ("operation://prod//checkout/GET /orders/{id}", "GET /orders/{id}"),
        ("service://prod/shop/checkout", "checkout"),
        (drifts.CUSTOMERS, "public.customers"),
        ("table://environment:prod/postgresql/db:5432//a/b", "a/b"),
        ("topic://prod/kafka/mq:9092/signups", "signups"),
        ("host://public/api.mailer.example", "api.mailer.example"),
        (drifts.ORDERS_DB, "orders-db"),
        ("arn:aws:dynamodb:eu-west-1:111122223333:table/orders", "orders"),
        ("public|host|db.example", "db.example"),
        ("something else", "something else"),
        ("operation://broken", "operation://broken"),
    ],
)
def test_a_urn_is_said_by_its_name(urn: str, name: str) -> None:
    assert wording.name(urn) == name


@pytest.mark.parametrize(
    ("hop", "words"),
    [
        (Hop(drifts.ORDERS, "reads", drifts.CUSTOMERS), "checkout reads public.customers.ssn"),
        (Hop(drifts.ORDERS, "sends_to", drifts.MAILER), "checkout sends to api.mailer.example(ssn)"),
        (
            Hop(drifts.ORDERS, "calls", "operation://prod//profile/GET /profiles"),
            "checkout calls profile GET /profiles",
        ),
        (
            Hop("topic://prod/kafka/mq:9092/signups", "consumed_by", "operation://prod//letters/process"),
            "signups consumed by letters process",
        ),
    ],
)
def test_a_hop_is_said_in_words(hop: Hop, words: str) -> None:
    assert wording.hop(hop, ("ssn",)) == words
