"""`driftline permissions`: the policy that lets each provider be read, and nothing else."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.opening import settings_of

if TYPE_CHECKING:
    from config.settings import Traces

USAGE = 2

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


def _traces(context: typer.Context) -> Traces:
    """Where traces are pulled from. A policy for settings that cannot be used would be a wrong one."""
    from config.errors import SettingsError

    try:
        return settings_of(context).traces
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(USAGE) from None


@app.command()
def aws(
    context: typer.Context,
    partition: Annotated[Partition, typer.Option(help="Where the account lives.")] = Partition.AWS,
) -> None:
    """Print the IAM policy that AWS collection needs, as JSON, derived from the resource types.

    With what the settings pull from X-Ray and import from S3.
    """
    from collectors.aws.permissions import policy
    from collectors.aws.resources import ROWS
    from collectors.traces.pulls.rights import statements

    typer.echo(json.dumps(policy(ROWS, partition, statements(_traces(context), partition)), indent=2))


@app.command()
def gcp(context: typer.Context) -> None:
    """Print the custom role that Google Cloud collection needs, as JSON, derived from the resource types.

    With what the settings pull from Cloud Trace.
    `gcloud iam roles create driftline --organization ID --file FILE` makes it.
    """
    from collectors.gcp.permissions import role
    from collectors.gcp.resources import ROWS
    from collectors.traces.pulls.rights import CLOUD_TRACE, projects

    pulled = projects(_traces(context))
    if pulled:
        sys.stderr.write(f"note: {CLOUD_TRACE} is needed in {', '.join(pulled)} only\n")
    typer.echo(json.dumps(role(ROWS, (CLOUD_TRACE,) if pulled else ()), indent=2))


@app.command()
def azure(
    context: typer.Context,
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

    With what the settings pull from Application Insights.
    `az role definition create --role-definition @FILE` makes it.
    """
    from collectors.azure.permissions import role
    from collectors.azure.resources import ROWS
    from collectors.azure.row import GENERIC
    from collectors.traces.pulls.rights import WORKSPACE, workspaces

    rows = [row for row in ROWS if not (rows_only and row.type == GENERIC.type)]
    more = WORKSPACE if workspaces(_traces(context)) else ()
    typer.echo(json.dumps(role(rows, scope or ["SUBSCRIPTION"], more), indent=2))
