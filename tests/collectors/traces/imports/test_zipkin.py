"""What Zipkin's own instrumentations leave to be understood: shared ids, stores and queues by their names."""

from __future__ import annotations

import pytest

from tests.support.trace_documents import told, zipkin_span

# A proxy reports the client's side only, so that the server's parent is in a third service.
EDGE = zipkin_span("1", "", "server", "edge", "get /cart")
PROXY = zipkin_span("2", "1", "client", "proxy", "get", remote="carts")
CARTS = zipkin_span("2", "1", "server", "carts", "get /cart")
STOCK_CALLED = zipkin_span("3", "2", "client", "carts", "get", remote="stock")
STOCK = zipkin_span("3", "2", "server", "stock", "get /stock")
INSIDE = zipkin_span("4", "2", "", "checks", "check")
BESIDE = zipkin_span("5", "2", "client", "proxy", "get", remote="limits")
LIMITS = zipkin_span("5", "2", "server", "limits", "get /limit")


@pytest.mark.parametrize("backwards", [False, True])
def test_the_parent_of_a_shared_id_is_the_clients(backwards: bool) -> None:
    spans = [EDGE, PROXY, CARTS, STOCK_CALLED, STOCK, INSIDE, BESIDE, LIMITS]
    assert told(spans[::-1] if backwards else spans, "calls", "answers_for") == [
        "carts/get /cart calls checks/check evidence=ancestor",
        "carts/get /cart calls stock/get /stock evidence=paired",
        "edge/get /cart calls proxy/get evidence=ancestor",
        "proxy/get calls carts/get /cart evidence=paired",
        "proxy/get calls limits/get /limit evidence=paired",
        "carts answers_for caller:proxy|host|carts",
        "limits answers_for caller:proxy|host|limits",
        "stock answers_for caller:carts|host|stock",
    ]


def test_a_server_without_a_name_has_its_clients() -> None:
    unnamed = {**STOCK, "name": ""}
    assert told([CARTS, STOCK_CALLED, unnamed], "calls") == [
        "carts/get /cart calls stock/get evidence=paired"
    ]


def test_a_call_to_cassandra_is_known_by_any_of_its_tags() -> None:
    spans = [EDGE, zipkin_span("2", "1", "client", "edge", "batch-statement", "people", cassandra_rack="1d")]
    (line,) = told(spans, "reads", "writes", "sends_to")
    assert line.split()[2:4] == ["reads", "table://environment:prod/cassandra/people:9042//*"]


def test_a_server_whose_client_is_not_there_belongs_to_its_parent() -> None:
    assert told([EDGE, CARTS], "calls") == ["edge/get /cart calls carts/get /cart evidence=ancestor"]


@pytest.mark.parametrize(
    ("remote", "tags", "target"),
    [
        ("mysql", {}, "table://environment:prod/mysql/mysql:3306//*"),
        ("memcache", {}, "table://environment:prod/memcached/memcache:11211//*"),
        (
            "mysql-shop",
            {"sql_query": "select email from people"},
            "table://environment:prod/mysql/mysql-shop:3306/shop/people",
        ),
    ],
)
def test_a_store_is_known_by_what_it_is_called(remote: str, tags: dict[str, str], target: str) -> None:
    spans = [EDGE, zipkin_span("2", "1", "client", "edge", "query", remote, **tags)]
    (line,) = told(spans, "reads", "sends_to")
    assert line.split()[2:4] == ["reads", target]


@pytest.mark.parametrize("remote", ["redis-manager", "mysqladmin", "people"])
def test_a_service_is_no_store_for_its_name(remote: str) -> None:
    spans = [EDGE, zipkin_span("2", "1", "client", "edge", "get", remote)]
    assert told(spans, "reads", "sends_to") == [f"edge/get /cart sends_to prod/{remote}"]


def test_a_store_that_is_asked_over_http_is_a_host() -> None:
    spans = [EDGE, zipkin_span("2", "1", "client", "edge", "get", "elasticsearch", http_method="GET")]
    assert told(spans, "reads", "sends_to") == ["edge/get /cart sends_to prod/elasticsearch"]


def test_queues_of_rabbitmq_are_named_by_springs_tags() -> None:
    spans = [
        EDGE,
        {**zipkin_span("2", "1", "producer", "edge", "publish", "rabbitmq"), "tags": {
            "deployment.environment": "prod", "rabbit.exchange": "", "rabbit.routing_key": "mails"}},
        zipkin_span("3", "2", "consumer", "mailer", "next-message", "rabbitmq", rabbit_queue="mails"),
    ]  # fmt: skip
    assert told(spans, "publishes_to", "consumed_by") == [
        "edge/get /cart publishes_to topic://prod/rabbitmq/rabbitmq/mails evidence=topic",
        "topic://prod/rabbitmq/rabbitmq/mails consumed_by mailer/process mails evidence=paired",
    ]


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        ("set carts", "writes"),
        ("redis-HSET", "writes"),
        ("get_multi carts", "reads"),
        ("fetch carts", "reads"),
    ],
)
def test_a_call_to_a_store_writes_if_it_is_called_so(name: str, verb: str) -> None:
    spans = [EDGE, zipkin_span("2", "1", "client", "edge", name, "redis")]
    assert told(spans, "reads", "writes") == [
        f"edge/get /cart {verb} table://environment:prod/redis/redis:6379//*"
    ]
