"""Networks, addresses, names, and what lets traffic in."""

from __future__ import annotations

from collectors.azure.row import AzureResourceType
from collectors.model import Role
from collectors.spec import Link, Reported

NETWORK = AzureResourceType(
    type="azure.network.network",
    kind="microsoft.network/virtualnetworks",
    role=Role.NETWORK,
    namespaces=("azure:{id}",),
    keep=(
        "AddressSpace: properties.addressSpace.addressPrefixes",
        "DnsServers: properties.dhcpOptions.dnsServers",
        (
            "Peerings: properties.virtualNetworkPeerings[]."
            "{Name: name, Network: properties.remoteVirtualNetwork.id, State: properties.peeringState}"
        ),
    ),
    links=(Link("peered_with", "{properties.virtualNetworkPeerings[].properties.remoteVirtualNetwork.id}"),),
)

SUBNET = AzureResourceType(
    type="azure.network.subnet",
    kind="microsoft.network/virtualnetworks",
    inside="properties.subnets[]",
    role=Role.NETWORK,
    tags="",
    namespaces=("azure:{up.id}",),
    keep=(
        "AddressPrefix: properties.addressPrefix",
        "AddressPrefixes: properties.addressPrefixes",
        "Delegations: properties.delegations[].properties.serviceName",
        "OutboundAccess: properties.defaultOutboundAccess",
        "ServiceEndpoints: properties.serviceEndpoints[].service",
    ),
    links=(
        Link("in_network", "{up.id}"),
        Link("guarded_by", "{properties.networkSecurityGroup.id}"),
        Link("uses_routes", "{properties.routeTable.id}"),
    ),
)

SECURITY_GROUP = AzureResourceType(
    type="azure.network.security_group",
    kind="microsoft.network/networksecuritygroups",
    keep=(
        (
            "Rules: properties.securityRules[].{Name: name, Access: properties.access, "
            "Direction: properties.direction, Priority: properties.priority, Protocol: properties.protocol, "
            "Sources: properties.[sourceAddressPrefix, sourceAddressPrefixes][], "
            "Destinations: properties.[destinationAddressPrefix, destinationAddressPrefixes][], "
            "Ports: properties.[destinationPortRange, destinationPortRanges][]}"
        ),
    ),
)

INTERFACE = AzureResourceType(
    type="azure.network.interface",
    kind="microsoft.network/networkinterfaces",
    role=Role.NETWORK,
    aliases=(
        (
            "azure:{properties.ipConfigurations[0].properties.subnet.id|owner}|address|"
            "{properties.ipConfigurations[].properties.privateIPAddress}"
        ),
    ),
    keep=("Forwarding: properties.enableIPForwarding",),
    links=(
        Link("in_network", "{properties.ipConfigurations[].properties.subnet.id}"),
        Link("guarded_by", "{properties.networkSecurityGroup.id}"),
        Link("routes_to", "{properties.virtualMachine.id}"),
    ),
    report=Reported.SUMMARY,
)

PUBLIC_ADDRESS = AzureResourceType(
    type="azure.network.public_address",
    kind="microsoft.network/publicipaddresses",
    role=Role.ENTRY,
    aliases=("public|address|{properties.ipAddress}", "public|host|{properties.dnsSettings.fqdn}"),
    keep=(
        "Address: properties.ipAddress",
        "Allocation: properties.publicIPAllocationMethod",
        "Sku: sku.name",
        "Zones: zones",
    ),
    links=(Link("routes_to", "{properties.ipConfiguration.id|owner}"),),
    public="properties.ipConfiguration.id",
)

LOAD_BALANCER = AzureResourceType(
    type="azure.network.load_balancer",
    kind="microsoft.network/loadbalancers",
    role=Role.ENTRY,
    keep=(
        (
            "Rules: properties.loadBalancingRules[].{Name: name, Protocol: properties.protocol, "
            "Port: properties.frontendPort, To: properties.backendPort}"
        ),
        "Sku: sku.name",
    ),
    links=(
        Link(
            "routes_to",
            "{properties.backendAddressPools[].properties.backendIPConfigurations[].id|owner}",
        ),
        Link("in_network", "{properties.frontendIPConfigurations[].properties.subnet.id}"),
    ),
    public="properties.frontendIPConfigurations[].properties.publicIPAddress.id",
)

APPLICATION_GATEWAY = AzureResourceType(
    type="azure.network.application_gateway",
    kind="microsoft.network/applicationgateways",
    role=Role.ENTRY,
    aliases=("public|host|{properties.httpListeners[].properties.hostName}",),
    keep=(
        "Firewall: properties.webApplicationFirewallConfiguration.enabled",
        (
            "Listeners: properties.httpListeners[].{Name: name, Host: properties.hostName, "
            "Hosts: properties.hostNames, Protocol: properties.protocol}"
        ),
        "Sku: properties.sku.name",
    ),
    links=(
        Link(
            "routes_to",
            "{properties.backendAddressPools[].properties.backendIPConfigurations[].id|owner}",
        ),
        Link(
            "routes_to",
            "public|host|{properties.backendAddressPools[].properties.backendAddresses[].fqdn}",
        ),
        Link(
            "routes_to",
            (
                "azure:{properties.gatewayIPConfigurations[0].properties.subnet.id|owner}|address|"
                "{properties.backendAddressPools[].properties.backendAddresses[].ipAddress}"
            ),
        ),
        Link("in_network", "{properties.gatewayIPConfigurations[].properties.subnet.id}"),
        Link("guarded_by", "{properties.firewallPolicy.id}"),
    ),
    public="properties.frontendIPConfigurations[].properties.publicIPAddress.id",
)

