"""Every resource type of AWS that is listed, by area."""

from __future__ import annotations

from collectors.aws.resources import (
    catalog,
    compute,
    containers,
    database,
    delivery,
    identity,
    integration,
    network,
    storage,
)
from collectors.aws.row import AwsResourceType

ROWS: tuple[AwsResourceType, ...] = (
    *catalog.ROWS,
    *compute.ROWS,
    *containers.ROWS,
    *database.ROWS,
    *delivery.ROWS,
    *identity.ROWS,
    *integration.ROWS,
    *network.ROWS,
    *storage.ROWS,
)
