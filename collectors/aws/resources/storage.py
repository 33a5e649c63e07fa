"""What keeps files."""

from __future__ import annotations

from collectors.aws.row import AwsResourceType
from collectors.model import Role
from collectors.spec import Call, Link

BUCKET = AwsResourceType(
    type="aws.s3.bucket",
    service="s3",
    worldwide=True,
    list=Call("ListBuckets", "Buckets[].{Name: Name, Region: BucketRegion}", {"MaxBuckets": 1000}),
    urn="arn:{partition}:s3:::{Name}",
    name="{Name}",
    role=Role.DATA_STORE,
    detail=(
        Call(
            "GetBucketLocation",
            "(LocationConstraint == 'EU' && 'eu-west-1') || LocationConstraint || 'us-east-1'",
            {"Bucket": "{Name}"},
            into="Location",
            gone=("NoSuchBucket",),
        ),
        Call(
            "GetPublicAccessBlock",
            "PublicAccessBlockConfiguration",
            {"Bucket": "{Name}"},
            into="Block",
            absent=("NoSuchPublicAccessBlockConfiguration",),
            gone=("NoSuchBucket",),
            region="{Region || Location}",
        ),
        Call(
            "GetBucketPolicyStatus",
            "PolicyStatus.IsPublic",
            {"Bucket": "{Name}"},
            into="PolicyIsPublic",
            absent=("NoSuchBucketPolicy",),
            gone=("NoSuchBucket",),
            region="{Region || Location}",
        ),
        Call(
            "GetBucketEncryption",
            "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault | [0]",
            {"Bucket": "{Name}"},
            into="Encryption",
            absent=("ServerSideEncryptionConfigurationNotFoundError",),
            gone=("NoSuchBucket",),
            region="{Region || Location}",
        ),
        Call(
            "GetBucketVersioning",
            "Status",
            {"Bucket": "{Name}"},
            into="Versioning",
            gone=("NoSuchBucket",),
            region="{Region || Location}",
        ),
        Call(
            "GetBucketTagging",
            "TagSet",
            {"Bucket": "{Name}"},
            into="Tags",
            absent=("NoSuchTagSet",),
            gone=("NoSuchBucket",),
            region="{Region || Location}",
        ),
    ),
    located="{Region || Location}",
    aliases=(
        "public|bucket|{Name}",
        "public|host|{Name}.s3.amazonaws.com",
        "public|host|{Name}.s3.{Region || Location}.amazonaws.com",
    ),
    keep=(
        "Encryption: Encryption.SSEAlgorithm",
        "PolicyIsPublic",
        "PublicAccessBlock: Block",
        "Versioning",
    ),
    links=(Link("encrypted_by", "aws:{account}:{Region || Location}|kms|{Encryption.KMSMasterKeyID}"),),
    public="PolicyIsPublic == `true` && Block.RestrictPublicBuckets != `true`",
)

ROWS = (BUCKET,)
