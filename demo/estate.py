"""The shop's estate in the cloud: what stands before a deployment, and what the deployment changes.

Only the cloud's own interface is used (boto3), as an operator's tools would use it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3  # type: ignore[import-untyped]  # it has no stubs

from demo import canaries
from demo.cloud import ACCOUNT

EU = "eu-central-1"
US = "us-east-1"
TAGS = {"Application": "shop", "Environment": "demo", "CostCentre": "12"}
NEW_COST_CENTRE = "14"
SERVICES = ("storefront", "orders", "accounts", "warehouse")  # on ECS; `warehouse` sends no spans
CHANGED_SERVICES = ("orders", "accounts")
NEW_SERVICE = "loyalty"
IMAGES = dict.fromkeys(SERVICES, "1.0.0")
DEPLOYED_IMAGES = {**dict.fromkeys(CHANGED_SERVICES, "2.0.0"), NEW_SERVICE: "1.0.0"}
FUNCTION = "notifications"
CLUSTER_ARN = f"arn:aws:ecs:{EU}:{ACCOUNT}:cluster/shop"
FUNCTION_ARN = f"arn:aws:lambda:{EU}:{ACCOUNT}:function:{FUNCTION}"
IDENTITY = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}

Client = Any  # boto3 makes its clients at run time


@dataclass(frozen=True, slots=True)
class Estate:
    """What the services and a second deployment need to know of what was built."""

    endpoint: str
    registry: str
    """How the names of images begin: the host and port they are pulled from."""
    shop_database: str
    """Host name of the database in eu-central-1."""
    analytics_database: str
    """Host name of the database in us-east-1."""
    database_port: int
    vpc: str
    public_subnets: tuple[str, ...]
    private_subnets: tuple[str, ...]
    entry_group: str
    service_group: str
    database_group: str


def build(endpoint: str, database_port: int, registry: str) -> Estate:
    """Creates the estate in an empty cloud. `registry`: where its images are, as host:port."""
    aws = _Regions(endpoint)
    network = _network(aws(EU, "ec2"))
    analytics = _analytics(aws, database_port)
    database = _database(aws(EU, "rds"), "shop-eu", network.database_group, database_port)
    estate = Estate(
        endpoint=endpoint,
        registry=registry,
        shop_database=database,
        analytics_database=analytics,
        database_port=database_port,
        vpc=network.vpc,
        public_subnets=network.public_subnets,
        private_subnets=network.private_subnets,
        entry_group=network.entry_group,
        service_group=network.service_group,
        database_group=network.database_group,
    )
    _storage(aws)
    _queues(aws)
    _identity(aws)
    _services(aws, estate)
    _function(aws, estate)
    _names(aws, estate)
    return estate


def deploy(estate: Estate) -> None:
    """Changes the estate as one deployment of the shop would."""
    aws = _Regions(estate.endpoint)
    ecs = aws(EU, "ecs")
    target_group = _entry(aws(EU, "elbv2"), estate, NEW_SERVICE, path="/loyalty/*")
    _task(ecs, estate, NEW_SERVICE, image_tag=DEPLOYED_IMAGES[NEW_SERVICE])
    _run(ecs, estate, NEW_SERVICE, target_group)
    for service in CHANGED_SERVICES:
        revision = _task(ecs, estate, service, image_tag=DEPLOYED_IMAGES[service])
        ecs.update_service(cluster="shop", service=service, taskDefinition=revision)
    sqs = aws(EU, "sqs")
    sqs.create_queue(QueueName="loyalty-points", tags=TAGS)
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="legacy-dlq")["QueueUrl"])
    aws(EU, "lambda").update_function_configuration(FunctionName=FUNCTION, Runtime="python3.13")
    aws(EU, "ec2").create_tags(
        Resources=[*estate.public_subnets, *estate.private_subnets],
        Tags=[{"Key": "CostCentre", "Value": NEW_COST_CENTRE}],
    )
    _database(aws(EU, "rds"), "shop-eu-replica", estate.database_group, estate.database_port)


@dataclass(frozen=True, slots=True)
class _Network:
    vpc: str
    public_subnets: tuple[str, ...]
    private_subnets: tuple[str, ...]
    entry_group: str
    service_group: str
    database_group: str


class _Regions:
    """Clients by region and service, each made once."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._session = boto3.Session(**IDENTITY)
        self._clients: dict[tuple[str, str], Client] = {}

    def __call__(self, region: str, service: str) -> Client:
        key = (region, service)
        if key not in self._clients:
            self._clients[key] = self._session.client(service, region, endpoint_url=self._endpoint)
        return self._clients[key]


