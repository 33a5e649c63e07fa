"""Containers: where they run, what they are made of, where their images lie."""

from __future__ import annotations

from collectors.azure.row import AzureResourceType
from collectors.model import Role
from collectors.spec import Link

ENVIRONMENT = AzureResourceType(
    type="azure.containerapps.environment",
    kind="microsoft.app/managedenvironments",
    role=Role.NETWORK,
    namespaces=("azure:{id}",),
    keep=(
        "DefaultDomain: properties.defaultDomain",
        "Internal: properties.vnetConfiguration.internal",
        "PublicNetworkAccess: properties.publicNetworkAccess",
        "StaticIp: properties.staticIp",
        "ZoneRedundant: properties.zoneRedundant",
    ),
    links=(Link("in_network", "{properties.vnetConfiguration.infrastructureSubnetId}"),),
)

APP = AzureResourceType(
    type="azure.containerapps.app",
    kind="microsoft.app/containerapps",
    role=Role.WORKLOAD,
    aliases=(
        "public|host|{properties.configuration.ingress.fqdn}",
        "public|host|{properties.configuration.ingress.customDomains[].name}",
        "azure:{properties.managedEnvironmentId || properties.environmentId}|host|{name}",
    ),
    namespaces=("azure:{properties.managedEnvironmentId || properties.environmentId}",),
    keep=(
        "AllowInsecure: properties.configuration.ingress.allowInsecure",
        (
            "Containers: properties.template.[containers, initContainers][]."
            "{Name: name, Image: image, Variables: env[].name, Cpu: resources.cpu, Memory: resources.memory}"
        ),
        "External: properties.configuration.ingress.external",
        "MaxReplicas: properties.template.scale.maxReplicas",
        "MinReplicas: properties.template.scale.minReplicas",
        "Registries: properties.configuration.registries[].server",
        "Secrets: properties.configuration.secrets[].name",
        "Status: properties.runningStatus",
        "TargetPort: properties.configuration.ingress.targetPort",
    ),
    links=(
        Link("in_network", "{properties.managedEnvironmentId || properties.environmentId}"),
        Link("uses_image", "public|image_name|{properties.template.[containers, initContainers][].image}"),
        Link("uses_secret", "public|host|{properties.configuration.secrets[].keyVaultUrl|host}"),
        Link("assumes", "{identities}"),
    ),
    public="properties.configuration.ingress.external == `true`",
    environment="properties.template.[containers, initContainers][].env[]",
)

JOB = AzureResourceType(
    type="azure.containerapps.job",
    kind="microsoft.app/jobs",
    role=Role.WORKLOAD,
    namespaces=("azure:{properties.environmentId}",),
    keep=(
        (
            "Containers: properties.template.[containers, initContainers][]."
            "{Name: name, Image: image, Variables: env[].name}"
        ),
        "Schedule: properties.configuration.scheduleTriggerConfig.cronExpression",
        "Secrets: properties.configuration.secrets[].name",
        "Trigger: properties.configuration.triggerType",
    ),
    links=(
        Link("in_network", "{properties.environmentId}"),
        Link("uses_image", "public|image_name|{properties.template.[containers, initContainers][].image}"),
        Link("assumes", "{identities}"),
    ),
    environment="properties.template.[containers, initContainers][].env[]",
)

GROUP = AzureResourceType(
    type="azure.containerinstance.group",
    kind="microsoft.containerinstance/containergroups",
    role=Role.WORKLOAD,
    aliases=(
        "public|host|{properties.ipAddress.fqdn}",
        "public|address|{properties.[ipAddress][?type == 'Public'].ip}",
    ),
    keep=(
        (
            "Containers: properties.containers[]."
            "{Name: name, Image: properties.image, Variables: properties.environmentVariables[].name}"
        ),
        "IpType: properties.ipAddress.type",
        "Ports: properties.ipAddress.ports[].port",
        "System: properties.osType",
    ),
    links=(
        Link("in_network", "{properties.subnetIds[].id}"),
        Link("uses_image", "public|image_name|{properties.containers[].properties.image}"),
        Link("assumes", "{identities}"),
    ),
    public="properties.ipAddress.type == 'Public'",
    environment="properties.containers[].properties.environmentVariables[]",
)

CLUSTER = AzureResourceType(
    type="azure.aks.cluster",
    kind="microsoft.containerservice/managedclusters",
    aliases=("public|host|{properties.fqdn}", "public|host|{properties.privateFQDN}"),
    keep=(
        "AuthorizedRanges: properties.apiServerAccessProfile.authorizedIPRanges",
        "DisableLocalAccounts: properties.disableLocalAccounts",
        "NetworkPlugin: properties.networkProfile.networkPlugin",
        "NodeGroup: properties.nodeResourceGroup",
        "Pools: properties.agentPoolProfiles[].{Name: name, Size: vmSize, System: osType, Mode: mode}",
        "PrivateCluster: properties.apiServerAccessProfile.enablePrivateCluster",
        "Rbac: properties.enableRBAC",
        "State: properties.powerState.code",
        "Version: properties.kubernetesVersion",
    ),
    links=(
        Link("in_network", "{properties.agentPoolProfiles[].vnetSubnetID}"),
        Link("assumes", "{identities}"),
    ),
    public="properties && properties.apiServerAccessProfile.enablePrivateCluster != `true`",
)

REGISTRY = AzureResourceType(
    type="azure.containerregistry.registry",
    kind="microsoft.containerregistry/registries",
    aliases=("public|host|{properties.loginServer}",),
    keep=(
        "AdminUser: properties.adminUserEnabled",
        "AnonymousPull: properties.anonymousPullEnabled",
        "PublicNetworkAccess: properties.publicNetworkAccess",
        "Sku: sku.name",
    ),
    public="properties.publicNetworkAccess == 'Enabled'",
)

ROWS = (ENVIRONMENT, APP, JOB, GROUP, CLUSTER, REGISTRY)
