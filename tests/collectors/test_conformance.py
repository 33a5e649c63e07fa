"""Every provider passes the same suite; what is particular to one stands here, in a dozen lines each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.aws import permissions as aws_permissions
from collectors.aws.actions import action
from collectors.aws.collector import AwsCollector
from collectors.aws.resources import ROWS as AWS_ROWS
from collectors.aws.resources.integration import QUEUE as AWS_QUEUE
from collectors.aws.sessions import AwsAccount
from collectors.azure import permissions as azure_permissions
from collectors.azure.collector import AzureCollector
from collectors.azure.resources import ROWS as AZURE_ROWS
from collectors.gcp import permissions as gcp_permissions
from collectors.gcp.collector import GcpCollector
from collectors.gcp.resources import ROWS as GCP_ROWS
from tests.support import aws_estate, azure_asking, azure_estate, azure_fake, gcp_estate, gcp_fake
from tests.support.conformance import Answers, Conformance, Subject, cycle
from tests.support.fault_proxy import FaultProxy


@contextmanager
def aws(request: pytest.FixtureRequest, _directory: Path) -> Iterator[Subject]:
    """moto behind a proxy that makes the weather; queues come two on a page."""
    estate = request.getfixturevalue("estate")
    rows = [row for row in AWS_ROWS if row.type in AWS_TYPES]
    paged = replace(AWS_QUEUE, list=replace(AWS_QUEUE.list, parameters={"MaxResults": 2}))
    with FaultProxy(estate.url) as proxy, aws_queues(estate.url, 4), aws_keys():
        account = AwsAccount("shop", regions=(aws_estate.REGION,), endpoint_url=proxy.url)
        yield Subject(
            make=lambda: AwsCollector([account], deadline=30, threads=4, rows=[*rows, paged]),
            pages=3,
            break_page=lambda page: proxy.rule(action="ListQueues", effect="stale", after=page - 1),
            deny=lambda: proxy.rule(effect="denied"),
            heal=proxy.clear,
            called=lambda made: {action(*call.split(":")) for call in made.inventory.calls},
            allowed=aws_permissions.actions(AWS_ROWS),
            canaries=aws_estate.CANARIES,
            sdk=("boto3", "botocore"),
        )


AWS_TYPES = {"aws.lambda.function", "aws.rds.instance", "aws.iam.role", "aws.ecs.task_definition"}


@contextmanager
def aws_queues(url: str, count: int) -> Iterator[None]:
    """So many more queues, for pages."""
    sqs = aws_estate.Clients(url)("sqs")
    urls = [sqs.create_queue(QueueName=f"page-{number}")["QueueUrl"] for number in range(count)]
    yield
    for each in urls:
        sqs.delete_queue(QueueUrl=each)


@contextmanager
def aws_keys() -> Iterator[None]:
    """Keys that moto takes, in the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        yield


@contextmanager
def gcp(_request: pytest.FixtureRequest, directory: Path) -> Iterator[Subject]:
    """Cloud Asset Inventory over gRPC; assets come fifteen on a page."""
    with gcp_fake.fake(directory, gcp_estate.assets()) as fake:
        fake.world.page = 15
        yield Subject(
            make=lambda: GcpCollector([fake.account()], deadline=20, patience=1),
            pages=-(-len(fake.world.assets) // 15),
            break_page=lambda page: fake.world.rule("INTERNAL", page=page),
            deny=lambda: fake.world.rule("PERMISSION_DENIED"),
            heal=fake.world.clear,
            called=lambda _made: {gcp_permissions.METHODS[call] for call in fake.world.calls},
            allowed=gcp_permissions.permissions(GCP_ROWS),
            canaries=gcp_estate.CANARIES,
            sdk=("google.cloud", "google.auth", "grpc"),
        )


@contextmanager
def azure(_request: pytest.FixtureRequest, directory: Path) -> Iterator[Subject]:
    """Resource Manager and Resource Graph over TLS; documents come seven on a page."""
    with azure_fake.AzureFake(directory, azure_estate.shop(), page=7) as fake:
        account = replace(azure_asking.account(fake), subscriptions=(azure_estate.SHOP,))
        yield Subject(
            make=lambda: AzureCollector([account], deadline=20, threads=4),
            pages=-(-len(azure_estate.shop().resources) // 7),
            break_page=lambda page: fake.rule("graph", azure_fake.failing(400, "BadRequest"), after=page - 1),
            deny=lambda: fake.rule("permissions", azure_fake.failing(403, "AuthorizationFailed")),
            heal=fake.clear,
            called=lambda _made: azure_asking.permissions(fake),
            allowed=azure_permissions.actions(row for row in AZURE_ROWS if row.type != "azure.resource"),
            canaries=(azure_estate.CANARY, azure_fake.SECRET),
            sdk=("azure.core", "azure.identity", "msal"),
        )


PROVIDERS: dict[str, Callable[[pytest.FixtureRequest, Path], AbstractContextManager[Subject]]] = {
    "aws": aws,
    "azure": azure,
    "gcp": gcp,
}


@pytest.fixture(scope="module", params=sorted(PROVIDERS))
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    with PROVIDERS[request.param](request, tmp_path_factory.mktemp(request.param)) as made:
        yield made


@pytest.fixture(scope="module")
def before(subject: Subject) -> Answers:
    collector = subject.make()
    try:
        return cycle(collector)
    finally:
        collector.close()


class TestConformance(Conformance):
    """Each test of the suite, for each provider."""
