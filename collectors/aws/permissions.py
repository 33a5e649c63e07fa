"""The least an IAM policy must allow for the rows to be listed: derived from them, never written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from collectors.aws.actions import action
from collectors.aws.row import AwsResourceType
from collectors.model import Json

ALWAYS = (("ec2", "DescribeRegions"),)
"""What the engine asks beside the rows. sts:GetCallerIdentity is asked too, and needs no permission."""


def actions(rows: Iterable[AwsResourceType]) -> tuple[str, ...]:
    """Every IAM action that listing the rows needs, sorted."""
    every = {action(service, operation) for service, operation in ALWAYS}
    return tuple(sorted(every.union(*(needed(row) for row in rows))))


def needed(row: AwsResourceType) -> tuple[str, ...]:
    """The IAM actions that one row needs, sorted: its own calls, and the listings it is listed over."""
    found = {action(row.service_of(call), call.operation) for call in row.calls}
    above = row.over
    while above is not None:
        found.add(action(above.service_of(above.list), above.list.operation))
        above = above.over
    return tuple(sorted(found))


def policy(
    rows: Iterable[AwsResourceType], partition: str = "aws", more: Sequence[Json] = ()
) -> dict[str, Json]:
    """An IAM policy document for the rows. API Gateway's reading is limited to its own resources.

    `more`: statements for what is read beside the rows.
    """
    every = actions(rows)
    plain: list[Json] = [each for each in every if each != "apigateway:GET"]
    statements: list[Json] = [{"Sid": "DriftlineReads", "Effect": "Allow", "Action": plain, "Resource": "*"}]
    if "apigateway:GET" in every:
        paths: list[Json] = [f"arn:{partition}:apigateway:*::/{part}" for part in GATEWAY_PATHS]
        statements.append(
            {
                "Sid": "DriftlineReadsGateways",
                "Effect": "Allow",
                "Action": ["apigateway:GET"],
                "Resource": paths,
            }
        )
    return {"Version": "2012-10-17", "Statement": [*statements, *more]}


GATEWAY_PATHS = ("restapis", "restapis/*", "apis", "apis/*", "domainnames", "domainnames/*")
"""API Gateway calls all its reading GET; API keys and certificates lie on other paths."""
