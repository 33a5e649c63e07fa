from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collectors.aws.environment import tongue
from collectors.aws.resources.compute import INSTANCE
from collectors.aws.resources.integration import QUEUE
from collectors.model import Alias, Scope
from collectors.shaping import plain, shaped, tags, target

WORDS = {"region": "eu-west-1", "account": "1", "partition": "aws"}
HERE = Scope("aws", "1", "eu-west-1")
ITEM = {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/orders", **WORDS}


def test_order_without_meaning_is_no_difference() -> None:
    one = {"b": [{"x": 2, "y": ["q", "p"]}, {"x": 1}], "a": None}
    other = {"b": [{"x": 1}, {"y": ["p", "q"], "x": 2}]}
    assert plain(one) == plain(other)


def test_a_policy_in_a_text_is_a_document() -> None:
    assert plain('{"Statement": [{"Action": ["b", "a"]}]}') == {"Statement": [{"Action": ["a", "b"]}]}
    assert plain("{not json") == "{not json"


def test_order_with_meaning_is_kept() -> None:
    assert plain(["b", "a"], in_order=True) == ["b", "a"]


def test_dates_are_texts_and_bytes_are_dropped() -> None:
    assert plain({"d": datetime(2026, 1, 2, tzinfo=UTC), "b": b"x"}) == {
        "d": "2026-01-02T00:00:00+00:00",
        "b": None,
    }


@pytest.mark.parametrize(
    "found",
    [
        {"b": "2", "a": "1"},
        [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}],
        [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}],
        [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": "2"}],
    ],
)
def test_tags_in_every_form_of_aws(found: object) -> None:
    assert list(tags(found).items()) == [("a", "1"), ("b", "2")]


def test_a_target_that_is_an_arn_already_is_the_arn() -> None:
    assert target("aws:1:eu|kms|arn:aws:kms:eu:1:key/k") == "arn:aws:kms:eu:1:key/k"
    assert target("aws:1:eu|kms|alias/x") == Alias("aws:1:eu", "kms", "alias/x")
    assert target("arn:aws:s3:::b") == "arn:aws:s3:::b"


def test_what_a_denied_detail_would_have_told_is_unobserved() -> None:
    item = {**ITEM, "Tags": {"a": "b"}}
    made = shaped(QUEUE, item, HERE, tongue(item), frozenset({"Attributes"}))
    assert made is not None
    queue, relations = made
    assert queue.attributes == {}
    assert queue.tags == {"a": "b"}
    assert queue.unobserved == (
        "FifoQueue",
        "MessageRetentionPeriod",
        "Policy",
        "RedrivePolicy",
        "SqsManagedSseEnabled",
        "encrypted_by",
    )
    assert relations == ()


def test_an_item_without_a_urn_is_not_of_this_type() -> None:
    assert shaped(QUEUE, WORDS, HERE, tongue(WORDS)) is None


def test_an_instance_that_a_group_started_is_a_member_of_it() -> None:
    item = {"InstanceId": "i-1", "up": {"OwnerId": "1"}, **WORDS}
    groups = [{"Key": "aws:autoscaling:groupName", "Value": "web"}]

    def group_of(tagged: list[dict[str, str]]) -> list[object]:
        made = shaped(INSTANCE, {**item, "Tags": tagged}, HERE, tongue(item))
        assert made is not None
        return [each.target for each in made[1] if each.verb == "member_of"]

    assert group_of(groups) == [Alias("aws:1:eu-west-1", "autoscaling_group", "web")]
    assert group_of([]) == []
