"""The reference of resource types in the documentation, written from the rows."""

from __future__ import annotations

from collections.abc import Iterable

from collectors.aws.permissions import needed
from collectors.aws.row import AwsResourceType
from collectors.shaping import keeps

HEAD = """# Resource types

Written from the rows in `collectors/aws/resources/` by `python -m collectors.aws.reference`; a test compares the
two. A type that reads `listed over` has one call for each resource of that other type. What is not under
*keeps* is not stored. The policy that allows all of it: `driftline permissions aws`.

## Amazon Web Services
"""


def reference(rows: Iterable[AwsResourceType]) -> str:
    """The whole page, types in order of their names."""
    return "\n".join([HEAD, *(_section(row) for row in sorted(rows, key=lambda row: row.type))])


def _section(row: AwsResourceType) -> str:
    lines = [f"### {row.type}", ""]
    where = "once for the account" if row.worldwide else "in each region"
    lines.append(
        f"- role: {row.role}; listed {where}" + (f"; listed over `{row.over.type}`" if row.over else "")
    )
    lines.append(f"- identity: `{row.urn}`")
    names = [name for name, _ in keeps(row)] + (["Variables"] if row.environment else [])
    lines.append(f"- keeps: {', '.join(f'`{name}`' for name in sorted(names)) or 'nothing but its name'}")
    verbs = sorted({f"`{link.verb}`" + (" (as the target)" if link.inward else "") for link in row.links})
    if row.environment:
        verbs.append("`configured_for`")
    if verbs:
        lines.append(f"- relations: {', '.join(verbs)}")
    if row.aliases:
        lines.append(f"- other names: {', '.join(_code(alias) for alias in row.aliases)}")
    lines.append(f"- reported: {row.report}")
    lines.append(f"- permissions: {', '.join(f'`{each}`' for each in needed(row))}")
    return "\n".join([*lines, ""])


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def main() -> None:
    """Writes the page to standard output."""
    import sys  # noqa: PLC0415 - only where the page is written

    from collectors.aws.resources import ROWS  # noqa: PLC0415 - only where the page is written

    sys.stdout.write(reference(ROWS))


if __name__ == "__main__":
    main()
