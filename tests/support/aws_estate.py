"""A small estate with at least one resource of every type that moto knows, made through the real APIs."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import boto3

REGION = "eu-central-1"
ACCOUNT = "123456789012"
CANARIES = (
    "hunter2-canary",
    "canary.person@example.com",
    "4111111111111111",
    "DE89370400440532013000",
    "078-05-1120",
    "AKIAIOSFODNN7CANARY0",
)
"""Secrets and personal values planted in the estate: none may come out."""


class Clients:
    """boto3 clients of one region against one endpoint."""

    def __init__(self, url: str, region: str = REGION) -> None:
        self._url = url
        self._region = region
        self._session = boto3.session.Session(
            aws_access_key_id="testing", aws_secret_access_key="testing", region_name=region
        )

    def __call__(self, service: str) -> Any:  # boto3's clients have no types
        return self._session.client(service, endpoint_url=self._url)


def fill(url: str) -> dict[str, str]:
    """Makes the estate; gives the names that moto chose, by what they are."""
    aws = Clients(url)
    made = _network(aws)
    made |= _functions(aws, made)
    made |= _containers(aws, made)
    _stores(aws, made)
    made |= _messages(aws, made)
    made |= _delivery(aws, made)
    return made


def _network(aws: Clients) -> dict[str, str]:
    ec2, elb = aws("ec2"), aws("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")[
            "Subnet"
        ]["SubnetId"]
        for n, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance = ec2.run_instances(
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        SubnetId=subnets[0],
        SecurityGroupIds=[group],
        UserData=f"password={CANARIES[0]}",
        TagSpecifications=[
            {
                "ResourceType": "instance",
                "Tags": [{"Key": "Name", "Value": "bastion"}, {"Key": "contact", "Value": CANARIES[1]}],
            }
        ],
    )["Instances"][0]["InstanceId"]
    balancer = elb.create_load_balancer(
        Name="front", Subnets=subnets, Scheme="internet-facing", Tags=[{"Key": "team", "Value": "shop"}]
    )["LoadBalancers"][0]
    target = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="instance")
    target_arn = target["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=target_arn, Targets=[{"Id": instance}])
    listener = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target_arn}],
    )
    return {
        "vpc": vpc,
        "subnet": subnets[0],
        "instance": instance,
        "group": group,
        "load_balancer": balancer["LoadBalancerArn"],
        "listener": listener["Listeners"][0]["ListenerArn"],
        "target_group": target_arn,
    }


def _functions(aws: Clients, made: dict[str, str]) -> dict[str, str]:
    role = aws("iam").create_role(
        RoleName="function",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): ...")
    functions = aws("lambda")
    arn = functions.create_function(
        FunctionName="invoice",
        Runtime="python3.11",
        Role=role,
        Handler="main.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={
            "Variables": {
                "DATABASE_URL": f"postgresql://app:{CANARIES[0]}@orders.abc.eu-central-1.rds.amazonaws.com:5432/orders",
                "ORDERS_BUCKET": "estate-orders",
                "TABLE_NAME": "sessions",
                "MAILER_HOST": "api.mailer.example",
                "ADMIN_CONTACT": CANARIES[1],
                "CARD": CANARIES[2],
                "IBAN": CANARIES[3],
                "SSN": CANARIES[4],
                "AWS_KEY": CANARIES[5],
                "DB_PASSWORD": CANARIES[0],
            }
        },
        Tags={"note": f"call {CANARIES[1]}", "card": CANARIES[2]},
    )["FunctionArn"]
    functions.create_function_url_config(FunctionName="invoice", AuthType="NONE")
    return {"role": role, "function": arn}


def _containers(aws: Clients, made: dict[str, str]) -> dict[str, str]:
    ecs, ecr = aws("ecs"), aws("ecr")
    repository = ecr.create_repository(repositoryName="shop")["repository"]
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {
            "mediaType": "application/vnd.docker.container.image.v1+json",
            "size": 2,
            "digest": f"sha256:{'0' * 64}",
        },
        "layers": [],
    }
    ecr.put_image(repositoryName="shop", imageManifest=json.dumps(manifest), imageTag="1")
    ecs.create_cluster(clusterName="main", tags=[{"key": "team", "value": "shop"}])
    ecs.register_task_definition(
        family="shop",
        networkMode="awsvpc",
        taskRoleArn=made["role"],
        containerDefinitions=[
            {
                "name": "shop",
                "image": f"{repository['repositoryUri']}:1",
                "memory": 128,
                "essential": True,
                "environment": [
                    {"name": "DB_HOST", "value": "orders.abc.eu-central-1.rds.amazonaws.com"},
                    {"name": "DB_PASSWORD", "value": CANARIES[0]},
                    {"name": "SUPPORT", "value": CANARIES[1]},
                ],
            }
        ],
    )
    service = ecs.create_service(
        cluster="main",
        serviceName="shop",
        taskDefinition="shop",
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": [made["subnet"]], "securityGroups": [made["group"]]}
        },
        loadBalancers=[
            {"targetGroupArn": made["target_group"], "containerName": "shop", "containerPort": 80}
        ],
    )["service"]["serviceArn"]
    aws("eks").create_cluster(
        name="apps",
        roleArn=made["role"],
        resourcesVpcConfig={"subnetIds": [made["subnet"]]},
        tags={"team": "shop"},
    )
    return {"ecs_service": service}


def _stores(aws: Clients, made: dict[str, str]) -> None:
    tag = [{"Key": "team", "Value": "shop"}]
    aws("rds").create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="app",
        MasterUserPassword=CANARIES[0],
        Tags=tag,
    )
    aws("rds").create_db_cluster(
        DBClusterIdentifier="ledger",
        Engine="aurora-postgresql",
        MasterUsername="app",
        MasterUserPassword=CANARIES[0],
    )
    aws("dynamodb").create_table(
        TableName="sessions",
        BillingMode="PAY_PER_REQUEST",
        Tags=tag,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    s3 = aws("s3")
    s3.create_bucket(Bucket="estate-orders", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_tagging(Bucket="estate-orders", Tagging={"TagSet": tag})
    s3.create_bucket(Bucket="estate-public", CreateBucketConfiguration={"LocationConstraint": REGION})
    Clients(str(s3.meta.endpoint_url), "us-east-1")("s3").create_bucket(Bucket="estate-america")
    cache = aws("elasticache")
    cache.create_cache_cluster(
        CacheClusterId="sessions", Engine="redis", CacheNodeType="cache.t3.micro", NumCacheNodes=1
    )
    cache.create_replication_group(ReplicationGroupId="carts", ReplicationGroupDescription="carts")
    _catalog(aws)
    aws("opensearch").create_domain(DomainName="search", EngineVersion="OpenSearch_2.5")
    aws("redshift").create_cluster(
        ClusterIdentifier="warehouse",
        NodeType="ra3.xlplus",
        MasterUsername="app",
        MasterUserPassword=f"A1{CANARIES[0]}",
    )


def _catalog(aws: Clients) -> None:
    glue, lake = aws("glue"), aws("lakeformation")
    glue.create_database(DatabaseInput={"Name": "lake", "Description": f"ask {CANARIES[1]}"})
    glue.create_table(
        DatabaseName="lake",
        TableInput={
            "Name": "people",
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "parquet", "recordCount": "17", "note": CANARIES[0]},
            "PartitionKeys": [{"Name": "day", "Type": "date"}],
            "StorageDescriptor": {
                "Location": "s3://estate-orders/people/",
                "Columns": [
                    {"Name": "id", "Type": "bigint"},
                    {"Name": "c2", "Type": "string", "Comment": f"Mail address, e.g. {CANARIES[1]}"},
                    {"Name": "c3", "Type": "string", "Parameters": {"pii": "true", "secret": CANARIES[0]}},
                ],
            },
        },
    )
    lake.create_lf_tag(TagKey="kind", TagValues=["phone", "none"])
    lake.add_lf_tags_to_resource(
        Resource={"Table": {"DatabaseName": "lake", "Name": "people"}},
        LFTags=[{"TagKey": "kind", "TagValues": ["phone"]}],
    )


def _messages(aws: Clients, made: dict[str, str]) -> dict[str, str]:
    queue = aws("sqs").create_queue(QueueName="orders", tags={"owner": CANARIES[1]})["QueueUrl"]
    queue_arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
    sns = aws("sns")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=CANARIES[1])
    aws("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    key = aws("kms").create_key()["KeyMetadata"]["KeyId"]
    aws("kms").create_alias(AliasName="alias/orders", TargetKeyId=key)
    aws("secretsmanager").create_secret(Name="orders/db", SecretString=CANARIES[0])
    aws("ssm").put_parameter(Name="/shop/db", Value=CANARIES[0], Type="SecureString")
    events = aws("events")
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="nightly", Targets=[{"Id": "1", "Arn": made["function"]}])
    definition = {
        "StartAt": "Pay",
        "States": {
            "Pay": {
                "Type": "Task",
                "Resource": made["function"],
                "Parameters": {"password": CANARIES[0]},
                "End": True,
            }
        },
    }
    machine = aws("stepfunctions").create_state_machine(
        name="checkout", definition=json.dumps(definition), roleArn=made["role"]
    )["stateMachineArn"]
    return {"queue": queue, "queue_arn": queue_arn, "topic": topic, "key": key, "state_machine": machine}


def _delivery(aws: Clients, made: dict[str, str]) -> dict[str, str]:
    rest, http = aws("apigateway"), aws("apigatewayv2")
    api = rest.create_rest_api(name="shop", tags={"team": "shop"})["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    invocation = (
        f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{made['function']}/invocations"
    )
    rest.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    rest.put_integration(
        restApiId=api,
        resourceId=root,
        httpMethod="GET",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=invocation,
    )
    web = http.create_api(Name="web", ProtocolType="HTTP")["ApiId"]
    http.create_integration(
        ApiId=web, IntegrationType="AWS_PROXY", IntegrationUri=made["function"], PayloadFormatVersion="2.0"
    )
    http.create_route(ApiId=web, RouteKey="GET /orders/{id}")
    http.create_domain_name(
        DomainName="api.shop.example", DomainNameConfigurations=[{"EndpointType": "REGIONAL"}]
    )
    aws("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "1",
            "Comment": "",
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "o",
                        "DomainName": "front.example.com",
                        "CustomOriginConfig": {
                            "HTTPPort": 80,
                            "HTTPSPort": 443,
                            "OriginProtocolPolicy": "https-only",
                        },
                    }
                ],
            },
            "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
        }
    )
    dns = aws("route53")
    zone = dns.create_hosted_zone(Name="shop.example.", CallerReference="1")["HostedZone"]["Id"]
    dns.change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={
            "Changes": [
                {
                    "Action": "CREATE",
                    "ResourceRecordSet": {
                        "Name": "db.shop.example.",
                        "Type": "CNAME",
                        "TTL": 60,
                        "ResourceRecords": [{"Value": "orders.abc.eu-central-1.rds.amazonaws.com"}],
                    },
                },
                {
                    "Action": "CREATE",
                    "ResourceRecordSet": {
                        "Name": "verify.shop.example.",
                        "Type": "TXT",
                        "TTL": 60,
                        "ResourceRecords": [{"Value": f'"{CANARIES[0]}"'}],
                    },
                },
            ]
        },
    )
    return {"rest_api": api, "http_api": web, "zone": zone}
