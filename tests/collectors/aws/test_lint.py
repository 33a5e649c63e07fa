"""Rows agree with the vendor's bundled models, and the lint notices where they do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collectors.aws.lint import Models, faults
from collectors.aws.resources import ROWS
from collectors.aws.resources.compute import FUNCTION_URL, INSTANCE
from collectors.aws.resources.containers import ECS_SERVICE
from collectors.aws.resources.integration import EVENT_BUS, QUEUE
from collectors.aws.resources.storage import BUCKET
from collectors.aws.row import AwsResourceType
from collectors.spec import Call, Link


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.type)
def test_row_is_sound(row: AwsResourceType, models: Models) -> None:
    assert faults(row, models) == []


BROKEN = {
    "there is no service sqss": replace(QUEUE, service="sqss"),
    "sqs has no operation ListQueue": replace(QUEUE, list=Call("ListQueue", "QueueUrls[].{QueueUrl: @}")),
    "there is no field QueueUrlz": replace(QUEUE, list=Call("ListQueues", "QueueUrlz[].{QueueUrl: @}")),
    "ListQueues has no parameter Max": replace(
        QUEUE, list=Call("ListQueues", "QueueUrls[].{QueueUrl: @}", {"Max": 1})
    ),
    "its items have no fields": replace(QUEUE, list=Call("ListQueues", "QueueUrls[]")),
    "gives no list of items": replace(QUEUE, list=Call("ListQueues", "NextToken")),
    "is no path": replace(QUEUE, list=Call("ListQueues", "QueueUrls[.")),
    "PurgeQueue is not an operation that only lists": replace(
        QUEUE, detail=(Call("PurgeQueue", "@", {"QueueUrl": "{QueueUrl}"}, into="Nothing"),)
    ),
    "GetObject is not an operation that only lists": replace(
        BUCKET,
        detail=(*BUCKET.detail, Call("GetObject", "Body", {"Bucket": "{Name}", "Key": "k"}, into="Body")),
    ),
    "needs the parameter QueueUrl": replace(QUEUE, detail=(Call("ListQueueTags", "Tags", into="Tags"),)),
    "urn and name are made of the listing alone": replace(QUEUE, urn="{Attributes.QueueArn}"),
    "there is no field InstanceTypo": replace(INSTANCE, keep=("InstanceTypo",)),
    "there is no field Typo; there are Arn": replace(
        INSTANCE, links=(Link("assumes", "{IamInstanceProfile.Typo}"),)
    ),
    "there is no field Nam;": replace(FUNCTION_URL, name="{parent.Nam}"),
    "there is no field serviceArnz": replace(
        ECS_SERVICE, detail=(replace(ECS_SERVICE.detail[0], parameters={"services": "{serviceArnz}"}),)
    ),
    "must be a template with one path": replace(
        ECS_SERVICE, detail=(replace(ECS_SERVICE.detail[0], chunk=("include", 10)),)
    ),
    "has pages, and nothing says how to ask": replace(EVENT_BUS, list=replace(EVENT_BUS.list, pages=None)),
    "there is no filter tial": replace(QUEUE, name="{QueueUrl|tial}"),
    "has a brace that belongs to no path": replace(QUEUE, name="{QueueUrl"),
    "has not the three parts": replace(QUEUE, aliases=("public|{QueueUrl}",)),
    "hides the engine's own word": replace(
        QUEUE, list=Call("ListQueues", "QueueUrls[].{QueueUrl: @, tag: @}")
    ),
    "ListQueueTags has no error NoSuchQueue": replace(
        QUEUE, detail=(replace(QUEUE.detail[1], gone=("NoSuchQueue",)),)
    ),
    "keeps Policy twice": replace(QUEUE, keep=("Policy: Attributes.Policy", "Policy: Attributes.Other")),
    "in order but does not keep it": replace(QUEUE, ordered=("Rules",)),
    "does not say how the actions of macie2 begin": replace(
        QUEUE, service="macie2", list=Call("ListMembers", "members[]"), detail=()
    ),
}


@pytest.mark.parametrize(
    ("complaint", "row"), BROKEN.items(), ids=lambda each: each if isinstance(each, str) else ""
)
def test_lint_notices(complaint: str, row: AwsResourceType, models: Models) -> None:
    found = faults(row, models)
    assert any(complaint in each for each in found), found
    assert all(each.startswith(row.type) for each in found)


def test_fingerprint_follows_what_shapes_content_and_nothing_else() -> None:
    assert replace(QUEUE, keep=()).fingerprint != QUEUE.fingerprint
    assert replace(QUEUE, report=INSTANCE.report).fingerprint == QUEUE.fingerprint
    assert replace(FUNCTION_URL, over=replace(INSTANCE, urn="x")).fingerprint != FUNCTION_URL.fingerprint
    assert len({row.fingerprint for row in ROWS}) == len(ROWS)
