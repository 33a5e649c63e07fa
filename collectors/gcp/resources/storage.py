"""What keeps files."""

from __future__ import annotations

from collectors.gcp.row import GcpResourceType
from collectors.model import Role
from collectors.spec import Link

BUCKET = GcpResourceType(
    type="gcp.storage.bucket",
    asset_type="storage.googleapis.com/Bucket",
    role=Role.DATA_STORE,
    aliases=("public|gcs|{name}", "public|host|{name}.storage.googleapis.com"),
    keep=(
        "LocationType: locationType",
        "PublicAccessPrevention: iamConfiguration.publicAccessPrevention",
        "Retention: retentionPolicy.retentionPeriod",
        "SoftDelete: softDeletePolicy.retentionDurationSeconds",
        "StorageClass: storageClass",
        "UniformAccess: iamConfiguration.uniformBucketLevelAccess.enabled",
        "Versioning: versioning.enabled",
    ),
    links=(Link("encrypted_by", "//cloudkms.googleapis.com/{encryption.defaultKmsKeyName|unversioned}"),),
)

ROWS = (BUCKET,)
