"""What hands data on: queues, topics, streams, rules, workflows."""

from __future__ import annotations

from collectors.aws.row import AwsResourceType
from collectors.model import Role
from collectors.spec import Call, Link

QUEUE = AwsResourceType(
    type="aws.sqs.queue",
    service="sqs",
    list=Call("ListQueues", "QueueUrls[].{QueueUrl: @}", {"MaxResults": 1000}),
    urn="arn:{partition}:sqs:{region}:{account}:{QueueUrl|tail}",
    name="{QueueUrl|tail}",
    role=Role.QUEUE,
    detail=(
        Call(
            "GetQueueAttributes",
            "Attributes",
            {"QueueUrl": "{QueueUrl}", "AttributeNames": ("All",)},
            into="Attributes",
            gone=("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
        ),
        Call(
            "ListQueueTags",
            "Tags",
            {"QueueUrl": "{QueueUrl}"},
            into="Tags",
            gone=("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
        ),
    ),
    aliases=("public|queue|{QueueUrl}",),
    keep=(
        "FifoQueue: Attributes.FifoQueue",
        "MessageRetentionPeriod: Attributes.MessageRetentionPeriod",
        "Policy: Attributes.Policy",
        "RedrivePolicy: Attributes.RedrivePolicy",
        "SqsManagedSseEnabled: Attributes.SqsManagedSseEnabled",
    ),
    links=(Link("encrypted_by", "aws:{account}:{region}|kms|{Attributes.KmsMasterKeyId}"),),
)

ROWS = (QUEUE,)
