"""Every resource type of Google Cloud that is listed, by area; and the row for those that have none."""

from __future__ import annotations

import re

from collectors.gcp.resources import (
    compute,
    containers,
    database,
    delivery,
    identity,
    integration,
    network,
    storage,
)
from collectors.gcp.row import GcpResourceType

ROWS: tuple[GcpResourceType, ...] = (
    *compute.ROWS,
    *containers.ROWS,
    *database.ROWS,
    *delivery.ROWS,
    *identity.ROWS,
    *integration.ROWS,
    *network.ROWS,
    *storage.ROWS,
)


def generic(asset_type: str) -> GcpResourceType:
    """The row of an asset type that has none: `dataflow.googleapis.com/Job` is `gcp.dataflow.job`."""
    service, _, kind = asset_type.partition("/")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind).lower()
    return GcpResourceType(
        type=f"gcp.{service.partition('.')[0].lower()}.{words}",
        asset_type=asset_type,
        whole=True,
        tags="labels",
    )
