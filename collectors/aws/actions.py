"""Which IAM action allows a call. Most are `service:Operation`; the exceptions are AWS's own, and stand here."""

from __future__ import annotations

from collectors.errors import RowError

PREFIXES = {
    "apigateway": "apigateway",
    "apigatewayv2": "apigateway",
    "cloudfront": "cloudfront",
    "dynamodb": "dynamodb",
    "ec2": "ec2",
    "ecr": "ecr",
    "ecs": "ecs",
    "eks": "eks",
    "elasticache": "elasticache",
    "elbv2": "elasticloadbalancing",
    "events": "events",
    "glue": "glue",
    "iam": "iam",
    "kinesis": "kinesis",
    "kms": "kms",
    "lakeformation": "lakeformation",
    "lambda": "lambda",
    "opensearch": "es",
    "rds": "rds",
    "redshift": "redshift",
    "route53": "route53",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
    "sns": "sns",
    "sqs": "sqs",
    "ssm": "ssm",
    "stepfunctions": "states",
    "sts": "sts",
    "xray": "xray",
}
"""The word that a service's actions begin with, by the SDK's name of the service."""

EXCEPTIONS = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
}

BY_VERB = frozenset({"apigateway"})
"""Services whose actions are the HTTP verbs."""


def action(service: str, operation: str) -> str:
    """The IAM action that a call needs, such as `rds:DescribeDBInstances`. Raises RowError for a strange service."""
    prefix = PREFIXES.get(service)
    if prefix is None:
        raise RowError(f"collectors/aws/actions.py does not say how the actions of {service} begin")
    if prefix in BY_VERB:
        return f"{prefix}:GET"
    return EXCEPTIONS.get(f"{service}:{operation}", f"{prefix}:{operation}")
