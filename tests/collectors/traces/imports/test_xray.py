"""What X-Ray's own SDKs and services of AWS write: two segments of a function, names instead of attributes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.trace_documents import Document, told

TRACE = "1-6ab13b80-5f5f5f5f5f5f5f5f5f5f5f5f"
START = 1_790_000_000.0


def part(id: str, name: str, **more: Any) -> Document:
    return {"id": id * 16, "name": name, "start_time": START, "end_time": START + 1, **more}


def segment(id: str, name: str, parent: str = "", **more: Any) -> Document:
    of = {"otel.resource.deployment.environment.name": "prod"}
    found = part(id, name, trace_id=TRACE, metadata={"default": of}, **more)
    return {**found, "parent_id": parent * 16} if parent else found


def asked(service: str, operation: str, **aws: Any) -> Document:
    return part("e", service, namespace="aws", aws={"operation": operation, **aws})


STAGE = segment(
    "1",
    "shop/prod",
    http={"request": {"method": "POST", "url": "https://shop.example/prod/orders"}},
    origin="AWS::ApiGateway::Stage",
    subsegments=[
        part(
            "2",
            "Lambda",
            namespace="aws",
            aws={"operation": "Invoke", "function_name": "order"},
            http={
                "request": {"method": "POST", "url": "https://lambda.eu-west-1.amazonaws.com/2015-03-31/x"}
            },
        )
    ],
)
CALLED = segment("3", "order", "2", origin="AWS::Lambda")


def function(*asks: Document) -> Document:
    return segment("4", "order", "3", origin="AWS::Lambda::Function", subsegments=[*asks])


@pytest.mark.parametrize("backwards", [False, True])
def test_a_functions_two_segments_are_one_operation(backwards: bool) -> None:
    segments = [STAGE, CALLED, function(part("5", "api.mailer.example", namespace="remote", http={
        "request": {"method": "POST", "url": "https://api.mailer.example/send"}}))]  # fmt: skip
    assert told(segments[::-1] if backwards else segments, "calls", "sends_to", "answers_for") == [
        "order/order sends_to public/api.mailer.example",
        "shop%2Fprod/POST /prod/orders calls order/order evidence=paired",
    ]


def test_a_function_whose_call_is_not_there_is_an_operation() -> None:
    ask = asked("DynamoDB", "PutItem", table_name="orders")
    assert told([function(ask)], "writes") == [
        "order/order writes table://environment:prod/dynamodb///orders"
    ]


@pytest.mark.parametrize(
    ("ask", "verb", "target"),
    [
        (asked("DynamoDB", "PutItem", resource_names=["orders"]), "writes", "dynamodb///orders"),
        (asked("DynamoDB", "BatchGetItem", table_names=["orders"]), "reads", "dynamodb///orders"),
        (
            asked("S3", "GetObject", bucket_name="photos", key="people/7.png"),
            "reads",
            "s3///photos columns=people/{id}.png",
        ),
        (asked("S3", "PutObject", resource_names=["photos"]), "writes", "s3///photos"),
        (
            asked("SQS", "SendMessage", queue_url="https://sqs.x.amazonaws.com/1/mails"),
            "publishes_to",
            "aws_sqs//mails",
        ),
        (
            asked("SNS", "Publish", resource_names=["arn:aws:sns:eu-west-1:123456789012:mails"]),
            "publishes_to",
            "aws_sns//mails",
        ),
        (asked("Kinesis", "PutRecords", stream_name="clicks"), "publishes_to", "aws_kinesis//clicks"),
    ],
)
def test_what_is_asked_of_aws_is_known_by_its_names(ask: Document, verb: str, target: str) -> None:
    (line,) = told([CALLED, function(ask)], "reads", "writes", "publishes_to", "sends_to")
    assert line.split(" ", 2)[1] == verb
    assert line.removesuffix(" evidence=topic").endswith(target)


@pytest.mark.parametrize(
    "ask",
    [
        asked("DynamoDB", "DescribeTable", table_name="orders"),
        asked("SQS", "GetQueueUrl", queue_url="https://sqs.x.amazonaws.com/1/mails"),
        asked("SecretsManager", "GetSecretValue"),
    ],
)
def test_what_carries_no_data_is_no_flow(ask: Document) -> None:
    assert told([CALLED, function(ask)], "reads", "writes", "publishes_to", "consumed_by", "sends_to") == []


def test_who_receives_from_a_queue_consumes_it() -> None:
    ask = asked("SQS", "ReceiveMessage", queue_url="https://sqs.x.amazonaws.com/1/mails")
    assert told([CALLED, function(ask)], "consumed_by") == [
        "topic://prod/aws_sqs//mails consumed_by order/order evidence=topic"
    ]


def test_the_name_of_a_query_is_no_mail_address() -> None:
    query = {
        "url": "shop@db.example.com",
        "database_type": "postgres",
        "sanitized_query": "select mail from people",
    }
    ask = part("e", "shop@db.example.com", namespace="remote", sql=query)
    assert told([CALLED, function(ask)], "reads", "leaks") == [
        "order/order reads table://public/postgresql/db.example.com:5432//public.people columns=mail"
    ]