FRONT_DOOR = AzureResourceType(
    type="azure.network.front_door",
    kind="microsoft.network/frontdoors",
    role=Role.ENTRY,
    aliases=("public|host|{properties.frontendEndpoints[].properties.hostName}",),
    keep=("State: properties.enabledState",),
    links=(
        Link("routes_to", "public|host|{properties.backendPools[].properties.backends[].address}"),
        Link(
            "guarded_by",
            "{properties.frontendEndpoints[].properties.webApplicationFirewallPolicyLink.id}",
        ),
    ),
    public="properties.enabledState == 'Enabled'",
)

FRONT_DOOR_PROFILE = AzureResourceType(
    type="azure.cdn.profile",
    kind="microsoft.cdn/profiles",
    keep=("Kind: kind", "Sku: sku.name"),
    links=(Link("assumes", "{identities}"),),
)

FRONT_DOOR_ENDPOINT = AzureResourceType(
    type="azure.cdn.endpoint",
    kind="microsoft.cdn/profiles/afdendpoints",
    role=Role.ENTRY,
    aliases=("public|host|{properties.hostName}",),
    keep=("State: properties.enabledState",),
    links=(Link("part_of", "{id|owner}"),),
    public="properties.enabledState == 'Enabled'",
)

CDN_ENDPOINT = AzureResourceType(
    type="azure.cdn.classic_endpoint",
    kind="microsoft.cdn/profiles/endpoints",
    role=Role.ENTRY,
    aliases=("public|host|{properties.hostName}",),
    keep=("HttpAllowed: properties.isHttpAllowed", "State: properties.resourceState"),
    links=(
        Link("part_of", "{id|owner}"),
        Link("routes_to", "public|host|{properties.origins[].properties.hostName}"),
    ),
    public="properties.resourceState == 'Running'",
)

TRAFFIC_MANAGER = AzureResourceType(
    type="azure.network.traffic_manager",
    kind="microsoft.network/trafficmanagerprofiles",
    role=Role.ENTRY,
    aliases=("public|host|{properties.dnsConfig.fqdn}",),
    keep=("Method: properties.trafficRoutingMethod", "State: properties.profileStatus"),
    links=(
        Link("routes_to", "{properties.endpoints[].properties.targetResourceId}"),
        Link(
            "routes_to",
            "public|host|{properties.endpoints[?!properties.targetResourceId].properties.target}",
        ),
    ),
    public="properties.profileStatus == 'Enabled'",
)

API_GATEWAY = AzureResourceType(
    type="azure.apimanagement.service",
    kind="microsoft.apimanagement/service",
    role=Role.ENTRY,
    aliases=(
        "public|host|{properties.gatewayUrl|host}",
        "public|host|{properties.hostnameConfigurations[].hostName}",
    ),
    keep=(
        "NetworkType: properties.virtualNetworkType",
        "PublicNetworkAccess: properties.publicNetworkAccess",
        "Sku: sku.name",
    ),
    links=(
        Link("in_network", "{properties.virtualNetworkConfiguration.subnetResourceId}"),
        Link("assumes", "{identities}"),
    ),
    public=(
        "properties && properties.publicNetworkAccess != 'Disabled' && properties.virtualNetworkType != 'Internal'"
    ),
)

PRIVATE_ENDPOINT = AzureResourceType(
    type="azure.network.private_endpoint",
    kind="microsoft.network/privateendpoints",
    role=Role.NETWORK,
    keep=("Names: properties.customDnsConfigs[].fqdn",),
    links=(
        Link("in_network", "{properties.subnet.id}"),
        Link(
            "routes_to",
            (
                "{properties.[privateLinkServiceConnections, manualPrivateLinkServiceConnections][]"
                ".properties.privateLinkServiceId}"
            ),
        ),
    ),
)

ZONE = AzureResourceType(
    type="azure.dns.zone",
    kind="microsoft.network/dnszones",
    keep=("NameServers: properties.nameServers",),
)

PRIVATE_ZONE = AzureResourceType(
    type="azure.privatedns.zone",
    kind="microsoft.network/privatednszones",
    keep=("Private: `true`",),
)

PRIVATE_ZONE_LINK = AzureResourceType(
    type="azure.privatedns.link",
    kind="microsoft.network/privatednszones/virtualnetworklinks",
    keep=("Registration: properties.registrationEnabled",),
    links=(Link("part_of", "{id|owner}"), Link("in_network", "{properties.virtualNetwork.id}")),
)

ROWS = (
    NETWORK,
    SUBNET,
    SECURITY_GROUP,
    INTERFACE,
    PUBLIC_ADDRESS,
    LOAD_BALANCER,
    APPLICATION_GATEWAY,
    FRONT_DOOR,
    FRONT_DOOR_PROFILE,
    FRONT_DOOR_ENDPOINT,
    CDN_ENDPOINT,
    TRAFFIC_MANAGER,
    API_GATEWAY,
    PRIVATE_ENDPOINT,
    ZONE,
    PRIVATE_ZONE,
    PRIVATE_ZONE_LINK,
)