def _tags(key: str, value: str, **more: str) -> list[dict[str, str]]:
    """The estate's tags in the spelling of one service."""
    return [{key: name, value: text} for name, text in {**TAGS, **more}.items()]


def _named(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": _tags("Key", "Value", Name=name)}]


def _network(ec2: Client, prefix: str = "shop", block: int = 20) -> _Network:
    vpc = ec2.create_vpc(CidrBlock=f"10.{block}.0.0/16", TagSpecifications=_named("vpc", f"{prefix}-vpc"))[
        "Vpc"
    ]["VpcId"]
    gateway = ec2.create_internet_gateway(TagSpecifications=_named("internet-gateway", f"{prefix}-internet"))
    ec2.attach_internet_gateway(InternetGatewayId=gateway["InternetGateway"]["InternetGatewayId"], VpcId=vpc)
    region = ec2.meta.region_name
    subnets = {
        (tier, zone): ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.{block}.{number}.0/24",
            AvailabilityZone=f"{region}{zone}",
            TagSpecifications=_named("subnet", f"{prefix}-{tier}-{zone}"),
        )["Subnet"]["SubnetId"]
        for number, (tier, zone) in enumerate(
            (("public", "a"), ("public", "b"), ("private", "a"), ("private", "b"))
        )
    }

    def group(name: str, port: int, **source: Any) -> str:
        made = ec2.create_security_group(
            GroupName=f"{prefix}-{name}",
            Description=f"Traffic to the {name}",
            VpcId=vpc,
            TagSpecifications=_named("security-group", f"{prefix}-{name}"),
        )["GroupId"]
        ec2.authorize_security_group_ingress(
            GroupId=made, IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}]
        )
        return str(made)

    entry = group("entry", 443, IpRanges=[{"CidrIp": "0.0.0.0/0", "Description": "everybody"}])
    services = group("services", 8080, UserIdGroupPairs=[{"GroupId": entry}])
    database = group("database", 5432, UserIdGroupPairs=[{"GroupId": services}])
    return _Network(
        vpc=vpc,
        public_subnets=(subnets["public", "a"], subnets["public", "b"]),
        private_subnets=(subnets["private", "a"], subnets["private", "b"]),
        entry_group=entry,
        service_group=services,
        database_group=database,
    )


def _database(rds: Client, name: str, group: str, port: int) -> str:
    """Creates an RDS instance; returns the host name of its endpoint."""
    made = rds.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.r7g.large",
        Engine="postgres",
        EngineVersion="16.4",
        DBName="analytics" if name.startswith("analytics") else "shop",
        MasterUsername="shop",
        MasterUserPassword=canaries.DATABASE_PASSWORD,
        AllocatedStorage=100,
        StorageEncrypted=True,
        MultiAZ=True,
        PubliclyAccessible=False,
        Port=port,
        VpcSecurityGroupIds=[group],
        Tags=_tags("Key", "Value"),
    )
    return str(made["DBInstance"]["Endpoint"]["Address"])


def _analytics(aws: _Regions, database_port: int) -> str:
    network = _network(aws(US, "ec2"), prefix="analytics", block=30)
    aws(US, "kinesis").create_stream(StreamName="click-stream", ShardCount=1)
    aws(US, "sqs").create_queue(QueueName="analytics-ingest", tags=TAGS)
    aws(US, "s3").create_bucket(Bucket="shop-analytics-exports")
    return _database(aws(US, "rds"), "analytics-us", network.database_group, database_port)


