"""The least a role must allow for the rows to be listed: derived from them, never written by hand."""

from __future__ import annotations

from collections.abc import Iterable

from collectors.gcp.row import GcpResourceType
from collectors.model import Json

LIST_RESOURCES = "cloudasset.assets.listResource"
"""What listing assets with their documents asks for, whatever their type.
https://cloud.google.com/asset-inventory/docs/access-control"""

METHODS = {"ListAssets": LIST_RESOURCES}
"""The method of AssetService that the engine calls, and the permission it needs."""


def needed(row: GcpResourceType) -> tuple[str, ...]:  # noqa: ARG001 - every row is listed by the same method
    """The permissions that one row needs."""
    return tuple(METHODS.values())


def permissions(rows: Iterable[GcpResourceType]) -> tuple[str, ...]:
    """Every permission that listing the rows needs, sorted."""
    return tuple(sorted({each for row in rows for each in needed(row)}))


def role(rows: Iterable[GcpResourceType], more: Iterable[str] = ()) -> dict[str, Json]:
    """A custom role for the rows, as `gcloud iam roles create --file` reads it.

    `more`: permissions for the traces that are pulled.
    """
    traces = sorted(more)
    return {
        "title": "Driftline",
        "description": "Lists what exists; reads "
        + ("traces, else no data," if traces else "no data")
        + " and changes nothing.",
        "stage": "GA",
        "includedPermissions": [*permissions(rows), *traces],
    }
