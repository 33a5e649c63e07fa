"""What runs code without an orchestrator: instances and functions."""

from __future__ import annotations

from collectors.aws.row import AwsResourceType
from collectors.model import Role
from collectors.spec import Call, Link

INSTANCE = AwsResourceType(
    type="aws.ec2.instance",
    service="ec2",
    list=Call(
        "DescribeInstances",
        ("Reservations[]", "Instances[?State.Name != 'terminated']"),
        {"MaxResults": 1000},
    ),
    urn="arn:{partition}:ec2:{region}:{up.OwnerId}:instance/{InstanceId}",
    name="{tag.Name || InstanceId}",
    role=Role.WORKLOAD,
    aliases=(
        "public|instance|{InstanceId}",
        "public|host|{PublicDnsName}",
        "public|address|{PublicIpAddress}",
        "vpc:{VpcId}|address|{NetworkInterfaces[].PrivateIpAddresses[].PrivateIpAddress}",
        "vpc:{VpcId}|address|{PrivateIpAddress}",
        "vpc:{VpcId}|host|{PrivateDnsName}",
    ),
    namespaces=("vpc:{VpcId}",),
    keep=(
        "AvailabilityZone: Placement.AvailabilityZone",
        "EbsOptimized",
        "ImageId",
        "InstanceType",
        "MetadataTokens: MetadataOptions.HttpTokens",
        "PublicIpAddress",
        "State: State.Name",
    ),
    links=(
        Link("in_network", "public|subnet|{SubnetId}"),
        Link("guarded_by", "public|security_group|{SecurityGroups[].GroupId}"),
        Link("assumes", "{IamInstanceProfile.Arn}"),
        Link("member_of", 'aws:{account}:{region}|autoscaling_group|{tag."aws:autoscaling:groupName"}'),
    ),
    public="PublicIpAddress != null",
)

FUNCTION = AwsResourceType(
    type="aws.lambda.function",
    service="lambda",
    list=Call("ListFunctions", "Functions[]"),
    urn="{FunctionArn}",
    name="{FunctionName}",
    role=Role.WORKLOAD,
    detail=(
        Call(
            "ListTags",
            "Tags",
            {"Resource": "{FunctionArn}"},
            into="Tags",
            gone=("ResourceNotFoundException",),
        ),
        Call(
            "ListEventSourceMappings",
            "EventSourceMappings[].EventSourceArn",
            {"FunctionName": "{FunctionArn}"},
            into="Sources",
            gone=("ResourceNotFoundException",),
        ),
    ),
    aliases=("aws:{account}:{region}|function|{FunctionName}",),
    namespaces=("vpc:{VpcConfig.VpcId}",),
    keep=(
        "Architectures",
        "CodeSha256",
        "Handler",
        "Layers: Layers[].Arn",
        "MemorySize",
        "PackageType",
        "Runtime",
        "Timeout",
        "Tracing: TracingConfig.Mode",
    ),
    links=(
        Link("in_network", "public|subnet|{VpcConfig.SubnetIds[]}"),
        Link("guarded_by", "public|security_group|{VpcConfig.SecurityGroupIds[]}"),
        Link("assumes", "{Role}"),
        Link("encrypted_by", "{KMSKeyArn}"),
        Link("triggers", "{Sources[]}", inward=True),
    ),
    environment="Environment.Variables",
)

FUNCTION_URL = AwsResourceType(
    type="aws.lambda.function_url",
    service="lambda",
    over=FUNCTION,
    list=Call(
        "ListFunctionUrlConfigs",
        "FunctionUrlConfigs[]",
        {"FunctionName": "{parent.FunctionName}"},
        gone=("ResourceNotFoundException",),
    ),
    urn="{FunctionArn}/url",
    name="{parent.FunctionName}",
    role=Role.ENTRY,
    tags="",
    aliases=("public|host|{FunctionUrl|host}",),
    keep=("AuthType", "Cors", "FunctionUrl", "InvokeMode"),
    links=(Link("routes_to", "{FunctionArn}"),),
    public="AuthType == 'NONE'",
)

ROWS = (INSTANCE, FUNCTION, FUNCTION_URL)
