"""Who acts, and where secrets lie: names only, never what is in a vault."""

from __future__ import annotations

from collectors.azure.row import AzureResourceType
from collectors.model import Role
from collectors.spec import Link

IDENTITY = AzureResourceType(
    type="azure.identity.managed",
    kind="microsoft.managedidentity/userassignedidentities",
    role=Role.IDENTITY,
    aliases=("azure:principal|id|{properties.principalId}", "azure:application|id|{properties.clientId}"),
)

VAULT = AzureResourceType(
    type="azure.keyvault.vault",
    kind="microsoft.keyvault/vaults",
    role=Role.SECRET,
    aliases=("public|host|{properties.vaultUri|host}",),
    keep=(
        "PublicNetworkAccess: properties.publicNetworkAccess",
        "PurgeProtection: properties.enablePurgeProtection",
        "Rbac: properties.enableRbacAuthorization",
        "Sku: properties.sku.name",
    ),
    links=(Link("in_network", "{properties.networkAcls.virtualNetworkRules[].id}"),),
    public=(
        "properties && properties.publicNetworkAccess != 'Disabled' "
        "&& properties.networkAcls.defaultAction != 'Deny'"
    ),
)

ROWS = (IDENTITY, VAULT)
