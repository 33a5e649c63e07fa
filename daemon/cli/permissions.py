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


@app.command()
def azure(
    scope: Annotated[
        list[str] | None,
        typer.Option(help="Subscription's id, or id of a management group, that the role is assigned in."),
    ] = None,
    rows_only: Annotated[
        bool,
        typer.Option(
            help='Allow only the resource types with a row of their own; set azure.skip_types = ["azure.resource"].'
        ),
    ] = False,
) -> None:
    """Print the role definition that Azure collection needs, as JSON, derived from the resource types.

    `az role definition create --role-definition @FILE` makes it.
    """
    from collectors.azure.permissions import role
    from collectors.azure.resources import ROWS
    from collectors.azure.row import GENERIC

    rows = [row for row in ROWS if not (rows_only and row.type == GENERIC.type)]
    typer.echo(json.dumps(role(rows, scope or ["SUBSCRIPTION"]), indent=2))
