"""`driftline permissions`: the policy that lets each provider be read, and nothing else."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(
    help="Print the policy that allows collecting, and nothing else.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


class Partition(StrEnum):
    """The separate worlds of AWS, whose ARNs begin differently."""

    AWS = "aws"
    CHINA = "aws-cn"
    GOVERNMENT = "aws-us-gov"


@app.callback()
def permissions() -> None:
    """Print the policy that allows collecting, and nothing else."""


@app.command()
def aws(
    partition: Annotated[Partition, typer.Option(help="Where the account lives.")] = Partition.AWS,
) -> None:
    """Print the IAM policy that AWS collection needs, as JSON, derived from the resource types."""
    from collectors.aws.permissions import policy
    from collectors.aws.resources import ROWS

    typer.echo(json.dumps(policy(ROWS, partition), indent=2))


@app.command()
def gcp() -> None:
    """Print the custom role that Google Cloud collection needs, as JSON, derived from the resource types.

    `gcloud iam roles create driftline --organization ID --file FILE` makes it.
    """
    from collectors.gcp.permissions import role
    from collectors.gcp.resources import ROWS

    typer.echo(json.dumps(role(ROWS), indent=2))
