"""Which data paths there are, by which route, how sure, and what is new about them."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.model import Relation
from daemon.analysis import paths
from daemon.values.drift import Action
from daemon.values.graph import Graph
from daemon.values.path import DataPath, Direction, Tier
from tests.support.graphs import EU, SEEN, US, Estate, find, route, told


def shop() -> tuple[Estate, str, str, str]:
    """checkout calls customers, which reads a table."""
    estate = Estate()
    checkout, customers = estate.service("checkout"), estate.service("customers")
    order = estate.root(checkout, "GET /orders/{id}")
    customer = estate.operation(customers, "GET /customers/{id}")
    table = estate.table("public.customers", f"orders-db.c1.{EU}.rds.amazonaws.com")
    estate.calls(order, customer)
    return estate, order, customer, table


def lines(estate: Estate) -> list[str]:
    return [told(path) for path in estate.paths()]


def edges(graph: Graph) -> set[tuple[str, str, str]]:
    return {(each.source, each.verb, str(each.target)) for each in graph.relations}


def test_a_path_goes_from_the_origin_by_calls_to_the_columns() -> None:
    estate, _order, customer, table = shop()
    estate.reads(customer, table, "email", "ssn", "created_at", lookups=["phone"])
    found = estate.paths()
    assert [told(path) for path in found] == [
        "GET /orders/{id} internal reads public.customers user.contact.email(email) possible",
        "GET /orders/{id} internal reads public.customers user.government_id(ssn) possible",
    ]
    assert route(found[0]) == "GET /orders/{id} > GET /customers/{id} > public.customers"
    assert [hop.evidence for hop in found[0].route] == ["paired", ""]
    assert (found[0].class_tier, found[0].class_reason) == ("strong", "the name says so")


def test_lookups_make_no_path() -> None:
    estate, _order, customer, table = shop()
    estate.reads(customer, table, "created_at", lookups=["email", "ssn"])
    assert estate.paths() == ()


def test_what_the_traces_of_the_origin_reach_is_observed() -> None:
    estate, order, customer, table = shop()
    estate.reads(customer, table, "email", "ssn")
    estate.flow(order, "reaches", table, reads=["email"])
    assert lines(estate) == [
        "GET /orders/{id} internal reads public.customers user.contact.email(email) observed",
        "GET /orders/{id} internal reads public.customers user.government_id(ssn) possible",
    ]


def test_an_observed_path_has_only_the_columns_that_were_seen_from_its_origin() -> None:
    estate, order, customer, table = shop()
    estate.reads(customer, table, "email", "backup_email")
    estate.flow(order, "reaches", table, reads=["email"])
    assert lines(estate) == [
        "GET /orders/{id} internal reads public.customers user.contact.email(email) observed"
    ]


def test_what_an_operation_itself_reads_is_observed() -> None:
    estate, order, _, table = shop()
    estate.reads(order, table, "email")
    assert lines(estate) == [
        "GET /orders/{id} internal reads public.customers user.contact.email(email) observed"
    ]


def test_a_shared_operation_proves_nothing_about_its_other_callers() -> None:
    estate = Estate()
    front, shared = estate.service("front"), estate.service("shared")
    one, two = estate.root(front, "GET /one"), estate.root(front, "GET /two")
    query = estate.operation(shared, "POST /query")
    first, second = estate.table("public.first"), estate.table("public.second")
    estate.calls(one, query).calls(two, query)
    estate.reads(query, first, "email").reads(query, second, "email")
    estate.flow(one, "reaches", first, reads=["email"]).flow(two, "reaches", second, reads=["email"])
    assert lines(estate) == [
        "GET /one internal reads public.first user.contact.email(email) observed",
        "GET /one internal reads public.second user.contact.email(email) possible",
        "GET /two internal reads public.first user.contact.email(email) possible",
        "GET /two internal reads public.second user.contact.email(email) observed",
    ]


def test_only_roots_begin_though_all_operations_above_reach_a_table() -> None:
    estate, order, customer, table = shop()
    estate.reads(customer, table, "email")
    for operation in (order, customer):
        estate.flow(operation, "reaches", table, reads=["email"])
    assert [path.identity.origin for path in estate.paths()] == [order]


def test_a_trace_proves_a_path_whose_hops_are_not_known() -> None:
    estate, order, _, table = shop()
    estate.flow(order, "reaches", table, reads=["email"])
    (path,) = estate.paths()
    assert path.tier is Tier.OBSERVED
    assert [(hop.verb, hop.target) for hop in path.route] == [("reaches", table)]


def test_reading_everything_may_read_what_other_statements_name() -> None:
    estate, order, customer, table = shop()
    estate.reads(customer, table, "*")
    assert estate.paths() == ()
    estate.writes(estate.root(estate.service("signup"), "POST /signup"), table, "email")
    assert lines(estate) == [
        "GET /orders/{id} internal reads public.customers user.contact.email(email) possible",
        "POST /signup internal writes public.customers user.contact.email(email) observed",
    ]
    estate.flow(order, "reaches", table, reads=["*"])
    assert lines(estate)[0].endswith("possible")


def test_the_shortest_route_is_the_witness_and_ties_go_by_urn() -> None:
    estate, order, _customer, table = shop()
    middle = estate.service("middle")
    for name in ("GET /b", "GET /a"):
        estate.calls(
            order, estate.operation(middle, name), estate.operation(estate.service("far"), "GET /far")
        )
    estate.reads(estate.operation(estate.service("far"), "GET /far"), table, "email")
    (path,) = estate.paths()
    assert route(path) == "GET /orders/{id} > GET /a > GET /far > public.customers"


def test_a_route_that_ends_at_an_observed_column_is_the_better_witness() -> None:
    estate, order, customer, table = shop()
    estate.reads(customer, table, "backup_email")
    deep = estate.operation(estate.service("deep"), "GET /deep")
    estate.calls(customer, deep).reads(deep, table, "email").flow(order, "reaches", table, reads=["email"])
    (path,) = estate.paths()
    assert route(path) == "GET /orders/{id} > GET /customers/{id} > GET /deep > public.customers"


def test_messages_lead_on_and_a_consumer_begins_a_path_of_its_own() -> None:
    estate, order, _, table = shop()
    topic = estate.topic("orders")
    consume = estate.operation(estate.service("mailer"), "process orders", "consumer")
    estate.flow(order, "publishes_to", topic).flow(topic, "consumed_by", consume)
    estate.reads(consume, table, "email")
    assert [told(path) for path in estate.paths()] == [
        "GET /orders/{id} internal reads public.customers user.contact.email(email) possible",
        "process orders internal reads public.customers user.contact.email(email) observed",
    ]


def test_a_loop_of_calls_hides_nothing() -> None:
    estate = Estate()
    one = estate.operation(estate.service("one"), "GET /one")
    two = estate.operation(estate.service("two"), "GET /two")
    table = estate.table("public.customers")
    estate.calls(one, two, one).reads(two, table, "email")
    assert lines(estate) == [
        "GET /one internal reads public.customers user.contact.email(email) possible",
        "GET /two internal reads public.customers user.contact.email(email) observed",
    ]
    assert "loop" in estate.paths()[0].exposure_evidence


def test_an_operation_that_calls_itself_has_no_caller() -> None:
    estate, _order, _customer, table = shop()
    walk = estate.operation(estate.service("tree"), "GET /walk")
    estate.calls(walk, walk).reads(walk, table, "email")
    (path,) = estate.paths()
    assert (path.identity.origin, path.exposure_evidence) == (walk, "it was seen without a caller")


def test_columns_that_no_operation_accounts_for_belong_to_the_service() -> None:
    estate, order, customer, table = shop()
    service = customer.replace("operation://", "service://").rpartition("/GET /")[0]
    estate.reads(customer, table, "email").reads(service, table, "email")
    assert [path.identity.origin for path in estate.paths()] == [order]
    estate.reads(service, table, "email", "ssn")
    unknown = [path for path in estate.paths() if path.identity.origin == service]
    assert [(path.columns, path.tier) for path in unknown] == [(("ssn",), Tier.POSSIBLE)]
    assert unknown[0].exposure_evidence == "the operation of the service is not known"


def test_a_third_party_gets_what_was_read_before_in_the_same_trace() -> None:
    estate, order, _, table = shop()
    host = estate.host("api.mailer.example")
    estate.reads(order, table, "email", "ssn").sends(order, host)
    estate.told(order, "discloses", host, table, "email")
    sent = [path for path in estate.paths() if path.identity.direction is Direction.SENDS]
    assert [told(path) for path in sent] == [
        (
            "GET /orders/{id} internal sends api.mailer.example"
            " user.contact.email(public.customers.email) observed"
        ),
        (
            "GET /orders/{id} internal sends api.mailer.example"
            " user.government_id(public.customers.ssn) possible"
        ),
    ]


def test_what_another_operation_discloses_is_possible_until_the_origin_reaches_it() -> None:
    estate, order, customer, table = shop()
    host = estate.host("api.mailer.example")
    estate.sends(customer, host).told(customer, "discloses", host, table, "email")
    assert [(path.tier, route(path)) for path in estate.paths()] == [
        (Tier.POSSIBLE, "GET /orders/{id} > GET /customers/{id} > api.mailer.example")
    ]
    estate.told(order, "reaches", host, table, "email")
    assert [path.tier for path in estate.paths()] == [Tier.OBSERVED]


def posted() -> tuple[Estate, str, str, str, str, str]:
    """An operation publishes to a topic, whose consumer sends to a third party."""
    estate, order, _, table = shop()
    topic, host = estate.topic("orders"), estate.host("api.mailer.example")
    letters = estate.service("letters")
    consumer = estate.operation(letters, "process orders", "consumer")
    estate.flow(order, "publishes_to", topic, evidence="topic")
    estate.flow(topic, "consumed_by", consumer, evidence="topic").sends(consumer, host)
    return estate, order, table, topic, consumer, host


def test_a_topic_gets_what_was_read_before_in_the_same_trace() -> None:
    estate, order, table, topic, *_ = posted()
    estate.reads(order, table, "email", "ssn").told(order, "discloses", topic, table, "email")
    published = [path for path in estate.paths() if path.identity.direction is Direction.PUBLISHES]
    assert [told(path) for path in published] == [
        "GET /orders/{id} internal publishes orders user.contact.email(public.customers.email) observed"
    ]
    assert [hop.flow for hop in published[0].route] == [(order, "publishes_to", topic)]


def test_what_another_operation_publishes_is_possible_until_the_origin_reaches_it() -> None:
    estate, order, customer, table = shop()
    topic = estate.topic("customers")
    estate.flow(customer, "publishes_to", topic).told(customer, "discloses", topic, table, "email")
    assert [(path.tier, route(path)) for path in estate.paths()] == [
        (Tier.POSSIBLE, "GET /orders/{id} > GET /customers/{id} > customers")
    ]
    estate.told(order, "reaches", topic, table, "email")
    assert [path.tier for path in estate.paths()] == [Tier.OBSERVED]


def test_what_was_put_into_a_topic_may_be_sent_on_by_its_consumer() -> None:
    estate, order, table, topic, consumer, host = posted()
    estate.told(order, "discloses", topic, table, "email")
    estate.told(order, "reaches", topic, table, "email")
    sent = {path.identity.origin: path for path in estate.paths() if path.identity.sink == host}
    assert [told(sent[origin]) for origin in (order, consumer)] == [
        (
            "GET /orders/{id} internal sends api.mailer.example"
            " user.contact.email(public.customers.email) possible"
        ),
        (
            "process orders internal sends api.mailer.example"
            " user.contact.email(public.customers.email) possible"
        ),
    ]
    assert route(sent[order]) == "GET /orders/{id} > orders > process orders > api.mailer.example"


def test_what_a_publishing_service_reads_elsewhere_is_not_in_its_messages() -> None:
    estate, order, table, _, consumer, _ = posted()
    estate.reads(order, table, "email")
    other = estate.operation("service://prod//checkout", "GET /profile")
    estate.reads(other, table, "phone")
    assert {path.identity.sink for path in estate.paths()} == {table}
    # A third party is another thing: what its caller's service reads may be given to it.
    estate.reads(consumer, table, "ssn")
    estate.sends(order, estate.host("api.other.example"))
    assert {
        (path.identity.sink.rpartition("/")[2], path.identity.data_class, path.tier)
        for path in estate.paths()
        if path.identity.direction in (Direction.SENDS, Direction.PUBLISHES)
    } == {
        ("api.mailer.example", "user.government_id", Tier.POSSIBLE),
        ("api.other.example", "user.contact.email", Tier.POSSIBLE),
        ("api.other.example", "user.contact.phone_number", Tier.POSSIBLE),
    }


def test_a_consumer_that_publishes_again_hands_on_what_it_received() -> None:
    estate, order, table, topic, consumer, _ = posted()
    further, other = estate.topic("letters"), estate.host("api.printer.example")
    printing = estate.operation(estate.service("printing"), "process letters", "consumer")
    estate.told(order, "discloses", topic, table, "email")
    estate.flow(consumer, "publishes_to", further).flow(further, "consumed_by", printing)
    # A loop of topics ends.
    estate.flow(printing, "publishes_to", topic).sends(printing, other)
    found = {(path.identity.origin, path.identity.sink): path for path in estate.paths()}
    assert found[order, topic].tier is Tier.OBSERVED
    assert found[order, further].tier is found[order, other].tier is Tier.POSSIBLE
    assert route(found[order, other]) == (
        "GET /orders/{id} > orders > process orders > letters > process letters > api.printer.example"
    )


def test_hosts_that_are_not_known_to_be_foreign_are_no_sink() -> None:
    estate, order, _, table = shop()
    for name, area in (
        ("api.shop.example", "public"),
        ("orders", "prod"),
        ("x.eu-west-1.amazonaws.com", "public"),
    ):
        host = estate.host(name, area)
        estate.sends(order, host).told(order, "discloses", host, table, "email")
    assert estate.paths() == ()


def test_a_service_stands_in_for_no_operation_that_is_known_to_send() -> None:
    estate = Estate()
    checkout = estate.service("checkout")
    order = estate.root(checkout, "GET /orders/{id}")
    host, table = estate.host("api.mailer.example"), estate.table("public.customers")
    estate.reads(order, table, "email").sends(order, host)
    estate.sends(checkout, host)
    assert {path.identity.origin for path in estate.paths()} == {order}


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("auth", "GET /check", True),
        ("accounts-api", "GET /check", True),
        ("storefront", "POST /login", True),
        ("storefront", "POST /signIn", True),
        ("storefront", "GET /orders", False),
        ("author-service", "GET /books", False),
    ],
)
def test_credentials_belong_to_who_owns_identity(service: str, operation: str, expected: bool) -> None:
    estate = Estate()
    begin = estate.root(estate.service(service), operation)
    estate.reads(begin, estate.table("public.logins"), "password_hash", "email")
    found = {path.identity.data_class: path.expected for path in estate.paths()}
    assert found == {"user.authorization.password": expected, "user.contact.email": False}


@pytest.mark.parametrize(("first", "second"), [("auth", "reports"), ("reports", "auth")])
def test_credentials_are_unexpected_as_soon_as_another_service_reads_them_too(
    first: str, second: str
) -> None:
    estate = Estate()
    begin = estate.root(estate.service(first), "GET /check")
    other = estate.operation(estate.service(second), "GET /report")
    table = estate.table("public.logins")
    estate.calls(begin, other).reads(begin, table, "password_hash").reads(other, table, "password_hash")
    assert [path.expected for path in estate.paths()] == [False]


def test_store_and_borders_stand_on_the_path() -> None:
    estate, _order, customer, table = shop()
    database = estate.database("orders-db")
    estate.reads(customer, table, "email")
    service = "service://prod//customers"
    estate.relate(service, "runs_on", estate.workload("customers", US), rank=1)
    (path,) = estate.paths()
    assert path.store == database
    assert [(each.origin, each.destination) for each in path.borders] == [("US", "EU/EEA")]


# what became of them


def test_a_new_path_names_the_first_hop_that_is_new() -> None:
    estate, _order, customer, table = shop()
    before = edges(estate.graph())
    estate.reads(customer, table, "email", "ssn")
    (change,) = paths.compare((), estate.paths(), before, seen={(customer, "reads", table): SEEN})
    assert change.action is Action.ADDED
    assert [path.identity.data_class for path in change.paths] == ["user.contact.email", "user.government_id"]
    assert change.new_hop is not None
    assert (change.new_hop.source, change.new_hop.verb) == (customer, "reads")
    assert change.first_seen is not None
    assert change.first_seen.timestamp() == SEEN.first
    assert change.why == "GET /customers/{id} reads public.customers was not known before"


def test_a_new_class_on_known_hops_is_a_new_path_by_its_reading_hop() -> None:
    estate, _order, customer, table = shop()
    estate.reads(customer, table, "email")
    before, known = estate.paths(), edges(estate.graph())
    estate.reads(customer, table, "ssn")
    (change,) = paths.compare(before, estate.paths(), known)
    assert [path.identity.data_class for path in change.paths] == ["user.government_id"]
    assert change.new_hop is not None
    assert (change.new_hop.source, change.new_hop.target) == (customer, table)
    assert change.why == "every hop was known before; reading ssn was not"


def test_an_altered_path_tells_its_fields() -> None:
    estate, order, customer, table = shop()
    estate.reads(customer, table, "email")
    before, known = estate.paths(), edges(estate.graph())
    estate.reads(customer, table, "backup_email").calls(
        order, estate.operation(estate.service("a"), "GET /a")
    )
    estate.flow(order, "reaches", table, reads=["email", "backup_email"])
    (change,) = paths.compare(before, estate.paths(), known)
    assert change.action is Action.ALTERED
    assert [(each.path, each.before, each.after) for each in change.fields] == [
        ("tier", "possible", "observed"),
        ("columns", ["email"], ["backup_email", "email"]),
    ]
    assert change.why == "the same path, with tier possible -> observed, other columns"


def test_a_path_that_is_no_longer_there_is_gone() -> None:
    estate, _order, customer, table = shop()
    estate.reads(customer, table, "email")
    (change,) = paths.compare(estate.paths(), (), ())
    assert (change.action, change.new_hop) == (Action.REMOVED, None)


def test_nothing_became_of_equal_paths() -> None:
    estate, _order, customer, table = shop()
    estate.reads(customer, table, "email")
    assert paths.compare(estate.paths(), estate.paths(), ()) == ()


def test_a_store_that_became_known_is_no_alteration_and_another_store_is() -> None:
    estate, _order, customer, table = shop()
    estate.reads(customer, table, "email")
    estate.relate("service://prod//customers", "runs_on", estate.workload("customers", US), rank=1)
    (path,) = estate.paths()
    known = replace(path, store=estate.database("orders-db"))
    assert paths.compare((replace(path, borders=()),), (known,), ()) == ()
    (change,) = paths.compare((known,), (replace(path, store="arn:other"),), ())
    assert [each.path for each in change.fields] == ["store"]


def test_new_comes_before_gone_and_the_internet_before_the_rest() -> None:
    estate, _order, customer, table = shop()
    estate.reads(customer, table, "email")
    gone = estate.paths()
    later, *_ = shop()
    later.reads(later.root(later.service("a"), "GET /a"), table, "email")
    later.reads(later.root(later.service("z"), "GET /z", public_caller=True), table, "email")
    found = paths.compare(gone, later.paths(), ())
    assert [(each.action, each.paths[0].exposure) for each in found] == [
        (Action.ADDED, "internet"),
        (Action.ADDED, "internal"),
        (Action.REMOVED, "internal"),
    ]


def test_ids_are_stable_and_differ_by_what_happened() -> None:
    estate, _order, customer, table = shop()
    estate.reads(customer, table, "email")
    found = estate.paths()
    added, removed = paths.compare((), found, ()), paths.compare(found, (), ())
    assert added[0].id == paths.compare((), found, edges(estate.graph()))[0].id
    assert len({added[0].id, removed[0].id}) == 2
    assert all(len(each.id) == 8 and int(each.id, 16) >= 0 for each in (*added, *removed))


# over random estates

_OPERATIONS = 8
_TABLES = 3
_COLUMNS = ("email", "ssn", "*", "created_at")
_EDGES = st.tuples(
    st.sampled_from(["calls", "reads", "writes", "reaches"]),
    st.integers(0, _OPERATIONS - 1),
    st.integers(0, _OPERATIONS - 1),
    st.sampled_from(_COLUMNS),
)


def _random(found: list[tuple[str, int, int, str]], roots: int) -> Graph:
    estate = Estate()
    operations = [
        estate.operation(estate.service(f"s{number % 3}"), f"GET /{number}", root=number < roots)
        for number in range(_OPERATIONS)
    ]
    tables = [estate.table(f"public.t{number}") for number in range(_TABLES)]
    for verb, source, target, column in found:
        if verb == "calls":
            estate.calls(operations[source], operations[target])
        elif verb == "reaches":
            estate.flow(operations[source], "reaches", tables[target % _TABLES], reads=[column])
        else:
            estate.flow(operations[source], verb, tables[target % _TABLES], columns=[column], lookups=[])
    return Graph(estate.resources, tuple(estate.relations))


def _reached(found: tuple[DataPath, ...]) -> set[tuple[str, Direction, str]]:
    return {(each.identity.sink, each.identity.direction, each.identity.data_class) for each in found}


@settings(max_examples=150, deadline=None)
@given(st.lists(_EDGES, max_size=25), st.integers(0, 4), st.randoms(use_true_random=False))
def test_order_says_nothing(
    found: list[tuple[str, int, int, str]], roots: int, chance: random.Random
) -> None:
    graph = _random(found, roots)
    relations = list(graph.relations)
    chance.shuffle(relations)
    resources = list(graph.resources.items())
    chance.shuffle(resources)
    assert find(Graph(dict(resources), tuple(relations))) == find(graph)


@settings(max_examples=200, deadline=None)
@given(st.lists(_EDGES, max_size=20), _EDGES, st.integers(0, 4))
def test_one_more_edge_loses_nothing(
    found: list[tuple[str, int, int, str]], more: tuple[str, int, int, str], roots: int
) -> None:
    before, after = find(_random(found, roots)), find(_random([*found, more], roots))
    assert _reached(before) <= _reached(after)
    rooted = {f"/{number}" for number in range(roots)}
    lasting = {each.identity for each in before if each.identity.origin.rpartition("GET ")[2] in rooted}
    assert lasting <= {each.identity for each in after}


@settings(max_examples=150, deadline=None)
@given(st.lists(_EDGES, max_size=25), st.integers(0, 4))
def test_routes_hold_together_and_observed_is_never_composed(
    found: list[tuple[str, int, int, str]], roots: int
) -> None:
    graph = _random(found, roots)
    known = edges(graph)
    for path in find(graph):
        assert path.route[0].source == path.identity.origin
        assert path.route[-1].target == path.identity.sink
        assert all(one.target == two.source for one, two in zip(path.route, path.route[1:], strict=False))
        assert {(hop.source, hop.verb, hop.target) for hop in path.route} <= known
        if path.tier is Tier.OBSERVED:
            proofs = [
                each
                for each in graph.relations
                if each.source == path.identity.origin and each.target == path.identity.sink
            ]
            assert any(_names(each, path) for each in proofs)


def _names(relation: Relation, path: DataPath) -> bool:
    key = path.identity.direction if relation.verb == "reaches" else "columns"
    columns = relation.attributes.get(key)
    verbs = {"reaches", path.identity.direction}
    return relation.verb in verbs and isinstance(columns, list) and bool(set(columns) & set(path.columns))
