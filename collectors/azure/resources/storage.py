"""Storage accounts: files, blobs, and the queues and tables that lie in the same account."""

from __future__ import annotations

from collectors.azure.row import AzureResourceType
from collectors.model import Role
from collectors.spec import Link

ACCOUNT = AzureResourceType(
    type="azure.storage.account",
    kind="microsoft.storage/storageaccounts",
    role=Role.DATA_STORE,
    aliases=tuple(
        f"public|host|{{properties.{which}.{service}|host}}"
        for which in ("primaryEndpoints", "secondaryEndpoints")
        for service in ("blob", "dfs", "file", "queue", "table", "web")
    ),
    keep=(
        "AnonymousBlobs: properties.allowBlobPublicAccess",
        "DefaultAction: properties.networkAcls.defaultAction",
        "Encryption: properties.encryption.keySource",
        "HttpsOnly: properties.supportsHttpsTrafficOnly",
        "Kind: kind",
        "MinimalTls: properties.minimumTlsVersion",
        "PublicNetworkAccess: properties.publicNetworkAccess",
        "SharedKeys: properties.allowSharedKeyAccess",
        "Sku: sku.name",
    ),
    links=(
        Link("in_network", "{properties.networkAcls.virtualNetworkRules[].id}"),
        Link("assumes", "{identities}"),
    ),
    public=(
        "properties && properties.publicNetworkAccess != 'Disabled' "
        "&& properties.networkAcls.defaultAction != 'Deny'"
    ),
)

ROWS = (ACCOUNT,)
