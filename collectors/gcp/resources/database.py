"""What keeps data in tables, keys and documents."""

from __future__ import annotations

from collectors.gcp.refining import columns_in_one_list
from collectors.gcp.row import GcpResourceType
from collectors.model import Role
from collectors.spec import Link

SQL_INSTANCE = GcpResourceType(
    type="gcp.sql.instance",
    asset_type="sqladmin.googleapis.com/Instance",
    role=Role.DATA_STORE,
    tags="settings.userLabels",
    aliases=(
        "public|cloudsql|{connectionName}",
        "public|address|{ipAddresses[?type == 'PRIMARY'].ipAddress}",
        "vpc:{settings.ipConfiguration.privateNetwork|full}|address|{ipAddresses[?type == 'PRIVATE'].ipAddress}",
        "public|host|{dnsName}",
        "public|host|{dnsNames[].name}",
    ),
    namespaces=("vpc:{settings.ipConfiguration.privateNetwork|full}",),
    keep=(
        "AuthorizedNetworks: settings.ipConfiguration.authorizedNetworks[].value",
        "Availability: settings.availabilityType",
        "Backups: settings.backupConfiguration.enabled",
        "ConnectionName: connectionName",
        "DatabaseVersion: databaseVersion",
        "DeletionProtection: settings.deletionProtectionEnabled",
        "Flags: settings.databaseFlags",
        "InstanceType: instanceType",
        "PublicAddress: settings.ipConfiguration.ipv4Enabled",
        "SslMode: settings.ipConfiguration.sslMode",
        "State: state",
        "Tier: settings.tier",
    ),
    links=(
        Link("in_network", "{settings.ipConfiguration.privateNetwork|full}"),
        Link(
            "encrypted_by", "//cloudkms.googleapis.com/{diskEncryptionConfiguration.kmsKeyName|unversioned}"
        ),
        Link("replica_of", "public|cloudsql|{masterInstanceName}"),
        Link("assumes", "public|service_account|{serviceAccountEmailAddress}"),
    ),
    public=(
        "settings.ipConfiguration.ipv4Enabled && "
        "settings.ipConfiguration.authorizedNetworks[?value == '0.0.0.0/0']"
    ),
)

SPANNER_INSTANCE = GcpResourceType(
    type="gcp.spanner.instance",
    asset_type="spanner.googleapis.com/Instance",
    role=Role.DATA_STORE,
    keep=("Config: config", "Edition: edition", "NodeCount: nodeCount", "State: state"),
    located="{config|tail}",
)

SPANNER_DATABASE = GcpResourceType(
    type="gcp.spanner.database",
    asset_type="spanner.googleapis.com/Database",
    role=Role.DATA_STORE,
    keep=("Dialect: databaseDialect", "DropProtection: enableDropProtection", "State: state"),
    links=(Link("encrypted_by", "//cloudkms.googleapis.com/{encryptionConfig.kmsKeyName|unversioned}"),),
)

FIRESTORE = GcpResourceType(
    type="gcp.firestore.database",
    asset_type="firestore.googleapis.com/Database",
    role=Role.DATA_STORE,
    keep=(
        "DeleteProtection: deleteProtectionState",
        "PointInTimeRecovery: pointInTimeRecoveryEnablement",
        "Type: type",
    ),
    links=(Link("encrypted_by", "//cloudkms.googleapis.com/{cmekConfig.kmsKeyName|unversioned}"),),
    located="{locationId}",
)

REDIS = GcpResourceType(
    type="gcp.redis.instance",
    asset_type="redis.googleapis.com/Instance",
    role=Role.DATA_STORE,
    aliases=(
        "vpc:{authorizedNetwork|full}|address|{host}",
        "vpc:{authorizedNetwork|full}|address|{readEndpoint}",
    ),
    namespaces=("vpc:{authorizedNetwork|full}",),
    keep=(
        "AuthEnabled: authEnabled",
        "ConnectMode: connectMode",
        "State: state",
        "Tier: tier",
        "TransitEncryption: transitEncryptionMode",
        "Version: redisVersion",
    ),
    links=(
        Link("in_network", "{authorizedNetwork|full}"),
        Link("encrypted_by", "//cloudkms.googleapis.com/{customerManagedKey|unversioned}"),
    ),
)

REDIS_CLUSTER = GcpResourceType(
    type="gcp.redis.cluster",
    asset_type="redis.googleapis.com/Cluster",
    role=Role.DATA_STORE,
    aliases=("vpc:{discoveryEndpoints[0].pscConfig.network|full}|address|{discoveryEndpoints[].address}",),
    namespaces=("vpc:{discoveryEndpoints[].pscConfig.network|full}",),
    keep=(
        "Authorization: authorizationMode",
        "Replicas: replicaCount",
        "Shards: shardCount",
        "State: state",
        "TransitEncryption: transitEncryptionMode",
    ),
)

MEMCACHE = GcpResourceType(
    type="gcp.memcache.instance",
    asset_type="memcache.googleapis.com/Instance",
    role=Role.DATA_STORE,
    aliases=("vpc:{authorizedNetwork|full}|host|{discoveryEndpoint|host}",),
    namespaces=("vpc:{authorizedNetwork|full}",),
    keep=("State: state", "Version: memcacheVersion"),
    links=(Link("in_network", "{authorizedNetwork|full}"),),
)

BIGQUERY_DATASET = GcpResourceType(
    type="gcp.bigquery.dataset",
    asset_type="bigquery.googleapis.com/Dataset",
    role=Role.DATA_STORE,
    aliases=("public|bigquery|{datasetReference.projectId}.{datasetReference.datasetId}",),
    keep=(
        "Groups: access[?specialGroup].{Group: specialGroup, Role: role}",
        "TableExpiration: defaultTableExpirationMs",
    ),
    links=(
        Link(
            "encrypted_by",
            "//cloudkms.googleapis.com/{defaultEncryptionConfiguration.kmsKeyName|unversioned}",
        ),
    ),
    public="access[?specialGroup == 'allAuthenticatedUsers' || iamMember == 'allUsers']",
)

BIGQUERY_TABLE = GcpResourceType(
    type="gcp.bigquery.table",
    asset_type="bigquery.googleapis.com/Table",
    role=Role.TABLE,
    aliases=(
        "public|bigquery|{tableReference.projectId}.{tableReference.datasetId}.{tableReference.tableId}",
    ),
    keep=(
        "Columns: columns[].{Name: name, Type: type, Mode: mode, Comment: description, PolicyTags: policyTags.names}",
        "Description: description",
        "Partitioning: timePartitioning.field",
        "Type: type",
    ),
    ordered=("Columns",),
    refine=columns_in_one_list,
    links=(
        Link(
            "part_of",
            "//bigquery.googleapis.com/projects/{tableReference.projectId}/datasets/{tableReference.datasetId}",
        ),
        Link("encrypted_by", "//cloudkms.googleapis.com/{encryptionConfiguration.kmsKeyName|unversioned}"),
    ),
)

ROWS = (
    SQL_INSTANCE,
    SPANNER_INSTANCE,
    SPANNER_DATABASE,
    FIRESTORE,
    REDIS,
    REDIS_CLUSTER,
    MEMCACHE,
    BIGQUERY_DATASET,
    BIGQUERY_TABLE,
)
