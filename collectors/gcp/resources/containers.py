"""Containers: clusters, and where images lie."""

from __future__ import annotations

from collectors.gcp.row import GcpResourceType
from collectors.model import Role
from collectors.spec import Link, Reported

GKE_CLUSTER = GcpResourceType(
    type="gcp.container.cluster",
    asset_type="container.googleapis.com/Cluster",
    tags="resourceLabels",
    aliases=("public|address|{(!privateClusterConfig.enablePrivateEndpoint && endpoint) || null}",),
    namespaces=("vpc:{networkConfig.network|full}",),
    keep=(
        "AuthorizedNetworks: masterAuthorizedNetworksConfig.cidrBlocks[].cidrBlock",
        "Autopilot: autopilot.enabled",
        "DatabaseEncryption: databaseEncryption.state",
        "LegacyAbac: legacyAbac.enabled",
        "NetworkPolicy: networkPolicy.enabled",
        "PrivateEndpoint: privateClusterConfig.enablePrivateEndpoint",
        "PrivateNodes: privateClusterConfig.enablePrivateNodes",
        "ReleaseChannel: releaseChannel.channel",
        "Status: status",
        "Version: currentMasterVersion",
        "WorkloadPool: workloadIdentityConfig.workloadPool",
    ),
    links=(
        Link("in_network", "{networkConfig.subnetwork|full}"),
        Link("encrypted_by", "//cloudkms.googleapis.com/{databaseEncryption.keyName|unversioned}"),
    ),
    public="privateClusterConfig.enablePrivateEndpoint != `true`",
)

NODE_POOL = GcpResourceType(
    type="gcp.container.node_pool",
    asset_type="container.googleapis.com/NodePool",
    tags="config.resourceLabels",
    keep=(
        "Autoscaling: autoscaling.enabled",
        "AutoUpgrade: management.autoUpgrade",
        "ImageType: config.imageType",
        "MachineType: config.machineType",
        "PrivateNodes: networkConfig.enablePrivateNodes",
        "Status: status",
        "Version: version",
    ),
    links=(Link("assumes", "public|service_account|{config.serviceAccount}"),),
)

REPOSITORY = GcpResourceType(
    type="gcp.artifactregistry.repository",
    asset_type="artifactregistry.googleapis.com/Repository",
    keep=("Format: format", "ImmutableTags: dockerConfig.immutableTags", "Mode: mode"),
    links=(Link("encrypted_by", "//cloudkms.googleapis.com/{kmsKeyName|unversioned}"),),
)

IMAGE = GcpResourceType(
    type="gcp.artifactregistry.docker_image",
    asset_type="artifactregistry.googleapis.com/DockerImage",
    role=Role.IMAGE,
    tags="",
    aliases=(
        "public|image|sha256:{uri|tail}",
        "public|image_name|{uri}",
        "public|image_name|{uri|undigested}:{tags[]}",
    ),
    keep=("MediaType: mediaType", "Tags: tags"),
    report=Reported.SUMMARY,
)

ROWS = (GKE_CLUSTER, NODE_POOL, REPOSITORY, IMAGE)
