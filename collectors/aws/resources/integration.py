"""What hands data on: queues, topics, streams, rules, workflows."""

from __future__ import annotations

from collectors.aws.refining import steps_of_state_machine
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

TOPIC = AwsResourceType(
    type="aws.sns.topic",
    service="sns",
    list=Call("ListTopics", "Topics[]"),
    urn="{TopicArn}",
    name="{TopicArn|tail}",
    role=Role.QUEUE,
    detail=(
        Call(
            "GetTopicAttributes",
            "Attributes",
            {"TopicArn": "{TopicArn}"},
            into="Attributes",
            gone=("NotFound", "NotFoundException"),
        ),
        Call(
            "ListTagsForResource",
            "Tags",
            {"ResourceArn": "{TopicArn}"},
            into="Tags",
            gone=("ResourceNotFound", "ResourceNotFoundException"),
        ),
    ),
    keep=("FifoTopic: Attributes.FifoTopic", "Policy: Attributes.Policy"),
    links=(Link("encrypted_by", "aws:{account}:{region}|kms|{Attributes.KmsMasterKeyId}"),),
)

SUBSCRIPTION = AwsResourceType(
    type="aws.sns.subscription",
    service="sns",
    list=Call("ListSubscriptions", "Subscriptions[?starts_with(SubscriptionArn, 'arn:')]"),
    urn="{SubscriptionArn}",
    name="{TopicArn|tail} {Protocol}",
    tags="",
    keep=("Protocol",),  # an endpoint may be somebody's address or telephone number
    links=(
        Link("triggers", "{TopicArn}", inward=True),
        Link("triggers", "{(contains(['lambda', 'sqs', 'firehose'], Protocol) && Endpoint) || null|bare}"),
        Link("triggers", "public|host|{(contains(['http', 'https'], Protocol) && Endpoint) || null|host}"),
    ),
)

STREAM = AwsResourceType(
    type="aws.kinesis.stream",
    service="kinesis",
    list=Call("ListStreams", "StreamNames[].{StreamName: @}"),
    urn="arn:{partition}:kinesis:{region}:{account}:stream/{StreamName}",
    name="{StreamName}",
    role=Role.QUEUE,
    detail=(
        Call(
            "DescribeStreamSummary",
            "StreamDescriptionSummary",
            {"StreamName": "{StreamName}"},
            into="Stream",
            gone=("ResourceNotFoundException",),
        ),
        Call(
            "ListTagsForStream",
            "Tags",
            {"StreamName": "{StreamName}", "Limit": 50},  # a stream has no more
            into="Tags",
            gone=("ResourceNotFoundException",),
        ),
    ),
    keep=(
        "EncryptionType: Stream.EncryptionType",
        "Mode: Stream.StreamModeDetails.StreamMode",
        "RetentionPeriodHours: Stream.RetentionPeriodHours",
    ),
    links=(Link("encrypted_by", "aws:{account}:{region}|kms|{Stream.KeyId}"),),
)

EVENT_BUS = AwsResourceType(
    type="aws.events.bus",
    service="events",
    list=Call("ListEventBuses", "EventBuses[]", pages=("NextToken", "NextToken")),
    urn="{Arn}",
    name="{Name}",
    role=Role.QUEUE,
    tags="",
    keep=("Policy",),
)

RULE = AwsResourceType(
    type="aws.events.rule",
    service="events",
    over=EVENT_BUS,
    list=Call(
        "ListRules",
        "Rules[]",
        {"EventBusName": "{parent.Name}"},
        gone=("ResourceNotFoundException",),
    ),
    urn="{Arn}",
    name="{Name}",
    detail=(
        Call(
            "ListTargetsByRule",
            "Targets[].Arn",
            {"Rule": "{Name}", "EventBusName": "{parent.Name}"},
            into="Targets",
            gone=("ResourceNotFoundException",),
        ),
    ),
    tags="",
    keep=("EventPattern", "ManagedBy", "ScheduleExpression", "State", "Targets"),
    links=(
        Link("triggers", "{parent.Arn}", inward=True),
        Link("triggers", "{Targets[]|bare}"),
        Link("assumes", "{RoleArn}"),
    ),
)

STATE_MACHINE = AwsResourceType(
    type="aws.states.state_machine",
    service="stepfunctions",
    list=Call("ListStateMachines", "stateMachines[]"),
    urn="{stateMachineArn}",
    name="{name}",
    role=Role.WORKLOAD,
    detail=(
        Call(
            "DescribeStateMachine",
            "{definition: definition, roleArn: roleArn, status: status, "
            "level: loggingConfiguration.level, tracing: tracingConfiguration.enabled}",
            {"stateMachineArn": "{stateMachineArn}"},
            gone=("StateMachineDoesNotExist",),
        ),
        Call(
            "ListTagsForResource",
            "tags",
            {"resourceArn": "{stateMachineArn}"},
            into="tags",
            gone=("ResourceNotFound",),
        ),
    ),
    tags="tags",
    keep=("Invokes", "LogLevel: level", "States", "Status: status", "Tracing: tracing", "Type: type"),
    links=(Link("assumes", "{roleArn}"), Link("triggers", "{Invokes[]|bare}")),
    refine=steps_of_state_machine,
)

ROWS = (QUEUE, TOPIC, SUBSCRIPTION, STREAM, EVENT_BUS, RULE, STATE_MACHINE)
