"""Containers: where they run, what they are made of, where their images lie."""

from __future__ import annotations

from collectors.aws.row import AwsResourceType
from collectors.model import Role
from collectors.spec import Call, Link, Reported

ECS_CLUSTER = AwsResourceType(
    type="aws.ecs.cluster",
    service="ecs",
    list=Call("ListClusters", "clusterArns[].{clusterArn: @}"),
    urn="{clusterArn}",
    name="{clusterArn|tail}",
    detail=(
        Call(
            "DescribeClusters",
            "clusters[]",
            {"clusters": "{clusterArn}", "include": ("TAGS", "SETTINGS")},
            chunk=("clusters", 100),
            failures="failures",
            gone=("MISSING",),
        ),
    ),
    tags="tags",
    keep=("CapacityProviders: capacityProviders", "Settings: settings", "Status: status"),
)

ECS_SERVICE = AwsResourceType(
    type="aws.ecs.service",
    service="ecs",
    over=ECS_CLUSTER,
    list=Call(
        "ListServices",
        "serviceArns[].{serviceArn: @}",
        {"cluster": "{parent.clusterArn}", "maxResults": 100},
        gone=("ClusterNotFoundException",),
    ),
    urn="{serviceArn}",
    name="{serviceArn|tail}",
    role=Role.WORKLOAD,
    detail=(
        Call(
            "DescribeServices",
            "services[]",
            {"cluster": "{parent.clusterArn}", "services": "{serviceArn}", "include": ("TAGS",)},
            chunk=("services", 10),
            failures="failures",
            gone=("MISSING", "ClusterNotFoundException"),
        ),
    ),
    tags="tags",
    aliases=("public|ecs-family|{account}/{region}/{parent.clusterArn|tail}/{taskDefinition|bare|tail}",),
    keep=(
        "LaunchType: launchType",
        "PlatformVersion: platformVersion",
        "PublicIp: networkConfiguration.awsvpcConfiguration.assignPublicIp",
        "SchedulingStrategy: schedulingStrategy",
        "Status: status",
        "TaskDefinition: taskDefinition",
    ),
    links=(
        Link("part_of", "{clusterArn}"),
        Link("runs", "{taskDefinition|bare}"),
        Link("in_network", "public|subnet|{networkConfiguration.awsvpcConfiguration.subnets[]}"),
        Link(
            "guarded_by", "public|security_group|{networkConfiguration.awsvpcConfiguration.securityGroups[]}"
        ),
        Link("routes_to", "{loadBalancers[].targetGroupArn}", inward=True),
    ),
)

TASK_DEFINITION = AwsResourceType(
    type="aws.ecs.task_definition",
    service="ecs",
    list=Call("ListTaskDefinitionFamilies", "families[].{family: @}", {"status": "ACTIVE"}),
    urn="arn:{partition}:ecs:{region}:{account}:task-definition/{family}",
    name="{family}",
    detail=(
        Call(
            "DescribeTaskDefinition",
            "{Newest: taskDefinition, Tags: tags}",
            {"taskDefinition": "{family}", "include": ("TAGS",)},
            gone=("ClientException",),
        ),
    ),
    keep=(
        "Compatibilities: Newest.requiresCompatibilities",
        (
            "Containers: Newest.containerDefinitions[].{Name: name, Image: image, Essential: essential, "
            "Ports: portMappings[].containerPort, Variables: environment[].name, "
            "Secrets: secrets[].{Name: name, From: valueFrom}}"
        ),
        "Cpu: Newest.cpu",
        "Memory: Newest.memory",
        "NetworkMode: Newest.networkMode",
        "Revision: Newest.revision",
    ),
    links=(
        Link("assumes", "{Newest.taskRoleArn}"),
        Link("assumes", "{Newest.executionRoleArn}"),
        Link("uses_image", "public|image_name|{Newest.containerDefinitions[].image}"),
        Link(
            "uses_secret",
            "aws:{account}:{region}|parameter|{Newest.containerDefinitions[].secrets[].valueFrom|bare}",
        ),
    ),
    environment="Newest.containerDefinitions[].environment[]",
)

