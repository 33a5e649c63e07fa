"""Functions that are called by name through an address that takes the calls of all: whom a call is for."""

from __future__ import annotations

import pytest

from collectors.traces.merging import Merged
from collectors.traces.origins import partition
from tests.support.traces import Value, answer, lines, proto_span, read, resource_spans, short

ACCOUNT: dict[str, Value] = {"cloud.account.id": "111122223333", "cloud.region": "eu-west-1"}
ENDPOINT: dict[str, Value] = {"server.address": "lambda.eu-west-1.amazonaws.com", "server.port": 443}
ARN = "arn:aws:lambda:eu-west-1:111122223333:function:letters"


def invoking(name: str, resource: dict[str, Value], **more: Value) -> Merged:
    """The shop calls a function, once so that its answering is traced and once so that it is not."""
    call: dict[str, Value] = {"rpc.system": "aws-api", **ENDPOINT, "faas.invoked_name": name}
    call |= {f"faas.invoked_{key}": value for key, value in more.items()}
    spans = []
    for trace in ("one", "two"):
        spans.append(proto_span(f"s{trace}", "server", f"POST /{trace}", trace=trace))
        spans.append(proto_span(f"c{trace}", "client", "Invoke", f"s{trace}", trace=trace, attributes=call))
    function = proto_span("f", "server", "letters", "cone", trace="one", attributes={"faas.trigger": "other"})
    return answer(read(resource_spans("shop", spans, resource), resource_spans("letters", [function])))


@pytest.mark.parametrize(
    ("name", "resource", "more", "target"),
    [
        ("letters", ACCOUNT, {}, f"prod/{ARN}"),
        ("letters", ACCOUNT, {"region": "us-east-1"}, f"prod/{ARN.replace('eu-west-1', 'us-east-1')}"),
        ("letters:live", ACCOUNT, {"provider": "aws"}, f"prod/{ARN}"),
        (
            "444455556666:function:letters:7",
            ACCOUNT,
            {},
            f"prod/{ARN.replace('111122223333', '444455556666')}",
        ),
        (f"{ARN}:live", {}, {}, f"prod/{ARN}"),
        ("letters", {}, {}, "prod/function:letters"),
        ("letters", ACCOUNT, {"provider": "gcp"}, "prod/function:letters"),
    ],
)
def test_a_call_goes_to_the_function_that_it_names(
    name: str, resource: dict[str, Value], more: dict[str, Value], target: str
) -> None:
    told = invoking(name, resource, **more)
    assert lines(told, "sends_to") == [f"shop/POST /{each} sends_to {target}" for each in ("one", "two")]
    value = target.removeprefix("prod/")
    alias = (
        f"public|arn|{value}" if value.startswith("arn:") else f"caller:service://prod//shop|function|{name}"
    )
    located = [str(one.target) for one in told.relations if one.verb == "located_at"]
    assert located == [alias]
    assert lines(told, "answers_for") == [f"letters answers_for {short(alias)}"]


def test_a_function_with_an_address_of_its_own_goes_by_that() -> None:
    own: dict[str, Value] = {"server.address": "letters.example.com", "faas.invoked_name": "letters"}
    call = proto_span("c", "client", "call", "s", attributes=own)
    told = answer(read(resource_spans("shop", [proto_span("s", "server", "GET /"), call])))
    assert lines(told, "sends_to") == ["shop/GET / sends_to public/letters.example.com"]


def test_who_was_seen_to_answer_for_a_function_answers_its_other_calls() -> None:
    assert lines(invoking("letters", ACCOUNT), "calls") == [
        "shop/POST /one calls letters/letters evidence=paired",
        "shop/POST /two calls letters evidence=learned",
    ]


@pytest.mark.parametrize(
    ("host", "shared"),
    [
        ("lambda.eu-west-1.amazonaws.com", True),
        ("sqs.cn-north-1.amazonaws.com.cn", True),
        ("sts.amazonaws.com", True),
        ("lambda.us-gov-west-1.api.aws", True),
        ("pubsub.googleapis.com", True),
        ("abc123.execute-api.eu-west-1.amazonaws.com", False),
        ("web-1.eu-west-1.elb.amazonaws.com", False),
        ("abc.lambda-url.eu-west-1.on.aws", False),
        ("ec2-1-2-3-4.eu-west-1.compute.amazonaws.com", False),
        ("letters.example.com", False),
    ],
)
def test_nobody_answers_for_the_address_of_a_clouds_service(host: str, shared: bool) -> None:
    """Who answered one call would be taken for who answers all that go there."""
    call = proto_span("c", "client", "call", "s", attributes={"server.address": host})
    told = answer(
        read(
            resource_spans("shop", [proto_span("s", "server", "GET /"), call]),
            resource_spans("letters", [proto_span("f", "server", "letters", "c")]),
        )
    )
    assert lines(told, "answers_for") == ([] if shared else [f"letters answers_for public|host|{host}"])
    assert lines(told, "calls") == ["shop/GET / calls letters/letters evidence=paired"]


def test_partitions_have_arns_of_their_own() -> None:
    assert [partition(each) for each in ("eu-west-1", "cn-north-1", "us-gov-west-1")] == [
        "aws", "aws-cn", "aws-us-gov",
    ]  # fmt: skip


SAME_HOST = ("localhost", "127.0.0.1", "[::1]", "/var/run/postgresql")


@pytest.mark.parametrize("address", SAME_HOST)
def test_a_database_on_ones_own_host_is_nobody_elses(address: str) -> None:
    asked: dict[str, Value] = {
        "db.system.name": "postgresql",
        "db.namespace": "shop",
        "server.address": address,
        "db.query.text": "SELECT email FROM people",
    }
    spans = read(
        *(
            resource_spans(
                name,
                [
                    proto_span(f"s{name}", "server", "GET /"),
                    proto_span(f"c{name}", "client", "", f"s{name}", attributes=asked),
                ],
            )
            for name in ("shop", "books")
        )
    )
    assert lines(answer(spans), "reads") == [
        f"{name}/GET / reads table://service:prod::{name}/postgresql/localhost:5432/shop/public.people columns=email"
        for name in ("books", "shop")
    ]
