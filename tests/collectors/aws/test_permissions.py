from __future__ import annotations

import json

from typer.testing import CliRunner

from collectors.aws.permissions import actions, policy
from collectors.aws.resources import ROWS
from collectors.aws.resources.compute import FUNCTION_URL
from collectors.aws.resources.storage import BUCKET
from daemon.cli.permissions import app

WRITING = (
    "Create",
    "Delete",
    "Put",
    "Update",
    "Modify",
    "Attach",
    "Tag",
    "Invoke",
    "Start",
    "Send",
    "Receive",
)


def test_names_that_differ_from_the_operation_are_aws_own() -> None:
    assert actions([BUCKET]) == (
        "ec2:DescribeRegions",
        "s3:GetBucketLocation",
        "s3:GetBucketPolicyStatus",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketTagging",
        "s3:GetBucketVersioning",
        "s3:GetEncryptionConfiguration",
        "s3:ListAllMyBuckets",
    )


def test_a_child_needs_the_listing_of_its_parent() -> None:
    assert {"lambda:ListFunctions", "lambda:ListFunctionUrlConfigs"} <= set(actions([FUNCTION_URL]))


def test_the_policy_lets_nothing_be_written() -> None:
    for each in actions(ROWS):
        assert each.partition(":")[2].startswith(("List", "Describe", "Get", "GET"))
        assert not each.partition(":")[2].startswith(WRITING)
    statements = policy(ROWS)["Statement"]
    assert isinstance(statements, list)
    for statement in statements:
        assert isinstance(statement, dict)
        assert "*" not in str(statement["Action"])


def test_command_prints_the_policy_for_the_partition() -> None:
    result = CliRunner().invoke(app, ["aws", "--partition", "aws-cn"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == policy(ROWS, "aws-cn")
    assert "arn:aws-cn:apigateway" in result.stdout


def test_command_refuses_a_partition_that_is_none() -> None:
    assert CliRunner().invoke(app, ["aws", "--partition", "azure"]).exit_code == 2