EKS_CLUSTER = AwsResourceType(
    type="aws.eks.cluster",
    service="eks",
    list=Call("ListClusters", "clusters[].{name: @}"),
    urn="arn:{partition}:eks:{region}:{account}:cluster/{name}",
    name="{name}",
    detail=(
        Call(
            "DescribeCluster",
            "cluster",
            {"name": "{name}"},
            into="Cluster",
            gone=("ResourceNotFoundException",),
        ),
    ),
    tags="Cluster.tags",
    aliases=("public|host|{Cluster.endpoint|host}",),
    namespaces=("vpc:{Cluster.resourcesVpcConfig.vpcId}",),
    keep=(
        "Encrypted: Cluster.encryptionConfig[].resources[]",
        "Logging: Cluster.logging.clusterLogging[?enabled].types[]",
        "PrivateAccess: Cluster.resourcesVpcConfig.endpointPrivateAccess",
        "PublicAccess: Cluster.resourcesVpcConfig.endpointPublicAccess",
        "PublicAccessCidrs: Cluster.resourcesVpcConfig.publicAccessCidrs",
        "Status: Cluster.status",
        "Version: Cluster.version",
    ),
    links=(
        Link("in_network", "public|subnet|{Cluster.resourcesVpcConfig.subnetIds[]}"),
        Link("guarded_by", "public|security_group|{Cluster.resourcesVpcConfig.securityGroupIds[]}"),
        Link("assumes", "{Cluster.roleArn}"),
        Link("encrypted_by", "{Cluster.encryptionConfig[].provider.keyArn}"),
    ),
    public="Cluster.resourcesVpcConfig.endpointPublicAccess",
)

ECR_REPOSITORY = AwsResourceType(
    type="aws.ecr.repository",
    service="ecr",
    list=Call("DescribeRepositories", "repositories[]"),
    urn="{repositoryArn}",
    name="{repositoryName}",
    detail=(
        Call(
            "ListTagsForResource",
            "tags",
            {"resourceArn": "{repositoryArn}"},
            into="tags",
            gone=("RepositoryNotFoundException",),
        ),
    ),
    tags="tags",
    keep=(
        "EncryptionType: encryptionConfiguration.encryptionType",
        "ImageTagMutability: imageTagMutability",
        "ScanOnPush: imageScanningConfiguration.scanOnPush",
        "Uri: repositoryUri",
    ),
    links=(Link("encrypted_by", "aws:{account}:{region}|kms|{encryptionConfiguration.kmsKey}"),),
)

ECR_IMAGE = AwsResourceType(
    type="aws.ecr.image",
    service="ecr",
    over=ECR_REPOSITORY,
    list=Call(
        "DescribeImages",
        "imageDetails[]",
        {"repositoryName": "{parent.repositoryName}"},
        gone=("RepositoryNotFoundException",),
    ),
    urn="{parent.repositoryArn}@{imageDigest}",
    name="{repositoryName}@{imageDigest}",
    role=Role.IMAGE,
    tags="",
    aliases=(
        "public|image|{imageDigest}",
        "public|image_name|{parent.repositoryUri}@{imageDigest}",
        "public|image_name|{parent.repositoryUri}:{imageTags[]}",
    ),
    keep=(
        "ArtifactMediaType: artifactMediaType",
        "ManifestMediaType: imageManifestMediaType",
        "Tags: imageTags",
    ),
    links=(Link("part_of", "{parent.repositoryArn}"),),
    report=Reported.SUMMARY,
)

ROWS = (ECS_CLUSTER, ECS_SERVICE, TASK_DEFINITION, EKS_CLUSTER, ECR_REPOSITORY, ECR_IMAGE)
