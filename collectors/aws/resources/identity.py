"""Who may do what, and what is kept secret: names only, never a value."""

from __future__ import annotations

from collectors.aws.row import AwsResourceType
from collectors.model import Role
from collectors.spec import Call, Link

IAM_ROLE = AwsResourceType(
    type="aws.iam.role",
    service="iam",
    worldwide=True,
    list=Call("GetAccountAuthorizationDetails", "RoleDetailList[]", {"Filter": ("Role",), "MaxItems": 500}),
    urn="{Arn}",
    name="{RoleName}",
    role=Role.IDENTITY,
    aliases=("public|arn|{InstanceProfileList[].Arn}",),
    keep=(
        "AssumeRolePolicyDocument",
        "AttachedPolicies: AttachedManagedPolicies[].PolicyArn",
        "InlinePolicies: RolePolicyList",
        "PermissionsBoundary: PermissionsBoundary.PermissionsBoundaryArn",
    ),
)

KMS_KEY = AwsResourceType(
    type="aws.kms.key",
    service="kms",
    list=Call("ListKeys", "Keys[]", {"Limit": 1000}),
    urn="{KeyArn}",
    name="{KeyId}",
    role=Role.SECRET,
    detail=(
        Call("DescribeKey", "KeyMetadata", {"KeyId": "{KeyArn}"}, into="Key", gone=("NotFoundException",)),
        Call(
            "ListAliases",
            "Aliases[].AliasName",
            {"KeyId": "{KeyArn}"},
            into="Names",
            gone=("NotFoundException",),
        ),
        Call(
            "GetKeyRotationStatus",
            "KeyRotationEnabled",
            {"KeyId": "{KeyArn}"},
            into="Rotation",
            absent=("UnsupportedOperationException", "KMSInvalidStateException"),
            gone=("NotFoundException",),
        ),
        Call("ListResourceTags", "Tags", {"KeyId": "{KeyArn}"}, into="Tags", gone=("NotFoundException",)),
    ),
    aliases=("aws:{account}:{region}|kms|{KeyId}", "aws:{account}:{region}|kms|{Names[]}"),
    keep=(
        "Aliases: Names",
        "KeyManager: Key.KeyManager",
        "KeySpec: Key.KeySpec",
        "KeyState: Key.KeyState",
        "KeyUsage: Key.KeyUsage",
        "MultiRegion: Key.MultiRegion",
        "Origin: Key.Origin",
        "Rotation",
    ),
)

SECRET = AwsResourceType(
    type="aws.secretsmanager.secret",
    service="secretsmanager",
    list=Call("ListSecrets", "SecretList[]", {"MaxResults": 100}),
    urn="{ARN}",
    name="{Name}",
    role=Role.SECRET,
    keep=(
        "OwningService",
        "PrimaryRegion",
        "RotationEnabled",
        "RotationDays: RotationRules.AutomaticallyAfterDays",
    ),
    links=(
        Link("encrypted_by", "aws:{account}:{region}|kms|{KmsKeyId}"),
        Link("rotated_by", "{RotationLambdaARN}"),
    ),
)

PARAMETER = AwsResourceType(
    type="aws.ssm.parameter",
    service="ssm",
    list=Call("DescribeParameters", "Parameters[]", {"MaxResults": 50}),
    urn="arn:{partition}:ssm:{region}:{account}:parameter/{Name|relative}",
    name="{Name}",
    role=Role.SECRET,
    tags="",
    aliases=("aws:{account}:{region}|parameter|{Name}",),
    keep=("DataType", "Tier", "Type"),
    links=(Link("encrypted_by", "aws:{account}:{region}|kms|{KeyId}"),),
)

ROWS = (IAM_ROLE, KMS_KEY, SECRET, PARAMETER)
