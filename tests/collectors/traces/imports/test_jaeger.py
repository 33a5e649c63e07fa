"""What instrumentations of OpenTracing's time say in their own words."""

from __future__ import annotations

from tests.support.trace_documents import jaeger_span, told

FRONT = jaeger_span("1", "", "server", "front", "GET /people", http_method="GET", http_url="/people")


def test_a_store_is_known_by_its_name_and_the_peers_tags() -> None:
    query = jaeger_span(
        "2", "1", "client", "front", "query", sql_query="select mail from people", peer_service="mysql"
    )
    call = jaeger_span("3", "1", "client", "front", "get", peer_hostname="stock.internal", peer_port="8080")
    trace = {"traceID": FRONT["traceID"], "spans": [FRONT, query, call], "processes": {}}
    assert told({"data": [trace]}, "reads", "sends_to") == [
        "front/GET /people reads table://environment:prod/mysql/mysql:3306//people columns=mail",
        "front/GET /people sends_to prod/stock.internal",
    ]


def test_one_trace_that_is_no_list_is_read_as_well() -> None:
    assert told({"data": {"spans": [FRONT], "traceID": FRONT["traceID"]}}) == ["front has front/GET /people"]
