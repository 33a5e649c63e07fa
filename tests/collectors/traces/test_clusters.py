"""Services of one name in several clusters are several; naming a cluster makes no service another one."""

from __future__ import annotations

from collections.abc import Mapping

from collectors.traces.merging import Merged
from collectors.traces.spans import Span
from collectors.traces.templates import WORDS
from tests.support.traces import Value, answer, lines, proto_span, read, resource_spans

BLUE, GREEN = {"k8s.cluster.name": "blue"}, {"k8s.cluster.name": "green"}
DATABASE = {
    "db.system.name": "postgresql",
    "db.namespace": "shop",
    "db.query.text": "SELECT email FROM customers",
}


def cart(
    at: float, cluster: Mapping[str, Value], database: str = "db.example.com", trace: str = ""
) -> list[Span]:
    """A request to `cart` that reads a table."""
    trace = trace or f"t{at}"
    return read(
        resource_spans(
            "cart",
            [
                proto_span(
                    "s",
                    "server",
                    trace=trace,
                    at=at,
                    attributes={"http.request.method": "GET", "http.route": "/cart"},
                ),
                proto_span(
                    "q",
                    "client",
                    parent="s",
                    trace=trace,
                    at=at,
                    attributes={**DATABASE, "server.address": database},
                ),
            ],
            cluster,
        )
    )


def services(merged: Merged) -> dict[str, object]:
    return {
        one.urn.removeprefix("service://prod//"): one.attributes.get("cluster")
        for one in merged.resources
        if one.type == "service"
    }


def tables(merged: Merged) -> list[str]:
    return [
        line.replace("table://public/postgresql/", "").split(" columns")[0] for line in lines(merged, "reads")
    ]


def test_services_of_two_clusters_are_two_and_the_first_one_keeps_the_name() -> None:
    spans = [*cart(2, GREEN, "green.example.com"), *cart(1, BLUE, "blue.example.com")]
    merged = answer(spans)
    assert services(merged) == {"cart": "blue", "cart@green": "green"}
    assert tables(merged) == [
        "cart/GET /cart reads blue.example.com:5432/shop/public.customers",
        "cart@green/GET /cart reads green.example.com:5432/shop/public.customers",
    ]
    assert "operation://prod//cart@green/GET /cart" in {one.urn for one in merged.resources}
    assert lines(merged, "has") == ["cart has cart/GET /cart", "cart@green has cart@green/GET /cart"]


def test_the_name_stays_whatever_cluster_comes_later() -> None:
    spans = [*cart(5, BLUE), *cart(6, {"k8s.cluster.name": "amber"}), *cart(7, {}), *cart(8, GREEN)]
    assert services(answer(spans)) == {"cart": "blue", "cart@amber": "amber", "cart@green": "green"}


def test_a_fleet_of_which_one_cluster_names_itself_is_one_and_naming_it_is_no_drift() -> None:
    unnamed = answer([*cart(1, {}), *cart(2, {})])
    named = answer([*cart(1, {}), *cart(2, BLUE)])
    assert services(named) == {"cart": "blue"}
    assert [one.urn for one in named.resources] == [one.urn for one in unnamed.resources]
    assert lines(named) == lines(unnamed)
    assert [one.seen for one in named.relations] == [one.seen for one in unnamed.relations]


def test_a_cluster_is_the_same_by_its_uid_and_by_its_name() -> None:
    uid, both = {"k8s.cluster.uid": "0b1c"}, {"k8s.cluster.uid": "0b1c", "k8s.cluster.name": "blue"}
    assert services(answer([*cart(1, uid), *cart(2, both), *cart(3, {})])) == {"cart": "blue"}
    assert services(answer([*cart(1, uid), *cart(2, both), *cart(3, GREEN)])) == {
        "cart": "blue",
        "cart@green": "green",
    }
    assert services(answer([*cart(1, uid), *cart(2, {"k8s.cluster.uid": "77"})])) == {
        "cart": "0b1c",
        "cart@77": "77",
    }


def test_a_trace_of_which_a_part_was_not_given_its_cluster_is_that_of_one_service() -> None:
    """The Collector adds the cluster once it knows it: some spans of a process go without."""
    whole, bare = cart(1, BLUE), cart(1, {})
    expected = lines(answer(whole))
    assert lines(answer([whole[0], bare[1]])) == expected
    assert lines(answer([bare[0], whole[1]])) == expected
    assert lines(answer([bare[1], whole[0]])) == expected


def test_a_call_from_one_cluster_to_the_same_service_in_the_other_joins_two_services() -> None:
    calls: dict[str, Value] = {"server.address": "cart.green.example.com", "server.port": 80}
    route: dict[str, Value] = {"http.request.method": "GET", "http.route": "/cart"}
    merged = answer(
        [
            *read(
                resource_spans(
                    "cart",
                    [
                        proto_span("s", "server", attributes=route),
                        proto_span("c", "client", parent="s", attributes=calls),
                    ],
                    BLUE,
                )
            ),
            *read(
                resource_spans(
                    "cart", [proto_span("t", "server", parent="c", at=0.01, attributes=route)], GREEN
                )
            ),
        ]
    )
    assert "cart/GET /cart calls cart@green/GET /cart evidence=paired" in lines(merged, "calls")


def test_what_was_learned_of_paths_holds_whether_the_cluster_is_named_or_not() -> None:
    def asked(number: int, cluster: Mapping[str, Value]) -> list[Span]:
        word = "".join("abcdefghij"[int(digit)] for digit in str(number))
        attributes: dict[str, Value] = {"http.request.method": "GET", "url.path": f"/people/word{word}"}
        span = proto_span("s", "server", trace=f"t{number}", attributes=attributes)
        return read(resource_spans("cart", [span], cluster))

    unnamed = [span for number in range(WORDS) for span in asked(number, {})]
    later = [span for number in range(WORDS, WORDS + 9) for span in asked(number, BLUE)]
    assert len(lines(answer([*unnamed, *later]), "has")) == WORDS + 1


def test_an_at_sign_in_a_name_says_nothing_of_a_cluster() -> None:
    spans = read(
        resource_spans("cart@home", [proto_span("s", "server", "GET /")]),
        resource_spans("cart", [proto_span("r", "server", "GET /")]),
    )
    assert services(answer(spans)) == {"cart": None, "cart@home": None}
