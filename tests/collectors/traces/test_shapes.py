"""What spans of one shape say: old and new names alike, names without values, caps."""

from __future__ import annotations

import pytest

from collectors.traces import shapes
from collectors.traces.conventions import CONVENTIONS
from tests.support.traces import Value, answer, facts, lines, proto_span, read, resource_spans

OLD_DATABASE: dict[str, Value] = {
    "db.system": "postgresql",
    "db.name": "shop",
    "db.statement": "SELECT email FROM customers WHERE id = 7",
    "net.peer.name": "db.example.com",
    "net.peer.port": 5432,
}
NEW_DATABASE: dict[str, Value] = {
    "db.system.name": "postgresql",
    "db.namespace": "shop|public",
    "db.query.text": "SELECT email FROM customers WHERE id = $1",
    "server.address": "db.example.com",
}
OLD_CLIENT: dict[str, Value] = {
    "http.method": "POST",
    "http.url": "https://user:pass@api.mailer.example/send?to=a@b.example",
}
NEW_CLIENT: dict[str, Value] = {
    "http.request.method": "POST",
    "url.full": "https://api.mailer.example/send?to=c@d.example",
    "server.address": "api.mailer.example",
    "server.port": 443,
}
OLD_SERVER: dict[str, Value] = {
    "http.method": "GET",
    "http.route": "/orders/<int:id>",
    "http.target": "/orders/7?q=1",
    "net.peer.ip": "8.8.8.8",
}
NEW_SERVER: dict[str, Value] = {
    "http.request.method": "GET",
    "http.route": "/orders/{id}",
    "url.path": "/orders/7",
    "client.address": "8.8.4.4",
}
OLD_TOPIC: dict[str, Value] = {"messaging.system": "AmazonSQS", "messaging.destination": "jobs"}
NEW_TOPIC: dict[str, Value] = {"messaging.system": "aws_sqs", "messaging.destination.name": "jobs"}


def told(
    server: dict[str, Value],
    database: dict[str, Value],
    client: dict[str, Value],
    topic: dict[str, Value],
    environment: str,
) -> list[tuple[object, ...]]:
    spans = [
        proto_span("s", "server", "GET", attributes=server),
        proto_span("d", "client", "SELECT", parent="s", attributes=database),
        proto_span("c", "client", "POST", parent="s", at=1, attributes=client),
        proto_span("p", "producer", "send", parent="s", at=1, attributes=topic),
    ]
    part = resource_spans("shop", spans)
    part.resource.attributes[1].key = environment
    said = [(fact.source, fact.verb, fact.target, fact.detail) for fact in facts(read(part))]
    return [each for each in said if CONVENTIONS not in each[3]]


OLD = (OLD_SERVER, OLD_DATABASE, OLD_CLIENT, OLD_TOPIC, "deployment.environment")
NEW = (NEW_SERVER, NEW_DATABASE, NEW_CLIENT, NEW_TOPIC, "deployment.environment.name")
BOTH = (*({**old, **new} for old, new in zip(OLD[:4], NEW[:4], strict=True)), "deployment.environment.name")


@pytest.mark.parametrize("names", [OLD, BOTH])
def test_an_upgrade_of_conventions_changes_no_fact(
    names: tuple[dict[str, Value], dict[str, Value], dict[str, Value], dict[str, Value], str],
) -> None:
    assert told(*names) == told(*NEW)


@pytest.mark.parametrize(
    ("kind", "name", "attributes", "expected"),
    [
        ("server", "GET", {"http.method": "GET", "http.route": "/a/:id/b"}, "GET /a/{id}/b"),
        (
            "server",
            "GET",
            {"http.method": "GET", "http.target": "/users/42/cards/4111111111111111?pin=1"},
            "GET /users/{id}/cards/{id}",
        ),
        (
            "server",
            "GET",
            {"http.method": "GET", "http.url": "http://h/users/jane@example.com?x=1#y"},
            "GET /users/{id}",
        ),
        ("server", "GET", {"http.method": "BREW", "url.path": "/v1/pots"}, "_OTHER /v1/pots"),
        (
            "server",
            "GET",
            {"http.method": "GET", "url.path": "/wp-login.php", "http.status_code": 404},
            "GET {no route}",
        ),
        ("server", "GET /orders/5b8efff798038103d269b633813fc60c", {}, "GET /orders/{id}"),
        (
            "server",
            "x",
            {"rpc.system": "grpc", "rpc.service": "shop.Cart", "rpc.method": "Get"},
            "shop.Cart/Get",
        ),
        ("server", "x", {"rpc.system.name": "grpc", "rpc.method": "shop.Cart/Get"}, "shop.Cart/Get"),
        (
            "consumer",
            "orders process",
            {
                "messaging.system": "kafka",
                "messaging.destination.name": "orders",
                "messaging.operation": "process",
            },
            "process orders",
        ),
        (
            "internal",
            "nightly run for jane@example.com since 2026-01-01",
            {},
            "nightly run for {id} since {id}",
        ),
        ("client", "SELECT * FROM users WHERE mail = 'jane@example.com'", {"db.system": "mysql"}, "SELECT"),
        ("internal", "", {}, "unnamed"),
    ],
)
def test_an_operations_name_holds_no_value(
    kind: str, name: str, attributes: dict[str, Value], expected: str
) -> None:
    merged = answer(read(resource_spans("s", [proto_span("a", kind, name or " ", attributes=attributes)])))
    assert [one.name for one in merged.resources if one.type == "operation"] == [expected]


