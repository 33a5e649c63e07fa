"""Databases and caches. Names of administrators are not kept."""

from __future__ import annotations

from collectors.azure.row import AzureResourceType
from collectors.model import Role
from collectors.spec import Link

_PUBLIC = "properties.publicNetworkAccess == 'Enabled'"

SQL_SERVER = AzureResourceType(
    type="azure.sql.server",
    kind="microsoft.sql/servers",
    role=Role.DATA_STORE,
    aliases=("public|host|{properties.fullyQualifiedDomainName}",),
    keep=(
        "EntraOnly: properties.administrators.azureADOnlyAuthentication",
        "MinimalTls: properties.minimalTlsVersion",
        "OutboundRestricted: properties.restrictOutboundNetworkAccess",
        "PublicNetworkAccess: properties.publicNetworkAccess",
        "Version: properties.version",
    ),
    links=(Link("assumes", "{identities}"),),
    public=_PUBLIC,
)

SQL_DATABASE = AzureResourceType(
    type="azure.sql.database",
    kind="microsoft.sql/servers/databases",
    role=Role.DATA_STORE,
    keep=(
        "BackupRedundancy: properties.requestedBackupStorageRedundancy",
        "Collation: properties.collation",
        "Sku: sku.name",
        "ZoneRedundant: properties.zoneRedundant",
    ),
    links=(Link("part_of", "{id|owner}"),),
)

SQL_INSTANCE = AzureResourceType(
    type="azure.sql.instance",
    kind="microsoft.sql/managedinstances",
    role=Role.DATA_STORE,
    aliases=("public|host|{properties.fullyQualifiedDomainName}",),
    keep=(
        "MinimalTls: properties.minimalTlsVersion",
        "PublicEndpoint: properties.publicDataEndpointEnabled",
        "Sku: sku.name",
    ),
    links=(Link("in_network", "{properties.subnetId}"), Link("assumes", "{identities}")),
    public="properties.publicDataEndpointEnabled",
)

_FLEXIBLE_KEEP = (
    "BackupRedundancy: properties.backup.geoRedundantBackup",
    "HighAvailability: properties.highAvailability.mode",
    "PublicNetworkAccess: properties.network.publicNetworkAccess",
    "Sku: sku.name",
    "State: properties.state",
    "Version: properties.version",
)
_FLEXIBLE_LINKS = (
    Link("in_network", "{properties.network.delegatedSubnetResourceId}"),
    Link("assumes", "{identities}"),
    Link("replicates", "{properties.sourceServerResourceId}"),
)

POSTGRESQL = AzureResourceType(
    type="azure.postgresql.server",
    kind="microsoft.dbforpostgresql/flexibleservers",
    role=Role.DATA_STORE,
    aliases=("public|host|{properties.fullyQualifiedDomainName}",),
    keep=_FLEXIBLE_KEEP,
    links=_FLEXIBLE_LINKS,
    public="properties.network.publicNetworkAccess == 'Enabled'",
)

MYSQL = AzureResourceType(
    type="azure.mysql.server",
    kind="microsoft.dbformysql/flexibleservers",
    role=Role.DATA_STORE,
    aliases=("public|host|{properties.fullyQualifiedDomainName}",),
    keep=_FLEXIBLE_KEEP,
    links=_FLEXIBLE_LINKS,
    public="properties.network.publicNetworkAccess == 'Enabled'",
)

COSMOS = AzureResourceType(
    type="azure.cosmosdb.account",
    kind="microsoft.documentdb/databaseaccounts",
    role=Role.DATA_STORE,
    aliases=(
        "public|host|{properties.documentEndpoint|host}",
        "public|host|{name}.mongo.cosmos.azure.com",
        "public|host|{properties.readLocations[].documentEndpoint|host}",
        "public|host|{properties.writeLocations[].documentEndpoint|host}",
    ),
    keep=(
        "Capabilities: properties.capabilities[].name",
        "Consistency: properties.consistencyPolicy.defaultConsistencyLevel",
        "DisableLocalAuth: properties.disableLocalAuth",
        "IpRules: properties.ipRules[].ipAddressOrRange",
        "Kind: kind",
        "Locations: properties.locations[].locationName",
        "PublicNetworkAccess: properties.publicNetworkAccess",
    ),
    links=(
        Link("in_network", "{properties.virtualNetworkRules[].id}"),
        Link("assumes", "{identities}"),
    ),
    public=_PUBLIC,
)

REDIS = AzureResourceType(
    type="azure.redis.cache",
    kind="microsoft.cache/redis",
    role=Role.DATA_STORE,
    aliases=("public|host|{properties.hostName}",),
    keep=(
        "MinimalTls: properties.minimumTlsVersion",
        "NonTlsPort: properties.enableNonSslPort",
        "PublicNetworkAccess: properties.publicNetworkAccess",
        "Sku: properties.sku.name",
        "Version: properties.redisVersion",
    ),
    links=(Link("in_network", "{properties.subnetId}"), Link("assumes", "{identities}")),
    public=_PUBLIC,
)

REDIS_ENTERPRISE = AzureResourceType(
    type="azure.redis.enterprise",
    kind="microsoft.cache/redisenterprise",
    role=Role.DATA_STORE,
    aliases=("public|host|{properties.hostName}",),
    keep=("MinimalTls: properties.minimumTlsVersion", "Sku: sku.name"),
)

SEARCH = AzureResourceType(
    type="azure.search.service",
    kind="microsoft.search/searchservices",
    role=Role.DATA_STORE,
    aliases=("public|host|{name}.search.windows.net",),
    keep=("PublicNetworkAccess: properties.publicNetworkAccess", "Sku: sku.name"),
    public="properties.publicNetworkAccess == 'Enabled' || properties.publicNetworkAccess == 'enabled'",
)

ROWS = (
    SQL_SERVER,
    SQL_DATABASE,
    SQL_INSTANCE,
    POSTGRESQL,
    MYSQL,
    COSMOS,
    REDIS,
    REDIS_ENTERPRISE,
    SEARCH,
)
