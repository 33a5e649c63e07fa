"""Networks and the load balancers that let traffic into them."""

from __future__ import annotations

from collectors.aws.row import AwsResourceType
from collectors.model import Role
from collectors.spec import Call, Link

VPC = AwsResourceType(
    type="aws.ec2.vpc",
    service="ec2",
    list=Call("DescribeVpcs", "Vpcs[]"),
    urn="arn:{partition}:ec2:{region}:{OwnerId}:vpc/{VpcId}",
    name="{tag.Name || VpcId}",
    role=Role.NETWORK,
    aliases=("public|vpc|{VpcId}",),
    keep=("CidrBlock", "IsDefault", "Ipv6: Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock"),
)

SUBNET = AwsResourceType(
    type="aws.ec2.subnet",
    service="ec2",
    list=Call("DescribeSubnets", "Subnets[]"),
    urn="arn:{partition}:ec2:{region}:{OwnerId}:subnet/{SubnetId}",
    name="{tag.Name || SubnetId}",
    role=Role.NETWORK,
    aliases=("public|subnet|{SubnetId}",),
    namespaces=("vpc:{VpcId}",),
    keep=("AvailabilityZone", "CidrBlock", "MapPublicIpOnLaunch"),
    links=(Link("part_of", "public|vpc|{VpcId}"),),
)

SECURITY_GROUP = AwsResourceType(
    type="aws.ec2.security_group",
    service="ec2",
    list=Call("DescribeSecurityGroups", "SecurityGroups[]", {"MaxResults": 1000}),
    urn="arn:{partition}:ec2:{region}:{OwnerId}:security-group/{GroupId}",
    name="{GroupName}",
    role=Role.NETWORK,
    aliases=("public|security_group|{GroupId}",),
    keep=("Description", "IpPermissions", "IpPermissionsEgress"),
    links=(Link("in_network", "public|vpc|{VpcId}"),),
)

LOAD_BALANCER = AwsResourceType(
    type="aws.elbv2.load_balancer",
    service="elbv2",
    list=Call("DescribeLoadBalancers", "LoadBalancers[]"),
    urn="{LoadBalancerArn}",
    name="{LoadBalancerName}",
    role=Role.ENTRY,
    detail=(
        Call(
            "DescribeTags",
            "TagDescriptions[].{LoadBalancerArn: ResourceArn, Tags: Tags}",
            {"ResourceArns": "{LoadBalancerArn}"},
            into="Tags",
            chunk=("ResourceArns", 20),
        ),
    ),
    aliases=("public|host|{DNSName}",),
    namespaces=("vpc:{VpcId}",),
    keep=("DNSName", "IpAddressType", "Scheme", "State: State.Code", "Type"),
    links=(
        Link("in_network", "public|subnet|{AvailabilityZones[].SubnetId}"),
        Link("guarded_by", "public|security_group|{SecurityGroups[]}"),
    ),
    public="Scheme == 'internet-facing'",
)

LISTENER = AwsResourceType(
    type="aws.elbv2.listener",
    service="elbv2",
    over=LOAD_BALANCER,
    list=Call(
        "DescribeListeners",
        "Listeners[]",
        {"LoadBalancerArn": "{parent.LoadBalancerArn}"},
        gone=("LoadBalancerNotFound",),
    ),
    urn="{ListenerArn}",
    name="{parent.LoadBalancerName}:{Port}",
    role=Role.ENTRY,
    detail=(
        Call(
            "DescribeRules",
            "Rules",
            {"ListenerArn": "{ListenerArn}"},
            into="Rules",
            gone=("ListenerNotFound",),
        ),
    ),
    tags="",
    keep=(
        "Certificates: Certificates[].CertificateArn",
        "Port",
        "Protocol",
        "Rules: Rules[].{Priority: Priority, Conditions: Conditions, Targets: Actions[].TargetGroupArn}",
        "SslPolicy",
    ),
    links=(
        Link("routes_to", "{LoadBalancerArn}", inward=True),
        Link("routes_to", "{Rules[].Actions[].TargetGroupArn}"),
        Link("routes_to", "{Rules[].Actions[].ForwardConfig.TargetGroups[].TargetGroupArn}"),
        Link("routes_to", "{DefaultActions[].TargetGroupArn}"),
        Link("routes_to", "{DefaultActions[].ForwardConfig.TargetGroups[].TargetGroupArn}"),
        Link("uses_certificate", "{Certificates[].CertificateArn}"),
    ),
)

TARGET_GROUP = AwsResourceType(
    type="aws.elbv2.target_group",
    service="elbv2",
    list=Call("DescribeTargetGroups", "TargetGroups[]"),
    urn="{TargetGroupArn}",
    name="{TargetGroupName}",
    role=Role.NETWORK,
    detail=(
        Call(
            "DescribeTargetHealth",
            "TargetHealthDescriptions[].Target.Id",
            {"TargetGroupArn": "{TargetGroupArn}"},
            into="Targets",
            gone=("TargetGroupNotFound",),
        ),
    ),
    tags="",
    keep=("HealthCheckPath", "Port", "Protocol", "TargetType"),
    links=(
        Link("in_network", "public|vpc|{VpcId}"),
        Link("routes_to", "public|instance|{(TargetType == 'instance' && Targets) || `[]`}"),
        Link("routes_to", "vpc:{VpcId}|address|{(TargetType == 'ip' && Targets) || `[]`}"),
        Link("routes_to", "{(TargetType == 'lambda' && Targets) || `[]`}"),
        Link("routes_to", "{(TargetType == 'alb' && Targets) || `[]`}"),
    ),
)

ROWS = (VPC, SUBNET, SECURITY_GROUP, LOAD_BALANCER, LISTENER, TARGET_GROUP)
