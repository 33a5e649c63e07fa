"""Who acts, what is secret, and which keys there are: names, never values."""

from __future__ import annotations

from collectors.gcp.row import PROJECT, GcpResourceType
from collectors.model import Role
from collectors.spec import Link

SERVICE_ACCOUNT = GcpResourceType(
    type="gcp.iam.service_account",
    asset_type="iam.googleapis.com/ServiceAccount",
    name="{email}",
    role=Role.IDENTITY,
    tags="",
    aliases=("public|service_account|{email}",),
    keep=("Disabled: disabled",),
)

SECRET = GcpResourceType(
    type="gcp.secretmanager.secret",
    asset_type="secretmanager.googleapis.com/Secret",
    role=Role.SECRET,
    aliases=("gcp:{asset.project}|secret|{asset.name|tail}",),
    keep=(
        "Automatic: replication.automatic != `null`",
        "Locations: replication.userManaged.replicas[].location",
    ),
    links=(
        Link(
            "encrypted_by",
            "//cloudkms.googleapis.com/{replication.userManaged.replicas[].customerManagedEncryption.kmsKeyName}",
        ),
        Link(
            "encrypted_by",
            "//cloudkms.googleapis.com/{replication.automatic.customerManagedEncryption.kmsKeyName}",
        ),
    ),
)

KEY_RING = GcpResourceType(
    type="gcp.kms.key_ring",
    asset_type="cloudkms.googleapis.com/KeyRing",
    role=Role.SECRET,
    tags="",
    keep=("Name: name",),
)

KEY = GcpResourceType(
    type="gcp.kms.key",
    asset_type="cloudkms.googleapis.com/CryptoKey",
    role=Role.SECRET,
    keep=(
        "Algorithm: versionTemplate.algorithm",
        "ProtectionLevel: versionTemplate.protectionLevel",
        "Purpose: purpose",
        "RotationPeriod: rotationPeriod",
    ),
)

PROJECTS = GcpResourceType(
    type="gcp.project",
    asset_type=PROJECT,
    name="{projectId}",
    keep=("Number: projectNumber", "Parent: parent", "State: lifecycleState || state"),
)

ROWS = (SERVICE_ACCOUNT, SECRET, KEY_RING, KEY, PROJECTS)
