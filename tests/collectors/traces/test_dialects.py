"""What instrumentations of many languages say in words of their own is understood like the conventions."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.traces import Value, answer, lines, proto_span, read, resource_spans


def told(kind: str, name: str, attributes: Mapping[str, Value], *verbs: str) -> list[str]:
    """What a service does below its entry by one span, or by one that begins an operation."""
    begins = kind in {"server", "consumer"}
    span = proto_span("b", kind, name, parent="" if begins else "a", attributes=attributes)
    entry = [] if begins else [proto_span("a", "server", "GET /")]
    return lines(answer(read(resource_spans("shop", [*entry, span]))), *verbs)


RABBIT: dict[str, Value] = {"messaging.system": "rabbitmq", "server.address": "broker"}


@pytest.mark.parametrize(
    ("attributes", "topic"),
    [
        (
            {
                "messaging.destination.name": "<default>",
                "messaging.rabbitmq.destination.routing_key": "mails",
            },
            "mails",
        ),
        ({"messaging.destination": "", "messaging.rabbitmq.routing_key": "mails"}, "mails"),
        ({"messaging.destination": "letters", "messaging.rabbitmq.routing_key": "de.berlin"}, "letters"),
    ],
)
def test_the_default_exchange_is_no_topic_but_its_key_is(attributes: dict[str, Value], topic: str) -> None:
    assert told("producer", "send", {**RABBIT, **attributes}, "publishes_to") == [
        f"shop/GET / publishes_to topic://prod/rabbitmq/broker/{topic} evidence=topic"
    ]


def test_who_receives_may_name_a_source() -> None:
    source: dict[str, Value] = {"messaging.system": "kafka", "messaging.source.name": "orders"}
    assert told("consumer", "orders receive", source, "consumed_by") == [
        "topic://prod/kafka//orders consumed_by shop/process orders evidence=topic"
    ]


@pytest.mark.parametrize("name", ["celery.task_name", "messaging.sidekiq.job_class"])
def test_jobs_of_one_queue_are_operations_of_their_own(name: str) -> None:
    job: dict[str, Value] = {
        "messaging.destination": "default",
        name: "mails.send",
        "net.peer.name": "worker@one",
    }
    (line,) = told("consumer", "run/mails.send", job, "consumed_by")
    assert line.endswith("/default consumed_by shop/process mails.send evidence=topic")


def test_a_worker_of_celery_is_no_broker() -> None:
    job: dict[str, Value] = {"messaging.destination": "mails", "celery.task_name": "send"}
    spans = read(
        resource_spans(
            "shop",
            [proto_span("a", "server", "GET /"), proto_span("b", "producer", "apply", "a", attributes=job)],
        ),
        *(
            resource_spans(
                "jobs",
                [
                    proto_span(
                        f"c{at}", "consumer", parent="b", attributes={**job, "net.peer.name": f"celery@{at}"}
                    )
                ],
            )
            for at in range(2)
        ),
    )
    assert lines(answer(spans), "publishes_to", "consumed_by") == [
        "shop/GET / publishes_to topic://prod/celery//mails evidence=topic",
        "topic://prod/celery//mails consumed_by jobs/process send evidence=paired",
    ]


@pytest.mark.parametrize(
    "name", ["pg-pool.connect", "redis-connect", "HikariDataSource.getConnection", "connection"]
)
def test_who_only_connects_reads_nothing(name: str) -> None:
    asked: dict[str, Value] = {"db.system": "postgresql", "net.peer.name": "pg"}
    assert told("client", name, asked, "reads", "writes", "sends_to") == []
    assert told("client", "pg.query", asked, "reads") != []


@pytest.mark.parametrize("server", ["tcp:sql.internal,1433", "sql.internal,1433", "sql.internal:1433"])
def test_a_port_may_follow_a_comma(server: str) -> None:
    asked: dict[str, Value] = {"db.system": "mssql", "db.name": "Shop", "peer.service": server}
    asked["db.statement"] = "SELECT a FROM t"
    assert told("client", "Shop", asked, "reads") == [
        "shop/GET / reads table://environment:prod/mssql/sql.internal:1433/Shop/dbo.t columns=a"
    ]


@pytest.mark.parametrize(
    ("stated", "route"),
    [
        (r"^orders/(?P<pk>\d+)/$", "/orders/{pk}/"),
        (r"api/^orders/(?P<year>[0-9]{4})/(?P<slug>[\w-]+)/?$", "/api/orders/{year}/{slug}/"),
        (r"^media/(.*)$", "/media/{id}"),
        ("/people/:id(.:format)", "/people/{id}"),
        ("/people/:id?/mails", "/people/{id}/mails"),
        ("/people/:id?who=ann", "/people/{id}"),
    ],
)
def test_routes_are_the_same_whatever_the_framework(stated: str, route: str) -> None:
    served: dict[str, Value] = {"http.method": "GET", "http.route": stated}
    assert told("server", "GET", served, "has") == [f"shop has shop/GET {route}"]


@pytest.mark.parametrize("name", ["jdbc.query[0]", "r2dbc.query[0]"])
def test_a_statement_of_an_observed_data_source_is_read(name: str) -> None:
    asked: dict[str, Value] = {name: "select email from people", "peer.service": "crm"}
    (line,) = told("client", "query", asked, "reads")
    assert line.endswith("people columns=email")


@pytest.mark.parametrize(
    ("attributes", "host"),
    [
        (
            {"openinference.span.kind": "LLM", "llm.provider": "openai", "llm.model_name": "m"},
            "api.openai.com models=m",
        ),
        ({"llm.system": "mistralai"}, "api.mistral.ai"),
        ({"gen_ai.system": "openai.chat", "gen_ai.request.model": "m"}, "api.openai.com models=m"),
        ({"gen_ai.system": "google.generative-ai"}, "generativelanguage.googleapis.com"),
    ],
)
def test_models_are_called_at_their_providers(attributes: dict[str, Value], host: str) -> None:
    assert told("internal", "chat", attributes, "sends_to") == [f"shop/GET / sends_to public/{host}"]


@pytest.mark.parametrize("provider", ["azure.ai.openai", "aws.bedrock", "vertexai", "openai-like", ""])
def test_a_model_in_ones_own_account_is_at_no_public_place(provider: str) -> None:
    assert told("internal", "chat", {"gen_ai.system": provider}, "sends_to") == []


@pytest.mark.parametrize(
    ("address", "public"),
    [("::ffff:203.0.113.9", False), ("::ffff:52.94.10.94", True), ("::FFFF:10.0.0.5", False)],
)
def test_an_address_for_both_families_is_the_one_it_stands_for(address: str, public: bool) -> None:
    served: dict[str, Value] = {"http.method": "GET", "http.route": "/", "net.peer.ip": address}
    merged = answer(read(resource_spans("shop", [proto_span("a", "server", attributes=served)])))
    (operation,) = (one for one in merged.resources if one.type == "operation")
    assert operation.attributes.get("public_caller", False) is public


def test_a_host_is_the_same_for_both_families() -> None:
    called: dict[str, Value] = {"net.sock.peer.addr": "::ffff:10.0.0.5", "net.peer.port": 80}
    assert told("client", "GET", called, "sends_to") == ["shop/GET / sends_to prod/10.0.0.5"]


def test_the_address_that_all_functions_share_is_none_of_them() -> None:
    invoke: dict[str, Value] = {"rpc.system": "aws-api", "server.address": "lambda.eu-west-1.amazonaws.com"}
    spans = read(
        resource_spans(
            "shop",
            [
                proto_span("a", "server", "GET /"),
                proto_span("b", "client", "Lambda.Invoke", "a", attributes=invoke),
            ],
        ),
        resource_spans("mailer", [proto_span("c", "server", "mailer", parent="b")]),
    )
    assert lines(answer(spans), "calls", "answers_for") == ["shop/GET / calls mailer/mailer evidence=paired"]


@pytest.mark.parametrize(
    ("operation", "verb"),
    [
        ("ReadItem", "reads"),
        ("findAndModify", "writes"),
        ("QueryItems", "reads"),
        ("GetSet", "writes"),
        ("upsert", "writes"),
    ],
)
def test_the_name_of_an_operation_tells_whether_it_reads(operation: str, verb: str) -> None:
    asked: dict[str, Value] = {"db.system": "cosmosdb", "db.operation": operation, "server.address": "cosmos"}
    assert told("client", "x", asked, "reads", "writes") == [
        f"shop/GET / {verb} table://environment:prod/cosmosdb/cosmos//*"
    ]


def test_a_store_of_dapr_is_no_database_of_sql() -> None:
    asked: dict[str, Value] = {
        "db.system": "state",
        "db.name": "carts",
        "db.statement": "GET /v1.0/state/carts",
    }
    assert told("client", "x", asked, "reads") == [
        "shop/GET / reads table://service:prod::shop/state//carts/*"
    ]


def test_a_topic_may_be_named_by_its_arn() -> None:
    sent: dict[str, Value] = {
        "messaging.system": "aws.sns",
        "messaging.destination.name": "arn:aws:sns:eu-west-1:123456789012:mails",
    }
    assert told("producer", "publish", sent, "publishes_to", "located_at") == [
        "shop/GET / publishes_to topic://prod/aws_sns//mails evidence=topic",
        "topic://prod/aws_sns//mails located_at arn:aws:sns:eu-west-1:123456789012:mails",
    ]
