"""Where data crosses from one jurisdiction into another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from collectors.model import Alias
from config import vocabulary
from daemon.analysis import borders
from daemon.values.path import Border, Direction, Hop
from tests.support.graphs import ACCOUNT, EU, US, Estate

OUT = Border("EU/EEA", "US", EU, US)
IN = Border("US", "EU/EEA", US, EU)


def judge(estate: Estate, direction: Direction, *hops: tuple[str, str, str]) -> tuple[Border, ...]:
    """The borders, whatever they mean."""
    return tuple(replace(each, severity="", words="") for each in weigh(estate, direction, *hops))


def weigh(
    estate: Estate, direction: Direction, *hops: tuple[str, str, str], own: Sequence[Own] = ()
) -> tuple[Border, ...]:
    transfer = borders.transfers(vocabulary.border, own, vocabulary.country_of)
    places = borders.Places(estate.graph(), vocabulary.jurisdiction, transfer)
    return borders.judge(places, [Hop(*hop) for hop in hops], direction)


@dataclass(frozen=True)
class Own:
    name: str
    data_from: tuple[str, ...] = ("*",)
    data_to: tuple[str, ...] = ("*",)
    severity: str = "high"
    exceptions: tuple[str, ...] = ()


def reader(region: str, database_region: str) -> tuple[Estate, str, str]:
    """An operation in one region and a table in another."""
    estate = Estate()
    operation = estate.root(estate.service("checkout", estate.workload("checkout", region)), "GET /orders")
    estate.database("orders-db", database_region)
    return (
        estate,
        operation,
        estate.table("public.customers", f"orders-db.c1.{database_region}.rds.amazonaws.com"),
    )


@pytest.mark.parametrize("direction", [Direction.READS, Direction.WRITES])
@pytest.mark.parametrize(("workload", "database", "expected"), [(EU, US, OUT), (US, EU, IN)])
def test_a_border_goes_from_who_reaches_to_what_is_reached(
    workload: str, database: str, direction: Direction, expected: Border
) -> None:
    estate, operation, table = reader(workload, database)
    assert judge(estate, direction, (operation, direction, table)) == (expected,)


def test_regions_of_one_jurisdiction_have_no_border() -> None:
    estate, operation, table = reader(EU, "eu-west-1")
    assert judge(estate, Direction.READS, (operation, "reads", table)) == ()


def test_what_is_not_known_makes_no_border() -> None:
    estate, operation, _ = reader(EU, US)
    elsewhere = estate.table("public.customers", "db.shop.example")
    assert judge(estate, Direction.READS, (operation, "reads", elsewhere)) == ()
    nobody = estate.root(estate.service("nobody"), "GET /")
    table = estate.table("public.customers", f"orders-db.c1.{US}.rds.amazonaws.com")
    assert judge(estate, Direction.READS, (nobody, "reads", table)) == ()


def test_what_has_no_known_place_is_named() -> None:
    estate, operation, table = reader(EU, EU)
    nobody = estate.root(estate.service("nobody"), "GET /")
    elsewhere = estate.table("public.customers", "db.shop.example")
    topic = estate.topic("orders")
    places = borders.Places(estate.graph(), vocabulary.jurisdiction)
    route = [Hop(nobody, "calls", operation), Hop(operation, "reads", elsewhere)]
    assert borders.unplaced(places, route, Direction.READS) == ("service://prod//nobody", elsewhere)
    route = [Hop(nobody, "calls", operation), Hop(operation, "publishes_to", topic)]
    assert borders.unplaced(places, route, Direction.PUBLISHES) == (topic,)
    assert borders.unplaced(places, [Hop(operation, "reads", table)], Direction.READS) == ()


def test_a_name_tells_the_region_of_a_database_that_is_not_listed() -> None:
    estate, operation, _ = reader(EU, EU)
    table = estate.table("public.profiles", f"unlisted.c1.{US}.rds.amazonaws.com")
    assert judge(estate, Direction.READS, (operation, "reads", table)) == (OUT,)


def test_a_record_tells_the_region_of_a_database_that_is_not_listed() -> None:
    estate, operation, _ = reader(EU, EU)
    estate.record("db.shop.example", "public|host|main.shop.example")
    estate.record("main.shop.example", f"public|host|unlisted.c1.{US}.rds.amazonaws.com")
    table = estate.table("public.profiles", "db.shop.example")
    assert judge(estate, Direction.READS, (operation, "reads", table)) == (OUT,)


def test_a_namespace_tells_the_region_of_a_table_that_is_not_listed() -> None:
    estate, operation, _ = reader(EU, EU)
    table = estate.table("profiles", system="dynamodb")
    estate.relate(table, "stored_in", Alias(f"aws:{ACCOUNT}:{US}", "table", "profiles"))
    assert judge(estate, Direction.READS, (operation, "reads", table)) == (OUT,)


def test_the_inventory_knows_better_than_the_span_where_a_service_runs() -> None:
    estate, _, table = reader(EU, US)
    moved = estate.root(estate.service("moved", estate.workload("moved", EU), region=US), "GET /")
    spoken = estate.root(estate.service("spoken", region=EU), "GET /")
    assert judge(estate, Direction.READS, (moved, "reads", table)) == (OUT,)
    assert judge(estate, Direction.READS, (spoken, "reads", table)) == (OUT,)


def test_every_data_edge_is_judged() -> None:
    estate, far, table = reader(US, US)
    near = estate.root(estate.service("web", estate.workload("web", EU)), "GET /")
    hops = ((near, "calls", far), (far, "reads", table))
    assert judge(estate, Direction.READS, *hops) == (OUT,)
    assert judge(estate, Direction.WRITES, *hops) == (OUT,)


def test_nothing_flows_back_over_a_topic() -> None:
    estate, far, table = reader(US, US)
    near = estate.root(estate.service("web", estate.workload("web", EU)), "GET /")
    topic = estate.topic("orders")
    estate.relate(topic, "located_at", estate.resource("aws.sqs.queue", "orders", region=EU))
    hops = ((near, "publishes_to", topic), (topic, "consumed_by", far), (far, "reads", table))
    assert judge(estate, Direction.READS, *hops) == ()
    assert judge(estate, Direction.WRITES, *hops) == (OUT,)


def test_a_service_in_two_regions_is_judged_in_both() -> None:
    estate, _, table = reader(EU, EU)
    both = estate.service("both")
    for region in (EU, US):
        estate.relate(both, "runs_on", estate.workload("both", region), rank=1)
    assert judge(estate, Direction.READS, (estate.root(both, "GET /"), "reads", table)) == (IN,)


def test_only_the_last_hop_to_a_third_party_is_judged() -> None:
    estate, far, _ = reader(US, US)
    near = estate.root(estate.service("web", estate.workload("web", EU)), "GET /")
    host = estate.host(f"x.{EU}.amazonaws.com")
    hops = ((near, "calls", far), (far, "sends_to", host))
    assert judge(estate, Direction.SENDS, *hops) == (IN,)


def test_a_store_is_known_if_it_is_one() -> None:
    estate, _, table = reader(EU, US)
    graph = estate.graph()
    assert borders.Places(graph, vocabulary.jurisdiction).store(table).endswith("instance/orders-db")
    estate.relate(table, "stored_in", estate.database("replica"))
    assert borders.Places(estate.graph(), vocabulary.jurisdiction).store(table) == ""


@pytest.mark.parametrize(
    ("workload", "database", "direction", "severity", "words"),
    [
        (US, EU, Direction.READS, "high", "leaves the EU/EEA for the US"),
        (EU, US, Direction.READS, "high", "personal data of an EU/EEA application is in the US"),
        (EU, US, Direction.WRITES, "high", "leaves the EU/EEA for the US"),
        (US, EU, Direction.WRITES, "medium", "crosses a border"),
        ("eu-west-2", EU, Direction.READS, "medium", "leaves the EU/EEA for a country with an adequacy"),
        (EU, "eu-west-2", Direction.READS, "medium", "leaves the UK for a country"),
        (US, "eu-west-2", Direction.READS, "high", "leaves the UK"),
        ("eu-west-2", US, Direction.READS, "high", "personal data of a UK application is outside the UK"),
        (US, "ap-northeast-1", Direction.READS, "medium", "crosses a border"),
        (US, "cn-north-1", Direction.READS, "high", "leaves China"),
        ("ap-northeast-1", "cn-north-1", Direction.WRITES, "high", "goes to a jurisdiction with wide"),
    ],
)
def test_a_border_matters_by_the_way_of_the_data_or_by_where_it_is_for_who_reads_it(
    workload: str, database: str, direction: Direction, severity: str, words: str
) -> None:
    estate, operation, table = reader(workload, database)
    (found,) = weigh(estate, direction, (operation, direction, table))
    assert found.words.startswith(words)
    assert found.severity == severity
    assert (found.origin_region, found.destination_region) == (workload, database)


def test_what_a_service_elsewhere_reads_for_its_caller_is_data_of_the_caller() -> None:
    estate, far, table = reader(US, US)
    near = estate.root(estate.service("web", estate.workload("web", EU)), "GET /")
    (found,) = weigh(estate, Direction.READS, (near, "calls", far), (far, "reads", table))
    assert (found.origin, found.destination, found.severity) == ("EU/EEA", "US", "high")
    assert found.words.startswith("personal data of an EU/EEA application is in the US")


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (Own("stays in Germany", ("DE",)), [("IE", "DE", "high", "stays in Germany")]),
        (Own("stays here", ("eu-central-1",), ("*",), "low"), [("IE", "eu-central-1", "low", "stays here")]),
        (Own("not to Ireland", ("*",), ("IE",)), [("IE", "DE", "high", "not to Ireland")]),
        (Own("the other way too", ("IE",), ("DE",)), [("IE", "DE", "high", "the other way too")]),
        (Own("not this way", ("DE",), ("FR",)), []),
        (Own("but for these", ("DE",), ("*",), "high", ("service://*", "operation://prod//check*")), []),
    ],
)
def test_own_borders_may_lie_within_a_jurisdiction(own: Own, expected: list[tuple[str, ...]]) -> None:
    estate, operation, table = reader("eu-west-1", EU)
    found = weigh(estate, Direction.READS, (operation, "reads", table), own=[own])
    assert [(each.origin, each.destination, each.severity, each.words) for each in found] == expected


def test_own_borders_come_first_and_may_let_data_pass() -> None:
    estate, operation, table = reader(US, EU)
    hop = (operation, "reads", table)
    agreed = Own("contract of 2026", ("EU/EEA",), ("US",), "none")
    held = Own("held in the EU for the US", ("US",), ("EU/EEA",), "none")
    assert [each.severity for each in weigh(estate, Direction.READS, hop)] == ["high"]
    assert weigh(estate, Direction.READS, hop, own=[agreed]) == ()
    assert weigh(estate, Direction.READS, hop, own=[agreed, held]) == ()
    noted = replace(agreed, name="noted", severity="low")
    for own in ([noted, held, agreed], [noted]):
        assert [each.words for each in weigh(estate, Direction.READS, hop, own=own)] == ["noted"]
    assert weigh(estate, Direction.WRITES, hop, own=[agreed]) != ()


def test_an_own_border_is_asked_about_data_that_moves_and_about_data_at_rest() -> None:
    estate, operation, table = reader(EU, US)
    hop = (operation, "reads", table)
    both = [Own("kept in the US", ("EU/EEA",), ("US",), "none"), Own("read", ("US",), ("EU/EEA",), "none")]
    assert weigh(estate, Direction.READS, hop, own=both) == ()
    assert weigh(estate, Direction.READS, hop, own=both[:1]) == (), (
        "whoever lets the graver pass lets the lesser"
    )
    (told,) = weigh(estate, Direction.READS, hop, own=both[1:])
    assert told.severity == "high", "and not the other way round"
    back = Own("counted", ("US",), ("EU/EEA",), "low")
    assert [each.words for each in weigh(estate, Direction.READS, hop, own=[both[0], back])] == ["counted"]
    for exception in (operation, "service://nobody", table):
        rule = Own("nothing of ours in the US", ("EU/EEA",), ("US",), "medium", (exception,))
        (found,) = weigh(estate, Direction.READS, hop, own=[rule])
        excepted = exception in (operation, table)
        assert (found.severity, found.words) == (
            ("high", vocabulary.border("EU/EEA", "US").held)  # type: ignore[union-attr]  # it is one
            if excepted
            else ("medium", rule.name)
        )


def test_of_two_that_matter_as_much_the_operators_own_is_told() -> None:
    estate, operation, table = reader(EU, US)
    (found,) = weigh(
        estate, Direction.READS, (operation, "reads", table), own=[Own("ours", ("US",), ("*",), "high")]
    )
    assert found.words == "ours"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("api.stripe.com", [("US", "the seat of Stripe", "high")]),
        ("api.mollie.com", []),
        ("unheard.example", []),
    ],
)
def test_a_third_party_lies_where_its_seat_is(host: str, expected: list[tuple[str, ...]]) -> None:
    estate = Estate()
    operation = estate.root(estate.service("checkout", estate.workload("checkout", EU)), "POST /pay")
    found = weigh(estate, Direction.SENDS, (operation, "sends_to", f"host://public/{host}"))
    assert [(each.destination, each.destination_region, each.severity) for each in found] == expected
