"""Networks: where things can reach each other."""

from __future__ import annotations

from collectors.gcp.row import GcpResourceType
from collectors.model import Role
from collectors.spec import Link

NETWORK = GcpResourceType(
    type="gcp.compute.network",
    asset_type="compute.googleapis.com/Network",
    role=Role.NETWORK,
    namespaces=("vpc:{asset.name}",),
    keep=(
        "AutoCreateSubnetworks: autoCreateSubnetworks",
        "Mtu: mtu",
        "RoutingMode: routingConfig.routingMode",
    ),
    links=(Link("peers_with", "{peerings[].network|full}"),),
)

SUBNETWORK = GcpResourceType(
    type="gcp.compute.subnetwork",
    asset_type="compute.googleapis.com/Subnetwork",
    role=Role.NETWORK,
    namespaces=("vpc:{network|full}",),
    keep=(
        "FlowLogs: enableFlowLogs",
        "PrivateGoogleAccess: privateIpGoogleAccess",
        "Purpose: purpose",
        "Range: ipCidrRange",
        "SecondaryRanges: secondaryIpRanges[].{Name: rangeName, Range: ipCidrRange}",
    ),
    links=(Link("part_of", "{network|full}"),),
)

FIREWALL = GcpResourceType(
    type="gcp.compute.firewall",
    asset_type="compute.googleapis.com/Firewall",
    role=Role.NETWORK,
    tags="",
    keep=(
        "Allowed: allowed",
        "Denied: denied",
        "DestinationRanges: destinationRanges",
        "Direction: direction",
        "Disabled: disabled",
        "Priority: priority",
        "SourceRanges: sourceRanges",
        "SourceTags: sourceTags",
        "TargetTags: targetTags",
    ),
    links=(
        Link("part_of", "{network|full}"),
        Link("guards", "public|service_account|{targetServiceAccounts[]}"),
    ),
)

CONNECTOR = GcpResourceType(
    type="gcp.vpcaccess.connector",
    asset_type="vpcaccess.googleapis.com/Connector",
    role=Role.NETWORK,
    tags="",
    namespaces=("vpc://compute.googleapis.com/projects/{asset.project}/global/networks/{network|tail}",),
    keep=("Range: ipCidrRange", "State: state", "Subnet: subnet.name"),
    links=(
        Link(
            "in_network", "//compute.googleapis.com/projects/{asset.project}/global/networks/{network|tail}"
        ),
    ),
)

ROWS = (NETWORK, SUBNETWORK, FIREWALL, CONNECTOR)
