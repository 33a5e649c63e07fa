"""Whatever the weather: the extent it meets is a gap, every other is listed, and nothing is half."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from botocore.exceptions import ClientError

from collectors.aws.collector import AwsCollector
from collectors.aws.faults import not_listed
from collectors.aws.resources.database import DB_INSTANCE
from collectors.aws.resources.integration import QUEUE as QUEUE_ROW
from collectors.aws.sessions import AwsAccount
from collectors.model import Extent, Gap, Listing, Scope, Why
from tests.support.aws_asking import collector, cycle, listed
from tests.support.aws_estate import ACCOUNT, REGION, Clients
from tests.support.fault_proxy import FaultProxy

QUEUE, DATABASE = "aws.sqs.queue", "aws.rds.instance"
OTHER = "us-east-1"
SMALL_PAGES = replace(QUEUE_ROW, list=replace(QUEUE_ROW.list, parameters={"MaxResults": 2}), detail=())


@pytest.fixture(scope="module")
def queues(estate) -> Iterator[int]:
    """So many queues that two on a page make three pages."""
    sqs = Clients(estate.url)("sqs")
    urls = [sqs.create_queue(QueueName=f"more-{n}")["QueueUrl"] for n in range(4)]
    yield 5
    for url in urls:
        sqs.delete_queue(QueueUrl=url)


def of(answers: dict[Extent, Listing | Gap], type: str, region: str = REGION) -> Listing | Gap:
    return answers[Extent(type, Scope("aws", ACCOUNT, region))]


def gap(answers: dict[Extent, Listing | Gap], type: str, region: str = REGION) -> Gap:
    answer = of(answers, type, region)
    assert isinstance(answer, Gap), answer
    return answer


def test_a_denied_type_in_one_region_is_a_gap_there_alone(proxy: FaultProxy) -> None:
    proxy.rule(service="rds", region=OTHER, effect="denied")
    with collector(proxy.url, QUEUE, DATABASE, regions=(REGION, OTHER)) as made:
        answers = cycle(made)
    denied = gap(answers, DATABASE, OTHER)
    assert denied.why is Why.DENIED
    assert denied.detail == (
        "denied: rds:DescribeDBInstances; `driftline permissions aws` prints the policy that allows it"
    )
    assert [type(answer) for answer in answers.values()].count(Gap) == 1


def test_a_denial_is_not_repeated(proxy: FaultProxy) -> None:
    rule = proxy.rule(service="rds", action="DescribeDBInstances", effect="denied")
    with collector(proxy.url, DATABASE) as made:
        cycle(made)
    assert rule.fired == 1


def test_a_passing_throttle_is_waited_out(proxy: FaultProxy) -> None:
    rule = proxy.rule(service="sqs", action="ListQueues", effect="throttled", times=2)
    with collector(proxy.url, QUEUE) as made:
        assert listed(cycle(made), QUEUE).resources
    assert rule.fired == 2


def test_a_lasting_throttle_is_a_gap(proxy: FaultProxy) -> None:
    proxy.rule(service="rds", effect="throttled")
    with collector(proxy.url, QUEUE, DATABASE, deadline=4) as made:
        answers = cycle(made)
    assert gap(answers, DATABASE).why is Why.THROTTLED
    assert isinstance(of(answers, QUEUE), Listing)


def test_a_dead_region_costs_its_deadline_once_and_no_other_region(proxy: FaultProxy) -> None:
    proxy.rule(region=OTHER, service="rds", effect="dead")
    begin = time.monotonic()
    with collector(proxy.url, QUEUE, "aws.rds.*", regions=(REGION, OTHER), deadline=3) as made:
        answers = cycle(made)
    assert time.monotonic() - begin < 9
    for type in (DATABASE, "aws.rds.cluster"):
        assert gap(answers, type, OTHER).why is Why.UNREACHABLE
        assert isinstance(of(answers, type), Listing)
    assert isinstance(of(answers, QUEUE, OTHER), Listing)


def test_an_endpoint_known_to_be_dead_is_not_asked_again_in_this_cycle(proxy: FaultProxy) -> None:
    rule = proxy.rule(service="rds", effect="dead")
    with collector(proxy.url, "aws.rds.*", deadline=2) as made:
        requests = list(made.plan())
        first = list(made.answer(requests[0]))
        fired = rule.fired
        second = list(made.answer(requests[1]))
    assert all(isinstance(each, Gap) and each.why is Why.UNREACHABLE for each in [*first, *second])
    assert rule.fired == fired


@pytest.mark.parametrize("effect", ["failed", "stale", "expired", "broken"])
@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_page_that_fails_once_begins_the_listing_anew(
    proxy: FaultProxy, queues: int, page: int, effect: str
) -> None:
    proxy.rule(service="sqs", action="ListQueues", effect=effect, after=page - 1, times=1)
    with collector(proxy.url, rows=(SMALL_PAGES,)) as made:
        answer = of(cycle(made), QUEUE)
    if isinstance(answer, Gap):
        assert effect == "expired"  # keys from the environment cannot be renewed
        assert answer.why is Why.EXPIRED
    else:
        assert len(answer.resources) == queues


@pytest.mark.parametrize("effect", ["denied", "expired", "stale", "NoSuchThing"])
@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_page_that_keeps_failing_is_a_gap_never_a_part(
    proxy: FaultProxy, queues: int, page: int, effect: str
) -> None:
    proxy.rule(service="sqs", action="ListQueues", effect=effect, after=page - 1)
    with collector(proxy.url, rows=(SMALL_PAGES,)) as made:
        assert isinstance(of(cycle(made), QUEUE), Gap)


def test_a_huge_answer_is_a_gap_and_is_not_read(proxy: FaultProxy) -> None:
    proxy.rule(service="sqs", action="ListQueues", effect="huge")
    with collector(proxy.url, QUEUE, DATABASE) as made:
        answers = cycle(made)
    assert gap(answers, QUEUE).why is Why.FAILED
    assert "larger than 32 MiB" in gap(answers, QUEUE).detail
    assert isinstance(of(answers, DATABASE), Listing)


def test_a_denied_detail_leaves_the_listing_whole_and_its_fields_unobserved(proxy: FaultProxy) -> None:
    proxy.rule(service="sqs", action="GetQueueAttributes", effect="denied")
    with collector(proxy.url, QUEUE) as made:
        listing = listed(cycle(made), QUEUE)
    assert listing.details_failed == len(listing.resources) > 0
    for queue in listing.resources:
        assert "Policy" in queue.unobserved
        assert "encrypted_by" in queue.unobserved
        assert "tags" not in queue.unobserved


def test_whether_a_bucket_is_public_is_not_known_where_its_policy_is_denied(proxy: FaultProxy) -> None:
    proxy.rule(service="s3", action="GET /estate-public?policyStatus", effect="denied")
    with collector(proxy.url, "aws.s3.bucket") as made:
        buckets = {each.name: each for each in listed(cycle(made), "aws.s3.bucket").resources}
    assert buckets["estate-public"].public is None
    assert "public" in buckets["estate-public"].unobserved
    assert buckets["estate-orders"].public is False
    assert buckets["estate-orders"].unobserved == ()


def test_an_item_that_went_away_before_its_detail_is_left_out(proxy: FaultProxy) -> None:
    proxy.rule(service="sqs", action="GetQueueAttributes", effect="QueueDoesNotExist", times=1)
    with collector(proxy.url, QUEUE) as made:
        listing = listed(cycle(made), QUEUE)
        proxy.clear()
        assert len(listed(cycle(made), QUEUE).resources) == len(listing.resources) + 1
    assert listing.details_failed == 0


def test_children_are_a_gap_as_soon_as_one_parents_listing_fails(proxy: FaultProxy) -> None:
    proxy.rule(service="elasticloadbalancing", action="DescribeListeners", effect="denied")
    with collector(proxy.url, "aws.elbv2.*") as made:
        answers = cycle(made)
    assert gap(answers, "aws.elbv2.listener").why is Why.DENIED
    assert isinstance(of(answers, "aws.elbv2.load_balancer"), Listing)


def test_children_are_a_gap_if_their_parents_cannot_be_listed(proxy: FaultProxy) -> None:
    proxy.rule(service="elasticloadbalancing", action="DescribeLoadBalancers", effect="denied")
    with collector(proxy.url, "aws.elbv2.*") as made:
        answers = cycle(made)
    for type in ("aws.elbv2.load_balancer", "aws.elbv2.listener"):
        assert gap(answers, type).why is Why.DENIED
    assert isinstance(of(answers, "aws.elbv2.target_group"), Listing)


def test_expired_credentials_are_gaps_of_what_was_unfinished(proxy: FaultProxy) -> None:
    with collector(proxy.url, QUEUE, DATABASE) as made:
        requests = {each.extents[0].type: each for each in made.plan()}
        (finished,) = made.answer(requests[QUEUE])
        proxy.rule(effect="expired")
        (unfinished,) = made.answer(requests[DATABASE])
    assert isinstance(finished, Listing)
    assert isinstance(unfinished, Gap)
    assert unfinished.why is Why.EXPIRED
    assert unfinished.detail == "the credentials have expired: renew them"


def test_a_gap_heals_to_the_listing_there_was_before(proxy: FaultProxy) -> None:
    with collector(proxy.url, QUEUE, DATABASE) as made:
        before = cycle(made)
        proxy.rule(effect="unavailable", service="rds")
        assert isinstance(of(cycle(made), DATABASE), Gap)
        proxy.clear()
        assert cycle(made) == before


def test_an_account_without_credentials_says_what_to_do(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    account = AwsAccount("shop", account=ACCOUNT, regions=(REGION,), endpoint_url=proxy.url)
    with collector(proxy.url, QUEUE, account=account) as made:
        answer = gap(cycle(made), QUEUE)
        assert made.asked() is None
    assert answer.why is Why.EXPIRED
    assert "set profile or role_arn in [[aws.accounts]]" in answer.detail


def test_an_unknown_profile_is_named(proxy: FaultProxy) -> None:
    account = AwsAccount("shop", account=ACCOUNT, profile="nobody", regions=(REGION,), endpoint_url=proxy.url)
    with collector(proxy.url, QUEUE, account=account) as made:
        answer = gap(cycle(made), QUEUE)
    assert answer.why is Why.DENIED
    assert "nobody" in answer.detail


def test_the_wrong_account_is_a_gap_and_is_not_listed(proxy: FaultProxy) -> None:
    account = AwsAccount("shop", account="999999999999", regions=(REGION,), endpoint_url=proxy.url)
    with collector(proxy.url, QUEUE, account=account) as made:
        (answer,) = cycle(made).values()
    assert isinstance(answer, Gap)
    assert answer.extent.scope.account == "999999999999"
    assert f"belong to account {ACCOUNT}, not 999999999999" in answer.detail
    assert not [call for call in proxy.calls if call[0] == "sqs"]


def test_one_account_in_trouble_leaves_the_other_alone(proxy: FaultProxy) -> None:
    accounts = [
        AwsAccount("shop", regions=(REGION,), endpoint_url=proxy.url),
        AwsAccount(
            "bank", account="999999999999", profile="nobody", regions=(REGION,), endpoint_url=proxy.url
        ),
    ]
    made = AwsCollector(accounts, types=[QUEUE], deadline=20)
    try:
        answers = cycle(made)
    finally:
        made.close()
    assert {extent.scope.account: type(answer) for extent, answer in answers.items()} == {
        ACCOUNT: Listing,
        "999999999999": Gap,
    }


def test_an_unidentified_account_retires_nothing(proxy: FaultProxy) -> None:
    proxy.rule(service="sts", effect="denied")
    with collector(proxy.url, QUEUE) as made:
        answers = cycle(made)
        assert made.asked() is None
    assert all(isinstance(answer, Gap) for answer in answers.values())
    assert answers


def test_an_account_once_known_keeps_its_extents_when_it_cannot_be_entered(proxy: FaultProxy) -> None:
    with collector(proxy.url, QUEUE) as made:
        before = cycle(made)
        asked = made.asked()
        proxy.rule(service="sts", effect="denied")
        assert cycle(made).keys() == before.keys()
        assert made.asked() == asked


def test_a_role_is_assumed_and_all_enabled_regions_are_asked(proxy: FaultProxy) -> None:
    account = AwsAccount(
        "shop",
        role_arn="arn:aws:iam::210987654321:role/reader",
        external_id="shop-1",
        regions=("all",),
        endpoint_url=proxy.url,
    )
    with collector(proxy.url, QUEUE, account=account) as made:
        extents = {extent for request in made.plan() for extent in request.extents}
    assert ("sts", "us-east-1", "AssumeRole") in proxy.calls
    assert {extent.scope.account for extent in extents} == {"210987654321"}
    assert {REGION, OTHER} <= {extent.scope.region for extent in extents}
    assert len(extents) > 10


def test_expired_keys_of_a_role_are_renewed_once_and_the_listing_begun_anew(proxy: FaultProxy) -> None:
    account = AwsAccount(
        "shop", role_arn="arn:aws:iam::210987654321:role/reader", regions=(REGION,), endpoint_url=proxy.url
    )
    with collector(proxy.url, QUEUE, account=account) as made:
        proxy.rule(service="sqs", action="ListQueues", effect="expired", times=1)
        assert listed(cycle(made), QUEUE).extent.scope.account == "210987654321"
        assert [action for _, _, action in proxy.calls].count("AssumeRole") == 2
        proxy.rule(service="sqs", action="ListQueues", effect="expired")
        (answer,) = cycle(made).values()
    assert isinstance(answer, Gap)
    assert answer.why is Why.EXPIRED


def test_a_listing_slower_than_its_deadline_does_not_condemn_the_endpoint(
    proxy: FaultProxy, queues: int
) -> None:
    with collector(proxy.url, rows=(SMALL_PAGES, replace(QUEUE_ROW, type="aws.sqs.other"))) as made:
        slow, other = made.plan()
        (answer,) = made.answer(replace(slow, deadline=0.0))
        assert isinstance(answer, Gap)
        assert "raise aws.deadline" in answer.detail
        assert [type(each) for each in made.answer(other)] == [Listing]


def test_a_region_that_is_not_enabled_is_told_from_wrong_keys() -> None:
    refusal = ClientError(
        {"Error": {"Code": "UnrecognizedClientException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "x"
    )
    assert (
        not_listed(refusal, "sqs", "ListQueues", "eu-south-1", frozenset({"eu-south-1"})).why is Why.DISABLED
    )
    assert not_listed(refusal, "sqs", "ListQueues", "eu-west-1", frozenset({"eu-south-1"})).why is Why.EXPIRED


def test_a_message_repeats_nothing_that_the_vendor_said() -> None:
    refusal = ClientError(
        {
            "Error": {"Code": "<b>x</b>", "Message": "User anna@example.com"},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        },
        "x",
    )
    assert not_listed(refusal, "sqs", "ListQueues", "eu-west-1").detail == (
        "sqs:ListQueues failed with an unknown code (HTTP 400)"
    )


def test_a_defect_in_one_row_is_a_gap_of_that_row(proxy: FaultProxy) -> None:
    def broken(item: dict[str, object]) -> dict[str, object]:
        raise KeyError("secret-value")

    rows = (replace(QUEUE_ROW, refine=broken), DB_INSTANCE)
    with collector(proxy.url, rows=rows) as made:
        answers = cycle(made)
    assert gap(answers, QUEUE).why is Why.FAILED
    assert "KeyError" in gap(answers, QUEUE).detail
    assert "secret-value" not in gap(answers, QUEUE).detail
    assert isinstance(of(answers, DATABASE), Listing)


@pytest.fixture(scope="module")
def fair(estate) -> dict[Extent, Listing | Gap]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        with collector(estate.url, *WEATHERED) as made:
            return cycle(made)


WEATHERED = (
    "aws.ecs.*",
    "aws.elbv2.*",
    "aws.events.*",
    "aws.ecr.*",
    "aws.s3.*",
    "aws.kms.*",
    "aws.dynamodb.*",
)
SERVICES = ("ecs", "elasticloadbalancing", "events", "ecr", "s3", "kms", "dynamodb", "*")


@pytest.mark.parametrize("seed", range(12))
def test_in_any_weather_an_extent_shows_what_is_there_or_is_a_gap(
    proxy: FaultProxy, fair: dict[Extent, Listing | Gap], seed: int
) -> None:
    chance = Random(seed)
    with collector(proxy.url, *WEATHERED) as made:
        list(made.plan())  # the account is known; the weather comes afterwards
        for _ in range(chance.randint(1, 4)):
            proxy.rule(
                service=chance.choice(SERVICES),
                effect=chance.choice(["denied", "expired", "stale", "NoSuchThing", "broken"]),
                after=chance.randint(0, 6),
                times=chance.choice([1, 2, None]),
            )
        answers = cycle(made)
    assert answers.keys() == fair.keys()
    for extent, answer in answers.items():
        there = fair[extent]
        assert isinstance(there, Listing)
        if isinstance(answer, Listing):
            assert [each.urn for each in answer.resources] == [each.urn for each in there.resources]
            for seen, whole in zip(answer.resources, there.resources, strict=True):
                told = {
                    **whole.attributes,
                    **{name: None for name in whole.attributes if name in seen.unobserved},
                }
                assert {**told, **seen.attributes} == told
                lost = whole.attributes.keys() - seen.attributes.keys()
                assert lost <= set(seen.unobserved)
            verbs = {verb for each in answer.resources for verb in each.unobserved}
            gone = {str(each) for each in there.relations} - {str(each) for each in answer.relations}
            assert all(any(f"verb='{verb}'" in each for verb in verbs) for each in gone)
