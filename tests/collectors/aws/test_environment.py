from __future__ import annotations

import pytest

from collectors.aws.environment import tongue
from collectors.mentions import mentions

WORDS = {"account": "111122223333", "region": "eu-west-1", "partition": "aws"}
URN = "arn:aws:lambda:eu-west-1:111122223333:function:f"


def led_to(name: str, value: str, namespaces: tuple[str, ...] = ("vpc:vpc-1",)) -> list[str]:
    return sorted(str(each.target) for each in mentions(URN, {name: [value]}, tongue(WORDS), namespaces))


@pytest.mark.parametrize(
    ("name", "value", "targets"),
    [
        (
            "DATABASE_URL",
            "postgresql://u:p@db.example.com:5432/x?sslmode=require",
            ["public|host|db.example.com"],
        ),
        ("SPRING_URL", "jdbc:mysql://db.example.com/x?user=u&password=p", ["public|host|db.example.com"]),
        (
            "X",
            "mongodb://u:p@a.example.com:27017,b.example.com:27017/x",
            ["public|host|a.example.com", "public|host|b.example.com"],
        ),
        ("X", "Server=db.example.com;Database=x;User Id=u;Password=p", ["public|host|db.example.com"]),
        ("X", "host=db.example.com port=5432 user=u password=p", ["public|host|db.example.com"]),
        (
            "BOOTSTRAP_SERVERS",
            "b-1.k.example.com:9092, b-2.k.example.com:9092",
            ["public|host|b-1.k.example.com", "public|host|b-2.k.example.com"],
        ),
        (
            "REDIS",
            "cache.abc.0001.euw1.cache.amazonaws.com",
            ["public|host|cache.abc.0001.euw1.cache.amazonaws.com"],
        ),
        ("API", "https://API.Partner.example/v1/x?key=s3cr3t", ["public|host|api.partner.example"]),
        ("DB_HOST", "db", ["vpc:vpc-1|host|db"]),
        ("DB_HOST", "10.0.0.5", ["vpc:vpc-1|address|10.0.0.5"]),
        ("PEER", "http://[2001:db8::1]:8080/", ["vpc:vpc-1|address|2001:db8::1"]),
        ("DB_HOST", "orders.service.local", ["vpc:vpc-1|host|orders.service.local"]),
        ("DB_HOST", "localhost", []),
        ("DB_URL", "postgresql://127.0.0.1:5432/x", []),
        ("METADATA", "http://169.254.169.254/latest", []),
        ("ORDERS_BUCKET", "shop-orders", ["public|bucket|shop-orders"]),
        ("BUCKET_SECRET_KEY", "abcdefgh", []),
        ("TABLE_NAME", "orders", ["aws:111122223333:eu-west-1|table|orders"]),
        (
            "QUEUE_URL",
            "https://sqs.eu-west-1.amazonaws.com/111122223333/orders",
            ["public|queue|https://sqs.eu-west-1.amazonaws.com/111122223333/orders"],
        ),
        ("QUEUE", "orders", ["arn:aws:sqs:eu-west-1:111122223333:orders"]),
        ("TOPIC", "orders", ["arn:aws:sns:eu-west-1:111122223333:orders"]),
        ("X", "arn:aws:sns:eu-west-1:111122223333:orders", ["arn:aws:sns:eu-west-1:111122223333:orders"]),
        (
            "CONFIG",
            '{"queue": "arn:aws:sqs:eu-west-1:111122223333:a", "n": 1}',
            ["arn:aws:sqs:eu-west-1:111122223333:a"],
        ),
        ("CONTACT", "anna@example.com", []),
        ("VERSION", "1.2.3", []),
        ("CLASS", "com.example.Main", []),
        ("LOG_LEVEL", "info", []),
        ("PASSWORD", "hunter2", []),
        ("PORT", "5432", []),
        ("LONG_URL", "https://a.example.com/" + "x" * 10_000, []),
    ],
)
def test_value_leads_to(name: str, value: str, targets: list[str]) -> None:
    assert led_to(name, value) == targets


def test_without_a_network_an_inner_name_is_the_callers_own() -> None:
    assert led_to("DB_HOST", "db", ()) == [f"caller:{URN}|host|db"]


def test_two_variables_with_one_target_make_one_relation() -> None:
    (relation,) = mentions(URN, {"B_HOST": ["a.example.com"], "A_HOST": ["a.example.com"]}, tongue(WORDS))
    assert relation.attributes == {"variables": ["A_HOST", "B_HOST"]}


def test_no_credential_of_a_value_is_in_a_relation() -> None:
    found = mentions(URN, {"URL": ["amqps://user:s3cr3t@mq.example.com:5671/v?token=s3cr3t"]}, tongue(WORDS))
    assert "s3cr3t" not in repr(found)
    assert "user" not in repr(found)
