from __future__ import annotations

from dataclasses import replace

from collectors.model import Relation, Resource, Role, Scope
from daemon.analysis.standing import standing
from daemon.values.graph import Binding, Bound, Graph
from daemon.values.path import Border, DataPath, Direction, Hop, PathIdentity, Sight, Tier

AWS = Scope("aws", "111122223333", "eu-west-1")
DEMO = Scope("traces", "demo")
ORDERS = "operation://demo//checkout/GET /orders"
TABLE = "table://environment:demo/postgresql/db:5432/shop/public.customers"
HOST = "host://public/api.mailer.example"
SIGHT = Sight(2, 2)


def path(
    origin: str = ORDERS, data_class: str = "user.contact.email", exposure: str = "internet"
) -> DataPath:
    return DataPath(
        PathIdentity(origin, TABLE, Direction.READS, data_class),
        exposure,
        "load balancer web faces the internet" if exposure == "internet" else "",
        Tier.OBSERVED,
        (Hop(origin, "reads", TABLE, "paired"),),
        ("email",),
        "strong",
        "column name email",
    )


def graph(
    *resources: Resource, relations: tuple[Relation, ...] = (), bindings: tuple[Binding, ...] = ()
) -> Graph:
    return Graph({one.urn: one for one in resources}, relations, {one.alias: one for one in bindings})


def test_paths_from_the_internet_come_first_and_say_nothing_of_newness() -> None:
    job = path("operation://demo//jobs/nightly", exposure="internal")
    possible = replace(path("operation://demo//checkout/GET /a"), tier=Tier.POSSIBLE)
    told = standing([job, possible, path(), path(data_class="user.government_id")], graph(), SIGHT)
    assert [line.paths[0].identity.origin for line in told.paths] == [
        ORDERS,
        "operation://demo//checkout/GET /a",
    ]
    assert [len(line.paths) for line in told.paths] == [2, 1]
    assert all(line.new_hop is None and line.why == "" for line in told.paths)


def test_borders_stand_whatever_the_exposure() -> None:
    crossing = replace(
        path("operation://demo//jobs/nightly", exposure="internal"),
        borders=(Border("EU", "US", "eu-central-1", "us-east-1"),),
    )
    inside = path("operation://demo//jobs/weekly", exposure="internal")
    told = standing([crossing, path(), inside], graph(), SIGHT)
    assert [line.paths for line in told.borders] == [(crossing,)]
    assert told.inside == 1  # and is only counted


def test_the_gravest_border_comes_first_within_its_exposure() -> None:
    def crossing(name: str, severity: str, exposure: str = "internet") -> DataPath:
        border = Border("EU", "US", "eu-central-1", "us-east-1", severity)
        return replace(path(f"operation://demo//{name}", exposure=exposure), borders=(border,))

    told = standing(
        [
            path("operation://demo//a"),
            crossing("b", "low"),
            crossing("c", "high"),
            crossing("d", "high", "internal"),
        ],
        graph(),
        SIGHT,
    )
    assert [line.paths[0].identity.origin[-1] for line in told.paths] == ["c", "b", "a"]
    assert [line.paths[0].identity.origin[-1] for line in told.borders] == ["c", "b", "d"]


def test_expected_credentials_are_no_news() -> None:
    assert standing([replace(path(), expected=True)], graph(), SIGHT).paths == ()


def test_a_third_party_is_told_with_its_purpose_and_who_sends() -> None:
    host = Resource(HOST, "host", "api.mailer.example", DEMO, Role.HOST)
    sends = tuple(
        Relation(f"operation://demo//{service}/POST /x", "sends_to", HOST)
        for service in ("checkout", "accounts")
    )
    unknown = Relation(ORDERS, "sends_to", "host://demo/db")
    alias = "public|host|api.mailer.example"
    known = graph(host, relations=(*sends, unknown), bindings=(Binding(alias, Bound.THIRD_PARTY),))
    assert standing([], known, SIGHT, category={"api.mailer.example": "mail"}.get).third_parties == (
        "api.mailer.example (mail): accounts, checkout",
    )
    unresolved = graph(host, relations=sends, bindings=(Binding(alias, Bound.UNRESOLVED),))
    assert standing([], unresolved, SIGHT).third_parties == ()


def test_blind_areas_are_a_sentence_each() -> None:
    functions = [
        Resource(
            f"arn:aws:lambda:eu-west-1:1:function:f{n}", "aws.lambda.function", f"f{n}", AWS, Role.WORKLOAD
        )
        for n in range(7)
    ]
    store = Resource("arn:aws:rds:eu-west-1:1:db:dark", "aws.rds.instance", "dark", AWS, Role.DATA_STORE)
    lit = replace(store, urn="arn:aws:rds:eu-west-1:1:db:lit", name="lit")
    stored = Relation(TABLE, "stored_in", lit.urn)
    told = standing(
        [],
        graph(*functions, store, lit, relations=(stored,)),
        Sight(7, 0, tuple(one.urn for one in functions), ("service://demo//accounts",), (TABLE,)),
    )
    assert told.blind == (
        "7 running workloads without spans: f0, f1, f2, f3, f4 and 2 more",
        "1 service with database calls but no statement: accounts",
        "1 table read whole, columns unknown: public.customers",
        "1 data store of which no table was seen, data unknown: dark",
    )
    assert told.resources == {"aws.lambda.function": 7, "aws.rds.instance": 2}


def test_an_estate_that_is_wholly_seen_has_no_blind_area() -> None:
    assert standing([], graph(), SIGHT).blind == ()
