"""What keeps data in tables, keys and indexes."""

from __future__ import annotations

from collectors.aws.row import AwsResourceType
from collectors.model import Role
from collectors.spec import Call, Link

DB_INSTANCE = AwsResourceType(
    type="aws.rds.instance",
    service="rds",
    list=Call("DescribeDBInstances", "DBInstances[]", {"MaxRecords": 100}),
    urn="{DBInstanceArn}",
    name="{DBInstanceIdentifier}",
    role=Role.DATA_STORE,
    tags="TagList",
    aliases=("public|host|{Endpoint.Address}",),
    namespaces=("vpc:{DBSubnetGroup.VpcId}",),
    keep=(
        "BackupRetentionPeriod",
        "DBInstanceClass",
        "DBName",
        "DeletionProtection",
        "Endpoint: Endpoint.Address",
        "Engine",
        "EngineVersion",
        "IAMDatabaseAuthenticationEnabled",
        "MultiAZ",
        "Port: Endpoint.Port",
        "PubliclyAccessible",
        "StorageEncrypted",
    ),
    links=(
        Link("in_network", "public|subnet|{DBSubnetGroup.Subnets[].SubnetIdentifier}"),
        Link("guarded_by", "public|security_group|{VpcSecurityGroups[].VpcSecurityGroupId}"),
        Link("encrypted_by", "aws:{account}:{region}|kms|{KmsKeyId}"),
        Link("part_of", "arn:{partition}:rds:{region}:{account}:cluster:{DBClusterIdentifier}"),
        Link(
            "replica_of", "arn:{partition}:rds:{region}:{account}:db:{ReadReplicaSourceDBInstanceIdentifier}"
        ),
        Link("uses_secret", "{MasterUserSecret.SecretArn}"),
    ),
    public="PubliclyAccessible",
)

DB_CLUSTER = AwsResourceType(
    type="aws.rds.cluster",
    service="rds",
    list=Call("DescribeDBClusters", "DBClusters[]", {"MaxRecords": 100}),
    urn="{DBClusterArn}",
    name="{DBClusterIdentifier}",
    role=Role.DATA_STORE,
    tags="TagList",
    aliases=(
        "public|host|{Endpoint}",
        "public|host|{ReaderEndpoint}",
        "public|host|{CustomEndpoints[]}",
    ),
    keep=(
        "BackupRetentionPeriod",
        "DatabaseName",
        "DeletionProtection",
        "Endpoint",
        "Engine",
        "EngineMode",
        "EngineVersion",
        "IAMDatabaseAuthenticationEnabled",
        "MultiAZ",
        "Port",
        "PubliclyAccessible",
        "ReaderEndpoint",
        "StorageEncrypted",
    ),
    links=(
        Link("guarded_by", "public|security_group|{VpcSecurityGroups[].VpcSecurityGroupId}"),
        Link("encrypted_by", "aws:{account}:{region}|kms|{KmsKeyId}"),
        Link("uses_secret", "{MasterUserSecret.SecretArn}"),
    ),
    public="PubliclyAccessible == `true`",
)

DYNAMODB_TABLE = AwsResourceType(
    type="aws.dynamodb.table",
    service="dynamodb",
    list=Call("ListTables", "TableNames[].{TableName: @}"),
    urn="arn:{partition}:dynamodb:{region}:{account}:table/{TableName}",
    name="{TableName}",
    role=Role.DATA_STORE,
    detail=(
        Call(
            "DescribeTable",
            "Table",
            {"TableName": "{TableName}"},
            into="Table",
            gone=("ResourceNotFoundException",),
        ),
        Call(
            "ListTagsOfResource",
            "Tags",
            {"ResourceArn": "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}"},
            into="Tags",
            gone=("ResourceNotFoundException",),
        ),
    ),
    aliases=("aws:{account}:{region}|table|{TableName}",),
    keep=(
        "BillingMode: Table.BillingModeSummary.BillingMode",
        "DeletionProtectionEnabled: Table.DeletionProtectionEnabled",
        "Indexes: Table.GlobalSecondaryIndexes[].IndexName",
        "KeySchema: Table.KeySchema",
        "Replicas: Table.Replicas[].RegionName",
        "StreamEnabled: Table.StreamSpecification.StreamEnabled",
    ),
    links=(Link("encrypted_by", "{Table.SSEDescription.KMSMasterKeyArn}"),),
)