def _storage(aws: _Regions) -> None:
    kms, s3, dynamodb = aws(EU, "kms"), aws(EU, "s3"), aws(EU, "dynamodb")
    key = kms.create_key(Description="Data of the shop", Tags=_tags("TagKey", "TagValue"))["KeyMetadata"]
    kms.create_alias(AliasName="alias/shop-data", TargetKeyId=key["KeyId"])
    for bucket in ("shop-assets", "shop-invoices"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": EU})
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": _tags("Key", "Value")})
    s3.put_public_access_block(
        Bucket="shop-invoices",
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    for table in ("shop-carts", "shop-sessions"):
        dynamodb.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=_tags("Key", "Value"),
        )
    aws(EU, "secretsmanager").create_secret(
        Name="shop/database", SecretString=canaries.DATABASE_PASSWORD, Tags=_tags("Key", "Value")
    )
    aws(EU, "ssm").put_parameter(Name="/shop/mailer-key", Value=canaries.API_KEY, Type="SecureString")


def _queues(aws: _Regions) -> None:
    sqs, sns, events = aws(EU, "sqs"), aws(EU, "sns"), aws(EU, "events")

    def arn(queue: str) -> str:
        return f"arn:aws:sqs:{EU}:{ACCOUNT}:{queue}"

    sqs.create_queue(QueueName="order-events-dlq", tags=TAGS)
    sqs.create_queue(QueueName="legacy-dlq", tags=TAGS)
    redrive = json.dumps({"deadLetterTargetArn": arn("order-events-dlq"), "maxReceiveCount": "5"})
    sqs.create_queue(QueueName="order-events", Attributes={"RedrivePolicy": redrive}, tags=TAGS)
    topic = sns.create_topic(Name="order-placed", Tags=_tags("Key", "Value"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("order-events"))
    events.put_rule(Name="nightly-stock", ScheduleExpression="cron(0 2 * * ? *)", State="ENABLED")
    events.put_targets(Rule="nightly-stock", Targets=[{"Id": "queue", "Arn": arn("order-events")}])


def _identity(aws: _Regions) -> None:
    iam = aws(EU, "iam")
    for name, service in (
        ("shop-task", "ecs-tasks"),
        ("shop-execution", "ecs-tasks"),
        ("shop-notifications", "lambda"),
    ):
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": f"{service}.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), Tags=_tags("Key", "Value"))
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "*"}],
    }
    iam.put_role_policy(RoleName="shop-task", PolicyName="queues", PolicyDocument=json.dumps(policy))


def _services(aws: _Regions, estate: Estate) -> None:
    ecs = aws(EU, "ecs")
    ecs.create_cluster(clusterName="shop", tags=_tags("key", "value"))
    target_group = _entry(aws(EU, "elbv2"), estate, "storefront", path="/*")
    for service in SERVICES:
        _task(ecs, estate, service, image_tag=IMAGES[service])
        _run(ecs, estate, service, target_group if service == "storefront" else None)


