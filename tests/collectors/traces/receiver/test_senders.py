"""Who sends, and what a sender may claim."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import structlog
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from collectors.traces.memory import MemoryFacts
from collectors.traces.receiver import Receiver
from collectors.traces.receiver.senders import Sender, Senders
from collectors.traces.spans import Origin
from tests.support.receiving import Authority, Receiving, receiving, traces
from tests.support.traces import export, proto_span, resource_spans

SECRETS = ("token-of-the-shop", "token-of-the-laboratory", "token-of-anyone")


@pytest.fixture
def senders(tmp_path: Path) -> dict[str, object]:
    """Three tokens: the shop's and the laboratory's, bound, and one that is not."""
    for name, secret in zip(("shop", "laboratory", "anyone"), SECRETS, strict=True):
        file = tmp_path / name
        file.touch(0o600)
        file.write_text(secret)
    return {
        "token_file": str(tmp_path / "anyone"),
        "senders": [
            {"name": "shop", "token_file": str(tmp_path / "shop"), "environments": ["prod"]},
            {
                "name": "laboratory",
                "token_file": str(tmp_path / "laboratory"),
                "environments": ["test", "default"],
                "namespaces": ["experiments"],
            },
        ],
    }


def message(*resources: Mapping[str, str]) -> bytes:
    """A span of each resource, named by `service.name`."""
    return export(
        *(
            resource_spans(each["service.name"], [proto_span(each["service.name"], "server", "GET /")], each)
            for each in resources
        )
    )


def answered(answer: bytes) -> tuple[int, str]:
    partial = ExportTraceServiceResponse.FromString(answer).partial_success
    return partial.rejected_spans, partial.error_message


def sent(running: Receiving, protocol: str, token: str, body: bytes) -> tuple[int, str]:
    if protocol == "grpc":
        return answered(running.call(body, authorization=f"Bearer {token}"))
    answer = running.post(body, authorization=f"Bearer {token}")
    assert answer.status_code == 200
    return answered(answer.content)


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_spans_of_another_environment_are_rejected_and_counted_and_the_rest_is_kept(
    senders: dict[str, object], protocol: str
) -> None:
    body = message(
        {"service.name": "cart", "deployment.environment.name": "prod"},
        {"service.name": "intruder", "deployment.environment.name": "test"},
    )
    with receiving(**senders) as running, structlog.testing.capture_logs() as logs:
        for _ in range(2):
            assert sent(running, protocol, SECRETS[0], body) == (
                1,
                'environment "test" is not the sender\'s (traces.senders, shop)',
            )
        assert running.services() == {"prod//cart"}
        assert running.receiver.refused == {"shop": 2}
        assert running.receiver.rejected == 2
        # The token that is bound to nothing may send both.
        assert sent(running, protocol, SECRETS[2], body) == (0, "")
        assert running.services() == {"prod//cart", "test//intruder"}
    [told] = [line for line in logs if line["event"] == "spans_refused"]
    assert (told["sender"], told["claimed"]) == ("shop", 'environment "test"')
    assert not any(secret in str(logs) for secret in SECRETS)


def test_a_namespace_is_claimed_by_either_name(senders: dict[str, object]) -> None:
    def named(service: str, **namespaces: str) -> dict[str, str]:
        known = {"service.name": service, "deployment.environment.name": "test"}
        return {**known, **{key.replace("_", "."): value for key, value in namespaces.items()}}

    body = message(
        named("by-service", service_namespace="experiments"),
        named("by-cluster", k8s_namespace_name="experiments"),
        named("neither"),
        named("foreign", service_namespace="shop"),
        named("mixed", service_namespace="experiments", k8s_namespace_name="shop"),
    )
    with receiving(**senders) as running:
        rejected, reason = sent(running, "http", SECRETS[1], body)
        assert rejected == 3
        assert reason.startswith("namespace ")
        assert running.services() == {"test/experiments/by-service", "test//by-cluster"}


def test_a_wrong_or_missing_token_says_nothing_of_the_right_one(senders: dict[str, object]) -> None:
    with receiving(**senders) as running:
        for header in ("", "Bearer", "Bearer x", "Bearer " + "x" * 8000, "Basic token-of-the-shop"):
            answer = running.post(**({"authorization": header} if header else {}))
            assert answer.status_code == 401, header
            assert "traces.senders" in Status.FromString(answer.content).message
            assert not any(secret in answer.text for secret in SECRETS)
        assert not any(secret in repr(vars(Senders(traces(**senders)))) for secret in SECRETS)


def test_a_certificate_names_the_sender(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    cert, key = authority.issue("receiver")
    by_name = authority.issue("collector.shop.example.com")
    by_uri = authority.issue("agent", "spiffe://example.com/laboratory")
    unknown = authority.issue("unknown")
    settings = {
        "cert_file": cert,
        "key_file": key,
        "client_ca_file": str(authority.file),
        "senders": [
            {"name": "shop", "certificate": "collector.shop.example.com", "environments": ["prod"]},
            {
                "name": "laboratory",
                "certificate": "spiffe://example.com/laboratory",
                "environments": ["test"],
            },
        ],
    }
    both = message(
        {"service.name": "cart", "deployment.environment.name": "prod"},
        {"service.name": "rig", "deployment.environment.name": "test"},
    )
    with receiving(**settings) as running:
        assert answered(running.post(both, tls=authority.trusted(by_name)).content)[0] == 1
        assert running.services() == {"prod//cart"}
        assert answered(running.call(both, tls=authority.channel(by_uri)))[0] == 1
        assert running.services() == {"prod//cart", "test//rig"}
        assert running.receiver.refused == {"shop": 1, "laboratory": 1}
        assert running.post(both, tls=authority.trusted(unknown)).status_code == 401


def test_a_cluster_is_claimed_by_kubernetes_and_by_ecs() -> None:
    arn = "arn:aws:ecs:eu-central-1:111122223333:cluster/web"
    sender = Sender("shop", clusters=frozenset({"blue"}))
    assert sender.objects(Origin({"k8s.cluster.name": "blue"})) == ""
    assert sender.objects(Origin({"k8s.cluster.name": "green"})) == 'cluster "green"'
    assert sender.objects(Origin({})) == 'cluster ""'
    assert sender.objects(Origin({"k8s.cluster.name": "blue", "aws.ecs.cluster.arn": arn})).startswith(
        "cluster"
    )


LAMBDA = "arn:aws:lambda:eu-central-1:111122223333:function:shop-cart"
TASK = "arn:aws:ecs:eu-central-1:{}:task/web/1"
AZURE = "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.Web/sites/x"
GOOGLE = "//run.googleapis.com/projects/{}/locations/europe-west3/services/x"


@pytest.mark.parametrize(
    ("attributes", "objection"),
    [
        ({"cloud.account.id": "111122223333"}, ""),
        ({"cloud.account.id": "444455556666"}, 'account "444455556666"'),
        ({}, 'account ""'),
        ({"cloud.resource_id": LAMBDA}, ""),
        ({"faas.id": LAMBDA.replace("1111", "9999")}, 'account "999922223333"'),
        # Each of them counts: what runs the service is read from any.
        (
            {"cloud.account.id": "111122223333", "cloud.resource_id": LAMBDA.replace("1111", "9999")},
            "account",
        ),
        ({"cloud.account.id": "111122223333", "aws.ecs.task.arn": TASK.format("444455556666")}, "account"),
        ({"cloud.account.id": "111122223333", "aws.ecs.task.arn": TASK.format("111122223333")}, ""),
        ({"cloud.resource_id": AZURE.format("0000-AA")}, ""),
        ({"cloud.resource_id": AZURE.format("0000-bb")}, 'account "0000-bb"'),
        ({"cloud.resource_id": GOOGLE.format("shop-prod")}, ""),
        ({"cloud.resource_id": GOOGLE.format("lab")}, 'account "lab"'),
        ({"cloud.resource_id": GOOGLE.format("lab/projects/shop-prod")}, 'account "lab"'),
        ({"cloud.resource_id": "arn:aws:s3:::bucket"}, 'account ""'),
    ],
)
def test_an_account_is_claimed_by_every_identifier(attributes: dict[str, str], objection: str) -> None:
    sender = Sender("shop", accounts=frozenset({"111122223333", "0000-aa", "shop-prod"}))
    said = sender.objects(Origin(attributes))
    assert said.startswith(objection) if objection else said == ""


@pytest.mark.parametrize(
    ("resource", "objection"),
    [
        (LAMBDA, ""),
        (LAMBDA.replace("shop-", "pay-"), "resource"),
        (LAMBDA.replace("1111", "9999"), "resource"),
        ("", 'resource ""'),
    ],
)
def test_a_resource_is_held_to_patterns(resource: str, objection: str) -> None:
    sender = Sender("shop", resources=frozenset({"arn:aws:lambda:*:111122223333:function:shop-*"}))
    said = sender.objects(Origin({"cloud.resource_id": resource} if resource else {}))
    assert said.startswith(objection) if objection else said == ""


def test_settings_hold_a_sender_to_accounts_and_resources(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(SECRETS[0])
    (tmp_path / "token").chmod(0o600)
    bound = {
        "name": "shop",
        "token_file": str(tmp_path / "token"),
        "accounts": ["111122223333"],
        "resources": ["arn:aws:lambda:*:function:shop-*"],
    }
    body = message(
        {"service.name": "cart", "cloud.resource_id": LAMBDA},
        {"service.name": "elsewhere", "cloud.resource_id": LAMBDA.replace("1111", "9999")},
        {"service.name": "other", "cloud.resource_id": LAMBDA.replace("shop-", "pay-")},
    )
    with receiving(senders=[bound]) as running:
        rejected, reason = sent(running, "http", SECRETS[0], body)
        assert (rejected, reason) == (2, 'account "999922223333" is not the sender\'s (traces.senders, shop)')
        assert running.services() == {"prod//cart"}


def test_a_token_that_any_user_can_read_is_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("open-sesame")
    for mode, warned in ((0o644, True), (0o640, False), (0o600, False)):
        file.chmod(mode)
        with structlog.testing.capture_logs() as logs:
            Receiver(traces(token_file=str(file)), MemoryFacts())
        assert [line["setting"] for line in logs] == (["traces.token_file"] if warned else [])
        assert "open-sesame" not in str(logs)