CACHE_CLUSTER = AwsResourceType(
    type="aws.elasticache.cluster",
    service="elasticache",
    list=Call("DescribeCacheClusters", "CacheClusters[]", {"ShowCacheNodeInfo": True}),
    urn="{ARN}",
    name="{CacheClusterId}",
    role=Role.DATA_STORE,
    detail=(
        Call(
            "ListTagsForResource",
            "TagList",
            {"ResourceName": "{ARN}"},
            into="Tags",
            gone=("CacheClusterNotFound", "CacheClusterNotFoundFault"),
        ),
    ),
    aliases=(
        "public|host|{ConfigurationEndpoint.Address}",
        "public|host|{CacheNodes[].Endpoint.Address}",
    ),
    keep=(
        "AtRestEncryptionEnabled",
        "AuthTokenEnabled",
        "CacheNodeType",
        "Engine",
        "EngineVersion",
        "NumCacheNodes",
        "TransitEncryptionEnabled",
    ),
    links=(
        Link("guarded_by", "public|security_group|{SecurityGroups[].SecurityGroupId}"),
        Link(
            "part_of",
            "arn:{partition}:elasticache:{region}:{account}:replicationgroup:{ReplicationGroupId}",
        ),
    ),
)

REPLICATION_GROUP = AwsResourceType(
    type="aws.elasticache.replication_group",
    service="elasticache",
    list=Call("DescribeReplicationGroups", "ReplicationGroups[]"),
    urn="{ARN}",
    name="{ReplicationGroupId}",
    role=Role.DATA_STORE,
    tags="",
    aliases=(
        "public|host|{ConfigurationEndpoint.Address}",
        "public|host|{NodeGroups[].PrimaryEndpoint.Address}",
        "public|host|{NodeGroups[].ReaderEndpoint.Address}",
    ),
    keep=(
        "AtRestEncryptionEnabled",
        "AuthTokenEnabled",
        "AutomaticFailover",
        "CacheNodeType",
        "ClusterEnabled",
        "MultiAZ",
        "TransitEncryptionEnabled",
    ),
    links=(Link("encrypted_by", "aws:{account}:{region}|kms|{KmsKeyId}"),),
)

SEARCH_DOMAIN = AwsResourceType(
    type="aws.opensearch.domain",
    service="opensearch",
    list=Call("ListDomainNames", "DomainNames[]"),
    urn="arn:{partition}:es:{region}:{account}:domain/{DomainName}",
    name="{DomainName}",
    role=Role.DATA_STORE,
    detail=(
        Call(
            "DescribeDomain",
            "DomainStatus",
            {"DomainName": "{DomainName}"},
            into="Domain",
            gone=("ResourceNotFoundException",),
        ),
        Call(
            "ListTags",
            "TagList",
            {"ARN": "arn:{partition}:es:{region}:{account}:domain/{DomainName}"},
            into="Tags",
            gone=("ResourceNotFoundException",),
        ),
    ),
    aliases=("public|host|{Domain.Endpoint}", "public|host|{Domain.Endpoints.*}"),
    namespaces=("vpc:{Domain.VPCOptions.VPCId}",),
    keep=(
        "AccessPolicies: Domain.AccessPolicies",
        "EncryptionAtRest: Domain.EncryptionAtRestOptions.Enabled",
        "Endpoint: Domain.Endpoint",
        "EngineVersion: Domain.EngineVersion",
        "EnforceHTTPS: Domain.DomainEndpointOptions.EnforceHTTPS",
        "InstanceType: Domain.ClusterConfig.InstanceType",
        "NodeToNodeEncryption: Domain.NodeToNodeEncryptionOptions.Enabled",
    ),
    links=(
        Link("in_network", "public|subnet|{Domain.VPCOptions.SubnetIds[]}"),
        Link("guarded_by", "public|security_group|{Domain.VPCOptions.SecurityGroupIds[]}"),
        Link("encrypted_by", "aws:{account}:{region}|kms|{Domain.EncryptionAtRestOptions.KmsKeyId}"),
    ),
    public="Domain.Endpoint != null && Domain.VPCOptions.VPCId == null",
)

REDSHIFT_CLUSTER = AwsResourceType(
    type="aws.redshift.cluster",
    service="redshift",
    list=Call("DescribeClusters", "Clusters[]"),
    urn="arn:{partition}:redshift:{region}:{account}:cluster:{ClusterIdentifier}",
    name="{ClusterIdentifier}",
    role=Role.DATA_STORE,
    aliases=("public|host|{Endpoint.Address}",),
    namespaces=("vpc:{VpcId}",),
    keep=(
        "ClusterVersion",
        "DBName",
        "Encrypted",
        "Endpoint: Endpoint.Address",
        "EnhancedVpcRouting",
        "NodeType",
        "NumberOfNodes",
        "Port: Endpoint.Port",
        "PubliclyAccessible",
    ),
    links=(
        Link("in_network", "public|vpc|{VpcId}"),
        Link("guarded_by", "public|security_group|{VpcSecurityGroups[].VpcSecurityGroupId}"),
        Link("encrypted_by", "aws:{account}:{region}|kms|{KmsKeyId}"),
        Link("assumes", "{IamRoles[].IamRoleArn}"),
    ),
    public="PubliclyAccessible",
)

ROWS = (
    DB_INSTANCE,
    DB_CLUSTER,
    DYNAMODB_TABLE,
    CACHE_CLUSTER,
    REPLICATION_GROUP,
    SEARCH_DOMAIN,
    REDSHIFT_CLUSTER,
)
