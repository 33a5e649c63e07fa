"""What keeps files."""

from __future__ import annotations

from collectors.aws.row import AwsResourceType
from collectors.model import Role
from collectors.spec import Call, Link

BUCKET = AwsResourceType(
    type="aws.s3.bucket",
    service="s3",
    worldwide=True,
    list=Call("ListBuckets", "Buckets[].{Name: Name}", {"MaxBuckets": 1000}),
    urn="arn:{partition}:s3:::{Name}",
    name="{Name}",
    role=Role.DATA_STORE,
    detail=(
        Call(
            "GetBucketLocation",
            "(LocationConstraint == 'EU' && 'eu-west-1') || LocationConstraint || 'us-east-1'",
            {"Bucket": "{Name}"},
            into="Region",
            gone=("NoSuchBucket",),
        ),
        Call(
            "GetPublicAccessBlock",
            "PublicAccessBlockConfiguration",
            {"Bucket": "{Name}"},
            into="Block",
            absent=("NoSuchPublicAccessBlockConfiguration",),
            gone=("NoSuchBucket",),
            region="{Region}",
        ),
        Call(
            "GetBucketPolicyStatus",
            "PolicyStatus.IsPublic",
            {"Bucket": "{Name}"},
            into="PolicyIsPublic",
            absent=("NoSuchBucketPolicy",),
            gone=("NoSuchBucket",),
            region="{Region}",
        ),
        Call(
            "GetBucketEncryption",
            "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault | [0]",
            {"Bucket": "{Name}"},
            into="Encryption",
            absent=("ServerSideEncryptionConfigurationNotFoundError",),
            gone=("NoSuchBucket",),
            region="{Region}",
        ),
        Call(
            "GetBucketVersioning",
            "Status",
            {"Bucket": "{Name}"},
            into="Versioning",
            gone=("NoSuchBucket",),
            region="{Region}",
        ),
        Call(
            "GetBucketTagging",
            "TagSet",
            {"Bucket": "{Name}"},
            into="Tags",
            absent=("NoSuchTagSet",),
            gone=("NoSuchBucket",),
            region="{Region}",
        ),
    ),
    located="{Region}",
    aliases=(
        "public|bucket|{Name}",
        "public|host|{Name}.s3.amazonaws.com",
        "public|host|{Name}.s3.{Region}.amazonaws.com",
    ),
    keep=(
        "Encryption: Encryption.SSEAlgorithm",
        "PolicyIsPublic",
        "PublicAccessBlock: Block",
        "Region",
        "Versioning",
    ),
    links=(Link("encrypted_by", "aws:{account}:{Region}|kms|{Encryption.KMSMasterKeyID}"),),
    public="PolicyIsPublic == `true` && Block.RestrictPublicBuckets != `true`",
)

ROWS = (BUCKET,)
