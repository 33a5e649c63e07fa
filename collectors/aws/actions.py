"""Which IAM action allows a call. Most are `service:Operation`; the exceptions are AWS's own, and stand here."""

from __future__ import annotations

PREFIXES = {
    "apigatewayv2": "apigateway",
    "efs": "elasticfilesystem",
    "elbv2": "elasticloadbalancing",
    "elb": "elasticloadbalancing",
    "opensearch": "es",
    "sfn": "states",
    "stepfunctions": "states",
}
"""Services whose actions begin with another word than the SDK's name of the service."""

EXCEPTIONS = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "cloudfront:ListTagsForResource": "cloudfront:ListTagsForResource",
}

BY_VERB = frozenset({"apigateway"})
"""Services whose actions are the HTTP verbs."""


def action(service: str, operation: str) -> str:
    """The IAM action that a call needs, such as `rds:DescribeDBInstances`."""
    prefix = PREFIXES.get(service, service)
    if prefix in BY_VERB:
        return f"{prefix}:GET"
    return EXCEPTIONS.get(f"{service}:{operation}", f"{prefix}:{operation}")
