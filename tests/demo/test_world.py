"""The demo's world as a whole: what it sends, what its deployment changes, and that nothing of it stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from smtplib import SMTP
from tempfile import TemporaryDirectory
from typing import Any

import boto3
import botocore.exceptions
import psutil
import pytest

from daemon.cli.world import World, WorldError
from demo import canaries
from demo.estate import CLUSTER_ARN, EU, FUNCTION, FUNCTION_ARN, IDENTITY, US
from demo.third_party import HOST
from tests.support import otlp_sink
from tests.support.otlp_sink import ReceivedSpan

SHOP = "shop-eu.aaaaaaaaaa.eu-central-1.rds.amazonaws.com"
ANALYTICS = "analytics-us.aaaaaaaaaa.us-east-1.rds.amazonaws.com"
SERVER, CLIENT = 2, 3


@dataclass(frozen=True, slots=True)
class Story:
    """The world after its deployment, and what was seen of it before and after."""

    world: World
    before: tuple[ReceivedSpan, ...]
    after: tuple[ReceivedSpan, ...]
    resources_before: dict[str, object]
    resources_after: dict[str, object]
    progress: tuple[str, ...]
    mail: Path


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    mail = tmp_path_factory.mktemp("mail")
    progress: list[str] = []
    with (
        TemporaryDirectory(dir="/tmp") as temporary,  # what a killed world leaves there goes with it
        pytest.MonkeyPatch.context() as patch,
        otlp_sink.running() as sink,
    ):
        Path(temporary).chmod(0o711)  # PostgreSQL runs as another user
        patch.setenv("TMPDIR", temporary)
        yield from _told(sink, mail, progress)


def _told(sink: otlp_sink.Sink, mail: Path, progress: list[str]) -> Iterator[Story]:
    with World(sink.grpc, sink.http, mail, progress.append) as world:
        assert world.order("traffic") == {"event": "traffic", "requests": 8}
        before, resources_before = tuple(sink.spans), _resources(world)
        sink.spans.clear()
        world.order("deploy")
        assert world.order("traffic") == {"event": "traffic", "requests": 11}
        yield Story(
            world, before, tuple(sink.spans), resources_before, _resources(world), tuple(progress), mail
        )


def test_four_services_send_spans_over_both_protocols(story: Story) -> None:
    senders = {(span.resource["service.name"], span.protocol) for span in story.before}
    assert senders == {
        ("storefront", "grpc"),
        ("orders", "http"),
        ("accounts", "grpc"),
        ("notifications", "http"),
    }


def test_spans_name_the_databases_by_the_endpoints_that_the_cloud_lists(story: Story) -> None:
    rds = _client(story.world, "rds", EU)
    endpoints = {
        (each["Endpoint"]["Address"], each["Endpoint"]["Port"])
        for each in rds.describe_db_instances()["DBInstances"]
    }
    seen = {_address(span) for span in story.before if _statement(span)}
    assert seen == {(SHOP, next(port for name, port in endpoints if name == SHOP))}


def test_calls_between_services_share_a_trace(story: Story) -> None:
    by_id = {span.id: span for span in story.before}
    callers = {
        (by_id[span.parent].resource["service.name"], span.resource["service.name"])
        for span in story.before
        if span.kind == SERVER and span.parent
    }
    assert callers == {("storefront", "orders"), ("storefront", "accounts"), ("orders", "notifications")}


def test_services_say_which_workload_runs_them(story: Story) -> None:
    of = {str(span.resource["service.name"]): span.resource for span in story.after}
    assert of["orders"]["aws.ecs.cluster.arn"] == CLUSTER_ARN
    assert of["orders"]["aws.ecs.task.family"] == "shop-orders"
    assert of["orders"]["aws.ecs.task.revision"] == "2"
    assert of["loyalty"]["aws.ecs.task.revision"] == "1"
    assert of["notifications"]["cloud.resource_id"] == FUNCTION_ARN
    assert {resource["cloud.region"] for resource in of.values()} == {EU}


def test_personal_looking_values_are_really_in_the_telemetry(story: Story) -> None:
    """Else a test that looks for them in what the product wrote could not fail."""
    values = [str(value) for span in story.before for value in span.attributes.values()]
    assert canaries.EMAIL in values
    assert any("email=ada.canary" in value for value in values)
    assert any(canaries.NOTE in value for value in values if value.startswith("INSERT INTO order_notes"))


def test_the_deployment_brings_a_new_service_with_a_new_flow(story: Story) -> None:
    assert not _of("loyalty", story.before)
    assert any("birth_date" in _statement(span) for span in _of("loyalty", story.after))


def test_an_existing_service_starts_to_read_email_and_national_id(story: Story) -> None:
    assert not any("national_id" in _statement(span) for span in story.before)
    read = [_statement(span) for span in _of("accounts", story.after) if _statement(span)]
    assert (
        read
        == ["SELECT loyalty_tier, preferred_currency, email, national_id FROM customers WHERE id = %s"] * 2
    )


def test_a_service_in_europe_starts_to_read_the_database_in_the_united_states(story: Story) -> None:
    assert ANALYTICS not in {_address(span)[0] for span in story.before}
    readers = {span.resource["service.name"] for span in story.after if _address(span)[0] == ANALYTICS}
    assert readers == {"orders"}


def test_a_service_starts_to_send_to_a_third_party(story: Story) -> None:
    def urls(spans: tuple[ReceivedSpan, ...]) -> set[str]:
        return {
            str(span.attributes.get("http.url", "")).partition("?")[0]
            for span in spans
            if span.kind == CLIENT
        }

    assert f"http://{HOST}/v1/messages" not in urls(story.before)
    assert f"http://{HOST}/v1/messages" in urls(story.after)


def test_the_deployment_changes_these_resources_and_no_others(story: Story) -> None:
    before, after = story.resources_before, story.resources_after
    assert sorted(after.keys() - before.keys()) == [
        "balancer shop-loyalty",
        "database shop-eu-replica",
        "group shop-loyalty",
        "queue loyalty-points",
        "service loyalty",
    ]
    assert sorted(before.keys() - after.keys()) == ["queue legacy-dlq"]
    assert {
        name: (before[name], after[name]) for name in before if before[name] != after.get(name, before[name])
    } == {
        "function notifications": ("python3.11", "python3.13"),
        "service accounts": ("shop-accounts:1", "shop-accounts:2"),
        "service orders": ("shop-orders:1", "shop-orders:2"),
        **{
            f"subnet shop-{place}": ("12", "14")
            for place in ("public-a", "public-b", "private-a", "private-b")
        },
    }


def test_one_container_service_runs_and_sends_nothing(story: Story) -> None:
    services = {name for name in story.resources_before if name.startswith("service ")}
    sending = {f"service {span.resource['service.name']}" for span in story.before}
    assert services - sending == {"service warehouse"}


def test_a_denied_service_is_denied_in_its_region_only(story: Story) -> None:
    story.world.order("deny rds us-east-1")
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        _client(story.world, "rds", US).describe_db_instances()
    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert _client(story.world, "rds", EU).describe_db_instances()["DBInstances"]
    assert _client(story.world, "sqs", US).list_queues()["QueueUrls"]
    story.world.order("allow rds us-east-1")
    assert _client(story.world, "rds", US).describe_db_instances()["DBInstances"]


@pytest.mark.parametrize(
    ("service", "code", "call"),
    [
        ("sqs", "AccessDeniedException", lambda client: client.list_queues()),
        ("ec2", "UnauthorizedOperation", lambda client: client.describe_vpcs()),
        ("s3", "AccessDenied", lambda client: client.list_buckets()),
        ("lambda", "AccessDeniedException", lambda client: client.list_functions()),
        ("sns", "AccessDenied", lambda client: client.list_topics()),
    ],
)
def test_a_denial_speaks_the_protocol_of_its_service(
    story: Story, service: str, code: str, call: Any
) -> None:
    story.world.order(f"deny {service} {EU}")
    try:
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            call(_client(story.world, service, EU))
    finally:
        story.world.order(f"allow {service} {EU}")
    assert caught.value.response["Error"]["Code"] == code


def test_mail_is_kept_as_it_came(story: Story) -> None:
    port = story.world.ready["smtp_port"]
    assert isinstance(port, int)
    with SMTP("127.0.0.1", port) as client:
        client.sendmail("a@shop.example", ["b@shop.example"], b"Subject: drift\r\n\r\nOne line.\r\n")
    assert (story.mail / "1.eml").read_bytes() == b"Subject: drift\r\n\r\nOne line.\r\n"


def test_progress_is_told_while_the_world_starts(story: Story) -> None:
    assert [text.split()[:2] for text in story.progress] == [["The", "shop"], ["The", "shop's"]]


def test_nothing_is_left_when_the_world_is_stopped_or_killed(story: Story, tmp_path: Path) -> None:
    with otlp_sink.running() as sink:
        stopped = World(sink.grpc, sink.http, tmp_path / "mail")
        vpc = _vpc(stopped)
        family = _family(stopped)
        stopped.stop()
        assert _survivors(family) == []
    assert len(family) >= 6  # world, postmaster, four services
    assert vpc == _vpc(story.world)  # and it was the same world

    family = _family(story.world)
    psutil.Process(story.world.pid).kill()
    assert _survivors(family) == []
    with pytest.raises(WorldError, match="ended unexpectedly"):
        story.world.order("traffic")


def test_nothing_is_left_when_the_world_fails_and_it_says_why(tmp_path: Path) -> None:
    occupied = tmp_path / "mail"
    occupied.write_text("a file where the folder for mail should be")
    before = _family_of(psutil.Process())
    with pytest.raises(WorldError, match="FileExistsError"):
        World("127.0.0.1:9", "127.0.0.1:9", occupied)
    assert _family_of(psutil.Process()) == before


def _family(world: World) -> list[psutil.Process]:
    return _family_of(psutil.Process(world.pid))


def _family_of(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _survivors(family: list[psutil.Process]) -> list[psutil.Process]:
    _, alive = psutil.wait_procs(family, timeout=10)
    return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def _client(world: World, service: str, region: str) -> Any:
    return boto3.client(service, region, endpoint_url=str(world.ready["endpoint"]), **IDENTITY)


def _vpc(world: World) -> str:
    vpcs = _client(world, "ec2", EU).describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["shop-vpc"]}])
    return str(vpcs["Vpcs"][0]["VpcId"])


def _resources(world: World) -> dict[str, object]:
    """What the deployment may touch, by kind and name, with what it may change."""
    elb, ecs, ec2 = (_client(world, service, EU) for service in ("elbv2", "ecs", "ec2"))
    arns = ecs.list_services(cluster="shop")["serviceArns"]
    found: dict[str, object] = {
        f"service {each['serviceName']}": each["taskDefinition"].rpartition("/")[2]
        for each in ecs.describe_services(cluster="shop", services=arns)["services"]
        if each["runningCount"]
    }
    for each in elb.describe_load_balancers()["LoadBalancers"]:
        found[f"balancer {each['LoadBalancerName']}"] = each["Scheme"]
    for each in elb.describe_target_groups()["TargetGroups"]:
        found[f"group {each['TargetGroupName']}"] = each["Port"]
    for each in _client(world, "sqs", EU).list_queues()["QueueUrls"]:
        found[f"queue {each.rpartition('/')[2]}"] = ""
    for each in _client(world, "rds", EU).describe_db_instances()["DBInstances"]:
        found[f"database {each['DBInstanceIdentifier']}"] = each["DBInstanceClass"]
    for each in _client(world, "lambda", EU).list_functions()["Functions"]:
        found[f"function {each['FunctionName']}"] = each["Runtime"]
    for each in ec2.describe_subnets()["Subnets"]:
        tags = {tag["Key"]: tag["Value"] for tag in each.get("Tags", [])}
        if "Name" in tags:
            found[f"subnet {tags['Name']}"] = tags["CostCentre"]
    assert f"function {FUNCTION}" in found
    return found


def _of(service: str, spans: tuple[ReceivedSpan, ...]) -> list[ReceivedSpan]:
    return [span for span in spans if span.resource["service.name"] == service]


def _statement(span: ReceivedSpan) -> str:
    return str(span.attributes.get("db.query.text", span.attributes.get("db.statement", "")))


def _address(span: ReceivedSpan) -> tuple[object, object]:
    attributes = span.attributes
    return (
        attributes.get("server.address", attributes.get("net.peer.name")),
        attributes.get("server.port", attributes.get("net.peer.port")),
    )
