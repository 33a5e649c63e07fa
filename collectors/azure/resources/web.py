"""Applications that Azure runs from code: web apps, functions, workflows."""

from __future__ import annotations

from collectors.azure.row import AzureResourceType
from collectors.model import Role
from collectors.spec import Link

_KEEP = (
    "ClientCertificates: properties.clientCertEnabled",
    "HttpsOnly: properties.httpsOnly",
    "Kind: kind",
    "LinuxVersion: properties.siteConfig.linuxFxVersion",
    "PublicNetworkAccess: properties.publicNetworkAccess",
    "State: properties.state",
)
_LINKS = (
    Link("in_network", "{properties.virtualNetworkSubnetId}"),
    Link("part_of", "{properties.serverFarmId}"),
    Link("assumes", "{identities}"),
)
_HOSTS = (
    "public|host|{properties.defaultHostName}",
    "public|host|{properties.hostNames[]}",
)
_PUBLIC = "properties && properties.publicNetworkAccess != 'Disabled' && properties.enabled != `false`"

SITE = AzureResourceType(
    type="azure.web.site",
    kind="microsoft.web/sites",
    role=Role.WORKLOAD,
    aliases=_HOSTS,
    keep=_KEEP,
    links=_LINKS,
    public=_PUBLIC,
)

SLOT = AzureResourceType(
    type="azure.web.slot",
    kind="microsoft.web/sites/slots",
    role=Role.WORKLOAD,
    aliases=_HOSTS,
    keep=_KEEP,
    links=(*_LINKS, Link("part_of", "{id|owner}")),
    public=_PUBLIC,
)

PLAN = AzureResourceType(
    type="azure.web.plan",
    kind="microsoft.web/serverfarms",
    keep=("Kind: kind", "Linux: properties.reserved", "Sku: sku.name"),
)

STATIC_SITE = AzureResourceType(
    type="azure.web.static_site",
    kind="microsoft.web/staticsites",
    role=Role.ENTRY,
    aliases=("public|host|{properties.defaultHostname}", "public|host|{properties.customDomains[]}"),
    keep=("Branch: properties.branch", "Repository: properties.repositoryUrl", "Sku: sku.name"),
    public="properties && properties.publicNetworkAccess != 'Disabled'",
)

WORKFLOW = AzureResourceType(
    type="azure.logic.workflow",
    kind="microsoft.logic/workflows",
    role=Role.WORKLOAD,
    keep=("State: properties.state",),
    links=(Link("assumes", "{identities}"),),
)

ROWS = (SITE, SLOT, PLAN, STATIC_SITE, WORKFLOW)