def test_a_public_caller_is_noted_without_its_address() -> None:
    merged = answer(
        read(resource_spans("s", [proto_span("a", "server", attributes={"client.address": "8.8.8.8"})]))
    )
    [operation] = [one for one in merged.resources if one.type == "operation"]
    assert operation.attributes == {"kind": "server", "public_caller": True, "root": True}
    merged = answer(
        read(resource_spans("s", [proto_span("a", "server", attributes={"client.address": "10.1.1.1"})]))
    )
    [operation] = [one for one in merged.resources if one.type == "operation"]
    assert operation.attributes == {"kind": "server", "root": True}


CLOUD = {"cloud.account.id": "111122223333", "cloud.region": "eu-central-1"}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"faas.name": "pay"}, ["public|arn|arn:aws:lambda:eu-central-1:111122223333:function:pay"]),
        (
            {
                "cloud.resource_id": "arn:aws:lambda:eu-central-1:111122223333:function:pay:live",
                "faas.name": "pay",
            },
            ["public|arn|arn:aws:lambda:eu-central-1:111122223333:function:pay"],
        ),
        (
            {
                "aws.ecs.task.arn": "arn:aws:ecs:eu-central-1:111122223333:task/main/0123456789abcdef",
                "aws.ecs.task.family": "checkout",
                "cloud.resource_id": "arn:aws:ecs:eu-central-1:111122223333:container/main/x/y",
                "host.id": "i-0123456789abcdef0",
            },
            ["public|ecs-family|111122223333/eu-central-1/main/checkout"],
        ),
        (
            {"host.id": "i-0123456789abcdef0"},
            ["public|arn|arn:aws:ec2:eu-central-1:111122223333:instance/i-0123456789abcdef0"],
        ),
        (
            {"k8s.cluster.name": "blue", "k8s.namespace.name": "shop", "k8s.deployment.name": "cart"},
            ["k8s://blue/shop/deployment/cart"],
        ),
        (
            {
                "cloud.provider": "azure",
                "cloud.resource_id": (
                    "/subscriptions/A0/resourceGroups/Shop/providers/Microsoft.App/containerApps/Cart/"
                ),
                "faas.name": "cart",
                "host.id": "0D1E",
            },
            [
                "public|resource|/subscriptions/a0/resourcegroups/shop/providers/microsoft.app/containerapps/cart"
            ],
        ),
        ({"cloud.provider": "azure", "host.id": "0D1E"}, ["public|machine|0d1e"]),
        (
            {"container.image.repo_digests": ["r/cart@sha256:" + "ab" * 32]},
            ["public|image|sha256:" + "ab" * 32],
        ),
    ],
)
def test_what_runs_a_service_is_named_strongest_first(
    resource: dict[str, Value], expected: list[str]
) -> None:
    merged = answer(read(resource_spans("s", [proto_span("a", "server")], {**CLOUD, **resource})))
    found = sorted(
        (one for one in merged.relations if one.verb == "runs_on"),
        key=lambda one: str(one.attributes["rank"]),
    )
    assert [str(one.target) for one in found] == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (
            {
                "rpc.system": "aws-api",
                "rpc.service": "DynamoDB",
                "rpc.method": "GetItem",
                "aws.dynamodb.table_names": ["orders"],
                "aws.dynamodb.attributes_to_get": ["email"],
            },
            ["s/a reads table://aws:111122223333:eu-central-1/dynamodb///orders columns=email"],
        ),
        (
            {
                "rpc.service": "S3",
                "rpc.method": "PutObject",
                "aws.s3.bucket": "invoices",
                "server.address": "s3.amazonaws.com",
            },
            ["s/a writes table://public/s3///invoices"],
        ),
        (
            {
                "rpc.method": "SendMessage",
                "messaging.system": "aws_sqs",
                "aws.sqs.queue.url": "https://sqs.eu-central-1.amazonaws.com/111122223333/jobs",
                "messaging.operation.type": "send",
            },
            ["s/a publishes_to topic://prod/aws_sqs//jobs evidence=topic"],
        ),
        (
            {
                "messaging.operation.type": "receive",
                "messaging.system": "aws_sqs",
                "aws.sqs.queue.url": "https://sqs.eu-central-1.amazonaws.com/111122223333/jobs",
            },
            ["topic://prod/aws_sqs//jobs consumed_by s/a evidence=topic"],
        ),
        (
            {
                "db.system": "redis",
                "db.statement": "SET user:42 jane@example.com",
                "db.operation": "SET",
                "net.peer.name": "127.0.0.1",
            },
            ["s/a writes table://service:prod::s/redis/localhost:6379//user:{id}"],
        ),
        (
            {"db.system": "sqlite", "db.statement": "insert into visits (at) values (1)"},
            ["s/a writes table://service:prod::s/sqlite///visits columns=at"],
        ),
        (
            {
                "db.system": "mongodb",
                "db.mongodb.collection": "people",
                "db.operation": "find",
                "db.name": "crm",
                "server.address": "m.internal",
            },
            ["s/a reads table://environment:prod/mongodb/m.internal:27017/crm/people"],
        ),
    ],
)
def test_stores_and_queues_are_told_apart(attributes: dict[str, Value], expected: list[str]) -> None:
    spans = [proto_span("a", "server"), proto_span("b", "client", parent="a", attributes=attributes)]
    merged = answer(read(resource_spans("s", spans, CLOUD)))
    assert lines(merged, "reads", "writes", "publishes_to", "consumed_by", "sends_to") == expected


