"""The reference of resource types in the documentation, written from the rows of every provider."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from collectors.aws import permissions as aws_permissions
from collectors.aws.resources import ROWS as AWS_ROWS
from collectors.aws.row import AwsResourceType
from collectors.azure import permissions as azure_permissions
from collectors.azure.resources import ROWS as AZURE_ROWS
from collectors.azure.row import GENERIC, AzureResourceType
from collectors.gcp import permissions as gcp_permissions
from collectors.gcp.resources import ROWS as GCP_ROWS
from collectors.gcp.row import GcpResourceType
from collectors.shaping import Row, keeps
from collectors.spec import Link, Reported

Described = TypeVar("Described", bound=Row)

HEAD = """# Resource types

Written from the rows in `collectors/*/resources/` by `python -m collectors.reference`; a test compares the two.
What is not under *keeps* is not stored.
"""

AWS_HEAD = """## Amazon Web Services

A type that reads `listed over` has one call for each resource of that other type. The policy that allows all
of it: `driftline permissions aws`.
"""

GCP_HEAD = """## Google Cloud

All types of a scope are listed together, through Cloud Asset Inventory. The role that allows it:
`driftline permissions gcp`. Any other asset type can be named in `gcp.types`
(`dataflow.googleapis.com/Job`): it is kept whole, without what is volatile and without values of variables.
"""


AZURE_HEAD = """## Microsoft Azure

All types of a subscription are described together, by one traversal of Resource Graph. The role that allows it:
`driftline permissions azure`. What has no type of its own is `azure.resource`: it is kept whole, without what is
volatile, secret, or written freely by operators (scripts, parameters, values of variables).
"""


def reference() -> str:
    """The whole page, types in order of their names."""
    aws = (AWS_HEAD, *map(_aws, _sorted(AWS_ROWS)))
    gcp = (GCP_HEAD, *map(_gcp, _sorted(GCP_ROWS)))
    azure = (AZURE_HEAD, *map(_azure, _sorted(AZURE_ROWS)))
    return "\n".join([HEAD, *aws, *gcp, *azure])


def _sorted(rows: Iterable[Described]) -> list[Described]:
    return sorted(rows, key=lambda row: row.type)


def _aws(row: AwsResourceType) -> str:
    where = "once for the account" if row.worldwide else "in each region"
    over = f"; listed over `{row.over.type}`" if row.over else ""
    return _section(row, f"listed {where}{over}", row.report, aws_permissions.needed(row))


def _gcp(row: GcpResourceType) -> str:
    return _section(row, f"asset type `{row.asset_type}`", row.report, gcp_permissions.needed(row))


def _azure(row: AzureResourceType) -> str:
    inside = f", `{row.inside}`" if row.inside else ""
    kind = "any other type" if row.type == GENERIC.type else f"`{row.kind}`{inside}"
    return _section(row, kind, row.report, (azure_permissions.needed(row),))


def _section(row: Row, listed: str, report: Reported, permissions: Sequence[str]) -> str:
    lines = [f"### {row.type}", "", f"- role: {row.role}; {listed}", f"- identity: `{row.urn}`"]
    names = [name for name, _ in keeps(row)] + (["Variables"] if row.environment else [])
    lines.append(f"- keeps: {', '.join(f'`{name}`' for name in sorted(names)) or 'nothing but its name'}")
    if verbs := _verbs(row.links, environment=bool(row.environment)):
        lines.append(f"- relations: {', '.join(verbs)}")
    if row.aliases:
        lines.append(f"- other names: {', '.join(_code(alias) for alias in row.aliases)}")
    lines.append(f"- reported: {report}")
    lines.append(f"- permissions: {', '.join(f'`{each}`' for each in permissions)}")
    return "\n".join([*lines, ""])


def _verbs(links: Sequence[Link], *, environment: bool) -> list[str]:
    verbs = {f"`{link.verb}`" + (" (as the target)" if link.inward else "") for link in links}
    return sorted(verbs | ({"`configured_for`"} if environment else set()))


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def main() -> None:
    """Writes the page to standard output."""
    import sys  # noqa: PLC0415 - only where the page is written

    sys.stdout.write(reference())


if __name__ == "__main__":
    main()