def _entry(elb: Client, estate: Estate, service: str, path: str) -> str:
    """An internet-facing load balancer that leads to `service`; returns the target group's ARN."""
    balancer = elb.create_load_balancer(
        Name=f"shop-{service}",
        Scheme="internet-facing",
        Type="application",
        Subnets=list(estate.public_subnets),
        SecurityGroups=[estate.entry_group],
        Tags=_tags("Key", "Value"),
    )["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(
        Name=f"shop-{service}",
        Protocol="HTTP",
        Port=8080,
        VpcId=estate.vpc,
        TargetType="ip",
        HealthCheckPath="/-/health",
        Tags=_tags("Key", "Value"),
    )["TargetGroups"][0]["TargetGroupArn"]
    listener = elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )["Listeners"][0]["ListenerArn"]
    elb.create_rule(
        ListenerArn=listener,
        Priority=10,
        Conditions=[{"Field": "path-pattern", "Values": [path]}],
        Actions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    return str(group)


def _task(ecs: Client, estate: Estate, service: str, image_tag: str) -> str:
    """Registers the next revision of a service's task; returns its ARN."""
    environment = {
        "DATABASE_HOST": estate.shop_database,
        "DATABASE_URL": f"postgresql://shop:{canaries.DATABASE_PASSWORD}@{estate.shop_database}/shop",
        "EVENTS_QUEUE": f"https://sqs.{EU}.amazonaws.com/{ACCOUNT}/order-events",
        "PAYMENT_KEY": canaries.API_KEY,
        **_NEIGHBOURS.get(service, {}),
    }
    if service == "orders" and image_tag.startswith("2."):
        environment["PROFILES_HOST"] = estate.analytics_database
    made = ecs.register_task_definition(
        family=f"shop-{service}",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        taskRoleArn=f"arn:aws:iam::{ACCOUNT}:role/shop-task",
        executionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/shop-execution",
        containerDefinitions=[
            {
                "name": service,
                "image": f"{estate.registry}/shop/{service}:{image_tag}",
                "essential": True,
                "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
                "environment": [{"name": name, "value": value} for name, value in environment.items()],
            }
        ],
        tags=_tags("key", "value"),
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


_NEIGHBOURS: Mapping[str, Mapping[str, str]] = {
    "storefront": {
        "ORDERS_URL": "http://orders.shop.internal:8080",
        "ACCOUNTS_URL": "http://accounts.shop.internal:8080",
    },
    "orders": {"NOTIFICATIONS_ARN": FUNCTION_ARN},
}


def _run(ecs: Client, estate: Estate, service: str, target_group: str | None) -> None:
    balancers: Sequence[Mapping[str, object]] = (
        [{"targetGroupArn": target_group, "containerName": service, "containerPort": 8080}]
        if target_group
        else []
    )
    ecs.create_service(
        cluster="shop",
        serviceName=service,
        taskDefinition=f"shop-{service}",
        desiredCount=2,
        launchType="FARGATE",
        loadBalancers=balancers,
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": list(estate.private_subnets),
                "securityGroups": [estate.service_group],
                "assignPublicIp": "DISABLED",
            }
        },
        tags=_tags("key", "value"),
    )


def _function(aws: _Regions, estate: Estate) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("main.py"), "def answer(event, context):\n    return event\n")
    functions = aws(EU, "lambda")
    functions.create_function(
        FunctionName=FUNCTION,
        Runtime="python3.11",
        Role=f"arn:aws:iam::{ACCOUNT}:role/shop-notifications",
        Handler="main.answer",
        Code={"ZipFile": archive.getvalue()},
        Timeout=20,
        MemorySize=256,
        Environment={
            "Variables": {
                "DATABASE_HOST": estate.shop_database,
                "MAILER_KEY": canaries.API_KEY,
                "SUPPORT_CONTACT": canaries.EMAIL,
                "REFUND_ACCOUNT": canaries.IBAN,
            }
        },
        VpcConfig={"SubnetIds": list(estate.private_subnets), "SecurityGroupIds": [estate.service_group]},
        Tags=TAGS,
    )
    functions.create_function_url_config(FunctionName=FUNCTION, AuthType="AWS_IAM")


def _names(aws: _Regions, estate: Estate) -> None:
    route53 = aws(EU, "route53")
    balancers = aws(EU, "elbv2").describe_load_balancers(Names=["shop-storefront"])["LoadBalancers"]
    public = route53.create_hosted_zone(Name="shop.example.", CallerReference="public")["HostedZone"]["Id"]
    private = route53.create_hosted_zone(
        Name="shop.internal.",
        CallerReference="private",
        HostedZoneConfig={"PrivateZone": True},
        VPC={"VPCRegion": EU, "VPCId": estate.vpc},
    )["HostedZone"]["Id"]
    for zone, name, target in (
        (public, "www.shop.example.", balancers[0]["DNSName"]),
        (private, "db.shop.internal.", estate.shop_database),
    ):
        record = {"Name": name, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": target}]}
        route53.change_resource_record_sets(
            HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        )