def test_private_names_are_looked_up_in_the_callers_networks_and_public_ones_everywhere() -> None:
    def located(host: str) -> list[str]:
        spans = read(resource_spans("s", [proto_span("a", "client", attributes={"server.address": host})]))
        return [str(one.target) for one in answer(spans).relations if one.verb == "located_at"]

    assert located("orders") == ["caller:service://prod//s|host|orders"]
    assert located("orders.shop.svc.cluster.local") == [
        "caller:service://prod//s|host|orders.shop.svc.cluster.local"
    ]
    assert located("10.0.0.7") == ["caller:service://prod//s|address|10.0.0.7"]
    assert located("API.Mailer.Example.") == ["public|host|api.mailer.example"]
    assert located("8.8.8.8") == ["public|address|8.8.8.8"]


def test_a_topic_of_one_broker_is_one_topic_though_consumers_do_not_name_it() -> None:
    topic: dict[str, Value] = {"messaging.system": "kafka", "messaging.destination.name": "t"}
    spans = read(
        resource_spans("a", [proto_span("p", "producer", attributes={**topic, "server.address": "kafka-1"})]),
        resource_spans("b", [proto_span("c", "consumer", attributes=topic)]),
    )
    assert lines(answer(spans), "publishes_to", "consumed_by") == [
        "a/p publishes_to topic://prod/kafka/kafka-1/t evidence=topic",
        "topic://prod/kafka/kafka-1/t consumed_by b/process t evidence=topic",
    ]


def test_names_without_end_overflow_into_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "OPERATIONS_PER_SERVICE", 3)
    monkeypatch.setattr(shapes, "DESTINATIONS_PER_SERVICE", 2)
    spans = [proto_span(f"s{word}", "server", word) for word in ("one", "two", "three", "four", "five")]
    spans += [
        proto_span(f"c{n}", "client", parent="sone", attributes={"server.address": f"h{n}.example.com"})
        for n in range(5)
    ]
    merged = answer(read(resource_spans("s", spans)))
    assert [one.name for one in merged.resources if one.type == "operation"] == [
        "one",
        "overflow",
        "three",
        "two",
    ]
    assert [one.urn for one in merged.resources if one.type == "host"] == [
        "host://prod/overflow",
        "host://public/h0.example.com",
        "host://public/h1.example.com",
    ]


def test_a_service_without_a_name_or_environment_has_documented_ones() -> None:
    part = resource_spans("s", [proto_span("a", "server")])
    part.resource.ClearField("attributes")
    assert [one.urn for one in answer(read(part), "default").resources if one.type == "service"] == [
        "service://default//unknown_service"
    ]
